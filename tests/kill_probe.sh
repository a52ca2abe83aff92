# netvane check, killed at 200 moments: what it had printed is in the journal, no torn line stands
# in a reader's way, and the next run starts as if nothing had been.
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/lab_loopback.sh"
need timeout
plan 11

kills=200
seconds=25 # on a slow machine it is fewer kills

lab_certificates
start_peer dns "$peer_dns" control1.test=A:127.0.0.1
echo "nameserver 127.0.0.1:$dns_port" >"$tmp/resolv.conf"
start_peer site "$peer_tls" good --cert "$certs/good.pem" --key "$certs/key.pem"
printf 'url,notes\nhttps://control1.test:%s/,foreign\n' "$site_port" >"$tmp/controls.csv"
# The tests of what looks bad would only make each run longer.
lab_conf '[probe]' 'confirm = no' '[http]' 'https = no' '[limits]' 'retry1_ms = 100' 'retry2_ms = 100'
# Some by name, some by an address that nobody is at: records of several kinds.
awk -v port="$site_port" 'BEGIN {
	for (i = 1; i <= 20; i++) {
		print "https://control1.test:" port "/" i
		print "https://127.0.0." i + 1 ":" port "/"
	}
}' >"$tmp/sites.txt"

milliseconds()
{
	echo $(($(date +%s%N) / 1000000))
}

# probe: one run; its records go to $out.
probe()
{
	run "$@" "$NETVANE" check -c "$conf" --consent --json -q --list "$tmp/sites.txt"
}

start=$(milliseconds)
probe
took=$(($(milliseconds) - start))
is 'a run that is left alone ends well' \
	"$(json_round '.test_keys.x_netvane.round | [.complete, .measured]')" '[true,40]'
cat "$out" >"$tmp/printed"

diag "a whole run takes $took ms"
awk -v kills="$kills" -v took="$took" 'BEGIN {
	srand()
	for (i = 0; i < kills; i++)
		printf "%.3f\n", (rand() * took * 1.05 + 1) / 1000
}' >"$tmp/moments"

deadline=$(($(date +%s) + seconds))
killed=0 finished=0
: >"$tmp/odd"
while read -r moment && [ "$(date +%s)" -lt "$deadline" ]; do
	# In the foreground it does not kill itself as well, so that it waits for what it
	# killed. 124: it was too late, the probe had ended.
	probe timeout --foreground -s KILL "$moment"
	case $status in
	137) killed=$((killed + 1)) ;;
	1 | 124) finished=$((finished + 1)) ;;
	*) echo "exit $status: $(cat "$err")" >>"$tmp/odd" ;;
	esac
	# The last line may have been cut off in the middle.
	sed -n '/^{.*}$/p' "$out" >>"$tmp/printed"
done <"$tmp/moments"
diag "$killed killed, $finished were done before"
is 'every run started, whatever was left by the one before' "$(cat "$tmp/odd")" ''
is 'enough of them were killed' $((killed >= 20)) 1

# A tail that a power cut might leave; a kill hardly can, since a record is one write.
last=$(find "$results" -name 'netvane-*.jsonl' | sort | tail -n 1)
whole=$(wc -c <"$last")
printf '{"annotations":{},"data_format_version":"0.2' >>"$last"

period='select(.kind == "period") | [.records, .bad_lines]'
run "$NETVANE_ANALYZE" summary --json --controls "$results"
is 'a reader gets through with the torn line in place' "$status" 0
jq -c 'select(.kind == "period") | .records' "$out" >"$tmp/records"

probe
is 'the next run ends well' \
	"$(json_round '.test_keys.x_netvane.round | [.complete, .measured]')" '[true,40]'
cp "$out" "$tmp/last"
cat "$tmp/last" >>"$tmp/printed"
is 'it has moved the torn line aside' "$(cat "$last.torn")" \
	'{"annotations":{},"data_format_version":"0.2'
is 'and cut it off' "$(wc -c <"$last")" "$whole"

cat "$results"/netvane-*.jsonl >"$tmp/journal"
is 'every line of the journal is a whole record' \
	"$(jq -c '[.data_format_version, (.test_keys.x_netvane | type)]' "$tmp/journal" | sort -u)" \
	'["0.2.0","object"]'
sort -u "$tmp/printed" >"$tmp/printed.sorted"
sort -u "$tmp/journal" >"$tmp/journal.sorted"
is 'every record that was printed is in it' \
	"$(comm -23 "$tmp/printed.sorted" "$tmp/journal.sorted" | cut -c 1-200)" ''
run "$NETVANE_ANALYZE" summary --json --controls "$results"
is 'the reader has all of it, and nothing bad' "$(jq -c "$period" "$out")" \
	"[$(wc -l <"$tmp/journal"),0]"
is 'but for the last run, it had all of it before' "$(cat "$tmp/records")" \
	"$(($(wc -l <"$tmp/journal") - $(wc -l <"$tmp/last")))"
