# Sourced after lab_loopback.sh: `netvane run' in the background, one at a time.
#
#	lab_conf '[schedule]' 'every = 2s'
#	daemon --url "$site"
#	until_record netvane_round
#	stop
#	is 'it ends well' "$status" 0
#
# Where the lab has a second resolver, it is asked as well. The log is in $tmp/run.err.

daemon_in= # what it is to be started with, such as: nice

# daemon ARGUMENT...: netvane run in the background; its records go to a pipe, see until.
daemon()
{
	mkfifo "$tmp/run.fifo"
	$daemon_in "$NETVANE" run -v -c "$conf" --consent --json ${second_port:+--resolver "127.0.0.1:$second_port"} "$@" </dev/null \
		>"$tmp/run.fifo" 2>"$tmp/run.err" 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- &
	run_pid=$!
	exec 9<"$tmp/run.fifo"
	rm "$tmp/run.fifo"
	: >"$out"
}

# until TEXT: waits for a record with that text in it.
until_record()
{
	while IFS= read -r run_line; do
		printf '%s\n' "$run_line" >>"$out"
		case $run_line in *"$1"*) return ;; esac
	done <&9
	test_bail_out "no record has $1: $(cat "$tmp/run.err")"
}

# said TEXT: waits until the log has it; bounded.
said()
{
	said_tries=0
	until grep -q "$1" "$tmp/run.err"; do
		said_tries=$((said_tries + 1))
		[ "$said_tries" -lt 200 ] || return 1
		sleep 0.05
	done
}

# stop: by SIGTERM; $status and the rest of its records are its own.
stop()
{
	kill -TERM "$run_pid"
	stop_began=$(date +%s)
	cat <&9 >>"$out"
	exec 9<&-
	status=0
	wait "$run_pid" || status=$?
	stop_took=$(($(date +%s) - stop_began))
}
