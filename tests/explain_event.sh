# netvane explain and what happens between measurements: events and rounds by their ids, the open anomaly of a site; all of it recorded
# by netvane run while a resolver lies.
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/lab_loopback.sh"
. "$top_srcdir/tests/lab_daemon.sh"
plan 22

lab_certificates cut.test
lab_dns cut.test=nxdomain
lab_second cut.test=A:127.0.0.1
lab_web
lab_conf '[schedule]' 'every = 2s' 'jitter = 0'
cut=https://cut.test:$web_port/ok

explain()
{
	run "$NETVANE" explain -c "$conf" "$@"
}

# event KIND FILTER: jq on the newest such event that was printed.
event()
{
	jq -nrc "[inputs | select(.test_keys.x_netvane.event.kind == \"$1\")] | last | $2" "$tmp/all.jsonl"
}

daemon --url "$cut"
until_record '"kind":"anomaly_onset"'
stop
cp "$out" "$tmp/all.jsonl"
onset=$(event anomaly_onset .id)

# ---- An event -------------------------------------------------------------------------------

explain "$onset"
is "an event's id: exit 0" "$status" 0
like 'what it is' "$(cat "$out")" '^× an anomaly began$'
like 'the record' "$(cat "$out")" "^  record +$onset\$"
like 'in which interval' "$(tr -s '\n ' ' ' <"$out")" ' it began before 20[-0-9: ]* UTC; nobody measured before that '
like 'each record of the evidence' "$(tr -s '\n ' ' ' <"$out")" " - 20[-0-9: ]* UTC: (likely )?blocked \(.*\), $cut netvane explain [0-9a-f]{32} "
like 'what it means' "$(cat "$out")" '^What it means$'
like 'what else it could be' "$(cat "$out")" '^What else could be the cause$'
is 'lines fit the terminal' "$(awk 'length($0) > 80' "$out" | grep -vc ' netvane explain ')" 0
command=$(grep -o 'netvane explain .*' "$out" | head -n 1)
explain "$(printf %s "$command" | cut -d ' ' -f 3)"
like 'the command leads to that record' "$(cat "$out")" "^× .*$cut\$"
explain --json "$onset"
is 'in JSON, with all that' "$(jq -rc '[.kind, .not_before, (.not_after | test("^20.*Z$")), (.evidence | length > 0),
	(.evidence | all(.target == "'"$cut"'" and .time != null and .mechanism == "dns-nxdomain")),
	(.meaning | length > 20), (.alternatives | length > 0), (.would_settle | length > 0)]' "$out")" \
	'["anomaly_onset",null,true,true,true,true,true,true]'
is 'the same evidence as the event has' "$(jq -rc '[.evidence[].id]' "$out")" "$(event anomaly_onset .test_keys.x_netvane.event.evidence)"

# ---- A site with an open anomaly ------------------------------------------------------------

explain "$cut"
like 'a URL: the newest record, and the anomaly that is open in one more line' "$(tr -s '\n ' ' ' <"$out")" \
	" record [0-9a-f]{32} anomaly open: .*blocked \(.*\), began before 20.* UTC; netvane explain $onset "
explain --json cut.test
is 'in JSON, too' "$(jq -rc '[.target, .anomaly.event, (.anomaly.id | length)]' "$out")" "[\"$cut\",\"$onset\",32]"

# ---- A round --------------------------------------------------------------------------------

round=$(jq -rc 'select(.test_name == "netvane_round") | .id' "$tmp/all.jsonl" | head -n 1)
explain "$round"
is "a round's id: exit 0" "$status" 0
like 'how the line was' "$(cat "$out")" '^✓ a round on a line that worked$'
like 'what was measured' "$(cat "$out")" '^  measured +1 of 1 sites$'

# ---- It ends --------------------------------------------------------------------------------

stop_peer dns
lab_dns cut.test=A:127.0.0.1
daemon --url "$cut"
until_record '"kind":"anomaly_recovery"'
stop
cat "$out" >>"$tmp/all.jsonl"
explain "$(event anomaly_recovery .id)"
like 'its end' "$(cat "$out")" '^✓ an anomaly ended$'
like 'between two times' "$(tr -s '\n ' ' ' <"$out")" ' it ended after 20[-0-9: ]* UTC and before 20[-0-9: ]* UTC \([0-9]+ seconds?\) '
like 'with the last record that failed, and the first that was well' "$(tr -s '\n ' ' ' <"$out")" 'UTC: (likely )?blocked .* UTC: reached'
explain "$cut"
unlike 'nothing is open any more' "$(cat "$out")" '^  anomaly '

# ---- Standard input -------------------------------------------------------------------------

jq -c 'select(.id == "'"$onset"'")' "$tmp/all.jsonl" >"$tmp/event"
run sh -c '"$1" explain - <"$2"' sh "$NETVANE" "$tmp/event"
is 'what a program is told of can be explained as it comes' "$status $(grep -c '^  record ' "$out")" '0 1'
unlike 'of its evidence there is the command' "$(cat "$out")" 'not found'
