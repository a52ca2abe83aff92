/*
 * What the probes told of by themselves, for the report's model: anomalies, gaps, certificates that changed, records given up. Part of
 * report_gather.h.
 */
#ifndef ANALYSIS_REPORT_TOLD_H
#define ANALYSIS_REPORT_TOLD_H

struct measurement;
struct report;
struct report_told;
struct verdict;

/* Fills `report`, which is borrowed. */
struct report_told *report_told_new(struct report *report);
/* NULL is fine. */
void report_told_free(struct report_told *told);
/* A record of an event; of no interest ones are passed over. */
void report_told_event(struct report_told *told, const struct measurement *m);
/* A record of a target, of which the verdict may note a new certificate. */
void report_told_certificate(struct report_told *told, const char *url, const struct measurement *m, const struct verdict *verdict);
/* Puts all in order; add no more after. */
void report_told_end(struct report_told *told);

#endif
