/* Random numbers that a seed makes again. */
#include "analysis/stats_random.h"

#include <assert.h>

uint64_t
stats_splitmix(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

void
stats_random_seed(struct stats_random *random, uint64_t seed)
{
	int i;

	for (i = 0; i < 4; i++)
		random->s[i] = stats_splitmix(&seed);
}

static uint64_t
rotate(uint64_t x, int by)
{
	return (x << by) | (x >> (64 - by));
}

uint64_t
stats_random_next(struct stats_random *random)
{
	uint64_t *s = random->s, result = rotate(s[1] * 5, 7) * 9, t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate(s[3], 45);
	return result;
}

/* Numbers below 2^64 mod n are thrown away, so that those left are a whole multiple of n. */
uint64_t
stats_random_below(struct stats_random *random, uint64_t n)
{
	uint64_t least, x;

	assert(n > 0);
	least = (0 - n) % n;
	do
		x = stats_random_next(random);
	while (x < least);
	return x % n;
}

/* FNV-1a over the name. */
uint64_t
stats_random_named(uint64_t seed, const char *name)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (; *name != '\0'; name++)
		hash = (hash ^ (uint8_t)*name) * UINT64_C(0x100000001b3);
	hash ^= seed;
	return stats_splitmix(&hash);
}
