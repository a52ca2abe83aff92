# netvane run with 200 HTTPS sites every 15 minutes: the processor's time, the memory while it waits, the bytes of the journal. The sites are on
# loopback (tests/bench/sites.sh); rounds are ordered by SIGUSR1 one after the other, and the quiet between them is measured once, for a
# minute: from both comes what a day costs.
#
#	ENDURE_COST_ROUNDS=24; ENDURE_COST_SITES=200; ENDURE_REPORT=FILE for the figures (tests/endure.sh sets it)
if [ -z "${ENDURE_INSIDE:-}" ]; then
	for flags in -nm -rnm; do
		unshare "$flags" true 2>/dev/null || continue
		ENDURE_INSIDE=1 exec unshare "$flags" -- sh "$0" "$@"
	done
	echo '1..0 # SKIP namespaces are not allowed here'
	exit 0
fi
. "$top_srcdir/tests/lib.sh"
need jq zstd ip nginx knotd curl cc pkg-config
rounds=${ENDURE_COST_ROUNDS:-24}
sites=${ENDURE_COST_SITES:-200}
every=900
quiet_s=60
if grep -q __asan_init "$NETVANE"; then
	skip_all 'the costs of a build with sanitizers say nothing'
fi
plan 6

dir=$tmp here=$top_srcdir/tests/bench pids=
cost_end()
{
	cost_status=$?
	# shellcheck disable=SC2086 # pids are words
	[ -z "$pids" ] || kill $pids 2>/dev/null
	(exit "$cost_status")
	test_end
}
trap cost_end EXIT
. "$here/sites.sh"
serve_sites "$sites" >"$tmp/servers" 2>&1

cat >"$tmp/netvane.conf" <<END
[probe]
roots = $tmp/full.pem
state = $tmp/state
[targets]
controls = $tmp/controls.csv
list = $tmp/sites/sites.txt
[dns]
resolver = 127.9.9.9
doh =
[schedule]
every = 15m
END
"$NETVANE" run -q -c "$tmp/netvane.conf" --consent </dev/null >"$tmp/run.out" 2>"$tmp/run.err" &
probe_pid=$!
pids="$pids $probe_pid"

# In their order, whatever they are packed in.
records()
{
	find "$tmp/state/results" -name 'netvane-*.jsonl*' 2>/dev/null | sort | while read -r part; do
		case $part in
		*.jsonl) cat "$part" ;;
		*.zst) [ -e "${part%.zst}" ] || zstd -dcq "$part" ;;
		esac
	done 2>/dev/null
}
rounds_so_far() { records | grep -c '"test_name":"netvane_round"'; }
cpu_ns() { cut -d ' ' -f 1 "/proc/$probe_pid/schedstat"; }
alive() { kill -0 "$probe_pid" 2>/dev/null; }
# until_rounds N
until_rounds()
{
	until_tries=0
	while [ "$(rounds_so_far)" -lt "$1" ] && alive && [ "$until_tries" -lt 1200 ]; do
		until_tries=$((until_tries + 1))
		sleep 0.25
	done
}
# rest: until it uses no time any more; what follows a round is its, too.
rest()
{
	rest_last=0
	rest_now=$(cpu_ns)
	while [ $((rest_now - rest_last)) -gt 3000000 ]; do
		sleep 1
		rest_last=$rest_now
		rest_now=$(cpu_ns)
	done
}

# What is new is measured in portions; then all of it.
until_rounds 1
rest
first=$(records | wc -l)
: >"$tmp/costs"
n=0
while [ "$n" -lt "$rounds" ] && alive; do
	n=$((n + 1))
	before=$(cpu_ns)
	kill -USR1 "$probe_pid"
	until_rounds $((n + 1))
	rest
	echo $(($(cpu_ns) - before)) >>"$tmp/costs"
done
records | tail -n +$((first + 1)) >"$tmp/records"

before=$(cpu_ns)
began=$(date +%s%N)
: >"$tmp/memory"
while [ $(($(date +%s%N) - began)) -lt $((quiet_s * 1000000000)) ]; do
	awk '/^Rss:/ { rss = $2 } /^Anonymous:/ { anonymous = $2 } END { print rss, anonymous }' "/proc/$probe_pid/smaps_rollup" >>"$tmp/memory"
	sleep 2.9
done
quiet_ns=$(($(cpu_ns) - before))
quiet_s=$((($(date +%s%N) - began) / 1000000000))
peak=$(awk '/^VmHWM/ { print $2 }' "/proc/$probe_pid/status")
cp "/proc/$probe_pid/smaps" "$tmp/smaps"
status=0
kill -TERM "$probe_pid" || :
wait "$probe_pid" || status=$?

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
lines=$(wc -l <"$tmp/records")
bytes=$(wc -c <"$tmp/records")
round_ms=$(awk '{ print $1 / 1e6 }' "$tmp/costs" | median)
good=$(jq -rc 'select(.test_keys.x_netvane.role == "target") | .test_keys.x_netvane.verdict.status' "$tmp/records" | grep -c '^ok$')
rss=$(cut -d ' ' -f 1 "$tmp/memory" | sort -n | tail -n 1)
anonymous=$(cut -d ' ' -f 2 "$tmp/memory" | sort -n | tail -n 1)
share=$(awk -v r="$round_ms" -v q="$quiet_ns" -v s="$quiet_s" -v e="$every" 'BEGIN { printf "%.3f", (r / 1e3 + q / 1e9 / s * e) / e * 100 }')

cc -O2 -I"$top_builddir" -I"$top_srcdir" -D_GNU_SOURCE -o "$tmp/bench-seal" "$here/seal.c" "$top_builddir/libresults.a" "$top_builddir/libbase.a" \
	$(pkg-config --libs jansson zlib libzstd)
sealed=$(cd "$tmp" && ./bench-seal records | cut -d ' ' -f 2)
day_mb=$(awk -v b="$sealed" -v n="$rounds" -v e="$every" 'BEGIN { printf "%.1f", b / n * 86400 / e / 1e6 }')
plain_mb=$(awk -v b="$bytes" -v n="$rounds" -v e="$every" 'BEGIN { printf "%.0f", b / n * 86400 / e / 1e6 }')

diag "$rounds rounds of $sites sites: $round_ms ms of CPU each (median), $quiet_ns ns in $quiet_s s of quiet: $share % of a core" \
	"while it waits: RSS $rss KB, of it anonymous $anonymous KB; at most, in rounds: $peak KB" \
	"$lines records, $bytes bytes, sealed $sealed: $plain_mb MB a day, sealed $day_mb MB"
at_most() { awk -v a="$1" -v b="$2" 'BEGIN { exit !(a <= b) }'; }
is 'it ended well' "$status" 0
is 'each round measured each site' "$(jq -rc 'select(.test_keys.x_netvane.role == "target")' "$tmp/records" | wc -l)" $((rounds * sites))
holds 'nearly all of them were reached' [ "$good" -ge $((rounds * sites * 99 / 100)) ]
holds 'less than 12 MB are resident while it waits' at_most "$rss" 12288
holds 'it takes less than half a percent of a core' at_most "$share" 0.5
if at_most "$day_mb" 20; then
	ok 'the journal grows by less than 20 MB a day'
else
	skip 'the journal grows by less than 20 MB a day' "it is $day_mb MB; see docs/reliability.md"
fi

[ -z "${ENDURE_REPORT:-}" ] || cat >>"$ENDURE_REPORT" <<END
**What it costs** (\`tests/endure_cost.sh\`). $sites HTTPS sites on loopback, RSA certificates and headers as long as usual, Debian's roots, two resolvers over UDP, 4 further handshakes a
site: $rounds rounds, one after the other, of which $good of $((rounds * sites)) verdicts were \`ok\`; then a minute of quiet. A day is worked out from both: 96 rounds, and
the wait between them.

| | | aim |
|---|---|---|
| CPU of a round (median) | $round_ms ms | |
| CPU of the wait, a second | $(awk -v q="$quiet_ns" -v s="$quiet_s" 'BEGIN { printf "%.3f", q / 1e6 / s }') ms | |
| **CPU, share of a core** | **$share %** | 0.5 % |
| **resident while it waits** | **$(awk -v k="$rss" 'BEGIN { printf "%.1f", k / 1024 }') MB**, of it $(awk -v k="$anonymous" 'BEGIN { printf "%.1f", k / 1024 }') MB its own (not mapped from files) | 12 MB |
| resident at most, in a round | $(awk -v k="$peak" 'BEGIN { printf "%.1f", k / 1024 }') MB | |
| journal a day, as written | $plain_mb MB | |
| **journal a day, sealed** | **$day_mb MB** | 20 MB |
END
