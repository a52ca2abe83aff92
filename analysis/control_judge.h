/*
 * A measurement that has no answer of a control vantage is given one from the records of a clean vantage, and judged anew. Pure, and safe
 * in threads.
 */
#ifndef ANALYSIS_CONTROL_JUDGE_H
#define ANALYSIS_CONTROL_JUDGE_H

struct control_results;
struct record;

enum control_outcome_kind {
	CONTROL_ITS_OWN, /* it has one that worked, and keeps it; or can have none: no URL, no time */
	CONTROL_USED,
	CONTROL_NOT_THERE, /* nothing in reach: the verdict stays */
	CONTROL_AT_ODDS, /* the site changed around it: the verdict stays */
};

/*
 * Of the record of a target. With CONTROL_USED its control and verdict are new, OONI's stored keys as they were, and
 * record->control_id and control_distance_us are set.
 */
enum control_outcome_kind control_judge(const struct control_results *results, struct record *record);

#endif
