/* Certificates, peers and a probe for the TLS tests. */
#include "tests/tls_lab.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include <event2/event.h>

#include "base/buf.h"
#include "base/mem.h"
#include "probe/roots.h"

enum { ARGUMENTS_MOST = 16 };

static char directory[256], programs[1024];

/* The programs lie beside the test, wherever it was built. */
static const char *
program(const char *name)
{
	static char path[1200];
	ssize_t len;

	if (programs[0] == '\0') {
		len = readlink("/proc/self/exe", programs, sizeof(programs) - 1);
		assert_true(len > 0);
		programs[len] = '\0';
		*strrchr(programs, '/') = '\0';
	}
	snprintf(path, sizeof(path), "%s/%s", programs, name);
	return path;
}

const char *
lab_path(const char *file)
{
	static char paths[4][512];
	static unsigned next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", directory, file);
	return path;
}

const char *
lab_write(const char *file, const void *data, size_t len)
{
	const char *path = lab_path(file);
	FILE *out = fopen(path, "we");

	assert_non_null(out);
	assert_int_equal(fwrite(data, 1, len, out), len);
	assert_int_equal(fclose(out), 0);
	return path;
}

char *
lab_read(const char *path, size_t *len)
{
	struct buf text = BUF_EMPTY;
	FILE *in = fopen(path, "re");
	size_t got;

	assert_non_null(in);
	while ((got = fread(buf_room(&text, 4096), 1, 4096, in)) > 0)
		text.len += got;
	fclose(in);
	buf_room(&text, 0)[0] = '\0';
	if (len != NULL)
		*len = text.len;
	return buf_steal(&text);
}

size_t
lab_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t n = 0;

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		n++;
	closedir(dir);
	return n;
}

bool
lab_has_ipv6(void)
{
	const struct sockaddr_in6 any = {
	    .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool has = fd >= 0 && bind(fd, (const struct sockaddr *)&any, sizeof(any)) == 0;

	if (fd >= 0)
		close(fd);
	return has;
}

/* Starts a program; in and out get the parent's ends of its pipes. */
static int
spawn(char *const argv[], int *in, int *out)
{
	int to[2], from[2], pid;

	assert_int_equal(pipe2(to, O_CLOEXEC), 0);
	assert_int_equal(pipe2(from, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(to[0], STDIN_FILENO);
		dup2(from[1], STDOUT_FILENO);
		execv(argv[0], argv);
		_exit(127);
	}
	close(to[0]);
	close(from[1]);
	*in = to[1];
	*out = from[0];
	return pid;
}

int
lab_setup(void **state)
{
	char name[] = "good.test", v4[] = "127.0.0.1", v6[] = "::1";
	char *argv[] = {NULL, directory, name, v4, v6, NULL};
	int in, out, status, pid;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	snprintf(directory, sizeof(directory), "%.200s/netvane-test-XXXXXX",
	    getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
	assert_non_null(mkdtemp(directory));
	argv[0] = xstrdup(program("mkcerts"));
	pid = spawn(argv, &in, &out);
	close(in);
	close(out);
	free(argv[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

int
lab_teardown(void **state)
{
	DIR *dir = opendir(directory);
	const struct dirent *entry;

	(void)state;
	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL)
		unlink(lab_path(entry->d_name));
	closedir(dir);
	return rmdir(directory);
}

static void
peer_run(struct peer *peer, char *const argv[])
{
	char text[16];
	size_t len = 0;
	int out;

	peer->pid = spawn(argv, &peer->in, &out);
	while (len < sizeof(text) - 1 && read(out, text + len, 1) == 1 && text[len] != '\n')
		len++;
	close(out);
	text[len] = '\0';
	peer->port = atoi(text);
	assert_true(peer->port > 0);
}

static void
peer_vstart(struct peer *peer, const char *mode, const char *chain, va_list ap)
{
	char *argv[ARGUMENTS_MOST] = {NULL}, *option;
	const char *host = "127.0.0.1:";
	size_t n = 0, i;

	argv[n++] = xstrdup(program("peer_tls"));
	argv[n++] = xstrdup(mode);
	if (chain != NULL) {
		argv[n++] = xstrdup("--cert");
		argv[n++] = xstrdup(lab_path(chain));
		argv[n++] = xstrdup("--key");
		argv[n++] = xstrdup(lab_path("key.pem"));
	}
	while ((option = va_arg(ap, char *)) != NULL) {
		assert_true(n < ARGUMENTS_MOST - 1);
		argv[n++] = xstrdup(option);
		if (strcmp(option, "::1") == 0)
			host = "[::1]:";
	}
	peer_run(peer, argv);
	snprintf(peer->address, sizeof(peer->address), "%s%d", host, peer->port);
	for (i = 0; i < n; i++)
		free(argv[i]);
}

void
peer_start(struct peer *peer, const char *mode, ...)
{
	va_list ap;

	va_start(ap, mode);
	peer_vstart(peer, mode, NULL, ap);
	va_end(ap);
}

void
peer_start_with(struct peer *peer, const char *mode, const char *chain, ...)
{
	va_list ap;

	va_start(ap, chain);
	peer_vstart(peer, mode, chain, ap);
	va_end(ap);
}

void
peer_stop(struct peer *peer)
{
	int status;

	close(peer->in);
	assert_int_equal(waitpid(peer->pid, &status, 0), peer->pid);
	assert_int_equal(status, 0);
}

void
lab_open(struct lab *lab, const char *bundle)
{
	*lab = (struct lab){.conf = {.tcp_ms = 5000, .tls_ms = 5000, .scale = 1}};
	lab->probe.conf = &lab->conf;
	lab->probe.base = event_base_new();
	lab->probe.roots =
	    roots_load_from(lab_path("root.pem"), lab_path("no-mozilla"), lab_path(bundle));
	assert_non_null(lab->probe.base);
	assert_non_null(lab->probe.roots);
}

void
lab_close(struct lab *lab)
{
	roots_free(lab->probe.roots);
	event_base_free(lab->probe.base);
}
