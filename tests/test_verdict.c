/* What verdicts promise: each test builds the observations of one situation and asks what they mean. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <openssl/x509_vfy.h>

#include "base/mem.h"
#include "results/facts.h"
#include "results/measurement.h"
#include "results/verdict.h"

/* --- building -------------------------------------------------------------------------------- */

/* An https target on a line that works: the controls answer, the system's resolver too. */
static struct measurement *
target(const char *url)
{
	struct measurement *m = measurement_new();
	struct resolver_health *h;

	m->input = arena_strdup(m->arena, url);
	m->has_x = true;
	m->context.network = NETWORK_ONLINE;
	m->context.foreign_asked = m->context.foreign_ok = 4;
	h = ARENA_PUSH(m->arena, m->context.resolvers, m->context.nresolvers);
	h->address = arena_strdup(m->arena, "192.0.2.53:53");
	h->asked = h->answered = 4;
	return m;
}

/* Words separated by blanks are addresses; a failure has none. */
static void
query(struct measurement *m, enum resolver_role role, const char *failure, const char *ips)
{
	struct query *q = ARENA_PUSH(m->arena, m->queries, m->nqueries);
	char *copy = arena_strdup(m->arena, ips), *save = NULL, *ip;

	q->c.transaction_id = (int64_t)m->nqueries;
	q->role = role;
	q->query_type = arena_strdup(m->arena, "A");
	q->hostname = arena_strdup(m->arena, "site.example");
	q->failure = failure;
	for (ip = strtok_r(copy, " ", &save); ip != NULL; ip = strtok_r(NULL, " ", &save)) {
		struct answer *a = ARENA_PUSH(m->arena, q->answers, q->nanswers);

		a->type = arena_strdup(m->arena, "A");
		a->address = arena_strdup(m->arena, ip);
	}
}

static void
fails(struct measurement *m, enum resolver_role role, const char *failure)
{
	int i;

	for (i = 0; i < 3; i++)
		query(m, role, failure, "");
}

/* Target and control asked of the system's resolver in turns; so many of the controls are answered. */
static void
asked_in_turns(struct measurement *m, const char *failure, int pairs, int answered)
{
	static char target_text[] = "why=dns_target", control_text[] = "why=dns_control";
	static char *target_tag[] = {target_text}, *control_tag[] = {control_text};
	struct measurement *c = measurement_confirm(m);
	int i;

	for (i = 0; i < pairs; i++) {
		query(c, RESOLVER_SYSTEM, failure, "");
		c->queries[c->nqueries - 1].rcode = -1;
		c->queries[c->nqueries - 1].c.tags = target_tag;
		c->queries[c->nqueries - 1].c.ntags = 1;
		query(c, RESOLVER_SYSTEM, i < answered ? NULL : failure, i < answered ? "203.0.113.9" : "");
		c->queries[c->nqueries - 1].rcode = i < answered ? 0 : -1;
		c->queries[c->nqueries - 1].c.tags = control_tag;
		c->queries[c->nqueries - 1].c.ntags = 1;
	}
}

static void
connects(struct measurement *m, const char *ip, const char *failure)
{
	struct tcp_connect *tcp = ARENA_PUSH(m->arena, m->tcp, m->ntcp);

	tcp->c.transaction_id = 1000 + (int64_t)m->ntcp;
	tcp->ip = arena_strdup(m->arena, ip);
	tcp->port = 443;
	tcp->failure = failure;
}

static struct tls_handshake *
shakes(struct measurement *m, const char *ip, const char *failure)
{
	struct tls_handshake *tls;

	connects(m, ip, NULL);
	tls = ARENA_PUSH(m->arena, m->tls, m->ntls);
	tls->c.transaction_id = m->tcp[m->ntcp - 1].c.transaction_id;
	tls->failure = failure;
	tls->alert = -1;
	tls->host_ok = tls->os_trusted = -1;
	return tls;
}

static void
page(struct measurement *m, const char *url, const char *failure, int code)
{
	struct http_request *r = ARENA_PUSH(m->arena, m->requests, m->nrequests);

	r->url = arena_strdup(m->arena, url);
	r->failure = failure;
	r->code = code;
}

static bool
has_evidence(const struct verdict *v, const char *code)
{
	size_t i;

	for (i = 0; i < v->nevidence; i++)
		if (strcmp(v->evidence[i], code) == 0)
			return true;
	return false;
}

/* Judges, compares, frees. rule is the evidence's first word. */
static void
means(struct measurement *m, enum verdict_status status, enum mechanism mechanism, const char *rule)
{
	struct verdict v;

	verdict_judge(m, &v);
	assert_string_equal(v.evidence[0], rule);
	assert_string_equal(verdict_status_name(v.status), verdict_status_name(status));
	assert_int_equal(v.mechanism, mechanism);
	assert_true(v.confidence > 0 && v.confidence <= 1);
	measurement_free(m);
}

#define SITE "https://site.example/"
#define TIMEOUT "generic_timeout_error"

/* --- reached --------------------------------------------------------------------------------- */

static void
a_valid_certificate_is_ok(void **state)
{
	struct measurement *m = target(SITE);

	(void)state;
	query(m, RESOLVER_SYSTEM, NULL, "203.0.113.1");
	shakes(m, "203.0.113.1", NULL);
	means(m, VERDICT_OK, MECHANISM_NONE, "tls_valid");
}

static void
a_valid_certificate_on_a_private_address_is_ok(void **state)
{
	struct measurement *m = target(SITE);

	(void)state;
	query(m, RESOLVER_SYSTEM, NULL, "10.0.0.1");
	query(m, RESOLVER_DOH, NULL, "203.0.113.1");
	shakes(m, "10.0.0.1", NULL);
	shakes(m, "203.0.113.1", NULL);
	means(m, VERDICT_OK, MECHANISM_NONE, "tls_valid");
}

static void
a_retry_that_works_is_ok(void **state)
{
	struct measurement *m = target(SITE);

	(void)state;
	query(m, RESOLVER_SYSTEM, NULL, "203.0.113.1");
	shakes(m, "203.0.113.1", "connection_reset");
	shakes(m, "203.0.113.1", NULL);
	means(m, VERDICT_OK, MECHANISM_NONE, "tls_valid");
}

static void
different_honest_addresses_of_a_cdn_are_ok(void **state)
{
	struct measurement *m = target(SITE);

	(void)state;
	query(m, RESOLVER_SYSTEM, NULL, "203.0.113.1");
	query(m, RESOLVER_DOH, NULL, "198.51.100.1");
	shakes(m, "203.0.113.1", NULL);
	shakes(m, "198.51.100.1", NULL);
	means(m, VERDICT_OK, MECHANISM_NONE, "tls_valid");
}

static void
reached_without_controls_is_ok(void **state)
{
	struct measurement *m = target(SITE);

	(void)state;
	m->context.network = NETWORK_OFFLINE;
	m->context.foreign_ok = 0;
	query(m, RESOLVER_SYSTEM, NULL, "203.0.113.1");
	shakes(m, "203.0.113.1", NULL);
	means(m, VERDICT_OK, MECHANISM_NONE, "tls_valid");
}

static void
a_refusal_over_tls_is_the_sites_own(void **state)
{
	struct measurement *m = target(SITE);

	(void)state;
	query(m, RESOLVER_SYSTEM, NULL, "203.0.113.1");
	shakes(m, "203.0.113.1", NULL);
	page(m, SITE, NULL, 451);
	means(m, VERDICT_IMPAIRED, HTTP_SERVER_REFUSAL, "site_refuses");
}

static void
a_server_error_over_tls_is_down(void **state)
{
	struct measurement *m = target(SITE);

	(void)state;
	query(m, RESOLVER_SYSTEM, NULL, "203.0.113.1");
	shakes(m, "203.0.113.1", NULL);
	page(m, SITE, NULL, 503);
	means(m, VERDICT_DOWN, MECHANISM_NONE, "server_error");
}

static void
one_address_of_two_is_impaired(void **state)
{
	struct measurement *m = target(SITE);
	int i;

	(void)state;
	query(m, RESOLVER_SYSTEM, NULL, "203.0.113.1 203.0.113.2");
	shakes(m, "203.0.113.1", NULL);
	for (i = 0; i < 3; i++)
		connects(m, "203.0.113.2", TIMEOUT);
	means(m, VERDICT_IMPAIRED, TCP_TIMEOUT, "some_addresses_fail");
}

static void
broken_ipv6_of_the_line_is_not_the_sites(void **state)
{
	struct measurement *m = target(SITE);
	int i;

	(void)state;
	m->context.ipv6 = IPV6_BROKEN;
	query(m, RESOLVER_SYSTEM, NULL, "203.0.113.1 2001:db8::1");
	shakes(m, "203.0.113.1", NULL);
	for (i = 0; i < 3; i++)
		connects(m, "2001:db8::1", TIMEOUT);
	means(m, VERDICT_OK, MECHANISM_NONE, "tls_valid");
}

/* --- DNS ------------------------------------------------------------------------------------- */

static void
a_name_denied_while_the_site_is_proven_is_blocked(void **state)
{
	struct measurement *m = target(SITE);

	(void)state;
	fails(m, RESOLVER_SYSTEM, "dns_nxdomain_error");
	query(m, RESOLVER_DOH, NULL, "203.0.113.1");
	shakes(m, "203.0.113.1", NULL);
	means(m, VERDICT_BLOCKED, DNS_NXDOMAIN, "name_denied_site_proven");
}

static void
a_resolver_that_answers_nobody_accuses_nobody(void **state)
{
	struct measurement *m = target(SITE);

	(void)state;
	m->context.resolvers[0].answered = 0;
	fails(m, RESOLVER_SYSTEM, "dns_nxdomain_error");
	query(m, RESOLVER_DOH, NULL, "203.0.113.1");
	shakes(m, "203.0.113.1", NULL);
	means(m, VERDICT_OK, MECHANISM_NONE, "tls_valid");
}

static void
silence_of_the_resolver_is_only_likely(void **state)
{
	struct measurement *m = target(SITE);

	(void)state;
	fails(m, RESOLVER_SYSTEM, TIMEOUT);
	query(m, RESOLVER_DOH, NULL, "203.0.113.1");
	shakes(m, "203.0.113.1", NULL);
	means(m, VERDICT_INSUFFICIENT, DNS_TIMEOUT, "name_unusable_site_proven");

	m = target(SITE);
	fails(m, RESOLVER_SYSTEM, TIMEOUT);
	query(m, RESOLVER_DOH, NULL, "203.0.113.1");
	shakes(m, "203.0.113.1", NULL);
	asked_in_turns(m, TIMEOUT, 3, 3);
	means(m, VERDICT_LIKELY_BLOCKED, DNS_TIMEOUT, "name_fails_site_proven");

	/* A line that loses packets loses the control's, too. */
	m = target(SITE);
	fails(m, RESOLVER_SYSTEM, TIMEOUT);
	query(m, RESOLVER_DOH, NULL, "203.0.113.1");
	shakes(m, "203.0.113.1", NULL);
	asked_in_turns(m, TIMEOUT, 3, 1);
	means(m, VERDICT_INSUFFICIENT, DNS_TIMEOUT, "name_unusable_site_proven");
}

static void
a_bogon_while_the_site_is_proven_is_blocked(void **state)
{
	struct measurement *m = target(SITE);

	(void)state;
	query(m, RESOLVER_SYSTEM, NULL, "127.0.0.1");
	query(m, RESOLVER_DOH, NULL, "203.0.113.1");
	connects(m, "127.0.0.1", "connection_refused");
	shakes(m, "203.0.113.1", NULL);
	means(m, VERDICT_BLOCKED, DNS_BOGON, "bogon_site_proven");
}

static void
two_answers_while_the_site_is_proven_is_an_injection(void **state)
{
	struct measurement *m = target(SITE);
	struct query *second;

	(void)state;
	query(m, RESOLVER_SYSTEM, NULL, "198.51.100.66");
	second = ARENA_PUSH(m->arena, m->duplicates, m->nduplicates);
	*second = m->queries[0];
	second->answers = NULL;
	second->nanswers = 0;
	ARENA_PUSH(m->arena, second->answers, second->nanswers)->address =
	    arena_strdup(m->arena, "203.0.113.1");
	query(m, RESOLVER_DOH, NULL, "203.0.113.1");
	connects(m, "198.51.100.66", TIMEOUT);
	shakes(m, "203.0.113.1", NULL);
	means(m, VERDICT_BLOCKED, DNS_INJECTION, "injected_site_proven");
}

static void
a_strangers_certificate_at_the_resolvers_address_is_likely_a_redirect(void **state)
{
	struct measurement *m = target(SITE);

	(void)state;
	query(m, RESOLVER_SYSTEM, NULL, "198.51.100.66");
	query(m, RESOLVER_DOH, NULL, "203.0.113.1");
	shakes(m, "198.51.100.66", "ssl_unknown_authority");
	shakes(m, "203.0.113.1", NULL);
	means(m, VERDICT_LIKELY_BLOCKED, DNS_REDIRECT, "wrong_host_site_proven");
}

static void
a_dead_address_is_only_likely(void **state)
{
	struct measurement *m = target(SITE);
	int i;

	(void)state;
	query(m, RESOLVER_SYSTEM, NULL, "198.51.100.66");
	query(m, RESOLVER_DOH, NULL, "203.0.113.1");
	for (i = 0; i < 3; i++)
		connects(m, "198.51.100.66", TIMEOUT);
	shakes(m, "203.0.113.1", NULL);
	means(m, VERDICT_LIKELY_BLOCKED, DNS_REDIRECT, "dead_address_site_proven");
}

static void
an_address_that_fails_in_different_ways_is_no_lie(void **state)
{
	struct measurement *m = target(SITE);

	(void)state;
	query(m, RESOLVER_SYSTEM, NULL, "198.51.100.66");
	query(m, RESOLVER_DOH, NULL, "203.0.113.1");
	connects(m, "198.51.100.66", TIMEOUT);
	connects(m, "198.51.100.66", "connection_reset");
	shakes(m, "203.0.113.1", NULL);
	means(m, VERDICT_INSUFFICIENT, TCP_RESET, "doubtful_address");
}

static void
garbage_from_the_resolver_is_no_denial(void **state)
{
	struct measurement *m = target(SITE);

	(void)state;
	fails(m, RESOLVER_SYSTEM, "dns_server_misbehaving");
	query(m, RESOLVER_DOH, NULL, "203.0.113.1");
	shakes(m, "203.0.113.1", NULL);
	means(m, VERDICT_INSUFFICIENT, MECHANISM_NONE, "name_unusable_site_proven");
}

static void
a_resolver_at_home_is_named(void **state)
{
	struct measurement *m = target(SITE);
	struct verdict v;

	(void)state;
	query(m, RESOLVER_SYSTEM, NULL, "203.0.113.1");
	m->queries[0].resolver_address = arena_strdup(m->arena, "192.168.1.1:53");
	verdict_judge(m, &v);
	assert_true(has_evidence(&v, "resolver_on_own_network"));
	m->queries[0].resolver_address = arena_strdup(m->arena, "[2001:db8::1]:53");
	verdict_judge(m, &v);
	assert_false(has_evidence(&v, "resolver_on_own_network"));
	measurement_free(m);
}

static void
a_name_gone_everywhere_is_down(void **state)
{
	struct measurement *m = target(SITE);

	(void)state;
	fails(m, RESOLVER_SYSTEM, "dns_nxdomain_error");
	query(m, RESOLVER_DOH, "dns_nxdomain_error", "");
	means(m, VERDICT_DOWN, DNS_NXDOMAIN, "name_gone_everywhere");
}

static void
a_name_denied_with_nobody_to_ask_is_not_told(void **state)
{
	struct measurement *m = target(SITE);

	(void)state;
	fails(m, RESOLVER_SYSTEM, "dns_nxdomain_error");
	query(m, RESOLVER_DOH, TIMEOUT, "");
	means(m, VERDICT_INSUFFICIENT, DNS_NXDOMAIN, "name_not_resolved");
}

static void
a_name_that_points_home_for_all_is_down(void **state)
{
	struct measurement *m = target(SITE);

	(void)state;
	query(m, RESOLVER_SYSTEM, NULL, "127.0.0.1");
	query(m, RESOLVER_DOH, NULL, "127.0.0.1");
	connects(m, "127.0.0.1", "connection_refused");
	means(m, VERDICT_DOWN, DNS_BOGON, "bogon_everywhere");
}

/* --- not reached: a lone line cannot tell ---------------------------------------------------- */

static void
a_dead_connection_is_not_told(void **state)
{
	static const struct {
		const char *failure;
		enum mechanism mechanism;
	} cases[] = {{"connection_refused", TCP_REFUSED}, {TIMEOUT, TCP_TIMEOUT},
	    {"connection_reset", TCP_RESET}, {"host_unreachable", TCP_UNREACHABLE}};
	struct measurement *m;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		m = target(SITE);
		query(m, RESOLVER_SYSTEM, NULL, "203.0.113.1");
		connects(m, "203.0.113.1", cases[i].failure);
		means(m, VERDICT_INSUFFICIENT, cases[i].mechanism, "tcp_fails");
	}
}

static void
a_broken_handshake_is_not_told(void **state)
{
	static const struct {
		const char *failure;
		enum mechanism mechanism;
	} cases[] = {{"connection_reset", TLS_SNI_RESET}, {TIMEOUT, TLS_SNI_DROP},
	    {"eof_error", TLS_SNI_CLOSE}, {"ssl_unknown_authority", TLS_CERTIFICATE}};
	struct measurement *m;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		m = target(SITE);
		query(m, RESOLVER_SYSTEM, NULL, "203.0.113.1");
		shakes(m, "203.0.113.1", cases[i].failure);
		means(m, VERDICT_INSUFFICIENT, cases[i].mechanism,
		    cases[i].mechanism == TLS_CERTIFICATE ? "certificate_in_doubt" : "tls_fails");
	}
}

/* One trial of a server name: where, why, and what became of it. */
static void
tries(struct measurement *m, const char *ip, const char *why, const char *failure)
{
	struct measurement *c = measurement_confirm(m);
	struct tls_handshake *tls = shakes(c, ip, failure);
	struct common *both[] = {&tls->c, &c->tcp[c->ntcp - 1].c};
	size_t i;

	tls->step = failure != NULL ? "client_hello_sent" : "done";
	for (i = 0; i < 2; i++)
		*ARENA_PUSH(m->arena, both[i]->tags, both[i]->ntags) = arena_printf(m->arena, "why=%s", why);
}

/* A site that is reset whenever it is named, at its own address, where others are answered. */
static struct measurement *
reset_by_name(void)
{
	struct measurement *m = target("https://site.example/");
	int i;

	query(m, RESOLVER_SYSTEM, NULL, "203.0.113.1");
	query(m, RESOLVER_DOH, NULL, "203.0.113.1");
	for (i = 0; i < 3; i++)
		shakes(m, "203.0.113.1", "connection_reset")->step = "client_hello_sent";
	for (i = 0; i < 3; i++) {
		tries(m, "203.0.113.1", "sni_control", NULL);
		tries(m, "203.0.113.1", "sni_target", "connection_reset");
	}
	return m;
}

/* The same at a landmark: its own name before and after, the target's so many times between, nobody's once. */
static void
tries_away(struct measurement *m, const char *ip, int times)
{
	int i;

	tries(m, ip, "sni_own", NULL);
	for (i = 0; i < times; i++)
		tries(m, ip, "sni_away", "connection_reset");
	tries(m, ip, "sni_away_canary", NULL);
	tries(m, ip, "sni_own", NULL);
}

static void
a_name_that_is_reset_at_two_landmarks_is_blocked(void **state)
{
	struct measurement *m = reset_by_name();

	(void)state;
	tries_away(m, "198.51.100.1", 1);
	tries_away(m, "198.51.100.2", 1);
	means(m, VERDICT_BLOCKED, TLS_SNI_RESET, "name_fails_elsewhere_too");
}

static void
a_name_that_is_reset_at_the_only_landmark_must_be_so_twice(void **state)
{
	struct measurement *m = reset_by_name();

	(void)state;
	tries_away(m, "198.51.100.1", 1);
	means(m, VERDICT_INSUFFICIENT, TLS_SNI_RESET, "tls_fails");
	m = reset_by_name();
	tries_away(m, "198.51.100.1", 2);
	means(m, VERDICT_LIKELY_BLOCKED, TLS_SNI_RESET, "name_fails_at_one_place");
}

/* A proxy in front of a dead machine does the same. */
static void
a_name_that_fails_at_its_own_address_alone_is_not_told(void **state)
{
	(void)state;
	means(reset_by_name(), VERDICT_INSUFFICIENT, TLS_SNI_RESET, "tls_fails");
}

/* It resets whoever comes with a name that is not its own: no place to test names at. */
static void
a_landmark_that_resets_strangers_is_no_witness(void **state)
{
	struct measurement *m = reset_by_name();
	int i;

	(void)state;
	tries(m, "198.51.100.1", "sni_own", NULL);
	for (i = 0; i < 3; i++)
		tries(m, "198.51.100.1", "sni_away", "connection_reset");
	tries(m, "198.51.100.1", "sni_away_canary", "connection_reset");
	tries(m, "198.51.100.1", "sni_own", NULL);
	means(m, VERDICT_INSUFFICIENT, TLS_SNI_RESET, "tls_fails");
}

static void
retries_are_in_the_evidence(void **state)
{
	struct measurement *m = target(SITE);
	struct verdict v;
	int i;

	(void)state;
	query(m, RESOLVER_SYSTEM, NULL, "203.0.113.1");
	for (i = 0; i < 3; i++)
		shakes(m, "203.0.113.1", "connection_reset");
	verdict_judge(m, &v);
	assert_true(has_evidence(&v, "retry_3_of_3"));
	assert_true(has_evidence(&v, "controls_ok"));
	measurement_free(m);
}

static void
only_expired_is_the_sites_fault(void **state)
{
	struct measurement *m = target(SITE);
	struct tls_handshake *tls;

	(void)state;
	query(m, RESOLVER_SYSTEM, NULL, "203.0.113.1");
	tls = shakes(m, "203.0.113.1", "ssl_invalid_certificate");
	tls->host_ok = 1;
	ARENA_PUSH(m->arena, tls->verify_errors, tls->nverify_errors)->code =
	    X509_V_ERR_CERT_HAS_EXPIRED;
	means(m, VERDICT_DOWN, TLS_CERTIFICATE, "certificate_expired");
}

static void
expired_and_untrusted_is_not_merely_expired(void **state)
{
	struct measurement *m = target(SITE);
	struct tls_handshake *tls;

	(void)state;
	query(m, RESOLVER_SYSTEM, NULL, "203.0.113.1");
	tls = shakes(m, "203.0.113.1", "ssl_invalid_certificate");
	tls->host_ok = 1;
	ARENA_PUSH(m->arena, tls->verify_errors, tls->nverify_errors)->code =
	    X509_V_ERR_CERT_HAS_EXPIRED;
	ARENA_PUSH(m->arena, tls->verify_errors, tls->nverify_errors)->code =
	    X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY;
	means(m, VERDICT_INSUFFICIENT, TLS_CERTIFICATE, "certificate_in_doubt");
}

static void
a_filter_of_ones_own_is_no_blocking(void **state)
{
	struct measurement *m = target(SITE);

	(void)state;
	m->context.local_interception = true;
	query(m, RESOLVER_SYSTEM, NULL, "203.0.113.1");
	shakes(m, "203.0.113.1", "ssl_unknown_authority")->os_trusted = 1;
	means(m, VERDICT_OK, TLS_LOCAL_INTERCEPTION, "interceptor_trusted_here");

	m = target(SITE);
	m->context.local_interception = true;
	query(m, RESOLVER_SYSTEM, NULL, "203.0.113.1");
	shakes(m, "203.0.113.1", "ssl_unknown_authority")->os_trusted = 0;
	means(m, VERDICT_INSUFFICIENT, TLS_LOCAL_INTERCEPTION, "everything_intercepted");
}

/* --- plain HTTP ------------------------------------------------------------------------------ */

static void
a_redirect_to_its_own_https_is_ok(void **state)
{
	struct measurement *m = target("http://site.example/");

	(void)state;
	query(m, RESOLVER_SYSTEM, NULL, "203.0.113.1");
	connects(m, "203.0.113.1", NULL);
	page(m, "http://site.example/", NULL, 301);
	page(m, "https://www.site.example/", NULL, 200);
	means(m, VERDICT_OK, MECHANISM_NONE, "tls_valid");
}

static void
a_plain_page_that_ends_elsewhere_is_not_told(void **state)
{
	struct measurement *m = target("http://site.example/");

	(void)state;
	query(m, RESOLVER_SYSTEM, NULL, "203.0.113.1");
	connects(m, "203.0.113.1", NULL);
	page(m, "http://site.example/", NULL, 302);
	page(m, "http://warning.example.net/", NULL, 200);
	means(m, VERDICT_INSUFFICIENT, MECHANISM_NONE, "plain_page_in_doubt");
}

static void
a_plain_451_may_be_anybodys(void **state)
{
	struct measurement *m = target("http://site.example/");

	(void)state;
	query(m, RESOLVER_SYSTEM, NULL, "203.0.113.1");
	connects(m, "203.0.113.1", NULL);
	page(m, "http://site.example/", NULL, 451);
	means(m, VERDICT_INSUFFICIENT, MECHANISM_NONE, "plain_page_in_doubt");
}

static void
a_page_that_is_reset_is_not_told(void **state)
{
	struct measurement *m = target("http://site.example/");

	(void)state;
	query(m, RESOLVER_SYSTEM, NULL, "203.0.113.1");
	connects(m, "203.0.113.1", NULL);
	page(m, "http://site.example/", "connection_reset", 0);
	means(m, VERDICT_INSUFFICIENT, HTTP_RESET, "page_fails");
}

/* --- the line -------------------------------------------------------------------------------- */

static void
on_a_dead_line_no_target_is_blamed(void **state)
{
	static const enum network_state states[] = {NETWORK_UNKNOWN, NETWORK_CAPTIVE_PORTAL,
	    NETWORK_FOREIGN_CUT, NETWORK_SHUTDOWN, NETWORK_OFFLINE};
	struct measurement *m;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		m = target(SITE);
		m->context.network = states[i];
		fails(m, RESOLVER_SYSTEM, "dns_nxdomain_error");
		query(m, RESOLVER_DOH, "dns_nxdomain_error", "");
		means(m, VERDICT_INSUFFICIENT, MECHANISM_NONE, "network_not_online");
	}
}

static void
in_a_foreign_cut_domestic_targets_are_judged(void **state)
{
	struct measurement *m = target("https://site.kz/");

	(void)state;
	m->probe_cc = arena_strdup(m->arena, "KZ");
	m->context.network = NETWORK_FOREIGN_CUT;
	fails(m, RESOLVER_SYSTEM, "dns_nxdomain_error");
	query(m, RESOLVER_DOH, "dns_nxdomain_error", "");
	means(m, VERDICT_DOWN, DNS_NXDOMAIN, "name_gone_everywhere");
}

static void
what_was_cut_short_is_not_judged(void **state)
{
	struct measurement *m = target(SITE);

	(void)state;
	query(m, RESOLVER_SYSTEM, NULL, "203.0.113.1");
	connects(m, "203.0.113.1", "interrupted");
	means(m, VERDICT_INSUFFICIENT, MECHANISM_NONE, "interrupted");
}

static void
an_empty_measurement_is_not_judged(void **state)
{
	(void)state;
	means(target(SITE), VERDICT_INSUFFICIENT, MECHANISM_NONE, "no_resolver");
}

static void
bogons_are_told_from_public_addresses(void **state)
{
	static const char *const bogons[] = {"0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1",
	    "169.254.1.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "224.0.0.1",
	    "255.255.255.255", "::", "::1", "fe80::1", "fd00::1", "ff02::1", "::ffff:10.0.0.1"};
	static const char *const others[] = {"8.8.8.8", "100.63.255.255", "172.32.0.1",
	    "192.167.1.1", "203.0.113.1", "198.18.0.1", "2001:db8::1", "::ffff:8.8.8.8", "not an address"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bogons) / sizeof(bogons[0]); i++)
		if (!address_is_bogon(bogons[i]))
			fail_msg("%s is a bogon", bogons[i]);
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (address_is_bogon(others[i]))
			fail_msg("%s is no bogon", others[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_valid_certificate_is_ok),
	    cmocka_unit_test(a_valid_certificate_on_a_private_address_is_ok),
	    cmocka_unit_test(a_retry_that_works_is_ok),
	    cmocka_unit_test(different_honest_addresses_of_a_cdn_are_ok),
	    cmocka_unit_test(reached_without_controls_is_ok),
	    cmocka_unit_test(a_refusal_over_tls_is_the_sites_own),
	    cmocka_unit_test(a_server_error_over_tls_is_down),
	    cmocka_unit_test(one_address_of_two_is_impaired),
	    cmocka_unit_test(broken_ipv6_of_the_line_is_not_the_sites),
	    cmocka_unit_test(a_name_denied_while_the_site_is_proven_is_blocked),
	    cmocka_unit_test(a_resolver_that_answers_nobody_accuses_nobody),
	    cmocka_unit_test(silence_of_the_resolver_is_only_likely),
	    cmocka_unit_test(a_bogon_while_the_site_is_proven_is_blocked),
	    cmocka_unit_test(two_answers_while_the_site_is_proven_is_an_injection),
	    cmocka_unit_test(a_strangers_certificate_at_the_resolvers_address_is_likely_a_redirect),
	    cmocka_unit_test(a_dead_address_is_only_likely),
	    cmocka_unit_test(an_address_that_fails_in_different_ways_is_no_lie),
	    cmocka_unit_test(garbage_from_the_resolver_is_no_denial),
	    cmocka_unit_test(a_resolver_at_home_is_named),
	    cmocka_unit_test(a_name_gone_everywhere_is_down),
	    cmocka_unit_test(a_name_denied_with_nobody_to_ask_is_not_told),
	    cmocka_unit_test(a_name_that_points_home_for_all_is_down),
	    cmocka_unit_test(a_dead_connection_is_not_told),
	    cmocka_unit_test(a_broken_handshake_is_not_told),
	    cmocka_unit_test(a_name_that_is_reset_at_two_landmarks_is_blocked),
	    cmocka_unit_test(a_name_that_is_reset_at_the_only_landmark_must_be_so_twice),
	    cmocka_unit_test(a_name_that_fails_at_its_own_address_alone_is_not_told),
	    cmocka_unit_test(a_landmark_that_resets_strangers_is_no_witness),
	    cmocka_unit_test(retries_are_in_the_evidence),
	    cmocka_unit_test(only_expired_is_the_sites_fault),
	    cmocka_unit_test(expired_and_untrusted_is_not_merely_expired),
	    cmocka_unit_test(a_filter_of_ones_own_is_no_blocking),
	    cmocka_unit_test(a_redirect_to_its_own_https_is_ok),
	    cmocka_unit_test(a_plain_page_that_ends_elsewhere_is_not_told),
	    cmocka_unit_test(a_plain_451_may_be_anybodys),
	    cmocka_unit_test(a_page_that_is_reset_is_not_told),
	    cmocka_unit_test(on_a_dead_line_no_target_is_blamed),
	    cmocka_unit_test(in_a_foreign_cut_domestic_targets_are_judged),
	    cmocka_unit_test(what_was_cut_short_is_not_judged),
	    cmocka_unit_test(an_empty_measurement_is_not_judged),
	    cmocka_unit_test(bogons_are_told_from_public_addresses),
	};

	return cmocka_run_group_tests_name("verdict", tests, NULL, NULL);
}
