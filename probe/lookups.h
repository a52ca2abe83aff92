/* The look-ups of one host name: A and AAAA from every resolver, with retries. */
#ifndef PROBE_LOOKUPS_H
#define PROBE_LOOKUPS_H

#include <stdbool.h>
#include <stddef.h>

#include "probe/retry.h"

struct lookup_job;
struct measurement;
struct resolver;

/* Embed it; begins zeroed. */
struct lookups {
	struct probe *probe;
	struct measurement *m;
	struct resolver *resolvers;
	size_t nresolvers;
	const char *hostname, *tag;
	struct lookup_job *jobs;
	size_t njobs, running;
	bool stopped;
	struct retry retry;
	void (*done)(void *arg);
	void *arg;
};

/*
 * Asks everything, then again what failed and could be told better, `attempts` times at most;
 * calls done from the loop. The answers are in m->queries. `only_system`: just the resolver that this machine would use (for
 * redirects). hostname, tag and resolvers are borrowed until done. Resolvers marked skip are left out.
 */
void lookups_start(struct lookups *lookups, struct probe *probe, struct measurement *m,
    struct resolver *resolvers, size_t nresolvers, const char *hostname, const char *tag,
    int attempts, bool only_system, void (*done)(void *arg), void *arg);
/* Ends what runs with this failure; done follows. */
void lookups_end(struct lookups *lookups, const char *failure);
/* After done, or never started. */
void lookups_clear(struct lookups *lookups);

#endif
