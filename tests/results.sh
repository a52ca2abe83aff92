# netvane results: what is shown, what is deleted, and what is not.
. "$top_srcdir/tests/lib.sh"
plan 14

state=$tmp/state
results=$state/results
mkdir -p "$results" "$state/outbox"
unset STATE_DIRECTORY

run "$NETVANE" results ls --state "$state"
is 'an empty directory is shown as that' "$status $(cat "$out")" "0 0 files, 0 bytes, in $results"

fill()
{
	mkdir -p "$results" "$state/outbox"
	printf 'abc\n' >"$results/netvane-20261101T000000Z-0001.jsonl"
	printf 'abcd\n' >"$results/netvane-20261102T000000Z-0001.jsonl.zst"
	echo mine >"$results/notes.txt"
	: >"$state/state.sqlite"
	: >"$state/state.sqlite-wal"
	: >"$state/state.sqlite.bad-20261101T000000Z"
	: >"$state/outbox/1.json"
	echo 'version = 2' >"$state/consent"
	: >"$state/last-round"
	echo mine >"$state/diary"
}
fill
run "$NETVANE" results ls --state "$state" --json
is 'ls shows what is of netvane' "$(jq -c '[.file, .bytes]' "$out" | sed "s|$results/||" | tr '\n' ' ')" \
	'["netvane-20261101T000000Z-0001.jsonl",4] ["netvane-20261102T000000Z-0001.jsonl.zst",5] '
run "$NETVANE" results ls --state "$state"
like 'and how much it is' "$(cat "$out")" '2 files, 9 bytes'

run "$NETVANE" results wipe --state "$state"
is 'wipe without a terminal and without --yes deletes nothing' "$status $(ls "$results"/netvane-* | wc -l | tr -d ' ')" '3 2'
like 'and says why' "$(cat "$err")" 'say --yes'

if command -v flock >/dev/null; then
	exec 8>"$results/lock"
	flock -x 8
	run "$NETVANE" results wipe --yes --state "$state"
	is 'while another is at work nothing is deleted' "$status $(ls "$results"/netvane-* | wc -l | tr -d ' ')" '69 2'
	exec 8>&-
else
	skip 'while another is at work nothing is deleted' 'there is no flock here'
fi

run "$NETVANE" results wipe --yes --state "$state"
is 'wipe --yes deletes' "$status" 0
is 'the records' "$(ls "$results" | grep -v lock)" notes.txt
is 'and what was learned and waited to be sent' "$(ls "$state" | grep -c sqlite) $(ls "$state/outbox" | wc -l | tr -d ' ')" '0 0'
is 'but not the consent' "$(cat "$state/consent")" 'version = 2'
fill
run "$NETVANE" results wipe --yes --all --state "$state"
is 'with --all that as well' "$status $(ls "$state" | tr '\n' ' ')" '0 diary outbox results '
is 'and never what is not netvane'\''s' "$(cat "$state/diary" "$results/notes.txt" | tr '\n' ' ')" 'mine mine '
run "$NETVANE" results wipe --yes --state "$state/nowhere"
is 'where there is nothing, nothing goes wrong' "$status $(cat "$out")" '0 0 files deleted'
run "$NETVANE" results burn
is 'another command is refused' "$status" 64
