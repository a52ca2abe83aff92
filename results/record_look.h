/*
 * A quick look at a line of the journal, for those who care for the files: which round it belongs to, and whether it tells of
 * anything. Pure: fuzzed.
 */
#ifndef RESULTS_RECORD_LOOK_H
#define RESULTS_RECORD_LOOK_H

#include <stdbool.h>
#include <stddef.h>

#include "results/record_lines.h"

enum { RECORD_LOOK_ID_SIZE = 33 };

struct record_look {
	/*
	 * Days on which a line is odd are given up last: a target that is neither ok nor down, an anomaly, a network that was cut off, and
	 * whatever is not understood.
	 */
	bool odd;
	bool target; /* a measurement of one target, which may be left out where a day is thinned */
	bool event; /* stays even when the day is dropped: it may be the record of what went before */
	char id[RECORD_LOOK_ID_SIZE], round[RECORD_LOOK_ID_SIZE]; /* "": none */
};

/* A whole line, with or without its newline. */
void record_look(const char *line, size_t len, struct record_look *look);
/* The same for a piece; part of a line that is too long to be looked at is odd. */
void record_look_at_piece(const struct record_piece *piece, struct record_look *look);

#endif
