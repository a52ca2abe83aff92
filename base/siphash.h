/*
 * SipHash-2-4 (Aumasson and Bernstein, 2012): a hash for tables whose keys come from outside. With a key that nobody knows, nobody can make
 * things that collide.
 */
#ifndef BASE_SIPHASH_H
#define BASE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

struct siphash_key {
	uint64_t k[2];
};

/* A new one; where there are no random bytes, that is logged and ends the program. */
struct siphash_key siphash_random_key(void);
uint64_t siphash(const struct siphash_key *key, const void *data, size_t len);

#endif
