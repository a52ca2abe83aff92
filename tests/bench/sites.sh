# Sourced by the benchmarks: many HTTPS sites on loopback, in a network and mount namespace of the script's own. Sites have RSA certificates
# of the size that is usual, with random bytes where real ones have timestamps, and answer with a cookie and a policy of their own
# each time. The caller has $dir, $here and $pids, and ends the processes in $pids.
#
#	serve_sites N		$dir/sites/sites.txt lists them, $dir/full.pem has the roots, $dir/controls.csv a control
serve_sites()
{
	ip link set lo up
	ulimit -n 16384
	cc -O2 -o "$dir/mksites" "$here/mksites.c" -lcrypto
	mkdir "$dir/sites"
	"$dir/mksites" "$dir/sites" "$1" rsa
	# shellcheck disable=SC2016 # nginx is to expand these
	sites_policy='"default-src '"'self'"' https://cdn.example.net; script-src '"'self' 'nonce-\$request_id'"'; frame-ancestors '"'none'"'"'
	sed -i "s|location / {|location / { add_header Set-Cookie \"sid=\$request_id; Path=/; HttpOnly; Secure; SameSite=Lax\"; \
		add_header Content-Security-Policy $sites_policy; add_header Cache-Control \"private, no-cache\"; \
		add_header Strict-Transport-Security \"max-age=31536000; includeSubDomains; preload\";|" "$dir/sites/nginx.conf"
	sed -i 's|listen: 127.0.0.1@53|listen: [ 127.0.0.1@53, 127.9.9.9@53 ]|' "$dir/sites/knot.conf"
	echo 'nameserver 127.0.0.1' >"$dir/resolv.conf"
	mount --bind "$dir/resolv.conf" "$(readlink -f /etc/resolv.conf)"
	for sites_root in /usr/share/ca-certificates/mozilla/*.crt; do cat "$sites_root"; echo; done >"$dir/full.pem"
	cat "$dir/sites/root.pem" >>"$dir/full.pem"
	(cd "$dir/sites" && exec nginx -p . -c nginx.conf) &
	pids="$pids $!"
	(cd "$dir/sites" && exec knotd -c knot.conf) >"$dir/knot.log" 2>&1 &
	pids="$pids $!"
	for sites_try in $(seq 100); do
		if curl -s -o /dev/null --cacert "$dir/sites/root.pem" "https://site-0.bench.test:8443/"; then break; fi
		[ "$sites_try" -lt 100 ] || { echo 'the servers did not start' >&2; cat "$dir/knot.log" >&2; exit 1; }
		sleep 0.1
	done
	printf 'url,category_code,category_description,date_added,source,notes\nhttps://site-0.bench.test:8443/,CTRL,Control,,,foreign\n' >"$dir/controls.csv"
}
