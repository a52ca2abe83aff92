/* What an HTTP check promises over TLS. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "probe/check_http.h"
#include "results/measurement.h"
#include "tests/certs.h"
#include "tests/hand_probe.h"
#include "tests/peer.h"

static struct hand_probe *hand;

struct fetch {
	struct measurement *m;
	bool done;
	const struct http_request *r;
};

static void
fetch_done(struct check *check, void *arg)
{
	struct fetch *f = arg;

	f->r = &f->m->requests[check_http_result(check)];
	f->done = true;
}

/* From a peer on 127.0.0.1, or on ::1. */
static const struct http_request *
fetch(struct fetch *f, const struct peer *peer, const char *ip, const char *host, const char *path)
{
	char *url = xasprintf("https://%s:%d%s", host, peer->port, path);

	*f = (struct fetch){.m = measurement_new()};
	check_start(check_http_new(&hand->probe, f->m, url, ip, fetch_done, f));
	hand_probe_run(hand, &f->done);
	free(url);
	return f->r;
}

static void
start_https(struct peer *peer, const char *chain)
{
	peer_start(
	    peer, "peer_http", "--cert", certs_path(chain), "--key", certs_path("key.pem"), NULL);
}

static void
stop(struct fetch *f, struct peer *peer)
{
	measurement_free(f->m);
	assert_int_equal(peer_stop(peer), 0);
}

static void
test_a_page_over_tls(void **state)
{
	static const char *const steps[] = {"connect", "tls_handshake_start", "tls_handshake_done",
	    "http_transaction_start", "read"};
	const struct http_request *r;
	struct peer peer;
	struct fetch f;
	size_t i;

	(void)state;
	start_https(&peer, "good.pem");
	r = fetch(&f, &peer, "127.0.0.1", "site.test", "/ok");
	assert_null(r->failure);
	assert_int_equal(r->code, 200);
	assert_string_equal(r->alpn, "http/1.1");
	assert_string_equal(r->title, "It is well");
	for (i = 0; i < 5; i++)
		assert_string_equal(f.m->events[i].operation, steps[i]);
	for (i = 1; i < f.m->nevents; i++)
		assert_true(f.m->events[i].c.t >= f.m->events[i - 1].c.t);
	assert_string_equal(f.m->events[f.m->nevents - 1].operation, "http_transaction_done");
	stop(&f, &peer);
}

static void
test_an_address_in_the_url_is_verified_as_one(void **state)
{
	const struct http_request *r;
	struct peer peer;
	struct fetch f;

	(void)state;
	peer_start(&peer, "peer_http", "--address", "::1", "--cert", certs_path("good.pem"),
	    "--key", certs_path("key.pem"), NULL);
	r = fetch(&f, &peer, "::1", "[::1]", "/ok");
	assert_null(r->failure);
	assert_int_equal(r->code, 200);
	assert_memory_equal(r->address, "[::1]:", 6);
	stop(&f, &peer);
}

/* A reset over TLS counts what was read like one without. */
static void
test_a_reset_in_mid_body(void **state)
{
	const struct http_request *r;
	struct peer peer;
	struct fetch f;

	(void)state;
	start_https(&peer, "good.pem");
	r = fetch(&f, &peer, "127.0.0.1", "site.test", "/reset");
	assert_string_equal(r->failure, "connection_reset");
	assert_int_equal(r->code, 200);
	assert_int_equal(r->body_length, 5000);
	stop(&f, &peer);
}

static void
test_an_end_without_close_notify_is_an_eof(void **state)
{
	static const char *const paths[] = {"/close", "/empty"};
	const struct http_request *r;
	struct peer peer;
	struct fetch f;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		start_https(&peer, "good.pem");
		r = fetch(&f, &peer, "127.0.0.1", "site.test", paths[i]);
		assert_string_equal(r->failure, "eof_error");
		stop(&f, &peer);
	}
}

static void
assert_failed_handshake(const struct measurement *m, const char *failure)
{
	assert_int_equal(m->nevents, 3);
	assert_string_equal(m->events[0].operation, "connect");
	assert_null(m->events[0].failure);
	assert_string_equal(m->events[2].operation, "tls_handshake_done");
	assert_string_equal(m->events[2].failure, failure);
}

static void
test_bad_certificates_are_failures(void **state)
{
	static const struct {
		const char *chain, *failure;
	} cases[] = {
	    {"expired.pem", "ssl_invalid_certificate"},
	    {"future.pem", "ssl_invalid_certificate"},
	    {"wrong-host.pem", "ssl_invalid_hostname"},
	    {"untrusted.pem", "ssl_unknown_authority"},
	    {"self-signed.pem", "ssl_unknown_authority"},
	};
	const struct http_request *r;
	struct peer peer;
	struct fetch f;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		start_https(&peer, cases[i].chain);
		r = fetch(&f, &peer, "127.0.0.1", "site.test", "/ok");
		assert_string_equal(r->failure, cases[i].failure);
		assert_int_equal(r->code, 0);
		/* The connection stood, the request never went out. */
		assert_failed_handshake(f.m, cases[i].failure);
		stop(&f, &peer);
	}
}

static void
test_interference_with_the_handshake_has_a_name(void **state)
{
	static const struct {
		const char *mode, *failure;
	} cases[] = {
	    {"rst-hello", "connection_reset"},
	    {"fin-hello", "eof_error"},
	    {"alert-hello", "unknown_failure: remote error: tls: handshake failure"},
	    {"garbage", "unknown_failure: http: SSL connect error"},
	    {"refuse", "connection_refused"},
	};
	const struct http_request *r;
	struct peer peer;
	struct fetch f;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		peer_start(&peer, "peer_tls", cases[i].mode, NULL);
		r = fetch(&f, &peer, "127.0.0.1", "site.test", "/");
		assert_string_equal(r->failure, cases[i].failure);
		assert_int_equal(r->code, 0);
		stop(&f, &peer);
	}
}

static void
test_an_unanswered_hello_ends_at_the_whole_limit(void **state)
{
	const struct http_request *r;
	struct peer peer;
	struct fetch f;

	(void)state;
	peer_start(&peer, "peer_tls", "silent", NULL);
	hand->conf.http_ms = 100;
	r = fetch(&f, &peer, "127.0.0.1", "site.test", "/");
	hand->conf.http_ms = 20000;
	assert_string_equal(r->failure, "generic_timeout_error");
	assert_failed_handshake(f.m, "generic_timeout_error");
	stop(&f, &peer);
}

static int
setup(void **state)
{
	(void)state;
	certs_make();
	hand = hand_probe_new(certs_path("root.pem"));
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	hand_probe_free(hand);
	certs_remove();
	return 0;
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_page_over_tls),
	    cmocka_unit_test(test_an_address_in_the_url_is_verified_as_one),
	    cmocka_unit_test(test_a_reset_in_mid_body),
	    cmocka_unit_test(test_an_end_without_close_notify_is_an_eof),
	    cmocka_unit_test(test_bad_certificates_are_failures),
	    cmocka_unit_test(test_interference_with_the_handshake_has_a_name),
	    cmocka_unit_test(test_an_unanswered_hello_ends_at_the_whole_limit),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
