# The harness itself: a failure fails, a peer that does not start is fatal, and no peer outlives
# its script.
. "$top_srcdir/tests/lib.sh"
plan 12

# The scripts below keep their directories in ours: one of them will not clean up.
TMPDIR=$tmp
export TMPDIR

# script NAME: a test script of its own, the text from standard input.
script()
{
	{
		echo '. "$top_srcdir/tests/lib.sh"'
		cat
	} >"$tmp/$1.sh"
}

script passing <<'EOF'
plan 3
is 'same' "a b" "a b"
like 'alike' 'one
two' '^two$'
skip 'later' 'not today'
EOF
run sh "$tmp/passing.sh"
is 'a script without a failure ends with 0' "$status" 0
is 'its output is TAP' "$(cat "$out")" '1..3
ok 1 - same
ok 2 - alike
ok 3 - later # SKIP not today'

script failing <<'EOF'
plan 1
is 'same' a b
EOF
run sh "$tmp/failing.sh"
is 'a script with a failure ends with 1' "$status" 1
like 'and says what it wanted' "$(cat "$out")" '^# wanted: b'

run sh -c 'echo out; echo err >&2; cat; exit 7'
is 'run keeps the exit status' "$status" 7
is 'run keeps the output and gives no input' "$(cat "$out" "$err")" 'out
err'

start_peer one sh -c 'echo PORT 11 12; echo more; cat; echo gone'
start_peer two sh -c 'echo 22; cat'
is 'peers tell their ports' "$one_port, $one_ports, $two_port" '11, 11 12, 22'
stop_peer one
is 'a peer that was stopped has seen its input end' "$(cat "$tmp/one.out")" 'more
gone'
holds 'the other goes on' kill -0 "$two_pid"

script bad_peer <<'EOF'
start_peer bad sh -c 'echo no socket for me >&2; exit 1'
EOF
run sh "$tmp/bad_peer.sh"
is 'a peer that does not start ends the script' "$status" 1
like 'with its reason' "$(cat "$out")" 'no socket for me'

# The orphan holds the write end of a fifo; reading to its end waits until the orphan has gone.
mkfifo "$tmp/held"
script killed <<'EOF'
start_peer orphan sh -c 'echo PORT 1; cat' 2>/dev/null
kill -KILL $$
EOF
sed -i "s|'echo PORT 1; cat'|'exec 8>\"$tmp/held\"; echo PORT 1; cat'|" "$tmp/killed.sh"
sh "$tmp/killed.sh" >"$tmp/killed.out" 2>&1 </dev/null 3>&- 4>&- &
cat "$tmp/held"
ok 'a peer ends even when its script is killed'
