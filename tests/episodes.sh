# netvane-analyze episodes: Kazakhstan's history, measured again by a probe that was not there, is found in the records, and nothing else;
# and the forms that the command gives its findings in.
. "$top_srcdir/tests/lib.sh"
need jq tac
facts=$top_srcdir/tests/data/kz_history.tsv
grep -v '^#' "$facts" >"$tmp/facts"
nfacts=$(wc -l <"$tmp/facts")
plan $((nfacts + 26))

unset COLUMNS
history=$tmp/history.jsonl
"$top_builddir/tests/make_history" "$facts" >"$history"

# episodes ARGUMENT...
episodes()
{
	run "$NETVANE_ANALYZE" episodes "$@"
}

# ---- History --------------------------------------------------------------------------------

episodes --json "$history"
is 'the history is read' "$status" 0
cp "$out" "$tmp/found"

# events WHAT START END: the numbers of those whose brackets hold both times, which are in minutes.
events()
{
	jq -r --arg what "$1" --arg start "${2%Z}:00" --arg over "${3%Z}:00" 'select(.kind == "event" and .what == $what and
		.onset.not_before <= $start and $start <= .onset.not_after and
		.recovery.not_before <= $over and $over <= .recovery.not_after) | .event' "$tmp/found"
}

# hosts_of NAMES: as make_history has them, sorted.
hosts_of()
{
	echo "$1" | tr ',' '\n' | sed 's/^facebook$/www.facebook.com/; s/^vk$/vk.com/; s/^youtube$/www.youtube.com/
		s/^twitter$/twitter.com/; s/^instagram$/www.instagram.com/; s/^google$/www.google.com/
		s/^whatsapp$/web.whatsapp.com/; s/^holanews$/holanews.kz/' | sort | tr '\n' ' '
}

# The fact as an event has it: networks, hosts, mechanism; all of each network's targets, or the network itself.
while IFS= read -r fact; do
	what=$(echo "$fact" | cut -f 1)
	start=$(echo "$fact" | cut -f 2)
	end=$(echo "$fact" | cut -f 3)
	number=$(events "$what" "$start" "$end")
	hosts=$(hosts_of "$(echo "$fact" | cut -f 5)")
	wanted="$(echo "$fact" | cut -f 4 | sed 's/else/64500/') |${hosts:- } $(echo "$fact" | cut -f 6)"
	is "$what from $start to $end" "$(jq -rs --arg n "$number" 'map(select(.kind == "episode" and (.event | tostring) == $n)) |
		([.[].asn] | unique | map(tostring) | join(",")) + " |" + ([.[].host // ""] | unique | map(. + " ") | join("")) +
		" " + ([.[].mechanism // ""] | unique | join(" "))' "$tmp/found")" "$wanted"
done <"$tmp/facts"
is 'and nothing else' "$(jq -c 'select(.kind == "period") | .events' "$tmp/found")" "$nfacts"
is 'each is one episode for each target and network' "$(jq -c 'select(.kind == "period") | .episodes' "$tmp/found")" \
	"$(awk -F '\t' '{ t = $5 == "" ? 1 : split($5, a, ","); n = split($4, b, ","); sum += t * n } END { print sum }' "$tmp/facts")"
is 'a proof by itself is said to be one' \
	"$(jq -r 'select(.kind == "episode" and .artefact == true) | .what' "$tmp/found" | sort -u)" interception
is 'records are named that can be looked up' \
	"$(grep -cF "\"id\":\"$(jq -r 'select(.kind == "episode" and .target != null) | .first_record' "$tmp/found" | head -n 1)\"" "$history")" 1
is 'the networks own episodes have no target, status or confidence' \
	"$(jq -c 'select(.what == "shutdown" and .kind == "episode") | [.target, .status, .mechanism, .confidence, .artefact]' "$tmp/found" |
		sort -u)" '[null,null,null,null,null]'

episodes --json --since 2019-08-15 --until 2021-09-01 "$history"
is 'in quiet years there is nothing' "$(jq -c 'select(.kind == "period") | [.events, .episodes]' "$out")" '[0,0]'

# ---- Forms ----------------------------------------------------------------------------------

few=$tmp/few.jsonl
grep -E '"input":"https://(holanews.kz|vk.com)/"|netvane_round' "$history" | grep -E '"measurement_start_time":"(2021-1|2022)' >"$few"
episodes --json --target holanews.kz --asn 9198 "$few"
is 'one target in one network can be asked for' "$(jq -c 'select(.kind == "episode" and .target != null) | [.host, .asn]' "$out")" \
	'["holanews.kz",9198]'
episodes --json "$few"
is 'every line is one JSON object' "$(jq -c type "$out" | sort -u)" '"object"'
is 'an event comes before its episodes' "$(jq -r .kind "$out" | head -n 3 | tr '\n' ' ')" 'event episode episode '
is 'what was over when the records begin has no onset' \
	"$(episodes --json --since 2021-10-05 "$few"; jq -c 'select(.kind == "episode" and .host == "holanews.kz") | .onset.not_before' "$out" |
		sort -u)" null
is 'what was on when they end has no recovery' \
	"$(episodes --json --until 2021-10-05 "$few"; jq -c 'select(.kind == "event") | .recovery.not_after' "$out")" null

cp "$out" "$tmp/found"
tac "$few" >"$tmp/reversed.jsonl"
episodes --json --until 2021-10-05 "$tmp/reversed.jsonl"
is 'the order of the records does not matter' "$(cmp "$out" "$tmp/found" 2>&1)" ''

episodes --format csv "$few"
is 'CSV has a head' "$(head -n 1 "$out" | tr -d '\r')" \
	'event,what,target,host,asn,cc,status,stage,mechanism,confidence,artefact,onset_not_before,onset_not_after,recovery_not_before,recovery_not_after,failed,measured,longest_gap_s,first_record,last_record'
is 'and a row for each episode' "$(($(wc -l <"$out") - 1))" "$(episodes --json "$few"; jq -c 'select(.kind == "episode")' "$out" | wc -l)"
episodes --format csv "$few"
is 'with as many fields' "$(awk -F , '{ print NF }' "$out" | sort -u)" 20
is 'lines end as RFC 4180 has it' "$(grep -c "$(printf '\r')\$" "$out")" "$(wc -l <"$out")"

episodes "$few"
is 'the table is for people' "$status" 0
like 'it has the brackets' "$(cat "$out")" 'holanews\.kz +AS9198 KZ +2021-10-03 17:02 – 18:02 +2021-10-13 17:02 – 18:02 +240/240 +tls-sni-drop'
like 'and says what the symbols mean' "$(tail -n 1 "$out")" '✗ blocking +0 shutdown +n/N'
COLUMNS=80
export COLUMNS
episodes "$few"
unset COLUMNS
is 'it fits a terminal of 80 columns' "$(grep -cE '^.{81}' "$out")" 0
grep '2021-11' "$few" >"$tmp/quiet.jsonl"
episodes "$tmp/quiet.jsonl"
is 'none are said to be none' "$(cat "$out")" 'No episodes.'
episodes "$top_srcdir/tests/data/ooni.jsonl"
is "OONI's records are read" "$status" 0
episodes "$tmp/missing"
is 'what cannot be read is an error' "$status" 66
episodes --frobnicate "$few"
is 'an option that there is not is one, too' "$status" 64
if [ -c /dev/full ]; then
	status=0
	"$NETVANE_ANALYZE" episodes --json "$few" >/dev/full 2>"$err" || status=$?
	is 'so is output that cannot be written' "$status" 74
else
	skip 'so is output that cannot be written' 'there is no /dev/full here'
fi
