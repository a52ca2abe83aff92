/* What a QUIC ping finds out and records, against real sockets on loopback. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <event2/event.h>

#include "probe/check_quic.h"
#include "results/measurement.h"
#include "results/quic_ping.h"
#include "tests/hand_probe.h"
#include "tests/peer.h"

struct fixture {
	struct hand_probe *hand;
	struct measurement *m;
	struct peer peer;
	bool done;
	const char *failure;
};

static void
fixture_open(struct fixture *f, int quic_ms)
{
	*f = (struct fixture){.hand = hand_probe_new(NULL), .m = measurement_new()};
	f->hand->conf.quic_ms = quic_ms;
}

static void
fixture_close(struct fixture *f)
{
	measurement_free(f->m);
	hand_probe_free(f->hand);
}

static void
quic_done(struct check *check, void *arg)
{
	struct fixture *f = arg;

	f->done = true;
	f->failure = check->failure;
	assert_ptr_equal(check_quic_result(check), &f->m->quic[f->m->nquic - 1]);
}

static const struct quic_ping *
ping(struct fixture *f, const char *ip, int port)
{
	f->done = false;
	check_start(check_quic_new(&f->hand->probe, f->m, ip, port, "site.test", quic_done, f));
	hand_probe_run(f->hand, &f->done);
	hand_probe_drain(f->hand);
	return &f->m->quic[f->m->nquic - 1];
}

static void
an_answer_is_recorded(void **state)
{
	const struct quic_ping *seen;
	struct fixture f;
	char address[64];

	(void)state;
	fixture_open(&f, 20000);
	peer_start(&f.peer, "peer_quic", "answer", NULL);
	seen = ping(&f, "127.0.0.1", f.peer.port);
	assert_null(f.failure);
	assert_null(seen->failure);
	snprintf(address, sizeof(address), "127.0.0.1:%d", f.peer.port);
	assert_string_equal(seen->address, address);
	assert_string_equal(seen->server_name, "site.test");
	assert_int_equal(seen->sent, 1);
	assert_int_equal(seen->answered, 1);
	assert_int_equal(seen->unexpected, 0);
	assert_int_equal(seen->nversions, 2);
	assert_int_equal(seen->versions[0], 1);
	assert_int_equal(seen->versions[1], 0x6b3343cf);
	assert_int_equal(seen->c.transaction_id, 1);
	assert_int_equal(f.m->nevents, 2);
	assert_string_equal(f.m->events[0].operation, "write_to");
	assert_string_equal(f.m->events[0].proto, "udp");
	assert_int_equal(f.m->events[0].num_bytes, 1200);
	assert_string_equal(f.m->events[1].operation, "read_from");
	assert_int_equal(f.hand->probe.bytes_out, 1200);
	assert_int_equal(peer_stop(&f.peer), 0);
	fixture_close(&f);
}

static void
it_is_sent_again_until_the_answer_comes(void **state)
{
	const struct quic_ping *seen;
	struct fixture f;

	(void)state;
	fixture_open(&f, 2000);
	peer_start(&f.peer, "peer_quic", "answer", "--skip", "2", NULL);
	seen = ping(&f, "127.0.0.1", f.peer.port);
	assert_null(seen->failure);
	assert_int_equal(seen->sent, 3);
	assert_int_equal(seen->answered, 1);
	assert_int_equal(peer_stop(&f.peer), 0);
	fixture_close(&f);
}

static void
what_is_no_answer_is_counted_and_not_believed(void **state)
{
	const struct quic_ping *seen;
	struct fixture f;

	(void)state;
	fixture_open(&f, 20000);
	peer_start(&f.peer, "peer_quic", "garbage", NULL);
	seen = ping(&f, "127.0.0.1", f.peer.port);
	assert_null(seen->failure);
	assert_int_equal(seen->sent, 1);
	assert_int_equal(seen->unexpected, 3);
	assert_int_equal(seen->nversions, 2);
	assert_int_equal(peer_stop(&f.peer), 0);
	fixture_close(&f);
}

static void
silence_is_a_timeout_after_four_packets(void **state)
{
	const struct quic_ping *seen;
	struct fixture f;

	(void)state;
	fixture_open(&f, 2000);
	peer_start(&f.peer, "peer_quic", "silent", NULL);
	seen = ping(&f, "127.0.0.1", f.peer.port);
	assert_string_equal(seen->failure, "generic_timeout_error");
	assert_int_equal(seen->sent, 4);
	assert_int_equal(seen->answered, 0);
	assert_int_equal(seen->nversions, 0);
	assert_true(seen->c.t - seen->c.t0 > 1.9);
	assert_int_equal(peer_stop(&f.peer), 0);
	fixture_close(&f);
}

static void
an_icmp_error_is_kept_but_does_not_end_it(void **state)
{
	const struct quic_ping *seen;
	struct fixture f;
	size_t i, refused = 0;

	(void)state;
	fixture_open(&f, 2000);
	peer_start(&f.peer, "peer_quic", "refuse", NULL);
	seen = ping(&f, "127.0.0.1", f.peer.port);
	assert_string_equal(seen->failure, "connection_refused");
	assert_int_equal(seen->sent, 4);
	for (i = 0; i < f.m->nevents; i++)
		refused += f.m->events[i].failure != NULL &&
		    strcmp(f.m->events[i].failure, "connection_refused") == 0;
	assert_int_equal(refused, 4);
	assert_int_equal(peer_stop(&f.peer), 0);
	fixture_close(&f);
}

static void
what_is_no_address_is_an_outcome_too(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, 20000);
	assert_string_equal(ping(&f, "site.test", 443)->failure, "invalid_argument");
	assert_int_equal(f.m->quic[0].sent, 0);
	fixture_close(&f);
}

static void
a_cancelled_ping_leaves_no_trace(void **state)
{
	struct fixture f;
	struct check *check;

	(void)state;
	fixture_open(&f, 20000);
	peer_start(&f.peer, "peer_quic", "silent", NULL);
	check = check_quic_new(&f.hand->probe, f.m, "127.0.0.1", f.peer.port, "site.test", quic_done, &f);
	check_start(check);
	check_cancel(check);
	check_cancel(check_quic_new(&f.hand->probe, f.m, "127.0.0.1", 1, "site.test", quic_done, &f));
	hand_probe_drain(f.hand);
	assert_false(f.done);
	assert_int_equal(f.m->nquic, 0);
	assert_int_equal(peer_stop(&f.peer), 0);
	fixture_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_answer_is_recorded),
	    cmocka_unit_test(it_is_sent_again_until_the_answer_comes),
	    cmocka_unit_test(what_is_no_answer_is_counted_and_not_believed),
	    cmocka_unit_test(silence_is_a_timeout_after_four_packets),
	    cmocka_unit_test(an_icmp_error_is_kept_but_does_not_end_it),
	    cmocka_unit_test(what_is_no_address_is_an_outcome_too),
	    cmocka_unit_test(a_cancelled_ping_leaves_no_trace),
	};

	return cmocka_run_group_tests_name("check_quic", tests, NULL, NULL);
}
