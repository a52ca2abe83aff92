/* The configuration: what a file may say, and how it is told what is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/log.h"
#include "probe/conf.h"

/* Reads text as a file; returns conf_read's result. What it logs goes to *said (to free) when wanted. */
static int
reads(struct conf *conf, const char *text, char **said)
{
	char path[] = "/tmp/netvane-conf-XXXXXX", log[] = "/tmp/netvane-log-XXXXXX";
	int fd = mkstemp(path), log_fd = mkstemp(log), saved = dup(STDERR_FILENO), result;
	static char heard[8192];
	ssize_t n;

	assert_true(fd >= 0 && log_fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	dup2(log_fd, STDERR_FILENO);
	result = conf_read(conf, path, false);
	dup2(saved, STDERR_FILENO);
	n = pread(log_fd, heard, sizeof(heard) - 1, 0);
	heard[n > 0 ? n : 0] = '\0';
	if (said != NULL)
		*said = strdup(heard);
	close(log_fd);
	close(saved);
	unlink(path);
	unlink(log);
	return result;
}

static void
options_of_every_type_are_read(void **state)
{
	struct conf *conf = conf_new();

	(void)state;
	assert_int_equal(reads(conf,
			     "# a comment\n"
			     "[probe]\nconcurrency = 7\ncountry = KZ\nasn = AS9198\n"
			     "[dns]\nsystem = no\nresolver = 192.0.2.1 192.0.2.2:5353\n"
			     "[limits]\nscale = 0.25\n",
			     NULL),
	    0);
	assert_int_equal(conf->concurrency, 7);
	assert_string_equal(conf->country, "KZ");
	assert_false(conf->system_resolver);
	assert_int_equal(conf->resolvers.n, 2);
	assert_string_equal(conf->resolvers.items[1], "192.0.2.2:5353");
	assert_int_equal(conf_scaled(conf, conf->dns_ms), 1000);
	conf_free(conf);
}

static void
a_files_list_replaces_the_one_before_and_may_take_several_lines(void **state)
{
	struct conf *conf = conf_new();

	(void)state;
	assert_int_equal(reads(conf, "[targets]\nlist = one\n  two\nlist = three\n", NULL), 0);
	assert_int_equal(conf->lists.n, 3);
	assert_int_equal(reads(conf, "[targets]\nlist = four\n", NULL), 0);
	assert_int_equal(conf->lists.n, 1);
	assert_string_equal(conf->lists.items[0], "four");
	assert_int_equal(reads(conf, "[dns]\ndoh =\n", NULL), 0);
	assert_int_equal(conf->doh.n, 0);
	conf_free(conf);
}

static void
every_mistake_is_told_with_its_line(void **state)
{
	static const struct {
		const char *text, *line, *words;
	} cases[] = {
	    {"[probe]\nconcurency = 7\n", ":2: ", "no option 'concurency'"},
	    {"[probe]\n\nconcurrency = many\n", ":3: ", "not a whole number"},
	    {"[probe]\nconcurrency = 0\n", ":2: ", "out of range"},
	    {"[probe]\nconcurrency = 99999999999\n", ":2: ", "out of range"},
	    {"[probe]\ncountry = kz\n", ":2: ", "two-letter"},
	    {"[dns]\nsystem = maybe\n", ":2: ", "yes or no"},
	    {"[limits]\nscale = nan\n", ":2: ", "not a number"},
	    {"[probe]\nthis is not an option\n", ":2: ", "neither [section] nor name = value"},
	    {"[nowhere]\nx = 1\n", ":2: ", "[nowhere]"},
	};
	struct conf *conf;
	char *said;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		conf = conf_new();
		assert_int_equal(reads(conf, cases[i].text, &said), -1);
		if (strstr(said, cases[i].line) == NULL || strstr(said, cases[i].words) == NULL)
			fail_msg("%s: said '%s'", cases[i].text, said);
		free(said);
		conf_free(conf);
	}
}

static void
two_mistakes_are_told_in_one_reading(void **state)
{
	struct conf *conf = conf_new();
	char *said;

	(void)state;
	assert_int_equal(reads(conf, "[probe]\nx = 1\ny = 2\n", &said), -1);
	assert_non_null(strstr(said, ":2: "));
	assert_non_null(strstr(said, ":3: "));
	free(said);
	conf_free(conf);
}

static void
a_line_that_is_too_long_is_told_not_cut(void **state)
{
	struct conf *conf = conf_new();
	char text[20000] = "[probe]\nstate = ", *said;
	size_t start = strlen(text);

	(void)state;
	memset(text + start, 'x', sizeof(text) - start - 1);
	text[sizeof(text) - 2] = '\n';
	assert_int_equal(reads(conf, text, &said), -1);
	assert_non_null(strstr(said, ":2: "));
	assert_non_null(strstr(said, "too long"));
	free(said);
	conf_free(conf);
}

static void
what_is_shown_reads_back_the_same(void **state)
{
	struct conf *conf = conf_new(), *again = conf_new();
	struct buf first = BUF_EMPTY, second = BUF_EMPTY;

	(void)state;
	assert_null(conf_set(conf, "dns.doh", "https://a.example/dns-query#192.0.2.1 https://b.example/"));
	assert_null(conf_set(conf, "probe.state", "/somewhere"));
	conf_show(conf, &first);
	assert_int_equal(reads(again, buf_str(&first), NULL), 0);
	conf_show(again, &second);
	assert_string_equal(buf_str(&first), buf_str(&second));
	buf_free(&first);
	buf_free(&second);
	conf_free(conf);
	conf_free(again);
}

static void
a_missing_file_is_told_unless_it_may_be(void **state)
{
	struct conf *conf = conf_new();

	(void)state;
	assert_int_equal(conf_read(conf, "/nonexistent/netvane.conf", true), 0);
	assert_int_equal(conf_read(conf, "/nonexistent/netvane.conf", false), -1);
	conf_free(conf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(options_of_every_type_are_read),
	    cmocka_unit_test(a_files_list_replaces_the_one_before_and_may_take_several_lines),
	    cmocka_unit_test(every_mistake_is_told_with_its_line),
	    cmocka_unit_test(two_mistakes_are_told_in_one_reading),
	    cmocka_unit_test(a_line_that_is_too_long_is_told_not_cut),
	    cmocka_unit_test(what_is_shown_reads_back_the_same),
	    cmocka_unit_test(a_missing_file_is_told_unless_it_may_be),
	};

	log_init("test_conf", LOG_LEVEL_INFO);
	return cmocka_run_group_tests_name("conf", tests, NULL, NULL);
}
