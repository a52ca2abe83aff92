# netvane check, at the ways a page can come, or not: what the record keeps, that no server holds
# the probe up or fills its memory, and that a server's refusal is not called blocking.
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/lab_loopback.sh"
need sha256sum
plan 54

lab_certificates site.test
lab_dns site.test=A:127.0.0.1
lab_second site.test=A:127.0.0.1
lab_web
lab_conf
site=site.test:$web_port

# pages PATH...: both schemes of each.
pages()
{
	for page in "$@"; do
		printf '%s %s ' --url "https://$site/$page" --url "http://$site/$page"
	done
}

# of SCHEME PATH FILTER
of()
{
	seen "$1://$site/$2" "$3"
}

# page CLAIM PATH FILTER WANTED: of both schemes.
page()
{
	is "$1" "$(of https "$2" "$3")
$(of http "$2" "$3")" "$4
$4"
}

# verdicts CLAIM PATH HTTPS HTTP
verdicts()
{
	is "$1: over TLS" "$(of https "$2" "$verdict")" "$3"
	is "$1: in the clear" "$(of http "$2" "$verdict")" "$4"
}

sha256()
{
	sha256sum | cut -d ' ' -f 1
}

fine='["ok",null,null,"tls_valid"]'
plain='["ok",null,null,"plain_page_unverified"]'
requests='.test_keys.requests'
codes="$requests | map(.response.code)"
failures="$requests | map([.failure, .x_netvane.attempt])"

# ---- Pages that come ------------------------------------------------------------------------

# A page in the clear, from an address that no public site has, is believed where a second resolver names it, too.
# shellcheck disable=SC2046 # words are wanted, here and below
check --resolver "127.0.0.1:$second_port" $(pages ok bytes/1000 redirect/3 loop endless headers latin1 status/404)
is 'pages that come: exit 0' "$status" 0
verdicts 'a page' ok "$fine" "$plain"
page 'its status, title and length are kept' ok "$requests"' | map([.failure, .response.code,
	.x_netvane.title, .x_netvane.body_length, .response.body_is_truncated])' \
	'[[null,200,"It is well",67,false]]'
page 'its headers are kept' ok "${requests}[0].response.headers_list | map(.[0])" \
	'["Server","Content-Type","Content-Length"]'
page 'it is itself not kept' ok "${requests}[0].response.body == \"\"" true
page 'the hash is that of the body' bytes/1000 "${requests}[0].x_netvane.body_sha256" \
	"$(printf '%01000d' 0 | tr 0 x | sha256)"
is 'it was fetched from the address that was measured' "$(of https ok "${requests}[0].address")" \
	"127.0.0.1:$web_port"

verdicts 'a chain of redirects' redirect/3 "$fine" "$plain"
page 'the newest request comes first, each with its depth' redirect/3 \
	"$requests"' | map([.request.url[-10:], .response.code, .tags[0]])' \
	'[["redirect/0",200,"depth=3"],["redirect/1",302,"depth=2"],["redirect/2",302,"depth=1"],["redirect/3",302,"depth=0"]]'
page 'where each points to is kept' redirect/3 "$requests"' | map(.x_netvane.location) |
	map(if . then .[-10:] else . end)' '[null,"redirect/0","redirect/1","redirect/2"]'
page 'each is a connection of its own' redirect/3 \
	"$requests"' | map(.transaction_id) | unique | length' 4

page 'a redirect to itself is followed ten times' loop "$codes" \
	'[302,302,302,302,302,302,302,302,302,302,302]'

verdicts 'an endless page' endless "$fine" "$plain"
page 'it is cut at the cap, and said so' endless "$requests"' | map([.failure,
	.x_netvane.body_length, .response.body_is_truncated])' '[[null,524288,true]]'
page 'the hash is that of what was read' endless "${requests}[0].x_netvane.body_sha256" \
	"$(yes 'for ever and ever' | head -c 524288 | sha256)"
page 'it does not hold us up' endless "$requests"' | all(.t - .t0 < 5)' true

page 'headers that come twice are kept twice' headers \
	"${requests}[0].response.headers_list"' | map(select(.[0] == "X-Twice") | .[1])' '["one","two"]'
page 'a title in another encoding is kept as its bytes' latin1 \
	"${requests}[0].x_netvane.title" '{"format":"base64","data":"ze7i7vHy6A=="}'
verdicts 'a page that is not there' status/404 "$fine" "$plain"

# ---- Refusals and errors --------------------------------------------------------------------

check $(pages status/451 status/403)
is 'refusals: exit 1' "$status" 1
refused='["impaired","http","http-server-refusal","site_refuses"]'
doubt='["insufficient","http",null,"plain_page_in_doubt"]'
verdicts 'unavailable for legal reasons' status/451 "$refused" "$doubt"
verdicts 'forbidden' status/403 "$refused" "$doubt"

check $(pages status/500)
verdicts 'an error of the server' status/500 '["down","http",null,"server_error"]' "$doubt"

hostless='location?to=http%3A%2F%2F%2F'

# ---- Pages that do not come -----------------------------------------------------------------

check $(pages reset close empty garbage headerflood "$hostless" 'location?to=http%3A%2F%2Fnowhere.test%2F') \
	--url "https://$site/silent"
is 'pages that do not come: exit 1' "$status" 1

# lost MECHANISM RULE: the verdict.
lost()
{
	echo "[\"insufficient\",\"http\",$1,\"$2\"]"
}
thrice()
{
	echo "[[\"$1\",3],[\"$1\",2],[\"$1\",1]]"
}

verdicts 'a reset in the middle' reset "$(lost '"http-reset"' page_not_delivered)" \
	"$(lost '"http-reset"' plain_page_in_doubt)"
page 'reset: tried three times' reset "$failures" "$(thrice connection_reset)"
page 'reset: what had come is counted' reset \
	"${requests}[0] | [.response.code, .x_netvane.body_length]" '[200,5000]'
page 'close: tried three times' close "$failures" "$(thrice eof_error)"
page 'an end instead of a response' empty "$failures" "$(thrice eof_error)"
page 'there is no response then' empty "${requests}[0].response | [.code, .headers_list]" '[null,null]'
page 'garbage' garbage "$failures" "$(thrice 'unknown_failure: http: not an HTTP response')"
page 'a flood of headers' headerflood "$failures" \
	"$(thrice 'unknown_failure: http: headers too large')"
page 'flood: not all of it is kept' headerflood \
	"${requests}[0] | [.x_netvane.headers_truncated, (.response.headers_list | length < 5000)]" \
	'[true,true]'
page 'flood: it does not hold us up' headerflood "$requests"' | all(.t - .t0 < 5)' true
is 'silence after the request' "$(of https silent "$verdict")" \
	"$(lost '"http-timeout"' page_not_delivered)"
is 'silence: its limit is that of the first byte' \
	"$(of https silent "$requests"' | map(.t - .t0 > 0.75 and .t - .t0 < 1.5)')" '[true,true,true]'
page 'a Location without a host' "$hostless" "$failures" \
	"$(thrice http_invalid_redirect_location_host)"
verdicts 'a redirect to a name that is not there' 'location?to=http%3A%2F%2Fnowhere.test%2F' \
	"$(lost null page_not_delivered)" "$doubt"

# ---- What is asked for ----------------------------------------------------------------------

check --no-http $(pages ok)
is '--no-http: no page over TLS, but the one in the clear' \
	"$(of https ok "$requests | length") $(of http ok "$requests | length")" '0 1'

lab_conf '[http]' 'keep_bodies = yes'
check $(pages ok)
page 'keep_bodies keeps the page' ok "${requests}[0].response.body | tojson" \
	'"<html><head><title>It is well</title></head><body>ok</body></html>\n"'
is 'and the hash is of it' "$(seen "https://$site/ok" "${requests}[0].x_netvane.body_sha256")" \
	"$(jq -j --arg url "https://$site/ok" "select(.input == \$url) | ${requests}[0].response.body" \
		"$out" | sha256)"

# ---- Pages that are known -------------------------------------------------------------------

cat >"$tmp/pages.csv" <<-'END'
	name,scope,location_found,pattern_type,pattern,expected_countries
	test.block,isp,body,regexp,<title>Blocked</title>.*order,
END
lab_conf '[probe]' "fingerprints = $tmp/pages.csv"
check $(pages blocked challenge ok)
fingerprint="${requests}[0].x_netvane.fingerprint"
is "a block page is known, over TLS it is the site's own" \
	"$(of http blocked "$fingerprint") $(of https blocked "$fingerprint")" \
	'{"name":"test.block","false_positive":false} null'
page 'a challenge is known for none by what ships' challenge "$fingerprint" \
	'{"name":"nv.fp.cloudflare_challenge","false_positive":true}'
page 'any other page is not known' ok "$fingerprint" null

lab_conf '[probe]' "fingerprints = $tmp/nowhere.csv"
check $(pages ok)
is 'a file of patterns that is not there is an error of the configuration' "$status" 78
