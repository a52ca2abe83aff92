/*
 * One target in a round: look-ups, then every address, then the page and its redirects, each
 * step with its retries and everything written into one measurement.
 */
#ifndef PROBE_SESSION_H
#define PROBE_SESSION_H

#include <stdbool.h>
#include <stddef.h>

struct landmarks;
struct helpers;
struct measurement;
struct probe;
struct resolver;
struct session;
struct target;

struct session_plan {
	const struct target *target; /* borrowed until done */
	struct resolver *resolvers; /* borrowed until done */
	size_t nresolvers;
	/* Where explanations are tested; NULL: they are not (a control). With what is usual in this round: struct context. */
	const struct landmarks *landmarks;
	int usual_n;
	double usual_rate;
	int attempts; /* of whatever fails */
	int max_redirects;
	struct helpers *helpers; /* control vantages to ask, borrowed until done; NULL: none */
	/* Whether an address may be connected to; NULL: all may. */
	bool (*may_connect)(const char *ip, int port, void *arg);
	void *may_connect_arg;
};

/*
 * `resting`, when it is wanted (NULL: not): all that is left is listening for late DNS answers, and for a control vantage's,
 * which takes no more than a socket or two; so another target may begin. It comes from inside the session: only take note.
 *
 * Starts at once. m is new but for what the caller knows (the envelope, the round); observations are added to it, and
 * its start and runtime set. done is called from the loop when it has ended; then session_free.
 */
struct session *session_start(struct probe *probe, const struct session_plan *plan,
    struct measurement *m, void (*resting)(void *arg), void (*done)(struct session *session, void *arg), void *arg);
/* Ends it soon, with what it has; done follows. What was under way is recorded as interrupted. */
void session_interrupt(struct session *session);
/* In done or later, never from inside another callback of its own. */
void session_free(struct session *session);
struct measurement *session_measurement(const struct session *session);

#endif
