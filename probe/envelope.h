/* New records with what this probe knows of itself: OONI's top-level keys. */
#ifndef PROBE_ENVELOPE_H
#define PROBE_ENVELOPE_H

#include <stddef.h>

struct measurement;
struct occurrence;
struct probe;
struct resolver;

/* The round's own record, begun now; its id is the round's. */
struct measurement *envelope_round(
    const struct probe *probe, const struct resolver *resolvers, size_t nresolvers);
/* A record of that round about `input` (copied). */
struct measurement *envelope_new(const struct probe *probe, const struct measurement *round,
    const char *test_name, const char *input);
/*
 * A record of what happened. Borrows what the occurrence points to, with which the record is gone, too; says it in words, where
 * nobody has yet.
 */
struct measurement *envelope_event(const struct probe *probe, const struct occurrence *o);

#endif
