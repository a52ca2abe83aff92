# netvane run, by its signals and its restarts: rounds come on schedule, nothing is measured twice, nothing is lost.
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/lab_loopback.sh"
. "$top_srcdir/tests/lab_daemon.sh"
plan 34

lab_certificates site.test other.test
lab_dns site.test=A:127.0.0.1 other.test=A:127.0.0.1
lab_second site.test=A:127.0.0.1 other.test=A:127.0.0.1
lab_web
site="http://site.test:$web_port/ok"
other="http://other.test:$web_port/ok"

# ---- Rounds on schedule -----------------------------------------------------------------------

lab_conf '[schedule]' 'every = 2s' 'jitter = 0'
daemon --url "$site"
until_record netvane_round
until_record netvane_round
until_record netvane_round
test_last_run='netvane run, three rounds'
is 'rounds follow each other' "$(json_all 'map(select(.test_name == "netvane_round" and .test_keys.x_netvane.round.complete)) | length')" 3
is 'each measures the target' "$(json_all "map(select(.input == \"$site\")) | length")" 3
is 'never sooner than they should' "$(json_all '[.[] | select(.test_name == "netvane_round") | .test_keys.x_netvane.round.since_last_s] | .[1:] | all(. >= 1.9)')" true
run "$NETVANE" check -c "$conf" --consent --url "$site"
is 'a second netvane on the same state is refused' "$status" 69
like 'and told by whom' "$(cat "$err")" "process $run_pid"
: >"$out"
stop
is 'SIGTERM ends it well' "$status" 0
holds 'within five seconds' [ "$stop_took" -le 5 ]
is 'what it printed is in the journal' "$(cat "$results"/netvane-*.jsonl | jq -rc 'select(.test_name == "netvane_round") | .id' | sort -u | wc -l | tr -d ' ')" \
	"$(cat "$results"/netvane-*.jsonl | grep -c '"netvane_round"')"

# ---- Between rounds ----------------------------------------------------------------------------------

lab_conf '[schedule]' 'every = 1h' 'jitter = 0' '[dns]' "doh = $doh"
rm -rf "$results" "$state/state.sqlite"*
daemon --url "$site"
until_record netvane_round
is 'name servers are asked over HTTPS' "$(json_all "map(select(.input == \"$site\") | .test_keys.queries[] | select(.engine == \"doh\")) | length > 0")" true
said 'the next round may begin'
# connections: of the daemon, once there are none or a while has passed.
connections()
{
	for connections_try in $(seq 50); do
		connections_n=$(ss -Hntp state established | grep -c "pid=$run_pid,")
		[ "$connections_n" -gt 0 ] || break
		sleep 0.1
	done
	echo "$connections_n"
}
is 'and between rounds no connection stays open' "$(connections)" 0
stop

# ---- A restart ----------------------------------------------------------------------------------

lab_conf '[schedule]' 'every = 1h' 'jitter = 0'
rm -rf "$results" "$state/state.sqlite"*
daemon --url "$site"
until_record netvane_round
stop
daemon --url "$site"
said 'the next round may begin in 3[0-9][0-9][0-9] s'
is 'after a restart the schedule goes on' "$?" 0
run "$NETVANE" status -c "$conf" --json
is 'and status says when the next round is due' "$(jq -r '(.probe.next_round | sub("[.].*"; "Z") | fromdate) - now | . > 3000 and . < 3600' "$out")" true
kill -USR1 "$run_pid"
until_record netvane_round
is 'SIGUSR1 begins a round now' "$(json_all 'map(select(.test_name == "netvane_round")) | length')" 1
stop

# ---- In the middle of a round --------------------------------------------------------------------

lab_conf '[schedule]' 'every = 1h' '[limits]' 'http_ms = 600000' 'http_first_byte_ms = 600000' 'session_ms = 3600000'
rm -rf "$results" "$state/state.sqlite"*
daemon --url "http://site.test:$web_port/silent" --url "$site"
until_record "\"$site\""
stop
is 'in the middle of a round it ends as well' "$status" 0
holds 'and in time' [ "$stop_took" -le 5 ]
is 'with what there is' "$(json_round .test_keys.x_netvane.round.complete)" false
lab_conf '[schedule]' 'every = 1h'
daemon --url "http://site.test:$web_port/ok?2" --url "$site"
until_record netvane_round
is 'what was measured is not measured again, the rest is' "$(json_all 'map(select(.test_keys.x_netvane.role == "target") | .input) | tojson')" \
	"[\"http://site.test:$web_port/ok?2\"]"

# ---- Another configuration -----------------------------------------------------------------------

printf '[schedule]\nevery = never\n' >>"$conf"
kill -HUP "$run_pid"
said 'the old one goes on'
is 'a bad configuration changes nothing' "$?" 0
like 'and the log has the line' "$(cat "$tmp/run.err")" 'netvane.conf:[0-9]*: every'
lab_conf '[schedule]' 'every = 1h'
printf '%s\n' "$other" >"$tmp/list.txt"
stop
daemon --list "$tmp/list.txt"
until_record netvane_round
: >"$out"
printf '%s\n' "$site" "http://site.test:$web_port/ok?3" >>"$tmp/list.txt"
kill -HUP "$run_pid"
said 'was read again: 3 targets'
is 'SIGHUP reads the lists again' "$?" 0
kill -USR1 "$run_pid"
until_record netvane_round
is 'and new targets are measured' "$(json_all 'map(select(.test_keys.x_netvane.role == "target") | .input) | length')" 3
stop
is 'and all goes on' "$status" 0

# ---- Events --------------------------------------------------------------------------------------

cat >"$tmp/hook" <<END
#!/bin/sh
cat >/dev/null
echo "\$NETVANE_EVENT" >>"$state/told"
END
chmod +x "$tmp/hook"
lab_conf '[schedule]' 'every = 1h' 'jitter = 0' '[alert]' "on_event = $tmp/hook"
rm -rf "$results" "$state/state.sqlite"*
daemon --url "$site"
until_record netvane_round
"$NETVANE" pause --state "$state" --reason 'a test of pauses' 2>/dev/null
until_record '"pause"'
is 'a pause is an event, with its reason' "$(json_all 'map(select(.test_keys.x_netvane.event.kind == "pause")) | last | .test_keys.x_netvane.event.reason')" 'a test of pauses'
"$NETVANE" resume --state "$state" 2>/dev/null
until_record '"resume"'
kill -HUP "$run_pid"
until_record config_reload
stop
events='map(select(.test_name == "netvane_event") | .test_keys.x_netvane.event.kind) | tojson'
is 'what was done to it is on record' "$(json_all "$events")" '["probe_start","pause","gap","resume","config_reload","probe_stop"]'
is 'and in the journal' "$(cat "$results"/netvane-*.jsonl | jq -nrc "[inputs] | $events")" '["probe_start","pause","gap","resume","config_reload","probe_stop"]'
is 'the program was told of each' "$(tr '\n' ' ' <"$state/told")" 'probe_start pause gap resume config_reload probe_stop '
run "$NETVANE_ANALYZE" summary "$results"
is 'such records do not disturb the analysis' "$status" 0

# ---- A pause ----------------------------------------------------------------------------------------

lab_conf '[schedule]' 'every = 2s' 'jitter = 0'
rm -rf "$results" "$state/state.sqlite"*
daemon --url "$site"
until_record netvane_round
run "$NETVANE" pause --state "$state" --reason 'a test'
is 'a pause is ordered' "$status" 0
said 'paused until'
is 'and kept' "$?" 0
kill -TERM "$run_pid"
cat <&9 >/dev/null
exec 9<&-
wait "$run_pid"
daemon --url "$site"
said 'paused until'
is 'after a restart as well' "$?" 0
run "$NETVANE" check -c "$conf" --consent --url "$site" --state "$tmp/other"
isnt 'it is one for this state only' "$status" 3
"$NETVANE" resume --state "$state" 2>/dev/null
until_record netvane_round
is 'until somebody says resume' "$(json_all 'map(select(.test_name == "netvane_round")) | length')" 1
stop

# ---- SIGKILL ---------------------------------------------------------------------------------------

lab_conf '[schedule]' 'every = 1h'
rm -rf "$results" "$state/state.sqlite"*
daemon --url "$site"
until_record netvane_round
said 'the next round may begin'
kill -KILL "$run_pid"
exec 9<&-
wait "$run_pid" 2>/dev/null
daemon --url "$site"
said 'the next round may begin in 3[0-9][0-9][0-9] s'
is 'nor is anything measured again after SIGKILL' "$?" 0
stop
is 'no line is torn' "$(ls "$results" | grep -c torn)" 0
