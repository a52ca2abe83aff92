/* What the model of a status promises, and the words for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "probe/site_name.h"
#include "probe/status_model.h"
#include "probe/status_words.h"

static const int64_t second = 1000000, hour = INT64_C(3600) * 1000000, day = INT64_C(86400) * 1000000;
/* 2026-11-22 06:40:00 UTC */
static const int64_t now = INT64_C(1795329600) * 1000000;

static struct status *st;

static int
setup(void **state)
{
	(void)state;
	st = status_new();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	status_free(st);
	return 0;
}

/* --- cells ----------------------------------------------------------------------------------- */

static void
nothing_is_known_at_first(void **state)
{
	(void)state;
	assert_int_equal(st->probe.pid, -1);
	assert_int_equal(st->budget.limit, -1);
	assert_int_equal(st->journal.bytes, -1);
	assert_int_equal(st->counters.lost, -1);
	assert_null(st->journal.trouble);
	status_free(NULL);
}

static void
the_grid_ends_with_the_span_that_now_is_in(void **state)
{
	(void)state;
	status_set_grid(st, now, 14, 3600);
	assert_int_equal(st->grid.n, 14 * 24);
	assert_int_equal(st->grid.from_us + (int64_t)st->grid.n * hour, now + 20 * 60 * second);
	status_set_grid(st, now, 7, 86400);
	assert_int_equal(st->grid.n, 7);
	assert_int_equal(st->grid.from_us % day, 0);
	status_set_grid(st, now, 100000, 3600);
	assert_int_equal(st->grid.n, STATUS_CELLS_MAX);
}

static void
verdicts_are_counted_where_they_belong(void **state)
{
	struct status_target *target = status_add_target(st, "https://a.test/", "l");

	(void)state;
	status_set_grid(st, now, 1, 3600);
	assert_null(target->cells);
	status_count(st, target, st->grid.from_us - 1, VERDICT_OK, 1);
	status_count(st, target, st->grid.from_us + 24 * hour, VERDICT_OK, 1);
	assert_null(target->cells);
	status_count(st, target, st->grid.from_us, VERDICT_OK, 2);
	status_count(st, target, st->grid.from_us + 24 * hour - 1, VERDICT_BLOCKED, UINT32_MAX);
	status_count(st, target, now, VERDICT_BLOCKED, 5);
	assert_int_equal(target->cells[0].counts[VERDICT_OK], 2);
	assert_int_equal(target->cells[23].counts[VERDICT_BLOCKED], UINT32_MAX);
}

static void
without_a_grid_nothing_is_counted(void **state)
{
	struct status_target *target = status_add_target(st, "https://a.test/", "l");

	(void)state;
	status_count(st, target, now, VERDICT_OK, 1);
	assert_null(target->cells);
}

static void
a_span_shows_what_it_was_all_in_all(void **state)
{
	static const struct {
		uint32_t counts[VERDICT_STATUS_MAX]; /* none, ok, blocked, likely_blocked, impaired, down, insufficient */
		enum status_face face;
	} cases[] = {
	    {{0}, FACE_NONE},
	    {{7, 0, 0, 0, 0, 0, 0}, FACE_NONE},
	    {{0, 1, 0, 0, 0, 0, 95}, FACE_OK},
	    {{0, 0, 0, 0, 0, 0, 1}, FACE_UNTOLD},
	    {{0, 48, 1, 47, 0, 0, 0}, FACE_BLOCKED},
	    {{0, 48, 0, 48, 0, 0, 0}, FACE_LIKELY},
	    {{0, 95, 1, 0, 0, 0, 0}, FACE_PARTLY},
	    {{0, 0, 1, 0, 1, 1, 0}, FACE_PARTLY},
	    {{0, 2, 0, 0, 1, 1, 0}, FACE_OK},
	    {{0, 1, 0, 0, 1, 1, 0}, FACE_IMPAIRED},
	    {{0, 1, 0, 0, 1, 2, 0}, FACE_DOWN},
	    {{0, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX}, FACE_PARTLY},
	};
	struct status_cell cell;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memcpy(cell.counts, cases[i].counts, sizeof(cell.counts));
		if (status_cell_face(&cell) != cases[i].face)
			fail_msg("case %zu: %d", i, (int)status_cell_face(&cell));
	}
}

static void
hours_add_up_to_days_of_the_calendar(void **state)
{
	struct status_target *target = status_add_target(st, "https://a.test/", "l");
	struct status_span spans[3];
	struct status_cell cell;

	(void)state;
	status_set_grid(st, now, 14, 3600);
	status_count(st, target, now - now % day, VERDICT_OK, 1);
	status_count(st, target, now, VERDICT_OK, 1);
	status_count(st, target, now - now % day - 1, VERDICT_BLOCKED, 1);
	assert_int_equal(status_spans(&st->grid, 86400, spans, 3), 3);
	assert_int_equal(spans[2].start_us, now - now % day);
	assert_int_equal(spans[2].end - spans[2].first, 7);
	assert_int_equal(spans[1].end - spans[1].first, 24);
	cell = status_span_cell(target, &spans[2]);
	assert_int_equal(cell.counts[VERDICT_OK], 2);
	assert_int_equal(cell.counts[VERDICT_BLOCKED], 0);
	cell = status_span_cell(target, &spans[1]);
	assert_int_equal(cell.counts[VERDICT_BLOCKED], 1);
}

static void
a_short_grid_has_few_spans(void **state)
{
	struct status_span spans[3];

	(void)state;
	assert_int_equal(status_spans(&st->grid, 86400, spans, 3), 0);
	status_set_grid(st, now, 2, 86400);
	assert_int_equal(status_spans(&st->grid, 86400, spans, 3), 2);
	assert_true(spans[0].start_us < spans[1].start_us);
}

static void
a_gap_counts_where_it_overlaps(void **state)
{
	struct status_gap gap = {.from_us = now, .until_us = now + 100 * second};

	(void)state;
	assert_int_equal(status_gap_seconds(&gap, now, now + day), 100);
	assert_int_equal(status_gap_seconds(&gap, now + 90 * second, now + day), 10);
	assert_int_equal(status_gap_seconds(&gap, now - day, now + 30 * second), 30);
	assert_int_equal(status_gap_seconds(&gap, now - day, now - 1), 0);
	gap.until_us = 0;
	assert_int_equal(status_gap_seconds(&gap, now - day, now + day), 86400);
}

/* --- words ----------------------------------------------------------------------------------- */

static void
times_read_as_people_say_them(void **state)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} cases[] = {{-5, "0 seconds"}, {0, "0 seconds"}, {1, "1 second"}, {59, "59 seconds"}, {60, "1 minute"},
	    {3599, "59 minutes"}, {3600, "1 hour"}, {3660, "1 hour 1 minute"}, {36000 + 60, "10 hours"},
	    {86400, "1 day"}, {2 * 86400 + 4 * 3600 + 59, "2 days 4 hours"}, {INT64_MAX / 1000000, "106751991 days"}};
	char text[STATUS_WORDS_SIZE];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(status_lasted(cases[i].seconds, text), cases[i].text);
	assert_string_equal(status_when(now, text), "2026-11-22 06:40 UTC");
	assert_string_equal(status_ago(now - 180 * second, now, text), "3 minutes ago");
	assert_string_equal(status_ago(now - second, now, text), "just now");
	assert_string_equal(status_until(now + 720 * second, now, text), "in 12 minutes");
	assert_string_equal(status_until(now - day, now, text), "now");
}

static void
a_clock_set_back_makes_no_nonsense(void **state)
{
	char text[STATUS_WORDS_SIZE];

	(void)state;
	assert_string_equal(status_ago(now + day, now, text), "just now");
}

static void
sizes_have_units(void **state)
{
	static const struct {
		int64_t bytes;
		const char *text;
	} cases[] = {{0, "0 bytes"}, {1, "1 byte"}, {999, "999 bytes"}, {1000, "1.0 kB"}, {999949, "999.9 kB"},
	    {999950, "1.0 MB"}, {1234567890, "1.2 GB"}, {INT64_MAX, "9.2 EB"}};
	char text[STATUS_WORDS_SIZE];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(status_bytes(cases[i].bytes, text), cases[i].text);
}

static void
assert_cell_words(const struct status_cell *cell, const char *expected)
{
	struct buf text = BUF_EMPTY;

	status_cell_words(cell, &text);
	assert_string_equal(buf_str(&text), expected);
	buf_free(&text);
}

static void
a_cell_tells_the_worst_first(void **state)
{
	struct status_cell cell = {.counts = {[VERDICT_NONE] = 1, [VERDICT_OK] = 93, [VERDICT_BLOCKED] = 2}};

	(void)state;
	assert_cell_words(&cell, "2 blocked, 1 not judged, 93 reached");
	cell = (struct status_cell){{0}};
	assert_cell_words(&cell, "not measured");
}

static void
what_needs_looking_at_comes_first(void **state)
{
	static const enum verdict_status last[] = {VERDICT_OK, VERDICT_DOWN, VERDICT_LIKELY_BLOCKED, VERDICT_OK, VERDICT_BLOCKED};
	size_t *order, i;

	(void)state;
	for (i = 0; i < 5; i++)
		status_add_target(st, "https://a.test/", "l")->status = last[i];
	order = status_order(st);
	assert_int_equal(order[0], 4);
	assert_int_equal(order[1], 2);
	assert_int_equal(order[2], 1);
	assert_int_equal(order[3], 0);
	assert_int_equal(order[4], 3);
	free(order);
}

static void
assert_sentences(const char *expected)
{
	struct buf text = BUF_EMPTY;

	status_sentences(st, now, &text);
	assert_string_equal(buf_str(&text), expected);
	buf_free(&text);
}

static void
the_sentences_say_what_is_so(void **state)
{
	(void)state;
	assert_sentences("The daemon does not run: what follows is what was known last. There are no sites to measure.");
	st->probe.pid = 1;
	status_add_target(st, "https://a.test/", "l")->status = VERDICT_OK;
	assert_sentences("The site is reached.");
	status_add_target(st, "https://b.test/", "l")->status = VERDICT_OK;
	assert_sentences("All 2 sites are reached.");
	status_add_target(st, "https://c.test/", "l")->status = VERDICT_BLOCKED;
	assert_sentences("Of 3 sites, 2 are reached. 1 is blocked.");
	st->probe.paused = true;
	st->probe.paused_until_us = now + hour;
	assert_sentences("Measuring is paused; it resumes in 1 hour. Of 3 sites, 2 are reached. 1 is blocked.");
	st->probe.paused_until_us = 0;
	st->network.state = NETWORK_OFFLINE;
	assert_sentences("Measuring is paused until somebody resumes it. This line is down. Nothing can be said about any "
	                 "site. Of 3 sites, 2 are reached. 1 is blocked.");
}

static void
an_anomaly_without_words_gets_some(void **state)
{
	struct status_anomaly *a = status_add_anomaly(st, "id");
	struct buf text = BUF_EMPTY;
	int i;

	(void)state;
	status_anomaly_words(a, &text);
	assert_string_equal(buf_str(&text), "The line as a whole");
	buf_clear(&text);
	for (i = 0; i < 5; i++)
		status_anomaly_target(st, a, "a.test");
	a->mechanism = TLS_SNI_RESET;
	status_anomaly_words(a, &text);
	assert_string_equal(buf_str(&text), "a.test, a.test, a.test and 2 more: reset at TLS");
	buf_clear(&text);
	a->words = status_text_copy(st, "It is so.");
	status_anomaly_words(a, &text);
	assert_string_equal(buf_str(&text), "It is so.");
	buf_free(&text);
}

static void
a_site_is_called_by_what_matters(void **state)
{
	static const char *const cases[][2] = {{"https://a.test/", "a.test"}, {"https://a.test/x/", "a.test/x/"},
	    {"http://a.test/", "http://a.test"}, {"https://a.test", "a.test"}, {"https://a.test/?q=/", "a.test/?q=/"},
	    {"", ""}, {"/", "/"}, {"https://", ""}, {"https:///", "/"}};
	char *name;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		name = site_name(cases[i][0]);
		assert_string_equal(name, cases[i][1]);
		free(name);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(nothing_is_known_at_first, setup, teardown),
	    cmocka_unit_test_setup_teardown(the_grid_ends_with_the_span_that_now_is_in, setup, teardown),
	    cmocka_unit_test_setup_teardown(verdicts_are_counted_where_they_belong, setup, teardown),
	    cmocka_unit_test_setup_teardown(without_a_grid_nothing_is_counted, setup, teardown),
	    cmocka_unit_test(a_span_shows_what_it_was_all_in_all),
	    cmocka_unit_test_setup_teardown(hours_add_up_to_days_of_the_calendar, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_short_grid_has_few_spans, setup, teardown),
	    cmocka_unit_test(a_gap_counts_where_it_overlaps),
	    cmocka_unit_test(times_read_as_people_say_them),
	    cmocka_unit_test(a_clock_set_back_makes_no_nonsense),
	    cmocka_unit_test(sizes_have_units),
	    cmocka_unit_test(a_cell_tells_the_worst_first),
	    cmocka_unit_test_setup_teardown(what_needs_looking_at_comes_first, setup, teardown),
	    cmocka_unit_test_setup_teardown(the_sentences_say_what_is_so, setup, teardown),
	    cmocka_unit_test_setup_teardown(an_anomaly_without_words_gets_some, setup, teardown),
	    cmocka_unit_test(a_site_is_called_by_what_matters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
