/* What is read of HTTP's bytes: head lines, titles, redirect targets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "probe/httpwire.h"
#include "results/measurement.h"

static void
feed_lines(struct http_head *head, const char *const *lines)
{
	for (; *lines != NULL; lines++)
		assert_true(http_head_line(head, *lines, strlen(*lines)));
}

static void
assert_header(const struct http_header *h, const char *name, const char *value)
{
	assert_string_equal(h->name, name);
	assert_string_equal(h->value, value);
}

static void
test_headers_keep_order_and_duplicates(void **state)
{
	static const char *const lines[] = {
	    "HTTP/1.1 200 OK\r\n", "B: 1\r\n", "A:2 \r\n", "B:\t3\r\n", "Empty:\r\n", "\r\n", NULL};
	struct arena *arena = arena_new();
	struct http_head head = {0};
	struct http_header *h;
	size_t n;

	(void)state;
	feed_lines(&head, lines);
	h = http_head_parse(&head, arena, &n);
	assert_int_equal(head.code, 200);
	assert_int_equal(n, 4);
	assert_header(&h[0], "B", "1");
	assert_header(&h[1], "A", "2");
	assert_header(&h[2], "B", "3");
	assert_header(&h[3], "Empty", "");
	assert_string_equal(http_header_find(h, n, "b"), "1");
	assert_null(http_header_find(h, n, "C"));
	http_head_free(&head);
	arena_free(arena);
}

static void
test_a_header_that_goes_on_is_one(void **state)
{
	static const char *const lines[] = {
	    "HTTP/1.1 200 OK\r\n", "A: one\r\n", "   two\r\n", "\tthree\r\n", "B: x\r\n", NULL};
	struct arena *arena = arena_new();
	struct http_head head = {0};
	struct http_header *h;
	size_t n;

	(void)state;
	feed_lines(&head, lines);
	h = http_head_parse(&head, arena, &n);
	assert_int_equal(n, 2);
	assert_header(&h[0], "A", "one two three");
	assert_header(&h[1], "B", "x");
	http_head_free(&head);
	arena_free(arena);
}

static void
test_a_later_status_line_begins_anew(void **state)
{
	static const char *const lines[] = {"HTTP/1.1 103 Early Hints\r\n", "Early: yes\r\n",
	    "\r\n", "HTTP/2 204 \r\n", "Late: yes\r\n", NULL};
	struct arena *arena = arena_new();
	struct http_head head = {0};
	struct http_header *h;
	size_t n;

	(void)state;
	feed_lines(&head, lines);
	h = http_head_parse(&head, arena, &n);
	assert_int_equal(head.code, 204);
	assert_int_equal(n, 1);
	assert_header(&h[0], "Late", "yes");
	http_head_free(&head);
	arena_free(arena);
}

static void
test_odd_lines_are_kept(void **state)
{
	static const char nul[] = "N: a\0b\r\n";
	struct arena *arena = arena_new();
	struct http_head head = {0};
	struct http_header *h;
	size_t n;

	(void)state;
	assert_true(http_head_line(&head, "no colon\r\n", 10));
	assert_true(http_head_line(&head, ": no name\r\n", 11));
	assert_true(http_head_line(&head, nul, sizeof(nul) - 1));
	h = http_head_parse(&head, arena, &n);
	assert_int_equal(head.code, 0);
	assert_int_equal(n, 3);
	assert_header(&h[0], "no colon", "");
	assert_header(&h[1], "", "no name");
	assert_header(&h[2], "N", "a b");
	http_head_free(&head);
	arena_free(arena);
}

static void
test_a_flood_of_headers_is_cut_then_refused(void **state)
{
	char line[1024];
	struct arena *arena = arena_new();
	struct http_head head = {0};
	size_t lines = 0, n;

	(void)state;
	memset(line, 'x', sizeof(line));
	memcpy(line, "F: ", 3);
	line[sizeof(line) - 1] = '\n';
	while (http_head_line(&head, line, sizeof(line)))
		lines++;
	assert_int_equal(lines, HTTP_HEAD_MAX / sizeof(line));
	assert_true(head.truncated);
	http_head_parse(&head, arena, &n);
	assert_int_equal(n, HTTP_HEAD_KEEP / sizeof(line));
	http_head_free(&head);
	arena_free(arena);
}

static void
assert_title(const char *page, size_t len, const char *expected)
{
	struct http_title whole = {0}, bytes = {0};
	const char *text;
	size_t i;

	http_title_feed(&whole, page, len);
	for (i = 0; i < len; i++)
		http_title_feed(&bytes, page + i, 1);
	text = http_title_text(&whole);
	if (expected == NULL) {
		assert_null(text);
		assert_null(http_title_text(&bytes));
		return;
	}
	assert_non_null(text);
	assert_string_equal(text, expected);
	assert_string_equal(http_title_text(&bytes), expected);
}

static void
test_titles(void **state)
{
	static const struct {
		const char *page, *title;
	} cases[] = {
	    {"<html><title>Plain</title>", "Plain"},
	    {"<TITLE>Upper</TiTlE>", "Upper"},
	    {"<title lang=en data-x='a>b' data-y=\">\">Attributes</title>", "Attributes"},
	    {"<title/>Slash</title>", "Slash"},
	    {"<title\n>Line end</title\n>", "Line end"},
	    {"<title>\r\n  Folded \t white\n\nspace  </title>", "Folded white space"},
	    {"<title>a &amp; b</title>", "a &amp; b"},
	    {"<title>1 < 2 </T </Ti></title>", "1 < 2 </T </Ti>"},
	    {"<title><</title>", "<"},
	    {"<<title>Twice open</title>", "Twice open"},
	    {"<titles>No</titles><title>Yes</title>", "Yes"},
	    {"<title></title><title> </title><title>Third</title>", "Third"},
	    {"<title>First</title><title>Second</title>", "First"},
	    {"<title>never closed", NULL},
	    {"<title never opened", NULL},
	    {"no title", NULL},
	    {"", NULL},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_title(cases[i].page, strlen(cases[i].page), cases[i].title);
	assert_title("<title>a\0b</title>", 18, "a b");
}

static void
test_a_long_title_is_cut_between_characters(void **state)
{
	struct http_title title = {0};
	const char *text;
	int i;

	(void)state;
	http_title_feed(&title, "<title>x", 8);
	for (i = 0; i < 1000; i++)
		http_title_feed(&title, "\xd1\x8f", 2);
	assert_null(http_title_text(&title));
	http_title_feed(&title, "</title>", 8);
	text = http_title_text(&title);
	assert_non_null(text);
	/* 1 + 2 * 255: half a character more would have fitted. */
	assert_int_equal(strlen(text), HTTP_TITLE_MAX - 1);
	assert_true(utf8_valid(text, strlen(text)));
}

static void
test_locations_are_made_absolute(void **state)
{
	static const struct {
		const char *location, *absolute;
	} cases[] = {
	    {"https://other.test/x?y=1#z", "https://other.test/x?y=1#z"},
	    {"/path", "http://site.test:8080/path"},
	    {"leaf", "http://site.test:8080/dir/leaf"},
	    {"../up", "http://site.test:8080/up"},
	    {"?q", "http://site.test:8080/dir/page?q"},
	    {"//other.test/x", "http://other.test/x"},
	    {"/with space", "http://site.test:8080/with%20space"},
	    {"http://other.test/\xd0\xb9", "http://other.test/%d0%b9"},
	    {"intent://open#Intent;end", NULL},
	    {"ftp://files.test/", NULL},
	    {"mailto:somebody@site.test", NULL},
	    {"http://[::1", NULL},
	    {"http://site.test:99999/", NULL},
	    {"http://tab\tbed/", NULL},
	    {"https://", NULL},
	};
	size_t i;
	char *got;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		got = http_location("http://site.test:8080/dir/page", cases[i].location);
		if (cases[i].absolute == NULL) {
			if (got != NULL)
				print_message("# %s -> %s\n", cases[i].location, got);
			assert_null(got);
		} else {
			assert_non_null(got);
			assert_string_equal(got, cases[i].absolute);
		}
		free(got);
	}
}

static void
test_a_location_without_host_is_told(void **state)
{
	static const char *const lacking[] = {
	    "http:", "http://", "HTTPS:///x", "http://?q", "http://#f", "https://:443/"};
	static const char *const having[] = {"", "/", "//x", "x", "http://x", "https:/x", "ftp://"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lacking) / sizeof(lacking[0]); i++)
		assert_true(http_location_lacks_host(lacking[i]));
	for (i = 0; i < sizeof(having) / sizeof(having[0]); i++)
		assert_false(http_location_lacks_host(having[i]));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_headers_keep_order_and_duplicates),
	    cmocka_unit_test(test_a_header_that_goes_on_is_one),
	    cmocka_unit_test(test_a_later_status_line_begins_anew),
	    cmocka_unit_test(test_odd_lines_are_kept),
	    cmocka_unit_test(test_a_flood_of_headers_is_cut_then_refused),
	    cmocka_unit_test(test_titles),
	    cmocka_unit_test(test_a_long_title_is_cut_between_characters),
	    cmocka_unit_test(test_locations_are_made_absolute),
	    cmocka_unit_test(test_a_location_without_host_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
