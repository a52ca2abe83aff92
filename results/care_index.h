/*
 * The index of sealed segments, DIR/segments.index: what is in each, so that nobody has to read months of records to find the quiet
 * days. It is a copy: what is not in it, or was changed since, is read again, and the file may be lost at any time.
 */
#ifndef RESULTS_CARE_INDEX_H
#define RESULTS_CARE_INDEX_H

#include <stddef.h>
#include <stdint.h>

#include "results/segment.h"
#include "results/segment_facts.h"

#define CARE_INDEX_FILE "segments.index"

struct buf;

struct care_index_row {
	char name[SEGMENT_NAME_SIZE];
	int64_t bytes; /* of the file when it was looked at: another size means another file */
	struct segment_facts facts;
};

/* Begins as {0}. */
struct care_index {
	struct care_index_row *rows; /* by name */
	size_t n;
};

/*
 * Reads the file's text; lines that are damaged or not of this version are left out, and how many they are is returned. Free with
 * care_index_clear. Pure: fuzzed.
 */
size_t care_index_parse(const char *text, size_t len, struct care_index *index);
void care_index_encode(const struct care_index *index, struct buf *out);
void care_index_clear(struct care_index *index);

/* NULL: not known. Borrowed until the index changes. */
const struct segment_facts *care_index_find(
    const struct care_index *index, const char *name, int64_t bytes);
void care_index_set(struct care_index *index, const char *name, int64_t bytes,
    const struct segment_facts *facts);
void care_index_forget(struct care_index *index, const char *name);

/* From and to the directory. A file that cannot be read or written is no trouble but for the time that it would have saved. */
void care_index_load(int dir_fd, struct care_index *index);
void care_index_save(int dir_fd, const struct care_index *index);

#endif
