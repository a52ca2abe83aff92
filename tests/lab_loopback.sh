# Sourced after lib.sh: a small internet on loopback, and `netvane check' in it.
#
#	lab_certificates site.test
#	start_peer site "$peer_tls" rst-hello --host 127.0.0.2
#	lab_dns site.test=A:127.0.0.2
#	lab_web
#	lab_conf
#	check --url "https://site.test:$site_port/"
#	is 'a reset is insufficient' "$(seen "https://site.test:$site_port/" "$verdict")" '...'
#
# Of the peers that a script can have, three are the lab's: `dns' is the system's resolver,
# `second' another one that nobody tampers with, `web' the controls' server, the portal's and a
# resolver over HTTPS. They know control1.test, control2.test, portal.test and doh.test.

need jq
peer_dns=$top_builddir/tests/peer_dns
peer_http=$top_builddir/tests/peer_http
peer_tls=$top_builddir/tests/peer_tls
certs=$tmp/certs
conf=$tmp/netvane.conf
state=$tmp/state
results=$tmp/results
controls='control1.test control2.test portal.test doh.test'

# Nothing of the person's who runs the tests.
HOME=$tmp
XDG_CONFIG_HOME=$tmp/xdg-config
XDG_STATE_HOME=$tmp/xdg-state
export HOME XDG_CONFIG_HOME XDG_STATE_HOME
unset STATE_DIRECTORY NO_COLOR COLUMNS

# lab_certificates NAME...: chains in $certs, good for these names and the lab's own.
lab_certificates()
{
	mkdir "$certs"
	# shellcheck disable=SC2086 # the controls are words
	"$top_builddir/tests/mkcerts" "$certs" $controls 127.0.0.1 "$@" ||
		test_bail_out 'no certificates'
}

# lab_dns RULE...: the resolver `dns' starts with these rules of peer_dns, and the controls'.
lab_dns()
{
	start_peer dns "$peer_dns" "$@" control1.test=A:127.0.0.1 control2.test=A:127.0.0.1 \
		portal.test=A:127.0.0.1
	echo "nameserver 127.0.0.1:$dns_port" >"$tmp/resolv.conf"
}

# lab_second RULE...: the same for the resolver `second'.
lab_second()
{
	start_peer second "$peer_dns" "$@" control1.test=A:127.0.0.1 control2.test=A:127.0.0.1 \
		portal.test=A:127.0.0.1
}

# lab_web NAME=IP...: the peer `web'; these names are what its resolver over HTTPS knows.
lab_web()
{
	start_peer web "$peer_http" --cert "$certs/good.pem" --key "$certs/key.pem" --doh \
		control1.test=127.0.0.1 control2.test=127.0.0.1 portal.test=127.0.0.1 "$@"
	doh="https://doh.test:$web_port/dns-query#127.0.0.1"
	{
		echo 'url,category_code,category_description,date_added,source,notes'
		echo "https://control1.test:$web_port/ok,CTRL,Control content,,,foreign"
		echo "https://control2.test:$web_port/ok,CTRL,Control content,,,foreign"
		echo "http://portal.test:$web_port/generate_204,CTRL,Control content,,,portal status=204"
	} >"$tmp/controls.csv"
}

# lab_conf [LINE...]: the configuration; later lines win. Every answer has 800 ms, so that a busy
# machine does not look like a censored one; pauses are short, since nothing here recovers.
lab_conf()
{
	cat >"$conf" <<-END
		[probe]
		roots = $certs/root.pem
		state = $state
		results = $results
		[targets]
		controls = $tmp/controls.csv
		[dns]
		resolv_conf = $tmp/resolv.conf
		resolver =
		doh =
		[limits]
		scale = 0.05
		dns_ms = 16000
		tcp_ms = 16000
		tls_ms = 16000
		http_first_byte_ms = 16000
		http_ms = 32000
		session_ms = 400000
		retry2_ms = 1000
	END
	[ $# -eq 0 ] || printf '%s\n' "$@" >>"$conf"
}

# check ARGUMENT...: with consent, into an empty results directory, records to $out.
check()
{
	rm -rf "$results"
	run "$NETVANE" check -c "$conf" --consent --json "$@"
}

# seen URL FILTER [FILE]: jq on the target's record.
seen()
{
	jq -rc --arg url "$1" \
		"select(.input == \$url and .test_keys.x_netvane.role == \"target\") | $2" "${3:-$out}"
}

# What jq is often asked for. An attempt of each kind is one element.
# shellcheck disable=SC2034 # for the scripts
{
	verdict='.test_keys.x_netvane.verdict | [.status, .stage, .mechanism, .evidence[0]]'
	evidence='.test_keys.x_netvane.verdict.evidence'
	tcp_failures='.test_keys.tcp_connect | map(.status.failure)'
	tls_failures='.test_keys.tls_handshakes | map(.failure)'
	tls_steps='.test_keys.tls_handshakes | map(.x_netvane.step)'
}

# live ARGUMENT...: the same in the background; its records come one by one, see live_until.
live()
{
	rm -rf "$results"
	mkfifo "$tmp/live.fifo"
	"$NETVANE" check -c "$conf" --consent --json "$@" </dev/null >"$tmp/live.fifo" \
		2>"$tmp/live.err" 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- &
	live_pid=$!
	exec 9<"$tmp/live.fifo"
	rm "$tmp/live.fifo"
	: >"$tmp/live.out"
}

# live_until TEXT: waits for a record with that text in it.
live_until()
{
	while IFS= read -r live_line; do
		printf '%s\n' "$live_line" >>"$tmp/live.out"
		case $live_line in *"$1"*) return ;; esac
	done <&9
	test_bail_out "no record has $1: $(cat "$tmp/live.err")"
}

# live_end: waits for its end; then $status, $out and $err are its own.
live_end()
{
	cat <&9 >>"$tmp/live.out"
	exec 9<&-
	status=0
	wait "$live_pid" || status=$?
	mv "$tmp/live.out" "$out"
	mv "$tmp/live.err" "$err"
}
