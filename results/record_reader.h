/*
 * Reads records, one line at a time, from .jsonl, .gz, .zst, "-" or a results directory (all its
 * segments, and other .jsonl and .json files, in the order of their names; SEGMENT.torn and lock
 * are left out). Compression is told by the bytes, not the name. A pretty-printed object, from a
 * line that is only "{" to its end, is one record. Bounded memory: a line longer than
 * RECORD_LINE_MAX is skipped, counted and reported.
 */
#ifndef RESULTS_RECORD_READER_H
#define RESULTS_RECORD_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RECORD_LINE_MAX = 32 * 1024 * 1024 };

struct buf;
struct record_reader;

struct record_line {
	const char *data; /* without the newline; NUL after the end; valid until the next call */
	size_t len;
	const char *file; /* where it stands */
	int64_t line;
	bool torn; /* the file's last line, without a newline */
};

/* report gets what is wrong with a file or line (line 0: the whole file); NULL: log_warnx. */
typedef void record_report(const char *file, int64_t line, const char *message, void *arg);

/* A path that does not exist is reported when its turn comes, and counted as an error. */
struct record_reader *record_reader_new(
    char *const *paths, size_t n, record_report *report, void *arg);
void record_reader_free(struct record_reader *reader);
/*
 * 1 and the next line that is not empty; 0 at the end. Errors (unreadable or corrupt files,
 * oversized lines) are reported, counted, and passed over.
 */
int record_reader_next(struct record_reader *reader, struct record_line *line);
/*
 * The same, appended to the caller's text instead, with a NUL behind it; line->data is where it is now, and moves when more
 * is appended.
 */
int record_reader_append(struct record_reader *reader, struct buf *text, struct record_line *line);
size_t record_reader_errors(const struct record_reader *reader);
/* Bytes read so far as they lie on disk, and of all files (0 unknown), for progress. */
void record_reader_progress(const struct record_reader *reader, int64_t *done, int64_t *all);

#endif
