/* What verdicts promise about names: when a resolver is said to lie, and every innocent way to look like a liar. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "results/baseline.h"
#include "results/vantage.h"
#include "tests/verdict_case.h"

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
	static char aaaa[] = "AAAA";

	(void)state;
	query(m, RESOLVER_SYSTEM, NULL, "127.0.0.1");
	query(m, RESOLVER_DOH, NULL, "203.0.113.1");
	connects(m, "127.0.0.1", "connection_refused");
	shakes(m, "203.0.113.1", NULL);
	means(m, VERDICT_BLOCKED, DNS_BOGON, "bogon_site_proven");

	/* That its AAAA is honest helps nobody on a line without IPv6. */
	m = target(SITE);
	m->context.ipv6 = IPV6_ABSENT;
	query(m, RESOLVER_SYSTEM, NULL, "0.0.0.0");
	query(m, RESOLVER_SYSTEM, NULL, "2001:db8::1")->query_type = aaaa;
	query(m, RESOLVER_DOH, NULL, "203.0.113.1");
	query(m, RESOLVER_DOH, NULL, "2001:db8::1")->query_type = aaaa;
	connects(m, "0.0.0.0", "connection_refused");
	connects(m, "2001:db8::1", "network_unreachable");
	shakes(m, "203.0.113.1", NULL);
	means(m, VERDICT_BLOCKED, DNS_BOGON, "bogon_site_proven");

	/* Nor where the A is denied. */
	m = target(SITE);
	m->context.ipv6 = IPV6_ABSENT;
	fails(m, RESOLVER_SYSTEM, NXDOMAIN);
	query(m, RESOLVER_SYSTEM, NULL, "2001:db8::1")->query_type = aaaa;
	query(m, RESOLVER_DOH, NULL, "203.0.113.1");
	query(m, RESOLVER_DOH, NULL, "2001:db8::1")->query_type = aaaa;
	connects(m, "2001:db8::1", "network_unreachable");
	shakes(m, "203.0.113.1", NULL);
	means(m, VERDICT_BLOCKED, DNS_NXDOMAIN, "name_denied_site_proven");
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

/* A line that doubles packets brings each denial twice. */
static void
the_same_denial_twice_is_no_injection(void **state)
{
	struct measurement *m = target(SITE);
	struct query *again;

	(void)state;
	fails(m, RESOLVER_SYSTEM, "dns_servfail_error");
	again = ARENA_PUSH(m->arena, m->duplicates, m->nduplicates);
	*again = m->queries[0];
	query(m, RESOLVER_DOH, NULL, HOME);
	shakes(m, HOME, NULL);
	means(m, VERDICT_INSUFFICIENT, DNS_SERVFAIL, "name_unusable_site_proven");
}

/* One server of theirs keeps silent about the name, the next denies all names: no denial when asked in turns. */
static void
silence_in_turns_is_no_denial(void **state)
{
	struct measurement *m = target(SITE);
	int i;

	(void)state;
	fails(m, RESOLVER_SYSTEM, NXDOMAIN);
	query(m, RESOLVER_DOH, NULL, HOME);
	shakes(m, HOME, NULL);
	for (i = 0; i < 3; i++) {
		try_query(m, "dns_target", TIMEOUT, "");
		try_query(m, "dns_control", NULL, PLACE_1);
	}
	means(m, VERDICT_INSUFFICIENT, DNS_NXDOMAIN, "name_unusable_site_proven");
}

/* The alert that a name is not known there: no certificate was shown, so none is another's. */
static void
an_alert_at_the_resolvers_address_is_no_strangers_certificate(void **state)
{
	struct measurement *m = target(SITE);

	(void)state;
	query(m, RESOLVER_SYSTEM, NULL, LIE);
	query(m, RESOLVER_DOH, NULL, HOME);
	shakes(m, LIE, "ssl_invalid_hostname")->alert = 112;
	shakes(m, HOME, NULL);
	means(m, VERDICT_INSUFFICIENT, TLS_ALERT, "doubtful_address");
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

/* --- the site is there, the system's resolver leads elsewhere ---------------------------------- */

/* The system names LIE, the others HOME, where the site's certificate is. */
static struct measurement *
led_astray(void)
{
	struct measurement *m = target(SITE);

	query(m, RESOLVER_SYSTEM, NULL, LIE);
	query(m, RESOLVER_DOH, NULL, HOME);
	shakes(m, HOME, NULL);
	return m;
}

/* The address that the system names is dead, at each attempt in the same way. */
static struct measurement *
led_nowhere(void)
{
	struct measurement *m = led_astray();
	int i;

	for (i = 0; i < 3; i++)
		connects(m, LIE, TIMEOUT);
	return m;
}

/* Twice the target's name and three times a landmark's, at an address that runs no resolver. */
static void
asked_nowhere(struct measurement *m, const char *failure, const char *answer, const char *control_failure,
    const char *control_answer)
{
	int i;

	for (i = 0; i < 2; i++)
		try_query(m, "dns_nowhere", failure, answer);
	for (i = 0; i < 3; i++)
		try_query(m, "dns_nowhere_control", control_failure, control_answer);
}

static void
the_truth_that_comes_late_gives_an_injector_away(void **state)
{
	struct measurement *m = led_nowhere(), *c;
	struct query *late;

	(void)state;
	try_query(m, "dns_target", NULL, LIE);
	c = m->confirm;
	late = ARENA_PUSH(c->arena, c->duplicates, c->nduplicates);
	*late = c->queries[0];
	late->answers = NULL;
	late->nanswers = 0;
	ARENA_PUSH(c->arena, late->answers, late->nanswers)->address = arena_strdup(c->arena, HOME);
	means(m, VERDICT_BLOCKED, DNS_INJECTION, "injected_site_proven");
}

/* Resolvers behind one address may both answer; that they agree is what counts. */
static void
the_same_answer_twice_gives_nobody_away(void **state)
{
	struct measurement *m = led_nowhere(), *c;
	struct query *late;

	(void)state;
	try_query(m, "dns_target", NULL, LIE);
	c = m->confirm;
	late = ARENA_PUSH(c->arena, c->duplicates, c->nduplicates);
	*late = c->queries[0];
	means(m, VERDICT_LIKELY_BLOCKED, DNS_REDIRECT, "dead_address_site_proven");
}

static void
an_answer_from_no_resolver_gives_an_injector_away(void **state)
{
	struct measurement *m = led_nowhere();

	(void)state;
	asked_nowhere(m, NULL, LIE, TIMEOUT, "");
	means(m, VERDICT_BLOCKED, DNS_INJECTION, "injected_site_proven");

	/* A provider's proxy answers all, but the line loses some of it. */
	m = led_nowhere();
	asked_nowhere(m, NULL, LIE, TIMEOUT, "");
	try_query(m, "dns_nowhere_control", NULL, PLACE_1);
	means(m, VERDICT_LIKELY_BLOCKED, DNS_REDIRECT, "dead_address_site_proven");
	m = led_nowhere();
	try_query(m, "dns_nowhere", NULL, LIE);
	try_query(m, "dns_nowhere_control", TIMEOUT, "");
	means(m, VERDICT_LIKELY_BLOCKED, DNS_REDIRECT, "dead_address_site_proven");
}

/* All questions are taken to a resolver of the provider's; what it says of the site is true. */
static void
a_hijacking_but_honest_resolver_is_no_injector(void **state)
{
	struct measurement *m = target_at_home();

	(void)state;
	shakes(m, HOME, NULL);
	asked_nowhere(m, NULL, HOME, NULL, PLACE_1);
	means(m, VERDICT_OK, MECHANISM_NONE, "tls_valid");

	m = led_nowhere();
	asked_nowhere(m, NULL, LIE, NULL, PLACE_1);
	means(m, VERDICT_LIKELY_BLOCKED, DNS_REDIRECT, "dead_address_site_proven");
}

static void
a_name_denied_only_sometimes_is_not_denied(void **state)
{
	struct measurement *m = target(SITE);

	(void)state;
	fails(m, RESOLVER_SYSTEM, NXDOMAIN);
	query(m, RESOLVER_DOH, NULL, HOME);
	shakes(m, HOME, NULL);
	try_query(m, "dns_target", NXDOMAIN, "");
	try_query(m, "dns_target", NULL, HOME);
	means(m, VERDICT_OK, MECHANISM_NONE, "tls_valid");
}

/* Trouble that another name meets as well is the resolver's. */
static void
a_resolver_in_trouble_denies_nothing(void **state)
{
	struct measurement *m = target(SITE);

	(void)state;
	fails(m, RESOLVER_SYSTEM, "dns_servfail_error");
	query(m, RESOLVER_DOH, NULL, HOME);
	shakes(m, HOME, NULL);
	asked_in_turns(m, "dns_servfail_error", 3, 2);
	means(m, VERDICT_INSUFFICIENT, DNS_SERVFAIL, "name_unusable_site_proven");
}

static void
one_bogon_among_public_addresses_is_no_lie(void **state)
{
	struct measurement *m = target(SITE);

	(void)state;
	query(m, RESOLVER_SYSTEM, NULL, "127.0.0.1 203.0.113.7");
	query(m, RESOLVER_DOH, NULL, HOME);
	connects(m, "127.0.0.1", "connection_refused");
	shakes(m, HOME, NULL);
	means(m, VERDICT_INSUFFICIENT, TCP_REFUSED, "doubtful_address");
}

static void
a_private_address_that_all_name_is_no_lie(void **state)
{
	struct measurement *m = target(SITE);

	(void)state;
	query(m, RESOLVER_SYSTEM, NULL, "10.0.0.1");
	query(m, RESOLVER_DOH, NULL, "10.0.0.2");
	connects(m, "10.0.0.1", TIMEOUT);
	shakes(m, "10.0.0.2", NULL);
	means(m, VERDICT_INSUFFICIENT, TCP_TIMEOUT, "doubtful_address");
}

static void
the_address_of_names_that_nobody_has_is_likely_a_lie(void **state)
{
	struct measurement *m = led_nowhere();

	(void)state;
	try_query(m, "dns_nonexistent", NULL, LIE);
	means(m, VERDICT_LIKELY_BLOCKED, DNS_WILDCARD, "wildcard_site_proven");
}

/* A portal before the login: every name leads to it. */
static void
a_resolver_that_leads_all_names_to_one_place_accuses_nobody(void **state)
{
	struct measurement *m = led_nowhere();

	(void)state;
	try_query(m, "dns_nonexistent", NULL, LIE);
	try_query(m, "dns_control", NULL, LIE);
	try_query(m, "dns_control", NULL, LIE);
	means(m, VERDICT_INSUFFICIENT, DNS_WILDCARD, "all_names_led_there");

	/* Names that nobody has do not exist: it picks those that it leads astray. */
	m = led_nowhere();
	try_query(m, "dns_nonexistent", NXDOMAIN, "");
	try_query(m, "dns_control", NULL, LIE);
	try_query(m, "dns_control", NULL, LIE);
	means(m, VERDICT_LIKELY_BLOCKED, DNS_REDIRECT, "dead_address_site_proven");

	/* It knows others: what it says of the target and of names that nobody has is said of them. */
	m = led_nowhere();
	try_query(m, "dns_nonexistent", NULL, LIE);
	try_query(m, "dns_control", NULL, LIE);
	try_query(m, "dns_control", NULL, PLACE_1);
	means(m, VERDICT_LIKELY_BLOCKED, DNS_WILDCARD, "wildcard_site_proven");
}

/* It sells advertisements on mistyped names, and knows the site. */
static void
a_wildcard_resolver_that_knows_the_site_is_no_liar(void **state)
{
	struct measurement *m = target_at_home();

	(void)state;
	shakes(m, HOME, NULL);
	try_query(m, "dns_nonexistent", NULL, LIE);
	means(m, VERDICT_OK, MECHANISM_NONE, "tls_valid");
}

static void
a_server_with_one_page_for_all_names_is_no_node_of_the_site(void **state)
{
	struct measurement *m = led_nowhere();
	struct baseline *b;

	(void)state;
	try_get(m, "address_page", LIE, NULL, "notice");
	try_get(m, "address_canary", LIE, NULL, "notice");
	means(m, VERDICT_LIKELY_BLOCKED, DNS_REDIRECT, "server_for_any_name");

	/* The site was there until it moved; the old host has one notice for all who are gone. */
	m = led_nowhere();
	b = history(m);
	ARENA_PUSH(m->arena, b->addresses, b->naddresses)->value = arena_strdup(m->arena, LIE);
	try_get(m, "address_page", LIE, NULL, "notice");
	try_get(m, "address_canary", LIE, NULL, "notice");
	means(m, VERDICT_INSUFFICIENT, TCP_TIMEOUT, "doubtful_address");

	/* It has a page of the site's own, and nothing for strangers. */
	m = led_nowhere();
	try_get(m, "address_page", LIE, NULL, "front page");
	try_get(m, "address_canary", LIE, NULL, "no such site");
	means(m, VERDICT_LIKELY_BLOCKED, DNS_REDIRECT, "dead_address_site_proven");
}

static void
a_stale_cache_names_where_the_site_was(void **state)
{
	struct measurement *m = led_astray();
	struct baseline *b = history(m);

	(void)state;
	ARENA_PUSH(m->arena, b->addresses, b->naddresses)->value = arena_strdup(m->arena, LIE);
	shows(m, shakes(m, LIE, NULL), GENUINE, "another.example");
	means(m, VERDICT_INSUFFICIENT, TLS_CERTIFICATE, "doubtful_address");

	m = led_astray();
	history(m);
	shows(m, shakes(m, LIE, NULL), GENUINE, "another.example");
	means(m, VERDICT_LIKELY_BLOCKED, DNS_REDIRECT, "wrong_host_site_proven");
}

/* Dead, but a machine of the site's: seen before, alive for somebody else, or among its like. */
static void
a_dead_node_of_a_cdn_is_no_lie(void **state)
{
	struct measurement *m = led_nowhere();
	struct baseline *b = history(m);
	int i;

	(void)state;
	ARENA_PUSH(m->arena, b->addresses, b->naddresses)->value = arena_strdup(m->arena, LIE);
	means(m, VERDICT_INSUFFICIENT, TCP_TIMEOUT, "doubtful_address");

	m = led_nowhere();
	vantage(m, LIE);
	means(m, VERDICT_INSUFFICIENT, TCP_TIMEOUT, "doubtful_address");

	m = target(SITE);
	query(m, RESOLVER_SYSTEM, NULL, "203.0.44.9");
	query(m, RESOLVER_DOH, NULL, HOME);
	shakes(m, HOME, NULL);
	for (i = 0; i < 3; i++)
		connects(m, "203.0.44.9", TIMEOUT);
	means(m, VERDICT_INSUFFICIENT, TCP_TIMEOUT, "doubtful_address");
}

/* --- the name is gone, and answered ------------------------------------------------------------ */

/* A resolver over HTTPS says that there is no such name; the system's has an address. */
static struct measurement *
answered_though_gone(const char *ip)
{
	struct measurement *m = target(SITE);

	query(m, RESOLVER_SYSTEM, NULL, ip);
	fails(m, RESOLVER_DOH, NXDOMAIN);
	connects(m, ip, "connection_refused");
	return m;
}

static void
a_dead_site_behind_a_wildcard_is_down(void **state)
{
	struct measurement *m = answered_though_gone(LIE);

	(void)state;
	try_query(m, "dns_nonexistent", NULL, LIE);
	means(m, VERDICT_DOWN, DNS_WILDCARD, "gone_but_wildcard");
}

static void
a_ghost_that_an_injector_answers_for_is_blocked(void **state)
{
	struct measurement *m = answered_though_gone(LIE);

	(void)state;
	try_query(m, "dns_nonexistent", NXDOMAIN, "");
	asked_nowhere(m, NULL, LIE, TIMEOUT, "");
	means(m, VERDICT_BLOCKED, DNS_INJECTION, "gone_but_injected");

	/* Whoever takes all questions has not chosen this one. */
	m = answered_though_gone(LIE);
	try_query(m, "dns_nonexistent", NXDOMAIN, "");
	asked_nowhere(m, NULL, LIE, NULL, PLACE_1);
	means(m, VERDICT_INSUFFICIENT, TCP_REFUSED, "tcp_fails");
}

static void
a_ghost_at_a_bogon_is_likely_blocked(void **state)
{
	struct measurement *m = answered_though_gone("10.10.34.35");

	(void)state;
	try_query(m, "dns_nonexistent", NXDOMAIN, "");
	means(m, VERDICT_LIKELY_BLOCKED, DNS_BOGON, "gone_but_bogon");

	/* Names that nobody has are answered as well, wherever they are led. */
	m = answered_though_gone("10.10.34.35");
	try_query(m, "dns_nonexistent", NULL, "10.10.34.36");
	means(m, VERDICT_INSUFFICIENT, TCP_REFUSED, "tcp_fails");

	/* It was not asked. */
	means(answered_though_gone("10.10.34.35"), VERDICT_INSUFFICIENT, TCP_REFUSED, "tcp_fails");
}

static void
a_ghost_with_a_page_for_any_name_is_likely_blocked(void **state)
{
	struct measurement *m = answered_though_gone(LIE);
	struct baseline *b;

	(void)state;
	try_query(m, "dns_nonexistent", NXDOMAIN, "");
	try_get(m, "address_page", LIE, NULL, "notice");
	try_get(m, "address_canary", LIE, NULL, "notice");
	means(m, VERDICT_LIKELY_BLOCKED, DNS_REDIRECT, "gone_but_served");

	/* The domain ran out; a stale cache still names the host that served it, and that has one notice for all. */
	m = answered_though_gone(LIE);
	b = history(m);
	ARENA_PUSH(m->arena, b->addresses, b->naddresses)->value = arena_strdup(m->arena, LIE);
	try_query(m, "dns_nonexistent", NXDOMAIN, "");
	try_get(m, "address_page", LIE, NULL, "notice");
	try_get(m, "address_canary", LIE, NULL, "notice");
	means(m, VERDICT_INSUFFICIENT, TCP_REFUSED, "tcp_fails");

	/* The domain's old server has a page of its own for it. */
	m = answered_though_gone(LIE);
	try_query(m, "dns_nonexistent", NXDOMAIN, "");
	try_get(m, "address_page", LIE, NULL, "front page");
	try_get(m, "address_canary", LIE, NULL, "no such site");
	means(m, VERDICT_INSUFFICIENT, TCP_REFUSED, "tcp_fails");
}

/* The second resolver, over UDP, is as easily lied for as the system's. */
static void
two_denials_in_the_clear_do_not_make_a_name_gone(void **state)
{
	struct measurement *m = target(SITE);

	(void)state;
	fails(m, RESOLVER_SYSTEM, NXDOMAIN);
	fails(m, RESOLVER_SECOND, NXDOMAIN);
	means(m, VERDICT_INSUFFICIENT, DNS_NXDOMAIN, "name_not_resolved");

	m = target(SITE);
	fails(m, RESOLVER_SYSTEM, NXDOMAIN);
	vantage(m, HOME)->naddrs = 0;
	m->control->dns_failure = arena_strdup(m->arena, "dns_name_error");
	means(m, VERDICT_DOWN, DNS_NXDOMAIN, "name_gone_everywhere");
}

static void
a_name_without_addresses_is_down(void **state)
{
	struct measurement *m = target(SITE);

	(void)state;
	fails(m, RESOLVER_SYSTEM, "dns_no_answer");
	fails(m, RESOLVER_DOH, "dns_no_answer");
	means(m, VERDICT_DOWN, DNS_NO_ANSWER, "no_address_anywhere");

	m = target(SITE);
	fails(m, RESOLVER_SYSTEM, "dns_no_answer");
	fails(m, RESOLVER_DOH, TIMEOUT);
	means(m, VERDICT_INSUFFICIENT, DNS_NO_ANSWER, "name_not_resolved");
}

/* --- not reached anywhere ---------------------------------------------------------------------- */

/* Two answers to one question. */
static struct measurement *
answered_twice(void)
{
	struct measurement *m = target(SITE);
	struct query *second;

	query(m, RESOLVER_SYSTEM, NULL, LIE);
	second = ARENA_PUSH(m->arena, m->duplicates, m->nduplicates);
	*second = m->queries[0];
	second->answers = NULL;
	second->nanswers = 0;
	ARENA_PUSH(m->arena, second->answers, second->nanswers)->address = arena_strdup(m->arena, HOME);
	connects(m, LIE, TIMEOUT);
	return m;
}

static void
an_injection_for_a_site_that_is_there_is_likely_blocked(void **state)
{
	struct measurement *m = answered_twice();

	(void)state;
	history(m);
	means(m, VERDICT_LIKELY_BLOCKED, DNS_INJECTION, "injected");

	m = answered_twice();
	query(m, RESOLVER_DOH, NULL, HOME);
	connects(m, HOME, TIMEOUT);
	means(m, VERDICT_LIKELY_BLOCKED, DNS_INJECTION, "injected");

	/* Nobody says that the site is anywhere. */
	means(answered_twice(), VERDICT_INSUFFICIENT, TCP_TIMEOUT, "tcp_fails");
}

static void
a_bogon_where_others_have_an_address_is_likely_blocked(void **state)
{
	struct measurement *m = target(SITE);

	(void)state;
	query(m, RESOLVER_SYSTEM, NULL, "10.10.34.35");
	query(m, RESOLVER_DOH, NULL, HOME);
	connects(m, "10.10.34.35", TIMEOUT);
	connects(m, HOME, TIMEOUT);
	means(m, VERDICT_LIKELY_BLOCKED, DNS_BOGON, "bogon_others_differ");

	/* Without anybody to compare with, it may be a name of this very network. */
	m = target(SITE);
	query(m, RESOLVER_SYSTEM, NULL, "10.10.34.35");
	connects(m, "10.10.34.35", TIMEOUT);
	means(m, VERDICT_INSUFFICIENT, TCP_TIMEOUT, "tcp_fails");

	m = target(SITE);
	query(m, RESOLVER_SYSTEM, NULL, "10.10.34.35");
	connects(m, "10.10.34.35", TIMEOUT);
	history(m);
	means(m, VERDICT_LIKELY_BLOCKED, DNS_BOGON, "bogon_others_differ");
}

static void
a_name_that_others_know_is_likely_denied(void **state)
{
	struct measurement *m = target(SITE);

	(void)state;
	fails(m, RESOLVER_SYSTEM, NXDOMAIN);
	query(m, RESOLVER_DOH, NULL, HOME);
	connects(m, HOME, TIMEOUT);
	means(m, VERDICT_LIKELY_BLOCKED, DNS_NXDOMAIN, "name_denied_others_know_it");

	m = target(SITE);
	fails(m, RESOLVER_SYSTEM, "dns_refused_error");
	vantage(m, HOME);
	means(m, VERDICT_LIKELY_BLOCKED, DNS_REFUSED, "name_denied_others_know_it");

	/* Known over UDP only: whoever lies there could lie here. */
	m = target(SITE);
	fails(m, RESOLVER_SYSTEM, NXDOMAIN);
	query(m, RESOLVER_SECOND, NULL, HOME);
	connects(m, HOME, TIMEOUT);
	means(m, VERDICT_INSUFFICIENT, TCP_TIMEOUT, "tcp_fails");
}

/* All DNS is taken, nothing over HTTPS is reached; but the site stands where it was. */
static struct measurement *
denied_by_all(const char *doh, const char *before, bool all_taken)
{
	struct measurement *m = target(SITE);

	fails(m, RESOLVER_SYSTEM, NXDOMAIN);
	fails(m, RESOLVER_SECOND, NXDOMAIN);
	if (doh != NULL)
		fails(m, RESOLVER_DOH, doh);
	asked_nowhere(m, all_taken ? NXDOMAIN : TIMEOUT, "", all_taken ? NULL : TIMEOUT, all_taken ? PLACE_1 : "");
	try_tls(m, "address_before", HOME, before);
	history(m);
	return m;
}

static void
a_site_that_still_stands_has_hardly_given_up_its_name(void **state)
{
	struct measurement *m;

	(void)state;
	means(denied_by_all(TIMEOUT, NULL, true), VERDICT_LIKELY_BLOCKED, DNS_NXDOMAIN,
	    "name_denied_site_stands");
	/* One that can be believed says that the name is gone. */
	means(denied_by_all(NXDOMAIN, NULL, true), VERDICT_DOWN, DNS_NXDOMAIN, "name_gone_everywhere");
	/* Nobody's certificate: another site may stand there by now. */
	means(denied_by_all(TIMEOUT, "ssl_invalid_hostname", true), VERDICT_INSUFFICIENT, DNS_NXDOMAIN,
	    "name_not_resolved");
	/* The second resolver is what it says it is, and denies the name as well. */
	means(denied_by_all(TIMEOUT, NULL, false), VERDICT_INSUFFICIENT, DNS_NXDOMAIN,
	    "name_not_resolved");
	/* The round had given up on resolvers over HTTPS before; or there are none. */
	m = denied_by_all(NULL, NULL, true);
	*ARENA_PUSH(m->arena, m->context.resolvers, m->context.nresolvers) =
	    (struct resolver_health){.role = RESOLVER_DOH, .asked = 4};
	means(m, VERDICT_LIKELY_BLOCKED, DNS_NXDOMAIN, "name_denied_site_stands");
	means(denied_by_all(NULL, NULL, true), VERDICT_INSUFFICIENT, DNS_NXDOMAIN,
	    "name_not_resolved");
	m = denied_by_all(TIMEOUT, NULL, true);
	m->baseline = NULL;
	means(m, VERDICT_INSUFFICIENT, DNS_NXDOMAIN, "name_not_resolved");
	/* For the vantage it is gone, too. */
	m = denied_by_all(TIMEOUT, NULL, true);
	vantage_fails(vantage(m, HOME));
	m->control->naddrs = 0;
	m->control->dns_failure = arena_strdup(m->arena, "dns_nxdomain_error");
	means(m, VERDICT_DOWN, DNS_NXDOMAIN, "name_gone_everywhere");
}

static void
silence_for_a_name_that_others_know_needs_turns(void **state)
{
	struct measurement *m = target(SITE);

	(void)state;
	fails(m, RESOLVER_SYSTEM, TIMEOUT);
	query(m, RESOLVER_DOH, NULL, HOME);
	connects(m, HOME, TIMEOUT);
	asked_in_turns(m, TIMEOUT, 3, 3);
	means(m, VERDICT_LIKELY_BLOCKED, DNS_TIMEOUT, "name_denied_others_know_it");

	/* A line that loses packets. */
	m = target(SITE);
	fails(m, RESOLVER_SYSTEM, TIMEOUT);
	query(m, RESOLVER_DOH, NULL, HOME);
	connects(m, HOME, TIMEOUT);
	asked_in_turns(m, TIMEOUT, 3, 2);
	means(m, VERDICT_INSUFFICIENT, TCP_TIMEOUT, "tcp_fails");
}

/* What is answered where no resolver runs, is answered in the second resolver's place as well. */
static void
a_second_resolver_that_is_forged_is_not_believed(void **state)
{
	struct measurement *m = target(SITE);
	struct verdict v;

	(void)state;
	fails(m, RESOLVER_SYSTEM, NXDOMAIN);
	query(m, RESOLVER_SECOND, NULL, LIE);
	shows(m, shakes(m, LIE, NULL), FORGED, "site.example");
	verdict_judge(m, &v);
	assert_false(has_evidence(&v, "resolvers_differ"));
	try_query(m, "dns_nowhere", NULL, LIE);
	verdict_judge(m, &v);
	assert_true(has_evidence(&v, "answer_from_no_resolver"));
	means(m, VERDICT_INSUFFICIENT, DNS_NXDOMAIN, "name_not_resolved");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_name_denied_while_the_site_is_proven_is_blocked),
	    cmocka_unit_test(a_resolver_that_answers_nobody_accuses_nobody),
	    cmocka_unit_test(silence_of_the_resolver_is_only_likely),
	    cmocka_unit_test(a_bogon_while_the_site_is_proven_is_blocked),
	    cmocka_unit_test(two_answers_while_the_site_is_proven_is_an_injection),
	    cmocka_unit_test(the_same_denial_twice_is_no_injection),
	    cmocka_unit_test(silence_in_turns_is_no_denial),
	    cmocka_unit_test(an_alert_at_the_resolvers_address_is_no_strangers_certificate),
	    cmocka_unit_test(a_strangers_certificate_at_the_resolvers_address_is_likely_a_redirect),
	    cmocka_unit_test(a_dead_address_is_only_likely),
	    cmocka_unit_test(an_address_that_fails_in_different_ways_is_no_lie),
	    cmocka_unit_test(garbage_from_the_resolver_is_no_denial),
	    cmocka_unit_test(a_resolver_at_home_is_named),
	    cmocka_unit_test(a_name_gone_everywhere_is_down),
	    cmocka_unit_test(a_name_denied_with_nobody_to_ask_is_not_told),
	    cmocka_unit_test(a_name_that_points_home_for_all_is_down),
	    cmocka_unit_test(the_truth_that_comes_late_gives_an_injector_away),
	    cmocka_unit_test(the_same_answer_twice_gives_nobody_away),
	    cmocka_unit_test(an_answer_from_no_resolver_gives_an_injector_away),
	    cmocka_unit_test(a_hijacking_but_honest_resolver_is_no_injector),
	    cmocka_unit_test(a_name_denied_only_sometimes_is_not_denied),
	    cmocka_unit_test(a_resolver_in_trouble_denies_nothing),
	    cmocka_unit_test(one_bogon_among_public_addresses_is_no_lie),
	    cmocka_unit_test(a_private_address_that_all_name_is_no_lie),
	    cmocka_unit_test(the_address_of_names_that_nobody_has_is_likely_a_lie),
	    cmocka_unit_test(a_resolver_that_leads_all_names_to_one_place_accuses_nobody),
	    cmocka_unit_test(a_wildcard_resolver_that_knows_the_site_is_no_liar),
	    cmocka_unit_test(a_server_with_one_page_for_all_names_is_no_node_of_the_site),
	    cmocka_unit_test(a_stale_cache_names_where_the_site_was),
	    cmocka_unit_test(a_dead_node_of_a_cdn_is_no_lie),
	    cmocka_unit_test(a_dead_site_behind_a_wildcard_is_down),
	    cmocka_unit_test(a_ghost_that_an_injector_answers_for_is_blocked),
	    cmocka_unit_test(a_ghost_at_a_bogon_is_likely_blocked),
	    cmocka_unit_test(a_ghost_with_a_page_for_any_name_is_likely_blocked),
	    cmocka_unit_test(two_denials_in_the_clear_do_not_make_a_name_gone),
	    cmocka_unit_test(a_name_without_addresses_is_down),
	    cmocka_unit_test(an_injection_for_a_site_that_is_there_is_likely_blocked),
	    cmocka_unit_test(a_bogon_where_others_have_an_address_is_likely_blocked),
	    cmocka_unit_test(a_name_that_others_know_is_likely_denied),
	    cmocka_unit_test(a_site_that_still_stands_has_hardly_given_up_its_name),
	    cmocka_unit_test(silence_for_a_name_that_others_know_needs_turns),
	    cmocka_unit_test(a_second_resolver_that_is_forged_is_not_believed),
	};

	return cmocka_run_group_tests_name("verdict_dns", tests, NULL, NULL);
}
