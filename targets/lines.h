/* Text files line by line, whatever ends their lines: what lists and calendars are read with. */
#ifndef TARGETS_LINES_H
#define TARGETS_LINES_H

#include <stdbool.h>
#include <stddef.h>

struct lines {
	const char *next, *end; /* what is left to read; borrowed */
	int line;               /* the number of the line read last, from 1 */
};

/*
 * Begins at the first line, past a byte order mark. NULL, or why these bytes are no text that can
 * be read (UTF-16). Whether a line is text is for lines_wrong to say.
 */
const char *lines_begin(struct lines *lines, const char *data, size_t len);
/* The next line with its ending: LF, CR LF, or CR alone. False at the end. */
bool lines_next(struct lines *lines, const char **line, size_t *len);
/* The first line that is neither empty nor a comment ('#'), stripped; false (and len 0) when there
 * is none. */
bool lines_first(struct lines *lines, const char **line, size_t *len);
/* NULL, or what keeps these bytes from being text. */
const char *lines_wrong(const char *bytes, size_t len);
/* Takes white space off both ends. */
void lines_strip(const char **s, size_t *len);

#endif
