# netvane-analyze --store: what comes out of a store is what comes out of the files, whatever happens to it meanwhile; and SQL can ask it.
. "$top_srcdir/tests/lib.sh"
need jq sqlite3 mkfifo
plan 57

unset COLUMNS
data=$top_srcdir/tests/data
grep -E '^interception	2019-07-16|^shutdown	2022-01-09' "$data/kz_history.tsv" >"$tmp/facts"
"$top_builddir/tests/make_history" "$tmp/facts" >"$tmp/history.jsonl"
mkdir "$tmp/archive"
cp "$tmp/history.jsonl" "$data/netvane.jsonl" "$data/ooni.jsonl" "$data/ooni-pretty.json" "$tmp/archive"
echo 'no record' >"$tmp/archive/bad.jsonl"
archive=$tmp/archive
kept=$tmp/kept.sqlite

# analyze ARGUMENT...
analyze()
{
	run "$NETVANE_ANALYZE" "$@"
}

# sql STATEMENT
sql()
{
	sqlite3 "${store:-$kept}" "$1"
}

# same CLAIM STORE COMMAND...: the store gives what the files give.
same()
{
	same_claim=$1
	same_store=$2
	shift 2
	analyze "$@" "$archive"
	cp "$out" "$tmp/of-files"
	analyze "$@" --store "sqlite:$same_store"
	[ -s "$tmp/of-files" ] || not_ok "$same_claim" 'the files give nothing'
	holds "$same_claim" cmp "$tmp/of-files" "$out"
}

# ---- The same answers -----------------------------------------------------------------------

analyze summary --json --store "sqlite:$kept" "$archive"
is 'a store is filled' "$status" 0
cp "$out" "$tmp/first"
like 'what is bad in the files is said' "$(cat "$err")" 'bad.jsonl:1: '
"$NETVANE_ANALYZE" summary --json "$archive" >"$tmp/of-files" 2>/dev/null
holds 'and answers at once, as the files do' cmp "$tmp/of-files" "$tmp/first"
is 'nobody else may read it' "$(stat -c %a "$kept")" 600
same 'summary gives the same' "$kept" summary
same 'so does verdicts' "$kept" verdicts
same 'in JSON' "$kept" verdicts --json
same 'in CSV' "$kept" verdicts --format csv
same 'episodes' "$kept" episodes --json
same 'interception' "$kept" interception --json
same 'correlate' "$kept" correlate --events kz --json
same 'and a filter' "$kept" verdicts --json --since 2019-07-01 --until 2019-08-01 --target vk.com --asn 9198
same 'and a country' "$kept" episodes --json --cc KZ
same 'controls can be had' "$kept" verdicts --json --controls
analyze report --events kz "$archive"
grep -v '<dt>Made' "$out" >"$tmp/of-files"
analyze report --events kz --store "sqlite:$kept"
grep -v '<dt>Made' "$out" >"$tmp/of-store"
holds 'a report gives the same' cmp "$tmp/of-files" "$tmp/of-store"
analyze interception --out "$tmp/pem-files" "$archive"
analyze interception --out "$tmp/pem-store" --store "sqlite:$kept"
holds 'and the same certificates' diff -r "$tmp/pem-files" "$tmp/pem-store"

# ---- Again, and more ------------------------------------------------------------------------

analyze summary --json --store "sqlite:$kept" "$archive"
like 'what is in it is not read again' "$(cat "$err")" '5 of 5 files are in the store already'
holds 'and changes nothing' cmp "$tmp/first" "$out"
cp "$archive/netvane.jsonl" "$tmp/again.jsonl"
analyze summary --json --store "sqlite:$kept" "$tmp/again.jsonl"
is 'records that come in another file as well count once' \
	"$(jq -c 'del(.records, .duplicates)' "$out" | cksum)" "$(jq -c 'del(.records, .duplicates)' "$tmp/first" | cksum)"
is 'and are counted as such' "$(jq -s "last | .duplicates" "$out")" \
	"$(($(jq -s 'last | .duplicates' "$tmp/first") + $(wc -l <"$tmp/again.jsonl")))"

grown=$tmp/grown.sqlite
half=$(($(wc -l <"$tmp/history.jsonl") / 2))
mkdir "$tmp/growing"
head -n "$half" "$tmp/history.jsonl" >"$tmp/growing/a.jsonl"
analyze summary --json --store "sqlite:$grown" "$tmp/growing"
is 'half of a file is read' "$(jq -s 'last | .records' "$out")" "$half"
tail -n +"$((half + 1))" "$tmp/history.jsonl" >>"$tmp/growing/a.jsonl"
analyze episodes --json --store "sqlite:$grown" "$tmp/growing"
jq -c 'del(.records, .duplicates)' "$out" >"$tmp/of-store"
"$NETVANE_ANALYZE" episodes --json "$tmp/history.jsonl" | jq -c 'del(.records, .duplicates)' >"$tmp/of-files"
holds 'when it has grown, the rest is added' cmp "$tmp/of-files" "$tmp/of-store"
"$NETVANE_ANALYZE" summary --store "sqlite:$tmp/stdin.sqlite" - <"$data/netvane.jsonl" >"$out" 2>"$err"
is 'standard input can be kept' "$(store=$tmp/stdin.sqlite sql 'SELECT count(*) > 0 FROM verdicts')" 1
"$NETVANE_ANALYZE" summary --store "sqlite:$tmp/stdin.sqlite" - <"$data/netvane.jsonl" >"$out" 2>"$err"
is 'and again, each record once' "$(store=$tmp/stdin.sqlite sql 'SELECT count(*) - count(DISTINCT record) FROM verdicts')" 0

# ---- SQL ------------------------------------------------------------------------------------

"$NETVANE_ANALYZE" verdicts --controls --json "$archive" 2>/dev/null >"$tmp/verdicts"
is 'SQL finds every verdict' "$(sql 'SELECT count(*) FROM verdicts')" "$(wc -l <"$tmp/verdicts")"
is 'with its names' "$(sql 'SELECT status, count(*) FROM verdicts GROUP BY 1 ORDER BY 1')" \
	"$(jq -r .status "$tmp/verdicts" | sort | uniq -c | awk '{ print $2 "|" $1 }')"
columns=$(sql "SELECT group_concat(name, ' ') FROM pragma_table_info('verdicts')")
for name in $("$NETVANE_ANALYZE" verdicts --format csv "$archive" 2>/dev/null | head -n 1 | tr -d '\r' | tr , ' '); do
	[ "$name" != id ] || name=record
	# What a store has was judged without them.
	case " $columns control_id control_distance_s " in
	*" $name "*) ;;
	*) echo "$name" ;;
	esac
done >"$tmp/missing"
is 'and the columns of the CSV' "$(cat "$tmp/missing")" ''
is 'times are those of the CSV' "$(sql "SELECT min(time) FROM verdicts WHERE time > '1971'")" \
	"$(jq -r 'select(.time != null) | .time' "$tmp/verdicts" | sort | head -n 1)"
"$NETVANE_ANALYZE" verdicts --json "$archive" 2>/dev/null >"$tmp/verdicts"
is 'the cube counts them by the hour' \
	"$(sql 'SELECT substr(hour, 1, 13), target, probe_asn, status, mechanism, sum(n) FROM counts WHERE target NOT NULL GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5' | LC_ALL=C sort)" \
	"$(jq -r 'select(.time != null) | [.time[:13], .target, .probe_asn // "", .status, .mechanism // ""] | join("|")' "$tmp/verdicts" |
		LC_ALL=C sort | uniq -c | awk '{ n = $1; sub(/^ *[0-9]+ /, ""); print $0 "|" n }' | LC_ALL=C sort)"
is 'and rounds without a target' "$(sql "SELECT sum(n) FROM counts WHERE target IS NULL AND status = 'shutdown'")" \
	"$(jq 'select(.kind == "period") | .network_states.shutdown' "$tmp/first")"
is 'each certificate stands there once' "$(sql 'SELECT count(*) - count(DISTINCT sha256) FROM certificate')" 0

"$NETVANE_ANALYZE" summary --store "sqlite:$tmp/ooni.sqlite" "$data/ooni.jsonl" >/dev/null 2>&1
is 'the cube counts records of others, which have no role' \
	"$(store=$tmp/ooni.sqlite sql 'SELECT sum(n) = (SELECT count(*) FROM measurement WHERE time_us <> 0) FROM cube')" 1
is 'what has no time has none' "$(sql "SELECT count(*) FROM verdicts WHERE time < '1971'")" 0

# ---- Trouble --------------------------------------------------------------------------------

for killed in 1 2 3 4; do
	"$NETVANE_ANALYZE" summary --store "sqlite:$tmp/killed.sqlite" "$archive" >/dev/null 2>&1 &
	pid=$!
		# In the middle of it: its journal is there.
	until [ -e "$tmp/killed.sqlite-journal" ] || ! kill -0 "$pid" 2>/dev/null; do :; done
	kill -KILL "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
done
analyze verdicts --json --store "sqlite:$tmp/killed.sqlite" "$archive"
is 'one that was killed goes on' "$status" 0
holds 'and loses nothing' cmp "$tmp/verdicts" "$out"

mkfifo "$tmp/slow"
"$NETVANE_ANALYZE" summary --store "sqlite:$tmp/busy.sqlite" "$tmp/slow" >/dev/null 2>&1 &
pid=$!
exec 8>"$tmp/slow"
head -n 1 "$data/netvane.jsonl" >&8
analyze summary --store "sqlite:$tmp/busy.sqlite" "$archive"
is 'two cannot fill it at once' "$status" 75
like 'which is said' "$(cat "$err")" 'is in use by another program'
analyze summary --store "sqlite:$tmp/busy.sqlite"
is 'nor is it read meanwhile' "$status" 75
exec 8>&-
wait "$pid"
is 'the first is not disturbed' $? 0

analyze summary --store "sqlite:$tmp/none.sqlite"
is 'a store that is not there is no input' "$status" 66
like 'which is said, with what to do' "$(cat "$err")" 'name a PATH to fill one from'
holds 'and none is made' test ! -e "$tmp/none.sqlite"
analyze summary --store "sqlite:$data/netvane.jsonl" "$archive"
is 'a file that is no store is refused' "$status" 65
sqlite3 "$tmp/other.sqlite" 'CREATE TABLE precious (x); INSERT INTO precious VALUES (1)'
analyze summary --store "sqlite:$tmp/other.sqlite" "$archive"
is 'so is a database of somebody else' "$status" 65
is 'which is left as it was' "$(store=$tmp/other.sqlite sql 'SELECT count(*) FROM sqlite_master')" 1
cp "$kept" "$tmp/newer.sqlite"
store=$tmp/newer.sqlite sql 'PRAGMA user_version = 99'
analyze summary --store "sqlite:$tmp/newer.sqlite"
is 'and a store of another version' "$status" 65
analyze summary --store clickhouse:http://localhost "$archive"
is 'a kind that there is not is wrong usage' "$status" 64
analyze summary --store "sqlite:$kept" --control-results "$archive" "$archive"
is 'what controls say of old observations a store cannot know' "$status" 64
analyze summary --store sqlite: "$archive"
is 'so is no name' "$status" 64
analyze summary --store "sqlite:$tmp/no/such/place" "$archive"
is 'one that cannot be made is told' "$status" 73

# Every so many pages of 4 KB, but never the first: lost, or with rubbish in its middle, which SQLite may not notice.
pages=$(($(stat -c %s "$kept") / 4096))
worst=0
i=1
while [ $i -lt "$pages" ]; do
	cp "$kept" "$tmp/damaged.sqlite"
	dd if=/dev/zero of="$tmp/damaged.sqlite" bs=4096 seek=$i count=1 conv=notrunc 2>/dev/null
	analyze verdicts --json --store "sqlite:$tmp/damaged.sqlite"
	case $status in
	0) cmp -s "$tmp/verdicts" "$out" || worst="another answer, without page $i" ;;
	65 | 74) ;;
	*) worst=$status ;;
	esac
	cp "$kept" "$tmp/damaged.sqlite"
	printf 'RUBBISH RUBBISH RUBBISH RUBBISH!' |
		dd of="$tmp/damaged.sqlite" bs=1 seek=$((i * 4096 + i * 37 % 4000)) conv=notrunc 2>/dev/null
	analyze verdicts --json --store "sqlite:$tmp/damaged.sqlite"
	case $status in
	0 | 65 | 74) ;;
	*) worst=$status ;;
	esac
	i=$((i + pages / 12 + 1))
done
is 'one that is damaged gives the same answer or none' "$worst" 0

# A file that cannot be read to its end is read again once it can.
mkdir "$tmp/mended"
cp "$data/netvane.jsonl" "$tmp/mended/a.jsonl"
gzip -c "$data/ooni.jsonl" >"$tmp/whole.gz"
head -c 400 "$tmp/whole.gz" >"$tmp/mended/b.jsonl.gz"
touch -d '2026-01-01' "$tmp/mended/b.jsonl.gz"
analyze summary --store "sqlite:$tmp/mended.sqlite" "$tmp/mended"
is 'a file that ends too early is no reason to stop' "$status" 0
analyze summary --store "sqlite:$tmp/mended.sqlite" "$tmp/mended"
like 'it is not in the store' "$(cat "$err")" '1 of 2 files are in the store already'
analyze summary --store "sqlite:$tmp/mended.sqlite" "$tmp/nowhere.jsonl"
is 'a store with records answers, whatever is new' "$status" 0
(cd "$tmp/mended" && run "$NETVANE_ANALYZE" summary --store sqlite:file:odd%41.sqlite a.jsonl && test -e file:odd%41.sqlite)
is 'a name is a name' $? 0
{
	echo 'BEGIN; SELECT count(*) FROM word;'
	read -r _ <"$tmp/slow"
} | sqlite3 "$kept" >"$tmp/reading" &
until [ -s "$tmp/reading" ]; do sleep 0.05; done
analyze summary --store "sqlite:$kept" "$tmp/again.jsonl"
is 'while somebody reads it nothing is put there' "$status" 75
echo >"$tmp/slow"
wait
analyze summary --help
like 'the help tells of it' "$(cat "$out")" '--store sqlite:FILE'
