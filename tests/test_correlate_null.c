/*
 * What analysis/correlate.h promises of chance, tried on made-up records: without any connection it
 * finds one no more often than it says, and a planted one as often as theory says.
 *
 * With CORRELATE_FULL set (make check-long) each claim is tried on 1,000 records, else on 200; the
 * limits are wider then. What was found is printed.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "analysis/correlate.h"
#include "analysis/stats_power.h"
#include "tests/correlate_lab.h"

enum { FULL = 1000, FAST = 200, FULL_PERMUTATIONS = 999, FAST_PERMUTATIONS = 199 };

static int
datasets(void)
{
	return getenv("CORRELATE_FULL") != NULL ? FULL : FAST;
}

static int64_t
permutations(void)
{
	return getenv("CORRELATE_FULL") != NULL ? FULL_PERMUTATIONS : FAST_PERMUTATIONS;
}

/* What a share that is 0.05 in truth may come to in so many tries: the 6.5 % of 1,000, that is
 * 2.2 standard deviations; for less, 3 of them. */
static double
most_false(int n)
{
	return n == FULL ? 0.065 : 0.05 + 3 * sqrt(0.05 * 0.95 / n);
}

static const struct null_case {
	const char *name;
	size_t days;
	double run, share, weekend; /* of blocking */
	size_t events, longest;
	double at_weekends; /* of the events */
	int tolerance;
	double lost; /* days that were not measured; and a quarter of the record is missing, if any */
} nulls[] = {
    {"independent days, a year", 364, 1.0001, 0.1, 1, 12, 1, 0, 1, 0},
    {"runs of 5 days, a year", 364, 5, 0.15, 1, 12, 1, 0, 1, 0},
    {"runs of 5 days, long events", 364, 5, 0.15, 1, 12, 7, 0, 1, 0},
    {"runs of 15 days, long events", 364, 15, 0.2, 1, 12, 7, 0, 1, 0},
    {"runs of 40 days, long events", 364, 40, 0.3, 1, 20, 7, 0, 1, 0},
    {"both at weekends", 364, 2, 0.15, 6, 15, 2, 0.9, 0, 0},
    {"both at weekends, in runs", 364, 5, 0.15, 6, 15, 2, 0.9, 1, 0},
    {"half a year", 182, 5, 0.2, 1, 8, 3, 0, 1, 0},
    {"two years", 728, 8, 0.1, 1, 20, 3, 0.5, 1, 0},
    {"runs of 10 days, with gaps", 728, 10, 0.2, 1, 20, 3, 0.5, 1, 0.3},
};
enum { NULLS = sizeof(nulls) / sizeof(nulls[0]) };

/* p of one record that has nothing to do with its events; NAN where it is refused. */
static double
null_p(const struct null_case *c, uint64_t seed)
{
	struct correlate_answer *answer;
	struct lab lab;
	double p;

	lab_init(&lab, c->days, seed);
	lab_runs(&lab, c->run, c->share, c->weekend);
	lab_random_events(&lab, c->events, c->longest, c->at_weekends);
	if (c->lost > 0)
		lab_lose(&lab, c->lost, c->days / 3, c->days / 3 + c->days / 4);
	answer = lab_ask(&lab, c->tolerance, permutations());
	p = answer->rows[0].p;
	correlate_free(answer);
	return p;
}

static void
chance_is_taken_for_more_no_more_often_than_promised(void **state)
{
	int i, k, n = datasets(), found, tested;
	double p, share;

	(void)state;
	for (i = 0; i < NULLS; i++) {
		for (k = found = tested = 0; k < n; k++) {
			p = null_p(&nulls[i], (uint64_t)(i * FULL + k));
			tested += !isnan(p);
			found += p < 0.05;
		}
		share = found / (double)tested;
		printf("# null, %s: p < 0.05 in %d of %d (%.1f %%)\n", nulls[i].name, found, tested,
		    100 * share);
		assert_true(tested > n * 3 / 4);
		assert_true(share <= most_false(n));
	}
}

/*
 * Five sites that are mostly blocked together, the last two of them measured from the middle on and
 * blocked more: what holds for all together is held to the same promise.
 */
enum { SITES = 5 };

static double
null_p_of_all(struct lab *sites, uint64_t seed)
{
	struct correlate_series series[SITES];
	struct correlate_question question = {.series = series, .nseries = SITES, .tolerance = 1,
	    .seed = 1, .permutations = permutations()};
	struct correlate_answer *answer;
	double p;
	size_t i, k;

	lab_init(&sites[0], 364, seed);
	lab_runs(&sites[0], 5, 0.15, 1);
	lab_random_events(&sites[0], 12, 3, 0);
	for (i = 1; i < SITES; i++) {
		sites[i] = sites[0];
		stats_random_seed(&sites[i].random, seed * SITES + i);
		for (k = 0; k < sites[i].ndays; k++)
			if (lab_chance(&sites[i]) < (i < 3 ? 0.05 : 0.2))
				lab_set_bad(&sites[i], k, 24);
		if (i >= 3)
			lab_lose(&sites[i], 0, 0, 182);
	}
	for (i = 0; i < SITES; i++)
		series[i] = (struct correlate_series){
		    .target = "x", .cells = sites[i].cells, .ncells = sites[i].ndays};
	question.events = sites[0].events;
	question.nevents = sites[0].nevents;
	answer = correlate(&question);
	p = answer->overall.p;
	correlate_free(answer);
	return p;
}

static void
nor_of_sites_that_are_blocked_together(void **state)
{
	static struct lab sites[SITES];
	int k, n = datasets(), found = 0;

	(void)state;
	for (k = 0; k < n; k++)
		found += null_p_of_all(sites, (uint64_t)k) < 0.05;
	printf("# null, five sites blocked together: p < 0.05 in %d of %d (%.1f %%)\n", found, n,
	    100.0 * found / n);
	assert_true(found <= most_false(n) * n);
}

/* So the permutations are needed: Fisher's test, which takes days in runs for independent, is wrong. */
static void
fishers_test_would_not_have_kept_that_promise(void **state)
{
	struct correlate_answer *answer;
	int k, n = FAST, found = 0;
	struct lab lab;

	(void)state;
	for (k = 0; k < n; k++) {
		lab_init(&lab, 364, (uint64_t)k);
		lab_runs(&lab, 15, 0.2, 1);
		lab_random_events(&lab, 12, 7, 0);
		answer = lab_ask(&lab, 1, 1);
		found += answer->rows[0].fisher < 0.05;
		correlate_free(answer);
	}
	printf("# null, Fisher's test on runs of 15 days: p < 0.05 in %.1f %%\n", 100.0 * found / n);
	assert_true(found > n / 5);
}

/* ---- Power ---------------------------------------------------------------------------------- */

/*
 * Independent days, events on some of them: there Fisher's test is right, and its power is known
 * exactly. Shifts must find as much, but for what their coarser steps cost.
 */
static const struct power_case {
	size_t days, events;
	double p_event, p_other;
} powers[] = {
    {364, 12, 0.35, 0.05},
    {364, 12, 0.6, 0.05},
    {364, 20, 0.25, 0.05},
    {728, 30, 0.25, 0.1},
};
enum { POWERS = sizeof(powers) / sizeof(powers[0]) };

static bool
is_found(const struct power_case *c, uint64_t seed)
{
	struct correlate_answer *answer;
	struct lab lab;
	size_t i, step = c->days / c->events;
	bool found;

	lab_init(&lab, c->days, seed);
	for (i = 0; i < c->days; i++)
		if (lab_chance(&lab) < c->p_other)
			lab_set_bad(&lab, i, 24);
	/* One event in each stretch, so that none falls on another. */
	for (i = 0; i < c->events; i++) {
		size_t day = i * step + (size_t)stats_random_below(&lab.random, step);

		lab_add_event(&lab, day, day);
		lab_set_bad(&lab, day, lab_chance(&lab) < c->p_event ? 24 : 0);
	}
	answer = lab_ask(&lab, 0, permutations());
	found = answer->rows[0].p <= 0.05;
	correlate_free(answer);
	return found;
}

static void
what_is_planted_is_found_as_often_as_theory_says(void **state)
{
	int i, k, n = datasets(), found;
	double theory, share;

	(void)state;
	for (i = 0; i < POWERS; i++) {
		const struct power_case *c = &powers[i];
		const struct stats_power_case fisher = {.events = (int64_t)c->events,
		    .others = (int64_t)(c->days - c->events), .p_other = c->p_other, .alpha = 0.05};

		theory = stats_power(&fisher, c->p_event);
		for (k = found = 0; k < n; k++)
			found += is_found(c, (uint64_t)(i * FULL + k));
		share = found / (double)n;
		printf("# power, %zu events in %zu days, %.0f %% against %.0f %%: found %.1f %%, "
		       "theory %.1f %%\n", c->events, c->days, 100 * c->p_event, 100 * c->p_other,
		    100 * share, 100 * theory);
		/* Fisher's test is conservative on small counts; shifts less so. */
		assert_true(share >= theory - 0.03 - 3 * sqrt(theory * (1 - theory) / n));
		assert_true(share <= theory + 0.10 + 3 * sqrt(theory * (1 - theory) / n));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(chance_is_taken_for_more_no_more_often_than_promised),
	    cmocka_unit_test(nor_of_sites_that_are_blocked_together),
	    cmocka_unit_test(fishers_test_would_not_have_kept_that_promise),
	    cmocka_unit_test(what_is_planted_is_found_as_often_as_theory_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
