/*
 * Sealing: a closed segment becomes SEGMENT.zst, in slices. It is compressed into SEGMENT.zst.part, which is synced, read back and
 * compared with the original, byte by byte; only then it gets its name, and only when the name is on the disk the original goes. So at
 * each moment the original is there, or its copy, or both; see journal_clean.h.
 */
#ifndef RESULTS_SEAL_H
#define RESULTS_SEAL_H

#include <stddef.h>

#include "results/care_step.h"
#include "results/segment_facts.h"

struct seal;

/*
 * `name` as segment.h has it. The segment must be closed, with its last line whole. Where there is a sealed copy already, because we
 * were interrupted just before the original went, that one is compared, and nothing is written. NULL with errno.
 */
struct seal *seal_new(int dir_fd, const char *name);
/* Gives up a seal that is not done, with its part. NULL is fine. */
void seal_free(struct seal *seal);
/* Works on about `budget` bytes of the segment. CARE_FAILED is the end: EBADMSG means that the copy turned out wrong (logged). */
enum care_step seal_step(struct seal *seal, size_t budget);
/* After CARE_DONE. Borrowed; NULL when nothing was counted, because the copy was there. */
const struct segment_facts *seal_facts(const struct seal *seal);

#endif
