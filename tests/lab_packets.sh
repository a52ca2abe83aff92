# The lab's packets do what its scenarios say: what curl meets in the probe's place, and what netvane
# observes, whatever it may make of it.
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/lab_run.sh"
need jq curl ip

lab=$top_builddir/netvane-lab
scenarios=$top_srcdir/tests/lab/scenarios
LAB_CERTS=$tmp/certs
export LAB_CERTS
"$lab" certs "$LAB_CERTS" || test_bail_out 'no certificates'
"$lab" try "$scenarios/clean.ini" true 2>"$err" || {
	[ $? -ne 77 ] || skip_all 'namespaces are not allowed here'
	test_bail_out "the lab does not work: $(cat "$err")"
}
plan 47

# ---- With curl ------------------------------------------------------------------------------

# What the commands below have: fetch NAME IP [OPTION...] prints curl's exit code and its -w.
cat >"$tmp/fetch" <<'EOF'
fetch()
{
	name=$1
	ip=$2
	shift 2
	curl -sS --cacert "$LAB_ROOTS" --resolve "$name:443:$ip" --resolve "$name:80:$ip" -o /dev/null -m 8 \
		-w '%{http_code} %{size_download} %{time_connect} %{time_total} %{speed_download}' "$@" \
		"https://$name/" 2>>"$tmp/curl.err"
	echo " exit=$?"
}
EOF

# try SCENARIO COMMANDS: run in the probe's place.
try()
{
	run env tmp="$tmp" sh -c 'lab=$1; shift; exec "$lab" try "$@"' sh "$lab" "$scenarios/$1.ini" \
		sh -c ". '$tmp/fetch'; $2"
}

# number N: the N-th word of the output.
number()
{
	awk -v n="$1" '{ print $n; exit }' "$out"
}

try clean 'fetch news3.lab 198.18.1.3'
like 'a clean line delivers' "$(cat "$out")" '^200 .*exit=0$'
try clean 'curl -sS -g --cacert "$LAB_ROOTS" --resolve "news2.lab:443:[2001:db8:100::1:2]" -o /dev/null \
	-w "%{http_code} %{remote_ip}" https://news2.lab/'
is 'over IPv6, too' "$(cat "$out")" '200 2001:db8:100::1:2'
try clean 'for ttl in 1 2 8 9; do
	echo $ttl >/proc/sys/net/ipv4/ip_default_ttl
	curl -sS -m 2 -o /dev/null http://198.18.1.3/ 2>/dev/null
	echo "$ttl:$? $(awk "/^Icmp:/ { n = \$6 } END { print (n > 0) }" /proc/net/snmp)"
done'
is 'the path has a router and seven hops, which say where a packet died' "$(tr '\n' ' ' <"$out")" \
	'1:7 1 2:7 1 8:7 1 9:0 1 '
try clean 'for hops in 1 8 9; do
	echo $hops >/proc/sys/net/ipv6/conf/eth0/hop_limit
	curl -sS -g -m 2 -o /dev/null "http://[2001:db8:100::1:2]/" 2>/dev/null; echo "$hops:$?"
done'
is 'over IPv6 alike' "$(tr '\n' ' ' <"$out")" '1:7 8:7 9:0 '

try line-slow 'fetch news3.lab 198.18.1.3'
holds 'a delay is there and back' awk -v t="$(number 3)" 'BEGIN { exit !(t >= 0.3 && t < 0.6) }'
holds 'half a megabit takes its time' awk -v n="$(number 2)" -v t="$(number 4)" \
	'BEGIN { exit !(n > 50000 && t > n * 8 / 512000) }'
try line-loss-10 'fetch video1.lab 198.18.3.1 -m 20; awk "/^TcpExt:/ { if (!n) { for (i = 1; i <= NF; i++)
	if (\$i == \"TCPOFOQueue\") n = i } else print \$n }" /proc/net/netstat'
like 'a lossy line delivers all the same' "$(head -n 1 "$out")" '^200 .*exit=0$'
holds 'with gaps that are filled later' test "$(tail -n 1 "$out")" -gt 0
try line-mtu 'fetch news3.lab 198.18.1.3 -m 2; curl -sS -m 2 -o /dev/null -w "%{http_code}" http://198.18.1.3/'
like 'long packets vanish: no handshake ends' "$(head -n 1 "$out")" '^000 0 .* exit=28$'
isnt 'short ones do not' "$(tail -n 1 "$out")" 000
try line-syn-limit 'for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24; do
	{ curl -sS -m 0.8 -o /dev/null http://198.18.1.3/ 2>/dev/null; echo $?; } &
done; wait'
holds 'a hurried client meets the limit of new connections' grep -qx 28 "$out"
holds 'and is served up to it' test "$(grep -cx 0 "$out")" -ge 8
try sni-throttled 'fetch video1.lab 198.18.3.1 -m 10; fetch video2.lab 198.18.3.2'
like 'the throttled name has a connection' "$(head -n 1 "$out")" '^200 .*exit=28$'
holds 'at 24 kbit a second' awk -v n="$(number 2)" 'BEGIN { exit !(n > 0 && n <= 10 * 3000) }'
like 'another name has all the speed' "$(tail -n 1 "$out")" '^200 .*exit=0$'
try ip-throttled 'curl -sS -m 2 -k -o /dev/null -w "%{size_download}\n" --resolve x.lab:443:198.18.3.1 https://x.lab/
	fetch video1.lab 198.18.3.1 -m 2'
like 'a throttled address is slow for every name' "$(tail -n 1 "$out")" ' exit=28$'
try cut-after-bytes 'fetch news1.lab 198.18.1.1 -m 2; fetch news1.lab 198.18.1.1 -m 2 -I; fetch news3.lab 198.18.1.3'
like 'a connection is cut after its kilobytes' "$(head -n 1 "$out")" '^200 [0-9]* .*exit=28$'
like 'a short answer passes' "$(sed -n 2p "$out")" 'exit=0$'
like 'and so does all of another site' "$(tail -n 1 "$out")" '^200 .*exit=0$'
try ip-prohibited 'curl -v -m 2 http://198.18.1.1/'
like 'a prohibition is told' "$(cat "$err")" 'No route to host|Host is unreachable'
try syn-reset 'curl -v -m 2 http://198.18.1.1/'
like 'a reset instead of a connection is a refusal' "$(cat "$err")" 'Connection refused'
try sni-reset 'fetch news1.lab 198.18.1.1; fetch x.lab 198.18.1.1 -k; fetch news3.lab 198.18.1.3'
is 'a name sets off the reset' "$(head -n 1 "$out" | sed 's/.* //')" exit=35
is 'another name at the same address does not' "$(sed -n 2p "$out" | sed 's/.* //')" exit=0
try sni-reset 'ip route change default via 192.168.1.1 advmss 256
	ip link set eth0 mtu 300; fetch news1.lab 198.18.1.1; fetch news3.lab 198.18.1.3'
is 'a hello in small segments is read all the same' "$(head -n 1 "$out" | sed 's/.* //')" exit=35
is 'and small segments are no trouble for others' "$(tail -n 1 "$out" | sed 's/.* //')" exit=0
try sni-residual 'fetch news1.lab 198.18.1.1; fetch x.lab 198.18.1.1 -k -m 2; fetch news3.lab 198.18.1.3'
is 'after a reset, silence for every name at that address' "$(sed 's/.* //' "$out" | tr '\n' ' ')" \
	'exit=35 exit=28 exit=0 '
try sni-half 'for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do fetch news1.lab 198.18.1.1; done'
is 'chance resets some connections and not others' "$(sed 's/.* //' "$out" | sort -u | tr '\n' ' ')" \
	'exit=0 exit=35 '
try line-clock-behind 'date -u +%Y'
is 'a clock may be wrong' "$(cat "$out")" "$(date -u -d '-400 days' +%Y)"
try portal 'curl -sS -o /dev/null -w "%{redirect_url}" http://198.18.10.1/
	echo; curl -sS -o /dev/null https://198.18.1.1/ 2>&1'
is 'a portal redirects whatever is asked for' "$(head -n 1 "$out")" http://portal.lab/login
like 'and shows its own certificate' "$(cat "$out")" '^curl: \(60\)'

# ---- With netvane ---------------------------------------------------------------------------

# What it makes of this is for tests/lab_*.sh to judge.
records=$tmp/records
set --
for name in sni-reset sni-reset-client sni-reset-late sni-drop sni-close sni-alert sni-exact syn-drop \
	dns-injection shutdown foreign-cut line-down line-gateway-dead line-6-broken portal; do
	set -- "$@" "$scenarios/$name.ini"
done
lab_pace
"$lab" run -j "$lab_jobs" --slower "$lab_slower" --certs "$LAB_CERTS" --keep "$records" "$@" >"$out" 2>"$err"

# seen SCENARIO URL FILTER: jq on the target's record; URL round: on the round's.
seen()
{
	cat "$records/$1-lone-first-1"/state/results/*.jsonl | jq -rc --arg url "$2" "select(
		if \$url == \"round\" then .test_name == \"netvane_round\"
		else .input == \$url and .test_keys.x_netvane.role == \"target\" end) | $3"
}
# What the probe's own deadline interrupted says nothing.
tls='.test_keys.tls_handshakes | map(.failure) | map(select(. != "interrupted")) | unique | join(" ")'
tcp='.test_keys.tcp_connect | map(.status.failure) | map(select(. != "interrupted")) | unique |
	join(" ")'
news1=https://news1.lab/

is 'a reset races the answer' "$(seen sni-reset $news1 "$tls")" connection_reset
is 'a reset may come alone' "$(seen sni-reset-client $news1 "$tls")" connection_reset
is 'a reset may come late' "$(seen sni-reset-late $news1 "$tls")" connection_reset
is 'others are not reset' "$(seen sni-reset https://news3.lab/ "$tls")" ''
is 'silence after the name' "$(seen sni-drop $news1 "$tls")" generic_timeout_error
is 'a polite end' "$(seen sni-close $news1 "$tls")" eof_error
is 'an alert' "$(seen sni-alert $news1 '.test_keys.tls_handshakes | map(.x_netvane.alert) | unique')" '[49]'
is 'one exact name' "$(seen sni-exact https://www.news1.lab/ "$tls") $(seen sni-exact $news1 "$tls")" \
	'connection_reset '
is 'silence after the SYN' "$(seen syn-drop $news1 "$tcp")" generic_timeout_error
is 'a forged answer overtakes the true one' "$(seen dns-injection $news1 '[.test_keys.queries[] |
	select(.x_netvane.role == "second" and .query_type == "A") | .x_netvane.datagrams | length] | max')" 2
is 'in a shutdown the gateway is there' "$(seen shutdown round '.test_keys.x_netvane | .. |
	objects | select(has("gateway")) | [.link, .gateway]')" '[true,true]'
is 'and nothing else' "$(seen shutdown $news1 '[.test_keys.queries[].x_netvane.datagrams[]?] | length')" 0
is 'a cut leaves the country' "$(seen foreign-cut https://bank1.kz/ "$tls")" ''
is 'no link, and no gateway' "$(seen line-down round '.test_keys.x_netvane | .. | objects |
	select(has("gateway")) | .link')" false
is 'a link without a gateway' "$(seen line-gateway-dead round '.test_keys.x_netvane | .. | objects |
	select(has("gateway")) | [.link, .gateway]')" '[true,false]'
is 'IPv6 that leads nowhere' "$(seen line-6-broken https://news2.lab/ '.test_keys.tcp_connect |
	map(select(.ip | contains(":")) | .status.failure) | unique | join(" ")')" generic_timeout_error
is 'behind a portal every certificate is its own' "$(seen portal $news1 '.test_keys.tls_handshakes |
	map(.x_netvane.host_ok) | unique')" '[false]'
