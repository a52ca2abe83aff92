/*
 * Which bytes a program has brought safely to disk: loaded before its libraries (ld.so(8)), this appends a line "INODE SIZE" to the file
 * $SYNC_LOG whenever a sync of a file has succeeded. A test that kills the program can then take away what was not synced, as a
 * power cut might.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int log_fd = -1;

/* At once: from inside a sandbox it could not be opened any more. */
__attribute__((constructor)) static void
open_log(void)
{
	const char *path = getenv("SYNC_LOG");

	if (path != NULL)
		log_fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

/* The size before the sync: what was written meanwhile need not be covered. */
static int
sync_and_note(long call, int fd)
{
	struct stat st;
	char line[64];
	int known = fstat(fd, &st), result = (int)syscall(call, fd), len;

	if (result != 0 || known != 0 || !S_ISREG(st.st_mode) || log_fd == -1)
		return result;
	len = snprintf(line, sizeof(line), "%llu %lld\n", (unsigned long long)st.st_ino, (long long)st.st_size);
	if (write(log_fd, line, (size_t)len) != len)
		abort();
	return result;
}

int
fsync(int fd)
{
	return sync_and_note(SYS_fsync, fd);
}

int
fdatasync(int fd)
{
	return sync_and_note(SYS_fdatasync, fd);
}
