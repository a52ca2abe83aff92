# awk -v seed=N -f tables.awk: tables and lists of p-values that look random, the same in every awk.
function next_below(n) { state = (state * 69069 + 1) % 4294967296; return int(state / 4294967296 * n) }
function table(most) { return next_below(most) " " next_below(most) " " next_below(most) " " next_below(most) }
BEGIN {
	state = seed
	for (i = 0; i < 150; i++) print "table", table(6)
	for (i = 0; i < 150; i++) print "table", table(40)
	# Days near events and others, few of them bad.
	for (i = 0; i < 150; i++) print "table", next_below(20), next_below(60), next_below(80), next_below(1500)
	for (i = 0; i < 4; i++) print "table", table(20000)
	for (i = 0; i < 2; i++) print "table", next_below(2000), 20000 + next_below(9), next_below(40000), 900000 + next_below(9)
	for (i = 0; i < 60; i++) {
		line = "adjust"
		for (n = 1 + next_below(40); n > 0; n--)
			line = line " " (next_below(8) == 0 ? "NA" : sprintf("%.9g", (1 + next_below(1000)) / 1000 * (next_below(3) == 0 ? 0.01 : 1)))
		print line
	}
}
