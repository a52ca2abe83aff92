/*
 * Does a pattern of days meet high values more often than the same pattern elsewhere would? The
 * answer comes from circular shifts: the pattern is moved along the record, what falls off at the
 * end comes in again at the beginning, and each arrangement is as good as the one that happened if
 * the two have nothing to do with each other. The values stay where they are, so whatever runs and
 * trends they have is in every arrangement; so have the pattern's own runs. Pure.
 *
 * Shifts are by whole weeks, so that every day of the pattern keeps its day of the week. Weeks
 * without a single measured day are taken out first. The record is cut into blocks, and the pattern
 * is moved within each by a shift of its own: whole weeks alone would give a year only 52
 * arrangements, and no p below 1/52. It is cut into as few blocks as give SHIFT_ENOUGH arrangements,
 * none shorter than SHIFT_BLOCK_WEEKS; where and how depends on the pattern and on what was measured,
 * never on the values.
 */
#ifndef ANALYSIS_STATS_SHIFT_H
#define ANALYSIS_STATS_SHIFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/stats_random.h"

enum { SHIFT_BLOCK_WEEKS = 8, SHIFT_ENOUGH = 1000 };

/* Days since 1970-01-01. Days that are not there are not measured, and so are NANs. */
struct shift_values {
	int32_t first;
	size_t n;
	double *values;
};
/* NAN where there is none. */
double shift_value(const struct shift_values *values, int64_t day);

struct shift_days {
	int32_t *days; /* in order, none twice */
	size_t n;
};

/* The weeks that have a measured day, and how they are cut. */
struct shift_plan {
	int32_t *weeks; /* since 1970-01-01; in order */
	size_t nweeks;
	size_t *blocks; /* where each begins in `weeks`; one more for the end */
	size_t nblocks;
	double arrangements; /* how many there are that differ for the pattern */
};

/* `weeks` are taken over, and need be neither in order nor different. */
struct shift_plan *shift_plan_new(int32_t *weeks, size_t n, const struct shift_days *pattern);
void shift_plan_free(struct shift_plan *plan);
int32_t shift_week(int64_t day);

/* Takes off each value the mean of its block: then a pattern's sum is 0 by chance. */
void shift_center(const struct shift_plan *plan, struct shift_values *values);

/*
 * What a pattern's days add up to, for each block and each shift of it: entry blocks[k] + s is block
 * k, the pattern s weeks later. The sums of several series may be added up.
 */
struct shift_sums {
	double *sum;
	double *n; /* how many measured days are in it */
};
void shift_sums_init(struct shift_sums *sums, const struct shift_plan *plan);
void shift_sums_clear(struct shift_sums *sums);
/* Adds those of the values `lag` days after the pattern's. */
void shift_sums_add(struct shift_sums *sums, const struct shift_plan *plan,
    const struct shift_days *pattern, const struct shift_values *values, int lag);

/* One arrangement after the other: all of them, where there are no more than are asked for. */
struct shift_run {
	const struct shift_plan *plan;
	struct stats_random random;
	int64_t done, all;
	bool exact; /* all there are, the one that happened among them */
	size_t *shifts; /* of each block */
};
void shift_run_init(
    struct shift_run *run, const struct shift_plan *plan, uint64_t seed, int64_t arrangements);
void shift_run_clear(struct shift_run *run);
/* False at the end. */
bool shift_run_next(struct shift_run *run);

struct shift_total {
	double sum, n;
};
/* Under the run's arrangement; `shifts` NULL: as it happened. */
struct shift_total shift_total(
    const struct shift_plan *plan, const struct shift_sums *sums, const size_t *shifts);
/*
 * By what arrangements are compared: the sum over the root of its number of days, so that one that
 * meets fewer measured days varies no less. NAN where it meets none.
 */
double shift_statistic(struct shift_total total);

/* How many arrangements did as well. Starts as all zeroes, but for `happened`. */
struct shift_count {
	double happened; /* the statistic */
	int64_t as_high, all;
};
void shift_count_add(struct shift_count *count, double statistic);
/*
 * The chance of a statistic as high as what happened, or higher: one-sided. Drawn arrangements are
 * counted together with the one that happened (Phipson and Smyth, SAGMB 9, 2010). NAN without any.
 */
double shift_count_p(const struct shift_count *count, bool exact);

#endif
