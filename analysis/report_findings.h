/* What the other commands find out, as parts of a report: episodes, forged certificates, the comparison with events. */
#ifndef ANALYSIS_REPORT_FINDINGS_H
#define ANALYSIS_REPORT_FINDINGS_H

#include <stddef.h>
#include <stdint.h>

struct calendar;
struct catalogue;
struct known_cas;
struct places;
struct record;
struct report;
struct report_findings;

/* known: authorities known for interception, borrowed; NULL none. Whose day it is, `places` says, which is borrowed as well. */
struct report_findings *report_findings_new(const struct known_cas *known, struct places *places);
/* NULL is fine. */
void report_findings_free(struct report_findings *findings);
/* Records may come in any order; of no interest ones are passed over. */
void report_findings_add(struct report_findings *findings, const struct record *record);

/* How days are compared with events: see correlate.h. */
struct report_question {
	const struct calendar *calendars;
	size_t ncalendars; /* 0: they are not compared */
	int tolerance;
	uint64_t seed;
	int64_t permutations;
	const struct catalogue *words; /* the report's language */
};
/* Fills the parts in; the report keeps copies. Before report_settle; add no more after. */
void report_findings_end(struct report_findings *findings, const struct report_question *question, struct report *report);

#endif
