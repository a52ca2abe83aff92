/*
 * The rule table. Facts come from facts.c; here each row says what a constellation of them
 * means. The first row that matches decides, so rows stand from the special to the general. What no row
 * can tell is `insufficient`, with the mechanism that was seen.
 */
#include "results/verdict.h"

#include <string.h>
#include <openssl/x509_vfy.h>

#include "base/mem.h"
#include "results/facts.h"
#include "results/measurement.h"

static const char rules_version[] = "1";

/* --- what a failure looks like, as a mechanism ----------------------------------------------- */

static enum mechanism
dns_mechanism(enum failure failure)
{
	switch (failure) {
	case FAILURE_DNS_NXDOMAIN:
		return DNS_NXDOMAIN;
	case FAILURE_DNS_REFUSED:
		return DNS_REFUSED;
	case FAILURE_DNS_SERVFAIL:
		return DNS_SERVFAIL;
	case FAILURE_DNS_NO_ANSWER:
		return DNS_NO_ANSWER;
	case FAILURE_GENERIC_TIMEOUT:
		return DNS_TIMEOUT;
	default:
		return MECHANISM_NONE;
	}
}

static enum mechanism
tcp_mechanism(enum failure failure)
{
	switch (failure) {
	case FAILURE_CONNECTION_REFUSED:
		return TCP_REFUSED;
	case FAILURE_CONNECTION_RESET:
		return TCP_RESET;
	case FAILURE_GENERIC_TIMEOUT:
	case FAILURE_TIMED_OUT:
		return TCP_TIMEOUT;
	case FAILURE_HOST_UNREACHABLE:
	case FAILURE_NETWORK_UNREACHABLE:
		return TCP_UNREACHABLE;
	default:
		return MECHANISM_NONE;
	}
}

static bool
certificate_failure(enum failure failure)
{
	return failure == FAILURE_SSL_INVALID_CERTIFICATE ||
	    failure == FAILURE_SSL_INVALID_HOSTNAME || failure == FAILURE_SSL_UNKNOWN_AUTHORITY;
}

static enum mechanism
tls_mechanism(const struct tls_handshake *tls)
{
	enum failure failure = failure_find(tls->failure);

	if (certificate_failure(failure))
		return TLS_CERTIFICATE;
	if (tls->alert >= 0)
		return TLS_ALERT;
	switch (failure) {
	case FAILURE_CONNECTION_RESET:
		return TLS_SNI_RESET;
	case FAILURE_GENERIC_TIMEOUT:
	case FAILURE_TIMED_OUT:
		return TLS_SNI_DROP;
	case FAILURE_EOF:
		return TLS_SNI_CLOSE;
	default:
		return MECHANISM_NONE;
	}
}

static enum mechanism
address_mechanism(const struct address_facts *a)
{
	if (a->tls != NULL)
		return tls_mechanism(a->tls);
	return tcp_mechanism(failure_find(a->failure));
}

static enum mechanism
http_mechanism(enum failure failure)
{
	switch (failure) {
	case FAILURE_CONNECTION_RESET:
		return HTTP_RESET;
	case FAILURE_GENERIC_TIMEOUT:
	case FAILURE_TIMED_OUT:
		return HTTP_TIMEOUT;
	case FAILURE_EOF:
		return HTTP_CLOSE;
	default:
		return MECHANISM_NONE;
	}
}

/* --- small questions that several rows ask --------------------------------------------------- */

/* The target answered as itself: TLS that verifies; or, for http://, any response. */
static bool
reached(const struct facts *f)
{
	if (f->https)
		return f->valid_system || f->valid_trusted;
	return f->page_asked && f->page_code > 0;
}

/* The system's resolver answers for others, but not for this name. */
static bool
system_denies(const struct facts *f)
{
	return f->system.asked > 0 && !f->system.answered && f->system_healthy;
}

static bool
refusal_code(int code)
{
	return code == 401 || code == 403 || code == 407 || code == 429 || code == 451;
}

static bool
system_failed_with(const struct facts *f, enum failure failure)
{
	return f->system.asked > 0 && !f->system.answered && f->system.failure == failure;
}

/* --- when: one function a row ---------------------------------------------------------------- */

static bool
network_does_not_work(const struct facts *f)
{
	return !f->network_works && !reached(f);
}

static bool
was_interrupted(const struct facts *f)
{
	return f->interrupted && !reached(f);
}

/* A site with this very certificate is at the address that others name, and our resolver denies the name. */
static bool
system_denies_a_proven_name(const struct facts *f)
{
	return system_denies(f) && f->valid_trusted &&
	    (f->system.failure == FAILURE_DNS_NXDOMAIN || f->system.failure == FAILURE_DNS_REFUSED);
}

/* As above, but a resolver in trouble of its own (a lame, slow or muddled upstream) looks the same. */
static bool
system_fails_on_a_proven_name(const struct facts *f)
{
	return system_denies(f) && f->valid_trusted && f->system.same_failure >= 2 &&
	    (f->system.failure == FAILURE_DNS_SERVFAIL || f->system.failure == FAILURE_DNS_NO_ANSWER ||
		f->system.failure == FAILURE_GENERIC_TIMEOUT);
}

/* Neither an answer nor a clear denial: garbage, forged IDs, another failure each time. */
static bool
system_is_no_use_for_a_proven_name(const struct facts *f)
{
	return system_denies(f) && f->valid_trusted;
}

static bool
system_lies_bogon(const struct facts *f)
{
	return f->system.answered && f->system_bogon && !f->valid_system && f->valid_trusted &&
	    !f->trusted_bogon;
}

static bool
system_lies_injected(const struct facts *f)
{
	return f->system.answered && f->two_answers && !f->valid_system && f->valid_trusted &&
	    !f->same_addresses;
}

/*
 * The address it names shows the certificate of somebody else. Only likely: a resolver that keeps
 * what it learned for too long names the address from which the site has moved away.
 */
static bool
system_lies_redirect(const struct facts *f)
{
	return f->system.answered && !f->valid_system && f->valid_trusted && !f->same_addresses &&
	    f->worst != NULL && f->worst->from_system &&
	    certificate_failure(failure_find(f->worst->failure));
}

/* The address it names leads nowhere, time and again, the others' do: a lie, or a dead node of an honest CDN. */
static bool
system_address_is_dead(const struct facts *f)
{
	return f->system.answered && !f->valid_system && f->valid_trusted && !f->same_addresses &&
	    f->worst != NULL && f->worst->from_system && f->worst->steady &&
	    f->worst->attempts >= 2;
}

static bool
some_addresses_fail(const struct facts *f)
{
	size_t i;

	if (!f->https || !f->valid_system || !f->controls_ok)
		return false;
	for (i = 0; i < f->naddresses; i++) {
		const struct address_facts *a = &f->addresses[i];

		if (a->from_system && a->steady && a->attempts >= 2 && !a->valid &&
		    (!a->v6 || f->ipv6_ok) && address_mechanism(a) != MECHANISM_NONE)
			return true;
	}
	return false;
}

static bool
site_refuses(const struct facts *f)
{
	return reached(f) && f->page_asked && f->page_secure && refusal_code(f->page_code);
}

static bool
site_is_broken(const struct facts *f)
{
	return reached(f) && f->page_asked && f->page_secure && f->page_code >= 500;
}

static bool
page_never_comes(const struct facts *f)
{
	return f->page_asked && f->page_failure != NULL && f->https && reached(f);
}

static bool
reached_over_tls(const struct facts *f)
{
	return (f->https && reached(f)) || (f->page_asked && f->page_secure && f->page_same_site);
}

/* http:// only: nobody vouches for what came, and where it came from is in doubt. */
static bool
plain_page_from_a_bogon(const struct facts *f)
{
	return !f->https && reached(f) && f->system_bogon && f->trusted_answered &&
	    !f->trusted_bogon && !f->page_secure;
}

static bool
plain_page_in_doubt(const struct facts *f)
{
	return !f->https && reached(f) &&
	    (!f->page_same_site || refusal_code(f->page_code) || f->page_code >= 500 ||
		f->page_failure != NULL ||
		(f->trusted_answered && f->system.answered && !f->same_addresses));
}

static bool
plain_page(const struct facts *f)
{
	return !f->https && reached(f);
}

static bool
name_is_gone(const struct facts *f)
{
	return system_failed_with(f, FAILURE_DNS_NXDOMAIN) && f->doh.asked > 0 &&
	    !f->trusted_answered && f->doh.failure == FAILURE_DNS_NXDOMAIN;
}

static bool
name_has_no_address(const struct facts *f)
{
	return system_failed_with(f, FAILURE_DNS_NO_ANSWER) && f->doh.asked > 0 &&
	    !f->trusted_answered && f->doh.failure == FAILURE_DNS_NO_ANSWER;
}

static bool
system_denies_a_known_name(const struct facts *f)
{
	return system_denies(f) && f->doh.answered &&
	    (f->system.failure == FAILURE_DNS_NXDOMAIN || f->system.failure == FAILURE_DNS_REFUSED ||
		f->system.failure == FAILURE_DNS_NO_ANSWER);
}

static bool
system_gives_bogon(const struct facts *f)
{
	return f->system.answered && f->system_bogon && f->doh.answered && !f->trusted_bogon &&
	    !reached(f);
}

static bool
everyone_gives_bogon(const struct facts *f)
{
	return f->system_bogon && f->trusted_bogon && f->doh.answered && !reached(f);
}

static bool
dns_fails(const struct facts *f)
{
	return f->system.asked > 0 && !f->system.answered && !f->trusted_answered;
}

static bool
no_resolver(const struct facts *f)
{
	return !f->host_is_ip && f->system.asked == 0 && !f->trusted_answered;
}

/* Only the dates are wrong: the chain leads to a public root, and the name is right. */
static bool
certificate_expired(const struct facts *f)
{
	const struct tls_handshake *tls = f->worst != NULL ? f->worst->tls : NULL;
	size_t i;

	if (tls == NULL || failure_find(tls->failure) != FAILURE_SSL_INVALID_CERTIFICATE ||
	    tls->host_ok != 1 || tls->nverify_errors == 0 || !f->controls_ok)
		return false;
	for (i = 0; i < tls->nverify_errors; i++)
		if (tls->verify_errors[i].code != X509_V_ERR_CERT_HAS_EXPIRED &&
		    tls->verify_errors[i].code != X509_V_ERR_CERT_NOT_YET_VALID)
			return false;
	return true;
}

/* A public authority vouches for another name, at the address that every resolver gives. */
static bool
certificate_for_another_name(const struct facts *f)
{
	const struct tls_handshake *tls = f->worst != NULL ? f->worst->tls : NULL;
	size_t i;

	if (tls == NULL || failure_find(tls->failure) != FAILURE_SSL_INVALID_HOSTNAME ||
	    !f->same_addresses || !f->worst->from_trusted || tls->ncertificates == 0)
		return false;
	for (i = 0; i < tls->nverify_errors; i++)
		if (tls->verify_errors[i].code != X509_V_ERR_HOSTNAME_MISMATCH)
			return false;
	return true;
}

/* Controls come with a stranger's certificates too: an antivirus program's or an employer's. */
static bool
everything_intercepted(const struct facts *f)
{
	return f->local_interception && f->https && f->worst != NULL && f->worst->tls != NULL &&
	    failure_find(f->worst->failure) == FAILURE_SSL_UNKNOWN_AUTHORITY;
}

static bool
intercepted_with_consent(const struct facts *f)
{
	return everything_intercepted(f) && f->worst->tls->os_trusted == 1;
}

static bool
tls_fails(const struct facts *f)
{
	return f->https && f->worst != NULL && f->worst->tls != NULL;
}

static bool
tcp_fails(const struct facts *f)
{
	return f->worst != NULL && !f->connected;
}

static bool
page_fails(const struct facts *f)
{
	return f->page_asked && f->page_failure != NULL;
}

static bool
always(const struct facts *f)
{
	(void)f;
	return true;
}

/* --- mechanism: for rows that do not name one ------------------------------------------------ */

static enum mechanism
mechanism_of_system(const struct facts *f)
{
	return dns_mechanism(f->system.failure);
}

static enum mechanism
mechanism_of_dead_address(const struct facts *f)
{
	return f->two_answers ? DNS_INJECTION : DNS_REDIRECT;
}

static enum mechanism
mechanism_of_worst(const struct facts *f)
{
	return f->worst != NULL ? address_mechanism(f->worst) : MECHANISM_NONE;
}

static enum mechanism
mechanism_of_page(const struct facts *f)
{
	return http_mechanism(failure_find(f->page_failure));
}

/* --- the table ------------------------------------------------------------------------------- */

struct rule {
	const char *name; /* goes first into the evidence */
	bool (*when)(const struct facts *f);
	enum verdict_status status;
	enum verdict_stage stage; /* STAGE_NONE: that of the mechanism */
	enum mechanism mechanism;
	enum mechanism (*mechanism_of)(const struct facts *f); /* where mechanism is none */
	double confidence;
};

static const struct rule rules[] = {
    {"interrupted", was_interrupted, VERDICT_INSUFFICIENT, STAGE_NONE, 0, NULL, 1.0},
    {"network_not_online", network_does_not_work, VERDICT_INSUFFICIENT, STAGE_NONE, 0, NULL, 1.0},
    /* DNS, with the site itself as the proof of where it is */
    {"name_denied_site_proven", system_denies_a_proven_name, VERDICT_BLOCKED, STAGE_DNS, 0,
	mechanism_of_system, 0.95},
    {"name_fails_site_proven", system_fails_on_a_proven_name, VERDICT_LIKELY_BLOCKED, STAGE_DNS, 0,
	mechanism_of_system, 0.75},
    {"name_unusable_site_proven", system_is_no_use_for_a_proven_name, VERDICT_INSUFFICIENT,
	STAGE_DNS, 0, mechanism_of_system, 0.5},
    {"bogon_site_proven", system_lies_bogon, VERDICT_BLOCKED, STAGE_DNS, DNS_BOGON, NULL, 0.97},
    {"two_answers_site_proven", system_lies_injected, VERDICT_BLOCKED, STAGE_DNS, DNS_INJECTION,
	NULL, 0.97},
    {"wrong_host_site_proven", system_lies_redirect, VERDICT_LIKELY_BLOCKED, STAGE_DNS,
	DNS_REDIRECT, NULL, 0.75},
    {"dead_address_site_proven", system_address_is_dead, VERDICT_LIKELY_BLOCKED, STAGE_DNS, 0,
	mechanism_of_dead_address, 0.6},
    /* reached */
    {"page_not_delivered", page_never_comes, VERDICT_INSUFFICIENT, STAGE_HTTP, 0,
	mechanism_of_page, 0.5},
    {"site_refuses", site_refuses, VERDICT_IMPAIRED, STAGE_HTTP, HTTP_SERVER_REFUSAL, NULL, 0.9},
    {"server_error", site_is_broken, VERDICT_DOWN, STAGE_HTTP, 0, NULL, 0.9},
    {"some_addresses_fail", some_addresses_fail, VERDICT_IMPAIRED, STAGE_NONE, 0,
	mechanism_of_worst, 0.7},
    {"tls_valid", reached_over_tls, VERDICT_OK, STAGE_NONE, 0, NULL, 0.99},
    {"plain_page_from_bogon", plain_page_from_a_bogon, VERDICT_LIKELY_BLOCKED, STAGE_DNS,
	DNS_BOGON, NULL, 0.8},
    {"plain_page_in_doubt", plain_page_in_doubt, VERDICT_INSUFFICIENT, STAGE_HTTP, 0,
	mechanism_of_page, 0.5},
    {"plain_page_unverified", plain_page, VERDICT_OK, STAGE_NONE, 0, NULL, 0.6},
    /* not reached: DNS */
    {"name_gone_everywhere", name_is_gone, VERDICT_DOWN, STAGE_DNS, DNS_NXDOMAIN, NULL, 0.9},
    {"no_address_anywhere", name_has_no_address, VERDICT_DOWN, STAGE_DNS, DNS_NO_ANSWER, NULL,
	0.9},
    {"bogon_everywhere", everyone_gives_bogon, VERDICT_DOWN, STAGE_DNS, DNS_BOGON, NULL, 0.7},
    {"bogon_others_differ", system_gives_bogon, VERDICT_LIKELY_BLOCKED, STAGE_DNS, DNS_BOGON, NULL,
	0.85},
    {"name_denied_others_know_it", system_denies_a_known_name, VERDICT_LIKELY_BLOCKED, STAGE_DNS, 0,
	mechanism_of_system, 0.75},
    {"no_resolver", no_resolver, VERDICT_INSUFFICIENT, STAGE_DNS, 0, NULL, 1.0},
    {"name_not_resolved", dns_fails, VERDICT_INSUFFICIENT, STAGE_DNS, 0, mechanism_of_system, 0.5},
    /* not reached: TLS, TCP, HTTP. A lone line cannot tell a dead site from a blocked one here. */
    {"interceptor_trusted_here", intercepted_with_consent, VERDICT_OK, STAGE_TLS,
	TLS_LOCAL_INTERCEPTION, NULL, 0.7},
    {"everything_intercepted", everything_intercepted, VERDICT_INSUFFICIENT, STAGE_TLS,
	TLS_LOCAL_INTERCEPTION, NULL, 0.9},
    {"certificate_expired", certificate_expired, VERDICT_DOWN, STAGE_TLS, TLS_CERTIFICATE, NULL,
	0.85},
    {"certificate_for_another_name", certificate_for_another_name, VERDICT_DOWN, STAGE_TLS,
	TLS_CERTIFICATE, NULL, 0.7},
    {"tls_fails", tls_fails, VERDICT_INSUFFICIENT, STAGE_TLS, 0, mechanism_of_worst, 0.5},
    {"tcp_fails", tcp_fails, VERDICT_INSUFFICIENT, STAGE_TCP, 0, mechanism_of_worst, 0.5},
    {"page_fails", page_fails, VERDICT_INSUFFICIENT, STAGE_HTTP, 0, mechanism_of_page, 0.5},
    {"nothing_observed", always, VERDICT_INSUFFICIENT, STAGE_NONE, 0, NULL, 1.0},
};

/* --- evidence: facts worth naming whatever the row ------------------------------------------- */

static void
add_evidence(const struct measurement *m, struct verdict *v, const char *code)
{
	*ARENA_PUSH(m->arena, v->evidence, v->nevidence) = code;
}

static void
add_retries(const struct measurement *m, const struct facts *f, struct verdict *v)
{
	if (f->worst == NULL || f->worst->attempts < 2)
		return;
	if (f->worst->steady)
		add_evidence(m, v, arena_printf(m->arena, "retry_%d_of_%d", f->worst->attempts,
				       f->worst->attempts));
	else
		add_evidence(m, v, "retry_differs");
}

static void
add_facts(const struct measurement *m, const struct facts *f, struct verdict *v)
{
	const struct {
		bool holds;
		const char *code;
	} notes[] = {
	    {f->valid_system, "tls_valid_on_system_address"},
	    {f->valid_trusted, "tls_valid_on_trusted_address"},
	    {f->same_addresses, "resolvers_agree"},
	    {f->system.answered && f->trusted_answered && !f->same_addresses, "resolvers_differ"},
	    {f->system.asked > 0 && !f->system_healthy, "system_resolver_unproven"},
	    {f->system.asked > 0 && !f->trusted_answered && f->second.asked + f->doh.asked == 0,
		"no_second_resolver"},
	    {f->local_resolver, "resolver_on_own_network"},
	    {f->two_answers, "two_answers"},
	    {f->system_bogon, "bogon"},
	    {f->controls_ok, "controls_ok"},
	    {!f->controls_ok, "controls_failed"},
	    {f->local_interception, "tls-local-interception"},
	    {f->interrupted, "cut_short"},
	};
	size_t i;

	for (i = 0; i < sizeof(notes) / sizeof(notes[0]); i++)
		if (notes[i].holds)
			add_evidence(m, v, notes[i].code);
	add_retries(m, f, v);
}

/* The stage that a mechanism's name begins with. */
static enum verdict_stage
stage_of(enum mechanism mechanism)
{
	if (mechanism == MECHANISM_NONE || mechanism == THROTTLING)
		return STAGE_NONE;
	if (mechanism <= DNS_WILDCARD)
		return STAGE_DNS;
	if (mechanism <= TCP_UNREACHABLE)
		return STAGE_TCP;
	if (mechanism <= TLS_CERTIFICATE)
		return STAGE_TLS;
	return mechanism == QUIC_DROP ? STAGE_QUIC : STAGE_HTTP;
}

void
verdict_judge(const struct measurement *m, struct verdict *v)
{
	const struct rule *rule = rules;
	struct facts f;

	facts_gather(m, &f);
	while (!rule->when(&f))
		rule++;
	*v = (struct verdict){.status = rule->status, .confidence = rule->confidence,
	    .mechanism = rule->mechanism, .rules = rules_version};
	if (rule->mechanism_of != NULL)
		v->mechanism = rule->mechanism_of(&f);
	v->stage = rule->stage != STAGE_NONE ? rule->stage : stage_of(v->mechanism);
	add_evidence(m, v, rule->name);
	add_facts(m, &f, v);
}
