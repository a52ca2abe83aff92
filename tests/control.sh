# netvane control, and netvane check that asks it: what the helper sees of good and bad sites, where it
# refuses to go, and that a probe comes to no harm by helpers that lie, hang or talk nonsense.
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/lab_loopback.sh"
need curl ss

plan 72

lab_certificates site.test gone.test helper.test expired.test
lab_dns site.test=A:127.0.0.1 plain.test=A:127.0.0.1 gone.test=nxdomain \
	expired.test=A:127.0.0.1 helper.test=A:127.0.0.1
lab_web
start_peer expired "$peer_tls" good --cert "$certs/expired.pem" --key "$certs/key.pem"
# A helper, and who waits for one, have time: neither is to fail because the machine is busy.
lab_conf '[limits]' 'scale = 1'
cp "$conf" "$tmp/helper.conf"
patient()
{
	lab_conf '[limits]' 'control_ms = 600000'
}
patient
start_peer silent "$peer_tls" silent
site=https://site.test:$web_port

# ---- A helper -------------------------------------------------------------------------------

# helper NAME OPTION...: starts one on a free port of 127.0.0.1; sets NAME_url and NAME_helper, its process.
helper()
{
	helper_name=$1
	shift
	mkfifo "$tmp/$helper_name.fifo"
	"$NETVANE" control -c "$tmp/helper.conf" --listen 127.0.0.1:0 "$@" </dev/null \
		>"$tmp/$helper_name.fifo" 2>"$tmp/$helper_name.log" \
		3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- &
	eval "${helper_name}_helper=$!"
	helpers="$helpers $!"
	read -r helper_url <"$tmp/$helper_name.fifo" ||
		test_bail_out "no helper: $(cat "$tmp/$helper_name.log")"
	rm "$tmp/$helper_name.fifo"
	eval "${helper_name}_url=\$helper_url"
}

helpers=
end_helpers()
{
	ended=$?
	for helper_pid in $helpers; do
		kill "$helper_pid" 2>/dev/null
	done
	(exit "$ended")
	test_end
}
trap end_helpers EXIT

# ask URL JSON: what a helper answers, in $out; $status is HTTP's.
ask()
{
	test_last_run="POST $1 $2"
	status=$(printf '%s' "$2" | curl -s --cacert "$certs/root.pem" -o "$out" -w '%{http_code}' \
		-D "$tmp/headers" -X POST -H 'Content-Type: application/json' \
		--data-binary @- "$1" 2>"$err")
}

# question URL [ENDPOINT...]: OONI's.
question()
{
	jq -nc --args '{http_request: $ARGS.positional[0], http_request_headers:
		{Accept: ["text/html"], "User-Agent": ["Mozilla/5.0"]},
		tcp_connect: $ARGS.positional[1:], x_quic_enabled: false}' "$@"
}

said()
{
	jq -rc "$1" "$out"
}

helper open --allow-private
like 'it prints where it is' "$open_url" '^http://127\.0\.0\.1:[0-9]+/$'
is 'it says that it is well' "$(curl -s "${open_url}health")" ok

ask "$open_url" "$(question "$site/ok" "127.0.0.1:$web_port" "127.0.0.1:$expired_port")"
is 'a question is answered' "$status" 200
like 'in JSON' "$(cat "$tmp/headers")" '^Content-Type: application/json'
is 'with all that OONI has in an answer' "$(said 'keys | join(" ")')" \
	'dns http3_request http_request ip_info quic_handshake tcp_connect tls_handshake'
is 'the page' "$(said '.http_request | [.failure, .status_code, .title, .body_length]')" \
	'[null,200,"It is well",67]'
is 'its headers' "$(said .http_request.headers.Server)" peer
is 'its name' "$(said .dns)" '{"failure":null,"addrs":["127.0.0.1"]}'
is 'the endpoint that was asked for' "$(said ".tcp_connect[\"127.0.0.1:$web_port\"]")" \
	'{"status":true,"failure":null}'
is 'its certificate' "$(said ".tls_handshake[\"127.0.0.1:$web_port\"]")" \
	'{"server_name":"site.test","status":true,"failure":null}'
is 'the address: asked for, resolved, no public one, with a valid certificate' \
	"$(said '.ip_info')" '{"127.0.0.1":{"asn":0,"flags":15}}'
is 'no other port is tried' "$(said '.tcp_connect | keys | length')" 1

ask "$open_url" "$(question http://plain.test/ 127.0.0.1:80)"
is 'where nobody listens: refused, in the old name' "$(said '.tcp_connect["127.0.0.1:80"]')" \
	'{"status":false,"failure":"connection_refused_error"}'
is 'and no page' "$(said '.http_request | [.failure, .status_code, .body_length, .title]')" \
	'["connection_refused_error",-1,-1,""]'
is 'port 443 of what it resolved is tried, too' "$(said '.tcp_connect | keys | join(" ")')" \
	'127.0.0.1:443 127.0.0.1:80'

ask "$open_url" "$(question https://gone.test/)"
is 'a name that does not exist' "$(said '[.dns.failure, .http_request.failure]')" \
	'["dns_name_error","dns_lookup_error"]'

ask "$open_url" "$(question "https://expired.test:$expired_port/")"
is 'a certificate out of date' \
	"$(said "[.tls_handshake[].failure, .http_request.failure, .ip_info[].flags]")" \
	'["ssl_invalid_certificate","unknown_error",6]'

ask "$open_url" "$(question "$site/redirect/3")"
is 'redirects are followed' "$(said '[.http_request.failure, .http_request.status_code]')" '[null,200]'
ask "$open_url" "$(question "$site/location?to=http://gone.test/")"
is 'one that leads to a name that is gone is no page' \
	"$(said '[.http_request.failure, .http_request.status_code]')" '["dns_lookup_error",-1]'
ask "$open_url" "$(question "$site/location?to=http://plain.test:$expired_port/")"
is 'one to a port that is not for pages is not followed' \
	"$(said '[.http_request.failure, .http_request.status_code]')" '["unknown_error",-1]'
ask "$open_url" "$(question "$site/status/403")"
is 'a refusal is a page' "$(said '[.http_request.failure, .http_request.status_code]')" '[null,403]'
ask "$open_url" "$(question "$site/latin1")"
is 'an answer is UTF-8 whatever the page' "$(said '.http_request.title | explode | unique')" '[65533]'
ask "$open_url" "$(question "https://127.0.0.1:$web_port/ok")"
is 'a URL with an address' "$(said '[.dns.addrs, .http_request.status_code]')" '[[],200]'

# ---- What it does not take ------------------------------------------------------------------

for bad in '' '{}' 'null' '{"http_request":7}' '{"http_request":"https://site.test/","tcp_connect":7}' \
	"$(question ftp://site.test/)" "$(question site.test)" "$(question "http://site.test:22/")" \
	"$(question http://user:secret@site.test/)"; do
	ask "$open_url" "$bad"
	is "no question: ${bad:-nothing}" "$status" 400
done
# shellcheck disable=SC2046 # words are wanted
ask "$open_url" "$(question "$site/ok" $(seq -f 127.0.0.1:%.0f 33))"
is 'more than 32 endpoints' "$status" 400
ask "$open_url" "$(head -c 70000 /dev/zero | tr '\0' ' ')"
is 'a request of more than 64 KiB' "$status" 413
is 'GET is no question' "$(curl -s -o "$out" -w '%{http_code}' "$open_url")" 405
is 'there is nothing else' "$(curl -s -o "$out" -w '%{http_code}' "${open_url}etc")" 404

# connected PID PORT: waits until the process is connected to it.
connected()
{
	until ss -Htnp state established "dport = :$2" | grep -q "pid=$1,"; do
		kill -0 "$1" || test_bail_out "process $1 has ended"
	done
}

# Three are asking when it is ended, one of whom has gone away.
question "https://site.test:$silent_port/" >"$tmp/question"
curl -s -o "$out" --data-binary @"$tmp/question" "$open_url" &
gone=$!
connected "$open_helper" "$silent_port"
kill "$gone"
wait "$gone"
curl -s -o "$out" -w '%{http_code}' --data-binary @"$tmp/question" "$open_url" >"$tmp/code" &
waiting=$!
curl -s -o "$tmp/third" --data-binary @"$tmp/question" "$open_url" &
third=$!
until [ "$(ss -Htnp state established "dport = :$silent_port" | grep -c "pid=$open_helper,")" -ge 3 ]; do
	kill -0 "$waiting" || test_bail_out 'nobody waits'
done
ask "$open_url" "$(question "$site/ok")"
is 'who has three questions there is told to wait' "$status" 429
like 'and how long' "$(cat "$tmp/headers")" '^Retry-After: 5'
kill "$open_helper"
status=0
wait "$open_helper" || status=$?
is 'SIGTERM ends it, whatever it is at' "$status" 0
wait "$waiting"
wait "$third"
is 'and who waits is told' "$(cat "$tmp/code")" 503
is 'and it has noted nothing of whom it served' "$(grep -vc stopping "$tmp/open.log")" 0

# ---- Where it does not go -------------------------------------------------------------------

helper public --max-per-client 4
# Half a request; see the end.
curl -s -o "$tmp/half" -H 'Content-Length: 100' --data-binary half "$public_url" &
half=$!
ask "$public_url" "$(question "$site/ok" "127.0.0.1:$web_port" "[::ffff:127.0.0.1]:$web_port" \
	"[64:ff9b::7f00:1]:$web_port" '[fe80::1]:443' '169.254.169.254:80')"
is 'it goes to no private address' "$(said '[.tcp_connect, .tls_handshake, .http_request.failure]')" \
	'[{},{},"unknown_error"]'
is 'and says that they are such' "$(said '[.ip_info["127.0.0.1"].flags, .ip_info["169.254.169.254"].flags]')" '[7,5]'
ask "$public_url" "$(question "http://127.0.0.1:$web_port/ok")"
is 'nor to a URL with one' "$status" 400
ask "$public_url" "$(question 'http://[::1]/')"
ask "$public_url" "$(question 'http://[::1]/')"
ask "$public_url" "$(question 'http://[::1]/')"
is 'who asks too often is told to wait' "$status" 429
like 'and how long' "$(cat "$tmp/headers")" '^Retry-After: ([1-9]|[1-5][0-9]|60)'

# ---- The command line -----------------------------------------------------------------------

run "$NETVANE" control
is '--listen is needed' "$status" 64
run "$NETVANE" control --listen 127.0.0.1
is 'with a port' "$status" 64
run "$NETVANE" control --listen 127.0.0.1:0 --tls-cert "$certs/good.pem"
is 'a certificate needs its key' "$status" 64
run "$NETVANE" control -c "$conf" --listen 127.0.0.1:0 --tls-cert "$tmp/none" --tls-key "$tmp/none"
is 'a file that is not there' "$status" 66
run "$NETVANE" control -c "$conf" --listen 127.0.0.1:0 --tls-cert "$certs/key.pem" --tls-key "$certs/key.pem"
is 'a file that is no certificate' "$status" 65
run "$NETVANE" control -c "$conf" --listen "127.0.0.1:$web_port"
is 'a port that is taken' "$status" 69

# ---- A probe that asks ----------------------------------------------------------------------

control=.test_keys.control
helper safe --allow-private --tls-cert "$certs/good.pem" --tls-key "$certs/key.pem"
safe_port=${safe_url##*:}
safe_port=${safe_port%/}

check --control "https://helper.test:$safe_port/" --url "$site/ok" --url "https://gone.test/"
is 'a helper is asked over HTTPS, its name looked up' \
	"$(seen "$site/ok" "[$control.http_request.status_code, .test_keys.control_failure]")" '[200,null]'
is 'the record says what it was asked' "$(seen "$site/ok" '.test_keys.x_control_request |
	[.http_request, .tcp_connect, .x_quic_enabled, (.http_request_headers | keys)]')" \
	"[\"$site/ok\",[\"127.0.0.1:$web_port\"],false,[\"Accept\",\"Accept-Language\",\"User-Agent\"]]"
is 'and who was' "$(seen "$site/ok" .test_keys.x_control_request.x_netvane.url)" \
	"https://helper.test:$safe_port/"
is 'it is asked about names without an address, too' \
	"$(seen https://gone.test/ "[$control.dns.failure, .test_keys.x_control_request.tcp_connect]")" \
	'["dns_name_error",[]]'
is 'nothing was skipped' "$(json_round '.test_keys.x_netvane.round.skipped')" '[]'
is 'the controls are nobody else'\''s business' "$(json_all \
	'map(select(.test_keys.x_netvane.role == "control") | .test_keys.x_control_request) | unique')" '[null]'

# hostile PATH FAILURE: a helper that answers as peer_http does at that path.
hostile()
{
	check --control "http://127.0.0.1:$web_port/$1" --url "$site/ok"
	is "a helper that answers with $1" "$(seen "$site/ok" "[.test_keys.control_failure, $control,
		.test_keys.x_netvane.verdict.status]")" "[\"$2\",null,\"ok\"]"
}

hostile ok json_parse_error
hostile garbage 'unknown_failure: control: not an HTTP response'
hostile endless 'unknown_failure: control: answer too large'
hostile status/500 'unknown_failure: control: HTTP status 500'
hostile close eof_error
hostile later 'unknown_failure: control: HTTP status 503'
is 'one that is only busy is not given up' "$(json_round '.test_keys.x_netvane.round.skipped')" '[]'
lab_conf '[limits]' 'control_ms = 6000'
hostile silent generic_timeout_error
hostile slow generic_timeout_error
patient

live --control "http://127.0.0.1:$silent_port/" --url "$site/ok"
connected "$live_pid" "$silent_port"
kill "$live_pid"
live_end
is 'who is stopped waits for no helper' "$(seen "$site/ok" .test_keys.control_failure)" interrupted

check --control "http://127.0.0.1:$web_port/garbage" --control "$safe_url" --url "$site/ok"
is 'where one fails the next is asked' "$(seen "$site/ok" \
	"[.test_keys.x_control_request.x_netvane.url, .test_keys.control_failure]")" "[\"$safe_url\",null]"
set --
for i in 1 2 3 4 5 6; do
	set -- "$@" --url "$site/ok?$i"
done
check --control "http://127.0.0.1:$web_port/garbage" "$@"
is 'one that failed three times in a row is left alone for the round' \
	"$(json_round '.test_keys.x_netvane.round.skipped | map([.what, .why])')" \
	"[[\"http://127.0.0.1:$web_port/garbage\",\"the test helper failed three times in a row\"]]"

kill "$safe_helper"
status=0
wait "$safe_helper" || status=$?
is 'the helper comes to no harm by all this' "$status" 0
status=0
wait "$half" || status=$?
is 'who sends half a request is cut: an empty reply' "$status" 52
