/* A closed segment becomes a compressed one, in slices. */
#include "results/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/directory.h"
#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "results/same_bytes.h"
#include "results/segment.h"
#include "results/zst_writer.h"

struct seal {
	int dir_fd;
	char original[SEGMENT_FILE_SIZE], part[SEGMENT_FILE_SIZE], sealed[SEGMENT_FILE_SIZE];
	int fd; /* of the original; -1 when it was read */
	off_t at, size;
	enum care_step (*next)(struct seal *seal, size_t budget);
	bool has_part; /* ours; else the sealed copy was there already */
	struct zst_writer *writer;
	struct same_bytes *check;
	struct segment_count count;
	char block[64 * 1024];
};

static bool
is_sealed(const struct seal *seal)
{
	return faccessat(seal->dir_fd, seal->sealed, F_OK, 0) == 0;
}

/* The copy is right and synced. It gets its name, and when that lasts, the original goes. */
static enum care_step
publish(struct seal *seal, size_t budget)
{
	(void)budget;
	if (seal->has_part) {
		/* Somebody may have compressed it by hand meanwhile. */
		if (is_sealed(seal)) {
			errno = EEXIST;
			return CARE_FAILED;
		}
		if (renameat(seal->dir_fd, seal->part, seal->dir_fd, seal->sealed) == -1)
			return CARE_FAILED;
		seal->has_part = false;
	}
	if (directory_sync(seal->dir_fd) == -1 || unlinkat(seal->dir_fd, seal->original, 0) == -1)
		return CARE_FAILED;
	return CARE_DONE;
}

static enum care_step
check(struct seal *seal, size_t budget)
{
	enum same_result result;

	if (seal->check == NULL)
		seal->check = same_bytes_new(
		    seal->dir_fd, seal->original, seal->has_part ? seal->part : seal->sealed);
	if (seal->check == NULL)
		return CARE_FAILED;
	result = same_bytes_step(seal->check, budget);
	if (result == SAME_NO) {
		log_errorx("%s stays beside its compressed copy, which is no good: %s",
		    seal->original, same_bytes_why(seal->check));
		errno = EBADMSG;
		return CARE_FAILED;
	}
	if (result == SAME_YES) {
		same_bytes_free(seal->check);
		seal->check = NULL;
		seal->next = publish;
	}
	return CARE_MORE;
}

static enum care_step
finish(struct seal *seal)
{
	segment_count_end(&seal->count);
	close(seal->fd);
	seal->fd = -1;
	if (zst_writer_finish(seal->writer) == -1)
		return CARE_FAILED;
	zst_writer_free(seal->writer);
	seal->writer = NULL;
	seal->next = check;
	return CARE_MORE;
}

static enum care_step
compress(struct seal *seal, size_t budget)
{
	size_t done, n;

	for (done = 0; done < budget && seal->at < seal->size; done += n) {
		n = sizeof(seal->block);
		if ((off_t)n > seal->size - seal->at)
			n = (size_t)(seal->size - seal->at);
		if (io_pread_all(seal->fd, seal->block, n, seal->at) == -1 ||
		    zst_writer_put(seal->writer, seal->block, n) == -1)
			return CARE_FAILED;
		segment_count_feed(&seal->count, seal->block, n);
		seal->at += (off_t)n;
	}
	return seal->at < seal->size ? CARE_MORE : finish(seal);
}

/* Sealed, a torn last line would stay for ever: no journal_open looks for one there. */
static bool
ends_in_a_line(const struct seal *seal)
{
	char last;

	if (seal->size == 0)
		return true;
	if (io_pread_all(seal->fd, &last, 1, seal->size - 1) == -1)
		return false;
	errno = EBADMSG;
	return last == '\n';
}

struct seal *
seal_new(int dir_fd, const char *name)
{
	struct seal *seal = xcalloc(1, sizeof(*seal));
	struct stat st;

	seal->dir_fd = dir_fd;
	segment_file_name(name, SEGMENT_PLAIN, seal->original);
	segment_file_name(name, SEGMENT_PART, seal->part);
	segment_file_name(name, SEGMENT_ZST, seal->sealed);
	seal->next = compress;
	seal->fd = openat(dir_fd, seal->original, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (seal->fd == -1 || fstat(seal->fd, &st) == -1)
		goto fail;
	seal->size = st.st_size;
	if (!ends_in_a_line(seal))
		goto fail;
	if (is_sealed(seal)) {
		seal->next = check;
		return seal;
	}
	seal->writer = zst_writer_new(dir_fd, seal->part, seal->size, true);
	if (seal->writer == NULL)
		goto fail;
	seal->has_part = true;
	return seal;
fail:
	seal_free(seal);
	return NULL;
}

void
seal_free(struct seal *seal)
{
	int saved = errno;

	if (seal == NULL)
		return;
	if (seal->has_part)
		unlinkat(seal->dir_fd, seal->part, 0);
	if (seal->fd != -1)
		close(seal->fd);
	zst_writer_free(seal->writer);
	same_bytes_free(seal->check);
	record_lines_drop(&seal->count.lines);
	free(seal);
	errno = saved;
}

enum care_step
seal_step(struct seal *seal, size_t budget)
{
	return seal->next(seal, budget);
}

const struct segment_facts *
seal_facts(const struct seal *seal)
{
	return seal->at > 0 || seal->size == 0 ? &seal->count.facts : NULL;
}
