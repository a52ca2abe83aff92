# netvane baseline, and what netvane check does with it: each round learns, the next one's records say what was known;
# a database that is lost, damaged or too new stops nothing.
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/lab_loopback.sh"
need openssl
plan 54

lab_certificates site.test
start_peer site "$peer_http" --cert "$certs/good.pem" --key "$certs/key.pem"
start_peer reset "$peer_tls" rst-hello
lab_dns site.test=A:127.0.0.1 cut.test=A:127.0.0.1
lab_web
lab_conf
site=https://site.test:$site_port/ok
cut=https://cut.test:$reset_port/
db=$state/state.sqlite
known='.test_keys.x_netvane.baseline'

# A round; unlike `check', the results stay.
round()
{
	run "$NETVANE" check -c "$conf" --consent --json --url "$site" --url "$cut"
}

baseline()
{
	run "$NETVANE" baseline "$@" -c "$conf"
}

# shown URL FILTER: jq on what `show --json' says of a site.
shown()
{
	jq -rc --arg url "$1" "select(.url == \$url) | $2" "$out"
}

# ---- Learning -------------------------------------------------------------------------------

baseline show
is 'before the first round nothing is known: exit 66' "$status" 66
like 'and it says so' "$(cat "$err")" 'nothing is known'
holds 'looking makes no database' test ! -e "$db"

round
is 'the first round goes as ever' "$status" 1
is 'and its records say that nothing was known' "$(json_all "map($known) | unique")" '[null]'
is 'the database is for its owner alone' "$(stat -c %a "$db")" 600
round
is 'the second round knows what the first one saw' "$(seen "$site" \
	"$known | [.measured, .ok, .days, .bad_streak, (.addresses | map([.value, .count]))]")" \
	'[1,1,1,0,[["127.0.0.1",1]]]'
is 'with one issuer and one key, hashes both' "$(seen "$site" "$known | [.issuers, .keys] |
	map([length, (.[0].value | test(\"^[0-9a-f]{64}\$\"))])")" '[[1,true],[1,true]]'
is 'and times' "$(seen "$site" "$known | [.connect_s, .handshake_s] | map(. > 0 and . < 10)")" \
	'[true,true]'
is 'and when that was' "$(seen "$site" "$known | .last_ok == .addresses[0].last and
	(.last_ok | test(\"^20[0-9-]+T[0-9:]+[.][0-9]{6}Z\$\"))")" true
is 'what failed is counted, and teaches nothing more' "$(seen "$cut" \
	"$known | [.measured, .ok, .addresses, .keys, .handshake_s]")" '[1,0,[],[],null]'

# ---- show -----------------------------------------------------------------------------------

baseline show
is 'show exits 0' "$status" 0
like 'a line for each site' "$(cat "$out")" "^$site +AS0 +2/2 +1 +20[0-9-]+ [0-9:]+ +1 +1 "
like 'also for those not reached' "$(cat "$out")" "^$cut +AS0 +0/2 +0 +- +0 +0 +- +-"
like 'and for the controls, which teach times' "$(cat "$out")" "^https://control1.test:$web_port/ok +AS0 +0/0 "
baseline show "$site"
like 'of one site, all that was seen' "$(cat "$out")" '^address +127.0.0.1 +2 +20'
unlike 'and of no other' "$(cat "$out")" 'cut.test'
key=$(openssl x509 -in "$certs/good.pem" -noout -pubkey | openssl pkey -pubin -outform DER |
	openssl dgst -sha256 -r | cut -d ' ' -f 1)
like "the key's hash is the one that openssl finds" "$(cat "$out")" "^key +$key +2 "
baseline show "site.test:$site_port/ok"
is 'https:// may be left out' "$status" 0
baseline show https://never.test/
is 'of a stranger nothing is known: exit 66' "$status" 66
baseline show ftp://site.test/
is 'what is no site is wrong usage' "$status" 64
baseline show --json
is 'in JSON, one object a line' "$(shown "$site" \
	'[.network, .steady, .baseline.ok, (.baseline | has("title"))]')" '["AS0",false,2,true]'
cp "$out" "$tmp/live"

# ---- rebuild and forget ---------------------------------------------------------------------

baseline rebuild
is 'rebuild exits 0' "$status" 0
like 'and says from how many records it learned' "$(cat "$out")" '^Learned from 1[0-9] records in '
baseline show --json
holds 'from the journal comes what was learned live' cmp "$tmp/live" "$out"
baseline rebuild --out "$tmp/nowhere"
is 'a journal that is not there is no reason to forget: exit 66' "$status" 66
baseline forget "$site"
is 'forget exits 0' "$status" 0
is 'not a trace of it is left in the file' "$(cat "$db"* | grep -acF "$site")" 0
baseline show --json
is 'and that site is gone' "$(shown "$site" .url)$(shown "$cut" .url)" "$cut"
baseline forget
baseline show
is 'without a site, all are' "$status" 66
baseline rebuild https://site.test/
is 'rebuild takes no sites' "$status" 64
baseline shew
is 'there is no command shew' "$status" 64
flock "$state/lock" "$NETVANE" baseline forget -c "$conf" 2>"$tmp/locked"
is 'nothing is changed while another netvane is at work: exit 69' "$?" 69
like 'and it says so' "$(cat "$tmp/locked")" 'another netvane'

# ---- Trouble --------------------------------------------------------------------------------

rm -f "$db"*
round
is 'a lost database is gathered again from the journal' "$(seen "$site" "$known.ok")" 2
like 'and the log says so' "$(cat "$err")" 'learned what is normal here from 1[0-9] records'
echo 'This is not a database. It is far too short, and it is text.' >"$db"
rm -f "$db-wal" "$db-shm"
round
is 'so is a damaged one' "$(seen "$site" "$known.ok")" 3
like 'the log says so, too' "$(cat "$err")" 'moved aside to'
is 'and the bad file is kept' "$(cat "$db".bad-*Z)" \
	'This is not a database. It is far too short, and it is text.'
baseline show --json
is 'all rounds are known after that' "$(shown "$site" .baseline.ok)" 4

mv "$db" "$tmp/good.sqlite"
mkdir "$db"
round
is 'without a database the round goes as ever' "$status $(seen "$site" "$known")" '1 null'
is 'and one line says so' "$(grep -c 'state.sqlite' "$err")" 1
rmdir "$db"
mv "$tmp/good.sqlite" "$db"

# The first target is done, the second hangs: a stop in the middle.
start_peer silent "$peer_tls" silent
live --url "$site" --url "https://site.test:$silent_port/"
live_until "\"input\":\"$site\""
kill -INT "$live_pid"
live_end
is 'a round that is stopped' "$(json_round .test_keys.x_netvane.round.complete)" false
baseline show --json
is 'has taught what it measured' "$(shown "$site" .baseline.ok)" 5
is 'and counts nothing against what it did not' \
	"$(shown "https://site.test:$silent_port/" .baseline.measured)" ''

# Killed: what it had learned is lost, but not what it had written down.
live --url "$site" --url "https://site.test:$silent_port/"
live_until "\"input\":\"$site\""
kill -KILL "$live_pid"
live_end
is 'a round that is killed' "$status" 137
baseline show --json
is 'has taught nothing yet' "$(shown "$site" .baseline.ok)" 5
round
is 'until the next one, which knows what it saw' "$(seen "$site" "$known.ok")" 6
baseline show --json
is 'once' "$(shown "$site" .baseline.ok)" 7

# ---- Forgetting what was moved aside --------------------------------------------------------

baseline forget "$site"
is 'forgetting a site keeps what was moved aside' "$(ls "$state" | grep -c 'bad-.*Z$')" 1
echo 'Once more no database, and so long that it cannot be taken for an empty one.' >"$db"
rm -f "$db-wal" "$db-shm"
baseline forget
is 'forgetting everything exits 0' "$status" 0
is 'and removes it, also what was moved aside just now' "$(ls "$state" | grep -c bad-)" 0
is 'which is said of each' "$(grep -c 'removed .*/state.sqlite.bad-' "$err")" 2
round
is 'nothing comes back by itself' "$(seen "$site" "$known")" null
