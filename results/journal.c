/*
 * The journal: append-only segments of whole lines. What a reader may rely on is made here: a
 * line is in the file whole or not at all, and what journal_sync covered outlives the power. What
 * a crash left unfinished is put right by journal_torn.c and journal_clean.c when the journal is next opened.
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
#include "results/journal_clean.h"
#include "results/journal_inside.h"
#include "results/journal_torn.h"
#include "results/lock.h"
#include "results/record_reader.h"
#include "results/segment.h"

struct journal {
	char *dir;
	int dir_fd;
	struct lock *lock;
	int64_t limit_bytes, limit_seconds; /* 0: none */
	bool quiet;
	int logged_errno; /* the kind of error logged last */
	/* The segment that was opened last. */
	int fd; /* -1: it was left, or there is none yet */
	char name[SEGMENT_NAME_SIZE];
	char *path;
	int64_t opened_ns; /* clock_mono_ns */
	off_t size; /* whole lines only */
	off_t synced; /* of it, what the last sync covered */
	bool named; /* its name is on the disk, too */
	struct journal_doubt *doubts;
	size_t ndoubts;
};

static void
journal_free(struct journal *journal)
{
	int saved = errno;
	size_t i;

	if (journal->fd != -1)
		close(journal->fd);
	lock_drop(journal->lock);
	if (journal->dir_fd != -1)
		close(journal->dir_fd);
	for (i = 0; i < journal->ndoubts; i++)
		free(journal->doubts[i].name);
	free(journal->doubts);
	free(journal->path);
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
	journal_clean(journal->dir_fd, dir);
	*out = journal;
	return JOURNAL_OK;
fail:
	journal_free(journal);
	*out = NULL;
	return result;
}

void
journal_limit(struct journal *journal, int64_t bytes, int64_t seconds)
{
	journal->limit_bytes = bytes;
	journal->limit_seconds = seconds;
}

/* A segment that was compressed in the second it was opened in still owns its name. */
static bool
name_is_taken(int dir_fd, const char *name)
{
	char file[SEGMENT_FILE_SIZE];
	unsigned i;

	for (i = SEGMENT_PLAIN + 1; i < SEGMENT_FILE_MAX; i++)
		if (faccessat(dir_fd, segment_file_name(name, i, file), F_OK, 0) == 0)
			return true;
	return false;
}

/* "20261122T063000Z" of now. */
static void
second_of_now(char out[32])
{
	time_t now = (time_t)(clock_wall_us() / 1000000);
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(out, 32, "%Y%m%dT%H%M%SZ", &tm);
}

/* Opens a new segment under the first free name of this second. */
static int
segment_open(struct journal *journal)
{
	char second[32], name[64];
	int n;

	second_of_now(second);
	for (n = 1; n <= 9999 && journal->fd == -1; n++) {
		snprintf(name, sizeof(name), "netvane-%s-%04d.jsonl", second, n);
		/* A clock of the year 10000 is one of ours that has gone mad. */
		if (!segment_is_name(name)) {
			errno = EOVERFLOW;
			return -1;
		}
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
	memcpy(journal->name, name, sizeof(journal->name));
	free(journal->path);
	journal->path = xasprintf("%s/%s", journal->dir, name);
	journal->opened_ns = clock_mono_ns();
	journal->size = journal->synced = 0;
	journal->named = false;
	return 0;
}

/* Nothing more goes into this segment; the next line opens a new one. Keeps errno. */
static void
segment_leave(struct journal *journal)
{
	int saved = errno;

	close(journal->fd);
	journal->fd = -1;
	errno = saved;
}

/* Leaves it, and remembers that what it holds is not certain. */
static void
segment_doubt(struct journal *journal)
{
	journal->doubts =
	    xreallocarray(journal->doubts, journal->ndoubts + 1, sizeof(*journal->doubts));
	journal->doubts[journal->ndoubts++] = (struct journal_doubt){
	    xstrdup(journal->name), journal->synced, journal->size};
	segment_leave(journal);
}

/* Is it the end of the open segment, before `more` bytes? */
static bool
segment_is_full(const struct journal *journal, int64_t more)
{
	char second[32];

	if (journal->fd == -1 || journal->size == 0 ||
	    (journal->limit_bytes <= 0 && journal->limit_seconds <= 0))
		return false;
	if (journal->limit_bytes > 0 && journal->size + more > journal->limit_bytes)
		return true;
	if (journal->limit_seconds > 0 &&
	    clock_mono_ns() - journal->opened_ns >= journal->limit_seconds * 1000000000)
		return true;
	second_of_now(second);
	return strncmp(second, journal->name + sizeof("netvane-") - 1, sizeof("20261122") - 1) != 0;
}

/* Logs one kind of error once, however many lines meet it. */
static int
append_failed(struct journal *journal)
{
	int saved = errno;

	if (saved != journal->logged_errno) {
		log_error("%s: cannot append a record",
		    journal->fd != -1 ? journal->path : journal->dir);
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
	struct stat st;

	if (fstat(journal->fd, &st) == 0 && st.st_size == journal->size)
		goto done;
	if (ftruncate(journal->fd, journal->size) == 0)
		goto done;
	log_error("%s: cannot cut off an unfinished line", journal->path);
	journal_sync(journal);
	if (journal->fd != -1)
		segment_doubt(journal);
done:
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
	if (segment_is_full(journal, (int64_t)len)) {
		if (journal_sync(journal) == -1)
			return append_failed(journal);
		if (journal->fd != -1)
			segment_leave(journal);
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
	return 0;
}

int
journal_sync(struct journal *journal)
{
	if (journal_unsynced(journal) > 0) {
		if (fdatasync(journal->fd) == -1 ||
		    (!journal->named && directory_sync(journal->dir_fd) == -1)) {
			log_error("%s: cannot bring records safely to disk", journal->path);
			/*
			 * The kernel may have dropped the pages and would call a second try a success. The
			 * caller knows about the lines so far; later ones get a file of their own.
			 */
			segment_doubt(journal);
			return -1;
		}
		journal->named = true;
		journal->synced = journal->size;
		journal->logged_errno = 0;
	}
	if (segment_is_full(journal, journal->limit_bytes / 8))
		segment_leave(journal);
	return 0;
}

void
journal_set_quiet(struct journal *journal, bool quiet)
{
	journal->quiet = quiet;
}

bool
journal_is_quiet(const struct journal *journal)
{
	return journal->quiet;
}

int
journal_tick(struct journal *journal)
{
	return journal->quiet ? 0 : journal_sync(journal);
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
	return journal->fd != -1 ? journal->path : NULL;
}

int
journal_dir_fd(const struct journal *journal)
{
	return journal->dir_fd;
}

const char *
journal_dir(const struct journal *journal)
{
	return journal->dir;
}

off_t
journal_unsynced(const struct journal *journal)
{
	return journal->fd != -1 ? journal->size - journal->synced : 0;
}

const struct journal_doubt *
journal_doubts(const struct journal *journal, size_t *n)
{
	*n = journal->ndoubts;
	return journal->doubts;
}

void
journal_doubt_settled(struct journal *journal)
{
	assert(journal->ndoubts > 0);
	free(journal->doubts[0].name);
	journal->ndoubts--;
	memmove(journal->doubts, journal->doubts + 1, journal->ndoubts * sizeof(*journal->doubts));
}

bool
journal_is_busy(const struct journal *journal, const char *name)
{
	size_t i;

	if (journal->fd != -1 && strcmp(journal->name, name) == 0)
		return true;
	for (i = 0; i < journal->ndoubts; i++)
		if (strcmp(journal->doubts[i].name, name) == 0)
			return true;
	return false;
}
