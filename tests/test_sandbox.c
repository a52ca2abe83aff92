/* What sandbox.h promises, but for files (test_landlock.c). Each claim is tried by a process of its own, since there is no way back out. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <netdb.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "probe/conf.h"
#include "tests/sandbox_place.h"

/* --- threads, modes, services ------------------------------------------------------------------ */

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

static int
change_it(const char *path)
{
	return chmod(path, 0666) == 0 ? 0 : errno;
}

/* Landlock does not look at modes. */
static void
the_mode_of_a_file_elsewhere_cannot_be_changed(void **state)
{
	char *file = in(place.outside, "file");

	(void)state;
	need_filter();
	assert_int_equal(inside(change_it, file), EPERM);
	free(file);
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
	if (landlock_version() >= 6)
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

/* --- what holds in any mode ------------------------------------------------------------------ */

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
		if (mode == SANDBOX_YES && landlock_version() <= 0)
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
	const struct CMUnitTest tests[] = {
	    CLAIM(a_thread_can_look_up_names),
	    CLAIM(the_mode_of_a_file_elsewhere_cannot_be_changed),
	    CLAIM(notices_reach_the_service_manager),
	    CLAIM(without_a_service_manager_no_service_is_connected_to),
	    CLAIM(no_program_can_be_started),
	    CLAIM(a_program_that_is_named_can_be_started),
	    CLAIM(it_is_in_the_sandbox_too),
	    CLAIM(and_no_other_outside_the_usual_places_can_be),
	    CLAIM(memory_is_not_dumped_and_files_are_the_owners_in_any_mode),
	    CLAIM(a_sandbox_that_is_off_keeps_nothing_away),
	    CLAIM(it_is_told_what_was_achieved),
	    CLAIM(the_kernel_says_so_too),
	    CLAIM(a_configuration_brings_its_paths),
	};

	log_init("test_sandbox", LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
