/*
 * The end of a round: what its targets brought is gathered into anomalies, and told. Targets that failed together, at one stage, are
 * one anomaly; some of its targets may recover before others.
 */
#include "probe/anomaly_state.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define SECOND_US INT64_C(1000000)

/* Some of the targets. */
struct members {
	struct watched **w;
	size_t n;
};

static void
add_to(struct arena *arena, struct members *members, struct watched *w)
{
	*ARENA_PUSH(arena, members->w, members->n) = w;
}

static void
tell_of(struct anomalies *a, struct episode *e, enum event_kind kind, const struct members *members,
    struct arena *arena, occurrence_tell *tell, void *arg)
{
	char id[ANOMALY_ID_SIZE];

	if (members->n == 0)
		return;
	make_id(id, event_kind_name(kind), e->id, NULL, e->events++);
	e->dirty = true;
	anomalies_tell(a, id, event_of_news(arena, kind, members->w, members->n), arena, tell, arg);
}

/* --- what failed: which anomaly is it? ------------------------------------------------------- */

static bool
came_back(const struct anomalies *a, const struct watched *w, const struct episode *e)
{
	return e != NULL && w->news.returned && e->stage == w->told.stage &&
	    moment_elapsed_us(&w->recovered, &a->now.start) <= a->rules.flap_s * SECOND_US;
}

static bool
failed_in_same_round(const struct anomalies *a, const struct episode *e, const struct watched *w)
{
	size_t i;

	for (i = 0; w->onset_round[0] != '\0' && i < a->ntargets; i++)
		if (strcmp(a->targets[i]->anomaly, e->id) == 0 && strcmp(a->targets[i]->onset_round, w->onset_round) == 0)
			return true;
	return false;
}

static struct event_bracket
common_part(const struct event_bracket *a, const struct event_bracket *b)
{
	return (struct event_bracket){
	    a->not_before_us > b->not_before_us ? a->not_before_us : b->not_before_us,
	    a->not_after_us < b->not_after_us ? a->not_after_us : b->not_after_us,
	};
}

/*
 * How much speaks for one act as the cause of both, -1 nothing: the length of the time in which it can have been, which lies in all
 * brackets. What nobody saw begin can have begun any time: it goes together only with what was first seen in the same round.
 */
static int64_t
began_together(const struct anomalies *a, const struct episode *e, const struct watched *w)
{
	struct event_bracket common = common_part(&e->act, &w->onset);
	bool known = w->onset.not_before_us != 0;

	if (known != (e->onset.not_before_us != 0))
		return -1;
	if (known && common.not_before_us <= common.not_after_us)
		return common.not_after_us - common.not_before_us;
	return failed_in_same_round(a, e, w) ? 0 : -1;
}

/* The one that fits best; of several the oldest. */
static struct episode *
find_to_join(const struct anomalies *a, const struct watched *w)
{
	struct episode *best = NULL;
	int64_t most = -1, fits;
	size_t i;

	for (i = 0; i < a->nepisodes; i++) {
		struct episode *e = &a->episodes[i];

		if (!e->open || e->stage != w->told.stage || strcmp(e->network, w->network) != 0 ||
		    moment_elapsed_us(&e->opened, &a->now.start) > a->rules.young_s * SECOND_US)
			continue;
		fits = began_together(a, e, w);
		if (fits > most) {
			most = fits;
			best = e;
		}
	}
	return best;
}

static void
join(struct episode *e, const struct watched *w)
{
	struct event_bracket common = common_part(&e->act, &w->onset);

	e->onset = bracket_hull(e->onset, w->onset);
	if (common.not_before_us <= common.not_after_us)
		e->act = common;
}

static struct episode *
found_episode(struct anomalies *a, const struct watched *w)
{
	const struct news *news = &w->news;
	const char *record = news->nevidence > 0 ? news->evidence[news->nevidence - 1].record : "";
	char id[ANOMALY_ID_SIZE];
	struct episode *e;
	int n = 0;

	do
		make_id(id, "anomaly", w->url, record, n++);
	while (episode_find(a, id) != NULL);
	e = episode_add(a);
	memcpy(e->id, id, sizeof(e->id));
	e->network = xstrdup(w->network);
	e->stage = w->told.stage;
	e->onset = e->act = w->onset;
	e->opened = a->now.start;
	e->open = e->fresh = true;
	return e;
}

static void
assign(struct anomalies *a, struct watched *w)
{
	struct episode *e = episode_find(a, w->anomaly);

	w->dirty = true;
	if (came_back(a, w, e)) {
		w->intermittent = e->open = e->dirty = true;
		return;
	}
	w->news.returned = w->intermittent = false;
	w->changes = w->returns = 0;
	w->anomaly[0] = '\0';
	e = find_to_join(a, w);
	if (e == NULL)
		e = found_episode(a, w);
	else
		join(e, w);
	e->dirty = true;
	memcpy(w->anomaly, e->id, sizeof(w->anomaly));
}

static int
by_onset(const void *a, const void *b)
{
	const struct watched *x = *(struct watched *const *)a, *y = *(struct watched *const *)b;

	if (x->onset.not_after_us != y->onset.not_after_us)
		return x->onset.not_after_us < y->onset.not_after_us ? -1 : 1;
	return strcmp(x->url, y->url);
}

static void
assign_all(struct anomalies *a, struct arena *arena)
{
	struct members opened = {NULL, 0};
	size_t i;

	for (i = 0; i < a->ntargets; i++)
		if (a->targets[i]->news.pending == PENDING_OPENED)
			add_to(arena, &opened, a->targets[i]);
	if (opened.n > 0)
		qsort(opened.w, opened.n, sizeof(struct watched *), by_onset);
	for (i = 0; i < opened.n; i++)
		assign(a, opened.w[i]);
}

/* --- telling, anomaly by anomaly ------------------------------------------------------------- */

/* Those of its targets to which something happened. */
static struct members
members_with(const struct anomalies *a, const struct episode *e, enum pending pending, struct arena *arena)
{
	struct members members = {NULL, 0};
	size_t i;

	for (i = 0; i < a->ntargets; i++)
		if (a->targets[i]->news.pending == pending && strcmp(a->targets[i]->anomaly, e->id) == 0)
			add_to(arena, &members, a->targets[i]);
	return members;
}

static void
tell_opened(struct anomalies *a, struct episode *e, struct arena *arena, occurrence_tell *tell, void *arg)
{
	struct members opened = members_with(a, e, PENDING_OPENED, arena);
	struct members joined = {NULL, 0}, back = {NULL, 0};
	size_t i;

	for (i = 0; i < opened.n; i++)
		add_to(arena, opened.w[i]->news.returned ? &back : &joined, opened.w[i]);
	tell_of(a, e, e->fresh ? EVENT_ANOMALY_ONSET : EVENT_ANOMALY_CHANGE, &joined, arena, tell, arg);
	tell_of(a, e, EVENT_ANOMALY_CHANGE, &back, arena, tell, arg);
}

static bool
same_step(const struct news *a, const struct news *b)
{
	return a->before.status == b->before.status && a->before.stage == b->before.stage &&
	    a->before.mechanism == b->before.mechanism && a->after.status == b->after.status &&
	    a->after.stage == b->after.stage && a->after.mechanism == b->after.mechanism;
}

/* One event for each way in which they changed. */
static void
tell_changed(struct anomalies *a, struct episode *e, struct arena *arena, occurrence_tell *tell, void *arg)
{
	struct members changed = members_with(a, e, PENDING_CHANGED, arena), alike, rest;
	size_t i;

	while (changed.n > 0) {
		alike = rest = (struct members){NULL, 0};
		for (i = 0; i < changed.n; i++)
			add_to(arena, same_step(&changed.w[0]->news, &changed.w[i]->news) ? &alike : &rest, changed.w[i]);
		tell_of(a, e, EVENT_ANOMALY_CHANGE, &alike, arena, tell, arg);
		changed = rest;
	}
}

static bool
is_on(const struct anomalies *a, const struct episode *e)
{
	size_t i;

	for (i = 0; i < a->ntargets; i++)
		if (a->targets[i]->phase == PHASE_OPEN && strcmp(a->targets[i]->anomaly, e->id) == 0)
			return true;
	return false;
}

static void
tell_closed(struct anomalies *a, struct episode *e, struct arena *arena, occurrence_tell *tell, void *arg)
{
	struct members closed = members_with(a, e, PENDING_CLOSED, arena);
	bool on = is_on(a, e);

	tell_of(a, e, on ? EVENT_ANOMALY_CHANGE : EVENT_ANOMALY_RECOVERY, &closed, arena, tell, arg);
	if (on || !e->open)
		return;
	e->open = false;
	e->closed = a->now.start;
	e->dirty = true;
}

static void
tell_episode(struct anomalies *a, struct episode *e, struct arena *arena, occurrence_tell *tell, void *arg)
{
	struct members flaps = members_with(a, e, PENDING_FLAPS, arena);

	tell_opened(a, e, arena, tell, arg);
	tell_changed(a, e, arena, tell, arg);
	tell_of(a, e, EVENT_ANOMALY_CHANGE, &flaps, arena, tell, arg);
	tell_closed(a, e, arena, tell, arg);
	e->fresh = false;
}

/* --- the round is over ----------------------------------------------------------------------- */

/* After that nothing returns to it. */
static void
forget_old_episodes(struct anomalies *a)
{
	size_t i = a->nepisodes;

	while (i-- > 0) {
		const struct episode *e = &a->episodes[i];

		if (!e->open && moment_elapsed_us(&e->closed, &a->now.start) > a->rules.flap_s * SECOND_US)
			episode_remove(a, i);
	}
}

void
anomalies_settle(struct anomalies *a, occurrence_tell *tell, void *arg)
{
	struct arena *arena = arena_new();
	size_t i;

	assign_all(a, arena);
	strangers_settle(a, arena, tell, arg);
	for (i = 0; i < a->nepisodes; i++)
		tell_episode(a, &a->episodes[i], arena, tell, arg);
	for (i = 0; i < a->ntargets; i++)
		if (a->targets[i]->news.pending != PENDING_NONE) {
			a->targets[i]->news = (struct news){0};
			a->targets[i]->dirty = true;
		}
	forget_old_episodes(a);
	episodes_remove_empty(a);
	arena_free(arena);
}
