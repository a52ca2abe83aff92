/*
 * A hash set with open addressing: in memory, and what is too large for that in a file, of which a page at a time is read. The hash is SipHash-2-4 (Aumasson and Bernstein, 2012) and a key of this run
 * alone: nobody can write a file whose names collide, by chance or to make us slow, so the names themselves need not be kept.
 */
#include "analysis/idset.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/scratch.h"
#include "base/mem.h"
#include "base/siphash.h"

enum { PAGE_SLOTS = 512 };

/* Four millions of slots. */
static const size_t memory_usual = (size_t)32 * 1024 * 1024;

struct idset {
	struct siphash_key key;
	struct idset_id *slots; /* NULL: they are in the file */
	size_t n, size; /* size is a power of two, a page at least */
	size_t memory_most;
	struct scratch *file;
	struct idset_id page[PAGE_SLOTS]; /* of the file */
	size_t at; /* which one; SIZE_MAX none */
};

struct idset *
idset_new(size_t memory_most)
{
	struct idset *set = xcalloc(1, sizeof(*set));

	set->key = siphash_random_key();
	set->memory_most = memory_most > 0 ? memory_most : memory_usual;
	set->size = 2 * (size_t)PAGE_SLOTS;
	set->slots = xcalloc(set->size, sizeof(*set->slots));
	return set;
}

struct idset *
idset_new_keyed(const struct siphash_key *key)
{
	struct idset *set = idset_new(0);

	set->key = *key;
	return set;
}

void
idset_free(struct idset *set)
{
	if (set == NULL)
		return;
	free(set->slots);
	scratch_free(set->file);
	free(set);
}

struct idset_id
idset_id(const struct idset *set, const void *data, size_t len)
{
	struct idset_id id = {siphash(&set->key, data, len)};

	/* Zero is a free slot. */
	if (id.hash == 0)
		id.hash = 1;
	return id;
}

/* --- the set --------------------------------------------------------------------------------- */

static struct idset_id *
slot(struct idset *set, size_t i)
{
	if (set->slots != NULL)
		return &set->slots[i];
	if (set->at != i / PAGE_SLOTS) {
		set->at = i / PAGE_SLOTS;
		scratch_read(set->file, (int64_t)(set->at * sizeof(set->page)), set->page, sizeof(set->page));
	}
	return &set->page[i % PAGE_SLOTS];
}

static void
put(struct idset *set, size_t i, struct idset_id id)
{
	*slot(set, i) = id;
	if (set->slots == NULL)
		scratch_write(set->file, (int64_t)(i * sizeof(id)), &id, sizeof(id));
}

/* The id's slot, or the free one where it belongs. In the order of the ids, so that a larger set is filled from one end to the other. */
static size_t
find(struct idset *set, struct idset_id id)
{
	size_t i = (size_t)(id.hash >> (64 - (unsigned)__builtin_ctzll(set->size)));

	while (slot(set, i)->hash != 0 && slot(set, i)->hash != id.hash)
		i = (i + 1) & (set->size - 1);
	return i;
}

static void
grow(struct idset *set)
{
	struct idset old = *set;
	size_t i;

	set->size *= 2;
	set->slots = NULL;
	set->file = NULL;
	set->at = SIZE_MAX;
	if (set->size * sizeof(*set->slots) <= set->memory_most)
		set->slots = xcalloc(set->size, sizeof(*set->slots));
	else
		set->file = scratch_new();
	for (i = 0; i < old.size; i++)
		if (slot(&old, i)->hash != 0)
			put(set, find(set, *slot(&old, i)), *slot(&old, i));
	free(old.slots);
	scratch_free(old.file);
}

bool
idset_add(struct idset *set, struct idset_id id)
{
	size_t i = find(set, id);

	if (slot(set, i)->hash != 0)
		return false;
	put(set, i, id);
	if (++set->n > set->size / 4 * 3)
		grow(set);
	return true;
}

bool
idset_has(struct idset *set, struct idset_id id)
{
	return slot(set, find(set, id))->hash != 0;
}
