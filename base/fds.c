/* The three descriptors that every program counts on. */
#include "base/fds.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

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
