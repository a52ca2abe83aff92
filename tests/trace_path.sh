# The TTL walk on a real path: a client, three routers that are the kernel's own, and a server; then with censors that
# reset and that drop. Each is a network namespace.
if [ -z "${NETVANE_TEST_NETWORK-}" ]; then
	for flags in -n -rn; do
		unshare $flags true 2>/dev/null && NETVANE_TEST_NETWORK=own exec unshare $flags sh "$0"
	done
fi
. "$top_srcdir/tests/lib.sh"
[ -n "${NETVANE_TEST_NETWORK-}" ] || skip_all 'no network of its own can be had here'
need ip jq nsenter setpriv unshare
plan 19

certs=$tmp/certs
mkdir "$certs"
"$top_builddir/tests/mkcerts" "$certs" target.test || test_bail_out 'no certificates'

# A namespace lives as long as a process in it. It forwards, and never holds an ICMP error back.
start_router()
{
	start_peer "$1" unshare -n sh -c '
		echo 0 >/proc/sys/net/ipv4/icmp_ratelimit
		echo 1 >/proc/sys/net/ipv4/ip_forward
		[ ! -d /proc/sys/net/ipv6 ] || {
			echo 0 >/proc/sys/net/ipv6/icmp/ratelimit
			echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
		}
		echo 0
		exec cat'
}

# at PID COMMAND...: in that namespace.
at()
{
	at_pid=$1
	shift
	nsenter -t "$at_pid" -n "$@"
}

# link PID PID NET: a wire with the addresses 10.0.NET.1 and .2, and fd00:NET::1 and ::2.
link()
{
	ip link add "r$3" netns "$1" type veth peer name "l$3" netns "$2" &&
		wire_end "$1" "r$3" "$3" 1 && wire_end "$2" "l$3" "$3" 2
}

wire_end()
{
	at "$1" ip link set "$2" up && at "$1" ip addr add "10.0.$3.$4/24" dev "$2" &&
		{ [ -z "$v6" ] || at "$1" ip addr add "fd00:$3::$4/64" dev "$2" nodad; }
}

# route PID NET END: everything else goes to 10.0.NET.END.
route()
{
	at "$1" ip route add default via "10.0.$2.$3" &&
		{ [ -z "$v6" ] || at "$1" ip -6 route add default via "fd00:$2::$3"; }
}

# route_back PID NET: the client's network lies behind 10.0.NET.1.
route_back()
{
	at "$1" ip route add 10.0.1.0/24 via "10.0.$2.1" &&
		{ [ -z "$v6" ] || at "$1" ip -6 route add fd00:1::/64 via "fd00:$2::1"; }
}

v6=
any=0.0.0.0
[ ! -d /proc/sys/net/ipv6 ] || { v6=yes any=::; }
start_router r1
start_router r2
start_router r3
start_peer site unshare -n "$top_builddir/tests/peer_tls" good --host "$any" \
	--cert "$certs/good.pem" --key "$certs/key.pem"
link $$ "$r1_pid" 1 && link "$r1_pid" "$r2_pid" 2 && link "$r2_pid" "$r3_pid" 3 && link "$r3_pid" "$site_pid" 4 &&
	route $$ 1 2 && route "$r1_pid" 2 2 && route "$r2_pid" 3 2 && route_back "$r2_pid" 2 && route "$r3_pid" 3 1 &&
	route "$site_pid" 4 1 || test_bail_out 'no network'

# trace IP: target.test and, before it, control.test; without any capability. See hops for what it saw.
trace()
{
	run setpriv --bounding-set=-all --inh-caps=-all \
		"$top_builddir/tests/run_trace" "$certs/root.pem" "$1" "$site_port" target.test control.test \
		limits.listen_ms=600 limits.trace_ms=600
}

# hops KIND FIELD: of the walk's hops, in order.
hops()
{
	head -n 1 "$out" | jq -rc ".test_keys.x_netvane.traces[] | select(.kind == \"$1\") | .hops | map(.$2)"
}

first()
{
	tail -n 1 "$out"
}

# ---- Nobody in the way ----------------------------------------------------------------------

trace 10.0.4.2
is 'routers are named in their order, and no privilege is needed' "$(hops target from)" \
	'["10.0.1.2","10.0.2.2","10.0.3.2",null]'
is 'the greeting expires at each, and then the server answers' "$(hops target outcome)" \
	'["expired","expired","expired","certificate"]'
is 'TTLs rise by one' "$(hops target ttl)" '[1,2,3,4]'
is 'the certificate is the true one' "$(hops target trusted)" '[false,false,false,true]'
is 'the control goes the same way' "$(hops control outcome)" \
	'["expired","expired","expired","certificate"]'
is 'its name is not the server'"'s" "$(hops control trusted)" '[false,false,false,false]'
is 'and the answer is the same' "$(hops control 'certificate_sha256[0:64]')" \
	"$(hops target 'certificate_sha256[0:64]')"
is 'nothing is wrong' "$(first)" 0

if [ -n "$v6" ]; then
	trace fd00:4::2
	is 'IPv6: the routers' "$(hops target from)" '["fd00:1::2","fd00:2::2","fd00:3::2",null]'
	is 'IPv6: the outcomes' "$(hops target outcome)" '["expired","expired","expired","certificate"]'
else
	skip 'IPv6: the routers' 'there is no IPv6 here'
	skip 'IPv6: the outcomes' 'there is no IPv6 here'
fi

# ---- A censor on the second router, who resets what has the name in it -------------------------

start_peer censor nsenter -t "$r2_pid" -n "$top_builddir/tests/peer_middlebox" reset target.test
trace 10.0.4.2
is 'the reset comes from the second router, though that one also says that the greeting expired' \
	"$(hops target outcome)" '["expired","reset"]'
is 'which is found' "$(first)" 2
is 'the control is not touched' "$(hops control outcome)" \
	'["expired","expired","expired","certificate"]'
stop_peer censor

# ---- A router that never says anything, and the censor behind it -------------------------------

at "$r2_pid" ip rule add iif lo to 10.0.1.0/24 blackhole || test_bail_out 'the router cannot be made mute'
start_peer censor nsenter -t "$r3_pid" -n "$top_builddir/tests/peer_middlebox" reset target.test
trace 10.0.4.2
is 'a router may be silent, for the control and for the target' "$(hops control outcome)" \
	'["expired","silence","expired","certificate"]'
is 'the walk goes on behind it' "$(hops target outcome)" '["expired","silence","reset"]'
is 'and finds the censor' "$(first)" 3
stop_peer censor
at "$r2_pid" ip rule del iif lo to 10.0.1.0/24 blackhole

# ---- A censor in the second router's place, who drops what has the name in it ------------------

at "$r2_pid" ip rule add iif l2 to 10.0.4.0/24 blackhole || test_bail_out 'the router cannot be replaced'
start_peer censor nsenter -t "$r2_pid" -n "$top_builddir/tests/peer_middlebox" drop target.test 10.0.4.2
trace 10.0.4.2
is 'the control gets through him' "$(hops control outcome)" \
	'["expired","silence","expired","certificate"]'
is 'the target meets silence, also two hops beyond the server' "$(hops target outcome)" \
	'["expired","silence","silence","silence","silence","silence"]'
is 'which begins where the control was answered again' "$(first)" 3
