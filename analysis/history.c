/* Measurements in the order of time. */
#include "analysis/history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/names.h"
#include "analysis/outcome.h"
#include "analysis/piles.h"
#include "analysis/scratch.h"
#include "base/buf.h"
#include "base/mem.h"

_Static_assert(VERDICT_STATUS_MAX <= 8 && NETWORK_STATE_MAX <= 8, "both fit a point's status");
_Static_assert(VERDICT_STAGE_MAX <= 8 && MECHANISM_MAX <= 32, "both fit a point");
_Static_assert(sizeof(struct point) == 16, "a point is small");

static const int64_t last_us = INT64_C(253402300800) * 1000000;

enum {
	POINTS_MOST = 2000000,
	/* Ids stand at multiples of this, so that a number of 32 bits tells where. */
	ID_UNIT = 16,
	ID_SIZE = 256,
};

struct history {
	struct arena *arena;
	struct names *names; /* of series */
	struct history_series *series;
	size_t n, room;
	struct piles *points; /* a pile a series */
	struct scratch *ids;
	struct buf key;
};

struct history *
history_new(size_t points_most)
{
	struct history *h = xcalloc(1, sizeof(*h));

	h->points = piles_new(sizeof(struct point), points_most > 0 ? points_most : POINTS_MOST);
	h->ids = scratch_new();
	h->arena = arena_new();
	h->names = names_new();
	return h;
}

void
history_free(struct history *h)
{
	if (h == NULL)
		return;
	free(h->series);
	piles_free(h->points);
	scratch_free(h->ids);
	names_free(h->names);
	arena_free(h->arena);
	buf_free(&h->key);
	free(h);
}

static uint32_t
series_of(struct history *h, const struct outcome *o)
{
	struct history_series *s;
	uint32_t i;

	buf_clear(&h->key);
	buf_printf(&h->key, "%u %s %s", o->asn, o->cc, o->target != NULL ? o->target : "");
	i = names_add(h->names, buf_str(&h->key));
	if (i < h->n)
		return i;
	if (h->n == h->room) {
		h->room = h->room > 0 ? h->room * 2 : 64;
		h->series = xreallocarray(h->series, h->room, sizeof(*h->series));
	}
	s = &h->series[h->n++];
	*s = (struct history_series){
	    .target = arena_strdup(h->arena, o->target),
	    .host = arena_strdup(h->arena, o->host),
	    .asn = o->asn,
	    .pile = i,
	};
	memcpy(s->cc, o->cc, sizeof(s->cc));
	return i;
}

/* Number 0 is "", and of an id that is longer than any, too. */
static uint32_t
keep_id(struct history *h, const char *id)
{
	char entry[ID_SIZE] = {0};
	size_t len = strlen(id);
	int64_t unit = scratch_end(h->ids) / ID_UNIT;

	if (len == 0 || len >= sizeof(entry) || unit >= UINT32_MAX)
		return 0;
	memcpy(entry, id, len);
	scratch_append(h->ids, entry, (len + ID_UNIT) / ID_UNIT * ID_UNIT);
	return (uint32_t)unit + 1;
}

static unsigned
tenths_of(const struct outcome *o)
{
	int64_t tenths = (o->end_us - o->time_us + 99999) / 100000;

	if (tenths < 0)
		return 0;
	return tenths < HISTORY_TENTHS_MOST ? (unsigned)tenths : HISTORY_TENTHS_MOST;
}

/*
 * A target that was judged while the network did not work (domestic ones are, where what is abroad is cut off) says nothing of when
 * something began or ended: the rounds do. Records of others do not know the state.
 */
static unsigned
status_of(const struct outcome *o)
{
	if (o->kind == OUTCOME_ROUND)
		return (unsigned)o->network & 7U;
	if (o->network == NETWORK_UNKNOWN || o->network == NETWORK_ONLINE ||
	    o->network == NETWORK_DEGRADED)
		return (unsigned)o->status & 7U;
	return (unsigned)VERDICT_INSUFFICIENT;
}

static bool
is_worth_an_id(const struct outcome *o)
{
	if (o->kind == OUTCOME_ROUND)
		return o->network != NETWORK_ONLINE && o->network != NETWORK_DEGRADED;
	return outcome_says(o->status, o->mechanism) == SAYS_BAD;
}

void
history_add(struct history *h, const struct outcome *o)
{
	struct point point = {.time_us = o->time_us};

	if (o->time_us <= 0 || o->time_us >= last_us)
		return;
	point.id = is_worth_an_id(o) ? keep_id(h, o->id) : 0;
	point.tenths = tenths_of(o) & 0xfffU;
	point.status = status_of(o) & 7U;
	point.stage = (unsigned)o->stage & 7U;
	point.mechanism = (unsigned)o->mechanism & 31U;
	point.artefact = o->artefact;
	point.percent = (unsigned)lround(o->confidence * 100) & 127U;
	piles_add(h->points, series_of(h, o), &point);
}

/* Any order will do for two of one time, if only it is the same whatever order they came in. */
static int
compare_points(const void *a, const void *b)
{
	const struct point *x = a, *y = b;

	if (x->time_us != y->time_us)
		return x->time_us < y->time_us ? -1 : 1;
	if (x->status != y->status)
		return x->status < y->status ? -1 : 1;
	if (x->mechanism != y->mechanism)
		return x->mechanism < y->mechanism ? -1 : 1;
	return (x->percent > y->percent) - (x->percent < y->percent);
}

static int
compare_text(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return (a != NULL) - (b != NULL);
	return strcmp(a, b);
}

static int
compare_series(const void *a, const void *b)
{
	const struct history_series *x = a, *y = b;
	int order = compare_text(x->host, y->host);

	if (order == 0)
		order = compare_text(x->target, y->target);
	if (order == 0)
		order = (x->asn > y->asn) - (x->asn < y->asn);
	return order != 0 ? order : strcmp(x->cc, y->cc);
}

const struct history_series *
history_finish(struct history *h, size_t *n)
{
	if (h->n > 0)
		qsort(h->series, h->n, sizeof(*h->series), compare_series);
	*n = h->n;
	return h->series;
}

static bool
in_order(const struct point *points, size_t n)
{
	size_t i;

	for (i = 1; i < n; i++)
		if (compare_points(&points[i - 1], &points[i]) > 0)
			return false;
	return true;
}

const struct point *
history_points(struct history *h, const struct history_series *s, size_t *n)
{
	void *points;

	*n = piles_take(h->points, s->pile, &points);
	if (!in_order(points, *n))
		qsort(points, *n, sizeof(struct point), compare_points);
	return points;
}

const char *
history_id(struct history *h, uint32_t id)
{
	char entry[ID_SIZE];

	if (id == 0)
		return "";
	scratch_read(h->ids, (int64_t)(id - 1) * ID_UNIT, entry, sizeof(entry));
	entry[sizeof(entry) - 1] = '\0';
	return arena_strdup(h->arena, entry);
}

int64_t
point_end_us(const struct point *point)
{
	return point->time_us + (int64_t)point->tenths * 100000;
}
