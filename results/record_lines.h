/*
 * A segment's bytes, line by line, as they are: unlike record_reader.h it changes and leaves out nothing, so that what is written
 * again is the same. Pure.
 */
#ifndef RESULTS_RECORD_LINES_H
#define RESULTS_RECORD_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* A line up to this long, with its newline, comes in one piece. Ours are far shorter, unless the volunteer has whole pages kept. */
enum { RECORD_LINES_WHOLE = 2 * 1024 * 1024 };

/* Begin with RECORD_LINES_EMPTY. */
struct record_lines {
	struct buf held; /* the beginning of a line */
	bool inside; /* a line too long to be held is passing through */
};
#define RECORD_LINES_EMPTY {BUF_EMPTY, false}

struct record_piece {
	const char *data; /* with the newline, if it is there */
	size_t len;
	bool first, last; /* of its line: both, but for a line that is too long */
};

typedef void record_lines_take(const struct record_piece *piece, void *arg);

/* Hands on the lines that these bytes end; keeps the rest until more come. */
void record_lines_feed(
    struct record_lines *lines, const char *data, size_t len, record_lines_take *take, void *arg);
/* Nothing more comes: hands on a last line without a newline, and frees. */
void record_lines_end(struct record_lines *lines, record_lines_take *take, void *arg);
/* Frees, and hands nothing on. */
void record_lines_drop(struct record_lines *lines);

#endif
