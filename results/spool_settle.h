/* What became of lines whose sync failed: the spool's own. */
#ifndef RESULTS_SPOOL_SETTLE_H
#define RESULTS_SPOOL_SETTLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct journal_doubt;

struct spool_line {
	char *data; /* NULL: it had to make room */
	size_t len;
	uint32_t sum; /* CRC-32 */
	bool found; /* spool_settle's finding: it is in the segment */
};

uint32_t spool_line_sum(const char *data, size_t len);

/*
 * Reads the segment back; the lines are those that were appended to it last, and end where its whole lines end. Says of each whether it
 * is there, and cuts the segment behind the last before which none is missing.
 *
 * "There" means: the same bytes, read after a sync that succeeded and after the system was asked to forget the file. (A system that
 * keeps the pages nevertheless may show us what is not on the disk; no more can be done from here.) A segment that can be neither
 * synced nor read is cut to what an earlier sync has covered, as far as that goes.
 *
 * Returns 0, or -1 with errno: this is not the time. Where the file itself seems to be at fault (EIO), that is for as long as the caller
 * is patient: what is written again while the old file cannot be read might turn out to be there twice, under the same id.
 */
int spool_settle(int dir_fd, const struct journal_doubt *doubt, struct spool_line *lines, size_t n,
    bool patient);

#endif
