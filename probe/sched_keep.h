/* The scheduler's state as texts for the state database, and back. Pure; fuzzed. */
#ifndef PROBE_SCHED_KEEP_H
#define PROBE_SCHED_KEEP_H

#include <stddef.h>

struct buf;
struct sched_saved;
struct sched_saved_costs;

/* One JSON object, without a newline. */
void sched_keep_target(const struct sched_saved *saved, struct buf *out);
void sched_keep_costs(const struct sched_saved_costs *saved, struct buf *out);
/* Returns 0, or -1 where the text is none of these; what is missing in it is 0. */
int sched_read_target(const char *text, size_t len, struct sched_saved *out);
int sched_read_costs(const char *text, size_t len, struct sched_saved_costs *out);

#endif
