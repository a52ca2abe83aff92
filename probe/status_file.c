/* Rewriting a file under its readers' eyes. */
#include "probe/status_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"

enum { EVERYBODY = 0644 };

static bool
write_all(int fd, const struct buf *bytes)
{
	size_t done = 0;
	ssize_t n;

	while (done < bytes->len) {
		n = write(fd, bytes->data + done, bytes->len - done);
		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0)
			done += (size_t)n;
	}
	return true;
}

/*
 * The new file's name does not end in .prom, or the collector would read it half-written. What a crash left under it goes
 * first; O_EXCL, so that nobody's link is followed. No fsync: after a power cut the next round writes it again, and SD cards
 * wear out.
 */
int
status_file_write_mode(const char *path, const struct buf *bytes, mode_t mode)
{
	char *fresh = xasprintf("%s.new", path);
	bool written = false;
	int fd;

	(void)unlink(fresh);
	fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd != -1) {
		written = fchmod(fd, mode) == 0 && write_all(fd, bytes);
		written = close(fd) == 0 && written && rename(fresh, path) == 0;
	}
	if (!written)
		log_warn("cannot write %s", path);
	if (!written && fd != -1)
		(void)unlink(fresh);
	free(fresh);
	return written ? 0 : -1;
}

int
status_file_write(const char *path, const struct buf *bytes)
{
	return status_file_write_mode(path, bytes, EVERYBODY);
}
