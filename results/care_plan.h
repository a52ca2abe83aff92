/*
 * What goes when the results take more room than they may. Pure.
 *
 * Quiet days go first: each is thinned, from the oldest on; then each is dropped, from the oldest on. Then days on which something
 * was odd, in the same way. The newest day comes last, with those of its segments that are closed. Of a day that is dropped the events
 * stay, because the records of what was dropped before are among them. Only when nothing else is left they are erased as well, the
 * oldest first.
 */
#ifndef RESULTS_CARE_PLAN_H
#define RESULTS_CARE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "results/segment_facts.h"

struct care_segment {
	const char *name;
	int64_t bytes; /* of all its files */
	bool busy; /* open, or not safely on the disk: it stays */
	bool can_thin; /* sealed, and nothing else */
	const struct segment_facts *facts; /* NULL: not known */
};

enum care_plan_kind {
	CARE_PLAN_NONE, /* there is room */
	CARE_PLAN_LOOK, /* find out what is in segment `from` first */
	CARE_PLAN_THIN, /* thin the day */
	CARE_PLAN_DROP, /* drop the day, but for its events */
	CARE_PLAN_ERASE, /* drop its events as well */
	CARE_PLAN_STUCK /* there is no room, and nothing that may go */
};

struct care_plan {
	enum care_plan_kind kind;
	size_t from, end; /* the day's segments: those from `from` up to `end`; leave out the busy ones */
	bool quiet; /* the day's */
	int64_t total; /* bytes of all segments */
};

/* The segments are in the order of their names. keep_one_of: what thinning leaves, rounds; below 2 no day is thinned. */
void care_plan(const struct care_segment *segments, size_t n, int64_t quota_bytes, int64_t keep_one_of,
    struct care_plan *plan);

#endif
