/* What the journal tells its own helpers (spool.h, journal_care.h) and nobody else. */
#ifndef RESULTS_JOURNAL_INSIDE_H
#define RESULTS_JOURNAL_INSIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct journal;

/* A segment that was left because a sync failed, or because a torn line at its end could not be cut off. */
struct journal_doubt {
	char *name;
	off_t synced; /* bytes up to here are on the disk; */
	off_t size; /* from there to here are whole lines of which nobody knows; behind it, rubbish */
};

/* The results directory; borrowed. */
int journal_dir_fd(const struct journal *journal);
const char *journal_dir(const struct journal *journal);
/* Bytes of the open segment that no sync has covered. */
off_t journal_unsynced(const struct journal *journal);
/* Oldest first; NULL and 0 when all is well. Borrowed until the next call that changes the journal. */
const struct journal_doubt *journal_doubts(const struct journal *journal, size_t *n);
/* The oldest doubt is settled: its segment is like any other that is closed. */
void journal_doubt_settled(struct journal *journal);
/* The segment of this name is open or in doubt, and to be left alone. */
bool journal_is_busy(const struct journal *journal, const char *name);

#endif
