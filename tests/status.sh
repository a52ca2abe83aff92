# netvane status and the daemon's page: what they show of a daemon that runs, that does not, and of none at all.
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/lab_loopback.sh"
plan 14

lab_certificates site.test
lab_dns site.test=A:127.0.0.1
lab_second site.test=A:127.0.0.1
lab_web
site="http://site.test:$web_port/ok"
gone="http://site.test:$web_port/reset"
mkdir -p "$tmp/collector"
lab_conf '[schedule]' 'every = 1h' '[status]' 'listen = 127.0.0.1:0' "textfile = $tmp/collector/netvane.prom"

run "$NETVANE" status -c "$conf"
is 'where nothing was measured, status says so' "$status" 3

mkfifo "$tmp/run.fifo"
"$NETVANE" run -v -c "$conf" --consent --json --resolver "127.0.0.1:$second_port" --url "$site" --url "$gone" </dev/null \
	>"$tmp/run.fifo" 2>"$tmp/run.err" 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- &
run_pid=$!
exec 9<"$tmp/run.fifo"
while IFS= read -r line; do
	case $line in *netvane_round*) break ;; esac
done <&9
tries=0
until grep -q 'the next round may begin' "$tmp/run.err" || [ "$tries" -ge 200 ]; do
	tries=$((tries + 1))
	sleep 0.05
done
page=$(sed -n 's|.*the status page is at \(http://[0-9.:]*/\).*|\1|p' "$tmp/run.err")

run "$NETVANE" status -c "$conf" --json
is 'of a daemon that runs it says the process' "$(jq -c .probe.pid "$out")" "$run_pid"
is 'and each target' "$(jq -c '[.targets[].url] | sort' "$out")" "[\"$site\",\"$gone\"]"
is 'with its last verdict' "$(jq -c "[.targets[] | select(.url == \"$site\") | .status]" "$out")" '["ok"]'
is 'and exits with what is suspected' "$status" 1
run "$NETVANE" status -c "$conf"
like 'for people it has the sites' "$(cat "$out")" 'site.test'
run curl -sS "$page"
like 'the page shows them' "$(cat "$out")" 'site.test'
unlike 'without a script' "$(cat "$out")" '<script'
run curl -sS "${page}metrics"
like 'the metrics are there' "$(cat "$out")" '^netvane_target_reachable'
like 'and in the file for node_exporter' "$(cat "$tmp/collector/netvane.prom")" '^netvane_target_reachable'
run curl -sS "${page}status.json"
is 'and the JSON is that of netvane status' "$(jq -c '[.targets[].url] | sort' "$out")" "[\"$site\",\"$gone\"]"
kill -TERM "$run_pid"
cat <&9 >/dev/null
exec 9<&-
wait "$run_pid"

run "$NETVANE" status -c "$conf" --json
is 'of one that is gone it says that none runs' "$(jq -c .probe.pid "$out")" null
is 'and what was measured last' "$(jq -c '[.targets[].url] | sort' "$out")" "[\"$site\",\"$gone\"]"
run "$NETVANE" run -c "$conf" --consent --url "$site" --state "$tmp/other" --list "$tmp/none.csv"
is 'a daemon that cannot read its lists does not start' "$status" 66
