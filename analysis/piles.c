/* Piles, and what of them stands in the file. */
#include "analysis/piles.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/scratch.h"
#include "base/mem.h"

enum {
	/* Lower ones stay in memory. */
	RUN_LEAST = 16,
	ROOM_LEAST = 8,
};

/* Things of one pile that stand together in the file. */
struct run {
	int64_t offset;
	size_t n;
};

struct pile {
	char *things; /* in memory, behind those of the runs */
	size_t n, room;
	struct run *runs;
	size_t nruns;
};

struct piles {
	size_t size, most;
	size_t n; /* in memory, of all */
	struct pile *items;
	size_t nitems, room;
	struct scratch *file;
	char *taken;
};

struct piles *
piles_new(size_t size, size_t most)
{
	struct piles *piles = xcalloc(1, sizeof(*piles));

	piles->size = size;
	piles->most = most;
	piles->file = scratch_new();
	return piles;
}

void
piles_free(struct piles *piles)
{
	size_t i;

	if (piles == NULL)
		return;
	for (i = 0; i < piles->nitems; i++) {
		free(piles->items[i].things);
		free(piles->items[i].runs);
	}
	free(piles->items);
	free(piles->taken);
	scratch_free(piles->file);
	free(piles);
}

static struct pile *
pile_of(struct piles *piles, uint32_t i)
{
	while (i >= piles->nitems) {
		if (piles->nitems == piles->room) {
			piles->room = piles->room > 0 ? piles->room * 2 : ROOM_LEAST;
			piles->items = xreallocarray(piles->items, piles->room, sizeof(*piles->items));
		}
		piles->items[piles->nitems++] = (struct pile){0};
	}
	return &piles->items[i];
}

static void
write_run(struct piles *piles, struct pile *pile)
{
	pile->runs = xreallocarray(pile->runs, pile->nruns + 1, sizeof(*pile->runs));
	pile->runs[pile->nruns++] =
	    (struct run){scratch_append(piles->file, pile->things, pile->n * piles->size), pile->n};
	free(pile->things);
	pile->things = NULL;
	piles->n -= pile->n;
	pile->n = pile->room = 0;
}

static void
make_room(struct piles *piles)
{
	size_t i;

	for (i = 0; i < piles->nitems; i++)
		if (piles->items[i].n >= RUN_LEAST)
			write_run(piles, &piles->items[i]);
	/* Nothing but low piles: to go through all of them at each addition would help nobody. */
	if (piles->n > piles->most / 2)
		piles->most *= 2;
}

void
piles_add(struct piles *piles, uint32_t i, const void *thing)
{
	struct pile *pile;

	if (piles->n >= piles->most)
		make_room(piles);
	pile = pile_of(piles, i);
	if (pile->n == pile->room) {
		pile->room = pile->room > 0 ? pile->room + pile->room / 2 : ROOM_LEAST;
		pile->things = xreallocarray(pile->things, pile->room, piles->size);
	}
	memcpy(pile->things + pile->n++ * piles->size, thing, piles->size);
	piles->n++;
}

size_t
piles_take(struct piles *piles, uint32_t i, void **things)
{
	const struct pile *pile = pile_of(piles, i);
	const struct run *run;
	size_t n = pile->n;
	char *to;

	for (run = pile->runs; run < pile->runs + pile->nruns; run++)
		n += run->n;
	free(piles->taken);
	*things = to = piles->taken = xreallocarray(NULL, n, piles->size);
	for (run = pile->runs; run < pile->runs + pile->nruns; to += run++->n * piles->size)
		scratch_read(piles->file, run->offset, to, run->n * piles->size);
	if (pile->n > 0)
		memcpy(to, pile->things, pile->n * piles->size);
	return n;
}
