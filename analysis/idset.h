/*
 * What was seen already: a set of things by their hash of 64 bits, so 11 to 21 bytes each; in memory up to three million of them, more
 * in a temporary file (scratch.h). Among five million things the chance that any two are taken for one is below one in a
 * million, among a hundred million below one in three thousand.
 */
#ifndef ANALYSIS_IDSET_H
#define ANALYSIS_IDSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct idset;
struct siphash_key;

/* What a thing is known by; 0 is none. */
struct idset_id {
	uint64_t hash;
};

/* So many bytes in memory at most; 0: 32 MB. */
struct idset *idset_new(size_t memory_most);
/* One with that key, where ids are to be the same in another run. */
struct idset *idset_new_keyed(const struct siphash_key *key);
void idset_free(struct idset *set);
/* The id of the thing that these bytes name. Safe in threads. */
struct idset_id idset_id(const struct idset *set, const void *data, size_t len);
/* False when it was there. */
bool idset_add(struct idset *set, struct idset_id id);
bool idset_has(struct idset *set, struct idset_id id);

#endif
