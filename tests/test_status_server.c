/*
 * What the status page's server promises to clients that are not browsers: its bounds, and that it never waits for anybody.
 * tests/status_page.sh asks it as curl and Chromium do.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <cmocka.h>
#include <event2/event.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "probe/address.h"
#include "probe/status_model.h"
#include "probe/status_server.h"

/* As the server has it. */
enum { CONNECTIONS = 16 };

static struct event_base *base;
static struct status_server *server;
static struct sockaddr_in address;
static int port, filled;
static size_t targets;

static void
fill(struct status *st, void *arg)
{
	size_t i;

	assert_ptr_equal(arg, &filled);
	filled++;
	for (i = 0; i < targets; i++)
		status_add_target(st, "https://a.test/", "l");
}

static bool
start(const char *listen_at, int deadline_ms)
{
	struct status_server_plan plan = {.base = base, .listen = listen_at, .fill = fill, .arg = &filled,
	    .deadline_ms = deadline_ms};
	struct sockaddr_storage sa;

	server = status_server_start(&plan);
	if (server == NULL)
		return false;
	status_server_address(server, &sa);
	if (sa.ss_family == AF_INET)
		memcpy(&address, &sa, sizeof(address));
	port = ntohs(sa.ss_family == AF_INET ? ((struct sockaddr_in *)&sa)->sin_port : ((struct sockaddr_in6 *)&sa)->sin6_port);
	return true;
}

static int
setup(void **state)
{
	(void)state;
	base = event_base_new();
	server = NULL;
	filled = 0;
	targets = 0;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	status_server_free(server);
	/* What libevent put off until the loop goes round. */
	event_base_loop(base, EVLOOP_NONBLOCK);
	event_base_free(base);
	return 0;
}

/* --- clients: the loop runs while they wait -------------------------------------------------- */

static int
client(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == -1)
		assert_int_equal(errno, EINPROGRESS);
	return fd;
}

static void
woken(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
}

/* The loop goes round until something happens, to the client or the server. */
static void
wait_for(int fd, short what)
{
	struct event *event = event_new(base, fd, what, woken, NULL);

	event_add(event, NULL);
	event_base_loop(base, EVLOOP_ONCE);
	event_free(event);
}

static void
say(int fd, const char *text)
{
	size_t len = strlen(text);
	ssize_t n;

	while (len > 0) {
		n = send(fd, text, len, MSG_NOSIGNAL);
		if (n < 0 && (errno == EAGAIN || errno == ENOTCONN)) {
			wait_for(fd, EV_WRITE);
			continue;
		}
		if (n < 0)
			return;
		text += n;
		len -= (size_t)n;
	}
}

/* Reads until the server closes; then closes too. */
static void
hear(int fd, struct buf *answer)
{
	ssize_t n;

	buf_clear(answer);
	for (;;) {
		n = recv(fd, buf_room(answer, 4096), 4096, 0);
		if (n > 0)
			answer->len += (size_t)n;
		else if (n == 0 || (errno != EAGAIN && errno != ENOTCONN))
			break;
		else
			wait_for(fd, EV_READ);
	}
	*buf_room(answer, 0) = '\0';
	close(fd);
}

/* A whole exchange. %d in the request is the port. */
static void __attribute__((format(printf, 2, 3)))
ask(struct buf *answer, const char *fmt, ...)
{
	char request[1000];
	va_list ap;
	int fd;

	va_start(ap, fmt);
	vsnprintf(request, sizeof(request), fmt, ap);
	va_end(ap);
	fd = client();
	say(fd, request);
	hear(fd, answer);
}

static void
assert_begins(const struct buf *answer, const char *start_of_it)
{
	if (strncmp(buf_str(answer), start_of_it, strlen(start_of_it)) != 0)
		fail_msg("wanted: %s\ngot: %.200s", start_of_it, buf_str(answer));
}

/* --- where it listens ------------------------------------------------------------------------ */

static void
it_listens_on_the_loopback_only(void **state)
{
	static const char *const not[] = {"0.0.0.0:0", "[::]:0", "192.0.2.1:80", "[::ffff:127.0.0.1]:0", "128.0.0.1:0",
	    "126.255.255.255:0", "localhost:80", "127.0.0.1", ":80", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+80",
	    "127.0.0.1: 80", "::1:80", "", "unix:/tmp/x"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(not) / sizeof(not[0]); i++)
		if (start(not[i], 0))
			fail_msg("%s", not[i]);
	assert_true(start("127.0.0.1:0", 0));
	assert_int_not_equal(port, 0);
}

static void
IPv6_has_one_loopback(void **state)
{
	(void)state;
	if (!start("[::1]:0", 0))
		skip();
	assert_int_not_equal(port, 0);
}

static void
a_port_that_is_taken_is_an_error(void **state)
{
	struct status_server *first;
	char where[40];

	(void)state;
	assert_true(start("127.0.0.1:0", 0));
	first = server;
	snprintf(where, sizeof(where), "127.0.0.1:%d", port);
	assert_false(start(where, 0));
	server = first;
}

static void
another_loopback_address_goes_by_its_own_name(void **state)
{
	struct buf answer = BUF_EMPTY;

	(void)state;
	assert_true(start("127.83.19.2:0", 0));
	ask(&answer, "GET /healthz HTTP/1.1\r\nHost: 127.83.19.2:%d\r\n\r\n", port);
	assert_begins(&answer, "HTTP/1.1 200 OK\r\n");
	ask(&answer, "GET /healthz HTTP/1.1\r\nHost: 127.83.19.3:%d\r\n\r\n", port);
	assert_begins(&answer, "HTTP/1.1 421 ");
	buf_free(&answer);
}

/* --- requests -------------------------------------------------------------------------------- */

static void
odd_requests_get_answers_or_nothing(void **state)
{
	static const struct {
		const char *request, *answer; /* %d: the port */
	} cases[] = {
	    {"GET /healthz HTTP/1.1\r\nHost: localhost:%d\r\n\r\n", "HTTP/1.1 200 OK\r\n"},
	    {"GET /healthz HTTP/1.1\r\nHost: LOCALHOST:%d\r\n\r\n", "HTTP/1.1 200 OK\r\n"},
	    {"GET /healthz?x=../../ HTTP/1.1\r\nHost: [::1]:%d\r\n\r\n", "HTTP/1.1 200 OK\r\n"},
	    {"GET /healthz HTTP/1.1\r\n\r\n", "HTTP/1.1 400 "},
	    {"GET /healthz HTTP/1.0\r\n\r\n", "HTTP/1.0 400 "},
	    {"GET /healthz HTTP/1.1\r\nHost: localhost:%d\r\nHost: evil.test\r\n\r\n", "HTTP/1.1 400 "},
	    {"GET /healthz HTTP/1.1\r\nHost: evil.test:%d\r\n\r\n", "HTTP/1.1 421 "},
	    {"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 421 "},
	    {"GET /healthz HTTP/1.1\r\nHost: localhost.:%d\r\n\r\n", "HTTP/1.1 421 "},
	    {"GET /healthz HTTP/1.1\r\nHost: localhost:%d.evil.test\r\n\r\n", "HTTP/1.1 421 "},
	    {"GET /healthz HTTP/1.1\r\nHost: evil.test#localhost:%d\r\n\r\n", "HTTP/1.1 421 "},
	    {"GET /healthz HTTP/1.1\r\nHost: \r\n\r\n", "HTTP/1.1 421 "},
	    {"GET http://evil.test/healthz HTTP/1.1\r\nHost: localhost:%d\r\n\r\n", "HTTP/1.1 400 "},
	    {"GET http://localhost/healthz HTTP/1.1\r\nHost: localhost:%d\r\n\r\n", "HTTP/1.1 400 "},
	    {"POST /healthz HTTP/1.1\r\nHost: localhost:%d\r\nContent-Length: 2\r\n\r\nhi", "HTTP/1.1 405 "},
	    {"BREW /healthz HTTP/1.1\r\nHost: localhost:%d\r\n\r\n", "HTTP/1.1 405 "},
	    {"CONNECT a.test:443 HTTP/1.1\r\nHost: localhost:%d\r\n\r\n", "HTTP/1.1 405 "},
	    {"OPTIONS * HTTP/1.1\r\nHost: localhost:%d\r\n\r\n", "HTTP/1.1 405 "},
	    {"GET //healthz HTTP/1.1\r\nHost: localhost:%d\r\n\r\n", "HTTP/1.1 404 "},
	    {"GET /../healthz HTTP/1.1\r\nHost: localhost:%d\r\n\r\n", "HTTP/1.1 404 "},
	    {"GET /%%68ealthz HTTP/1.1\r\nHost: localhost:%d\r\n\r\n", "HTTP/1.1 404 "},
	    {"POST / HTTP/1.1\r\nHost: localhost:%d\r\nContent-Length: 99999999\r\n\r\n", "HTTP/1.1 413 "},
	    {"garbage\r\n\r\n", "HTTP/1.1 400 "},
	    {"GET / HTTP/1.1\r\nno colon\r\n\r\n", "HTTP/1.1 400 "},
	    {"\026\003\001\002\r\n\r\n", "HTTP/1.1 400 "},
	};
	struct buf answer = BUF_EMPTY;
	char request[300];
	size_t i;

	(void)state;
	assert_true(start("127.0.0.1:0", 0));
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(request, sizeof(request), cases[i].request, port);
#pragma GCC diagnostic pop
		ask(&answer, "%s", request);
		if (strncmp(buf_str(&answer), cases[i].answer, strlen(cases[i].answer)) != 0)
			fail_msg("%s\nwanted: %s\ngot: %.100s", request, cases[i].answer, buf_str(&answer));
	}
	assert_int_equal(filled, 0);
	buf_free(&answer);
}

static void
HEAD_has_the_headers_and_no_body(void **state)
{
	struct buf get = BUF_EMPTY, head = BUF_EMPTY;
	char *body;

	(void)state;
	assert_true(start("127.0.0.1:0", 0));
	ask(&get, "GET / HTTP/1.1\r\nHost: localhost:%d\r\n\r\n", port);
	ask(&head, "HEAD / HTTP/1.1\r\nHost: localhost:%d\r\n\r\n", port);
	body = strstr(buf_str(&get), "\r\n\r\n");
	assert_non_null(body);
	assert_true(strlen(body) > 1000);
	assert_string_equal(strstr(buf_str(&head), "\r\n\r\n"), "\r\n\r\n");
	assert_non_null(strstr(buf_str(&head), "\r\nContent-Length: "));
	assert_int_equal(atoi(strstr(buf_str(&head), "\r\nContent-Length: ") + 18), (int)strlen(body) - 4);
	buf_free(&get);
	buf_free(&head);
}

/* It keeps a tunnel open after CONNECT, if one lets it. */
static void
nobody_is_kept_waiting_for_the_end(void **state)
{
	static const char *const methods[] = {"GET", "HEAD", "POST", "CONNECT", "BREW"};
	const int64_t second = 1000000000, begin = clock_mono_ns();
	struct buf answer = BUF_EMPTY;
	size_t i;

	(void)state;
	assert_true(start("127.0.0.1:0", 20000));
	for (i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		ask(&answer, "%s %s HTTP/1.1\r\nHost: localhost:%d\r\n\r\n", methods[i],
		    strcmp(methods[i], "CONNECT") == 0 ? "a.test:443" : "/healthz", port);
		assert_begins(&answer, "HTTP/1.1 ");
	}
	assert_true(clock_mono_ns() - begin < 20 * second);
	buf_free(&answer);
}

/* The answer may be lost, as the rest of what was sent comes to a closed socket; but it is no other one. */
static void
assert_refused(const struct buf *request)
{
	struct buf answer = BUF_EMPTY;
	int fd = client();

	say(fd, buf_str(request));
	hear(fd, &answer);
	if (answer.len > 0)
		assert_begins(&answer, "HTTP/1.1 400 ");
	assert_int_equal(filled, 0);
	buf_free(&answer);
}

static void
long_headers_are_refused(void **state)
{
	struct buf request = BUF_EMPTY;
	int i;

	(void)state;
	assert_true(start("127.0.0.1:0", 0));
	buf_printf(&request, "GET / HTTP/1.1\r\nHost: localhost:%d\r\n", port);
	for (i = 0; i < 1000; i++)
		buf_printf(&request, "X-%d: aaaaaaaaaaaaaaa\r\n", i);
	buf_puts(&request, "\r\n");
	assert_refused(&request);
	buf_clear(&request);
	buf_puts(&request, "GET /");
	for (i = 0; i < 20000; i++)
		buf_putc(&request, 'a');
	buf_printf(&request, " HTTP/1.1\r\nHost: localhost:%d\r\n\r\n", port);
	assert_refused(&request);
	buf_free(&request);
}

/* --- floods ---------------------------------------------------------------------------------- */

static int64_t still_ns;

static int64_t
still_wall(void *arg)
{
	(void)arg;
	return INT64_C(1795329600) * 1000000;
}

static int64_t
still_mono(void *arg)
{
	(void)arg;
	return still_ns;
}

static void
a_flood_asks_the_model_once_a_second(void **state)
{
	static const struct clock_source still = {still_wall, still_mono, NULL};
	struct buf answer = BUF_EMPTY;
	int i;

	(void)state;
	still_ns = 1;
	clock_replace(&still);
	assert_true(start("127.0.0.1:0", 0));
	for (i = 0; i < 50; i++)
		ask(&answer, "GET /metrics HTTP/1.1\r\nHost: localhost:%d\r\n\r\n", port);
	assert_begins(&answer, "HTTP/1.1 200 ");
	assert_int_equal(filled, 1);
	still_ns += 999999999;
	ask(&answer, "GET /metrics HTTP/1.1\r\nHost: localhost:%d\r\n\r\n", port);
	assert_int_equal(filled, 1);
	still_ns++;
	targets = 3;
	ask(&answer, "GET /metrics HTTP/1.1\r\nHost: localhost:%d\r\n\r\n", port);
	assert_int_equal(filled, 2);
	assert_non_null(strstr(buf_str(&answer), "\nnetvane_targets 3\n"));
	clock_replace(NULL);
	buf_free(&answer);
}

/* One byte now and then would keep a connection of libevent's for ever. */
static void
who_dawdles_is_cut_off(void **state)
{
	struct timeval now_and_then = {0, 20000};
	struct buf answer = BUF_EMPTY;
	int fd, sent = 0;
	char byte;

	(void)state;
	assert_true(start("127.0.0.1:0", 200));
	fd = client();
	say(fd, "GET / HTTP/1.1\r\nHost: ");
	while (recv(fd, &byte, 1, 0) == -1 && errno == EAGAIN) {
		sent += send(fd, "a", 1, MSG_NOSIGNAL) == 1;
		event_base_loopexit(base, &now_and_then);
		event_base_dispatch(base);
	}
	close(fd);
	assert_in_range(sent, 2, 50);
	/* Who says nothing at all, too. */
	fd = client();
	hear(fd, &answer);
	assert_int_equal(answer.len, 0);
	buf_free(&answer);
}

/* Its answer is far larger than what the kernel takes off the server, and it does not read. */
static void
who_does_not_read_is_cut_off(void **state)
{
	struct buf answer = BUF_EMPTY;
	char request[100];
	int fd;

	(void)state;
	targets = 150000;
	assert_true(start("127.0.0.1:0", 1000));
	fd = client();
	snprintf(request, sizeof(request), "GET /status.json HTTP/1.1\r\nHost: localhost:%d\r\n\r\n", port);
	say(fd, request);
	/* Until its connection has come and gone: only the listener is left. */
	do
		event_base_loop(base, EVLOOP_ONCE);
	while (event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) > 1);
	hear(fd, &answer);
	assert_begins(&answer, "HTTP/1.1 200 OK\r\n");
	assert_null(strstr(buf_str(&answer), "\"gaps\""));
	buf_free(&answer);
}

static void
many_who_dawdle_keep_nobody_out(void **state)
{
	int fds[CONNECTIONS * 4], i, open = 0;
	struct buf answer = BUF_EMPTY;
	char byte;

	(void)state;
	assert_true(start("127.0.0.1:0", 60000));
	for (i = 0; i < CONNECTIONS * 4; i++) {
		fds[i] = client();
		say(fds[i], "GET / HTTP/1.1\r\n");
		event_base_loop(base, EVLOOP_NONBLOCK);
	}
	ask(&answer, "GET /healthz HTTP/1.1\r\nHost: localhost:%d\r\n\r\n", port);
	assert_begins(&answer, "HTTP/1.1 200 OK\r\n");
	event_base_loop(base, EVLOOP_NONBLOCK);
	for (i = 0; i < CONNECTIONS * 4; i++) {
		open += recv(fds[i], &byte, 1, 0) == -1 && errno == EAGAIN;
		close(fds[i]);
	}
	assert_in_range(open, 1, CONNECTIONS);
	buf_free(&answer);
}

/* Those that ended make room; nothing is left of them. */
static void
connections_leave_nothing_behind(void **state)
{
	struct buf answer = BUF_EMPTY;
	int i, fd, first, last;

	(void)state;
	assert_true(start("127.0.0.1:0", 60000));
	first = dup(0);
	close(first);
	for (i = 0; i < 500; i++) {
		ask(&answer, "GET /healthz HTTP/1.1\r\nHost: localhost:%d\r\n\r\n", port);
		fd = client();
		say(fd, "GET /");
		close(fd);
	}
	event_base_loop(base, EVLOOP_NONBLOCK);
	/* The listener, and at most as many deadlines and connections as there may be. */
	assert_in_range(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), 1, 1 + 2 * CONNECTIONS);
	last = dup(0);
	close(last);
	assert_in_range(last, first, first + CONNECTIONS);
	buf_free(&answer);
}

/* All descriptors that the process may have are taken; lets them go again. */
static void
take_descriptors(bool all)
{
	static struct rlimit before;
	struct rlimit none;
	int next;

	if (!all) {
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
		return;
	}
	next = dup(0);
	close(next);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = (struct rlimit){(rlim_t)next, before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
}

/* A client that cannot be taken waits at the door, and the loop must not go round and round for it. */
static void
without_descriptors_it_waits_a_moment(void **state)
{
	struct buf answer = BUF_EMPTY;
	char request[100];
	int fd;

	(void)state;
	assert_true(start("127.0.0.1:0", 60000));
	fd = client();
	take_descriptors(true);
	event_base_loop(base, EVLOOP_ONCE);
	/* It tried and failed: the next thing to happen is the end of the pause. */
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), 1);
	event_base_loop(base, EVLOOP_NONBLOCK);
	take_descriptors(false);
	snprintf(request, sizeof(request), "GET /healthz HTTP/1.1\r\nHost: localhost:%d\r\n\r\n", port);
	say(fd, request);
	hear(fd, &answer);
	assert_begins(&answer, "HTTP/1.1 200 OK\r\n");
	/* In the middle of a pause, it can be freed. */
	fd = client();
	take_descriptors(true);
	event_base_loop(base, EVLOOP_ONCE);
	take_descriptors(false);
	status_server_free(server);
	server = NULL;
	event_base_loop(base, EVLOOP_NONBLOCK);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), 0);
	close(fd);
	buf_free(&answer);
}

static void
it_can_be_freed_in_the_middle(void **state)
{
	int fds[5], i;

	(void)state;
	assert_true(start("127.0.0.1:0", 60000));
	for (i = 0; i < 5; i++) {
		fds[i] = client();
		say(fds[i], "GET / HTTP/1.1\r\n");
		event_base_loop(base, EVLOOP_NONBLOCK);
	}
	status_server_free(server);
	server = NULL;
	event_base_loop(base, EVLOOP_NONBLOCK);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), 0);
	for (i = 0; i < 5; i++)
		close(fds[i]);
	status_server_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(it_listens_on_the_loopback_only, setup, teardown),
	    cmocka_unit_test_setup_teardown(IPv6_has_one_loopback, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_port_that_is_taken_is_an_error, setup, teardown),
	    cmocka_unit_test_setup_teardown(another_loopback_address_goes_by_its_own_name, setup, teardown),
	    cmocka_unit_test_setup_teardown(odd_requests_get_answers_or_nothing, setup, teardown),
	    cmocka_unit_test_setup_teardown(HEAD_has_the_headers_and_no_body, setup, teardown),
	    cmocka_unit_test_setup_teardown(nobody_is_kept_waiting_for_the_end, setup, teardown),
	    cmocka_unit_test_setup_teardown(long_headers_are_refused, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_flood_asks_the_model_once_a_second, setup, teardown),
	    cmocka_unit_test_setup_teardown(who_dawdles_is_cut_off, setup, teardown),
	    cmocka_unit_test_setup_teardown(who_does_not_read_is_cut_off, setup, teardown),
	    cmocka_unit_test_setup_teardown(many_who_dawdle_keep_nobody_out, setup, teardown),
	    cmocka_unit_test_setup_teardown(connections_leave_nothing_behind, setup, teardown),
	    cmocka_unit_test_setup_teardown(without_descriptors_it_waits_a_moment, setup, teardown),
	    cmocka_unit_test_setup_teardown(it_can_be_freed_in_the_middle, setup, teardown),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
