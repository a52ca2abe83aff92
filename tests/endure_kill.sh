# netvane run, killed at random moments of real rounds: no synced record is lost, no reader meets a torn line, no record, round or gap is
# there twice, and the state database can be used, or is made again from the journal.
#
#	ENDURE_KILLS=1000, or as many as ENDURE_SECONDS are enough for; ENDURE_REPORT=FILE for its figures (tests/endure.sh sets both)
#
# After every second kill the power fails as well: of what no sync has covered, a part of random size is cut off. After
# every tenth the database is lost or damaged. The probe's clocks leave out the time in which it only waits (tests/preload_clock.c), so that
# its 15 minutes are a moment. Between runs a random time passes, up to half an hour: that makes gaps. Now and then the name server begins
# or stops to lie about a site: that makes anomalies.
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/lab_loopback.sh"
need timeout truncate shuf zstd

kills=${ENDURE_KILLS:-20}
seconds=${ENDURE_SECONDS:-86400}
a_life=100 # so many kills have one journal and one state; then new ones
preload="$top_builddir/tests/preload_clock.so $top_builddir/tests/preload_syncs.so"
plan 14

# The sanitizer wants to be first among the libraries; it need not.
ASAN_OPTIONS=${ASAN_OPTIONS:-}:verify_asan_link_order=0
export ASAN_OPTIONS

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

lab_certificates site.test turned.test
start_peer dns "$peer_dns" site.test=A:127.0.0.1 turned.test=A:127.0.0.1 control1.test=A:127.0.0.1 \
	control2.test=A:127.0.0.1 portal.test=A:127.0.0.1
start_peer liar "$peer_dns" site.test=A:127.0.0.1 turned.test=nxdomain control1.test=A:127.0.0.1 \
	control2.test=A:127.0.0.1 portal.test=A:127.0.0.1
start_peer site "$peer_tls" good --cert "$certs/good.pem" --key "$certs/key.pem"
start_peer cut "$peer_tls" rst-hello
lab_web
lab_conf '[probe]' 'samples = 1' '[dns]' "resolver = 127.0.0.1:$dns_port" '[limits]' 'retry1_ms = 200' 'retry2_ms = 200' \
	'[schedule]' 'every = 15m' 'jitter = 0.1' '[targets]' "url = https://site.test:$site_port/ https://127.0.0.1:$cut_port/ https://turned.test:$site_port/"
tell_truth() { echo "nameserver 127.0.0.1:$dns_port" >"$tmp/resolv.conf"; }
tell_lies() { echo "nameserver 127.0.0.1:$liar_port" >"$tmp/resolv.conf"; }

db=$state/state.sqlite
odd=$tmp/odd # what should not be, one line each
clock=$tmp/clock
echo 0 >"$clock"
kill_number=0
: >"$odd"
printf '0 0 0 0 0 0 0\n' >"$tmp/sum"

# below N: a random number, 0 to N - 1.
below()
{
	shuf -i "0-$(($1 - 1))" -n 1
}

# later SECONDS: so much time passes.
later()
{
	awk -v s="$1" '{ printf "%.0f\n", $1 + s * 1e9 }' "$clock" >"$clock.new"
	mv "$clock.new" "$clock"
}

# probe COMMAND...: netvane run by that command, its records in $out.
probe()
{
	run "$@" env LD_PRELOAD="$preload" CLOCK_FILE="$clock" CLOCK_SKIP=0.2,400 SYNC_LOG="$tmp/syncs" \
		"$NETVANE" run -v -c "$conf" --consent --json
}

# What it warned of. A torn line is the power's doing, a damaged database was ours.
complaints()
{
	grep -E '^netvane[^ ]*: (warning|error|fatal):' "$err" | grep -Ev "$expected${just_lost:+|state.sqlite is (damaged|not a database)}" |
		sed "s/^/kill $kill_number: /" >>"$odd"
	just_lost=
}

# The segments, the newest last.
segments()
{
	find "$results" -name 'netvane-*.jsonl' 2>/dev/null | sort
}

# All records, whatever they are packed in. A segment whose seal was interrupted at its end is there twice.
whole_journal()
{
	for whole in $(find "$results" -name 'netvane-*.jsonl' -o -name 'netvane-*.jsonl.zst' | sort); do
		case $whole in
		*.zst) [ -e "${whole%.zst}" ] || zstd -dcq "$whole" ;;
		*) cat "$whole" ;;
		esac
	done
}

# synced FILE: so many of its bytes are safe.
synced()
{
	awk -v inode="$(stat -c %i "$1")" '$1 == inode { size = $2 } END { print size + 0 }' "$tmp/syncs"
}

# cut_off FILE SAFE: the power fails, and the file keeps that much, or somewhat more.
cut_off()
{
	cut_size=$(stat -c %s "$1")
	[ "$cut_size" -le "$2" ] || truncate -s $(($2 + $(below $((cut_size - $2 + 1))))) "$1"
}

# What must be there for ever: all that was printed, or, where the power fails, what was synced of it.
power_fails()
{
	for segment in $(segments); do
		grep -qxF "$segment" "$tmp/old" && continue
		segment_safe=$(synced "$segment")
		head -c "$segment_safe" "$segment" >>"$tmp/must"
		cut_off "$segment" "$segment_safe"
	done
	# Of the database's log the last seconds go, unless it was begun anew meanwhile, which takes a sync of all.
	if [ -s "$tmp/wal" ] && [ -e "$db-wal" ] && head -c 32 "$db-wal" | cmp -s - "$tmp/wal"; then
		cut_off "$db-wal" "$wal_size"
	fi
}

# The file system's clock has not gone along.
date_new_segments()
{
	new_date=$(awk -v now="$(date +%s)" '{ printf "@%.0f", now + $1 / 1e9 }' "$clock")
	for segment in $(segments); do
		grep -qxF "$segment" "$tmp/old" || touch -d "$new_date" "$segment"
	done
	find "$results" -name 'netvane-*.zst' -exec touch -d "$new_date" {} +
}

remember()
{
	segments >"$tmp/old"
	: >"$tmp/syncs"
	: >"$tmp/wal"
	if [ -e "$db-wal" ]; then
		head -c 32 "$db-wal" >"$tmp/wal"
		wal_size=$(stat -c %s "$db-wal")
	fi
}

# A reader comes while nobody has cleared up.
read_newest()
{
	newest=$(segments | tail -n 1)
	[ -n "$newest" ] || return 0
	run "$NETVANE_ANALYZE" summary --json --controls "$newest"
	bad=$(jq -c 'select(.kind == "period") | .bad_lines' "$out")
	# The power may leave a line without an end, which is none, until the next run moves it aside; a kill may not.
	[ "$bad" = 0 ] || [ $((kill_number % 2)) -eq 0 ] || [ ! -s "$newest" ] || grep -qxF "$newest" "$tmp/old" ||
		echo "kill $kill_number: a reader: exit $status, $bad bad lines" >>"$odd"
	[ "${bad:-1}" -le 1 ] || echo "kill $kill_number: a reader: $bad bad lines" >>"$odd"
	run "$NETVANE" status -c "$conf" --json
	[ -s "$out" ] || echo "kill $kill_number: status: exit $status: $(cat "$err")" >>"$odd"
}

# lose_state WAY
lose_state()
{
	[ -e "$db" ] || return 0
	case $1 in
	0) rm -f "$db" "$db-wal" "$db-shm" ;;
	1) rm -f "$db" ;;
	2)
		rm -f "$db-wal" "$db-shm"
		dd if=/dev/urandom of="$db" bs=512 seek=3 count=9 conv=notrunc 2>/dev/null
		;;
	3)
		rm -f "$db-wal" "$db-shm"
		truncate -s $(($(stat -c %s "$db") / 2)) "$db"
		;;
	esac
	lost=$((lost + 1))
	just_lost=yes
}

milliseconds()
{
	echo $(($(date +%s%N) / 1000000))
}

# A round that nobody disturbs, to its end, and a goodbye.
whole_round()
{
	later 1200
	mkfifo "$tmp/round.fifo"
	probe_start=$(milliseconds)
	env LD_PRELOAD="$preload" CLOCK_FILE="$clock" SYNC_LOG="$tmp/syncs" "$NETVANE" run -v -c "$conf" --consent --json </dev/null \
		>"$tmp/round.fifo" 2>"$err" 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- &
	probe_pid=$!
	: >"$out"
	while IFS= read -r line; do
		printf '%s\n' "$line" >>"$out"
		case $line in *'"netvane_round"'*)
			took=$(($(milliseconds) - probe_start))
			kill -TERM "$probe_pid"
			;;
		esac
	done <"$tmp/round.fifo"
	rm "$tmp/round.fifo"
	status=0
	wait "$probe_pid" || status=$?
	probe_pid=
	[ "$status" -eq 0 ] || echo "after kill $kill_number: a whole round: exit $status: $(tail -n 3 "$err")" >>"$odd"
	complaints
	date_new_segments
	cat "$out" >>"$tmp/must"
}

# ---- What all of it comes to, at the end of each life ---------------------------------------------

claim_lines='select((.data_format_version != "0.2.0") or (.test_keys.x_netvane | type != "object")) | .id'
event='.test_keys.x_netvane.event'
# Rounds follow each other. A whole line of them, because what overlaps is what matters. A clock that was ahead is none of this.
rounds='[inputs | select(.test_name == "netvane_round") | {id, from: .test_keys.x_netvane.mono_ns, until: (.test_keys.x_netvane.mono_ns + .test_runtime * 1e9)}]
	| sort_by(.from) | [range(1; length) as $i | select(.[$i].from < .[$i - 1].until - 1e6) | .[$i].id] | .[]'
# Gaps, each told once when it ended, and none in the time of another.
gaps="[inputs | select($event.kind? == \"gap\") | $event.gap | select(.until != null and .cause != \"clock_step\")]
	| (group_by(.id) | map(select(length > 1) | .[0].id)) +
	(sort_by(.from) | [range(1; length) as \$i | select(.[\$i].from < .[\$i - 1].until) | .[\$i].id]) | .[]"
# Anomalies begin once, first of all, and end once, unless they came back.
anomalies="[inputs | select($event.anomaly? != null) | {id: $event.anomaly.id, kind: $event.kind}] | group_by(.id)
	| map(map(.kind) | . as \$k | select((map(select(. == \"anomaly_onset\")) | length) != 1 or .[0] != \"anomaly_onset\" or
		any(range(1; length); \$k[.] == \"anomaly_recovery\" and \$k[. - 1] == \"anomaly_recovery\"))) | .[] | tojson"

examine()
{
	whole_journal >"$tmp/journal"
	jq -rc "$claim_lines" "$tmp/journal" >>"$tmp/bad_lines" 2>&1
	sort -u "$tmp/must" >"$tmp/must.sorted"
	sort "$tmp/journal" >"$tmp/journal.sorted"
	comm -23 "$tmp/must.sorted" "$tmp/journal.sorted" | cut -c 1-300 >>"$tmp/missing"
	jq -r .id "$tmp/journal" | sort | uniq -d >>"$tmp/twice"
	jq -nr "$rounds" "$tmp/journal" >>"$tmp/rounds_twice"
	jq -nr "$gaps" "$tmp/journal" >>"$tmp/gaps_twice"
	jq -nr "$anomalies" "$tmp/journal" >>"$tmp/anomalies_odd"
	run "$NETVANE_ANALYZE" summary --json --controls "$results"
	jq -c 'select(.kind == "period") | .records' "$out" >>"$tmp/read"
	jq -c 'select(.kind == "period") | .bad_lines' "$out" | grep -vx 0 >>"$tmp/read_bad"
	wc -l <"$tmp/journal" >>"$tmp/written"
	compare_state
	jq -nr "[inputs] | [length, (map(select(.test_name == \"netvane_round\")) | length),
		(map(select($event.kind? == \"gap\" and $event.gap.until != null)) | length),
		(map(select($event.anomaly? != null)) | length)] | map(tostring) | join(\" \")" "$tmp/journal" >>"$tmp/counts"
	wc -l <"$tmp/must.sorted" >>"$tmp/musts"
}

# The database that lived through all that, and one that is made of the journal at once, know the same.
compare_state()
{
	mkdir -p "$tmp/other"
	rm -rf "$tmp/other/state.sqlite"*
	run "$NETVANE" baseline show --json -c "$conf"
	jq -cS . "$out" >"$tmp/lived"
	run env LD_PRELOAD="$preload" CLOCK_FILE="$clock" "$NETVANE" baseline rebuild -c "$conf" --state "$tmp/other" --out "$results"
	run "$NETVANE" baseline show --json -c "$conf" --state "$tmp/other"
	jq -cS . "$out" >"$tmp/made"
	[ -s "$tmp/made" ] || echo "after kill $kill_number: nothing was rebuilt: $(cat "$err")" >>"$odd"
	cmp -s "$tmp/lived" "$tmp/made" || {
		echo "after kill $kill_number"
		diff "$tmp/lived" "$tmp/made" | cut -c 1-1000
	} >>"$tmp/states_differ"
}

# ---- Killing -------------------------------------------------------------------------------------

for file in bad_lines missing twice rounds_twice gaps_twice anomalies_odd read read_bad written states_differ counts musts; do
	: >"$tmp/$file"
done
killed=0 failures=0 lost=0 torn=0 just_lost=
expected='moved a torn last line'
tell_truth
remember
: >"$tmp/must"
whole_round
is 'a daemon that is left alone measures, and ends well' "$(json_round '.test_keys.x_netvane.round | [.complete, .measured]')" '[true,3]'
diag "a start and a round take $took ms"
# On a busy machine this one may have been an exception.
window=$((took > 1200 ? 3000 : took * 5 / 2))
began=$(milliseconds)
while [ "$kill_number" -lt "$kills" ] && [ $(($(milliseconds) - began)) -lt $((seconds * 1000)) ]; do
	if [ "$kill_number" -gt 0 ] && [ $((kill_number % a_life)) -eq 0 ]; then
		whole_round
		examine
		rm -rf "$state" "$results" "$tmp/must"
		: >"$tmp/must"
	fi
	kill_number=$((kill_number + 1))
	[ $((kill_number % 12)) -ne 5 ] || tell_lies
	[ $((kill_number % 12)) -ne 11 ] || tell_truth
	# Half of the time something is due, and half of the time it waits.
	later "$(below 1800)"
	remember
	moment=$(($(below "$window") + 1))
	probe timeout --foreground -s KILL "$((moment / 1000)).$(printf %03d $((moment % 1000)))"
	case $status in
	137) killed=$((killed + 1)) ;;
	*) echo "kill $kill_number: exit $status: $(tail -n 3 "$err")" >>"$odd" ;;
	esac
	complaints
	if [ $((kill_number % 2)) -eq 0 ]; then
		failures=$((failures + 1))
		power_fails
		segments | while read -r segment; do tail -c 1 "$segment"; done | grep -c . >/dev/null && torn=$((torn + 1))
	else
		# The last line that was printed may have been cut off in the middle.
		sed -n '/^{.*}$/p' "$out" >>"$tmp/must"
	fi
	date_new_segments
	read_newest
	[ $((kill_number % 10)) -ne 0 ] || lose_state "$(below 4)"
done
whole_round
examine
took_all=$((($(milliseconds) - began) / 1000))

total() { awk '{ n += $1 } END { print n + 0 }' "$1"; }
column() { awk -v c="$1" '{ n += $c } END { print n + 0 }' "$tmp/counts"; }
diag "$killed kills in $took_all s, $failures with power cuts ($torn left a torn line), the database lost $lost times;" \
	"$(column 1) records, $(column 2) rounds, $(column 3) gaps, $(column 4) events of anomalies; $(total "$tmp/musts") records had to be there"
test_last_run=
is 'every run started, whatever the one before had left, and complained of nothing' "$(cut -c 1-1000 "$odd")" ''
is 'each was killed' "$killed" "$kill_number"
isnt 'some records had to be there' "$(total "$tmp/musts")" 0
is 'and each is: none that was synced is lost' "$(cat "$tmp/missing")" ''
is 'every line is a whole record' "$(cat "$tmp/bad_lines")" ''
is 'readers meet all of them' "$(cat "$tmp/read")" "$(cat "$tmp/written")"
is 'and no torn line' "$(cat "$tmp/read_bad")" ''
is 'no record is there twice' "$(cat "$tmp/twice")" ''
is 'rounds do not overlap' "$(cat "$tmp/rounds_twice")" ''
isnt 'there were gaps' "$(column 3)" 0
is 'none is told twice, nor are two at one time' "$(cat "$tmp/gaps_twice")" ''
is 'anomalies begin once, and do not end twice' "$(cat "$tmp/anomalies_odd")" ''
is 'the database that survived knows what one knows that is made of the journal' "$(cat "$tmp/states_differ")" ''

[ -z "${ENDURE_REPORT:-}" ] || cat >>"$ENDURE_REPORT" <<END
**SIGKILL at random moments** (\`tests/endure_kill.sh\`). $killed kills of \`netvane run\` between its start and the end of a round; after $failures of them a
power cut, in which a random part of what no \`fdatasync\` had covered was cut off the journal and the database's log ($torn times through
a line); $lost times the database was deleted, cut in half or overwritten in places.

| | |
|---|---|
| records, rounds, gaps, events of anomalies | $(column 1), $(column 2), $(column 3), $(column 4) |
| records that had to be there / lost | $(total "$tmp/musts") / $(wc -l <"$tmp/missing") |
| torn lines met by readers | $(total "$tmp/read_bad") |
| records there twice | $(wc -l <"$tmp/twice") |
| rounds that overlap | $(wc -l <"$tmp/rounds_twice") |
| gaps told twice, or at the same time | $(wc -l <"$tmp/gaps_twice") |
| anomalies that began or ended twice, or without a beginning | $(wc -l <"$tmp/anomalies_odd") |
| runs that could not start, or complained | $(wc -l <"$odd") |
| databases that differ from one made of the journal at once | $(grep -c '^after' "$tmp/states_differ") |
END
