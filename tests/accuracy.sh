#!/bin/sh
# Plays every scenario of the lab in all four ways, and writes docs/accuracy.md. It takes hours; where it was
# stopped, it goes on. From the build directory:
#
#	make check-long                 # as many at the same time as there are processors
#	make check-long LAB_JOBS=1
#
# The rows are in accuracy.tsv there. Those of another version are no part of it: they are put aside.
set -eu
srcdir=${srcdir:-$(dirname "$0")/..}
jobs=${LAB_JOBS:-$(nproc)}
tsv=accuracy.tsv

version=$(./netvane --version | head -n 1)
commit=$(git -C "$srcdir" rev-parse --short HEAD 2>/dev/null) || commit=
digest=$(cat netvane netvane-lab netvane-lab-clock.so "$srcdir"/tests/lab/scenarios/*.ini | sha256sum | cut -c -16)
if [ -e "$tsv" ] && [ "$(cat "$tsv.of" 2>/dev/null)" != "$digest" ]; then
	mv "$tsv" "$tsv.$(date -u +%Y%m%dT%H%M%SZ)"
fi
echo "$digest" >"$tsv.of"

status=0
./netvane-lab run --all-columns --repeat 3 --repeat-chance 20 -j "$jobs" --tsv "$tsv" --resume \
	"$srcdir"/tests/lab/scenarios/*.ini || status=$?
if [ "$status" -gt 1 ]; then
	echo "accuracy: stopped (exit $status); the same command goes on from there, and docs/accuracy.md is as it was" >&2
	exit "$status"
fi

chance=$(grep -l '^chance = yes' "$srcdir"/tests/lab/scenarios/*.ini | sed 's|.*/||; s|\.ini$||' | tr '\n' ' ')
machine="$(nproc) processors, $(uname -sr)"
awk -f "$srcdir/tests/lab/accuracy.awk" -v version="${version#netvane }${commit:+, commit $commit}" -v jobs="$jobs" -v machine="$machine" \
	-v chance=" $chance" "$tsv" >accuracy.md
mv accuracy.md "$srcdir/docs/accuracy.md"
echo "docs/accuracy.md is written" >&2
exit "$status"
