# Sourced by the test scripts: TAP, peers, the program's output as JSON. POSIX sh; jq for JSON.
#
#	. "$top_srcdir/tests/lib.sh"
#	plan 2
#	start_peer web "$top_builddir/tests/peer_http" --reset
#	run "$NETVANE" check --consent --json --url "http://127.0.0.1:$web_port/"
#	is 'a reset is suspected' "$status" 1
#	is 'its step is kept' "$(json .test_keys.x_netvane.verdict.stage)" http
#
# Nothing here sleeps. $tmp is a directory of the test's own, gone when it ends.

set -u
: "${top_srcdir:?run the tests with make check}" "${top_builddir:?}"

test_count=0
test_failures=0
test_last_run=
peer_fds=
status=
tmp=$(mktemp -d "${TMPDIR:-/tmp}/netvane-test.XXXXXX") || exit 1
out=$tmp/out
err=$tmp/err

test_end()
{
	test_status=$?
	trap - EXIT
	stop_peers
	rm -rf "$tmp"
	[ "$test_status" -ne 0 ] || [ "$test_failures" -eq 0 ] || test_status=1
	exit "$test_status"
}
trap test_end EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# ---- TAP ------------------------------------------------------------------------------------

# plan N: how many claims follow. A script that ends early then fails.
plan()
{
	echo "1..$1"
}

# A comment in the output, for whoever reads a failure; each line of each argument.
diag()
{
	printf '%s\n' "$@" | sed 's/^/# /'
}

# ok CLAIM
ok()
{
	test_count=$((test_count + 1))
	echo "ok $test_count - $1"
}

# not_ok CLAIM [WHY...]
not_ok()
{
	test_count=$((test_count + 1))
	test_failures=$((test_failures + 1))
	echo "not ok $test_count - $1"
	shift
	[ $# -eq 0 ] || diag "$@"
	[ -z "$test_last_run" ] || {
		diag "last run: $test_last_run" "status: $status"
		tail -n 20 "$out" | cut -c 1-2000 | sed 's/^/# out: /'
		tail -n 20 "$err" | cut -c 1-2000 | sed 's/^/# err: /'
	}
}

# is CLAIM GOT WANTED
is()
{
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1" "wanted: $3" "   got: $2"
	fi
}

# isnt CLAIM GOT UNWANTED
isnt()
{
	if [ "$2" != "$3" ]; then
		ok "$1"
	else
		not_ok "$1" "unwanted: $3"
	fi
}

# like CLAIM TEXT REGEX: some line of TEXT matches (grep -E).
like()
{
	if printf '%s\n' "$2" | grep -Eq -e "$3"; then
		ok "$1"
	else
		not_ok "$1" "no line matches: $3" "text: $2"
	fi
}

# unlike CLAIM TEXT REGEX
unlike()
{
	if printf '%s\n' "$2" | grep -Eq -e "$3"; then
		not_ok "$1" "a line matches: $3" "text: $2"
	else
		ok "$1"
	fi
}

# holds CLAIM COMMAND...: the command succeeds.
holds()
{
	test_claim=$1
	shift
	if "$@" >"$tmp/holds" 2>&1; then
		ok "$test_claim"
	else
		not_ok "$test_claim" "failed: $*" "$(cat "$tmp/holds")"
	fi
}

# skip CLAIM WHY
skip()
{
	test_count=$((test_count + 1))
	echo "ok $test_count - $1 # SKIP $2"
}

# skip_all WHY: instead of plan, and the end of the script.
skip_all()
{
	echo "1..0 # SKIP $1"
	exit 0
}

# need PROGRAM...: before plan.
need()
{
	for test_program in "$@"; do
		command -v "$test_program" >/dev/null || skip_all "there is no $test_program here"
	done
}

# own_namespace m|n: prints how unshare gives this test a mount or network namespace of its own; fails
# where it cannot. As root first: a user namespace is not to be had everywhere.
own_namespace()
{
	for namespace_flags in "-$1" "-r$1"; do
		unshare "$namespace_flags" true 2>/dev/null &&
			printf '%s\n' "$namespace_flags" && return
	done
	return 1
}

# ---- Running the program --------------------------------------------------------------------

# run COMMAND...: with no input; afterwards $status, and its output in the files $out and $err.
run()
{
	test_last_run=$*
	status=0
	"$@" </dev/null >"$out" 2>"$err" 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- || status=$?
}

# json FILTER [FILE]: jq on the last record of a target, by default of what `run' printed.
json()
{
	jq -nrc "[inputs | select(.test_name == \"web_connectivity\")] | last | $1" "${2:-$out}"
}

# json_round FILTER [FILE]: on the last record of a round.
json_round()
{
	jq -nrc "[inputs | select(.test_name == \"netvane_round\")] | last | $1" "${2:-$out}"
}

# json_all FILTER [FILE]: on the array of all that was printed.
json_all()
{
	jq -nrc "[inputs] | $1" "${2:-$out}"
}

# ---- Peers ----------------------------------------------------------------------------------

# start_peer NAME COMMAND...: starts a server that serves until its standard input ends, and whose
# first line of output is its port numbers, one or more (after the word PORT, if it likes). Sets NAME_port (the first of them),
# NAME_ports (all) and NAME_pid; what else it prints goes to $tmp/NAME.out (complete once it has
# been stopped) and $tmp/NAME.err. At most seven at a time.
#
# This shell holds the only write end of that input (what it starts gets those descriptors closed),
# so a peer ends when the script does, however that happens.
start_peer()
{
	peer_name=$1
	shift
	for peer_fd in 3 4 5 6 7 8 9 none; do
		case " $peer_fds " in *" $peer_fd:"*) ;; *) break ;; esac
	done
	[ "$peer_fd" != none ] || test_bail_out 'more than seven peers'
	mkfifo "$tmp/$peer_name.in" "$tmp/$peer_name.ready"
	# Read and write, or opening would wait for the reader.
	eval "exec $peer_fd<>\"\$tmp/\$peer_name.in\""
	{
		sh -c 'echo $$; exec "$@"' sh "$@" \
			<"$tmp/$peer_name.in" 2>"$tmp/$peer_name.err" | peer_relay "$peer_name"
	} 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- &
	peer_fds="$peer_fds $peer_fd:$peer_name:$!"
	{ read -r peer_pid && read -r peer_ports; } <"$tmp/$peer_name.ready" || peer_ports=nothing
	rm -f "$tmp/$peer_name.in" "$tmp/$peer_name.ready"
	peer_ports=${peer_ports#PORT }
	case $peer_ports in
	'' | *[!0-9\ ]*)
		diag "$* printed: $peer_ports" "$(cat "$tmp/$peer_name.err")"
		test_bail_out "the peer $peer_name did not start"
		;;
	esac
	eval "${peer_name}_pid=\$peer_pid ${peer_name}_ports=\$peer_ports" \
		"${peer_name}_port=\${peer_ports%% *}"
}

# Passes the process id and the first line on to start_peer, the rest into a file: a file that is
# written to cannot be waited for, and a fifo that nobody reads would stop the peer.
peer_relay()
{
	{
		IFS= read -r peer_line && echo "$peer_line"
		IFS= read -r peer_line && echo "$peer_line"
	} >"$tmp/$1.ready"
	cat >"$tmp/$1.out"
}

# stop_peer NAME: ends its input and waits until it has gone.
stop_peer()
{
	peer_kept=
	for peer in $peer_fds; do
		peer_fd=${peer%%:*}
		peer_job=${peer##*:}
		case $peer in
		*:"$1":*)
			eval "exec $peer_fd>&-"
			wait "$peer_job" 2>/dev/null
			;;
		*) peer_kept="$peer_kept $peer" ;;
		esac
	done
	peer_fds=$peer_kept
}

stop_peers()
{
	while [ -n "$peer_fds" ]; do
		peer=${peer_fds##* }
		peer=${peer#*:}
		stop_peer "${peer%:*}"
	done
}

test_bail_out()
{
	echo "Bail out! $1"
	exit 1
}
