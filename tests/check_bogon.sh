# netvane check, where the system's resolver gives an address that no public site has. The true
# address must be one that a public site could have, so this needs a network of its own.
if [ -z "${NETVANE_TEST_NETWORK-}" ]; then
	for flags in -n -rn; do
		unshare $flags true 2>/dev/null && NETVANE_TEST_NETWORK=own exec unshare $flags sh "$0"
	done
fi
. "$top_srcdir/tests/lib.sh"
[ -n "${NETVANE_TEST_NETWORK-}" ] || skip_all 'no network of its own can be had here'
need ip
. "$top_srcdir/tests/lab_loopback.sh"
plan 7

# The documentation's addresses, all of them here (RFC 5737).
ip link set lo up && ip route add local 192.0.2.0/24 dev lo || test_bail_out 'no addresses'
lab_certificates site.test
lab_dns site.test=A:10.10.34.34 dead.test=A:127.0.0.1 every.test=A:10.0.0.1
lab_second site.test=A:192.0.2.1 dead.test=A:192.0.2.2 every.test=A:10.0.0.1
lab_web site.test=192.0.2.1 dead.test=192.0.2.2 every.test=10.0.0.1
lab_conf '[dns]' "resolver = 127.0.0.1:$second_port" "doh = $doh"
start_peer site "$peer_tls" good --host 192.0.2.1 --cert "$certs/good.pem" --key "$certs/key.pem"
url=https://site.test:$site_port/

check --url "$url"
is 'a private address where the site is proven elsewhere is blocking: exit 2' \
	"$status $(seen "$url" "$verdict")" '2 ["blocked","dns","dns-bogon","bogon_site_proven"]'
is 'the proof is told' "$(seen "$url" "$evidence")" \
	'["bogon_site_proven","tls_valid_on_trusted_address","resolvers_differ","resolver_on_own_network","bogon","controls_ok"]'
is 'both addresses were tried' "$(seen "$url" '.test_keys.tcp_connect | map(.ip) | unique')" \
	'["10.10.34.34","192.0.2.1"]'
is 'that of the liar in vain' "$(seen "$url" '.test_keys.tcp_connect |
	map(select(.ip == "10.10.34.34") | .status.success) | unique')" '[false]'

check --url "https://dead.test:$site_port/"
is 'where the true address does not answer either, it is likely: exit 1' \
	"$status $(seen "https://dead.test:$site_port/" "$verdict")" \
	'1 ["likely_blocked","dns","dns-bogon","bogon_others_differ"]'

check --url "https://every.test:$site_port/"
is 'a site that has such an address for everybody is down: exit 0' \
	"$status $(seen "https://every.test:$site_port/" "$verdict")" \
	'0 ["down","dns","dns-bogon","bogon_everywhere"]'

lab_conf
check --url "$url"
is 'without another opinion it cannot be told: exit 1' \
	"$status $(seen "$url" '.test_keys.x_netvane.verdict | [.status, .stage]')" \
	'1 ["insufficient","tcp"]'
