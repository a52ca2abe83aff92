/* Which pages are known, how their patterns are read, and which redirects lead away. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "results/blockpage.h"
#include "results/measurement.h"
#include "results/site.h"

/* The columns that OONI's file has. */
#define HEAD                                                                           \
	"name,scope,other_names,location_found,pattern_type,pattern,confidence_no_fp," \
	"expected_countries,source,exp_url,notes\n"

/* Reads text; what was logged goes to `said`. */
static struct fingerprints *
reads(const char *text, size_t len, int expected, char said[4096])
{
	struct fingerprints *f = fingerprints_new();
	FILE *log = tmpfile();
	int saved = dup(STDERR_FILENO), result;
	ssize_t n;

	assert_non_null(log);
	fflush(stderr);
	dup2(fileno(log), STDERR_FILENO);
	result = fingerprints_parse(f, "pages.csv", text, len);
	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	close(saved);
	n = pread(fileno(log), said, 4095, 0);
	said[n > 0 ? n : 0] = '\0';
	fclose(log);
	assert_int_equal(result, expected);
	return f;
}

/* The name of what a page matches; "-" nothing. */
static const char *
match(const struct fingerprints *f, const char *body, size_t len, const char *country)
{
	const struct http_request r = {.code = 200};
	const struct fingerprint *found = fingerprints_match(f, &r, body, len, country);

	return found != NULL ? found->name : "-";
}

static const char *
match_header(const struct fingerprints *f, char *name, char *value)
{
	struct http_header headers[] = {{name, value}};
	const struct http_request r = {.code = 302, .headers = headers, .nheaders = 1};
	const struct fingerprint *found = fingerprints_match(f, &r, "", 0, "ZZ");

	return found != NULL ? found->name : "-";
}

static void
rows_are_read_by_the_names_of_their_columns(void **state)
{
	static const char text[] = HEAD
	    "one,nat,x,body,contains,\"a \"\"quoted\"\", text\",9,\"IT,RU\",s,u,\"two\nlines\"\n"
	    "\n"
	    "two,isp,,header.location,prefix,http://block.test/,5,,,,";
	static const char other[] = "\xef\xbb\xbf"
	                            "pattern,NAME,pattern_type,location_found\r\nx,n,full,body\r\n";
	char said[4096];
	struct fingerprints *f = reads(text, sizeof(text) - 1, 0, said);

	(void)state;
	assert_string_equal(said, "");
	assert_int_equal(fingerprints_count(f), 2);
	assert_string_equal(fingerprints_get(f, 0)->pattern, "a \"quoted\", text");
	assert_string_equal(fingerprints_get(f, 0)->countries, "IT,RU");
	assert_string_equal(fingerprints_get(f, 0)->scope, "nat");
	assert_string_equal(fingerprints_get(f, 1)->location_found, "header.location");
	assert_string_equal(fingerprints_get(f, 1)->countries, "");
	fingerprints_free(f);

	f = reads(other, sizeof(other) - 1, 0, said);
	assert_int_equal(fingerprints_count(f), 1);
	assert_string_equal(fingerprints_get(f, 0)->name, "n");
	assert_string_equal(fingerprints_get(f, 0)->scope, "");
	fingerprints_free(f);
}

static void
what_cannot_be_read_is_told_with_its_line(void **state)
{
	static const struct {
		const char *row, *said;
	} bad[] = {
	    {"x,,,body,regexp,(open,,,,,\n", "Unmatched ("},
	    {"x,,,body,regexp,\\d+,,,,,\n", "escape that POSIX does not know"},
	    {"x,,,body,regexp,[\\w.],,,,,\n", "escape that POSIX does not know"},
	    {"x,,,body,regexp,\\<title\\>,,,,,\n", "leave the backslash out"},
	    {"x,,,body,regexp,(?i)blocked,,,,,\n", "Invalid"},
	    {"x,,,body,regexp,a+?b,,,,,\n", "lazy"},
	    {"x,,,body,regexp,a++,,,,,\n", "double"},
	    {"x,,,body,regexp,((((((((((((((a+)+)+)+)+)+)+)+)+)+)+)+)+)+)+,,,,,\n",
	        "repeats or nests too much"},
	    {"x,,,body,regexp,[a,,,,,\n", "not closed"},
	    {"x,,,body,regexp,a\\,,,,,\n", "ends with a backslash"},
	    {"x,,,body,regexp,\"(a{900}){900}\",,,,,\n", "repeats or nests too much"},
	    {"x,,,body,regexp,\"a{99999999999999999999}\",,,,,\n", "repeats or nests too much"},
	    {"x,,,body,contains,,,,,,\n", "no pattern"},
	    {",,,body,contains,a,,,,,\n", "no name"},
	    {"x,,,dns,contains,a,,,,,\n", "location_found"},
	    {"x,,,headers,contains,a,,,,,\n", "location_found"},
	    {"x,,,body,substring,a,,,,,\n", "pattern_type"},
	    {"x,,,body,contains,a,,,,,,,\n", "more fields"},
	    {"x,,,body,contains,a\"b,,,,,\n", "quotation mark"},
	    {"x,,,body,contains,\"open,,,,,\n", "quotation mark"},
	};
	static const char nul[] = HEAD "x,,,body,contains,a\0b,,,,,\nfine,,,body,full,y,,,,,\n";
	char said[4096], *text;
	struct fingerprints *f;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		text = xasprintf(HEAD "%sfine,,,body,full,y,,,,,\n", bad[i].row);
		f = reads(text, strlen(text), 0, said);
		if (strstr(said, "pages.csv:2: ") == NULL || strstr(said, bad[i].said) == NULL)
			fail_msg("%s: said '%s'", bad[i].row, said);
		assert_int_equal(fingerprints_count(f), 1);
		assert_string_equal(fingerprints_get(f, 0)->name, "fine");
		fingerprints_free(f);
		free(text);
	}
	f = reads(nul, sizeof(nul) - 1, 0, said);
	assert_non_null(strstr(said, "pages.csv:2: a NUL byte"));
	assert_int_equal(fingerprints_count(f), 1);
	fingerprints_free(f);
	f = reads("pattern,name\nx,y\n", 17, -1, said);
	assert_non_null(strstr(said, "no header"));
	fingerprints_free(f);
	f = reads("", 0, -1, said);
	fingerprints_free(f);
	f = fingerprints_new();
	assert_int_equal(fingerprints_read(f, "/nowhere/at/all.csv"), -1);
	fingerprints_free(f);
}

static void
each_type_matches_in_its_way(void **state)
{
	static const char text[] =
	    HEAD "full,,,body,full,<p>closed</p>,,,,,\n"
	         "prefix,,,body,prefix,<html>blocked,,,,,\n"
	         "contains,,,body,contains,по решению суда,,,,,\n"
	         "regexp,,,body,regexp,<title>(Access|Zugang) [a-z]+</title>,,,,,\n"
	         "anchored,,,body,regexp,^start.*end$,,,,,\n";
	char said[4096];
	struct fingerprints *f = reads(text, sizeof(text) - 1, 0, said);
	char *page;

	(void)state;
	assert_string_equal(said, "");
#define MATCH(body) match(f, (body), sizeof(body) - 1, "ZZ")
	assert_string_equal(MATCH("<p>closed</p>"), "full");
	assert_string_equal(MATCH("<p>closed</p>\n"), "-");
	assert_string_equal(MATCH("<html>blocked here"), "prefix");
	assert_string_equal(MATCH(" <html>blocked here"), "-");
	assert_string_equal(MATCH("\xff\0 по решению суда"), "contains");
	assert_string_equal(MATCH("x<title>Access denied</title>"), "regexp");
	assert_string_equal(MATCH("x<title>access denied</title>"), "-");
	assert_string_equal(MATCH("\0\xcd\xee<title>Access denied</title>"), "regexp");
	assert_string_equal(MATCH("start\xff\0\nend"), "anchored");
	assert_string_equal(MATCH(""), "-");

	/* What lies beyond the first 64 KiB is not looked at. */
	page = xcalloc(1, FINGERPRINT_BODY_BYTES + 100);
	memset(page, 'x', FINGERPRINT_BODY_BYTES + 100);
	memcpy(page + FINGERPRINT_BODY_BYTES - 28, "по решению суда", 28);
	assert_string_equal(match(f, page, FINGERPRINT_BODY_BYTES + 100, "ZZ"), "contains");
	memset(page, 'x', FINGERPRINT_BODY_BYTES);
	memcpy(page + FINGERPRINT_BODY_BYTES - 27, "по решению суда", 28);
	assert_string_equal(match(f, page, FINGERPRINT_BODY_BYTES + 100, "ZZ"), "-");
	free(page);
	fingerprints_free(f);
}

static void
headers_are_found_by_name_in_any_case(void **state)
{
	static const char text[] =
	    HEAD "location,,,header.location,prefix,http://block.test/,,,,,\n"
	         "server,,,header.Server,full,Filter,,,,,\n"
	         "odd,,,header.x-blocked-by,regexp,^isp-[0-9]+$,,,,,\n"
	         "any,,,header,contains,censor,,,,,\n";
	char said[4096];
	struct fingerprints *f = reads(text, sizeof(text) - 1, 0, said);
	char location[] = "Location", server[] = "server", odd[] = "X-Blocked-By", other[] = "Via";
	char to[] = "http://block.test/?u=1", filter[] = "Filter", isp[] = "isp-7",
	     c[] = "a censor";

	(void)state;
	assert_string_equal(match_header(f, location, to), "location");
	assert_string_equal(match_header(f, other, to), "-");
	assert_string_equal(match_header(f, server, filter), "server");
	assert_string_equal(match_header(f, odd, isp), "odd");
	assert_string_equal(match_header(f, other, isp), "-");
	assert_string_equal(match_header(f, other, c), "any");
	/* A header's pattern is not looked for in the page. */
	assert_string_equal(match(f, c, strlen(c), "ZZ"), "-");
	fingerprints_free(f);
}

static void
false_positives_come_first_and_countries_count(void **state)
{
	static const char text[] = HEAD "kz,nat,,body,contains,blocked,,KZ,,,\n"
	                                "itru,isp,,body,contains,chiuso,,\"IT, RU\",,,\n"
	                                "innocent,fp,,body,contains,challenge,,DE,,,\n";
	char said[4096];
	struct fingerprints *f = reads(text, sizeof(text) - 1, 0, said);

	(void)state;
	assert_string_equal(match(f, "blocked", 7, "KZ"), "kz");
	assert_string_equal(match(f, "blocked", 7, "RU"), "-");
	assert_string_equal(match(f, "blocked", 7, "ZZ"), "kz");
	assert_string_equal(match(f, "chiuso", 6, "RU"), "itru");
	assert_string_equal(match(f, "chiuso", 6, "KZ"), "-");
	assert_string_equal(match(f, "blocked challenge", 17, "KZ"), "innocent");
	assert_true(fingerprint_is_false_positive(fingerprints_get(f, 2)));
	assert_false(fingerprint_is_false_positive(fingerprints_get(f, 0)));
	fingerprints_free(f);
}

/* A newspaper that shows its readers the block page is not blocked. */
static void
the_sites_own_page_is_no_block_page(void **state)
{
	static const char text[] = HEAD "block,nat,,body,contains,by order,,,,,\n"
	                                "innocent,fp,,body,contains,challenge,,,,,\n";
	char said[4096], secure[] = "https://site.test/", plain[] = "http://site.test/";
	struct fingerprints *f = reads(text, sizeof(text) - 1, 0, said);
	struct http_request r = {.code = 200, .url = plain};

	(void)state;
	assert_string_equal(fingerprints_match(f, &r, "by order", 8, "ZZ")->name, "block");
	r.url = secure;
	assert_null(fingerprints_match(f, &r, "by order", 8, "ZZ"));
	assert_string_equal(fingerprints_match(f, &r, "challenge", 9, "ZZ")->name, "innocent");
	fingerprints_free(f);
}

/* Every page is one that a firewall, or a server as it is installed, shows; none accuses. */
static void
what_ships_accuses_nobody(void **state)
{
	static const struct {
		const char *page, *name;
	} pages[] = {
	    {"<script src=\"/cdn-cgi/challenge-platform/h/b/orchestrate/jsch/v1\"></script>",
	        "nv.fp.cloudflare_challenge"},
	    {"<HTML><HEAD>\n<TITLE>Access Denied</TITLE>\n</HEAD><BODY>\n<H1>Access Denied</H1>\n"
	     "Reference&#32;&#35;18&#46;2d3b1402&#46;1700000000&#46;1a2b3c\n</BODY>\n</HTML>",
	        "nv.fp.akamai_reference"},
	    {"<html>\r\n<head><title>403 Forbidden</title></head>\r\n<body>\r\n"
	     "<center><h1>403 Forbidden</h1></center>\r\n<hr><center>nginx</center>\r\n</body>",
	        "nv.fp.nginx_403"},
	    {"<html><body>An ordinary page: 403 reasons to visit Almaty</body></html>", "-"},
	};
	const char *top = getenv("top_srcdir");
	char *path = xasprintf("%s/targets/fingerprints/netvane.csv", top != NULL ? top : ".");
	struct fingerprints *f = fingerprints_new();
	FILE *in = fopen(path, "re");
	size_t lines = 0, i;
	int c;

	(void)state;
	assert_non_null(in);
	while ((c = getc(in)) != EOF)
		lines += c == '\n';
	fclose(in);
	assert_int_equal(fingerprints_read(f, path), 0);
	/* All but the header: no row was refused. */
	assert_int_equal(fingerprints_count(f), lines - 1);
	for (i = 0; i < fingerprints_count(f); i++)
		assert_true(fingerprint_is_false_positive(fingerprints_get(f, i)));
	for (i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		assert_string_equal(
		    match(f, pages[i].page, strlen(pages[i].page), "KZ"), pages[i].name);
	fingerprints_free(f);
	free(path);
}

static void
the_host_of_a_url_is_what_a_browser_goes_to(void **state)
{
	static const struct {
		const char *url, *host;
	} rows[] = {
	    {"https://site.test/", "site.test"},
	    {"https://site.test:8443/x", "site.test"},
	    {"https://site.test.:8443?x", "site.test"},
	    {"https://user:word@site.test/", "site.test"},
	    {"https://other.test@site.test", "site.test"},
	    {"https://site.test\\@other.test/", "site.test"},
	    {"https://site.test/@other.test", "site.test"},
	    {"https://site.test?http://other.test/", "site.test"},
	    {"https://[2001:db8::1]:443/", "2001:db8::1"},
	    {"https://[::1", "::1"},
	    {"site.test", "site.test"},
	    {"https:///x", ""},
	    {"", ""},
	};
	const char *host;
	size_t len, i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		host = url_host(rows[i].url, &len);
		assert_int_equal(len, strlen(rows[i].host));
		assert_memory_equal(host, rows[i].host, len);
	}
}

static void
a_redirect_away_is_told_from_one_within_the_site(void **state)
{
	static const struct {
		const char *from, *location;
		bool foreign;
	} rows[] = {
	    {"http://site.test/", "https://site.test/", false},
	    {"http://site.test/", "https://www.site.test/x", false},
	    {"http://www.site.test/", "https://m.site.test/x", false},
	    {"http://m.site.test/", "https://site.test/", false},
	    {"http://site.test/", "HTTPS://SITE.TEST./", false},
	    {"http://site.test/", "/path", false},
	    {"http://site.test/", "path?http://block.test/", false},
	    {"http://site.test/", "//site.test/path", false},
	    {"http://site.test/", "intent://block.test/", false},
	    {"http://site.test/", "https:///nothing", false},
	    {"http://site.test/", "", false},
	    {"http://site.test/", "http://block.test/?u=site.test", true},
	    {"http://site.test/", "//block.test/", true},
	    {"http://site.test/", "http://notsite.test/", true},
	    {"http://site.test/", "http://site.test.block.test/", true},
	    {"http://site.test/", "http://site.test@block.test/", true},
	    {"http://site.test/", "http://192.0.2.1/", true},
	    {"http://[2001:db8::1]/", "http://[2001:db8::2]/", true},
	    {"http://[2001:db8::1]/", "https://[2001:db8::1]:8443/", false},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (blockpage_foreign_redirect(rows[i].from, rows[i].location) != rows[i].foreign)
			fail_msg("%s to %s", rows[i].from, rows[i].location);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rows_are_read_by_the_names_of_their_columns),
	    cmocka_unit_test(what_cannot_be_read_is_told_with_its_line),
	    cmocka_unit_test(each_type_matches_in_its_way),
	    cmocka_unit_test(headers_are_found_by_name_in_any_case),
	    cmocka_unit_test(false_positives_come_first_and_countries_count),
	    cmocka_unit_test(the_sites_own_page_is_no_block_page),
	    cmocka_unit_test(what_ships_accuses_nobody),
	    cmocka_unit_test(the_host_of_a_url_is_what_a_browser_goes_to),
	    cmocka_unit_test(a_redirect_away_is_told_from_one_within_the_site),
	};

	return cmocka_run_group_tests_name("blockpage", tests, NULL, NULL);
}
