/* When two pages are the same one: the four comparisons, and what they make together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "results/httpdiff.h"
#include "results/measurement.h"
#include "results/vantage.h"

static struct http_request page;
static struct vantage_http control;
static struct http_header page_header, control_header;
static struct httpdiff diff;

/* Two pages alike in everything. */
static int
setup(void **state)
{
	(void)state;
	page_header = control_header = (struct http_header){(char *)(uintptr_t) "X-Site",
	    (char *)(uintptr_t) "1"};
	page = (struct http_request){.code = 200, .body_length = 1000,
	    .title = (char *)(uintptr_t) "Example Domain", .headers = &page_header, .nheaders = 1};
	control = (struct vantage_http){.asked = true, .status_code = 200, .body_length = 1000,
	    .title = (char *)(uintptr_t) "Example Domain", .headers = &control_header, .nheaders = 1};
	return 0;
}

static void
compare(void)
{
	httpdiff_compute(&page, &control, &diff);
}

static int
headers_of(const char *here, const char *there)
{
	page_header.name = (char *)(uintptr_t)here;
	control_header.name = (char *)(uintptr_t)there;
	compare();
	return diff.headers;
}

static int
titles_of(const char *here, const char *there)
{
	page.title = (char *)(uintptr_t)here;
	control.title = (char *)(uintptr_t)there;
	compare();
	return diff.title;
}

static int
status_of(int here, int there)
{
	page.code = here;
	control.status_code = there;
	compare();
	return diff.status;
}

static int
bodies_of(int64_t here, int64_t there)
{
	page.body_length = here;
	control.body_length = there;
	compare();
	return diff.body;
}

static void
the_same_page_does_not_differ(void **state)
{
	(void)state;
	compare();
	assert_int_equal(diff.status, 1);
	assert_int_equal(diff.headers, 1);
	assert_int_equal(diff.title, 1);
	assert_int_equal(diff.body, 1);
	assert_true(diff.body_proportion == 1);
	assert_false(httpdiff_differs(&diff));
}

static void
without_a_page_of_the_controls_nothing_is_known(void **state)
{
	(void)state;
	control.failure = (char *)(uintptr_t) "unknown_error";
	compare();
	assert_int_equal(diff.status, -1);
	assert_int_equal(diff.headers, -1);
	assert_int_equal(diff.title, -1);
	assert_int_equal(diff.body, -1);
	assert_true(diff.body_proportion == 0);
	control = (struct vantage_http){.asked = false, .status_code = 200};
	compare();
	assert_int_equal(diff.status, -1);
}

static void
a_status_that_differs_says_something_only_beside_a_good_one(void **state)
{
	(void)state;
	assert_int_equal(status_of(403, 403), 1);
	assert_int_equal(status_of(403, 200), 0);
	assert_int_equal(status_of(403, 204), 0);
	assert_int_equal(status_of(200, 403), -1);
	assert_int_equal(status_of(200, 301), -1);
	assert_int_equal(status_of(200, -1), -1);
	assert_int_equal(status_of(0, 200), -1);
}

static void
bodies_are_alike_above_seven_tenths(void **state)
{
	(void)state;
	assert_int_equal(bodies_of(701, 1000), 1);
	assert_int_equal(bodies_of(1000, 701), 1);
	assert_int_equal(bodies_of(700, 1000), 0);
	assert_true(diff.body_proportion == 0.7);
	assert_int_equal(bodies_of(1, 1000000), 0);
}

static void
an_empty_or_cut_body_is_not_compared(void **state)
{
	(void)state;
	assert_int_equal(bodies_of(0, 1000), -1);
	assert_int_equal(bodies_of(1000, 0), -1);
	assert_int_equal(bodies_of(1000, -1), -1);
	assert_true(diff.body_proportion == 0);
	page.body_is_truncated = true;
	assert_int_equal(bodies_of(1000, 1000), -1);
	assert_true(diff.body_proportion == 0);
}

static void
headers_are_alike_where_an_uncommon_one_is_in_both(void **state)
{
	static const char *const common[] = {"date", "content-type", "server", "cache-control",
	    "vary", "set-cookie", "location", "expires", "x-powered-by", "content-encoding",
	    "last-modified", "accept-ranges", "pragma", "x-frame-options", "etag",
	    "x-content-type-options", "age", "via", "p3p", "x-xss-protection", "content-language",
	    "cf-ray", "strict-transport-security", "link", "x-varnish"};
	size_t i;

	(void)state;
	assert_int_equal(headers_of("X-Site", "x-site"), 1);
	assert_int_equal(headers_of("Content-Length", "content-length"), 1);
	assert_int_equal(headers_of("X-Site", "X-Other"), 0);
	for (i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		assert_int_equal(headers_of(common[i], common[i]), 0);
	assert_int_equal(i, 25);
	assert_int_equal(headers_of("CF-Ray", "Cf-Ray"), 0);
}

static void
titles_are_alike_where_long_words_are_in_both(void **state)
{
	(void)state;
	assert_int_equal(titles_of("Domain Example", "EXAMPLE domain"), 1);
	assert_int_equal(titles_of("a b c 2024", "x y"), 1);
	assert_int_equal(titles_of("Example", "Example Domain"), 0);
	assert_int_equal(titles_of("Example Domain", "Example"), 0);
	/* Five bytes are long, whatever the letters: three of these are six. */
	assert_int_equal(titles_of("нет", "да"), 0);
	assert_int_equal(titles_of("four", "five!"), 0);
	assert_int_equal(titles_of(NULL, ""), 1);
	assert_int_equal(titles_of(NULL, "Example"), 0);
	assert_int_equal(titles_of("Example\n Domain", "Example Domain"), 1);
}

/* The title in this body; NULL none. */
static void
title_is(const char *body, size_t len, const char *wanted, size_t wanted_len)
{
	struct bytes bytes = {(uint8_t *)(uintptr_t)body, len};
	const char *title;
	size_t n = 0;

	title = httpdiff_title(&bytes, &n);
	if (wanted == NULL) {
		assert_null(title);
		return;
	}
	assert_non_null(title);
	assert_int_equal(n, wanted_len);
	assert_memory_equal(title, wanted, n);
}

#define TITLE_IS(body, wanted) title_is(body, sizeof(body) - 1, wanted, sizeof(wanted) - 1)
#define NO_TITLE(body) title_is(body, sizeof(body) - 1, NULL, 0)

static void
a_title_is_found_as_the_helper_finds_it(void **state)
{
	(void)state;
	TITLE_IS("<html><title>Example</title>", "Example");
	TITLE_IS("<TiTLe> a\nb </TITLE>", " a\nb ");
	TITLE_IS("<title></title><title>second</title>", "second");
	TITLE_IS("<title>one<b></title><title>two</title>", "two");
	TITLE_IS("<<title>x</title>", "x");
	TITLE_IS("<title>caf\xe9</title>", "caf\xe9");
	NO_TITLE("");
	NO_TITLE("<title>");
	NO_TITLE("<title>x</titl");
	NO_TITLE("<title>x");
	NO_TITLE("<title lang=\"en\">x</title>");
	NO_TITLE("<title></title>");
	NO_TITLE("<");
}

static void
a_title_has_512_characters_at_most(void **state)
{
	static const char open[] = "<title>", close[] = "</title>";
	char body[2000];
	size_t chars, i, len;

	(void)state;
	for (chars = 511; chars <= 513; chars++) {
		len = 0;
		memcpy(body, open, sizeof(open) - 1);
		len += sizeof(open) - 1;
		for (i = 0; i < chars; i++, len += 2)
			memcpy(body + len, "\xd1\x8f", 2);
		memcpy(body + len, close, sizeof(close) - 1);
		len += sizeof(close) - 1;
		title_is(body, len, chars <= 512 ? body + sizeof(open) - 1 : NULL, chars * 2);
	}
}

static void
a_body_that_was_kept_has_the_title(void **state)
{
	static char body[] = "<title>Access Denied</title>";

	(void)state;
	page.body = (struct bytes){(uint8_t *)body, sizeof(body) - 1};
	compare();
	assert_int_equal(diff.title, 0);
	control.title = (char *)(uintptr_t) "Denied access";
	compare();
	assert_int_equal(diff.title, 1);
}

/* Whether pages differ with these four; see struct httpdiff. */
static bool
differs(int status, int headers, int title, int body)
{
	diff = (struct httpdiff){.status = status, .headers = headers, .title = title, .body = body};
	return httpdiff_differs(&diff);
}

static void
the_same_status_and_one_other_likeness_are_needed(void **state)
{
	(void)state;
	assert_false(differs(1, 1, 0, 0));
	assert_false(differs(1, 0, 1, 0));
	assert_false(differs(1, 0, 0, 1));
	assert_false(differs(1, -1, -1, 1));
	assert_true(differs(1, 0, 0, 0));
	assert_true(differs(1, -1, -1, -1));
	assert_true(differs(0, 1, 1, 1));
	assert_true(differs(-1, 1, 1, 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(the_same_page_does_not_differ, setup),
	    cmocka_unit_test_setup(without_a_page_of_the_controls_nothing_is_known, setup),
	    cmocka_unit_test_setup(
	        a_status_that_differs_says_something_only_beside_a_good_one, setup),
	    cmocka_unit_test_setup(bodies_are_alike_above_seven_tenths, setup),
	    cmocka_unit_test_setup(an_empty_or_cut_body_is_not_compared, setup),
	    cmocka_unit_test_setup(headers_are_alike_where_an_uncommon_one_is_in_both, setup),
	    cmocka_unit_test_setup(titles_are_alike_where_long_words_are_in_both, setup),
	    cmocka_unit_test_setup(a_title_is_found_as_the_helper_finds_it, setup),
	    cmocka_unit_test_setup(a_title_has_512_characters_at_most, setup),
	    cmocka_unit_test_setup(a_body_that_was_kept_has_the_title, setup),
	    cmocka_unit_test_setup(the_same_status_and_one_other_likeness_are_needed, setup),
	};

	return cmocka_run_group_tests_name("httpdiff", tests, NULL, NULL);
}
