/* One page from one address. */
#ifndef PROBE_FETCH_H
#define PROBE_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/visit.h"

struct measurement;

/* Embed it; begins zeroed, its first fields set by the caller, all borrowed. */
struct fetch {
	const char *url, *ip, *tag;
	struct measurement *m;
	/* its own */
	struct visit visit; /* visit.failure: how it ended */
	size_t request; /* index in m->requests of the last attempt */
	bool requested; /* there was an attempt */
	void (*done)(void *arg);
	void *arg;
};

/* Calls done from the loop. See visit_start. */
void fetch_start(struct fetch *fetch, struct probe *probe, int attempts, int64_t *waited_ns,
    void (*done)(void *arg), void *arg);

#endif
