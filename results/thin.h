/*
 * Thinning: of a day's rounds, one out of so many keeps its measurements, and so does every round in which something was odd. The
 * records of rounds and events all stay: that the probe ran, and what the counts were, is still known. Or else only events stay. Each
 * segment is written anew, in slices, as SEGMENT.zst.thin, and read back. Nothing is touched until the caller gives those files the
 * segments' names.
 */
#ifndef RESULTS_THIN_H
#define RESULTS_THIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "results/care_step.h"
#include "results/segment.h"
#include "results/segment_facts.h"

struct thin;

/* What came of a segment. */
enum thin_outcome {
	THIN_SAME, /* there is nothing to leave out */
	THIN_WRITTEN, /* there is a .thin */
	THIN_EMPTY, /* nothing would stay */
	THIN_UNREADABLE /* to its end: nothing was written */
};

struct thin_result {
	char name[SEGMENT_NAME_SIZE];
	enum thin_outcome outcome;
	int64_t left_out; /* records; of one that cannot be read, those that can */
	int64_t text; /* bytes of the records, before */
	int64_t bytes_after; /* of the .thin; else of the file with the records, as it is */
	struct segment_facts facts; /* as they are then; a segment that cannot be read is odd */
};

/* Closed segments of one day, in order. keep_one_of: rounds, or SEGMENT_EVENTS_ONLY. */
struct thin *thin_new(
    int dir_fd, const struct segment *const *segments, size_t n, int64_t keep_one_of);
/* Removes what was written, unless thin_keep was called. NULL is fine. */
void thin_free(struct thin *thin);
/* Works on about `budget` bytes of records. CARE_FAILED is the end. */
enum care_step thin_step(struct thin *thin, size_t budget);
/* After CARE_DONE: one for each name. Borrowed. */
const struct thin_result *thin_results(const struct thin *thin, size_t *n);
/* What was written is the caller's from here on. */
void thin_keep(struct thin *thin);

/*
 * What a thinned segment says of itself, in the note that it begins with: one round of so many was kept, or SEGMENT_EVENTS_ONLY.
 * 0: it was not thinned, or cannot be read.
 */
int64_t thin_noted(int dir_fd, const char *file);

#endif
