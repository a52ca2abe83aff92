# A report's bundle as other programs have it: load.py, load.R and load.sql, run as they are, give each cell the value and the type that
# datapackage.json says it has. Where those programs are.
. "$top_srcdir/tests/lib.sh"

peers=$top_srcdir/tests/peers
# Where what is not said to be UTC would be another time.
TZ=America/New_York
export TZ

# python_with MODULE: prints a Python that has it, be it not the first in PATH.
python_with()
{
	for python in python3 /usr/bin/python3; do
		"$python" -c "import $1" >/dev/null 2>&1 && echo "$python" && return
	done
	return 1
}

python=$(python_with json) || skip_all 'there is no python3 here'
pandas=$(python_with pandas) && diag "$("$pandas" -c 'import pandas; print("pandas", pandas.__version__)')"
yaml=$(python_with yaml)
readr=$(Rscript --vanilla -e 'cat(R.version.string, "readr", format(packageVersion("readr")))' 2>/dev/null) && diag "$readr"
duckdb=
if command -v duckdb >/dev/null; then
	duckdb=cli
	diag "$(duckdb --version)"
elif node -e "require('@duckdb/node-api')" 2>/dev/null; then
	duckdb=node
	diag "$(node -e "console.log('DuckDB', require('@duckdb/node-api').version(), 'for Node.js')")"
fi

plan 22

# same CLAIM WHERE: what the last run printed has the cells that the package says the bundle has.
same()
{
	sort "$out" >"$tmp/cells"
	if [ "$status" = 0 ] && [ -s "$tmp/wanted" ] && cmp -s "$tmp/wanted" "$tmp/cells"; then
		ok "$1"
	else
		not_ok "$1" "$(diff "$tmp/wanted" "$tmp/cells" | head -n 20 | cut -c 1-200)"
	fi
}

# run_duckdb DIR: its cells in $out.
run_duckdb()
{
	"$python" "$peers/bundle.py" sql "$1" >"$tmp/cells.sql"
	if [ "$duckdb" = cli ]; then
		run sh -c "cd '$1' && duckdb -init load.sql -c \"\$(cat '$tmp/cells.sql')\""
	else
		run node "$peers/bundle.js" "$1" "$tmp/cells.sql"
	fi
	cat "$1/duckdb.cells" >"$out"
}

# look_at NAME: as each program has it.
look_at()
{
	"$python" "$peers/bundle.py" expected "$tmp/$1" | sort >"$tmp/wanted"
	diag "$1: $(wc -l <"$tmp/wanted") lines"
	if [ -n "$pandas" ]; then
		run "$pandas" "$peers/bundle.py" pandas "$tmp/$1"
		same "pandas has every cell: $1"
	else
		skip "pandas has every cell: $1" 'there is no pandas here'
	fi
	if [ -n "$readr" ]; then
		run Rscript --vanilla "$peers/bundle.R" "$tmp/$1"
		same "R has every cell: $1"
	else
		skip "R has every cell: $1" 'there is no R with readr here'
	fi
	if [ -n "$duckdb" ]; then
		run_duckdb "$tmp/$1"
		same "DuckDB has every cell: $1"
	else
		skip "DuckDB has every cell: $1" 'there is no DuckDB here, neither its program nor @duckdb/node-api for Node.js'
	fi
}

# described NAME: by all that goes with the tables.
described()
{
	if [ -z "$yaml" ]; then
		skip "package, codebook and citation are what they should be: $1" 'there is no python3 with yaml here'
		return
	fi
	run "$yaml" "$peers/bundle.py" look "$tmp/$1"
	is "package, codebook and citation are what they should be: $1" "$status$(cat "$out")" 0
}

for bundle in honest hostile empty; do
	mkdir "$tmp/$bundle"
	"$top_builddir/tests/make_bundle" "$bundle" "$tmp/$bundle" || test_bail_out 'tests/make_bundle failed'
	described "$bundle"
	look_at "$bundle"
done

# What readers get wrong: words that mean missing to them, blanks, quotes, hours that clocks skip.
cp -r "$tmp/honest" "$tmp/traps"
"$python" "$peers/bundle.py" traps "$tmp/traps"
look_at traps

# Of records: a history that was measured, with the line's own rounds.
"$top_builddir/tests/make_history" "$top_srcdir/tests/data/kz_history.tsv" >"$tmp/history.jsonl"
run "$NETVANE_ANALYZE" report --events kz --bundle "$tmp/records" "$tmp/history.jsonl" "$top_srcdir/tests/data/netvane.jsonl"
described records
look_at records
is 'an episode has a target of the table of targets' \
	"$("$python" -c 'import csv, sys; t, e = [[r["target"] for r in csv.DictReader(open(sys.argv[1] + f, newline="")) if
		r.get("source") != "probe"] for f in ("/targets.csv", "/episodes.csv")]; print(len(set(e) - {""}) > 0, set(e) - set(t) - {""})' \
		"$tmp/records")" 'True set()'
is 'what is not counted of an honest certificate is missing' \
	"$("$python" -c 'import csv, sys; print([(r["honest"], r["measurements"] == "") for r in csv.DictReader(open(sys.argv[1], newline=""))])' \
		"$tmp/records/interception.csv")" "[('false', False), ('true', True)]"
is 'what is of no target has none, and says so' "$(cut -d , -f 1,2 "$tmp/records/correlation.csv" | grep -v '^target,https*:')" 'scope,target
all,
line,'
