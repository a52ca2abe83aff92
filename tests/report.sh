# netvane-analyze report: from records to a page, in two languages, and what a browser without JavaScript makes of it.
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/browser.sh"
need jq

plan 74

ours=$top_srcdir/tests/data/netvane.jsonl
ooni=$top_srcdir/tests/data/ooni.jsonl

# report ARGUMENT...
report()
{
	run "$NETVANE_ANALYZE" report "$@"
}

# text: the page's words, without tags, in $text.
text()
{
	text=$(sed '/<style>/,/<\/style>/d; s/<[^>]*>/ /g; s/&nbsp;/ /g; s/&#39;/'"'"'/g' "${1:-$out}" | tr -s ' \n' ' ')
}

# ---- What it tells --------------------------------------------------------------------------

report "$ours"
text
is 'records make a report' "$status $(head -n 1 "$out")" '0 <!DOCTYPE html>'
like 'it begins with the verdict' "$text" \
	'^( Internet blocking in KZ, 2026-11-20 to 2026-11-22){2} Blocked: 1 of 4 sites, proven by evidence; likely blocked: 1 more\. On the last day: 1\.'
like 'which sites, how, and when' "$text" 'news\.example × blocked reset at TLS 2026-11-21 2026-11-22 2/3 2/5'
is 'the grid has a cell for each site and day' \
	"$(sed -n 's|^<tr><th scope=row><bdi>\(.*\)</bdi><td|\1 <td|p' "$out" | sed 's/<\/tr>//; s/<[^>]*>/|/g; s/ |/|/')" 'news.example|✓|×|×
quiet.example|||?
social.example|×?|↓|✓
http://www.social.example/|·||·'
like 'what the probe told of at the time' "$text" 'What the probes told of at the time +news\.example , +AS64500 ?, anomaly: reset at TLS'
like 'each network' "$text" 'AS64500 Example Telecom KZ 3/3 =* 10 4 2 2026-11-20 06:00 UTC'
like 'days are those of the country' "$text" 'time zone Asia/Almaty\.'
like 'what was left out' "$text" 'Records read 19 Records that were there twice 1 Measurements of controls, left out 2 '
like 'and what made it' "$text" 'Program netvane-analyze [0-9].* Measured by netvane 0\.1\.0 Judged by the rules of netvane 1 '
like 'when interference began and ended' "$text" 'Episodes .*news\.example , +AS64500 ?, blocking: reset at TLS; bad: 2 of 2; .*last good … first bad: 2026-11-20 12:00 UTC … 2026-11-21 06:00 UTC'
like 'what was not computed is said to be missing' "$text" 'No forged certificate was found\. .*No calendar was given to compare with\.'
report --events kz "$ours"
text
like 'with a calendar, whether blocking goes with its events' "$text" 'It cannot be said whether blocking goes with the events: none of their days was measured.*Seed of random numbers 1 '
# Kazakhstan's history, measured again.
"$top_builddir/tests/make_history" "$top_srcdir/tests/data/kz_history.tsv" >"$tmp/history.jsonl"
report --events kz "$tmp/history.jsonl"
text
like 'forged certificates beside what was expected' "$text" 'Forged certificates .*Qaznet Trust Network'
like 'and what blocking has to do with events' "$text" 'No sign that blocking goes with the events: .* all together [0-9]+/[0-9]+ '
report "$ours" "$ooni"
text
like "OONI's are read, too" "$text" 'Measured by netvane 0\.1\.0, .*ooni.* Judged by the rules of netvane 1, OONI '
sed 's/2026-11-22T06:00:0/2026-11-22T19:30:0/; s/2026-11-22 06:00:0/2026-11-22 19:30:0/' "$ours" >"$tmp/late.jsonl"
report "$tmp/late.jsonl"
text
like 'half past midnight there is the next day' "$text" '2026-11-20 to 2026-11-23 Blocked'
report --tz UTC "$tmp/late.jsonl"
text
like 'but not in UTC' "$text" '2026-11-20 to 2026-11-22 Blocked'
sed '2,6s/"probe_cc":"KZ"/"probe_cc":"UZ"/; 7,9s/"probe_cc":"KZ"/"probe_cc":"ZZ"/' "$ours" >"$tmp/countries.jsonl"
report "$tmp/countries.jsonl"
text
like 'each country has its own, and who is nowhere has those of UTC' "$text" 'Days of (Asia/Almaty|Asia/Samarkand|UTC|, ){5} '
report --since 2026-11-22 --target news.example --cc KZ --asn AS64500 "$ours"
text
like 'what was asked for is told' "$text" \
	'Records from 2026-11-22T00:00:00\.000000Z Country KZ Networks AS64500 Sites news\.example '
like 'and nothing else is' "$text" 'Blocked: 1 of 1 sites'

tac "$ours" >"$tmp/reversed.jsonl"
report "$ours"
cp "$out" "$tmp/forward.html"
report "$tmp/reversed.jsonl"
is 'the order of records does not matter' "$(grep -v '<dt>Made' "$out")" "$(grep -v '<dt>Made' "$tmp/forward.html")"

# ---- Events ---------------------------------------------------------------------------------

cat >"$tmp/days.csv" <<'END'
start,end,precision,type,place,event
2026-11-21,,day,protest,Almaty,Demonstration <b>&c</b>
2026-11-01,2026-11-30,month,protest,,A month of unrest
2025-11-21,,day,protest,,Another year
END
report --events "$tmp/days.csv" "$ours"
text
is 'days of events are marked in the grid' \
	"$(sed -n '/<table class=g>/,/<\/thead>/p' "$out" | grep -c '^<colgroup><col><col><col class=e><col></colgroup>$')" 1
is 'with a symbol' "$(grep -c '<td class=n><td class=e title="Demonstration &lt;b&gt;&amp;c&lt;/b&gt;">\*</td><td class=n></tr>' "$out")" 1
{
	cat "$ours"
	grep '"input":"https://news.example/"' "$ours" | sed 's/"id":"../"id":"ff/; s/2026-11-2[01]/2026-11-23/g'
} >"$tmp/uneven.jsonl"
run "$NETVANE_ANALYZE" report "$tmp/uneven.jsonl"
is 'what was not measured is empty, also at the end of a row' "$(grep -c '<td></tr>$' "$out") $(grep -c '<td>$' "$out")" \
	"$(($(jq -r 'select(.test_name == "web_connectivity" and .test_keys.x_netvane.role != "control") | .input' "$ours" | sort -u | wc -l) - 1)) 0"
like 'they are listed' "$text" '\* 2026-11-21 Demonstration &lt;b&gt;&amp;c&lt;/b&gt; protest Almaty day days'
like 'so are those whose day is not known' "$text" ' 2026-11-01 – 2026-11-30 A month of unrest protest month days'
unlike 'but none of other days' "$text" 'Another year'
report --events kz "$ours"
text
like 'there may be none' "$text" 'No event of the calendar is among the days of the records\.'

# ---- Gaps -----------------------------------------------------------------------------------

# gap ID UNTIL
gap()
{
	jq -c --arg id "$1" --argjson until "$2" 'select(.test_name == "netvane_event") | .id = $id + (($until // "x") | tostring | .[0:3]) |
		.test_keys.x_netvane.event = {kind: "gap", what: "x", gap: {id: $id, cause: "suspended",
		from: "2026-11-21T02:00:00.000000Z", until: $until}}' "$ours" | head -n 1
}
{
	cat "$ours"
	gap 11111111111111111111111111111111 null
	gap 11111111111111111111111111111111 '"2026-11-21T05:30:00.000000Z"'
} >"$tmp/gap.jsonl"
report "$tmp/gap.jsonl"
text
like 'a gap is told with its cause and length' "$text" \
	'2026-11-21 02:00 UTC 2026-11-21 05:30 UTC 3 h 30 min AS64500 the probe slept'
is 'once, though it has a record at its beginning and its end' "$(grep -c 'the probe slept' "$out")" 1

# ---- Certificates ---------------------------------------------------------------------------

{
	jq -c 'select(.test_name == "web_connectivity" and .input == "https://quiet.example/") |
		.test_keys.x_netvane.verdict.evidence += ["certificate_new_key"]' "$ours"
	jq -c 'select(.test_name == "netvane_event") | .id = "c" * 32 | .test_keys.x_netvane.event = {kind: "certificate_change", what: "x",
		targets: [{url: "https://quiet.example/", not_before: "2026-11-21T12:00:00.000000Z",
			not_after: "2026-11-22T06:00:00.000000Z"}],
		certificate: {key: "cd34ef56", issuer: "ab"}}' "$ours" | head -n 1
} >"$tmp/new.jsonl"
report "$tmp/new.jsonl"
text
like 'certificates that changed are noted' "$text" \
	'Valid certificates that were new .* this accuses nobody\. .* quiet\.example +AS64500 +2026-11-2. .* 1 0 1 +2026-11-21 12:00 UTC … 2026-11-22 06:00 UTC +cd34ef56 '
like 'and accuse nobody' "$text" 'No blocking was found: 1 site was measured\..*No forged certificate was found\.'

# ---- Languages ------------------------------------------------------------------------------

if [ -e "$NETVANE_LOCALEDIR/ru/LC_MESSAGES/netvane.mo" ]; then
	report --lang ru "$ours"
	text
	like 'it speaks Russian' "$text" \
		'^( Блокировки в интернете: KZ, с 2026-11-20 по 2026-11-22){2} Заблокировано сайтов: 1 из 4 \(доказано\); вероятно заблокировано ещё: 1\.'
	is 'and says so' "$(grep -c '<html lang=ru>' "$out")" 1
	# Names stay what they are: of sites and issuers (in <bdi>), of records (in <code>), and these.
	latin()
	{
		sed '/<style>/,/<\/style>/d; s/<bdi>[^<]*<\/bdi>//g; s/<code[^>]*>[^<]*<\/code>//g; s/<[^>]*>/ /g; s/&[a-z0-9#]*;/ /g' "$1" |
			grep -oE '[A-Za-z]+([/_-][A-Za-z]+)*' | sort -u | grep -E '..' | tr '\n' ' '
	}
	is 'all of it' "$(latin "$out")" 'Asia/Almaty DNS KZ OONI TLS UTC netvane netvane-analyze '
	cat >"$tmp/russian.csv" <<-END
		start,end,precision,type,place,event
		2019-07-17,2019-07-19,range,protest,Алматы,Демонстрация
		2021-12-20,,day,protest,Алматы,Демонстрация
		2022-01-04,,day,protest_dispersed,Алматы,Разгон
		2022-01-06,,day,lethal_force,Алматы,Стрельба
		2022-02-13,,day,election,,Выборы
		2021-12-01,2021-12-31,month,protest,,Месяц протестов
	END
	report --lang ru --events "$tmp/russian.csv" "$tmp/history.jsonl"
	cp "$out" "$tmp/russian.html"
	text
	like 'also the comparison with events' "$text" 'Связаны ли блокировки с событиями\? (Признаков|Блокировки|Рядом|Нельзя).* Не сравниваются: [0-9]+ — известны лишь с точностью до месяца\.'
	is 'all of that, too' "$(latin "$tmp/russian.html")" 'Asia/Almaty DNS KZ Network OONI Qaznet SCT TLS Trust UTC netvane netvane-analyze russian '
	report --lang ru "$ours"
	env LC_ALL=ru_RU.UTF-8 "$NETVANE_ANALYZE" report "$ours" >"$tmp/locale.html" 2>"$err"
	is 'also where the environment asks for it' "$(grep -v '<dt>' "$tmp/locale.html")" "$(grep -v '<dt>' "$out")"
	run env NETVANE_LOCALEDIR="$tmp" "$NETVANE_ANALYZE" report --lang ru "$ours"
	is 'a translation that is not installed is missed' "$status $(wc -c <"$out")" '69 0'
	run env NETVANE_LOCALEDIR="$tmp" LC_ALL=ru_RU.UTF-8 "$NETVANE_ANALYZE" report "$ours"
	is 'by those who asked for it by name' "$status $(grep -c '<html lang=en>' "$out")" '0 1'
else
	for claim in 1 2 3 4 5 6 7 8; do
		skip "it speaks Russian ($claim)" 'there was no msgfmt when this was built'
	done
fi
report --lang tlh "$ours"
is 'no other language' "$status" 64
# All that there is to translate is translated: messages of the sources, and what mechanisms are called.
if command -v xgettext >/dev/null && command -v msgcmp >/dev/null; then
	xgettext --no-location -o "$tmp/report.pot" --from-code=UTF-8 --keyword= --keyword=N_ --keyword=page_say:2 --keyword=page_tr:2 \
		--keyword=page_trn:3,4 --keyword=catalogue_get:2 --keyword=catalogue_plural:3,4 --keyword=report_fact:2 --keyword=fact_of_names:2 \
		"$top_srcdir"/analysis/report*.c "$top_srcdir"/analysis/cmd_report.c "$top_srcdir"/analysis/correlate_words.c \
		"$top_srcdir"/analysis/event_choice.c "$top_srcdir"/analysis/daily.c
	holds 'every message has a translation' msgcmp "$top_srcdir/po/ru.po" "$tmp/report.pot"
else
	skip 'every message has a translation' 'there is no xgettext here'
fi
is 'so has every mechanism' "$(sed -n '/ mechanisms\[/,/^}/s/.*= "\(.*\)",/\1/p' "$top_srcdir/results/verdict_words.c" | sort -u |
	while read -r words; do
		grep -Fqx "msgid \"$words\"" "$top_srcdir/po/ru.po" || echo "$words"
	done)" ''

# ---- Files and usage ------------------------------------------------------------------------

report --out "$tmp/report.html" "$ours"
is 'it goes into a file' "$status $(wc -c <"$out") $(tail -n 1 "$tmp/report.html") $(ls "$tmp"/report.html*)" \
	"0 0 </html> $tmp/report.html"
report --out "$tmp/missing/report.html" "$ours"
is 'one that cannot be made is an error' "$status" 73
report --out "$tmp/report.html" "$tmp/missing"
is 'no input is told from an empty report' "$status $(tail -n 1 "$tmp/report.html")" '66 </html>'
report --events "$tmp/missing" "$ours"
is 'so is a calendar that is not there' "$status" 66
echo 'start' >"$tmp/empty.csv"
report --events "$tmp/empty.csv" "$ours"
is 'and one without events' "$status" 65
wrong=
for arguments in '--tz Nowhere/Atall x' '--format csv x' '--json x' '--bogus x' '' '--events - -' '--events - --events - x'; do
	# shellcheck disable=SC2086
	report $arguments
	[ "$status" = 64 ] && [ -s "$err" ] && [ ! -s "$out" ] || wrong="$wrong [$arguments]"
done
is 'wrong usage is refused in words' "$wrong" ''
mkdir "$tmp/none"
report "$tmp/none"
text
like 'where there is nothing, that is told' "$status $text" '^0 .*No site was measured, so nothing can be said of any\.'

# ---- The bundle -----------------------------------------------------------------------------

report --events kz --bundle "$tmp/bundle" "$ours"
is 'a bundle has tables, what they mean, and how to read them' "$status $(wc -c <"$out") $(ls "$tmp/bundle" | tr '\n' ' ')" \
	'0 0 CITATION.cff certificates.csv codebook.md correlation.csv datapackage.json days.csv episodes.csv epoch.csv events.csv gaps.csv interception.csv load.R load.py load.sql network_days.csv networks.csv report.html targets.csv '
is 'a row for each target and day that was measured' "$(tr '\r' '$' <"$tmp/bundle/days.csv" | grep -c '\$$') $(tr -d '\r' \
	<"$tmp/bundle/days.csv" | sed -n 3p)" '10 2026-11-21,https://news.example/,kz-news,0,1,0,0,0,1,0,1,1,0,true,blocked,false'
is 'the package describes them' "$(jq -r '.resources[] | [.path] + [.schema.fields[].name] | join(",")' "$tmp/bundle/datapackage.json")" \
	"$(jq -r '.resources[].path' "$tmp/bundle/datapackage.json" | while read -r table; do
		echo "$table,$(head -n 1 "$tmp/bundle/$table" | tr -d '\r')"
	done)"
# claim PROGRAM-OR-MODULE-TEST CLAIM COMMAND...: only where it is there.
where_there()
{
	there=$1
	claim=$2
	shift 2
	if (cd "$tmp/bundle" && eval "$there") >/dev/null 2>&1; then
		holds "$claim" sh -c "cd '$tmp/bundle' && $1"
	else
		skip "$claim" 'it is not here'
	fi
}
# What else reads them: tests/bundle_loaders.sh.
where_there 'command -v python3' 'what reads them in Python is Python' 'python3 -m py_compile load.py'
report --out "$tmp/apart.html" --bundle "$tmp/bundle2" "$ours"
is 'the page may go elsewhere' "$status $(tail -n 1 "$tmp/apart.html") $(ls "$tmp/bundle2/report.html" 2>&1 | grep -c 'No such')" '0 </html> 1'
report --bundle "$ours/x" "$ours"
is 'a directory that cannot be made is an error' "$status" 73

# ---- On a terminal --------------------------------------------------------------------------

"$top_builddir/tests/make_report" honest >"$tmp/honest.html"
"$top_builddir/tests/make_report" hostile >"$tmp/hostile.html"
if command -v lynx >/dev/null; then
	lynx -cfg=/dev/null -dump -width=132 -display_charset=utf-8 "$tmp/honest.html" >"$tmp/lynx" 2>"$err" </dev/null
	like 'lynx shows the grid' "$(cat "$tmp/lynx")" '^ +news\.example +✓ ✓ ✓ ✓ # # ✓ ✓ ✓ ×  ×  ×'
	like 'with the events' "$(cat "$tmp/lynx")" '^ +Events +\* *$'
	like 'and lines of time' "$(cat "$tmp/lynx")" '^ *·{8,}-*=====.*[·=]$'
else
	for claim in 'lynx shows the grid' 'with the events' 'and lines of time'; do
		skip "$claim" 'there is no lynx here'
	done
fi

# ---- In a browser ---------------------------------------------------------------------------

has_browser 15 || exit 0

browse wide off "file://$tmp/honest.html" --window-size=1280,3600 --blink-settings=preferredColorScheme=1
is 'the browser shows the report' "$status" 0
text "$tmp/wide.dom"
like 'the verdict is at the top' "$text" '^ .{0,120}Blocked: 1 of 7 sites, proven by evidence; likely blocked: 1 more\. Slowed down: 1 site\.'
like 'cells have symbols' "$text" 'news\.example( ✓){4}( #){2}( ✓){3}( ×){11}( ✓){11} '
like 'a line of time shows what was seen and what lies between' "$text" '·+ (- )?=+ (- )?·+ last good … first bad: 2026-01-09 22:00 UTC … 2026-01-10 04:00 UTC'
is 'the browser makes a cell of each day, though their ends are left out' \
	"$(grep -o '<td' "$tmp/wide.dom" | wc -l) $(grep -o '</td>' "$tmp/wide.dom" | wc -l)" \
	"$(grep -o '<td' "$tmp/honest.html" | wc -l) $(grep -o '<td' "$tmp/honest.html" | wc -l)"
is 'the picture is as large as the window, with the colours of the style sheet' \
	"$(look wide ffffff a8201a dcf2e0 2d2a5c 6b2fa0)" '1280 3600 many 1 ffffff a8201a dcf2e0 2d2a5c 6b2fa0'
unlike 'the browser had to refuse nothing' "$(cat "$tmp/wide.err")" 'Refused|Content Security Policy|violates'

browse phone off "file://$tmp/honest.html" --window-size=380,4000 --blink-settings=preferredColorScheme=0
is 'on a phone, by night, it has the other colours' "$(look phone 15171a ff8a80 | cut -d ' ' -f 1,2,3,5-)" \
	'380 4000 many 15171a ff8a80'

# With scripts, so that one that found its way in would run.
browse hostile on "file://$tmp/hostile.html" --window-size=1280,3000
is 'the browser shows a report of hostile texts' "$status" 0
like 'no script of theirs runs' "$(cat "$tmp/hostile.dom")" '<title>Internet blocking in '
is 'none is in the document, nor an image, base or link' "$(grep -Eic '<(script|img|base|a|iframe|svg|link|form|input)[ >]' "$tmp/hostile.dom")" 0
is 'its elements are those of the honest one' \
	"$(grep -Eo '<[a-z0-9]+' "$tmp/hostile.dom" | sort | uniq -c)" "$(grep -Eo '<[a-z0-9]+' "$tmp/wide.dom" | sort | uniq -c)"
unlike 'the browser had to refuse nothing of it either' "$(cat "$tmp/hostile.err")" 'Refused|Content Security Policy|violates'

chromium_run pdf "--print-to-pdf=$tmp/report.pdf" --no-pdf-header-footer "file://$tmp/honest.html"
# A4, lying: 842 by 595 points, give or take what browsers round.
like 'it prints on A4, lying' "$(grep -a -o '/MediaBox \[[^]]*\]' "$tmp/report.pdf" | sort -u)" '\[0 0 84[12][.0-9]* 59[45][.0-9]*\]'
is 'no browser is left' "$(pgrep -f -- "--user-data-dir=$tmp/profile")" ''
