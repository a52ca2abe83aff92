/*
 * The journal: append-only segments of whole lines. What a reader may rely on is made here: a
 * line is in the file whole or not at all, and what journal_sync covered outlives the power. What
 * a crash left unfinished is moved aside by journal_torn.c when the journal is next opened.
 */
#include "results/journal.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/directory.h"
#include "base/log.h"
#include "base/mem.h"
#include "results/journal_torn.h"
#include "results/lock.h"
#include "results/record_reader.h"

struct journal {
	char *dir;
	int dir_fd;
	struct lock *lock;
	int fd; /* the open segment, -1 none */
	char *segment;
	off_t size; /* of the open segment: whole lines only */
	bool dirty; /* appended since the last sync */
	bool named; /* the segment's name is on the disk, too */
	int logged_errno; /* the kind of error logged last */
};

static void
journal_free(struct journal *journal)
{
	int saved = errno;

	if (journal->fd != -1)
		close(journal->fd);
	lock_drop(journal->lock);
	if (journal->dir_fd != -1)
		close(journal->dir_fd);
	free(journal->segment);
	free(journal->dir);
	free(journal);
	errno = saved;
}

int
journal_open(const char *dir, struct journal **out, pid_t *pid)
{
	struct journal *journal = xcalloc(1, sizeof(*journal));
	int result = JOURNAL_FAILED;

	*pid = 0;
	journal->dir = xstrdup(dir);
	journal->dir_fd = journal->fd = -1;
	if (directory_make(dir) == -1) {
		log_error("cannot make the results directory %s", dir);
		goto fail;
	}
	journal->dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (journal->dir_fd == -1) {
		log_error("cannot open the results directory %s", dir);
		goto fail;
	}
	/*
	 * The results of lock_take are JOURNAL_OK, _LOCKED and _FAILED by other names. The lock
	 * may be there and writable where no segment can be made: say so now, not later.
	 */
	if (faccessat(journal->dir_fd, ".", W_OK | X_OK, AT_EACCESS) == 0)
		result = lock_take(dir, &journal->lock, pid);
	else
		log_error("cannot write in the results directory %s", dir);
	if (result != JOURNAL_OK)
		goto fail;
	journal_move_torn(journal->dir_fd, dir);
	*out = journal;
	return JOURNAL_OK;
fail:
	journal_free(journal);
	*out = NULL;
	return result;
}

/* A segment that was compressed in the second it was opened in still owns its name. */
static bool
name_is_taken(int dir_fd, const char *name)
{
	static const char *const suffixes[] = {".gz", ".zst", ".torn"};
	char other[80];
	size_t i;

	for (i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		snprintf(other, sizeof(other), "%s%s", name, suffixes[i]);
		if (faccessat(dir_fd, other, F_OK, 0) == 0)
			return true;
	}
	return false;
}

/* Opens a new segment under the first free name of this second. */
static int
segment_open(struct journal *journal)
{
	time_t now = (time_t)(clock_wall_us() / 1000000);
	char second[32], name[64];
	struct tm tm;
	int n;

	gmtime_r(&now, &tm);
	strftime(second, sizeof(second), "%Y%m%dT%H%M%SZ", &tm);
	for (n = 1; n <= 9999 && journal->fd == -1; n++) {
		snprintf(name, sizeof(name), "netvane-%s-%04d.jsonl", second, n);
		if (name_is_taken(journal->dir_fd, name))
			continue;
		journal->fd = openat(journal->dir_fd, name,
		    O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
		if (journal->fd == -1 && errno != EEXIST)
			return -1;
	}
	if (journal->fd == -1) {
		errno = EEXIST;
		return -1;
	}
	free(journal->segment);
	journal->segment = xasprintf("%s/%s", journal->dir, name);
	journal->size = 0;
	journal->named = false;
	return 0;
}

/* Nothing more goes into this segment; the next line opens a new one. */
static void
segment_leave(struct journal *journal)
{
	int saved = errno;

	close(journal->fd);
	journal->fd = -1;
	journal->dirty = false;
	errno = saved;
}

/* Logs one kind of error once, however many lines meet it. */
static int
append_failed(struct journal *journal)
{
	int saved = errno;

	if (saved != journal->logged_errno) {
		log_error("%s: cannot append a record",
		    journal->fd != -1 ? journal->segment : journal->dir);
		journal->logged_errno = saved;
	}
	errno = saved;
	return -1;
}

/* Cuts off what an append that failed has left. Keeps errno. */
static void
cut_back(struct journal *journal)
{
	int saved = errno;

	if (ftruncate(journal->fd, journal->size) == -1) {
		log_error("%s: cannot cut off an unfinished line", journal->segment);
		journal_sync(journal);
		if (journal->fd != -1)
			segment_leave(journal);
	}
	errno = saved;
}

int
journal_append(struct journal *journal, const char *line, size_t len)
{
	size_t done = 0;
	ssize_t n;

	assert(len > 0 && memchr(line, '\n', len) == line + len - 1);
	if (len > RECORD_LINE_MAX) {
		/* No reader would take it. */
		errno = EMSGSIZE;
		return append_failed(journal);
	}
	if (journal->fd == -1 && segment_open(journal) == -1)
		return append_failed(journal);
	/* One write, unless the system takes less: then the next one says why, or goes on. */
	while (done < len) {
		n = write(journal->fd, line + done, len - done);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == 0)
			errno = EIO;
		if (n <= 0) {
			cut_back(journal);
			return append_failed(journal);
		}
		done += (size_t)n;
	}
	journal->size += (off_t)len;
	journal->dirty = true;
	return 0;
}

int
journal_sync(struct journal *journal)
{
	if (!journal->dirty)
		return 0;
	if (fdatasync(journal->fd) == -1 ||
	    (!journal->named && directory_sync(journal->dir_fd) == -1)) {
		log_error("%s: cannot bring records safely to disk", journal->segment);
		/*
		 * The kernel may have dropped the pages and would call a second try a success. The
		 * caller knows about the lines so far; later ones get a file of their own.
		 */
		segment_leave(journal);
		return -1;
	}
	journal->named = true;
	journal->dirty = false;
	return 0;
}

int
journal_close(struct journal *journal)
{
	int result;

	if (journal == NULL)
		return 0;
	result = journal_sync(journal);
	journal_free(journal);
	return result;
}

const char *
journal_segment(const struct journal *journal)
{
	return journal->segment;
}
