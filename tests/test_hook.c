/* What hook.h promises, with real programs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include <event2/event.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "probe/hook.h"

/* A directory, a loop, and standard error in a file. */
struct stage {
	char dir[64];
	struct event_base *base;
	struct hook *hook;
	FILE *capture;
	int real_stderr;
	bool stopped;
};

static int
setup(void **state)
{
	struct stage *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return -1;
	strcpy(s->dir, "/tmp/netvane-test-XXXXXX");
	s->base = event_base_new();
	s->capture = tmpfile();
	s->real_stderr = dup(STDERR_FILENO);
	if (mkdtemp(s->dir) == NULL || s->base == NULL || s->capture == NULL ||
	    dup2(fileno(s->capture), STDERR_FILENO) < 0 ||
	    fcntl(STDERR_FILENO, F_SETFL, O_APPEND) != 0)
		return -1;
	log_init("netvane", LOG_LEVEL_INFO);
	*state = s;
	return 0;
}

static int
teardown(void **state)
{
	struct stage *s = *state;
	char *command = xasprintf("rm -r '%s'", s->dir);
	int result;

	hook_free(s->hook);
	result = event_base_get_num_events(s->base, EVENT_BASE_COUNT_ADDED) == 0 ? 0 : -1;
	event_base_free(s->base);
	dup2(s->real_stderr, STDERR_FILENO);
	close(s->real_stderr);
	fclose(s->capture);
	if (system(command) != 0)
		result = -1;
	free(command);
	free(s);
	return result;
}

/* All that was logged since the test began; static. */
static const char *
logged(struct stage *s)
{
	static char text[65536];
	ssize_t n = pread(fileno(s->capture), text, sizeof(text) - 1, 0);

	assert_true(n >= 0);
	text[n] = '\0';
	return text;
}

static size_t
times(const char *text, const char *what)
{
	size_t n = 0;

	while ((text = strstr(text, what)) != NULL) {
		text += strlen(what);
		n++;
	}
	return n;
}

static char *
path_of(const struct stage *s, const char *name)
{
	return xasprintf("%s/%s", s->dir, name);
}

/* A file of the stage's, to free. */
static char *
write_file(const struct stage *s, const char *name, const char *text, mode_t mode)
{
	char *path = path_of(s, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, mode);

	assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
	return path;
}

/* Its text, to free; "" where there is no file. */
static char *
read_file(const struct stage *s, const char *name)
{
	char *path = path_of(s, name);
	FILE *file = fopen(path, "re");
	struct buf text = BUF_EMPTY;

	free(path);
	if (file != NULL) {
		text.len = fread(buf_room(&text, 1 << 20), 1, 1 << 20, file);
		text.data[text.len] = '\0';
		fclose(file);
	}
	return text.len > 0 ? buf_steal(&text) : (buf_free(&text), xstrdup(""));
}

static struct hook *
hook_with(struct stage *s, char *const *argv, int limit_ms)
{
	struct hook_options options = {
	    .argv = argv, .limit_ms = limit_ms, .waiting_max = HOOK_WAITING_MAX};

	s->hook = hook_new(s->base, &options);
	return s->hook;
}

/* A shell script, which gets the stage's directory. */
static struct hook *
hook_script(struct stage *s, const char *script, int limit_ms)
{
	char *text = xasprintf("#!/bin/sh\n%s\n", script);
	char *path = write_file(s, "script", text, 0700);
	char *argv[] = {path, s->dir, NULL};
	struct hook *hook = hook_with(s, argv, limit_ms);

	free(text);
	free(path);
	return hook;
}

static struct hook_counts
counts(const struct stage *s)
{
	struct hook_counts c;

	hook_count(s->hook, &c);
	return c;
}

/* Until so many have ended. */
static void
run_until(struct stage *s, uint64_t ended)
{
	while (counts(s).well + counts(s).badly < ended)
		assert_int_equal(event_base_loop(s->base, EVLOOP_ONCE), 0);
	assert_int_equal(event_base_loop(s->base, EVLOOP_NONBLOCK), counts(s).waiting > 0 ? 0 : 1);
}

static void
event(struct stage *s, const char *json)
{
	hook_event(s->hook, json, strlen(json), NULL, 0);
}

/* A fifo that a program is to hold open; reading it to its end waits until nobody does any more. */
static int
open_held(const struct stage *s)
{
	char *path = path_of(s, "held");
	int fd;

	assert_int_equal(mkfifo(path, 0600), 0);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_true(fd >= 0);
	free(path);
	return fd;
}

/* What was written into it: who did is gone. */
static char *
read_held(int fd)
{
	struct buf text = BUF_EMPTY;
	ssize_t n;

	assert_int_equal(fcntl(fd, F_SETFL, 0), 0);
	while ((n = read(fd, buf_room(&text, 256), 256)) > 0)
		text.len += (size_t)n;
	assert_int_equal(n, 0);
	close(fd);
	if (text.data != NULL)
		text.data[text.len] = '\0';
	return buf_steal(&text);
}

/* --- what a program gets --------------------------------------------------------------------- */

static void
the_record_is_on_standard_input(void **state)
{
	struct stage *s = *state;
	char *got;

	hook_script(s, "cat >\"$1/got\"", 20000);
	event(s, "{\"id\":\"1\"}\n");
	run_until(s, 1);
	got = read_file(s, "got");
	assert_string_equal(got, "{\"id\":\"1\"}\n");
	assert_int_equal(counts(s).well, 1);
	assert_string_equal(logged(s), "");
	free(got);
}

static void
its_environment_is_ours_in_four_names_and_the_events(void **state)
{
	static const struct hook_variable variables[] = {
	    {"NETVANE_EVENT", "onset"},
	    {"NETVANE_MECHANISM", NULL},
	    {"NETVANE_TARGETS", "https://a.test/ https://b.test/"},
	};
	struct stage *s = *state;
	char env[] = "/usr/bin/env", *argv[] = {env, NULL};

	setenv("HOME", "/home/test", 1);
	setenv("LANG", "C.UTF-8", 1);
	setenv("TZ", "UTC0", 1);
	setenv("PATH", "/usr/bin:/bin", 1);
	setenv("SECRET", "of ours", 1);
	hook_with(s, argv, 20000);
	hook_event(s->hook, "{}", 2, variables, 3);
	unsetenv("PATH");
	unsetenv("LANG");
	hook_event(s->hook, "{}", 2, NULL, 0);
	run_until(s, 2);
	setenv("PATH", "/usr/bin:/bin", 1);
	assert_string_equal(logged(s),
	    "netvane: env: PATH=/usr/bin:/bin\nnetvane: env: HOME=/home/test\n"
	    "netvane: env: LANG=C.UTF-8\nnetvane: env: TZ=UTC0\nnetvane: env: NETVANE_EVENT=onset\n"
	    "netvane: env: NETVANE_TARGETS=https://a.test/ https://b.test/\n"
	    "netvane: env: PATH=/usr/local/bin:/usr/bin:/bin\nnetvane: env: HOME=/home/test\n"
	    "netvane: env: TZ=UTC0\n");
}

static void
a_value_beyond_measure_is_cut_and_starts_all_the_same(void **state)
{
	struct hook_variable variable = {"NETVANE_TARGETS", NULL};
	struct stage *s = *state;
	char *value = xmalloc(300001), *got;

	memset(value, 'x', 300000);
	value[300000] = '\0';
	variable.value = value;
	hook_script(s, "printf %s \"$NETVANE_TARGETS\" | wc -c >\"$1/got\"", 20000);
	hook_event(s->hook, "{}", 2, &variable, 1);
	run_until(s, 1);
	got = read_file(s, "got");
	assert_int_equal(atoi(got), HOOK_VALUE_MAX);
	free(got);
	free(value);
}

static void
nothing_of_ours_is_inherited(void **state)
{
	struct stage *s = *state;
	unsigned long long blocked, ignored;
	int leak[2], group, session, pid;
	sigset_t set, before;
	char *got;

	/* Neither closes at exec. */
	assert_int_equal(pipe(leak), 0);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, &before);
	hook_script(s, "exec >\"$1/got\"; grep -E '^Sig(Blk|Ign)' /proc/self/status; pwd -P\n"
	    "ls /proc/self/fd | tr '\\n' ' '; echo; cut -d ' ' -f 5,6 /proc/self/stat; echo $$", 20000);
	event(s, "{}");
	run_until(s, 1);
	sigprocmask(SIG_SETMASK, &before, NULL);
	close(leak[0]);
	close(leak[1]);
	got = read_file(s, "got");
	/* 3 is the directory that ls looks at. */
	assert_int_equal(sscanf(got, "SigBlk: %llx SigIgn: %llx / 0 1 2 3 %d %d %d", &blocked, &ignored,
			     &group, &session, &pid), 5);
	assert_int_equal(blocked, 0);
	/* 32 and 33 are the C library's own, and cannot be had. */
	assert_int_equal(ignored & ~0x180000000ULL, 0);
	assert_int_equal(group, pid);
	assert_int_equal(session, pid);
	assert_int_not_equal(session, getsid(0));
	free(got);
}

/* --- programs that behave badly -------------------------------------------------------------- */

static void
one_that_does_not_read_its_input_holds_nothing_up(void **state)
{
	struct stage *s = *state;
	size_t len = 3 * 1024 * 1024;
	char *json = xmalloc(len);

	memset(json, ' ', len);
	hook_script(s, "exit 0", 20000);
	hook_event(s->hook, json, len, NULL, 0); /* it ends at once: EPIPE */
	run_until(s, 1);
	assert_int_equal(counts(s).well, 1);
	hook_free(s->hook);
	free(write_file(s, "wait", "", 0600));
	hook_script(s, "while [ -e \"$1/wait\" ]; do sleep 0.01; done", 20000);
	hook_event(s->hook, json, len, NULL, 0); /* it runs on, and the pipe stays full */
	while (counts(s).started == 0)
		assert_int_equal(event_base_loop(s->base, EVLOOP_ONCE), 0);
	{
		char *path = path_of(s, "wait");

		assert_int_equal(event_base_loop(s->base, EVLOOP_NONBLOCK), 0);
		assert_int_equal(unlink(path), 0);
		free(path);
	}
	run_until(s, 1);
	assert_int_equal(counts(s).well, 1);
	assert_string_equal(logged(s), "");
	free(json);
}

static void
one_that_takes_too_long_is_ended_with_its_children(void **state)
{
	struct stage *s = *state;
	int held = open_held(s);
	char *said;

	hook_script(s, "exec 8>\"$1/held\"; sleep 1000 & echo two >&8; sleep 1000", 1000);
	event(s, "{}");
	run_until(s, 1);
	said = read_held(held);
	assert_string_equal(said, "two\n");
	assert_int_equal(counts(s).badly, 1);
	assert_non_null(strstr(logged(s), "/script was still at work after 1 s, and was ended"));
	free(said);
}

/* Long enough for a shell on a busy machine to have come so far that a signal finds its trap. */
enum { SET_TRAP_MS = 3000 };
/* libevent's clock ticks every 4 ms: a timer may be that much early, where the loop was woken in between. */
enum { TICK_MS = 4 };

static void
one_that_does_not_want_to_end_is_killed(void **state)
{
	struct stage *s = *state;
	int held = open_held(s);
	int64_t start = clock_mono_ns(), took_ms;
	char *said;

	hook_script(s, "exec 8>\"$1/held\"; trap '' TERM; sleep 1000 & echo two >&8\n"
		       "while :; do sleep 1000; done", SET_TRAP_MS);
	event(s, "{}");
	run_until(s, 1);
	took_ms = (clock_mono_ns() - start) / 1000000;
	assert_true(took_ms >= SET_TRAP_MS + HOOK_GRACE_MS - TICK_MS);
	said = read_held(held);
	assert_string_equal(said, "two\n");
	assert_non_null(strstr(logged(s), "was still at work"));
	free(said);
}

static void
ending_well_after_the_limit_is_late_all_the_same(void **state)
{
	struct stage *s = *state;

	hook_script(s, "trap 'exit 0' TERM; while :; do sleep 0.01; done", SET_TRAP_MS);
	event(s, "{}");
	run_until(s, 1);
	assert_int_equal(counts(s).badly, 1);
	assert_non_null(strstr(logged(s), "was still at work"));
}

static void
what_it_leaves_behind_is_ended_with_it(void **state)
{
	struct stage *s = *state;
	int held = open_held(s);
	char *said;

	hook_script(s, "(exec 8>\"$1/held\"; echo left >&8; : >\"$1/there\"; exec sleep 1000) &\n"
		       "while [ ! -e \"$1/there\" ]; do sleep 0.01; done; exit 0", 20000);
	event(s, "{}");
	run_until(s, 1);
	said = read_held(held); /* would never end if the sleep went on */
	assert_string_equal(said, "left\n");
	assert_int_equal(counts(s).well, 1);
	free(said);
}

/* Its output is held open by somebody who has left the group; that is no reason to wait. */
static void
one_that_leaves_a_daemon_behind_has_ended(void **state)
{
	struct stage *s = *state;
	char *pid;

	hook_script(s, "setsid sh -c 'echo $$ >\"$0/pid\"; exec sleep 1000' \"$1\" &\n"
		       "while [ ! -s \"$1/pid\" ]; do sleep 0.01; done", 20000);
	event(s, "{}");
	run_until(s, 1);
	assert_int_equal(counts(s).well, 1);
	pid = read_file(s, "pid");
	assert_int_equal(kill(atoi(pid), SIGKILL), 0);
	free(pid);
}

static void
what_it_prints_is_logged_line_by_line(void **state)
{
	struct stage *s = *state;

	hook_script(s, "echo one; echo two >&2; printf 'red\\033[31m\\r\\n\\n'; printf end", 20000);
	event(s, "{}");
	run_until(s, 1);
	assert_string_equal(logged(s),
	    "netvane: script: one\nnetvane: script: two\nnetvane: script: red?[31m\n"
	    "netvane: script: end\n");
}

static void
the_log_takes_only_so_many_lines(void **state)
{
	struct stage *s = *state;

	hook_script(s, "seq 80", 20000);
	event(s, "{}");
	run_until(s, 1);
	assert_int_equal(counts(s).well, 1);
	assert_int_equal(times(logged(s), "netvane: script: "), 50);
	assert_non_null(strstr(logged(s), "/script printed 30 more lines\n"));
}

static void
a_flood_is_cut_off(void **state)
{
	struct stage *s = *state;

	hook_script(s, "exec yes 'a flood of words'", 600000);
	event(s, "{}");
	run_until(s, 1);
	assert_int_equal(counts(s).badly, 1);
	assert_int_equal(times(logged(s), "a flood of words"), 50);
	assert_non_null(strstr(logged(s), "/script printed more than 1024 KiB, and was ended"));
}

static void
a_bad_status_is_said_once_until_it_goes_well(void **state)
{
	struct stage *s = *state;
	char *path = path_of(s, "well");

	hook_script(s, "[ -e \"$1/well\" ] || exit 3", 20000);
	event(s, "{}");
	event(s, "{}");
	run_until(s, 2);
	assert_int_equal(times(logged(s), "/script ended with status 3"), 1);
	free(write_file(s, "well", "", 0600));
	event(s, "{}");
	run_until(s, 3);
	assert_int_equal(unlink(path), 0);
	event(s, "{}");
	run_until(s, 4);
	assert_int_equal(times(logged(s), "/script ended with status 3"), 2);
	assert_int_equal(counts(s).badly, 3);
	free(path);
}

static void
a_signal_has_its_name(void **state)
{
	struct stage *s = *state;

	hook_script(s, "kill -KILL $$", 20000);
	event(s, "{}");
	run_until(s, 1);
	assert_non_null(strstr(logged(s), "/script was ended by signal 9 (Killed)"));
}

static void
what_cannot_be_executed_is_said_at_once_and_again_with_advice(void **state)
{
	static const struct {
		const char *name, *text;
		mode_t mode;
		const char *at_once, *advice;
	} cases[] = {
	    {"nothing", NULL, 0, "cannot be run for events: No such file", "there is no such file"},
	    {"plain", "#!/bin/sh\n", 0600, "cannot be run for events: Permission denied", "chmod +x"},
	    {"text", "echo no first line\n", 0700, NULL, "begins with a line such as #!/bin/sh"},
	    {"interpreter", "#!/no/such/shell\n", 0700, NULL, "interpreter in its first line"},
	};
	struct stage *s = *state;
	char *argv[2] = {NULL, NULL};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(ftruncate(fileno(s->capture), 0), 0);
		argv[0] = cases[i].text != NULL
		    ? write_file(s, cases[i].name, cases[i].text, cases[i].mode)
		    : path_of(s, cases[i].name);
		hook_free(s->hook);
		hook_with(s, argv, 20000);
		if (cases[i].at_once != NULL)
			assert_non_null(strstr(logged(s), cases[i].at_once));
		event(s, "{}");
		run_until(s, 1);
		assert_int_equal(counts(s).badly, 1);
		assert_non_null(strstr(logged(s), " cannot be run: "));
		assert_non_null(strstr(logged(s), cases[i].advice));
		free(argv[0]);
	}
}

/* --- many ------------------------------------------------------------------------------------ */

static void
of_500_at_once_the_newest_are_told_in_order(void **state)
{
	struct stage *s = *state;
	struct buf wanted = BUF_EMPTY;
	char *got, number[16];
	int i;

	hook_script(s, "cat >>\"$1/got\"", 20000);
	for (i = 1; i <= 500; i++) {
		snprintf(number, sizeof(number), "%d\n", i);
		event(s, number);
		if (i > 400)
			buf_puts(&wanted, number);
	}
	assert_int_equal(counts(s).waiting, HOOK_WAITING_MAX);
	run_until(s, HOOK_WAITING_MAX);
	got = read_file(s, "got");
	assert_string_equal(got, buf_str(&wanted));
	assert_int_equal(counts(s).well, HOOK_WAITING_MAX);
	assert_int_equal(counts(s).dropped, 400);
	assert_int_equal(times(logged(s), "come faster than"), 1);
	assert_int_equal(times(logged(s), "400 events were not passed on"), 1);
	buf_free(&wanted);
	free(got);
}

static void
what_waits_is_bounded_in_bytes_too(void **state)
{
	struct stage *s = *state;
	size_t len = HOOK_WAITING_BYTES / 2;
	char *json = xmalloc(len);
	int i;

	memset(json, ' ', len);
	hook_script(s, "exit 0", 20000);
	for (i = 0; i < 5; i++)
		hook_event(s->hook, json, len, NULL, 0);
	assert_int_equal(counts(s).waiting, 1); /* with its variables it has more than the half */
	free(json);
}

static size_t
open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t n = 0;

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		n++;
	closedir(dir);
	return n;
}

static void
a_thousand_leave_no_descriptor_and_no_process_behind(void **state)
{
	struct stage *s = *state;
	char program[] = "/bin/true", missing[] = "/no/such/program";
	char *argv[] = {program, NULL}, *bad[] = {missing, NULL};
	struct hook_options options = {bad, 20000, HOOK_WAITING_MAX};
	size_t before;
	uint64_t i;

	hook_with(s, argv, 20000);
	event(s, "{}");
	run_until(s, 1);
	before = open_descriptors();
	for (i = 2; i <= 1000; i++) {
		event(s, "{}");
		run_until(s, i);
	}
	hook_configure(s->hook, &options);
	for (; i <= 1020; i++) {
		event(s, "{}");
		run_until(s, i);
	}
	assert_int_equal(open_descriptors(), before);
	assert_int_equal(counts(s).well, 1000);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void
the_children_of_others_are_left_to_them(void **state)
{
	struct stage *s = *state;
	pid_t other = fork();
	int status = 0;

	assert_true(other >= 0);
	if (other == 0)
		_exit(7);
	hook_script(s, "exit 0", 20000);
	event(s, "{}");
	event(s, "{}");
	run_until(s, 2);
	assert_int_equal(waitpid(other, &status, 0), other);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
}

/* --- the end --------------------------------------------------------------------------------- */

static void
on_stopped(void *arg)
{
	struct stage *s = arg;

	assert_false(s->stopped);
	s->stopped = true;
}

static void
stop(struct stage *s, int within_ms)
{
	hook_stop(s->hook, within_ms, on_stopped, s);
	assert_false(s->stopped); /* from the loop */
	while (!s->stopped)
		assert_int_equal(event_base_loop(s->base, EVLOOP_ONCE), 0);
}

static void
stopping_lets_what_is_quick_be_told(void **state)
{
	struct stage *s = *state;
	char *got;

	hook_script(s, "cat >>\"$1/got\"", 20000);
	event(s, "1");
	event(s, "2");
	stop(s, 20000);
	got = read_file(s, "got");
	assert_string_equal(got, "12");
	event(s, "3"); /* too late */
	assert_int_equal(counts(s).waiting, 0);
	assert_int_equal(counts(s).dropped, 1);
	free(got);
}

static void
stopping_ends_what_is_slow_within_the_time(void **state)
{
	struct stage *s = *state;
	int64_t start;
	int held = open_held(s);
	char *said;

	hook_script(s, "exec 8>\"$1/held\"; trap '' TERM; echo two >&8; while :; do sleep 1000; done", 600000);
	event(s, "{}");
	event(s, "{}");
	while (counts(s).started == 0)
		assert_int_equal(event_base_loop(s->base, EVLOOP_ONCE), 0);
	start = clock_mono_ns();
	stop(s, 1000);
	assert_in_range((clock_mono_ns() - start) / 1000000, 1000, 60000); /* of 600000 that it has else */
	assert_int_equal(counts(s).dropped, 1);
	assert_non_null(strstr(logged(s), "was ended, because netvane stops"));
	assert_non_null(strstr(logged(s), "1 event was not passed on"));
	said = read_held(held);
	free(said);
}

static void
stopping_with_nothing_to_do_takes_no_time(void **state)
{
	struct stage *s = *state;
	int64_t start = clock_mono_ns();

	hook_script(s, "exit 0", 20000);
	stop(s, 60000);
	assert_true(clock_mono_ns() - start < INT64_C(30000000000));
	assert_string_equal(logged(s), "");
}

static void
freeing_kills_what_runs(void **state)
{
	struct stage *s = *state;
	int held = open_held(s);
	char *said;

	hook_script(s, "exec 8>\"$1/held\"; trap '' TERM; sleep 1000", 600000);
	event(s, "{}");
	event(s, "{}");
	while (counts(s).started == 0)
		assert_int_equal(event_base_loop(s->base, EVLOOP_ONCE), 0);
	hook_free(s->hook);
	s->hook = NULL;
	said = read_held(held);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	free(said);
}

static void
it_moves_to_another_loop_while_a_program_runs(void **state)
{
	struct stage *s = *state;
	struct event_base *other = event_base_new();
	char *got, *path;

	assert_non_null(other);
	free(write_file(s, "wait", "", 0600));
	hook_script(s, "cat >>\"$1/got\"; while [ -e \"$1/wait\" ]; do sleep 0.01; done; echo done", 20000);
	event(s, "1");
	event(s, "2");
	while (counts(s).started == 0)
		assert_int_equal(event_base_loop(s->base, EVLOOP_ONCE), 0);
	hook_move(s->hook, other);
	assert_int_equal(event_base_get_num_events(s->base, EVENT_BASE_COUNT_ADDED), 0);
	event_base_free(s->base);
	s->base = other;
	path = path_of(s, "wait");
	assert_int_equal(unlink(path), 0);
	free(path);
	run_until(s, 2);
	got = read_file(s, "got");
	assert_string_equal(got, "12");
	assert_int_equal(times(logged(s), "script: done"), 2);
	free(got);
}

static void
an_end_between_two_loops_is_not_missed(void **state)
{
	struct stage *s = *state;
	struct event_base *other = event_base_new();
	siginfo_t info;

	assert_non_null(other);
	hook_script(s, "exit 0", 600000);
	event(s, "1");
	while (counts(s).started == 0)
		assert_int_equal(event_base_loop(s->base, EVLOOP_ONCE), 0);
	/* It has ended before the new loop looks for the first time. */
	assert_int_equal(waitid(P_ALL, 0, &info, WEXITED | WNOWAIT), 0);
	hook_move(s->hook, other);
	event_base_free(s->base);
	s->base = other;
	run_until(s, 1);
	assert_int_equal(counts(s).well, 1);
}

#define CLAIM(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CLAIM(the_record_is_on_standard_input),
	    CLAIM(its_environment_is_ours_in_four_names_and_the_events),
	    CLAIM(a_value_beyond_measure_is_cut_and_starts_all_the_same),
	    CLAIM(nothing_of_ours_is_inherited),
	    CLAIM(one_that_does_not_read_its_input_holds_nothing_up),
	    CLAIM(one_that_takes_too_long_is_ended_with_its_children),
	    CLAIM(one_that_does_not_want_to_end_is_killed),
	    CLAIM(ending_well_after_the_limit_is_late_all_the_same),
	    CLAIM(what_it_leaves_behind_is_ended_with_it),
	    CLAIM(one_that_leaves_a_daemon_behind_has_ended),
	    CLAIM(what_it_prints_is_logged_line_by_line),
	    CLAIM(the_log_takes_only_so_many_lines),
	    CLAIM(a_flood_is_cut_off),
	    CLAIM(a_bad_status_is_said_once_until_it_goes_well),
	    CLAIM(a_signal_has_its_name),
	    CLAIM(what_cannot_be_executed_is_said_at_once_and_again_with_advice),
	    CLAIM(of_500_at_once_the_newest_are_told_in_order),
	    CLAIM(what_waits_is_bounded_in_bytes_too),
	    CLAIM(a_thousand_leave_no_descriptor_and_no_process_behind),
	    CLAIM(the_children_of_others_are_left_to_them),
	    CLAIM(stopping_lets_what_is_quick_be_told),
	    CLAIM(stopping_ends_what_is_slow_within_the_time),
	    CLAIM(stopping_with_nothing_to_do_takes_no_time),
	    CLAIM(freeing_kills_what_runs),
	    CLAIM(it_moves_to_another_loop_while_a_program_runs),
	    CLAIM(an_end_between_two_loops_is_not_missed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
