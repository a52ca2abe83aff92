# --control-results: records of a clean vantage as controls, by all commands of netvane-analyze.
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/lab_loopback.sh"
need jq
plan 45

unset COLUMNS
data=$top_srcdir/tests/data
ours=$data/netvane.jsonl
published=$top_srcdir/../shared/data/ooni-web-connectivity

verdicts()
{
	run "$NETVANE_ANALYZE" verdicts "$@"
}

# probe TIME UID [FILTER]: a measurement of a site to which nobody could be connected; its own control could not be asked.
probe()
{
	jq -nc --arg time "2026-11-20 $1" --arg uid "$2" '{test_name: "web_connectivity", input: "https://site.example/",
		measurement_start_time: $time, measurement_uid: $uid, report_id: "r", probe_asn: "AS64500", probe_cc: "KZ",
		test_keys: {control_failure: "generic_timeout_error", blocking: null, accessible: null,
		queries: [{engine: "getaddrinfo", hostname: "site.example", query_type: "A", failure: null, tags: ["depth=0"],
			answers: [{answer_type: "A", ipv4: "192.0.2.1", asn: 64500}]}],
		tcp_connect: [{ip: "192.0.2.1", port: 443, status: {failure: "connection_reset", success: false}, tags: ["depth=0"]}],
		tls_handshakes: [], requests: []}} | '"${3:-.}"
}
# clean TIME UID [FILTER]: one that was reached.
clean()
{
	probe "$1" "$2" '.test_keys.control_failure = null | .test_keys.tcp_connect[0].status = {failure: null, success: true} |
		.test_keys.requests = [{failure: null, request: {url: "https://site.example/"}, tags: ["depth=0"],
			response: {code: 200, headers: {}, body: "<title>Site</title>"}}] | '"${3:-.}"
}

# ---- Which one --------------------------------------------------------------------------------

probe 12:00:00 p >"$tmp/probe.jsonl"
{ clean 11:20:00 c1; clean 12:10:00 c2; clean 12:50:00 c3; clean 11:50:00 c4 '.input = "https://other.example/" |
	.test_keys.queries[0].hostname = "other.example"'; } >"$tmp/clean.jsonl"
verdicts --json "$tmp/probe.jsonl"
is 'alone it cannot be told' "$(jq -c '[.status, .control_id, .control_distance_s]' "$out")" '["insufficient",null,null]'
verdicts --json --control-results "$tmp/clean.jsonl" "$tmp/probe.jsonl"
is 'with the record that is nearest in time it is judged anew' \
	"$(jq -c '[.status, .stage, .mechanism, .control_id, .control_distance_s]' "$out")" \
	'["likely_blocked","tcp","tcp-reset","c2",600]'
is 'and says so' "$(jq -c .evidence "$out")" '["ooni_recomputed_verdict","control_results"]'
is "OONI's keys are recomputed, what is stored stays" "$(jq -c '[.blocking, .accessible, .stored_blocking, .stored_control_failure]' "$out")" \
	'["tcp_ip",false,null,"generic_timeout_error"]'
like 'what there was is told' "$(cat "$err")" 'control results: measurements to compare with: 4, targets: 2'
like 'and what it was good for' "$(cat "$err")" 'control results: 1 measurement judged with them'
verdicts --json --control-within 599s --control-results "$tmp/clean.jsonl" "$tmp/probe.jsonl"
is 'none that is too far away' "$(jq -c '[.status, .control_id, .evidence]' "$out")" '["insufficient",null,["ooni_stored_verdict"]]'
like 'which is told' "$(cat "$err")" '1 measurement as they were: there was none near enough'
verdicts --json --control-within 10m --control-results "$tmp/clean.jsonl" "$tmp/probe.jsonl"
is 'the limit itself is near enough' "$(jq -r .control_id "$out")" c2
clean 11:50:00 c0 >"$tmp/earlier.jsonl"
verdicts --json --control-results "$tmp/clean.jsonl" --control-results "$tmp/earlier.jsonl" "$tmp/probe.jsonl"
is 'of two as near the earlier, whichever file it is in' "$(jq -r .control_id "$out")" c0
probe 12:05:00 down '.test_keys.control = {tcp_connect: {}, dns: {failure: null, addrs: []}, http_request: null}' >"$tmp/down.jsonl"
verdicts --json --control-results "$tmp/down.jsonl" "$tmp/probe.jsonl"
is 'a site that failed there, too, is down' "$(jq -c '[.status, .blocking, .control_id]' "$out")" '["down",false,"down"]'
probe 11:55:00 before '.test_keys.control = {tcp_connect: {}, dns: {failure: null, addrs: []}, http_request: null}' >"$tmp/before.jsonl"
verdicts --json --control-results "$tmp/before.jsonl" --control-results "$tmp/clean.jsonl" "$tmp/probe.jsonl"
is 'one that changed around the measurement has no control' "$(jq -c '[.status, .control_id]' "$out")" '["insufficient",null]'
probe 12:00:00 own '.test_keys.control = {tcp_connect: {"192.0.2.1:443": {status: false, failure: "connection_reset"}},
	tls_handshake: {}, dns: {failure: null, addrs: ["192.0.2.1"]}, http_request: {failure: "connection_reset", status_code: -1}} |
	.test_keys.control_failure = null | .test_keys.blocking = false | .test_keys.accessible = false' >"$tmp/own.jsonl"
verdicts --json --control-results "$tmp/clean.jsonl" "$tmp/own.jsonl"
is 'a control of its own is kept' "$(jq -c '[.status, .control_id, .evidence]' "$out")" '["down",null,["ooni_stored_verdict"]]'
verdicts --json --control-results "$tmp/probe.jsonl" "$tmp/probe.jsonl"
is 'who is told to control himself does not' "$(jq -r .control_id "$out")" null
probe 12:00:00 away '.test_keys.queries[0].answers[0] = {answer_type: "A", ipv4: "198.51.100.9"} |
	.test_keys.tcp_connect[0].ip = "198.51.100.9"' >"$tmp/away.jsonl"
verdicts --json --control-results "$tmp/clean.jsonl" "$tmp/away.jsonl"
is 'an address that the clean vantage does not know accuses nobody' "$(jq -c '[.status, .evidence[1]]' "$out")" \
	'["insufficient","control_not_comparable"]'
verdicts --format csv --control-results "$tmp/clean.jsonl" "$tmp/probe.jsonl"
is 'CSV has both columns, at the end' "$(tr -d '\r' <"$out" | sed 's/.*,\(.*,.*\)/\1/' | tr '\n' ' ')" \
	'control_id,control_distance_s c2,600 '
NETVANE_JSON=jansson verdicts --json --control-results "$tmp/clean.jsonl" "$tmp/probe.jsonl"
is 'whoever parses' "$(jq -r .control_id "$out")" c2

# ---- Every command ----------------------------------------------------------------------------

for i in 0 1 2 3; do
	probe "1$i:00:00" "p$i"
	clean "1$i:20:00" "c$i" >>"$tmp/hours.jsonl"
done >"$tmp/probes.jsonl"
run "$NETVANE_ANALYZE" summary --json --control-results "$tmp/hours.jsonl" "$tmp/probes.jsonl"
is 'summary counts with them' "$(jq -c 'select(.kind == "target") | .counts.likely_blocked' "$out")" 4
run "$NETVANE_ANALYZE" episodes --json --control-results "$tmp/hours.jsonl" "$tmp/probes.jsonl"
is 'episodes finds one' "$(jq -c 'select(.kind == "episode") | [.status, .failed]' "$out")" '["likely_blocked",4]'
cat >"$tmp/events.csv" <<-END
	start,event
	2026-11-20,A protest
END
run "$NETVANE_ANALYZE" correlate --json --events "$tmp/events.csv" --control-results "$tmp/hours.jsonl" "$tmp/probes.jsonl"
is 'correlate has a bad day' "$status $(jq -c 'select(.kind == "overall") | [.days, .near_bad]' "$out")" '0 [1,1]'
run "$NETVANE_ANALYZE" interception --json --control-results "$tmp/hours.jsonl" "$ours"
cp "$out" "$tmp/with"
run "$NETVANE_ANALYZE" interception --json "$ours"
holds 'interception says what it says without' cmp "$tmp/with" "$out"
run "$NETVANE_ANALYZE" report --control-results "$tmp/hours.jsonl" "$tmp/probes.jsonl"
like 'a report names them' "$(sed 's/<[^>]*>/ /g' "$out")" "Control results +$tmp/hours.jsonl"
like 'and for how many measurements they were good' "$(sed 's/<[^>]*>/ /g' "$out")" 'Measurements judged with them +4'
run "$NETVANE_ANALYZE" summary --json --target other.example --control-results "$tmp/clean.jsonl" "$tmp/probe.jsonl"
like 'only those of the targets asked for are read' "$(cat "$err")" 'measurements to compare with: 1, targets: 1'

# ---- Bad input --------------------------------------------------------------------------------

verdicts --json --control-results "$tmp/none" "$tmp/probe.jsonl"
is 'what is not there is an error, and nothing is judged without it' "$status $(wc -c <"$out")" '66 0'
like 'that is named' "$(cat "$err")" "$tmp/none"
{ echo rubbish; cat "$tmp/clean.jsonl"; echo '{"test_name":"some_test","test_keys":{}}'; } >"$tmp/mixed.jsonl"
verdicts --json --control-results "$tmp/mixed.jsonl" "$tmp/probe.jsonl"
is 'a bad line among good ones ends nothing' "$status $(jq -r .control_id "$out")" '0 c2'
like 'it is named' "$(cat "$err")" 'mixed.jsonl:1: not JSON'
like 'and counted' "$(cat "$err")" 'left out: 1 bad line'
verdicts --json --strict --control-results "$tmp/mixed.jsonl" "$tmp/probe.jsonl"
is 'unless --strict' "$status $(wc -c <"$out")" '65 0'
echo rubbish >"$tmp/rubbish.jsonl"
verdicts --json --control-results "$tmp/rubbish.jsonl" "$tmp/probe.jsonl"
is 'nothing but bad lines' "$status" 65
test_last_run='standard input'
status=0
"$NETVANE_ANALYZE" verdicts --json --control-results - "$tmp/probe.jsonl" <"$tmp/clean.jsonl" >"$out" 2>"$err" || status=$?
is 'they may come by standard input' "$status $(jq -r .control_id "$out")" '0 c2'
verdicts --control-results - -
is 'but not both' "$status" 64
wrong=
for within in 0 0h 1 1w h -1h '' 999999d 1hh; do
	verdicts --control-within "$within" --control-results "$tmp/clean.jsonl" "$tmp/probe.jsonl"
	[ "$status" = 64 ] || wrong="$wrong [$within]"
done
is 'a time that is none is refused' "$wrong" ''

# ---- OONI's own cases -------------------------------------------------------------------------

# Each once with the helper's answer in it, once with the same answer from elsewhere.
facts='[.status, .stage, .mechanism, .blocking, .accessible, .dns_consistency, .x_blocking_flags, .x_dns_flags, .x_null_null_flags, .body_proportion]'
if [ -d "$published" ]; then
	awk -F '\t' '$2 == "generated" { print $1 }' "$published/expected.tsv" | while read -r name; do
		file=$published/$name/measurement.json
		jq -c '.test_keys |= (.control = null | .control_failure = null | .x_control_request = null)' "$file" >"$tmp/bare.jsonl"
		jq -c -f "$top_srcdir/tests/control_results_clean.jq" "$file" >"$tmp/helper.jsonl"
		[ -s "$tmp/helper.jsonl" ] || continue
		verdicts --json "$file"
		jq -r "\"$name \" + ($facts | tostring)" "$out" >>"$tmp/wanted"
		verdicts --json --control-results "$tmp/helper.jsonl" "$tmp/bare.jsonl"
		jq -r "select(.control_id != null) | \"$name \" + ($facts | tostring)" "$out" >>"$tmp/got"
	done
	is 'of the published measurements those with an answer' "$(wc -l <"$tmp/wanted")" 25
	holds 'have the same verdict when it comes from a clean vantage, but for a CAPTCHA' sh -c \
		"grep -v cloudflare '$tmp/wanted' >'$tmp/w'; grep -v cloudflare '$tmp/got' | diff '$tmp/w' -"
	is 'which accuses nobody any more' "$(grep -h cloudflare "$tmp/wanted" "$tmp/got" | cut -d '"' -f 2 | tr '\n' ' ')" \
		'likely_blocked insufficient '
else
	for claim in 'of the published measurements those with an answer' 'have the same verdict' 'which accuses nobody'; do
		skip "$claim" 'the published measurements are not beside this tree'
	done
fi

# ---- Ours -------------------------------------------------------------------------------------

lab_certificates site.test gone.test
lab_dns site.test=A:127.0.0.1 gone.test=nxdomain
lab_web
lab_conf
# Port 1 is nobody's.
check --url https://site.test:1/ --url https://gone.test/ --url "https://site.test:$web_port/ok"
mv "$results" "$tmp/abroad"
check --url https://site.test:1/ --url https://gone.test/ --url "https://site.test:$web_port/ok"
verdicts --json "$results"
is 'alone nobody knows' "$(jq -r '[.status, .evidence[0]] | join(" ")' "$out" | sort | tr '\n' ',')" \
	'insufficient name_not_resolved,insufficient tcp_fails,ok tls_valid,'
verdicts --json --control-results "$tmp/abroad" "$results"
is 'what fails elsewhere as well is down' "$(jq -r '[.status, .evidence[0]] | join(" ")' "$out" | sort | tr '\n' ',')" \
	'down name_gone_everywhere,down tcp_fails_everywhere,ok tls_valid,'
is 'each with a record of its own' "$(jq -r .control_id "$out" | sort -u | wc -l)" 3
sed 's/"state":"online"/"state":"offline"/' "$tmp/abroad"/*.jsonl >"$tmp/offline.jsonl"
verdicts --json --control-results "$tmp/offline.jsonl" "$results"
is 'a line that was not online controls nothing' "$(jq -r .control_id "$out" | sort -u)" null
like 'and is told of' "$(cat "$err")" 'left out: 3, for a line that was not online'

# ---- Behind a censor --------------------------------------------------------------------------

lab()
{
	"$top_builddir/netvane-lab" run --netvane "$NETVANE" --slower 2 -j 2 --column lone-first --keep "$tmp/lab" \
		"$top_srcdir/tests/lab/scenarios/clean.ini" "$top_srcdir/tests/lab/scenarios/ip-drop.ini" >"$tmp/lab.tap" 2>&1
}
status=0
if grep -q __asan_init "$NETVANE"; then
	status=77
else
	lab || status=$?
fi
news='select(.target == "https://news1.lab/") | [.status, .mechanism, .evidence[0]] | join(" ")'
if [ "$status" != 77 ]; then
	verdicts --json "$tmp"/lab/ip-drop-*/state/results
	is 'a black hole looks like a dead server' "$(jq -r "$news" "$out")" 'insufficient tcp-timeout tcp_fails'
	verdicts --json --control-results "$tmp"/lab/clean-*/state/results "$tmp"/lab/ip-drop-*/state/results
	is 'until somebody was there who saw it alive' "$(jq -r "$news" "$out")" 'likely_blocked tcp-timeout tcp_fails_here_only'
	is 'and nobody else is suspected' "$(jq -r 'select(.target != "https://news1.lab/") | .status' "$out" | sort -u)" ok
else
	for claim in 'a black hole looks like a dead server' 'until somebody was there' 'and nobody else is suspected'; do
		skip "$claim" 'namespaces are not allowed here, or this build has sanitizers'
	done
fi
