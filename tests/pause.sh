# netvane pause and netvane resume: the file that whoever measures looks at.
. "$top_srcdir/tests/lib.sh"
plan 27

HOME=$tmp
XDG_CONFIG_HOME=$tmp/config
XDG_STATE_HOME=$tmp/xdg
export HOME XDG_CONFIG_HOME XDG_STATE_HOME
unset STATE_DIRECTORY
state=$tmp/state
mkdir "$state"
: >"$state/lock"

paused()
{
	sed -n "s/^$1 = //p" "$state/paused"
}

# seconds TIME: since 1970.
seconds()
{
	date -d "$1" +%s
}

run "$NETVANE" pause --state "$state"
is 'a pause without a time' "$status $(paused until)" '0 resume'
is 'is the owner'"'"'s alone' "$(stat -c %a "$state/paused")" 600
like 'and says how it ends, and where it is written' "$(cat "$out")" \
	"paused until 'netvane resume', as $state/paused says"
is 'it logs nothing' "$(cat "$err")" ''

run "$NETVANE" pause --state "$state" --for 1h30m --reason 'elections,
again'
is 'a second pause replaces the first' "$status" 0
is 'its time is from now' "$(($(seconds "$(paused until)") - $(seconds "$(paused since)")))" 5400
is 'its reason is one line' "$(paused reason)" 'elections, again'
like 'the answer has all of that' "$(cat "$out")" 'paused until 20[-0-9T:]*Z \(elections, again\)'
is 'no half of a file is left' "$(ls "$state")" 'lock
paused'

run "$NETVANE" pause --state "$state" --until '2099-01-01 12:00'
is 'a time of the day is UTC' "$status $(paused until)" '0 2099-01-01T12:00:00.000000Z'
run "$NETVANE" pause --state "$state" --until 2099-01-01T12:00+05:00
is 'unless it says another offset' "$status $(paused until)" '0 2099-01-01T07:00:00.000000Z'

before=$(cat "$state/paused")
for wrong in '--for 2' '--for -1h' '--until tomorrow' '--until 2020-01-01' \
	'--for 1h --until 2099-01-01' 'now'; do
	# shellcheck disable=SC2086 # words
	run "$NETVANE" pause --state "$state" $wrong
	is "wrong usage, and nothing is changed: $wrong" "$status $(cat "$state/paused")" "64 $before"
done
run "$NETVANE" pause --state "$state" --reason "$(printf 'x%.0s' $(seq 200))"
is 'a reason has its limit' "$status" 64

run "$NETVANE" resume --state "$state"
is 'resume removes the file' "$status $(ls "$state")" '0 lock'
run "$NETVANE" resume --state "$state"
like 'and where there is none, says so' "$status $(cat "$out")" '^0 netvane was not paused'

run "$NETVANE" pause
is 'without --state it is the user'"'"'s directory, made if need be' \
	"$status $(stat -c %a "$tmp/xdg/netvane")" '0 700'
like 'and if no netvane ever worked there, it says so' "$(cat "$err")" 'no netvane has worked with'

mkdir -p "$tmp/config/netvane"
echo '[nonsense' >"$tmp/config/netvane/netvane.conf"
run "$NETVANE" pause
like 'with a broken configuration it says what helps' "$status $(cat "$err")" '--state names it'
run "$NETVANE" pause --state "$state"
is 'and that does help' "$status" 0

run "$NETVANE" pause --state /dev/null/nowhere
is 'where nothing can be written: exit 73' "$status" 73

rm "$tmp/config/netvane/netvane.conf"
run "$NETVANE" check --consent --state "$state" --url http://127.0.0.1:9/
is 'a pause keeps netvane check from measuring, too' "$status" 3
like 'and says how to end it' "$(cat "$err")" "netvane resume"
