/*
 * Years with blocks planted in them: they are found, and nothing else. docs/episodes.md has more rows, from `make check-long'. The
 * random numbers are the same each time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/episode_sim.h"

/* A good line, every 15 minutes: one in 8,000 fails by accident, one in twenty is not made, ten days without any. */
static struct sim
usual(void)
{
	return (struct sim){.interval_s = 900, .block_s = 7200, .blocks = 12, .letter = 'b',
	    .accidents = 1 / 8000.0, .missing = 0.05, .days_off = 10, .years = 4, .seed = 7};
}

static struct sim_result
run(struct sim sim)
{
	struct sim_result r;

	sim_run(&sim, &r);
	return r;
}

static void
blocks_of_two_hours_are_found_and_nothing_else(void **state)
{
	struct sim_result r = run(usual());

	(void)state;
	assert_int_equal(r.planted, 48);
	assert_in_range(r.seen, 44, 48); /* the others fell on a day without measurements */
	assert_int_equal(r.found, r.seen);
	assert_int_equal(r.alarms + r.split, 0);
	assert_in_range(r.onsets, r.found - 1, r.found);
	assert_in_range(r.recoveries, r.found - 1, r.found);
}

static void
less_sure_measurements_find_them_too(void **state)
{
	struct sim sim = usual();
	struct sim_result r;

	(void)state;
	sim.letter = 'l';
	r = run(sim);
	assert_in_range(r.found, r.seen - 1, r.seen);
	assert_int_equal(r.alarms, 0);
}

static void
a_block_that_lets_some_through_is_found(void **state)
{
	struct sim sim = usual();
	struct sim_result r;

	(void)state;
	sim.leak = 0.25;
	sim.block_s = 6 * 3600;
	r = run(sim);
	assert_in_range(r.found, r.seen - 1, r.seen);
	assert_int_equal(r.alarms, 0);
	assert_in_range(r.split, 0, 2);
}

static void
an_hour_measured_every_quarter_and_a_day_measured_every_six_hours_are_found(void **state)
{
	struct sim sim = usual();
	struct sim_result r;

	(void)state;
	sim.block_s = 3600;
	r = run(sim);
	assert_in_range(r.found, r.seen - 1, r.seen);
	sim.block_s = 86400;
	sim.interval_s = 6 * 3600;
	sim.years = 20;
	r = run(sim);
	assert_in_range(r.found, r.seen * 9 / 10, r.seen);
	assert_int_equal(r.alarms, 0);
}

static void
a_forged_chain_is_found_if_it_was_seen_once(void **state)
{
	struct sim sim = usual();
	struct sim_result r;

	(void)state;
	sim.letter = 'm';
	sim.block_s = 900;
	sim.years = 5;
	sim.days_off = 0;
	r = run(sim);
	assert_in_range(r.found, r.planted * 85 / 100, r.planted);
	sim.letter = 'b'; /* which single failures do not */
	r = run(sim);
	assert_in_range(r.found, 0, r.planted / 5);
}

static void
a_line_on_which_much_fails_by_accident_raises_little(void **state)
{
	struct sim sim = usual();
	struct sim_result r;

	(void)state;
	sim.accidents = 0.01;
	sim.years = 5;
	r = run(sim);
	assert_in_range(r.alarms, 0, 2);
	assert_in_range(r.found, r.seen * 9 / 10, r.seen);
	sim.accidents = 0.05;
	r = run(sim);
	assert_in_range(r.alarms, 0, 4);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(blocks_of_two_hours_are_found_and_nothing_else),
	    cmocka_unit_test(less_sure_measurements_find_them_too),
	    cmocka_unit_test(a_block_that_lets_some_through_is_found),
	    cmocka_unit_test(an_hour_measured_every_quarter_and_a_day_measured_every_six_hours_are_found),
	    cmocka_unit_test(a_forged_chain_is_found_if_it_was_seen_once),
	    cmocka_unit_test(a_line_on_which_much_fails_by_accident_raises_little),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
