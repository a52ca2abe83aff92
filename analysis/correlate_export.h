/* The correlation for programs, written to standard output. */
#ifndef ANALYSIS_CORRELATE_EXPORT_H
#define ANALYSIS_CORRELATE_EXPORT_H

#include "analysis/correlate_words.h"

/* A row for all together, then one for each target; RFC 4180. */
void correlate_write_csv(const struct correlate_report *report);
/* An object a line: the answer in words, all together, each target. */
void correlate_write_json(const struct correlate_report *report);

#endif
