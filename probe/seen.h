/*
 * What was seen lately, for `netvane status' and the status page: each target's last verdict and its verdicts by the hour, the last round's view of the
 * line, and what the daemon is doing. In the state database; it can all be gathered again by measuring.
 */
#ifndef PROBE_SEEN_H
#define PROBE_SEEN_H

#include <stdint.h>

#include "probe/status_model.h"

struct measurement;
struct sqlite3;

enum { SEEN_DAYS = 14 };

/* All take NULL for the database, and do nothing. */

/* Takes a target's record, or a round's; others do nothing. */
void seen_take(struct sqlite3 *db, const struct measurement *m);
/* Forgets hours more than SEEN_DAYS before, and targets that were not measured since. */
void seen_expire(struct sqlite3 *db, int64_t now_us);

/* What the daemon says of itself; times 0: none. */
struct seen_run {
	int64_t started_us, next_round_us;
	const char *sandbox; /* in words; NULL unknown */
	struct status_counters counters;
	struct status_budget budget;
	struct status_journal journal;
};
void seen_run(struct sqlite3 *db, const struct seen_run *run);

/* Fills the status: targets by URL, the grid of the last SEEN_DAYS, the line, the daemon. Its probe's pid and pause are the caller's to say. */
void seen_fill(struct sqlite3 *db, int64_t now_us, struct status *status);

#endif
