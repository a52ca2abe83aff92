# The manual and the documents tell the truth: what the programs take, what the configuration holds
# and what the verdicts say is in them, and nothing else.
. "$top_srcdir/tests/lib.sh"

# No configuration of whoever runs this.
HOME=$tmp
XDG_CONFIG_HOME=$tmp
export HOME XDG_CONFIG_HOME
cd "$top_srcdir" || exit 1

# words FILE...: names in quotation marks, as tables in the sources have them.
words()
{
	grep -hEo '"[a-z][a-z0-9_%-]*"' "$@" | tr -d '"' | sort -u
}

# same CLAIM WANTED GOT: sets, one item a line; says what only one of them has.
same()
{
	printf '%s\n' "$2" | sort -u >"$tmp/wanted"
	printf '%s\n' "$3" | sort -u >"$tmp/got"
	if [ -n "$2" ] && cmp -s "$tmp/wanted" "$tmp/got"; then
		ok "$1"
	else
		not_ok "$1" 'not there:' "$(comm -23 "$tmp/wanted" "$tmp/got")" \
			'there, but wrong:' "$(comm -13 "$tmp/wanted" "$tmp/got")"
	fi
}

# named CLAIM WORDS FILE...: each word stands in one of the files.
named()
{
	named_claim=$1
	named_words=$2
	shift 2
	same "$named_claim" "$named_words" \
		"$(printf '%s\n' "$named_words" | while read -r word; do
			cat "$@" | grep -Fqw -e "$word" && echo "$word"
		done)"
}

# there CLAIM FILES: each is there.
there()
{
	same "$1" "$2" "$(printf '%s\n' "$2" | while read -r file; do
		[ ! -e "$file" ] || echo "$file"
	done)"
}

# ---- Options --------------------------------------------------------------------------------

# The commands of a program, and what they have for commands themselves, by their help.
commands_of()
{
	"$1" --help | sed -n '/^Commands:$/,/^$/s/^  \([a-z]*\) .*/\1/p' | while read -r command; do
		echo "$command"
		"$1" "$command" --help |
			sed -nE "s/^(usage:|      ) ${1##*/} ($command [a-z]+)( .*)?\$/\2/p"
	done
}

# A line with both for each option that has a short form, and one with the long form for each.
both_forms()
{
	awk '{ print } /,/ { sub(/^-.,/, ""); print }' | sort -u
}

# Every command takes -h; few say so.
options_of_help()
{
	{
		echo '-h,--help'
		sed -nE 's/^ +((-[a-z], )?--[a-z-]+).*/\1/p' "$tmp/help" | tr -d ' '
	} | both_forms
}

# From the heading of the command to the next.
options_of_page()
{
	awk -v heading=".Ss $1" '/^\.S[sh] / { on = $0 == heading } on' "man/${1%% *}.1" |
		sed -nE 's/^\.It Fl //; t item
			d
			:item
			s/^([a-z])( Ar [^,]*)? , Fl -([a-z-]+).*/-\1,--\3/p; t
			s/^-([a-z-]+).*/--\1/p' | both_forms
}

# check_options PROGRAM COMMAND...: the page and the help name the same options.
check_options()
{
	checked=$1
	shift
	run "$checked" "$@" -h
	is "${checked##*/} $*: -h is help" "$status" 0
	"$checked" "$@" --help >"$tmp/help"
	same "${checked##*/} $*: its options are in the manual" "$(options_of_help)" \
		"$(options_of_page "${checked##*/} $*")"
}

for program in "$NETVANE" "$NETVANE_ANALYZE"; do
	commands_of "$program" | sed "s|^|$program |"
done >"$tmp/commands"

plan $(($(wc -l <"$tmp/commands") * 2 + 22))

while read -r program arguments; do
	# shellcheck disable=SC2086 # one word an argument
	check_options "$program" $arguments
done <"$tmp/commands"

for program in "$NETVANE" "$NETVANE_ANALYZE"; do
	name=${program##*/}
	same "$name: every command has a section" \
		"$(echo "$name" && sed -n "s|^$program |$name |p" "$tmp/commands")" \
		"$(sed -n "s/^\.Ss \($name.*\)/\1/p" "man/$name.1")"
	run "$program" --version
	is "$name --version does what the manual says" "$status $(cut -d ' ' -f 1 "$out")" "0 $name"
	same "$name without a command has just the options of the manual" "$(printf '%s\n' \
		--help --version -V,--version -h,--help)" "$(sed -nE \
		"/^\.Ss $name\$/,/^\.Ss $name /s/^\.It Fl ([a-zA-Z]) , Fl -([a-z]+)/-\1,--\2/p" \
		"man/$name.1" | both_forms)"
done

# ---- Environment ----------------------------------------------------------------------------

environment_of()
{
	grep -hEo '(getenv|environment)\("[A-Z_]+"' "$@" | grep -Eo '[A-Z_]+' | sort -u
}

named 'netvane(1) names the environment that is read' \
	"$(environment_of base/*.c targets/*.c results/*.c probe/*.c)" man/netvane.1
named 'netvane-analyze(1) does so, too' \
	"$(environment_of base/*.c results/*.c analysis/*.c)" man/netvane-analyze.1

# ---- Configuration --------------------------------------------------------------------------

# "section.name = value", a list's words on one line.
"$NETVANE" config show | awk '
	function done() { if (line != "") print line; line = "" }
	/^#/ || /^$/ { next }
	/^\[/ { done(); section = $0; gsub(/[][]/, "", section); next }
	/^ / { sub(/^ +/, " "); line = line $0; next }
	{ done(); line = section "." $0; sub(/ +$/, "", line) }
	END { done() }' >"$tmp/shown"

# The same out of the page, where a default that does not fit the heading stands displayed.
awk '
	function done() { if (line != "") print line; line = "" }
	/^\.Ss \[/ { done(); section = $2; gsub(/[][]/, "", section); next }
	/^\.S[sh] / { done(); section = ""; next }
	section == "" { next }
	/^\.It Cm / { done(); sub(/^\.It Cm /, ""); line = section "." $0; next }
	/^\.Dl / { sub(/^\.Dl /, ""); line = line (line ~ / = ?/ ? " " : " = ") $0 }
	END { done() }' man/netvane.conf.5 >"$tmp/written"

same 'netvane.conf(5) has every option, each in its section' \
	"$(cut -d ' ' -f 1 "$tmp/shown")" "$(cut -d ' ' -f 1 "$tmp/written")"

# What the machine's own configuration says would pass for the defaults.
prefix=$(sed -n 's/^prefix = //p' "$top_builddir/Makefile")
sysconfdir=$(sed -n 's/^sysconfdir = //p' "$top_builddir/Makefile" | sed "s|\${prefix}|$prefix|")
if [ -e "$sysconfdir/netvane/netvane.conf" ]; then
	skip 'and its default' "there is $sysconfdir/netvane/netvane.conf"
else
	same 'and its default' "$(cat "$tmp/shown")" "$(cat "$tmp/written")"
fi

# ---- Pages ----------------------------------------------------------------------------------

if command -v mandoc >/dev/null; then
	holds 'mandoc has nothing to say against the pages' mandoc -T lint -W warning man/*.[15]
else
	skip 'mandoc has nothing to say against the pages' 'there is no mandoc here'
fi

# ---- Verdicts -------------------------------------------------------------------------------

codes=$(words results/verdict.c | sed 's/%d/N/g')
named 'methodology.md names every rule and every code of evidence' "$codes" docs/methodology.md
same 'and no rule or code that there is not' \
	"$(sed -nE 's/^\| `([A-Za-z0-9_-]+)` \| .*/\1/p' docs/methodology.md | sort -u)" \
	"$({
		echo "$codes"
		words results/verdict_names.c results/measurement.c probe/network.c
	} | while read -r word; do
		grep -q "^| \`$word\` | " docs/methodology.md && echo "$word"
	done)"
named 'it names every status, stage and mechanism' \
	"$(words results/verdict_names.c)" docs/methodology.md
named 'and every state of the network' \
	"$(sed -n '/ network_names\[/,/};/p' results/measurement.c >"$tmp/states" && words "$tmp/states")" \
	docs/methodology.md
like 'and the version of the rules' "$(cat docs/methodology.md)" \
	"rules version \`$(sed -n 's/.*rules_version\[\] = "\(.*\)";/\1/p' results/verdict.c)\`"
named 'format.md or netvane-results(5) names every failure' \
	"$(words results/failure.c | grep -F _)" docs/format.md man/netvane-results.5

# ---- Safety ---------------------------------------------------------------------------------

named 'safety.md names every control' "$(sed -nE 's|^https?://([^/]+)/.*|\1|p' \
	targets/lists/controls.csv)" docs/safety.md
named 'and every resolver that is asked by default' "$(sed -nE \
	's/^dns\.(resolver|doh) = //p' "$tmp/written" | tr ' #,' '\n\n\n' |
	sed -E 's|^https://([^/]+)/.*|\1|')" docs/safety.md
like 'and the version of the text that is agreed to' "$(cat docs/safety.md)" \
	"version of the text, which is $(sed -n 's/.*CONSENT_VERSION = \([0-9]*\).*/\1/p' \
		probe/consent.h) now"

# ---- Names of files -------------------------------------------------------------------------

there 'links lead somewhere' "$(for file in README.md docs/*.md; do
	grep -Eo '\]\([^)#:]+' "$file" | sed "s|^](|$(dirname "$file")/|"
done)"
there 'files of the sources that the documents name are there' \
	"$(grep -hEo '\b(base|targets|results|probe|analysis|tests)/[a-zA-Z_/]+\.(c|h|sh)\b' \
		README.md docs/*.md | grep -v 'X\.c$' | sort -u)"
