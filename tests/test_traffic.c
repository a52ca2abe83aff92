/* What sockets carried, while they are open and when they close. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probe/traffic.h"

/* Two ends of a connection on loopback. */
static void
connect_pair(int fds[2])
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(to);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(listener, (struct sockaddr *)&to, sizeof(to)), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&to, &len), 0);
	fds[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(fds[0], (struct sockaddr *)&to, sizeof(to)), 0);
	fds[1] = accept(listener, NULL, NULL);
	assert_true(fds[1] >= 0);
	close(listener);
}

/* From one end to the other, and there it is. */
static void
carry(int from, int to, size_t n)
{
	char bytes[1000] = {0};

	assert_true(n <= sizeof(bytes));
	assert_int_equal(send(from, bytes, n, 0), (ssize_t)n);
	assert_int_equal(recv(to, bytes, n, MSG_WAITALL), (ssize_t)n);
}

static void
an_open_socket_is_counted_once(void **state)
{
	int64_t in = 0, out = 0;
	struct traffic *t = traffic_new(&in, &out);
	int fds[2];

	(void)state;
	connect_pair(fds);
	traffic_opened(t, fds[0]);
	carry(fds[0], fds[1], 300);
	traffic_count(t);
	traffic_count(t);
	assert_int_equal(out, 300);
	assert_int_equal(in, 0);
	carry(fds[1], fds[0], 1000);
	carry(fds[0], fds[1], 20);
	traffic_closing(t, fds[0]);
	assert_int_equal(out, 320);
	assert_int_equal(in, 1000);
	/* It is not ours any more. */
	carry(fds[0], fds[1], 20);
	traffic_count(t);
	traffic_closing(t, fds[0]);
	assert_int_equal(out, 320);
	close(fds[0]);
	close(fds[1]);
	traffic_free(t);
}

static void
what_never_connected_carried_nothing(void **state)
{
	int64_t in = 0, out = 0;
	struct traffic *t = traffic_new(&in, &out);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)state;
	traffic_opened(t, fd);
	traffic_opened(t, -1);
	traffic_count(t);
	traffic_closing(t, fd);
	close(fd);
	assert_int_equal(in, 0);
	assert_int_equal(out, 0);
	traffic_free(t);
	traffic_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_open_socket_is_counted_once),
	    cmocka_unit_test(what_never_connected_carried_nothing),
	};

	return cmocka_run_group_tests_name("traffic", tests, NULL, NULL);
}
