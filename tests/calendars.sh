# netvane calendars, as its users meet it: what it prints where, and its exit codes.
. "$top_srcdir/tests/lib.sh"
need jq
plan 35

calendars()
{
	run "$NETVANE" calendars "$@"
}

# told CLAIM REGEX: in what was said on stderr.
told()
{
	like "$1" "$(cat "$err")" "$2"
}

# The day in so many days, here.
day()
{
	date -d "$1 days" +%Y-%m-%d
}

# ---- Usage ----------------------------------------------------------------------------------

calendars --help
is 'help: exit 0' "$status" 0
like 'help has an example' "$(cat "$out")" '^  netvane calendars next'
calendars
is 'without a command: exit 64' "$status" 64
calendars import x
is 'a command that there is not: exit 64' "$status" 64
told 'it is named' "no command 'netvane calendars import'"
calendars lint
is 'lint what? exit 64' "$status" 64
calendars list kz other
is 'list one at a time: exit 64' "$status" 64
for days in x -1 3661 '' 1x; do
	calendars next --days "$days"
	echo "$status"
done >"$tmp/codes"
is 'days are a number up to ten years: exit 64' "$(sort -u "$tmp/codes")" 64

# ---- list -----------------------------------------------------------------------------------

calendars list
is 'list: exit 0' "$status" 0
like 'the built-in calendars' "$(cat "$out")" '^kz +[0-9]+  Kazakhstan'
calendars list --json
is 'in JSON: as many events as kz.csv has lines' "$(jq -r '[.calendar, .events] | @tsv' "$out")" \
	"$(printf 'kz\t%d' $(($(wc -l <"$top_srcdir/targets/calendars/kz.csv") - 1)))"
calendars list kz
like 'list kz: an event with its day' "$(cat "$out")" '^2019-02-27 +day +protest +Astana'
like 'a yearly one' "$(cat "$out")" '^2012-12-16 +day, yearly '
like 'one that may have gone on' "$(cat "$out")" '^2016-01-01 to 2016-12-31 or later  year '
calendars list kz --json
is 'in JSON: every field' "$(jq -c 'select(.start == "2016-05-21" and .type == "degraded")' "$out")" \
	'{"start":"2016-05-21","end":"2016-05-21","open":false,"precision":"day","yearly":false,"tightens":true,"type":"degraded","place":"national","event":"Facebook and Google hard to reach","targets":"Facebook;Google","source":"human rights statement, 2016","notes":"other lists have 20 May","calendar":"kz","line":'"$(grep -n 'Facebook and Google hard to reach,Facebook;Google' \
		"$top_srcdir/targets/calendars/kz.csv" | cut -d : -f 1)"'}'
calendars list no-such
is 'what cannot be read: exit 66' "$status" 66
told 'it says where to look' 'nor is it a built-in calendar'
run sh -c 'printf "start,event\n2026-05-09,from a pipe\n" | "$1" calendars list -' sh "$NETVANE"
like 'standard input' "$(cat "$out")" '^2026-05-09 +day .*from a pipe'

# ---- lint -----------------------------------------------------------------------------------

calendars lint kz
is 'lint kz: clean' "$status $(cat "$err")" '0 '
like 'and counted' "$(cat "$out")" '^kz: [0-9]+ events, 0 bad, 0 duplicates, 0 without a day$'
printf 'start,event\n2026-02-30,a\n2026-01-02,b\n2026-01-02,b\n' >"$tmp/bad.csv"
calendars lint "$tmp/bad.csv"
is 'bad lines: exit 65' "$status" 65
told 'they are named' "^$tmp/bad.csv:2: start \"2026-02-30\" is no day"
told 'what is only odd is a note' "^$tmp/bad.csv:4: note: the same event as on line 3"
calendars lint --json "$tmp/bad.csv" "$tmp/missing.csv"
is 'unread outranks bad: exit 66' "$status" 66
is 'in JSON, with a line that closes each file' "$(jq -c '[.line, .bad, .events]' "$out" | tr -d '\n')" \
	'[2,true,null][4,false,null][null,1,1][0,true,null]'
printf 'BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260101\nRRULE:FREQ=SECONDLY\nEND:VEVENT\nEND:VCALENDAR\n' \
	>"$tmp/bad.ics"
calendars lint "$tmp/bad.ics"
is 'iCalendar, too' "$status $(cat "$err")" "65 $tmp/bad.ics:2: RRULE repeats within a day"

# ---- next -----------------------------------------------------------------------------------

{
	echo start,end,precision,event
	echo "$(day 0),,day,is today"
	echo "$(day -3),$(day 1),range,goes on"
	echo "$(day 5),,day,is near"
	echo "$(day 5),$(day 25),range,is long"
	echo "$(day 31),,day,is far"
	echo "$(day -1),,day,is over"
} >"$tmp/mine.csv"
{
	printf 'BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20200101\n'
	printf 'RRULE:FREQ=DAILY;INTERVAL=1\nSUMMARY:every day\nEND:VEVENT\nEND:VCALENDAR\n'
} >"$tmp/daily.ics"
calendars next "$tmp/mine.csv"
is 'next: exit 0' "$status" 0
like 'today' "$(cat "$out")" "^$(day 0) +now +is today .* mine +yes$"
like 'what goes on' "$(cat "$out")" "^$(day -3) to $(day 1) +now +goes on .* mine +yes$"
like 'what comes, in how many days' "$(cat "$out")" "^$(day 5) +5 days +is near .* yes$"
like 'and what is too long to measure more for' "$(cat "$out")" " +5 days +is long .* no$"
unlike 'neither what is over nor what is far' "$(cat "$out")" 'is over|is far'
calendars next --days 31 --json "$tmp/mine.csv" "$tmp/daily.ics"
is 'in JSON, further ahead, two calendars' "$(jq -c 'select(.calendar != "kz" and .in_days == 31) |
	[.event, .calendar]' "$out" | tr -d '\n')" '["is far","mine"]["every day","daily"]'
calendars next --days 0 "$tmp/bad.csv"
is 'a bad calendar: exit 65, and nothing else' "$status $(cat "$out")" '65 '
calendars next --days 366 --json
is 'the built-in ones have 16 December' "$(jq -r 'select(.event == "Independence Day") | .start' "$out" |
	head -n 1 | cut -c 5-)" -12-16
