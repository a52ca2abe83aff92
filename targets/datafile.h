/* Files that people hand over: lists and calendars. */
#ifndef TARGETS_DATAFILE_H
#define TARGETS_DATAFILE_H

struct buf;

/* Reads all of a file ("-": standard input), 64 MiB at most. NULL, or why it cannot be read. */
const char *datafile_read(const char *path, struct buf *data);
/* "kz-social" for "/usr/share/netvane/lists/kz-social.csv" (to free): a path would tell on its
 * owner. */
char *datafile_name(const char *path);

#endif
