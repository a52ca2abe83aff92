# netvane-analyze verdicts: a row for each measurement, with OONI's keys recomputed.
. "$top_srcdir/tests/lib.sh"
need jq gzip
plan 35

unset COLUMNS
data=$top_srcdir/tests/data
ours=$data/netvane.jsonl
ooni=$data/ooni.jsonl
published=$top_srcdir/../shared/data/ooni-web-connectivity

verdicts()
{
	run "$NETVANE_ANALYZE" verdicts "$@"
}
row()
{
	jq -c --arg url "$1" "select(.target == \$url) | $2" "$out"
}

# ---- The columns are the contract -----------------------------------------------------------

ooni_keys='blocking accessible dns_consistency dns_experiment_failure http_experiment_failure
	x_blocking_flags x_dns_flags x_null_null_flags control_failure body_proportion'
# shellcheck disable=SC2086 # one word a column
columns=$(echo time probe_asn probe_cc target domain status stage mechanism confidence evidence \
	$ooni_keys; printf 'stored_%s ' $ooni_keys; echo input id control_id control_distance_s)
columns=$(echo $columns | tr ' ' ,)
verdicts --format csv "$ours"
is 'CSV names the columns' "$(head -n 1 "$out" | tr -d '\r')" "$columns"
is 'and has a row for each measurement that is no control, once' "$(wc -l <"$out")" 12
is 'with CRLF' "$(grep -c "$(printf '\r')\$" "$out")" 12
verdicts --json "$ours"
is 'JSON has the same keys' "$(jq -r 'keys_unsorted | join(",")' "$out" | sort -u)" "$columns"
is 'a row is what the record says' "$(head -n 1 "$out" |
	jq -c '[.time, .probe_asn, .probe_cc, .target, .status, .stage, .mechanism, .confidence, .evidence]')" \
	'["2026-11-22T06:00:01.500000Z","AS64500","KZ","https://news.example/","blocked","tls","tls-sni-reset",0.97,["sni_control_ok","retry_3_of_3"]]'
is 'the domain is what somebody registered' \
	"$(row http://www.social.example/ .domain | sort -u)" '"social.example"'
is 'what is not stored is null' "$(jq -c '[.stored_blocking, .stored_x_dns_flags, .stored_body_proportion]' "$out" | sort -u)" \
	'[null,null,null]'
is 'a row leads to its record' "$(jq -r 'select(.id == null) | .target' "$out" | wc -l)" 0
verdicts "$ours"
like 'the table has symbols and words' "$(cat "$out")" \
	'2026-11-22 06:00:01 +KZ AS64500 +✗ +https://news.example/ +blocked +tls +tls-sni-reset +0.97'
verdicts --json "$data/ooni-pretty.json"
is 'a pretty-printed record has a row' "$(row http://pretty.example/ '[.status, .domain]')" \
	'["ok","pretty.example"]'
verdicts "$data/does-not-exist"
is 'without input there is none' "$status" 66

# ---- Domains --------------------------------------------------------------------------------

for host in www.bbc.co.uk 'xn--e1afmkfd.xn--p1ai' 192.0.2.1 '[2001:db8::1]' co.uk a.b.user.github.io; do
	printf '{"test_name":"web_connectivity","input":"https://%s/","measurement_start_time":"2026-11-20 06:00:00","test_keys":{}}\n' "$host"
done >"$tmp/hosts.jsonl"
verdicts --json "$tmp/hosts.jsonl"
is 'public suffixes are known, private ones too; addresses and bare suffixes have no domain' \
	"$(jq -c .domain "$out" | tr '\n' ' ')" \
	'"bbc.co.uk" "xn--e1afmkfd.xn--p1ai" null null null "user.github.io" '

# ---- OONI's keys ----------------------------------------------------------------------------

# expected.tsv as JSON, "null" being null, and the rows in the same words.
wanted_of()
{
	jq -Rc 'split("\t") | select(.[1] == "generated") | .[2:13]' "$published/expected.tsv"
}
got_of()
{
	jq -c '[.input, .blocking, .accessible, .dns_consistency, .dns_experiment_failure,
		.http_experiment_failure, .control_failure, .x_blocking_flags, .x_dns_flags,
		.x_null_null_flags, .body_proportion] | map(tostring)' "$out"
}
generated()
{
	awk -F '\t' -v d="$published" '$2 == "generated" { print d "/" $1 "/measurement.json" }' \
		"$published/expected.tsv"
}
if [ -d "$published" ]; then
	# shellcheck disable=SC2046 # one word a file
	verdicts --json $(generated)
	is 'every generated measurement has a row' "$(wc -l <"$out")" 26
	wanted_of >"$tmp/wanted"
	got_of >"$tmp/got"
	holds "OONI's keys are recomputed as OONI has them, in every column" diff "$tmp/wanted" "$tmp/got"
	is 'so they are what is stored' "$(jq -c 'with_entries(select(.key as $k |
		["blocking", "accessible", "dns_consistency", "dns_experiment_failure",
		"http_experiment_failure", "x_blocking_flags", "x_dns_flags", "x_null_null_flags",
		"control_failure", "body_proportion"] | index($k))) as $k |
		[$k | to_entries[] | select(.value != $k[.key])] | length' "$out" | sort -u)" 0
	jq -c '[.blocking, .accessible, .dns_consistency, .dns_experiment_failure, .http_experiment_failure,
		.x_blocking_flags, .x_dns_flags, .x_null_null_flags, .control_failure, .body_proportion]' \
		"$out" >"$tmp/computed"
	for file in $(generated); do
		jq -c '.test_keys |= with_entries(select(.key | IN("blocking", "accessible",
			"dns_consistency", "dns_experiment_failure", "http_experiment_failure",
			"x_blocking_flags", "x_dns_flags", "x_null_null_flags", "body_proportion") | not))' "$file"
	done >"$tmp/bare.jsonl"
	verdicts --json "$tmp/bare.jsonl"
	jq -c '[.blocking, .accessible, .dns_consistency, .dns_experiment_failure, .http_experiment_failure,
		.x_blocking_flags, .x_dns_flags, .x_null_null_flags, .control_failure, .body_proportion]' \
		"$out" >"$tmp/again"
	holds 'they come from the observations, not from what is stored' cmp "$tmp/computed" "$tmp/again"
	is 'what was not stored is null' "$(jq -c '[.stored_blocking, .stored_accessible, .stored_dns_consistency,
		.stored_dns_experiment_failure, .stored_http_experiment_failure, .stored_x_blocking_flags,
		.stored_x_dns_flags, .stored_x_null_null_flags, .stored_body_proportion] | unique' "$out" | sort -u)" \
		'[null]'
else
	for claim in 'every generated measurement has a row' \
		"OONI's keys are recomputed as OONI has them, in every column" \
		'so they are what is stored' 'they come from the observations, not from what is stored' \
		'what was not stored is null'; do
		skip "$claim" 'the published measurements are not beside this tree'
	done
fi

# ---- Odd input ------------------------------------------------------------------------------

head='"test_name":"web_connectivity","input":"https://a.example/","measurement_start_time":"2026-11-20 06:00:00"'
{
	echo "{$head,\"test_keys\":null,\"id\":\"1\"}"
	echo "{$head,\"test_keys\":[1,2],\"id\":\"2\"}"
	echo "{$head,\"test_keys\":{\"queries\":7,\"requests\":{},\"tcp_connect\":[1,null,{}],\"accessible\":\"yes\",\"blocking\":[]},\"probe_asn\":9198,\"id\":\"3\"}"
	echo "{$head,\"test_keys\":{\"requests\":[{\"response\":{\"code\":200,\"body\":{\"format\":\"base64\",\"data\":\"!!!\"}}}]},\"id\":\"4\"}"
	echo '{"test_name":"some_future_test","input":null,"test_keys":{}}'
	echo 'rubbish'
	printf '{%s,"test_keys":{"requests":[{"response":{"code":200,"body":"' "$head"
	head -c 1048576 /dev/zero | tr '\0' x
	echo '"}}]},"id":"5"}'
} >"$tmp/odd.jsonl"
verdicts --json "$tmp/odd.jsonl"
is 'fields that are missing, null or of the wrong type, bodies that are no base64, a megabyte: all have their row' \
	"$status $(wc -l <"$out")" '0 5'
is 'and nothing is claimed' "$(jq -c '[.status, .blocking]' "$out" | sort -u)" '["insufficient",null]'
like 'a bad line is named with its file and number' "$(cat "$err")" "odd.jsonl:6: not JSON"
like 'another test is counted' "$(cat "$err")" 'left out: 1 other record'
verdicts --json --strict "$tmp/odd.jsonl"
is '--strict ends at a bad line' "$status $(wc -l <"$out")" '65 4'
like 'and says so' "$(cat "$err")" 'strict'
verdicts --json --strict "$ours"
is 'where all is well it changes nothing' "$status" 0
verdicts --json --strict "$tmp/none"
is 'no input is told from bad input' "$status" 66

# ---- However the records come ---------------------------------------------------------------

verdicts --json "$ours" "$ooni"
cp "$out" "$tmp/plain.json"
mkdir -p "$tmp/archive/20261120/06/KZ" "$tmp/archive/20261120/07" "$tmp/archive/.hidden"
gzip -c "$ours" >"$tmp/archive/20261120/06/KZ/a.jsonl.gz"
cp "$ooni" "$tmp/archive/20261120/07/b.jsonl"
cp "$tmp/odd.jsonl" "$tmp/archive/.hidden/c.jsonl"
ln -s .. "$tmp/archive/20261120/loop"
verdicts --json "$tmp/archive"
holds 'an archive is read to its depths, in order, without links and hidden directories' \
	cmp "$tmp/plain.json" "$out"
"$NETVANE_ANALYZE" verdicts --json - <"$tmp/archive/20261120/06/KZ/a.jsonl.gz" >"$tmp/stdin.json" 2>"$err"
verdicts --json "$ours"
holds 'standard input reads the same' cmp "$tmp/stdin.json" "$out"

# Many batches: rows keep the order of their lines, whoever decodes them.
i=0
while [ "$i" -lt 3000 ]; do
	echo "{$head,\"id\":\"$i\",\"measurement_uid\":\"n$i\",\"test_keys\":{}}"
	i=$((i + 1))
done >"$tmp/many.jsonl"
verdicts --json "$tmp/many.jsonl"
jq -r .id "$out" >"$tmp/ids"
seq 0 2999 | sed 's/^/n/' >"$tmp/wanted"
holds 'rows come in the order of the lines' cmp "$tmp/ids" "$tmp/wanted"
NETVANE_JSON=jansson
export NETVANE_JSON
verdicts --json "$ours" "$ooni" "$tmp/odd.jsonl" "$tmp/many.jsonl"
cp "$out" "$tmp/jansson.json"
cp "$err" "$tmp/jansson.err"
unset NETVANE_JSON
verdicts --json "$ours" "$ooni" "$tmp/odd.jsonl" "$tmp/many.jsonl"
holds 'the slow parser gives the same rows' cmp "$tmp/jansson.json" "$out"
holds 'and the same complaints' cmp "$tmp/jansson.err" "$err"

# ---- Each once ------------------------------------------------------------------------------

record()
{
	printf '{%s,"report_id":"20261120T060000Z_x","test_keys":{}%s}\n' "$head" "$1"
}
{ record ',"measurement_uid":"u1"'; record ',"measurement_uid":"u1","x":1'; } >"$tmp/uid.jsonl"
verdicts --json "$tmp/uid.jsonl"
is 'the same measurement_uid is the same measurement' "$(jq -r .id "$out" | tr '\n' ' ')" 'u1 '
{ record ',"measurement_uid":"u1"'; record ',"measurement_uid":"u2"'; } >"$tmp/uids.jsonl"
verdicts --json "$tmp/uids.jsonl"
is 'another one is another' "$(jq -r .id "$out" | tr '\n' ' ')" 'u1 u2 '
{ record ',"measurement_uid":"u1"'; record ',"x":1'; } >"$tmp/both.jsonl"
verdicts --json "$tmp/both.jsonl"
is "the archive's copy and the probe's own are one" "$(wc -l <"$out")" 1
{ record ',"x":1'; record ',"measurement_uid":"u1"'; } >"$tmp/both.jsonl"
verdicts --json "$tmp/both.jsonl"
is 'in any order' "$(wc -l <"$out")" 1
if [ -c /dev/full ]; then
	status=0
	"$NETVANE_ANALYZE" verdicts --json "$ours" >/dev/full 2>"$err" || status=$?
	is 'output that cannot be written is an error' "$status" 74
else
	skip 'output that cannot be written is an error' 'there is no /dev/full here'
fi
