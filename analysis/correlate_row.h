/* The parts of correlate.c: counting, and what the arrangements say. Private to the two files. */
#ifndef ANALYSIS_CORRELATE_ROW_H
#define ANALYSIS_CORRELATE_ROW_H

#include "analysis/correlate.h"

/* What is summed up over a pattern: the tests first, then the epoch's lags. */
enum row_sum {
	SUM_BAD, /* bad days near events */
	SUM_SHARE, /* the share of bad measurements there */
	SUM_BEFORE,
	SUM_PLACEBO_BEFORE,
	SUM_PLACEBO_AFTER,
	SUM_TESTS,
	SUM_EPOCH = SUM_TESTS,
	SUM_MAX = SUM_EPOCH + EPOCH_LAGS
};

struct row_sums {
	struct shift_sums sums[SUM_MAX];
};

/* The weeks in which a series has a cell (to free), in order. */
int32_t *row_weeks(const struct correlate_series *series, size_t *n);
void row_sums_init(struct row_sums *sums, const struct shift_plan *plan);
void row_sums_clear(struct row_sums *sums);
/* Adds a series to the sums. */
void row_sums_add(struct row_sums *sums, const struct shift_plan *plan,
    const struct event_windows *windows, const struct correlate_series *series);
/* The p-values and the epoch's bands of a row, by arrangements under a seed of the row's own. */
void row_arrange(struct correlate_row *row, const struct row_sums *sums,
    const struct shift_plan *plan, uint64_t seed, int64_t permutations);
/* The epoch as it happened, without bands. */
void row_epoch(
    struct correlate_row *row, const struct row_sums *sums, const struct shift_plan *plan);

#endif
