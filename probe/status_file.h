/* A file that others read while it is rewritten, such as one for node_exporter's textfile collector. */
#ifndef PROBE_STATUS_FILE_H
#define PROBE_STATUS_FILE_H

#include <sys/types.h>

struct buf;

/*
 * Puts the bytes into the file at the path, in the place of what was there: a reader sees the old ones or the new ones, whole.
 * Everybody may read it, whatever the umask: the collector is somebody else. Returns 0, or -1 after logging why not; the old
 * file is still there then.
 */
int status_file_write(const char *path, const struct buf *bytes);
/* The same for whom these permissions say. */
int status_file_write_mode(const char *path, const struct buf *bytes, mode_t mode);

#endif
