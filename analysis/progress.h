/* One live line on the terminal while long work goes on; nothing elsewhere. */
#ifndef ANALYSIS_PROGRESS_H
#define ANALYSIS_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/* One at a time in a program: it shares standard error with the log, which wipes it first. */
struct progress {
	bool on, shown;
	int64_t start_ns;
	int64_t next_ns; /* not shown again before */
};

void progress_start(struct progress *progress, bool on);
/* Bytes done of all (0: unknown). Cheap: call it for every record. */
void progress_bytes(struct progress *progress, int64_t done, int64_t all);
/* The same of records. */
void progress_records(struct progress *progress, int64_t done, int64_t all);
void progress_end(struct progress *progress);

#endif
