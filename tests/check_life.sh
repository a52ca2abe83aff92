# netvane check, when it is stopped in the middle, and when it may open few files: what becomes of
# the record then, and that neither is taken for a fault of the line or of a site.
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/lab_loopback.sh"
plan 18

lab_certificates site.test
lab_dns site.test=A:127.0.0.1
lab_second site.test=A:127.0.0.1
lab_web
start_peer control "$peer_tls" good --cert "$certs/good.pem" --key "$certs/key.pem"
network='.test_keys.x_netvane.network.state'

# ---- Open files -----------------------------------------------------------------------------

# limited LIMIT ARGUMENT...: check with ulimit's options.
limited()
{
	limit=$1
	shift
	rm -rf "$results"
	run sh -c "ulimit $limit"' && shift && exec "$@"' sh - "$NETVANE" check -c "$conf" \
		--consent --json "$@"
}

lab_conf
{
	echo 'url,category_code,category_description,date_added,source,notes'
	i=0
	while [ "$i" -lt 60 ]; do
		i=$((i + 1))
		echo "https://n$i.test/,NEWS,News,,,"
	done
} >"$tmp/many.csv"
limited '-S -n 60' --concurrency 60 --list "$tmp/many.csv"
unlike 'the soft limit on open files is raised' "$(cat "$err")" 'files may be open'
is 'so there are enough' "$(grep -c 'Too many open files' "$out")" 0
limited '-n 150' --concurrency 60 --list "$tmp/many.csv"
like 'where the hard limit is low, fewer targets are measured at a time' "$(cat "$err")" \
	'only 150 files may be open'
is 'and there are enough, too' "$(grep -c 'Too many open files' "$out")" 0

# ---- Many names at one address that keeps silent ---------------------------------------------

start_peer silent "$peer_tls" silent
lab_conf '[limits]' 'session_ms = 400000' 'tls_ms = 300000' 'retry1_ms = 1' 'retry2_ms = 1' \
	'scale = 0.001' 'tcp_ms = 300000' 'dns_ms = 300000'
set --
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
	set -- "$@" --url "https://127.0.0.1:$silent_port/$i"
done
rm -rf "$results"
run "$NETVANE" check -c "$conf" --consent --json "$@"
is 'nobody waits for ever for a turn there: five times the limit at most' "$(json_all \
	'map(select(.test_name == "web_connectivity" and .test_runtime > 3)) | length')" 0
is 'and who got none is not judged' "$(json_all 'map(select(.test_keys.x_netvane.role == "target") |
	.test_keys.x_netvane.verdict | [.status, .evidence[0]]) | unique | tojson |
	test("blocked|ok|down") | not')" true

# ---- Closed files ---------------------------------------------------------------------------

lab_conf
rm -rf "$results"
run sh -c 'exec "$@" >&-' sh "$NETVANE" check -q -c "$conf" --consent \
	--url "http://site.test:$web_port/ok"
is 'what goes to a closed output goes into no other file' \
	"$(grep -rl 'VERDICT' "$state" "$results")" ''

# ---- A terminal that closes -----------------------------------------------------------------

# The first site is measured, the second hangs. The shell tells of the end, and so does the kernel.
lab_conf '[limits]' 'tls_ms = 400000'
start_peer hung "$peer_tls" silent --host 127.0.0.2
one="http://site.test:$web_port/ok"
live --resolver "127.0.0.1:$second_port" --url "$one" --url "https://127.0.0.2:$hung_port/"
live_until "\"input\":\"$one\""
kill -HUP "$live_pid"
kill -HUP "$live_pid"
live_end
is 'a hangup ends a check in good order: exit 1, for a target that cannot be told' "$status" 1
is 'what was measured is kept' "$(seen "$one" '.test_keys.x_netvane.verdict.status')" ok
is 'and so is the record of the round' "$(json_round .test_keys.x_netvane.round.complete)" false
is 'and what it taught' "$("$NETVANE" baseline show --json -c "$conf" "$one" | jq .baseline.ok)" 1
trap '' HUP
live --resolver "127.0.0.1:$second_port" --url "$one" --url "https://127.0.0.2:$hung_port/"
trap 'exit 129' HUP
live_until "\"input\":\"$one\""
like 'where hangups are ignored, as nohup does, they stay so' \
	"$(grep SigIgn "/proc/$live_pid/status")" '[13579bdf]$'
unlike 'and none is waited for' "$(grep SigCgt "/proc/$live_pid/status")" '[13579bdf]$'
kill -TERM "$live_pid"
live_end
is 'it can be ended all the same' "$(json_round .test_keys.x_netvane.round.complete)" false

# ---- An interrupt while the controls are looked at once more ---------------------------------

{
	echo 'url,category_code,category_description,date_added,source,notes'
	echo "https://control1.test:$control_port/,CTRL,Control content,,,foreign"
} >"$tmp/controls.csv"
lab_conf '[limits]' 'tls_ms = 400000'
rm -rf "$results"
mkfifo "$tmp/records"
"$NETVANE" check -c "$conf" --consent --json --resolver "127.0.0.1:$second_port" --url "http://site.test:$web_port/ok" \
	>"$tmp/records" 2>"$err" 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- &
netvane_pid=$!
test_last_run='netvane, interrupted'
{
	read -r line && echo "$line"
	kill -STOP "$control_pid" # answered before the targets, silent after them
	read -r line && echo "$line"
	kill -INT "$netvane_pid"
	cat
} <"$tmp/records" >"$out"
status=0
wait "$netvane_pid" || status=$?
kill -CONT "$control_pid"
is 'an interrupted check ends in good order' "$status" 0
is 'what was measured is kept' "$(seen "http://site.test:$web_port/ok" "$verdict")" \
	'["ok",null,null,"plain_page_unverified"]'
is 'controls that were cut short do not make the line dead' "$(json_round "$network")" online
is 'the round is not complete' "$(json_round .test_keys.x_netvane.round.complete)" false
