/*
 * The journal's files: which there are, whose day they are of, and how much room they take. A segment is one name,
 * netvane-YYYYMMDDTHHMMSSZ-NNNN.jsonl, and the files of that name with one of the suffixes below.
 */
#ifndef RESULTS_SEGMENT_H
#define RESULTS_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum segment_file {
	SEGMENT_PLAIN, /* "" */
	SEGMENT_ZST, /* ".zst": sealed */
	SEGMENT_GZ, /* ".gz": sealed by somebody else */
	SEGMENT_TORN, /* ".torn": unfinished lines that were moved aside */
	SEGMENT_PART, /* ".zst.part": a seal in the making */
	SEGMENT_THIN, /* ".zst.thin": what is to take the place of .zst */
	SEGMENT_FILE_MAX
};

enum {
	SEGMENT_NAME_SIZE = 36, /* the name and its NUL */
	SEGMENT_FILE_SIZE = 48, /* with any suffix */
	SEGMENT_DAY_SIZE = 11 /* "2026-11-22" */
};

struct segment {
	char name[SEGMENT_NAME_SIZE];
	int64_t bytes[SEGMENT_FILE_MAX]; /* -1: there is no such file */
};

struct segments {
	struct segment *items; /* by name, so by time as well */
	size_t n;
};

/* Is it the name of a segment, and no more than that? Pure, like the next five. */
bool segment_is_name(const char *name);
/* The segment that a file belongs to, and which of its files it is; false: it is none of ours. */
bool segment_parse(const char *file, char name[SEGMENT_NAME_SIZE], enum segment_file *which);
/* The name with the suffix. Returns out. */
char *segment_file_name(const char *name, enum segment_file which, char out[SEGMENT_FILE_SIZE]);
/* The UTC day on which the segment was opened. Returns out. */
char *segment_day(const char *name, char out[SEGMENT_DAY_SIZE]);

/* The file that has the segment's records: sealed if it is; SEGMENT_FILE_MAX where there is none of them. */
enum segment_file segment_main_file(const struct segment *segment);
/* On the disk, of all its files. */
int64_t segment_bytes(const struct segment *segment);

/* Lists a directory. Returns 0, or -1 with errno; then the list is empty. Free with segments_clear. */
int segments_list(int dir_fd, struct segments *list);
void segments_clear(struct segments *list);
/* NULL: it is not in the list. */
struct segment *segments_find(const struct segments *list, const char *name);

#endif
