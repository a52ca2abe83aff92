# netvane run in the lab: a day in which a site is blocked, the router hangs and the machine is off is told as it was. Time without
# measurements is left out; tests/reliability_month.sh plays a whole month in the same way.
. "$top_srcdir/tests/lib.sh"

# The chronicle's limits of time are scaled down; a probe slowed by sanitizers would be judged by the machine's load.
if grep -q __asan_init "$NETVANE"; then
	skip_all 'the plain build lives through the day; this one has sanitizers'
fi
run_lab_status=0
"$top_builddir/netvane-lab" month --netvane "$NETVANE" --longest 500 "$top_srcdir/tests/lab/month-short.ini" || run_lab_status=$?
[ "$run_lab_status" -ne 77 ] || skip_all 'namespaces are not allowed here'
exit "$run_lab_status"
