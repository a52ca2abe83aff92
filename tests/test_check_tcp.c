/* What check_tcp promises, against real sockets on loopback. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>
#include <cmocka.h>
#include <event2/event.h>

#include "probe/check_tcp.h"
#include "results/measurement.h"
#include "tests/tls_lab.h"

struct outcome {
	int calls;
	const char *failure;
	bool take;
	int fd;
};

static void
tcp_done(struct check *check, void *arg)
{
	struct outcome *o = arg;

	o->calls++;
	o->failure = check->failure;
	o->fd = o->take ? check_tcp_take(check) : -1;
}

static struct outcome
connect_to(struct lab *lab, struct measurement *m, const char *ip, int port, bool take)
{
	struct outcome o = {.take = take, .fd = -1};

	check_start(check_tcp_new(&lab->probe, m, ip, port, tcp_done, &o));
	event_base_dispatch(lab->probe.base);
	assert_int_equal(o.calls, 1);
	return o;
}

static void
a_connection_is_recorded_and_handed_over(void **state)
{
	struct measurement *m = measurement_new();
	struct outcome o;
	struct peer peer;
	struct lab lab;

	(void)state;
	lab_open(&lab, "root.pem");
	peer_start(&peer, "silent", NULL);
	o = connect_to(&lab, m, "127.0.0.1", peer.port, true);
	assert_null(o.failure);
	assert_int_equal(m->ntcp, 1);
	assert_null(m->tcp[0].failure);
	assert_int_equal(m->tcp[0].err, 0);
	assert_int_equal(m->tcp[0].port, peer.port);
	assert_string_equal(m->tcp[0].ip, "127.0.0.1");
	assert_int_equal(m->tcp[0].c.transaction_id, 1);
	assert_true(m->tcp[0].c.t >= m->tcp[0].c.t0);
	assert_int_equal(m->nevents, 1);
	assert_string_equal(m->events[0].operation, "connect");
	assert_string_equal(m->events[0].address, peer.address);
	assert_int_equal(m->events[0].c.transaction_id, 1);
	assert_true(fcntl(o.fd, F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(o.fd, F_GETFD) & FD_CLOEXEC);
	close(o.fd);
	peer_stop(&peer);
	measurement_free(m);
	lab_close(&lab);
}

static void
a_socket_that_nobody_takes_is_closed(void **state)
{
	struct measurement *m = measurement_new();
	struct peer peer;
	struct lab lab;
	size_t before;

	(void)state;
	lab_open(&lab, "root.pem");
	peer_start(&peer, "silent", NULL);
	before = lab_descriptors();
	assert_null(connect_to(&lab, m, "127.0.0.1", peer.port, false).failure);
	assert_int_equal(lab_descriptors(), before);
	peer_stop(&peer);
	measurement_free(m);
	lab_close(&lab);
}

static void
a_refused_connection_says_so(void **state)
{
	struct measurement *m = measurement_new();
	struct outcome o;
	struct peer peer;
	struct lab lab;

	(void)state;
	lab_open(&lab, "root.pem");
	peer_start(&peer, "refuse", NULL);
	o = connect_to(&lab, m, "127.0.0.1", peer.port, true);
	assert_string_equal(o.failure, "connection_refused");
	assert_int_equal(o.fd, -1);
	assert_string_equal(m->tcp[0].failure, "connection_refused");
	assert_int_equal(m->tcp[0].err, ECONNREFUSED);
	assert_string_equal(m->events[0].failure, "connection_refused");
	peer_stop(&peer);
	measurement_free(m);
	lab_close(&lab);
}

static void
ipv6_addresses_stand_in_brackets(void **state)
{
	struct measurement *m = measurement_new();
	struct outcome o;
	struct peer peer;
	struct lab lab;

	(void)state;
	if (!lab_has_ipv6())
		skip();
	lab_open(&lab, "root.pem");
	peer_start(&peer, "silent", "--host", "::1", NULL);
	o = connect_to(&lab, m, "::1", peer.port, false);
	assert_null(o.failure);
	assert_string_equal(m->tcp[0].ip, "::1");
	assert_string_equal(m->events[0].address, peer.address);
	/* Nobody has this address, but its scope is understood. */
	o = connect_to(&lab, m, "fe80::1%lo", peer.port, false);
	assert_non_null(o.failure);
	assert_string_not_equal(o.failure, "invalid_argument");
	peer_stop(&peer);
	measurement_free(m);
	lab_close(&lab);
}

static void
what_is_no_address_is_an_outcome_too(void **state)
{
	/* getaddrinfo would read "1.2.3" as 1.2.0.3 and dial it. */
	static const char *const texts[] = {"", "good.test", "1.2.3", "::1%no-such-interface"};
	struct lab lab;
	size_t i;

	(void)state;
	lab_open(&lab, "root.pem");
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct measurement *m = measurement_new();
		struct outcome o = connect_to(&lab, m, texts[i], 443, true);

		assert_string_equal(o.failure, "invalid_argument");
		assert_int_equal(m->tcp[0].err, EINVAL);
		measurement_free(m);
	}
	lab_close(&lab);
}

static void
a_cancelled_connect_leaves_no_trace(void **state)
{
	struct measurement *m = measurement_new();
	struct outcome o = {.take = true};
	struct check *check;
	struct peer peer;
	struct lab lab;
	size_t before;

	(void)state;
	lab_open(&lab, "root.pem");
	peer_start(&peer, "silent", NULL);
	event_base_loop(lab.probe.base, EVLOOP_NONBLOCK);
	before = lab_descriptors();
	check = check_tcp_new(&lab.probe, m, "127.0.0.1", peer.port, tcp_done, &o);
	check_start(check);
	check_cancel(check);
	check_cancel(check);
	check_cancel(check_tcp_new(&lab.probe, m, "127.0.0.1", peer.port, tcp_done, &o));
	event_base_dispatch(lab.probe.base);
	assert_int_equal(o.calls, 0);
	assert_int_equal(m->ntcp, 0);
	assert_int_equal(m->nevents, 0);
	assert_int_equal(lab_descriptors(), before);
	peer_stop(&peer);
	measurement_free(m);
	lab_close(&lab);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_connection_is_recorded_and_handed_over),
	    cmocka_unit_test(a_socket_that_nobody_takes_is_closed),
	    cmocka_unit_test(a_refused_connection_says_so),
	    cmocka_unit_test(ipv6_addresses_stand_in_brackets),
	    cmocka_unit_test(what_is_no_address_is_an_outcome_too),
	    cmocka_unit_test(a_cancelled_connect_leaves_no_trace),
	};

	return cmocka_run_group_tests_name("check_tcp", tests, lab_setup, lab_teardown);
}
