/*
 * From records to the report's model: what was measured, day by day, and what the probes told of. Records may come in any order. Grows with
 * sites x days, not with records.
 */
#ifndef ANALYSIS_REPORT_GATHER_H
#define ANALYSIS_REPORT_GATHER_H

#include <stddef.h>

struct calendar;
struct places;
struct record;
struct report;
struct report_gather;

/* Fills `report`; both are borrowed. */
struct report_gather *report_gather_new(struct report *report, struct places *places);
void report_gather_free(struct report_gather *gather);
/* One without a time is left out. */
void report_gather_add(struct report_gather *gather, const struct record *record);
/* Puts all in order; add no more after. */
void report_gather_end(struct report_gather *gather);

/* Takes the events that touch the report's days; after report_gather_end. The report keeps copies. */
void report_add_events(struct report *report, const struct calendar *calendars, size_t n);

#endif
