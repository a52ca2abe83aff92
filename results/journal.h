/*
 * The journal: append-only segments of whole lines in a results directory.
 *
 * Segments are named netvane-YYYYMMDDTHHMMSSZ-NNNN.jsonl (UTC, the time they were opened). Files
 * are 0600, directories that are made here 0700. One writer at a time: an exclusive lock on
 * DIR/lock, which holds the writer's pid as text. On opening, a torn last line (no newline, or no
 * whole JSON object) of any segment that is not compressed is moved aside to SEGMENT.torn, never
 * guessed at, and logged; so is what an interrupted seal left (journal_clean.h). Each opening writes a segment of its own,
 * made with its first line.
 *
 * Around it: spool.h keeps lines that the disk does not take, journal_care.h seals and thins what is closed.
 */
#ifndef RESULTS_JOURNAL_H
#define RESULTS_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
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
 * When a segment is full: at so many bytes, or so many seconds after it was opened; 0 sets no limit, and there is none at first.
 * With a limit of either kind a segment also ends with the UTC day it was opened on, so that days have segments of their own.
 * A line that is longer than the limit has a segment to itself.
 */
void journal_limit(struct journal *journal, int64_t bytes, int64_t seconds);
/*
 * Appends one line (with its newline) in one write; len bytes, RECORD_LINE_MAX at most. Where the segment is full it is synced
 * and closed, and the line begins a new one. On an error, what was written is cut off again, so that the segment ends in a whole
 * line. Returns 0, or -1 with errno, logged once per kind of error: then the line is not in the journal.
 */
int journal_append(struct journal *journal, const char *line, size_t len);
/*
 * fdatasync when something was appended since the last. A segment that is full, or nearly (an eighth), is closed: better now than
 * in the middle of a round, where it would cost a sync of its own. Returns 0, or -1 with errno, logged: then nobody knows what became
 * of those lines, and later ones go into a new segment.
 */
int journal_sync(struct journal *journal);
/*
 * In quiet times, when nothing is found that would be a pity to lose, one sync a round is enough, and memory cards wear out by every one.
 * journal_tick, to be called every few seconds, is journal_sync, but does nothing while it is quiet. It is not quiet at first.
 */
void journal_set_quiet(struct journal *journal, bool quiet);
bool journal_is_quiet(const struct journal *journal);
int journal_tick(struct journal *journal);
/* The open segment's path, borrowed; NULL when none is open, as before the first append. */
const char *journal_segment(const struct journal *journal);

#endif
