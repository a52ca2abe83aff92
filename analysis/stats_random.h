/*
 * Random numbers that a seed makes again on any machine: xoshiro256** 1.0, its state filled by
 * SplitMix64 (Blackman and Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 47,
 * 2021; prng.di.unimi.it). For statistics, not for secrets.
 */
#ifndef ANALYSIS_STATS_RANDOM_H
#define ANALYSIS_STATS_RANDOM_H

#include <stdint.h>

struct stats_random {
	uint64_t s[4];
};

void stats_random_seed(struct stats_random *random, uint64_t seed);
/* 64 random bits. */
uint64_t stats_random_next(struct stats_random *random);
/* From 0 to n - 1, each as likely as any other; n is not 0. */
uint64_t stats_random_below(struct stats_random *random, uint64_t n);
/* A seed for one of many uses of `seed`: it depends on the name alone, not on the other uses. */
uint64_t stats_random_named(uint64_t seed, const char *name);
/* One step of SplitMix64. */
uint64_t stats_splitmix(uint64_t *state);

#endif
