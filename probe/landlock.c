/* Landlock: the tables of what is read by every netvane and of what each version of Landlock can take away, and the giving of rights. */
#include "probe/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/landlock.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "probe/sandbox.h"

/* What headers older than the kernel lack. */
#ifndef LANDLOCK_ACCESS_FS_REFER
#define LANDLOCK_ACCESS_FS_REFER (1ULL << 13)
#endif
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif
#ifndef LANDLOCK_ACCESS_FS_IOCTL_DEV
#define LANDLOCK_ACCESS_FS_IOCTL_DEV (1ULL << 15)
#endif
enum {
	BIND_TCP = 1 << 0, /* LANDLOCK_ACCESS_NET_BIND_TCP */
	SCOPE_ABSTRACT_SOCKET = 1 << 0, /* LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET */
	SCOPE_SIGNAL = 1 << 1, /* LANDLOCK_SCOPE_SIGNAL */
	RULE_PORT = 2, /* LANDLOCK_RULE_NET_PORT */
};

/* struct landlock_ruleset_attr of version 6; older kernels take its beginning. */
struct ruleset {
	uint64_t files, net, scopes;
};

/* struct landlock_net_port_attr */
struct port_rule {
	uint64_t allowed, port;
};

enum {
	READ_FILE = LANDLOCK_ACCESS_FS_READ_FILE,
	READ = READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
	EXECUTE = READ | LANDLOCK_ACCESS_FS_EXECUTE,
	USE_FILE = READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE,
	WRITE = READ | USE_FILE | LANDLOCK_ACCESS_FS_TRUNCATE | LANDLOCK_ACCESS_FS_MAKE_REG |
	    LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
	    LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REFER,
	/* Rights that a file can have; the others are a directory's, and the kernel takes them for nothing else. */
	OF_FILES = USE_FILE | LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_TRUNCATE |
	    LANDLOCK_ACCESS_FS_IOCTL_DEV,
};

/* What a version of Landlock brought. A right that a kernel does not know cannot be taken away by it either. */
static const struct {
	int version;
	uint64_t files, net, scopes;
	size_t size; /* of struct ruleset, as far as it knows it */
} versions[] = {
    {1, LANDLOCK_ACCESS_FS_REFER - 1, 0, 0, sizeof(uint64_t)},
    {2, LANDLOCK_ACCESS_FS_REFER, 0, 0, sizeof(uint64_t)},
    {3, LANDLOCK_ACCESS_FS_TRUNCATE, 0, 0, sizeof(uint64_t)},
    {4, 0, BIND_TCP, 0, 2 * sizeof(uint64_t)},
    {5, LANDLOCK_ACCESS_FS_IOCTL_DEV, 0, 0, 2 * sizeof(uint64_t)},
    {6, 0, 0, SCOPE_ABSTRACT_SOCKET | SCOPE_SIGNAL, sizeof(struct ruleset)},
};

/* What every netvane reads, as far as it is there: seen in a whole `netvane check', and what the libraries open in other cases. */
static const struct {
	const char *path;
	uint64_t rights;
} always[] = {
    {"/lib", READ}, /* libraries that are loaded late: name services, character sets */
    {"/lib32", READ},
    {"/lib64", READ},
    {"/usr/lib", READ},
    {"/usr/lib32", READ},
    {"/usr/lib64", READ},
    {"/usr/local/lib", READ},
    {"/etc/ld.so.cache", READ},
    {"/usr/share/locale", READ},
    {"/usr/share/zoneinfo", READ},
    {"/etc/localtime", READ},
    {"/etc/timezone", READ},
    {"/usr/share/ca-certificates", READ},
    {"/usr/local/share/ca-certificates", READ},
    {"/etc/ssl/certs", READ},
    {"/etc/ssl/openssl.cnf", READ},
    {"/etc/pki/tls", READ},
    {"/etc/pki/ca-trust", READ},
    {"/etc/nsswitch.conf", READ}, /* c-ares, and getaddrinfo in libcurl */
    {"/etc/host.conf", READ},
    {"/etc/hosts", READ},
    {"/etc/gai.conf", READ},
    {"/etc/services", READ},
    {"/etc/protocols", READ},
    {"/proc/self", READ},
    {"/proc/net", READ},
    {"/proc/stat", READ},
    {"/proc/uptime", READ},
    {"/proc/sys/kernel/random", READ},
    {"/sys/devices/system/cpu", READ}, /* how many there are: malloc, libcurl */
    {"/dev/urandom", READ}, /* SQLite, c-ares */
    {"/dev/random", READ},
    {"/dev/null", USE_FILE},
};

/* What is added where programs are run. Their /proc/self is not ours, so it is all of /proc; others' memory is closed to them still. */
static const struct {
	const char *path;
	uint64_t rights;
} for_programs[] = {
    {"/usr", EXECUTE},
    {"/bin", EXECUTE},
    {"/sbin", EXECUTE},
    {"/lib", EXECUTE},
    {"/lib32", EXECUTE},
    {"/lib64", EXECUTE},
    {"/etc", READ},
    {"/proc", READ},
};

struct landlock {
	int fd;
	uint64_t handled; /* rights on files that are taken away where no rule gives them */
};

/* --- giving rights --------------------------------------------------------------------------- */

/*
 * A rule is tied to an inode. Other file systems find the same one again by its number, but that of a directory in /proc is made anew once
 * the kernel was short of memory and dropped it; only an open descriptor keeps it. Such descriptors are never closed.
 */
static bool
must_stay_open(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC;
}

/* Returns 0; or -1 where the path is not there, or the kernel did not take it. */
static int
grant(const struct landlock *ll, const char *path, uint64_t rights)
{
	struct landlock_path_beneath_attr rule = {.allowed_access = rights & ll->handled};
	struct stat st;
	int result = -1;

	rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return -1;
	if (fstat(rule.parent_fd, &st) == 0) {
		if (!S_ISDIR(st.st_mode))
			rule.allowed_access &= OF_FILES;
		result = (int)syscall(
		    SYS_landlock_add_rule, ll->fd, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
		if (result != 0)
			log_warn("sandbox: no rule for %s", path);
	}
	if (!must_stay_open(rule.parent_fd))
		close(rule.parent_fd);
	return result;
}

/* The path's directory, as a string to free. */
static char *
directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return xstrdup(".");
	return slash == path ? xstrdup("/") : xstrndup(path, (size_t)(slash - path));
}

/* Where symbolic links lead, though nothing may be there yet (to free). */
static char *
follow_links(const char *path)
{
	char *at = xstrdup(path), target[PATH_MAX], *directory, *next;
	ssize_t n;
	int i;

	for (i = 0; i < 40 && (n = readlink(at, target, sizeof(target) - 1)) > 0; i++) {
		target[n] = '\0';
		directory = directory_of(at);
		next = target[0] == '/' ? xstrdup(target) : xasprintf("%s/%s", directory, target);
		free(directory);
		free(at);
		at = next;
	}
	return at;
}

/* Directories that hold too much to be opened for one file. */
static bool
too_wide(const char *directory)
{
	const char *home = getenv("HOME");
	struct stat st, other;

	if (stat(directory, &st) != 0)
		return false;
	if (stat("/", &other) == 0 && other.st_dev == st.st_dev && other.st_ino == st.st_ino)
		return true;
	return home != NULL && stat(home, &other) == 0 && other.st_dev == st.st_dev &&
	    other.st_ino == st.st_ino;
}

/*
 * The directory of a file, or what there is of the way to it: /run/systemd/resolve comes when the service that makes it does.
 * What is above the directory of a file that nobody made is not opened.
 */
static void
grant_around(const struct landlock *ll, const char *path, uint64_t rights)
{
	char *file = follow_links(path), *directory = directory_of(file), *above;
	bool linked = strcmp(file, path) != 0;

	while (linked && access(directory, F_OK) != 0 && strcmp(directory, "/") != 0 &&
	    strcmp(directory, ".") != 0) {
		above = directory_of(directory);
		free(directory);
		directory = above;
	}
	if (!too_wide(directory))
		grant(ll, directory, rights);
	else if (grant(ll, file, rights) == 0)
		log_info("sandbox: %s is read as it is now: a new file of that name will be out of "
			 "reach, since all of %s would have to be open for it",
		    path, directory);
	free(directory);
	free(file);
}

static void
grant_strings(const struct landlock *ll, const struct strings *paths, uint64_t rights)
{
	size_t i;

	for (i = 0; i < paths->n; i++)
		grant(ll, paths->items[i], rights);
}

static void
grant_program(const struct landlock *ll, const char *program)
{
	size_t i;

	for (i = 0; i < sizeof(for_programs) / sizeof(for_programs[0]); i++)
		grant(ll, for_programs[i].path, for_programs[i].rights);
	grant_around(ll, program, EXECUTE);
}

static void
grant_all(const struct landlock *ll, const struct sandbox_rules *rules)
{
	size_t i;

	for (i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		grant(ll, always[i].path, always[i].rights);
	grant_strings(ll, &rules->read, READ);
	for (i = 0; i < rules->follow.n; i++)
		grant_around(ll, rules->follow.items[i], READ_FILE);
	grant_strings(ll, &rules->write, WRITE);
	for (i = 0; i < rules->write.n; i++)
		if (access(rules->write.items[i], F_OK) != 0)
			log_warn("sandbox: nothing can be written to %s", rules->write.items[i]);
	if (rules->program != NULL)
		grant_program(ll, rules->program);
}

/* --- entering -------------------------------------------------------------------------------- */

/* What this version can take away. Returns the size of what it knows of the struct. */
static size_t
all_of(int version, struct ruleset *all)
{
	size_t i, size = 0;

	*all = (struct ruleset){0};
	for (i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		if (versions[i].version > version)
			break;
		all->files |= versions[i].files;
		all->net |= versions[i].net;
		all->scopes |= versions[i].scopes;
		size = versions[i].size;
	}
	return size;
}

int
landlock_restrict(int version, const struct sandbox_rules *rules)
{
	struct port_rule port = {.allowed = BIND_TCP, .port = rules->listen_port};
	struct ruleset all;
	size_t size = all_of(version, &all);
	struct landlock ll;
	int result;

	if (rules->notify_socket != NULL && rules->notify_socket[0] == '@')
		all.scopes &= ~(uint64_t)SCOPE_ABSTRACT_SOCKET;
	ll.handled = all.files;
	ll.fd = (int)syscall(SYS_landlock_create_ruleset, &all, size, 0);
	if (ll.fd < 0)
		return -1;
	grant_all(&ll, rules);
	if (rules->listen_port != 0 && all.net != 0 &&
	    syscall(SYS_landlock_add_rule, ll.fd, RULE_PORT, &port, 0) != 0)
		log_warn("sandbox: no rule for port %d", rules->listen_port);
	result = (int)syscall(SYS_landlock_restrict_self, ll.fd, 0);
	close(ll.fd);
	return result;
}

int
landlock_version(void)
{
	return (int)syscall(
	    SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}
