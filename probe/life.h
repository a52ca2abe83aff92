/*
 * Signs of life: what the probe was about, when, by all clocks. Kept across its death (probe/gaps.h), they tell what the
 * silence was.
 */
#ifndef PROBE_LIFE_H
#define PROBE_LIFE_H

#include <stdbool.h>
#include <stdint.h>

#include "results/event.h"
#include "results/measurement.h"

enum life_sign {
	LIFE_START, /* the program has started */
	LIFE_ROUND, /* a round begins */
	LIFE_ROUND_END,
	LIFE_PAUSE, /* from now on nothing shall be measured, until LIFE_RESUME */
	LIFE_RESUME,
	LIFE_STOP, /* the program ends, because somebody wants it to */
	LIFE_SIGN_MAX
};
const char *life_sign_name(enum life_sign sign);

enum { LIFE_ID_SIZE = 40 };

struct life {
	enum life_sign sign;
	int64_t wall_us;
	int64_t mono_ns; /* clock_mono_ns: suspended time counts */
	int64_t awake_ns; /* CLOCK_MONOTONIC: it does not; -1 unknown */
	char boot[LIFE_ID_SIZE]; /* the kernel's id of this boot; "" unknown */
	char run[LIFE_ID_SIZE]; /* of the program; "" unknown */
	/* From now to the next sign, if all goes as it should: to the next round's latest start, or to a round's latest end. */
	int64_t due_ns;
	bool rest; /* until then nothing is to be measured by plan: outside of the hours, or no budget left */
	enum gap_cause cause; /* LIFE_ROUND_END: why the round's measurements are of no use; GAP_NONE: they are */
};

/* The cause by what a round found; link as in its record. GAP_NONE: its measurements are of use. Pure. */
enum gap_cause life_cause(enum network_state state, int link);
/*
 * The sign that a round's record is, where nothing better was kept: of an unknown boot and run. Returns false for other records.
 * Pure.
 */
bool life_of_round(const struct measurement *m, int64_t due_ns, struct life *out);
/* Now, by the machine: its clocks, and its boot. All else is left zero. */
void life_look(struct life *out);

#endif
