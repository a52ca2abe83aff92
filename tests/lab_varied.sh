# What netvane says in a censored country: details that real networks vary.
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/lab_run.sh"
lab_run 'x-[a-l]*'
