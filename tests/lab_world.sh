# The lab's servers at real sockets, in a network namespace of the test's own: what curl, openssl and netvane
# meet there is what a scenario orders.
. "$top_srcdir/tests/lib.sh"

if [ "${LAB_WORLD_INSIDE:-}" != yes ]; then
	need unshare ip jq curl openssl perl
	flags=$(own_namespace n) || skip_all 'network namespaces are not allowed here'
	rm -rf "$tmp"
	LAB_WORLD_INSIDE=yes exec unshare "$flags" sh "$0"
fi
plan 65

lab=$top_builddir/netvane-lab
certs=$tmp/certs
ip link set lo up
for prefix in 203.0.113.0/24 198.18.0.0/15 198.51.100.0/24 192.0.2.0/24; do
	ip route add local "$prefix" dev lo
done
ip -6 route add local 2001:db8:100::/40 dev lo 2>/dev/null

# world [--clean] LINE...: starts a world with these lines of [world], in place of the one before.
world()
{
	world_stop
	world_clean=
	[ "${1:-}" != --clean ] || { world_clean=--clean; shift; }
	{
		echo '[world]'
		[ $# -eq 0 ] || printf '%s\n' "$@"
	} >"$tmp/world.ini"
	mkfifo "$tmp/ready"
	# shellcheck disable=SC2086 # no word where there is no flag
	"$lab" world "$tmp/world.ini" --certs "$certs" $world_clean >"$tmp/ready" &
	world_pid=$!
	read -r world_says <"$tmp/ready" || world_says=nothing
	rm "$tmp/ready"
	[ "$world_says" = ready ] || test_bail_out "the world did not start: $world_says"
}

world_pid=
world_stop()
{
	[ -n "$world_pid" ] || return 0
	kill "$world_pid"
	world_status=0
	wait "$world_pid" || world_status=$?
	world_pid=
}

# fetch NAME IP[:PORT] [OPTION...]: https://NAME/ at that address, from those who trust the public roots.
fetch()
{
	fetch_name=$1
	fetch_to=$2
	case $fetch_to in
	*:*:*) fetch_to=[$fetch_to]:443 ;;
	*:*) ;;
	*) fetch_to=$fetch_to:443 ;;
	esac
	shift 2
	run curl -sS -m 10 -o "$tmp/body" --cacert "$certs/roots.pem" \
		--connect-to "::$fetch_to" "$@" "https://$fetch_name/"
}

# fetch_plain NAME IP[:PORT] [OPTION...]: http://NAME/ with its headers.
fetch_plain()
{
	fetch_name=$1
	fetch_to=$2
	case $fetch_to in *:*) ;; *) fetch_to=$fetch_to:80 ;; esac
	shift 2
	run curl -sS -m 10 -i --connect-to "::$fetch_to" "$@" "http://$fetch_name/"
}

# handshake NAME IP:PORT [ROOTS]: verification with a file of $certs; prints what openssl says.
handshake()
{
	run openssl s_client -connect "$2" -servername "$1" -verify_hostname "$1" -showcerts \
		-CAfile "$certs/${3:-roots.pem}"
}

verification()
{
	sed -n 's/^ *Verify return code: \([0-9]*\).*/\1/p' "$out" | head -n 1
}

# leaf OPTION...: of the certificate that the last handshake showed.
leaf()
{
	openssl x509 -in "$out" -noout "$@" 2>&1
}

# ---- Certificates ---------------------------------------------------------------------------

run "$lab" certs "$certs"
is 'certificates are made' "$status" 0
is 'two roots are public' "$(grep -c BEGIN "$certs/roots.pem")" 2
for style in qaznet unknown expired antivirus portal; do
	isnt "the root of $style is not among them" \
		"$(openssl verify -CAfile "$certs/roots.pem" "$certs/forger-$style.pem" \
			>/dev/null 2>&1 && echo trusted)" trusted
done
before=$(cat "$certs"/*.pem | openssl sha256)
run "$lab" certs "$certs"
is 'a second time makes nothing new' "$(cat "$certs"/*.pem | openssl sha256)" "$before"
run "$lab" world /dev/null --certs "$tmp/nowhere"
is 'without certificates there is no world' "$status" 66

# ---- The default world ----------------------------------------------------------------------

world
fetch news1.lab 198.18.1.1
is 'a site shows a certificate that the public roots vouch for' "$status" 0
like 'and its page' "$(cat "$tmp/body")" '<title>The Daily Lab: headlines from everywhere</title>'
size=$(wc -c <"$tmp/body")
is 'of about the length that the table says' "$((size / 1000))" 90
fetch www.news1.lab 198.18.1.1
is 'www. is the same site' "$status" 0
fetch news1.lab 198.18.1.2
is 'elsewhere the name is not known' "$status" 60
fetch cdn2.lab 198.19.0.3
is 'a CDN address knows the names of all its sites' "$status" 0
if ip -6 route show table local | grep -q 2001:db8:100::; then
	fetch news2.lab 2001:db8:100::1:2
	is 'some sites have IPv6' "$status" 0
else
	skip 'some sites have IPv6' 'there is no IPv6 here'
fi
fetch_plain news1.lab 198.18.1.1
like 'http:// leads to https://' "$(tr -d '\r' <"$out")" '^Location: https://news1\.lab/$'
fetch_plain plain.lab 198.18.10.1
like 'a plain site has its page there' "$(cat "$out")" '<title>A site from before</title>'
fetch plain.lab 198.18.10.1
is 'and refuses https://' "$status" 7
fetch nobody.lab 198.18.99.99
is 'where no site is, connections are refused' "$status" 7
fetch_plain captive1.lab 198.18.110.1
like 'the portal check has its status' "$(cat "$out")" '^HTTP/1.1 204 '
fetch_plain captive2.lab 198.18.110.2
like 'the other one its text' "$(cat "$out")" '^success$'
fetch_plain anything.lab 203.0.113.99
like 'the block page answers for every host' "$(cat "$out")" '<title>Access restricted</title>'

# Strangers
handshake stranger.lab 198.18.1.1:443
is 'an unknown SNI gets the default certificate' "$(leaf -subject)" 'subject=CN = news1.lab'
# Often: a FIN that overtakes the alert does so now and then only.
alerts=0 tries=0
while [ "$tries" -lt 20 ]; do
	handshake stranger.lab 198.18.1.4:443
	tries=$((tries + 1))
	! grep -Eq 'alert number 112|unrecognized name' "$err" || alerts=$((alerts + 1))
done
is 'or an alert' "$alerts" "$tries"
fetch stranger.lab 198.18.2.2
like 'or a reset' "$(cat "$err")" 'reset by peer'
fetch stranger.lab 198.18.4.2
unlike 'or an end without a word' "$status $(cat "$err")" 'reset by peer|alert|^0'

# QUIC: an Initial of a version that nobody has.
quic()
{
	perl -MSocket -e '
		socket(my $s, PF_INET, SOCK_DGRAM, 0) or die $!;
		connect($s, sockaddr_in(443, inet_aton($ARGV[0]))) or die $!;
		send($s, pack("CNC/aC/aa1200", 0xc0, 0x1a2a3a4a, "12345678", "abcd", ""), 0);
		$SIG{ALRM} = sub { print "silence"; exit };
		alarm 5;
		defined(recv($s, my $answer, 2000, 0)) or do { print "refused"; exit };
		print unpack("H*", substr($answer, 1));' "$1"
}
is 'QUIC offers its versions' "$(quic 198.18.3.1)" \
	00000000046162636408"$(printf 12345678 | od -An -tx1 | tr -d ' \n')"000000016b3343cf
is 'where a site has none the port is closed' "$(quic 198.18.1.1)" refused

# ---- What netvane sees of it ----------------------------------------------------------------

{
	echo 'url,notes'
	for control in 1 2 3 4 5; do echo "https://control$control.lab/,foreign"; done
	for control in 1 2 3; do echo "https://control$control.kz/,domestic:KZ"; done
	echo 'http://captive1.lab/generate_204,portal status=204'
	echo 'http://captive2.lab/success.txt,portal body=success'
} >"$tmp/controls.csv"
echo nameserver 203.0.113.53 >"$tmp/resolv.conf"
cat >"$tmp/netvane.conf" <<END
[probe]
roots = $certs/roots.pem
country = KZ
state = $tmp/state
results = $tmp/results
[targets]
controls = $tmp/controls.csv
[dns]
resolv_conf = $tmp/resolv.conf
resolver = 198.51.100.8
doh = https://doh1.lab/dns-query#198.51.100.11 https://doh2.lab/dns-query#198.51.100.12
[limits]
retry1_ms = 100
retry2_ms = 100
END
HOME=$tmp XDG_CONFIG_HOME=$tmp XDG_STATE_HOME=$tmp
export HOME XDG_CONFIG_HOME XDG_STATE_HOME

# probe ARGUMENT...
probe()
{
	rm -rf "$tmp/results"
	run "$NETVANE" check -c "$tmp/netvane.conf" --consent --json "$@"
}

# queried ROLE FILTER: jq on the last target's queries for A to that resolver.
queried()
{
	jq -nrc --arg role "$1" '[inputs | select(.test_keys.x_netvane.role == "target")] | last
		| [.test_keys.queries[] | select(.x_netvane.role == $role and .query_type == "A")]
		| '"$2" "$out"
}

sed -n 's/^    {"\([a-z0-9]*\.[a-z]*\)", .*/\1/p' "$top_srcdir/tests/lab/world.c" |
	grep -Ev '^(plain|captive.|portal)\.lab$' | sed 's|.*|https://&/|' >"$tmp/sites.txt"
is 'the default world has its sites' "$(($(wc -l <"$tmp/sites.txt") >= 33))" 1
probe --list "$tmp/sites.txt" --url http://plain.lab/ --url http://news1.lab/ \
	--url https://www.news2.lab/
is 'to netvane all of the default world is well' "$status" 0
is 'each target is ok' "$(json_all '[.[] | select(.test_keys.x_netvane.role == "target")
	| select(.test_keys.x_netvane.verdict.status != "ok") | .input]')" '[]'
is 'the network is online' "$(json_round .test_keys.x_netvane.network.state)" online
is 'nothing is intercepted' "$(json_round .test_keys.x_netvane.network.local_interception)" false
probe --url https://cdn3.lab/
is 'a CDN answers the provider, others and those over HTTPS differently' \
	"$(queried system '.[0].answers | map(.ipv4) | sort') $(queried second \
		'.[0].answers | map(.ipv4) | sort') $(queried doh '.[0].answers | map(.ipv4) | sort')" \
	'["198.19.0.11","198.19.0.12"] ["198.19.0.13","198.19.0.14"] ["198.19.0.15","198.19.0.16"]'

# ---- Faults of sites ------------------------------------------------------------------------

handshake rights1.lab 198.18.8.1:443
leaf -pubkey >"$tmp/key"
world_stop
is 'it ends well when it is told to' "$world_status" 0
world 'site = news1.lab cert=expired' 'site = news2.lab cert=selfsigned' \
	'site = news3.lab cert=untrusted' 'site = news4.lab cert=nointermediate' \
	'site = news5.lab cert=wronghost' 'site = news6.lab cert=expiredint' \
	'site = social1.lab cert=rotated' 'site = social2.lab down=refuse' \
	'site = social3.lab down=silent' 'site = social4.lab flaky=0.5' 'site = video1.lab http=451' \
	'site = video2.lab http=gzipbomb' 'site = chat1.lab http=endless' \
	'site = blog1.lab tls=reset:all' 'site = code1.lab cert=nul' 'site = new1.lab' \
	'site = cdn1.lab dead=198.19.0.1'
handshake rights1.lab 198.18.8.1:443
is "a site's key stays from one world to the next" "$(leaf -pubkey)" "$(cat "$tmp/key")"
while read -r name address code what; do
	handshake "$name" "$address:443"
	is "$name: $what" "$(verification)" "$code"
done <<END
news1.lab 198.18.1.1 10 expired
news2.lab 198.18.1.2 18 signed by itself
news3.lab 198.18.1.3 21 of an authority that nobody trusts
news4.lab 198.18.1.4 21 without its intermediate certificate
news5.lab 198.18.1.5 62 for another host
news6.lab 198.18.1.6 10 with an intermediate certificate that has expired
social1.lab 198.18.2.1 0 changed, and still valid
code1.lab 198.18.9.1 62 with a NUL in its names
END
run curl -sS -m 10 -o "$tmp/body" --cacert "$certs/roots.pem" --doh-insecure \
	--doh-url https://198.51.100.11/dns-query https://new1.lab/
is 'a new site has a place of its own, which resolvers over https:// know' "$status" 0
fetch social2.lab 198.18.2.2
is 'a site that is off refuses' "$status" 7
fetch cdn1.lab 198.19.0.1
refused=$status
fetch cdn1.lab 198.19.0.2
is 'one address of several may be dead' "$refused $status" '7 0'
fetch social3.lab 198.18.2.3 --connect-timeout 1
is 'a silent one does not answer the SYN' "$status" 28
good=0 bad=0
while [ $((good + bad)) -lt 30 ]; do
	fetch social4.lab 198.18.2.4
	case $status in 0) good=$((good + 1)) ;; *) bad=$((bad + 1)) ;; esac
done
is 'a flaky one answers some and resets others' "$((good > 0 && bad > 0))" 1
fetch video1.lab 198.18.3.1 -w '%{http_code}'
is 'a refusal has its status' "$(cat "$out")" 451
curl -s --compressed --cacert "$certs/roots.pem" --connect-to ::198.18.3.2:443 https://video2.lab/ \
	2>/dev/null | head -c 50000000 | wc -c >"$tmp/size"
is 'a bomb unpacks to more than anybody reads' "$(cat "$tmp/size")" 50000000
curl -s --cacert "$certs/roots.pem" --connect-to ::198.18.4.1:443 https://chat1.lab/ 2>/dev/null |
	head -c 5000000 | wc -c >"$tmp/size"
is 'a page without end goes on' "$(cat "$tmp/size")" 5000000
fetch blog1.lab 198.18.7.1
like 'a broken server resets every name' "$(cat "$err")" 'reset by peer'
world --clean 'site = news1.lab cert=expired' 'site = new1.lab down=refuse'
fetch news1.lab 198.18.1.1
is 'in the clean world nothing is wrong' "$status" 0

# ---- On the path ----------------------------------------------------------------------------

world 'forge = names=news1.lab,social1.lab style=qaznet' 'resolver = lie=news1.lab:nxdomain'
handshake news1.lab 198.18.1.1:10443
is 'a forgery names the site, and the forger' "$(leaf -subject -issuer | tr '\n' ' ')" \
	'subject=CN = news1.lab issuer=C = KZ, CN = Security Certificate '
is 'has its names and nothing else of it' \
	"$(leaf -ext subjectAltName | sed -n 2p) $(leaf -text | grep -c '^ *X509v3 [A-Z]')" \
	'    DNS:news1.lab, DNS:www.news1.lab 1'
like 'and an exponent of 3' "$(leaf -text)" 'Exponent: 3 '
handshake news1.lab 198.18.1.1:10443 forger-qaznet.pem
is 'who trusts the forger sees nothing' "$(verification)" 0
handshake news2.lab 198.18.1.2:10443
is 'other names are let through' "$(verification)" 0
handshake stranger.lab 198.18.1.1:10443
is 'so are strangers' "$(leaf -issuer)" 'issuer=C = US, O = Lab Research Group, CN = Lab Intermediate E5'
handshake news1.lab 198.18.1.1:10444
is 'a portal has its own certificate for all' "$(leaf -subject)" 'subject=CN = portal.lab'
fetch_plain news1.lab 198.18.1.1:10080
like 'a proxy adds its headers' "$(tr -d '\r' <"$out" | tr '\n' ' ')" 'Via: 1.1 cache.*Location: https://news1.lab/'
fetch_plain news1.lab 198.18.1.1:10081
like 'a portal leads to its login' "$(cat "$out")" '^Location: http://portal.lab/login'
probe --resolver 198.51.100.8:10053 --url https://news1.lab/
is 'a hijacked query gets the answer of the provider' "$(queried second '.[0].failure') $(queried doh \
	'.[0].answers[0].ipv4')" 'dns_nxdomain_error 198.18.1.1'
world_stop
