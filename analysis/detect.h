/*
 * When did it begin, when did it end? Finds the spans in which one target, in one network, was interfered with. Pure;
 * docs/methodology.md, "Episodes", has the reasons and the sources.
 *
 * The measurements of a target are coin tosses that fail with probability p0 as a rule and p1 while it is blocked. Each adds the
 * logarithm of the ratio of its two likelihoods to a sum that never falls below zero (CUSUM): a failure, weighted by its
 * confidence, much; a success takes some away. Where the sum passes `onset`, the failures since it last was zero are a span.
 */
#ifndef ANALYSIS_DETECT_H
#define ANALYSIS_DETECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "results/verdict.h"

struct point;

struct detect_rules {
	double p1; /* of a failure, while it is blocked */
	double rate, rate_n; /* what is held to be the rate of accidents, and how many measurements that weighs as */
	double rate_least, rate_most; /* bounds of p0, which is that and what is seen of the target */
	double onset, recovery; /* in nats: how much is enough to say that it began, that it ended */
	double half_life_s; /* by which the sum halves where nothing was measured; at least 6 intervals */
	double merge_least_s, merge_most_s; /* spans not further apart than 4 intervals, within these bounds, are one */
};
#define DETECT_RULES {0.8, 0.002, 250, 0.0005, 0.3, 11, 3, 6 * 3600, 5400, 6 * 3600}

/* When something must have happened; 0: nobody saw that end. */
struct bracket {
	int64_t not_before_us, not_after_us;
};

struct span {
	/* From the start of the last measurement that was well to the end of the first that failed; the first 0: it was so
	 * when it was first measured. */
	struct bracket onset;
	/* From the start of the last that failed to the end of the first that was well; the second 0: it had not ended. */
	struct bracket recovery;
	size_t first, last; /* the first and last that failed, as indexes of points */
	int64_t bad, measured; /* n/N: failed, of those from the first to the last that said something */
	int64_t longest_gap_us; /* between two of those */
	enum verdict_status status; /* the commonest among those that failed, and so on */
	enum verdict_stage stage;
	enum mechanism mechanism;
	double confidence; /* mean of those that failed */
	bool artefact; /* one of them is a proof by itself */
};

/*
 * Points by time. Returns how many spans there are, the earliest first; *spans, never NULL, is for free(). rules NULL:
 * DETECT_RULES.
 */
size_t detect_spans(const struct point *points, size_t n, const struct detect_rules *rules, struct span **spans);
/* The usual time between two measurements that said something: the median; 0 of fewer than two. */
double detect_interval_s(const struct point *points, size_t n);
/* p0 of the target: see struct detect_rules. Lone failures between two successes are the accidents. */
double detect_rate(const struct point *points, size_t n, const struct detect_rules *rules);

#endif
