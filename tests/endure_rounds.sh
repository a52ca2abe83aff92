# netvane run over months: ten thousand rounds, 15 minutes apart by its own clocks, which leave out the time in which it only waits
# (tests/preload_clock.c). Its memory stays as it is, and no descriptor is left over.
#
#	ENDURE_ROUNDS=10000, or as many as ENDURE_SECONDS are enough for; ENDURE_REPORT=FILE for the figures (tests/endure.sh sets both)
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/lab_loopback.sh"
rounds=${ENDURE_ROUNDS:-300}
seconds=${ENDURE_SECONDS:-86400}
samples=20 # so often it is looked at
warm=$((rounds / samples)) # from here on it should be flat
if grep -q __asan_init "$NETVANE"; then
	skip_all 'the memory of a build with sanitizers says nothing'
fi
plan 8

# However this ends, the probe ends with it.
probe_pid=
end_probe()
{
	end_status=$?
	[ -z "$probe_pid" ] || kill -KILL "$probe_pid" 2>/dev/null
	(exit "$end_status")
	test_end
}
trap end_probe EXIT

lab_certificates site.test
start_peer dns "$peer_dns" site.test=A:127.0.0.1 moving.test=A:127.0.0.1 control1.test=A:127.0.0.1 control2.test=A:127.0.0.1 portal.test=A:127.0.0.1
start_peer site "$peer_tls" good --cert "$certs/year.pem" --key "$certs/key.pem"
start_peer cut "$peer_tls" rst-hello
lab_web
# What answers, in each round; what is cut off, and what does not exist, four times a day: the tests of what looks bad take a while.
printf '%s\n' "https://127.0.0.1:$cut_port/" 'http://nowhere.test/' >"$tmp/bad.txt"
lab_conf '[probe]' 'samples = 1' '[dns]' "resolver = 127.0.0.1:$dns_port" '[limits]' 'listen_ms = 100' 'retry1_ms = 200' 'retry2_ms = 200' \
	'[schedule]' 'every = 15m' '[list bad]' 'every = 6h' \
	'[targets]' "list = $tmp/bad.txt" "url = https://site.test:$site_port/ http://moving.test:$web_port/ok"
echo "nameserver 127.0.0.1:$dns_port" >"$tmp/resolv.conf"
echo 0 >"$tmp/clock"

# look N: the least of what is resident, and open, in several moments; a round may be under way. Appended to $tmp/looks: the
# round, RSS, anonymous memory in KB, descriptors, days since the start.
look()
{
	for look_i in $(seq 60); do
		awk '/^Rss:/ { rss = $2 } /^Anonymous:/ { anonymous = $2 } END { printf "%d %d ", rss, anonymous }' "/proc/$probe_pid/smaps_rollup"
		set -- "$1" "/proc/$probe_pid/fd/"*
		echo $(($# - 1))
		sleep 0.05
	done | awk -v n="$1" -v ahead="$(cat "$tmp/clock")" '
		NR == 1 || $1 < rss { rss = $1 }
		NR == 1 || $2 < anonymous { anonymous = $2 }
		NR == 1 || $3 < fds { fds = $3 }
		END { printf "%d %d %d %d %.0f\n", n, rss, anonymous, fds, ahead / 86400e9 }' >>"$tmp/looks"
}

mkfifo "$tmp/rounds.fifo"
env LD_PRELOAD="$top_builddir/tests/preload_clock.so" CLOCK_FILE="$tmp/clock" CLOCK_SKIP=0.1,60 \
	"$NETVANE" run -q -c "$conf" --consent --json </dev/null 2>"$err" 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- >"$tmp/rounds.fifo" &
probe_pid=$!
began=$(date +%s)
# This shell reads slowly, so another program counts.
awk -v every="$((rounds / samples))" '
	{ n[index($0, "\"test_name\":\"netvane_round\"") ? "rounds" : index($0, "\"test_name\":\"netvane_event\"") ? "events" : "measurements"]++ }
	/"test_name":"netvane_round"/ && n["rounds"] % every == 0 { print n["rounds"]; fflush() }
	END { print n["rounds"] + 0, n["measurements"] + 0, n["events"] + 0 >"'"$tmp/numbers"'" }
' <"$tmp/rounds.fifo" >"$tmp/count.fifo.out" &
counter=$!
seen=0
: >"$tmp/looks"
while [ "$seen" -lt "$rounds" ] && [ $(($(date +%s) - began)) -lt "$seconds" ] && kill -0 "$probe_pid" 2>/dev/null; do
	now_seen=$(tail -n 1 "$tmp/count.fifo.out")
	if [ "${now_seen:-0}" -gt "$seen" ]; then
		seen=$now_seen
		look "$seen"
		# What was written is not read any more; a disk would be full of it.
		find "$results" -name 'netvane-*.jsonl.zst' -exec rm -f {} +
	fi
	sleep 0.05
done
cpu=$(awk '{ printf "%.1f", $1 / 1e9 }' "/proc/$probe_pid/schedstat")
status=0
kill -TERM "$probe_pid" || :
wait "$probe_pid" || status=$?
probe_pid=
wait "$counter"
took=$(($(date +%s) - began))
read -r n_rounds n_measurements n_events <"$tmp/numbers"
days=$(awk '{ printf "%.0f", $1 / 86400e9 }' "$tmp/clock")

diag "$n_rounds rounds, $n_measurements measurements, $n_events events in $took s, which were $days days for it; $cpu s of CPU" 'round, RSS KB, anonymous KB, descriptors, days:' "$(cat "$tmp/looks")"
# growth COLUMN: the most of all, above the most of the first five. A look may find fewer pages of libraries than the loop needs to go on.
growth() { awk -v c="$1" -v from="$warm" '$1 >= from { if (n++ < 5 && $c > first) first = $c; if ($c > most) most = $c } END { print most - first }' "$tmp/looks"; }
test_last_run='netvane run'
is 'it ran to the end, and ended well' "$status" 0
is 'it had nothing to complain of' "$(head -n 5 "$err")" ''
holds 'it was as many rounds as should be' [ "$n_rounds" -ge "$rounds" ]
# 96 rounds of the list that is due every 15 minutes a day, and up to four of the other.
holds 'and as many days' [ "$days" -ge $((rounds / 100 - 1)) ]
holds 'each with its measurements' [ "$n_measurements" -ge $((n_rounds * 2)) ]
holds 'resident memory grew by less than 1 MB' [ "$(growth 2)" -le 1024 ]
holds 'so did what is no file' [ "$(growth 3)" -le 1024 ]
is 'no descriptor was left over' "$(awk 'NR == 1 { print $4 }' "$tmp/looks")" "$(tail -n 1 "$tmp/looks" | cut -d ' ' -f 4)"

[ -z "${ENDURE_REPORT:-}" ] || {
	cat <<-END
		**Months** (\`tests/endure_rounds.sh\`). $n_rounds rounds, one every 15 minutes by the probe's clocks and up to four more a day: $days days, in $took s, because the time in which it only
		waited was left out. 2 targets that answer, over TLS and HTTP, in each round, 2 that are reset or do not exist every 6 hours; with the controls $n_measurements measurements, $n_events events. The least of
		60 looks in 3 s each; after the first quarter resident memory grew by $(growth 2) KB, what is not mapped from files by $(growth 3) KB, descriptors by $(growth 4).

		| round | RSS KB | of it anonymous KB | descriptors | day |
		|---|---|---|---|---|
	END
	awk -v last="$n_rounds" 'NR == 1 || NR % 4 == 0 { printf "| %s | %s | %s | %s | %s |\n", $1, $2, $3, $4, $5 }' "$tmp/looks"
} >>"$ENDURE_REPORT"
