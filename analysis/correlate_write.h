/* The correlation as a table for people, as CSV, or as JSON. */
#ifndef ANALYSIS_CORRELATE_WRITE_H
#define ANALYSIS_CORRELATE_WRITE_H

#include "analysis/correlate_words.h"

struct options;

/* Writes to standard output in the format that the options ask for. */
void correlate_write(const struct correlate_report *report, const struct options *options);

#endif
