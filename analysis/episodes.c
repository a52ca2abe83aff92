/* From histories to episodes. */
#include "analysis/episodes.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/history.h"
#include "base/mem.h"

const char *
episode_kind_name(enum episode_kind kind)
{
	static const char *const names[EPISODE_KIND_MAX] = {
	    [EPISODE_BLOCKING] = "blocking",
	    [EPISODE_INTERCEPTION] = "interception",
	    [EPISODE_IMPAIRMENT] = "impairment",
	    [EPISODE_SHUTDOWN] = "shutdown",
	    [EPISODE_FOREIGN_CUT] = "foreign_cut",
	    [EPISODE_PORTAL] = "captive_portal",
	};

	return names[kind];
}

static enum episode_kind
kind_of(const struct span *span)
{
	if (span->mechanism == TLS_MITM)
		return EPISODE_INTERCEPTION;
	return span->status == VERDICT_IMPAIRED ? EPISODE_IMPAIRMENT : EPISODE_BLOCKING;
}

static void
add(struct episodes *out, struct history *history, const struct history_series *series,
    const struct point *points, const struct span *span, enum episode_kind kind)
{
	/* Grows by doubling: a power of two is full. */
	if ((out->n & (out->n - 1)) == 0)
		out->items = xreallocarray(
		    out->items, out->n > 0 ? out->n * 2 : 1, sizeof(*out->items));
	out->items[out->n++] = (struct episode){
	    .kind = kind,
	    .series = series,
	    .span = *span,
	    .first_id = history_id(history, points[span->first].id),
	    .last_id = history_id(history, points[span->last].id),
	};
}

static void
find_in(struct history *history, const struct history_series *series,
    const struct detect_rules *rules, struct episodes *out)
{
	enum episode_kind *kinds = NULL;
	const struct point *points;
	struct span *spans;
	size_t i, n;

	points = history_points(history, series, &n);
	if (series->target == NULL)
		n = episodes_of_rounds(points, n, &spans, &kinds);
	else
		n = detect_spans(points, n, rules, &spans);
	for (i = 0; i < n; i++)
		add(out, history, series, points, &spans[i],
		    kinds != NULL ? kinds[i] : kind_of(&spans[i]));
	free(spans);
	free(kinds);
}

void
episodes_find(struct history *history, const struct detect_rules *rules, struct episodes *out)
{
	const struct history_series *series;
	size_t i, n;

	memset(out, 0, sizeof(*out));
	series = history_finish(history, &n);
	for (i = 0; i < n; i++)
		find_in(history, &series[i], rules, out);
	episodes_join(out);
}

void
episodes_clear(struct episodes *episodes)
{
	free(episodes->items);
	free(episodes->events);
	memset(episodes, 0, sizeof(*episodes));
}
