/* analysis/stats_shift.h and event_windows.h: what is compared with what. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "analysis/event_windows.h"
#include "analysis/stats_shift.h"
#include "base/mem.h"

/* 2026-01-01, a Thursday: weeks since 1970-01-01 begin on Thursdays. */
enum { FIRST = 20454, FIRST_WEEK = FIRST / 7 };
_Static_assert(FIRST % 7 == 0, "a week begins");

static struct shift_plan *
plan_of(size_t nweeks, const struct shift_days *pattern)
{
	int32_t *weeks = xcalloc(nweeks, sizeof(*weeks));
	size_t i;

	for (i = 0; i < nweeks; i++)
		weeks[i] = FIRST_WEEK + (int32_t)i;
	return shift_plan_new(weeks, nweeks, pattern);
}

static void
weeks_before_1970_are_rounded_down(void **state)
{
	(void)state;
	assert_int_equal(shift_week(6), 0);
	assert_int_equal(shift_week(7), 1);
	assert_int_equal(shift_week(-1), -1);
	assert_int_equal(shift_week(-7), -1);
	assert_int_equal(shift_week(-8), -2);
}

static void
a_record_is_cut_into_no_more_blocks_than_are_needed(void **state)
{
	int32_t spread[] = {FIRST + 10, FIRST + 100, FIRST + 200, FIRST + 300};
	struct shift_days pattern = {spread, 4}, one = {spread, 1}, none = {NULL, 0};
	struct shift_plan *plan;

	(void)state;
	plan = plan_of(52, &pattern);
	assert_int_equal(plan->nblocks, 3); /* 2 * 26 weeks have 676 arrangements only */
	assert_true(plan->arrangements >= SHIFT_ENOUGH);
	shift_plan_free(plan);
	/* All in one block: cutting would leave fewer. */
	plan = plan_of(52, &one);
	assert_int_equal(plan->nblocks, 1);
	assert_true(plan->arrangements == 52);
	shift_plan_free(plan);
	plan = plan_of(7, &pattern);
	assert_int_equal(plan->nblocks, 1);
	shift_plan_free(plan);
	plan = plan_of(52, &none);
	assert_true(plan->arrangements == 1);
	shift_plan_free(plan);
	plan = shift_plan_new(xcalloc(0, 1), 0, &none);
	assert_int_equal(plan->nweeks, 0);
	shift_plan_free(plan);
}

static void
no_block_is_short(void **state)
{
	int32_t days[60];
	struct shift_days pattern = {days, 0};
	struct shift_plan *plan;
	size_t n, i;

	(void)state;
	for (n = 1; n <= 60; n++) {
		days[n - 1] = FIRST + 7 * (int32_t)(n - 1);
		pattern.n = n;
		plan = plan_of(n, &pattern);
		assert_int_equal(plan->blocks[0], 0);
		assert_int_equal(plan->blocks[plan->nblocks], n);
		for (i = 0; plan->nblocks > 1 && i < plan->nblocks; i++)
			assert_true(plan->blocks[i + 1] - plan->blocks[i] >= SHIFT_BLOCK_WEEKS);
		shift_plan_free(plan);
	}
}

/* Values that say which day they are of. */
static struct shift_values
numbered(size_t n)
{
	struct shift_values values = {FIRST, n, xcalloc(n, sizeof(double))};
	size_t i;

	for (i = 0; i < n; i++)
		values.values[i] = (double)i;
	return values;
}

static void
shifted_days_keep_their_weekday_and_come_in_again(void **state)
{
	int32_t days[] = {FIRST + 3, FIRST + 7 * 9 + 1};
	struct shift_days pattern = {days, 2};
	struct shift_values values = numbered(70);
	struct shift_plan *plan = plan_of(10, &pattern);
	struct shift_sums sums;
	struct shift_total total;
	size_t shift;

	(void)state;
	assert_int_equal(plan->nblocks, 1);
	shift_sums_init(&sums, plan);
	shift_sums_add(&sums, plan, &pattern, &values, 0);
	for (shift = 0; shift < 10; shift++) {
		total = shift_total(plan, &sums, &shift);
		assert_true(total.n == 2);
		assert_true(total.sum ==
		    (double)(3 + 7 * shift) + (double)((7 * 9 + 1 + 7 * shift) % 70));
	}
	shift_sums_clear(&sums);
	shift_sums_init(&sums, plan);
	shift_sums_add(&sums, plan, &pattern, &values, -4);
	/* Four days before the first there is no value. */
	total = shift_total(plan, &sums, NULL);
	assert_true(total.n == 1 && total.sum == 7 * 9 + 1 - 4);
	shift_sums_clear(&sums);
	shift_plan_free(plan);
	free(values.values);
}

static void
unmeasured_weeks_are_no_place_to_be_shifted_to(void **state)
{
	int32_t *weeks = xcalloc(4, sizeof(*weeks)), days[] = {FIRST + 2};
	struct shift_days pattern = {days, 1};
	struct shift_values values = numbered(7 * 101);
	struct shift_plan *plan;
	struct shift_sums sums;
	size_t shift = 1;

	(void)state;
	weeks[0] = FIRST_WEEK + 100; /* in any order, and more than once */
	weeks[1] = weeks[3] = FIRST_WEEK;
	weeks[2] = FIRST_WEEK + 1;
	plan = shift_plan_new(weeks, 4, &pattern);
	assert_int_equal(plan->nweeks, 3);
	shift_sums_init(&sums, plan);
	shift_sums_add(&sums, plan, &pattern, &values, 0);
	assert_true(shift_total(plan, &sums, &shift).sum == 7 + 2);
	shift = 2;
	assert_true(shift_total(plan, &sums, &shift).sum == 700 + 2);
	shift_sums_clear(&sums);
	shift_plan_free(plan);
	free(values.values);
}

static void
centred_values_have_no_mean_and_keep_their_gaps(void **state)
{
	int32_t spread[] = {FIRST + 10, FIRST + 100, FIRST + 200, FIRST + 300};
	struct shift_days pattern = {spread, 4};
	struct shift_values values = numbered(52 * 7);
	struct shift_plan *plan = plan_of(52, &pattern);
	double sum;
	size_t k, i;

	(void)state;
	values.values[17] = NAN;
	shift_center(plan, &values);
	assert_true(isnan(values.values[17]));
	for (k = 0; k < plan->nblocks; k++) {
		for (sum = 0, i = plan->blocks[k] * 7; i < plan->blocks[k + 1] * 7; i++)
			if (i != 17)
				sum += values.values[i];
		assert_true(fabs(sum) < 1e-9);
	}
	shift_plan_free(plan);
	free(values.values);
}

static void
few_arrangements_are_all_gone_through(void **state)
{
	int32_t spread[] = {FIRST + 10, FIRST + 100, FIRST + 200, FIRST + 300};
	struct shift_days pattern = {spread, 4};
	struct shift_plan *plan = plan_of(52, &pattern);
	uint8_t *seen = xcalloc(32 * 32 * 32, 1), *at;
	struct shift_run run;
	int64_t n = 0;

	(void)state;
	assert_int_equal(plan->nblocks, 3);
	shift_run_init(&run, plan, 1, 9999);
	assert_true(run.exact && run.all == 17 * 17 * 18);
	while (shift_run_next(&run)) {
		at = &seen[(run.shifts[0] * 32 + run.shifts[1]) * 32 + run.shifts[2]];
		assert_int_equal(*at, 0);
		*at = 1;
		n++;
	}
	assert_true(n == run.all);
	assert_int_equal(seen[0], 1); /* the one that happened */
	shift_run_clear(&run);
	shift_run_init(&run, plan, 1, 999);
	assert_true(!run.exact && run.all == 999);
	shift_run_clear(&run);
	free(seen);
	shift_plan_free(plan);
}

static void
a_p_value_counts_what_happened(void **state)
{
	struct shift_count count = {.happened = 2};
	int i;

	(void)state;
	for (i = 0; i < 9; i++)
		shift_count_add(&count, 1);
	shift_count_add(&count, NAN); /* no arrangement at all */
	assert_true(fabs(shift_count_p(&count, false) - 0.1) < 1e-12);
	shift_count_add(&count, 2 - 1e-12); /* itself, summed in another order */
	assert_true(fabs(shift_count_p(&count, true) - 0.1) < 1e-12);
	count.happened = NAN;
	assert_true(isnan(shift_count_p(&count, false)));
}

/* ---- Windows -------------------------------------------------------------------------------- */

/* The days as text, counted from FIRST. */
static void
assert_days(const struct shift_days *days, const char *wanted)
{
	char text[512] = "", one[16];
	size_t i;

	for (i = 0; i < days->n; i++) {
		snprintf(one, sizeof(one), "%s%d", i > 0 ? " " : "", (int)(days->days[i] - FIRST));
		assert_true(strlen(text) + strlen(one) < sizeof(text));
		strcat(text, one);
	}
	assert_string_equal(text, wanted);
}

static void
a_day_near_two_events_is_one_day(void **state)
{
	const struct event_span events[] = {
	    {FIRST + 22, FIRST + 22}, {FIRST + 20, FIRST + 20}, {FIRST + 20, FIRST + 20}};
	struct event_windows w;

	(void)state;
	event_windows_init(&w, events, 3, 1, FIRST, FIRST + 60);
	assert_days(&w.events, "20 22");
	assert_days(&w.near, "19 20 21 22 23");
	assert_days(&w.onsets, "20");
	assert_days(&w.before, "13 14 15 16 17 18");
	assert_days(&w.placebo_before, "5 6 7 8 9");
	assert_days(&w.placebo_after, "33 34 35 36 37");
	assert_true(event_windows_has(&w.near, FIRST + 19));
	assert_false(event_windows_has(&w.near, FIRST + 18));
	event_windows_clear(&w);
	event_windows_init(&w, events, 3, 0, FIRST, FIRST + 60);
	assert_days(&w.near, "20 22");
	assert_days(&w.onsets, "20 22");
	assert_days(&w.before, "13 14 15 16 17 18 19 21");
	event_windows_clear(&w);
}

static void
placebo_days_are_no_event_days(void **state)
{
	const struct event_span events[] = {
	    {FIRST + 20, FIRST + 20}, {FIRST + 34, FIRST + 34}, {FIRST + 47, FIRST + 47}};
	struct event_windows w;

	(void)state;
	event_windows_init(&w, events, 3, 0, FIRST, FIRST + 60);
	assert_days(&w.placebo_before, "6 33");
	assert_days(&w.placebo_after, "48");
	event_windows_clear(&w);
}

static void
events_outside_the_record_reach_in_with_their_windows(void **state)
{
	const struct event_span events[] = {{FIRST - 1, FIRST - 1}, {FIRST - 900000, FIRST - 800000},
	    {INT32_MIN, FIRST - 1000}, {FIRST + 61, INT32_MAX}};
	struct event_windows w;

	(void)state;
	event_windows_init(&w, events, 4, 1, FIRST, FIRST + 60);
	assert_days(&w.events, "");
	assert_days(&w.near, "0 60");
	assert_days(&w.onsets, "");
	event_windows_clear(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(weeks_before_1970_are_rounded_down),
	    cmocka_unit_test(a_record_is_cut_into_no_more_blocks_than_are_needed),
	    cmocka_unit_test(no_block_is_short),
	    cmocka_unit_test(shifted_days_keep_their_weekday_and_come_in_again),
	    cmocka_unit_test(unmeasured_weeks_are_no_place_to_be_shifted_to),
	    cmocka_unit_test(centred_values_have_no_mean_and_keep_their_gaps),
	    cmocka_unit_test(few_arrangements_are_all_gone_through),
	    cmocka_unit_test(a_p_value_counts_what_happened),
	    cmocka_unit_test(a_day_near_two_events_is_one_day),
	    cmocka_unit_test(placebo_days_are_no_event_days),
	    cmocka_unit_test(events_outside_the_record_reach_in_with_their_windows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
