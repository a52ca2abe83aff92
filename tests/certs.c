/* Certificates made for the run of a test. */
#include "tests/certs.h"

#include <dirent.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/wait.h>

#include "tests/peer.h"

static char directory[256];

void
certs_make(void)
{
	const char *tmp = getenv("TMPDIR");
	char *mkcerts = peer_path("mkcerts");
	int status;
	pid_t pid;

	snprintf(
	    directory, sizeof(directory), "%.200s/netvane-test-XXXXXX", tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(directory) == NULL)
		err(1, "%s", directory);
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (pid == 0) {
		execl(mkcerts, mkcerts, directory, "site.test", "127.0.0.1", "::1", (char *)NULL);
		warn("%s", mkcerts);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) < 0 || status != 0)
		errx(1, "%s failed", mkcerts);
	free(mkcerts);
}

char *
certs_path(const char *file)
{
	static char paths[4][512];
	static unsigned int next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", directory, file);
	return path;
}

void
certs_remove(void)
{
	DIR *dir = opendir(directory);
	const struct dirent *entry;

	if (dir == NULL)
		err(1, "%s", directory);
	while ((entry = readdir(dir)) != NULL)
		unlink(certs_path(entry->d_name));
	closedir(dir);
	if (rmdir(directory) < 0)
		err(1, "%s", directory);
}
