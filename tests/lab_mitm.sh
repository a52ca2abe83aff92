# What netvane says in a censored country: forged certificates, and hostile servers.
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/lab_run.sh"
lab_run 'mitm-*' 'hostile-*'
