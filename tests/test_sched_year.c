/*
 * Years of the schedule in seconds: sleep, clocks that are set, summer time, leap days, long and unfinished rounds, pauses, new
 * settings, restarts, anomalies, event days. What sched.h promises is checked at each step against a model of its own, which
 * knows only when each target was measured and what happened since.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "base/mem.h"
#include "probe/sched.h"
#include "tests/sched_lab.h"

static const int64_t second_ns = 1000000000, megabyte = 1000000;

enum list { MINUTES, DAY, NIGHT, HALF, GUESTS, LISTS };
enum { SITES = 190, PROVIDERS = 12, OVERDUE_S = 300, LOOK_S = 60, EVENTS = 8 };

/* What happens. */
enum event {
	SLEEP,
	STEP,
	PAUSE,
	LONG_ROUND,
	RELOAD,
	RESTART,
	ANOMALY,
	EVENT_DAY,
	ROUND_NOW,
	KINDS
};
static const char *const kind_names[KINDS] = {"sleeps", "clock settings", "pauses", "long rounds",
    "reloads", "restarts", "anomalies", "event days", "rounds now"};

/* A target, and what the model knows of it. */
struct site {
	struct target target;
	unsigned lists; /* bits */
	char provider[8];
	bool scheduled, measured; /* by this scheduler's lists; ever */
	int64_t last_ns; /* beginning of the round that measured it */
	int64_t excused_ns; /* a round left it out: until then */
	int64_t late_ns; /* time that went by unexplained after it should have come */
	int64_t waited_ns; /* the same since it was measured, budget or not */
	int64_t burst_ns; /* since when it bursts; -1 it does not */
	int cost;
};

struct year {
	uint64_t random;
	bool tight; /* the budget is short */
	struct sched_conf conf;
	struct sched *sched;
	struct site sites[SITES];
	struct target *copies[LISTS]; /* what the scheduler borrows: others at each reload */
	struct sched_list lists[LISTS];
	size_t nlists;
	/* The model's time never stops or jumps; the two clocks are made from it. */
	int64_t now_ns;
	int64_t start_us, wall_error_us, boot_ns;
	int64_t step_back_ns, resume_ns, next_event_ns; /* INT64_MAX: never */
	bool paused;
	struct {
		int list, every_s;
		int64_t from_us, until_us;
	} events[EVENTS];
	size_t nevents;
	int64_t every_ns[LISTS]; /* now */
	bool open[LISTS];
	int64_t catch_up_ns; /* being caught up with until then */
	/* The round that runs. */
	bool running, long_round, now_ordered, round_was_now;
	const struct target **round;
	size_t nround, ndone, nleft; /* left out at the end */
	int64_t began_ns, end_ns, bytes;
	int64_t portion_ended_ns; /* the last round with overdue targets */
	/* What was seen. */
	long rounds, measured, counts[KINDS], checks, steps;
	long in_time, excused;
	int64_t explained_ns;
	long overdue, portions, most_in_minute, minute_of, in_minute, lowest_checked, bursts,
	    unfinished;
	double longest, shortest; /* gap in intervals, where nothing explains more */
	int64_t worst_late_ns, longest_burst_ns, longest_wait_ns;
	long nearest_apart, kept_apart;
	int offsets, last_offset, leap_days, last_date, days;
	int64_t day_most, day_over, last_round_bytes, dearest_round;
	int64_t hourly[24 * 400];
};

/* --- chance and time ------------------------------------------------------------------------- */

static uint64_t
draw(struct year *y, uint64_t n)
{
	uint64_t z = y->random += 0x9e3779b97f4a7c15U;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
	z = (z ^ z >> 27) * 0x94d049bb133111ebU;
	return (z ^ z >> 31) % n;
}

static int64_t
draw_ns(struct year *y, int least_s, int most_s)
{
	return (least_s + (int64_t)draw(y, (uint64_t)(most_s - least_s))) * second_ns +
	    (int64_t)draw(y, 1000000000);
}

static struct sched_now
clocks(const struct year *y)
{
	return (struct sched_now){.wall_us = y->start_us + y->now_ns / 1000 + y->wall_error_us,
	    .mono_ns = y->now_ns - y->boot_ns};
}

/* --- lists ----------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	int every_s;
	const char *windows;
} list_rows[LISTS] = {
    [MINUTES] = {"minutes", 900, ""},
    [DAY] = {"day", 3600, "07:00-23:00"},
    [NIGHT] = {"night", 6 * 3600, "22:00-02:00 05:00-06:00"},
    [HALF] = {"half", 1800, ""},
    [GUESTS] = {"guests", 1200, ""},
};

static void
make_sites(struct year *y)
{
	struct target *targets = lab_targets("site", SITES, "NEWS");
	struct site *site;
	size_t i;

	for (i = 0; i < SITES; i++) {
		site = &y->sites[i];
		*site = (struct site){.target = targets[i], .burst_ns = -1};
		if (i < 60)
			site->lists = 1U << MINUTES;
		else if (i < 120)
			site->lists = 1U << DAY | (i < 80 ? 1U << HALF : 0);
		else if (i < 140)
			site->lists = 1U << NIGHT;
		else if (i < 160)
			site->lists = 1U << HALF;
		else
			site->lists = 1U << GUESTS;
		site->cost = 50000 + (int)draw(y, 150000);
		snprintf(site->provider, sizeof(site->provider), "AS%d", (int)draw(y, PROVIDERS));
	}
	free(targets);
}

static void
free_copies(struct target **copies)
{
	int l;

	for (l = 0; l < LISTS; l++)
		free(copies[l]);
}

/* The lists as if read anew: with or without guests. The old copies are the caller's to free after sched_configure. */
static void
read_lists(struct year *y, bool guests, int minutes_every_s)
{
	char error[SCHED_WINDOWS_ERROR_SIZE];
	struct sched_list *list;
	size_t i;
	int l;

	y->nlists = guests ? LISTS : GUESTS;
	for (l = 0; l < LISTS; l++) {
		list = &y->lists[l];
		y->copies[l] = xcalloc(SITES, sizeof(struct target));
		*list = (struct sched_list){.name = list_rows[l].name,
		    .targets = y->copies[l],
		    .every_s = l == MINUTES ? minutes_every_s : list_rows[l].every_s,
		    .jitter = 0.1};
		assert_int_equal(
		    sched_windows_parse(list_rows[l].windows, &list->windows, error), 0);
		for (i = 0; i < SITES; i++)
			if ((y->sites[i].lists & 1U << l) != 0)
				y->copies[l][list->n++] = y->sites[i].target;
	}
	for (i = 0; i < SITES; i++) {
		y->sites[i].scheduled = guests || y->sites[i].lists != 1U << GUESTS;
		/* A guest that comes again is new. */
		if (!y->sites[i].scheduled) {
			y->sites[i].measured = false;
			y->sites[i].burst_ns = -1;
		}
	}
}

static struct site *
site_of(struct year *y, const struct target *target)
{
	return &y->sites[atoi(strchr(target->host, '-') + 1)];
}

/* --- the model ------------------------------------------------------------------------------- */

/* What was missed is to be caught up with within so long: portions, with rounds and gaps. */
static void
disturb(struct year *y)
{
	int portions = SITES / y->conf.catch_up_max + 2;

	y->catch_up_ns = y->now_ns + portions * (y->conf.catch_up_gap_s + 120) * second_ns;
}

static void
look_at_lists(struct year *y)
{
	struct sched_now now = clocks(y);
	struct sched_local local = sched_local(now.wall_us);
	int64_t every_ns;
	bool is_open;
	size_t l, i;

	for (l = 0; l < y->nlists; l++) {
		is_open = sched_windows_open(&y->lists[l].windows, local.minute);
		every_ns = y->lists[l].every_s * second_ns;
		for (i = 0; i < y->nevents; i++)
			if ((y->events[i].list < 0 || y->events[i].list == (int)l) &&
			    now.wall_us >= y->events[i].from_us &&
			    now.wall_us < y->events[i].until_us &&
			    y->events[i].every_s * second_ns < every_ns)
				every_ns = y->events[i].every_s * second_ns;
		if ((is_open && !y->open[l]) || every_ns < y->every_ns[l])
			disturb(y);
		y->open[l] = is_open;
		y->every_ns[l] = every_ns;
	}
	for (; l < LISTS; l++)
		y->open[l] = false;
}

/* Its interval now; 0: none of its lists is open. */
static int64_t
interval(const struct year *y, const struct site *site)
{
	int64_t best = 0;
	int l;

	for (l = 0; l < LISTS; l++)
		if ((site->lists & 1U << l) != 0 && y->open[l] &&
		    (best == 0 || y->every_ns[l] < best))
			best = y->every_ns[l];
	return best;
}

static int64_t
slack(int64_t every_ns)
{
	return every_ns / 10 < 60 * second_ns ? every_ns / 10 : 60 * second_ns;
}

/* When it must have come, if nothing is in the way. */
static int64_t
latest(const struct site *site, int64_t every_ns)
{
	return site->last_ns + every_ns + every_ns / 10 + slack(every_ns) + 1000;
}

/* Time goes by, in which nothing changes. */
static void
advance(struct year *y, int64_t to_ns, bool asleep)
{
	bool explained = asleep || y->paused || y->running || y->now_ns < y->catch_up_ns;
	struct site *site;
	int64_t every_ns, from_ns;

	for (site = y->sites; site < y->sites + SITES && !explained; site++) {
		every_ns = site->scheduled && site->measured ? interval(y, site) : 0;
		if (every_ns == 0)
			continue;
		from_ns = latest(site, every_ns);
		if (from_ns < y->now_ns)
			from_ns = y->now_ns;
		if (from_ns < site->excused_ns)
			from_ns = site->excused_ns;
		if (to_ns > from_ns)
			site->late_ns += to_ns - from_ns;
		site->waited_ns += to_ns - y->now_ns;
	}
	y->explained_ns += explained ? to_ns - y->now_ns : 0;
	y->now_ns = to_ns;
}

/* --- checks ---------------------------------------------------------------------------------- */

/* Late only by explained time; windows and event days are looked at once a minute. */
static void
check_not_late(struct year *y, struct site *site)
{
	int64_t allowed_ns = LOOK_S * second_ns;

	if ((site->lists & (1U << MINUTES | 1U << GUESTS)) != 0 && y->nevents == 0)
		allowed_ns = 0;
	if (site->late_ns > y->worst_late_ns)
		y->worst_late_ns = site->late_ns;
	if (site->waited_ns > y->longest_wait_ns)
		y->longest_wait_ns = site->waited_ns;
	if (interval(y, site) > 0 && y->now_ns <= latest(site, interval(y, site)))
		y->in_time++;
	else
		y->excused++;
	y->checks++;
	if (y->tight)
		return;
	assert_true(site->late_ns <= allowed_ns);
}

static void
check_not_early(struct year *y, struct site *site, enum sched_state state)
{
	int64_t gap_ns = y->began_ns - site->last_ns, every_ns = interval(y, site),
	        least_ns = every_ns;
	double gap;

	if (y->round_was_now)
		return;
	assert_true(every_ns > 0); /* open */
	if (state == SCHED_BURST && y->conf.burst_every_s * second_ns < every_ns)
		least_ns = y->conf.burst_every_s * second_ns;
	if (state == SCHED_RELAXED && 120 * second_ns < every_ns)
		least_ns = 120 * second_ns;
	y->checks++;
	assert_true(gap_ns + 2000 >= least_ns - least_ns / 10);
	if (state != SCHED_NORMAL)
		return;
	gap = (double)gap_ns / (double)every_ns;
	y->shortest = gap < y->shortest ? gap : y->shortest;
	if (site->late_ns == 0 && gap_ns <= latest(site, every_ns) - site->last_ns)
		y->longest = gap > y->longest ? gap : y->longest;
}

/* Overdue beyond doubt. */
static bool
overdue(const struct year *y, const struct site *site, enum sched_state state)
{
	int64_t every_ns = interval(y, site);

	return state != SCHED_BURST &&
	    (!site->measured || y->began_ns > latest(site, every_ns) + OVERDUE_S * second_ns);
}

static void
check_portion(struct year *y, int n)
{
	if (y->round_was_now || n == 0)
		return;
	y->overdue += n;
	y->portions++;
	y->checks++;
	assert_true(n <= y->conf.catch_up_max);
	assert_true(y->began_ns - y->portion_ended_ns >= y->conf.catch_up_gap_s * second_ns);
}

static void
check_apart(struct year *y)
{
	long sizes[PROVIDERS] = {0}, seen[PROVIDERS], largest = 0, i, p, least = SITES;

	for (p = 0; p < PROVIDERS; p++)
		seen[p] = -SITES;
	for (i = 0; i < (long)y->nround; i++) {
		p = atoi(site_of(y, y->round[i])->provider + 2);
		if (i - seen[p] < least)
			least = i - seen[p];
		seen[p] = i;
		if (++sizes[p] > largest)
			largest = sizes[p];
	}
	y->checks++;
	assert_true(least >= (long)y->nround / largest - 1);
	assert_true(least >= 2 || largest > ((long)y->nround + 1) / 2);
	y->kept_apart++;
}

static void
check_bursts(struct year *y)
{
	struct site *site;
	int bursting = 0;

	for (site = y->sites; site < y->sites + SITES; site++) {
		if (sched_state_of(y->sched, site->target.url) != SCHED_BURST) {
			site->burst_ns = -1;
			continue;
		}
		bursting++;
		y->bursts += site->burst_ns < 0;
		if (site->burst_ns < 0)
			site->burst_ns = y->now_ns;
		if (y->now_ns - site->burst_ns > y->longest_burst_ns)
			y->longest_burst_ns = y->now_ns - site->burst_ns;
		assert_true(y->now_ns - site->burst_ns < y->conf.burst_max_s * second_ns);
	}
	assert_true(bursting <= y->conf.burst_total);
}

static void
count_in_minute(struct year *y)
{
	if (y->began_ns / (60 * second_ns) != y->minute_of)
		y->in_minute = 0;
	y->minute_of = (long)(y->began_ns / (60 * second_ns));
	y->in_minute += (long)y->nround;
	if (!y->round_was_now && y->in_minute > y->most_in_minute)
		y->most_in_minute = y->in_minute;
}

/* When the clock is right, days are those of the calendar. */
static void
check_calendar(struct year *y)
{
	const struct sched_day *day = sched_skipped(y->sched, 0);
	struct sched_now now = clocks(y);
	time_t t = (time_t)(now.wall_us / 1000000);
	struct tm tm;

	if (day->bytes > y->day_most)
		y->day_most = day->bytes;
	/* Set aside or used: over the limit at most by what a round took more than was thought. */
	if (y->conf.limits.bytes_per_day > 0)
		assert_true(day->bytes <= y->conf.limits.bytes_per_day + y->dearest_round);
	if (y->wall_error_us != 0)
		return;
	localtime_r(&t, &tm);
	assert_int_equal(
	    day->date, (tm.tm_year + 1900) * 10000 + (tm.tm_mon + 1) * 100 + tm.tm_mday);
	y->offsets += y->last_offset != (int)tm.tm_gmtoff && y->last_offset != -1;
	y->last_offset = (int)tm.tm_gmtoff;
	y->days += y->last_date != day->date;
	y->leap_days += y->last_date != day->date && day->date % 10000 == 229;
	y->last_date = day->date;
}

/* --- rounds ---------------------------------------------------------------------------------- */

static void
begin_round(struct year *y)
{
	enum sched_state state;
	struct site *site;
	int noverdue = 0;
	size_t i;

	y->round = sched_take(y->sched, clocks(y), &y->nround);
	if (y->nround == 0) {
		/* Else a caller would spin. */
		assert_true(sched_next(y->sched, clocks(y), NULL) > clocks(y).mono_ns);
		y->now_ordered = false;
		return;
	}
	y->round_was_now = y->now_ordered;
	y->now_ordered = false;
	y->began_ns = y->now_ns;
	for (i = 0; i < y->nround; i++) {
		site = site_of(y, y->round[i]);
		state = sched_state_of(y->sched, site->target.url);
		assert_true(site->scheduled);
		if (site->measured && !y->round_was_now)
			check_not_late(y, site);
		if (site->measured)
			check_not_early(y, site, state);
		noverdue += !y->round_was_now && overdue(y, site, state);
	}
	check_portion(y, noverdue);
	check_apart(y);
	count_in_minute(y);
	y->running = true;
	y->ndone = 0;
	y->nleft = draw(y, 30) == 0 ? draw(y, y->nround + 1) : 0;
	y->bytes = 0;
	y->end_ns = y->now_ns + draw_ns(y, 5, 15) + (int64_t)y->nround * second_ns / 3;
	if (y->long_round)
		y->end_ns += draw_ns(y, 1200, 3 * 3600);
	y->long_round = false;
	y->portion_ended_ns = noverdue > 0 ? INT64_MAX : y->portion_ended_ns;
	y->rounds++;
}

static void
measure(struct year *y, const struct target *target)
{
	struct site *site = site_of(y, target);
	int bytes = site->cost + (int)draw(y, 40000);

	sched_done(y->sched, site->target.url, bytes, clocks(y));
	y->bytes += bytes;
	y->hourly[y->now_ns / (3600 * second_ns)] += bytes;
	y->measured++;
	y->ndone++;
	if (!site->scheduled)
		return;
	site->measured = true;
	site->last_ns = y->began_ns;
	site->late_ns = site->waited_ns = 0;
}

/* Some were left out: they are excused for as long as it takes until they may come again. */
static void
end_round(struct year *y)
{
	int controls = 300000 + (int)draw(y, 400000);
	size_t i;

	while (y->ndone < y->nround - y->nleft)
		measure(y, y->round[y->ndone]);
	for (i = y->ndone; i < y->nround; i++)
		site_of(y, y->round[i])->excused_ns =
		    y->now_ns + (y->conf.retry_s + 60 + 1) * second_ns;
	y->unfinished += y->nleft > 0;
	sched_round_done(y->sched, controls, clocks(y));
	y->hourly[y->now_ns / (3600 * second_ns)] += controls;
	if (y->bytes + controls > y->dearest_round)
		y->dearest_round = y->bytes + controls;
	y->running = false;
	if (y->now_ns - y->began_ns > 240 * second_ns || y->nleft > 0)
		disturb(y);
	if (y->portion_ended_ns == INT64_MAX)
		y->portion_ended_ns = y->now_ns;
}

/* --- what happens ---------------------------------------------------------------------------- */

static void
do_sleep(struct year *y)
{
	advance(y, y->now_ns + draw_ns(y, 60, 10 * 3600), true);
	disturb(y);
}

static void
do_step(struct year *y)
{
	static const int64_t steps_s[] = {3600, -3600, 86400, -86400, 90, -90, 40 * 86400, 0};
	int64_t step_s = steps_s[draw(y, sizeof(steps_s) / sizeof(*steps_s))];

	y->wall_error_us = step_s * 1000000;
	/* To 1970. */
	if (step_s == 0)
		y->wall_error_us = -y->start_us - y->now_ns / 1000;
	y->step_back_ns = y->now_ns + draw_ns(y, 60, 6 * 3600);
	disturb(y);
}

static void
do_pause(struct year *y)
{
	sched_pause(y->sched);
	y->paused = true;
	y->resume_ns = y->now_ns + draw_ns(y, 60, 12 * 3600);
}

static void
do_long_round(struct year *y)
{
	y->long_round = true;
}

static void
set_keys(struct year *y)
{
	struct site *site;

	for (site = y->sites; site < y->sites + SITES; site++)
		sched_set_key(y->sched, site->target.url, site->provider);
}

static void
do_reload(struct year *y)
{
	struct target *old[LISTS];

	memcpy(old, y->copies, sizeof(old));
	/* A round that runs keeps pointers into them: then all is as before. */
	if (y->running)
		return;
	read_lists(y, draw(y, 2) == 0, draw(y, 2) == 0 ? 900 : 1200);
	sched_configure(y->sched, &y->conf, y->lists, y->nlists, clocks(y));
	free_copies(old);
	set_keys(y);
	look_at_lists(y);
	disturb(y);
}

static void
do_restart(struct year *y)
{
	struct sched_saved saved[SITES];
	struct sched_saved_costs costs;
	bool kept[SITES];
	size_t i;

	for (i = 0; i < SITES; i++)
		kept[i] = sched_save(y->sched, y->sites[i].target.url, clocks(y), &saved[i]);
	sched_save_costs(y->sched, clocks(y), &costs);
	sched_free(y->sched);
	/* What the round had not come to is not measured. */
	y->running = y->now_ordered = false;
	advance(y, y->now_ns + draw_ns(y, 2, draw(y, 2) == 0 ? 30 : 5 * 3600), true);
	if (draw(y, 2) == 0)
		y->boot_ns = y->now_ns - draw_ns(y, 5, 60);
	y->sched = sched_new(&y->conf, clocks(y));
	sched_configure(y->sched, &y->conf, y->lists, y->nlists, clocks(y));
	sched_restore_costs(y->sched, &costs, clocks(y));
	for (i = 0; i < SITES; i++) {
		y->sites[i].burst_ns = -1;
		if (kept[i])
			sched_restore(y->sched, y->sites[i].target.url, &saved[i], clocks(y));
	}
	for (i = 0; i < y->nevents; i++)
		sched_event_day(y->sched,
		    y->events[i].list < 0 ? NULL : list_rows[y->events[i].list].name,
		    y->events[i].every_s, y->events[i].from_us, y->events[i].until_us, clocks(y));
	set_keys(y);
	if (y->paused)
		sched_pause(y->sched);
	y->portion_ended_ns = INT64_MIN / 2;
	disturb(y);
}

/* One, or the country: then some are bracketed, some closed, some forgotten. */
static void
do_anomaly(struct year *y)
{
	size_t n = draw(y, 5) == 0 ? SITES : 1 + draw(y, 3), i;
	struct site *site;

	for (i = 0; i < n; i++) {
		site = &y->sites[draw(y, SITES)];
		switch (draw(y, 4)) {
		case 0:
			sched_bracketed(y->sched, site->target.url, clocks(y));
			break;
		case 1:
			sched_close(y->sched, site->target.url, clocks(y));
			break;
		default:
			/* A neighbour's burst that becomes one of its own begins anew. */
			if (sched_tighten(y->sched, site->target.url, clocks(y)))
				site->burst_ns = -1;
		}
	}
	disturb(y);
}

static void
do_event_day(struct year *y)
{
	int64_t from_us = clocks(y).wall_us + draw_ns(y, 0, 86400) / 1000;
	size_t i;

	if (y->nevents == EVENTS || draw(y, 4) == 0) {
		sched_forget_event_days(y->sched);
		y->nevents = 0;
	}
	i = y->nevents++;
	y->events[i].list = (int)draw(y, LISTS + 1) - 1;
	y->events[i].every_s = 300 + (int)draw(y, 600);
	y->events[i].from_us = from_us;
	y->events[i].until_us = from_us + draw_ns(y, 3600, 30 * 3600) / 1000;
	assert_true(sched_event_day(y->sched,
	    y->events[i].list < 0 ? NULL : list_rows[y->events[i].list].name, y->events[i].every_s,
	    from_us, y->events[i].until_us, clocks(y)));
	look_at_lists(y);
}

static void
do_round_now(struct year *y)
{
	sched_round_now(y->sched);
	y->now_ordered = true;
}

static void
let_happen(struct year *y)
{
	static void (*const kinds[KINDS])(struct year *) = {[SLEEP] = do_sleep,
	    [STEP] = do_step,
	    [PAUSE] = do_pause,
	    [LONG_ROUND] = do_long_round,
	    [RELOAD] = do_reload,
	    [RESTART] = do_restart,
	    [ANOMALY] = do_anomaly,
	    [EVENT_DAY] = do_event_day,
	    [ROUND_NOW] = do_round_now};
	/* Of 20: what comes how often. */
	static const enum event often[20] = {SLEEP, SLEEP, SLEEP, STEP, STEP, STEP, PAUSE,
	    LONG_ROUND, LONG_ROUND, RELOAD, RELOAD, RESTART, RESTART, ANOMALY, ANOMALY, ANOMALY,
	    ANOMALY, EVENT_DAY, ROUND_NOW, SLEEP};
	enum event kind = often[draw(y, 20)];

	y->counts[kind]++;
	kinds[kind](y);
	y->next_event_ns = y->now_ns + draw_ns(y, 60, 12 * 3600);
}

/* --- a year ---------------------------------------------------------------------------------- */

static int64_t
earliest(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* The clock is put right, measuring goes on, or something else happens. */
static void
let_time_act(struct year *y)
{
	look_at_lists(y);
	if (y->now_ns >= y->step_back_ns) {
		y->wall_error_us = 0;
		y->step_back_ns = INT64_MAX;
		disturb(y);
	}
	if (y->now_ns >= y->resume_ns) {
		sched_resume(y->sched);
		y->paused = false;
		y->resume_ns = INT64_MAX;
		disturb(y);
	}
	if (y->now_ns >= y->next_event_ns)
		let_happen(y);
	look_at_lists(y);
}

/* Half of a round is done when something happens in its midst. */
static void
go_on_with_round(struct year *y)
{
	if (y->ndone == 0 && y->now_ns > y->began_ns + (y->end_ns - y->began_ns) / 2)
		while (y->ndone < (y->nround - y->nleft) / 2)
			measure(y, y->round[y->ndone]);
	if (y->now_ns >= y->end_ns)
		end_round(y);
}

/* A round begins, or time goes by until something is to be done. */
static void
step(struct year *y)
{
	int64_t wanted = sched_next(y->sched, clocks(y), NULL), to_ns;

	check_calendar(y);
	if (y->running || y->steps++ % 16 == 0)
		check_bursts(y);
	if (wanted <= clocks(y).mono_ns) {
		begin_round(y);
		return;
	}
	if (!y->paused && !y->running)
		assert_true(wanted <= clocks(y).mono_ns + LOOK_S * second_ns);
	to_ns = earliest(earliest(y->step_back_ns, y->resume_ns), y->next_event_ns);
	to_ns = earliest(to_ns, y->now_ns + LOOK_S * second_ns);
	to_ns = earliest(to_ns,
	    y->running               ? y->end_ns
	        : wanted < INT64_MAX ? wanted + y->boot_ns
	                             : to_ns);
	if (to_ns > y->now_ns)
		advance(y, to_ns, false);
	let_time_act(y);
	if (y->running)
		go_on_with_round(y);
}

/* The most in any 24 hours of real time, whatever the calendar showed. */
static int64_t
dearest_24_hours(const struct year *y)
{
	int64_t sum = 0, most = 0;
	int i;

	for (i = 0; i < 24 * 400; i++) {
		sum += y->hourly[i] - (i >= 24 ? y->hourly[i - 24] : 0);
		most = sum > most ? sum : most;
	}
	return most;
}

static void
say(const struct year *y, const char *zone, double cpu_s)
{
	const struct site *site;
	size_t i;
	double wait_h = (double)y->longest_wait_ns / 3600e9;

	print_message("# %s: %d days, %d changes of offset, %d leap days; %.1f s of CPU\n", zone,
	    y->days, y->offsets, y->leap_days, cpu_s);
	print_message("# %ld rounds, %ld measurements, %ld unfinished rounds, %ld checks\n",
	    y->rounds, y->measured, y->unfinished, y->checks);
	for (i = 0; i < KINDS; i++)
		print_message("# %ld %s\n", y->counts[i], kind_names[i]);
	print_message("# %.1f %% of the time was asleep, paused, in a round, or after a "
	              "disturbance; %ld turns in time, %ld later for such reasons\n",
	    100.0 * (double)y->explained_ns / (double)y->now_ns, y->in_time, y->excused);
	print_message("# gaps of %.3f to %.3f intervals; unexplained at most %.1f s late\n",
	    y->shortest, y->longest, (double)y->worst_late_ns / 1e9);
	print_message("# %ld overdue targets in %ld portions of %d at most; at most %ld targets "
	              "begun in a minute\n",
	    y->overdue, y->portions, y->conf.catch_up_max, y->most_in_minute);
	print_message(
	    "# %ld bursts, the longest of %.0f s\n", y->bursts, (double)y->longest_burst_ns / 1e9);
	print_message(
	    "# at most %.1f MB in a day, %.1f in any 24 hours; a target waited %.1f h at most\n",
	    (double)y->day_most / 1e6, (double)dearest_24_hours(y) / 1e6, wait_h);
	for (site = y->sites; site < y->sites + SITES; site++)
		assert_true(site->measured || !site->scheduled);
}

static struct year *
live(
    const char *zone, const char *start, int days, uint64_t seed, const struct sched_limits *limits)
{
	struct year *y = xcalloc(1, sizeof(*y));
	clock_t begin = clock();

	lab_live_in(zone);
	y->random = seed;
	y->tight = limits->bytes_per_day > 0;
	y->conf = sched_defaults;
	y->conf.seed = seed;
	y->conf.catch_up_max = 50;
	y->conf.limits = *limits;
	y->start_us = lab_utc(start);
	y->boot_ns = -20 * second_ns;
	y->step_back_ns = y->resume_ns = INT64_MAX;
	y->portion_ended_ns = INT64_MIN / 2;
	y->next_event_ns = 6 * 3600 * second_ns;
	y->shortest = 1e9;
	y->last_offset = -1;
	make_sites(y);
	read_lists(y, true, 900);
	y->sched = sched_new(&y->conf, clocks(y));
	sched_configure(y->sched, &y->conf, y->lists, y->nlists, clocks(y));
	set_keys(y);
	look_at_lists(y);
	disturb(y);
	while (y->now_ns < days * 86400 * second_ns)
		step(y);
	say(y, zone, (double)(clock() - begin) / CLOCKS_PER_SEC);
	lab_live_in("UTC0");
	return y;
}

static void
die(struct year *y)
{
	size_t i;

	sched_free(y->sched);
	free_copies(y->copies);
	for (i = 0; i < SITES; i++)
		target_clear(&y->sites[i].target);
	free(y);
}

/* Most days were seen with the right date; each kind of thing happened about as often as it should. */
static void
check_life(const struct year *y, int days, int offsets, int leap_days)
{
	int kind;

	assert_in_range(y->days, days * 9 / 10, days + 1);
	assert_int_equal(y->leap_days, leap_days);
	assert_int_equal(y->offsets, offsets);
	for (kind = 0; kind < KINDS; kind++)
		assert_true(y->counts[kind] >= days / 15);
	assert_true(y->rounds > 50 * days && y->measured > 1000 * days && y->bursts > days);
	assert_true(y->shortest >= 0.9 - 1e-5 && y->longest <= 1.2 + 1e-5);
}

static void
a_year_in_Berlin_keeps_every_promise(void **state)
{
	const struct sched_limits none = {.reserve = 0.2};
	struct year *y = live("Europe/Berlin", "2028-01-01", 366, 1, &none);

	(void)state;
	check_life(y, 366, 2, 1);
	die(y);
}

static void
the_last_summer_time_of_Almaty_does_so_too(void **state)
{
	const struct sched_limits none = {.reserve = 0.2};
	struct year *y = live("Asia/Almaty", "2004-03-20", 230, 2, &none);

	(void)state;
	check_life(y, 230, 2, 0);
	die(y);
}

static void
and_the_leap_day_on_which_Almaty_moved_to_another_offset(void **state)
{
	const struct sched_limits none = {.reserve = 0.2};
	struct year *y = live("Asia/Almaty", "2024-01-20", 80, 3, &none);

	(void)state;
	check_life(y, 80, 1, 1);
	die(y);
}

static void
a_year_on_a_short_budget_spends_it_and_no_more(void **state)
{
	/* A third of what would be used. */
	const struct sched_limits limits = {
	    .reserve = 0.2, .bytes_per_day = 400 * megabyte, .targets_per_hour = 600};
	struct year *y = live("Europe/Berlin", "2028-01-01", 366, 4, &limits);

	(void)state;
	assert_int_equal(y->offsets, 2);
	/* The bucket and the reserve may be full when the day's count begins. */
	assert_true(dearest_24_hours(y) <= limits.bytes_per_day + limits.bytes_per_day * 8 / 60 +
	        limits.bytes_per_day / 5 + y->dearest_round);
	assert_true(y->measured > 300000);
	/* Without sleep, pauses, closed windows and rounds: nobody is forgotten. */
	assert_true(y->longest_wait_ns < 40 * 3600 * second_ns);
	die(y);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_year_in_Berlin_keeps_every_promise),
	    cmocka_unit_test(the_last_summer_time_of_Almaty_does_so_too),
	    cmocka_unit_test(and_the_leap_day_on_which_Almaty_moved_to_another_offset),
	    cmocka_unit_test(a_year_on_a_short_budget_spends_it_and_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
