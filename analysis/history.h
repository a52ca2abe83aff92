/*
 * All measurements of each target in each network, and all rounds of each network, in the order of time: what episodes are
 * found in. Outcomes may come in any order. 16 bytes a measurement, and the id of each that failed; what would not fit in memory goes
 * to a temporary file, and only one series at a time comes back.
 */
#ifndef ANALYSIS_HISTORY_H
#define ANALYSIS_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "results/measurement.h"

struct outcome;

/* How long a measurement took is kept in tenths of a second, rounded up. */
enum { HISTORY_TENTHS_MOST = (1 << 12) - 1 };

struct point {
	int64_t time_us;
	uint32_t id; /* of history_id */
	unsigned tenths : 12; /* how long it took */
	unsigned status : 3; /* enum verdict_status; of a round enum network_state */
	unsigned stage : 3; /* enum verdict_stage */
	unsigned mechanism : 5; /* enum mechanism */
	unsigned artefact : 1;
	unsigned percent : 7; /* confidence */
};

struct history_series {
	const char *target; /* URL; NULL: the network's rounds */
	const char *host; /* NULL: no URL */
	uint32_t asn;
	char cc[3];
	uint32_t pile; /* history.c's own */
};

struct history;

/* How many points are kept in memory at most; 0: two millions, 32 MB. */
struct history *history_new(size_t points_most);
void history_free(struct history *history);
/* One without a sensible time (years 1970 to 9999) is left out. */
void history_add(struct history *history, const struct outcome *outcome);
/* All series by host, target and network, rounds first. Add no more after. Lives as long as the history. */
const struct history_series *history_finish(struct history *history, size_t *n);
/* The points of one of these, the earliest first; valid until the next call. */
const struct point *history_points(struct history *history, const struct history_series *series, size_t *n);
/* The record's id, which lives as long as the history; "" where it has none or was well. */
const char *history_id(struct history *history, uint32_t id);
int64_t point_end_us(const struct point *point);

#endif
