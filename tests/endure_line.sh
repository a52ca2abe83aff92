# netvane run on a line that comes and goes once a second, and with a name server that is dead: it neither crashes nor leaks, and
# says what happened, once. In real time, with the limits of time that everybody has, in network namespaces of its own.
#
#	ENDURE_LINE_SECONDS=3600; ENDURE_REPORT=FILE for the figures (tests/endure.sh sets both)
#
# The probe's namespace has one link, to its gateway; behind that, in another namespace, is all the world. The link's far end
# goes down and up (no carrier), each tenth time the near one, which takes the default route along, as a network manager does.
if [ -z "${ENDURE_INSIDE:-}" ]; then
	for flags in -n -rn; do
		unshare "$flags" true 2>/dev/null || continue
		ENDURE_INSIDE=1 exec unshare "$flags" -- sh "$0" "$@"
	done
	echo '1..0 # SKIP namespaces are not allowed here'
	exit 0
fi
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/lab_loopback.sh"
need ip nsenter unshare
seconds=${ENDURE_LINE_SECONDS:-60}
if grep -q __asan_init "$NETVANE"; then
	skip_all 'the memory of a build with sanitizers says nothing'
fi
plan 14

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

# ---- Two namespaces, and a link ------------------------------------------------------------------

here=192.0.2.1
world=192.0.2.2
mkfifo "$tmp/world.in" "$tmp/world.out"
exec 9<>"$tmp/world.in"
unshare -n sh -c 'echo $$; exec cat >/dev/null' <"$tmp/world.in" >"$tmp/world.out" 9>&- &
read -r world_pid <"$tmp/world.out"
in_world() { nsenter -t "$world_pid" -n "$@"; }
ip link set lo up
ip link add line type veth peer name far
ip link set far netns "$world_pid"
in_world ip link set lo up
in_world ip addr add "$world/24" dev far
in_world ip link set far up
ip addr add "$here/24" dev line
ip link set line up
ip route add default via "$world"

lab_certificates site.test other.test
serve_names()
{
	start_peer dns nsenter -t "$world_pid" -n "$peer_dns" -a "$world" -p 53 site.test=A:$world other.test=A:$world control1.test=A:$world control2.test=A:$world portal.test=A:$world
}
serve_names
start_peer second nsenter -t "$world_pid" -n "$peer_dns" -a "$world" -p 5353 site.test=A:$world other.test=A:$world control1.test=A:$world control2.test=A:$world portal.test=A:$world
start_peer site nsenter -t "$world_pid" -n "$peer_tls" good --host "$world" --cert "$certs/good.pem" --key "$certs/key.pem"
start_peer cut nsenter -t "$world_pid" -n "$peer_tls" rst-hello --host "$world"
start_peer web nsenter -t "$world_pid" -n "$peer_http" --address "$world" --cert "$certs/good.pem" --key "$certs/key.pem" \
	--doh control1.test=$world control2.test=$world portal.test=$world site.test=$world other.test=$world
{
	echo 'url,category_code,category_description,date_added,source,notes'
	echo "https://control1.test:$web_port/ok,CTRL,Control content,,,foreign"
	echo "https://control2.test:$web_port/ok,CTRL,Control content,,,foreign"
	echo "http://portal.test:$web_port/generate_204,CTRL,Control content,,,portal status=204"
} >"$tmp/controls.csv"
echo "nameserver $world" >"$tmp/resolv.conf"
cat >"$conf" <<END
[probe]
roots = $certs/root.pem
state = $state
results = $results
[targets]
controls = $tmp/controls.csv
url = https://site.test:$site_port/ https://other.test:$site_port/ http://site.test:$web_port/ok https://$world:$cut_port/
[dns]
resolv_conf = $tmp/resolv.conf
resolver = $world:5353
doh = https://doh.test:$web_port/dns-query#$world
[schedule]
every = 15s
jitter = 0
END

# ---- The probe -----------------------------------------------------------------------------------

"$NETVANE" run -v -c "$conf" --consent </dev/null >"$tmp/run.out" 2>"$tmp/run.err" 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- &
probe_pid=$!

journal() { cat "$results"/netvane-*.jsonl 2>/dev/null; }
rounds_so_far() { journal | grep -c '"test_name":"netvane_round"'; }
state_of_rounds() { journal | jq -nrc "[inputs | select(.test_name == \"netvane_round\") | .test_keys.x_netvane.network.state] | .[$1:] | group_by(.) | map({(.[0]): length}) | add"; }
alive() { kill -0 "$probe_pid" 2>/dev/null; }

# rounds_more N SECONDS: waits for that many further rounds.
rounds_more()
{
	wanted=$(($(rounds_so_far) + $1))
	deadline=$(($(date +%s) + $2))
	while [ "$(rounds_so_far)" -lt "$wanted" ] && [ "$(date +%s)" -lt "$deadline" ] && alive; do
		sleep 0.5
	done
}

# look WHEN: the least of several looks, since a round may be under way.
look()
{
	for look_i in 1 2 3 4 5 6 7 8 9 10; do
		awk '/^Rss:/ { rss = $2 } /^Anonymous:/ { anonymous = $2 } END { printf "%d %d ", rss, anonymous }' "/proc/$probe_pid/smaps_rollup"
		set -- "$1" "/proc/$probe_pid/fd/"*
		echo $(($# - 1))
		sleep 1
	done | awk -v when="$1" 'NR == 1 || $1 < rss { rss = $1 } NR == 1 || $2 < anonymous { anonymous = $2 } NR == 1 || $3 < fds { fds = $3 }
		END { printf "%s|%d|%d|%d\n", when, rss, anonymous, fds }' | tee -a "$tmp/looks" | tail -n 1
}
field() { echo "$1" | cut -d '|' -f "$2"; }

: >"$tmp/looks"
rounds_more 4 300
is 'before, all is well' "$(state_of_rounds -2)" '{"online":2}'
before=$(look 'before')

# ---- The name server ------------------------------------------------------------------------------

kill -STOP "$dns_pid"
began_rounds=$(rounds_so_far)
rounds_more 3 600
silent=$(($(rounds_so_far) - began_rounds))
kill -CONT "$dns_pid"
stop_peer dns
rounds_more 3 600
refused=$(($(rounds_so_far) - began_rounds - silent))
dead_states=$(state_of_rounds "$began_rounds")
serve_names
rounds_more 3 300
holds 'with a name server that is silent it goes on' [ "$silent" -ge 3 ]
holds 'and with one that is not there' [ "$refused" -ge 3 ]
is 'a dead name server is no dead line' "$dead_states" "{\"online\":$((silent + refused))}"
after_names=$(look 'after the name server was dead')

# ---- The line --------------------------------------------------------------------------------------

flap_rounds=$(rounds_so_far)
flaps=0
began=$(date +%s)
next=$(($(date +%s%N) / 1000000))
# until_ms MOMENT
until_ms()
{
	wait_ms=$(($1 - $(date +%s%N) / 1000000))
	[ "$wait_ms" -le 0 ] || sleep "$((wait_ms / 1000)).$(printf %03d $((wait_ms % 1000)))"
}
while [ $(($(date +%s) - began)) -lt "$seconds" ] && alive; do
	flaps=$((flaps + 1))
	if [ $((flaps % 10)) -eq 0 ]; then
		ip link set line down
		until_ms $((next + 500))
		ip link set line up
		ip route add default via "$world" 2>/dev/null
	else
		in_world ip link set far down
		until_ms $((next + 500))
		in_world ip link set far up
	fi
	next=$((next + 1000))
	until_ms "$next"
	[ $((flaps % ((seconds + 5) / 6))) -ne 0 ] || rss_now=$(awk '/^Rss:/ { print $2 }' "/proc/$probe_pid/smaps_rollup") &&
		[ $((flaps % ((seconds + 5) / 6))) -ne 0 ] || diag "after $flaps flaps: RSS $rss_now KB"
done
flap_states=$(state_of_rounds "$flap_rounds")
flapped=$(($(rounds_so_far) - flap_rounds))
holds 'while the line flaps it lives on' alive
rounds_more 6 600
is 'afterwards all is well again' "$(state_of_rounds -2)" '{"online":2}'
after=$(look 'after the line flapped')
run "$NETVANE" status -c "$conf" --json
cp "$out" "$tmp/status"
status=0
kill -TERM "$probe_pid" || :
wait "$probe_pid" || status=$?
probe_pid=

# ---- What it made of it ----------------------------------------------------------------------------

journal >"$tmp/journal"
event='.test_keys.x_netvane.event'
events=$(jq -nrc "[inputs | select(.test_name == \"netvane_event\") | $event.kind] | group_by(.) | map({(.[0]): length}) | add" "$tmp/journal")
verdicts=$(tail -n "+1" "$tmp/journal" | jq -nrc '[inputs | select(.test_keys.x_netvane.role == "target") | .test_keys.x_netvane.verdict.status] | group_by(.) | map({(.[0]): length}) | add')
diag "flapping: $flaps times in $seconds s, $flapped rounds: $flap_states" "events: $events" "verdicts: $verdicts" "$(cat "$tmp/looks")"
test_last_run='netvane run'
is 'it ended well' "$status" 0
is 'it warned of nothing that was not there' "$(grep -E '^netvane[^ ]*: (error|fatal)' "$tmp/run.err" | head -n 5)" ''
holds 'resident memory is within 1 MB of what it was' [ $(($(field "$after" 2) - $(field "$after_names" 2))) -le 1024 ]
holds 'no descriptor was left over' [ "$(field "$after" 4)" -le "$(field "$before" 4)" ]
is 'each gap is told once when it ended, and none in the time of another' "$(jq -nr "[inputs | select($event.kind? == \"gap\") | $event.gap | select(.until != null and .cause != \"clock_step\")]
	| (group_by(.id) | map(select(length > 1) | .[0].id)) +
	(sort_by(.from) | [range(1; length) as \$i | select(.[\$i].from < .[\$i - 1].until) | .[\$i].id]) | .[]" "$tmp/journal")" ''
is 'anomalies begin once, and end once' "$(jq -nr "[inputs | select($event.anomaly? != null) | {id: $event.anomaly.id, kind: $event.kind}] | group_by(.id)
	| map(map(.kind) | . as \$k | select((map(select(. == \"anomaly_onset\")) | length) != 1 or .[0] != \"anomaly_onset\" or
		any(range(1; length); \$k[.] == \"anomaly_recovery\" and \$k[. - 1] == \"anomaly_recovery\"))) | .[] | tojson" "$tmp/journal")" ''
is 'nobody was said to block anything' "$(jq -rc 'select(.test_keys.x_netvane.verdict.status? == "blocked") | [.input, .test_keys.x_netvane.verdict]' "$tmp/journal")" ''
is 'and when all is well, no anomaly and no gap is left' "$(jq -rc '[(.anomalies | length), ([.gaps[]? | select(.until == null)] | length)]' "$tmp/status")" '[0,0]'
exec 9>&-

[ -z "${ENDURE_REPORT:-}" ] || cat >>"$ENDURE_REPORT" <<END
**A dead name server, a line that flaps** (\`tests/endure_line.sh\`; real time, limits of time as they come, rounds 15 s apart, 4 targets). The system's name server was silent
for $silent rounds, then refused for $refused: $dead_states. The line went down and up once a second for $seconds s ($flaps times): $flapped rounds, $flap_states.
Events in all: $events; verdicts: $verdicts.

| | RSS KB | of it anonymous KB | descriptors |
|---|---|---|---|
$(awk -F '|' '{ printf "| %s | %s | %s | %s |\n", $1, $2, $3, $4 }' "$tmp/looks")
END
