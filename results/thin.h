/*
 * Thinning: of a day's rounds, one out of so many keeps its measurements, and so does every round in which something was odd. The
 * records of rounds and events all stay: that the probe ran, and what the counts were, is still known. Each sealed segment is written
 * anew, in slices, as SEGMENT.zst.thin, and read back. Nothing is touched until the caller gives those files the segments' names.
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
struct thin_result {
	char name[SEGMENT_NAME_SIZE];
	bool written; /* there is a .thin; else there was nothing to leave out */
	bool unreadable; /* to its end, so it stays as it is */
	int64_t left_out; /* records */
	int64_t bytes_before, bytes_after; /* of the file */
	struct segment_facts facts; /* as they are then; a segment that cannot be read is odd */
};

/* The names are copied; the segments are sealed, of one day, and in order. */
struct thin *thin_new(
    int dir_fd, char (*names)[SEGMENT_NAME_SIZE], size_t n, int64_t keep_one_of);
/* Removes what was written, unless thin_keep was called. NULL is fine. */
void thin_free(struct thin *thin);
/* Works on about `budget` bytes of records. CARE_FAILED is the end. */
enum care_step thin_step(struct thin *thin, size_t budget);
/* After CARE_DONE: one for each name. Borrowed. */
const struct thin_result *thin_results(const struct thin *thin, size_t *n);
/* What was written is the caller's from here on. */
void thin_keep(struct thin *thin);

/*
 * What a thinned segment says of itself, in the note that it begins with: one round of so many was kept. 0: it was not thinned, or
 * cannot be read.
 */
int64_t thin_noted(int dir_fd, const char *file);

#endif
