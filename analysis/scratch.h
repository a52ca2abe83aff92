/*
 * Room on the disk for what would not fit in memory: a file without a name, in TMPDIR or /var/tmp, that goes when the program ends,
 * however it ends. A disk that has no room left ends the program with a message that tells of TMPDIR.
 */
#ifndef ANALYSIS_SCRATCH_H
#define ANALYSIS_SCRATCH_H

#include <stddef.h>
#include <stdint.h>

struct scratch;

/* Nothing is opened before something is written. */
struct scratch *scratch_new(void);
/* NULL is fine. */
void scratch_free(struct scratch *scratch);
/* Where the next scratch_append goes, in bytes: what was appended so far. */
int64_t scratch_end(const struct scratch *scratch);
/* Returns the offset at which it stands; the last bytes wait in memory until they are many. */
int64_t scratch_append(struct scratch *scratch, const void *data, size_t len);
/* Anywhere, also past the end: what lies between reads as zeroes. Not to be mixed with scratch_append. */
void scratch_write(struct scratch *scratch, int64_t offset, const void *data, size_t len);
/* What is past the end reads as zeroes. */
void scratch_read(struct scratch *scratch, int64_t offset, void *data, size_t len);

#endif
