# The status page's server as its users meet it: curl, Prometheus' promtool, and a browser with JavaScript switched off.
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/browser.sh"
need curl jq openssl ss

plan 79

start_peer page "$top_builddir/tests/run_status_server"
start_peer fresh "$top_builddir/tests/run_status_server" fresh
start_peer hostile "$top_builddir/tests/run_status_server" hostile
page=http://127.0.0.1:$page_port
hostile=http://127.0.0.1:$hostile_port

# fetch URL [OPTION...]: the answer's body in $out, its headers in $tmp/headers, its code in $status.
fetch()
{
	test_last_run="curl $*"
	status=$(curl -s --noproxy '*' -o "$out" -D "$tmp/headers" -w '%{http_code}' "$@" 2>"$err")
}

# header NAME: its value; all of them where there are more.
header()
{
	sed -n "s/^$1: //Ip" "$tmp/headers" | tr -d '\r'
}

# ---- Headers --------------------------------------------------------------------------------

fetch "$page/"
is 'there is a page' "$status $(header Content-Type)" '200 text/html; charset=utf-8'
style=$(sed -n '/<style>/,/<\/style>/p' "$out" | sed '1s/.*<style>//; s/<\/style>.*//')
# Command substitution takes the sheet's last newline off.
hash=$(printf '%s\n' "$style" | openssl dgst -sha256 -binary | openssl base64)
is 'its policy allows the style sheet that is in it, and nothing else' "$(header Content-Security-Policy)" \
	"default-src 'none'; style-src 'sha256-$hash'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
is 'the page has one style element, and no other style' \
	"$(grep -o '<style\|style=' "$out" | sort | uniq -c | tr -d ' \n')" '1<style'

# strict WHAT: all headers that keep browsers from mischief are there, whatever the answer.
strict()
{
	is "$1: strict headers" "$(for name in X-Content-Type-Options X-Frame-Options Referrer-Policy Cache-Control \
		Cross-Origin-Resource-Policy Cross-Origin-Opener-Policy Cross-Origin-Embedder-Policy Connection; do
		header "$name"
	done | tr '\n' '/')" 'nosniff/DENY/no-referrer/no-store/same-origin/same-origin/require-corp/close/'
	is "$1: and none that tells more than it must" \
		"$(grep -Eic '^(server|x-powered-by|set-cookie|access-control-[a-z-]*|etag|location):' "$tmp/headers")" 0
}
strict 'the page'
for path in metrics status.json healthz nothing; do
	fetch "$page/$path"
	strict "/$path"
done
is 'what is not there is not found' "$status" 404
fetch -X POST --data x "$page/"
strict 'a method that is not allowed'

# ---- Methods --------------------------------------------------------------------------------

for method in POST PUT PATCH DELETE OPTIONS TRACE BREW; do
	fetch -X "$method" "$page/"
	is "$method is not allowed" "$status $(header Allow)" '405 GET, HEAD'
done
fetch -I "$page/"
is 'HEAD is, and has the length that GET has' "$status $(header Content-Length)" \
	"200 $(curl -s --noproxy '*' "$page/" | wc -c | tr -d ' ')"

# ---- Who may ask ----------------------------------------------------------------------------

for host in "localhost:$page_port" "127.0.0.1:$page_port" "[::1]:$page_port"; do
	fetch -H "Host: $host" "$page/status.json"
	is "it goes by the name $host" "$status" 200
done
for host in evil.test "evil.test:$page_port" localhost localhost:1 "127.0.0.1.evil.test:$page_port" \
	"evil.test@127.0.0.1:$page_port"; do
	fetch -H "Host: $host" "$page/status.json"
	is "but not by $host" "$status" 421
done
fetch -H "Host: evil.test:$page_port" "$page/"
strict 'the wrong name'
like 'and it says what to do' "$(cat "$out")" 'ssh -L PORT:127\.0\.0\.1:PORT'
fetch --noproxy '' -H 'Host: evil.test' -x "$page" http://evil.test/
is 'it is no proxy for others' "$status" 421

fetch -H 'Sec-Fetch-Site: cross-site' -H 'Sec-Fetch-Mode: no-cors' "$page/"
is "another site's page cannot load it" "$status" 403
fetch -H 'Sec-Fetch-Site: same-site' -H 'Sec-Fetch-Mode: cors' "$page/healthz"
is "nor another port's" "$status" 403
fetch -H 'Sec-Fetch-Site: cross-site' -H 'Sec-Fetch-Mode: navigate' "$page/"
is 'but lead to it' "$status" 200
fetch -H 'Sec-Fetch-Site: none' -H 'Sec-Fetch-Mode: navigate' "$page/"
is 'as a bookmark does' "$status" 200

is 'it listens on the loopback only' "$(ss -Htln "sport = :$page_port" | awk '{ print $4 }')" "127.0.0.1:$page_port"

# ---- JSON and health ------------------------------------------------------------------------

fetch "$page/healthz"
is 'it says that it is well' "$status $(cat "$out")" '200 ok'
fetch "$page/status.json"
is 'the status is JSON, one line of it' "$(header Content-Type) $(wc -l <"$out" | tr -d ' ')" 'application/json 1'
is 'with all targets' "$(jq -r '[.targets[].status] | join(" ")' "$out")" \
	'blocked likely_blocked ok impaired ok blocked down insufficient '
is 'format.md names every key' "$(jq -r '[.. | objects | keys[]] | unique[]' "$out" | while read -r key; do
	sed -n '/^## `netvane status --json`/,/^## /p' "$top_srcdir/docs/format.md" | grep -Eq "[\`.]$key([\`.]|\[)" ||
		echo "$key"
done)" ''
fetch "$hostile/status.json"
is 'hostile texts leave it JSON' "$status $(jq -r '.netvane_status' "$out")" '200 1'

# ---- Metrics --------------------------------------------------------------------------------

fetch "$page/metrics"
is 'metrics are of the format that Prometheus reads' "$(header Content-Type)" \
	'text/plain; version=0.0.4; charset=utf-8'
like 'they say which sites are reached' "$(cat "$out")" \
	'^netvane_target_reachable\{url="https://www\.youtube\.com/",list="global-social"\} 0$'
is 'format.md names every metric, with its type, and no other' "$(sed -nE \
	's/^\| `(netvane_[a-z0-9_]+)` \| (gauge|counter) \|.*/\1 \2/p' "$top_srcdir/docs/format.md" | sort)" \
	"$(sed -n 's/^# TYPE //p' "$out" | sort)"
cp "$out" "$tmp/metrics"
fetch "$hostile/metrics"
cp "$out" "$tmp/hostile-metrics"
fetch "http://127.0.0.1:$fresh_port/metrics"
cp "$out" "$tmp/fresh-metrics"
for metrics in metrics hostile-metrics fresh-metrics; do
	if command -v promtool >/dev/null; then
		holds "promtool has nothing to say against $metrics" sh -c "promtool check metrics <'$tmp/$metrics'"
	else
		skip "promtool has nothing to say against $metrics" 'there is no promtool here'
	fi
done

# ---- Floods ---------------------------------------------------------------------------------

# Parallel, each on a connection of its own.
seq 200 | sed "s|.*|url = $page/|; s|\$|\noutput = /dev/null|" >"$tmp/flood"
is 'many at once are all answered' "$(curl -s --noproxy '*' -Z --parallel-max 12 -K "$tmp/flood" -w '%{http_code}\n' 2>"$err" |
	sort | uniq -c | tr -s ' ')" ' 200 200'
head -c 20000 /dev/zero | tr '\0' a >"$tmp/long"
fetch -H "X-Long: $(cat "$tmp/long")" "$page/"
unlike 'a header without end is not taken' "$status" '^200'
fetch "$page/$(cat "$tmp/long")"
unlike 'nor an address without end' "$status" '^200'
fetch "$page/healthz"
is 'and it is still there' "$status" 200

# ---- A browser ------------------------------------------------------------------------------

has_browser 22 || exit 0

# rgb NAME light|dark: a colour of the style sheet, as png_look wants it.
rgb()
{
	printf '%s\n' "$style" | sed -n "$([ "$2" = light ] && echo 1p || echo 2p)" | sed "s/.*--$1:#\([0-9a-f]*\)[;}].*/\1/" |
		sed 's/^\(.\)\(.\)\(.\)$/\1\1\2\2\3\3/'
}

cat >"$tmp/with-script.html" <<'END'
<!DOCTYPE html><title>quiet</title><body><script>document.title = 'ran'</script>
END
browse script off "file://$tmp/with-script.html" --window-size=300,200
like 'a script does not run in this browser' "$(cat "$tmp/script.dom")" '<title>quiet</title>'
browse script_on on "file://$tmp/with-script.html" --window-size=300,200
like 'unless it is told to' "$(cat "$tmp/script_on.dom")" '<title>ran</title>'

browse wide off "$page/" --window-size=1280,2600 --blink-settings=preferredColorScheme=1
is 'the browser shows the page' "$status" 0
text=$(sed 's/<style>.*//; s/<[^>]*>/ /g' "$tmp/wide.dom" | tr -s ' \n' ' ')
like 'it says how many sites are reached' "$text" 'Of 9 sites, 2 are reached\. 2 are blocked\.'
like 'which is blocked, how, and since when that is known' "$text" \
	'https://www\.youtube\.com/ × blocked: reset at TLS measured 47 seconds ago \( 2026-11-22 06:39 UTC \)'
like 'it has a grid of hours' "$text" 'The last 24 hours One cell an hour'
like 'and of days, with symbols' "$text" \
	'https://www\.rferl\.org/( × blocked){14} '
like 'and what they mean' "$text" '✓ reached × blocked ×\? likely blocked ~ blocked some of the time'
like 'the anomalies that are open' "$text" 'Open anomalies Two sites of global-social fail at TLS'
like 'and the gaps' "$text" 'Times without measurements .* captive portal'
is 'the picture is as large as the window, in many colours, those of the style sheet among them' \
	"$(look wide "$(rgb page light)" "$(rgb blocked light)" "$(rgb ok light)")" \
	"1280 2600 many 1 $(rgb page light) $(rgb blocked light) $(rgb ok light)"
unlike 'the browser had to refuse nothing' "$(cat "$tmp/wide.err")" 'Refused|Content Security Policy|violates'

browse phone off "$page/" --window-size=360,3600 --blink-settings=preferredColorScheme=1
is 'on a phone nothing runs over the edge' \
	"$(look phone "$(rgb blocked light)")" "360 3600 many 1 $(rgb blocked light)"

browse night off "$page/" --window-size=360,3600 --blink-settings=preferredColorScheme=0
is 'by night it is dark' "$(look night "$(rgb page light)" "$(rgb page dark)" "$(rgb blocked dark)")" \
	"360 3600 many 1 $(rgb page dark) $(rgb blocked dark)"

# With scripts, so that one that found its way in would run.
browse hostile on "$hostile/" --window-size=360,6000
is 'the browser shows a page of hostile texts' "$status" 0
like 'no script of theirs runs' "$(cat "$tmp/hostile.dom")" '<title>netvane: 3 of 9 sites blocked</title>'
is 'none is in the document, nor an image, link, base or frame' \
	"$(grep -Eic '<(script|img|a|base|iframe|svg|link|form|input)[ >]' "$tmp/hostile.dom")" 0
is 'its elements are those of the honest page' \
	"$(grep -Eo '<[a-z0-9]+' "$tmp/hostile.dom" | sort | uniq -c)" "$(grep -Eo '<[a-z0-9]+' "$tmp/wide.dom" | sort | uniq -c)"
like 'they are there, as text' "$(cat "$tmp/hostile.dom")" '<bdi>&lt;base href=//evil\.test/&gt;'
unlike 'the browser had to refuse nothing of it either' "$(cat "$tmp/hostile.err")" \
	'Refused|Content Security Policy|violates'
is 'long texts do not run over the edge' "$(look hostile | cut -d ' ' -f 1,4)" '360 1'

is 'no browser is left' "$(pgrep -f -- "--user-data-dir=$tmp/profile")" ''
