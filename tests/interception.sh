# netvane-analyze interception: the forgeries of the summer of 2019, measured again, in the three forms and as PEM files.
. "$top_srcdir/tests/lib.sh"
need jq openssl tac
plan 27

unset COLUMNS
grep -E '^#|^interception' "$top_srcdir/tests/data/kz_history.tsv" >"$tmp/facts"
history=$tmp/history.jsonl
"$top_builddir/tests/make_history" "$tmp/facts" >"$history"

# interception ARGUMENT...
interception()
{
	run "$NETVANE_ANALYZE" interception "$@"
}

interception --json --out "$tmp/pem" "$history"
is 'forgeries are looked for' "$status" 0
cp "$out" "$tmp/found"
is 'every line is one JSON object' "$(jq -c type "$tmp/found" | sort -u)" '"object"'

# group FILTER: of the only one.
group()
{
	jq -rc "select(.kind == \"group\") | $1" "$tmp/found"
}

is 'one key forged, in one name' "$(jq -c 'select(.kind == "period") | .groups' "$tmp/found")" 1
is 'whose it is said to be is known' "$(group '[.issuer, .top_issuer]')" \
	'["CN=Security Certificate,C=KZ","CN=Qaznet Trust Network,C=KZ"]'
is 'that name is known, and that it is only a name' "$(group '[.known.name, .known.by]')" '["Qaznet Trust Network","name"]'
like 'the key is told' "$(group .issuer_key_sha256)" '^[0-9a-f]{64}$'
is 'first and last seen are' "$(group '[.first_seen, .last_seen]')" '["2019-07-16T18:00:00.000000Z","2019-08-06T21:01:40.000000Z"]'
is 'so are the networks' "$(group .networks)" '[{"asn":9198,"cc":"KZ"}]'
is 'and the targets' "$(group '[.targets[].host] | join(" ")')" \
	'twitter.com vk.com www.facebook.com www.google.com www.instagram.com www.youtube.com'
is 'the habit of a validity that is shifted by six hours is seen' "$(group .habits.hours_after_expected)" '[6,6]'
is 'so is that of an exponent, and that extensions are gone' "$(group '[.certificates, .habits.exponent_3, .habits.sct, .habits.aia]')" \
	'[6,6,0,0]'
is 'beside each stands what was expected' "$(group '[.targets[].expected.issuer] | unique')" \
	'["CN=Public CA 1,O=Public Trust,C=US"]'
is 'a site that changed honestly stands apart' \
	"$(jq -c 'select(.kind == "site") | [.host, .keys, .issuers, .last_change.from.issuer, .last_change.to.issuer]' "$tmp/found")" \
	'["tengrinews.kz",2,2,"CN=Public CA 1,O=Public Trust,C=US","CN=Other CA 2,O=Other Trust,C=US"]'

tac "$history" >"$tmp/reversed.jsonl"
interception --json "$tmp/reversed.jsonl"
is 'the order of the records does not matter' "$(cmp "$out" "$tmp/found" 2>&1)" ''
is 'the verdicts of who is not known stand' "$(NETVANE_DATADIR=$tmp/none "$NETVANE_ANALYZE" interception --json "$history" 2>/dev/null |
	jq -c 'select(.kind == "group") | [.known, .handshakes > 0]')" '[null,true]'

# ---- PEM ------------------------------------------------------------------------------------

files=$tmp/pem/01-qaznet-trust-network
is 'there is a file for each chain' "$(ls "$files" | head -n 4 | tr '\n' ' ')" \
	'01-twitter.com.expected.pem 01-twitter.com.forged.pem 02-vk.com.expected.pem 02-vk.com.forged.pem '
is 'and no other' "$(find "$tmp/pem" -type f | wc -l)" 12
is 'nobody else may read them' "$(find "$tmp/pem" ! -perm 0700 -type d -o ! -perm 0600 -type f)" ''
is 'a forged chain is all there' "$(grep -c 'BEGIN CERTIFICATE' "$files/02-vk.com.forged.pem")" 2
is 'openssl reads it' "$(openssl x509 -noout -fingerprint -sha256 -in "$files/02-vk.com.forged.pem" | sed 's/.*=//' | tr -d ':' |
	tr 'A-F' 'a-f')" "$(group '.targets[] | select(.host == "vk.com") | .forged.sha256')"
is 'and what was expected' "$(openssl x509 -noout -fingerprint -sha256 -in "$files/02-vk.com.expected.pem" | sed 's/.*=//' | tr -d ':' |
	tr 'A-F' 'a-f')" "$(group '.targets[] | select(.host == "vk.com") | .expected.sha256')"
touch "$tmp/file"
interception --out "$tmp/file/pem" "$history"
is 'what cannot be made is an error' "$status" 73

# ---- Forms ----------------------------------------------------------------------------------

interception --format csv "$history"
is 'CSV has a row for each target' "$(wc -l <"$out")" 7
interception "$history"
like 'the text is for people' "$(cat "$out")" 'Known by its name as Qaznet Trust Network'
like 'and shows what was expected' "$(cat "$out")" '  vk\.com +2019-07-16 18:00 +2019-08-06 21:00 +[0-9]+ +CN=Public CA 1'
interception --out
is 'an option without its value is wrong usage' "$status" 64
interception "$top_srcdir/tests/data/netvane.jsonl"
like 'none are said to be none' "$(cat "$out")" '^No forged certificates'
