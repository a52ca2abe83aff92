/* The three descriptors that every program counts on. */
#include "base/fds.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sysexits.h>
#include <unistd.h>

/* What any system allows, and more than is ever wanted. */
enum { FEW = 256, MANY = 1 << 20 };

void
fds_open_standard(void)
{
	int fd;

	/* The lowest free number is taken each time, until it is past the three. */
	do {
		fd = open("/dev/null", O_RDWR);
		if (fd < 0)
			_exit(EX_OSERR);
	} while (fd <= STDERR_FILENO);
	close(fd);
}

size_t
fds_raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return FEW;
	if (limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
			getrlimit(RLIMIT_NOFILE, &limit);
	}
	return limit.rlim_cur < MANY ? (size_t)limit.rlim_cur : MANY;
}
