/* A place to try the sandbox in. */
#include "config.h"

#include "tests/sandbox_place.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/log.h"
#include "base/mem.h"
#include "tests/old_kernel.h"

/* --- a place of its own ---------------------------------------------------------------------- */

struct place place;

char *
in(const char *directory, const char *name)
{
	return xasprintf("%s/%s", directory, name);
}

void
put(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

/* TOP/state, to write in; TOP/outside, in no rule, with a file; TOP/home, which is where $HOME points. */
int
place_make(void **state)
{
	const char *tmp = getenv("TMPDIR");
	char *home, *file;

	(void)state;
	memset(&place, 0, sizeof(place));
	place.top = xasprintf("%s/netvane-sandbox.XXXXXX", tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(place.top) == NULL)
		return -1;
	place.state = in(place.top, "state");
	place.outside = in(place.top, "outside");
	home = in(place.top, "home");
	if (mkdir(place.state, 0700) != 0 || mkdir(place.outside, 0700) != 0 ||
	    mkdir(home, 0700) != 0 || setenv("HOME", home, 1) != 0)
		return -1;
	file = in(place.outside, "file");
	put(file, "secret\n", 0600);
	strings_add(&place.rules.write, place.state);
	free(file);
	free(home);
	return 0;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	(void)st;
	(void)type;
	(void)walk;
	return remove(path);
}

int
place_remove(void **state)
{
	(void)state;
	nftw(place.top, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	sandbox_rules_clear(&place.rules);
	free(place.top);
	free(place.state);
	free(place.outside);
	return 0;
}

/* --- inside ---------------------------------------------------------------------------------- */

void
need_landlock(int version)
{
	if (landlock_version() >= version)
		return;
	print_message("# this kernel has no Landlock %d\n", version);
	skip();
}

void
need_filter(void)
{
#ifndef HAVE_SECCOMP
	print_message("# this build has no libseccomp\n");
	skip();
#endif
}

/* What a child, once inside, returns of `act`: 0, or an errno; DIED with what kills it. */
int
inside(int (*act)(const char *path), const char *path)
{
	struct sandbox_report report;
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		log_set_level(LOG_LEVEL_ERROR);
		if (sandbox_enter(&place.rules, &report) != 0)
			_exit(NOT_ENTERED);
		_exit(act(path));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : DIED;
}

int
opens(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

int
read_it(const char *path)
{
	char byte;
	int fd = open(path, O_RDONLY | O_CLOEXEC), result;

	if (fd < 0)
		return errno;
	result = read(fd, &byte, 1) < 0 ? errno : 0;
	close(fd);
	return result;
}

int
list_it(const char *path)
{
	DIR *dir = opendir(path);

	if (dir == NULL)
		return errno;
	closedir(dir);
	return 0;
}

int
write_it(const char *path)
{
	return opens(path, O_WRONLY);
}

int
make_it(const char *path)
{
	return opens(path, O_WRONLY | O_CREAT | O_EXCL);
}

int
remove_it(const char *path)
{
	return unlink(path) == 0 ? 0 : errno;
}

int
truncate_it(const char *path)
{
	return truncate(path, 0) == 0 ? 0 : errno;
}

int
listen_on(const char *port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port)),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	if (fd < 0)
		return errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	return bind(fd, (const struct sockaddr *)&at, sizeof(at)) == 0 && listen(fd, 1) == 0 ? 0
											      : errno;
}

int
look_at_cores(const char *path)
{
	struct rlimit limit;

	(void)path;
	if (getrlimit(RLIMIT_CORE, &limit) != 0 || limit.rlim_cur != 0 || limit.rlim_max != 0)
		return WRONG;
	return !SYSCALLS_SANITIZED && prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0 ? WRONG : 0;
}

/* --- on an older kernel ---------------------------------------------------------------------- */

enum { CANNOT_PRETEND = 203 };

/* Like inside(), on a kernel whose Landlock is of this version. */
int
inside_on(int version, int (*act)(const char *path), const char *path)
{
	struct sandbox_report report;
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		log_set_level(LOG_LEVEL_ERROR);
		if (!old_kernel_begin(version))
			_exit(CANNOT_PRETEND);
		if (sandbox_enter(&place.rules, &report) != 0)
			_exit(NOT_ENTERED);
		_exit(report.landlock == version ? act(path) : WRONG);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	status = WIFEXITED(status) ? WEXITSTATUS(status) : DIED;
	if (status == CANNOT_PRETEND) {
		print_message("# this build or kernel cannot pass for an older one\n");
		skip();
	}
	return status;
}
