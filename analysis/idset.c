/*
 * A hash set with open addressing. The hash is SipHash-2-4 (Aumasson and Bernstein, 2012) and a key of this run
 * alone: nobody can write a file whose names collide, by chance or to make us slow, so the names themselves need not be kept.
 */
#include "analysis/idset.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/log.h"
#include "base/mem.h"

struct idset {
	uint64_t key[2];
	struct idset_id *slots;
	size_t n, size; /* size is a power of two */
};

struct idset *
idset_new(void)
{
	struct idset *set = xcalloc(1, sizeof(*set));

	if (getrandom(set->key, sizeof(set->key), 0) != (ssize_t)sizeof(set->key))
		log_fatal("no random bytes");
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

/* --- SipHash --------------------------------------------------------------------------------- */

static uint64_t
rotate(uint64_t x, unsigned bits)
{
	return x << bits | x >> (64 - bits);
}

static void
sip_rounds(uint64_t v[4], int n)
{
	while (n-- > 0) {
		v[0] += v[1];
		v[2] += v[3];
		v[1] = rotate(v[1], 13) ^ v[0];
		v[3] = rotate(v[3], 16) ^ v[2];
		v[0] = rotate(v[0], 32);
		v[2] += v[1];
		v[0] += v[3];
		v[1] = rotate(v[1], 17) ^ v[2];
		v[3] = rotate(v[3], 21) ^ v[0];
		v[2] = rotate(v[2], 32);
	}
}

static void
sip_word(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	sip_rounds(v, 2);
	v[0] ^= word;
}

struct idset_id
idset_id(const struct idset *set, const void *data, size_t len)
{
	uint64_t v[4] = {set->key[0] ^ 0x736f6d6570736575, set->key[1] ^ 0x646f72616e646f6d,
	    set->key[0] ^ 0x6c7967656e657261, set->key[1] ^ 0x7465646279746573};
	const uint8_t *p = data;
	struct idset_id id;
	uint64_t word, left = len;

	for (; left >= sizeof(word); p += sizeof(word), left -= sizeof(word)) {
		memcpy(&word, p, sizeof(word));
		sip_word(v, word);
	}
	word = 0;
	memcpy(&word, p, left);
	sip_word(v, word | (uint64_t)len << 56);
	v[2] ^= 0xff;
	sip_rounds(v, 4);
	id.hash = v[0] ^ v[1] ^ v[2] ^ v[3];
	/* Zero is a free slot. */
	if (id.hash == 0)
		id.hash = 1;
	return id;
}

/* --- the set --------------------------------------------------------------------------------- */

static bool
is_free(const struct idset_id *slot)
{
	return slot->hash == 0;
}

/* The id's slot, or the free one where it belongs. */
static struct idset_id *
find(const struct idset *set, const struct idset_id *id)
{
	size_t i = (size_t)id->hash & (set->size - 1);

	while (!is_free(&set->slots[i]) && set->slots[i].hash != id->hash)
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
		if (!is_free(&old.slots[i]))
			*find(set, &old.slots[i]) = old.slots[i];
	free(old.slots);
}

bool
idset_add(struct idset *set, struct idset_id id)
{
	struct idset_id *slot = find(set, &id);

	if (!is_free(slot))
		return false;
	*slot = id;
	if (++set->n > set->size / 4 * 3)
		grow(set);
	return true;
}

bool
idset_has(const struct idset *set, struct idset_id id)
{
	return !is_free(find(set, &id));
}
