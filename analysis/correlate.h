/*
 * "Does blocking follow the protests?": compares bad days near events with bad days elsewhere, for each
 * target and for all together. docs/statistics.md explains each number and names its source. Pure: the
 * same question has the same answer, to the last digit.
 *
 *	struct correlate_answer *answer = correlate(&question);
 *	puts(answer->overall.refusal == REFUSAL_NONE ? "..." : "...");
 *	correlate_free(answer);
 */
#ifndef ANALYSIS_CORRELATE_H
#define ANALYSIS_CORRELATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/event_windows.h"
#include "analysis/outcome.h"
#include "analysis/stats_table.h"

/* What a day held. A day on which nothing was measured has no cell. */
struct correlate_cell {
	int32_t day; /* since 1970-01-01, in the time zone of the place */
	struct outcome_day of; /* some measurement said something */
};

struct correlate_series {
	const char *target;
	const char *network; /* NULL: all networks */
	const struct correlate_cell *cells; /* by day, none twice */
	size_t ncells;
	bool apart; /* a row of its own, and no part of the overall one */
};

struct correlate_question {
	const struct correlate_series *series;
	size_t nseries;
	const struct event_span *events;
	size_t nevents;
	int tolerance; /* days on either side that count as near an event; 0 to 3 */
	uint64_t seed;
	int64_t permutations;
};

/* Below this many measured event days there is no p-value. */
enum { CORRELATE_EVENT_DAYS = 5 };

/* Why there is no p-value. */
enum correlate_refusal {
	REFUSAL_NONE,
	REFUSAL_NO_DAYS, /* nothing was measured */
	REFUSAL_FEW_EVENT_DAYS, /* fewer measured event days than CORRELATE_EVENT_DAYS */
	REFUSAL_NO_OTHER_DAYS, /* every measured day is near an event */
	REFUSAL_NEVER_BAD,
	REFUSAL_ALWAYS_BAD,
	REFUSAL_MAX
};
/* "few_event_days" and the like; NULL for REFUSAL_NONE. */
const char *correlate_refusal_name(enum correlate_refusal refusal);

/* What speaks against a finding. Each is a bit. */
enum correlate_doubt {
	/* The week before the events was bad as well: what they met had begun before them. */
	DOUBT_BEFORE = 1,
	/* Days two weeks earlier, or later, look like event days. */
	DOUBT_PLACEBO = 2,
	/* Event days were measured more often, and the share of bad measurements, which that does
	 * not change, shows nothing. */
	DOUBT_SAMPLING = 4
};

enum correlate_finding {
	FINDING_REFUSED, /* there is no p-value */
	FINDING_NOTHING, /* what was seen may well be chance */
	FINDING_DOUBTFUL, /* more than chance, but `doubts` */
	FINDING_FOLLOWS, /* bad days go with events */
	FINDING_MAX
};
/* "refused", "nothing", "doubtful", "follows". */
const char *correlate_finding_name(enum correlate_finding finding);

/* A finding is made at this p (overall) or q (a target); checks fail at CORRELATE_CHECK. */
#define CORRELATE_LEVEL 0.05
#define CORRELATE_CHECK (0.05 / 3)
/* The power that `detectable` is for. */
#define CORRELATE_POWER 0.8

/* The share of bad days so many days after the first day of a spell, and what chance gives. */
struct correlate_lag {
	int lag;
	double n; /* measured days in it */
	double share; /* NAN where n is 0 */
	double low, middle, high; /* 2.5, 50 and 97.5 % of the arrangements; NAN without them */
};

/* What is not known, or was refused, is NAN. */
struct correlate_row {
	const char *target, *network; /* the question's; NULL for all together */
	int64_t days, bad_days; /* measured */
	int64_t event_days; /* measured days on which an event was */
	int64_t spells; /* of events with a measured day */
	struct stats_table table; /* of days: near an event or not, bad or not */
	double odds_haldane;
	struct stats_odds odds; /* at 95 % */
	double fisher; /* two-sided: as if each day stood for itself */
	double p; /* by circular shifts, one-sided */
	double p_least; /* no p can be lower with these days and so many arrangements */
	double q;
	double p_before, p_placebo_before, p_placebo_after, p_share; /* the checks */
	double per_day_near, per_day_other; /* measurements a day */
	double detectable; /* the share of bad days near events that is found with 80 % power */
	struct correlate_lag epoch[EPOCH_LAGS];
	int64_t arrangements; /* that p is of */
	bool exact; /* these are all there are */
	enum correlate_refusal refusal;
	unsigned doubts;
	enum correlate_finding finding;
};

struct correlate_answer {
	struct correlate_row overall;
	struct correlate_row *rows; /* in the question's order */
	size_t nrows;
	size_t tests; /* rows with a p, over which q is */
	size_t findings; /* rows that FINDING_FOLLOWS */
	int32_t first, last; /* measured days; 0 without any */
	int64_t events; /* listed event days between them, measured or not */
};

/* Allocates. The answer borrows the series' names. */
struct correlate_answer *correlate(const struct correlate_question *question);
void correlate_free(struct correlate_answer *answer);

#endif
