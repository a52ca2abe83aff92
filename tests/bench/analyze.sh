#!/bin/bash
# How fast netvane-analyze reads, beside others that read the same file in the same run.
#
#	tests/bench/analyze.sh [-f FILE] [-d DIR] [-m MB] [-r ROUNDS] [-c CORE] [BUILD_DIR]
#
# FILE: records, a line each. Without one, MB megabytes are made of DIR/*/measurement.json, OONI's published measurements, each
# line with a time, a report and an input of its own; and as many with bodies of a megabyte. All runs are on one core (CORE), so
# that "MB/s" is per core: bytes of JSON by CPU time, user and system, all threads together. Of ROUNDS rounds, in which the programs
# take turns, the best is told, because other work on the machine only ever makes it slower. Needs jq and python3; clickhouse-server and
# clickhouse-client where they are.
set -eu
file='' dir=../shared/data/ooni-web-connectivity mb=200 rounds=3 core=0
while getopts f:d:m:r:c: option; do
	case $option in
	f) file=$(realpath "$OPTARG") ;;
	d) dir=$OPTARG ;;
	m) mb=$OPTARG ;;
	r) rounds=$OPTARG ;;
	c) core=$OPTARG ;;
	*) exit 64 ;;
	esac
done
shift $((OPTIND - 1))
analyze=$(cd "${1:-build}" && pwd)/netvane-analyze
work=$(mktemp -d)
trap '[ -z "${clickhouse:-}" ] || kill "$clickhouse"; rm -rf "$work"' EXIT

# make_records MB BODY: a body of so many bytes goes into each record; 0 leaves them as they are.
make_records() {
	python3 - "$dir" "$1" "$2" <<'PYTHON'
import glob, json, sys
samples = [json.load(open(f)) for f in sorted(glob.glob(sys.argv[1] + '/*/measurement.json'))]
size, body, i = int(sys.argv[2]) * 1000000, int(sys.argv[3]), 0
text = '<p class="x">page \u0436\n</p>' * (body // 28 + 1)
while size > 0:
    m = samples[i % len(samples)]
    m['report_id'] = '20261120T000000Z_webconnectivity_KZ_9198_n1_%016x' % i
    m['measurement_start_time'] = '2026-11-%02d %02d:%02d:%02d' % (1 + i % 28, i % 24, i % 60, i // 60 % 60)
    m['input'] = 'https://site%d.example/' % (i % 500)
    if body:
        m['test_keys']['requests'] = [{'request': {'url': m['input']}, 'response': {'code': 200, 'body': text}, 'failure': None}]
    line = json.dumps(m, separators=(',', ':'), ensure_ascii=False) + '\n'
    sys.stdout.write(line)
    size -= len(line.encode())
    i += 1
PYTHON
}

# timed NAME FILE BYTES COMMAND...: a line with its CPU time, wall time and peak memory goes to the results.
timed() {
	local name=$1 input=$2 bytes=$3
	shift 3
	taskset -c "$core" /usr/bin/time -a -o "$work/times" -f "$name|$bytes|%U|%S|%e|%M" "$@" <"$input" >/dev/null 2>"$work/err" ||
		{ cat "$work/err" >&2; exit 1; }
}

cat >"$work/fields.py" <<'PYTHON'
import collections, json, sys
counts = collections.Counter()
for line in sys.stdin:
    m = json.loads(line)
    counts[m['input'], m['test_keys'].get('blocking'), m['test_keys'].get('accessible'), m['probe_asn'], m['measurement_start_time'][:10]] += 1
print(len(counts))
PYTHON

# A ClickHouse server of this script's own, on loopback, with one thread for a query.
clickhouse=''
start_clickhouse() {
	command -v clickhouse-server >/dev/null && command -v clickhouse-client >/dev/null || return 0
	mkdir -p "$work/ch/data" "$work/ch/files"
	cat >"$work/ch/config.xml" <<-END
		<yandex><logger><level>error</level></logger><listen_host>127.0.0.1</listen_host><tcp_port>19723</tcp_port>
		<path>$work/ch/data/</path><tmp_path>$work/ch/data/tmp/</tmp_path><user_files_path>$work/ch/files/</user_files_path>
		<mark_cache_size>1000000</mark_cache_size><users_config>users.xml</users_config>
		<default_profile>default</default_profile><default_database>default</default_database></yandex>
	END
	cat >"$work/ch/users.xml" <<-END
		<yandex><profiles><default><max_threads>1</max_threads>
		<input_format_skip_unknown_fields>1</input_format_skip_unknown_fields></default></profiles>
		<users><default><password></password><networks><ip>127.0.0.1</ip></networks><profile>default</profile>
		<quota>default</quota></default></users><quotas><default></default></quotas></yandex>
	END
	taskset -c "$core" clickhouse-server --config-file="$work/ch/config.xml" >"$work/ch/log" 2>&1 &
	clickhouse=$!
	for _ in $(seq 100); do
		clickhouse_version=$(clickhouse-client --port 19723 --query 'SELECT version()' 2>/dev/null) && return 0
		sleep 0.1
	done
	cat "$work/ch/log" >&2
	exit 1
}

# The server's CPU time, in hundredths of a second: user and system.
clickhouse_cpu() {
	sed 's/.*) //' "/proc/$clickhouse/stat" | cut -d ' ' -f 12,13
}

timed_clickhouse() { # NAME FILE BYTES
	local before after began
	ln -f "$2" "$work/ch/files/records"
	before=$(clickhouse_cpu)
	began=$(date +%s.%N)
	clickhouse-client --port 19723 --query "SELECT count(), uniq(input, probe_asn, substring(measurement_start_time, 1, 10))
		FROM file('records', 'JSONEachRow', 'input String, probe_asn String, measurement_start_time String')" >/dev/null
	after=$(clickhouse_cpu)
	echo "$before $after $began $(date +%s.%N) $(awk '/VmHWM/ { print $2 }' "/proc/$clickhouse/status")" |
		awk -v name="$1" -v bytes="$3" '{ printf "%s|%s|%.2f|%.2f|%.2f|%d\n", name, bytes, ($3 - $1) / 100, ($4 - $2) / 100, $6 - $5, $7 }' >>"$work/times"
}

all_programs() { # LABEL FILE
	local label=$1 input=$2 bytes
	bytes=$(stat -c %s "$input")
	timed "$label: netvane-analyze summary" "$input" "$bytes" "$analyze" summary --json "$input"
	timed "$label: netvane-analyze verdicts" "$input" "$bytes" "$analyze" verdicts --format csv "$input"
	[ "$3" = others ] || return 0
	timed "$label: the same summary, by jansson" "$input" "$bytes" env NETVANE_JSON=jansson "$analyze" summary --json "$input"
	timed "$label: the same verdicts, by jansson" "$input" "$bytes" env NETVANE_JSON=jansson "$analyze" verdicts --format csv "$input"
	timed "$label: python json, five fields and a count" "$input" "$bytes" python3 "$work/fields.py"
	timed "$label: jq, five fields" "$input" "$bytes" \
		jq -c '[.input, .test_keys.blocking, .test_keys.accessible, .probe_asn, .measurement_start_time]'
	[ -z "$clickhouse" ] || timed_clickhouse "$label: ClickHouse $clickhouse_version, three top-level fields" "$input" "$bytes"
}

if [ -z "$file" ]; then
	file=$work/records
	make_records "$mb" 0 >"$file"
	make_records "$mb" 1000000 >"$work/bodies"
fi
for part in 4 2; do
	head -n $(($(wc -l <"$file") / part)) "$file" >"$work/part$part"
done
gzip -1 -c "$file" >"$work/records.gz"
zstd -q -3 -c "$file" >"$work/records.zst"
bytes=$(stat -c %s "$file")
start_clickhouse
for round in $(seq "$rounds"); do
	all_programs records "$file" others
	[ ! -f "$work/bodies" ] || all_programs '1 MB bodies' "$work/bodies" alone
	all_programs 'a quarter' "$work/part4" alone
	all_programs 'a half' "$work/part2" alone
	timed 'gzip: netvane-analyze summary' "$file" "$bytes" "$analyze" summary --json "$work/records.gz"
	timed 'gzip: gzip -dc' "$file" "$bytes" gzip -dc "$work/records.gz"
	timed 'zstd: netvane-analyze summary' "$file" "$bytes" "$analyze" summary --json "$work/records.zst"
	timed 'zstd: zstd -dc' "$file" "$bytes" zstd -qdc --single-thread "$work/records.zst"
	echo "round $round of $rounds" >&2
done
printf '%d lines, %d bytes\n\n| what | MB/s of CPU | CPU s | wall s | peak MB |\n|---|---|---|---|---|\n' "$(wc -l <"$file")" "$bytes"
awk -F '|' '{
	cpu = $3 + $4
	if (!($1 in best)) order[n++] = $1
	if (!($1 in best) || cpu < best[$1]) { best[$1] = cpu; wall[$1] = $5; memory[$1] = $6; bytes[$1] = $2 }
} END {
	for (i = 0; i < n; i++) {
		w = order[i]
		printf "| %s | %.0f | %.2f | %.1f | %.1f |\n", w, bytes[w] / 1e6 / (best[w] > 0 ? best[w] : 0.01), best[w], wall[w], memory[w] / 1024
	}
}' "$work/times"
