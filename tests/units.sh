# What init systems and cron are given (dist/): systemd takes the units and calls them well protected, user and directory come out right, the
# scripts are sound, and the crontab's line is silent unless there is something to say.
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/lab_loopback.sh"
dist=$top_builddir/dist
plan 27

# skip_without PROGRAM CLAIM...: skips the claims where there is no such program; succeeds where there is.
skip_without()
{
	skip_program=$1
	shift
	command -v "$skip_program" >/dev/null && return
	for skip_claim in "$@"; do
		skip "$skip_claim" "there is no $skip_program here"
	done
	return 1
}

# ---- systemd --------------------------------------------------------------------------------

# The same units, started from this build.
mkdir "$tmp/units"
for unit in netvane.service netvane-check.service; do
	sed "s|^ExecStart=[^ ]*/netvane |ExecStart=$NETVANE |" "$dist/$unit" >"$tmp/units/$unit"
done
cp "$top_srcdir/dist/netvane-check.timer" "$tmp/units"

# setting UNIT NAME: its value, the last one.
setting()
{
	sed -n "s/^$2=//p" "$dist/$1" | tail -n 1
}

bindir=$(sed -n 's/^bindir = //p' "$top_builddir/Makefile")
is 'nothing was left to fill in' "$(grep -l '@[a-z]*@' "$dist"/netvane* "$tmp/units"/*)" ''
is 'both start the same program' "$(setting netvane.service ExecStart | cut -d ' ' -f 1)" \
	"$(setting netvane-check.service ExecStart | cut -d ' ' -f 1)"
like 'it is the one that is installed' "$(setting netvane.service ExecStart)" \
	"^/.*/${bindir##*/}/netvane run\$"
is 'findings of a pass are no failures' "$(setting netvane-check.service SuccessExitStatus)" '1 2 3'
is 'both services have one user and one directory, of mode 0700' "$(for unit in netvane netvane-check; do
	for name in User StateDirectory StateDirectoryMode; do
		setting $unit.service $name
	done
done | tr '\n' ' ')" 'netvane netvane 0700 netvane netvane 0700 '

score='systemd-analyze gives it under 2.0 of exposure'
accepted='systemd-analyze has nothing to say against it'
if skip_without systemd-analyze "netvane.service: $accepted" "netvane-check.service: $accepted" \
	"netvane-check.timer: $accepted" "netvane.service: $score" "netvane-check.service: $score" \
	'a unit without its protection would not pass'; then
	for unit in netvane.service netvane-check.service netvane-check.timer; do
		run systemd-analyze verify --man=no --recursive-errors=no "$tmp/units/$unit"
		is "$unit: $accepted" "$status $(grep -F netvane "$err")" '0 '
	done
	for unit in netvane.service netvane-check.service; do
		holds "$unit: $score" systemd-analyze security --offline=yes --threshold=19 \
			--no-pager "$tmp/units/$unit"
	done
	sed '/^ProtectSystem=/,$d' "$tmp/units/netvane.service" >"$tmp/units/bare.service"
	run systemd-analyze security --offline=yes --threshold=19 --no-pager "$tmp/units/bare.service"
	isnt 'a unit without its protection would not pass' "$status" 0
fi

user='systemd-sysusers makes the user, whose home is the state directory'
if skip_without systemd-sysusers "$user"; then
	mkdir -p "$tmp/root/etc"
	run systemd-sysusers --root="$tmp/root" "$dist/sysusers.d/netvane.conf"
	like "$user" "$(cat "$tmp/root/etc/passwd")" '^netvane:.*:/var/lib/netvane:/usr/sbin/nologin$'
fi
directory='systemd-tmpfiles makes the directory, 0700 and that user'"'s"
if ! skip_without systemd-tmpfiles "$directory"; then
	:
elif [ "$(id -u)" -ne 0 ] || [ ! -f "$tmp/root/etc/passwd" ]; then
	skip "$directory" 'it takes root, and a user'
else
	run systemd-tmpfiles --root="$tmp/root" --create "$dist/tmpfiles.d/netvane.conf"
	is "$directory" "$(stat -c '%a %u' "$tmp/root/var/lib/netvane")" \
		"700 $(awk -F : '$1 == "netvane" { print $3 }' "$tmp/root/etc/passwd")"
fi

# ---- Scripts --------------------------------------------------------------------------------

for script in netvane.openrc netvane.procd; do
	holds "$script: a shell can read it" sh -n "$dist/$script"
	if skip_without shellcheck "$script: shellcheck has nothing to say against it"; then
		holds "$script: shellcheck has nothing to say against it" shellcheck "$dist/$script"
	fi
done

# procd NAME: what the script tells procd, where its directory is there; rc.common's words print themselves.
procd()
{
	{
		for word in procd_open_instance procd_close_instance procd_set_param procd_send_signal; do
			echo "$word() { echo $word \"\$@\"; }"
		done
		echo 'logger() { echo logger "$@"; }'
		sed "s|^NETVANE_STATE=.*|NETVANE_STATE=$1|" "$dist/netvane.procd"
		echo start_service
	} >"$tmp/procd.sh"
	run sh "$tmp/procd.sh"
}
procd "$tmp"
like 'procd is told to run it' "$(cat "$out")" "procd_set_param command /.*/netvane run --state $tmp\$"
like 'as its own user' "$(cat "$out")" '^procd_set_param user netvane$'
procd "$tmp/nothing"
is 'where its directory is not there it is not started' "$status $(grep -c procd "$out")" '1 0'

# ---- The crontab ----------------------------------------------------------------------------

# The line's command, as cron would give it to sh, in the lab and without the wait.
line=$(grep -v '^#\|^[A-Z]*=' "$dist/netvane.cron")
is 'there is one line' "$(printf '%s\n' "$line" | wc -l)" 1
command=$(printf '%s\n' "$line" | sed 's/^[^ ]* [^ ]* [^ ]* [^ ]* [^ ]* netvane //')
unlike 'it has no percent sign, which would end it' "$command" '%'
command=$(printf '%s\n' "$command" | sed "s|-i 0-900|-i 0-0|; s|[^ (]*/netvane check|$NETVANE check -c $conf --consent|
	s|/var/lib/netvane|$state|")

lab_certificates site.test
lab_dns site.test=A:127.0.0.1
lab_web site.test=127.0.0.1
start_peer reset "$peer_tls" rst-hello
lab_conf "[targets]" "url = https://site.test:$web_port/"
run sh -c "$command"
is 'where nothing is suspected cron sends no mail' "$(cat "$out" "$err")" ''
is 'and there are records' "$(cat "$results"/*.jsonl | jq -r 'select(.test_keys.x_netvane.role == "target") |
	.test_keys.x_netvane.verdict.status')" ok
lab_conf "[targets]" "url = https://site.test:$reset_port/"
run sh -c "$command"
like 'what is suspected is mailed' "$(cat "$out")" "^site.test:$reset_port .*cannot be told"
printf '%s\n' '[probe]' 'concurrency = many' >>"$conf"
run sh -c "$command"
like 'so is what keeps it from working' "$(cat "$out")" "many"
lab_conf "[targets]" "url = https://site.test:$web_port/"
second='a second one at a time is refused, and says so'
if skip_without flock "$second"; then
	run flock "$state/lock" sh -c "$command"
	like "$second" "$(cat "$out")" 'another netvane .*is working'
fi
