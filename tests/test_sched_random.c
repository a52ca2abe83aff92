/*
 * Any calls in any order, with any times and numbers: nothing breaks, nobody spins, bounds hold; and afterwards, left in
 * peace, the scheduler measures every target again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "probe/sched.h"
#include "tests/sched_lab.h"

static const int64_t second_ns = 1000000000;

enum { SITES = 40, COURSES = 400, CALLS = 1500 };

struct course {
	uint64_t random;
	struct sched *sched;
	struct sched_conf conf;
	struct sched_now now; /* mono_ns: the highest that was told */
	struct target *targets;
	struct sched_list lists[SCHED_LISTS_MAX];
	size_t nlists;
	const struct target **round;
	size_t n, ndone;
	bool running;
	struct sched_saved saved[SITES];
	bool is_saved[SITES];
	struct sched_saved_costs costs;
	long rounds, measured, tightened, reloads;
};

static uint64_t
draw(struct course *c, uint64_t n)
{
	uint64_t z = c->random += 0x9e3779b97f4a7c15U;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
	z = (z ^ z >> 27) * 0x94d049bb133111ebU;
	return (z ^ z >> 31) % n;
}

/* A number of any size. */
static int64_t
any(struct course *c)
{
	return (int64_t)(draw(c, UINT64_MAX) >> draw(c, 64)) * (draw(c, 4) == 0 ? -1 : 1);
}

static int
any_int(struct course *c)
{
	int64_t v = any(c);

	return draw(c, 3) == 0 ? (int)v : (int)draw(c, 5000);
}

static const char *
any_url(struct course *c)
{
	return draw(c, 20) == 0 ? "https://unknown.example/" : c->targets[draw(c, SITES)].url;
}

static void
check(struct course *c)
{
	const struct sched_day *day;
	int bursting = 0, total = c->conf.burst_total < 1 ? 1 : c->conf.burst_total, ago;
	enum sched_why why;
	size_t i;

	sched_next(c->sched, c->now, &why);
	assert_in_range(why, SCHED_DUE, SCHED_EMPTY);
	for (i = 0; i < SITES; i++)
		bursting += sched_state_of(c->sched, c->targets[i].url) == SCHED_BURST;
	assert_true(bursting <= total);
	for (ago = 0; ago < 2; ago++) {
		day = sched_skipped(c->sched, ago);
		assert_true(isfinite(day->lost) && day->lost >= 0 && day->bytes >= 0);
	}
}

/* --- calls ----------------------------------------------------------------------------------- */

static void
time_passes(struct course *c)
{
	static const int64_t units[] = {1, 1000000000, 60000000000, 3600000000000, 86400000000000};
	int64_t ns = (int64_t)draw(c, 60) * units[draw(c, 5)];

	if (c->now.mono_ns > INT64_MAX / 8)
		ns = 0;
	c->now.mono_ns += ns;
	if (c->now.wall_us < INT64_MAX / 2)
		c->now.wall_us += ns / 1000;
}

static void
clock_is_set(struct course *c)
{
	c->now.wall_us = draw(c, 2) == 0 ? any(c) : c->now.wall_us + any(c) / 1024 % 86400000000;
}

static void
until_next(struct course *c)
{
	int64_t at = sched_next(c->sched, c->now, NULL);

	assert_true(at >= c->now.mono_ns);
	if (at == INT64_MAX)
		return;
	if (c->now.wall_us < INT64_MAX / 2)
		c->now.wall_us += (at - c->now.mono_ns) / 1000;
	c->now.mono_ns = at;
}

static int
by_address(const void *a, const void *b)
{
	const struct target *x = *(const struct target *const *)a,
	                    *y = *(const struct target *const *)b;

	return x < y ? -1 : x > y;
}

static void
take(struct course *c)
{
	const struct target **sorted;
	size_t i, n;

	until_next(c);
	c->round = sched_take(c->sched, c->now, &n);
	if (n == 0) {
		assert_true(sched_next(c->sched, c->now, NULL) > c->now.mono_ns);
		return;
	}
	assert_false(c->running);
	assert_true(n <= SITES);
	/* Nobody twice. */
	sorted = xmemdup(c->round, n * sizeof(const struct target *));
	qsort(sorted, n, sizeof(const struct target *), by_address);
	for (i = 1; i < n; i++)
		assert_true(sorted[i - 1] != sorted[i]);
	free(sorted);
	c->running = true;
	c->n = n;
	c->ndone = 0;
	c->rounds++;
}

static void
measure(struct course *c)
{
	if (!c->running || draw(c, 10) == 0)
		sched_done(c->sched, any_url(c), any_int(c), c->now);
	else
		while (c->ndone < c->n && draw(c, 30) > 0) {
			sched_done(
			    c->sched, c->round[c->ndone++]->url, (int64_t)draw(c, 1000000), c->now);
			c->measured++;
		}
}

static void
end_round(struct course *c)
{
	while (draw(c, 3) > 0 && c->running && c->ndone < c->n)
		sched_done(c->sched, c->round[c->ndone++]->url, (int64_t)draw(c, 1000000), c->now);
	sched_round_done(c->sched, (int64_t)draw(c, 2000000), c->now);
	c->running = false;
}

static void
tighten(struct course *c)
{
	c->tightened += sched_tighten(c->sched, any_url(c), c->now);
}

static void
bracketed(struct course *c)
{
	sched_bracketed(c->sched, any_url(c), c->now);
}

static void
close_one(struct course *c)
{
	sched_close(c->sched, any_url(c), c->now);
}

static void
set_key(struct course *c)
{
	static const char *const keys[] = {NULL, "", "AS1", "AS2"};

	sched_set_key(c->sched, any_url(c), keys[draw(c, 4)]);
}

static void
event_day(struct course *c)
{
	static const char *const names[] = {NULL, "", "list", "other"};
	int64_t from = draw(c, 2) == 0 ? any(c) : c->now.wall_us;

	if (draw(c, 10) == 0)
		sched_forget_event_days(c->sched);
	sched_event_day(c->sched, names[draw(c, 4)], any_int(c), from,
	    draw(c, 2) == 0 ? any(c) : from + (int64_t)draw(c, 1 << 30), c->now);
}

static void
pause_or_not(struct course *c)
{
	if (draw(c, 3) == 0)
		sched_pause(c->sched);
	else
		sched_resume(c->sched);
}

static void
round_now(struct course *c)
{
	sched_round_now(c->sched);
}

static void
any_lists(struct course *c)
{
	struct sched_list *list;
	int i;

	c->nlists = draw(c, 8) == 0 ? draw(c, SCHED_LISTS_MAX + 1) : 1 + draw(c, 3);
	for (list = c->lists; list < c->lists + c->nlists; list++) {
		*list = (struct sched_list){.name = draw(c, 2) == 0 ? "list" : "other",
		    .every_s = any_int(c),
		    .jitter = draw(c, 4) == 0 ? (double)any(c) : 0.1};
		list->targets = c->targets + draw(c, SITES);
		list->n = draw(c, (uint64_t)(c->targets + SITES - list->targets) + 1);
		for (i = (int)draw(c, 4); i > 0; i--) {
			list->windows.items[list->windows.n].from = (int16_t)draw(c, 1440);
			list->windows.items[list->windows.n++].until = (int16_t)draw(c, 1441);
		}
	}
}

static void
reload(struct course *c)
{
	if (draw(c, 2) == 0)
		any_lists(c);
	if (draw(c, 3) == 0)
		c->conf = (struct sched_conf){.seed = draw(c, 10),
		    .gather_s = any_int(c),
		    .catch_up_max = any_int(c),
		    .catch_up_gap_s = any_int(c),
		    .retry_s = any_int(c),
		    .burst_every_s = any_int(c),
		    .burst_max_s = any_int(c),
		    .burst_measurements = any_int(c),
		    .burst_neighbours = any_int(c),
		    .burst_total = SITES,
		    .relax_measurements = any_int(c),
		    .limits = {any_int(c), any(c), (double)draw(c, 100) / 90}};
	sched_configure(c->sched, &c->conf, c->lists, c->nlists, c->now);
	c->reloads++;
}

static void
save(struct course *c)
{
	size_t i;

	for (i = 0; i < SITES; i++)
		c->is_saved[i] =
		    sched_save(c->sched, c->targets[i].url, c->now, &c->saved[i]) || c->is_saved[i];
	sched_save_costs(c->sched, c->now, &c->costs);
}

/* What was saved, and some of it garbled. */
static void
restart(struct course *c)
{
	size_t i, k;

	sched_free(c->sched);
	c->running = false;
	if (c->now.mono_ns < INT64_MAX / 8)
		c->now.mono_ns = (int64_t)draw(c, 100) * second_ns;
	c->sched = sched_new(&c->conf, c->now);
	sched_configure(c->sched, &c->conf, c->lists, c->nlists, c->now);
	if (draw(c, 5) == 0)
		for (k = 0; k < 40; k++)
			((unsigned char *)&c->costs)[draw(c, sizeof(c->costs))] =
			    (unsigned char)draw(c, 256);
	sched_restore_costs(c->sched, &c->costs, c->now);
	for (i = 0; i < SITES; i++) {
		if (draw(c, 10) == 0) {
			c->saved[i].last_wall_us = any(c);
			c->saved[i].cost = (uint32_t)any(c);
			c->saved[i].burst_left = (uint16_t)any(c);
			c->saved[i].step_left = (uint16_t)any(c);
			c->saved[i].state = (uint8_t)any(c);
			c->saved[i].step = (uint8_t)any(c);
		}
		if (c->is_saved[i])
			sched_restore(c->sched, c->targets[i].url, &c->saved[i], c->now);
	}
}

static void
who_is_free(struct course *c)
{
	const struct target *waiting[5], *work[3];
	size_t i, nwork = draw(c, 4), first;

	for (i = 0; i < 5; i++)
		waiting[i] = &c->targets[draw(c, SITES)];
	for (i = 0; i < nwork; i++)
		work[i] = &c->targets[draw(c, SITES)];
	first = sched_first_free(c->sched, waiting, 5, work, nwork);
	assert_true(first <= 5);
	for (i = 0; first < 5 && i < nwork; i++)
		assert_string_not_equal(waiting[first]->host, work[i]->host);
}

/* A clock that must not go back does, for one call. */
static void
the_impossible(struct course *c)
{
	struct sched_now now = {
	    .wall_us = any(c), .mono_ns = c->now.mono_ns - (int64_t)draw(c, 1 << 30)};

	assert_true(sched_next(c->sched, now, NULL) >= c->now.mono_ns);
}

static void
call(struct course *c)
{
	static void (*const calls[])(struct course *) = {time_passes, time_passes, time_passes,
	    clock_is_set, until_next, take, take, take, take, measure, measure, measure, end_round,
	    end_round, tighten, tighten, bracketed, close_one, set_key, event_day, pause_or_not,
	    round_now, reload, save, restart, who_is_free, the_impossible};

	calls[draw(c, sizeof(calls) / sizeof(*calls))](c);
	check(c);
}

/* --- afterwards ------------------------------------------------------------------------------ */

/* In peace, each target is measured within two intervals, and everything is normal or relaxed. */
static void
recover(struct course *c)
{
	struct sched_list all = {
	    .name = "all", .targets = c->targets, .n = SITES, .every_s = 900, .jitter = 0.1};
	bool seen[SITES] = {false};
	int64_t end_ns;
	size_t i, n;

	sched_round_done(c->sched, 0, c->now);
	sched_resume(c->sched);
	sched_forget_event_days(c->sched);
	c->now.wall_us = lab_utc("2028-06-01 12:00");
	if (c->now.mono_ns > INT64_MAX / 8)
		return; /* the end of all clocks */
	sched_configure(c->sched, &sched_defaults, &all, 1, c->now);
	end_ns = c->now.mono_ns + 2 * 3600 * second_ns;
	while (c->now.mono_ns < end_ns) {
		until_next(c);
		c->round = sched_take(c->sched, c->now, &n);
		for (i = 0; i < n; i++) {
			seen[c->round[i] - c->targets] = true;
			sched_done(c->sched, c->round[i]->url, 100000, c->now);
		}
		c->now.mono_ns += 10 * second_ns;
		sched_round_done(c->sched, 100000, c->now);
	}
	for (i = 0; i < SITES; i++) {
		assert_true(seen[i]);
		assert_true(sched_state_of(c->sched, c->targets[i].url) != SCHED_BURST);
	}
}

static void
whatever_is_called_bounds_hold_and_it_recovers(void **state)
{
	long rounds = 0, measured = 0, tightened = 0, reloads = 0;
	struct course c;
	uint64_t seed;
	int i;

	(void)state;
	for (seed = 1; seed <= COURSES; seed++) {
		c = (struct course){.random = seed,
		    .conf = sched_defaults,
		    .now = {.wall_us = lab_utc("2028-01-01"), .mono_ns = 20 * second_ns}};
		c.conf.burst_total = SITES;
		c.targets = lab_targets("s", SITES, seed % 2 == 0 ? "NEWS" : "");
		c.sched = sched_new(&c.conf, c.now);
		any_lists(&c);
		reload(&c);
		for (i = 0; i < CALLS; i++)
			call(&c);
		recover(&c);
		rounds += c.rounds;
		measured += c.measured;
		tightened += c.tightened;
		reloads += c.reloads;
		sched_free(c.sched);
		lab_targets_free(c.targets, SITES);
	}
	print_message(
	    "# %d courses of %d calls: %ld rounds, %ld measurements, %ld tightened, %ld reloads\n",
	    COURSES, CALLS, rounds, measured, tightened, reloads);
	assert_true(rounds > COURSES * 20 && tightened > COURSES && reloads > COURSES);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(whatever_is_called_bounds_hold_and_it_recovers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
