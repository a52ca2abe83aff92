/* analysis/correlate.h: what is told of events and bad days, and what is not. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "analysis/correlate.h"
#include "tests/correlate_lab.h"

enum { PERMUTATIONS = 999, TARGETS = 3 };

/* A year with eleven single events, two days after each of which a day is bad, or on it. */
static void
init_year(struct lab *lab, size_t lag)
{
	size_t day;

	lab_init(lab, 364, 1);
	for (day = 20; day < 360; day += 33) {
		lab_add_event(lab, day, day);
		lab_set_bad(lab, day + lag, 24);
	}
}

static void
each_day_is_counted_once(void **state)
{
	struct correlate_answer *answer;
	const struct correlate_row *row;
	struct lab lab;

	(void)state;
	init_year(&lab, 0);
	lab_add_event(&lab, 20, 20); /* twice in the lists */
	lab_add_event(&lab, 22, 22); /* their windows overlap */
	answer = lab_ask(&lab, 1, PERMUTATIONS);
	row = &answer->rows[0];
	assert_int_equal(row->days, 364);
	assert_int_equal(row->bad_days, 11);
	assert_int_equal(row->event_days, 12);
	assert_int_equal(row->spells, 11);
	assert_int_equal(row->table.a, 11);
	assert_int_equal(row->table.b, 11 * 3 + 2 - 11);
	assert_int_equal(row->table.c, 0);
	assert_int_equal(row->table.d, 364 - 35);
	assert_int_equal(answer->events, 12);
	correlate_free(answer);
}

static void
blocking_on_event_days_is_found(void **state)
{
	struct correlate_answer *answer;
	const struct correlate_row *row;
	struct lab lab;
	int i;

	(void)state;
	init_year(&lab, 0);
	answer = lab_ask(&lab, 1, PERMUTATIONS);
	row = &answer->rows[0];
	assert_int_equal(row->refusal, REFUSAL_NONE);
	assert_true(row->p <= 2 * row->p_least);
	assert_true(row->odds.low > 10);
	assert_true(row->odds_haldane > row->odds.low);
	assert_true(row->q == row->p); /* the only test */
	assert_int_equal(row->finding, FINDING_FOLLOWS);
	assert_int_equal(row->doubts, 0);
	assert_int_equal(answer->tests, 1);
	assert_int_equal(answer->findings, 1);
	assert_int_equal(answer->overall.finding, FINDING_FOLLOWS);
	for (i = 0; i < EPOCH_LAGS; i++) {
		assert_int_equal(row->epoch[i].lag, i - 7);
		assert_true(row->epoch[i].n == 11);
		assert_true(row->epoch[i].share == (i == 7 ? 1 : 0));
		assert_true(row->epoch[i].low <= row->epoch[i].middle);
		assert_true(row->epoch[i].middle <= row->epoch[i].high);
	}
	assert_true(row->epoch[7].share > row->epoch[7].high);
	correlate_free(answer);
}

static void
blocking_a_day_late_is_found_within_the_tolerance_only(void **state)
{
	struct correlate_answer *answer;
	struct lab lab;

	(void)state;
	init_year(&lab, 1);
	answer = lab_ask(&lab, 1, PERMUTATIONS);
	assert_int_equal(answer->rows[0].finding, FINDING_FOLLOWS);
	assert_true(answer->rows[0].epoch[8].share == 1);
	correlate_free(answer);
	answer = lab_ask(&lab, 0, PERMUTATIONS);
	assert_int_equal(answer->rows[0].finding, FINDING_NOTHING);
	assert_int_equal(answer->rows[0].table.a, 0);
	correlate_free(answer);
}

static void
the_same_seed_gives_the_same_numbers(void **state)
{
	struct correlate_answer *first, *second;
	struct lab lab;

	(void)state;
	lab_init(&lab, 700, 5);
	lab_runs(&lab, 3, 0.2, 1);
	lab_random_events(&lab, 20, 3, 0);
	first = lab_ask(&lab, 1, PERMUTATIONS);
	second = lab_ask(&lab, 1, PERMUTATIONS);
	assert_false(first->rows[0].exact);
	assert_memory_equal(&first->rows[0], &second->rows[0], sizeof(first->rows[0]));
	assert_memory_equal(&first->overall, &second->overall, sizeof(first->overall));
	correlate_free(first);
	correlate_free(second);
}

/* ---- Refusals ------------------------------------------------------------------------------- */

static void
assert_refused(const struct correlate_row *row, enum correlate_refusal why)
{
	assert_int_equal(row->refusal, why);
	assert_true(isnan(row->p) && isnan(row->q) && isnan(row->p_before));
	assert_int_equal(row->finding, FINDING_REFUSED);
	assert_non_null(correlate_refusal_name(why));
}

static void
below_five_measured_event_days_there_is_no_p(void **state)
{
	struct correlate_answer *answer;
	struct lab lab;
	size_t i;

	(void)state;
	lab_init(&lab, 364, 1);
	for (i = 0; i < 5; i++) {
		lab_add_event(&lab, 20 + 40 * i, 20 + 40 * i);
		lab_set_bad(&lab, 20 + 40 * i, 24);
	}
	answer = lab_ask(&lab, 1, PERMUTATIONS);
	assert_true(answer->rows[0].p < 0.05);
	correlate_free(answer);
	/* One of them was not measured, though its neighbours were. */
	memmove(&lab.cells[20], &lab.cells[21], (364 - 21) * sizeof(lab.cells[0]));
	lab.ndays--;
	answer = lab_ask(&lab, 1, PERMUTATIONS);
	assert_int_equal(answer->rows[0].event_days, 4);
	assert_refused(&answer->rows[0], REFUSAL_FEW_EVENT_DAYS);
	assert_refused(&answer->overall, REFUSAL_FEW_EVENT_DAYS);
	assert_int_equal(answer->tests, 0);
	/* What can be counted is told all the same. */
	assert_int_equal(answer->rows[0].table.a, 4);
	assert_true(answer->rows[0].epoch[7].n == 4 && answer->rows[0].epoch[7].share == 1);
	correlate_free(answer);
}

static void
what_never_or_always_happened_is_no_test(void **state)
{
	struct correlate_answer *answer;
	struct lab lab;
	size_t i;

	(void)state;
	lab_init(&lab, 100, 1);
	lab_add_event(&lab, 20, 25);
	answer = lab_ask(&lab, 1, PERMUTATIONS);
	assert_refused(&answer->rows[0], REFUSAL_NEVER_BAD);
	correlate_free(answer);
	for (i = 0; i < 100; i++)
		lab_set_bad(&lab, i, 24);
	answer = lab_ask(&lab, 1, PERMUTATIONS);
	assert_refused(&answer->rows[0], REFUSAL_ALWAYS_BAD);
	correlate_free(answer);
	lab_add_event(&lab, 0, 99);
	answer = lab_ask(&lab, 1, PERMUTATIONS);
	assert_refused(&answer->rows[0], REFUSAL_NO_OTHER_DAYS);
	correlate_free(answer);
	lab.ndays = 0;
	answer = lab_ask(&lab, 1, PERMUTATIONS);
	assert_refused(&answer->rows[0], REFUSAL_NO_DAYS);
	assert_refused(&answer->overall, REFUSAL_NO_DAYS);
	correlate_free(answer);
}

static void
a_short_record_tells_how_low_p_could_be(void **state)
{
	struct correlate_answer *answer;
	struct lab lab;
	size_t day;

	(void)state;
	lab_init(&lab, 70, 1);
	for (day = 5; day < 70; day += 14) {
		lab_add_event(&lab, day, day);
		lab_set_bad(&lab, day, 24);
	}
	answer = lab_ask(&lab, 1, PERMUTATIONS);
	/* The record touches eleven weeks, which begin on Thursdays. */
	assert_true(answer->rows[0].exact && answer->rows[0].arrangements == 11);
	assert_true(fabs(answer->rows[0].p_least - 1 / 11.0) < 1e-12);
	assert_int_equal(answer->rows[0].finding, FINDING_NOTHING);
	assert_true(isnan(answer->rows[0].detectable));
	correlate_free(answer);
}

/* ---- Doubts --------------------------------------------------------------------------------- */

static void
blocking_that_began_before_is_doubted(void **state)
{
	struct correlate_answer *answer;
	struct lab lab;
	size_t day, i;

	(void)state;
	lab_init(&lab, 364, 1);
	for (day = 20; day < 360; day += 33) {
		lab_add_event(&lab, day, day);
		for (i = day - 5; i <= day + 1; i++)
			lab_set_bad(&lab, i, 24);
	}
	answer = lab_ask(&lab, 1, PERMUTATIONS);
	assert_true(answer->rows[0].q <= 0.05);
	assert_true(answer->rows[0].p_before <= CORRELATE_CHECK);
	assert_int_equal(answer->rows[0].doubts, DOUBT_BEFORE);
	assert_int_equal(answer->rows[0].finding, FINDING_DOUBTFUL);
	assert_int_equal(answer->findings, 0);
	correlate_free(answer);
}

/* Every other week has its bad Sunday, and events are on some of these. */
static void
blocking_every_other_week_is_doubted(void **state)
{
	struct correlate_answer *answer;
	struct lab lab;
	size_t day;

	(void)state;
	lab_init(&lab, 364, 1);
	for (day = 6; day < 364; day += 14)
		lab_set_bad(&lab, day, 24);
	for (day = 6 + 14; day < 350; day += 28)
		lab_add_event(&lab, day, day);
	answer = lab_ask(&lab, 0, PERMUTATIONS);
	assert_true(answer->rows[0].q <= 0.05);
	assert_true((answer->rows[0].doubts & DOUBT_PLACEBO) != 0);
	assert_int_equal(answer->rows[0].finding, FINDING_DOUBTFUL);
	correlate_free(answer);
}

/*
 * A site that fails now and then, always equally often: 4 % of measurements. Measured once a day, a bad
 * day is one in 25; every ten minutes on event days, 5 % of a day is often reached.
 */
static void
init_watched(struct lab *lab, uint64_t seed)
{
	struct correlate_cell *cell;
	size_t i;

	lab_init(lab, 364, seed);
	lab_random_events(lab, 25, 1, 0);
	for (i = 0; i < 364; i++) {
		lab->cells[i].of.measured = 1;
		lab->cells[i].of.bad = lab_chance(lab) < 0.04 ? 1 : 0;
	}
	for (i = 0; i < lab->nevents; i++) {
		cell = &lab->cells[lab->events[i].first - LAB_FIRST];
		cell->of.measured = 144;
		cell->of.bad = i % 2 == 0 ? 8 : 4;
	}
}

static void
measuring_more_on_event_days_is_seen_through(void **state)
{
	struct correlate_answer *answer;
	struct lab lab;
	uint64_t seed;

	(void)state;
	for (seed = 0; seed < 10; seed++) {
		init_watched(&lab, seed);
		answer = lab_ask(&lab, 0, PERMUTATIONS);
		assert_true(answer->rows[0].q <= 0.05);
		assert_true(answer->rows[0].per_day_near > 100);
		assert_true(answer->rows[0].per_day_other < 2);
		assert_true((answer->rows[0].doubts & DOUBT_SAMPLING) != 0);
		assert_int_equal(answer->rows[0].finding, FINDING_DOUBTFUL);
		correlate_free(answer);
	}
}

/* ---- Several targets ------------------------------------------------------------------------ */

static struct correlate_answer *
ask_all(const struct lab *labs, size_t n)
{
	static const char *const names[TARGETS] = {"https://a.example/", "https://b.example/",
	    "https://c.example/"};
	struct correlate_series series[TARGETS];
	struct correlate_question question = {.series = series, .nseries = n,
	    .events = labs[0].events, .nevents = labs[0].nevents, .tolerance = 1, .seed = 1,
	    .permutations = PERMUTATIONS};
	size_t i;

	for (i = 0; i < n; i++)
		series[i] = (struct correlate_series){
		    .target = names[i], .cells = labs[i].cells, .ncells = labs[i].ndays};
	return correlate(&question);
}

static void
q_is_over_the_targets_that_were_tested(void **state)
{
	static struct lab labs[TARGETS];
	struct correlate_answer *answer, *alone;

	(void)state;
	init_year(&labs[0], 0);
	lab_init(&labs[1], 364, 3);
	lab_runs(&labs[1], 5, 0.2, 1);
	lab_init(&labs[2], 364, 1); /* never bad */
	answer = ask_all(labs, TARGETS);
	assert_int_equal(answer->tests, 2);
	assert_true(fabs(answer->rows[0].q - 2 * answer->rows[0].p) < 1e-12);
	assert_true(answer->rows[1].q == answer->rows[1].p);
	assert_int_equal(answer->rows[0].finding, FINDING_FOLLOWS);
	assert_int_equal(answer->rows[1].finding, FINDING_NOTHING);
	assert_int_equal(answer->rows[2].refusal, REFUSAL_NEVER_BAD);
	assert_int_equal(answer->overall.days, 3 * 364);
	assert_int_equal(answer->overall.event_days, 11);
	assert_int_equal(answer->overall.table.a,
	    answer->rows[0].table.a + answer->rows[1].table.a + answer->rows[2].table.a);
	/* A target's p does not depend on what else is asked about. */
	alone = ask_all(labs, 1);
	assert_true(alone->rows[0].p == answer->rows[0].p);
	assert_true(alone->rows[0].p_before == answer->rows[0].p_before);
	correlate_free(alone);
	correlate_free(answer);
}

/* Three copies are no more evidence than one: they are shifted together. */
static void
targets_blocked_together_are_one_observation(void **state)
{
	static struct lab labs[TARGETS];
	struct correlate_answer *one, *three;
	int seed;

	(void)state;
	for (seed = 0; seed < 20; seed++) {
		lab_init(&labs[0], 364, (uint64_t)seed);
		lab_runs(&labs[0], 5, 0.2, 1);
		lab_random_events(&labs[0], 12, 3, 0);
		labs[1] = labs[2] = labs[0];
		one = ask_all(labs, 1);
		three = ask_all(labs, TARGETS);
		assert_true(one->overall.p == three->overall.p);
		/* So the exact interval, which takes them for three, is no test. */
		assert_true(three->overall.odds.high < one->overall.odds.high);
		correlate_free(one);
		correlate_free(three);
	}
}

/* Years of silence in between, and a target that was added late. */
static void
gaps_are_missing_and_not_good(void **state)
{
	static struct lab labs[2];
	struct correlate_answer *whole, *parted;
	size_t i;

	(void)state;
	lab_init(&labs[0], 364, 11);
	lab_runs(&labs[0], 5, 0.2, 1);
	lab_random_events(&labs[0], 20, 3, 0);
	labs[1] = labs[0];
	/* A thousand weeks pass after a Wednesday in the middle; events are in step with them. */
	for (i = 185; i < 364; i++)
		labs[1].cells[i].day += 7000;
	for (i = 0; i < labs[1].nevents; i++)
		if (labs[1].events[i].first >= LAB_FIRST + 185) {
			labs[1].events[i].first += 7000;
			labs[1].events[i].last += 7000;
		}
	whole = ask_all(&labs[0], 1);
	parted = ask_all(&labs[1], 1);
	assert_int_equal(whole->rows[0].arrangements, parted->rows[0].arrangements);
	assert_true(whole->rows[0].p == parted->rows[0].p);
	assert_int_equal(whole->rows[0].days, parted->rows[0].days);
	correlate_free(whole);
	correlate_free(parted);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_day_is_counted_once),
	    cmocka_unit_test(blocking_on_event_days_is_found),
	    cmocka_unit_test(blocking_a_day_late_is_found_within_the_tolerance_only),
	    cmocka_unit_test(the_same_seed_gives_the_same_numbers),
	    cmocka_unit_test(below_five_measured_event_days_there_is_no_p),
	    cmocka_unit_test(what_never_or_always_happened_is_no_test),
	    cmocka_unit_test(a_short_record_tells_how_low_p_could_be),
	    cmocka_unit_test(blocking_that_began_before_is_doubted),
	    cmocka_unit_test(blocking_every_other_week_is_doubted),
	    cmocka_unit_test(measuring_more_on_event_days_is_seen_through),
	    cmocka_unit_test(q_is_over_the_targets_that_were_tested),
	    cmocka_unit_test(targets_blocked_together_are_one_observation),
	    cmocka_unit_test(gaps_are_missing_and_not_good),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
