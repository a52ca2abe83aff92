# What netvane says in a censored country: names and addresses that are reset, dropped and slowed down.
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/lab_run.sh"
lab_run 'sni-*' 'ip-*' 'ip6-*' 'syn-*' 'cut-after-bytes' 'quic-*'
