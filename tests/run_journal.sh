# What becomes of the daemon's records: segments end and are sealed, the quota is kept and told of, a full disk loses nothing.
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/lab_loopback.sh"
. "$top_srcdir/tests/lab_daemon.sh"
need zstd
plan 19

lab_certificates site.test
lab_dns site.test=A:127.0.0.1
lab_second site.test=A:127.0.0.1
lab_web
site="http://site.test:$web_port/ok"

# until CLAIM COMMAND...: waits until the command succeeds; bounded.
until_true()
{
	until_tries=0
	until_claim=$1
	shift
	until "$@"; do
		until_tries=$((until_tries + 1))
		if [ "$until_tries" -ge 600 ]; then
			not_ok "$until_claim" "$(cat "$tmp/run.err")"
			return
		fi
		sleep 0.05
	done
	ok "$until_claim"
}

# Every record of the directories, whatever it is packed in.
records()
{
	find "$@" -name 'netvane-*.jsonl' -exec cat {} + 2>/dev/null
	find "$@" -name 'netvane-*.zst' -exec zstd -dcq {} + 2>/dev/null
}

ids()
{
	jq -r .id | sort
}

any()
{
	for any_file in "$@"; do
		[ ! -e "$any_file" ] || return 0
	done
	return 1
}

# ---- Segments ------------------------------------------------------------------------------------

lab_conf '[schedule]' 'every = 3s' 'jitter = 0' '[journal]' 'segment_size = 64k'
daemon --url "$site"
until_record netvane_round
until_record netvane_round
until_record netvane_round
until_record netvane_round
cat <&9 >>"$out" &
reader=$!
until_true 'a full segment is sealed' any "$results"/netvane-*.zst
"$NETVANE" status -c "$conf" --json >"$tmp/status"
holds 'status knows how much room the journal may take' jq -e '.journal.quota == 2147483648' "$tmp/status"
kill -TERM "$run_pid"
status=0
wait "$run_pid" || status=$?
wait "$reader"
exec 9<&-
is 'it ends well' "$status" 0
test_last_run='netvane run, small segments'
is 'what was printed is in the journal, once' "$(records "$results" | ids)" "$(ids <"$out")"
is 'with nobody else to read it' "$(find "$results" -type f ! -perm 600 | wc -l | tr -d ' ')" 0
run "$NETVANE_ANALYZE" summary --format json "$results"
is 'and the analysis reads all of it' "$(jq -s --arg url "$site" 'map(select(.target == $url) | .measurements) | add' "$out")" \
	"$(records "$results" | jq -s --arg url "$site" 'map(select(.input == $url and .test_keys.x_netvane.role == "target")) | length')"

# ---- The quota -------------------------------------------------------------------------------------

# What was just measured becomes a day of the past; it is quiet, and many rounds long.
for file in "$results"/netvane-*; do
	name=${file##*/}
	mv "$file" "$results/netvane-20260102T${name#netvane-*T}"
done
rm -f "$results/segments.index"
before=$(records "$results" | wc -l)
lab_conf '[schedule]' 'every = 1h' '[journal]' 'quota = 4k'
daemon --url "$site"
until_record '"quota_drop"'
is 'what went is on record' "$(json_all 'map(select(.test_keys.x_netvane.event.kind == "quota_drop")) | first | .test_keys.x_netvane.event.drop.day')" 2026-01-02
dropped()
{
	[ "$(records "$results"/netvane-20260102* | wc -l)" -lt "$before" ]
}
until_true 'and went' dropped
stop
is 'and all ends well' "$status" 0
records "$results" >"$tmp/left"
told=$(json_all 'map(select(.test_keys.x_netvane.event.kind == "quota_drop") | .test_keys.x_netvane.event.drop.records) | add')
is 'the count is right' "$(($(wc -l <"$tmp/left") - $(grep -c '"kept_one_of"\|netvane_note' "$tmp/left") + told))" "$((before + $(wc -l <"$out")))"

# ---- A disk that fills up --------------------------------------------------------------------------

disk_claims='a quota that the disk has no room for is warned of|the trouble is told of|and status tells|when there is room again, that is told, too|it ends well, with nothing lost|each record is on the disk, once|no line is torn'
if flags=$(own_namespace m); then
	rm -rf "$results" "$state/state.sqlite"*
	mkdir "$results"
	lab_conf '[schedule]' 'every = 3s' 'jitter = 0'
	cat >"$tmp/mounted" <<-'END'
		#!/bin/sh
		mount -t tmpfs -o size=4m none "$1" || exit 99
		shift
		exec "$@"
	END
	chmod +x "$tmp/mounted"
	daemon_in="unshare $flags $tmp/mounted $results"
	daemon --url "$site"
	until_record netvane_round
	said 'set a lower quota'
	is 'a quota that the disk has no room for is warned of' "$?" 0
	disk=/proc/$run_pid/root$results
	dd if=/dev/zero of="$disk/filler" bs=4k 2>/dev/null
	until_record '"disk_trouble"'
	like 'the trouble is told of' "$(json_all 'map(select(.test_keys.x_netvane.event.kind == "disk_trouble")) | last | .test_keys.x_netvane.event.reason')" 'disk is full'
	until_record netvane_round
	until_record netvane_round
	"$NETVANE" status -c "$conf" --json >"$tmp/status"
	holds 'and status tells' jq -e '.journal.trouble | test("disk is full")' "$tmp/status"
	rm "$disk/filler"
	until_record '"disk_recovered"'
	ok 'when there is room again, that is told, too'
	until_record netvane_round
	# The file system goes with the process, so it is kept by one that stays in it.
	exec 8<"$disk"
	stop
	is 'it ends well, with nothing lost' "$status" 0
	is 'each record is on the disk, once' "$(records /proc/self/fd/8/ | ids)" "$(ids <"$out")"
	is 'no line is torn' "$(find /proc/self/fd/8/ -name '*.torn' | wc -l | tr -d ' ')" 0
	exec 8<&-
else
	echo "$disk_claims" | tr '|' '\n' >"$tmp/claims"
	while IFS= read -r claim; do
		skip "$claim" 'no file system can be mounted here'
	done <"$tmp/claims"
fi

# ---- A check, as from cron --------------------------------------------------------------------------

daemon_in=
rm -rf "$results" "$state/state.sqlite"*
lab_conf
run "$NETVANE" check -c "$conf" --consent --url "$site"
mv "$results"/netvane-*.jsonl "$results/netvane-20260103T000000Z-0000.jsonl"
run "$NETVANE" check -c "$conf" --consent --url "$site"
holds 'a check seals what is of earlier days' [ -e "$results/netvane-20260103T000000Z-0000.jsonl.zst" ]
is 'and leaves what is of today' "$(find "$results" -name 'netvane-*.jsonl' | wc -l | tr -d ' ')" 1
