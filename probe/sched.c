/*
 * Which targets, and when: what is due, how it is gathered into rounds, what a round may take. Lists come and go in sched_lists.c,
 * bursts are in sched_burst.c, the order within a round in sched_order.c, the costs in sched_budget.c, windows in sched_window.c.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "probe/sched_target.h"
#include "targets/target.h"

static const int64_t second_ns = 1000000000;
/* A target this late, beyond the gathering, is overdue. Ordinary rounds do not make others wait so long. */
static const int64_t overdue_ns = 300 * INT64_C(1000000000);
/* The wall clock may be set while we wait: windows and event days are looked at again so often. */
static const int64_t look_again_ns = 60 * INT64_C(1000000000);
/* Where the budget is short, turns come at multiples of this: all that wait by then, the longest waiting first. */
static const int64_t put_off_ns = 300 * INT64_C(1000000000);

enum {
	GATHER_SHARE = 10, /* of an interval: one part */
	/* Bytes, before anything was measured. */
	TARGET_COST = 100000,
	CONTROLS_COST = 500000,
	/* A round begins when there is this many times what its controls take: most is to be for targets. */
	CONTROLS_TIMES = 4,
	AVERAGE_OF = 8
};

/* --- chance ---------------------------------------------------------------------------------- */

/* The finalizer of splitmix64. */
static uint64_t
mix(uint64_t z)
{
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
	z = (z ^ z >> 27) * 0x94d049bb133111ebU;
	return z ^ z >> 31;
}

uint64_t
sched_random(uint64_t *random)
{
	return mix(*random += 0x9e3779b97f4a7c15U);
}

/* --- intervals and what is due --------------------------------------------------------------- */

/* The list with the shortest interval, of those that are open; where none is, of all it is in. */
static const struct sched_list_state *
list_of(const struct sched *s, const struct sched_target *t)
{
	uint64_t lists = (t->lists & s->open) != 0 ? t->lists & s->open : t->lists;
	const struct sched_list_state *list, *best = NULL;

	for (; lists != 0; lists &= lists - 1) {
		list = &s->lists[__builtin_ctzll(lists)];
		if (best == NULL || list->now_ns < best->now_ns)
			best = list;
	}
	return best;
}

int64_t
sched_regular_interval(const struct sched *s, const struct sched_target *t)
{
	return list_of(s, t)->now_ns;
}

int64_t
sched_interval(const struct sched *s, const struct sched_target *t)
{
	return sched_burst_interval(s, t, sched_regular_interval(s, t));
}

/*
 * An interval's beats come on the average as often as it says, each up to half the jitter early or late: one and the next are never further
 * apart, or nearer, than the jitter allows. All targets with this interval share them.
 */
static int64_t
beat(const struct sched *s, int64_t every_ns, double jitter, int64_t k)
{
	uint64_t draw = mix(mix(s->conf.seed ^ (uint64_t)every_ns) + (uint64_t)k * 0x9e3779b97f4a7c15U);
	double u = (double)(draw >> 11) * 0x1p-53 - 0.5;

	return k * every_ns + (int64_t)(u * jitter * (double)every_ns);
}

/*
 * An interval after `last_ns`, give or take the jitter: at a beat, if there is one in reach, or as near to one as can be. So those that fell out
 * of step come back into it.
 */
static int64_t
due_after(const struct sched *s, int64_t last_ns, int64_t every_ns, double jitter)
{
	int64_t reach = (int64_t)(jitter * (double)every_ns), wanted = last_ns + every_ns;
	int64_t k = wanted / every_ns - (wanted % every_ns < 0); /* floor */
	int64_t before = beat(s, every_ns, jitter, k), at = beat(s, every_ns, jitter, k + 1);

	if (llabs(before - wanted) < llabs(at - wanted))
		at = before;
	if (at > wanted + reach)
		return wanted + reach;
	return at < wanted - reach ? wanted - reach : at;
}

struct turn {
	int64_t due_ns;
	int64_t from_ns; /* due, and not put off */
	int64_t slack_ns; /* that it may wait for others */
	bool overdue;
	bool regular; /* due by the interval of its list alone */
};

/* Bursts do not: what is left in the reserve is theirs. */
static bool
waits_for_budget(const struct sched *s, const struct sched_target *t, const struct turn *turn)
{
	return turn->regular && t->state != SCHED_BURST && turn->from_ns < s->short_until_ns;
}

static struct turn
turn_of(const struct sched *s, const struct sched_target *t)
{
	const struct sched_list_state *list = list_of(s, t);
	int64_t every_ns = sched_burst_interval(s, t, list->now_ns);
	struct turn turn;

	turn.due_ns = t->never ? t->last_ns : due_after(s, t->last_ns, every_ns, list->jitter);
	turn.slack_ns = s->conf.gather_s * second_ns;
	if (turn.slack_ns > every_ns / GATHER_SHARE)
		turn.slack_ns = every_ns / GATHER_SHARE;
	/* Bursts have bounds of their own. */
	turn.overdue = t->state != SCHED_BURST &&
	    (t->never || s->now.mono_ns - turn.due_ns > turn.slack_ns + overdue_ns);
	turn.regular = t->never || every_ns == list->now_ns ||
	    due_after(s, t->last_ns, list->now_ns, list->jitter) <= s->now.mono_ns;
	turn.from_ns = turn.due_ns;
	if (turn.from_ns < t->not_before_ns)
		turn.from_ns = t->not_before_ns;
	if (turn.overdue && turn.from_ns < s->catch_up_from_ns)
		turn.from_ns = s->catch_up_from_ns;
	if (waits_for_budget(s, t, &turn))
		turn.from_ns = s->short_until_ns;
	return turn;
}

static void
look_at_lists(struct sched *s, int minute)
{
	struct sched_list_state *list;
	const struct sched_event *event;
	size_t i, k;

	s->open = 0;
	for (i = 0; i < s->nlists; i++) {
		list = &s->lists[i];
		if (sched_windows_open(&list->windows, minute))
			s->open |= UINT64_C(1) << i;
		list->now_ns = list->every_ns;
		for (k = 0; k < s->nevents; k++) {
			event = &s->events[k];
			if (s->now.wall_us >= event->from_us && s->now.wall_us < event->until_us &&
			    (event->list == NULL || strcmp(event->list, list->name) == 0) &&
			    event->every_s * second_ns < list->now_ns)
				list->now_ns = event->every_s * second_ns;
		}
	}
}

void
sched_tick(struct sched *s, struct sched_now now)
{
	struct sched_local local = sched_local(now.wall_us);

	/* Centuries off is no time, and would not fit into sums. */
	if (now.wall_us > INT64_MAX / 4 || now.wall_us < INT64_MIN / 4)
		now.wall_us = 0;
	if (now.mono_ns > INT64_MAX / 4)
		now.mono_ns = INT64_MAX / 4;
	if (now.mono_ns < s->now.mono_ns)
		now.mono_ns = s->now.mono_ns;
	s->now = now;
	look_at_lists(s, local.minute);
	sched_budget_tick(&s->budget, now.mono_ns, now.wall_us, local.date);
}

static bool
is_open(const struct sched *s, const struct sched_target *t)
{
	return (t->lists & s->open) != 0;
}

/* Whether what is open depends on the wall clock. */
static bool
wall_matters(const struct sched *s)
{
	size_t i;

	for (i = 0; i < s->nlists; i++)
		if (s->lists[i].windows.n > 0)
			return true;
	return s->nevents > 0;
}

/*
 * The first that is due and its slack give the latest time for the round; it begins as soon as all are due that will be by
 * then. `why` says what the first one waits for.
 */
static int64_t
gather(struct sched *s, enum sched_why *why)
{
	int64_t latest = INT64_MAX, at = s->now.mono_ns;
	const struct sched_target *first = NULL;
	struct sched_target *t;
	struct turn turn;

	for (t = s->targets; t < s->targets + s->ntargets; t++) {
		if (!is_open(s, t))
			continue;
		turn = turn_of(s, t);
		t->due_ns = turn.from_ns;
		if (turn.from_ns + turn.slack_ns < latest) {
			latest = turn.from_ns + turn.slack_ns;
			first = t;
		}
	}
	*why = SCHED_CLOSED;
	if (first == NULL)
		return INT64_MAX;
	for (t = s->targets; t < s->targets + s->ntargets; t++)
		if (is_open(s, t) && t->due_ns <= latest && t->due_ns > at)
			at = t->due_ns;
	if (first->due_ns > s->now.mono_ns &&
	    (first->due_ns == s->short_until_ns || (first->late && first->due_ns == first->not_before_ns)))
		*why = SCHED_SHORT;
	else
		*why = SCHED_DUE;
	return at;
}

int64_t
sched_next(struct sched *s, struct sched_now now, enum sched_why *why)
{
	enum sched_why unwanted;
	int64_t at;

	if (why == NULL)
		why = &unwanted;
	sched_tick(s, now);
	sched_burst_expire(s);
	if (s->running || s->paused || s->ntargets == 0) {
		*why = s->running ? SCHED_RUNNING : s->paused ? SCHED_PAUSED : SCHED_EMPTY;
		return INT64_MAX;
	}
	if (s->round_now) {
		*why = SCHED_DUE;
		return s->now.mono_ns;
	}
	at = gather(s, why);
	if (wall_matters(s) && at > s->now.mono_ns + look_again_ns)
		at = s->now.mono_ns + look_again_ns;
	return at;
}

/* --- a round --------------------------------------------------------------------------------- */

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
		if (!s->round_now && (!is_open(s, t) || turn_of(s, t).from_ns > s->now.mono_ns))
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
count_late(struct sched *s, struct sched_target *t, const struct turn *turn)
{
	struct sched_day *today = &s->budget.today;
	int64_t now_ns = s->now.mono_ns, waited_ns;

	if (!t->late) {
		t->late = true;
		t->lost_ns = turn->due_ns > now_ns - put_off_ns ? turn->due_ns : now_ns - put_off_ns;
		today->late++;
	}
	waited_ns = now_ns - t->lost_ns;
	if (waited_ns > 2 * put_off_ns)
		waited_ns = 2 * put_off_ns;
	today->lost += (double)waited_ns / (double)sched_regular_interval(s, t);
	t->lost_ns = now_ns;
}

static void
put_off(struct sched *s, const struct basket *basket, struct sched_target *t, enum sched_purse purse)
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
	struct turn turn = turn_of(s, t);
	enum sched_purse purse = s->round_now ? SCHED_ORDERED
	    : turn.regular			      ? SCHED_TURN
						      : SCHED_EXTRA;
	bool paid;

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

void
sched_average(uint32_t *average, int64_t bytes)
{
	double x = bytes < 1 ? 1 : bytes > INT32_MAX ? INT32_MAX : (double)bytes;

	*average = *average == 0 ? (uint32_t)x
				 : (uint32_t)(*average + (x - *average) / AVERAGE_OF + 0.5);
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
	sched_average(&t->cost, bytes);
	sched_average(&s->target_cost, bytes);
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
	sched_average(&s->controls_cost, bytes);
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
