#!/bin/bash
# What sealing a segment saves and costs, beside the command line's zstd, on the same records.
#
#	tests/bench/seal.sh [-f FILE] [-k FILE] [-n SITES] [-r ROUNDS] [BUILD_DIR]
#
# FILE: records to seal. Without one they are made: netvane measures SITES sites on loopback in ROUNDS passes, in a network
# namespace of its own. The sites have RSA certificates of the size that is usual, with random bytes where real ones have
# timestamps, and answer with a cookie and a policy of their own each time. -k keeps those records. Needs what probe.sh needs, and zstd.
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

make_records() {
	ip link set lo up
	ulimit -n 16384
	cc -O2 -o "$dir/mksites" "$here/mksites.c" -lcrypto
	mkdir "$dir/sites"
	"$dir/mksites" "$dir/sites" "$sites" rsa
	# shellcheck disable=SC2016 # nginx is to expand these
	policy='"default-src '"'self'"' https://cdn.example.net; script-src '"'self' 'nonce-\$request_id'"'; frame-ancestors '"'none'"'"'
	sed -i "s|location / {|location / { add_header Set-Cookie \"sid=\$request_id; Path=/; HttpOnly; Secure; SameSite=Lax\"; \
		add_header Content-Security-Policy $policy; add_header Cache-Control \"private, no-cache\"; \
		add_header Strict-Transport-Security \"max-age=31536000; includeSubDomains; preload\";|" "$dir/sites/nginx.conf"
	sed -i 's|listen: 127.0.0.1@53|listen: [ 127.0.0.1@53, 127.9.9.9@53 ]|' "$dir/sites/knot.conf"
	echo 'nameserver 127.0.0.1' >"$dir/resolv.conf"
	mount --bind "$dir/resolv.conf" "$(readlink -f /etc/resolv.conf)"
	for c in /usr/share/ca-certificates/mozilla/*.crt; do cat "$c"; echo; done >"$dir/full.pem"
	cat "$dir/sites/root.pem" >>"$dir/full.pem"
	(cd "$dir/sites" && exec nginx -p . -c nginx.conf) &
	pids="$pids $!"
	(cd "$dir/sites" && exec knotd -c knot.conf) >"$dir/knot.log" 2>&1 &
	pids="$pids $!"
	for i in $(seq 100); do
		if curl -s -o /dev/null --cacert "$dir/sites/root.pem" "https://site-0.bench.test:8443/"; then break; fi
		[ "$i" -lt 100 ] || { echo 'the servers did not start' >&2; cat "$dir/knot.log" >&2; exit 1; }
		sleep 0.1
	done
	printf 'url,category_code,category_description,date_added,source,notes\nhttps://site-0.bench.test:8443/,CTRL,Control,,,foreign\n' >"$dir/controls.csv"
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
