# netvane check, as a person or a cron job meets it: consent, the second instance, wrong options,
# bad files, a full disk, interruption. Which exit code, which words, and what is left on disk.
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/lab_loopback.sh"
plan 103

lab_certificates site.test hang.test
lab_dns site.test=A:127.0.0.1 hang.test=A:127.0.0.2
lab_web site.test=127.0.0.1
lab_conf
start_peer hang "$peer_tls" silent --host 127.0.0.2
url=https://site.test:$web_port/
hang=https://hang.test:$hang_port/

# told CLAIM REGEX: in what was said on stderr.
told()
{
	like "$1" "$(cat "$err")" "$2"
}

# ---- Consent --------------------------------------------------------------------------------

# Connections to the peer that never accepts; the kernel keeps them until it ends.
knocks()
{
	awk -v port=":$(printf '%04X' "$hang_port")\$" '$2 ~ port && $4 != "0A"' /proc/net/tcp | wc -l
}

run "$NETVANE" check -c "$conf" --json --url "http://127.0.0.2:$hang_port/"
is 'without consent and without a terminal nothing is measured: exit 3' "$status" 3
told 'it says how to give it' 'consent.*netvane init.*--consent'
is 'it prints no record' "$(cat "$out")" ''
is 'it makes no directories' "$(ls -d "$state" "$results" 2>/dev/null)" ''
is 'it sends nothing' "$(knocks)" 0
run "$NETVANE" check -c "$conf" --json --consent --url "http://127.0.0.2:$hang_port/"
isnt 'with consent it does' "$(knocks)" 0

is 'consent is recorded with its version' "$(sed -n 's/^version = //p' "$state/consent")" 2
is 'and with how it was given' "$(sed -n 's/^how = //p' "$state/consent")" option
run "$NETVANE" check -c "$conf" --url "$url"
is 'it is asked for only once' "$status" 0
is 'nobody else can read what is stored' "$(find "$state" "$results" -type f -exec stat -c %a '{}' + |
	sort -u)$(find "$state" "$results" -type d -exec stat -c ' %a' '{}' + | sort -u)" '600 700'
sed -i 's/^version = .*/version = 0/' "$state/consent"
run "$NETVANE" check -c "$conf" --url "$url"
is 'an older consent does not count' "$status" 3

if command -v script >/dev/null; then
	rm -r "$state"
	# terminal ANSWER COMMAND...: on a terminal, where somebody answers.
	terminal()
	{
		terminal_answer=$1
		shift
		echo "$terminal_answer" | script -qec "$*" /dev/null >"$out" 2>"$err"
		status=$?
	}
	terminal no "$NETVANE check -c $conf --url $url"
	is 'on a terminal it asks, and takes no for an answer' "$status" 3
	like 'it says what it is about to do' "$(cat "$out")" 'Your provider.*can see which sites'
	is 'no is not recorded' "$(ls "$state/consent" 2>/dev/null)" ''
	terminal yes "$NETVANE check -c $conf --url $url"
	is 'yes is consent' "$status $(sed -n 's/^how = //p' "$state/consent")" '0 asked'
	like 'on a terminal there is colour' "$(cat "$out")" "$(printf '\033')"
else
	for claim in 'on a terminal it asks' 'it says' 'no is not recorded' 'yes' 'colour'; do
		skip "$claim" 'there is no script(1) here'
	done
fi

# ---- One at a time --------------------------------------------------------------------------

# Times as they are for people: what hangs, hangs for ten seconds, or until it is told to stop.
lab_conf '[limits]' 'scale = 1'
live --url "$url" --url "$hang"
live_until "\"$url\""
run "$NETVANE" check -c "$conf" --consent --json --url "$url"
is 'a second instance is refused: exit 69' "$status" 69
told 'it names the first by its process id' "process $live_pid\\>"
is 'it prints no record' "$(cat "$out")" ''
run "$NETVANE" check -c "$conf" --consent --json --url "$url" --state "$tmp/state2"
is 'the same results directory is refused as well' "$status" 69

# ---- Interrupted ----------------------------------------------------------------------------

kill -INT "$live_pid"
live_end
is 'an interrupt ends it in order: exit 1, for a target that cannot be told' "$status" 1
told 'it says what becomes of the rest' 'what is measured so far is kept'
is 'what was reached before is ok' "$(seen "$url" "$verdict")" '["ok",null,null,"tls_valid"]'
is 'what was under way is insufficient' "$(seen "$hang" "$verdict")" \
	'["insufficient",null,null,"interrupted"]'
is 'its failure says why' "$(seen "$hang" "$tls_failures")" '["interrupted"]'
is 'the round is recorded as incomplete' \
	"$(json_round '.test_keys.x_netvane.round | [.complete, .targets, .measured]')" '[false,2,2]'
cat "$results"/*.jsonl >"$tmp/journal"
holds 'all of it is in the journal' cmp "$out" "$tmp/journal"
lab_conf

# A target that is down takes two seconds; by then the controls' server has stopped for ever.
start_peer expired "$peer_tls" good --cert "$certs/expired.pem" --key "$certs/key.pem" --host 127.0.0.2
lab_conf '[limits]' 'retry2_ms = 40000'
live --url "https://hang.test:$expired_port/"
live_until '"role":"control"'
live_until '"role":"control"'
live_until '"role":"control"'
kill -STOP "$web_pid"
live_until '"role":"target"'
kill -INT "$live_pid"
live_end
kill -CONT "$web_pid"
is 'an interrupt among the last controls does not make the line look dead' \
	"$(json_round '.test_keys.x_netvane.network.state')" online
is 'a control that was interrupted says so' \
	"$(json_round '.test_keys.x_netvane.round.controls | map(select(.ok | not).failure) | unique')" \
	'["interrupted"]'
unlike 'it is not told that the line is down' "$(cat "$err")" 'line seems to be down'
stop_peer expired
lab_conf

# ---- Few files that may be open --------------------------------------------------------------

for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	echo "$url?$i"
done >"$tmp/many.txt"
# A socket that cannot be had must not look like a failure of the site's, or of a resolver's.
run sh -c 'ulimit -n 60 && exec "$@"' sh "$NETVANE" check -c "$conf" --consent --json --list "$tmp/many.txt"
is 'with few files all sites are reached' "$status" 0
is 'with few files nothing fails for want of them' \
	"$(grep -c 'Too many open files' "$out")" 0
told 'with few files it says that it takes longer' 'only 60 files.*1 target is .*not 50'
run sh -c 'ulimit -Sn 60 && exec "$@"' sh "$NETVANE" check -c "$conf" --consent --json --list "$tmp/many.txt"
is 'a limit that may be raised is' "$(grep -c 'Too many open files' "$out") $(grep -c files "$err")" '0 0'

# ---- Started without standard descriptors ---------------------------------------------------

rm -rf "$results" "$state"
run sh -c '"$@" <&- >&- 2>&-' sh "$NETVANE" check -c "$conf" --consent -v --url "$url"
is 'without standard output it works' "$status" 0
is 'without standard output nothing else is taken for it' \
	"$(sed 's/^[0-9]*$/a number/' "$state/lock" "$results/lock" | sort -u)" 'a number'
holds 'without standard output records are whole' jq -es 'length > 3' "$results"/netvane-*

# ---- Wrong words ----------------------------------------------------------------------------

# wrong CLAIM EXIT WORDS ARGUMENT...
wrong()
{
	claim=$1 code=$2 words=$3
	shift 3
	check "$@"
	is "$claim: exit $code" "$status" "$code"
	told "$claim: it says so" "$words"
}

wrong 'an unknown option' 64 'unrecognized option.*--frobnicate' --frobnicate
wrong 'a word that is none' 64 "'youtube.com' is not an option" youtube.com
wrong 'no number' 64 "--concurrency: 'many' is not a whole number" --concurrency many
wrong 'a number out of range' 64 '--concurrency: 0 is out of range' --concurrency 0
wrong 'no URL' 64 '--url http://' --url 'http://'
wrong 'a resolver over HTTPS pinned to no address' 64 '--doh: .* should be' --doh 'https://doh.test/#1.2.3'
wrong 'no colour' 64 "auto, always or never, not 'perhaps'" --color perhaps

cat >"$tmp/bad.txt" <<-END
	# a comment
	$url
	http://
	https://not a host/
END
wrong 'a bad list' 65 "^netvane: error: $tmp/bad.txt:3: " --list "$tmp/bad.txt"
told 'a bad list: every line of it' "^netvane: error: $tmp/bad.txt:4: "
told 'a bad list: and the way round' '--skip-bad'
is 'a bad list: nothing is measured' "$(cat "$out")" ''
check --list "$tmp/bad.txt" --skip-bad
is '--skip-bad measures the rest' "$status $(json_round '.test_keys.x_netvane.round.targets')" '0 1'
told '--skip-bad counts what it left out' '2 bad lines were left out'
wrong 'a list that is not there' 66 "$tmp/none.csv: .*No such file" --list "$tmp/none.csv"
: >"$tmp/empty.txt"
wrong 'a list with nothing on it' 65 'no targets in this list' --list "$tmp/empty.txt"

printf '[limits]\nscale = 0.05\ndns_ms = soon\n[colours]\nsky = blue\n' >"$tmp/bad.conf"
wrong 'a bad configuration' 78 "$tmp/bad.conf:3: dns_ms: 'soon' is not" -c "$tmp/bad.conf" --url "$url"
told 'a bad configuration: every line of it' "$tmp/bad.conf:5: .*sky"
wrong 'a configuration that is not there' 66 "$tmp/none.conf: No such file" -c "$tmp/none.conf"
mkdir -p "$XDG_CONFIG_HOME/netvane"
cp "$tmp/bad.conf" "$XDG_CONFIG_HOME/netvane/netvane.conf"
wrong "a bad configuration of the user's" 78 "/netvane/netvane.conf:3: " --url "$url"
rm -r "$XDG_CONFIG_HOME"
wrong 'roots that are none' 78 "$conf" --roots "$conf" --url "$url"

# ---- Where it cannot write ------------------------------------------------------------------

: >"$tmp/file"
wrong 'results below a file' 73 "$tmp/file/results: Not a directory" --out "$tmp/file/results" --url "$url"
wrong 'state below a file' 73 "$tmp/file/state: Not a directory" --state "$tmp/file/state" --url "$url"

rm -rf "$results"
"$NETVANE" check -c "$conf" --consent --json --url "$url" >/dev/full 2>"$err" </dev/null
is 'standard output that is full: exit 74' $? 74
told 'it says so' 'cannot write to standard output'
is 'the records are in the journal all the same' \
	"$(json_round '.test_keys.x_netvane.round.complete' "$results"/*.jsonl)" true

rm -rf "$results"
{
	"$NETVANE" check -c "$conf" --consent --json --url "$url" 2>"$err" </dev/null
	echo $? >"$tmp/code"
} | head -n 1 >"$out"
is 'a reader that leaves early: exit 74' "$(cat "$tmp/code")" 74
is 'the records are in the journal all the same' \
	"$(json_round '.test_keys.x_netvane.round.complete' "$results"/*.jsonl)" true
is 'it had what it wanted' "$(cat "$out")" "$(head -n 1 "$results"/*.jsonl)"

# A file system of its own, which fills up after a few records.
if flags=$(own_namespace m); then
	rm -rf "$results"
	mkdir "$results"
	# shellcheck disable=SC2016 # that shell is to expand it
	run unshare "$flags" sh -c 'mount -t tmpfs -o size=28k none "$1" || exit 99
		results=$1
		shift
		"$@"
		code=$?
		cat "$results"/*.jsonl
		exit $code' sh "$results" "$NETVANE" check -c "$conf" --consent -q --url "$url"
	is 'a full disk: exit 74' "$status" 74
	told 'it says which file' "$results/netvane-.*cannot append a record: No space left"
	grep '^{' "$out" >"$tmp/full"
	isnt 'what fitted is there' "$(wc -l <"$tmp/full")" 0
	holds 'no line of it is torn' jq -es 'all(.data_format_version == "0.2.0")' "$tmp/full"
else
	for claim in 'a full disk: exit 74' 'it says' 'what fitted' 'no line'; do
		skip "$claim" 'no file system can be mounted here'
	done
fi

# ---- Where there is no network to speak of --------------------------------------------------

# no_names CLAIM WARNING
no_names()
{
	check --url "$url"
	is "$1: exit 3" "$status" 3
	told "$1: it says so" "$2"
	is "$1: the target is not judged" "$(seen "$url" "$verdict")" \
		'["insufficient",null,null,"network_not_online"]'
	is "$1: the round is offline, and recorded" "$(json_round \
		'.test_keys.x_netvane | [.network.state, .round.complete]')" '["offline",true]'
}
cp "$tmp/resolv.conf" "$tmp/resolv.conf.good"
: >"$tmp/resolv.conf"
no_names 'an empty resolv.conf' "$tmp/resolv.conf names no resolver"
head -c 10000 /dev/urandom >"$tmp/resolv.conf"
printf '\nnameserver 300.1.2.3\nnameserver\n' >>"$tmp/resolv.conf"
no_names 'a resolv.conf of garbage' 'nameserver 300.1.2.3: not an address'
rm "$tmp/resolv.conf"
no_names 'no resolv.conf' "$tmp/resolv.conf: No such file"
check --url "$url" --doh "$doh"
is 'another resolver makes up for it' "$status" 0
cp "$tmp/resolv.conf.good" "$tmp/resolv.conf"

if flags=$(own_namespace n); then
	# With the resolvers and controls that ship, which are out of reach there.
	printf '[limits]\nscale = 0.02\n' >"$tmp/shipped.conf"
	run unshare "$flags" "$NETVANE" check -c "$tmp/shipped.conf" --consent --json --state "$tmp/state3" \
		--url https://www.youtube.com/
	is 'no network at all: exit 3' "$status" 3
	told 'no network: it says so' 'Your line seems to be down'
	is 'no network: the target is not judged' \
		"$(seen https://www.youtube.com/ '.test_keys.x_netvane.verdict.status')" insufficient
	is 'no network: the round is offline, without a link, and recorded' "$(json_round \
		'.test_keys.x_netvane | [.network.state, .network.link, .round.complete]')" \
		'["offline",false,true]'
	is 'no network: every control was asked' "$(json_round '.test_keys.x_netvane.round.controls |
		map(.ok) | [length > 5, any]')" '[true,false]'
else
	for claim in 'exit 3' 'it says' 'not judged' 'offline' 'controls'; do
		skip "no network at all: $claim" 'no network of its own can be had here'
	done
fi
