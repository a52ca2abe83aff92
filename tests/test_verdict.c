/* What verdicts promise: each test builds the observations of one situation and asks what they mean. Those about names,
 * connections and pages are in test_verdict_X.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "results/facts.h"
#include "tests/verdict_case.h"

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

/* From a stranger's file: each would be compared with each. */
static void
a_record_of_very_many_observations_is_not_judged(void **state)
{
	struct measurement *m = target(SITE);
	size_t i;

	(void)state;
	query(m, RESOLVER_SYSTEM, NULL, "203.0.113.1");
	for (i = 0; i < FACTS_OBSERVATIONS_MOST / 2; i++)
		shakes(m, "203.0.113.1", NULL);
	means(m, VERDICT_INSUFFICIENT, MECHANISM_NONE, "too_many_observations");
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

/* Over TLS the site itself was there; a plain page before a portal's login is the portal's. */
static void
a_plain_page_from_a_portal_is_nobodys(void **state)
{
	struct measurement *m = target(PLAIN);

	(void)state;
	m->context.network = NETWORK_CAPTIVE_PORTAL;
	query(m, RESOLVER_SYSTEM, NULL, HOME);
	connects(m, HOME, NULL);
	page(m, PLAIN, NULL, 200);
	means(m, VERDICT_INSUFFICIENT, MECHANISM_NONE, "network_not_online");

	m = target_at_home();
	m->context.network = NETWORK_CAPTIVE_PORTAL;
	shakes(m, HOME, NULL);
	means(m, VERDICT_OK, MECHANISM_NONE, "tls_valid");
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
reached_before_it_was_cut_short_is_ok(void **state)
{
	struct measurement *m = target_at_home();

	(void)state;
	shakes(m, HOME, NULL);
	page(m, SITE, "interrupted", 0);
	means(m, VERDICT_INSUFFICIENT, MECHANISM_NONE, "page_not_delivered");

	m = target_at_home();
	shakes(m, HOME, NULL);
	connects(m, "203.0.113.2", "interrupted");
	means(m, VERDICT_OK, MECHANISM_NONE, "tls_valid");
}

static void
an_address_of_which_nothing_was_seen_is_not_judged(void **state)
{
	(void)state;
	means(target("https://203.0.113.1/"), VERDICT_INSUFFICIENT, MECHANISM_NONE, "nothing_observed");
}

/* An address that failed once, of two, may have been unlucky. */
static void
one_failure_of_one_address_is_no_impairment(void **state)
{
	struct measurement *m = target(SITE);

	(void)state;
	query(m, RESOLVER_SYSTEM, NULL, "203.0.113.1 203.0.113.2");
	shakes(m, "203.0.113.1", NULL);
	connects(m, "203.0.113.2", TIMEOUT);
	means(m, VERDICT_OK, MECHANISM_NONE, "tls_valid");
}

static void
an_empty_measurement_is_not_judged(void **state)
{
	(void)state;
	means(target(SITE), VERDICT_INSUFFICIENT, MECHANISM_NONE, "no_resolver");
}

/* Names are how verdicts, manuals and other people's programs speak of rules. */
static void
every_rule_has_a_name_of_its_own(void **state)
{
	const char *name;
	size_t i, k;

	(void)state;
	for (i = 0; (name = verdict_rule_name(i)) != NULL; i++)
		for (k = 0; k < i; k++)
			assert_string_not_equal(verdict_rule_name(k), name);
	assert_true(i > 70);
	assert_null(verdict_rule_name(SIZE_MAX));
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
	    cmocka_unit_test(a_record_of_very_many_observations_is_not_judged),
	    cmocka_unit_test(different_honest_addresses_of_a_cdn_are_ok),
	    cmocka_unit_test(reached_without_controls_is_ok),
	    cmocka_unit_test(a_refusal_over_tls_is_the_sites_own),
	    cmocka_unit_test(a_server_error_over_tls_is_down),
	    cmocka_unit_test(one_address_of_two_is_impaired),
	    cmocka_unit_test(broken_ipv6_of_the_line_is_not_the_sites),
	    cmocka_unit_test(on_a_dead_line_no_target_is_blamed),
	    cmocka_unit_test(a_plain_page_from_a_portal_is_nobodys),
	    cmocka_unit_test(in_a_foreign_cut_domestic_targets_are_judged),
	    cmocka_unit_test(what_was_cut_short_is_not_judged),
	    cmocka_unit_test(reached_before_it_was_cut_short_is_ok),
	    cmocka_unit_test(an_address_of_which_nothing_was_seen_is_not_judged),
	    cmocka_unit_test(one_failure_of_one_address_is_no_impairment),
	    cmocka_unit_test(an_empty_measurement_is_not_judged),
	    cmocka_unit_test(every_rule_has_a_name_of_its_own),
	    cmocka_unit_test(bogons_are_told_from_public_addresses),
	};

	return cmocka_run_group_tests_name("verdict", tests, NULL, NULL);
}
