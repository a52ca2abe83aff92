# Sourced after lib.sh: one claim a scenario, from netvane-lab's own mouth. On machines where namespaces are
# not allowed, all is skipped.
#
#	lab_run 'dns-*' 'doh-*'

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
	lab_status=0
	"$top_builddir/netvane-lab" run --netvane "$NETVANE" -j "${LAB_JOBS:-2}" "$@" || lab_status=$?
	[ "$lab_status" -ne 77 ] || skip_all 'namespaces are not allowed here'
	exit "$lab_status"
}
