# netvane explain: finds the record that is meant, in whatever files, and says what is in it; real records, made by netvane check
# against peers that misbehave.
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/lab_loopback.sh"
plan 44

lab_certificates site.test www.site.test
start_peer site "$peer_http" --cert "$certs/good.pem" --key "$certs/key.pem"
start_peer reset "$peer_tls" rst-hello
lab_dns site.test=A:127.0.0.1 cut.test=A:127.0.0.1 gone.test=nxdomain
lab_web
lab_conf
site=https://site.test:$site_port/ok
cut=https://cut.test:$reset_port/

explain()
{
	run "$NETVANE" explain -c "$conf" "$@"
}

# ---- Nothing there yet ----------------------------------------------------------------------

mkdir -p "$results"
explain site.test
is 'without a record: exit 66' "$status" 66
like 'and what to do about it' "$(cat "$err")" "netvane check --url site.test"
explain abcdef0123
is 'an id that nobody has: exit 66' "$status" 66
like 'it says where it looked' "$(cat "$err")" "$results"
explain
is 'explain what? exit 64' "$status" 64
explain site.test cut.test
is 'one at a time: exit 64' "$status" 64
explain ftp://site.test/
is 'what is no site: exit 64' "$status" 64
explain --color=pink site.test
is 'a colour that there is not: exit 64' "$status" 64

# ---- Records --------------------------------------------------------------------------------

run "$NETVANE" check -c "$conf" --consent --json --url "$site" --url "$cut" --url https://gone.test/
cp "$out" "$tmp/first.jsonl"
first=$(seen "$site" .id "$tmp/first.jsonl")
first_cut=$(seen "$cut" .id "$tmp/first.jsonl")
run "$NETVANE" check -c "$conf" --consent --json --url "$site" --url "$cut"
cp "$out" "$tmp/second.jsonl"
second=$(seen "$site" .id "$tmp/second.jsonl")
second_cut=$(seen "$cut" .id "$tmp/second.jsonl")

explain "$site"
is 'a URL: exit 0' "$status" 0
like 'it is the newest record' "$(cat "$out")" "^  record +$second\$"
like 'a verdict with its symbol and the site' "$(cat "$out")" "^✓ reached  $site\$"
like 'the look-up, in milliseconds' "$(tr -s '\n ' ' ' <"$out")" \
	' look-up your resolver \(127\.0\.0\.1:[0-9]+\): 127\.0\.0\.1 \(no public site.s\) \([0-9]+( to [0-9]+)? ms\) connection '
like 'the certificate' "$(cat "$out")" "127\.0\.0\.1: answered with the site's own certificate \("
like 'the page' "$(cat "$out")" '^  page .*: status 200'
unlike 'nothing else is suspected' "$(cat "$out")" 'What else'
unlike 'no colour for a file' "$(cat "$out")" "$(printf '\033')"
explain --color=always "$site"
like 'colour where it is wanted' "$(cat "$out")" "$(printf '\033')\\[32m✓ reached"
explain site.test
like 'a host name will do' "$(cat "$out")" "^  record +$second\$"
explain www.site.test
like 'with or without www' "$(cat "$out")" "^  record +$second\$"

explain "$first_cut"
is 'an id: exit 0' "$status" 0
like 'it is that record' "$(cat "$out")" "^  record +$first_cut\$"
like 'attempts are folded' "$(cat "$out")" "^  connection +127\.0\.0\.1: reset after the site's name was sent, 3 of 3 times"
like 'the tests are told' "$(tr -s '\n ' ' ' <"$out")" \
	" the site's name at 127\.0\.0\.1, again: reset, [0-9] of [0-9] times"
like 'it says what it means' "$(cat "$out")" '^What it means$'
like 'what else it could be' "$(cat "$out")" '^What else could be the cause$'
like 'and what would settle it' "$(cat "$out")" "netvane check .*--url"
explain "$(printf '%.10s' "$first_cut" | tr a-f A-F)"
like 'the first digits of it are enough' "$(cat "$out")" "^  record +$first_cut\$"
COLUMNS=60 explain "$first_cut"
is 'lines fit the terminal' "$(awk 'length($0) > 60' "$out" | wc -l)" 0
explain https://gone.test/
like 'a name that one resolver denies is no block' "$(cat "$out")" '^[?] cannot be told: name denied'
like 'who says so' "$(cat "$out")" '^  look-up +your resolver .*: "no such name"'

# Two records whose ids begin alike.
sed "s/$second/$(printf '%.31s' "$first")z/" "$tmp/second.jsonl" |
	sed "s/$(printf '%.31s' "$first")z/$(printf '%.31s' "$first")$(printf '%s' "$first" |
		tail -c 1 | tr 0-9a-f 1-9a-f0)/" >"$tmp/alike.jsonl"
explain --results "$tmp/first.jsonl" --results "$tmp/alike.jsonl" "$(printf '%.12s' "$first")"
is 'digits that fit two records: exit 64' "$status" 64
like 'and more of them are asked for' "$(cat "$err")" 'write more of it'
explain --results "$tmp/first.jsonl" --results "$tmp/first.jsonl" "$first"
is 'the same record twice is one' "$status" 0

# ---- Many, and elsewhere --------------------------------------------------------------------

explain --all "$cut"
is '--all: each record, the newest last' \
	"$(sed -n 's/^  record *//p' "$out" | tr '\n' ' ')" "$first_cut $second_cut "
explain --json --all "$cut"
is 'in JSON, one object a record' "$(jq -c '[.id, .target, .verdict]' "$out" | wc -l)" 2
is 'with all that the screen has' "$(jq -rc 'select(.id == "'"$first_cut"'") | [.target,
	(.time | test("^20.*Z$")), (.steps | map(.group) | unique), (.meaning | length > 20),
	(.alternatives | length > 0), (.would_settle | length > 0)]' "$out")" \
	"[\"$cut\",true,[\"connection\",\"look-up\",\"test\"],true,true,true]"
is 'and times as numbers' "$(jq -rc 'select(.id == "'"$first_cut"'") | .steps[] |
	select(.group == "connection") | .least_ms >= 0 and .most_ms >= .least_ms and (.good | not)' "$out")" true
gzip -c "$tmp/first.jsonl" >"$tmp/first.jsonl.gz"
explain --results "$tmp/first.jsonl.gz" "$site"
like '--results takes a compressed file' "$(cat "$out")" "^  record +$first\$"
run sh -c '"$1" explain - <"$2"' sh "$NETVANE" "$tmp/second.jsonl"
is 'a dash explains what comes in' "$status $(grep -c '^  record' "$out")" \
	"0 $(jq -r 'select(.input != null) | .id' "$tmp/second.jsonl" | wc -l)"
run sh -c '"$1" explain --results - "$3" <"$2"' sh "$NETVANE" "$tmp/second.jsonl" "$site"
like 'or looks there for one' "$(cat "$out")" "^  record +$second\$"
run "$NETVANE" explain - </dev/null
is 'nothing came in: exit 66' "$status" 66

# ---- OONI's ---------------------------------------------------------------------------------

ooni=$top_srcdir/tests/data/ooni.jsonl
explain --all --results "$ooni" "$(jq -r 'select(.test_keys.blocking == "dns") | .input' "$ooni" | head -n 1)"
is "OONI's records are explained: exit 0" "$status" 0
like 'as what they are' "$(tr -s '\n ' ' ' <"$out")" "record of OONI Probe's.* netvane has not judged it"
like 'without claiming more' "$(cat "$out")" '^× likely blocked'
