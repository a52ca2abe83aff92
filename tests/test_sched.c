/* What sched.h promises of rounds: what is due, gathered, caught up with, kept; and in which order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "base/mem.h"
#include "probe/sched.h"
#include "tests/sched_lab.h"

static const int64_t second_ns = 1000000000;

/* Lets a fresh lab run until its targets are in step. */
static void
settle(struct lab *lab, int64_t seconds)
{
	lab_configure(lab);
	lab_run(lab, seconds);
}

/* Whether the next round is to begin in so many seconds. */
static bool
wanted_in(struct lab *lab, double seconds)
{
	return fabs(lab_next_s(lab) - seconds) < 1e-6;
}

/* --- intervals and gathering ----------------------------------------------------------------- */

static void
a_list_of_200_makes_one_round_every_15_minutes(void **state)
{
	struct lab lab;
	size_t rounds;

	(void)state;
	lab_begin(&lab);
	lab_list(&lab, "a", 200, 15 * LAB_MINUTE);
	settle(&lab, 4 * LAB_HOUR);
	assert_int_equal(lab_round(&lab, LAB_HOUR), 200);
	assert_int_equal(lab_round(&lab, LAB_HOUR), 200);
	rounds = lab_run(&lab, 10 * LAB_DAY);
	print_message("# %zu rounds in 10 days\n", rounds);
	assert_in_range(rounds, 955, 965);
	assert_int_equal(lab_round(&lab, LAB_HOUR), 200);
	lab_end(&lab);
}

static void
intervals_vary_by_the_jitter_and_no_more(void **state)
{
	double gap_s, least = 1e9, most = 0, sum = 0;
	int64_t last_ns;
	struct lab lab;
	int i;

	(void)state;
	lab_begin(&lab);
	lab_list(&lab, "a", 3, 1000);
	lab.round_s = 1;
	settle(&lab, LAB_DAY);
	lab_round(&lab, LAB_HOUR);
	for (i = 0; i < 1000; i++) {
		last_ns = lab.began_ns;
		lab_round(&lab, LAB_HOUR);
		gap_s = (double)(lab.began_ns - last_ns) / 1e9;
		least = gap_s < least ? gap_s : least;
		most = gap_s > most ? gap_s : most;
		sum += gap_s;
	}
	print_message("# %.1f to %.1f s, mean %.2f\n", least, most, sum / 1000);
	assert_true(least >= 900 && least < 920);
	assert_true(most <= 1100 && most > 1080);
	assert_true(sum / 1000 > 999 && sum / 1000 < 1001);
	lab_end(&lab);
}

static void
without_jitter_intervals_are_exact(void **state)
{
	int64_t last_ns;
	struct lab lab;
	int i;

	(void)state;
	lab_begin(&lab);
	lab_list(&lab, "a", 3, 1000)->jitter = 0;
	settle(&lab, LAB_HOUR);
	lab_round(&lab, LAB_HOUR);
	for (i = 0; i < 100; i++) {
		last_ns = lab.began_ns;
		lab_round(&lab, LAB_HOUR);
		assert_true(lab.began_ns - last_ns == 1000 * second_ns);
	}
	lab_end(&lab);
}

/* A hash over the times of 100 rounds and the order of their targets. */
static uint64_t
course(uint64_t seed)
{
	struct lab lab;
	uint64_t hash = 0;
	size_t i, k;

	lab_begin(&lab);
	lab.conf.seed = seed;
	lab_list(&lab, "a", 10, 15 * LAB_MINUTE);
	lab_list(&lab, "b", 10, 40 * LAB_MINUTE);
	lab_configure(&lab);
	for (i = 0; i < 100; i++) {
		lab_round(&lab, LAB_HOUR);
		hash = hash * 31 + (uint64_t)lab.began_ns;
		for (k = 0; k < lab.n; k++)
			hash = hash * 31 +
			    (uint64_t)(lab.round[k]->host[0] * 100 + lab.round[k]->host[2]);
	}
	lab_end(&lab);
	return hash;
}

static void
a_seed_gives_the_same_again(void **state)
{
	(void)state;
	assert_true(course(7) == course(7));
	assert_true(course(7) != course(8));
}

/* Measured so many seconds ago. */
static void
measured(struct lab *lab, const char *url, int64_t ago_s)
{
	struct sched_saved saved = {
	    .last_wall_us = lab->now.wall_us - ago_s * 1000000, .burst_left = 30};

	sched_restore(lab->sched, url, &saved, lab->now);
}

static void
a_round_waits_a_little_for_what_is_due_soon(void **state)
{
	struct lab lab;

	(void)state;
	lab_begin(&lab);
	lab_list(&lab, "a", 3, 1000)->jitter = 0;
	lab_configure(&lab);
	measured(&lab, lab_url(&lab, 0, 0), 900); /* due in 100 s */
	measured(&lab, lab_url(&lab, 0, 1), 841); /* in 159 */
	measured(&lab, lab_url(&lab, 0, 2), 839); /* in 161: more than 60 s after the first */
	assert_true(wanted_in(&lab, 159));
	lab_wait(&lab, 120);
	assert_true(wanted_in(&lab, 39));
	assert_int_equal(lab_round(&lab, LAB_HOUR), 2);
	assert_false(lab_has(&lab, lab_url(&lab, 0, 2)));
	assert_int_equal(lab_round(&lab, LAB_HOUR), 1);
	lab_end(&lab);
}

static void
it_waits_no_longer_than_a_tenth_of_an_interval(void **state)
{
	struct lab lab;

	(void)state;
	lab_begin(&lab);
	lab_list(&lab, "a", 1, 100)->jitter = 0;
	lab_list(&lab, "b", 2, 1000)->jitter = 0;
	lab_configure(&lab);
	measured(&lab, lab_url(&lab, 0, 0), 50); /* due in 50 s, must not wait more than 10 */
	measured(&lab, lab_url(&lab, 1, 0), 940); /* in 60 */
	measured(&lab, lab_url(&lab, 1, 1), 939); /* in 61 */
	assert_true(wanted_in(&lab, 60));
	assert_int_equal(lab_round(&lab, LAB_HOUR), 2);
	assert_false(lab_has(&lab, lab_url(&lab, 1, 1)));
	lab_end(&lab);
}

/* In how many rounds of the next seconds it is. */
static int
turns(struct lab *lab, const char *url, int64_t seconds)
{
	int64_t end_ns = lab->now.mono_ns + seconds * second_ns;
	int n = 0;

	while (lab_round_before(lab, end_ns) > 0)
		n += lab_has(lab, url);
	return n;
}

static void
a_target_in_several_lists_takes_the_shortest_interval(void **state)
{
	struct lab lab;

	(void)state;
	lab_begin(&lab);
	lab_list(&lab, "a", 5, 4 * LAB_HOUR);
	lab.lists[lab.nlists++] = (struct sched_list){
	    .name = "both", .targets = lab.targets[0], .n = 2, .every_s = 30 * LAB_MINUTE};
	settle(&lab, LAB_DAY);
	assert_in_range(turns(&lab, lab_url(&lab, 0, 0), LAB_DAY), 47, 49);
	assert_in_range(turns(&lab, lab_url(&lab, 0, 1), LAB_DAY), 47, 49);
	assert_in_range(turns(&lab, lab_url(&lab, 0, 2), LAB_DAY), 5, 7);
	lab.nlists--; /* lab_end frees the targets once */
	lab_end(&lab);
}

/* --- windows --------------------------------------------------------------------------------- */

static void
nothing_is_measured_while_windows_are_closed(void **state)
{
	char error[SCHED_WINDOWS_ERROR_SIZE];
	struct sched_list *list;
	enum sched_why why;
	struct lab lab;
	int day, minute;
	size_t rounds = 0;

	(void)state;
	lab_begin(&lab);
	list = lab_list(&lab, "a", 5, 15 * LAB_MINUTE);
	assert_int_equal(sched_windows_parse("07:00-09:00 22:00-01:00", &list->windows, error), 0);
	lab_configure(&lab);
	sched_next(lab.sched, lab.now, &why);
	assert_int_equal(why, SCHED_CLOSED);
	for (day = 0; day < 10 * LAB_DAY; day += LAB_MINUTE) {
		if (lab_round_before(&lab, lab.now.mono_ns + LAB_MINUTE * second_ns) == 0)
			continue;
		rounds++;
		minute = sched_local(lab.now.wall_us - lab.round_s * 1000000).minute;
		assert_true((minute >= 420 && minute < 540) || minute >= 1320 || minute < 60);
	}
	print_message("# %zu rounds in 10 days of 5 open hours\n", rounds);
	assert_in_range(rounds, 10 * (8 + 12) - 10, 10 * (9 + 13) + 10);
	lab_end(&lab);
}

static void
where_the_shorter_list_is_closed_the_longer_one_counts(void **state)
{
	char error[SCHED_WINDOWS_ERROR_SIZE];
	struct sched_list *list;
	struct lab lab;

	(void)state;
	lab_begin(&lab); /* at noon */
	list = lab_list(&lab, "a", 1, 10 * LAB_MINUTE);
	assert_int_equal(sched_windows_parse("12:00-18:00", &list->windows, error), 0);
	lab.lists[lab.nlists] = lab.lists[0];
	lab.lists[lab.nlists].name = "always";
	lab.lists[lab.nlists].every_s = LAB_HOUR;
	lab.lists[lab.nlists++].windows = (struct sched_windows){.n = 0};
	lab_configure(&lab);
	lab.nlists--;
	assert_in_range(lab_run(&lab, 6 * LAB_HOUR), 33, 40);
	assert_in_range(lab_run(&lab, 18 * LAB_HOUR), 15, 20);
	lab_end(&lab);
}

/* --- clocks, sleep, long rounds -------------------------------------------------------------- */

static void
setting_the_wall_clock_changes_no_interval(void **state)
{
	static const char *const steps[] = {"1970-01-01 00:00", "2028-01-11 15:00",
	    "2027-12-31 23:59", "2038-01-19 03:14:08", "2028-02-29 12:00", "2028-01-11 15:00"};
	struct lab with, without;
	int i, compared = 0;

	(void)state;
	lab_begin(&with);
	lab_begin(&without);
	lab_list(&with, "a", 20, 15 * LAB_MINUTE);
	lab_list(&without, "a", 20, 15 * LAB_MINUTE);
	settle(&with, LAB_DAY);
	settle(&without, LAB_DAY);
	for (i = 0; i < 600; i++) {
		if (i % 100 == 50)
			with.now.wall_us = lab_utc(steps[i / 100]);
		assert_int_equal(lab_round(&with, LAB_HOUR), lab_round(&without, LAB_HOUR));
		assert_true(with.began_ns == without.began_ns);
		compared++;
	}
	print_message("# %d rounds, the clock set 6 times\n", compared);
	lab_end(&with);
	lab_end(&without);
}

static void
after_sleep_each_target_comes_once_in_portions(void **state)
{
	int64_t woke_ns, last_ns = 0;
	size_t left = 450, n;
	struct lab lab;

	(void)state;
	lab_begin(&lab);
	lab_list(&lab, "a", 450, 15 * LAB_MINUTE);
	settle(&lab, 6 * LAB_HOUR);
	lab_wait(&lab, 8 * LAB_HOUR);
	woke_ns = lab.now.mono_ns;
	while (left > 0) {
		n = lab_round(&lab, LAB_HOUR);
		assert_int_equal(n, left < 100 ? left : 100);
		/* 60 s from the end of one to the beginning of the next. */
		if (last_ns != 0)
			assert_true(lab.began_ns - last_ns >= (lab.round_s + 60) * second_ns);
		last_ns = lab.began_ns;
		left -= n;
	}
	print_message("# 450 targets within %.0f s\n", (double)(lab.began_ns - woke_ns) / 1e9);
	assert_true(lab.began_ns - woke_ns == 4 * 90 * second_ns);
	/* None of them twice: the next is due a whole interval after the first portion. */
	lab_round(&lab, LAB_HOUR);
	assert_true(lab.began_ns - woke_ns >= (int64_t)(0.9 * 15 * 60) * second_ns);
	/* And they are in step again after a few. */
	lab_run(&lab, 3 * LAB_HOUR);
	assert_int_equal(lab_round(&lab, LAB_HOUR), 450);
	lab_end(&lab);
}

static void
who_waited_longest_in_its_own_intervals_is_caught_up_with_first(void **state)
{
	struct lab lab;
	size_t i;

	(void)state;
	lab_begin(&lab);
	lab.conf.catch_up_max = 10;
	lab_list(&lab, "daily", 10, LAB_DAY);
	lab_list(&lab, "often", 10, 10 * LAB_MINUTE);
	lab_configure(&lab);
	for (i = 0; i < 10; i++) {
		measured(&lab, lab_url(&lab, 0, i), 28 * LAB_HOUR); /* 1.2 intervals */
		measured(&lab, lab_url(&lab, 1, i), 2 * LAB_HOUR); /* 12 */
	}
	assert_int_equal(lab_round(&lab, LAB_HOUR), 10);
	assert_true(lab_has(&lab, lab_url(&lab, 1, 0)));
	assert_false(lab_has(&lab, lab_url(&lab, 0, 0)));
	assert_int_equal(lab_round(&lab, LAB_HOUR), 10);
	assert_true(lab_has(&lab, lab_url(&lab, 0, 0)));
	lab_end(&lab);
}

static void
a_very_long_round_is_not_made_up_for(void **state)
{
	struct lab lab;
	int64_t end_ns;
	size_t n = 0;

	(void)state;
	lab_begin(&lab);
	lab_list(&lab, "a", 300, 15 * LAB_MINUTE);
	settle(&lab, 6 * LAB_HOUR);
	lab.round_s = 3 * LAB_HOUR;
	lab_round(&lab, LAB_HOUR);
	lab.round_s = 30;
	end_ns = lab.now.mono_ns + 13 * LAB_MINUTE * second_ns;
	while (lab_round_before(&lab, end_ns) > 0) {
		assert_true(lab.n <= 100);
		n += lab.n;
	}
	assert_int_equal(n, 300);
	lab_end(&lab);
}

static void
what_a_round_left_unmeasured_comes_again_soon(void **state)
{
	struct lab lab;
	size_t i;

	(void)state;
	lab_begin(&lab);
	lab_list(&lab, "a", 20, 15 * LAB_MINUTE);
	settle(&lab, 3 * LAB_HOUR);
	lab_wait(&lab, (int64_t)lab_next_s(&lab) + 1);
	lab.round = sched_take(lab.sched, lab.now, &lab.n);
	assert_int_equal(lab.n, 20);
	for (i = 0; i < 5; i++)
		sched_done(lab.sched, lab.round[i]->url, 1000, lab.now);
	lab_wait(&lab, 5);
	sched_round_done(lab.sched, 1000, lab.now);
	assert_true(wanted_in(&lab, 60));
	assert_int_equal(lab_round(&lab, LAB_HOUR), 15);
	lab_end(&lab);
}

/* --- orders ---------------------------------------------------------------------------------- */

static void
one_round_at_a_time(void **state)
{
	enum sched_why why;
	struct lab lab;
	size_t n;

	(void)state;
	lab_begin(&lab);
	lab_configure(&lab);
	assert_true(sched_next(lab.sched, lab.now, &why) == INT64_MAX);
	assert_int_equal(why, SCHED_EMPTY);
	lab_list(&lab, "a", 20, 15 * LAB_MINUTE);
	lab_configure(&lab);
	sched_take(lab.sched, lab.now, &n);
	assert_int_equal(n, 20);
	assert_true(sched_next(lab.sched, lab.now, &why) == INT64_MAX);
	assert_int_equal(why, SCHED_RUNNING);
	lab_wait(&lab, LAB_DAY);
	sched_take(lab.sched, lab.now, &n);
	assert_int_equal(n, 0);
	sched_round_done(lab.sched, 0, lab.now);
	sched_round_done(lab.sched, 0, lab.now); /* once more than it should */
	assert_true(sched_next(lab.sched, lab.now, &why) < INT64_MAX);
	assert_int_equal(why, SCHED_DUE);
	lab_end(&lab);
}

static void
a_pause_stops_rounds_and_is_caught_up_with_in_portions(void **state)
{
	enum sched_why why;
	struct lab lab;
	size_t n;

	(void)state;
	lab_begin(&lab);
	lab_list(&lab, "a", 150, 15 * LAB_MINUTE);
	settle(&lab, 4 * LAB_HOUR);
	sched_pause(lab.sched);
	assert_true(sched_next(lab.sched, lab.now, &why) == INT64_MAX);
	assert_int_equal(why, SCHED_PAUSED);
	lab_wait(&lab, 4 * LAB_HOUR);
	sched_round_now(lab.sched);
	sched_take(lab.sched, lab.now, &n);
	assert_int_equal(n, 0); /* a pause is a pause */
	sched_resume(lab.sched);
	sched_take(lab.sched, lab.now, &n);
	assert_int_equal(n, 150); /* the round that was asked for */
	sched_round_done(lab.sched, 0, lab.now);
	assert_int_equal(lab_round(&lab, LAB_HOUR), 100);
	assert_int_equal(lab_round(&lab, LAB_HOUR), 50);
	lab_end(&lab);
}

static void
a_round_now_has_everything_also_what_is_closed(void **state)
{
	char error[SCHED_WINDOWS_ERROR_SIZE];
	struct sched_list *list;
	int64_t first_ns;
	struct lab lab;

	(void)state;
	lab_begin(&lab);
	lab_list(&lab, "a", 150, 15 * LAB_MINUTE);
	list = lab_list(&lab, "night", 50, LAB_DAY);
	assert_int_equal(sched_windows_parse("00:00-04:00", &list->windows, error), 0);
	settle(&lab, 26 * LAB_HOUR);
	first_ns = lab.now.mono_ns;
	sched_round_now(lab.sched);
	assert_true(wanted_in(&lab, 0));
	assert_int_equal(lab_round(&lab, 1), 200);
	/* Then everything goes on from there. */
	assert_int_equal(lab_round(&lab, LAB_HOUR), 150);
	assert_true(lab.began_ns - first_ns >= (int64_t)(0.9 * 15 * 60) * second_ns);
	lab_end(&lab);
}

static void
new_settings_keep_the_times_of_targets_that_stay(void **state)
{
	struct target *more;
	int64_t due_ns;
	struct lab lab;
	size_t i;

	(void)state;
	lab_begin(&lab);
	lab_list(&lab, "a", 20, 15 * LAB_MINUTE);
	settle(&lab, 3 * LAB_HOUR);
	lab_wait(&lab, 60);
	due_ns = sched_next(lab.sched, lab.now, NULL);
	sched_set_key(lab.sched, lab_url(&lab, 0, 3), "AS1");
	/* The same targets from another place in memory, five less, one new. */
	more = lab_targets("a", 16, "NEWS");
	target_clear(&more[15]);
	lab.lists[0].n = 15;
	lab.lists[0].targets = more;
	lab_configure(&lab);
	assert_true(sched_next(lab.sched, lab.now, NULL) == due_ns);
	lab_list(&lab, "new", 1, LAB_HOUR);
	lab_configure(&lab);
	assert_int_equal(lab_round(&lab, 1), 1);
	assert_string_equal(lab.round[0]->url, "https://new-0.example/");
	assert_true(sched_next(lab.sched, lab.now, NULL) == due_ns);
	assert_int_equal(lab_round(&lab, LAB_HOUR), 15);
	/* Known no more. */
	sched_done(lab.sched, "https://a-19.example/", 5, lab.now);
	sched_set_key(lab.sched, "https://a-19.example/", "AS2");
	assert_int_equal(sched_state_of(lab.sched, "https://a-19.example/"), SCHED_NORMAL);
	for (i = 15; i < 20; i++)
		target_clear(&lab.targets[0][i]);
	lab_end(&lab);
	for (i = 0; i < 15; i++)
		target_clear(&more[i]);
	free(more);
}

static void
new_settings_may_come_in_the_middle_of_a_round(void **state)
{
	struct lab lab;
	size_t i;

	(void)state;
	lab_begin(&lab);
	lab_list(&lab, "a", 10, 15 * LAB_MINUTE);
	lab_list(&lab, "b", 10, 15 * LAB_MINUTE);
	lab_configure(&lab);
	lab.round = sched_take(lab.sched, lab.now, &lab.n);
	assert_int_equal(lab.n, 20);
	lab.nlists = 1; /* b leaves */
	lab_configure(&lab);
	lab.nlists = 2;
	for (i = 0; i < lab.n; i++)
		sched_done(lab.sched, lab.round[i]->url, 1000, lab.now);
	sched_round_done(lab.sched, 1000, lab.now);
	assert_int_equal(lab_round(&lab, LAB_HOUR), 10);
	assert_int_equal(sched_skipped(lab.sched, 0)->measured, 30);
	lab_end(&lab);
}

static void
event_days_tighten_whole_lists(void **state)
{
	struct lab lab;
	size_t rounds;

	(void)state;
	lab_begin(&lab); /* noon of the 10th */
	lab_list(&lab, "a", 10, LAB_HOUR);
	lab_list(&lab, "b", 10, LAB_HOUR);
	settle(&lab, 6 * LAB_HOUR);
	assert_true(sched_event_day(lab.sched, "a", 5 * LAB_MINUTE, lab_utc("2028-01-11 06:30"),
	    lab_utc("2028-01-12 06:30"), lab.now));
	lab_run(&lab, 12 * LAB_HOUR + 30 * LAB_MINUTE - 1);
	assert_int_equal(lab_run(&lab, 62), 1); /* in the middle between two turns */
	assert_int_equal(lab.n, 10);
	lab_run(&lab, 58);
	rounds = lab_run(&lab, 24 * LAB_HOUR - 121);
	print_message("# %zu rounds on the day\n", rounds);
	assert_in_range(rounds, 260, 320);
	assert_in_range(lab_run(&lab, 10 * LAB_HOUR), 9, 22);
	/* All lists; the same twice is once; a day without end is forgotten with the others. */
	assert_true(sched_event_day(lab.sched, NULL, LAB_MINUTE, INT64_MIN, INT64_MAX, lab.now));
	assert_true(sched_event_day(lab.sched, NULL, LAB_MINUTE, INT64_MIN, INT64_MAX, lab.now));
	assert_in_range(lab_run(&lab, LAB_HOUR), 50, 70);
	assert_int_equal(lab_round(&lab, LAB_HOUR), 20);
	sched_forget_event_days(lab.sched);
	assert_in_range(lab_run(&lab, LAB_HOUR), 0, 2);
	lab_end(&lab);
}

static void
event_days_have_a_limit_and_old_ones_make_room(void **state)
{
	struct lab lab;
	int i;

	(void)state;
	lab_begin(&lab);
	lab_list(&lab, "a", 10, LAB_HOUR);
	lab_configure(&lab);
	for (i = 0; i < SCHED_EVENT_DAYS_MAX; i++)
		assert_true(sched_event_day(lab.sched, "a", 60, lab.now.wall_us + i * 1000000,
		    lab.now.wall_us + 60 * 1000000 + i, lab.now));
	assert_false(sched_event_day(lab.sched, "a", 61, 0, INT64_MAX, lab.now));
	lab_wait(&lab, 61);
	assert_true(sched_event_day(lab.sched, "a", 61, 0, INT64_MAX, lab.now));
	lab_end(&lab);
}

/* --- restart --------------------------------------------------------------------------------- */

/* A new scheduler that knows what the old one saved; away_s of wall time later, on a clock that began anew. */
static void
restart(struct lab *lab, int64_t away_s)
{
	struct sched_saved saved;
	struct sched_saved_costs costs;
	struct sched *old = lab->sched;
	struct sched_now then = lab->now;
	size_t l, i;

	lab->now.wall_us += away_s * 1000000;
	lab->now.mono_ns = 20 * second_ns;
	lab->sched = NULL;
	lab_configure(lab);
	sched_save_costs(old, then, &costs);
	sched_restore_costs(lab->sched, &costs, lab->now);
	for (l = 0; l < lab->nlists; l++)
		for (i = 0; i < lab->lists[l].n; i++)
			if (sched_save(old, lab_url(lab, l, i), then, &saved))
				sched_restore(lab->sched, lab_url(lab, l, i), &saved, lab->now);
	sched_free(old);
}

static void
a_restart_repeats_nothing(void **state)
{
	double due_s;
	struct lab lab;

	(void)state;
	lab_begin(&lab);
	lab_list(&lab, "a", 200, 15 * LAB_MINUTE);
	settle(&lab, 4 * LAB_HOUR);
	lab_wait(&lab, 60 - lab.round_s);
	restart(&lab, 0);
	due_s = lab_next_s(&lab) + 60;
	print_message("# next after %.0f s\n", due_s);
	assert_true(due_s >= 0.9 * 900 && due_s <= 1.1 * 900 + 60);
	assert_int_equal(lab_round(&lab, LAB_HOUR), 200);
	/* Longer away: like sleep. */
	restart(&lab, 5 * LAB_HOUR);
	assert_int_equal(lab_round(&lab, 1), 100);
	assert_int_equal(lab_round(&lab, 100), 100);
	lab_end(&lab);
}

static void
a_clock_that_was_set_back_between_runs_repeats_nothing_either(void **state)
{
	struct lab lab;
	double due_s;

	(void)state;
	lab_begin(&lab);
	lab_list(&lab, "a", 20, 15 * LAB_MINUTE);
	settle(&lab, 4 * LAB_HOUR);
	restart(&lab, -58 * 365 * (int64_t)LAB_DAY);
	due_s = lab_next_s(&lab);
	assert_true(due_s >= 0.9 * 900 && due_s <= 1.1 * 900 + 60);
	assert_int_equal(lab_round(&lab, LAB_HOUR), 20);
	lab_end(&lab);
}

static void
what_was_saved_wrongly_does_no_harm(void **state)
{
	static const struct sched_saved rows[] = {
	    {.last_wall_us = INT64_MIN, .cost = UINT32_MAX, .state = 255, .step = 255},
	    {.last_wall_us = INT64_MAX,
	        .burst_left = 65535,
	        .step_left = 65535,
	        .state = SCHED_BURST},
	    {.state = SCHED_BURST, .anomaly = true},
	    {.last_wall_us = -1, .state = SCHED_RELAXED, .step = 7},
	};
	static const struct sched_saved_costs costs = {.controls = UINT32_MAX,
	    .target = UINT32_MAX,
	    .budget = {.wall_us = INT64_MIN,
	        .today = {-5, -5, INT32_MAX, -1, NAN, INT32_MAX, -1, INT64_MAX},
	        .level = {-1e300, 1e300},
	        .spent = {-7, INT64_MAX},
	        .minutes = {{-1, INT32_MAX}}}};
	struct lab lab;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		lab_begin(&lab);
		lab.conf.limits.bytes_per_day = 1000000000;
		lab_list(&lab, "a", 2, 15 * LAB_MINUTE);
		lab_configure(&lab);
		sched_restore_costs(lab.sched, &costs, lab.now);
		sched_restore(lab.sched, lab_url(&lab, 0, 0), &rows[i], lab.now);
		sched_restore(lab.sched, "https://unknown.example/", &rows[i], lab.now);
		assert_true(lab_run(&lab, LAB_DAY) >= 90);
		lab_end(&lab);
	}
}

static void
what_was_never_measured_has_nothing_to_save(void **state)
{
	struct sched_saved saved;
	struct lab lab;

	(void)state;
	lab_begin(&lab);
	lab_list(&lab, "a", 1, 15 * LAB_MINUTE);
	lab_configure(&lab);
	assert_false(sched_save(lab.sched, lab_url(&lab, 0, 0), lab.now, &saved));
	assert_false(sched_save(lab.sched, "https://unknown.example/", lab.now, &saved));
	lab_round(&lab, LAB_HOUR);
	assert_true(sched_save(lab.sched, lab_url(&lab, 0, 0), lab.now, &saved));
	assert_true(saved.last_wall_us == lab.now.wall_us - lab.round_s * 1000000);
	assert_int_equal(saved.cost, 100000);
	lab_end(&lab);
}

/* --- order ----------------------------------------------------------------------------------- */

static size_t
least_distance(const struct lab *lab, const char *const *keys)
{
	size_t i, k, least = SIZE_MAX;
	const char *a, *b;

	for (i = 0; i < lab->n; i++) {
		for (k = i + 1; k < lab->n; k++) {
			a = keys[lab->round[i] - lab->targets[0]];
			b = keys[lab->round[k] - lab->targets[0]];
			if (a != NULL && b != NULL && strcmp(a, b) == 0 && k - i < least)
				least = k - i;
		}
	}
	return least;
}

static void
targets_of_one_provider_are_far_apart(void **state)
{
	/* How many targets have each of some providers; the others are alone. */
	static const struct {
		size_t n, sizes[4];
	} rows[] = {
	    {100, {10, 10, 10, 10}},
	    {100, {50, 0, 0, 0}},
	    {100, {25, 25, 25, 25}},
	    {100, {40, 20, 3, 2}},
	    {97, {13, 12, 11, 7}},
	    {11, {5, 3, 3, 0}},
	    {7, {4, 3, 0, 0}},
	    {2, {2, 0, 0, 0}},
	    {1, {1, 0, 0, 0}},
	    {100, {2, 2, 2, 2}},
	};
	static const char *const names[] = {"AS1", "AS2", "AS3", "AS4"};
	const char *keys[100];
	size_t row, size, i, g, at, least;
	struct lab lab;

	(void)state;
	for (row = 0; row < sizeof(rows) / sizeof(*rows); row++) {
		lab_begin(&lab);
		lab_list(&lab, "a", rows[row].n, 15 * LAB_MINUTE);
		lab_configure(&lab);
		memset(keys, 0, sizeof(keys));
		at = size = 0;
		for (g = 0; g < 4; g++) {
			size = rows[row].sizes[g] > size ? rows[row].sizes[g] : size;
			for (i = 0; i < rows[row].sizes[g]; i++, at++) {
				keys[at] = names[g];
				sched_set_key(lab.sched, lab_url(&lab, 0, at), names[g]);
			}
		}
		for (i = 0; i < 20; i++) {
			sched_round_now(lab.sched);
			assert_int_equal(lab_round(&lab, 1), rows[row].n);
			least = least_distance(&lab, keys);
			assert_true(least >= rows[row].n / size - 1);
			if (size <= (rows[row].n + 1) / 2)
				assert_true(least >= 2);
		}
		if (size > 1)
			print_message("# of %zu, up to %zu alike: at least %zu apart\n",
			    rows[row].n, size, least);
		lab_end(&lab);
	}
}

static void
no_two_of_a_provider_are_at_work_at_once(void **state)
{
	const struct target *waiting[4], *work[2];
	struct lab lab;
	size_t i;

	(void)state;
	lab_begin(&lab);
	lab_list(&lab, "a", 6, 15 * LAB_MINUTE);
	lab_configure(&lab);
	for (i = 0; i < 4; i++)
		waiting[i] = &lab.targets[0][i];
	work[0] = &lab.targets[0][4];
	work[1] = &lab.targets[0][5];
	assert_int_equal(sched_first_free(lab.sched, waiting, 4, work, 2), 0);
	sched_set_key(lab.sched, waiting[0]->url, "AS1");
	sched_set_key(lab.sched, waiting[1]->url, "AS2");
	sched_set_key(lab.sched, waiting[2]->url, "AS1");
	sched_set_key(lab.sched, work[0]->url, "AS1");
	assert_int_equal(sched_first_free(lab.sched, waiting, 4, work, 2), 1);
	sched_set_key(lab.sched, work[1]->url, "AS2");
	assert_int_equal(sched_first_free(lab.sched, waiting, 4, work, 2), 3);
	assert_int_equal(sched_first_free(lab.sched, waiting, 3, work, 2), 3);
	assert_int_equal(sched_first_free(lab.sched, waiting, 4, work, 0), 0);
	assert_int_equal(sched_first_free(lab.sched, waiting, 0, work, 2), 0);
	/* It may change, and be forgotten: then the host stands for it. */
	sched_set_key(lab.sched, work[1]->url, NULL);
	assert_int_equal(sched_first_free(lab.sched, waiting, 4, work, 2), 1);
	sched_set_key(lab.sched, waiting[0]->url, NULL);
	work[0] = waiting[0];
	assert_int_equal(sched_first_free(lab.sched, waiting, 4, work, 2), 1);
	lab_end(&lab);
}

static void
pages_of_one_host_have_one_provider(void **state)
{
	static const char *const urls[] = {
	    "http://h.example/", "https://h.example/", "https://i.example/"};
	struct target targets[3];
	const struct target *waiting[2] = {&targets[1], &targets[2]}, *work[1] = {&targets[0]};
	char error[TARGET_ERROR_SIZE];
	struct lab lab;
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++)
		assert_int_equal(target_parse(urls[i], &targets[i], error), 0);
	lab_begin(&lab);
	lab.lists[0] = (struct sched_list){.name = "", .targets = targets, .n = 3, .every_s = 900};
	lab.nlists = 1;
	lab_configure(&lab);
	assert_int_equal(sched_first_free(lab.sched, waiting, 2, work, 1), 1);
	lab.nlists = 0;
	lab_end(&lab);
	for (i = 0; i < 3; i++)
		target_clear(&targets[i]);
}

static void
thousands_of_targets_cost_little(void **state)
{
	struct timespec begin, end;
	struct lab lab;
	size_t rounds;
	double ms;

	(void)state;
	lab_begin(&lab);
	lab.conf.catch_up_max = 5000;
	lab_list(&lab, "a", 5000, 15 * LAB_MINUTE);
	settle(&lab, 2 * LAB_HOUR);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
	rounds = lab_run(&lab, LAB_DAY / 2);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
	ms =
	    (double)(end.tv_sec - begin.tv_sec) * 1e3 + (double)(end.tv_nsec - begin.tv_nsec) / 1e6;
	print_message("# %.2f ms a round of 5000\n", ms / (double)rounds);
	assert_in_range(rounds, 46, 50);
	assert_int_equal(lab.n, 5000);
	assert_true(ms / (double)rounds < 1000);
	lab_end(&lab);
}

static void
settings_out_of_range_are_taken_for_the_nearest(void **state)
{
	struct lab lab;

	(void)state;
	lab_begin(&lab);
	lab.conf = (struct sched_conf){.gather_s = -5,
	    .catch_up_max = -5,
	    .catch_up_gap_s = -5,
	    .retry_s = -5,
	    .burst_every_s = -5,
	    .burst_max_s = -5,
	    .burst_measurements = -5,
	    .burst_neighbours = -5,
	    .burst_total = -5,
	    .relax_measurements = -5,
	    .limits = {.targets_per_hour = -5, .bytes_per_day = -5, .reserve = -5}};
	lab_list(&lab, "a", 5, -5)->jitter = -5;
	lab_list(&lab, "b", 5, INT32_MAX)->jitter = 1e9;
	lab_configure(&lab);
	lab.round_s = 0;
	assert_true(lab_run(&lab, 100) >= 100);
	assert_true(sched_tighten(lab.sched, lab_url(&lab, 1, 0), lab.now));
	assert_true(lab_run(&lab, 100) >= 100);
	lab_end(&lab);
}

/* What sched_each told of the three targets. */
struct outlooks {
	struct sched_outlook items[3];
	size_t n;
};

static void
keep_outlook(const struct sched_outlook *outlook, void *arg)
{
	struct outlooks *all = arg;

	assert_true(all->n < 3);
	all->items[all->n++] = *outlook;
}

static void
what_is_planned_can_be_seen_by_target(void **state)
{
	struct outlooks all = {.n = 0};
	struct lab lab;
	double due_s;
	size_t i;

	(void)state;
	lab_begin(&lab);
	lab_list(&lab, "a", 3, 1000)->jitter = 0;
	settle(&lab, LAB_HOUR);
	lab_round(&lab, LAB_HOUR);
	assert_true(sched_tighten(lab.sched, lab_url(&lab, 0, 1), lab.now));
	sched_each(lab.sched, lab.now, keep_outlook, &all);
	assert_int_equal(all.n, 3);
	for (i = 0; i < 3; i++) {
		due_s = (double)(all.items[i].due_ns - lab.began_ns) / 1e9;
		assert_string_equal(all.items[i].url, lab_url(&lab, 0, i));
		assert_true(all.items[i].open && !all.items[i].late && !all.items[i].taken);
		/* Its neighbours burst with it. */
		assert_int_equal(all.items[i].state, SCHED_BURST);
		assert_int_equal(all.items[i].interval_s, 60);
		assert_true(due_s > 59 && due_s < 61);
	}
	sched_close(lab.sched, lab_url(&lab, 0, 1), lab.now);
	all.n = 0;
	sched_each(lab.sched, lab.now, keep_outlook, &all);
	assert_int_equal(all.items[1].state, SCHED_NORMAL);
	assert_int_equal(all.items[1].interval_s, 1000);
	due_s = (double)(all.items[1].due_ns - lab.began_ns) / 1e9;
	assert_true(due_s > 999 && due_s < 1001);
	lab_end(&lab);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_planned_can_be_seen_by_target),
	    cmocka_unit_test(a_list_of_200_makes_one_round_every_15_minutes),
	    cmocka_unit_test(intervals_vary_by_the_jitter_and_no_more),
	    cmocka_unit_test(without_jitter_intervals_are_exact),
	    cmocka_unit_test(a_seed_gives_the_same_again),
	    cmocka_unit_test(a_round_waits_a_little_for_what_is_due_soon),
	    cmocka_unit_test(it_waits_no_longer_than_a_tenth_of_an_interval),
	    cmocka_unit_test(a_target_in_several_lists_takes_the_shortest_interval),
	    cmocka_unit_test(nothing_is_measured_while_windows_are_closed),
	    cmocka_unit_test(where_the_shorter_list_is_closed_the_longer_one_counts),
	    cmocka_unit_test(setting_the_wall_clock_changes_no_interval),
	    cmocka_unit_test(after_sleep_each_target_comes_once_in_portions),
	    cmocka_unit_test(who_waited_longest_in_its_own_intervals_is_caught_up_with_first),
	    cmocka_unit_test(a_very_long_round_is_not_made_up_for),
	    cmocka_unit_test(what_a_round_left_unmeasured_comes_again_soon),
	    cmocka_unit_test(one_round_at_a_time),
	    cmocka_unit_test(a_pause_stops_rounds_and_is_caught_up_with_in_portions),
	    cmocka_unit_test(a_round_now_has_everything_also_what_is_closed),
	    cmocka_unit_test(new_settings_keep_the_times_of_targets_that_stay),
	    cmocka_unit_test(new_settings_may_come_in_the_middle_of_a_round),
	    cmocka_unit_test(event_days_tighten_whole_lists),
	    cmocka_unit_test(event_days_have_a_limit_and_old_ones_make_room),
	    cmocka_unit_test(a_restart_repeats_nothing),
	    cmocka_unit_test(a_clock_that_was_set_back_between_runs_repeats_nothing_either),
	    cmocka_unit_test(what_was_saved_wrongly_does_no_harm),
	    cmocka_unit_test(what_was_never_measured_has_nothing_to_save),
	    cmocka_unit_test(targets_of_one_provider_are_far_apart),
	    cmocka_unit_test(no_two_of_a_provider_are_at_work_at_once),
	    cmocka_unit_test(pages_of_one_host_have_one_provider),
	    cmocka_unit_test(thousands_of_targets_cost_little),
	    cmocka_unit_test(settings_out_of_range_are_taken_for_the_nearest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
