# A whole netvane check inside the sandbox: it sees what one outside sees (DNS over UDP and HTTPS, TCP, TLS, pages, tests of what
# looks bad, a test helper), and the journal and the state are written.
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/lab_loopback.sh"
run_sandboxed=$top_builddir/tests/run_sandboxed
echo secret >"$tmp/outside"
mkdir "$tmp/etc"

lab_certificates site.test gone.test
lab_dns site.test=A:127.0.0.1 gone.test=nxdomain
lab_second site.test=A:127.0.0.1 gone.test=A:127.0.0.1
lab_web site.test=127.0.0.1 gone.test=127.0.0.1
start_peer refuse "$peer_tls" refuse
start_peer reset "$peer_tls" rst-hello
start_peer expired "$peer_tls" good --cert "$certs/expired.pem" --key "$certs/key.pem"
# What is followed opens its directory, so it lies apart from what is to be out of reach.
mv "$tmp/controls.csv" "$tmp/resolv.conf" "$tmp/etc"
cp "$certs/root.pem" "$tmp/etc"
conf=$tmp/etc/netvane.conf
lab_conf "[probe]" "roots = $tmp/etc/root.pem" "[targets]" "controls = $tmp/etc/controls.csv" \
	"[dns]" "resolv_conf = $tmp/etc/resolv.conf" "resolver = 127.0.0.1:$second_port" \
	"doh = $doh" "[control]" "url = https://control1.test:$web_port/"
site=https://site.test
cat >"$tmp/etc/sites.csv" <<-END
	url,category_code,category_description,date_added,source,notes
	$site:$web_port/,NEWS,News Media,,,
	http://site.test:$web_port/latin1,NEWS,News Media,,,
	http://site.test:$web_port/redirect/1,NEWS,News Media,,,
	$site:$expired_port/,NEWS,News Media,,,
	$site:$refuse_port/,NEWS,News Media,,,
	$site:$reset_port/,NEWS,News Media,,,
	https://gone.test:$web_port/,NEWS,News Media,,,
END
printf '%s\n' "[targets]" "list = $tmp/etc/sites.csv" >>"$conf"

# inside [OPTION...]: the same as `check', in the sandbox.
inside()
{
	rm -rf "$state" "$results"
	mkdir -m 700 "$state" "$results"
	again "$@"
}
again()
{
	run "$run_sandboxed" "$@" "$tmp/outside" check -c "$conf" --consent --json
}

# What was seen, without what is never the same twice.
seen_of()
{
	jq -rc 'select(.test_name == "web_connectivity") | [.input, .test_keys.x_netvane.role,
		(.test_keys.x_netvane.verdict | [.status, .mechanism, .evidence]),
		(.test_keys.queries | map([.engine, .hostname, .query_type, .failure, .x_netvane.role]) | sort),
		(.test_keys.tcp_connect | map(.status.failure)), (.test_keys.tls_handshakes | map(.failure)),
		(.test_keys.requests | map([.failure, .response.code, .x_netvane.title]))]' "$1" | sort
}

inside
[ "$status" -ne 97 ] || skip_all 'this kernel has no Landlock'
plan 16
cp "$out" "$tmp/inside"
is 'what is outside is out of reach, and the check comes to its end' "$status" 2
unlike 'nothing is missed' "$(cat "$err")" 'denied|not permitted|cannot'
cat "$results"/netvane-*.jsonl >"$tmp/journal"
holds 'the journal has what was printed' cmp "$tmp/inside" "$tmp/journal"
isnt 'what was learned is kept' "$(wc -c <"$state/state.sqlite")" 0
is 'the state directory has all its files' "$(ls "$state" | tr '\n' ' ')" \
	'consent last-round lock state.sqlite '
is "they are the owner's alone" "$(find "$state" "$results" -type f ! -perm 0600)" ''
inside_verdicts=$(jq -rc 'select(.test_keys.x_netvane.role == "target") |
	.test_keys.x_netvane.verdict.status' "$tmp/inside" | sort | uniq -c | tr -s ' \n' ' ')
is 'sites were reached, and one was proven blocked' "$inside_verdicts" ' 1 blocked 3 down 3 ok '

again
is 'a second round takes up where the first left off' "$status" 2
unlike 'with nothing in its way' "$(cat "$err")" 'denied|not permitted|cannot'
is 'it knows what was normal' "$(jq -rc --arg url "$site:$web_port/" 'select(.input == $url and
	.test_keys.x_netvane.role == "target") | .test_keys.x_netvane.baseline | type' "$out")" object

inside --program /bin/true
is 'so does a check with a program to be run on events' "$status" 2
unlike 'and misses nothing' "$(cat "$err")" 'denied|not permitted|cannot'
seen_of "$out" >"$tmp/with-program"

rm -rf "$state" "$results"
run "$NETVANE" check -c "$conf" --consent --json
seen_of "$out" >"$tmp/seen-outside"
seen_of "$tmp/inside" >"$tmp/seen-inside"
is 'outside there are as many records' "$(wc -l <"$tmp/seen-outside")" "$(wc -l <"$tmp/seen-inside")"
holds 'they say the same' diff "$tmp/seen-outside" "$tmp/seen-inside"
holds 'and the same as with a program' diff "$tmp/seen-outside" "$tmp/with-program"

# ---- Where a state directory cannot be written, it is said --------------------------------------

printf '%s\n' "[probe]" "state = $tmp/nowhere/state" >>"$conf"
again
like 'a state directory that is not there is named' "$(cat "$err")" \
	"nothing can be written to $tmp/nowhere/state"
