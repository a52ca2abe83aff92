/*
 * OONI's rules one by one, on measurements made here: the walk that finds `blocking` and `accessible`, the comparison
 * of look-ups, the flags. How pages are compared is test_httpdiff.c's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "results/measurement.h"
#include "results/ooni.h"
#include "results/vantage.h"

#define SITE "198.51.100.1" /* the site's only address, in network 64500 */
#define SITE_V6 "2001:db8::1"
#define ELSEWHERE "203.0.113.9" /* somebody else's, in network 64511 */
#define TEXT(s) arena_strdup(m->arena, (s))

static struct measurement *m;
static struct vantage *control;
static struct ooni_keys keys;

/* --- what the probe saw ----------------------------------------------------------------------- */

static void
common(struct common *c, int64_t id, int depth)
{
	*ARENA_PUSH(m->arena, c->tags, c->ntags) = TEXT("fetch_body=true");
	*ARENA_PUSH(m->arena, c->tags, c->ntags) = arena_printf(m->arena, "depth=%d", depth);
	c->transaction_id = id;
	c->attempt = 1;
}

static struct query *
look_up(const char *engine, const char *type, const char *host, const char *failure, int depth)
{
	struct query *q = ARENA_PUSH(m->arena, m->queries, m->nqueries);

	common(&q->c, (int64_t)m->nqueries, depth);
	q->engine = engine;
	q->query_type = TEXT(type);
	q->hostname = TEXT(host);
	q->failure = failure;
	return q;
}

static struct query *
system_fails(const char *failure)
{
	return look_up("getaddrinfo", "ANY", "site.example", failure, 0);
}

static void
answer(struct query *q, const char *address, int64_t asn)
{
	struct answer *a = ARENA_PUSH(m->arena, q->answers, q->nanswers);

	a->type = TEXT(strchr(address, ':') != NULL ? "AAAA" : "A");
	a->address = TEXT(address);
	a->asn = asn;
	a->ttl = -1;
}

static struct query *
system_gives(const char *address, int64_t asn)
{
	struct query *q = system_fails(NULL);

	answer(q, address, asn);
	return q;
}

static void
engine_gives(const char *engine, const char *address)
{
	answer(look_up(engine, "A", "site.example", NULL, 0), address, 0);
}

static struct tcp_connect *
tcp_to(int64_t id, const char *ip, int port, const char *failure, int depth)
{
	struct tcp_connect *t = ARENA_PUSH(m->arena, m->tcp, m->ntcp);

	common(&t->c, id, depth);
	t->ip = TEXT(ip);
	t->port = port;
	t->failure = failure;
	return t;
}

static void
tls_on(int64_t id, const char *address, const char *failure, int depth)
{
	struct tls_handshake *h = ARENA_PUSH(m->arena, m->tls, m->ntls);

	common(&h->c, id, depth);
	h->address = TEXT(address);
	h->server_name = TEXT("site.example");
	h->failure = failure;
}

static struct http_request *
page_on(int64_t id, const char *url, const char *address, const char *failure, int code, int depth)
{
	struct http_request *r = ARENA_PUSH(m->arena, m->requests, m->nrequests);

	common(&r->c, id, depth);
	r->url = TEXT(url);
	r->address = TEXT(address);
	r->failure = failure;
	r->code = code;
	r->body_length = 1000;
	r->title = TEXT("Example Domain");
	return r;
}

/* Connection, and where they are not to be left out, handshake and page, at the site's address. */
static void
https(int64_t id, const char *tcp, const char *tls, const char *page)
{
	tcp_to(id, SITE, 443, tcp, 0);
	if (tcp != NULL)
		return;
	tls_on(id, SITE ":443", tls, 0);
	if (tls == NULL)
		page_on(id, "https://site.example/", SITE ":443", page, page == NULL ? 200 : 0, 0);
}

static struct http_request *
http(int64_t id, const char *tcp, const char *page)
{
	tcp_to(id, SITE, 80, tcp, 0);
	if (tcp != NULL)
		return NULL;
	return page_on(id, "http://site.example/", SITE ":80", page, page == NULL ? 200 : 0, 0);
}

/* A page that is plainly another one. */
static void
block_page(struct http_request *r)
{
	r->body_length = 10;
	r->title = TEXT("Access Denied");
}

/* --- what the control saw --------------------------------------------------------------------- */

static void
control_tcp(const char *endpoint, const char *failure)
{
	struct vantage_endpoint *e = ARENA_PUSH(m->arena, control->tcp, control->ntcp);

	e->endpoint = TEXT(endpoint);
	e->status = failure == NULL;
	e->failure = TEXT(failure);
}

static void
control_tls(const char *endpoint, const char *failure)
{
	struct vantage_endpoint *e = ARENA_PUSH(m->arena, control->tls, control->ntls);

	e->endpoint = TEXT(endpoint);
	e->server_name = TEXT("site.example");
	e->status = failure == NULL;
	e->failure = TEXT(failure);
}

static void
control_page_fails(void)
{
	control->http.failure = TEXT("unknown_error");
	control->http.status_code = control->http.body_length = -1;
}

static void
control_dns_fails(void)
{
	control->dns_failure = TEXT("dns_name_error");
	control->naddrs = 0;
}

/* A measurement of OONI's, empty, and a control that had no difficulty with the site. */
static int
setup(void **state)
{
	(void)state;
	m = measurement_new();
	m->has_x = false;
	m->test_name = TEXT("web_connectivity");
	m->input = TEXT("https://site.example/");
	m->control = control = arena_alloc(m->arena, sizeof(*control));
	control->answered = true;
	control->http = (struct vantage_http){
	    .asked = true, .status_code = 200, .body_length = 1000, .title = TEXT("Example Domain")};
	*ARENA_PUSH(m->arena, control->addrs, control->naddrs) = TEXT(SITE);
	*ARENA_PUSH(m->arena, control->ips, control->nips) =
	    (struct vantage_ip){TEXT(SITE), 64500, VANTAGE_IP_HELPER};
	control_tcp(SITE ":443", NULL);
	control_tcp(SITE ":80", NULL);
	control_tls(SITE ":443", NULL);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	measurement_free(m);
	return 0;
}

static void
no_control(void)
{
	m->control->answered = false;
	m->control->failure = TEXT("connection_reset");
}

/* --- claims ----------------------------------------------------------------------------------- */

static void
is(const char *got, const char *wanted)
{
	if (got == NULL || wanted == NULL)
		assert_ptr_equal(got, wanted);
	else
		assert_string_equal(got, wanted);
}

static void
verdict_is(const char *blocking, int accessible, const char *failure)
{
	ooni_keys_compute(m, &keys);
	is(keys.blocking, blocking);
	assert_int_equal(keys.accessible, accessible);
	is(keys.http_experiment_failure, failure);
}

static void
consistency_is(const char *consistency)
{
	ooni_keys_compute(m, &keys);
	is(keys.dns_consistency, consistency);
}

static void
flags_are(int64_t blocking, int64_t dns, int64_t null_null)
{
	ooni_keys_compute(m, &keys);
	assert_int_equal(keys.x_blocking_flags, blocking);
	assert_int_equal(keys.x_dns_flags, dns);
	assert_int_equal(keys.x_null_null_flags, null_null);
}

/* --- the walk: pages --------------------------------------------------------------------------- */

static void
an_empty_measurement_says_nothing(void **state)
{
	(void)state;
	verdict_is(NULL, -1, NULL);
	consistency_is(NULL);
	flags_are(0, 0, 0);
	no_control();
	verdict_is(NULL, -1, NULL);
	is(keys.control_failure, "connection_reset");
	m->control = NULL;
	verdict_is(NULL, -1, NULL);
	is(keys.control_failure, NULL);
}

static void
a_page_over_tls_is_reached_whatever_it_says(void **state)
{
	(void)state;
	system_gives(SITE, 64500);
	https(10, NULL, NULL, NULL);
	verdict_is("false", 1, NULL);
	flags_are(OONI_BLOCKING_SUCCESS, 0, 0);
	block_page(&m->requests[0]);
	verdict_is("false", 1, NULL);
	control_page_fails();
	verdict_is("false", 1, NULL);
	no_control();
	verdict_is("false", 1, NULL);
	flags_are(OONI_BLOCKING_SUCCESS, 0, OONI_HTTPS_WITHOUT_CONTROL);
}

static void
a_page_in_the_clear_needs_the_control(void **state)
{
	(void)state;
	system_gives(SITE, 64500);
	http(10, NULL, NULL);
	verdict_is("false", 1, NULL);
	assert_int_equal(keys.title_match, 1);
	assert_true(keys.body_proportion == 1);
	flags_are(OONI_BLOCKING_SUCCESS, 0, 0);
	no_control();
	verdict_is(NULL, -1, NULL);
	flags_are(0, 0, 0);
}

static void
another_page_in_the_clear_is_http_diff(void **state)
{
	(void)state;
	system_gives(SITE, 64500);
	block_page(http(10, NULL, NULL));
	verdict_is("http-diff", 0, NULL);
	assert_int_equal(keys.status_code_match, 1);
	assert_int_equal(keys.body_length_match, 0);
	assert_int_equal(keys.title_match, 0);
	flags_are(OONI_BLOCKING_DIFF, 0, 0);
}

/* As OONI has it: there is nothing that the page could be like. */
static void
a_page_in_the_clear_that_the_control_cannot_get_is_http_diff(void **state)
{
	(void)state;
	system_gives(SITE, 64500);
	http(10, NULL, NULL);
	control_page_fails();
	verdict_is("http-diff", 0, NULL);
	assert_int_equal(keys.status_code_match, -1);
	flags_are(OONI_BLOCKING_DIFF, 0, 0);
}

static void
answers_of_2xx_4xx_and_5xx_are_final(void **state)
{
	static const struct {
		int code, accessible;
	} rows[] = {{200, 1}, {204, 1}, {299, 1}, {301, -1}, {304, -1}, {400, 1}, {451, 1}, {503, 1},
	    {100, -1}, {600, -1}};
	size_t i;

	(void)state;
	system_gives(SITE, 64500);
	https(10, NULL, NULL, NULL);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		m->requests[0].code = rows[i].code;
		verdict_is(rows[i].accessible == 1 ? "false" : NULL, rows[i].accessible, NULL);
	}
}

/* --- the walk: failures ------------------------------------------------------------------------ */

static void
http_failure_goes_by_the_controls_page(void **state)
{
	(void)state;
	system_gives(SITE, 64500);
	http(10, NULL, "connection_reset");
	verdict_is("http-failure", 0, "connection_reset");
	flags_are(OONI_BLOCKING_HTTP, 0, 0);
	control_page_fails();
	verdict_is("false", 0, "connection_reset");
	flags_are(0, 0, 0);
	control->http.asked = false;
	verdict_is(NULL, -1, "connection_reset");
	no_control();
	verdict_is(NULL, -1, "connection_reset");
	flags_are(0, 0, 0);
}

static void
tls_failure_goes_by_the_controls_handshake(void **state)
{
	(void)state;
	system_gives(SITE, 64500);
	https(10, NULL, "eof_error", NULL);
	verdict_is("http-failure", 0, "eof_error");
	flags_are(OONI_BLOCKING_TLS, 0, 0);
	control->tls[0].status = false;
	control->tls[0].failure = TEXT("connection_reset");
	verdict_is("false", 0, "eof_error");
	flags_are(0, 0, OONI_EXPECTED_TLS_FAILURE);
}

static void
tls_failure_without_the_controls_handshake_goes_by_its_page(void **state)
{
	(void)state;
	system_gives(SITE, 64500);
	https(10, NULL, "eof_error", NULL);
	control->ntls = 0;
	verdict_is("http-failure", 0, "eof_error");
	control_page_fails();
	verdict_is("http-failure", 0, "eof_error");
	flags_are(0, 0, 0);
	control->http.asked = false;
	verdict_is(NULL, -1, "eof_error");
}

static void
a_handshake_of_the_controls_for_another_name_is_none(void **state)
{
	(void)state;
	system_gives(SITE, 64500);
	https(10, NULL, "eof_error", NULL);
	control->tls[0].failure = TEXT("connection_reset");
	control->tls[0].server_name = TEXT("other.example");
	verdict_is("http-failure", 0, "eof_error");
}

static void
tcp_failure_goes_by_the_controls_connection(void **state)
{
	(void)state;
	system_gives(SITE, 64500);
	https(10, "generic_timeout_error", NULL, NULL);
	verdict_is("tcp_ip", 0, "generic_timeout_error");
	flags_are(OONI_BLOCKING_TCP, 0, 0);
	control->tcp[0].status = false;
	control->tcp[0].failure = TEXT("connection_refused_error");
	verdict_is("false", 0, "generic_timeout_error");
	flags_are(0, 0, OONI_EXPECTED_TCP_FAILURE);
}

static void
tcp_failure_without_the_controls_connection_goes_by_its_page(void **state)
{
	(void)state;
	system_gives(SITE, 64500);
	https(10, "generic_timeout_error", NULL, NULL);
	control->ntcp = 0;
	verdict_is("http-failure", 0, "generic_timeout_error");
	control->http.asked = false;
	verdict_is(NULL, -1, "generic_timeout_error");
	no_control();
	verdict_is(NULL, -1, "generic_timeout_error");
	flags_are(0, 0, 0);
}

static void
a_connection_of_the_controls_that_failed_without_a_name_failed(void **state)
{
	(void)state;
	system_gives(SITE, 64500);
	https(10, "generic_timeout_error", NULL, NULL);
	control->tcp[0].status = false;
	verdict_is("false", 0, "generic_timeout_error");
}

static void
dns_failure_goes_by_the_controls_look_up(void **state)
{
	(void)state;
	system_fails("dns_nxdomain_error");
	verdict_is("dns", 0, "dns_nxdomain_error");
	is(keys.dns_consistency, "inconsistent");
	is(keys.dns_experiment_failure, "dns_nxdomain_error");
	flags_are(OONI_BLOCKING_DNS, OONI_DNS_UNEXPECTED_FAILURE, 0);
	control_dns_fails();
	verdict_is("false", 0, "dns_nxdomain_error");
	is(keys.dns_consistency, "consistent");
	is(keys.dns_experiment_failure, "dns_nxdomain_error");
	flags_are(0, 0, OONI_EXPECTED_DNS_FAILURE);
}

/* The last is OONI's; see a_name_of_ours_that_cannot_be_compared_is_not_reached. */
static void
dns_failure_at_a_redirect_goes_by_the_controls_page(void **state)
{
	(void)state;
	system_gives(SITE, 64500);
	https(10, NULL, NULL, NULL);
	m->requests[0].code = 302;
	look_up("getaddrinfo", "ANY", "next.example", "dns_nxdomain_error", 1);
	verdict_is("dns", 0, "dns_nxdomain_error");
	is(keys.dns_consistency, "consistent");
	is(keys.dns_experiment_failure, NULL);
	flags_are(OONI_BLOCKING_DNS, 0, 0);
	control->http.asked = false;
	verdict_is("false", 1, "dns_nxdomain_error");
	flags_are(0, 0, 0);
}

static void
a_name_without_addresses_for_the_control_too_is_down(void **state)
{
	(void)state;
	system_fails("dns_no_answer");
	verdict_is("dns", 0, "dns_no_answer");
	control->naddrs = 0;
	verdict_is("false", 0, "dns_no_answer");
	is(keys.dns_consistency, "consistent");
	flags_are(0, 0, OONI_EXPECTED_DNS_FAILURE);
	/* Only that failure is what an empty answer is. */
	m->queries[0].failure = "dns_nxdomain_error";
	verdict_is("dns", 0, "dns_nxdomain_error");
	flags_are(OONI_BLOCKING_DNS, OONI_DNS_UNEXPECTED_FAILURE, 0);
}

static void
a_name_at_loopback_here_alone_is_dns(void **state)
{
	(void)state;
	system_gives("127.0.0.1", 0);
	verdict_is("dns", 0, NULL);
	is(keys.dns_consistency, "inconsistent");
	flags_are(OONI_BLOCKING_DNS, OONI_DNS_BOGON | OONI_DNS_UNEXPECTED_ADDRESSES, 0);
}

static void
a_name_at_loopback_everywhere_is_down(void **state)
{
	(void)state;
	system_gives("127.0.0.1", 0);
	control->addrs[0] = TEXT("127.0.0.1");
	verdict_is("false", 0, NULL);
	is(keys.dns_consistency, "consistent");
	flags_are(0, OONI_DNS_BOGON, 0);
	answer(&m->queries[0], "::1", 0);
	verdict_is("false", 0, NULL);
	answer(&m->queries[0], SITE, 0);
	verdict_is(NULL, -1, NULL);
}

static void
a_name_at_loopback_without_a_control_says_nothing(void **state)
{
	(void)state;
	system_gives("127.0.0.1", 0);
	no_control();
	verdict_is(NULL, -1, NULL);
	flags_are(0, OONI_DNS_BOGON, 0);
}

/* --- the walk: order --------------------------------------------------------------------------- */

static void
the_last_redirect_decides(void **state)
{
	(void)state;
	system_gives(SITE, 64500);
	https(10, NULL, NULL, NULL);
	tcp_to(11, SITE, 443, NULL, 2);
	page_on(11, "http://site.example/2", SITE ":443", "eof_error", 0, 2);
	tcp_to(12, SITE, 443, "connection_refused", 1);
	verdict_is("http-failure", 0, "eof_error");
	m->tcp[1].c.tags[1] = TEXT("depth=0");
	verdict_is("tcp_ip", 0, "connection_refused");
}

static void
what_came_furthest_decides(void **state)
{
	(void)state;
	system_gives(SITE, 64500);
	https(10, "connection_refused", NULL, NULL);
	verdict_is("tcp_ip", 0, "connection_refused");
	https(11, NULL, "eof_error", NULL);
	verdict_is("http-failure", 0, "eof_error");
	https(12, NULL, NULL, "generic_timeout_error");
	verdict_is("http-failure", 0, "generic_timeout_error");
	https(13, NULL, NULL, NULL);
	verdict_is("false", 1, NULL);
	flags_are(OONI_BLOCKING_TCP | OONI_BLOCKING_TLS | OONI_BLOCKING_HTTP |
	        OONI_BLOCKING_SUCCESS, 0, 0);
}

static void
of_two_failures_the_first_by_name_decides(void **state)
{
	(void)state;
	system_gives(SITE, 64500);
	https(10, NULL, "generic_timeout_error", NULL);
	https(11, NULL, "connection_reset", NULL);
	verdict_is("http-failure", 0, "connection_reset");
}

static void
of_two_pages_the_later_connections_is_compared(void **state)
{
	(void)state;
	system_gives(SITE, 64500);
	http(10, NULL, NULL);
	block_page(http(11, NULL, NULL));
	verdict_is("http-diff", 0, NULL);
	assert_true(keys.body_proportion == 0.01);
	m->requests[0].c.transaction_id = m->tcp[0].c.transaction_id = 12;
	verdict_is("false", 1, NULL);
	assert_true(keys.body_proportion == 1);
}

static void
a_connection_that_only_stood_says_nothing(void **state)
{
	(void)state;
	system_gives(SITE, 64500);
	tcp_to(10, SITE, 443, NULL, 0);
	tls_on(10, SITE ":443", NULL, 0);
	verdict_is(NULL, -1, NULL);
}

static void
only_addresses_of_the_systems_resolver_decide(void **state)
{
	(void)state;
	system_gives(ELSEWHERE, 64511);
	engine_gives("udp", SITE);
	https(10, NULL, NULL, NULL);
	tcp_to(11, ELSEWHERE, 443, "generic_timeout_error", 0);
	verdict_is("dns", 0, "generic_timeout_error");
	assert_int_equal(keys.status_code_match, -1);
	flags_are(OONI_BLOCKING_DNS | OONI_BLOCKING_SUCCESS, OONI_DNS_UNEXPECTED_ADDRESSES, 0);
}

static void
a_host_that_is_an_address_needs_no_resolver(void **state)
{
	(void)state;
	m->input = TEXT("https://" SITE "/");
	control->naddrs = 0;
	https(10, NULL, NULL, NULL);
	m->requests[0].url = m->input;
	verdict_is("false", 1, NULL);
	is(keys.dns_consistency, NULL);
	flags_are(OONI_BLOCKING_SUCCESS, 0, 0);
	m->input = TEXT("https://[" SITE_V6 "]:443/");
	m->nrequests = m->ntls = 0;
	m->tcp[0].ip = TEXT(SITE_V6);
	m->tcp[0].failure = "connection_refused";
	control_tcp("[" SITE_V6 "]:443", NULL);
	verdict_is("tcp_ip", 0, "connection_refused");
	/* The beginning of an address is not the address. */
	m->input = TEXT("https://[" SITE_V6 "0]/");
	verdict_is(NULL, -1, NULL);
}

/* --- the walk: with DNS that is inconsistent --------------------------------------------------- */

static void
inconsistent_dns_explains_every_failure(void **state)
{
	(void)state;
	system_gives(ELSEWHERE, 64511);
	tcp_to(10, ELSEWHERE, 443, "connection_refused", 0);
	control_tcp(ELSEWHERE ":443", NULL);
	verdict_is("dns", 0, "connection_refused");
	control->tcp[2].failure = TEXT("connection_refused_error"); /* would be down */
	verdict_is("dns", 0, "connection_refused");
	control->ntcp = 2; /* would be null */
	control->http.asked = false;
	verdict_is("dns", 0, "connection_refused");
}

static void
inconsistent_dns_explains_another_page(void **state)
{
	(void)state;
	system_gives(ELSEWHERE, 64511);
	tcp_to(10, ELSEWHERE, 80, NULL, 0);
	block_page(page_on(10, "http://site.example/", ELSEWHERE ":80", NULL, 200, 0));
	verdict_is("dns", 0, NULL);
	flags_are(OONI_BLOCKING_DNS | OONI_BLOCKING_DIFF, OONI_DNS_UNEXPECTED_ADDRESSES, 0);
}

static void
the_right_page_was_reached_whatever_the_dns(void **state)
{
	(void)state;
	system_gives(ELSEWHERE, 64511);
	tcp_to(10, ELSEWHERE, 80, NULL, 0);
	page_on(10, "http://site.example/", ELSEWHERE ":80", NULL, 200, 0);
	verdict_is("false", 1, NULL);
	is(keys.dns_consistency, "inconsistent");
}

/* Else a certificate for the site at an address unknown to the control would be called blocking. */
static void
inconsistent_dns_alone_is_no_verdict(void **state)
{
	(void)state;
	system_gives(ELSEWHERE, 64511);
	tcp_to(10, ELSEWHERE, 443, NULL, 0);
	tls_on(10, ELSEWHERE ":443", NULL, 0);
	verdict_is(NULL, -1, NULL);
	is(keys.dns_consistency, "inconsistent");
}

/* --- look-ups ---------------------------------------------------------------------------------- */

static void
addresses_in_common_are_consistent(void **state)
{
	(void)state;
	system_gives(SITE, 0);
	consistency_is("consistent");
	flags_are(0, 0, 0);
	answer(&m->queries[0], ELSEWHERE, 64511);
	consistency_is("consistent");
}

static void
networks_in_common_are_consistent(void **state)
{
	(void)state;
	system_gives(ELSEWHERE, 64500);
	consistency_is("consistent");
	m->queries[0].answers[0].asn = 0;
	consistency_is("inconsistent");
	/* The control may know it. */
	*ARENA_PUSH(m->arena, control->ips, control->nips) =
	    (struct vantage_ip){TEXT(ELSEWHERE), 64500, VANTAGE_IP_PROBE};
	consistency_is("consistent");
	/* And another answer that of the control's address. */
	control->nips = 0;
	m->queries[0].answers[0].asn = 64500;
	consistency_is("inconsistent");
	answer(look_up("udp", "A", "site.example", NULL, 0), SITE, 64500);
	consistency_is("consistent");
}

static void
two_unknown_networks_are_not_the_same(void **state)
{
	(void)state;
	control->nips = 0;
	system_gives(ELSEWHERE, 0);
	consistency_is("inconsistent");
}

static void
one_wrong_look_up_is_inconsistent(void **state)
{
	(void)state;
	system_gives(SITE, 64500);
	system_gives(ELSEWHERE, 64511);
	consistency_is("inconsistent");
	m->queries[1].engine = "udp";
	consistency_is("consistent");
	flags_are(OONI_BLOCKING_DNS, OONI_DNS_UNEXPECTED_ADDRESSES, 0);
}

static void
no_answer_for_aaaa_is_ignored(void **state)
{
	(void)state;
	system_gives(SITE, 64500);
	look_up("system", "AAAA", "site.example", "dns_no_answer", 0);
	look_up("udp", "AAAA", "site.example", "dns_no_answer", 0);
	consistency_is("consistent");
	is(keys.dns_experiment_failure, NULL);
	flags_are(0, 0, 0);
	m->queries[1].failure = "dns_nxdomain_error";
	consistency_is("inconsistent");
	is(keys.dns_experiment_failure, "dns_nxdomain_error");
	flags_are(OONI_BLOCKING_DNS, OONI_DNS_UNEXPECTED_FAILURE, 0);
}

static void
failures_over_https_are_ignored(void **state)
{
	(void)state;
	system_gives(SITE, 64500);
	look_up("doh", "A", "site.example", "connection_reset", 0);
	flags_are(0, 0, 0);
	m->queries[1].engine = "udp";
	flags_are(OONI_BLOCKING_DNS, OONI_DNS_UNEXPECTED_FAILURE, 0);
	consistency_is("consistent");
}

static void
redirects_names_are_not_compared(void **state)
{
	(void)state;
	system_gives(SITE, 64500);
	answer(look_up("getaddrinfo", "ANY", "next.example", NULL, 1), ELSEWHERE, 64511);
	consistency_is("consistent");
	flags_are(0, 0, 0);
	/* Nor is the target's own, looked up again. */
	answer(look_up("getaddrinfo", "ANY", "site.example", NULL, 1), "10.10.34.35", 0);
	consistency_is("consistent");
	flags_are(0, 0, 0);
	look_up("getaddrinfo", "ANY", "site.example", "dns_servfail_error", 2);
	consistency_is("consistent");
	flags_are(OONI_BLOCKING_DNS, 0, 0);
}

static void
without_a_control_dns_cannot_be_judged(void **state)
{
	(void)state;
	system_gives("10.10.34.35", 0);
	system_fails("dns_nxdomain_error");
	no_control();
	consistency_is(NULL);
	is(keys.dns_experiment_failure, "dns_nxdomain_error");
	flags_are(0, OONI_DNS_BOGON, 0);
}

static void
a_name_that_only_the_probe_knows_is_inconsistent(void **state)
{
	(void)state;
	system_gives(ELSEWHERE, 64511);
	control_dns_fails();
	consistency_is("inconsistent");
	flags_are(0, 0, OONI_UNEXPECTED_DNS_SUCCESS);
}

static void
a_certificate_redeems_an_address_in_the_flags_alone(void **state)
{
	(void)state;
	system_gives(ELSEWHERE, 64511);
	tcp_to(10, ELSEWHERE, 443, NULL, 0);
	tls_on(10, ELSEWHERE ":443", NULL, 0);
	consistency_is("inconsistent");
	flags_are(0, 0, 0);
	/* Not the same address from another resolver. */
	engine_gives("udp", ELSEWHERE);
	flags_are(OONI_BLOCKING_DNS, OONI_DNS_UNEXPECTED_ADDRESSES, 0);
	m->nqueries = 1;
	m->tls[0].server_name = TEXT("blocked.example");
	flags_are(OONI_BLOCKING_DNS, OONI_DNS_UNEXPECTED_ADDRESSES, 0);
}

static void
a_bogon_is_one_by_the_controls_word_too(void **state)
{
	(void)state;
	system_gives(SITE, 64500);
	control->ips[0].flags |= VANTAGE_IP_BOGON;
	flags_are(0, OONI_DNS_BOGON, 0);
}

/* --- flags ------------------------------------------------------------------------------------- */

static void
a_line_without_ipv6_sets_no_flag(void **state)
{
	static const char *const failures[] = {"network_unreachable", "host_unreachable"};
	size_t i;

	(void)state;
	answer(system_gives(SITE, 64500), SITE_V6, 0);
	https(10, NULL, NULL, NULL);
	tcp_to(11, SITE_V6, 443, NULL, 0);
	control_tcp("[" SITE_V6 "]:443", NULL);
	for (i = 0; i < 2; i++) {
		m->tcp[1].failure = failures[i];
		flags_are(OONI_BLOCKING_SUCCESS, 0, 0);
	}
	m->tcp[1].failure = "connection_refused";
	flags_are(OONI_BLOCKING_TCP | OONI_BLOCKING_SUCCESS, 0, 0);
	m->tcp[1].ip = TEXT(SITE);
	m->tcp[1].failure = "network_unreachable";
	flags_are(OONI_BLOCKING_TCP | OONI_BLOCKING_SUCCESS, 0, 0);
}

/* A hop that the control knows nothing of: refused at one port, and in TLS at the other. */
static void
redirect_to_a_dead_end(void)
{
	system_gives(SITE, 64500);
	https(10, NULL, NULL, NULL);
	m->requests[0].code = 302;
	answer(look_up("getaddrinfo", "ANY", "next.example", NULL, 1), ELSEWHERE, 64511);
	tcp_to(11, ELSEWHERE, 80, "connection_refused", 1);
	tcp_to(12, ELSEWHERE, 443, NULL, 1);
	tls_on(12, ELSEWHERE ":443", "connection_reset", 1);
}

static void
redirects_failures_count_where_the_control_got_the_page(void **state)
{
	(void)state;
	redirect_to_a_dead_end();
	verdict_is("http-failure", 0, "connection_reset");
	flags_are(OONI_BLOCKING_TCP | OONI_BLOCKING_TLS, 0, 0);
	control_page_fails();
	flags_are(0, 0, 0);
	no_control();
	flags_are(0, 0, 0);
}

static void
redirects_failures_do_not_count_beside_a_page(void **state)
{
	(void)state;
	redirect_to_a_dead_end();
	tcp_to(13, ELSEWHERE, 443, NULL, 1);
	tls_on(13, ELSEWHERE ":443", NULL, 1);
	page_on(13, "https://next.example/", ELSEWHERE ":443", NULL, 200, 1);
	verdict_is("false", 1, NULL);
	flags_are(OONI_BLOCKING_SUCCESS, 0, 0);
}

static void
failures_that_the_control_shares_are_flagged_together(void **state)
{
	(void)state;
	system_gives(SITE, 64500);
	http(10, "connection_refused", NULL);
	https(11, NULL, "ssl_invalid_certificate", NULL);
	control->tcp[1].failure = TEXT("connection_refused_error");
	control->tls[0].failure = TEXT("ssl_invalid_certificate");
	look_up("udp", "A", "site.example", "dns_nxdomain_error", 0);
	control->dns_failure = TEXT("dns_name_error");
	flags_are(0, 0,
	    OONI_EXPECTED_DNS_FAILURE | OONI_EXPECTED_TCP_FAILURE | OONI_EXPECTED_TLS_FAILURE);
}

/* --- records of our own ------------------------------------------------------------------------ */

static struct query *
ours(enum resolver_role role, const char *type, const char *failure)
{
	struct query *q = look_up(role == RESOLVER_DOH ? "doh" : "udp", type, "site.example", failure, 0);

	q->role = role;
	m->has_x = true;
	return q;
}

static void
a_look_up_of_ours_failed_only_if_no_query_was_answered(void **state)
{
	(void)state;
	ours(RESOLVER_SYSTEM, "A", "generic_timeout_error");
	ours(RESOLVER_SYSTEM, "AAAA", "dns_servfail_error");
	verdict_is("dns", 0, "dns_servfail_error");
	is(keys.dns_experiment_failure, "generic_timeout_error");
	flags_are(OONI_BLOCKING_DNS, OONI_DNS_UNEXPECTED_FAILURE, 0);
	answer(ours(RESOLVER_SYSTEM, "A", NULL), SITE, 64500);
	verdict_is(NULL, -1, NULL);
	is(keys.dns_experiment_failure, NULL);
	is(keys.dns_consistency, "consistent");
	flags_are(0, 0, 0);
	/* Another resolver's answer does not stand for it. */
	m->queries[2].role = RESOLVER_SECOND;
	consistency_is("inconsistent");
}

static void
of_our_attempts_the_last_counts(void **state)
{
	(void)state;
	answer(ours(RESOLVER_SYSTEM, "A", NULL), SITE, 64500);
	https(10, "generic_timeout_error", NULL, NULL);
	https(11, NULL, "connection_reset", NULL);
	tcp_to(12, SITE, 443, NULL, 0);
	tls_on(12, SITE ":443", NULL, 0);
	page_on(13, "https://site.example/", SITE ":443", "eof_error", 0, 0);
	flags_are(OONI_BLOCKING_HTTP, 0, 0);
	verdict_is("http-failure", 0, "eof_error");
	page_on(14, "https://site.example/", SITE ":443", NULL, 200, 0);
	flags_are(OONI_BLOCKING_SUCCESS, 0, 0);
	verdict_is("false", 1, NULL);
	m->nrequests = 0;
	m->ntls = 1; /* the handshake of the second attempt is the last that is known */
	m->ntcp = 2;
	flags_are(OONI_BLOCKING_TLS, 0, 0);
}

static void
a_page_of_ours_over_a_connection_of_its_own_is_over_tls(void **state)
{
	(void)state;
	answer(ours(RESOLVER_SYSTEM, "A", NULL), SITE, 64500);
	no_control();
	page_on(13, "https://site.example/", SITE ":443", NULL, 403, 0);
	verdict_is("false", 1, NULL);
	m->requests[0].url = TEXT("http://site.example/");
	verdict_is(NULL, -1, NULL);
}

static void
what_was_interrupted_counts_for_nothing(void **state)
{
	(void)state;
	system_gives(SITE, 64500);
	https(10, "interrupted", NULL, NULL);
	look_up("udp", "A", "site.example", "interrupted", 0);
	tls_on(11, SITE ":443", "interrupted", 0);
	page_on(12, "https://site.example/", SITE ":443", "interrupted", 0, 0);
	verdict_is(NULL, -1, NULL);
	flags_are(0, 0, 0);
	consistency_is("consistent");
}

static void
a_name_of_ours_that_cannot_be_compared_is_not_reached(void **state)
{
	(void)state;
	system_fails("dns_nxdomain_error");
	no_control();
	verdict_is("false", 1, "dns_nxdomain_error"); /* OONI's rule for OONI's record */
	m->has_x = true;
	verdict_is(NULL, -1, "dns_nxdomain_error");
}

static void
a_line_of_ours_without_ipv6_is_no_verdict(void **state)
{
	(void)state;
	answer(ours(RESOLVER_SYSTEM, "AAAA", NULL), SITE_V6, 64500);
	control->addrs[0] = TEXT(SITE_V6);
	tcp_to(10, SITE_V6, 443, "network_unreachable", 0);
	control_tcp("[" SITE_V6 "]:443", NULL);
	verdict_is(NULL, -1, NULL);
	m->tcp[0].failure = "connection_refused";
	verdict_is("tcp_ip", 0, "connection_refused");
}

static void
a_certificate_redeems_every_look_up_of_ours(void **state)
{
	(void)state;
	answer(ours(RESOLVER_SYSTEM, "A", NULL), ELSEWHERE, 64511);
	answer(ours(RESOLVER_SECOND, "A", NULL), ELSEWHERE, 64511);
	tcp_to(10, ELSEWHERE, 443, NULL, 0);
	flags_are(OONI_BLOCKING_DNS, OONI_DNS_UNEXPECTED_ADDRESSES, 0);
	tls_on(10, ELSEWHERE ":443", NULL, 0);
	flags_are(0, 0, 0);
}

/* --- bounds ------------------------------------------------------------------------------------ */

static void
more_than_one_target_can_give_is_not_judged(void **state)
{
	int i;

	(void)state;
	system_gives(SITE, 64500);
	https(10, "connection_refused", NULL, NULL);
	for (i = 0; i < 2046; i++)
		tcp_to(11 + i, ELSEWHERE, 443, NULL, 0);
	verdict_is("tcp_ip", 0, "connection_refused");
	tcp_to(11 + i, ELSEWHERE, 443, NULL, 0);
	verdict_is(NULL, -1, NULL);
	flags_are(-1, -1, -1);
}

static void
odd_records_are_computed(void **state)
{
	(void)state;
	look_up("getaddrinfo", "A", "site.example", NULL, 0)->hostname = NULL;
	ARENA_PUSH(m->arena, m->queries, m->nqueries);
	ARENA_PUSH(m->arena, m->queries[1].answers, m->queries[1].nanswers);
	ARENA_PUSH(m->arena, m->tcp, m->ntcp);
	ARENA_PUSH(m->arena, m->tls, m->ntls);
	ARENA_PUSH(m->arena, m->requests, m->nrequests);
	m->input = NULL;
	verdict_is(NULL, -1, NULL);
	m->has_x = true;
	verdict_is(NULL, -1, NULL);
}

int
main(void)
{
#define CLAIM(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    CLAIM(an_empty_measurement_says_nothing),
	    CLAIM(a_page_over_tls_is_reached_whatever_it_says),
	    CLAIM(a_page_in_the_clear_needs_the_control),
	    CLAIM(another_page_in_the_clear_is_http_diff),
	    CLAIM(a_page_in_the_clear_that_the_control_cannot_get_is_http_diff),
	    CLAIM(answers_of_2xx_4xx_and_5xx_are_final),
	    CLAIM(http_failure_goes_by_the_controls_page),
	    CLAIM(tls_failure_goes_by_the_controls_handshake),
	    CLAIM(tls_failure_without_the_controls_handshake_goes_by_its_page),
	    CLAIM(a_handshake_of_the_controls_for_another_name_is_none),
	    CLAIM(tcp_failure_goes_by_the_controls_connection),
	    CLAIM(tcp_failure_without_the_controls_connection_goes_by_its_page),
	    CLAIM(a_connection_of_the_controls_that_failed_without_a_name_failed),
	    CLAIM(dns_failure_goes_by_the_controls_look_up),
	    CLAIM(dns_failure_at_a_redirect_goes_by_the_controls_page),
	    CLAIM(a_name_without_addresses_for_the_control_too_is_down),
	    CLAIM(a_name_at_loopback_here_alone_is_dns),
	    CLAIM(a_name_at_loopback_everywhere_is_down),
	    CLAIM(a_name_at_loopback_without_a_control_says_nothing),
	    CLAIM(the_last_redirect_decides),
	    CLAIM(what_came_furthest_decides),
	    CLAIM(of_two_failures_the_first_by_name_decides),
	    CLAIM(of_two_pages_the_later_connections_is_compared),
	    CLAIM(a_connection_that_only_stood_says_nothing),
	    CLAIM(only_addresses_of_the_systems_resolver_decide),
	    CLAIM(a_host_that_is_an_address_needs_no_resolver),
	    CLAIM(inconsistent_dns_explains_every_failure),
	    CLAIM(inconsistent_dns_explains_another_page),
	    CLAIM(the_right_page_was_reached_whatever_the_dns),
	    CLAIM(inconsistent_dns_alone_is_no_verdict),
	    CLAIM(addresses_in_common_are_consistent),
	    CLAIM(networks_in_common_are_consistent),
	    CLAIM(two_unknown_networks_are_not_the_same),
	    CLAIM(one_wrong_look_up_is_inconsistent),
	    CLAIM(no_answer_for_aaaa_is_ignored),
	    CLAIM(failures_over_https_are_ignored),
	    CLAIM(redirects_names_are_not_compared),
	    CLAIM(without_a_control_dns_cannot_be_judged),
	    CLAIM(a_name_that_only_the_probe_knows_is_inconsistent),
	    CLAIM(a_certificate_redeems_an_address_in_the_flags_alone),
	    CLAIM(a_bogon_is_one_by_the_controls_word_too),
	    CLAIM(a_line_without_ipv6_sets_no_flag),
	    CLAIM(redirects_failures_count_where_the_control_got_the_page),
	    CLAIM(redirects_failures_do_not_count_beside_a_page),
	    CLAIM(failures_that_the_control_shares_are_flagged_together),
	    CLAIM(a_look_up_of_ours_failed_only_if_no_query_was_answered),
	    CLAIM(of_our_attempts_the_last_counts),
	    CLAIM(a_page_of_ours_over_a_connection_of_its_own_is_over_tls),
	    CLAIM(what_was_interrupted_counts_for_nothing),
	    CLAIM(a_name_of_ours_that_cannot_be_compared_is_not_reached),
	    CLAIM(a_line_of_ours_without_ipv6_is_no_verdict),
	    CLAIM(a_certificate_redeems_every_look_up_of_ours),
	    CLAIM(more_than_one_target_can_give_is_not_judged),
	    CLAIM(odd_records_are_computed),
	};
#undef CLAIM

	return cmocka_run_group_tests_name("ooni", tests, NULL, NULL);
}
