/* From what several targets brought to one event. Claims are only what holds for all of them. */
#include "probe/anomaly_state.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Ids of records in an event: so many of the first, and so many of the newest. */
enum { EVIDENCE_FIRST = 12, EVIDENCE_NEWEST = 12 };

/* --- what they have in common ---------------------------------------------------------------- */

/* How much a status accuses. */
static int
weight(enum verdict_status status)
{
	static const int weights[VERDICT_STATUS_MAX] = {
	    [VERDICT_NONE] = 0,
	    [VERDICT_OK] = 1,
	    [VERDICT_DOWN] = 2,
	    [VERDICT_INSUFFICIENT] = 3,
	    [VERDICT_IMPAIRED] = 4,
	    [VERDICT_LIKELY_BLOCKED] = 5,
	    [VERDICT_BLOCKED] = 6,
	};

	return weights[status];
}

static struct event_view
common_view(const struct event_view *a, const struct event_view *b)
{
	return (struct event_view){
	    .status = weight(a->status) < weight(b->status) ? a->status : b->status,
	    .stage = a->stage == b->stage ? a->stage : STAGE_NONE,
	    .mechanism = a->mechanism == b->mechanism ? a->mechanism : MECHANISM_NONE,
	    .confidence = a->confidence < b->confidence ? a->confidence : b->confidence,
	};
}

struct event_bracket
bracket_hull(struct event_bracket a, struct event_bracket b)
{
	struct event_bracket hull = a;

	if (a.not_before_us != 0 && (b.not_before_us == 0 || b.not_before_us < a.not_before_us))
		hull.not_before_us = b.not_before_us;
	if (a.not_after_us != 0 && (b.not_after_us == 0 || b.not_after_us > a.not_after_us))
		hull.not_after_us = b.not_after_us;
	return hull;
}

/* --- evidence -------------------------------------------------------------------------------- */

static int
by_time(const void *a, const void *b)
{
	const struct evidence *x = a, *y = b;

	if (x->us != y->us)
		return x->us < y->us ? -1 : 1;
	return strcmp(x->record, y->record);
}

void
event_add_evidence(struct arena *arena, struct event_info *info, struct evidence *all, size_t n)
{
	size_t i;

	if (n > 0)
		qsort(all, n, sizeof(*all), by_time);
	for (i = 0; i < n; i++) {
		if (i >= EVIDENCE_FIRST && i + EVIDENCE_NEWEST < n) {
			info->evidence_dropped++;
			continue;
		}
		*ARENA_PUSH(arena, info->evidence, info->nevidence) = arena_strdup(arena, all[i].record);
	}
}

/* --- the event ------------------------------------------------------------------------------- */

static void
add_member(struct arena *arena, struct event_info *info, const struct watched *w)
{
	struct event_target *t = ARENA_PUSH(arena, info->targets, info->ntargets);
	const struct news *news = &w->news;
	struct event_anomaly *anomaly = info->anomaly;

	t->url = arena_strdup(arena, w->url);
	t->when = news->when;
	anomaly->intermittent = anomaly->intermittent || w->intermittent;
	if (info->ntargets == 1) {
		info->when = news->when;
		anomaly->before = news->before;
		anomaly->after = news->after;
		return;
	}
	info->when = bracket_hull(info->when, news->when);
	anomaly->before = common_view(&anomaly->before, &news->before);
	anomaly->after = common_view(&anomaly->after, &news->after);
}

struct event_info *
event_of_news(struct arena *arena, enum event_kind kind, struct watched *const *members, size_t n)
{
	struct event_info *info = arena_alloc(arena, sizeof(*info));
	struct evidence *all = NULL;
	size_t i, k, nall = 0;

	info->kind = kind;
	info->anomaly = arena_alloc(arena, sizeof(*info->anomaly));
	info->anomaly->id = arena_strdup(arena, members[0]->anomaly);
	for (i = 0; i < n; i++) {
		add_member(arena, info, members[i]);
		for (k = 0; k < members[i]->news.nevidence; k++)
			*ARENA_PUSH(arena, all, nall) = members[i]->news.evidence[k];
	}
	event_add_evidence(arena, info, all, nall);
	return info;
}

void
anomalies_tell(struct anomalies *a, const char *id, struct event_info *info, struct arena *arena,
    occurrence_tell *tell, void *arg)
{
	struct occurrence o = {.id = id, .round = a->round, .time_us = a->now.end_us,
	    .mono_ns = a->now.start.mono_ns, .info = info, .arena = arena};

	if (tell != NULL)
		tell(&o, arg);
}
