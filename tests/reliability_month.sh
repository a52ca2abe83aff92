#!/bin/sh
# Plays a month in the lab (tests/lab/month.ini), compares what netvane run told with what happened, and writes that part of
# docs/reliability.md. About half an hour. From the build directory:
#
#	make check-month
set -eu
srcdir=${srcdir:-$(dirname "$0")/..}
doc=$srcdir/docs/reliability.md
part=month.md

version=$(./netvane --version | head -n 1)
commit=$(git -C "$srcdir" rev-parse --short HEAD 2>/dev/null) || commit=
machine="$(nproc) processors, $(uname -sr)"

status=0
./netvane-lab month --netvane ./netvane --table "$part.table" "$@" "$srcdir/tests/lab/month.ini" || status=$?
if [ "$status" -gt 1 ]; then
	echo "reliability_month: it could not be played (exit $status); docs/reliability.md is as it was" >&2
	exit "$status"
fi
{
	echo "netvane ${version#netvane }${commit:+, commit $commit}; $machine."
	echo
	cat "$part.table"
} >"$part"

# What stands between the two marks is replaced, and nothing else.
awk -v part="$part" '
	$0 == "<!-- /month -->" { inside = 0 }
	!inside { print }
	$0 == "<!-- month -->" { inside = 1; while ((getline line < part) > 0) print line }
' "$doc" >reliability.md.new
mv reliability.md.new "$doc"
echo "docs/reliability.md has the month" >&2
exit "$status"
