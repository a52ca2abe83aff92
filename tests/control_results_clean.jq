# Of a measurement of OONI's: what its test helper answered, as the measurement of a clean vantage.
.test_keys.control as $c
| select($c != null)
| (.input | capture("^[a-z]+://(?<host>\\[[^]]*\\]|[^/:?#]*)").host) as $url_host
| ([.test_keys.queries[]? | select(.tags // [] | index("depth=0")) | .hostname][0] // $url_host) as $host
| def common: {t: 0, tags: ["depth=0"], transaction_id: 0};
  def families(f): if test(":") then {type: "AAAA", ipv6: .} else {type: "A", ipv4: .} end;
  def page:
	(if (.title // "") == "" then "" else "<title>\(.title)</title>" end)
	| . + ("x" * ($c.http_request.body_length - utf8bytelength) // "");
.test_keys = {
	queries: [common + {
		engine: "getaddrinfo", hostname: $host, query_type: "ANY", resolver_address: "",
		failure: (if $c.dns.failure == "dns_name_error" then "dns_nxdomain_error" else $c.dns.failure end),
		answers: [$c.dns.addrs[]? | . as $ip | families(.) |
			{answer_type: .type, ipv4, ipv6, ttl: null, asn: ($c.ip_info[$ip].asn // 0)}]
	}],
	tcp_connect: [$c.tcp_connect | to_entries[] | common + {
		ip: (.key | sub(":[0-9]+$"; "") | ltrimstr("[") | rtrimstr("]")),
		port: (.key | capture(":(?<port>[0-9]+)$").port | tonumber),
		status: {failure: .value.failure, success: .value.status}
	}],
	tls_handshakes: [$c.tls_handshake // {} | to_entries[] | common + {
		address: .key, server_name: .value.server_name, failure: .value.failure, cipher_suite: "",
		tls_version: "", negotiated_protocol: "", no_tls_verify: false, peer_certificates: []
	}],
	requests: [$c.http_request | select(. != null) | common + {
		failure, request: {url: "x", method: "GET"},
		response: (if .status_code > 0 then {code: .status_code, headers, body: page, body_is_truncated: false} else {} end)
	}],
	# A site that is down for everybody leaves no trace of a line that works, but for this.
	control: {tcp_connect: {}, tls_handshake: {}, http_request: null, dns: {failure: null, addrs: []}},
	control_failure: null, blocking: null, accessible: null
}
| .report_id = "clean" | .measurement_uid = "clean \(.input)"
