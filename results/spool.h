/*
 * The spool: the journal's way to go on when the disk does not. Lines that cannot be appended wait in memory, the newest of them as
 * many as there is room for, and go to the journal later: in their order, whole, and once.
 *
 * Lines that were appended stay here, too, until a sync has covered them: when a sync fails nobody knows what became of them. Then, with
 * the next try, the segment is read back from the disk (spool_settle.h). What is there whole stays there; the segment is cut behind it;
 * the rest is written again, into the next segment.
 */
#ifndef RESULTS_SPOOL_H
#define RESULTS_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct journal;
struct spool;

struct spool_news {
	bool recovered; /* else it is trouble */
	const char *kind; /* "disk_full", "read_only", "io_error", "other"; of a recovery: the last there was */
	char text[160]; /* in words */
	size_t waiting; /* lines in memory that are not in the journal */
	int64_t lost; /* lines that found no room in memory, since the trouble began */
};

struct spool_options {
	size_t bytes; /* of lines, that are kept at most */
	/*
	 * Once for each kind of trouble, and once when all that waited is in the journal and synced. May append, sync and retry. NULL: only
	 * the log hears of it.
	 */
	void (*tell)(const struct spool_news *news, void *arg);
	void *arg;
};

enum spool_result {
	SPOOL_OK = 0,
	SPOOL_WAITING = 1, /* there is trouble: what could not be written is kept, and tried again */
	SPOOL_REFUSED = -1 /* errno: EMSGSIZE, the line is longer than any reader would take */
};

/* Borrows the journal, in which nothing else may append or sync from here on. The options are copied. */
struct spool *spool_new(struct journal *journal, const struct spool_options *options);
/* Tries once more; then frees, and closes no journal. Returns how many lines are lost with it (logged). NULL is fine. */
int64_t spool_free(struct spool *spool);
/* As journal_append. While there is trouble the disk is not touched. */
int spool_append(struct spool *spool, const char *line, size_t len);
/*
 * As journal_sync, for the end of a round; while there is trouble it is spool_retry. SPOOL_OK: all lines so far are on the disk, but for
 * those that were counted as lost.
 */
int spool_sync(struct spool *spool);
/* As journal_tick, for a timer of a few seconds: nothing while it is quiet; and never a retry. */
int spool_tick(struct spool *spool);
/* For a timer of half a minute or so: goes on where the trouble began. SPOOL_OK where there is none any more. */
int spool_retry(struct spool *spool);
bool spool_in_trouble(const struct spool *spool);
/* Lines in memory that are not in the journal; lines lost since the spool was made. */
size_t spool_waiting(const struct spool *spool);
int64_t spool_lost(const struct spool *spool);

#endif
