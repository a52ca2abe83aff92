/* A disk that fails when it is told to. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "tests/faults.h"

int __real_openat64(int dir_fd, const char *path, int flags, ...);
ssize_t __real_write(int fd, const void *data, size_t len);
int __real_fdatasync(int fd);
int __real_fsync(int fd);
int __real_ftruncate64(int fd, off_t len);
int __real_renameat(int from_fd, const char *from, int to_fd, const char *to);
int __real_unlinkat(int dir_fd, const char *path, int flags);

int __wrap_openat64(int dir_fd, const char *path, int flags, ...);
ssize_t __wrap_write(int fd, const void *data, size_t len);
int __wrap_fdatasync(int fd);
int __wrap_fsync(int fd);
int __wrap_ftruncate64(int fd, off_t len);
int __wrap_renameat(int from_fd, const char *from, int to_fd, const char *to);
int __wrap_unlinkat(int dir_fd, const char *path, int flags);

static enum fault_mode mode;
static int first, last, error, calls, syncs;
static int directory = -1; /* the one in which files are opened and renamed */

/* How much of each file was synced. */
static struct synced {
	dev_t dev;
	ino_t ino;
	off_t size;
} * files;
static size_t nfiles;

/* What was done to names since the directory was synced last; what would be lost is kept under a name in the directory above. */
static struct change {
	int dir_fd;
	char *from, *to; /* from: NULL, `to` was made; to: NULL, `from` was removed; else it was renamed */
	char *kept; /* NULL: nothing was lost */
} * changes;
static size_t nchanges;
static int nkept;

void
fault_arm(enum fault_mode new_mode, int at, int count, int err)
{
	mode = new_mode;
	first = at;
	last = at + count - 1;
	error = err;
	calls = syncs = 0;
}

int
fault_calls(void)
{
	return calls;
}

int
fault_syncs(void)
{
	return syncs;
}

/* Keeps what a name stands for; NULL where there is no such name. */
static char *
keep(int dir_fd, const char *name)
{
	char *kept;

	if (mode < FAULT_POWER)
		return NULL;
	kept = xasprintf("../kept.%d", nkept++);
	if (linkat(dir_fd, name, dir_fd, kept, 0) == 0)
		return kept;
	free(kept);
	return NULL;
}

static void
note_change(int dir_fd, const char *from, const char *to, char *kept)
{
	if (mode < FAULT_POWER)
		return;
	changes = xreallocarray(changes, nchanges + 1, sizeof(*changes));
	changes[nchanges++] = (struct change){dir_fd, from != NULL ? xstrdup(from) : NULL,
	    to != NULL ? xstrdup(to) : NULL, kept};
}

/* The directory is synced. */
static void
forget_changes(void)
{
	struct change *change;

	while (nchanges > 0) {
		change = &changes[--nchanges];
		if (change->kept != NULL)
			__real_unlinkat(change->dir_fd, change->kept, 0);
		free(change->from);
		free(change->to);
		free(change->kept);
	}
}

static void
undo(const struct change *change)
{
	int dir = change->dir_fd;

	if (change->to == NULL && mode == FAULT_POWER_REMOVALS)
		return;
	if (change->from == NULL)
		__real_unlinkat(dir, change->to, 0);
	else if (change->to != NULL)
		__real_renameat(dir, change->to, dir, change->from);
	if (change->kept != NULL)
		__real_renameat(dir, change->kept, dir, change->to != NULL ? change->to : change->from);
}

static void
cut_unsynced(int dir_fd, const char *name)
{
	struct stat st;
	size_t i;
	int fd;

	if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode))
		return;
	for (i = 0; i < nfiles; i++)
		if (files[i].dev == st.st_dev && files[i].ino == st.st_ino &&
		    st.st_size > files[i].size) {
			fd = __real_openat64(dir_fd, name, O_WRONLY | O_CLOEXEC);
			if (fd == -1 || __real_ftruncate64(fd, files[i].size) != 0)
				_exit(98);
			close(fd);
		}
}

/* The worst that a file system may make of it: nothing went to the disk that it was not asked to bring there. */
static _Noreturn void
power_cut(int dir_fd)
{
	const struct dirent *entry;
	DIR *dir;
	int fd;

	while (nchanges > 0)
		undo(&changes[--nchanges]);
	fd = __real_openat64(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fdopendir(fd);
	while (dir != NULL && (entry = readdir(dir)) != NULL)
		cut_unsynced(dir_fd, entry->d_name);
	kill(getpid(), SIGKILL);
	_exit(99);
}

static bool
is_hit(bool sync)
{
	int n;

	calls++;
	syncs += sync;
	n = mode == FAULT_LOSE || mode == FAULT_SPOIL ? (sync ? syncs : 0) : calls;
	return mode != FAULT_NONE && n >= first && n <= last;
}

/* Is it this call that fails? One that is the last of this process does not return. */
static bool
fails_at(bool sync)
{
	if (!is_hit(sync) || mode == FAULT_KILL_AFTER)
		return false;
	if (mode >= FAULT_POWER)
		power_cut(directory);
	if (mode == FAULT_KILL)
		kill(getpid(), SIGKILL);
	errno = error;
	return true;
}

static bool
fails(void)
{
	return fails_at(false);
}

static void
after(void)
{
	if (mode == FAULT_KILL_AFTER && calls >= first && calls <= last)
		kill(getpid(), SIGKILL);
}

static struct synced *
file_of(int fd, off_t *size)
{
	struct stat st;
	size_t i;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return NULL;
	*size = st.st_size;
	for (i = 0; i < nfiles; i++)
		if (files[i].dev == st.st_dev && files[i].ino == st.st_ino)
			return &files[i];
	files = xreallocarray(files, nfiles + 1, sizeof(*files));
	files[nfiles] = (struct synced){st.st_dev, st.st_ino, 0};
	return &files[nfiles++];
}

/* What the kernel may do with pages that it could not write. */
static void
lose(int fd)
{
	static const char zeroes[4096];
	char path[64];
	off_t size, at;
	const struct synced *file = file_of(fd, &size);
	size_t n;
	int other;

	if (file == NULL || size <= file->size)
		return;
	/* The descriptor at hand appends, whatever is asked of it. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	other = open(path, O_WRONLY | O_CLOEXEC);
	if (other == -1)
		return;
	if (mode == FAULT_LOSE && __real_ftruncate64(other, file->size) != 0)
		perror("faults: ftruncate");
	for (at = file->size; mode == FAULT_SPOIL && at < size; at += (off_t)n) {
		n = size - at < (off_t)sizeof(zeroes) ? (size_t)(size - at) : sizeof(zeroes);
		if (pwrite(other, zeroes, n, at) != (ssize_t)n)
			break;
	}
	close(other);
}

static int
sync_file(int fd, int (*real)(int fd))
{
	struct synced *file;
	off_t size;
	int result;

	if (fails_at(true)) {
		if (mode == FAULT_LOSE || mode == FAULT_SPOIL)
			lose(fd);
		errno = error;
		return -1;
	}
	result = real(fd);
	file = file_of(fd, &size);
	if (result == 0 && file != NULL)
		file->size = size;
	else if (result == 0)
		forget_changes();
	after();
	return result;
}

int
__wrap_fdatasync(int fd)
{
	return sync_file(fd, __real_fdatasync);
}

int
__wrap_fsync(int fd)
{
	return sync_file(fd, __real_fsync);
}

/* Opening to read changes nothing. */
int
__wrap_openat64(int dir_fd, const char *path, int flags, ...)
{
	struct synced *file;
	mode_t rights = 0;
	va_list ap;
	off_t size;
	bool is_new;
	int fd;

	if ((flags & O_CREAT) != 0) {
		va_start(ap, flags);
		rights = va_arg(ap, mode_t);
		va_end(ap);
	}
	if ((flags & O_ACCMODE) == O_RDONLY)
		return __real_openat64(dir_fd, path, flags, rights);
	directory = dir_fd;
	if (fails())
		return -1;
	is_new = faccessat(dir_fd, path, F_OK, 0) != 0;
	fd = __real_openat64(dir_fd, path, flags, rights);
	/* A number may have been another file's. */
	file = fd != -1 && (flags & O_CREAT) != 0 ? file_of(fd, &size) : NULL;
	if (file != NULL && size == 0)
		file->size = 0;
	if (fd != -1 && is_new)
		note_change(dir_fd, NULL, path, NULL);
	after();
	return fd;
}

/* Standard output and error are not the disk's, nor are pipes. */
ssize_t
__wrap_write(int fd, const void *data, size_t len)
{
	struct stat st;
	ssize_t n;

	if (fd <= STDERR_FILENO || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return __real_write(fd, data, len);
	if (fails()) {
		/* What follows a short write finds out why. */
		if (mode == FAULT_HALF && len > 1 && calls == first) {
			if (last == first)
				last++;
			return __real_write(fd, data, len / 2);
		}
		return -1;
	}
	n = __real_write(fd, data, len);
	after();
	return n;
}

int
__wrap_ftruncate64(int fd, off_t len)
{
	int result;

	if (fails())
		return -1;
	result = __real_ftruncate64(fd, len);
	after();
	return result;
}

int
__wrap_renameat(int from_fd, const char *from, int to_fd, const char *to)
{
	char *kept;
	int result;

	directory = from_fd;
	if (fails())
		return -1;
	kept = keep(to_fd, to);
	result = __real_renameat(from_fd, from, to_fd, to);
	if (result == 0)
		note_change(from_fd, from, to, kept);
	after();
	return result;
}

int
__wrap_unlinkat(int dir_fd, const char *path, int flags)
{
	char *kept;
	int result;

	directory = dir_fd;
	if (fails())
		return -1;
	kept = keep(dir_fd, path);
	result = __real_unlinkat(dir_fd, path, flags);
	if (result == 0)
		note_change(dir_fd, path, NULL, kept);
	after();
	return result;
}
