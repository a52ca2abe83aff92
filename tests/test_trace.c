/* What TTL walks find on loopback, where every TTL reaches the server: each answer by its name, and when a walk ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <event2/event.h>

#include "base/clock.h"
#include "probe/limiter.h"
#include "probe/trace.h"
#include "results/measurement.h"
#include "results/trace_path.h"
#include "tests/tls_lab.h"

struct walk {
	struct lab lab;
	struct measurement *m;
	struct trace *trace;
	bool done;
};

static void
walk_open(struct walk *w)
{
	*w = (struct walk){.m = measurement_new()};
	lab_open(&w->lab, "root.pem");
	w->lab.conf.trace_ms = 5000;
	w->lab.conf.listen_ms = 50;
	w->lab.conf.scale = 1;
	w->lab.probe.addresses = limiter_new(w->lab.probe.base, 1);
	w->m->start_mono_ns = clock_mono_ns();
}

static void
walk_close(struct walk *w)
{
	measurement_free(w->m);
	limiter_free(w->lab.probe.addresses);
	assert_int_equal(event_base_get_num_events(w->lab.probe.base, EVENT_BASE_COUNT_ADDED), 0);
	lab_close(&w->lab);
}

static void
walk_done(void *arg)
{
	struct walk *w = arg;

	w->done = true;
	trace_stop(w->trace);
}

static void
walk(struct walk *w, const char *ip, int port, const char *target, const char *control)
{
	w->done = false;
	w->trace = trace_start(&w->lab.probe, w->m, ip, port, target, control, walk_done, w);
	assert_false(w->done);
	event_base_dispatch(w->lab.probe.base);
	assert_true(w->done);
}

static void
every_answer_has_its_name(void **state)
{
	static const struct {
		const char *mode, *chain, *outcome;
		bool trusted, has_certificate;
	} rows[] = {
	    {"good", "good.pem", "certificate", true, true},
	    {"good", "untrusted.pem", "certificate", false, true},
	    {"stall-serverhello", "good.pem", "server_hello", false, false},
	    {"fin-serverhello", "good.pem", "server_hello", false, false},
	    {"rst-serverhello", "good.pem", "reset", false, false},
	    {"rst-hello", NULL, "reset", false, false},
	    {"fin-hello", NULL, "close", false, false},
	    {"alert-hello", NULL, "alert", false, false},
	    {"garbage", NULL, "not_tls", false, false},
	};
	const struct trace_path *path;
	struct peer peer;
	struct walk w;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		walk_open(&w);
		if (strcmp(rows[i].mode, "stall-serverhello") == 0)
			w.lab.conf.trace_ms = 500;
		if (rows[i].chain != NULL)
			peer_start_with(&peer, rows[i].mode, rows[i].chain, NULL);
		else
			peer_start(&peer, rows[i].mode, NULL);
		walk(&w, "127.0.0.1", peer.port, "good.test", "control.test");
		assert_int_equal(w.m->ntraces, 2);
		path = &w.m->traces[1];
		assert_string_equal(path->address, peer.address);
		assert_string_equal(path->server_name, "good.test");
		assert_string_equal(path->kind, "target");
		assert_int_equal(path->nhops, 1);
		assert_int_equal(path->hops[0].ttl, 1);
		if (strcmp(path->hops[0].outcome, rows[i].outcome) != 0)
			fail_msg("%s: %s", rows[i].mode, path->hops[0].outcome);
		assert_int_equal(path->hops[0].trusted, rows[i].trusted);
		assert_int_equal(path->hops[0].certificate_sha256 != NULL, rows[i].has_certificate);
		assert_true(path->hops[0].t >= 0 && path->c.t >= path->c.t0);
		path = &w.m->traces[0];
		assert_string_equal(path->server_name, "control.test");
		assert_string_equal(path->kind, "control");
		assert_string_equal(path->hops[0].outcome, rows[i].outcome);
		assert_false(path->hops[0].trusted); /* no certificate here is for that name */
		peer_stop(&peer);
		walk_close(&w);
	}
}

/* The walks are for m->traces alone: OONI's lists hold what is known of the target. */
static void
nothing_else_is_written(void **state)
{
	struct peer peer;
	struct walk w;

	(void)state;
	walk_open(&w);
	peer_start_with(&peer, "good", "good.pem", NULL);
	walk(&w, "127.0.0.1", peer.port, "good.test", "control.test");
	assert_int_equal(w.m->ntcp + w.m->ntls + w.m->nevents, 0);
	assert_true(w.lab.probe.bytes_out > 0 && w.lab.probe.bytes_in > 0);
	peer_stop(&peer);
	walk_close(&w);
}

static void
ipv6_is_walked_alike(void **state)
{
	struct peer peer;
	struct walk w;

	(void)state;
	if (!lab_has_ipv6())
		skip();
	walk_open(&w);
	peer_start_with(&peer, "good", "good.pem", "--host", "::1", NULL);
	walk(&w, "::1", peer.port, "good.test", "control.test");
	assert_int_equal(w.m->ntraces, 2);
	assert_string_equal(w.m->traces[1].address, peer.address);
	assert_string_equal(w.m->traces[1].hops[0].outcome, "certificate");
	peer_stop(&peer);
	walk_close(&w);
}

static void
an_address_that_refuses_is_not_walked_again(void **state)
{
	struct peer peer;
	struct walk w;

	(void)state;
	walk_open(&w);
	w.lab.conf.scale = 0.1;
	peer_start(&peer, "refuse", NULL);
	walk(&w, "127.0.0.1", peer.port, "good.test", "control.test");
	assert_int_equal(w.m->ntraces, 1);
	assert_string_equal(w.m->traces[0].kind, "control");
	assert_int_equal(w.m->traces[0].nhops, 1);
	assert_string_equal(w.m->traces[0].hops[0].outcome, "connect_failed");
	walk(&w, "no address", peer.port, "good.test", "control.test");
	assert_string_equal(w.m->traces[1].hops[0].outcome, "connect_failed");
	peer_stop(&peer);
	walk_close(&w);
}

static void
silence_ends_the_targets_walk_when_nobody_knows_the_server(void **state)
{
	const struct trace_path *path;
	struct peer peer;
	struct walk w;
	size_t i;

	(void)state;
	walk_open(&w);
	w.lab.conf.scale = 0.01;
	peer_start(&peer, "silent", NULL);
	walk(&w, "127.0.0.1", peer.port, "good.test", "control.test");
	assert_int_equal(w.m->ntraces, 2);
	path = &w.m->traces[0];
	assert_int_equal(path->nhops, 20);
	for (i = 0; i < path->nhops; i++) {
		assert_int_equal(path->hops[i].ttl, i + 1);
		assert_string_equal(path->hops[i].outcome, "silence");
	}
	assert_int_equal(w.m->traces[1].nhops, 4);
	assert_int_equal(trace_first_interference(&w.m->traces[1], &w.m->traces[0]), -1);
	peer_stop(&peer);
	walk_close(&w);
}

static void
not_called(void *arg)
{
	(void)arg;
	fail_msg("done after trace_stop");
}

static void
a_walk_can_be_stopped_at_any_time(void **state)
{
	struct trace *trace;
	struct peer peer;
	struct walk w;
	size_t before;
	int turns, i;

	(void)state;
	peer_start(&peer, "silent", NULL);
	for (turns = 0; turns < 8; turns++) {
		walk_open(&w);
		before = lab_descriptors();
		w.lab.conf.scale = 0.001;
		trace = trace_start(&w.lab.probe, w.m, "127.0.0.1", peer.port, "good.test",
		    "control.test", not_called, NULL);
		for (i = 0; i < turns * 4; i++)
			event_base_loop(w.lab.probe.base, EVLOOP_ONCE);
		trace_stop(trace);
		event_base_dispatch(w.lab.probe.base);
		assert_int_equal(lab_descriptors(), before);
		walk_close(&w);
	}
	trace_stop(NULL);
	peer_stop(&peer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_answer_has_its_name),
	    cmocka_unit_test(nothing_else_is_written),
	    cmocka_unit_test(ipv6_is_walked_alike),
	    cmocka_unit_test(an_address_that_refuses_is_not_walked_again),
	    cmocka_unit_test(silence_ends_the_targets_walk_when_nobody_knows_the_server),
	    cmocka_unit_test(a_walk_can_be_stopped_at_any_time),
	};

	return cmocka_run_group_tests_name("trace", tests, lab_setup, lab_teardown);
}
