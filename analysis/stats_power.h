/*
 * What a comparison could find at all: the power of Fisher's exact test, one-sided, for days that
 * are independent of each other. Exact: the sum over all tables. Pure.
 */
#ifndef ANALYSIS_STATS_POWER_H
#define ANALYSIS_STATS_POWER_H

#include <stdint.h>

struct stats_power_case {
	int64_t events, others; /* how many days of each kind, at least 1 */
	double p_other; /* the chance that one of the others is bad */
	double alpha; /* p at most this counts as found */
};

/* The chance to find it when an event day is bad with this chance. */
double stats_power(const struct stats_power_case *c, double p_event);
/* The least chance for event days that is found with this power; NAN where not even 1 is. */
double stats_power_detectable(const struct stats_power_case *c, double power);

#endif
