/* Reads back a segment whose sync failed. */
#include "results/spool_settle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/directory.h"
#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "results/journal_inside.h"

uint32_t
spool_line_sum(const char *data, size_t len)
{
	return (uint32_t)crc32(crc32(0, NULL, 0), (const Bytef *)data, (uInt)len);
}

/* Trouble that may pass: wait. A file that is gone will not come back. */
static bool
is_passing(int err, bool patient)
{
	return err == EIO ? patient : err != ENOENT;
}

static bool
is_there(int fd, const struct spool_line *line, off_t at)
{
	char *text = xmalloc(line->len);
	bool is = io_pread_all(fd, text, line->len, at) == 0;

	if (is && line->data != NULL)
		is = memcmp(text, line->data, line->len) == 0;
	else if (is)
		is = spool_line_sum(text, line->len) == line->sum;
	free(text);
	return is;
}

/* Returns where the first line that is missing would begin, or where the last one ends. */
static off_t
find_lines(int fd, bool readable, const struct journal_doubt *doubt, struct spool_line *lines, size_t n)
{
	off_t at = doubt->size, whole = -1;
	size_t i;

	for (i = 0; i < n; i++)
		at -= (off_t)lines[i].len;
	for (i = 0; i < n; i++) {
		lines[i].found = at + (off_t)lines[i].len <= doubt->synced ||
		    (readable && is_there(fd, &lines[i], at));
		if (!lines[i].found && whole == -1)
			whole = at;
		at += (off_t)lines[i].len;
	}
	return whole != -1 ? whole : at;
}

/* Behind the cut there is nothing more to be found. */
static int
cut(int fd, off_t whole, struct spool_line *lines, size_t n)
{
	bool missing = false;
	struct stat st;
	size_t i;

	if (fstat(fd, &st) == 0 && st.st_size <= whole)
		return 0;
	if (ftruncate(fd, whole) == -1)
		return -1;
	for (i = 0; i < n; i++) {
		missing = missing || !lines[i].found;
		lines[i].found = !missing;
	}
	return fdatasync(fd);
}

static int
settle_open(int fd, int dir_fd, const struct journal_doubt *doubt, struct spool_line *lines, size_t n,
    bool patient)
{
	bool readable = fdatasync(fd) == 0 && directory_sync(dir_fd) == 0;
	off_t whole;

	if (!readable && is_passing(errno, patient))
		return -1;
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	whole = find_lines(fd, readable, doubt, lines, n);
	if (cut(fd, whole, lines, n) == 0)
		return 0;
	if (is_passing(errno, patient))
		return -1;
	/* A reader will stumble over what is there; what is not is written again all the same. */
	log_warn("%s: cannot be cut off where a sync failed", doubt->name);
	return 0;
}

int
spool_settle(int dir_fd, const struct journal_doubt *doubt, struct spool_line *lines, size_t n,
    bool patient)
{
	int fd = openat(dir_fd, doubt->name, O_RDWR | O_CLOEXEC | O_NOFOLLOW), result, err;
	size_t i;

	if (fd == -1 && is_passing(errno, patient))
		return -1;
	if (fd == -1) {
		log_warn("%s: cannot be read back after a sync failed", doubt->name);
		for (i = 0; i < n; i++)
			lines[i].found = false;
		return 0;
	}
	result = settle_open(fd, dir_fd, doubt, lines, n, patient);
	err = errno;
	close(fd);
	errno = err;
	return result;
}
