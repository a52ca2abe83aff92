/* What is in a segment, for those who care for the files: counted in passing, line by line. */
#ifndef RESULTS_SEGMENT_FACTS_H
#define RESULTS_SEGMENT_FACTS_H

#include <stddef.h>
#include <stdint.h>

#include "results/record_lines.h"

enum { SEGMENT_EVENTS_ONLY = 1000000000 };

struct segment_facts {
	int64_t records;
	int64_t odd; /* of them, those for which its day is worth keeping (record_look.h); what cannot be read counts */
	int64_t kept_one_of; /* it was thinned: one round of so many was kept; or SEGMENT_EVENTS_ONLY. 0: it was not */
};

/* Begin with SEGMENT_COUNT_EMPTY. */
struct segment_count {
	struct record_lines lines;
	struct segment_facts facts;
};
#define SEGMENT_COUNT_EMPTY {RECORD_LINES_EMPTY, {0, 0, 0}}

void segment_count_feed(struct segment_count *count, const char *data, size_t len);
/* The segment is at its end; frees. The facts stay. */
void segment_count_end(struct segment_count *count);

#endif
