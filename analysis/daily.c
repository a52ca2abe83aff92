/* Outcomes become days. */
#include "analysis/daily.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/catalogue.h"
#include "analysis/names.h"
#include "base/buf.h"
#include "base/mem.h"

const char daily_line[] = N_("the line itself");

/* A target in a network. */
struct place {
	const char *target, *network; /* in the arena; "" unknown */
	struct correlate_cell *cells; /* by day */
	size_t n, room;
};

struct daily {
	struct arena *arena;
	struct names *names; /* of places; the number is its index */
	struct place *places;
	size_t n, room;
	struct correlate_series *series;
	size_t nseries;
	struct buf key;
};

struct daily *
daily_new(void)
{
	struct daily *daily = xcalloc(1, sizeof(*daily));

	daily->arena = arena_new();
	daily->names = names_new();
	return daily;
}

void
daily_free(struct daily *daily)
{
	size_t i;

	if (daily == NULL)
		return;
	for (i = 0; i < daily->n; i++)
		free(daily->places[i].cells);
	free(daily->places);
	free(daily->series);
	names_free(daily->names);
	arena_free(daily->arena);
	buf_free(&daily->key);
	free(daily);
}

static struct place *
place_of(struct daily *daily, const char *target, const char *network)
{
	uint32_t i;

	buf_clear(&daily->key);
	buf_printf(&daily->key, "%s\n%s", network, target);
	i = names_add(daily->names, buf_str(&daily->key));
	if (i < daily->n)
		return &daily->places[i];
	if (daily->n == daily->room) {
		daily->room = daily->room > 0 ? daily->room * 2 : 64;
		daily->places =
		    xreallocarray(daily->places, daily->room, sizeof(*daily->places));
	}
	daily->places[daily->n] = (struct place){
	    .target = arena_strdup(daily->arena, target), .network = arena_strdup(daily->arena, network)};
	return &daily->places[daily->n++];
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
	place->cells[i] = (struct correlate_cell){.day = day};
	return &place->cells[i];
}

void
daily_add(struct daily *daily, const char *target, const char *network, int32_t day, enum outcome_says says, bool artefact)
{
	if (says != SAYS_NOTHING)
		outcome_day_add(
		    &cell_of(place_of(daily, target, network != NULL ? network : ""), day)->of, says, artefact);
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
	cells = arena_alloc(daily->arena, all * sizeof(*cells));
	for (all = i = 0; i < n; i++)
		for (k = 0; k < places[i]->n; k++)
			cells[all++] = places[i]->cells[k];
	qsort(cells, all, sizeof(*cells), by_day);
	for (*ncells = i = 0; i < all; i++) {
		if (*ncells == 0 || cells[*ncells - 1].day != cells[i].day) {
			cells[(*ncells)++] = cells[i];
			continue;
		}
		outcome_day_join(&cells[*ncells - 1].of, &cells[i].of);
	}
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
