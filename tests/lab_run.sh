# Sourced after lib.sh: one claim a scenario, from netvane-lab's own mouth. On machines where namespaces are
# not allowed, all is skipped.
#
#	lab_run 'dns-*' 'doh-*'

# lab_pace: sets $lab_jobs and $lab_slower. A scenario waits for what never comes most of the time, so several share a
# processor (two scripts may run side by side); but what is slow looks like silence here, so not many.
lab_pace()
{
	lab_jobs=$(($(nproc 2>/dev/null || echo 1) * 2))
	lab_slower=1
	if "$top_builddir/config.status" --config | grep -q enable-sanitizers; then
		lab_slower=3
	fi
}

# lab_run PATTERN...: every scenario of these names, as a probe meets them that is alone and new.
lab_run()
{
	# The scenarios' limits of time are scaled down; a probe slowed by sanitizers would be judged by the machine's load.
	if grep -q __asan_init "$NETVANE"; then
		skip_all 'the plain build plays the scenarios; this one has sanitizers'
	fi
	set -f
	for lab_pattern in "$@"; do
		shift
		set +f
		# shellcheck disable=SC2086 # a pattern is to be several files
		set -- "$@" "$top_srcdir"/tests/lab/scenarios/$lab_pattern.ini
		set -f
	done
	set +f
	lab_pace
	lab_status=0
	"$top_builddir/netvane-lab" run --netvane "$NETVANE" -j "$lab_jobs" --slower "$lab_slower" "$@" || lab_status=$?
	[ "$lab_status" -ne 77 ] || skip_all 'namespaces are not allowed here'
	exit "$lab_status"
}
