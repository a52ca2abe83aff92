/* What landlock.h promises, and sandbox.h of files. Each claim is tried by a process of its own, since there is no way back out. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include <sqlite3.h>

#include "base/log.h"
#include "base/mem.h"
#include "probe/conf.h"
#include "probe/state_db.h"
#include "tests/sandbox_place.h"

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
	if (landlock_version() >= 3)
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
	if (result == 0 && landlock_version() >= 2 && (rename(a, b) != 0 || rename(b, a) != 0))
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

/* Beyond what SQLite keeps in its cache. */
static int
sort_much(const char *path)
{
	sqlite3 *db;

	db = state_db_open(path, STATE_DB_KEEP);
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

/* --- older kernels --------------------------------------------------------------------------- */

static void
each_version_of_landlock_does_what_it_can(void **state)
{
	char *file = in(place.outside, "file");
	int version, newest = landlock_version();

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CLAIM(a_file_outside_is_out_of_reach),
	    CLAIM(nor_are_the_passwords_within_it),
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
	    CLAIM(no_process_outside_can_be_traced),
	    CLAIM(nor_be_sent_a_signal),
	    CLAIM(only_the_port_that_is_named_can_be_listened_on),
	    CLAIM(each_version_of_landlock_does_what_it_can),
	    CLAIM(a_version_that_is_not_known_yet_is_used_as_far_as_it_is),
	    CLAIM(without_landlock_it_goes_on_unless_one_is_asked_for),
	};

	log_init("test_landlock", LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
