#!/bin/bash
# CPU and memory of one pass over many HTTPS targets, beside peers, in one run.
#
#	tests/bench/probe.sh [-n SITES] [-r ROUNDS] [-j IN_FLIGHT] [BUILD_DIR]
#
# Needs root or user namespaces, gcc, libssl-dev, and Debian's nginx-light, knot, curl, time and
# prometheus-blackbox-exporter (each peer that is missing is left out, aloud). All of it happens in a network namespace of its
# own, on loopback: servers on core 1, the program under test on core 0. Figures are medians over the rounds; only the ratios
# mean anything on a shared machine.
set -eu
sites=1000 rounds=5 flight=50
while getopts n:r:j: option; do
	case $option in
	n) sites=$OPTARG ;;
	r) rounds=$OPTARG ;;
	j) flight=$OPTARG ;;
	*) exit 64 ;;
	esac
done
shift $((OPTIND - 1))
build=$(cd "${1:-build}" && pwd)
here=$(cd "$(dirname "$0")" && pwd)

if [ -z "${NETVANE_BENCH_INSIDE:-}" ]; then
	flags=-nm
	[ "$(id -u)" = 0 ] || flags=-rnm
	NETVANE_BENCH_INSIDE=1 exec unshare $flags "$0" -n "$sites" -r "$rounds" -j "$flight" "$build"
fi

dir=$(mktemp -d)
pids=
end() {
	for p in $pids; do kill "$p" 2>/dev/null || true; done
	wait
	rm -rf "$dir"
}
trap end EXIT
ip link set lo up
cores=$(nproc)
server_core=$((cores > 1 ? 1 : 0))
ulimit -n 16384

cc -O2 -o "$dir/mksites" "$here/mksites.c" -lcrypto
cc -O2 -o "$dir/raw_tls" "$here/raw_tls.c" -lssl -lcrypto
mkdir "$dir/sites"
"$dir/mksites" "$dir/sites" "$sites"
echo 'nameserver 127.0.0.1' >"$dir/resolv.conf"
mount --bind "$dir/resolv.conf" "$(readlink -f /etc/resolv.conf)"
for c in /usr/share/ca-certificates/mozilla/*.crt; do cat "$c"; echo; done >"$dir/full.pem"
cat "$dir/sites/root.pem" >>"$dir/full.pem"

(cd "$dir/sites" && exec taskset -c $server_core nginx -p . -c nginx.conf) &
pids="$pids $!"
(cd "$dir/sites" && exec taskset -c $server_core knotd -c knot.conf) >"$dir/knot.log" 2>&1 &
pids="$pids $!"
for i in $(seq 100); do
	if curl -s -o /dev/null --cacert "$dir/sites/root.pem" "https://site-0.bench.test:8443/"; then break; fi
	[ "$i" -lt 100 ] || { echo 'the servers did not start' >&2; cat "$dir/knot.log" >&2; exit 1; }
	sleep 0.1
done

printf 'url,category_code,category_description,date_added,source,notes\nhttps://site-0.bench.test:8443/,CTRL,Control,,,foreign\n' >"$dir/controls.csv"
# Peers make one handshake a site. So does netvane without samples; as it comes, it makes four more, to find what
# happens to some connections only.
for name in netvane samples; do
	cat >"$dir/$name.conf" <<CONF
[probe]
samples = $([ "$name" = samples ] && echo 4 || echo 0)
[dns]
resolver =
doh =
[http]
https = no
[targets]
controls = $dir/controls.csv
CONF
done

# name: user+sys seconds, wall seconds, peak KB, appended to $dir/NAME.
timed() {
	name=$1
	shift
	taskset -c 0 /usr/bin/time -o "$dir/time" -f '%U %S %e %M' "$@" >"$dir/out" 2>"$dir/err" ||
		[ "$name" = curl ] || { echo "$name failed:" >&2; tail -5 "$dir/out" "$dir/err" >&2; exit 1; }
	awk '{print $1 + $2, $3, $4}' "$dir/time" >>"$dir/$name"
}

ticks=$(getconf CLK_TCK)
exporter_cpu() { # user+sys seconds of the exporter so far
	awk -v t="$ticks" '{sub(/.*\) /, ""); print ($12 + $13) / t}' "/proc/$exporter/stat"
}

exporter=
if command -v prometheus-blackbox-exporter >/dev/null; then
	printf 'modules:\n  m:\n    prober: http\n    timeout: 10s\n    http:\n      preferred_ip_protocol: ip4\n' >"$dir/blackbox.yml"
	SSL_CERT_FILE=$dir/full.pem taskset -c 0 prometheus-blackbox-exporter --config.file="$dir/blackbox.yml" \
		--web.listen-address=127.0.0.1:9115 --log.level=error >"$dir/blackbox.log" 2>&1 &
	exporter=$!
	pids="$pids $exporter"
	curl -s --retry 50 --retry-connrefused --retry-delay 1 -o /dev/null http://127.0.0.1:9115/-/healthy
	awk -F/ '{print "url = \"http://127.0.0.1:9115/probe?module=m&target=https://" $3 "/\"\noutput = \"/dev/null\""}' \
		"$dir/sites/sites.txt" >"$dir/blackbox.curl"
else
	echo 'left out: prometheus-blackbox-exporter is not installed' >&2
fi

for round in $(seq "$rounds"); do
	timed raw "$dir/raw_tls" "$dir/full.pem" "$dir/sites/sites.raw" 8443 "$flight"
	for name in netvane samples; do
		timed "$name" "$build/netvane" check -q --consent --json -c "$dir/$name.conf" --state "$dir/state" \
			--roots "$dir/full.pem" --list "$dir/sites/sites.txt" --concurrency "$flight"
		good=$(grep -c '"status":"ok"' "$dir/out")
		[ "$good" -ge "$sites" ] || echo "$name: only $good of $sites ok" >&2
		rm -rf "$dir/state"
	done
	if command -v curl >/dev/null; then
		timed curl curl -s --parallel --parallel-max "$flight" --cacert "$dir/sites/root.pem" -K "$dir/sites/urls.curl"
	fi
	if [ -n "$exporter" ]; then
		before=$(exporter_cpu)
		start=$(date +%s.%N)
		taskset -c $server_core curl -s --parallel --parallel-max "$flight" -K "$dir/blackbox.curl" 2>/dev/null
		after=$(exporter_cpu)
		awk -v b="$before" -v a="$after" -v s="$start" -v e="$(date +%s.%N)" \
			-v m="$(awk '/VmHWM/ {print $2}' "/proc/$exporter/status")" 'BEGIN {print a - b, e - s, m}' >>"$dir/blackbox"
	fi
done

median() { # FILE COLUMN
	cut -d ' ' -f "$2" "$1" | sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'
}
base=$(median "$dir/raw" 1)
printf '%s sites, %s in flight, %s rounds, medians\n' "$sites" "$flight" "$rounds"
printf '%-28s %12s %8s %8s %9s\n' program 'CPU ms/site' '/ raw' 'wall s' 'peak MB'
for name in raw netvane samples blackbox curl; do
	[ -e "$dir/$name" ] || continue
	awk -v n="$name" -v c="$(median "$dir/$name" 1)" -v w="$(median "$dir/$name" 2)" -v m="$(median "$dir/$name" 3)" \
		-v b="$base" -v s="$sites" \
		'BEGIN {printf "%-28s %12.3f %8.2f %8.1f %9.1f\n", n, c * 1000 / s, c / b, w, m / 1024}'
done
