# netvane-analyze summary: what it tells of netvane's records and OONI's, however they come.
. "$top_srcdir/tests/lib.sh"
need jq gzip tac
plan 73

unset COLUMNS
data=$top_srcdir/tests/data
ours=$data/netvane.jsonl
ooni=$data/ooni.jsonl

# summary ARGUMENT...
summary()
{
	run "$NETVANE_ANALYZE" summary "$@"
}

# of URL FILTER: on the JSON line of a target. period FILTER: on the last line.
of()
{
	jq -rc --arg url "$1" "select(.kind == \"target\" and .target == \$url) | $2" "$out"
}
period()
{
	jq -rc "select(.kind == \"period\") | $1" "$out"
}
targets()
{
	jq -rc 'select(.kind == "target") | .target' "$out" | tr '\n' ' '
}

# ---- What is told of a target ---------------------------------------------------------------

summary --json "$ours"
is 'records are summed up' "$status" 0
is 'every line is one JSON object' "$(jq -c type "$out" | sort -u)" '"object"'
is 'there is a line for each target, by host, and one for the period' \
	"$(jq -r '.target // .kind' "$out" | tr '\n' ' ')" \
	'https://news.example/ https://quiet.example/ https://social.example/ http://www.social.example/ period '
is 'verdicts are counted by status' "$(of https://news.example/ .counts)" \
	'{"ok":2,"blocked":2,"likely_blocked":0,"impaired":0,"down":0,"insufficient":1}'
is 'numbers are numbers' "$(of https://news.example/ '.measurements | type')" number
is 'measurements are counted' "$(of https://news.example/ .measurements)" 5
is 'the first time is to the microsecond' "$(of https://news.example/ .first_seen)" \
	2026-11-20T06:00:01.000000Z
is 'so is the last' "$(of https://news.example/ .last_seen)" 2026-11-22T06:00:01.500000Z
is 'what could not be told is no change; the order of records is none either' \
	"$(of https://news.example/ .last_change)" \
	'{"time":"2026-11-21T06:00:01.000001Z","from":"ok","to":"blocked"}'
is 'the status is the latest' "$(of https://news.example/ .status)" blocked
is 'of several changes the last is told' "$(of https://social.example/ .last_change)" \
	'{"time":"2026-11-22T06:00:02.000000Z","from":"impaired","to":"ok"}'
is 'what never changed has no change' "$(of http://www.social.example/ '[.status, .last_change]')" \
	'["down",null]'
is 'what could never be told has no status' "$(of https://quiet.example/ '[.status, .last_change]')" \
	'[null,null]'
is 'the host stands by itself' "$(of http://www.social.example/ .host)" www.social.example

# ---- What is told of the period -------------------------------------------------------------

is 'rounds are counted, and those that were not online' \
	"$(period '[.rounds, .rounds_not_online]')" '[4,2]'
is 'with the states they were in' \
	"$(period '.network_states | with_entries(select(.value > 0))')" \
	'{"online":2,"degraded":1,"offline":1}'
is 'events are counted' "$(period .events)" 1
is 'a record that comes twice counts once' "$(period '[.records, .duplicates]')" '[19,1]'
is 'controls are no targets' "$(period .controls_left_out)" 2
like 'which is said' "$(cat "$err")" 'left out: 2 measurements of controls'
is 'a period without limits has none' "$(period '[.since, .until]')" '[null,null]'
cp "$out" "$tmp/plain.json"

summary --json --controls "$ours"
is '--controls counts them' "$(of https://control.example/ .counts.ok)" 2

# ---- However the records come ---------------------------------------------------------------

# The targets, without the counts of records that tell how often a file was given.
same_targets()
{
	[ "$(jq -c 'select(.kind == "target")' "$out")" = \
		"$(jq -c 'select(.kind == "target")' "$tmp/plain.json")" ] ||
		diff "$tmp/plain.json" "$out"
}
tac "$ours" >"$tmp/reversed.jsonl"
summary --json "$tmp/reversed.jsonl"
holds 'the order of lines does not matter' cmp "$tmp/plain.json" "$out"
split -l 5 "$ours" "$tmp/part."
summary --json "$tmp/part.ad" "$tmp/part.ab" "$tmp/part.aa" "$tmp/part.ac"
holds 'nor does the order of files' cmp "$tmp/plain.json" "$out"
summary --json "$ours" "$tmp/reversed.jsonl"
holds 'files that overlap count once' same_targets
is 'and tell so' "$(period .duplicates)" 20
gzip -c "$ours" >"$tmp/ours.gz"
summary --json "$tmp/ours.gz"
holds 'a gzip file reads the same' cmp "$tmp/plain.json" "$out"
if command -v zstd >/dev/null; then
	zstd -qc "$ours" >"$tmp/ours.zst"
	summary --json "$tmp/ours.zst"
	holds 'a zstd file reads the same' cmp "$tmp/plain.json" "$out"
else
	skip 'a zstd file reads the same' 'there is no zstd here'
fi
"$NETVANE_ANALYZE" summary --json - <"$tmp/ours.gz" >"$out" 2>"$err"
holds 'standard input reads the same' cmp "$tmp/plain.json" "$out"
mkdir "$tmp/results"
cp "$ours" "$tmp/results/netvane-20261120T060000Z-0001.jsonl"
echo '{"torn' >"$tmp/results/netvane-20261120T060000Z-0001.jsonl.torn"
: >"$tmp/results/lock"
summary --json "$tmp/results"
holds 'a results directory reads the same' cmp "$tmp/plain.json" "$out"

NETVANE_JSON=jansson "$NETVANE_ANALYZE" summary --json "$ours" "$ooni" >"$tmp/jansson.json" 2>"$err"
summary --json "$ours" "$ooni"
holds 'the slow parser tells the same' cmp "$tmp/jansson.json" "$out"

# ---- Which records --------------------------------------------------------------------------

summary --json --since '2026-11-20 12:00' --until 2026-11-21T12:00:01Z "$ours"
is 'a period takes its start and leaves its end' "$(of https://news.example/ '[.counts.ok, .counts.blocked, .counts.insufficient]')" '[1,1,0]'
is 'for rounds as well' "$(period '[.rounds, .rounds_not_online]')" '[2,2]'
is 'it is told' "$(period '[.since, .until]')" \
	'["2026-11-20T12:00:00.000000Z","2026-11-21T12:00:01.000000Z"]'
summary --json --target social.example "$ours"
is 'a target may be a domain, with what is below it' "$(targets)" \
	'https://social.example/ http://www.social.example/ '
summary --json --target www.social.example "$ours"
is 'or a host' "$(targets)" 'http://www.social.example/ '
summary --json --target HTTPS://Social.example "$ours"
is 'or a URL, however it is written' "$(targets)" 'https://social.example/ '
summary --json --target ial.example --target quiet.example --target news.example "$ours"
is 'or several, but never part of a name' "$(targets)" \
	'https://news.example/ https://quiet.example/ '
is 'rounds belong to every target' "$(period .rounds)" 4
summary --json --asn 64501 "$ours"
is 'a network can be picked' "$(targets)" 'https://social.example/ '
summary --json --cc ru "$ours" "$ooni"
is 'so can a country' "$(of https://news.example/ .measurements)" 1

# ---- OONI's records -------------------------------------------------------------------------

summary --json "$ooni"
is "OONI's stored verdict is translated" \
	"$(jq -rc 'select(.kind == "target") | [.target, .status]' "$out" | tr '\n' ' ')" \
	'["https://blocked.example/","likely_blocked"] ["https://down.example/","down"] ["https://news.example/","ok"] ["https://null.example/",null] '
is 'other tests are counted' "$(period .other)" 1
like 'and said' "$(cat "$err")" 'left out: 1 other record'
summary --json "$ours" "$ooni"
is 'a URL is one target, whoever measured it' "$(of https://news.example/ .counts.ok)" 3
summary --json "$data/ooni-pretty.json"
is 'a pretty-printed record is a record' "$(of http://pretty.example/ '[.status, .first_seen]')" \
	'["ok","2026-11-23T07:08:09.000000Z"]'

published=$top_srcdir/../shared/data/ooni-web-connectivity
if [ -d "$published" ]; then
	summary --json "$published"/*/measurement.json
	is 'published measurements are all read' "$(period '[.records, .duplicates, .other, .bad_lines]')" \
		"[$(ls "$published"/*/measurement.json | wc -l),0,0,0]"
	counted=$(jq -s 'map(select(.kind == "target") | .counts | to_entries) | flatten |
		group_by(.key) | map({(.[0].key): (map(.value) | add)}) | add' "$out")
	wanted=$(jq -s 'map(.test_keys | if .blocking == null then "insufficient"
		elif .blocking != false then "likely_blocked"
		elif .accessible then "ok" elif .accessible == false then "down"
		else "insufficient" end) | group_by(.) | map({(.[0]): length}) | add' \
		"$published"/*/measurement.json)
	is 'and counted as their verdicts say' \
		"$(echo "$counted" | jq -Sc 'with_entries(select(.value > 0))')" \
		"$(echo "$wanted" | jq -Sc .)"
else
	skip 'published measurements are all read' 'they are not beside this tree'
	skip 'and counted as their verdicts say' 'they are not beside this tree'
fi

# ---- Bad input ------------------------------------------------------------------------------

{
	head -n 1 "$ours"
	echo 'rubbish'
	sed -n 2p "$ours"
	echo '{"no":"test name"}'
	echo '{"test_name":"web_connectivity","test_keys":{}}'
	sed -n 3p "$ours" | head -c 100
} >"$tmp/bad.jsonl"
summary --json "$tmp/bad.jsonl"
is 'bad lines are not fatal' "$status" 0
is 'what is good is told' "$(of https://news.example/ .counts.blocked)" 1
is 'bad lines are counted' "$(period .bad_lines)" 4
like 'a bad line is named' "$(cat "$err")" "$tmp/bad.jsonl:2: not JSON"
like 'a line that is no measurement is, too' "$(cat "$err")" "$tmp/bad.jsonl:4: no measurement"
like 'and one that measured nothing' "$(cat "$err")" "$tmp/bad.jsonl:5: .* without its input"
like 'and one that was cut off' "$(cat "$err")" "$tmp/bad.jsonl:6: the file ends within"
head -c 300 "$tmp/ours.gz" >"$tmp/cut.gz"
summary --json "$ours" "$tmp/cut.gz" "$tmp/missing"
is 'files that are bad are not fatal among good ones' "$status $(period .unreadable)" '0 2'
yes rubbish | head -n 1000 >"$tmp/rubbish"
summary "$tmp/rubbish"
is 'bad lines and nothing else are bad data' "$status" 65
is 'a thousand of them do not fill the screen' "$(($(wc -l <"$err") < 30))" 1
summary "$tmp/missing"
is 'no input is told from bad input' "$status" 66
mkdir "$tmp/empty"
summary "$tmp/empty"
is 'an empty directory is no error' "$status $(head -n 1 "$out")" '0 No measurements of targets.'

# ---- Usage ----------------------------------------------------------------------------------

wrong=
for arguments in '' '--since yesterday x' '--until 2026-13-01 x' '--format xml x' '--bogus x' \
	'--color sometimes x' '--target ftp://x x' '--asn ASx x' '--cc KAZ x' \
	'--since 2026-01-02 --until 2026-01-01 x'; do
	# shellcheck disable=SC2086
	summary $arguments
	[ "$status" = 64 ] && [ -s "$err" ] && [ ! -s "$out" ] || wrong="$wrong [$arguments]"
done
is 'wrong usage is refused in words' "$wrong" ''
run "$NETVANE_ANALYZE" summary --help
like 'the help has an example' "$(cat "$out")" '^  netvane-analyze summary '
run "$NETVANE_ANALYZE" --version
like 'the version is told' "$(cat "$out")" '^netvane-analyze [0-9]'

# ---- Other formats --------------------------------------------------------------------------

summary --format csv "$ours"
is 'CSV has a row for each target, with CRLF' "$(tr '\r' '$' <"$out" | sed -n 2p)" \
	'https://news.example/,news.example,5,2,2,0,0,0,1,2026-11-20T06:00:01.000000Z,2026-11-22T06:00:01.500000Z,blocked,2026-11-21T06:00:01.000001Z,ok,blocked,4,2$'
sed 's|https://news.example/|https://news.example/?a,b|' "$ours" >"$tmp/comma.jsonl"
summary --format csv "$tmp/comma.jsonl"
like 'a comma is quoted' "$(cat "$out")" '^"https://news.example/[?]a,b",news.example,5,'
summary "$ours"
like 'the table shows a symbol, the counts and the change' "$(cat "$out")" \
	'✗ +news.example .*2026-11-21 06:00 ok → blocked'
esc=$(printf '\033')
unlike 'a table that is no terminal has no colour' "$(cat "$out")" "$esc"
like 'it ends with the rounds' "$(tail -n 1 "$out")" \
	'^4 rounds, 2 of them not online \(1 degraded, 1 offline\)\.$'
unlike 'progress is for terminals' "$(cat "$err")" 'MiB'
COLUMNS=80
export COLUMNS
summary "$ours"
unset COLUMNS
is 'it fits a terminal of 80 columns' "$(grep -cE '^.{81}' "$out")" 0
like 'and says all the same' "$(cat "$out")" '✗ +news.example .* 2026-11-21 ✓ → ✗'
summary --color=always "$ours"
like 'colour can be had' "$(cat "$out")" "$esc"
if [ -c /dev/full ]; then
	status=0
	"$NETVANE_ANALYZE" summary --json "$ours" >/dev/full 2>"$err" || status=$?
	is 'output that cannot be written is an error' "$status" 74
else
	skip 'output that cannot be written is an error' 'there is no /dev/full here'
fi
