# The statistics of netvane-analyze against R, SciPy and statsmodels, and the p of moved events against a second implementation, where those
# programs are.
. "$top_srcdir/tests/lib.sh"

plan 9

peers=$top_srcdir/tests/peers
awk -v seed=1 -f "$peers/tables.awk" >"$tmp/input"
"$top_builddir/tests/print_stats" <"$tmp/input" >"$tmp/ours" || test_bail_out 'tests/print_stats failed'

# differences 0|1 THEIRS: compare.awk says what searched=1 means; what was seen is told.
differences()
{
	awk -v searched="$1" -f "$peers/compare.awk" "$tmp/input" "$tmp/ours" "$2" 2>"$err"
	diag "largest differences: $(cat "$err")" >&2
}

# python_with MODULE...: prints a Python that has them, be it not the first in PATH.
python_with()
{
	for python_module in "$@"; do
		set -- "$@" "import $python_module;"
		shift
	done
	for python in python3 /usr/bin/python3; do
		"$python" -c "$*" >/dev/null 2>&1 && echo "$python" && return
	done
	return 1
}

# ---- Fisher, odds ratios, q -----------------------------------------------------------------

sed '7s/[0-9]e/7e/; 7s/ 0\.\(..\)/ 0.1\1/' "$tmp/ours" >"$tmp/wrong"
isnt 'a number that is another one is noticed' "$(differences 1 "$tmp/wrong" 2>&1 | grep -v '^#')" ''

if command -v Rscript >/dev/null; then
	diag "$(Rscript -e 'cat(R.version.string)')"
	run Rscript --vanilla "$peers/stats.R" "$tmp/input"
	cp "$out" "$tmp/r"
	is "Fisher's p, limits, estimates and q are R's" "$status$(differences 1 "$tmp/r")" 0
else
	skip "Fisher's p, limits, estimates and q are R's" 'there is no R here'
fi

if python=$(python_with scipy.stats statsmodels); then
	diag "$("$python" -c 'import scipy, statsmodels; print("SciPy", scipy.__version__, "statsmodels", statsmodels.__version__)')"
	run "$python" "$peers/stats.py" "$tmp/input"
	cp "$out" "$tmp/scipy"
	is "so they are SciPy's and statsmodels'" "$status$(differences 0 "$tmp/scipy")" 0
else
	skip "so they are SciPy's and statsmodels'" 'there is no python3 with scipy and statsmodels here'
fi

# ---- Moving the events ----------------------------------------------------------------------

for case in year planted half gaps short years; do
	claim="moved events have the p that the manual describes: $case"
	if ! python=$(python_with json); then
		skip "$claim" 'there is no python3 here'
		continue
	fi
	"$python" "$peers/shift.py" make "$case" "$tmp"
	run "$NETVANE_ANALYZE" correlate --json --tz UTC --type protest --events "$tmp/events.csv" "$tmp/records.jsonl"
	is "$claim" "$status$("$python" "$peers/shift.py" compare "$case" "$out" 2>"$tmp/seen" || echo ' failed')" 0
	diag "$(cat "$tmp/seen")"
done
