# docs/accuracy.md out of the lines that netvane-lab wrote (see tests/accuracy.sh), one for each target and
# run and one for the round:
#
#	scenario column run target expected status mechanism confidence evidence seconds bytes outcome
#
# Variables: version, machine, jobs, chance (names of the scenarios in which chance decides, with blanks around).

BEGIN {
	FS = "\t"
	ncolumns = split("lone-first lone-week vantage-first vantage-week", columns, " ")
	says["lone-first"] = "alone, first run"
	says["lone-week"] = "alone, a week's baseline"
	says["vantage-first"] = "with a vantage, first run"
	says["vantage-week"] = "with a vantage and a week's baseline"
	nclasses = split("blocking,blocking or open,innocent,ok,impaired,down,insufficient,anything else", classes, ",")
	nstatuses = split("blocked likely_blocked impaired down insufficient ok", statuses, " ")
}

# What the truth asks for: a word for each kind of list of statuses.
function class_of(expected,    list, n, i, accused, other) {
	split(expected, list, " ")
	if (list[1] == "innocent")
		return "innocent"
	n = split(list[1], list, ",")
	for (i = 1; i <= n; i++)
		if (list[i] == "blocked" || list[i] == "likely_blocked")
			accused++
		else if (list[i] != "impaired")
			other++
	if (accused && !other)
		return "blocking"
	if (accused)
		return "blocking or open"
	return n == 1 ? list[1] : "anything else"
}

function wrong_text() {
	return "| " $1 " | " $2 ", " $3 " | " $4 " | " $5 " | " $6 (($7 != "-") ? " " $7 : "") " | " $12 " |"
}

!(($1, $2, $3) in trial) {
	trial[$1, $2, $3] = 1
	trials[$2]++
	played[$1, $2]++
	if (!($1 in known)) {
		known[$1] = 1
		names[++nnames] = $1
	}
}

{
	rows[$2]++
	outcome[$2, $12]++
	if ($12 != "right") {
		spoiled[$1, $2, $3] = 1
		wrong[++nwrong] = wrong_text()
	}
}

$4 == "(round)" {
	seconds[$1] += $10
	bytes[$1, $2, $3] = $11
	rounds[$1]++
	sent[$1] += $11
	all_seconds[$2] += $10
	next
}

{
	targets[$1]++
	class = class_of($5)
	matrix[$2, class, $6]++
	classed[class]++
	if (class == "blocking") {
		split($5, parts, " ")
		key = $1 SUBSEP $2 SUBSEP parts[2]
		asked[key]++
		asked_of[$2]++
		mechanisms[parts[2]]
		by_mechanism[parts[2], $2]++
		if ($12 == "right") {
			found[key]++
			found_of[$2]++
			found_by_mechanism[parts[2], $2]++
		}
	}
}

function count(n) {
	return n == "" ? 0 : n
}

function table_head(first,    i, line, rule) {
	line = "| " first " |"
	rule = "|---|"
	for (i = 1; i <= ncolumns; i++) {
		line = line " " says[columns[i]] " |"
		rule = rule "---|"
	}
	print line "\n" rule
}

function print_columns(    i, c) {
	print "| | trials | rows | right | innocent accused | blocking called ok, impaired or down | blocking not told" \
	    " | another mechanism | another status | no record | mean seconds a round |"
	print "|---|---|---|---|---|---|---|---|---|---|---|"
	for (i = 1; i <= ncolumns; i++) {
		c = columns[i]
		if (trials[c] > 0)
			printf "| %s | %d | %d | %d | **%d** | %d | %d | %d | %d | %d | %.1f |\n", says[c], trials[c], rows[c],
			    outcome[c, "right"], outcome[c, "wrong-innocent-accused"], outcome[c, "missed"],
			    outcome[c, "insufficient"], outcome[c, "wrong-mechanism"], outcome[c, "wrong-status"],
			    outcome[c, "no-record"], all_seconds[c] / trials[c]
	}
}

function print_matrix(c,    i, j, line) {
	print "\n### " toupper(substr(says[c], 1, 1)) substr(says[c], 2) "\n"
	line = "| the truth |"
	for (j = 1; j <= nstatuses; j++)
		line = line " " statuses[j] " |"
	print line "\n|---|---|---|---|---|---|---|"
	for (i = 1; i <= nclasses; i++) {
		if (!(classes[i] in classed))
			continue
		line = "| " classes[i] " |"
		for (j = 1; j <= nstatuses; j++)
			line = line " " count(matrix[c, classes[i], statuses[j]]) " |"
		print line
	}
}

# Insertion, because not every awk sorts.
function sorted(from, to,    name, n, i) {
	n = 0
	for (name in from) {
		for (i = n++; i > 0 && to[i] > name; i--)
			to[i + 1] = to[i]
		to[i + 1] = name
	}
	return n
}

function print_mechanisms(    i, j, m, n, order, line) {
	table_head("mechanisms that are right")
	n = sorted(mechanisms, order)
	for (i = 1; i <= n; i++) {
		m = order[i]
		line = "| " m " |"
		for (j = 1; j <= ncolumns; j++)
			line = line " " count(found_by_mechanism[m, columns[j]]) " of " count(by_mechanism[m, columns[j]]) " |"
		gsub(/,/, ", ", line)
		print line
	}
}

# Blocking that was named in fewer than 19 of 20.
function print_below(    key, n, order, i, parts) {
	for (key in asked)
		if (found[key] * 20 < asked[key] * 19)
			below[key]
	n = sorted(below, order)
	if (n == 0)
		print "None.\n"
	for (i = 1; i <= n; i++) {
		split(order[i], parts, SUBSEP)
		printf "- %s, %s: %d of %d\n", parts[1], says[parts[2]], found[order[i]], asked[order[i]]
	}
}

function print_scenarios(    i, j, k, s, c, good, line) {
	line = "| scenario |"
	for (j = 1; j <= ncolumns; j++)
		line = line " " says[columns[j]] " |"
	print line " seconds a round | bytes sent a target |\n|---|---|---|---|---|---|---|"
	for (i = 1; i <= nnames; i++) {
		s = names[i]
		line = "| " s (index(chance, " " s " ") ? " (chance)" : "") " |"
		for (j = 1; j <= ncolumns; j++) {
			c = columns[j]
			good = 0
			for (k = 1; k <= 1000 && (s, c, k) in trial; k++)
				good += !((s, c, k) in spoiled)
			line = line " " good "/" count(played[s, c]) " |"
		}
		printf "%s %.1f | %.0f |\n", line, seconds[s] / rounds[s], targets[s] ? sent[s] / targets[s] : 0
	}
}

END {
	for (i = 1; i <= ncolumns; i++)
		all += trials[columns[i]]
	print "# How often netvane is right, in the laboratory\n"
	print "`netvane-lab` (tests/lab) plays scenarios in network namespaces: a client, a home router, a censor on the path that works on"
	print "packets, and the servers and resolvers beyond. Each scenario file says the truth; netvane measures over real sockets, and the"
	print "two are compared. `make check` plays every scenario once; this page is written by\n"
	print "    make check-long\n"
	print "which plays every scenario 3 times, and those in which chance decides (races, loss, flaky servers, blocks that come and go)"
	print "20 times, each in four ways: alone or with a control vantage, on a first run or with a week's baseline.\n"
	printf "This page: version %s, %d scenarios, %d trials, %d at a time, on %s.\n", version, nnames, all, jobs, machine
	print "\nA row is a target in a trial, or the round itself. A row is right if status and mechanism are among those of the scenario"
	print "file; of a bystander it asks only that nobody is accused. *Accused* means `blocked` or `likely_blocked` where the truth is not.\n"
	print_columns()
	print "\n## Confusion matrix\n"
	print "Targets by what the scenario file says of them and by what netvane said. *blocking*: only an accusation is right (or, of what is slowed down or blocked in part, `impaired`); *blocking or"
	print "open*: somebody blocks, or it looks so, and the scenario file says why that cannot always be told; *innocent*: anything but an"
	print "accusation; *anything else*: one of several statuses, none of them an accusation."
	for (i = 1; i <= ncolumns; i++)
		if (trials[columns[i]] > 0)
			print_matrix(columns[i])
	print "\n## Blocking, by mechanism\n"
	print "Accused, and by a mechanism that is right:\n"
	print_mechanisms()
	print "\nScenarios in which blocking was found, with the right mechanism, in fewer than 19 of 20:\n"
	print_below()
	print "\n## Every row that was wrong\n"
	if (nwrong == 0)
		print "None."
	else
		print "| scenario | way, trial | target | expected | got | which is |\n|---|---|---|---|---|---|"
	for (i = 1; i <= nwrong; i++)
		print wrong[i]
	print "\n## Every scenario\n"
	print "Trials without a wrong row, of all. Seconds and bytes are of a whole round: look-ups, controls, tests of what looks bad, and"
	print "their retries. The lab scales the probe's limits of time down (`[limits] scale`),"
	print "mostly to 0.15: on a real line a round with silence in it takes up to seven times as long.\n"
	print_scenarios()
}
