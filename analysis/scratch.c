/* A file without a name. */
#include "analysis/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"

enum { WAITING_BYTES = 64 * 1024 };

struct scratch {
	int fd;
	int64_t written; /* by scratch_append */
	struct buf waiting; /* to be written behind that */
};

static const char *
directory(void)
{
	const char *tmpdir = getenv("TMPDIR");

	/* /tmp is often memory itself. */
	return tmpdir != NULL && tmpdir[0] != '\0' ? tmpdir : "/var/tmp";
}

static int
open_nameless(void)
{
	char *path = xasprintf("%s/netvane-analyze.XXXXXX", directory());
	int fd = mkostemp(path, O_CLOEXEC);

	if (fd == -1)
		log_fatal("%s: no temporary file can be made there (set TMPDIR to a directory with room)", directory());
	unlink(path);
	free(path);
	return fd;
}

struct scratch *
scratch_new(void)
{
	struct scratch *scratch = xcalloc(1, sizeof(*scratch));

	scratch->fd = -1;
	return scratch;
}

void
scratch_free(struct scratch *scratch)
{
	if (scratch == NULL)
		return;
	if (scratch->fd != -1)
		close(scratch->fd);
	buf_free(&scratch->waiting);
	free(scratch);
}

void
scratch_write(struct scratch *scratch, int64_t offset, const void *data, size_t len)
{
	const char *p = data;
	ssize_t n;

	if (scratch->fd == -1)
		scratch->fd = open_nameless();
	for (; len > 0; p += n, offset += n, len -= (size_t)n) {
		n = pwrite(scratch->fd, p, len, offset);
		if (n == -1 && errno == EINTR)
			n = 0;
		else if (n == -1)
			log_fatal("%s: cannot write a temporary file (set TMPDIR to a directory with more room)", directory());
	}
}

static void
flush(struct scratch *scratch)
{
	scratch_write(scratch, scratch->written, scratch->waiting.data, scratch->waiting.len);
	scratch->written += (int64_t)scratch->waiting.len;
	buf_clear(&scratch->waiting);
}

int64_t
scratch_end(const struct scratch *scratch)
{
	return scratch->written + (int64_t)scratch->waiting.len;
}

int64_t
scratch_append(struct scratch *scratch, const void *data, size_t len)
{
	int64_t offset = scratch_end(scratch);

	buf_add(&scratch->waiting, data, len);
	if (scratch->waiting.len >= WAITING_BYTES)
		flush(scratch);
	return offset;
}

void
scratch_read(struct scratch *scratch, int64_t offset, void *data, size_t len)
{
	char *p = data;
	ssize_t n;

	if (scratch->waiting.len > 0)
		flush(scratch);
	memset(data, 0, len);
	for (; len > 0 && scratch->fd != -1; p += n, offset += n, len -= (size_t)n) {
		n = pread(scratch->fd, p, len, offset);
		if (n == 0)
			return;
		if (n == -1 && errno == EINTR)
			n = 0;
		else if (n == -1)
			log_fatal("%s: cannot read a temporary file", directory());
	}
}
