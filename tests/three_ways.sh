#!/bin/sh
# The three ways of README's "Unattended", as somebody new would try them: by hand, as a service, from cron. For a machine that is thrown away
# afterwards, and as root: it installs packages and netvane, and makes users. Nothing is sent: what runs netvane has a network of its own.
#
#	NETVANE_THROWAWAY=yes sh tests/three_ways.sh
set -eu
[ "${NETVANE_THROWAWAY:-}" = yes ] && [ "$(id -u)" -eq 0 ] || {
	echo 'three_ways: installs and changes things; see its head' >&2
	exit 64
}
PATH=/usr/local/sbin:/usr/local/bin:$PATH
export PATH
cd "$(dirname "$0")/.."

claims=0
says() # CLAIM COMMAND...
{
	claims=$((claims + 1))
	claim=$1
	shift
	if "$@"; then
		echo "ok $claims - $claim"
	else
		echo "not ok $claims - $claim"
		exit 1
	fi
}

until_there() # SECONDS COMMAND...
{
	left=$1
	shift
	until "$@" >/dev/null 2>&1; do
		left=$((left - 1))
		[ "$left" -gt 0 ] || return 1
		sleep 1
	done
}

apart() # COMMAND...: with no network but loopback
{
	unshare -n sh -c 'ip link set lo up; exec "$@"' sh "$@"
}

./quickstart build >/tmp/three_ways.log 2>&1 || { cat /tmp/three_ways.log; exit 1; }
apt-get install -y -q cron systemd iproute2 jq procps >>/tmp/three_ways.log 2>&1
make -C build install >>/tmp/three_ways.log 2>&1
useradd -m ada

# ---- By hand

as_ada='runuser -u ada -- env HOME=/home/ada PATH=/usr/local/bin:/usr/bin:/bin'
says 'plan shows what would be contacted' sh -c "$as_ada netvane plan | grep -q kz-news"
says 'nothing runs without consent' sh -c "! $as_ada netvane run --list kz-news </dev/null >/dev/null 2>&1"
says 'init takes consent, on a terminal' sh -c "echo yes | script -qec '$as_ada netvane init' /dev/null >/dev/null 2>&1"
apart $as_ada netvane run --list kz-news 2>/tmp/by_hand.log &
hand=$!
says 'by hand it measures, and the line is down' until_there 120 grep -q 'round of' /tmp/by_hand.log
says 'status knows it' until_there 120 sh -c "$as_ada netvane status --json | jq -e '.network.state == \"offline\"'"
kill -TERM "$hand" 2>/dev/null || :
pkill -TERM -u ada netvane || :
wait "$hand" || :
says 'records are the user'"'"'s alone' sh -c "[ \"\$(find /home/ada/.local/state/netvane -type f ! -perm 600 | wc -l)\" -eq 0 ]"

# ---- As a service

systemd-sysusers && systemd-tmpfiles --create >/dev/null 2>&1 || :
says 'there is a user for it' sh -c "id netvane >/dev/null"
says 'its directory is its own' [ "$(stat -c '%U %a' /var/lib/netvane)" = 'netvane 700' ]
units=$(dirname "$(find /usr /lib /etc -xdev -path '*systemd/system/netvane.service' | head -n 1)")
for unit in netvane.service netvane-check.service netvane-check.timer; do
	wrong=$(systemd-analyze verify --man=no "$units/$unit" 2>&1 | grep -F netvane || :)
	[ -z "$wrong" ] || printf '# %s\n' "$wrong"
	says "systemd-analyze verify $unit" [ -z "$wrong" ]
done
says 'consent is given as that user' sh -c 'echo yes | script -qec "runuser -u netvane -- netvane init --state /var/lib/netvane" /dev/null >/dev/null 2>&1'
start=$(sed -n 's/^ExecStart=//p' "$units/netvane.service")
# shellcheck disable=SC2086 # the unit's words
apart runuser -u netvane -- env STATE_DIRECTORY=/var/lib/netvane $start 2>/tmp/service.log &
service=$!
says 'what the unit starts measures' until_there 120 sh -c "netvane status --state /var/lib/netvane --json | jq -e '.network.state == \"offline\"'"
pkill -TERM -u netvane netvane
code=0
wait "$service" || code=$?
says 'and ends well' [ "$code" -eq 0 ]

# ---- From cron

echo '* * * * * /usr/local/bin/netvane check --quiet --list kz-social >/dev/null' | crontab -u ada -
before=$(find /home/ada/.local/state/netvane/results -name '*.jsonl' | wc -l)
apart cron -f &
cron=$!
says 'cron makes a pass' until_there 150 sh -c "[ \"\$(find /home/ada/.local/state/netvane/results -name '*.jsonl' | wc -l)\" -gt $before ]"
kill "$cron"
crontab -u ada -r
says 'results ls shows them' sh -c "$as_ada netvane results ls | grep -q netvane-"
echo "1..$claims"
