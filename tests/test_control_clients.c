/* What control_clients.h promises, with libevent's own HTTP server on loopback. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probe/control_clients.h"

/* Milliseconds. LONG: it must not pass in a test, however busy the machine. */
enum { SHORT = 100, LONG = 600000, MOST = 2 };

static struct event_base *base;
static struct evhttp *http;
static struct evconnlistener *listener;
static struct control_clients *clients;
static struct sockaddr_in server;
static struct evhttp_request *asked; /* not answered yet */

static struct bufferevent *
new_connection(struct event_base *b, void *arg)
{
	struct bufferevent *bev = bufferevent_socket_new(b, -1, BEV_OPT_CLOSE_ON_FREE);

	(void)arg;
	control_clients_add(clients, bev);
	return bev;
}

static void
on_request(struct evhttp_request *request, void *arg)
{
	(void)arg;
	asked = request;
	control_clients_asked(clients,
	    evhttp_connection_get_bufferevent(evhttp_request_get_connection(request)));
}

static void
answer(void)
{
	control_clients_answered(
	    clients, evhttp_connection_get_bufferevent(evhttp_request_get_connection(asked)));
	evhttp_send_reply(asked, 200, "OK", NULL);
	asked = NULL;
}

static void
serve(int request_ms)
{
	socklen_t len = sizeof(server);

	base = event_base_new();
	http = evhttp_new(base);
	server = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	listener = evconnlistener_new_bind(base, NULL, NULL, LEV_OPT_CLOSE_ON_FREE, 16,
	    (struct sockaddr *)&server, sizeof(server));
	assert_non_null(evhttp_bind_listener(http, listener));
	assert_int_equal(getsockname(evconnlistener_get_fd(listener), (struct sockaddr *)&server, &len), 0);
	evhttp_set_bevcb(http, new_connection, NULL);
	evhttp_set_gencb(http, on_request, NULL);
	clients = control_clients_new(base, listener, MOST, request_ms);
}

static int
stop(void **state)
{
	(void)state;
	evhttp_free(http);
	control_clients_free(clients);
	event_base_free(base);
	asked = NULL;
	return 0;
}

static int
client(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	assert_true(connect(fd, (struct sockaddr *)&server, sizeof(server)) == 0 || errno == EINPROGRESS);
	return fd;
}

static void
say(int fd, const char *text)
{
	(void)send(fd, text, strlen(text), MSG_NOSIGNAL);
}

/* Whether the server has closed it, after what it may have answered. */
static bool
closed(int fd)
{
	char bytes[4096];
	ssize_t n;

	while ((n = recv(fd, bytes, sizeof(bytes), 0)) > 0)
		;
	return n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

static void
turn(void)
{
	assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
}

static void
who_sends_a_request_bit_by_bit_is_cut(void **state)
{
	int silent, slow;

	(void)state;
	serve(SHORT);
	silent = client();
	slow = client();
	say(slow, "GET / HTTP/1.1\r\nX: ");
	while (!closed(slow) || !closed(silent)) {
		say(slow, "x"); /* at each look of the server's */
		turn();
	}
	assert_null(asked);
	close(slow);
	close(silent);
}

static void
who_has_asked_is_waited_for(void **state)
{
	int fd, others[2], i;

	(void)state;
	serve(SHORT);
	fd = client();
	say(fd, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
	while (asked == NULL)
		turn();
	for (i = 0; i < 2; i++) { /* each lives for its whole time, one after the other */
		others[i] = client();
		while (!closed(others[i]))
			turn();
		close(others[i]);
	}
	assert_false(closed(fd));
	answer();
	while (!closed(fd)) /* it asks nothing more */
		turn();
	close(fd);
}

static void
there_are_only_so_many(void **state)
{
	int first, second, third;

	(void)state;
	serve(LONG);
	first = client();
	second = client();
	third = client();
	say(third, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
	/* Two are taken, then nobody listens. */
	assert_int_equal(event_base_loop(base, EVLOOP_NONBLOCK), 0);
	assert_int_equal(event_base_loop(base, EVLOOP_NONBLOCK), 0);
	assert_int_equal(event_base_loop(base, EVLOOP_NONBLOCK), 0);
	assert_null(asked);
	close(first);
	close(second);
	stop(NULL);
	serve(SHORT);
	first = client();
	second = client();
	close(third);
	third = client();
	say(third, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
	/* Those that say nothing go, and then it is the third one's turn. */
	while (asked == NULL)
		turn();
	assert_true(closed(first) && closed(second));
	answer();
	close(first);
	close(second);
	close(third);
}

static void
once_stopped_it_takes_nobody(void **state)
{
	int fds[MOST], i;

	(void)state;
	serve(SHORT);
	control_clients_stop(clients);
	evconnlistener_disable(listener);
	for (i = 0; i < MOST; i++)
		fds[i] = client();
	say(fds[0], "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
	for (i = 0; i < 3; i++)
		turn(); /* three looks */
	assert_null(asked);
	for (i = 0; i < MOST; i++)
		close(fds[i]);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test_teardown(who_sends_a_request_bit_by_bit_is_cut, stop),
	    cmocka_unit_test_teardown(who_has_asked_is_waited_for, stop),
	    cmocka_unit_test_teardown(there_are_only_so_many, stop),
	    cmocka_unit_test_teardown(once_stopped_it_takes_nobody, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
