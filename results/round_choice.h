/* Which rounds of a day keep their measurements when it is thinned. Pure. */
#ifndef RESULTS_ROUND_CHOICE_H
#define RESULTS_ROUND_CHOICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "results/record_look.h"

/* Begins as {0}. */
struct round_choice {
	struct round_seen *rounds; /* in the order in which they were first seen */
	size_t n, room;
};

void round_choice_clear(struct round_choice *choice);
/* First all lines of the day are seen, */
void round_choice_see(struct round_choice *choice, const struct record_look *look);
/*
 * then each is asked for. It stays if it is not a target's, if it is odd, or if its round stays: the first one of the day, and every
 * so many after it; and every round that has an odd line.
 */
bool round_choice_keeps(
    const struct round_choice *choice, const struct record_look *look, int64_t keep_one_of);

#endif
