/* Bursts: they begin at an anomaly, take neighbours along, and end, whatever happens. */
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

static const int64_t second_ns = 1000000000;

/* Two lists, settled: "a" of 40 every 15 min, "b" of 40 every hour. */
static void
begin(struct lab *lab)
{
	lab_begin(lab);
	lab->round_s = 10;
	lab_list(lab, "a", 40, 15 * LAB_MINUTE);
	lab_list(lab, "b", 40, LAB_HOUR);
	lab_configure(lab);
	lab_run(lab, 6 * LAB_HOUR);
}

static bool
tighten(struct lab *lab, size_t list, size_t i)
{
	return sched_tighten(lab->sched, lab_url(lab, list, i), lab->now);
}

static enum sched_state
state_of(const struct lab *lab, size_t list, size_t i)
{
	return sched_state_of(lab->sched, lab_url(lab, list, i));
}

static size_t
count(const struct lab *lab, enum sched_state wanted)
{
	size_t l, i, n = 0;

	for (l = 0; l < lab->nlists; l++)
		for (i = 0; i < lab->lists[l].n; i++)
			n += state_of(lab, l, i) == wanted;
	return n;
}

/* Runs; in how many rounds the target is, and the time between those at least and at most. */
struct gaps {
	int n;
	double least, most;
};

static struct gaps
run(struct lab *lab, size_t list, size_t i, int64_t seconds)
{
	struct gaps gaps = {.least = 1e9};
	int64_t end_ns = lab->now.mono_ns + seconds * second_ns, last_ns = 0;
	double gap_s;

	while (lab_round_before(lab, end_ns) > 0) {
		if (!lab_has(lab, lab_url(lab, list, i)))
			continue;
		gap_s = (double)(lab->began_ns - last_ns) / 1e9;
		if (gaps.n++ > 0) {
			gaps.least = gap_s < gaps.least ? gap_s : gaps.least;
			gaps.most = gap_s > gaps.most ? gap_s : gaps.most;
		}
		last_ns = lab->began_ns;
	}
	return gaps;
}

/* Runs until the target is in this state; fails if that takes longer. Returns how many seconds it took. */
static int64_t
run_until_state(struct lab *lab, size_t list, size_t i, enum sched_state wanted, int64_t limit_s)
{
	int64_t begin_ns = lab->now.mono_ns;

	while (state_of(lab, list, i) != wanted) {
		assert_true(lab->now.mono_ns - begin_ns <= limit_s * second_ns);
		lab_round(lab, LAB_HOUR);
	}
	return (lab->now.mono_ns - begin_ns) / second_ns;
}

static void
an_anomaly_is_measured_every_minute_until_it_is_bracketed(void **state)
{
	struct gaps gaps;
	struct lab lab;

	(void)state;
	begin(&lab);
	assert_int_equal(count(&lab, SCHED_NORMAL), 80);
	assert_true(tighten(&lab, 1, 3));
	assert_int_equal(state_of(&lab, 1, 3), SCHED_BURST);
	gaps = run(&lab, 1, 3, 10 * LAB_MINUTE);
	print_message(
	    "# %d times in 10 min, %.1f to %.1f s apart\n", gaps.n, gaps.least, gaps.most);
	assert_in_range(gaps.n, 9, 11);
	assert_true(gaps.least >= 54 && gaps.most <= 66 + 6 + lab.round_s);
	sched_bracketed(lab.sched, lab_url(&lab, 1, 3), lab.now);
	assert_int_equal(state_of(&lab, 1, 3), SCHED_RELAXED);
	lab_end(&lab);
}

static void
then_it_relaxes_in_steps_while_it_is_open(void **state)
{
	struct gaps gaps;
	struct lab lab;

	(void)state;
	begin(&lab);
	lab_round(&lab, LAB_HOUR);
	tighten(&lab, 1, 3);
	lab_round(&lab, 120);
	sched_bracketed(lab.sched, lab_url(&lab, 1, 3), lab.now);
	gaps = run(&lab, 1, 3, 5 * 120 - 60);
	assert_in_range(gaps.n, 4, 5);
	assert_true(gaps.least >= 108 && gaps.most <= 132 + 12 + lab.round_s);
	run(&lab, 1, 3, 200); /* over the edge */
	gaps = run(&lab, 1, 3, 4 * 300);
	assert_in_range(gaps.n, 3, 4);
	assert_true(gaps.least >= 270 && gaps.most <= 330 + 30 + lab.round_s);
	run(&lab, 1, 3, LAB_HOUR);
	gaps = run(&lab, 1, 3, LAB_DAY);
	assert_in_range(gaps.n, 23, 25);
	assert_int_equal(state_of(&lab, 1, 3), SCHED_RELAXED);
	/* A sign of recovery tightens again. */
	assert_true(tighten(&lab, 1, 3));
	assert_int_equal(state_of(&lab, 1, 3), SCHED_BURST);
	assert_in_range(run(&lab, 1, 3, 10 * LAB_MINUTE).n, 9, 11);
	sched_close(lab.sched, lab_url(&lab, 1, 3), lab.now);
	assert_int_equal(count(&lab, SCHED_NORMAL), 80);
	assert_in_range(run(&lab, 1, 3, LAB_DAY).n, 23, 25);
	lab_end(&lab);
}

static void
neighbours_of_the_same_provider_come_first_then_of_the_category(void **state)
{
	struct lab lab;
	size_t i;

	(void)state;
	begin(&lab);
	for (i = 0; i < 20; i++) {
		free(lab.targets[0][i].category);
		lab.targets[0][i].category = xstrdup("GRP");
	}
	sched_set_key(lab.sched, lab_url(&lab, 0, 0), "AS1");
	sched_set_key(lab.sched, lab_url(&lab, 1, 5), "AS1");
	sched_set_key(lab.sched, lab_url(&lab, 0, 30), "AS1");
	tighten(&lab, 0, 0);
	assert_int_equal(count(&lab, SCHED_BURST), 6);
	assert_int_equal(state_of(&lab, 1, 5), SCHED_BURST);
	assert_int_equal(state_of(&lab, 0, 30), SCHED_BURST);
	for (i = 20; i < 40; i++)
		assert_true(i == 30 || state_of(&lab, 0, i) == SCHED_NORMAL);
	for (i = 0; i < 40; i++)
		assert_true(i == 5 || state_of(&lab, 1, i) == SCHED_NORMAL);
	/* They are measured with it, and are normal again with it. */
	for (i = 0; i < 5; i++) {
		lab_round(&lab, 120);
		assert_true(lab_has(&lab, lab_url(&lab, 0, 0)));
		assert_true(lab_has(&lab, lab_url(&lab, 1, 5)));
		assert_true(lab_has(&lab, lab_url(&lab, 0, 30)));
	}
	sched_bracketed(lab.sched, lab_url(&lab, 0, 0), lab.now);
	assert_int_equal(count(&lab, SCHED_NORMAL), 79);
	lab_end(&lab);
}

static void
a_neighbour_with_an_anomaly_of_its_own_bursts_on_its_own(void **state)
{
	struct lab lab;
	size_t i;

	(void)state;
	begin(&lab);
	lab.conf.burst_neighbours = 1;
	lab_configure(&lab);
	sched_set_key(lab.sched, lab_url(&lab, 0, 0), "AS1");
	sched_set_key(lab.sched, lab_url(&lab, 0, 1), "AS1");
	tighten(&lab, 0, 0);
	assert_int_equal(state_of(&lab, 0, 1), SCHED_BURST);
	tighten(&lab, 0, 1);
	assert_int_equal(count(&lab, SCHED_BURST), 3); /* it took along another */
	sched_bracketed(lab.sched, lab_url(&lab, 0, 0), lab.now);
	assert_int_equal(state_of(&lab, 0, 0), SCHED_RELAXED);
	assert_int_equal(state_of(&lab, 0, 1), SCHED_BURST);
	/* The end of a neighbour's anomaly is not told of one that has none. */
	for (i = 2; i < 40; i++)
		if (state_of(&lab, 0, i) == SCHED_BURST)
			sched_bracketed(lab.sched, lab_url(&lab, 0, i), lab.now);
	assert_int_equal(count(&lab, SCHED_BURST), 2);
	lab_end(&lab);
}

static void
a_burst_that_nobody_ends_ends(void **state)
{
	struct lab lab;
	int64_t took_s;

	(void)state;
	begin(&lab);
	tighten(&lab, 1, 3);
	took_s = run_until_state(&lab, 1, 3, SCHED_RELAXED, LAB_HOUR);
	print_message("# after %d s\n", (int)took_s);
	assert_in_range(took_s, 25 * LAB_MINUTE, 32 * LAB_MINUTE);
	assert_int_equal(count(&lab, SCHED_NORMAL), 79);
	/* By its time, where it is not measured at all. */
	lab_run(&lab, LAB_DAY); /* regains its share */
	assert_true(tighten(&lab, 1, 3));
	sched_pause(lab.sched);
	lab_wait(&lab, 1801);
	sched_resume(lab.sched);
	sched_next(lab.sched, lab.now, NULL);
	assert_int_equal(state_of(&lab, 1, 3), SCHED_RELAXED);
	lab_end(&lab);
}

static void
a_target_that_flaps_uses_up_its_share(void **state)
{
	struct gaps gaps;
	struct lab lab;
	int64_t end_ns;
	int told = 0, all = 0;

	(void)state;
	begin(&lab);
	lab.conf.burst_neighbours = 0;
	lab_configure(&lab);
	/* Down and up at every other measurement, for three days. */
	end_ns = lab.now.mono_ns + 3 * LAB_DAY * second_ns;
	while (lab_round_before(&lab, end_ns) > 0) {
		if (!lab_has(&lab, lab_url(&lab, 1, 3)))
			continue;
		all++;
		told += tighten(&lab, 1, 3);
		if (all % 2 == 0)
			sched_bracketed(lab.sched, lab_url(&lab, 1, 3), lab.now);
		if (all % 4 == 0)
			sched_close(lab.sched, lab_url(&lab, 1, 3), lab.now);
	}
	print_message(
	    "# measured %d times in 3 days, of 72 turns; %d times in a burst\n", all, told);
	assert_in_range(all, 72, 5 * 72);
	assert_true(sched_skipped(lab.sched, 0)->unburst > 0);
	/* With time it has a share again. */
	sched_close(lab.sched, lab_url(&lab, 1, 3), lab.now);
	lab_run(&lab, LAB_DAY);
	assert_true(tighten(&lab, 1, 3));
	gaps = run(&lab, 1, 3, LAB_HOUR);
	assert_in_range(gaps.n, 23, 45);
	lab_end(&lab);
}

static void
so_many_burst_at_a_time_and_neighbours_give_way(void **state)
{
	struct lab lab;
	size_t i, bursting = 0;

	(void)state;
	begin(&lab);
	/* A shutdown: everything fails in one round. */
	for (i = 0; i < 40; i++) {
		bursting += tighten(&lab, 0, i);
		assert_true(count(&lab, SCHED_BURST) <= 20);
	}
	assert_int_equal(bursting, 20);
	assert_int_equal(count(&lab, SCHED_BURST), 20);
	for (i = 0; i < 20; i++)
		assert_int_equal(state_of(&lab, 0, i), SCHED_BURST);
	assert_int_equal(sched_skipped(lab.sched, 0)->unburst, 20);
	lab_run(&lab, 5 * LAB_MINUTE);
	lab_round(&lab, 120);
	assert_true(lab.n <= 20 + 80);
	/* All of them end. */
	lab_run(&lab, 40 * LAB_MINUTE);
	assert_int_equal(count(&lab, SCHED_BURST), 0);
	lab_end(&lab);
}

static void
a_list_with_a_shorter_interval_does_not_slow_down(void **state)
{
	struct lab lab;

	(void)state;
	lab_begin(&lab);
	lab.round_s = 1;
	lab_list(&lab, "fast", 3, 30);
	lab_configure(&lab);
	tighten(&lab, 0, 0);
	assert_in_range(run(&lab, 0, 0, 10 * LAB_MINUTE).n, 18, 22);
	run_until_state(&lab, 0, 0, SCHED_RELAXED, LAB_HOUR);
	assert_in_range(run(&lab, 0, 0, 10 * LAB_MINUTE).n, 18, 22);
	lab_end(&lab);
}

static void
bursts_stay_within_windows(void **state)
{
	char error[SCHED_WINDOWS_ERROR_SIZE];
	struct sched_list *list;
	struct lab lab;

	(void)state;
	lab_begin(&lab); /* noon */
	list = lab_list(&lab, "a", 10, 15 * LAB_MINUTE);
	assert_int_equal(sched_windows_parse("08:00-13:00", &list->windows, error), 0);
	lab_configure(&lab);
	lab_run(&lab, 55 * LAB_MINUTE);
	tighten(&lab, 0, 0);
	assert_in_range(lab_run(&lab, 5 * LAB_MINUTE), 4, 7);
	assert_int_equal(lab_run(&lab, LAB_HOUR), 0);
	assert_int_equal(count(&lab, SCHED_BURST), 0);
	lab_end(&lab);
}

static void
bursts_do_not_wait_for_what_is_caught_up_with(void **state)
{
	struct lab lab;
	struct gaps gaps;

	(void)state;
	lab_begin(&lab);
	lab.conf.catch_up_gap_s = 600;
	lab.round_s = 10;
	lab_list(&lab, "a", 500, LAB_HOUR);
	lab_configure(&lab);
	lab_round(&lab, LAB_HOUR);
	tighten(&lab, 0, 7);
	gaps = run(&lab, 0, 7, 15 * LAB_MINUTE);
	assert_in_range(gaps.n, 12, 16);
	lab_end(&lab);
}

static void
an_open_anomaly_is_kept_over_a_restart(void **state)
{
	struct sched_saved burst, relaxed, neighbour;
	struct lab lab;

	(void)state;
	begin(&lab);
	sched_set_key(lab.sched, lab_url(&lab, 0, 0), "AS1");
	sched_set_key(lab.sched, lab_url(&lab, 0, 1), "AS1");
	tighten(&lab, 0, 0);
	tighten(&lab, 1, 0);
	lab_run(&lab, 120);
	sched_bracketed(lab.sched, lab_url(&lab, 1, 0), lab.now);
	assert_true(sched_save(lab.sched, lab_url(&lab, 0, 0), lab.now, &burst));
	assert_true(sched_save(lab.sched, lab_url(&lab, 0, 1), lab.now, &neighbour));
	assert_true(sched_save(lab.sched, lab_url(&lab, 1, 0), lab.now, &relaxed));
	assert_true(burst.burst_left < 30);
	sched_free(lab.sched);
	lab.sched = NULL;
	lab_configure(&lab);
	sched_restore(lab.sched, lab_url(&lab, 0, 0), &burst, lab.now);
	sched_restore(lab.sched, lab_url(&lab, 0, 1), &neighbour, lab.now);
	sched_restore(lab.sched, lab_url(&lab, 1, 0), &relaxed, lab.now);
	assert_int_equal(state_of(&lab, 0, 0), SCHED_BURST);
	assert_int_equal(state_of(&lab, 0, 1), SCHED_NORMAL);
	assert_int_equal(state_of(&lab, 1, 0), SCHED_RELAXED);
	run_until_state(&lab, 0, 0, SCHED_RELAXED, LAB_HOUR);
	lab_end(&lab);
}

static bool
is_last(const char *url, void *arg)
{
	return strcmp(url, arg) == 0;
}

static void
what_nobody_expects_any_more_is_over_with_its_neighbours(void **state)
{
	struct lab lab;

	(void)state;
	begin(&lab);
	tighten(&lab, 0, 3);
	lab_round(&lab, 120);
	assert_true(count(&lab, SCHED_BURST) > 1);
	sched_close_unexpected(lab.sched, is_last, (void *)(uintptr_t)lab_url(&lab, 0, 3), lab.now);
	assert_int_equal(state_of(&lab, 0, 3), SCHED_BURST);
	sched_close_unexpected(lab.sched, is_last, (void *)(uintptr_t)lab_url(&lab, 0, 4), lab.now);
	assert_int_equal(count(&lab, SCHED_NORMAL), 80);
	lab_end(&lab);
}

static void
an_unknown_target_has_no_burst(void **state)
{
	struct lab lab;

	(void)state;
	begin(&lab);
	assert_false(sched_tighten(lab.sched, "https://unknown.example/", lab.now));
	sched_bracketed(lab.sched, "https://unknown.example/", lab.now);
	sched_close(lab.sched, "https://unknown.example/", lab.now);
	sched_close(lab.sched, lab_url(&lab, 0, 0), lab.now);
	assert_int_equal(count(&lab, SCHED_NORMAL), 80);
	lab_end(&lab);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_anomaly_is_measured_every_minute_until_it_is_bracketed),
	    cmocka_unit_test(then_it_relaxes_in_steps_while_it_is_open),
	    cmocka_unit_test(neighbours_of_the_same_provider_come_first_then_of_the_category),
	    cmocka_unit_test(a_neighbour_with_an_anomaly_of_its_own_bursts_on_its_own),
	    cmocka_unit_test(a_burst_that_nobody_ends_ends),
	    cmocka_unit_test(a_target_that_flaps_uses_up_its_share),
	    cmocka_unit_test(so_many_burst_at_a_time_and_neighbours_give_way),
	    cmocka_unit_test(a_list_with_a_shorter_interval_does_not_slow_down),
	    cmocka_unit_test(bursts_stay_within_windows),
	    cmocka_unit_test(bursts_do_not_wait_for_what_is_caught_up_with),
	    cmocka_unit_test(an_open_anomaly_is_kept_over_a_restart),
	    cmocka_unit_test(what_nobody_expects_any_more_is_over_with_its_neighbours),
	    cmocka_unit_test(an_unknown_target_has_no_burst),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
