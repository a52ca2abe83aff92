# What netvane says in a censored country: more details that real networks vary.
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/lab_run.sh"
lab_run 'x-[m-z]*'
