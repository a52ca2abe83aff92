/*
 * The ledger of gaps: silence is data. Each stretch of time without usable measurements is explained once: by the state of the
 * network that rounds found, by a pause, or, where the probe itself was silent, by what the clocks and the boot say afterwards. Time in
 * which nothing was due, or which was rest by plan, is no gap. Pure; docs/methodology.md has the rules.
 *
 * A gap begins where a measurement was due and did not come, or with the round that was of no use; it ends with the next sign of
 * life, or round of use. One that rounds find is told when a second one has found it (until unknown), and at its end.
 */
#ifndef PROBE_GAPS_H
#define PROBE_GAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/life.h"
#include "probe/occurrence.h"

struct buf;
struct gaps;

struct gaps *gaps_new(void);
void gaps_free(struct gaps *g);

/*
 * A sign of life, in the order in which they are given: what lay between the last one and this is told. The very first has
 * nothing before it. Of the state that was kept by the last run the first sign is LIFE_START.
 */
void gaps_sign(struct gaps *g, const struct life *now, occurrence_tell *tell, void *arg);
/*
 * Before the first sign of a run: the records that are newer than the last sign that was kept are signs as well, which a crash or a
 * power cut took from the database. What they say was told, is; what they brought and do not say is told now. now: the machine as it
 * is. due_ns: between rounds, to the latest start of the next.
 */
void gaps_catch_up(struct gaps *g, const char *results_dir, const struct life *now, int64_t due_ns, occurrence_tell *tell, void *arg);

struct gap_open {
	const char *id;
	enum gap_cause cause;
	int64_t since_us; /* wall clock */
};
/* What goes on now, as far as the last sign knows; false: nothing that is a gap. */
bool gaps_open(const struct gaps *g, struct gap_open *out);
/* The last sign; NULL none yet. */
const struct life *gaps_last(const struct gaps *g);

/* A line of JSON, to be kept after each sign. */
void gaps_save(const struct gaps *g, struct buf *out);
/* NULL where the text is none that this version knows. Fuzzed. */
struct gaps *gaps_restore(const char *text, size_t len);

#endif
