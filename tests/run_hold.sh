# netvane run and its webhook while the line is dead: nothing is sent, nothing is lost, and it is sent when the line is back.
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/lab_loopback.sh"
. "$top_srcdir/tests/lab_daemon.sh"
plan 11

lab_certificates site.test
lab_dns site.test=A:127.0.0.1
lab_web
start_peer server "$peer_http"
site=http://site.test:$web_port/ok
taken=$tmp/taken

# told KIND: waits until the server has such an event; bounded.
told()
{
	told_tries=0
	until grep -q "\"kind\":\"$1\"" "$taken" 2>/dev/null; do
		told_tries=$((told_tries + 1))
		[ "$told_tries" -lt 200 ] || return 1
		sleep 0.05
	done
}

# held: what the daemon says of its webhook.
held()
{
	: >"$tmp/run.err"
	kill -USR2 "$run_pid"
	said 'state: all of it is in' && jq -c '[.webhook.held, .webhook.waiting]' "$state/dump.json"
}

lab_conf '[schedule]' 'every = 1h' 'jitter = 0' '[alert]' "webhook = http://127.0.0.1:$server_port/take?file=$taken"
daemon --url "$site"
until_record netvane_round
told probe_start
is 'while the line works, the server is told' "$?" 0
is 'and nothing is held' "$(held)" '[false,0]'

# ---- The line dies ------------------------------------------------------------------------------

# The server could still be reached, so what does not arrive was not sent.
stop_peer web
kill -USR1 "$run_pid"
until_record netvane_round
is 'without any control the line is dead' "$(json_round '.test_keys.x_netvane.network.state | . == "offline" or . == "shutdown"')" true
kill -USR1 "$run_pid"
until_record '"kind":"gap"'
is 'the gap is told to nobody yet' "$(held)" '[true,1]'
kill -HUP "$run_pid"
until_record config_reload
is 'nor after another configuration what comes then' "$(held)" '[true,2]'
is 'it waits on the disk' "$(ls "$state/outbox" | wc -l | tr -d ' ')" 2
unlike 'and was not sent' "$(cat "$taken")" '"kind":"(gap|config_reload)"'

# ---- And comes back -----------------------------------------------------------------------------

start_peer web "$peer_http" --port "$web_port" --cert "$certs/good.pem" --key "$certs/key.pem"
kill -USR1 "$run_pid"
until_record netvane_round
until_record '"kind":"gap"'
told config_reload
is 'when the line is back it is sent at once' "$?" 0
is 'in its order' "$(grep -o '"kind":"[a-z_]*"' "$taken" | head -n 3 | tr '\n' ' ')" \
	'"kind":"probe_start" "kind":"gap" "kind":"config_reload" '
is 'and nothing is held any more' "$(held | cut -d , -f 1)" '[false'
stop
is 'to a good end' "$status" 0
