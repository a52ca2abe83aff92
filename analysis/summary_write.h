/* The summary as a table for people, as CSV, or as JSON. */
#ifndef ANALYSIS_SUMMARY_WRITE_H
#define ANALYSIS_SUMMARY_WRITE_H

#include <stddef.h>
#include <stdint.h>

#include "results/measurement.h"

struct ingest_counts;
struct options;
struct tally_target;

struct summary {
	const struct options *options;
	const struct ingest_counts *counts;
	const struct tally_target *targets;
	size_t ntargets;
	int64_t rounds, events;
	int64_t states[NETWORK_STATE_MAX]; /* rounds, by the network's state */
};

/* Writes to standard output in the format that the options ask for. */
void summary_write(const struct summary *summary);

#endif
