/* The bytes of one file of records, decompressed: the record reader's own. */
#ifndef RESULTS_RECORD_SOURCE_H
#define RESULTS_RECORD_SOURCE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct record_source;

/* Opens a path, "-" being standard input. NULL with errno. */
struct record_source *record_source_open(const char *path);
/* The same for a file that is open already; the descriptor is the source's from here on. */
struct record_source *record_source_of(int fd);
void record_source_free(struct record_source *source);
/*
 * Up to `size` bytes; 0 at the end; -1 when no more can be read, after all that could be was
 * handed out. Then record_source_error says why. Gzip members and Zstandard frames may follow one
 * another.
 */
ssize_t record_source_read(struct record_source *source, char *out, size_t size);
const char *record_source_error(const struct record_source *source);
/* Bytes taken so far, as they lie on the disk. */
int64_t record_source_taken(const struct record_source *source);

#endif
