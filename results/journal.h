/*
 * The journal: append-only segments of whole lines in a results directory.
 *
 * Segments are named netvane-YYYYMMDDTHHMMSSZ-NNNN.jsonl (UTC, the time they were opened). Files
 * are 0600, directories that are made here 0700. One writer at a time: an exclusive lock on
 * DIR/lock, which holds the writer's pid as text. On opening, a torn last line (no newline, or no
 * whole JSON object) of any segment that is not compressed is moved aside to SEGMENT.torn, never
 * guessed at, and logged. Each opening writes a segment of its own, made with its first line.
 */
#ifndef RESULTS_JOURNAL_H
#define RESULTS_JOURNAL_H

#include <stddef.h>
#include <sys/types.h>

struct journal;

enum journal_result {
	JOURNAL_OK = 0,
	JOURNAL_LOCKED = -1, /* another writer: *pid says who, 0 unknown */
	JOURNAL_FAILED = -2, /* errno tells; logged */
};

/* Creates the directory (and those above it) where missing. */
int journal_open(const char *dir, struct journal **journal, pid_t *pid);
/* Syncs and closes. NULL is fine. Returns 0, or -1 (logged) when the sync failed. */
int journal_close(struct journal *journal);
/*
 * Appends one line (with its newline) in one write; len bytes, RECORD_LINE_MAX at most. On an
 * error, what was written is cut off again, so that the segment ends in a whole line. Returns 0, or
 * -1 with errno, logged once per kind of error.
 */
int journal_append(struct journal *journal, const char *line, size_t len);
/*
 * fdatasync when something was appended since the last. Returns 0, or -1 with errno, logged: then
 * nobody knows what became of those lines, and later ones go into a new segment.
 */
int journal_sync(struct journal *journal);
/* The open segment's path, borrowed; NULL before the first append. */
const char *journal_segment(const struct journal *journal);

#endif
