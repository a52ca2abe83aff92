/* What lists promise: no line is lost in silence, and every complaint names its line. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "targets/category.h"
#include "targets/list.h"

#define HEAD "url,category_code,category_description,date_added,source,notes\n"

/* Collects "line! message\n" for bad lines, "line? message\n" for notes. */
static void
collect(const char *file, int line, bool fatal, const char *message, void *arg)
{
	struct buf *said = arg;

	(void)file;
	buf_printf(said, "%d%c %s\n", line, fatal ? '!' : '?', message);
}

struct loaded {
	struct list list;
	struct buf said;
	int rc;
};

static struct loaded
parse_bytes(const char *data, size_t len, int flags)
{
	struct loaded l = {.said = BUF_EMPTY};
	/* A copy without a NUL behind it, so that the sanitizers see a read too far. */
	char *copy = xmemdup(data, len);

	l.rc = list_parse("sample.csv", copy, len, flags, collect, &l.said, &l.list);
	free(copy);
	return l;
}

static struct loaded
parse(const char *text)
{
	return parse_bytes(text, strlen(text), 0);
}

static void
done(struct loaded *l)
{
	list_clear(&l->list);
	buf_free(&l->said);
}

/* The list is good, without a word said, and holds these URLs, joined by blanks. */
static void
assert_urls(const char *text, const char *urls)
{
	struct loaded l = parse(text);
	struct buf got = BUF_EMPTY;
	size_t i;

	for (i = 0; i < l.list.n; i++)
		buf_printf(&got, "%s%s", i > 0 ? " " : "", l.list.targets[i].url);
	assert_string_equal(buf_str(&l.said), "");
	assert_string_equal(buf_str(&got), urls);
	assert_int_equal(l.rc, 0);
	buf_free(&got);
	done(&l);
}

/* The list is bad, and this is said. */
static void
assert_says(const char *text, const char *said)
{
	struct loaded l = parse(text);

	assert_string_equal(buf_str(&l.said), said);
	assert_int_equal(l.rc, -1);
	done(&l);
}

static void
every_column_is_kept(void **state)
{
	struct loaded l = parse(HEAD "https://a.example/,NEWS,News Media,2014-04-15,citizenlab,"
	                             "\"a, \"\"b\"\"\"\n");
	const struct target *t = &l.list.targets[0];

	(void)state;
	assert_int_equal(l.rc, 0);
	assert_int_equal(l.list.n, 1);
	assert_string_equal(l.list.name, "sample");
	assert_string_equal(t->url, "https://a.example/");
	assert_string_equal(t->category, "NEWS");
	assert_string_equal(t->added, "2014-04-15");
	assert_string_equal(t->source, "citizenlab");
	assert_string_equal(t->notes, "a, \"b\"");
	assert_ptr_equal(t->list, l.list.name);
	assert_int_equal(t->line, 2);
	done(&l);
}

static void
columns_come_in_any_order_and_case(void **state)
{
	struct loaded l = parse("Notes , \"URL\",extra,CATEGORY_CODE\nn,a.example,x,GRP\n");

	(void)state;
	assert_int_equal(l.rc, 0);
	assert_string_equal(l.list.targets[0].url, "https://a.example/");
	assert_string_equal(l.list.targets[0].category, "GRP");
	assert_string_equal(l.list.targets[0].notes, "n");
	assert_string_equal(l.list.targets[0].source, "");
	done(&l);
}

static void
line_endings_and_a_bom_do_not_matter(void **state)
{
	(void)state;
	assert_urls("\xef\xbb\xbfurl,notes\r\na.example,\r\n\r\nb.example,\r\n",
	    "https://a.example/ https://b.example/");
	assert_urls("url,notes\ra.example,\rb.example,", "https://a.example/ https://b.example/");
	assert_urls("\xef\xbb\xbf# mine\r\na.example\r\n\r\n  b.example\t\r\n#c.example\n",
	    "https://a.example/ https://b.example/");
	assert_urls("a.example", "https://a.example/");
}

static void
spread_sheets_may_write_semicolons_or_tabs(void **state)
{
	(void)state;
	assert_urls("url;notes\na.example;\"x;y\"\nb.example;1,5\n",
	    "https://a.example/ https://b.example/");
	assert_urls(
	    "notes\turl\nx\ta.example\n\tb.example\n", "https://a.example/ https://b.example/");
}

static void
short_and_empty_rows_are_fine(void **state)
{
	(void)state;
	assert_urls("url\na.example\n\nb.example\n", "https://a.example/ https://b.example/");
	assert_urls(HEAD "a.example\n,,,,,\n\"\"\n  \nb.example,NEWS,,,,,,,\n",
	    "https://a.example/ https://b.example/");
}

static void
comments_may_stand_above_the_header(void **state)
{
	(void)state;
	assert_urls("# url,list of mine\n\nurl,notes\na.example,\n", "https://a.example/");
}

static void
quoted_fields_may_hold_line_breaks_and_lines_are_still_counted(void **state)
{
	struct loaded l =
	    parse("url,notes\r\na.example,\"one\r\ntwo\n\nfour\"\r\nb.example,\nftp://c/,\n");

	(void)state;
	assert_int_equal(l.list.n, 2);
	assert_string_equal(l.list.targets[0].notes, "one\r\ntwo\n\nfour");
	assert_int_equal(l.list.targets[0].line, 2);
	assert_int_equal(l.list.targets[1].line, 6);
	assert_string_equal(buf_str(&l.said), "7! scheme \"ftp\" is neither http nor https\n");
	done(&l);
}

static void
every_bad_line_is_named(void **state)
{
	(void)state;
	assert_says("a.example\nftp://b.example\n\nhello\n#\nhttps://c.example:0/\n",
	    "2! scheme \"ftp\" is neither http nor https\n"
	    "4! \"hello\" is not a host name with a dot, nor a URL\n"
	    "6! port \"0\" is not a number from 1 to 65535\n");
	assert_says("url,notes\n,something\na.example,x,y\n#b.example,\n",
	    "2! no URL\n"
	    "3! 3 fields, but the header has 2 (a field with ',' in it goes in quotation marks)\n"
	    "4! a comment ('#') cannot stand in a CSV list\n");
}

static void
a_missing_url_column_is_named(void **state)
{
	(void)state;
	assert_says("site,category_code\nhttps://a.example/,NEWS\n",
	    "1! no \"url\" column in the header\n");
	assert_says("# mine\ncategory;notes\nNEWS;x\n", "2! no \"url\" column in the header\n");
	assert_says(
	    "https://a.example/\nb.example,NEWS\n", "2! character ',' in the host name (a CSV list "
	                                            "begins with a header that has \"url\")\n");
	/* Yet a comma in a path is nothing unusual. */
	assert_urls("https://a.example/1,2\n", "https://a.example/1,2");
}

static void
a_stray_quotation_mark_costs_one_row(void **state)
{
	struct loaded l = parse("url,notes\n"
	                        "a.example,5\" wide\n"
	                        "b.example,\"fine\"\n"
	                        "c.example,\"open\n"
	                        "d.example,\n"
	                        "e.example,\"fine\"\n"
	                        "f.example,\"open\n"
	                        "g.example,\n");

	(void)state;
	assert_string_equal(buf_str(&l.said),
	    "2! a quotation mark (\") in the wrong place\n"
	    "4! a quoted field that is not closed, or closed wrongly on line 6\n"
	    "7! a quoted field that is not closed\n");
	assert_int_equal(l.list.n, 4);
	assert_string_equal(l.list.targets[0].url, "https://b.example/");
	assert_string_equal(l.list.targets[1].url, "https://d.example/");
	assert_int_equal(l.list.targets[1].line, 5);
	assert_string_equal(l.list.targets[2].url, "https://e.example/");
	assert_string_equal(l.list.targets[3].url, "https://g.example/");
	assert_int_equal(l.list.targets[3].line, 8);
	done(&l);
}

static void
bytes_that_are_no_text_are_named(void **state)
{
	static const char plain[] = "a.example\nb.ex\0ample\n\xcf\xf0\xe8.example\n";
	static const char csv[] = "url,notes\na.example,\0\nb.example,\"\n\xcf\xf0\"\nc.example,\n";
	static const char said[] = "2! a NUL byte (is this a text file?)\n"
	                           "3! not UTF-8 (save the file as UTF-8)\n";
	struct loaded l = parse_bytes(plain, sizeof(plain) - 1, 0);

	(void)state;
	assert_string_equal(buf_str(&l.said), said);
	assert_int_equal(l.list.n, 1);
	done(&l);
	l = parse_bytes(csv, sizeof(csv) - 1, 0);
	assert_string_equal(buf_str(&l.said), said);
	assert_int_equal(l.list.n, 1);
	assert_int_equal(l.list.targets[0].line, 5);
	done(&l);
	l = parse_bytes("\xff\xfe"
	                "a\0",
	    4, 0);
	assert_string_equal(buf_str(&l.said), "1! UTF-16 text (save the file as UTF-8)\n");
	assert_int_equal(l.rc, -1);
	done(&l);
}

static void
a_list_without_targets_is_bad(void **state)
{
	(void)state;
	assert_says("", "1! no targets in this list\n");
	assert_says("# nothing\n\n", "2! no targets in this list\n");
	assert_says("url,notes\n", "1! no targets in this list\n");
}

static void
duplicates_are_left_out_counted_and_noted(void **state)
{
	struct loaded l =
	    parse("a.example\nhttps://A.example:443\nhttp://a.example/\na.example/#x\n");

	(void)state;
	assert_int_equal(l.rc, 0);
	assert_int_equal(l.list.n, 2);
	assert_int_equal(l.list.duplicates, 2);
	assert_string_equal(buf_str(&l.said), "2? the same URL as on line 1, left out\n"
	                                      "4? the same URL as on line 1, left out\n");
	done(&l);
}

static void
unknown_category_codes_are_noted(void **state)
{
	struct loaded l =
	    parse(HEAD "a.example,NEWZ,,,,\nb.example,NEWS,,,,\nc.example,\"\x1b[2J\",,,,\n");

	(void)state;
	assert_int_equal(l.rc, 0);
	assert_int_equal(l.list.n, 3);
	assert_string_equal(buf_str(&l.said), "2? category code \"NEWZ\" is none of Citizen Lab's\n"
	                                      "4? category code \"\" is none of Citizen Lab's\n");
	done(&l);
}

static void
skip_bad_goes_on_and_counts(void **state)
{
	static const char text[] = "a.example\nftp://b\nhello\nc.example\n";
	struct loaded l = parse_bytes(text, sizeof(text) - 1, LIST_SKIP_BAD);

	(void)state;
	assert_int_equal(l.rc, 0);
	assert_int_equal(l.list.bad, 2);
	assert_int_equal(l.list.n, 2);
	assert_true(strncmp(buf_str(&l.said), "2! ", 3) == 0);
	done(&l);
}

static void
very_long_lines_are_no_trouble(void **state)
{
	struct buf text = BUF_EMPTY;
	struct loaded l;
	size_t i;

	(void)state;
	buf_puts(&text, "url,notes\nhttps://a.example/,\"");
	for (i = 0; i < 2000000; i++)
		buf_putc(&text, 'x');
	buf_puts(&text, "\"\nhttps://");
	for (i = 0; i < 2000000; i++)
		buf_putc(&text, 'x');
	buf_puts(&text, "/,\nhttps://b.example/,\n");
	l = parse_bytes(buf_str(&text), text.len, 0);
	assert_string_equal(buf_str(&l.said), "3! the URL is 2000009 bytes long, more than 8192\n");
	assert_int_equal(l.list.n, 2);
	assert_int_equal(strlen(l.list.targets[0].notes), 2000000);
	done(&l);
	buf_free(&text);
}

static void
a_hundred_thousand_rows_load(void **state)
{
	struct buf text = BUF_EMPTY;
	struct loaded l;
	int i;

	(void)state;
	buf_puts(&text, HEAD);
	for (i = 0; i < 100000; i++)
		buf_printf(&text,
		    "https://www.site%d.example/%d,NEWS,News Media,2014-04-15,me,\"n, %d\"\n", i, i,
		    i);
	buf_puts(&text, "https://www.site77777.example/77777,NEWS,,,,\n");
	l = parse_bytes(buf_str(&text), text.len, 0);
	assert_int_equal(l.rc, 0);
	assert_int_equal(l.list.n, 100000);
	assert_string_equal(l.list.targets[99999].host, "www.site99999.example");
	assert_string_equal(l.list.targets[99999].notes, "n, 99999");
	assert_int_equal(l.list.targets[99999].line, 100001);
	assert_string_equal(buf_str(&l.said), "100002? the same URL as on line 77779, left out\n");
	done(&l);
	buf_free(&text);
}

static void
what_is_written_reads_back(void **state)
{
	struct loaded l = parse(HEAD
	                  "http://a.example:81/?x=1,NEWS,,2014-04-15,me,\"a, \"\"b\"\"\n c;\td\"\n"
	                  "https://[2001:db8::1]/,,,,,\n"),
	              again;
	struct buf csv = BUF_EMPTY;
	size_t i;

	(void)state;
	assert_int_equal(l.list.n, 2);
	list_write_head(&csv);
	for (i = 0; i < l.list.n; i++)
		list_write_target(&csv, &l.list.targets[i]);
	assert_string_equal(buf_str(&csv),
	    HEAD "http://a.example:81/?x=1,NEWS,News Media,2014-04-15,me,\"a, \"\"b\"\"\n c;\td\"\n"
	         "https://[2001:db8::1]/,,,,,\n");
	again = parse(buf_str(&csv));
	assert_int_equal(again.list.n, 2);
	assert_string_equal(again.list.targets[0].notes, l.list.targets[0].notes);
	done(&again);
	done(&l);
	buf_free(&csv);
}

static struct loaded
load(const char *name)
{
	struct loaded l = {.said = BUF_EMPTY};

	l.rc = list_load(name, 0, collect, &l.said, &l.list);
	return l;
}

static void
the_built_in_lists_are_clean(void **state)
{
	struct loaded l;
	size_t i, k;

	(void)state;
	for (i = 0; i < list_nbuiltins; i++) {
		l = load(list_builtins[i].name);
		assert_string_equal(buf_str(&l.said), "");
		assert_int_equal(l.rc, 0);
		assert_string_equal(l.list.name, list_builtins[i].name);
		assert_int_equal(l.list.duplicates, 0);
		for (k = 0; k < l.list.n; k++) {
			const struct category *category = category_find(l.list.targets[k].category);

			assert_non_null(category);
			assert_false(category->sensitive);
			assert_string_equal(l.list.targets[k].source, "netvane");
		}
		done(&l);
	}
}

static void
the_controls_cover_every_kind(void **state)
{
	struct loaded l = load("controls");
	size_t foreign = 0, domestic = 0, portal = 0, i;

	(void)state;
	for (i = 0; i < l.list.n; i++) {
		const struct target *t = &l.list.targets[i];

		assert_string_equal(t->category, "CTRL");
		if (strcmp(t->notes, "foreign") == 0 && t->https)
			foreign++;
		else if (strncmp(t->notes, "domestic:", 9) == 0 && t->https)
			domestic++;
		else if ((strncmp(t->notes, "portal status=", 14) == 0 ||
		             strncmp(t->notes, "portal body=", 12) == 0) &&
		         !t->https)
			portal++;
		else
			fail_msg("%s: %s", t->url, t->notes);
	}
	assert_true(foreign >= 4);
	assert_true(domestic >= 3);
	assert_true(portal >= 2);
	done(&l);
}

static void
what_cannot_be_read_is_told_apart_from_bad_lines(void **state)
{
	struct loaded l;

	(void)state;
	l = load("no-such-list");
	assert_int_equal(l.rc, -2);
	assert_string_equal(buf_str(&l.said),
	    "0! cannot read the list: No such file or directory "
	    "(nor is it a built-in list: netvane targets list)\n");
	done(&l);
	l = load("/");
	assert_int_equal(l.rc, -2);
	assert_string_equal(buf_str(&l.said), "0! cannot read the list: Is a directory\n");
	done(&l);
	l = load("/dev/zero");
	assert_int_equal(l.rc, -2);
	assert_string_equal(buf_str(&l.said),
	    "0! cannot read the list: larger than 64 MiB\n");
	done(&l);
}

/* Citizen Lab's own lists, where the tree lies beside a copy; they may not be shipped. */
static void
citizen_labs_lists_load(void **state)
{
	static const struct {
		const char *file;
		size_t rows;
	} samples[] = {{"kz.csv", 553}, {"global.csv", 1722}};
	struct loaded l;
	char *path;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		path = xasprintf(
		    "%s/../shared/data/test-lists/%s", getenv("top_srcdir"), samples[i].file);
		if (access(path, R_OK) != 0) {
			print_message("# %s is not there\n", path);
			free(path);
			skip();
		}
		l = load(path);
		assert_int_equal(l.rc, 0);
		assert_int_equal(l.list.n + l.list.duplicates, samples[i].rows);
		done(&l);
		free(path);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_column_is_kept),
	    cmocka_unit_test(columns_come_in_any_order_and_case),
	    cmocka_unit_test(line_endings_and_a_bom_do_not_matter),
	    cmocka_unit_test(spread_sheets_may_write_semicolons_or_tabs),
	    cmocka_unit_test(short_and_empty_rows_are_fine),
	    cmocka_unit_test(comments_may_stand_above_the_header),
	    cmocka_unit_test(quoted_fields_may_hold_line_breaks_and_lines_are_still_counted),
	    cmocka_unit_test(every_bad_line_is_named),
	    cmocka_unit_test(a_missing_url_column_is_named),
	    cmocka_unit_test(a_stray_quotation_mark_costs_one_row),
	    cmocka_unit_test(bytes_that_are_no_text_are_named),
	    cmocka_unit_test(a_list_without_targets_is_bad),
	    cmocka_unit_test(duplicates_are_left_out_counted_and_noted),
	    cmocka_unit_test(unknown_category_codes_are_noted),
	    cmocka_unit_test(skip_bad_goes_on_and_counts),
	    cmocka_unit_test(very_long_lines_are_no_trouble),
	    cmocka_unit_test(a_hundred_thousand_rows_load),
	    cmocka_unit_test(what_is_written_reads_back),
	    cmocka_unit_test(the_built_in_lists_are_clean),
	    cmocka_unit_test(the_controls_cover_every_kind),
	    cmocka_unit_test(what_cannot_be_read_is_told_apart_from_bad_lines),
	    cmocka_unit_test(citizen_labs_lists_load),
	};
	const char *top = getenv("top_srcdir");
	char *dir;

	if (top == NULL)
		setenv("top_srcdir", getenv("srcdir") != NULL ? getenv("srcdir") : ".", 1);
	dir = xasprintf("%s/targets", getenv("top_srcdir"));
	setenv("NETVANE_DATADIR", dir, 1);
	free(dir);
	return cmocka_run_group_tests_name("list", tests, NULL, NULL);
}
