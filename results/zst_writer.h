/* Writes a new file of one Zstandard frame (RFC 8878), with settings made for our records. */
#ifndef RESULTS_ZST_WRITER_H
#define RESULTS_ZST_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct zst_writer;

/*
 * Creates the file, or empties it. `size`: how many bytes will be put, exactly or at most. NULL with errno. Takes 11 MB of memory until
 * it is freed, less for less than 8 MB.
 */
struct zst_writer *zst_writer_new(int dir_fd, const char *file, int64_t size, bool exact);
/* Puts words into a frame that readers skip; before all else. Returns 0, or -1 with errno. */
int zst_writer_note(struct zst_writer *writer, const char *text);
/* Returns 0, or -1 with errno. What was compressed is on its way to the disk, so that finishing need not wait for all of it. */
int zst_writer_put(struct zst_writer *writer, const void *data, size_t len);
/* Ends the frame and syncs the file. Returns 0, or -1 with errno. */
int zst_writer_finish(struct zst_writer *writer);
/* Closes the file; one that was not finished is of no use. NULL is fine. Memory goes back to the system. */
void zst_writer_free(struct zst_writer *writer);

#endif
