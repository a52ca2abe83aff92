/* What one record says to whoever watches targets for anomalies (probe/anomaly.h): the verdict, when, and in which network. Pure. */
#ifndef PROBE_SIGHTING_H
#define PROBE_SIGHTING_H

#include <stdbool.h>
#include <stdint.h>

#include "results/event.h"
#include "results/measurement.h"

/* Strings are borrowed. */
struct sighting {
	const char *network; /* the probe's AS, as baselines have it (probe/lesson.h) */
	const char *url;
	const char *group; /* the list it came from; NULL none */
	const char *record, *round; /* ids */
	int64_t start_us, end_us; /* wall clock */
	int64_t mono_ns; /* clock_mono_ns at the start */
	enum network_state state; /* of the round, as far as it was known then */
	struct event_view verdict;
	/* SHA-256, hex, of the leaf's public key and of its issuer's name; NULL where none was valid, or not all were one. */
	const char *key, *issuer;
	const char *authority; /* the organisation that the leaf's issuer belongs to; NULL unknown */
	const struct baseline *usual; /* what was known before; NULL nothing */
};

/*
 * Returns false for a record that is no judged target's of our own: a control's, a round's, an event's, somebody else's.
 * Strings are m's or in its arena.
 */
bool sighting_of(const struct measurement *m, struct sighting *out);

#endif
