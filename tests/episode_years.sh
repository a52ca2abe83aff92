#!/bin/sh
# Simulates years with blocks planted in them, and writes what is found into docs/episodes.md, between its marks. Part of `make check-long';
# it takes some minutes. From the build directory:
#
#	make check-episodes EPISODE_YEARS=25
set -eu
srcdir=${srcdir:-$(dirname "$0")/..}
doc=$srcdir/docs/episodes.md

version=$(./netvane-analyze --version | head -n 1)
commit=$(git -C "$srcdir" rev-parse --short HEAD 2>/dev/null) || commit=
{
	echo "Version ${version#netvane-analyze }${commit:+, commit $commit}."
	echo
	./tests/write_episodes "${EPISODE_YEARS:-25}"
} >episode_years.md
awk -v found=episode_years.md '
	/^<!-- \/episodes -->$/ { inside = 0 }
	!inside { print }
	/^<!-- episodes -->$/ { inside = 1; while ((getline line <found) > 0) print line }' "$doc" >episodes.md
grep -q '^<!-- /episodes -->$' episodes.md
mv episodes.md "$doc"
echo "docs/episodes.md is written" >&2
