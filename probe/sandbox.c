/* The sandbox: Landlock's rules and what goes with them. System calls are syscalls.c's. */
#include "probe/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/landlock.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "probe/paths.h"
#include "targets/datadir.h"
#include "targets/list.h"

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
	int abi;
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

/* --- rules ----------------------------------------------------------------------------------- */

/* Lists and roots may stand in a file of their own; the built-in ones are data. */
static void
follow_list(struct sandbox_rules *rules, const char *name)
{
	char *builtin = list_builtin_path(name);

	if (builtin == NULL && strcmp(name, "-") != 0)
		strings_add(&rules->follow, name);
	free(builtin);
}

static void
take_path(struct strings *to, char *path)
{
	if (path != NULL)
		strings_add(to, path);
	free(path);
}

void
sandbox_rules_fill(struct sandbox_rules *rules, const struct conf *conf, const char *file)
{
	size_t i;

	take_path(&rules->read, datadir_path("."));
	strings_add(&rules->follow, NETVANE_SYSCONFDIR "/netvane/netvane.conf");
	take_path(&rules->follow, paths_user_conf());
	if (file != NULL)
		strings_add(&rules->follow, file);
	strings_add(&rules->follow, conf->resolv_conf);
	if (conf->roots != NULL)
		strings_add(&rules->follow, conf->roots);
	for (i = 0; i < conf->fingerprints.n; i++)
		strings_add(&rules->follow, conf->fingerprints.items[i]);
	for (i = 0; i < conf->lists.n; i++)
		follow_list(rules, conf->lists.items[i]);
	follow_list(rules, conf->controls);
	take_path(&rules->write, paths_state(conf));
	take_path(&rules->write, paths_results(conf));
}

void
sandbox_rules_clear(struct sandbox_rules *rules)
{
	strings_clear(&rules->read);
	strings_clear(&rules->follow);
	strings_clear(&rules->write);
}

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
all_of(int abi, struct ruleset *all)
{
	size_t i, size = 0;

	*all = (struct ruleset){0};
	for (i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		if (versions[i].abi > abi)
			break;
		all->files |= versions[i].files;
		all->net |= versions[i].net;
		all->scopes |= versions[i].scopes;
		size = versions[i].size;
	}
	return size;
}

static int
restrict_files(int abi, const struct sandbox_rules *rules)
{
	struct port_rule port = {.allowed = BIND_TCP, .port = rules->listen_port};
	struct ruleset all;
	size_t size = all_of(abi, &all);
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

/* Returns the version of Landlock that is in force, 0 for none. */
static int
enter_landlock(const struct sandbox_rules *rules)
{
	int abi = (int)syscall(
	    SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

	if (abi <= 0) {
		log_info("sandbox: no Landlock here (%s); file permissions alone keep files apart",
		    strerror(errno));
		return 0;
	}
	if (restrict_files(abi, rules) == 0)
		return abi;
	log_warn("sandbox: Landlock %d did not work", abi);
	return 0;
}

static enum syscalls_filter
enter_filter(const struct sandbox_rules *rules)
{
	enum syscalls_filter filter = rules->program != NULL ? SYSCALLS_SOME : SYSCALLS_LISTED;

	if (syscalls_restrict(filter, rules->notify_socket != NULL) == 0)
		return filter;
	log_info("sandbox: no filter of system calls (%s)",
	    errno == ENOSYS ? "not in this build, or not in this kernel" : strerror(errno));
	return SYSCALLS_ANY;
}

/*
 * Memory holds what was measured and with whom. The limit alone would not do: where cores go to a program, as they do to systemd's,
 * it is not looked at.
 */
static void
forbid_cores(void)
{
	const struct rlimit none = {0, 0};

	if (setrlimit(RLIMIT_CORE, &none) != 0 ||
	    (!SYSCALLS_SANITIZED && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0))
		log_warn("sandbox: core dumps stay possible");
}

static void
say(const struct sandbox_report *report)
{
	struct buf words = BUF_EMPTY;

	sandbox_words(report, &words);
	log_info("sandbox: %s", buf_str(&words));
	buf_free(&words);
}

int
sandbox_enter(const struct sandbox_rules *rules, struct sandbox_report *report)
{
	*report = (struct sandbox_report){.syscalls = SYSCALLS_ANY};
	umask(077);
	forbid_cores();
	if (geteuid() == 0)
		log_info("running as root, for which there is no need: give netvane a user of its "
			 "own");
	if (rules->mode == SANDBOX_NO)
		return 0;
	report->entered = true;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0) {
		report->landlock_abi = enter_landlock(rules);
		report->syscalls = enter_filter(rules);
	} else
		log_warn("sandbox: privileges can be gained still");
	say(report);
	if (rules->mode == SANDBOX_YES && report->landlock_abi == 0) {
		log_errorx("the configuration asks for a sandbox, and this kernel gives none");
		return -1;
	}
	return 0;
}

void
sandbox_words(const struct sandbox_report *report, struct buf *out)
{
	static const char *const calls[] = {
	    [SYSCALLS_ANY] = "any system call",
	    [SYSCALLS_SOME] = "no dangerous system calls",
	    [SYSCALLS_LISTED] = "listed system calls only",
	};

	if (!report->entered)
		buf_puts(out, "off");
	else if (report->landlock_abi > 0)
		buf_printf(out, "Landlock %d, %s", report->landlock_abi, calls[report->syscalls]);
	else
		buf_printf(out, "no Landlock, %s", calls[report->syscalls]);
}
