/*
 * Visits to one address: waiting for its turn (one connection at a time per address, over all
 * targets), one attempt, and the retries. What an attempt does is its owner's: endpoint.c connects, fetch.c gets a page.
 */
#ifndef PROBE_VISIT_H
#define PROBE_VISIT_H

#include <stdbool.h>
#include <stdint.h>

#include "probe/limiter.h"
#include "probe/retry.h"

struct check;

/* Embed it; begins zeroed. */
struct visit {
	struct probe *probe;
	const char *ip;
	int64_t *waited_ns;
	struct limiter_slot slot;
	int64_t queued_ns; /* since when it waits for its turn; 0: it does not */
	struct check *check; /* the one that runs; set by the owner, so that visit_end finds it */
	struct retry retry; /* retry.attempt: the attempt under way */
	bool started, stopped, ended;
	const char *failure; /* of the last attempt; NULL: it succeeded */
	void (*begin)(void *arg);
	void (*done)(void *arg);
	void *arg;
};

/*
 * Calls begin for each attempt, whose turn it then is; the owner answers with visit_attempted. Calls done from the
 * loop, once. ip is borrowed; the time spent waiting for turns is added to *waited_ns.
 */
void visit_start(struct visit *visit, struct probe *probe, const char *ip, int attempts,
    int64_t *waited_ns, void (*begin)(void *arg), void (*done)(void *arg), void *arg);
/* The attempt is over. */
void visit_attempted(struct visit *visit, const char *failure);
/* Ends it with this failure; done follows unless it has come. Fine when never started. */
void visit_end(struct visit *visit, const char *failure);
/* Whether it waits for other connections to the same address. */
bool visit_waiting(const struct visit *visit);

#endif
