# netvane-analyze correlate: whether blocking follows events, and that it says so when that cannot be told.
. "$top_srcdir/tests/lib.sh"
need jq tac
plan 45

unset COLUMNS
records=$tmp/records.jsonl
events=$tmp/events.csv

# correlate ARGUMENT...
correlate()
{
	run "$NETVANE_ANALYZE" correlate "$@"
}

# first FILTER: of the first line. overall FILTER. of URL FILTER: of a target's line.
first()
{
	jq -rc "select(.kind == \"correlation\") | $1" "$out"
}
overall()
{
	jq -rc "select(.kind == \"overall\") | $1" "$out"
}
of()
{
	jq -rc --arg url "$1" "select(.kind == \"target\" and .target == \$url) | $2" "$out"
}

# A year of three sites, six measurements a day at odd hours UTC, in two networks. News is blocked on the
# days of the events, which are 30 days apart; social on three days of 41; quiet never.
jq -nc '1767225600 as $start | range(364) as $day | range(6) as $part |
	(["news", ($day % 30 == 17)], ["social", ($day % 41 < 3)], ["quiet", false]) as [$site, $bad] |
	($start + 86400 * $day + 14400 * $part + 1800 | strftime("%Y-%m-%d %H:%M:%S")) as $time |
	{test_name: "web_connectivity", input: "https://\($site).example/", measurement_start_time: $time,
	test_start_time: $time, probe_cc: "KZ", probe_asn: "AS\(64500 + $part % 2)",
	report_id: "\($site)\($day)", test_keys: {blocking: (if $bad then "dns" else false end),
	accessible: ($bad | not)}}' >"$records"
{
	echo 'start,end,precision,type,event'
	jq -nr '1767225600 as $start | range(17; 364; 30) |
		"\($start + 86400 * . | strftime("%Y-%m-%d")),,day,protest,square"'
	echo '2026-03-01,2026-03-31,month,protest,some day of March'
	echo '2026-05-09,,day,holiday,parade'
	echo '2026-05-10,,day,service_block,known blocking'
} >"$events"

# ---- The answer -----------------------------------------------------------------------------

correlate --json --type protest --tz UTC --events "$events" "$records"
is 'events are compared with blocking' "$status" 0
is 'a line for the answer, one for all, one for each target' "$(jq -r '.target // .kind' "$out" | tr '\n' ' ')" \
	'correlation overall https://news.example/ https://quiet.example/ https://social.example/ '
like 'the answer is a sentence' "$(first .verdict)" \
	'^Blocking goes with the events: 15 of 108 target-days near an event were bad'
is 'it has its place in the machine-readable part as well' "$(first .finding)" follows
is 'what is blocked on event days is found' "$(of https://news.example/ .finding)" follows
is 'every day is in the table once' \
	"$(of https://news.example/ '[.near_bad, .near_good, .other_bad, .other_good]')" '[12,24,0,328]'
is 'the interval has no upper end where no other day was bad' \
	"$(of https://news.example/ .odds_ratio_high)" Infinity
is 'what is blocked at other times is not' "$(of https://social.example/ .finding)" nothing
is 'what was never blocked is not tested' "$(of https://quiet.example/ '[.refused, .p, .q]')" \
	'["never_bad",null,null]'
is 'so two tests make q' "$(first .tests)" 2
is 'q is of the smaller p twice as large' \
	"$(of https://news.example/ '(.q - 2 * .p) | fabs < 1e-12')" true
is 'the epoch goes from a week before to a week after' \
	"$(of https://news.example/ '[.epoch[].day]')" '[-7,-6,-5,-4,-3,-2,-1,0,1,2,3,4,5,6,7]'
is 'and is above its band on the day' \
	"$(of https://news.example/ '[.epoch[] | select(.share > .high) | .day]')" '[0]'
is 'events known to the month only are set apart, and those of other types' \
	"$(first '[.events.used, .events.month, .events.type]')" '[12,1,2]'
is 'the seed is told, and the zone' "$(first '[.seed, .time_zone]')" '["1","UTC"]'
cp "$out" "$tmp/answer.json"

# ---- The same answer again ------------------------------------------------------------------

tac "$records" >"$tmp/reversed.jsonl"
correlate --json --type protest --tz UTC --events "$events" "$tmp/reversed.jsonl"
holds 'the order of records does not matter' cmp "$tmp/answer.json" "$out"
status=0
TZ=America/New_York "$NETVANE_ANALYZE" correlate --json --type protest --tz UTC --events "$events" "$records" \
	>"$out" 2>"$err" || status=$?
holds 'nor where the reader is' cmp "$tmp/answer.json" "$out"
correlate --json --type protest --tz UTC --permutations 199 --seed 7 --events "$events" "$records"
cp "$out" "$tmp/seven.json"
is 'fewer arrangements than there are get drawn' "$(overall '[.arrangements, .exact]')" '[199,false]'
correlate --json --type protest --tz UTC --permutations 199 --seed 7 --events "$events" "$records"
holds 'a seed draws the same again' cmp "$tmp/seven.json" "$out"
correlate --json --type protest --tz UTC --permutations 199 --seed 8 --events "$events" "$records"
is 'another one others' "$(cmp -s "$tmp/seven.json" "$out" && echo same)" ''
correlate --json --type protest --tz UTC --target news.example --events "$events" "$records"
is 'a target has the same p without the others' "$(of https://news.example/ .p)" \
	"$(jq -r 'select(.target == "https://news.example/") | .p' "$tmp/answer.json")"

# ---- Days, events, networks -----------------------------------------------------------------

if [ -e /usr/share/zoneinfo/zone.tab ] && [ -e /usr/share/zoneinfo/Asia/Almaty ]; then
	correlate --json --type protest --events "$events" "$records"
	is 'days are those of the place' "$(first .time_zone)" Asia/Almaty
	like 'which is said' "$(cat "$err")" 'days are those of Asia/Almaty'
	is 'one part of the day in UTC is the next one there' "$(of https://news.example/ .days)" 365
else
	skip 'days are those of the place' 'there is no tzdata here'
	skip 'which is said' 'there is no tzdata here'
	skip 'one part of the day in UTC is the next one there' 'there is no tzdata here'
fi
sed 's/"probe_cc":"KZ"/"probe_cc":"ZZ"/' "$records" >"$tmp/nowhere.jsonl"
correlate --json --type protest --events "$events" "$tmp/nowhere.jsonl"
like 'a probe of no known country has days of UTC, and that is a caveat' "$(first '.caveats[]')" \
	'6552 measurements of unknown country'
correlate --json --tz UTC --events "$events" "$records"
is 'without --type all events count but those about the network' \
	"$(first '[.events.used, .events.network]')" '[13,1]'
correlate --json --type protest --tz UTC --tolerance 0 --events "$events" "$records"
is 'without tolerance only the days themselves count' \
	"$(of https://news.example/ '[.near_bad, .near_good, .other_bad, .other_good]')" '[12,0,0,352]'
correlate --json --type protest --tz UTC --by-network --events "$events" "$records"
is 'networks can be told apart' "$(jq -r 'select(.kind == "target") | .network' "$out" | sort | uniq -c |
	tr -s ' \n' ' ')" ' 3 AS64500 3 AS64501 '
correlate --json --type protest --tz UTC --events "$events" "$top_srcdir/tests/data/netvane.jsonl"
is "the line's own shutdowns are a row by themselves, and no part of the sum" \
	"$(of 'the line itself' .days) $(overall .days)" '3 6'
correlate --json --type protest --tz UTC --events kz --events "$events" "$records"
is 'several calendars are one' "$(first .calendars)" 'kz, events'

# ---- Refusals -------------------------------------------------------------------------------

correlate --json --type protest --tz UTC --until 2026-05-10 --events "$events" "$records"
is 'below five measured event days there is no p' "$(overall '[.event_days, .refused, .p]')" \
	'[4,"few_event_days",null]'
like 'and it says so' "$(first .verdict)" 'only 4 of their days were measured, and from fewer than 5 nothing'
is 'nor is there one for a target' "$(of https://news.example/ '[.refused, .p, .q]')" \
	'["few_event_days",null,null]'
correlate --json --type protest --tz UTC --since 2027-06-01 --events "$events" "$records"
is 'nothing measured is no error' "$status $(overall .refused)" '0 no_days'

# ---- Other formats --------------------------------------------------------------------------

correlate --format csv --type protest --tz UTC --events "$events" "$records"
is 'CSV has a row for all together and for each target, with CRLF' \
	"$(tr '\r' '$' <"$out" | grep -c '[$]$')" 5
is 'and every row has a field for each name' "$(awk -F , '{ print NF }' "$out" | sort -u | wc -l)" 1
like 'with the same numbers' "$(sed -n 3p "$out")" '^target,https://news.example/,,follows,,364,12,12,12,12,24,0,328,'
correlate --type protest --tz UTC --events "$events" "$records"
like 'the table begins with the answer' "$(head -n 1 "$out")" '^Blocking goes with the events'
like 'has a mark for what was found' "$(cat "$out")" '^! +news.example +12/36 +0/328 '
like 'says that it is association' "$(cat "$out")" '^\* This is association\.'
like 'and how it was done' "$(tr '\n' ' ' <"$out")" 'Method: netvane-analyze [0-9.]+; seed 1; all [0-9]+ shifts'
COLUMNS=80
export COLUMNS
correlate --type protest --tz UTC --events "$events" "$records"
unset COLUMNS
is 'it fits a terminal of 80 columns' "$(grep -cE '^.{81}' "$out")" 0

# ---- Usage ----------------------------------------------------------------------------------

wrong=
for arguments in 'x' '--events' '--events kz' '--events kz --tz Nowhere x' '--events kz --tz ../UTC x' \
	'--events kz --seed -1 x' '--events kz --seed 1x x' '--events kz --permutations 98 x' \
	'--events kz --permutations 1000001 x' '--events kz --tolerance 4 x' '--events kz --bogus x' '--events - -' \
	'--events - --events - x'; do
	# shellcheck disable=SC2086
	correlate $arguments
	[ "$status" = 64 ] && [ -s "$err" ] && [ ! -s "$out" ] || wrong="$wrong [$arguments]"
done
is 'wrong usage is refused in words' "$wrong" ''
correlate --events "$tmp/missing.csv" "$records"
missing=$status
echo 'neither a header nor an event' >"$tmp/bad.csv"
correlate --events "$tmp/bad.csv" "$records"
is 'a calendar that is missing or bad is an error' "$missing $status" '66 65'
{
	cat "$events"
	echo '2026-13-01,,day,protest,never'
} >"$tmp/some.csv"
correlate --json --type protest --tz UTC --events "$tmp/some.csv" "$records"
like 'a bad entry is named and left out' "$status $(cat "$err")" "^0 .*$tmp/some.csv:17: "
