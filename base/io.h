/* Reading and writing exactly so many bytes of a file, whatever interrupts it. */
#ifndef BASE_IO_H
#define BASE_IO_H

#include <stddef.h>
#include <sys/types.h>

/* Writes all of it at the file's position. Returns 0, or -1 with errno: then some of it may be there. */
int io_write_all(int fd, const void *data, size_t len);
/* Reads len bytes that begin at `at`. Returns 0, or -1 with errno; EIO where the file ends before. */
int io_pread_all(int fd, void *data, size_t len, off_t at);

#endif
