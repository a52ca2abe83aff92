/*
 * What this line does to everybody's look-ups, tried once a round: is a name that nobody has answered all the same, is a
 * question answered that was sent where no resolver runs? And what do the landmarks do with nobody's name: the landmarks learn it.
 * The tests go to the round's own record.
 */
#ifndef PROBE_SURROUNDINGS_H
#define PROBE_SURROUNDINGS_H

#include <stdbool.h>
#include <stddef.h>

struct landmarks;
struct measurement;
struct probe;
struct resolver;
struct surroundings;

/* All borrowed until freed. done comes from the loop; then surroundings_free. NULL: there is nothing to ask. */
struct surroundings *surroundings_start(struct probe *probe, struct measurement *round,
    const struct resolver *resolvers, size_t nresolvers, struct landmarks *landmarks,
    void (*done)(void *arg), void *arg);
/* Ends it soon; done follows. */
void surroundings_stop(struct surroundings *surroundings);
void surroundings_free(struct surroundings *surroundings);

#endif
