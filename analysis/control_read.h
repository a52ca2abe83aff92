/* Reads what clean vantages measured (--control-results) into controls for others' measurements. */
#ifndef ANALYSIS_CONTROL_READ_H
#define ANALYSIS_CONTROL_READ_H

#include <stdint.h>

struct control_results;
struct options;

/*
 * From options->controls, whatever the filter but for its targets. What is wrong with them is logged, and what they have.
 * Returns the exit code that they deserve, as ingest_end: 66 when nothing could be opened; *results is there in any case.
 */
int control_read(const struct options *options, struct control_results **results, int64_t *observations);

#endif
