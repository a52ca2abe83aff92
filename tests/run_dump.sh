# netvane run and SIGUSR2: it says how it is, in its log and in a file of its own, and goes on.
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/lab_loopback.sh"
. "$top_srcdir/tests/lab_daemon.sh"
plan 28

lab_certificates site.test cut.test
lab_dns site.test=A:127.0.0.1 cut.test=nxdomain
lab_second site.test=A:127.0.0.1 cut.test=A:127.0.0.1
lab_web
site=https://site.test:$web_port/ok
cut=https://cut.test:$web_port/ok
dump=$state/dump.json

# dump: has it written, and waits for it.
dump()
{
	: >"$tmp/run.err"
	kill -USR2 "$run_pid"
	said 'state: all of it is in' || test_bail_out "no dump: $(cat "$tmp/run.err")"
}

# dumped FILTER: jq on it.
dumped()
{
	jq -rc "$1" "$dump"
}

# ---- At rest ----------------------------------------------------------------------------------

lab_conf '[schedule]' 'every = 1h' 'jitter = 0' 'bytes_per_day = 50000000'
umask 022
daemon --url "$site"
until_record netvane_round
said 'the next round may begin'
holds 'before it is asked there is no file' [ ! -e "$dump" ]
dump
is 'the file is one object on one line' "$(dumped .netvane_dump) $(wc -l <"$dump" | tr -d ' ')" '1 1'
is 'for its owner alone' "$(stat -c %a "$dump")" 600
is 'and whole' "$(ls "$state" | grep -c dump)" 1
is 'the process is that one' "$(dumped .process.pid)" "$run_pid"
is 'its descriptors are counted' "$(dumped .process.descriptors)" "$(ls "/proc/$run_pid/fd" | wc -l | tr -d ' ')"
is 'and its memory is measured' "$(dumped '.process | .rss_bytes > 2000000 and .rss_bytes <= .rss_most_bytes')" true
is 'it was started a moment ago' "$(dumped '.process.uptime_s >= 0 and .process.uptime_s < 600')" true
is 'the line is as the round found it' "$(dumped '[.line.state, .line.cause]')" '["online",null]'
is 'no round runs, the next is due in an hour' "$(dumped '.schedule | [.round_running, .why,
	((.next_round | sub("[.].*"; "Z") | fromdate) - now | . > 3000 and . < 3700)]')" '[false,"due",true]'
is 'so is each target' "$(dumped '.schedule.targets | map([.url, .state, .interval_s, .open, .late, .taken])')" \
	"[[\"$site\",\"normal\",3600,true,false,false]]"
is 'what the day may cost, and has cost' "$(dumped '.budget | [.bytes_per_day, .measured_today, .bytes_today > 1000]')" '[50000000,1,true]'
is 'nothing is open' "$(dumped '[.anomalies, .gaps, .webhook]')" '[[],[],null]'
like 'the log says the process' "$(cat "$tmp/run.err")" "state: process $run_pid, up .* of memory .* descriptors of"
like 'the line and the schedule' "$(cat "$tmp/run.err")" 'state: the line was online in the round of 20.*; the next round is in '
like 'and the cost' "$(cat "$tmp/run.err")" 'state: 1 target,.* today of 50.0 MB'
is 'format.md names every key' "$(jq -r '[.. | objects | keys[]] | unique[]' "$dump" | while read -r key; do
	sed -n '/^## `dump.json`/,/^## /p' "$top_srcdir/docs/format.md" | grep -Eq "[\`.]$key([\`.]|\[)" || echo "$key"
done)" ''
first=$(dumped .time)
dump
isnt 'asked again, it is written anew' "$(dumped .time)" "$first"
rm "$dump"
mkdir "$dump"
: >"$tmp/run.err"
kill -USR2 "$run_pid"
said 'cannot write .*dump.json'
is 'where it cannot be written, the log says so' "$?" 0
rmdir "$dump"
dump
is 'and all goes on' "$(dumped .process.pid)" "$run_pid"
kill -HUP "$run_pid"
kill -USR2 "$run_pid"
said 'was read again'
dump
is 'also where it reads its configuration again at that moment' "$(dumped .process.pid)" "$run_pid"
stop
is 'to a good end' "$status" 0
run "$NETVANE" results wipe -c "$conf" --yes
holds 'with the records it goes' [ ! -e "$dump" ]

# ---- At work ----------------------------------------------------------------------------------

lab_conf '[schedule]' 'every = 2s' 'jitter = 0' '[limits]' 'http_ms = 600000' 'http_first_byte_ms = 600000' 'session_ms = 3600000'
daemon --url "$cut"
until_record '"kind":"anomaly_onset"'
dump
is 'an open anomaly is told' "$(dumped '.anomalies | map([.mechanism, .targets, (.not_after | test("^20"))])')" "[[\"dns-nxdomain\",[\"$cut\"],true]]"
is 'its target is watched more closely' "$(dumped '.schedule.targets[0].state != "normal"')" true
stop
daemon --url "http://site.test:$web_port/silent"
until_record '"control2.test'
dump
is 'in the middle of a round it answers, too' "$(dumped '.schedule | [.round_running, .why, .next_round, .targets[0].taken]')" '[true,"running",null,true]'
like 'and says so' "$(cat "$tmp/run.err")" '; a round runs'
stop
is 'the round ends as ever' "$status" 0
