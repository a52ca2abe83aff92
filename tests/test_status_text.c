/* What `netvane status' shows on a terminal: what is so, in its width, and nothing that a terminal would obey. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/table.h"
#include "base/utf8.h"
#include "probe/status_model.h"
#include "probe/status_view.h"
#include "tests/status_sample.h"

static struct status *st;
static struct buf text;

static int
setup(void **state)
{
	(void)state;
	st = status_new();
	setlocale(LC_CTYPE, "C.UTF-8");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	status_free(st);
	buf_free(&text);
	return 0;
}

static void
show(int width, bool colour)
{
	buf_clear(&text);
	status_text(st, status_sample_now, width, colour, &text);
}

static void
assert_shows(const char *part)
{
	if (strstr(buf_str(&text), part) == NULL)
		fail_msg("not there: %s\nin: %s", part, buf_str(&text));
}

static void
it_says_what_is_so(void **state)
{
	(void)state;
	status_sample(st, false);
	show(300, false);
	assert_shows("Of 9 sites, 2 are reached. 2 are blocked.");
	assert_shows("Daemon      netvane 0.1.0, runs as process 4242, for 10 days\n");
	assert_shows("Last round  2026-11-22 06:37 UTC (3 minutes ago)\n");
	assert_shows("Next round  2026-11-22 06:52 UTC (in 12 minutes)\n");
	assert_shows("Network     degraded; IPv6 absent; doh-blocked\n");
	assert_shows("Traffic     31.2 MB today of 200.0 MB\n");
	assert_shows("Journal     412.3 MB of 2.0 GB; 12 records wait in memory; trouble: No space left on device\n");
	assert_shows("\nOpen anomalies\n- Two sites of global-social fail at TLS since the same quarter of an hour. It began between "
	             "2026-11-21 21:25 UTC and 2026-11-21 21:40 UTC. It coincides with Anniversary of 22 November. "
	             "[0d1e2f3a4b5c6d7e8f90a1b2c3d4e5f6]\n");
	assert_shows("- https://web.telegram.org/: slowed down. It began before 2026-11-21 00:40 UTC. [1d1e2f");
	assert_shows("\nTimes without measurements\nFROM ");
	assert_shows("captive portal\n");
}

static void
sites_stand_in_a_table_with_a_symbol_a_day(void **state)
{
	(void)state;
	status_sample(st, false);
	show(0, false);
	assert_shows("× blocked: reset at TLS (watched closely)");
	assert_shows("47 seconds ago  ✓✓✓✓✓~✓✓✓✓✓✓~×\n");
	assert_shows("✓ reached");
	assert_shows("never           --------------\n");
	assert_shows("· the site's own fault: connection refused");
}

static void
without_UTF8_it_uses_ASCII(void **state)
{
	size_t i;

	(void)state;
	setlocale(LC_CTYPE, "C");
	status_sample(st, false);
	show(0, true);
	assert_shows("x blocked: ");
	assert_shows("+++++~++++++~x\n");
	for (i = 0; i < text.len; i++)
		assert_true((unsigned char)text.data[i] < 0x80);
	setlocale(LC_CTYPE, "C.UTF-8");
}

static void
assert_fits(size_t width)
{
	char *line, *save, *copy = xstrdup(buf_str(&text));

	for (line = strtok_r(copy, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save))
		if (table_text_width(line) > width)
			fail_msg("%zu columns: %s", table_text_width(line), line);
	free(copy);
}

static void
it_keeps_to_the_width(void **state)
{
	(void)state;
	status_sample(st, false);
	show(80, false);
	assert_fits(80);
	show(100, false);
	assert_fits(100);
}

static void
colour_stands_beside_symbols(void **state)
{
	(void)state;
	status_sample(st, false);
	show(80, false);
	assert_null(strchr(buf_str(&text), '\033'));
	show(80, true);
	assert_shows("\033[31m× blocked");
	assert_shows("\033[32m✓ reached");
}

static void
at_the_first_start_there_is_little_to_say(void **state)
{
	(void)state;
	status_sample_fresh(st);
	show(80, false);
	assert_shows("There are no sites to measure.\n");
	assert_null(strstr(buf_str(&text), "SITE"));
	assert_null(strstr(buf_str(&text), "anomalies"));
	assert_null(strstr(buf_str(&text), "Last round"));
}

static void
nothing_known_is_no_crash(void **state)
{
	(void)state;
	show(80, true);
	assert_shows("The daemon does not run");
	status_add_target(st, NULL, NULL);
	status_anomaly_target(st, status_add_anomaly(st, NULL), NULL);
	status_anomaly_target(st, status_add_anomaly(st, ""), "");
	status_add_gap(st, 0, 0, NULL);
	show(80, true);
	assert_shows("no reason known");
}

/* Escapes are ours or none: after a colour of ours has been taken out, no control but the newline is left. */
static void
a_terminal_obeys_nothing_of_it(void **state)
{
	size_t i, n;
	uint32_t code;

	(void)state;
	status_sample(st, true);
	show(80, false);
	assert_true(utf8_valid(text.data, text.len));
	for (i = 0; i < text.len; i += n) {
		n = utf8_next(text.data + i, text.len - i, &code);
		if (code != '\n' && (code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x202a && code <= 0x202e)))
			fail_msg("U+%04X at %zu", code, i);
	}
	/* A newline of a text's own would begin a line of somebody else's. */
	assert_null(strstr(buf_str(&text), "\npwned"));
	assert_null(strstr(buf_str(&text), "\n# TYPE"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(it_says_what_is_so, setup, teardown),
	    cmocka_unit_test_setup_teardown(sites_stand_in_a_table_with_a_symbol_a_day, setup, teardown),
	    cmocka_unit_test_setup_teardown(without_UTF8_it_uses_ASCII, setup, teardown),
	    cmocka_unit_test_setup_teardown(it_keeps_to_the_width, setup, teardown),
	    cmocka_unit_test_setup_teardown(colour_stands_beside_symbols, setup, teardown),
	    cmocka_unit_test_setup_teardown(at_the_first_start_there_is_little_to_say, setup, teardown),
	    cmocka_unit_test_setup_teardown(nothing_known_is_no_crash, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_terminal_obeys_nothing_of_it, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
