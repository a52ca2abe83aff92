/* What a DNS query over HTTPS promises. */
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
#include "probe/check_doh.h"
#include "probe/resolver.h"
#include "probe/traffic.h"
#include "results/measurement.h"
#include "tests/certs.h"
#include "tests/hand_probe.h"
#include "tests/peer.h"

static struct hand_probe *hand;
static struct peer peer;

struct ask {
	struct measurement *m;
	struct resolver resolver;
	char *pins[1];
	struct check *check;
	bool done;
	const char *failure;
	struct check *victim; /* cancelled in `done` */
};

static void
ask_done(struct check *check, void *arg)
{
	struct ask *a = arg;

	assert_false(a->done);
	a->done = true;
	a->failure = check->failure;
	if (a->victim != NULL)
		check_cancel(a->victim);
}

/* From the peer as https://HOST/PATH, HOST pinned to 127.0.0.1. */
static void
ask_new(struct ask *a, const char *host, const char *path, const char *name, enum dns_type type)
{
	static char loopback[] = "127.0.0.1";

	*a = (struct ask){.m = measurement_new(), .pins = {loopback}};
	a->resolver.role = RESOLVER_DOH;
	a->resolver.address = xasprintf("https://%s:%d%s", host, peer.port, path);
	a->resolver.server.pins = a->pins;
	a->resolver.server.npins = 1;
	a->check = check_doh_new(&hand->probe, a->m, &a->resolver, name, type, ask_done, a);
}

static const struct query *
ask_wait(struct ask *a)
{
	const struct query *q;

	hand_probe_run(hand, &a->done);
	assert_int_equal(a->m->nqueries, 1);
	q = &a->m->queries[0];
	if (a->failure == NULL)
		assert_null(q->failure);
	else
		assert_string_equal(q->failure, a->failure);
	return q;
}

static const struct query *
ask(struct ask *a, const char *path, const char *name, enum dns_type type)
{
	ask_new(a, "site.test", path, name, type);
	check_start(a->check);
	return ask_wait(a);
}

static void
ask_free(struct ask *a)
{
	measurement_free(a->m);
	free(a->resolver.address);
}

static void
test_an_answer_is_recorded(void **state)
{
	struct ask a;
	const struct query *q = ask(&a, "/dns-query", "News.Example", DNS_TYPE_A);

	(void)state;
	assert_null(q->failure);
	assert_string_equal(q->engine, "doh");
	assert_string_equal(q->transport, "https");
	assert_int_equal(q->role, RESOLVER_DOH);
	assert_string_equal(q->resolver_address, a.resolver.address);
	assert_string_equal(q->hostname, "News.Example");
	assert_string_equal(q->query_type, "A");
	assert_int_equal(q->rcode, 0);
	assert_int_equal(q->nanswers, 2);
	assert_string_equal(q->answers[0].type, "A");
	assert_string_equal(q->answers[0].address, "192.0.2.80");
	assert_string_equal(q->answers[1].address, "192.0.2.81");
	assert_int_equal(q->answers[0].ttl, 60);
	assert_int_equal(q->ndatagrams, 1);
	assert_string_equal(q->datagrams[0].kind, "answer");
	assert_int_equal(q->raw_response.len, q->datagrams[0].bytes.len);
	/* RFC 8484 4.1 wants ID 0, for caches. */
	assert_memory_equal(q->raw_response.data, "\0\0", 2);
	assert_true(q->c.t > q->c.t0);
	assert_int_equal(q->c.transaction_id, 1);
	ask_free(&a);
}

/* With TLS: the handshake alone is more than the question. */
static void
test_what_the_connection_carries_is_counted(void **state)
{
	struct probe *probe = &hand->probe;
	int64_t in, out;
	struct ask a;

	(void)state;
	ask_new(&a, "site.test", "/dns-query", "news.example", DNS_TYPE_A);
	a.check->attempt = 2; /* over a connection of its own */
	traffic_count(probe->traffic);
	in = probe->bytes_in;
	out = probe->bytes_out;
	check_start(a.check);
	assert_null(ask_wait(&a)->failure);
	traffic_count(probe->traffic);
	assert_true(probe->bytes_out - out > 300);
	assert_true(probe->bytes_in - in > 1000);
	ask_free(&a);
}

static void
test_ipv6_addresses(void **state)
{
	struct ask a;
	const struct query *q = ask(&a, "/dns-query", "news.example", DNS_TYPE_AAAA);

	(void)state;
	assert_null(q->failure);
	assert_string_equal(q->query_type, "AAAA");
	assert_int_equal(q->nanswers, 1);
	assert_string_equal(q->answers[0].address, "2001:db8::80");
	ask_free(&a);
}

static void
test_rcodes_and_empty_answers_are_failures(void **state)
{
	struct ask a;
	const struct query *q = ask(&a, "/dns-query", "gone.example", DNS_TYPE_A);

	(void)state;
	assert_string_equal(q->failure, "dns_nxdomain_error");
	assert_int_equal(q->rcode, 3);
	assert_true(q->raw_response.len > 0);
	ask_free(&a);
	q = ask(&a, "/dns-query", "four.example", DNS_TYPE_AAAA);
	assert_string_equal(q->failure, "dns_no_answer");
	assert_int_equal(q->rcode, 0);
	ask_free(&a);
}

static void
test_a_response_that_is_no_answer_is_a_failure(void **state)
{
	static const struct {
		const char *path, *failure;
	} cases[] = {
	    {"/status/503", "unknown_failure: doh: HTTP status 503"},
	    {"/status/302", "unknown_failure: doh: HTTP status 302"},
	    {"/ok", "unknown_failure: doh: not a DNS message"},
	    {"/dns-query/endless", "unknown_failure: doh: answer too large"},
	    {"/dns-query/garbage", "dns_server_misbehaving"},
	    {"/empty", "eof_error"},
	    {"/reset", "connection_reset"},
	};
	const struct query *q;
	struct ask a;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		q = ask(&a, cases[i].path, "news.example", DNS_TYPE_A);
		assert_string_equal(q->failure, cases[i].failure);
		assert_int_equal(q->nanswers, 0);
		assert_int_equal(q->raw_response.len, 0);
		ask_free(&a);
	}
}

static void
test_silence_is_a_timeout(void **state)
{
	struct ask a;

	(void)state;
	hand->conf.dns_ms = 50;
	assert_string_equal(
	    ask(&a, "/silent", "news.example", DNS_TYPE_A)->failure, "generic_timeout_error");
	hand->conf.dns_ms = 20000;
	ask_free(&a);
}

/* The connection that a query came over, as the peer counts them. */
static char *
connection_number(int attempt)
{
	const struct query *q;
	struct ask a;
	char *number;

	ask_new(&a, "site.test", "/dns-query", "connection-number.test", DNS_TYPE_A);
	a.check->attempt = attempt;
	check_start(a.check);
	q = ask_wait(&a);
	assert_int_equal(q->nanswers, 1);
	number = xstrdup(q->answers[0].address);
	ask_free(&a);
	return number;
}

static void
test_queries_share_a_connection_but_repeated_ones_do_not(void **state)
{
	char *first = connection_number(1), *second = connection_number(1);
	char *repeated = connection_number(2);

	(void)state;
	assert_string_equal(first, second);
	assert_string_not_equal(first, repeated);
	free(first);
	free(second);
	free(repeated);
}

static void
test_the_resolver_must_prove_its_name(void **state)
{
	struct ask a;

	(void)state;
	ask_new(&a, "other.test", "/dns-query", "news.example", DNS_TYPE_A);
	check_start(a.check);
	assert_string_equal(ask_wait(&a)->failure, "ssl_invalid_hostname");
	ask_free(&a);
}

static void
test_nothing_is_looked_up(void **state)
{
	struct ask a;

	(void)state;
	ask_new(&a, "unpinned.test", "/dns-query", "news.example", DNS_TYPE_A);
	a.resolver.server.npins = 0;
	check_start(a.check);
	assert_string_equal(
	    ask_wait(&a)->failure, "unknown_failure: doh: the resolver has no address");
	ask_free(&a);
	/* An address needs no pin. */
	ask_new(&a, "127.0.0.1", "/dns-query", "news.example", DNS_TYPE_A);
	a.resolver.server.npins = 0;
	check_start(a.check);
	assert_int_equal(ask_wait(&a)->nanswers, 2);
	ask_free(&a);
}

static void
test_what_is_no_name_is_not_asked_for(void **state)
{
	struct ask a;

	(void)state;
	assert_string_equal(
	    ask(&a, "/dns-query", "two..dots", DNS_TYPE_A)->failure, "invalid_argument");
	ask_free(&a);
}

static void
test_cancelled_queries_are_silent(void **state)
{
	struct ask before, running, a;

	(void)state;
	ask_new(&before, "site.test", "/silent", "news.example", DNS_TYPE_A);
	check_cancel(before.check);
	ask_new(&running, "site.test", "/silent", "news.example", DNS_TYPE_A);
	check_start(running.check);
	ask_new(&a, "site.test", "/dns-query", "news.example", DNS_TYPE_A);
	a.victim = running.check;
	check_start(a.check);
	ask_wait(&a);
	hand_probe_drain(hand);
	assert_false(before.done || running.done);
	assert_int_equal(before.m->nqueries + running.m->nqueries, 0);
	ask_free(&before);
	ask_free(&running);
	ask_free(&a);
}

static void
test_many_at_once(void **state)
{
	struct ask a[40];
	size_t i;

	(void)state;
	for (i = 0; i < 40; i++) {
		ask_new(&a[i], "site.test", "/dns-query", "news.example", DNS_TYPE_A);
		check_start(a[i].check);
	}
	for (i = 0; i < 40; i++) {
		assert_int_equal(ask_wait(&a[i])->nanswers, 2);
		ask_free(&a[i]);
	}
}

static int
setup(void **state)
{
	(void)state;
	certs_make();
	peer_start(&peer, "peer_http", "--cert", certs_path("good.pem"), "--key",
	    certs_path("key.pem"), "--doh", "news.example=192.0.2.80", "news.example=192.0.2.81",
	    "news.example=2001:db8::80", "four.example=192.0.2.4", NULL);
	hand = hand_probe_new(certs_path("root.pem"));
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	hand_probe_free(hand);
	certs_remove();
	return peer_stop(&peer);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_an_answer_is_recorded),
	    cmocka_unit_test(test_what_the_connection_carries_is_counted),
	    cmocka_unit_test(test_ipv6_addresses),
	    cmocka_unit_test(test_rcodes_and_empty_answers_are_failures),
	    cmocka_unit_test(test_a_response_that_is_no_answer_is_a_failure),
	    cmocka_unit_test(test_silence_is_a_timeout),
	    cmocka_unit_test(test_queries_share_a_connection_but_repeated_ones_do_not),
	    cmocka_unit_test(test_the_resolver_must_prove_its_name),
	    cmocka_unit_test(test_nothing_is_looked_up),
	    cmocka_unit_test(test_what_is_no_name_is_not_asked_for),
	    cmocka_unit_test(test_cancelled_queries_are_silent),
	    cmocka_unit_test(test_many_at_once),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
