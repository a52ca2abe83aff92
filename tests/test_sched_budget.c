/* What measuring may cost: limits hold, budgets last, everybody gets a turn, and what was not allowed is counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "probe/sched.h"
#include "tests/sched_lab.h"

static const int64_t second_ns = 1000000000, megabyte = 1000000;

/* --- targets in an hour ---------------------------------------------------------------------- */

static void
no_hour_has_more_targets_than_allowed(void **state)
{
	int64_t begun[4000];
	size_t sizes[4000], n = 0, first = 0, in_hour = 0, most = 0, all = 0;
	struct lab lab;

	(void)state;
	lab_begin(&lab);
	lab.conf.limits.targets_per_hour = 300;
	lab_list(&lab, "a", 110, 15 * LAB_MINUTE); /* 440 an hour */
	lab_configure(&lab);
	while (all < 20000) {
		sizes[n] = lab_round(&lab, LAB_HOUR);
		begun[n] = lab.began_ns;
		in_hour += sizes[n];
		all += sizes[n++];
		for (; begun[n - 1] - begun[first] >= LAB_HOUR * second_ns; first++)
			in_hour -= sizes[first];
		most = in_hour > most ? in_hour : most;
		assert_true(n < 4000);
	}
	print_message("# at most %zu in an hour, %.1f on average\n", most,
	    20000.0 * LAB_HOUR * 1e9 / (double)(begun[n - 1] - begun[0]));
	assert_int_equal(most, 240); /* 60 are kept for bursts */
	assert_true(begun[n - 1] - begun[0] < 20000 * LAB_HOUR / 220 * second_ns);
	lab_end(&lab);
}

static void
a_round_that_was_not_measured_gives_its_hour_back(void **state)
{
	struct lab lab;
	size_t n, i;

	(void)state;
	lab_begin(&lab);
	lab.conf.limits.targets_per_hour = 25;
	lab_list(&lab, "a", 20, 15 * LAB_MINUTE);
	lab_configure(&lab);
	for (i = 0; i < 30; i++) {
		lab_wait(&lab, 60);
		sched_take(lab.sched, lab.now, &n);
		assert_int_equal(n, 20);
		lab_wait(&lab, 30);
		sched_round_done(lab.sched, 0, lab.now);
	}
	assert_int_equal(lab_round(&lab, LAB_HOUR), 20);
	assert_int_equal(sched_skipped(lab.sched, 0)->measured, 20);
	lab_end(&lab);
}

/* --- bytes in a day -------------------------------------------------------------------------- */

/* A list that would take about 1 GB a day with its controls. */
static void
begin_dear(struct lab *lab, int64_t bytes_per_day)
{
	lab_begin(lab);
	lab->conf.limits.bytes_per_day = bytes_per_day;
	lab_list(lab, "a", 100, 15 * LAB_MINUTE);
	lab_configure(lab);
}

static int64_t
spent(const struct lab *lab)
{
	return sched_skipped(lab->sched, 0)->bytes;
}

static void
run_until(struct lab *lab, const char *utc)
{
	lab_run(lab, (lab_utc(utc) - lab->now.wall_us) / 1000000);
	sched_next(lab->sched, lab->now, NULL); /* so that it knows of the day */
}

static void
a_budget_of_bytes_lasts_all_day(void **state)
{
	const struct sched_day *day;
	char when[40];
	struct lab lab;
	int hour;

	(void)state;
	begin_dear(&lab, 300 * megabyte);
	run_until(&lab, "2028-01-11 00:00");
	for (hour = 1; hour <= 24; hour++) {
		snprintf(when, sizeof(when), "2028-01-%02d %02d:00", 11 + hour / 24, hour % 24);
		run_until(&lab, when);
		if (hour < 24) {
			assert_true(spent(&lab) <= 240 * megabyte * (hour + 4) / 24);
			assert_true(spent(&lab) >= 240 * megabyte * (hour - 1) / 24);
		}
		if (hour == 12)
			print_message(
			    "# at noon %.0f of 240 MB are used\n", (double)spent(&lab) / 1e6);
	}
	run_until(&lab, "2028-01-12 00:05");
	day = sched_skipped(lab.sched, 1);
	print_message("# at midnight %.0f\n", (double)day->bytes / 1e6);
	assert_int_equal(day->date, 20280111);
	assert_int_equal(sched_skipped(lab.sched, 0)->date, 20280112);
	assert_true(day->bytes <= 240 * megabyte && day->bytes > 220 * megabyte);
	lab_end(&lab);
}

/* Days as the calendar has them, in local time; the most that one took. */
static int64_t
dearest_day(struct lab *lab, int days)
{
	int64_t most = 0;
	int date = sched_skipped(lab->sched, 0)->date;

	while (days > 0) {
		lab_run(lab, LAB_HOUR);
		if (sched_skipped(lab->sched, 0)->date == date)
			continue;
		date = sched_skipped(lab->sched, 0)->date;
		if (sched_skipped(lab->sched, 1)->bytes > most)
			most = sched_skipped(lab->sched, 1)->bytes;
		days--;
	}
	return most;
}

static void
also_on_the_day_of_25_hours(void **state)
{
	struct lab lab;
	int64_t most;

	(void)state;
	lab_live_in("Europe/Berlin");
	begin_dear(&lab, 300 * megabyte);
	lab.now.wall_us = lab_utc("2028-10-27 12:00");
	lab_run(&lab, 60);
	most = dearest_day(&lab, 4);
	assert_int_equal(sched_skipped(lab.sched, 1)->date, 20281030);
	print_message("# at most %.1f of 240 MB\n", (double)most / 1e6);
	assert_true(most <= 240 * megabyte && most > 230 * megabyte);
	lab_end(&lab);
	lab_live_in("UTC0");
}

static void
a_day_is_over_by_what_one_round_took_more_than_thought_at_most(void **state)
{
	int64_t most = 0, rounds_most = 0, before, took;
	struct lab lab;
	int i;

	(void)state;
	begin_dear(&lab, 300 * megabyte);
	lab_run(&lab, LAB_DAY);
	for (i = 0; i < 3000; i++) {
		/* Costs jump by a factor of 8 up and down. */
		lab.bytes = i / 40 % 2 == 0 ? 50000 : 400000;
		before = spent(&lab);
		lab_round(&lab, 2 * LAB_DAY);
		took = (int64_t)lab.n * lab.bytes + lab.controls;
		if (spent(&lab) > before && took > rounds_most)
			rounds_most = took;
		if (spent(&lab) > most)
			most = spent(&lab);
	}
	print_message("# at most %.1f of 240 MB in a day, at most %.1f in a round\n",
	    (double)most / 1e6, (double)rounds_most / 1e6);
	assert_true(most <= 240 * megabyte + rounds_most);
	assert_true(most > 230 * megabyte);
	lab_end(&lab);
}

static void
setting_the_clock_brings_no_new_budget(void **state)
{
	int64_t all = 0, before;
	struct lab lab;
	int i;

	(void)state;
	begin_dear(&lab, 300 * megabyte);
	lab_run(&lab, 3 * LAB_DAY);
	/* A day and a half, in which the calendar shows 72 days. */
	for (i = 0; i < 72; i++) {
		lab.now.wall_us += (i % 2 == 0 ? 1 : -1) * (int64_t)LAB_DAY * 1000000;
		before = spent(&lab);
		lab_run(&lab, LAB_HOUR / 2);
		all += spent(&lab) >= before ? spent(&lab) - before : spent(&lab);
	}
	print_message("# %.1f MB in 36 hours of 240 MB a day\n", (double)all / 1e6);
	assert_true(all <= 240 * megabyte * 3 / 2);
	lab_end(&lab);
}

/* In Newfoundland clocks went back at one minute past midnight; and any clock may be put right by seconds. */
static void
a_midnight_that_comes_twice_begins_one_day(void **state)
{
	struct lab lab;
	int measured;

	(void)state;
	lab_live_in("America/St_Johns");
	begin_dear(&lab, 0);
	lab.now.wall_us = lab_utc("2010-11-07 02:00"); /* 23:30 of the 6th */
	lab_run(&lab, 30 * LAB_MINUTE);
	sched_next(lab.sched, lab.now, NULL);
	lab_wait(&lab, 10);
	sched_next(lab.sched, lab.now, NULL);
	assert_int_equal(sched_skipped(lab.sched, 0)->date, 20101107);
	lab_run(&lab, 30 * LAB_MINUTE); /* 23:30 again */
	assert_int_equal(sched_local(lab.now.wall_us).date, 20101106);
	assert_int_equal(sched_skipped(lab.sched, 0)->date, 20101107);
	lab_run(&lab, 28 * LAB_MINUTE);
	measured = sched_skipped(lab.sched, 0)->measured;
	assert_true(measured > 0);
	lab_run(&lab, 2 * LAB_MINUTE + 15); /* a quarter of a minute past midnight */
	lab.now.wall_us -= 30 * 1000000;
	sched_next(lab.sched, lab.now, NULL);
	lab_wait(&lab, 60);
	sched_next(lab.sched, lab.now, NULL);
	assert_int_equal(sched_skipped(lab.sched, 0)->date, 20101107);
	assert_int_equal(sched_skipped(lab.sched, 1)->date, 20101106);
	assert_true(sched_skipped(lab.sched, 0)->measured >= measured);
	lab_end(&lab);
	lab_live_in("UTC0");
}

static void
controls_are_paid_out_of_the_budget_and_do_not_eat_it_up(void **state)
{
	const struct sched_day *day;
	struct lab lab;

	(void)state;
	begin_dear(&lab, 200 * megabyte);
	lab.controls = 2 * megabyte;
	run_until(&lab, "2028-01-12 00:05");
	day = sched_skipped(lab.sched, 1);
	print_message("# %.0f of 160 MB, %.0f of them for targets\n", (double)day->bytes / 1e6,
	    day->measured / 10.0);
	assert_true(day->bytes >= 150 * megabyte);
	assert_true(day->bytes <= 160 * megabyte);
	assert_true(day->measured * 100000 >= 160 * megabyte * 7 / 10);
	lab_end(&lab);
}

/* --- fairness -------------------------------------------------------------------------------- */

static void
everyone_gets_a_turn_when_there_is_a_third_of_what_is_wanted(void **state)
{
	int counts[100] = {0}, least = INT32_MAX, most = 0;
	int64_t last[100], wait = 0, end_ns;
	struct lab lab;
	size_t i, k;

	(void)state;
	begin_dear(&lab, 300 * megabyte);
	lab_run(&lab, LAB_DAY);
	for (i = 0; i < 100; i++)
		last[i] = lab.now.mono_ns;
	end_ns = lab.now.mono_ns + 10 * LAB_DAY * second_ns;
	while (lab_round_before(&lab, end_ns) > 0) {
		for (i = 0; i < lab.n; i++) {
			k = (size_t)(lab.round[i] - lab.targets[0]);
			counts[k]++;
			if (lab.began_ns - last[k] > wait)
				wait = lab.began_ns - last[k];
			last[k] = lab.began_ns;
		}
	}
	for (k = 0; k < 100; k++) {
		least = counts[k] < least ? counts[k] : least;
		most = counts[k] > most ? counts[k] : most;
	}
	print_message(
	    "# %d to %d turns of 960, at most %.0f min apart\n", least, most, (double)wait / 60e9);
	assert_true(most - least <= 2);
	assert_true(least >= 185);
	assert_true(wait <= 90 * 60 * second_ns);
	lab_end(&lab);
}

/* As lab_run, but one target takes so many bytes. */
static int
run_with_a_dear_one(struct lab *lab, int64_t bytes, int64_t seconds)
{
	int64_t end_ns = lab->now.mono_ns + seconds * second_ns, at;
	const char *dear = lab_url(lab, 0, 0);
	int turns = 0;
	size_t i;

	while ((at = sched_next(lab->sched, lab->now, NULL)) < end_ns) {
		lab_wait_ns(lab, at - lab->now.mono_ns);
		lab->round = sched_take(lab->sched, lab->now, &lab->n);
		for (i = 0; i < lab->n; i++)
			sched_done(lab->sched, lab->round[i]->url,
			    strcmp(lab->round[i]->url, dear) == 0 ? bytes : 100000, lab->now);
		sched_round_done(lab->sched, lab->n > 0 ? lab->controls : 0, lab->now);
		turns += lab_has(lab, dear);
	}
	return turns;
}

static void
a_dear_target_is_not_starved_by_cheap_ones(void **state)
{
	struct lab lab;
	int turns, all;

	(void)state;
	begin_dear(&lab, 300 * megabyte);
	run_with_a_dear_one(&lab, 20 * megabyte, LAB_DAY);
	all = sched_skipped(lab.sched, 0)->measured;
	turns = run_with_a_dear_one(&lab, 20 * megabyte, LAB_DAY / 3);
	all = sched_skipped(lab.sched, 0)->measured - all;
	print_message(
	    "# the dear one %d times, one of the others %.1f times\n", turns, (all - turns) / 99.0);
	assert_true(turns >= (all - turns) / 99 - 1);
	lab_end(&lab);
}

static void
a_target_that_is_too_dear_for_any_day_is_counted_and_holds_nobody_up(void **state)
{
	struct lab lab;
	int turns;

	(void)state;
	begin_dear(&lab, 300 * megabyte);
	lab.nlists = 1;
	run_with_a_dear_one(&lab, 2000 * megabyte, LAB_DAY); /* shows what it takes once */
	turns = run_with_a_dear_one(&lab, 2000 * megabyte, LAB_DAY);
	assert_int_equal(turns, 0);
	turns = run_with_a_dear_one(&lab, 2000 * megabyte, LAB_DAY);
	assert_int_equal(turns, 0);
	assert_true(sched_skipped(lab.sched, 1)->lost >= 90);
	assert_true(sched_skipped(lab.sched, 1)->measured > 1500);
	lab_end(&lab);
}

/* --- what was not allowed -------------------------------------------------------------------- */

static void
every_turn_is_measured_or_counted_as_lost(void **state)
{
	static const int64_t budgets[] = {0, 2000, 500, 300, 100, 20};
	const struct sched_day *day;
	struct lab lab;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(budgets) / sizeof(*budgets); i++) {
		begin_dear(&lab, budgets[i] * megabyte);
		lab_run(&lab, 3 * LAB_DAY);
		run_until(&lab, "2028-01-15 00:05");
		day = sched_skipped(lab.sched, 1);
		print_message("# %d MB: %d measured, %d late, %d lost, of 9600 turns\n",
		    (int)budgets[i], (int)day->measured, (int)day->late, (int)day->lost);
		assert_int_equal(day->date, 20280114);
		assert_in_range(day->measured + (int)day->lost, 9300, 9900);
		if (budgets[i] == 0 || budgets[i] == 2000)
			assert_int_equal(day->late, 0);
		lab_end(&lab);
	}
}

static void
a_day_without_budget_is_all_lost(void **state)
{
	const struct sched_day *day;
	enum sched_why why;
	struct lab lab;

	(void)state;
	begin_dear(&lab, 1000);
	assert_int_equal(lab_run(&lab, 2 * LAB_DAY + 10), 0);
	sched_next(lab.sched, lab.now, &why);
	assert_int_equal(why, SCHED_SHORT);
	day = sched_skipped(lab.sched, 1);
	assert_int_equal(day->measured, 0);
	assert_in_range((int)day->lost, 9300, 9700);
	lab_end(&lab);
}

/* --- reserve, borrowing ---------------------------------------------------------------------- */

static void
bursts_have_a_reserve_of_their_own(void **state)
{
	const struct sched_day *day;
	struct lab lab;
	int i, bursts = 0;
	int64_t before;

	(void)state;
	begin_dear(&lab, 300 * megabyte); /* 60 for bursts */
	lab.conf.burst_neighbours = 0;
	lab_configure(&lab);
	run_until(&lab, "2028-01-11 08:00");
	before = spent(&lab);
	assert_int_equal(sched_skipped(lab.sched, 0)->extra, 0);
	assert_true(sched_tighten(lab.sched, lab_url(&lab, 0, 7), lab.now));
	for (i = 0; i < 30; i++) {
		lab_round(&lab, 120);
		bursts += lab_has(&lab, lab_url(&lab, 0, 7));
	}
	assert_true(bursts >= 20);
	/* One after the other, until nothing is left of it. */
	for (i = 0; i < 100; i++) {
		sched_close(lab.sched, lab_url(&lab, 0, (size_t)i), lab.now);
		sched_tighten(lab.sched, lab_url(&lab, 0, (size_t)i), lab.now);
		if (i % 10 == 9)
			lab_run(&lab, 20 * LAB_MINUTE);
	}
	day = sched_skipped(lab.sched, 0);
	print_message("# %d extra, %d refused, %.1f MB since 8 o'clock\n", (int)day->extra,
	    (int)day->refused, (double)(spent(&lab) - before) / 1e6);
	assert_true(day->refused > 0);
	assert_true((int64_t)day->extra * 100000 < 60 * megabyte);
	run_until(&lab, "2028-01-12 00:05");
	assert_true(sched_skipped(lab.sched, 1)->bytes <= 301 * megabyte);
	lab_end(&lab);
}

static void
a_round_now_may_borrow_from_later_the_same_day_but_not_more(void **state)
{
	const struct sched_day *day;
	struct lab lab;
	int i, full = 0;

	(void)state;
	begin_dear(&lab, 300 * megabyte);
	run_until(&lab, "2028-01-11 00:30");
	/* 10.5 MB each, 40 of them. */
	for (i = 0; i < 40; i++) {
		sched_round_now(lab.sched);
		full += lab_round_before(&lab, lab.now.mono_ns + 60 * second_ns) == 100;
		assert_true(spent(&lab) <= 301 * megabyte);
	}
	print_message("# %d full rounds at once of 28 that the day has\n", full);
	assert_in_range(full, 25, 28);
	assert_true(sched_skipped(lab.sched, 0)->refused >= 1000);
	run_until(&lab, "2028-01-11 23:00");
	day = sched_skipped(lab.sched, 0);
	assert_true(day->bytes <= 301 * megabyte);
	/* The next day pays for nothing of that. */
	run_until(&lab, "2028-01-13 00:05");
	assert_true(sched_skipped(lab.sched, 1)->bytes > 220 * megabyte);
	lab_end(&lab);
}

/* --- changes and restart --------------------------------------------------------------------- */

static void
other_limits_count_what_was_spent_before(void **state)
{
	struct lab lab;
	int measured;

	(void)state;
	begin_dear(&lab, 0);
	run_until(&lab, "2028-01-10 20:00"); /* without limit: 8 hours, some 340 MB */
	assert_true(spent(&lab) > 300 * megabyte);
	lab.conf.limits.bytes_per_day = 300 * megabyte;
	lab_configure(&lab);
	measured = sched_skipped(lab.sched, 0)->measured;
	run_until(&lab, "2028-01-10 23:55");
	assert_int_equal(sched_skipped(lab.sched, 0)->measured, measured);
	lab.conf.limits.bytes_per_day = 0;
	lab_configure(&lab);
	lab_wait(&lab, 1);
	assert_true(lab_round(&lab, 310) > 0);
	lab_end(&lab);
}

static void
a_restart_brings_no_new_budget(void **state)
{
	struct sched_saved_costs costs;
	struct sched_saved saved;
	struct sched *old;
	struct lab lab;
	int measured, i;
	size_t k;

	(void)state;
	begin_dear(&lab, 300 * megabyte);
	lab.conf.limits.targets_per_hour = 400;
	lab_configure(&lab);
	run_until(&lab, "2028-01-11 12:00");
	measured = sched_skipped(lab.sched, 0)->measured;
	/* Every ten minutes of six hours. */
	for (i = 0; i < 36; i++) {
		sched_save_costs(lab.sched, lab.now, &costs);
		old = lab.sched;
		lab.sched = NULL;
		lab_configure(&lab);
		sched_restore_costs(lab.sched, &costs, lab.now);
		for (k = 0; k < 100; k++)
			if (sched_save(old, lab_url(&lab, 0, k), lab.now, &saved))
				sched_restore(lab.sched, lab_url(&lab, 0, k), &saved, lab.now);
		sched_free(old);
		lab_run(&lab, 10 * LAB_MINUTE);
	}
	measured = sched_skipped(lab.sched, 0)->measured - measured;
	print_message(
	    "# %d targets, %.1f of 240 MB by 18 o'clock\n", measured, (double)spent(&lab) / 1e6);
	assert_true(spent(&lab) <= 240 * megabyte * (18 + 4) / 24);
	assert_true(measured >= 400);
	lab_end(&lab);
}

static void
a_day_that_was_saved_under_a_wrong_date_does_not_stay(void **state)
{
	struct sched_saved_costs costs;
	struct lab lab;

	(void)state;
	begin_dear(&lab, 300 * megabyte);
	lab.now.wall_us = lab_utc("2040-01-01 12:00");
	lab_run(&lab, LAB_HOUR);
	sched_save_costs(lab.sched, lab.now, &costs);
	assert_int_equal(costs.budget.today.date, 20400101);
	lab.now.wall_us = lab_utc("2028-01-10 14:00");
	sched_free(lab.sched);
	lab.sched = NULL;
	lab_configure(&lab);
	sched_restore_costs(lab.sched, &costs, lab.now);
	assert_int_equal(sched_skipped(lab.sched, 0)->date, 20280110);
	lab_run(&lab, LAB_DAY);
	assert_int_equal(sched_skipped(lab.sched, 0)->date, 20280111);
	lab_end(&lab);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(no_hour_has_more_targets_than_allowed),
	    cmocka_unit_test(a_round_that_was_not_measured_gives_its_hour_back),
	    cmocka_unit_test(a_budget_of_bytes_lasts_all_day),
	    cmocka_unit_test(also_on_the_day_of_25_hours),
	    cmocka_unit_test(a_day_is_over_by_what_one_round_took_more_than_thought_at_most),
	    cmocka_unit_test(setting_the_clock_brings_no_new_budget),
	    cmocka_unit_test(a_midnight_that_comes_twice_begins_one_day),
	    cmocka_unit_test(controls_are_paid_out_of_the_budget_and_do_not_eat_it_up),
	    cmocka_unit_test(everyone_gets_a_turn_when_there_is_a_third_of_what_is_wanted),
	    cmocka_unit_test(a_dear_target_is_not_starved_by_cheap_ones),
	    cmocka_unit_test(a_target_that_is_too_dear_for_any_day_is_counted_and_holds_nobody_up),
	    cmocka_unit_test(every_turn_is_measured_or_counted_as_lost),
	    cmocka_unit_test(a_day_without_budget_is_all_lost),
	    cmocka_unit_test(bursts_have_a_reserve_of_their_own),
	    cmocka_unit_test(a_round_now_may_borrow_from_later_the_same_day_but_not_more),
	    cmocka_unit_test(other_limits_count_what_was_spent_before),
	    cmocka_unit_test(a_restart_brings_no_new_budget),
	    cmocka_unit_test(a_day_that_was_saved_under_a_wrong_date_does_not_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
