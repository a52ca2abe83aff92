/* What service.h promises, on a real datagram socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>
#include <event2/event.h>

#include "base/log.h"
#include "base/mem.h"
#include "probe/service.h"

struct stage {
	char dir[64], path[108];
	int manager; /* its socket */
	struct event_base *base;
	struct service *service;
	FILE *capture;
	int real_stderr;
};

/* Bound to the path, or with '@' to a name; into the environment. */
static int
listen_at(struct stage *s)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	size_t len = strlen(s->path);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	memcpy(at.sun_path, s->path, len);
	if (s->path[0] == '@')
		at.sun_path[0] = '\0';
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&at,
			     (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)), 0);
	setenv("NOTIFY_SOCKET", s->path, 1);
	return fd;
}

static int
setup(void **state)
{
	struct stage *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return -1;
	strcpy(s->dir, "/tmp/netvane-test-XXXXXX");
	s->manager = -1;
	s->base = event_base_new();
	s->capture = tmpfile();
	s->real_stderr = dup(STDERR_FILENO);
	if (mkdtemp(s->dir) == NULL || s->base == NULL || s->capture == NULL ||
	    dup2(fileno(s->capture), STDERR_FILENO) < 0 ||
	    fcntl(STDERR_FILENO, F_SETFL, O_APPEND) != 0)
		return -1;
	snprintf(s->path, sizeof(s->path), "%s/notify", s->dir);
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	*state = s;
	return 0;
}

static int
teardown(void **state)
{
	struct stage *s = *state;
	int result;

	service_free(s->service);
	result = event_base_get_num_events(s->base, EVENT_BASE_COUNT_ADDED) == 0 ? 0 : -1;
	event_base_free(s->base);
	if (s->manager >= 0)
		close(s->manager);
	unlink(s->path);
	dup2(s->real_stderr, STDERR_FILENO);
	close(s->real_stderr);
	fclose(s->capture);
	if (rmdir(s->dir) != 0)
		result = -1;
	free(s);
	return result;
}

static const char *
logged(struct stage *s)
{
	static char text[4096];
	ssize_t n = pread(fileno(s->capture), text, sizeof(text) - 1, 0);

	assert_true(n >= 0);
	text[n] = '\0';
	return text;
}

/* The next message; "" none. Static. */
static const char *
told(struct stage *s)
{
	static char text[4096];
	ssize_t n = recv(s->manager, text, sizeof(text) - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void
start(struct stage *s)
{
	if (s->manager < 0)
		s->manager = listen_at(s);
	s->service = service_new();
	assert_true(service_listens(s->service));
}

static const char *
ready_text(void)
{
	static char text[64];

	snprintf(text, sizeof(text), "READY=1\nMAINPID=%ld", (long)getpid());
	return text;
}

static void
a_life_is_told_in_order(void **state)
{
	struct stage *s = *state;

	start(s);
	service_starting(s->service);
	service_ready(s->service);
	service_status(s->service, "round %d of the day", 7);
	service_stopping(s->service);
	assert_string_equal(told(s), "EXTEND_TIMEOUT_USEC=3600000000");
	assert_string_equal(told(s), ready_text());
	assert_string_equal(told(s), "STATUS=round 7 of the day");
	assert_string_equal(told(s), "STOPPING=1");
	assert_string_equal(told(s), "");
	assert_string_equal(logged(s), "");
}

static void
an_abstract_name_will_do(void **state)
{
	struct stage *s = *state;

	snprintf(s->path, sizeof(s->path), "@netvane-test-%ld", (long)getpid());
	start(s);
	service_ready(s->service);
	assert_string_equal(told(s), ready_text());
}

static void
a_reload_has_the_time_that_the_manager_compares_with(void **state)
{
	struct stage *s = *state;
	struct timespec before, after;
	long long usec;

	start(s);
	clock_gettime(CLOCK_MONOTONIC, &before);
	service_reloading(s->service);
	clock_gettime(CLOCK_MONOTONIC, &after);
	assert_int_equal(sscanf(told(s), "RELOADING=1\nMONOTONIC_USEC=%lld", &usec), 1);
	assert_in_range(usec, before.tv_sec * 1000000LL + before.tv_nsec / 1000,
	    after.tv_sec * 1000000LL + after.tv_nsec / 1000);
	service_ready(s->service);
	assert_string_equal(told(s), ready_text());
}

static void
a_status_is_one_line_and_told_when_it_changes(void **state)
{
	struct stage *s = *state;

	start(s);
	service_status(s->service, "one\nREADY=1\rtwo");
	service_status(s->service, "one\nREADY=1\rtwo");
	service_status(s->service, "three");
	assert_string_equal(told(s), "STATUS=one READY=1 two");
	assert_string_equal(told(s), "STATUS=three");
	assert_string_equal(told(s), "");
}

static void
without_the_variable_nothing_is_done(void **state)
{
	struct stage *s = *state;

	setenv("WATCHDOG_USEC", "20000", 1);
	s->service = service_new();
	assert_false(service_listens(s->service));
	service_ready(s->service);
	service_reloading(s->service);
	service_status(s->service, "status");
	service_stopping(s->service);
	assert_int_equal(service_watch(s->service, s->base), 0);
	assert_int_equal(event_base_get_num_events(s->base, EVENT_BASE_COUNT_ADDED), 0);
	assert_string_equal(logged(s), "");
}

static void
a_bad_variable_is_said_and_then_it_is_as_without(void **state)
{
	static const char *const bad[] = {"relative/path", "@", "/", "vsock:2:1234",
	    "/a/path/that/is/far/too/long/for/a/socket/address/of/this/kind/because/there/are/only/a/"
	    "hundred/and/eight/bytes/for/it"};
	struct stage *s = *state;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(ftruncate(fileno(s->capture), 0), 0);
		setenv("NOTIFY_SOCKET", bad[i], 1);
		service_free(s->service);
		s->service = service_new();
		assert_false(service_listens(s->service));
		service_ready(s->service);
		assert_non_null(strstr(logged(s), "$NOTIFY_SOCKET"));
	}
	setenv("NOTIFY_SOCKET", s->path, 1); /* nobody is there */
	service_free(s->service);
	s->service = service_new();
	assert_false(service_listens(s->service));
	assert_non_null(strstr(logged(s), "nobody can be told there"));
}

static void
a_manager_that_was_replaced_is_told_again(void **state)
{
	struct stage *s = *state;

	start(s);
	close(s->manager);
	service_status(s->service, "lost");
	service_status(s->service, "lost");
	assert_non_null(strstr(logged(s), "does not take what it is told"));
	assert_null(strstr(strstr(logged(s), "does not take") + 1, "does not take")); /* said once */
	assert_int_equal(unlink(s->path), 0);
	s->manager = listen_at(s);
	service_status(s->service, "lost"); /* the same, but it did not arrive before */
	assert_string_equal(told(s), "STATUS=lost");
	service_ready(s->service);
	assert_string_equal(told(s), ready_text());
}

/* A full queue keeps us waiting for a moment, and not for ever. */
static void
a_manager_that_reads_nothing_does_not_hang_us(void **state)
{
	struct stage *s = *state;
	int i, n = 0;
	const char *text;

	start(s);
	for (i = 0; strstr(logged(s), "does not take") == NULL && i < 100000; i++)
		service_status(s->service, "%d", i);
	assert_non_null(strstr(logged(s), "does not take what it is told"));
	while (text = told(s), *text != '\0')
		n++;
	assert_true(n > 0);
	service_ready(s->service);
	assert_string_equal(told(s), ready_text());
}

/* --- the watchdog ---------------------------------------------------------------------------- */

static void
watch(struct stage *s, const char *usec, long pid)
{
	char text[32];

	snprintf(text, sizeof(text), "%ld", pid);
	setenv("WATCHDOG_USEC", usec, 1);
	if (pid != 0)
		setenv("WATCHDOG_PID", text, 1);
	else
		unsetenv("WATCHDOG_PID");
	start(s);
}

static void
the_loop_tells_the_watchdog_twice_in_its_time(void **state)
{
	struct stage *s = *state;
	struct pollfd quiet = {.events = POLLIN};
	int i;

	watch(s, "100000", getpid());
	assert_int_equal(service_watch(s->service, s->base), 50);
	for (i = 0; i < 3; i++) {
		assert_int_equal(event_base_loop(s->base, EVLOOP_ONCE), 0);
		assert_string_equal(told(s), "WATCHDOG=1");
	}
	/* A loop that does not run tells nothing. */
	quiet.fd = s->manager;
	assert_int_equal(poll(&quiet, 1, 150), 0);
	service_unwatch(s->service);
	assert_int_equal(event_base_get_num_events(s->base, EVENT_BASE_COUNT_ADDED), 0);
}

static void
without_a_pid_it_is_for_us_and_with_anothers_it_is_not(void **state)
{
	struct stage *s = *state;

	watch(s, "100000", 0);
	assert_int_equal(service_watch(s->service, s->base), 50);
	service_free(s->service);
	watch(s, "100000", (long)getpid() + 1);
	assert_int_equal(service_watch(s->service, s->base), 0);
	assert_int_equal(event_base_get_num_events(s->base, EVENT_BASE_COUNT_ADDED), 0);
}

static void
a_time_that_is_none_watches_nothing(void **state)
{
	static const char *const bad[] = {"", "0", "-5", "1e9", "1000", "12345678901234567890123"};
	struct stage *s = *state;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		watch(s, bad[i], 0);
		assert_int_equal(service_watch(s->service, s->base), 0);
		service_free(s->service);
		s->service = NULL;
	}
	assert_non_null(strstr(logged(s), "$WATCHDOG_USEC"));
	watch(s, "99999999999999999", 0); /* three thousand years */
	assert_int_equal(service_watch(s->service, s->base), INT32_MAX);
}

static void
it_moves_to_another_loop(void **state)
{
	struct stage *s = *state;
	struct event_base *other = event_base_new();

	watch(s, "100000", 0);
	service_watch(s->service, s->base);
	service_watch(s->service, other);
	assert_int_equal(event_base_get_num_events(s->base, EVENT_BASE_COUNT_ADDED), 0);
	event_base_free(s->base);
	s->base = other;
	assert_int_equal(event_base_loop(other, EVLOOP_ONCE), 0);
	assert_string_equal(told(s), "WATCHDOG=1");
}

#define CLAIM(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CLAIM(a_life_is_told_in_order),
	    CLAIM(an_abstract_name_will_do),
	    CLAIM(a_reload_has_the_time_that_the_manager_compares_with),
	    CLAIM(a_status_is_one_line_and_told_when_it_changes),
	    CLAIM(without_the_variable_nothing_is_done),
	    CLAIM(a_bad_variable_is_said_and_then_it_is_as_without),
	    CLAIM(a_manager_that_was_replaced_is_told_again),
	    CLAIM(a_manager_that_reads_nothing_does_not_hang_us),
	    CLAIM(the_loop_tells_the_watchdog_twice_in_its_time),
	    CLAIM(without_a_pid_it_is_for_us_and_with_anothers_it_is_not),
	    CLAIM(a_time_that_is_none_watches_nothing),
	    CLAIM(it_moves_to_another_loop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
