/*
 * The way of records to the disk, for months: the journal, the memory that holds what the disk does not take (results/spool.h), and the
 * care for what is closed (results/journal_care.h). What it does to records, or cannot do, it tells of as events.
 */
#ifndef PROBE_ARCHIVE_H
#define PROBE_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct archive;
struct conf;
struct occurrence;
struct status_journal;

/*
 * EVENT_DISK_TROUBLE, EVENT_DISK_RECOVERED, EVENT_QUOTA_DROP: to be written with archive_append, under the occurrence's id. It may be
 * called from within any function here, archive_append included. The occurrence is gone after the call.
 */
typedef void archive_event(const struct occurrence *o, void *arg);

/* For the daemon segments end with their size, age, and day; for a single check there is one, and those of today stay uncompressed. */
enum archive_use { ARCHIVE_DAEMON, ARCHIVE_CHECK };

/*
 * Opens the journal, as journal_open does: JOURNAL_OK and *archive, or JOURNAL_LOCKED and *pid, or JOURNAL_FAILED. Limits are of the
 * section [journal]; conf is not kept.
 */
int archive_open(const char *dir, const struct conf *conf, enum archive_use use, struct archive **archive, pid_t *pid);
/* From here on events are told; before, and with NULL, only the log hears of them. */
void archive_tell(struct archive *archive, archive_event *event, void *arg);
/* Takes other limits from there. Memory for the spool stays as it is. */
void archive_configure(struct archive *archive, const struct conf *conf);
/* Syncs and closes. Returns how many records were lost since it was opened, or -1: the last sync failed. NULL is fine: 0. */
int64_t archive_close(struct archive *archive);

/* One line with its newline. Where the disk does not take it, it waits in memory. */
void archive_append(struct archive *archive, const char *line, size_t len);
/* At the end of a round. False: not all is on the disk. */
bool archive_sync(struct archive *archive);
/* Every few seconds: syncs, unless it is quiet; now and then tries again what failed. */
void archive_tick(struct archive *archive);
/* Nothing is found that would be a pity to lose: one sync a round will do. It is not quiet at first. */
void archive_set_quiet(struct archive *archive, bool quiet);

/*
 * A slice of care: some milliseconds of work. Returns in how many milliseconds the next one is wanted. busy: a round is under way, which
 * care would disturb; then it does nothing, unless it has been kept from its work for an hour.
 */
int archive_care(struct archive *archive, bool busy);
/* All the care that is due, or as much of it as can be done in so many seconds. */
void archive_tidy(struct archive *archive, double seconds);

/* Records that are neither on the disk nor in memory. */
int64_t archive_lost(const struct archive *archive);
/* `trouble` is borrowed. */
void archive_fill(const struct archive *archive, struct status_journal *status);

#endif
