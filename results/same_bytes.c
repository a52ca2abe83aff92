/* A compressed copy beside its original. */
#include "results/same_bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "results/record_source.h"

struct same_bytes {
	int original;
	off_t at, size;
	struct record_source *copy;
	char why[160];
	char from_copy[64 * 1024], from_original[64 * 1024];
};

/* What is clean and in memory is dropped, so that the next reader meets what is really there. */
static int
open_cold(int dir_fd, const char *file)
{
	int fd = openat(dir_fd, file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd != -1)
		posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	return fd;
}

struct same_bytes *
same_bytes_new(int dir_fd, const char *original, const char *copy)
{
	struct same_bytes *same = xcalloc(1, sizeof(*same));
	struct stat st;
	int fd;

	same->original = open_cold(dir_fd, original);
	fd = same->original == -1 ? -1 : open_cold(dir_fd, copy);
	if (fd == -1 || fstat(same->original, &st) == -1) {
		if (fd != -1)
			close(fd);
		same_bytes_free(same);
		return NULL;
	}
	same->size = st.st_size;
	same->copy = record_source_of(fd);
	return same;
}

void
same_bytes_free(struct same_bytes *same)
{
	int saved = errno;
	int64_t worked;

	if (same == NULL)
		return;
	worked = same->at;
	if (same->original != -1)
		close(same->original);
	record_source_free(same->copy);
	free(same);
	mem_trim((size_t)worked);
	errno = saved;
}

static enum same_result
differ(struct same_bytes *same, const char *what, const char *why)
{
	snprintf(same->why, sizeof(same->why), "%s%s%s", what, why[0] != '\0' ? ": " : "", why);
	return SAME_NO;
}

enum same_result
same_bytes_step(struct same_bytes *same, size_t budget)
{
	size_t done = 0;
	ssize_t n;

	while (done < budget) {
		n = record_source_read(same->copy, same->from_copy, sizeof(same->from_copy));
		if (n == -1)
			return differ(same, "the copy", record_source_error(same->copy));
		if (n == 0)
			return same->at == same->size ? SAME_YES
						      : differ(same, "the copy is shorter", "");
		if (n > same->size - same->at)
			return differ(same, "the copy is longer", "");
		if (io_pread_all(same->original, same->from_original, (size_t)n, same->at) == -1)
			return differ(same, "the original", strerror(errno));
		if (memcmp(same->from_copy, same->from_original, (size_t)n) != 0)
			return differ(same, "the copy is different", "");
		same->at += n;
		done += (size_t)n;
	}
	return SAME_MORE;
}

const char *
same_bytes_why(const struct same_bytes *same)
{
	return same->why;
}
