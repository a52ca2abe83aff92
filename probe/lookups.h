/* The look-ups of one host name: A and AAAA from every resolver, with retries. */
#ifndef PROBE_LOOKUPS_H
#define PROBE_LOOKUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <event2/event_struct.h>

#include "probe/retry.h"

struct lookup_job;
struct measurement;
struct query;
struct resolver;

/* Embed it; begins zeroed. */
struct lookups {
	struct probe *probe;
	struct measurement *m;
	struct resolver *resolvers;
	size_t nresolvers;
	const char *hostname, *tag;
	struct lookup_job *jobs;
	size_t njobs;
	size_t running; /* jobs whose check is not over */
	size_t awaited; /* those of them that have no answer yet */
	bool stopped;
	bool is_ready, is_done;
	struct retry retry;
	struct event settled; /* nothing is awaited any more: see what is next, from the loop */
	void (*ready)(void *arg);
	void (*done)(void *arg);
	void *arg;
};

/*
 * Asks everything, then again what failed and could be told better, `attempts` times at most. Calls ready once, from
 * the loop, when every source has answered or failed for good; then done, when no further answer is listened
 * for any more and all is in m->queries. `only_system`: just the resolver that this machine would use
 * (for redirects). hostname, tag and resolvers are borrowed until done. Resolvers marked skip are left out.
 */
void lookups_start(struct lookups *lookups, struct probe *probe, struct measurement *m,
    struct resolver *resolvers, size_t nresolvers, const char *hostname, const char *tag,
    int attempts, bool only_system, void (*ready)(void *arg), void (*done)(void *arg), void *arg);
/* From ready on, i below njobs: the last query of one source and type; NULL when it was not asked. */
const struct query *lookups_query(const struct lookups *lookups, size_t i);
/* Ends what runs with this failure; done follows, unless it has come. */
void lookups_end(struct lookups *lookups, const char *failure);
/* After done, or never started. */
void lookups_clear(struct lookups *lookups);

#endif
