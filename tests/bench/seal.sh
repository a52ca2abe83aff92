#!/bin/bash
# What sealing a segment saves and costs, beside the command line's zstd, on the same records.
#
#	tests/bench/seal.sh [-f FILE] [-k FILE] [-n SITES] [-r ROUNDS] [BUILD_DIR]
#
# FILE: records to seal. Without one they are made: netvane measures SITES sites on loopback in ROUNDS passes, in a network
# namespace of its own (sites.sh). -k keeps those records. Needs what probe.sh needs, and zstd.
set -eu
file='' keep='' sites=200 rounds=12
while getopts f:k:n:r: option; do
	case $option in
	f) file=$(realpath "$OPTARG") ;;
	k) keep=$(realpath -m "$OPTARG") ;;
	n) sites=$OPTARG ;;
	r) rounds=$OPTARG ;;
	*) exit 64 ;;
	esac
done
shift $((OPTIND - 1))
build=$(cd "${1:-build}" && pwd)
here=$(cd "$(dirname "$0")" && pwd)

if [ -z "$file" ] && [ -z "${NETVANE_BENCH_INSIDE:-}" ]; then
	flags=-nm
	[ "$(id -u)" = 0 ] || flags=-rnm
	NETVANE_BENCH_INSIDE=1 exec unshare $flags "$0" ${keep:+-k "$keep"} -n "$sites" -r "$rounds" "$build"
fi

dir=$(mktemp -d)
pids=
end() {
	for p in $pids; do kill "$p" 2>/dev/null || true; done
	wait
	rm -rf "$dir"
}
trap end EXIT

. "$here/sites.sh"

make_records() {
	serve_sites "$sites"
	cat >"$dir/netvane.conf" <<CONF
[dns]
resolver = 127.9.9.9
doh =
[targets]
controls = $dir/controls.csv
CONF
	for i in $(seq "$rounds"); do
		"$build/netvane" check -q --consent --json -c "$dir/netvane.conf" --state "$dir/state" --roots "$dir/full.pem" \
			--list "$dir/sites/sites.txt" >>"$dir/records" 2>"$dir/err" || { tail -5 "$dir/err" >&2; exit 1; }
		echo "pass $i of $rounds" >&2
	done
}

if [ -z "$file" ]; then
	make_records
	file=$dir/records
	[ -z "$keep" ] || cp "$file" "$keep"
fi

cc -O2 -I"$build" -I"$here/../.." -D_GNU_SOURCE -o "$dir/bench-seal" "$here/seal.c" "$build/libresults.a" "$build/libbase.a" \
	$(pkg-config --libs jansson zlib libzstd)
cd "$dir"
bytes=$(stat -c %s "$file")
printf '%s records, %s bytes\n' "$(wc -l <"$file")" "$bytes"
printf '%-26s %12s %7s %7s %8s %11s %12s\n' '' bytes ratio 'CPU s' 'MB/s' 'memory MB' 'slice ms'
line() { # NAME BYTES CPU MEMORY_KB SLICE
	awk -v n="$1" -v all="$bytes" -v b="$2" -v c="$3" -v m="$4" -v s="$5" \
		'BEGIN {printf "%-26s %12d %7.2f %7.2f %8.1f %11.1f %12s\n", n, b, all / b, c, all / 1e6 / (c > 0 ? c : 0.01), m / 1024, s}'
}
read -r _ sealed cpu slice_cpu slice_wall memory <<<"$("$dir/bench-seal" "$file")"
line 'a seal, and its check' "$sealed" "$cpu" "$memory" "$slice_cpu/$slice_wall"
for options in -3 -9 --long '-9 --long=23' -19; do
	# shellcheck disable=SC2086 # options are words
	/usr/bin/time -o "$dir/time" -f '%U %S %M' zstd -q --single-thread $options -c "$file" >"$dir/zst"
	read -r user system memory <"$dir/time"
	line "zstd $options" "$(stat -c %s "$dir/zst")" "$(awk -v u="$user" -v s="$system" 'BEGIN {print u + s}')" "$memory" ''
done
