/*
 * What the daemon says of itself when somebody asks with SIGUSR2: the process, the line, what is planned, what is open, what was used. As
 * JSON for a file, and in a few sentences for the log. Pure; probe/daemon_dump.c fills it. docs/format.md has the keys.
 */
#ifndef PROBE_DUMP_H
#define PROBE_DUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/sched.h"
#include "probe/webhook.h"
#include "results/event.h"

struct buf;
struct status;

/* -1 unknown. */
struct dump_process {
	int64_t pid, rss_bytes, rss_most_bytes;
	int64_t descriptors, descriptors_limit;
	int64_t loop_events; /* that the event loop waits for */
};

struct dump_target {
	char *url; /* owned by the dump */
	struct sched_outlook plan; /* its url is the same */
	int64_t due_us; /* wall clock */
};

struct dump {
	struct dump_process process;
	const struct status *status; /* the probe, the line, anomalies, gaps, budget and counters, as netvane status has them */
	enum gap_cause line; /* why the last round was of no use; GAP_NONE: it was */
	bool round_running, stopping, reloading;
	enum sched_why why; /* what stands between now and the next round */
	struct dump_target *targets; /* by URL */
	size_t ntargets;
	struct sched_limits limits;
	struct sched_day today;
	bool webhook; /* there is one */
	bool webhook_held;
	struct webhook_counts webhook_counts;
};

/* Adds a target; the URL is copied. Its time is told by both clocks of `now`. */
void dump_add_target(struct dump *dump, const struct sched_outlook *plan, struct sched_now now);
/* Frees the targets. */
void dump_clear(struct dump *dump);

/* Appends one object and a newline. */
void dump_encode(const struct dump *dump, struct buf *out);
/* A sentence after the other. */
void dump_tell(const struct dump *dump, void (*line)(const char *text, void *arg), void *arg);

#endif
