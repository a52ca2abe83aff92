/*
 * Two parsers, one truth: whatever text there is, simdjson's nodes are jansson's, or jansson has the last word. Where netvane was
 * built without simdjson there is nothing to compare, and the test says so.
 */
#include "config.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "analysis/bulk.h"
#include "base/buf.h"
#include "base/mem.h"
#include "results/json_node.h"
#include "results/measurement.h"

static struct bulk *fast, *plain;
static size_t compared;

static int
parsers_new(void **state)
{
	(void)state;
	fast = bulk_new(false);
	plain = bulk_new(true);
	print_message("# %s beside %s\n", bulk_parser_name(fast), bulk_parser_name(plain));
	return 0;
}

static int
parsers_free(void **state)
{
	(void)state;
	bulk_free(fast);
	bulk_free(plain);
	return 0;
}

/* --- the same -------------------------------------------------------------------------------- */

static bool
same_node(const struct node *a, const struct node *b)
{
	struct node_walk x, y;
	const struct node *p, *q;

	if (a->type != b->type)
		return false;
	switch (a->type) {
	case NODE_STRING:
		return a->n == b->n && memcmp(a->text, b->text, a->n + 1) == 0;
	case NODE_INTEGER:
		return a->integer == b->integer;
	case NODE_REAL:
		return memcmp(&a->real, &b->real, sizeof(a->real)) == 0;
	case NODE_ARRAY:
		for (x = node_items(a), y = node_items(b);;) {
			p = node_next(&x);
			q = node_next(&y);
			if (p == NULL || q == NULL)
				return p == q;
			if (!same_node(p, q))
				return false;
		}
	case NODE_OBJECT:
		/* Of equal keys only the last is there to be found. */
		for (x = node_items(a); (p = node_next(&x)) != NULL;) {
			q = node_member(b, x.key);
			if (q == NULL || !same_node(p, q))
				return false;
		}
		for (y = node_items(b); (q = node_next(&y)) != NULL;)
			if (node_member(a, y.key) == NULL)
				return false;
		return true;
	default:
		return true;
	}
}

static char *
encoded(const struct node *root, enum measurement_depth depth)
{
	char error[200] = "";
	size_t oddities = 0;
	struct measurement *m = measurement_of(root, depth, &oddities, error, sizeof(error));
	struct buf out = BUF_EMPTY;

	if (m != NULL)
		measurement_encode(m, &out);
	if (depth == MEASUREMENT_FULL)
		buf_printf(&out, "%zu oddities", oddities);
	buf_puts(&out, error);
	measurement_free(m);
	return buf_steal(&out);
}

/* Both parsers' measurements of the two trees, in full and in brief. */
static void
same_measurement(const struct node *a, const struct node *b, enum measurement_depth depth,
    const char *name)
{
	char *one = encoded(a, depth), *other = encoded(b, depth);

	if (strcmp(one, other) != 0)
		fail_msg("%s:\n%.300s\nis not\n%.300s", name, one, other);
	free(one);
	free(other);
}

static void
compare(const char *data, size_t len, const char *name)
{
	struct buf text = BUF_EMPTY;
	char why[2][200] = {"", ""};
	const struct node *a, *b;

	/* What is behind the text must not matter. */
	buf_add(&text, data, len);
	memset(buf_room(&text, BULK_PADDING), '"', BULK_PADDING);
	a = bulk_parse(fast, text.data, len, false, why[0], sizeof(why[0]));
	b = bulk_parse(plain, text.data, len, false, why[1], sizeof(why[1]));
	if ((a == NULL) != (b == NULL) || strcmp(why[0], why[1]) != 0)
		fail_msg("%s: \"%s\" is not \"%s\"", name, why[0], why[1]);
	if (a != NULL) {
		if (!same_node(a, b))
			fail_msg("%s: the parsers differ", name);
		same_measurement(a, b, MEASUREMENT_FULL, name);
	}
	a = bulk_parse(fast, text.data, len, true, why[0], sizeof(why[0]));
	if ((a == NULL) != (b == NULL))
		fail_msg("%s: brief, \"%s\" is not \"%s\"", name, why[0], why[1]);
	if (a != NULL)
		same_measurement(a, b, MEASUREMENT_BRIEF, name);
	buf_free(&text);
	compared++;
}

static void
compare_text(const char *text)
{
	compare(text, strlen(text), text);
}

/* --- texts ----------------------------------------------------------------------------------- */

static void
what_one_parser_takes_the_other_takes(void **state)
{
	static const char *const texts[] = {
	    "", " ", "{}", "[]", "[1,-0,0,1.5,1e3,-1E-3]", "1", "\"x\"", "null", "true x", "{} x", "{}{}",
	    "{\"a\":1,}", "[1,]", "[01]", "[1.]", "[.5]", "[+1]", "[1e]", "[NaN]", "[Infinity]", "[--1]",
	    "[9223372036854775807,-9223372036854775808]", "[9223372036854775808]",
	    "[-9223372036854775809]", "[18446744073709551615]", "[18446744073709551616]",
	    "[123456789012345678901234567890]", "[1e400]", "[1e-400]", "[4.9e-324]",
	    "[0.1,2.2250738585072011e-308,1.7976931348623157e308,123456789.123456789]",
	    "[\"\\u0000\"]", "{\"\\u0000\":1}", "{\"a\\u0000b\":1}", "{\"a\\\\u0000b\":1}",
	    "{\"test_keys\":{\"a\":{\"\\u0000\":1}}}", "{\"a\":[{\"b\":{\"c\\u0000\":[]}}]}",
	    "[\"\\ud800\"]", "[\"\\udc00\"]", "[\"\\ud83d\\ude00\"]", "[\"\\ud83d\\ud83d\"]", "[\"\\uD83Dx\"]",
	    "[\"\\ude00\\ud83d\"]", "{\"a\":{\"b\":[\"\\udfff\"]}}", "[\"\\\\ud800\"]", "[\"\xed\xa0\x80\"]",
	    "[\"\xed\x9f\xbf\"]", "[\"\xed\x9f\xbf\\ud83d\\ude00\"]", "[\"\xff\"]", "[\"\xc0\x80\"]", "[\"\xf4\x90\x80\x80\"]",
	    "[\"\\x\"]", "[\"\\u12\"]", "[\"\t\"]", "[\"\x01\"]", "[\"", "[\"\\", "{\"a\"", "{\"a\":", "[[[[", "]", "}",
	    "{\"a\":1,\"a\":2}", "{\"a\":{\"b\":1,\"b\":[]},\"a\":3,\"b\":4}", "{\"\":1,\"\":2}",
	    "{\"headers\":{\"x\":\"1\",\"y\":\"2\",\"x\":\"3\"}}", "\xef\xbb\xbf{}", "{\"a\":1}\n\t ", "{1:2}", "{\"a\" 1}",
	    "[tru]", "[truex]", "[null", "[\"a\" \"b\"]", "{\"x\":[18446744073709551615]}",
	    "{\"test_name\":\"t\",\"test_keys\":{\"l\":[{\"n\":18446744073709551615}]}}",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		compare_text(texts[i]);
}

/* Nesting, keys that are many, and all lengths around the parser's blocks. */
static void
size_makes_no_difference(void **state)
{
	static const int depths[] = {10, 1000, 1022, 1023, 1024, 1025, 2046, 2047, 2048, 2049, 5000};
	struct buf text = BUF_EMPTY;
	size_t i;
	int n;

	(void)state;
	for (i = 0; i < sizeof(depths) / sizeof(depths[0]); i++) {
		buf_clear(&text);
		for (n = 0; n < depths[i]; n++)
			buf_putc(&text, '[');
		for (n = 0; n < depths[i]; n++)
			buf_putc(&text, ']');
		compare_text(buf_str(&text));
	}
	for (i = 0; i < 200; i++) {
		buf_clear(&text);
		buf_puts(&text, "{\"test_name\":\"");
		for (n = 0; n < (int)i; n++)
			buf_putc(&text, 'x');
		buf_puts(&text, "\"}");
		compare_text(buf_str(&text));
	}
	for (i = 40; i < 60; i++) {
		buf_clear(&text);
		buf_puts(&text, "{\"test_name\":\"web_connectivity\",\"annotations\":{");
		for (n = 0; n < (int)i; n++)
			buf_printf(&text, "\"key-%d\":\"%d\",", n % 45, n);
		buf_puts(&text, "\"\":\"\"},\"test_keys\":{}}");
		compare_text(buf_str(&text));
	}
	buf_free(&text);
}

static void
a_million_values_are_refused_by_both(void **state)
{
	struct buf text = BUF_EMPTY;
	char why[200];
	size_t i;

	(void)state;
	buf_putc(&text, '[');
	for (i = 0; i < NODE_MAX; i++)
		buf_puts(&text, "1,");
	buf_puts(&text, "1]");
	compare_text(buf_str(&text));
	buf_room(&text, BULK_PADDING);
	assert_null(bulk_parse(fast, text.data, text.len, false, why, sizeof(why)));
	assert_string_equal(why, "more than a million values");
	/* A string may be as long. */
	memset(text.data, 'x', text.len);
	memcpy(text.data, "[\"", 2);
	memcpy(text.data + text.len - 2, "\"]", 2);
	assert_non_null(bulk_parse(fast, text.data, text.len, false, why, sizeof(why)));
	buf_free(&text);
}

/* --- files ----------------------------------------------------------------------------------- */

static void
compare_file(const char *path)
{
	FILE *file = fopen(path, "r");
	struct buf all = BUF_EMPTY;
	char *line, *newline;
	size_t n;

	if (file == NULL)
		fail_msg("%s cannot be read", path);
	while ((n = fread(buf_room(&all, 65536), 1, 65536, file)) > 0)
		all.len += n;
	fclose(file);
	if (all.len == 0) {
		buf_free(&all);
		return;
	}
	all.data[all.len] = '\0';
	compare(all.data, all.len, path);
	for (line = all.data; (newline = memchr(line, '\n', (size_t)(all.data + all.len - line))) != NULL;
	     line = newline + 1)
		compare(line, (size_t)(newline - line), path);
	buf_free(&all);
}

/* All files in a directory, and in those in it. */
static void
compare_directory(const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;
	struct stat st;
	char *below;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		below = xasprintf("%s/%s", path, entry->d_name);
		if (stat(below, &st) == 0 && S_ISDIR(st.st_mode))
			compare_directory(below);
		else if (strstr(below, ".gz") == NULL && strstr(below, ".zst") == NULL)
			compare_file(below);
		free(below);
	}
	if (dir != NULL)
		closedir(dir);
}

static void
compare_below(const char *name)
{
	char *path = xasprintf("%s/%s", getenv("top_srcdir"), name);

	compare_directory(path);
	free(path);
}

static void
every_sample_reads_the_same(void **state)
{
	size_t before = compared;

	(void)state;
	compare_below("tests/data");
	assert_true(compared > before + 20);
	compare_below("../shared/data/ooni-web-connectivity");
}

static void
every_input_of_the_fuzzers_reads_the_same(void **state)
{
	static const char *const corpora[] = {"measurement", "record_reader", "vantage", "status", "gaps",
	    "anomaly", "lesson", "explain"};
	size_t before = compared, i;
	char *name;

	(void)state;
	for (i = 0; i < sizeof(corpora) / sizeof(corpora[0]); i++) {
		name = xasprintf("tests/corpus/%s", corpora[i]);
		compare_below(name);
		free(name);
	}
	assert_true(compared > before + 50);
}

/* A generator of its own, so that a failure comes again. */
static uint32_t
random_next(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33);
}

static void
samples_with_bytes_changed_read_the_same(void **state)
{
	static const char bytes[] = "{}[]\",:\\u0dD8eE+-.1927ntrf \t\x01\x80\xed\xff";
	char *path = xasprintf("%s/tests/data/ooni.jsonl", getenv("top_srcdir"));
	FILE *file = fopen(path, "r");
	char *line = NULL, was;
	size_t room = 0, at;
	uint64_t seed = 5;
	ssize_t len;
	int i;

	(void)state;
	assert_non_null(file);
	while ((len = getline(&line, &room, file)) > 0)
		for (i = 0; i < 400; i++) {
			at = random_next(&seed) % (size_t)len;
			was = line[at];
			line[at] = bytes[random_next(&seed) % (sizeof(bytes) - 1)];
			compare(line, (size_t)len, line);
			if (i % 3 != 0)
				line[at] = was;
		}
	free(line);
	fclose(file);
	free(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_one_parser_takes_the_other_takes),
	    cmocka_unit_test(size_makes_no_difference),
	    cmocka_unit_test(a_million_values_are_refused_by_both),
	    cmocka_unit_test(every_sample_reads_the_same),
	    cmocka_unit_test(every_input_of_the_fuzzers_reads_the_same),
	    cmocka_unit_test(samples_with_bytes_changed_read_the_same),
	};

	return cmocka_run_group_tests_name("bulk", tests, parsers_new, parsers_free);
}
