/* Content lines of iCalendar (RFC 5545, 3.1): unfolded, and taken apart. Pure: fuzzed. */
#ifndef TARGETS_ICS_LINE_H
#define TARGETS_ICS_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "targets/lines.h"

enum { ICS_LINE_MAX = 64 * 1024 };

struct ics_line {
	struct lines *lines; /* where they come from; borrowed */
	struct buf text;     /* the line, cut into what follows */
	int number;          /* of its first line */
	const char *name;    /* "DTSTART", as it stands there */
	const char *value;   /* behind the parameters, which are passed over */
	const char *wrong;   /* NULL, or why name and value are "" */
};

/* Goes to the next line; false at the end. Begin with all zeroes but lines; free with
 * buf_free(&line.text). */
bool ics_line_next(struct ics_line *line);
bool ics_line_is(const struct ics_line *line, const char *name);

/*
 * Reads a date, or a date with a time, at the beginning of a value: "20261216", "20261216T063000Z".
 * *second is then -1, or that of the day; the zone does not matter. Returns what comes after it,
 * NULL where it is no such thing.
 */
const char *ics_time(const char *value, int32_t *day, int *second);
/* Reads "P1DT2H30M" or "P2W", in seconds, ten years at most. Returns 0, or -1. */
int ics_duration(const char *value, int64_t *seconds);
/* Appends a text without its backslashes. */
void ics_text(struct buf *out, const char *value);

#endif
