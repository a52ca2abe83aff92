/* Which files of records the paths mean that somebody gave: the record reader's own. */
#ifndef RESULTS_RECORD_FILES_H
#define RESULTS_RECORD_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct record_file {
	char *path; /* "-" is standard input */
	int err; /* errno: why it cannot be read; 0: nothing known against it */
};

struct record_files {
	struct record_file *files;
	size_t n;
	int64_t bytes; /* of all files, as they lie on the disk */
	bool endless; /* a pipe is among them: nobody knows what it will bring */
};

/*
 * Lists files as they are, and for each directory its files of records in the order of their names.
 * A path that does not exist is in the list, with its error. Free with record_files_clear.
 */
void record_files_list(struct record_files *list, char *const *paths, size_t n);
/*
 * Drops files that were last changed before that moment, and segments that were also begun before it: they have nothing that is newer. A
 * journal of months is read in minutes, its last days in a moment.
 */
void record_files_newer(struct record_files *list, int64_t wall_us);
void record_files_clear(struct record_files *list);

#endif
