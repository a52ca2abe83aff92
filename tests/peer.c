/* Starts and ends peers. */
#include "tests/peer.h"

#include <err.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/wait.h>

#include "base/mem.h"

enum { ARGUMENTS_MAX = 16 };

static int
read_port(int fd, const char *path)
{
	FILE *out = fdopen(fd, "r");
	int port;

	if (out == NULL || fscanf(out, "%d", &port) != 1)
		errx(1, "%s printed no port", path);
	fclose(out);
	return port;
}

char *
peer_path(const char *name)
{
	char test[4096];
	ssize_t len = readlink("/proc/self/exe", test, sizeof(test) - 1);

	if (len < 0)
		err(1, "/proc/self/exe");
	test[len] = '\0';
	*strrchr(test, '/') = '\0';
	return xasprintf("%s/%s", test, name);
}

void
peer_start(struct peer *peer, const char *name, ...)
{
	char *path = peer_path(name);
	char *argv[ARGUMENTS_MAX] = {path};
	int in[2], out[2], n = 1;
	va_list ap;

	va_start(ap, name);
	while (n < ARGUMENTS_MAX - 1 && (argv[n] = va_arg(ap, char *)) != NULL)
		n++;
	va_end(ap);
	if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0)
		err(1, "pipe");
	peer->pid = fork();
	if (peer->pid < 0)
		err(1, "fork");
	if (peer->pid == 0) {
		if (dup2(in[0], STDIN_FILENO) < 0 || dup2(out[1], STDOUT_FILENO) < 0)
			_exit(126);
		execv(path, argv);
		warn("%s", path);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	peer->in = in[1];
	peer->port = read_port(out[0], path);
	free(path);
}

int
peer_stop(struct peer *peer)
{
	int status;

	close(peer->in);
	if (waitpid(peer->pid, &status, 0) < 0)
		err(1, "waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
