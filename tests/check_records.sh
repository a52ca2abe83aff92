# netvane check, and what it leaves: the lines on standard output and in the journal, the keys
# that OONI's readers need, the round's record, the summary made of them; the table for people.
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/lab_loopback.sh"
plan 51

lab_certificates site.test
lab_dns site.test=A:127.0.0.1
lab_second site.test=A:127.0.0.1
lab_web
lab_conf "[dns]" "resolver = 127.0.0.1:$second_port"
start_peer refuse "$peer_tls" refuse
start_peer reset "$peer_tls" rst-hello
start_peer expired "$peer_tls" good --cert "$certs/expired.pem" --key "$certs/key.pem"
site=https://site.test:$web_port/
page=http://site.test:$web_port/redirect/1
old=https://site.test:$expired_port/
refused=https://site.test:$refuse_port/
cut=https://site.test:$reset_port/
cat >"$tmp/sites.csv" <<-END
	url,category_code,category_description,date_added,source,notes
	$site,NEWS,News Media,,,
	$page,GRP,Social Networking,,,
	$old,NEWS,News Media,,,
	$refused,NEWS,News Media,,,
	$cut,NEWS,News Media,,,
END
check --list "$tmp/sites.csv"
is 'five targets, two of them failing: exit 1' "$status" 1

# ---- Lines ----------------------------------------------------------------------------------

is 'every line is one JSON object' "$(jq -c type "$out" | sort | uniq -c | tr -s ' ')" \
	" $(wc -l <"$out") \"object\""
cat "$results"/netvane-*.jsonl >"$tmp/journal"
holds 'what is printed is what the journal holds, byte for byte' cmp "$out" "$tmp/journal"
is 'a line for each target, for each control before and after, and for the round' \
	"$(json_all 'map(.test_keys.x_netvane.role // .test_name) | group_by(.) |
		map([.[0], length])')" '[["control",6],["netvane_round",1],["target",5]]'
is 'every id is 128 bits of its own' \
	"$(json_all '[length, (map(.id | select(test("^[0-9a-f]{32}$"))) | unique | length)] | .[0] == .[1]')" \
	true
is 'the round comes last' "$(tail -n 1 "$out" | jq -r .test_name)" netvane_round
is 'list and category come with the target' \
	"$(seen "$page" '.test_keys.x_netvane | [.list, .category]')" \
	'["sites","GRP"]'

# ---- What OONI's readers need ---------------------------------------------------------------

is "every record has OONI's envelope" "$(json_all '[.[] | ["annotations", "data_format_version",
	"extensions", "id", "input", "measurement_start_time", "options", "probe_asn", "probe_cc",
	"probe_ip", "probe_network_name", "report_id", "resolver_asn", "resolver_ip",
	"resolver_network_name", "software_name", "software_version", "test_helpers", "test_keys",
	"test_name", "test_runtime", "test_start_time", "test_version"] - keys] | flatten')" '[]'
is 'in the right types' "$(json_all 'map([.data_format_version, .probe_ip, (.test_runtime | type),
	(.measurement_start_time | test("^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$"))]) | unique')" \
	'[["0.2.0","127.0.0.1","number",true]]'
targets='[.[] | select(.test_name == "web_connectivity")]'
is "every measurement has OONI's lists and verdict keys" "$(json_all "$targets | [.[] | [
	\"queries\", \"tcp_connect\", \"tls_handshakes\", \"network_events\", \"requests\",
	\"blocking\", \"accessible\", \"dns_consistency\", \"dns_experiment_failure\",
	\"http_experiment_failure\", \"control_failure\", \"control\"] - (.test_keys | keys)] | flatten")" '[]'

# keys LIST KEY...: of every element of that list.
keys()
{
	keys_list=$1
	shift
	is "every element of $keys_list has its keys" "$(json_all "$targets | [.[].test_keys.$keys_list[] |
		$(printf '%s\n' "$@" | jq -Rnc '[inputs]') - keys] | flatten")" '[]'
}
keys queries answers engine failure hostname query_type raw_response resolver_address \
	resolver_hostname resolver_port t0 t tags
keys tcp_connect ip port status t0 t tags transaction_id
keys tls_handshakes network address cipher_suite failure negotiated_protocol no_tls_verify \
	peer_certificates server_name tls_version t0 t tags transaction_id
keys network_events address failure operation proto t0 t tags
keys requests network address alpn failure request response t0 t tags transaction_id

is 'a handshake is said to have been verified' \
	"$(json_all "$targets | [.[].test_keys.tls_handshakes[].no_tls_verify] | unique")" '[false]'
is "each handshake's first event is of its own address" "$(json_all "$targets | [.[].test_keys |
	.network_events as \$events | .tls_handshakes[] | . as \$tls |
	[\$events[] | select(.transaction_id == \$tls.transaction_id)] | min_by(.t) |
	.address == \$tls.address and .operation == \"connect\"] | unique")" '[true]'
is "the system's resolver is named as OONI's readers want it" \
	"$(json_all "$targets | [.[].test_keys.queries[] | select(.x_netvane.role == \"system\") | .engine] | unique")" \
	'["system"]'
is 'no time is before its start' "$(json_all "$targets | [.[].test_keys | .queries, .tcp_connect,
	.tls_handshakes, .network_events, .requests | .[] | .t0 >= 0 and .t >= .t0] | unique")" '[true]'
is 'none is after the end' "$(json_all "$targets | [.[] | .test_runtime as \$last | .test_keys |
	.queries, .tcp_connect, .tls_handshakes, .network_events, .requests | .[] | .t <= \$last + 0.01] |
	unique")" '[true]'
is "each connection's observations share an id" "$(seen "$site" '.test_keys |
	.tcp_connect[0].transaction_id == .tls_handshakes[0].transaction_id')" true

# ---- Verdicts, contexts, the round ----------------------------------------------------------

is 'verdicts' "$(for url in "$site" "$page" "$old" "$refused" "$cut"; do
	seen "$url" '.test_keys.x_netvane.verdict | [.status, .mechanism] | join(" ")'
done)" 'ok 
ok 
down tls-certificate
insufficient tcp-refused
insufficient tls-sni-reset'
is 'a verdict has its confidence, evidence and rules' \
	"$(json_all '[.[] | .test_keys.x_netvane.verdict | select(.) |
		(.confidence > 0 and .confidence <= 1) and (.evidence | length > 0) and (.rules == "2")] | unique')" \
	'[true]'
is 'it can be judged again: the context is kept with it' \
	"$(seen "$cut" '.test_keys.x_netvane.context | [.state, .foreign_asked, .foreign_ok,
		(.resolvers | map([.role, .asked > 0, .answered > 0]))]')" \
	'["online",4,4,[["system",true,true],["second",true,true]]]'
is 'times are in microseconds, with a monotonic reading' "$(json_all 'map(.test_keys.x_netvane |
	(.time | test("^[0-9-]{10}T[0-9:]{8}\\.[0-9]{6}Z$")) and (.mono_ns > 0)) | unique')" '[true]'
is 'they belong to one round' "$(json_all '[map(.test_keys.x_netvane.round_id) | unique[]] |
	length')" 1
is 'which is that of its record' "$(json_round '.id == .test_keys.x_netvane.round_id')" true
is 'the round is complete' "$(json_round '.test_keys.x_netvane.round |
	[.complete, .targets, .measured]')" '[true,5,5]'
is 'its counts are those of the verdicts' "$(json_round '.test_keys.x_netvane.round.counts |
	with_entries(select(.value > 0))')" '{"ok":2,"down":1,"insufficient":2}'
is 'its state is online' "$(json_round '.test_keys.x_netvane.network.state')" online
is 'its controls are told' "$(json_round '.test_keys.x_netvane.round.controls |
	map([.kind, .phase, .ok]) | group_by(.) | map([.[0], length])')" \
	'[[["foreign","after",true],2],[["foreign","before",true],2],[["portal","after",true],1],[["portal","before",true],1]]'
is 'bytes are counted' "$(json_round '.test_keys.x_netvane.round |
	[.bytes_in > 5000, .bytes_out > 5000]')" '[true,true]'
is 'there was no round before' "$(json_round '.test_keys.x_netvane.round.since_last_s')" null
is 'the roots are told' "$(json_round '.test_keys.x_netvane.round.roots | [.source, .count]')" \
	'["root.pem",1]'

# ---- Read back ------------------------------------------------------------------------------

cp -r "$results" "$tmp/kept"
run "$NETVANE_ANALYZE" summary --json "$tmp/kept"
is 'the summary reads them' "$status" 0
is 'every record, and each as what it is' "$(jq -c 'select(.kind == "period") |
	[.records, .rounds, .rounds_not_online, .controls_left_out, .bad_lines, .other]' "$out")" \
	'[12,1,0,6,0,0]'
is 'with the same verdicts' "$(jq -rc 'select(.kind == "target") | [.target, .status] | join(" ")' \
	"$out" | sort)" "$(printf '%s\n' "$site ok" "$page ok" "$old down" "$refused " "$cut " | sort)"

run "$NETVANE" check -c "$conf" --consent --json --url "$site"
is 'the next round knows when the last one was' "$(json_round \
	'.test_keys.x_netvane.round.since_last_s | . > 0 and . < 60')" true
is 'it has a segment of its own' "$(find "$results" -name 'netvane-*.jsonl' | wc -l)" 2
run "$NETVANE_ANALYZE" summary --json "$results"
is 'the summary reads both' "$(jq -c 'select(.kind == "period") | [.records, .rounds, .bad_lines]' \
	"$out")" '[20,2,0]'

mkdir "$tmp/defaults"
sed '/^state/d; /^results/d' "$conf" >"$tmp/defaults.conf"
XDG_STATE_HOME=$tmp/defaults run "$NETVANE" check -c "$tmp/defaults.conf" --consent -q --url "$site"
is "results go below the person's own state directory by default" \
	"$(jq -r .test_name "$tmp/defaults/netvane/results"/*.jsonl | tail -n 1)" netvane_round

# ---- For people -----------------------------------------------------------------------------

COLUMNS=80
export COLUMNS
rm -rf "$results"
run "$NETVANE" check -c "$conf" --list "$tmp/sites.csv" --no-http
is 'the table: exit 1 all the same' "$status" 1
like 'it has a line for a site that was reached' "$(cat "$out")" \
	"^site\\.test:$web_port +ok +ok +ok +- +✓ reached +[0-9.]+s\$"
like 'one for a site that was not, with what was seen' "$(cat "$out")" \
	"^site\\.test:$reset_port +bogus +ok +reset +- +\\? cannot be told.* +[0-9.]+s\$"
like "one for a site whose certificate is old" "$(cat "$out")" \
	"^site\\.test:$expired_port +bogus +ok +bad cert +- +· site's own fault"
like 'and a sentence' "$(tr '\n' ' ' <"$out")" \
	'Of 5 sites, 2 were reached.*1 is out of order by its own fault.*2 failed.*cannot be told'
is 'nothing is wider than 80 columns' "$(cat "$out" "$err" | wc -L | awk '{ print $1 <= 80 }')" 1
unlike 'there is no colour in a file' "$(cat "$out" "$err")" "$(printf '\033')"
run "$NETVANE" check -c "$conf" --color always --url "$site"
like '--color always colours' "$(cat "$out")" "$(printf '\033')"
LC_ALL=C run "$NETVANE" check -c "$conf" -q --url "$site"
is 'a terminal without UTF-8 gets none' "$(LC_ALL=C tr -d '\0-\177' <"$out" | wc -c)" 0
is '--quiet says nothing on stderr' "$(cat "$err")" ''
