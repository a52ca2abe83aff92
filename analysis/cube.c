/* Counts per hour, target, network, status and mechanism. */
#include "analysis/cube.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/names.h"
#include "analysis/outcome.h"
#include "base/buf.h"
#include "base/mem.h"

static const int64_t hour_us = INT64_C(3600) * 1000000, last_us = INT64_C(253402300800) * 1000000;

/* Cells as they come; sorted, and those of one key added up, when they are looked at or the room is short. */
struct shelf {
	uint32_t target, network;
	struct cube_cell *cells;
	size_t n, room;
	bool sorted;
};

/* Shelves by a name. */
struct shelves {
	struct names *names;
	struct shelf *items;
	size_t n, room;
};

struct cube {
	struct names *targets, *networks;
	struct cube_network *places; /* of each network */
	size_t nplaces, places_room;
	struct shelves series, rounds;
	struct buf key;
};

struct cube *
cube_new(void)
{
	struct cube *cube = xcalloc(1, sizeof(*cube));

	cube->targets = names_new();
	cube->networks = names_new();
	cube->series.names = names_new();
	cube->rounds.names = names_new();
	return cube;
}

static void
shelves_clear(struct shelves *shelves)
{
	size_t i;

	for (i = 0; i < shelves->n; i++)
		free(shelves->items[i].cells);
	free(shelves->items);
	names_free(shelves->names);
}

void
cube_free(struct cube *cube)
{
	if (cube == NULL)
		return;
	names_free(cube->targets);
	names_free(cube->networks);
	shelves_clear(&cube->series);
	shelves_clear(&cube->rounds);
	free(cube->places);
	buf_free(&cube->key);
	free(cube);
}

/* ---- Shelves --------------------------------------------------------------------------------- */

static int
compare_cells(const void *a, const void *b)
{
	const struct cube_cell *x = a, *y = b;

	if (x->hour != y->hour)
		return x->hour < y->hour ? -1 : 1;
	if (x->status != y->status)
		return x->status < y->status ? -1 : 1;
	return (x->mechanism > y->mechanism) - (x->mechanism < y->mechanism);
}

static void
shelf_sort(struct shelf *shelf)
{
	size_t i, n = 0;

	if (shelf->sorted)
		return;
	qsort(shelf->cells, shelf->n, sizeof(*shelf->cells), compare_cells);
	for (i = 1; i < shelf->n; i++)
		if (compare_cells(&shelf->cells[n], &shelf->cells[i]) == 0) {
			shelf->cells[n].n += shelf->cells[i].n;
			shelf->cells[n].weight += shelf->cells[i].weight;
		} else
			shelf->cells[++n] = shelf->cells[i];
	shelf->n = n + 1;
	shelf->sorted = true;
}

/* Room for one more. Sorting first often makes some; only where it makes little does the shelf grow. */
static void
shelf_make_room(struct shelf *shelf)
{
	if (shelf->n < shelf->room)
		return;
	shelf_sort(shelf);
	if (shelf->n < shelf->room - shelf->room / 4)
		return;
	shelf->room = shelf->room > 0 ? shelf->room + shelf->room / 2 : 8;
	shelf->cells = xreallocarray(shelf->cells, shelf->room, sizeof(*shelf->cells));
}

static void
shelf_count(struct shelf *shelf, const struct cube_cell *cell)
{
	struct cube_cell *last = shelf->n > 0 ? &shelf->cells[shelf->n - 1] : NULL;
	int order = last != NULL ? compare_cells(last, cell) : -1;

	if (order == 0) {
		last->n++;
		last->weight += cell->weight;
		return;
	}
	shelf_make_room(shelf);
	shelf->cells[shelf->n++] = *cell;
	shelf->sorted = shelf->n == 1 || (shelf->sorted && order < 0);
}

static struct shelf *
shelf_of(struct shelves *shelves, const char *key, uint32_t target, uint32_t network)
{
	uint32_t i = names_add(shelves->names, key);

	if (i < shelves->n)
		return &shelves->items[i];
	if (shelves->n == shelves->room) {
		shelves->room = shelves->room > 0 ? shelves->room * 2 : 16;
		shelves->items =
		    xreallocarray(shelves->items, shelves->room, sizeof(*shelves->items));
	}
	shelves->items[shelves->n] =
	    (struct shelf){.target = target, .network = network, .sorted = true};
	return &shelves->items[shelves->n++];
}

static struct cube_series
shelf_view(struct shelf *shelf)
{
	shelf_sort(shelf);
	return (struct cube_series){shelf->target, shelf->network, shelf->cells, shelf->n};
}

/* ---- Adding ---------------------------------------------------------------------------------- */

static uint32_t
network_of(struct cube *cube, const struct outcome *o)
{
	uint32_t i;

	buf_clear(&cube->key);
	buf_printf(&cube->key, "%u %s", o->asn, o->cc);
	i = names_add(cube->networks, buf_str(&cube->key));
	if (i < cube->nplaces)
		return i;
	if (cube->nplaces == cube->places_room) {
		cube->places_room = cube->places_room > 0 ? cube->places_room * 2 : 8;
		cube->places =
		    xreallocarray(cube->places, cube->places_room, sizeof(*cube->places));
	}
	cube->places[i].asn = o->asn;
	memcpy(cube->places[i].cc, o->cc, sizeof(o->cc));
	cube->nplaces++;
	return i;
}

static const char *
series_key(struct cube *cube, uint32_t target, uint32_t network)
{
	buf_clear(&cube->key);
	buf_printf(&cube->key, "%u %u", target, network);
	return buf_str(&cube->key);
}

void
cube_add(struct cube *cube, const struct outcome *o)
{
	struct cube_cell cell = {.n = 1};
	uint32_t network, target;

	if (o->time_us <= 0 || o->time_us >= last_us)
		return;
	cell.hour = cube_hour(o->time_us);
	network = network_of(cube, o);
	if (o->kind == OUTCOME_ROUND) {
		cell.status = (uint8_t)o->network;
		shelf_count(shelf_of(&cube->rounds, series_key(cube, 0, network), 0, network), &cell);
		return;
	}
	cell.status = (uint8_t)o->status;
	cell.mechanism = (uint8_t)o->mechanism;
	cell.weight = (float)o->confidence;
	target = names_add(cube->targets, o->target);
	shelf_count(
	    shelf_of(&cube->series, series_key(cube, target, network), target, network), &cell);
}

/* ---- Looking --------------------------------------------------------------------------------- */

size_t
cube_targets(const struct cube *cube)
{
	return names_count(cube->targets);
}

const char *
cube_target(const struct cube *cube, size_t target)
{
	return names_text(cube->targets, (uint32_t)target);
}

size_t
cube_networks(const struct cube *cube)
{
	return cube->nplaces;
}

const struct cube_network *
cube_network(const struct cube *cube, size_t network)
{
	return &cube->places[network];
}

size_t
cube_nseries(const struct cube *cube)
{
	return cube->series.n;
}

struct cube_series
cube_series(struct cube *cube, size_t i)
{
	return shelf_view(&cube->series.items[i]);
}

bool
cube_find(struct cube *cube, uint32_t target, uint32_t network, struct cube_series *out)
{
	int64_t i = names_find(cube->series.names, series_key(cube, target, network));

	if (i == -1)
		return false;
	*out = cube_series(cube, (size_t)i);
	return true;
}

struct cube_series
cube_rounds(struct cube *cube, uint32_t network)
{
	int64_t i = names_find(cube->rounds.names, series_key(cube, 0, network));

	if (i == -1)
		return (struct cube_series){.network = network};
	return shelf_view(&cube->rounds.items[i]);
}

int32_t
cube_hour(int64_t us)
{
	return (int32_t)(us / hour_us - (us % hour_us < 0));
}

/* The first cell of that hour or later. */
static size_t
first_from(const struct cube_series *series, int32_t hour)
{
	size_t low = 0, high = series->ncells, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (series->cells[middle].hour < hour)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool
cube_sum(const struct cube_series *series, int32_t from, int32_t until, struct cube_sum *out)
{
	const struct cube_cell *cell;
	enum outcome_says says;
	size_t i;

	memset(out, 0, sizeof(*out));
	for (i = first_from(series, from); i < series->ncells; i++) {
		cell = &series->cells[i];
		if (cell->hour >= until)
			break;
		says = outcome_says(
		    (enum verdict_status)cell->status, (enum mechanism)cell->mechanism);
		out->n += cell->n;
		out->counts[cell->status] += cell->n;
		out->weights[cell->status] += (double)cell->weight;
		out->well += says == SAYS_WELL ? cell->n : 0;
		out->bad += says == SAYS_BAD ? cell->n : 0;
	}
	return out->n > 0;
}

enum cube_presence
cube_presence(struct cube *cube, uint32_t target, uint32_t network, int32_t from, int32_t until)
{
	struct cube_series series, rounds;
	size_t i, first;

	if (cube_find(cube, target, network, &series)) {
		first = first_from(&series, from);
		if (first < series.ncells && series.cells[first].hour < until)
			return CUBE_MEASURED;
	}
	rounds = cube_rounds(cube, network);
	first = first_from(&rounds, from);
	for (i = first; i < rounds.ncells && rounds.cells[i].hour < until; i++)
		if (rounds.cells[i].status == NETWORK_ONLINE ||
		    rounds.cells[i].status == NETWORK_DEGRADED)
			return CUBE_NOT_ITS_TURN;
	return i > first ? CUBE_LINE_DEAD : CUBE_NOBODY_LOOKED;
}
