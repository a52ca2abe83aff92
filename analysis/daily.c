/* Verdicts become days. */
#include "analysis/daily.h"

#include <stdlib.h>
#include <string.h>
#include <openssl/sha.h>

#include "base/buf.h"
#include "base/mem.h"

const char daily_line[] = "the line itself";

enum daily_says
daily_verdict(enum verdict_status status, enum mechanism mechanism)
{
	static const enum daily_says says[VERDICT_STATUS_MAX] = {
	    [VERDICT_OK] = DAILY_GOOD,
	    [VERDICT_BLOCKED] = DAILY_BAD,
	    [VERDICT_LIKELY_BLOCKED] = DAILY_BAD,
	    [VERDICT_IMPAIRED] = DAILY_GOOD,
	};

	if (status == VERDICT_IMPAIRED && mechanism == THROTTLING)
		return DAILY_BAD;
	return says[status];
}

enum daily_says
daily_round(enum network_state state)
{
	static const enum daily_says says[NETWORK_STATE_MAX] = {
	    [NETWORK_ONLINE] = DAILY_GOOD,
	    [NETWORK_DEGRADED] = DAILY_GOOD,
	    [NETWORK_FOREIGN_CUT] = DAILY_BAD,
	    [NETWORK_SHUTDOWN] = DAILY_BAD,
	};

	return says[state];
}

/* A target in a network. */
struct place {
	char *target, *network; /* "" unknown */
	struct correlate_cell *cells; /* by day */
	size_t n, room;
};

struct daily {
	struct place *places;
	size_t n, room;
	size_t *slots; /* index + 1 of a place, 0 free; open addressing */
	size_t nslots; /* a power of two */
	struct correlate_series *series;
	size_t nseries;
	struct correlate_cell **merged; /* cells of series that are none of a place's */
	size_t nmerged;
};

struct daily *
daily_new(void)
{
	struct daily *daily = xcalloc(1, sizeof(*daily));

	daily->nslots = 256;
	daily->slots = xcalloc(daily->nslots, sizeof(*daily->slots));
	return daily;
}

void
daily_free(struct daily *daily)
{
	size_t i;

	if (daily == NULL)
		return;
	for (i = 0; i < daily->n; i++) {
		free(daily->places[i].target);
		free(daily->places[i].network);
		free(daily->places[i].cells);
	}
	for (i = 0; i < daily->nmerged; i++)
		free(daily->merged[i]);
	free(daily->merged);
	free(daily->places);
	free(daily->slots);
	free(daily->series);
	free(daily);
}

/* As in tally.c: no file's URLs can be made to collide. */
static size_t
hash(const char *target, const char *network)
{
	uint8_t digest[SHA256_DIGEST_LENGTH];
	struct buf key = BUF_EMPTY;
	size_t h;

	buf_add(&key, target, strlen(target) + 1);
	buf_puts(&key, network);
	SHA256((const uint8_t *)buf_str(&key), key.len, digest);
	buf_free(&key);
	memcpy(&h, digest, sizeof(h));
	return h;
}

/* The slot of a place, or the free one where it belongs. */
static size_t *
find(const struct daily *daily, const char *target, const char *network)
{
	size_t i = hash(target, network) & (daily->nslots - 1);
	const struct place *place;

	for (; daily->slots[i] != 0; i = (i + 1) & (daily->nslots - 1)) {
		place = &daily->places[daily->slots[i] - 1];
		if (strcmp(place->target, target) == 0 && strcmp(place->network, network) == 0)
			break;
	}
	return &daily->slots[i];
}

static void
grow_slots(struct daily *daily)
{
	size_t i;

	free(daily->slots);
	daily->nslots *= 2;
	daily->slots = xcalloc(daily->nslots, sizeof(*daily->slots));
	for (i = 0; i < daily->n; i++)
		*find(daily, daily->places[i].target, daily->places[i].network) = i + 1;
}

static struct place *
place_of(struct daily *daily, const char *target, const char *network)
{
	size_t *slot = find(daily, target, network);

	if (*slot != 0)
		return &daily->places[*slot - 1];
	if (daily->n == daily->room) {
		daily->room = daily->room > 0 ? daily->room * 2 : 64;
		daily->places =
		    xreallocarray(daily->places, daily->room, sizeof(*daily->places));
	}
	daily->places[daily->n] =
	    (struct place){.target = xstrdup(target), .network = xstrdup(network)};
	*slot = ++daily->n;
	if (daily->n > daily->nslots / 2)
		grow_slots(daily);
	return &daily->places[daily->n - 1];
}

/* Where the day is, or belongs. Records mostly come in the order of time. */
static size_t
find_day(const struct place *place, int32_t day)
{
	size_t low = 0, high = place->n, middle;

	if (place->n > 0 && place->cells[place->n - 1].day <= day)
		low = place->n - (place->cells[place->n - 1].day == day ? 1 : 0);
	while (low < high) {
		middle = low + (high - low) / 2;
		if (place->cells[middle].day < day)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct correlate_cell *
cell_of(struct place *place, int32_t day)
{
	size_t i = find_day(place, day);

	if (i < place->n && place->cells[i].day == day)
		return &place->cells[i];
	if (place->n == place->room) {
		place->room = place->room > 0 ? place->room * 2 : 8;
		place->cells = xreallocarray(place->cells, place->room, sizeof(*place->cells));
	}
	memmove(&place->cells[i + 1], &place->cells[i], (place->n - i) * sizeof(*place->cells));
	place->n++;
	place->cells[i] = (struct correlate_cell){day, 0, 0};
	return &place->cells[i];
}

void
daily_add(struct daily *daily, const char *target, const char *network, int32_t day,
    enum daily_says says)
{
	struct correlate_cell *cell;

	if (says == DAILY_NOTHING)
		return;
	cell = cell_of(place_of(daily, target, network != NULL ? network : ""), day);
	cell->measured++;
	cell->bad += says == DAILY_BAD ? 1 : 0;
}

/* ---- Series --------------------------------------------------------------------------------- */

static bool
is_line(const struct place *place)
{
	return place->target[0] == daily_line[0] && strcmp(place->target, daily_line) == 0;
}

static int
by_name(const void *a, const void *b)
{
	const struct place *x = *(const struct place *const *)a, *y = *(const struct place *const *)b;
	int order;

	if (is_line(x) != is_line(y))
		return is_line(x) ? 1 : -1;
	order = strcmp(x->target, y->target);
	return order != 0 ? order : strcmp(x->network, y->network);
}

static int
by_day(const void *a, const void *b)
{
	const struct correlate_cell *x = a, *y = b;

	return x->day < y->day ? -1 : x->day > y->day;
}

/* The cells of several places, added up by day. */
static struct correlate_cell *
merge(struct daily *daily, struct place *const *places, size_t n, size_t *ncells)
{
	struct correlate_cell *cells;
	size_t all = 0, i, k;

	for (i = 0; i < n; i++)
		all += places[i]->n;
	cells = xreallocarray(NULL, all, sizeof(*cells));
	for (all = i = 0; i < n; i++)
		for (k = 0; k < places[i]->n; k++)
			cells[all++] = places[i]->cells[k];
	qsort(cells, all, sizeof(*cells), by_day);
	for (*ncells = i = 0; i < all; i++) {
		if (*ncells == 0 || cells[*ncells - 1].day != cells[i].day) {
			cells[(*ncells)++] = cells[i];
			continue;
		}
		cells[*ncells - 1].measured += cells[i].measured;
		cells[*ncells - 1].bad += cells[i].bad;
	}
	daily->merged =
	    xreallocarray(daily->merged, daily->nmerged + 1, sizeof(*daily->merged));
	daily->merged[daily->nmerged++] = cells;
	return cells;
}

static void
add_series(struct daily *daily, struct place *const *places, size_t n, bool by_network)
{
	struct correlate_series *series = &daily->series[daily->nseries++];

	*series = (struct correlate_series){.target = places[0]->target,
	    .network = by_network ? places[0]->network : NULL, .apart = is_line(places[0]),
	    .cells = places[0]->cells, .ncells = places[0]->n};
	if (n > 1)
		series->cells = merge(daily, places, n, &series->ncells);
}

const struct correlate_series *
daily_series(struct daily *daily, bool by_network, size_t *n)
{
	struct place **places = xreallocarray(NULL, daily->n, sizeof(struct place *));
	size_t i, k;

	for (i = 0; i < daily->n; i++)
		places[i] = &daily->places[i];
	if (daily->n > 0)
		qsort(places, daily->n, sizeof(struct place *), by_name);
	free(daily->series);
	daily->series = xcalloc(daily->n, sizeof(*daily->series));
	daily->nseries = 0;
	for (i = 0; i < daily->n; i = k) {
		for (k = i + 1; !by_network && k < daily->n; k++)
			if (strcmp(places[k]->target, places[i]->target) != 0)
				break;
		add_series(daily, &places[i], k - i, by_network);
	}
	free(places);
	*n = daily->nseries;
	return daily->series;
}
