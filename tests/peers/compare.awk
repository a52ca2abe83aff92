# awk -v searched=0|1 -f compare.awk INPUT OURS THEIRS: how often numbers differ that should not, as lines; then the largest differences
# that were seen. R's limits and estimate come from a search for w (or 1 / w, where that is below 1) that stops at a width of
# .Machine$double.eps^0.25: searched=1.
function is_special(x) { return tolower(x) ~ /^-?(nan|na|inf|infinity)$/ }
function special(x) { x = tolower(x); sub(/nan/, "na", x); sub(/infinity/, "inf", x); return x }
function size(x) { return x < 0 ? -x : x }
function differ(what, ours, theirs, most, relative,    by) {
	if (is_special(ours) || is_special(theirs)) {
		if (special(ours) != special(theirs)) print what ": " ours " and " theirs ": " input
		return
	}
	by = size(ours - theirs)
	# As 0 counts what a double cannot hold in full.
	if (relative && size(theirs) > 1e-300) by /= size(theirs)
	if (by > largest[what]) largest[what] = by
	if (by > most) print what ": " ours " and " theirs ": " input
}
function below_1(w) { return is_special(w) || w <= 1 ? w : 1 / w }
function compare_table(ours, theirs,    i) {
	for (i = 1; i <= 3; i++) differ("p", ours[i], theirs[i], 1e-8, 1)
	# An empty row or column says nothing: we have no odds ratio, others have one from 0 to infinity.
	split(input, t)
	if (t[2] + t[3] == 0 || t[4] + t[5] == 0 || t[2] + t[4] == 0 || t[3] + t[5] == 0) {
		for (i = 4; i <= 7; i++) if (special(ours[i]) != "na") print "not empty: " input
		return
	}
	if (!searched)
		for (i = 4; i <= 6; i++) differ(i < 6 ? "limit" : "estimate", ours[i], theirs[i], 1e-8, 1)
	else
		for (i = 4; i <= 6; i++)
			# Where an upper limit is out of its sight, the search ends at the largest value that it tries.
			differ(i < 6 ? "limit" : "estimate", below_1(ours[i]), below_1(theirs[i]), 1.3e-4, 0)
	differ("Haldane", ours[7], theirs[7], 1e-14, 1)
}
FNR == 1 { file++ }
file == 1 { inputs[FNR] = $0; next }
file == 2 { lines[FNR] = $0; next }
{
	input = inputs[FNR]
	if (split(lines[FNR], ours) != split($0, theirs) || input == "") { print "another number of fields: " input; next }
	seen++
	if (input ~ /^table/) compare_table(ours, theirs)
	else for (i in ours) differ("q", ours[i], theirs[i], 1e-14, 1)
}
END {
	for (i in inputs) n++
	if (seen != n) print seen + 0 " of " n " lines were compared"
	for (what in largest) line = line sprintf(" %s %.2g", what, largest[what])
	print n " lines:" line >"/dev/stderr"
}
