# netvane check, at the ways a name can fail to be looked up: what the record keeps, what it takes
# to call it blocking, and that without a second opinion nobody is accused.
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/lab_loopback.sh"
plan 78

names='nxdomain refused empty servfail silent truncate cut wrongid first question two malformed'
names="$names cname big edns honest lied half gone"
site=A:127.0.0.1
# shellcheck disable=SC2046 # words are wanted, here and below
lab_certificates $(printf '%s.test ' $names)
lab_dns nxdomain.test=nxdomain refused.test=refused empty.test=empty servfail.test=servfail \
	silent.test=silent truncate.test=truncate/$site cut.test=cut/$site \
	wrongid.test=wrongid/A:127.0.0.9 first.test=wrongid-first/$site \
	question.test=wrongquestion-first/$site two.test=two/A:127.0.0.9/$site \
	malformed.test=malformed cname.test=cnameloop big.test=big edns.test=noedns/$site \
	honest.test=$site lied.test=$site half.test=silent-a/$site+AAAA:::1
known=$(printf '%s\n' $names | grep -v gone)
lab_second $(printf '%s\n' $known | sed "s/lied/&.test=nxdomain/; t; s/\$/.test=$site/")
lab_web $(printf '%s.test=127.0.0.1\n' $known)
lab_conf

# url NAME: of a site that is there, whatever becomes of its name.
url()
{
	echo "https://$1.test:$web_port/"
}

# urls NAME...: as options.
urls()
{
	for url_name in "$@"; do
		printf '%s %s ' --url "$(url "$url_name")"
	done
}

# Every name at once, with two resolvers that tell the truth, and without.
check --no-http --resolver "127.0.0.1:$second_port" --doh "$doh" $(urls $names)
is 'proven blocking among the targets: exit 2' "$status" 2
cp "$out" "$tmp/others"
check --no-http $(urls $names)
is 'failures that cannot be told: exit 1' "$status" 1
cp "$out" "$tmp/alone"

# with NAME FILTER: on the record where others were asked, too. alone NAME FILTER: where not.
with()
{
	seen "$(url "$1")" "$2" "$tmp/others"
}
alone()
{
	seen "$(url "$1")" "$2" "$tmp/alone"
}

# What the system's resolver said: [failure, kinds of what came, transport] of each A query.
system='.test_keys.queries | map(select(.x_netvane.role == "system" and .query_type == "A") |
	[.failure, (.x_netvane.datagrams | map(.kind) | join(" ")), .x_netvane.transport])'

# thrice FAILURE KINDS TRANSPORT
thrice()
{
	set -- "[\"$1\",\"$2\",\"$3\"]"
	echo "[$1,$1,$1]"
}

# name NAME SYSTEM VERDICT ALONE: the queries as above; the verdict with others asked, and alone.
name()
{
	is "$1: what the resolver said" "$(with "$1" "$system")" "$2"
	is "$1: the verdict, when others know the site" "$(with "$1" "$verdict")" "$3"
	is "$1: the verdict, when nobody else is asked" "$(alone "$1" "$verdict")" "$4"
}

unresolved()
{
	echo "[\"insufficient\",\"dns\",$1,\"name_not_resolved\"]"
}
fine='["ok",null,null,"tls_valid"]'

# ---- No answer, in many ways ----------------------------------------------------------------

name nxdomain "$(thrice dns_nxdomain_error answer udp)" \
	'["blocked","dns","dns-nxdomain","name_denied_site_proven"]' "$(unresolved '"dns-nxdomain"')"
name refused "$(thrice dns_refused_error answer udp)" \
	'["blocked","dns","dns-refused","name_denied_site_proven"]' "$(unresolved '"dns-refused"')"
name empty "$(thrice dns_no_answer answer udp)" \
	'["likely_blocked","dns","dns-no-answer","name_fails_site_proven"]' "$(unresolved '"dns-no-answer"')"
name cname "$(thrice dns_no_answer answer udp)" \
	'["likely_blocked","dns","dns-no-answer","name_fails_site_proven"]' "$(unresolved '"dns-no-answer"')"
# A resolver in trouble of its own looks the same.
name servfail "$(thrice dns_servfail_error answer udp)" \
	'["likely_blocked","dns","dns-servfail","name_fails_site_proven"]' "$(unresolved '"dns-servfail"')"
name silent "$(thrice generic_timeout_error '' udp)" \
	'["likely_blocked","dns","dns-timeout","name_fails_site_proven"]' "$(unresolved '"dns-timeout"')"
useless='["insufficient","dns",null,"name_unusable_site_proven"]'
name malformed "$(thrice dns_server_misbehaving malformed udp)" "$useless" "$(unresolved null)"
name wrongid "$(thrice dns_reply_with_wrong_query_id wrong_id udp)" "$useless" "$(unresolved null)"
name cut "$(thrice eof_error truncated tcp)" "$useless" "$(unresolved null)"

is 'attempts are numbered' "$(with silent '.test_keys.queries |
	map(select(.x_netvane.role == "system" and .query_type == "A") | .x_netvane.attempt)')" '[1,2,3]'
is 'what was garbled is kept whole' "$(with malformed '.test_keys.queries[0].x_netvane.datagrams |
	map(.bytes | type)')" '["string"]'
is 'the proof is in the evidence' "$(with nxdomain "$evidence")" \
	'["name_denied_site_proven","tls_valid_on_trusted_address","resolver_on_own_network","controls_ok"]'
is 'so is its lack' "$(alone nxdomain "$evidence")" \
	'["name_not_resolved","no_second_resolver","resolver_on_own_network","controls_ok"]'
# Nobody outside was asked: nothing for OONI's rules to compare with.
is "OONI's keys know the failure, and do not accuse without a control" "$(with nxdomain '.test_keys |
	[.blocking, .accessible, .dns_consistency, .dns_experiment_failure]')" \
	'[null,null,null,"dns_nxdomain_error"]'
is 'nor do they call a name reached that did not resolve' \
	"$(alone nxdomain '.test_keys | [.blocking, .accessible]')" '[null,null]'

# ---- The answer, after a hindrance ----------------------------------------------------------

name truncate '[[null,"truncated answer","tcp"]]' "$fine" "$fine"
name first '[[null,"wrong_id answer","udp"]]' "$fine" "$fine"
name question '[[null,"wrong_question answer","udp"]]' "$fine" "$fine"
name edns '[[null,"edns_refused answer","udp"]]' "$fine" "$fine"
name honest '[[null,"answer","udp"]]' "$fine" "$fine"
# The public resolver lies, not the system's: no finding about the site.
name lied '[[null,"answer","udp"]]' "$fine" "$fine"

# ---- Answers that lie -----------------------------------------------------------------------

name two '[[null,"answer duplicate","udp"]]' \
	'["blocked","dns","dns-injection","injected_site_proven"]' \
	'["likely_blocked","dns","dns-injection","injected"]'
is 'two: both answers are kept' "$(with two '.test_keys | [
	(.queries[] | select(.x_netvane.role == "system" and .query_type == "A") | .answers[].ipv4),
	(.x_dns_duplicate_responses[] | .answers[].ipv4)]')" '["127.0.0.9","127.0.0.1"]'
name big '[[null,"answer","udp"]]' \
	'["likely_blocked","dns","dns-redirect","dead_address_site_proven"]' \
	'["insufficient","tcp","tcp-refused","tcp_fails"]'
is 'big: every one of its addresses is kept' "$(with big '.test_keys.queries |
	map(select(.x_netvane.role == "system" and .query_type == "A") | .answers | length > 400)')" \
	'[true]'
is 'big: so are its 10,000 bytes' "$(with big '.test_keys.queries |
	map(select(.x_netvane.role == "system" and .query_type == "A") | .raw_response | length > 13332)')" \
	'[true]'
is 'big: four addresses are tried, and one of them is what the others say' \
	"$(with big '.test_keys.tcp_connect | map(.ip) | unique')" \
	'["127.0.0.1","127.1.0.0","127.1.0.1","127.1.0.2"]'

# ---- A name that is gone --------------------------------------------------------------------

is 'a name that is gone everywhere is down' "$(with gone "$verdict")" \
	'["down","dns","dns-nxdomain","name_gone_everywhere"]'
is 'but not on the word of one resolver' "$(alone gone "$verdict")" "$(unresolved '"dns-nxdomain"')"

# ---- One target each: the exit codes; the proof over HTTPS alone -----------------------------

check --no-http --doh "$doh" $(urls nxdomain)
is 'a name that is denied, the site proven over HTTPS: exit 2' \
	"$status $(seen "$(url nxdomain)" "$verdict")" \
	'2 ["blocked","dns","dns-nxdomain","name_denied_site_proven"]'
is 'the look-up over HTTPS is recorded' "$(seen "$(url nxdomain)" '.test_keys.queries |
	map(select(.engine == "doh" and .query_type == "A") |
	[.failure, .answers[0].ipv4, .x_netvane.role, .x_netvane.transport])')" \
	'[[null,"127.0.0.1","doh","https"]]'
check --no-http --doh "$doh" $(urls servfail)
is 'a look-up that fails is only suspected: exit 1' "$status $(seen "$(url servfail)" "$verdict")" \
	'1 ["likely_blocked","dns","dns-servfail","name_fails_site_proven"]'
check --no-http --doh "$doh" $(urls gone)
is 'a name that is gone: exit 0' "$status" 0
check --no-http --doh "$doh" $(urls truncate first honest)
is 'answers after a hindrance: exit 0' "$status" 0

# ---- A resolver that answers nothing at all -------------------------------------------------

start_peer mute "$peer_dns" '*=silent'
echo "nameserver 127.0.0.1:$mute_port" >"$tmp/resolv.conf"

# dead CLAIM
dead()
{
	check --no-http --resolver "127.0.0.1:$second_port" $(urls honest nxdomain)
	is "$1: exit 0" "$status" 0
	is "$1: the targets are ok" "$(json_all '[.[] | .test_keys.x_netvane |
		select(.role == "target") | .verdict.status]')" '["ok","ok"]'
	is "$1: the round says so" "$(json_round '[.test_keys.x_netvane.network.state,
		(.test_keys.x_netvane.round.skipped | map(.what))]')" \
		"[\"online\",[\"127.0.0.1:$mute_port\"]]"
}
dead 'the system resolver is silent on everything'
stop_peer mute
dead 'nobody is at its port'

echo "nameserver 127.0.0.1:$dns_port" >>"$tmp/resolv.conf"
check --no-http $(urls honest)
is 'where the first name server is dead, the next is asked' \
	"$status $(seen "$(url honest)" "$verdict")" "0 $fine"

# ---- Half an answer -------------------------------------------------------------------------

is 'an A that is lost beside an AAAA is asked for again' \
	"$(alone half '.test_keys.queries | map(select(.x_netvane.role == "system")) |
	[(map(select(.query_type == "A") | .failure)), (map(select(.query_type == "AAAA") | .failure))]')" \
	'[["generic_timeout_error","generic_timeout_error","generic_timeout_error"],[null]]'
