# netvane control as strangers meet it, with public addresses: it sees a site that the asker's resolver hides, and
# leads nobody into its own network. That needs a network of our own.
if [ -z "${NETVANE_TEST_NETWORK-}" ]; then
	for flags in -n -rn; do
		unshare $flags true 2>/dev/null && NETVANE_TEST_NETWORK=own exec unshare $flags sh "$0"
	done
fi
. "$top_srcdir/tests/lib.sh"
[ -n "${NETVANE_TEST_NETWORK-}" ] || skip_all 'no network of its own can be had here'
need ip curl
. "$top_srcdir/tests/lab_loopback.sh"
plan 19

# The documentation's addresses (RFC 5737), all of them here, but only the helper's its own.
ip link set lo up && ip route add local 203.0.113.0/24 dev lo && ip link add own type veth peer name other &&
	ip addr add 198.51.100.20/24 dev own && ip link set own up || test_bail_out 'no addresses'
lab_certificates site.test helper.test 198.51.100.20
lab_dns site.test=A:10.10.34.34 helper.test=A:198.51.100.20
start_peer outside "$peer_dns" site.test=A:203.0.113.10 inner.test=A:10.0.0.1 \
	helper.test=A:198.51.100.20 disguise.test=AAAA:::ffff:198.51.100.20 both.test=A:203.0.113.10,127.0.0.1
lab_web
start_peer site "$peer_http" --address 203.0.113.10 --port 443 --cert "$certs/good.pem" \
	--key "$certs/key.pem"
start_peer plain "$peer_http" --address 203.0.113.10 --port 80
# What must not be reached: on the helper's loopback, and at its own address.
start_peer inner "$peer_http" --address 127.0.0.1 --port 80
start_peer own "$peer_http" --address 198.51.100.20 --port 80

lab_conf '[limits]' 'scale = 1' 'tcp_ms = 2000'
{
	cat "$conf"
	printf '[dns]\nresolv_conf = %s\n' "$tmp/outside.conf"
} >"$tmp/helper.conf"
echo "nameserver 127.0.0.1:$outside_port" >"$tmp/outside.conf"
lab_conf '[limits]' 'control_ms = 600000'

mkfifo "$tmp/url"
"$NETVANE" control -c "$tmp/helper.conf" --listen 198.51.100.20:0 --tls-cert "$certs/good.pem" \
	--tls-key "$certs/key.pem" </dev/null >"$tmp/url" 2>"$tmp/helper.log" \
	3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- &
helper=$!
trap 'ended=$?; kill $helper 2>/dev/null; (exit $ended); test_end' EXIT
read -r url <"$tmp/url" || test_bail_out "no helper: $(cat "$tmp/helper.log")"

# ask URL [ENDPOINT...]
ask()
{
	test_last_run="ask $*"
	jq -nc --args '{http_request: $ARGS.positional[0], tcp_connect: $ARGS.positional[1:]}' "$@" |
		curl -s --cacert "$certs/root.pem" --data-binary @- "$url" >"$out"
}

said()
{
	jq -rc "$1" "$out"
}

# ---- The site -------------------------------------------------------------------------------

check --control "$url" --url https://site.test/
control=.test_keys.control
is 'a probe that is lied to learns the true address' \
	"$(seen https://site.test/ "[.test_keys.control_failure, $control.dns.addrs]")" \
	'[null,["203.0.113.10"]]'
is 'that a valid certificate is there, and what it was told is no address of a site' \
	"$(seen https://site.test/ "$control.ip_info | map_values(.flags)")" \
	'{"10.10.34.34":5,"203.0.113.10":10}'
is 'both ports of the site' "$(seen https://site.test/ "$control.tcp_connect | map_values(.status)")" \
	'{"203.0.113.10:443":true,"203.0.113.10:80":true}'
is 'its certificate' "$(seen https://site.test/ "$control.tls_handshake | map_values(.status)")" \
	'{"203.0.113.10:443":true}'
is 'and its page' "$(seen https://site.test/ "$control.http_request.status_code")" 200
is 'both ports of what the probe was told were asked for' \
	"$(seen https://site.test/ '.test_keys.x_control_request.tcp_connect')" \
	'["10.10.34.34:443","10.10.34.34:80"]'
is "OONI's keys call it by its name" "$(seen https://site.test/ '.test_keys | [.blocking, .accessible,
	.dns_consistency, .http_experiment_failure, .x_blocking_flags, .x_dns_flags, .x_null_null_flags]')" \
	'["dns",false,"inconsistent","network_unreachable",3,5,0]'

# ---- Not its own network --------------------------------------------------------------------

ask http://both.test/
is 'of a name with a private address beside a public one, it takes the public one' \
	"$(said '[(.tcp_connect | keys), .http_request.status_code]')" \
	'[["203.0.113.10:443","203.0.113.10:80"],200]'
is 'and says that there was another' "$(said '.ip_info["127.0.0.1"].flags')" 6
ask 'http://site.test/location?to=http://inner.test/'
is 'no redirect leads to a private address' "$(said '[.http_request.failure, .http_request.status_code]')" \
	'["unknown_error",-1]'
ask 'http://site.test/location?to=http://127.0.0.1/ok'
is 'nor to this machine' "$(said '[.http_request.failure, .http_request.status_code]')" \
	'["unknown_error",-1]'
ask http://helper.test/ 198.51.100.20:80 127.0.0.1:80
is 'nor is its own address one' "$(said '[.tcp_connect, .http_request.status_code]')" '[{},-1]'
ask http://disguise.test/ '[::ffff:198.51.100.20]:80' '[::ffff:127.0.0.1]:80'
is 'however it is written' "$(said '[.tcp_connect, .http_request.status_code]')" '[{},-1]'
ask 'http://[::ffff:198.51.100.20]/'
is 'also in the URL' "$(cat "$out")" 'no public site has that address'
ask 'http://site.test/ok' 198.51.100.21:80 203.0.113.11:80
is 'nor does it go to its neighbours, public as their addresses look' "$(said '.tcp_connect | keys |
	map(select(startswith("203.0.113.10:") | not))')" '["203.0.113.11:80"]'
ask http://203.0.113.10/ok
is 'an address is reached' "$(said .http_request.status_code)" 200
ip addr add 203.0.113.10/32 dev own
ask http://203.0.113.10/ok
is 'until it becomes its own' "$(cat "$out")" 'no public site has that address'
ip addr del 203.0.113.10/32 dev own
ask 'http://site.test/ok' 203.0.113.10:22 203.0.113.11:443
is 'endpoints are those of pages' "$(said '.tcp_connect | keys | map(select(endswith(":22")))')" '[]'

kill "$helper"
status=0
wait "$helper" || status=$?
is 'the helper comes to no harm by all this' "$status" 0
