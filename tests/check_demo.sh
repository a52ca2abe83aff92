# netvane demo, as whoever runs the tests, as somebody without privileges, and where nobody may.
. "$top_srcdir/tests/lib.sh"

# As users run it: nothing of the tests' own settings but where the scenarios are.
NETVANE_LABDIR=$top_srcdir/tests/lab/scenarios
export NETVANE_LABDIR
"$top_builddir/netvane-lab" try "$NETVANE_LABDIR/clean.ini" true 2>"$err" || {
	[ $? -ne 77 ] || skip_all 'namespaces are not allowed here'
}
plan 17

run "$NETVANE" demo --list
is 'it names its scenarios' "$status $(sed 's/ .*//' "$out" | tr '\n' ' ')" \
	'0 clean dns-nxdomain sni-reset mitm-qaznet site-refuses shutdown '

run "$NETVANE" demo --scenario clean
is 'it plays one' "$status" 0
like 'says that no packet leaves the machine' "$(cat "$out")" 'No packet leaves this machine'
like 'shows what netvane shows' "$(cat "$out")" '^news1.lab +ok +ok +ok +200 '
like 'and the truth' "$(cat "$out")" '^  \+ https://news1.lab/ +ok$'
is 'nothing is left behind' "$(find /mnt /srv /media /opt -path '*lone-first*' 2>/dev/null)" ''

run "$NETVANE" demo --scenario sni-reset --keep "$tmp/kept"
is 'what it finds can be kept' "$status" 0
like 'and it says what for' "$(cat "$out")" "netvane-analyze report --out report.html $tmp/kept"
run "$NETVANE_ANALYZE" summary --json "$tmp/kept"
is 'the analysis reads it' "$(jq -r 'select(.status == "blocked" or .status == "likely_blocked") | .host' "$out" | tr '\n' ' ')" 'news1.lab social1.lab '
run "$NETVANE_ANALYZE" report --events kz "$tmp/kept"
like 'and makes a page of it' "$(cat "$out")" 'news1\.lab'

run "$NETVANE" demo --scenario nowhere
is 'a scenario that there is not is an error' "$status" 64
like 'which says what there is' "$(cat "$err")" 'demo --list'
run "$NETVANE" demo --scenario ../../../etc/passwd
is 'so is a path' "$status" 64

# Root inside a user namespace which may have no network namespaces.
run unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_net_namespaces && exec "$@"' sh "$NETVANE" demo
if [ -n "$(unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_net_namespaces' 2>&1)" ]; then
	skip 'where namespaces are not allowed it is unavailable' 'they cannot be forbidden here'
	skip 'and says what to do' 'they cannot be forbidden here'
else
	is 'where namespaces are not allowed it is unavailable' "$status" 69
	like 'and says what to do' "$(cat "$err")" 'as root.*unprivileged_userns_clone'
fi

# Somebody who is nobody, with programs that he may read.
if [ "$(id -u)" -eq 0 ] && unshare -U --map-user=65534 true 2>/dev/null; then
	mkdir "$tmp/nobody"
	cp "$NETVANE" "$top_builddir/netvane-lab" "$NETVANE_LABDIR/clean.ini" "$tmp/nobody"
	chmod -R a+rX "$tmp/nobody"
	chmod a+x "$tmp"
	run setpriv --reuid=65534 --regid=65534 --clear-groups \
		env NETVANE_LABDIR="$tmp/nobody" "$tmp/nobody/netvane" demo --scenario clean
	is 'without privileges it plays, too' "$status" 0
	like 'and finds the same' "$(cat "$out")" '^  \+ https://news1.lab/ +ok$'
else
	skip 'without privileges it plays, too' 'these tests do not run as root'
	skip 'and finds the same' 'these tests do not run as root'
fi
