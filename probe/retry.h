/* The contract's retries: a failure is tried again after 1 s and after 5 s, with jitter, before it is judged. */
#ifndef PROBE_RETRY_H
#define PROBE_RETRY_H

#include <stdbool.h>
#include <event2/event_struct.h>

struct probe;

/* Embed it; begins zeroed. */
struct retry {
	struct probe *probe;
	int attempt; /* the one under way, from 1 */
	int most;
	struct event timer;
	void (*go)(void *arg);
	void *arg;
};

void retry_init(struct retry *retry, struct probe *probe, int most, void (*go)(void *arg), void *arg);
/* Counts a failure. Calls go after the pause and returns true; false when the attempts are used up. */
bool retry_later(struct retry *retry);
/* Calls go from the loop, soon, pause or not. */
void retry_now(struct retry *retry);
/* No go is called any more. */
void retry_stop(struct retry *retry);
/*
 * Whether trying again can tell anything: not where our own line has no route or no address
 * for it, which the kernel says at once and will say again.
 */
bool retry_useful(const char *failure);

#endif
