/* A round: which of the due targets it takes, who pays for them, what became of them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "probe/sched_target.h"

static const int64_t second_ns = 1000000000;
/* Where the budget is short, turns come at multiples of this: all that wait by then, the longest waiting first. */
static const int64_t put_off_ns = 300 * INT64_C(1000000000);

enum {
	/* Bytes, before anything was measured. */
	TARGET_COST = 100000,
	CONTROLS_COST = 500000,
	/* A round begins when there is this many times what its controls take: most is to be for targets. */
	CONTROLS_TIMES = 4,
	AVERAGE_OF = 8
};

/* A round being put together. */
struct basket {
	struct sched_target **items;
	size_t n;
	int overdue;
	/* Purses that could not pay for one who waited longer: nobody behind may push past. */
	bool shut[SCHED_ORDERED + 1];
	int64_t held_until_ns; /* until when the budget was known to be short */
};

/* Bursts first, then who waited longest, in intervals of its own: else a list measured daily would shut out one of minutes. */
static double
rank_of(const struct sched *s, const struct sched_target *t)
{
	double waited = (double)(s->now.mono_ns - t->last_ns);

	if (t->state == SCHED_BURST)
		return 1e18 + waited;
	return waited / (double)sched_regular_interval(s, t) + t->never;
}

static int
by_rank(const void *a, const void *b)
{
	const struct sched_target *x = *(struct sched_target *const *)a;
	const struct sched_target *y = *(struct sched_target *const *)b;

	if (x->rank != y->rank)
		return x->rank > y->rank ? -1 : 1;
	return x < y ? -1 : x > y;
}

static struct sched_target **
candidates(struct sched *s, size_t *n)
{
	struct sched_target **items = xcalloc(s->ntargets, sizeof(struct sched_target *)), *t;

	*n = 0;
	for (t = s->targets; t < s->targets + s->ntargets; t++) {
		if (!s->round_now &&
		    (!sched_is_open(s, t) || sched_turn_of(s, t).from_ns > s->now.mono_ns))
			continue;
		t->rank = rank_of(s, t);
		items[(*n)++] = t;
	}
	qsort(items, *n, sizeof(struct sched_target *), by_rank);
	return items;
}

static uint32_t
known(uint32_t average, uint32_t otherwise)
{
	return average > 0 ? average : otherwise;
}

/*
 * Sets aside what it will take; the first of a round pays for the controls. False, and the purse is shut, when it does not do; what
 * no day's budget would do for shuts nothing.
 */
static bool
pay(struct sched *s, struct basket *basket, struct sched_target *t, enum sched_purse purse)
{
	uint32_t cost = known(t->cost, known(s->target_cost, TARGET_COST)), controls = 0;
	int64_t bytes;

	if (basket->shut[purse])
		return false;
	if (basket->n == 0)
		controls = known(s->controls_cost, CONTROLS_COST);
	bytes = (int64_t)cost + controls;
	if (!sched_budget_take(&s->budget, purse, bytes, (int64_t)controls * CONTROLS_TIMES)) {
		basket->shut[purse] = !sched_budget_never(&s->budget, purse, bytes);
		return false;
	}
	t->set_aside = cost;
	t->purse = (uint8_t)purse;
	if (basket->n == 0) {
		s->controls_set_aside = controls;
		s->controls_purse = (uint8_t)purse;
	}
	return true;
}

/*
 * A regular turn comes late, or does not come yet, because of the budget: never silently. While it is so we come by often; where much more time went
 * by than that, the machine slept or windows were closed.
 */
static void
count_late(struct sched *s, struct sched_target *t, const struct sched_turn *turn)
{
	struct sched_day *today = &s->budget.today;
	int64_t now_ns = s->now.mono_ns, waited_ns;

	if (!t->late) {
		t->late = true;
		t->lost_ns =
		    turn->due_ns > now_ns - put_off_ns ? turn->due_ns : now_ns - put_off_ns;
		today->late++;
	}
	waited_ns = now_ns - t->lost_ns;
	if (waited_ns > 2 * put_off_ns)
		waited_ns = 2 * put_off_ns;
	today->lost += (double)waited_ns / (double)sched_regular_interval(s, t);
	t->lost_ns = now_ns;
}

static void
put_off(
    struct sched *s, const struct basket *basket, struct sched_target *t, enum sched_purse purse)
{
	int64_t every_ns = sched_interval(s, t);

	if (purse != SCHED_TURN)
		s->budget.today.refused++;
	if (purse == SCHED_TURN && basket->shut[SCHED_TURN])
		s->short_until_ns = (s->now.mono_ns / put_off_ns + 1) * put_off_ns;
	else if (purse != SCHED_ORDERED)
		t->not_before_ns = s->now.mono_ns + (every_ns < put_off_ns ? every_ns : put_off_ns);
}

static void
consider(struct sched *s, struct basket *basket, struct sched_target *t)
{
	struct sched_turn turn = sched_turn_of(s, t);
	enum sched_purse purse = turn.regular ? SCHED_TURN : SCHED_EXTRA;
	bool paid;

	if (s->round_now)
		purse = SCHED_ORDERED;
	if (turn.overdue && !s->round_now && basket->overdue >= s->conf.catch_up_max)
		return;
	paid = pay(s, basket, t, purse);
	if (!paid && purse == SCHED_TURN && t->state == SCHED_BURST) {
		purse = SCHED_EXTRA;
		paid = pay(s, basket, t, purse);
	}
	if (purse == SCHED_TURN && (!paid || t->late || turn.due_ns < basket->held_until_ns))
		count_late(s, t, &turn);
	if (!paid) {
		put_off(s, basket, t, purse);
		return;
	}
	basket->overdue += turn.overdue;
	t->taken = true;
	basket->items[basket->n++] = t;
}

/* Who can be paid for, of those whose turn it is; returns how many. */
static size_t
fill_basket(struct sched *s, struct basket *basket)
{
	struct sched_target **items;
	size_t n, i;

	items = candidates(s, &n);
	for (i = 0; i < n; i++)
		consider(s, basket, items[i]);
	free(items);
	return basket->n;
}

const struct target **
sched_take(struct sched *s, struct sched_now now, size_t *n)
{
	struct basket basket = {.held_until_ns = s->short_until_ns};
	bool ordered;

	*n = 0;
	basket.items = xcalloc(s->ntargets, sizeof(struct sched_target *));
	/* Where there is no money for any of a round that was asked for, those that are due have their turn. */
	do {
		if (sched_next(s, now, NULL) > s->now.mono_ns)
			break;
		ordered = s->round_now;
		*n = fill_basket(s, &basket);
		s->round_now = false;
		memset(basket.shut, 0, sizeof(basket.shut));
	} while (*n == 0 && ordered);
	if (*n > 0) {
		s->running = true;
		s->began_ns = s->now.mono_ns;
		s->catching_up = basket.overdue > 0;
		free(s->round);
		s->round = xcalloc(*n, sizeof(const struct target *));
		sched_spread(basket.items, *n, &s->random, s->round);
	}
	free(basket.items);
	return s->round;
}

/* The average with one more; 0 is none yet. */
static void
average(uint32_t *average_of, int64_t bytes)
{
	double x = fmin(fmax((double)bytes, 1), INT32_MAX), before = *average_of;

	*average_of = (uint32_t)(before <= 0 ? x : before + (x - before) / AVERAGE_OF + 0.5);
}

void
sched_done(struct sched *s, const char *url, int64_t bytes, struct sched_now now)
{
	struct sched_target *t = sched_find(s, url);

	sched_tick(s, now);
	s->budget.today.measured++;
	if (t == NULL || !t->taken)
		sched_budget_settle(&s->budget, SCHED_TURN, 0, bytes);
	else
		sched_budget_settle(&s->budget, t->purse, t->set_aside, bytes);
	if (t == NULL)
		return;
	s->budget.today.extra += t->taken && t->purse != SCHED_TURN;
	average(&t->cost, bytes);
	average(&s->target_cost, bytes);
	t->last_ns = t->taken ? s->began_ns : s->now.mono_ns;
	t->never = t->late = false;
	t->not_before_ns = INT64_MIN;
	sched_burst_measured(s, t, t->taken && t->purse == SCHED_TURN);
	t->taken = false;
}

void
sched_round_done(struct sched *s, int64_t bytes, struct sched_now now)
{
	struct sched_target *t;

	sched_tick(s, now);
	if (!s->running)
		return;
	s->running = false;
	sched_budget_settle(&s->budget, s->controls_purse, s->controls_set_aside, bytes);
	average(&s->controls_cost, bytes);
	if (s->catching_up)
		s->catch_up_from_ns = s->now.mono_ns + s->conf.catch_up_gap_s * second_ns;
	for (t = s->targets; t < s->targets + s->ntargets; t++) {
		if (!t->taken)
			continue;
		t->taken = false;
		t->not_before_ns = s->now.mono_ns + s->conf.retry_s * second_ns;
		sched_budget_give_back(&s->budget, t->purse, t->set_aside, s->began_ns);
	}
}
