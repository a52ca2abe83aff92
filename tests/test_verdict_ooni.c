/* What OONI's stored verdicts become, and the names and exit codes of verdicts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "results/measurement.h"
#include "results/verdict.h"

static struct measurement *
foreign(const char *blocking, int accessible)
{
	struct measurement *m = measurement_new();

	m->has_x = false;
	m->ooni.blocking = arena_strdup(m->arena, blocking);
	m->ooni.accessible = accessible;
	return m;
}

static void
add_query(struct measurement *m, const char *engine, const char *failure)
{
	struct query *q = ARENA_PUSH(m->arena, m->queries, m->nqueries);

	q->engine = engine;
	q->failure = failure;
}

static void
add_tcp(struct measurement *m, const char *ip, const char *failure)
{
	struct tcp_connect *t = ARENA_PUSH(m->arena, m->tcp, m->ntcp);

	t->ip = arena_strdup(m->arena, ip);
	t->failure = failure;
}

/* Judges, checks, and frees the measurement. */
static void
becomes(struct measurement *m, enum verdict_status status, enum verdict_stage stage,
    enum mechanism mechanism)
{
	struct verdict v;

	verdict_from_ooni(m, &v);
	assert_string_equal(verdict_status_name(v.status), verdict_status_name(status));
	assert_int_equal(v.stage, stage);
	assert_int_equal(v.mechanism, mechanism);
	assert_true(v.confidence >= 0 && v.confidence < 0.9);
	assert_int_equal(v.nevidence, 1);
	assert_string_equal(v.evidence[0], "ooni_stored_verdict");
	measurement_free(m);
}

static void
accessible_is_ok_and_not_accessible_is_down(void **state)
{
	(void)state;
	becomes(foreign("false", 1), VERDICT_OK, STAGE_NONE, MECHANISM_NONE);
	becomes(foreign("false", 0), VERDICT_DOWN, STAGE_NONE, MECHANISM_NONE);
}

static void
what_ooni_could_not_tell_neither_can_we(void **state)
{
	(void)state;
	becomes(foreign(NULL, -1), VERDICT_INSUFFICIENT, STAGE_NONE, MECHANISM_NONE);
	becomes(foreign(NULL, 0), VERDICT_INSUFFICIENT, STAGE_NONE, MECHANISM_NONE);
	becomes(foreign("false", -1), VERDICT_INSUFFICIENT, STAGE_NONE, MECHANISM_NONE);
	becomes(foreign("something new", 0), VERDICT_INSUFFICIENT, STAGE_NONE, MECHANISM_NONE);
}

static void
dns_blocking_has_a_mechanism_where_the_system_resolver_shows_one(void **state)
{
	struct measurement *m = foreign("dns", 0);

	(void)state;
	becomes(m, VERDICT_LIKELY_BLOCKED, STAGE_DNS, MECHANISM_NONE);
	m = foreign("dns", 0);
	add_query(m, "udp", NULL);
	add_query(m, "getaddrinfo", "dns_nxdomain_error");
	add_query(m, "doh", "connection_reset");
	becomes(m, VERDICT_LIKELY_BLOCKED, STAGE_DNS, DNS_NXDOMAIN);
	m = foreign("dns", 0);
	add_query(m, "system", "dns_nxdomain_error");
	add_query(m, "system", NULL);
	becomes(m, VERDICT_LIKELY_BLOCKED, STAGE_DNS, MECHANISM_NONE);
}

static void
tcp_blocking_has_a_mechanism_where_the_failures_agree(void **state)
{
	struct measurement *m = foreign("tcp_ip", 0);

	(void)state;
	add_tcp(m, "192.0.2.1", "connection_refused");
	add_tcp(m, "192.0.2.2", NULL);
	add_tcp(m, "2001:db8::1", "network_unreachable");
	becomes(m, VERDICT_LIKELY_BLOCKED, STAGE_TCP, TCP_REFUSED);
	m = foreign("tcp_ip", 0);
	add_tcp(m, "192.0.2.1", "connection_refused");
	add_tcp(m, "192.0.2.2", "generic_timeout_error");
	becomes(m, VERDICT_LIKELY_BLOCKED, STAGE_TCP, MECHANISM_NONE);
}

static struct measurement *
handshake(const char *failure)
{
	struct measurement *m = foreign("http-failure", 0);

	ARENA_PUSH(m->arena, m->tls, m->ntls);
	ARENA_PUSH(m->arena, m->tls, m->ntls);
	m->tls[1].failure = failure;
	return m;
}

static void
http_failure_is_tls_where_the_last_handshake_failed(void **state)
{
	struct measurement *m;

	(void)state;
	/* A reset alone does not say that the SNI was the reason. */
	becomes(handshake("connection_reset"), VERDICT_LIKELY_BLOCKED, STAGE_TLS, MECHANISM_NONE);
	becomes(
	    handshake("ssl_unknown_authority"), VERDICT_LIKELY_BLOCKED, STAGE_TLS, TLS_CERTIFICATE);
	becomes(handshake("unknown_failure: remote error: tls: handshake failure"),
	    VERDICT_LIKELY_BLOCKED, STAGE_TLS, TLS_ALERT);
	becomes(handshake(NULL), VERDICT_LIKELY_BLOCKED, STAGE_HTTP, MECHANISM_NONE);
	m = handshake(NULL);
	ARENA_PUSH(m->arena, m->requests, m->nrequests)->failure = "eof_error";
	becomes(m, VERDICT_LIKELY_BLOCKED, STAGE_HTTP, HTTP_CLOSE);
}

static void
http_diff_is_a_mechanism_itself(void **state)
{
	(void)state;
	becomes(foreign("http-diff", 0), VERDICT_LIKELY_BLOCKED, STAGE_HTTP, HTTP_DIFF);
}

static void
every_name_is_found_again(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < VERDICT_STATUS_MAX; i++)
		assert_int_equal(
		    verdict_status_find(verdict_status_name((enum verdict_status)i)), i);
	for (i = 0; i < VERDICT_STAGE_MAX; i++)
		assert_int_equal(verdict_stage_find(verdict_stage_name((enum verdict_stage)i)), i);
	for (i = 0; i < MECHANISM_MAX; i++) {
		assert_int_equal(mechanism_find(mechanism_name((enum mechanism)i)), i);
		assert_true(i == MECHANISM_NONE || mechanism_name((enum mechanism)i) != NULL);
	}
	assert_int_equal(verdict_status_find("fine"), VERDICT_STATUS_MAX);
	assert_int_equal(verdict_stage_find("ip"), VERDICT_STAGE_MAX);
	assert_int_equal(mechanism_find("tls_mitm"), MECHANISM_MAX);
}

static void
exit_codes_are_those_of_a_monitoring_plugin(void **state)
{
	static const int codes[VERDICT_STATUS_MAX] = {
	    [VERDICT_NONE] = 1,
	    [VERDICT_OK] = 0,
	    [VERDICT_BLOCKED] = 2,
	    [VERDICT_LIKELY_BLOCKED] = 1,
	    [VERDICT_IMPAIRED] = 1,
	    [VERDICT_DOWN] = 0,
	    [VERDICT_INSUFFICIENT] = 1,
	};
	struct verdict v = {0};
	int i;

	(void)state;
	for (i = 0; i < VERDICT_STATUS_MAX; i++) {
		v.status = (enum verdict_status)i;
		assert_int_equal(verdict_exit_code(&v), codes[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(accessible_is_ok_and_not_accessible_is_down),
	    cmocka_unit_test(what_ooni_could_not_tell_neither_can_we),
	    cmocka_unit_test(dns_blocking_has_a_mechanism_where_the_system_resolver_shows_one),
	    cmocka_unit_test(tcp_blocking_has_a_mechanism_where_the_failures_agree),
	    cmocka_unit_test(http_failure_is_tls_where_the_last_handshake_failed),
	    cmocka_unit_test(http_diff_is_a_mechanism_itself),
	    cmocka_unit_test(every_name_is_found_again),
	    cmocka_unit_test(exit_codes_are_those_of_a_monitoring_plugin),
	};

	return cmocka_run_group_tests_name("verdict_ooni", tests, NULL, NULL);
}
