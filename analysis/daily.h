/*
 * Verdicts of any order become days: for each target and network, how many measurements a day had that
 * tell, and how many of these show interference. Grows with targets x networks x days, not with records.
 * Pure.
 */
#ifndef ANALYSIS_DAILY_H
#define ANALYSIS_DAILY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/correlate.h"
#include "results/measurement.h"

/* What a measurement says of blocking. */
enum daily_says {
	DAILY_NOTHING, /* it could not be told: the day is no more measured than before */
	DAILY_GOOD,
	DAILY_BAD
};
/* Blocked, likely blocked and throttled are bad; down and insufficient tell nothing. */
enum daily_says daily_verdict(enum verdict_status status, enum mechanism mechanism);
/* Of a round: a shutdown and a foreign cut are bad; a line that was off by itself tells nothing. */
enum daily_says daily_round(enum network_state state);

/* The name under which rounds are counted, as if the way abroad were one more target. */
extern const char daily_line[];

struct daily;

struct daily *daily_new(void);
void daily_free(struct daily *daily);
/* network may be NULL, unknown. */
void daily_add(struct daily *daily, const char *target, const char *network, int32_t day,
    enum daily_says says);
/*
 * The series, by target and network, those of daily_line last and apart; all networks of a target
 * together unless `by_network`. They are daily's; nothing may be added after.
 */
const struct correlate_series *daily_series(struct daily *daily, bool by_network, size_t *n);

#endif
