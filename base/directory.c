/* Making directories, so that they last. */
#include "base/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

/* Some file systems need no telling, and say EINVAL. */
int
directory_sync(int dir_fd)
{
	return fsync(dir_fd) == 0 || errno == EINVAL ? 0 : -1;
}

/* Makes the last directory of a path. */
static int
make_one(const char *path)
{
	char *parent, *slash;
	int fd, result;

	if (mkdir(path, 0700) == -1)
		return errno == EEXIST ? 0 : -1;
	parent = xstrdup(path);
	slash = strrchr(parent, '/');
	if (slash != NULL)
		slash[slash == parent] = '\0';
	fd = open(slash != NULL ? parent : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(parent);
	/* A parent that we may write in but not read cannot be synced. */
	if (fd == -1)
		return 0;
	result = directory_sync(fd);
	close(fd);
	return result;
}

int
directory_make(const char *dir)
{
	char *path = xstrdup(dir), *p = path, saved;
	struct stat st;
	int result = 0;

	while (result == 0 && *p != '\0') {
		p += strspn(p, "/");
		p += strcspn(p, "/");
		saved = *p;
		*p = '\0';
		if (stat(path, &st) == -1)
			result = make_one(path);
		*p = saved;
	}
	free(path);
	return result;
}
