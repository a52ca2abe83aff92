/*
 * When what is due, and how it is gathered into rounds. A round is put together in sched_round.c and ordered in sched_order.c; lists come
 * and go in sched_lists.c; bursts are in sched_burst.c, costs in sched_budget.c, windows in sched_window.c.
 */
#include <stdlib.h>
#include <string.h>

#include "probe/sched_target.h"

static const int64_t second_ns = 1000000000;
/* A target this late, beyond the gathering, is overdue. Ordinary rounds do not make others wait so long. */
static const int64_t overdue_ns = 300 * INT64_C(1000000000);
/* The wall clock may be set while we wait: windows and event days are looked at again so often. */
static const int64_t look_again_ns = 60 * INT64_C(1000000000);

enum { GATHER_SHARE = 10 }; /* of an interval: one part */

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
	uint64_t draw =
	    mix(mix(s->conf.seed ^ (uint64_t)every_ns) + (uint64_t)k * 0x9e3779b97f4a7c15U);
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

/* Bursts do not: what is left in the reserve is theirs. */
static bool
waits_for_budget(const struct sched *s, const struct sched_target *t, const struct sched_turn *turn)
{
	return turn->regular && t->state != SCHED_BURST && turn->from_ns < s->short_until_ns;
}

struct sched_turn
sched_turn_of(const struct sched *s, const struct sched_target *t)
{
	const struct sched_list_state *list = list_of(s, t);
	int64_t every_ns = sched_burst_interval(s, t, list->now_ns);
	struct sched_turn turn;

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

bool
sched_is_open(const struct sched *s, const struct sched_target *t)
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
	struct sched_turn turn;

	for (t = s->targets; t < s->targets + s->ntargets; t++) {
		if (!sched_is_open(s, t))
			continue;
		turn = sched_turn_of(s, t);
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
		if (sched_is_open(s, t) && t->due_ns <= latest && t->due_ns > at)
			at = t->due_ns;
	if (first->due_ns > s->now.mono_ns &&
	    (first->due_ns == s->short_until_ns ||
	        (first->late && first->due_ns == first->not_before_ns)))
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
