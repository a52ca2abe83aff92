/*
 * What verdicts promise about connections and certificates: when a network is said to look at the name, or to forge,
 * and every innocent way to look like that.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <openssl/x509_vfy.h>

#include "base/mem.h"
#include "results/baseline.h"
#include "results/chain.h"
#include "results/trials.h"
#include "results/vantage.h"
#include "tests/verdict_case.h"

#define ALERT "unknown_failure: remote error: tls: handshake_failure"

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

	/* It leaves a bank out; most controls are replaced. */
	m = target_at_home();
	m->context.foreign_ok = 1;
	m->context.same_issuer = m->context.same_issuer_abroad = 3;
	shakes(m, HOME, UNTRUSTED)->os_trusted = 1;
	means(m, VERDICT_OK, TLS_LOCAL_INTERCEPTION, "interceptor_trusted_here");

	/* The controls are themselves: a root that people were made to install, for some sites. */
	m = target_at_home();
	m->context.same_issuer = m->context.same_issuer_abroad = 3;
	shakes(m, HOME, UNTRUSTED)->os_trusted = 1;
	means(m, VERDICT_INSUFFICIENT, TLS_CERTIFICATE, "certificate_in_doubt");

	m = target(SITE);
	m->context.local_interception = true;
	query(m, RESOLVER_SYSTEM, NULL, "203.0.113.1");
	shakes(m, "203.0.113.1", "ssl_unknown_authority")->os_trusted = 0;
	means(m, VERDICT_INSUFFICIENT, TLS_LOCAL_INTERCEPTION, "everything_intercepted");
}

/* --- server names ------------------------------------------------------------------------------ */

/* The target's name fails at its own address, three times; another's, in turns, does not. */
static struct measurement *
only_the_name_fails(const char *failure)
{
	struct measurement *m = target_at_home();
	int i;

	for (i = 0; i < 3; i++)
		shakes(m, HOME, failure);
	try_pairs(m, 3, NULL, failure);
	return m;
}

static void
a_name_that_fails_at_strangers_servers_too_is_blocked(void **state)
{
	struct measurement *m = only_the_name_fails(RESET);

	(void)state;
	try_place(m, PLACE_1, RESET, NULL, NULL);
	try_place(m, PLACE_2, RESET, NULL, NULL);
	means(m, VERDICT_BLOCKED, TLS_SNI_RESET, "name_fails_elsewhere_too");

	/* Some servers answer nobody's name with an alert: that, too, is an answer. */
	m = only_the_name_fails(TIMEOUT);
	try_place(m, PLACE_1, TIMEOUT, ALERT, NULL);
	m->confirm->tls[m->confirm->ntls - 2].alert = 40;
	try_place(m, PLACE_2, TIMEOUT, NULL, NULL);
	means(m, VERDICT_BLOCKED, TLS_SNI_DROP, "name_fails_elsewhere_too");
}

/* The site was reached, and leads to its other name, whose handshakes fail. */
static struct measurement *
only_the_other_name_fails(const char *name)
{
	struct measurement *m = target_at_home();
	struct tls_handshake *tls;
	size_t i;
	int k;

	shakes(m, HOME, NULL);
	page(m, SITE, NULL, 301);
	for (k = 0; k < 3; k++) {
		tls = shakes(m, HOME, RESET);
		tls->server_name = arena_strdup(m->arena, name);
		*ARENA_PUSH(m->arena, tls->c.tags, tls->c.ntags) = arena_strdup(m->arena, "depth=1");
		*ARENA_PUSH(m->arena, m->tcp[m->ntcp - 1].c.tags, m->tcp[m->ntcp - 1].c.ntags) = arena_strdup(m->arena, "depth=1");
	}
	try_pairs(m, 3, NULL, RESET);
	for (i = 0; i < m->confirm->ntls; i++)
		if (trials_why(&m->confirm->tls[i].c, "sni_target"))
			m->confirm->tls[i].server_name = arena_strdup(m->arena, name);
	return m;
}

static void
a_name_to_which_the_site_leads_is_blocked_as_the_site(void **state)
{
	struct measurement *m = only_the_other_name_fails("www.site.example");

	(void)state;
	try_place(m, PLACE_1, RESET, NULL, NULL);
	try_place(m, PLACE_2, RESET, NULL, NULL);
	means(m, VERDICT_BLOCKED, TLS_SNI_RESET, "redirect_fails_elsewhere_too");

	m = only_the_other_name_fails("www.site.example");
	try_place(m, PLACE_1, RESET, NULL, NULL);
	try_tls(m, "sni_away", PLACE_1, RESET);
	means(m, VERDICT_LIKELY_BLOCKED, TLS_SNI_RESET, "redirect_fails_at_one_place");

	/* Others answer it: its own server's doing, for all that can be told. */
	m = only_the_other_name_fails("www.site.example");
	try_place(m, PLACE_1, NULL, NULL, NULL);
	try_place(m, PLACE_2, NULL, NULL, NULL);
	means(m, VERDICT_INSUFFICIENT, TLS_SNI_RESET, "page_not_delivered");

	/* Another site's name says nothing of this one. */
	m = only_the_other_name_fails("login.example");
	try_place(m, PLACE_1, RESET, NULL, NULL);
	try_place(m, PLACE_2, RESET, NULL, NULL);
	means(m, VERDICT_INSUFFICIENT, TLS_SNI_RESET, "page_not_delivered");
}

/* The alert that a name is unknown bears the name of a wrong certificate; none was shown. */
static void
an_alert_that_the_name_is_unknown_is_no_certificate(void **state)
{
	struct measurement *m = only_the_name_fails("ssl_invalid_hostname");
	size_t i;

	(void)state;
	try_place(m, PLACE_1, "ssl_invalid_hostname", NULL, NULL);
	try_place(m, PLACE_2, "ssl_invalid_hostname", NULL, NULL);
	for (i = 0; i < m->ntls; i++)
		m->tls[i].alert = 112;
	for (i = 0; i < m->confirm->ntls; i++)
		if (m->confirm->tls[i].failure != NULL)
			m->confirm->tls[i].alert = 112;
	means(m, VERDICT_BLOCKED, TLS_ALERT, "name_fails_elsewhere_too");

	/* A lone server that says so is only not understood. */
	m = target_at_home();
	shakes(m, HOME, "ssl_invalid_hostname")->alert = 112;
	means(m, VERDICT_INSUFFICIENT, TLS_ALERT, "tls_fails");
}

/* Nobody's name meets the same end there: it is how they treat strangers. */
static void
servers_that_refuse_strangers_names_prove_nothing(void **state)
{
	struct measurement *m = only_the_name_fails("eof_error");

	(void)state;
	try_place(m, PLACE_1, "eof_error", "eof_error", NULL);
	try_place(m, PLACE_2, "eof_error", "eof_error", NULL);
	means(m, VERDICT_INSUFFICIENT, TLS_SNI_CLOSE, "tls_fails");

	m = only_the_name_fails(ALERT);
	m->tls[2].alert = 40;
	try_place(m, PLACE_1, ALERT, ALERT, NULL);
	try_place(m, PLACE_2, ALERT, ALERT, NULL);
	means(m, VERDICT_INSUFFICIENT, TLS_ALERT, "tls_fails");
}

/* Its own name did not get through before: it cannot be used. */
static void
a_landmark_that_is_down_proves_nothing(void **state)
{
	struct measurement *m = only_the_name_fails("eof_error");

	(void)state;
	try_tls(m, "sni_own", PLACE_1, "eof_error");
	try_tls(m, "sni_away", PLACE_1, "eof_error");
	try_tls(m, "sni_away_canary", PLACE_1, NULL);
	try_tls(m, "sni_own", PLACE_1, NULL);
	means(m, VERDICT_INSUFFICIENT, TLS_SNI_CLOSE, "tls_fails");
}

static void
two_servers_that_fall_silent_after_the_name_are_blocked(void **state)
{
	struct measurement *m = only_the_name_fails(TIMEOUT);

	(void)state;
	try_place(m, PLACE_1, TIMEOUT, TIMEOUT, TIMEOUT);
	try_place(m, PLACE_2, TIMEOUT, TIMEOUT, TIMEOUT);
	means(m, VERDICT_BLOCKED, TLS_SNI_DROP, "name_kills_places");

	/* One alone may have had an accident, and a server that is not well three in a row. */
	m = only_the_name_fails(TIMEOUT);
	try_place(m, PLACE_1, TIMEOUT, TIMEOUT, TIMEOUT);
	means(m, VERDICT_INSUFFICIENT, TLS_SNI_DROP, "tls_fails");

	m = only_the_name_fails(TIMEOUT);
	try_place(m, PLACE_1, TIMEOUT, TIMEOUT, TIMEOUT);
	try_tls(m, "sni_own", PLACE_1, TIMEOUT);
	try_tls(m, "sni_away", PLACE_1, TIMEOUT);
	try_tls(m, "sni_own", PLACE_1, TIMEOUT);
	means(m, VERDICT_LIKELY_BLOCKED, TLS_SNI_DROP, "name_fails_at_one_place");

	m = only_the_name_fails(TIMEOUT);
	try_place(m, PLACE_1, TIMEOUT, TIMEOUT, TIMEOUT);
	try_place(m, PLACE_2, NULL, NULL, NULL);
	means(m, VERDICT_INSUFFICIENT, TLS_SNI_DROP, "tls_fails");
}

static void
one_place_is_likely_where_no_other_contradicts(void **state)
{
	struct measurement *m = only_the_name_fails(RESET);

	(void)state;
	try_place(m, PLACE_1, RESET, NULL, NULL);
	try_place(m, PLACE_1, RESET, NULL, NULL);
	means(m, VERDICT_LIKELY_BLOCKED, TLS_SNI_RESET, "name_fails_at_one_place");
}

/* A reverse proxy whose machine for this name is dead resets only this name, too, but at its own address alone. */
static void
a_reverse_proxy_with_a_dead_machine_is_not_blocked(void **state)
{
	struct measurement *m = only_the_name_fails(RESET);

	(void)state;
	try_place(m, PLACE_1, NULL, NULL, NULL);
	try_place(m, PLACE_2, NULL, NULL, NULL);
	means(m, VERDICT_INSUFFICIENT, TLS_SNI_RESET, "tls_fails");

	/* For the vantage the machine is alive; but it may be one that fails at random. */
	m = only_the_name_fails(RESET);
	try_place(m, PLACE_1, NULL, NULL, NULL);
	try_place(m, PLACE_2, NULL, NULL, NULL);
	vantage(m, HOME);
	means(m, VERDICT_INSUFFICIENT, TLS_SNI_RESET, "tls_fails");

	/* It does not: so many do not fail by chance. */
	m = only_the_name_fails(RESET);
	try_place(m, PLACE_1, NULL, NULL, NULL);
	try_place(m, PLACE_2, NULL, NULL, NULL);
	try_pairs(m, 13, NULL, RESET);
	vantage(m, HOME);
	means(m, VERDICT_LIKELY_BLOCKED, TLS_SNI_RESET, "only_this_name_fails");

	/* Long packets get lost on this line: most controls fail, and strangers' short certificates come through. */
	m = only_the_name_fails(TIMEOUT);
	try_place(m, PLACE_1, NULL, NULL, NULL);
	vantage(m, HOME);
	m->context.foreign_ok = 1;
	means(m, VERDICT_INSUFFICIENT, TLS_SNI_DROP, "tls_fails");

	/* Nor for the vantage. */
	m = only_the_name_fails(RESET);
	vantage_fails(vantage(m, HOME));
	means(m, VERDICT_DOWN, TLS_SNI_RESET, "tls_fails_everywhere");
}

static void
only_this_name_needs_a_censors_way_of_failing(void **state)
{
	struct measurement *m = only_the_name_fails(TIMEOUT);

	(void)state;
	/* At a place that is not quite well itself: no proof, but no contradiction. */
	try_place(m, PLACE_1, TIMEOUT, NULL, TIMEOUT);
	try_place(m, PLACE_1, TIMEOUT, NULL, TIMEOUT);
	means(m, VERDICT_LIKELY_BLOCKED, TLS_SNI_DROP, "only_this_name_fails");

	/* Where there is no other place to try, it may be a proxy whose machine for this name is dead. */
	means(only_the_name_fails(TIMEOUT), VERDICT_INSUFFICIENT, TLS_SNI_DROP, "tls_fails");

	/* Servers close on names that they do not serve. */
	means(only_the_name_fails("eof_error"), VERDICT_INSUFFICIENT, TLS_SNI_CLOSE, "tls_fails");
}

/* The names of others are lost as well. */
static void
a_lossy_line_blocks_nothing(void **state)
{
	struct measurement *m = target_at_home();

	(void)state;
	shakes(m, HOME, TIMEOUT);
	shakes(m, HOME, TIMEOUT);
	shakes(m, HOME, TIMEOUT);
	try_pairs(m, 3, TIMEOUT, TIMEOUT);
	means(m, VERDICT_INSUFFICIENT, TLS_SNI_DROP, "tls_fails");

	/* Large packets get lost: no handshake ends here, and all do for the vantage. */
	m = target_at_home();
	shakes(m, HOME, TIMEOUT);
	shakes(m, HOME, TIMEOUT);
	shakes(m, HOME, TIMEOUT);
	try_pairs(m, 3, TIMEOUT, TIMEOUT);
	vantage(m, HOME);
	means(m, VERDICT_INSUFFICIENT, TLS_SNI_DROP, "tls_fails");
}

static void
the_vantage_alone_makes_it_likely(void **state)
{
	struct measurement *m = target_at_home();
	int i;

	(void)state;
	for (i = 0; i < 3; i++)
		shakes(m, HOME, TIMEOUT);
	try_tls(m, "sni_target", HOME, TIMEOUT);
	vantage(m, HOME);
	means(m, VERDICT_INSUFFICIENT, TLS_SNI_DROP, "tls_fails");

	m = target_at_home();
	for (i = 0; i < 3; i++)
		shakes(m, HOME, TIMEOUT);
	for (i = 0; i < 8; i++)
		try_tls(m, "sni_target", HOME, TIMEOUT);
	vantage(m, HOME);
	means(m, VERDICT_LIKELY_BLOCKED, TLS_SNI_DROP, "tls_fails_here_only");

	/* No control was reached either. */
	m = target_at_home();
	for (i = 0; i < 3; i++)
		shakes(m, HOME, TIMEOUT);
	try_tls(m, "sni_target", HOME, TIMEOUT);
	vantage(m, HOME);
	m->context.foreign_ok = 0;
	means(m, VERDICT_INSUFFICIENT, TLS_SNI_DROP, "tls_fails");
}

/* --- now and then ------------------------------------------------------------------------------ */

/* Some of many handshakes with the target's name fail, at its own address and elsewhere. */
static struct measurement *
now_and_then(int bad, int bad_controls)
{
	struct measurement *m = target_at_home();
	int i;

	shakes(m, HOME, NULL);
	for (i = 0; i < 8; i++) {
		try_tls(m, "sni_control", HOME, i < bad_controls ? RESET : NULL);
		try_tls(m, "sni_target", HOME, i < bad ? RESET : NULL);
	}
	try_tls(m, "sni_own", PLACE_1, NULL);
	for (i = 0; i < 5; i++) {
		try_tls(m, "sni_away", PLACE_1, i < bad ? RESET : NULL);
		try_tls(m, "sni_own", PLACE_1, NULL);
	}
	return m;
}

static void
failures_that_choose_the_name_are_likely_blocking(void **state)
{
	struct measurement *m = now_and_then(4, 0);
	struct verdict v;

	(void)state;
	verdict_judge(m, &v);
	assert_true(has_evidence(&v, "sometimes_answered"));
	means(m, VERDICT_LIKELY_BLOCKED, TLS_SNI_RESET, "sometimes_fails");
}

/* Its own way with this name at its own address, and chance elsewhere. */
static void
a_name_that_never_is_answered_does_not_fail_sometimes(void **state)
{
	struct measurement *m = only_the_name_fails(RESET);
	int i;

	(void)state;
	for (i = 0; i < 5; i++) {
		try_tls(m, "sni_own", PLACE_1, NULL);
		try_tls(m, "sni_away", PLACE_1, i < 3 ? RESET : NULL);
	}
	means(m, VERDICT_INSUFFICIENT, TLS_SNI_RESET, "tls_fails");
}

static void
failures_that_chance_explains_are_none(void **state)
{
	(void)state;
	means(now_and_then(1, 0), VERDICT_OK, MECHANISM_NONE, "tls_valid");
}

/* It fails other names as well. */
static void
a_server_that_fails_at_random_is_not_blocked(void **state)
{
	(void)state;
	means(now_and_then(4, 3), VERDICT_OK, MECHANISM_NONE, "tls_valid");
}

/* One machine of several behind the address fails for this name only: nothing happens at other places. */
static void
a_site_with_one_broken_machine_is_not_blocked(void **state)
{
	struct measurement *m = target_at_home();
	int i;

	(void)state;
	shakes(m, HOME, NULL);
	for (i = 0; i < 8; i++)
		try_pairs(m, 1, NULL, i % 2 == 0 ? RESET : NULL);
	try_place(m, PLACE_1, NULL, NULL, NULL);
	means(m, VERDICT_OK, MECHANISM_NONE, "tls_valid");
}

/* --- certificates ------------------------------------------------------------------------------ */

/* The target's name gets a forgery at its address. */
static struct measurement *
forged(void)
{
	struct measurement *m = target_at_home();

	shows(m, shakes(m, HOME, NULL), FORGED, "site.example");
	return m;
}

static void
a_chain_that_a_known_interceptor_signed_is_proof(void **state)
{
	(void)state;
	know_forger(true, "yes");
	means(forged(), VERDICT_BLOCKED, TLS_MITM, "known_interceptor");
	/* It was announced, and never seen at it. */
	know_forger(true, "no");
	means(forged(), VERDICT_INSUFFICIENT, TLS_CERTIFICATE, "certificate_in_doubt");
	know_nobody();
}

/* Anybody can write a name. */
static void
a_known_interceptors_name_is_only_likely(void **state)
{
	struct measurement *m = forged();

	(void)state;
	know_forger(false, "yes");
	means(m, VERDICT_LIKELY_BLOCKED, TLS_MITM, "known_interceptor_by_name");

	m = forged();
	vantage(m, HOME)->tls[0].status = false;
	m->control->tls[0].failure = arena_strdup(m->arena, UNTRUSTED);
	means(m, VERDICT_DOWN, TLS_CERTIFICATE, "certificate_bad_everywhere");
	know_nobody();
}

static void
a_forgery_at_a_strangers_server_is_proof(void **state)
{
	struct measurement *m = forged();

	(void)state;
	shows(m, try_tls(m, "sni_own", PLACE_1, NULL), GENUINE, "place.example");
	shows(m, try_tls(m, "sni_away", PLACE_1, NULL), FORGED, "site.example");
	means(m, VERDICT_BLOCKED, TLS_MITM, "forged_elsewhere_too");

	/* The landmark's own certificate is replaced as well, since a moment ago. */
	m = forged();
	shows(m, try_tls(m, "sni_own", PLACE_1, NULL), GENUINE, "place.example");
	shows(m, try_tls(m, "sni_away", PLACE_1, NULL), FORGED, "site.example");
	shows(m, try_tls(m, "sni_own", PLACE_1, NULL), FORGED, "place.example");
	means(m, VERDICT_INSUFFICIENT, TLS_CERTIFICATE, "certificate_in_doubt");

	/* Machines of one provider, each of which has all customers' certificates, good and bad. */
	m = forged();
	shows(m, try_tls(m, "sni_own", PLACE_1, NULL), GENUINE, "place.example");
	shows(m, try_tls(m, "sni_away", PLACE_1, NULL), FORGED, "site.example");
	shows(m, try_tls(m, "sni_control", HOME, NULL), GENUINE, "place.example");
	means(m, VERDICT_INSUFFICIENT, TLS_CERTIFICATE, "certificate_in_doubt");

	/* It shows what it shows to every stranger. */
	m = forged();
	shows(m, try_tls(m, "sni_away", PLACE_1, NULL), SELF_SIGNED, "place.example");
	means(m, VERDICT_INSUFFICIENT, TLS_CERTIFICATE, "certificate_in_doubt");
}

static void
the_genuine_certificate_without_the_name_is_proof(void **state)
{
	struct measurement *m = forged();

	(void)state;
	shows(m, try_tls(m, "sni_control", HOME, NULL), GENUINE, "site.example");
	means(m, VERDICT_BLOCKED, TLS_MITM, "genuine_without_name");

	/* The vantage meets the same. */
	m = forged();
	shows(m, try_tls(m, "sni_control", HOME, NULL), GENUINE, "site.example");
	vantage(m, HOME)->tls[0].status = false;
	m->control->tls[0].failure = arena_strdup(m->arena, UNTRUSTED);
	means(m, VERDICT_DOWN, TLS_CERTIFICATE, "certificate_bad_everywhere");

	/* One of two names of a site was set up well, the other with what the installer made. */
	m = target_at_home();
	shows(m, shakes(m, HOME, UNTRUSTED), SELF_SIGNED, "site.example");
	shows(m, try_tls(m, "sni_none", HOME, NULL), GENUINE, "site.example");
	means(m, VERDICT_INSUFFICIENT, TLS_CERTIFICATE, "certificate_in_doubt");

	/* Only the intermediate is missing. */
	m = target_at_home();
	shows(m, shakes(m, HOME, UNTRUSTED), UNCHAINED, "site.example");
	shows(m, try_tls(m, "sni_none", HOME, NULL), GENUINE, "site.example");
	means(m, VERDICT_INSUFFICIENT, TLS_CERTIFICATE, "certificate_in_doubt");

	/* Another site of a shared server, whose certificate is in order. */
	m = forged();
	shows(m, try_tls(m, "sni_control", HOME, NULL), GENUINE, "another.example");
	means(m, VERDICT_INSUFFICIENT, TLS_CERTIFICATE, "certificate_in_doubt");
}

static void
a_certificate_made_for_any_name_is_likely_a_forgers(void **state)
{
	struct measurement *m = forged();

	(void)state;
	shows(m, try_tls(m, "sni_canary", HOME, NULL), FORGED, "nobody.example");
	means(m, VERDICT_LIKELY_BLOCKED, TLS_MITM, "minted_on_the_spot");
}

/* Its own authority signs for its own name, and that one certificate is shown to everybody. */
static void
a_site_under_its_own_authority_is_not_accused(void **state)
{
	struct measurement *m = forged();

	(void)state;
	shows(m, try_tls(m, "sni_control", HOME, NULL), FORGED, "site.example");
	shows(m, try_tls(m, "sni_canary", HOME, NULL), FORGED, "site.example");
	history(m);
	means(m, VERDICT_INSUFFICIENT, TLS_CERTIFICATE, "certificate_in_doubt");
}

static void
an_untrusted_authority_of_unrelated_sites_is_likely_a_forger(void **state)
{
	struct measurement *m = forged();

	(void)state;
	m->context.same_issuer = m->context.same_issuer_abroad = 1;
	means(m, VERDICT_LIKELY_BLOCKED, TLS_MITM, "forger_of_many");

	/* Two sites that made their certificates themselves. */
	m = target_at_home();
	shows(m, shakes(m, HOME, NULL), SELF_SIGNED, "site.example");
	m->context.same_issuer = m->context.same_issuer_abroad = 1;
	means(m, VERDICT_INSUFFICIENT, TLS_CERTIFICATE, "certificate_in_doubt");

	/* The certificate is for somebody else: a host's default. */
	m = target_at_home();
	shows(m, shakes(m, HOME, NULL), FORGED, "another.example");
	m->context.same_issuer = m->context.same_issuer_abroad = 1;
	means(m, VERDICT_INSUFFICIENT, TLS_CERTIFICATE, "certificate_in_doubt");
}

static void
two_sites_of_a_countrys_own_authority_are_not_accused(void **state)
{
	struct measurement *m = target("https://site.kz/");

	(void)state;
	m->probe_cc = arena_strdup(m->arena, "KZ");
	query(m, RESOLVER_SYSTEM, NULL, HOME);
	query(m, RESOLVER_DOH, NULL, HOME);
	shakes(m, HOME, NULL)->server_name = arena_strdup(m->arena, "site.kz");
	shows(m, &m->tls[0], FORGED, "site.kz");
	m->context.same_issuer = 1;
	means(m, VERDICT_INSUFFICIENT, TLS_CERTIFICATE, "certificate_in_doubt");
}

static void
what_the_vantage_finds_in_order_is_likely_forged(void **state)
{
	struct measurement *m = forged();

	(void)state;
	vantage(m, HOME);
	means(m, VERDICT_LIKELY_BLOCKED, TLS_MITM, "forged_vantage_differs");

	/* Everything is intercepted here, by an employer or an antivirus program. */
	m = forged();
	vantage(m, HOME);
	m->context.local_interception = true;
	means(m, VERDICT_INSUFFICIENT, TLS_LOCAL_INTERCEPTION, "everything_intercepted");
}

static void
a_forgery_where_the_site_was_sound_for_weeks_is_likely(void **state)
{
	struct measurement *m = forged();
	struct baseline *b;
	struct chain_facts chain;

	(void)state;
	history(m);
	means(m, VERDICT_LIKELY_BLOCKED, TLS_MITM, "forged_against_history");

	/* Reached now and then only. */
	m = forged();
	history(m)->ok = 20;
	means(m, VERDICT_INSUFFICIENT, TLS_CERTIFICATE, "certificate_in_doubt");

	/* The key is the site's. */
	m = forged();
	b = history(m);
	chain_classify(m->tls[0].certificates, m->tls[0].ncertificates, 0, NULL, m->arena, &chain);
	ARENA_PUSH(m->arena, b->keys, b->nkeys)->value =
	    arena_strdup(m->arena, chain.leaf_key_sha256);
	means(m, VERDICT_INSUFFICIENT, TLS_CERTIFICATE, "certificate_in_doubt");
}

static bool
has_note(struct measurement *m, const char *code)
{
	struct verdict v;

	verdict_judge(m, &v);
	return has_evidence(&v, code);
}

static void
a_valid_certificate_that_is_new_is_noted_and_nothing_more(void **state)
{
	struct measurement *m = target_at_home();
	struct baseline *b;
	char key[65], issuer[65];

	(void)state;
	shows(m, shakes(m, HOME, NULL), GENUINE, "site.example");
	page(m, SITE, NULL, 200);
	assert_false(has_note(m, "certificate_new_key"));
	b = history(m);
	assert_false(has_note(m, "certificate_new_key"));
	assert_false(has_note(m, "certificate_new_issuer"));
	assert_true(chain_leaf_hashes(&m->tls[0].certificates[0], key, issuer));
	ARENA_PUSH(m->arena, b->keys, b->nkeys)->value = arena_strdup(m->arena, "another key");
	ARENA_PUSH(m->arena, b->issuers, b->nissuers)->value = arena_strdup(m->arena, issuer);
	assert_true(has_note(m, "certificate_new_key"));
	assert_false(has_note(m, "certificate_new_issuer"));
	b->issuers[0].value = arena_strdup(m->arena, "another issuer");
	assert_true(has_note(m, "certificate_new_issuer"));
	b->keys[0].value = arena_strdup(m->arena, key);
	assert_false(has_note(m, "certificate_new_key"));
	means(m, VERDICT_OK, MECHANISM_NONE, "tls_valid");
	/* One that does not verify is no news of the site's. */
	m = forged();
	b = history(m);
	ARENA_PUSH(m->arena, b->keys, b->nkeys)->value = arena_strdup(m->arena, "another key");
	assert_false(has_note(m, "certificate_new_key"));
	measurement_free(m);
}

static void
a_bad_certificate_everywhere_is_the_sites(void **state)
{
	struct measurement *m = target_at_home();

	(void)state;
	shows(m, shakes(m, HOME, NULL), SELF_SIGNED, "site.example");
	vantage(m, HOME)->tls[0].status = false;
	m->control->tls[0].failure = arena_strdup(m->arena, UNTRUSTED);
	means(m, VERDICT_DOWN, TLS_CERTIFICATE, "certificate_bad_everywhere");

	/* An address that only the system's resolver names need not be the site's. */
	m = target(SITE);
	query(m, RESOLVER_SYSTEM, NULL, LIE);
	shows(m, shakes(m, LIE, NULL), SELF_SIGNED, "site.example");
	vantage(m, LIE)->tls[0].status = false;
	m->control->tls[0].failure = arena_strdup(m->arena, UNTRUSTED);
	means(m, VERDICT_INSUFFICIENT, TLS_CERTIFICATE, "certificate_in_doubt");
}

static void
another_sites_certificate_is_a_mistake_where_all_agree(void **state)
{
	struct measurement *m = target_at_home();

	(void)state;
	shows(m, shakes(m, HOME, NULL), GENUINE, "another.example");
	means(m, VERDICT_DOWN, TLS_CERTIFICATE, "certificate_for_another_name");

	m = target(SITE);
	query(m, RESOLVER_SYSTEM, NULL, LIE);
	shows(m, shakes(m, LIE, NULL), GENUINE, "another.example");
	means(m, VERDICT_INSUFFICIENT, TLS_CERTIFICATE, "certificate_in_doubt");
}

static void
a_missing_intermediate_is_the_servers(void **state)
{
	struct measurement *m = target_at_home();

	(void)state;
	shows(m, shakes(m, HOME, NULL), UNCHAINED, "site.example");
	shows(m, try_tls(m, "sni_control", HOME, NULL), UNCHAINED, "site.example");
	means(m, VERDICT_DOWN, TLS_CERTIFICATE, "certificate_is_servers");

	m = target_at_home();
	shows(m, shakes(m, HOME, NULL), SELF_SIGNED, "site.example");
	shows(m, try_tls(m, "sni_none", HOME, NULL), SELF_SIGNED, "site.example");
	means(m, VERDICT_DOWN, TLS_CERTIFICATE, "certificate_is_servers");

	/* Signed by itself, but for another name: connections may have been led to a block page. */
	m = target_at_home();
	shows(m, shakes(m, HOME, NULL), SELF_SIGNED, "notice.example");
	shows(m, try_tls(m, "sni_none", HOME, NULL), SELF_SIGNED, "notice.example");
	means(m, VERDICT_INSUFFICIENT, TLS_CERTIFICATE, "certificate_in_doubt");

	/* The vantage is shown a better one. */
	m = target_at_home();
	shows(m, shakes(m, HOME, NULL), SELF_SIGNED, "site.example");
	shows(m, try_tls(m, "sni_none", HOME, NULL), SELF_SIGNED, "site.example");
	vantage(m, HOME);
	means(m, VERDICT_LIKELY_BLOCKED, TLS_MITM, "forged_vantage_differs");
}

/* --- certificates, now and then ---------------------------------------------------------------- */

static void
a_forgery_now_and_then_is_likely_interception(void **state)
{
	struct measurement *m = target_at_home();

	(void)state;
	shakes(m, HOME, NULL);
	shows(m, try_tls(m, "sample", HOME, NULL), FORGED, "site.example");
	shows(m, try_tls(m, "sni_own", PLACE_1, NULL), GENUINE, "place.example");
	shows(m, try_tls(m, "sni_away", PLACE_1, NULL), FORGED, "site.example");
	means(m, VERDICT_LIKELY_BLOCKED, TLS_MITM, "sometimes_forged");

	m = target_at_home();
	shakes(m, HOME, NULL);
	shows(m, try_tls(m, "sample", HOME, NULL), FORGED, "site.example");
	m->context.same_issuer = m->context.same_issuer_abroad = 1;
	means(m, VERDICT_LIKELY_BLOCKED, TLS_MITM, "sometimes_forged");
}

static void
one_misconfigured_machine_of_several_is_not_told_from_it(void **state)
{
	struct measurement *m = target_at_home();

	(void)state;
	shakes(m, HOME, NULL);
	shows(m, try_tls(m, "sample", HOME, NULL), SELF_SIGNED, "site.example");
	means(m, VERDICT_INSUFFICIENT, TLS_CERTIFICATE, "certificates_differ");

	m = target_at_home();
	shakes(m, HOME, NULL);
	shows(m, try_tls(m, "sample", HOME, NULL), FORGED, "site.example");
	means(m, VERDICT_INSUFFICIENT, TLS_CERTIFICATE, "certificates_differ");
}

/* --- TCP --------------------------------------------------------------------------------------- */

/* No connect comes through, in turns with a landmark's. */
static struct measurement *
nothing_connects(const char *landmark)
{
	struct measurement *m = target_at_home();
	int i;

	for (i = 0; i < 3; i++)
		connects(m, HOME, TIMEOUT);
	for (i = 0; i < 3; i++) {
		try_connect(m, "tcp_target", HOME, TIMEOUT);
		try_connect(m, "tcp_own", PLACE_1, i == 1 ? landmark : NULL);
	}
	try_connect(m, "tcp_80", HOME, TIMEOUT);
	return m;
}

static void
an_address_that_only_this_line_cannot_reach_is_likely_blocked(void **state)
{
	struct measurement *m = nothing_connects(NULL);

	(void)state;
	vantage(m, HOME);
	means(m, VERDICT_LIKELY_BLOCKED, TCP_TIMEOUT, "tcp_fails_here_only");

	/* The landmark's connects are lost now and then, too. */
	m = nothing_connects(TIMEOUT);
	vantage(m, HOME);
	means(m, VERDICT_INSUFFICIENT, TCP_TIMEOUT, "tcp_fails");
}

static void
a_dead_address_is_down_for_the_vantage_too(void **state)
{
	struct measurement *m = nothing_connects(NULL);

	(void)state;
	vantage_fails(vantage(m, HOME));
	means(m, VERDICT_DOWN, TCP_TIMEOUT, "tcp_fails_everywhere");

	/* A lone line does not know. */
	means(nothing_connects(NULL), VERDICT_INSUFFICIENT, TCP_TIMEOUT, "tcp_fails");
}

/* A sink is dead for everybody. The vantage, which has the site's true address, got its page. */
static void
a_sink_is_not_the_sites_fault(void **state)
{
	struct measurement *m = target(SITE);

	(void)state;
	query(m, RESOLVER_SYSTEM, NULL, LIE);
	connects(m, LIE, TIMEOUT);
	vantage(m, LIE)->tcp[0].status = false;
	means(m, VERDICT_INSUFFICIENT, TCP_TIMEOUT, "tcp_fails");

	m = target(SITE);
	query(m, RESOLVER_SYSTEM, NULL, LIE);
	shakes(m, LIE, RESET);
	vantage(m, LIE)->tls[0].status = false;
	means(m, VERDICT_INSUFFICIENT, TLS_SNI_RESET, "tls_fails");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_dead_connection_is_not_told),
	    cmocka_unit_test(a_broken_handshake_is_not_told),
	    cmocka_unit_test(retries_are_in_the_evidence),
	    cmocka_unit_test(only_expired_is_the_sites_fault),
	    cmocka_unit_test(expired_and_untrusted_is_not_merely_expired),
	    cmocka_unit_test(a_filter_of_ones_own_is_no_blocking),
	    cmocka_unit_test(a_name_that_fails_at_strangers_servers_too_is_blocked),
	    cmocka_unit_test(a_name_to_which_the_site_leads_is_blocked_as_the_site),
	    cmocka_unit_test(an_alert_that_the_name_is_unknown_is_no_certificate),
	    cmocka_unit_test(servers_that_refuse_strangers_names_prove_nothing),
	    cmocka_unit_test(a_landmark_that_is_down_proves_nothing),
	    cmocka_unit_test(two_servers_that_fall_silent_after_the_name_are_blocked),
	    cmocka_unit_test(one_place_is_likely_where_no_other_contradicts),
	    cmocka_unit_test(a_reverse_proxy_with_a_dead_machine_is_not_blocked),
	    cmocka_unit_test(only_this_name_needs_a_censors_way_of_failing),
	    cmocka_unit_test(a_lossy_line_blocks_nothing),
	    cmocka_unit_test(the_vantage_alone_makes_it_likely),
	    cmocka_unit_test(failures_that_choose_the_name_are_likely_blocking),
	    cmocka_unit_test(a_name_that_never_is_answered_does_not_fail_sometimes),
	    cmocka_unit_test(failures_that_chance_explains_are_none),
	    cmocka_unit_test(a_server_that_fails_at_random_is_not_blocked),
	    cmocka_unit_test(a_site_with_one_broken_machine_is_not_blocked),
	    cmocka_unit_test(a_chain_that_a_known_interceptor_signed_is_proof),
	    cmocka_unit_test(a_known_interceptors_name_is_only_likely),
	    cmocka_unit_test(a_forgery_at_a_strangers_server_is_proof),
	    cmocka_unit_test(the_genuine_certificate_without_the_name_is_proof),
	    cmocka_unit_test(a_certificate_made_for_any_name_is_likely_a_forgers),
	    cmocka_unit_test(a_site_under_its_own_authority_is_not_accused),
	    cmocka_unit_test(an_untrusted_authority_of_unrelated_sites_is_likely_a_forger),
	    cmocka_unit_test(two_sites_of_a_countrys_own_authority_are_not_accused),
	    cmocka_unit_test(what_the_vantage_finds_in_order_is_likely_forged),
	    cmocka_unit_test(a_forgery_where_the_site_was_sound_for_weeks_is_likely),
	    cmocka_unit_test(a_valid_certificate_that_is_new_is_noted_and_nothing_more),
	    cmocka_unit_test(a_bad_certificate_everywhere_is_the_sites),
	    cmocka_unit_test(another_sites_certificate_is_a_mistake_where_all_agree),
	    cmocka_unit_test(a_missing_intermediate_is_the_servers),
	    cmocka_unit_test(a_forgery_now_and_then_is_likely_interception),
	    cmocka_unit_test(one_misconfigured_machine_of_several_is_not_told_from_it),
	    cmocka_unit_test(an_address_that_only_this_line_cannot_reach_is_likely_blocked),
	    cmocka_unit_test(a_dead_address_is_down_for_the_vantage_too),
	    cmocka_unit_test(a_sink_is_not_the_sites_fault),
	};

	return cmocka_run_group_tests_name("verdict_tls", tests, NULL, NULL);
}
