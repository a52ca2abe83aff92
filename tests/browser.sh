# Sourced after lib.sh by scripts that look at a page in a browser: chromium, without a window.
#
#	if has_browser 1; then
#		browse wide off "file://$tmp/page.html" --window-size=1280,3600
#		is 'it is as large as the window' "$(look wide ffffff)" '1280 3600 many 1 ffffff'
#	fi

# Everything that a browser leaves running has its profile's directory among its arguments.
end_browser()
{
	pgrep -f -- "--user-data-dir=$tmp/profile" | while read -r browser_pid; do
		kill -9 "$browser_pid" 2>/dev/null
	done
}
end_browsers()
{
	ended=$?
	end_browser
	(exit "$ended")
	test_end
}

# has_browser CLAIMS: so many are skipped where there is none.
has_browser()
{
	if command -v chromium >/dev/null; then
		trap end_browsers EXIT
		return 0
	fi
	for claim in $(seq "$1"); do
		skip "in a browser ($claim)" 'there is no chromium here'
	done
	return 1
}

# chromium_run NAME OPTION... URL: $status, what it prints in $tmp/NAME.dom and $tmp/NAME.err. It is gone afterwards.
chromium_run()
{
	browse_name=$1
	shift
	test_last_run="chromium $*"
	status=0
	HOME=$tmp timeout -k 5 120 chromium --headless --no-sandbox --disable-gpu --no-first-run --no-proxy-server \
		--disable-crash-reporter --disable-breakpad --disable-extensions --disable-background-networking \
		--disable-component-update --hide-scrollbars --enable-logging=stderr "--user-data-dir=$tmp/profile" \
		"$@" </dev/null >"$tmp/$browse_name.dom" 2>"$tmp/$browse_name.err" 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- || status=$?
	end_browser
}

# browse NAME SCRIPTS URL [OPTION...]: the document as the browser has it in $tmp/NAME.dom, a picture of it in $tmp/NAME.png.
# SCRIPTS: on or off (a setting for sites: the browser's own need them, to write both).
browse()
{
	browse_name=$1
	browse_scripts=$2
	browse_url=$3
	shift 3
	rm -rf "$tmp/profile"
	mkdir -p "$tmp/profile/Default"
	[ "$browse_scripts" = on ] ||
		echo '{"profile": {"default_content_setting_values": {"javascript": 2}}}' >"$tmp/profile/Default/Preferences"
	chromium_run "$browse_name" "$@" "--screenshot=$tmp/$browse_name.png" --dump-dom "$browse_url"
}

# look NAME [RRGGBB...]: "WIDTH HEIGHT many|few EDGE [RRGGBB...]"; many colours are more than a page without style has.
look()
{
	look_name=$1
	shift
	"$top_builddir/tests/png_look" "$tmp/$look_name.png" "$@" 2>&1 | awk '{ $3 = $3 > 300 ? "many" : "few"; print }'
}
