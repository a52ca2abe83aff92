/*
 * Something that is to be recorded as a netvane_event, as those find it who only think (probe/anomaly.h, probe/gaps.h). envelope_event
 * (probe/envelope.h) makes a record of it.
 */
#ifndef PROBE_OCCURRENCE_H
#define PROBE_OCCURRENCE_H

#include <stdint.h>

struct arena;
struct event_info;

struct occurrence {
	const char *id; /* of the record to be: 32 hex digits, the same whenever the same thing is found again */
	const char *round; /* in which it was found; NULL none */
	int64_t time_us, mono_ns; /* when it was found */
	struct event_info *info; /* what, in words, and day, a coinciding one, are left to whoever records it */
	struct arena *arena; /* info is in it; both are gone after the call */
};
typedef void occurrence_tell(const struct occurrence *o, void *arg);

#endif
