/* What lanes of trials do, and write down, against real sockets on loopback. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <event2/event.h>

#include "base/mem.h"
#include "probe/resolver.h"
#include "probe/trial.h"
#include "results/failure.h"
#include "results/quic_ping.h"
#include "results/trials.h"
#include "tests/certs.h"
#include "tests/hand_probe.h"
#include "tests/peer.h"

struct fixture {
	struct hand_probe *hand;
	struct measurement *m;
	struct lanes lanes;
	int ended;
	bool done;
};

static void
fixture_open(struct fixture *f)
{
	*f = (struct fixture){
	    .hand = hand_probe_new(certs_path("root.pem")), .m = measurement_new()};
	f->hand->conf.quic_ms = 20000;
	assert_true(lanes_empty(&f->lanes));
}

static void
fixture_close(struct fixture *f)
{
	lanes_clear(&f->lanes);
	assert_true(lanes_empty(&f->lanes));
	measurement_free(f->m);
	hand_probe_free(f->hand);
}

static void
lanes_over(void *arg)
{
	struct fixture *f = arg;

	f->ended++;
	f->done = true;
}

static void
start(struct fixture *f)
{
	assert_false(lanes_empty(&f->lanes));
	f->done = false;
	lanes_start(&f->lanes, &f->hand->probe, measurement_confirm(f->m), lanes_over, f);
	assert_false(f->done); /* it comes from the loop */
}

static const struct measurement *
run(struct fixture *f)
{
	int before = f->ended;

	start(f);
	hand_probe_run(f->hand, &f->done);
	hand_probe_drain(f->hand);
	assert_int_equal(f->ended, before + 1);
	assert_true(lanes_empty(&f->lanes));
	return f->m->confirm;
}

static void
add_tls(struct fixture *f, size_t lane, const char *tag, int port, const char *name)
{
	const struct trial t = {
	    .kind = TRIAL_TLS, .why = tag, .ip = "127.0.0.1", .port = port, .name = name};

	lanes_add(&f->lanes, lane, &t);
}

static void
tls_start(struct peer *peer, const char *mode)
{
	peer_start(peer, "peer_tls", mode, "--cert", certs_path("good.pem"), "--key",
	    certs_path("key.pem"), NULL);
}

/* ---- Lanes ------------------------------------------------------------------------------------ */

static void
a_lane_keeps_its_order_and_tags_what_it_does(void **state)
{
	static const struct {
		const char *tag, *name, *failure;
	} steps[] = {{"why=sni_own", "site.test", NULL},
	    {"why=sni_away", "other.test", "ssl_invalid_hostname"},
	    {"why=sni_own", "site.test", NULL}};
	const struct measurement *c;
	struct fixture f;
	struct peer peer;
	size_t i;

	(void)state;
	fixture_open(&f);
	tls_start(&peer, "good");
	for (i = 0; i < 3; i++)
		add_tls(&f, 1, steps[i].tag, peer.port, steps[i].name);
	c = run(&f);
	assert_int_equal(c->ntls, 3);
	assert_int_equal(c->ntcp, 3);
	for (i = 0; i < 3; i++) {
		assert_true(trials_why(&c->tls[i].c, steps[i].tag + 4));
		assert_true(trials_why(&c->tcp[i].c, steps[i].tag + 4));
		assert_int_equal(c->tls[i].c.attempt, 1);
		assert_string_equal(c->tls[i].server_name, steps[i].name);
		if (steps[i].failure == NULL)
			assert_null(c->tls[i].failure);
		else
			assert_string_equal(c->tls[i].failure, steps[i].failure);
		assert_true(i == 0 || c->tcp[i].c.t0 >= c->tls[i - 1].c.t);
	}
	/* Nothing of it stands with the target's own. */
	assert_int_equal(f.m->ntls + f.m->ntcp, 0);
	assert_int_equal(peer_stop(&peer), 0);
	fixture_close(&f);
}

/* Two lanes to one address still take turns: no address has two of our connections at once. */
static void
lanes_to_one_address_take_turns(void **state)
{
	const struct measurement *c;
	struct fixture f;
	struct peer peer;
	size_t i, k;

	(void)state;
	fixture_open(&f);
	tls_start(&peer, "good");
	for (i = 0; i < 4; i++)
		add_tls(&f, i % 2, "why=sample", peer.port, "site.test");
	c = run(&f);
	assert_int_equal(c->ntls, 4);
	for (i = 0; i < 4; i++)
		for (k = 0; k < 4; k++)
			assert_true(i == k || c->tcp[i].c.t0 >= c->tls[k].c.t ||
			    c->tcp[k].c.t0 >= c->tls[i].c.t);
	assert_int_equal(peer_stop(&peer), 0);
	fixture_close(&f);
}

/* One attempt each: a failure is an answer, and is not asked again. */
static void
a_failure_is_not_tried_again(void **state)
{
	const struct measurement *c;
	struct fixture f;
	struct peer peer;

	(void)state;
	fixture_open(&f);
	tls_start(&peer, "rst-hello");
	add_tls(&f, 0, "why=sni_target", peer.port, "site.test");
	c = run(&f);
	assert_int_equal(c->ntls, 1);
	assert_string_equal(c->tls[0].failure, "connection_reset");
	assert_int_equal(trials_reply(&c->tls[0]), REPLY_RESET);
	assert_int_equal(peer_stop(&peer), 0);
	fixture_close(&f);
}

static void
more_may_be_added_when_they_are_done(void **state)
{
	const struct measurement *c;
	struct fixture f;
	struct peer peer;

	(void)state;
	fixture_open(&f);
	tls_start(&peer, "good");
	add_tls(&f, 0, "why=sample", peer.port, "site.test");
	run(&f);
	add_tls(&f, 0, "why=sni_control", peer.port, "other.test");
	c = run(&f);
	assert_int_equal(c->ntls, 2);
	assert_true(trials_why(&c->tls[1].c, "sni_control"));
	assert_int_equal(peer_stop(&peer), 0);
	fixture_close(&f);
}

static void
what_is_stopped_says_so_and_the_rest_is_dropped(void **state)
{
	const struct measurement *c;
	struct fixture f;
	struct peer peer;

	(void)state;
	fixture_open(&f);
	tls_start(&peer, "silent");
	add_tls(&f, 0, "why=sni_target", peer.port, "site.test");
	add_tls(&f, 0, "why=sni_control", peer.port, "other.test");
	start(&f);
	/* The greeting is out when the loop has nothing left to do but wait. */
	while (f.m->confirm->ntcp == 0)
		assert_int_equal(event_base_loop(f.hand->probe.base, EVLOOP_ONCE), 0);
	lanes_stop(&f.lanes);
	lanes_stop(&f.lanes);
	hand_probe_run(f.hand, &f.done);
	hand_probe_drain(f.hand);
	assert_int_equal(f.ended, 1);
	c = f.m->confirm;
	assert_int_equal(c->ntcp, 1);
	assert_int_equal(c->ntls, 1);
	assert_string_equal(c->tls[0].failure, "interrupted");
	assert_int_equal(peer_stop(&peer), 0);
	fixture_close(&f);
}

/* ---- Kinds ------------------------------------------------------------------------------------ */

static void
a_connect_says_no_name(void **state)
{
	const struct trial t = {.kind = TRIAL_TCP, .why = "why=tcp_80", .ip = "127.0.0.1"};
	struct trial with_port = t;
	const struct measurement *c;
	struct fixture f;
	struct peer peer;

	(void)state;
	fixture_open(&f);
	tls_start(&peer, "good");
	with_port.port = peer.port;
	lanes_add(&f.lanes, 0, &with_port);
	c = run(&f);
	assert_int_equal(c->ntcp, 1);
	assert_null(c->tcp[0].failure);
	assert_int_equal(c->ntls, 0);
	assert_int_equal(peer_stop(&peer), 0);
	fixture_close(&f);
}

static void
a_name_is_asked_of_that_resolver(void **state)
{
	struct resolver resolver = {.role = RESOLVER_SYSTEM};
	struct trial t = {.kind = TRIAL_DNS, .why = "why=dns_target", .resolver = &resolver,
	    .name = "site.test", .listen_ms = 200};
	const struct measurement *c;
	struct fixture f;
	struct peer peer;

	(void)state;
	fixture_open(&f);
	peer_start(&peer, "peer_dns", "site.test=two/A:192.0.2.66/A:192.0.2.1", NULL);
	resolver.address = xasprintf("127.0.0.1:%d", peer.port);
	assert_int_equal(resolver_parse(resolver.address, &resolver.sa, &resolver.salen), 0);
	lanes_add(&f.lanes, 3, &t);
	t.why = "why=dns_nonexistent";
	t.name = trial_nobodys_name(f.m->arena);
	lanes_add(&f.lanes, 3, &t);
	c = run(&f);
	assert_int_equal(c->nqueries, 2);
	assert_true(trials_why(&c->queries[0].c, "dns_target"));
	assert_string_equal(c->queries[0].answers[0].address, "192.0.2.66");
	/* The second answer came while it was still listened for. */
	assert_int_equal(c->nduplicates, 1);
	assert_string_equal(c->duplicates[0].answers[0].address, "192.0.2.1");
	assert_string_equal(c->queries[1].failure, "dns_nxdomain_error");
	free(resolver.address);
	assert_int_equal(peer_stop(&peer), 0);
	fixture_close(&f);
}

static void
a_page_is_got_from_that_address(void **state)
{
	struct trial t = {.kind = TRIAL_HTTP, .why = "why=host_away", .ip = "127.0.0.1"};
	const struct measurement *c;
	struct fixture f;
	struct peer peer;

	(void)state;
	fixture_open(&f);
	peer_start(&peer, "peer_http", NULL);
	t.url = arena_printf(f.m->arena, "http://nobody.test:%d/echo", peer.port);
	lanes_add(&f.lanes, 0, &t);
	t.url = arena_printf(f.m->arena, "http://nobody.test:%d/reset", peer.port);
	lanes_add(&f.lanes, 0, &t);
	c = run(&f);
	assert_int_equal(c->nrequests, 2);
	assert_true(trials_why(&c->requests[0].c, "host_away"));
	assert_int_equal(c->requests[0].code, 200);
	assert_non_null(memmem(c->requests[0].body.data, c->requests[0].body.len,
	    "Host: nobody.test:", strlen("Host: nobody.test:")));
	assert_string_equal(c->requests[1].failure, "connection_reset");
	assert_int_equal(peer_stop(&peer), 0);
	fixture_close(&f);
}

/* One name in the greeting, another in the request; the certificate is not looked at, the amount is bounded. */
static void
a_flow_opens_with_one_name_and_asks_for_another(void **state)
{
	struct trial t = {.kind = TRIAL_FLOW, .why = "why=flow_control", .ip = "127.0.0.1",
	    .name = "site.test"};
	const struct measurement *c;
	struct fixture f;
	struct peer peer;

	(void)state;
	fixture_open(&f);
	peer_start(&peer, "peer_http", "--cert", certs_path("good.pem"), "--key",
	    certs_path("key.pem"), NULL);
	t.url = arena_printf(f.m->arena, "https://stranger.test:%d/echo", peer.port);
	lanes_add(&f.lanes, 0, &t);
	t.name = "another.site.test";
	lanes_add(&f.lanes, 0, &t);
	t.url = arena_printf(f.m->arena, "https://stranger.test:%d/bytes/300000", peer.port);
	lanes_add(&f.lanes, 0, &t);
	c = run(&f);
	assert_int_equal(c->nrequests, 3);
	assert_null(c->requests[0].failure);
	/* The server sends back the head of the request, in which nothing but the host has changed. */
	assert_int_equal(c->requests[1].body_length - c->requests[0].body_length, strlen("another."));
	assert_int_equal(c->requests[2].body_length, 96 * 1024);
	assert_true(c->requests[2].first_byte_s >= 0);
	assert_true(c->requests[2].last_byte_s >= c->requests[2].first_byte_s);
	assert_int_equal(peer_stop(&peer), 0);
	fixture_close(&f);
}

/* What comes of a ping is a fact about the target, and stands with the target's. */
static void
a_ping_stands_with_the_targets_own(void **state)
{
	struct trial t = {.kind = TRIAL_QUIC, .ip = "127.0.0.1", .name = "site.test"};
	struct fixture f;
	struct peer peer;

	(void)state;
	fixture_open(&f);
	peer_start(&peer, "peer_quic", "answer", NULL);
	t.port = peer.port;
	lanes_add(&f.lanes, 6, &t);
	run(&f);
	assert_int_equal(f.m->nquic, 1);
	assert_int_equal(f.m->quic[0].answered, 1);
	assert_int_equal(peer_stop(&peer), 0);
	fixture_close(&f);
}

static void
nobodys_name_is_another_each_time(void **state)
{
	struct arena *arena = arena_new();
	const char *one = trial_nobodys_name(arena), *two = trial_nobodys_name(arena);

	(void)state;
	assert_int_equal(strlen(one), 16);
	assert_int_equal(strspn(one, "abcdefghijklmnopqrstuvwxyz"), 12);
	assert_string_equal(one + 12, ".com");
	assert_string_not_equal(one, two);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_lane_keeps_its_order_and_tags_what_it_does),
	    cmocka_unit_test(lanes_to_one_address_take_turns),
	    cmocka_unit_test(a_failure_is_not_tried_again),
	    cmocka_unit_test(more_may_be_added_when_they_are_done),
	    cmocka_unit_test(what_is_stopped_says_so_and_the_rest_is_dropped),
	    cmocka_unit_test(a_connect_says_no_name),
	    cmocka_unit_test(a_name_is_asked_of_that_resolver),
	    cmocka_unit_test(a_page_is_got_from_that_address),
	    cmocka_unit_test(a_flow_opens_with_one_name_and_asks_for_another),
	    cmocka_unit_test(a_ping_stands_with_the_targets_own),
	    cmocka_unit_test(nobodys_name_is_another_each_time),
	};
	int failed;

	certs_make();
	failed = cmocka_run_group_tests_name("trial", tests, NULL, NULL);
	certs_remove();
	return failed;
}
