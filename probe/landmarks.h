/*
 * Places outside that are known to answer: addresses of the round's controls which were reached with their own name, over TLS
 * or, in a laboratory, without. Explanations are tested there: does the target's name, sent to a server that has nothing to do with it, meet what it
 * meets at its own address?
 */
#ifndef PROBE_LANDMARKS_H
#define PROBE_LANDMARKS_H

#include <stdbool.h>
#include <stddef.h>

struct measurement;

struct landmark {
	char *name; /* its host name */
	char *ip; /* IPv4, so that every line can reach it */
	int port;
	bool tls; /* its certificate verified; false: a plain http:// one */
	bool domestic;
};

/* Begins zeroed. */
struct landmarks {
	struct landmark *items;
	size_t n;
};

/* Takes a control that was reached, once. */
void landmarks_add(struct landmarks *landmarks, const struct measurement *m, bool domestic);
void landmarks_clear(struct landmarks *landmarks);
/*
 * The i-th one (0, 1) that may be used for tests of this target. A censor that punishes the address for a while
 * (residual blocking) must not take the controls away, so the last two foreign ones are left alone where there are three or more.
 * Targets are spread over the others. NULL: there is none. One at `not_ip` (the target's own) is passed over, and one without TLS where
 * that is wanted.
 */
const struct landmark *landmarks_for(const struct landmarks *landmarks, const char *target_host,
    const char *not_ip, bool tls, size_t i);

#endif
