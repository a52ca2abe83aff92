/*
 * Places outside that are known to answer: addresses of the round's controls which were reached with their own name, over TLS
 * or, in a laboratory, without. Explanations are tested there: does the target's name, sent to a server that has nothing to do with it, meet what it
 * meets at its own address?
 */
#ifndef PROBE_LANDMARKS_H
#define PROBE_LANDMARKS_H

#include <stdbool.h>
#include <stddef.h>

struct facts;
struct measurement;

/* What it does with a ClientHello whose name is not its own. One that turns strangers away can say little of the target's. */
enum landmark_manners { MANNERS_UNKNOWN, MANNERS_ANSWERS, MANNERS_TURNS_AWAY };

struct landmark {
	char *name; /* its host name */
	char *ip; /* IPv4, so that every line can reach it */
	int port;
	bool tls; /* its certificate verified; false: a plain http:// one */
	bool domestic;
	enum landmark_manners manners;
	bool target; /* no control, but a target of this round that was reached */
};

/* Begins zeroed. */
struct landmarks {
	struct landmark *items;
	size_t n;
};

/* Takes a control that was reached, once; or a target. */
void landmarks_add(struct landmarks *landmarks, const struct measurement *m, bool domestic, bool target);
/* Reads what strangers met there ("why=sni_away_canary" of a round's own tests). */
void landmarks_learn(struct landmarks *landmarks, const struct measurement *round);
void landmarks_clear(struct landmarks *landmarks);
/*
 * The i-th one (0, 1) that may be used for tests of this target. A censor that punishes the address for a while
 * (residual blocking) must not take the controls away, so the last two foreign ones are left alone where there are three or more.
 * Targets are spread over the others. Those that answer strangers go first; where of such controls there are fewer than two, targets that
 * were reached stand in. NULL: there is none. One at an address of the target's own (`facts`, or NULL) is passed over: there its name may
 * be at home; and one without TLS where that is wanted.
 */
const struct landmark *landmarks_for(const struct landmarks *landmarks, const char *target_host,
    const struct facts *facts, bool tls, size_t i);

#endif
