/* What the ledger of gaps remembers; for gaps.c and gaps_text.c. */
#ifndef PROBE_GAPS_STATE_H
#define PROBE_GAPS_STATE_H

#include "probe/gaps.h"

enum { GAP_ID_SIZE = 33 };

/*
 * All wall times are by the newest clock: when it is set, they move along.
 */
struct gaps {
	bool alive; /* there has been a sign */
	bool paused;
	struct life last;
	enum gap_cause carried; /* what the last round found: it holds until another finds otherwise */
	/* The stretch going on. */
	enum gap_cause cause; /* GAP_NONE: it is none */
	char id[GAP_ID_SIZE];
	int64_t from_us, from_mono_ns; /* -1: of an earlier boot */
	struct event_bracket begin;
	double suspended_s; /* NAN unknown */
	int rounds; /* that found it, in a row */
	/* Of rounds; 0 none. */
	int64_t round_us; /* the one going on, or the last */
	int64_t good_us, bad_us; /* the start of the last that was of use, of the last that was not */
};

#endif
