# A site's certificate is replaced between two rounds: the record says so and nobody is accused; then it is the usual one.
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/lab_loopback.sh"
need openssl
plan 16

lab_certificates site.test

# authority NAME: a root in $tmp/NAME.pem.
authority()
{
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$tmp/$1.key" -out "$tmp/$1.pem" -days 30 \
		-subj "/O=$1/CN=$1 Root" -addext basicConstraints=critical,CA:true 2>"$tmp/openssl.err" ||
		test_bail_out "no authority: $(cat "$tmp/openssl.err")"
}

# leaf FILE KEY AUTHORITY: a certificate of the site's; the key is made where there is none of that name.
leaf()
{
	[ -e "$tmp/$2" ] || openssl ecparam -name prime256v1 -genkey -noout -out "$tmp/$2"
	echo 'subjectAltName = DNS:site.test' >"$tmp/extensions"
	{
		openssl req -new -key "$tmp/$2" -subj /CN=site.test -out "$tmp/request" &&
			openssl x509 -req -in "$tmp/request" -CA "$tmp/$3.pem" -CAkey "$tmp/$3.key" -set_serial "0x$(openssl rand -hex 8)" \
				-days 20 -extfile "$tmp/extensions" -out "$tmp/$1"
	} 2>"$tmp/openssl.err" || test_bail_out "no certificate: $(cat "$tmp/openssl.err")"
}

authority Usual
authority Another
leaf first.pem first.key Usual
leaf renewed.pem second.key Usual
leaf moved.pem second.key Another
cat "$certs/root.pem" "$tmp/Usual.pem" "$tmp/Another.pem" >"$tmp/roots.pem"
lab_dns site.test=A:127.0.0.1
lab_web
lab_conf
sed -i "s|^roots = .*|roots = $tmp/roots.pem|" "$conf"
start_peer site "$peer_http" --cert "$tmp/first.pem" --key "$tmp/first.key"
port=$site_port
site=https://site.test:$port/ok

# replaced CERT KEY: the same server with another certificate.
replaced()
{
	stop_peer site
	start_peer site "$peer_http" --port "$port" --cert "$1" --key "$2"
}

# round: another one; the results stay.
round()
{
	run "$NETVANE" check -c "$conf" --consent --json --url "$site"
}

# news: what the evidence says of the certificate.
news()
{
	seen "$site" "$evidence | map(select(startswith(\"certificate_new\"))) | join(\" \")"
}

round
is 'the first round knows no usual certificate' "$status $(news)" '0 '
round
is 'the second finds the usual one' "$status $(news)" '0 '

replaced "$tmp/renewed.pem" "$tmp/second.key"
round
is 'a renewal with a new key: the site is well, nothing is suspected' \
	"$status $(seen "$site" '.test_keys.x_netvane.verdict | [.status, .mechanism]')" '0 ["ok",null]'
is 'and its record notes the key' "$(news)" certificate_new_key
run "$NETVANE" explain -c "$conf" "$site"
like 'which is explained' "$(tr -s '\n ' ' ' <"$out")" ' certificate: a new key of an issuer that it had before; the one before was last seen 20'
like 'as what it is' "$(tr -s '\n ' ' ' <"$out")" ' It is valid, and sites do change theirs '
unlike 'nobody is suspected' "$(cat "$out")" 'What else'
round
is 'the next round knows it' "$(news)" ''
is 'as one of two' "$(seen "$site" '.test_keys.x_netvane.baseline.keys | length')" 2

replaced "$tmp/moved.pem" "$tmp/second.key"
round
is 'another authority, for a key that it had before: the site is well' "$status $(seen "$site" '.test_keys.x_netvane.verdict.status')" '0 ok'
is 'and its record notes the issuer' "$(news)" certificate_new_issuer
run "$NETVANE" explain -c "$conf" "$site"
like 'which is explained, too' "$(tr -s '\n ' ' ' <"$out")" ' certificate: a new issuer, for a key that it had before; '
round
is 'and usual after that' "$(news)" ''

# Where nobody vouches for the other authority, the same certificate is as good as a forger's.
replaced "$tmp/first.pem" "$tmp/first.key"
cat "$certs/root.pem" "$tmp/Another.pem" >"$tmp/roots.pem"
round
is 'a certificate that does not verify is no news' "$(news)" ''
isnt 'nor is it well' "$(seen "$site" '.test_keys.x_netvane.verdict.status')" ok

# As docs/format.md says it.
list=$(sed -n '/^    jq -r .* as \$r /,/^$/p' "$top_srcdir/docs/format.md")
is 'a researcher can list when it changed' "$(cd "$results" && eval "$list" | cut -f 2- | tr '\t\n' '  ')" \
	"$site certificate_new_key $site certificate_new_issuer "
