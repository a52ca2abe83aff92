# What netvane says in a censored country: lying resolvers and forged answers.
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/lab_run.sh"
lab_run 'dns-*' 'doh-*'
