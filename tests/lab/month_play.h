/*
 * Has netvane run live through a chronicle. Whatever is to happen is an edge: at its time the program that skips time (clock_skip.c)
 * stops until it has been done. While the probe is dead or asleep, the lab skips the time itself.
 */
#ifndef LAB_MONTH_PLAY_H
#define LAB_MONTH_PLAY_H

#include <stdint.h>

#include "tests/lab/month_judge.h"

struct arena;
struct premises;

struct month_plan {
	struct arena *arena;
	struct chronicle *chronicle; /* its rules are switched on and off */
	const struct premises *at; /* entered */
	const char *dir; /* to work in: exists; the records will be in state/results below it */
	int longest_s; /* of real time */
};

struct month_played {
	struct episode_truth *truths; /* when each episode of the chronicle took place; in the arena */
	int64_t began_us; /* wall clock */
	double took_s; /* of real time */
};

/* Returns 0, or -1, logged, when it could not be played to its end. */
int month_play(const struct month_plan *plan, struct month_played *played);

#endif
