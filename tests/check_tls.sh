# netvane check, at the ways a site's address can fail before its page: what the record keeps of
# each, and that none of them is called blocking, for a lone line cannot tell it from a fault.
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/lab_loopback.sh"
plan 71

lab_certificates site.test two.test
lab_dns site.test=A:127.0.0.2 two.test=A:127.0.0.2,127.0.0.3
lab_second site.test=A:127.0.0.2 two.test=A:127.0.0.2,127.0.0.3
lab_web site.test=127.0.0.2
lab_conf "[dns]" "resolver = 127.0.0.1:$second_port"

# of FILTER: on the record of the target.
of()
{
	seen "$url" "$1"
}

# site MODE [OPTION...]: measures a site that behaves so.
site()
{
	start_peer site "$peer_tls" "$@" --host 127.0.0.2
	url=https://site.test:$site_port/
	check --url "$url"
	stop_peer site
}

# site_with CHAIN: one that shows this chain.
site_with()
{
	site good --cert "$certs/$1.pem" --key "$certs/key.pem"
}

three()
{
	echo "[\"$1\",\"$1\",\"$1\"]"
}

# not_accused CLAIM EXIT VERDICT: the exit code, and the whole of the verdict.
not_accused()
{
	is "$1" "$status $(of "$verdict")" "$2 $3"
}

# ---- Not even TLS ---------------------------------------------------------------------------

site refuse
not_accused 'a refused connection is insufficient' 1 \
	'["insufficient","tcp","tcp-refused","tcp_fails"]'
is 'every attempt at it is kept' "$(of "$tcp_failures")" "$(three connection_refused)"
is 'with its number' "$(of '.test_keys.tcp_connect | map(.x_netvane.attempt)')" '[1,2,3]'
is 'and its errno' "$(of '.test_keys.tcp_connect[0].x_netvane.errno')" 111
is 'there is no handshake' "$(of '.test_keys.tls_handshakes')" '[]'
is 'what is known of the failure is told' "$(of "$evidence")" \
	'["tcp_fails","resolvers_agree","resolver_on_own_network","bogon","tcp_control_ok","controls_ok","retry_3_of_3"]'
is "OONI's keys do not accuse either" "$(of '.test_keys | [.blocking, .accessible]')" '[null,null]'

# ---- Silence, resets and closes in the handshake --------------------------------------------

# handshake_cut CLAIM MECHANISM FAILURE STEP: of the site's handshakes.
handshake_cut()
{
	not_accused "$1 is insufficient" 1 "[\"insufficient\",\"tls\",$2,\"tls_fails\"]"
	is "$1: the connection itself stood" "$(of "$tcp_failures")" '[null,null,null]'
	is "$1: each handshake failed so" "$(of "$tls_failures")" "$(three "$3")"
	is "$1: each got so far" "$(of "$tls_steps")" "$(three "$4")"
	is "$1: attempts are numbered" \
		"$(of '.test_keys.tls_handshakes | map(.x_netvane.attempt)')" '[1,2,3]'
}

site silent
handshake_cut 'silence after the SYN' '"tls-sni-drop"' generic_timeout_error client_hello_sent
is 'silence: no byte came' "$(of '.test_keys.tls_handshakes | map(.x_netvane.bytes_in)')" '[0,0,0]'
is 'silence: the hello went out' \
	"$(of '.test_keys.tls_handshakes | map(.x_netvane.bytes_out > 100)')" '[true,true,true]'

site rst-hello
handshake_cut 'a reset after the hello' '"tls-sni-reset"' connection_reset client_hello_sent
is 'reset: its errno is kept' "$(of '.test_keys.tls_handshakes[2].x_netvane.errno')" 104

site fin-hello
handshake_cut 'an end after the hello' '"tls-sni-close"' eof_error client_hello_sent

site alert-hello --alert 40
handshake_cut 'an alert' '"tls-alert"' 'unknown_failure: remote error: tls: handshake failure' \
	client_hello_sent
is 'alert: its number is kept' \
	"$(of '.test_keys.tls_handshakes | map(.x_netvane.alert)')" '[40,40,40]'

site garbage
handshake_cut 'garbage' null 'unknown_failure: wrong version number' client_hello_sent
is 'garbage: no alert is made of it' "$(of '.test_keys.tls_handshakes[0].x_netvane.alert')" null

site stall-serverhello --cert "$certs/good.pem" --key "$certs/key.pem" --tls12
handshake_cut 'silence after the ServerHello' '"tls-sni-drop"' generic_timeout_error server_hello_received
is 'stall: no certificate had come' "$(of '.test_keys.tls_handshakes[0].peer_certificates')" '[]'

# ---- Certificates ---------------------------------------------------------------------------

# The chain that the record holds, one certificate a line, in base64.
chain()
{
	of '.test_keys.tls_handshakes[0].peer_certificates[] | [.format, .data] | join(":")'
}

# The same of a file that the peer was given.
chain_of()
{
	awk '/^-----BEGIN/ { printf "base64:"; next } /^-----END/ { print ""; next } { printf "%s", $0 }' \
		"$certs/$1.pem"
}

# bad CHAIN EXIT STATUS RULE FAILURE HOST_OK
bad()
{
	site_with "$1"
	not_accused "$1: no accusation" "$2" "[\"$3\",\"tls\",\"tls-certificate\",\"$4\"]"
	is "$1: each attempt failed so" "$(of "$tls_failures")" "$(three "$5")"
	is "$1: the handshake was finished, the host name compared" \
		"$(of '.test_keys.tls_handshakes[0] | [.x_netvane.step, .x_netvane.host_ok, .no_tls_verify]')" \
		"[\"done\",$6,false]"
	is "$1: the chain is kept as it came" "$(chain)" "$(chain_of "$1")"
}

bad self-signed 0 down certificate_is_servers ssl_unknown_authority true
is 'self-signed: what the verifier found is kept' \
	"$(of '.test_keys.tls_handshakes[0].x_netvane.verify_errors | map(.code)')" '[18]'
bad untrusted 1 insufficient certificate_in_doubt ssl_unknown_authority true
bad expired 0 down certificate_expired ssl_invalid_certificate true
is 'expired: what the verifier found is kept' \
	"$(of '.test_keys.tls_handshakes[0].x_netvane.verify_errors | map([.depth, .code])')" '[[0,10]]'
bad wrong-host 0 down certificate_for_another_name ssl_invalid_hostname false

# The roots given replace the public ones everywhere: to them, every certificate is a stranger's.
start_peer site "$peer_tls" good --host 127.0.0.2 --cert "$certs/good.pem" --key "$certs/key.pem"
url=https://site.test:$site_port/
check --roots "$certs/other-root.pem" --url "$url"
not_accused 'where the controls have strange certificates too, nobody is accused' 1 \
	'["insufficient","tls","tls-local-interception","everything_intercepted"]'
is 'and the round says so' "$(json_round '.test_keys.x_netvane |
	[.network.state, .network.local_interception, ([.round.controls[] | .untrusted] | unique)]')" \
	'["degraded",true,[false,true]]'

# ---- Good -----------------------------------------------------------------------------------

url=https://two.test:$site_port/
check --url "$url"
not_accused 'one address of two fails: impaired' 1 \
	'["impaired","tcp","tcp-refused","some_addresses_fail"]'
is 'each address was tried' "$(of '.test_keys.tcp_connect | group_by(.ip) |
	map([.[0].ip, (map(.status.failure) | unique)])')" \
	'[["127.0.0.2",[null]],["127.0.0.3",["connection_refused"]]]'
is "the page comes from the one that works" "$(of '.test_keys.requests[0].address')" \
	"127.0.0.2:$site_port"
stop_peer site

site_with good
not_accused 'a good site is ok' 0 '["ok",null,null,"tls_valid"]'
is 'good: one attempt, and its page' \
	"$(of '.test_keys | [(.tcp_connect | length), (.tls_handshakes | length), .requests[0].response.code]')" \
	'[1,1,200]'
is 'good: the handshake' "$(of '.test_keys.tls_handshakes[0] |
	[.failure, .tls_version, .negotiated_protocol, .server_name, .x_netvane.step]')" \
	'[null,"TLSv1.3","http/1.1","site.test","done"]'
is 'good: the chain is kept as it came' "$(chain)" "$(chain_of good)"
is "good: OONI's keys say so" "$(of '.test_keys | [.blocking, .accessible]')" '[false,true]'
