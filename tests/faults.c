/* A disk that fails when it is told to. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
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

/* How much of each file was synced. */
static struct synced {
	dev_t dev;
	ino_t ino;
	off_t size;
} * files;
static size_t nfiles;

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

static bool
is_hit(void)
{
	calls++;
	return mode != FAULT_NONE && calls >= first && calls <= last;
}

/* Is it this call that fails? One that is the last of this process does not return. */
static bool
fails(void)
{
	if (!is_hit() || mode == FAULT_KILL_AFTER)
		return false;
	if (mode == FAULT_KILL)
		kill(getpid(), SIGKILL);
	errno = error;
	return true;
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

	syncs++;
	if (fails()) {
		if (mode == FAULT_LOSE || mode == FAULT_SPOIL)
			lose(fd);
		errno = error;
		return -1;
	}
	result = real(fd);
	file = file_of(fd, &size);
	if (result == 0 && file != NULL)
		file->size = size;
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
	int fd;

	if ((flags & O_CREAT) != 0) {
		va_start(ap, flags);
		rights = va_arg(ap, mode_t);
		va_end(ap);
	}
	if ((flags & O_ACCMODE) == O_RDONLY)
		return __real_openat64(dir_fd, path, flags, rights);
	if (fails())
		return -1;
	fd = __real_openat64(dir_fd, path, flags, rights);
	/* A number may have been another file's. */
	file = fd != -1 && (flags & O_CREAT) != 0 ? file_of(fd, &size) : NULL;
	if (file != NULL && size == 0)
		file->size = 0;
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
	int result;

	if (fails())
		return -1;
	result = __real_renameat(from_fd, from, to_fd, to);
	after();
	return result;
}

int
__wrap_unlinkat(int dir_fd, const char *path, int flags)
{
	int result;

	if (fails())
		return -1;
	result = __real_unlinkat(dir_fd, path, flags);
	after();
	return result;
}
