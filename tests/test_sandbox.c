/* What sandbox.h promises. Each claim is tried by a process of its own, since there is no way back out. */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <ifaddrs.h>
#include <linux/landlock.h>
#include <netdb.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include <sqlite3.h>

#include "config.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "probe/conf.h"
#include "probe/sandbox.h"
#include "probe/state_db.h"
#include "tests/old_kernel.h"

enum { NOT_ENTERED = 200, WRONG = 201, DIED = 202 };

/* --- a place of its own ---------------------------------------------------------------------- */

static struct place {
	char *top, *state, *outside;
	struct sandbox_rules rules;
} place;

static char *
in(const char *directory, const char *name)
{
	return xasprintf("%s/%s", directory, name);
}

static void
put(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

/* TOP/state, to write in; TOP/outside, in no rule, with a file; TOP/home, which is where $HOME points. */
static int
set_up(void **state)
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

static int
tear_down(void **state)
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

static int
abi(void)
{
	return (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

static void
need_landlock(int version)
{
	if (abi() >= version)
		return;
	print_message("# this kernel has no Landlock %d\n", version);
	skip();
}

static void
need_filter(void)
{
#ifndef HAVE_SECCOMP
	print_message("# this build has no libseccomp\n");
	skip();
#endif
}

/* What a child, once inside, returns of `act`: 0, or an errno; DIED with what kills it. */
static int
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

static int
opens(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static int
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

static int
list_it(const char *path)
{
	DIR *dir = opendir(path);

	if (dir == NULL)
		return errno;
	closedir(dir);
	return 0;
}

static int
write_it(const char *path)
{
	return opens(path, O_WRONLY);
}

static int
make_it(const char *path)
{
	return opens(path, O_WRONLY | O_CREAT | O_EXCL);
}

static int
remove_it(const char *path)
{
	return unlink(path) == 0 ? 0 : errno;
}

static int
truncate_it(const char *path)
{
	return truncate(path, 0) == 0 ? 0 : errno;
}

/* --- files ----------------------------------------------------------------------------------- */

static void
a_file_outside_is_out_of_reach(void **state)
{
	char *file = in(place.outside, "file"), *fresh = in(place.outside, "fresh");

	(void)state;
	need_landlock(1);
	assert_int_equal(read_it(file), 0);
	assert_int_equal(inside(read_it, file), EACCES);
	assert_int_equal(inside(list_it, place.outside), EACCES);
	assert_int_equal(inside(write_it, file), EACCES);
	assert_int_equal(inside(remove_it, file), EACCES);
	assert_int_equal(inside(make_it, fresh), EACCES);
	if (abi() >= 3)
		assert_int_equal(inside(truncate_it, file), EACCES);
	assert_int_equal(read_it(file), 0);
	free(file);
	free(fresh);
}

static void
nor_are_the_passwords_within_it(void **state)
{
	(void)state;
	need_landlock(1);
	assert_int_equal(inside(read_it, "/etc/shadow"), EACCES);
	assert_int_equal(inside(read_it, "/etc/passwd"), EACCES);
}

static void
what_a_rule_names_can_be_read_and_not_written(void **state)
{
	char *file = in(place.outside, "file"), *fresh = in(place.outside, "fresh");

	(void)state;
	need_landlock(1);
	strings_add(&place.rules.read, place.outside);
	assert_int_equal(inside(read_it, file), 0);
	assert_int_equal(inside(list_it, place.outside), 0);
	assert_int_equal(inside(write_it, file), EACCES);
	assert_int_equal(inside(make_it, fresh), EACCES);
	free(file);
	free(fresh);
}

/* What the journal and SQLite do. */
static int
work_in_it(const char *path)
{
	char *a = in(path, "a"), *sub = in(path, "sub"), *b = in(sub, "b");
	int result = 0;

	if (make_it(a) != 0 || read_it(a) != 0 || truncate_it(a) != 0 || list_it(path) != 0 ||
	    mkdir(sub, 0700) != 0)
		result = errno;
	/* From one directory to another: not before version 2. */
	if (result == 0 && abi() >= 2 && (rename(a, b) != 0 || rename(b, a) != 0))
		result = errno;
	if (result == 0 && (unlink(a) != 0 || rmdir(sub) != 0))
		result = errno;
	free(a);
	free(b);
	free(sub);
	return result;
}

static void
in_the_state_directory_everything_can_be_done(void **state)
{
	(void)state;
	assert_int_equal(inside(work_in_it, place.state), 0);
}

static int
change_it(const char *path)
{
	return chmod(path, 0666) == 0 ? 0 : errno;
}

/* Landlock does not look at modes. */
static void
nor_can_its_mode_be_changed(void **state)
{
	char *file = in(place.outside, "file");

	(void)state;
	need_filter();
	assert_int_equal(inside(change_it, file), EPERM);
	free(file);
}

/* Beyond what SQLite keeps in its cache. */
static int
sort_much(const char *path)
{
	sqlite3 *db;
	bool fresh;

	db = state_db_open(path, STATE_DB_KEEP, &fresh);
	if (db == NULL)
		return WRONG;
	if (sqlite3_exec(db,
		"PRAGMA cache_size = 10;"
		"CREATE TABLE much AS WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 "
		"FROM n LIMIT 20000) SELECT hex(randomblob(100)) AS x FROM n;"
		"CREATE TABLE sorted AS SELECT x FROM much ORDER BY x;"
		"UPDATE sorted SET x = x || 'y';",
		NULL, NULL, NULL) != SQLITE_OK)
		return (uint8_t)sqlite3_errcode(db);
	state_db_close(db);
	return 0;
}

static void
the_database_needs_no_other_place(void **state)
{
	(void)state;
	assert_int_equal(inside(sort_much, place.state), 0);
}

/* Results may be elsewhere, on another disk. */
static void
two_directories_can_be_written(void **state)
{
	(void)state;
	strings_add(&place.rules.write, place.outside);
	assert_int_equal(inside(work_in_it, place.outside), 0);
	assert_int_equal(inside(work_in_it, place.state), 0);
}

static void
a_path_that_is_not_there_is_left_out(void **state)
{
	(void)state;
	strings_add(&place.rules.read, "/there/is/no/such");
	strings_add(&place.rules.follow, "/there/is/no/such");
	assert_int_equal(inside(work_in_it, place.state), 0);
}

/* --- files that others replace --------------------------------------------------------------- */

/* Meets the parent: it is inside; the parent has done its part. */
static int meeting[2];

static int
wait_and_read(const char *path)
{
	char byte = 'x';

	if (write(meeting[0], &byte, 1) != 1 || read(meeting[0], &byte, 1) != 1)
		return WRONG;
	return read_it(path);
}

/* What reading `path` gives a process that is inside already when `meanwhile` happens to `file` outside. */
static int
inside_meanwhile(const char *path, void (*meanwhile)(const char *file), const char *file)
{
	struct sandbox_report report;
	pid_t child;
	int status;
	char byte;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, meeting), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		close(meeting[1]);
		log_set_level(LOG_LEVEL_ERROR);
		_exit(sandbox_enter(&place.rules, &report) != 0 ? NOT_ENTERED : wait_and_read(path));
	}
	close(meeting[0]);
	assert_int_equal(read(meeting[1], &byte, 1), 1);
	meanwhile(file);
	assert_int_equal(write(meeting[1], &byte, 1), 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	close(meeting[1]);
	return WIFEXITED(status) ? WEXITSTATUS(status) : DIED;
}

static void
replace(const char *file)
{
	char *fresh = xasprintf("%s.new", file);

	put(fresh, "new\n", 0600);
	assert_int_equal(rename(fresh, file), 0);
	free(fresh);
}

/* Its directory is not there yet. */
static void
come_late(const char *file)
{
	char *directory = xstrndup(file, (size_t)(strrchr(file, '/') - file));

	assert_int_equal(mkdir(directory, 0700), 0);
	put(file, "late\n", 0600);
	free(directory);
}

static void
a_file_that_is_followed_may_be_replaced(void **state)
{
	char *file = in(place.outside, "file");

	(void)state;
	need_landlock(1);
	strings_add(&place.rules.follow, file);
	assert_int_equal(inside_meanwhile(file, replace, file), 0);
	assert_int_equal(inside(write_it, file), EACCES);
	free(file);
}

/* Else `follow` would not be needed. */
static void
one_that_is_only_read_may_not(void **state)
{
	char *file = in(place.outside, "file");

	(void)state;
	need_landlock(1);
	strings_add(&place.rules.read, file);
	assert_int_equal(inside(read_it, file), 0);
	assert_int_equal(inside_meanwhile(file, replace, file), EACCES);
	free(file);
}

/* /etc/resolv.conf that leads to ../run/systemd/resolve/stub-resolv.conf. */
static void
a_link_is_followed_to_its_file(void **state)
{
	char *link = in(place.top, "link"), *file = in(place.outside, "file");

	(void)state;
	need_landlock(1);
	assert_int_equal(symlink("outside/file", link), 0);
	strings_add(&place.rules.follow, link);
	assert_int_equal(inside_meanwhile(link, replace, file), 0);
	free(link);
	free(file);
}

/* The same before the service that makes it has started. */
static void
a_link_may_lead_to_where_nothing_is_yet(void **state)
{
	char *link = in(place.top, "link"), *file = in(place.outside, "sub/file");

	(void)state;
	need_landlock(1);
	assert_int_equal(symlink(file, link), 0);
	strings_add(&place.rules.follow, link);
	assert_int_equal(inside_meanwhile(link, come_late, file), 0);
	free(link);
	free(file);
}

static void
the_home_is_not_opened_for_a_file_in_it(void **state)
{
	char *conf = in(getenv("HOME"), "my.conf"), *key = in(getenv("HOME"), "key");

	(void)state;
	need_landlock(1);
	put(conf, "\n", 0600);
	put(key, "\n", 0600);
	strings_add(&place.rules.follow, conf);
	assert_int_equal(inside(read_it, conf), 0);
	assert_int_equal(inside(read_it, key), EACCES);
	free(conf);
	free(key);
}

/* --- what every netvane reads ---------------------------------------------------------------- */

static int
read_what_is_needed(const char *path)
{
	static const char *const needed[] = {"/proc/net/route", "/proc/self/status", "/proc/stat",
	    "/dev/urandom", "/etc/ssl/certs", "/usr/share/ca-certificates", "/etc/hosts"};
	size_t i;
	int result = 0;

	(void)path;
	for (i = 0; i < sizeof(needed) / sizeof(needed[0]) && result == 0; i++) {
		result = opens(needed[i], O_RDONLY);
		if (result == ENOENT) /* not on this machine, or this kernel */
			result = 0;
	}
	return result == 0 ? opens("/dev/null", O_RDWR) : result;
}

static void
what_every_netvane_reads_can_be_read(void **state)
{
	(void)state;
	assert_int_equal(inside(read_what_is_needed, NULL), 0);
}

/* The kernel makes /proc/self anew when memory was short; the rule would be the old one's. */
static int
find_kept(const char *path)
{
	char *self = xasprintf("/proc/%ld", (long)getpid()), to[64], name[32];
	int fd, result = ENOENT;
	ssize_t n;

	(void)path;
	for (fd = 0; fd < 256 && result != 0; fd++) {
		snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
		n = readlink(name, to, sizeof(to) - 1);
		if (n > 0) {
			to[n] = '\0';
			result = strcmp(to, self) == 0 ? 0 : ENOENT;
		}
	}
	free(self);
	return result;
}

static void
the_rule_for_proc_is_held_fast(void **state)
{
	(void)state;
	need_landlock(1);
	assert_int_equal(inside(find_kept, NULL), 0);
}

static void *
look_up(void *result)
{
	struct addrinfo *found = NULL, hints = {.ai_socktype = SOCK_STREAM};
	struct ifaddrs *all;

	if (getaddrinfo("localhost", "https", &hints, &found) == 0)
		freeaddrinfo(found);
	else
		*(int *)result = WRONG;
	if (getifaddrs(&all) == 0)
		freeifaddrs(all);
	else
		*(int *)result = errno;
	return NULL;
}

static int
look_up_in_a_thread(const char *path)
{
	pthread_t thread;
	int result = 0, wrong;

	(void)path;
	wrong = pthread_create(&thread, NULL, look_up, &result);
	if (wrong == 0)
		wrong = pthread_join(thread, NULL);
	return wrong != 0 ? wrong : result;
}

/* As libcurl does. */
static void
a_thread_can_look_up_names(void **state)
{
	(void)state;
	assert_int_equal(inside(look_up_in_a_thread, NULL), 0);
}

/* --- programs -------------------------------------------------------------------------------- */

static int
run_it(const char *path)
{
	char *name = xstrdup(path), *argv[] = {name, NULL};
	int status;
	pid_t child = fork();

	if (child < 0) {
		free(name);
		return errno;
	}
	if (child == 0) {
		execv(path, argv);
		_exit(errno);
	}
	free(name);
	if (waitpid(child, &status, 0) != child)
		return errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : DIED;
}

static int
become_it(const char *path)
{
	char *name = xstrdup(path), *argv[] = {name, NULL};

	execv(path, argv);
	free(name);
	return errno;
}

static void
no_program_can_be_started(void **state)
{
	int result;

	(void)state;
	need_landlock(1);
	result = inside(become_it, "/bin/true");
	assert_true(result == EACCES || result == EPERM);
	result = inside(run_it, "/bin/true");
	assert_true(result == EACCES || result == EPERM);
}

/* A script of the test's, in TOP/programs. */
static char *
program(const char *text)
{
	char *directory = in(place.top, "programs"), *path = in(directory, "hook"),
	     *whole = xasprintf("#!/bin/sh\n%s\n", text);

	assert_int_equal(mkdir(directory, 0700), 0);
	put(path, whole, 0700);
	free(directory);
	free(whole);
	return path;
}

static void
a_program_that_is_named_can_be_started(void **state)
{
	char *text = xasprintf("echo seen | cat >%s/seen && date >/dev/null && exit 7", place.state),
	     *path = program(text);

	(void)state;
	place.rules.program = path;
	assert_int_equal(inside(run_it, path), 7);
	free(text);
	text = in(place.state, "seen");
	assert_int_equal(read_it(text), 0);
	free(text);
	free(path);
}

static void
it_is_in_the_sandbox_too(void **state)
{
	char *text = xasprintf("cat %s/file 2>/dev/null && exit 1\n"
			       "(echo >%s/fresh) 2>/dev/null && exit 2\n"
			       "ls %s >/dev/null 2>&1 && exit 3\n"
			       "grep -q '^NoNewPrivs:.1' /proc/self/status || exit 4\nexit 0",
	    place.outside, place.outside, place.outside);
	char *path = program(text);

	(void)state;
	need_landlock(1);
	place.rules.program = path;
	assert_int_equal(inside(run_it, path), 0);
	free(text);
	free(path);
}

static void
and_no_other_outside_the_usual_places_can_be(void **state)
{
	char *path = program("exit 7"), *other = in(place.outside, "other");

	(void)state;
	need_landlock(1);
	put(other, "#!/bin/sh\nexit 7\n", 0700);
	place.rules.program = path;
	assert_int_equal(run_it(other), 7);
	assert_int_equal(inside(run_it, other), EACCES);
	free(other);
	free(path);
}

/* --- other processes, and the network --------------------------------------------------------- */

static int
trace_the_parent(const char *path)
{
	(void)path;
	if (ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) != 0)
		return errno;
	ptrace(PTRACE_DETACH, getppid(), NULL, NULL);
	return 0;
}

static void
no_process_outside_can_be_traced(void **state)
{
	(void)state;
	need_landlock(1);
	assert_int_equal(inside(trace_the_parent, NULL), EPERM);
	place.rules.program = "/bin/true";
	assert_int_equal(inside(trace_the_parent, NULL), EPERM);
}

static int
signal_the_parent(const char *path)
{
	(void)path;
	return kill(getppid(), 0) == 0 ? 0 : errno;
}

static void
nor_be_sent_a_signal(void **state)
{
	(void)state;
	place.rules.program = "/bin/true";
	need_landlock(6);
	assert_int_equal(inside(signal_the_parent, NULL), EPERM);
}

static int
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

static void
only_the_port_that_is_named_can_be_listened_on(void **state)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	char port[16];

	(void)state;
	need_landlock(4);
	/* One that is free just now. */
	assert_int_equal(bind(fd, (const struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	close(fd);
	snprintf(port, sizeof(port), "%d", ntohs(at.sin_port));
	assert_int_equal(inside(listen_on, port), EACCES);
	assert_int_equal(inside(listen_on, "0"), EACCES);
	place.rules.listen_port = ntohs(at.sin_port);
	assert_int_equal(inside(listen_on, port), 0);
	assert_int_equal(inside(listen_on, "0"), EACCES);
}

static socklen_t
abstract(const char *name, struct sockaddr_un *out)
{
	*out = (struct sockaddr_un){.sun_family = AF_UNIX};
	strncpy(out->sun_path + 1, name + 1, sizeof(out->sun_path) - 2);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name));
}

static int
send_to_abstract(const char *name)
{
	struct sockaddr_un to;
	socklen_t len = abstract(name, &to);
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	if (fd < 0)
		return errno;
	return sendto(fd, "x", 1, 0, (const struct sockaddr *)&to, len) == 1 ? 0 : errno;
}

/* Its socket may have an abstract name; then that wall is left out, and no other. */
static void
notices_reach_the_service_manager(void **state)
{
	char *name = xasprintf("@netvane-test-%ld", (long)getpid());
	struct sockaddr_un at;
	socklen_t len = abstract(name, &at);
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	(void)state;
	assert_int_equal(bind(fd, (const struct sockaddr *)&at, len), 0);
	place.rules.notify_socket = name;
	assert_int_equal(inside(send_to_abstract, name), 0);
	place.rules.notify_socket = "/run/systemd/notify";
	if (abi() >= 6)
		assert_int_equal(inside(send_to_abstract, name), EPERM);
	close(fd);
	free(name);
}

static int
open_local(const char *path)
{
	(void)path;
	return socket(AF_UNIX, SOCK_DGRAM, 0) < 0 ? errno : 0;
}

/* The session's bus starts programs for whoever connects. */
static void
without_a_service_manager_no_service_is_connected_to(void **state)
{
	(void)state;
	need_filter();
	assert_int_equal(inside(open_local, NULL), EPERM);
	place.rules.notify_socket = "/run/systemd/notify";
	assert_int_equal(inside(open_local, NULL), 0);
}

/* --- what holds in any mode ------------------------------------------------------------------ */

static int
look_at_cores(const char *path)
{
	struct rlimit limit;

	(void)path;
	if (getrlimit(RLIMIT_CORE, &limit) != 0 || limit.rlim_cur != 0 || limit.rlim_max != 0)
		return WRONG;
	return !SYSCALLS_SANITIZED && prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0 ? WRONG : 0;
}

static int
look_at_umask(const char *path)
{
	struct stat st;

	if (close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666)) != 0 || stat(path, &st) != 0)
		return errno;
	return (st.st_mode & 0777) == 0600 ? 0 : WRONG;
}

static void
memory_is_not_dumped_and_files_are_the_owners_in_any_mode(void **state)
{
	char *path = in(place.state, "made");
	int mode;

	(void)state;
	for (mode = SANDBOX_AUTO; mode <= SANDBOX_NO; mode++) {
		if (mode == SANDBOX_YES && abi() <= 0)
			continue;
		place.rules.mode = (enum sandbox_mode)mode;
		assert_int_equal(inside(look_at_cores, NULL), 0);
		assert_int_equal(inside(look_at_umask, path), 0);
		assert_int_equal(unlink(path), 0);
	}
	free(path);
}

static void
a_sandbox_that_is_off_keeps_nothing_away(void **state)
{
	char *file = in(place.outside, "file");

	(void)state;
	place.rules.mode = SANDBOX_NO;
	assert_int_equal(inside(read_it, file), 0);
	assert_int_equal(inside(become_it, "/bin/true"), 0);
	free(file);
}

/* --- older kernels --------------------------------------------------------------------------- */

enum { CANNOT_PRETEND = 203 };

/* Like inside(), on a kernel whose Landlock is of this version. */
static int
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
		_exit(report.landlock_abi == version ? act(path) : WRONG);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	status = WIFEXITED(status) ? WEXITSTATUS(status) : DIED;
	if (status == CANNOT_PRETEND) {
		print_message("# this build or kernel cannot pass for an older one\n");
		skip();
	}
	return status;
}

static void
each_version_of_landlock_does_what_it_can(void **state)
{
	char *file = in(place.outside, "file");
	int version, newest = abi();

	(void)state;
	need_landlock(1);
	for (version = 1; version <= newest; version++) {
		assert_int_equal(inside_on(version, read_it, file), EACCES);
		assert_int_equal(inside_on(version, remove_it, file), EACCES);
		assert_int_equal(inside_on(version, truncate_it, file), version < 3 ? 0 : EACCES);
		assert_int_equal(inside_on(version, listen_on, "0"), version < 4 ? 0 : EACCES);
	}
	free(file);
}

static void
a_version_that_is_not_known_yet_is_used_as_far_as_it_is(void **state)
{
	char *file = in(place.outside, "file");

	(void)state;
	need_landlock(6);
	assert_int_equal(inside_on(99, read_it, file), EACCES);
	free(file);
}

static void
without_landlock_it_goes_on_unless_one_is_asked_for(void **state)
{
	char *file = in(place.outside, "file");

	(void)state;
	assert_int_equal(inside_on(0, read_it, file), 0);
	assert_int_equal(inside_on(0, look_at_cores, NULL), 0);
	place.rules.mode = SANDBOX_YES;
	assert_int_equal(inside_on(0, read_it, file), NOT_ENTERED);
	free(file);
}

/* --- what is told ---------------------------------------------------------------------------- */

static void
it_is_told_what_was_achieved(void **state)
{
	static const struct {
		struct sandbox_report report;
		const char *words;
	} cases[] = {
	    {{7, SYSCALLS_LISTED, true}, "Landlock 7, listed system calls only"},
	    {{1, SYSCALLS_SOME, true}, "Landlock 1, no dangerous system calls"},
	    {{2, SYSCALLS_ANY, true}, "Landlock 2, any system call"},
	    {{0, SYSCALLS_LISTED, true}, "no Landlock, listed system calls only"},
	    {{0, SYSCALLS_ANY, true}, "no Landlock, any system call"},
	    {{0, SYSCALLS_ANY, false}, "off"},
	};
	struct buf words = BUF_EMPTY;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_clear(&words);
		sandbox_words(&cases[i].report, &words);
		assert_string_equal(buf_str(&words), cases[i].words);
	}
	buf_free(&words);
}

static int
report_is_true(const char *path)
{
	char text[4096];
	int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, text, sizeof(text) - 1);

	(void)path;
	close(fd);
	if (n <= 0)
		return WRONG;
	text[n] = '\0';
	return strstr(text, "NoNewPrivs:\t1") != NULL && strstr(text, "Seccomp:\t2") != NULL ? 0 : WRONG;
}

static void
the_kernel_says_so_too(void **state)
{
	(void)state;
	need_filter();
	assert_int_equal(inside(report_is_true, NULL), 0);
	place.rules.program = "/bin/true";
	assert_int_equal(inside(report_is_true, NULL), 0);
}

/* --- the configuration's paths --------------------------------------------------------------- */

static bool
has(const struct strings *strings, const char *wanted)
{
	size_t i;

	for (i = 0; i < strings->n; i++)
		if (strcmp(strings->items[i], wanted) == 0)
			return true;
	return false;
}

static void
a_configuration_brings_its_paths(void **state)
{
	static const char *const settings[][2] = {{"probe.state", "/s"}, {"probe.results", "/r"},
	    {"probe.roots", "/roots/my.pem"}, {"probe.fingerprints", "/f/one.csv /f/two.csv"},
	    {"targets.list", "kz-news /lists/my.csv"}, {"targets.controls", "/c/controls.csv"},
	    {"dns.resolv_conf", "/run/my.conf"}};
	static const char *const followed[] = {"/my/netvane.conf", "/roots/my.pem", "/f/one.csv",
	    "/f/two.csv", "/lists/my.csv", "/c/controls.csv", "/run/my.conf"};
	struct sandbox_rules rules = {0};
	struct conf *conf = conf_new();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		assert_null(conf_set(conf, settings[i][0], settings[i][1]));
	sandbox_rules_fill(&rules, conf, "/my/netvane.conf");
	for (i = 0; i < sizeof(followed) / sizeof(followed[0]); i++)
		if (!has(&rules.follow, followed[i]))
			fail_msg("%s is not there", followed[i]);
	assert_false(has(&rules.follow, "kz-news"));
	assert_int_equal(rules.read.n, 1);
	assert_int_equal(rules.write.n, 2);
	assert_true(has(&rules.write, "/s") && has(&rules.write, "/r"));
	assert_null(rules.program);
	sandbox_rules_clear(&rules);
	conf_free(conf);
}

int
main(void)
{
	log_init("test_sandbox", LOG_LEVEL_ERROR);
#define CLAIM(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    CLAIM(a_file_outside_is_out_of_reach),
	    CLAIM(nor_are_the_passwords_within_it),
	    CLAIM(nor_can_its_mode_be_changed),
	    CLAIM(what_a_rule_names_can_be_read_and_not_written),
	    CLAIM(in_the_state_directory_everything_can_be_done),
	    CLAIM(the_database_needs_no_other_place),
	    CLAIM(two_directories_can_be_written),
	    CLAIM(a_path_that_is_not_there_is_left_out),
	    CLAIM(a_file_that_is_followed_may_be_replaced),
	    CLAIM(one_that_is_only_read_may_not),
	    CLAIM(a_link_is_followed_to_its_file),
	    CLAIM(a_link_may_lead_to_where_nothing_is_yet),
	    CLAIM(the_home_is_not_opened_for_a_file_in_it),
	    CLAIM(what_every_netvane_reads_can_be_read),
	    CLAIM(the_rule_for_proc_is_held_fast),
	    CLAIM(a_thread_can_look_up_names),
	    CLAIM(no_program_can_be_started),
	    CLAIM(a_program_that_is_named_can_be_started),
	    CLAIM(it_is_in_the_sandbox_too),
	    CLAIM(and_no_other_outside_the_usual_places_can_be),
	    CLAIM(no_process_outside_can_be_traced),
	    CLAIM(nor_be_sent_a_signal),
	    CLAIM(only_the_port_that_is_named_can_be_listened_on),
	    CLAIM(notices_reach_the_service_manager),
	    CLAIM(without_a_service_manager_no_service_is_connected_to),
	    CLAIM(memory_is_not_dumped_and_files_are_the_owners_in_any_mode),
	    CLAIM(a_sandbox_that_is_off_keeps_nothing_away),
	    CLAIM(each_version_of_landlock_does_what_it_can),
	    CLAIM(a_version_that_is_not_known_yet_is_used_as_far_as_it_is),
	    CLAIM(without_landlock_it_goes_on_unless_one_is_asked_for),
	    CLAIM(it_is_told_what_was_achieved),
	    CLAIM(the_kernel_says_so_too),
	    CLAIM(a_configuration_brings_its_paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
