# What netvane says in a censored country: lines, portals, cuts.
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/lab_run.sh"
lab_run 'clean' 'line-*' 'portal' 'portal-*' 'shutdown' 'shutdown-*' 'foreign-*' 'cut-begins'
