/* Episodes that began at once are one event: one act may have done it. */
#include "analysis/episodes.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/history.h"
#include "base/mem.h"

static const int64_t hour_us = INT64_C(3600) * 1000000;
static const int64_t day_us = INT64_C(24) * 3600 * 1000000;
/* Of an onset that is known less well, nobody can say what began at the same time. */
static const int64_t bracket_most_us = INT64_C(7) * 24 * 3600 * 1000000;

static bool
is_known(const struct episode *e)
{
	return e->span.onset.not_before_us != 0;
}

static int
compare_times(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/* By the end of the onset's bracket, then by target and network, which is where the series stand. */
static int
by_onset(const void *a, const void *b)
{
	const struct episode *x = a, *y = b;
	int order = compare_times(x->span.onset.not_after_us, y->span.onset.not_after_us);

	return order != 0 ? order : (x->series > y->series) - (x->series < y->series);
}

static int
by_event(const void *a, const void *b)
{
	const struct episode *x = a, *y = b;

	if (x->event != y->event)
		return x->event < y->event ? -1 : 1;
	if (x->series != y->series)
		return x->series < y->series ? -1 : 1;
	return compare_times(x->span.onset.not_after_us, y->span.onset.not_after_us);
}

/* One measurement that fails by accident just before, or one that succeeds in between, moves a bracket by an interval. */
static int64_t
slack_of(const struct episode *e)
{
	int64_t width = e->span.onset.not_after_us - e->span.onset.not_before_us;

	return width < hour_us ? width : hour_us;
}

static bool
same_network(const struct episode *a, const struct episode *b)
{
	return a->series->asn == b->series->asn && strcmp(a->series->cc, b->series->cc) == 0;
}

/* Whether it may have begun when the others of the event did; `founder` is the first of them. It ends no sooner than they do. */
static bool
fits(const struct episode_event *event, const struct episode *founder, const struct episode *e)
{
	if (event->kind != e->kind || is_known(founder) != is_known(e))
		return false;
	if (!is_known(e)) /* first measured on the same day, and it was on already */
		return same_network(founder, e) &&
		    e->span.onset.not_after_us - event->onset.not_after_us <= day_us;
	if (e->span.onset.not_after_us - e->span.onset.not_before_us > bracket_most_us)
		return false;
	return e->span.onset.not_before_us - slack_of(e) <= event->onset.not_after_us;
}

static struct episode_event *
new_event(struct episodes *all, const struct episode *e)
{
	struct episode_event *event;

	/* Grows by doubling: a power of two is full. */
	if ((all->nevents & (all->nevents - 1)) == 0)
		all->events = xreallocarray(
		    all->events, all->nevents > 0 ? all->nevents * 2 : 1, sizeof(*all->events));
	event = &all->events[all->nevents++];
	*event = (struct episode_event){.kind = e->kind, .onset = e->span.onset};
	return event;
}

/* The latest event that it fits, or a new one. founders: the first episode of each event. */
static void
place(struct episodes *all, struct episode *e, size_t *founders)
{
	const int64_t until = e->span.onset.not_after_us - bracket_most_us - hour_us;
	size_t i = all->nevents;
	struct episode_event *event;

	while (i > 0 && all->events[i - 1].onset.not_after_us >= until &&
	    !fits(&all->events[i - 1], &all->items[founders[i - 1]], e))
		i--;
	if (i == 0 || all->events[i - 1].onset.not_after_us < until) {
		new_event(all, e);
		i = all->nevents;
		founders[i - 1] = (size_t)(e - all->items);
	}
	event = &all->events[i - 1];
	e->event = i - 1;
	if (e->span.onset.not_before_us > event->onset.not_before_us)
		event->onset.not_before_us = e->span.onset.not_before_us;
}

static size_t
count_networks(const struct episodes *all, const struct episode_event *event)
{
	const struct episode *first = &all->items[event->first];
	size_t i, j, n = 0;

	for (i = 0; i < event->n; i++) {
		for (j = 0; j < i && !same_network(&first[i], &first[j]); j++)
			;
		n += j == i;
	}
	return n;
}

/* Series stand by target. */
static size_t
count_targets(const struct episodes *all, const struct episode_event *event)
{
	const char *last = NULL, *target;
	size_t i, n = 0;

	for (i = event->first; i < event->first + event->n; i++) {
		target = all->items[i].series->target;
		n += target != NULL && (last == NULL || strcmp(last, target) != 0);
		last = target;
	}
	return n;
}

static struct bracket
recovery_of(const struct episode *first, size_t n)
{
	struct bracket common = first->span.recovery, whole = common;
	size_t i;

	for (i = 1; i < n; i++) {
		const struct bracket *b = &first[i].span.recovery;

		if (b->not_before_us > common.not_before_us)
			common.not_before_us = b->not_before_us;
		if (b->not_before_us < whole.not_before_us)
			whole.not_before_us = b->not_before_us;
		if (b->not_after_us == 0 || whole.not_after_us == 0) {
			whole.not_after_us = common.not_after_us = 0;
			continue;
		}
		if (b->not_after_us < common.not_after_us)
			common.not_after_us = b->not_after_us;
		if (b->not_after_us > whole.not_after_us)
			whole.not_after_us = b->not_after_us;
	}
	if (whole.not_after_us == 0 || common.not_before_us <= common.not_after_us)
		return common;
	return whole;
}

static void
describe(const struct episodes *all, struct episode_event *event)
{
	static const int accuses[VERDICT_STATUS_MAX] = {
	    [VERDICT_IMPAIRED] = 1, [VERDICT_LIKELY_BLOCKED] = 2, [VERDICT_BLOCKED] = 3};
	const struct episode *first = &all->items[event->first];
	int64_t before = event->onset.not_before_us;
	size_t i;

	event->mechanism = first->span.mechanism;
	event->status = first->span.status;
	for (i = 0; i < event->n; i++) {
		const struct span *span = &first[i].span;

		if (span->mechanism != event->mechanism)
			event->mechanism = MECHANISM_NONE;
		if (accuses[span->status] > accuses[event->status])
			event->status = span->status;
		if (span->confidence > event->confidence)
			event->confidence = span->confidence;
		event->bad += span->bad;
		event->measured += span->measured;
	}
	/* Brackets that only just do not meet have the time between them. */
	if (before > event->onset.not_after_us) {
		event->onset.not_before_us = event->onset.not_after_us;
		event->onset.not_after_us = before;
	}
	event->recovery = recovery_of(first, event->n);
	event->targets = count_targets(all, event);
	event->networks = count_networks(all, event);
}

void
episodes_join(struct episodes *all)
{
	size_t *founders = xmalloc((all->n + 1) * sizeof(*founders)), i;

	if (all->n > 0)
		qsort(all->items, all->n, sizeof(*all->items), by_onset);
	for (i = 0; i < all->n; i++)
		place(all, &all->items[i], founders);
	free(founders);
	if (all->n > 0)
		qsort(all->items, all->n, sizeof(*all->items), by_event);
	for (i = 0; i < all->n; i++) {
		struct episode_event *event = &all->events[all->items[i].event];

		if (event->n++ == 0)
			event->first = i;
	}
	for (i = 0; i < all->nevents; i++)
		describe(all, &all->events[i]);
}
