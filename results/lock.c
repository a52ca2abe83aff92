/* One process at a time in a directory. */
#include "results/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"

struct lock {
	int fd;
};

/* The holder's pid as the lock's text has it; 0 unknown. */
static pid_t
lock_holder(int fd)
{
	char text[32];
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
	long pid;

	if (n <= 0)
		return 0;
	text[n] = '\0';
	pid = strtol(text, NULL, 10);
	return pid > 0 ? (pid_t)pid : 0;
}

/* Somebody may have removed the file between our open and our lock: then we hold nothing. */
static bool
lock_is_current(const char *path, int fd)
{
	struct stat held, there;

	return fstat(fd, &held) == 0 && lstat(path, &there) == 0 && held.st_dev == there.st_dev &&
	    held.st_ino == there.st_ino;
}

/* The text is for people and for *pid only. */
static void
lock_sign(const char *path, int fd)
{
	char text[32];
	int len = snprintf(text, sizeof(text), "%ld\n", (long)getpid());

	/* Overwrite, then cut: at no moment is the file empty, for one who looks in between. */
	if (pwrite(fd, text, (size_t)len, 0) == len && ftruncate(fd, len) == 0)
		return;
	log_warn("%s: cannot write our process id", path);
	if (ftruncate(fd, 0) == -1)
		log_warn("%s: names a process that is gone", path);
}

/* Returns an enum lock_result, and the descriptor in *fd when it is ours. */
static int
lock_file(const char *path, int *fd, pid_t *pid)
{
	for (;;) {
		*fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (*fd == -1)
			return LOCK_FAILED;
		if (flock(*fd, LOCK_EX | LOCK_NB) == -1) {
			int err = errno;

			*pid = err == EWOULDBLOCK ? lock_holder(*fd) : 0;
			close(*fd);
			errno = err;
			return err == EWOULDBLOCK ? LOCK_HELD : LOCK_FAILED;
		}
		if (lock_is_current(path, *fd))
			return LOCK_OK;
		close(*fd);
	}
}

int
lock_take(const char *dir, struct lock **lock, pid_t *pid)
{
	char *path = xasprintf("%s/lock", dir);
	int fd, result;

	*pid = 0;
	*lock = NULL;
	result = lock_file(path, &fd, pid);
	if (result == LOCK_OK) {
		lock_sign(path, fd);
		*lock = xmalloc(sizeof(**lock));
		(*lock)->fd = fd;
	} else if (result == LOCK_FAILED)
		log_error("cannot lock %s", path);
	free(path);
	return result;
}

void
lock_drop(struct lock *lock)
{
	if (lock == NULL)
		return;
	close(lock->fd);
	free(lock);
}
