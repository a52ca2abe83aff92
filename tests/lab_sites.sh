# What netvane says in a censored country: sites' own faults, and HTTP.
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/lab_run.sh"
lab_run 'site-*' 'http-*'
