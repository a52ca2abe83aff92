/*
 * A hash set with open addressing. The hash is SHA-256's first half: nobody can write a file whose
 * names collide, by chance or to make us slow, so the names themselves need not be kept.
 */
#include "analysis/idset.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/sha.h>

#include "base/mem.h"

struct id {
	uint64_t half[2]; /* both 0: a free slot */
};

struct idset {
	struct id *slots;
	size_t n, size; /* size is a power of two */
};

struct idset *
idset_new(void)
{
	struct idset *set = xcalloc(1, sizeof(*set));

	set->size = 1024;
	set->slots = xcalloc(set->size, sizeof(*set->slots));
	return set;
}

void
idset_free(struct idset *set)
{
	if (set == NULL)
		return;
	free(set->slots);
	free(set);
}

/* The id's slot, or the free one where it belongs. */
static struct id *
find(const struct idset *set, const struct id *id)
{
	size_t i = (size_t)id->half[0] & (set->size - 1);

	while ((set->slots[i].half[0] | set->slots[i].half[1]) != 0 &&
	    memcmp(&set->slots[i], id, sizeof(*id)) != 0)
		i = (i + 1) & (set->size - 1);
	return &set->slots[i];
}

static void
grow(struct idset *set)
{
	struct idset old = *set;
	size_t i;

	set->size *= 2;
	set->slots = xcalloc(set->size, sizeof(*set->slots));
	for (i = 0; i < old.size; i++)
		if ((old.slots[i].half[0] | old.slots[i].half[1]) != 0)
			*find(set, &old.slots[i]) = old.slots[i];
	free(old.slots);
}

static struct id
id_of(const void *data, size_t len)
{
	uint8_t digest[SHA256_DIGEST_LENGTH];
	struct id id;

	SHA256(data, len, digest);
	memcpy(&id, digest, sizeof(id));
	return id;
}

bool
idset_add(struct idset *set, const void *data, size_t len)
{
	struct id id = id_of(data, len), *slot = find(set, &id);

	if ((slot->half[0] | slot->half[1]) != 0)
		return false;
	*slot = id;
	if (++set->n > set->size / 4 * 3)
		grow(set);
	return true;
}

bool
idset_has(const struct idset *set, const void *data, size_t len)
{
	struct id id = id_of(data, len), *slot = find(set, &id);

	return (slot->half[0] | slot->half[1]) != 0;
}
