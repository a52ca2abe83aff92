#!/bin/sh
# What netvane run endures: plays tests/endure_X.sh at full length, and writes their figures into docs/reliability.md. From the build
# directory, all of it (about two hours), or some:
#
#	make check-long
#	srcdir=.. sh ../tests/endure.sh kill cost
#
# kill		killed 1,000 times at random moments, with power cuts, and databases that are lost
# rounds	10,000 rounds
# line		a dead name server, a line that goes up and down once a second for an hour
# cost		200 sites every 15 minutes
# write		nothing: only the document is written
#
# The figures of each are kept in endure_X.md there; what did not run keeps its last ones. docs/reliability.md takes them all, between its marks.
set -eu
top_srcdir=$(cd "${srcdir:-$(dirname "$0")/..}" && pwd)
top_builddir=$PWD
NETVANE=$top_builddir/netvane NETVANE_ANALYZE=$top_builddir/netvane-analyze
NETVANE_DATADIR=$top_srcdir/targets TZ=UTC0 LC_ALL=C.UTF-8
ENDURE_KILLS=${ENDURE_KILLS:-1000}
ENDURE_ROUNDS=${ENDURE_ROUNDS:-10000}
ENDURE_LINE_SECONDS=${ENDURE_LINE_SECONDS:-3600}
export top_srcdir top_builddir NETVANE NETVANE_ANALYZE NETVANE_DATADIR TZ LC_ALL ENDURE_KILLS ENDURE_ROUNDS ENDURE_LINE_SECONDS
doc=$top_srcdir/docs/reliability.md
all='kill rounds line cost'
status=0

for name in ${*:-$all}; do
	[ "$name" != write ] || continue
	case " $all " in
	*" $name "*) ;;
	*)
		echo "endure: there is no $name; there are: $all" >&2
		exit 64
		;;
	esac
	echo "== endure_$name" >&2
	ENDURE_REPORT=$top_builddir/endure_$name.new
	export ENDURE_REPORT
	{
		echo
		echo "*$(date -u +%Y-%m-%d), commit $(git -C "$top_srcdir" rev-parse --short HEAD 2>/dev/null || echo unknown), $(nproc) processors.*"
	} >"$ENDURE_REPORT"
	sh "$top_srcdir/tests/endure_$name.sh" || status=1
	# A script that was skipped, or ended early, has no figures.
	if grep -q '^\*\*' "$ENDURE_REPORT"; then
		# The figures' date goes behind them.
		{ sed 1,2d "$ENDURE_REPORT"; sed -n 1,2p "$ENDURE_REPORT"; echo; } >"endure_$name.md"
	fi
	rm "$ENDURE_REPORT"
done

{
	sed '/<!-- endure -->/q' "$doc"
	for name in $all; do
		if [ -e "endure_$name.md" ]; then
			cat "endure_$name.md"
		else
			# What another build directory has measured.
			sed -n "/<!-- endure $name -->/,/<!-- end $name -->/p" "$doc" | sed '1d;$d'
		fi | { sed "1i<!-- endure $name -->" | sed "\$a<!-- end $name -->"; }
	done
	sed -n '/<!-- \/endure -->/,$p' "$doc"
} >"$top_builddir/reliability.md"
cat "$top_builddir/reliability.md" >"$doc"
echo "$doc is written" >&2
exit "$status"
