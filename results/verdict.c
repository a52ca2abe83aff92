/*
 * The rule table. Findings come from findings.c, the questions from rules_X.c; here each row says what a yes means. The
 * first row that matches decides, so rows stand from the special to the general. What no row can tell is
 * `insufficient`, with the mechanism that was seen.
 */
#include "results/verdict.h"

#include <string.h>

#include "base/mem.h"
#include "results/certificate_news.h"
#include "results/findings.h"
#include "results/measurement.h"
#include "results/quic_ping.h"
#include "results/rules.h"

static const char rules_version[] = "2";

static const struct known_cas *known;

void
verdict_use_known_cas(const struct known_cas *cas)
{
	known = cas;
}

const struct known_cas *
verdict_known_cas(void)
{
	return known;
}

bool
rule_reached(const struct findings *x)
{
	if (x->f.https)
		return x->f.valid_system || x->f.valid_trusted;
	return x->f.page_asked && x->f.page_code > 0;
}

/* Before a portal's login, and where all that is abroad is cut off, a plain page is anybody's. */
bool
rule_network_does_not_work(const struct findings *x)
{
	enum network_state network = x->m->context.network;
	bool anybodys = !x->f.https && !(x->f.page_secure && x->f.page_same_site) &&
	    (network == NETWORK_CAPTIVE_PORTAL || network == NETWORK_FOREIGN_CUT);

	return !x->f.network_works && (anybodys || !rule_reached(x));
}

bool
rule_too_many_observations(const struct findings *x)
{
	return x->f.too_many;
}

bool
rule_interrupted(const struct findings *x)
{
	return x->f.interrupted && !rule_reached(x);
}

static bool
always(const struct findings *x)
{
	(void)x;
	return true;
}

struct rule {
	const char *name; /* goes first into the evidence */
	bool (*when)(const struct findings *x);
	enum verdict_status status;
	enum verdict_stage stage; /* STAGE_NONE: that of the mechanism */
	enum mechanism mechanism;
	enum mechanism (*mechanism_of)(const struct findings *x); /* where mechanism is none */
	double confidence;
};

#define BLOCKED VERDICT_BLOCKED
#define LIKELY VERDICT_LIKELY_BLOCKED
#define IMPAIRED VERDICT_IMPAIRED
#define DOWN VERDICT_DOWN
#define UNTOLD VERDICT_INSUFFICIENT
#define OK VERDICT_OK

static const struct rule rules[] = {
    {"too_many_observations", rule_too_many_observations, UNTOLD, STAGE_NONE, 0, NULL, 1.0},
    {"interrupted", rule_interrupted, UNTOLD, STAGE_NONE, 0, NULL, 1.0},
    {"network_not_online", rule_network_does_not_work, UNTOLD, STAGE_NONE, 0, NULL, 1.0},
    {"all_names_led_there", rule_all_names_led_there, UNTOLD, STAGE_DNS, DNS_WILDCARD, NULL, 0.9},

    /* DNS, with the site itself as the proof of where it is */
    {"injected_site_proven", rule_injected_site_proven, BLOCKED, STAGE_DNS, DNS_INJECTION, NULL, 0.97},
    {"name_denied_site_proven", rule_denied_site_proven, BLOCKED, STAGE_DNS, 0, mechanism_by_system, 0.95},
    {"name_fails_site_proven", rule_fails_site_proven, LIKELY, STAGE_DNS, 0, mechanism_by_system, 0.75},
    {"name_unusable_site_proven", rule_unusable_site_proven, UNTOLD, STAGE_DNS, 0, mechanism_by_system, 0.5},
    {"bogon_site_proven", rule_bogon_site_proven, BLOCKED, STAGE_DNS, DNS_BOGON, NULL, 0.97},
    {"wildcard_site_proven", rule_wildcard_site_proven, LIKELY, STAGE_DNS, DNS_WILDCARD, NULL, 0.85},
    {"server_for_any_name", rule_server_for_any_name, LIKELY, STAGE_DNS, DNS_REDIRECT, NULL, 0.9},
    {"wrong_host_site_proven", rule_wrong_host_site_proven, LIKELY, STAGE_DNS, DNS_REDIRECT, NULL, 0.75},
    {"dead_address_site_proven", rule_dead_address_site_proven, LIKELY, STAGE_DNS, DNS_REDIRECT,
	NULL, 0.6},
    {"doubtful_address", rule_doubtful_address, UNTOLD, STAGE_DNS, 0, mechanism_by_worst, 0.5},

    /* reached, but not always, not whole, not well */
    {"sometimes_forged", rule_sometimes_forged, LIKELY, STAGE_TLS, TLS_MITM, NULL, 0.85},
    {"sometimes_fails", rule_sometimes_fails, LIKELY, STAGE_TLS, 0, mechanism_by_commonest_reply, 0.8},
    {"redirect_fails_elsewhere_too", rule_redirect_fails_elsewhere_too, BLOCKED, STAGE_TLS, 0,
	mechanism_by_commonest_reply, 0.95},
    {"redirect_fails_at_one_place", rule_redirect_fails_at_one_place, LIKELY, STAGE_TLS, 0,
	mechanism_by_commonest_reply, 0.85},
    {"cut_elsewhere_too", rule_cut_elsewhere_too, BLOCKED, STAGE_HTTP, 0, mechanism_by_page, 0.95},
    {"cut_by_name", rule_cut_by_name, LIKELY, STAGE_HTTP, 0, mechanism_by_page, 0.8},
    {"throttled_by_name", rule_throttled_by_name, IMPAIRED, STAGE_NONE, THROTTLING, NULL, 0.85},
    {"throttled_against_history", rule_throttled_against_history, IMPAIRED, STAGE_NONE, THROTTLING,
	NULL, 0.7},
    {"cut_here_only", rule_cut_here_only, LIKELY, STAGE_HTTP, 0, mechanism_by_page, 0.75},
    {"page_not_delivered", rule_page_never_comes, UNTOLD, STAGE_HTTP, 0, mechanism_by_page, 0.5},
    {"certificates_differ", rule_sometimes_forged_in_doubt, UNTOLD, STAGE_TLS, TLS_CERTIFICATE, NULL, 0.5},
    {"site_refuses", rule_site_refuses, IMPAIRED, STAGE_HTTP, HTTP_SERVER_REFUSAL, NULL, 0.9},
    {"server_error", rule_site_is_broken, DOWN, STAGE_HTTP, 0, NULL, 0.9},
    {"some_addresses_fail", rule_some_addresses_fail, IMPAIRED, STAGE_NONE, 0, mechanism_by_worst, 0.7},
    {"quic_dropped", rule_quic_dropped, IMPAIRED, STAGE_QUIC, QUIC_DROP, NULL, 0.7},
    {"tls_valid", rule_reached_over_tls, OK, STAGE_NONE, 0, NULL, 0.99},

    /* plain pages: nobody vouches for them */
    {"blockpage_elsewhere_too", rule_blockpage_elsewhere_too, BLOCKED, STAGE_HTTP, HTTP_BLOCKPAGE, NULL, 0.97},
    {"blockpage_known", rule_blockpage_known, LIKELY, STAGE_HTTP, HTTP_BLOCKPAGE, NULL, 0.9},
    {"plain_server_for_any_name", rule_plain_server_for_any_name, LIKELY, STAGE_DNS, DNS_REDIRECT, NULL, 0.8},
    {"plain_page_from_bogon", rule_plain_page_from_bogon, LIKELY, STAGE_DNS, DNS_BOGON, NULL, 0.8},
    {"host_fails_elsewhere_too", rule_host_fails_elsewhere_too, BLOCKED, STAGE_HTTP, 0,
	mechanism_by_host_reply, 0.95},
    {"only_this_host_fails", rule_only_this_host_fails, LIKELY, STAGE_HTTP, 0, mechanism_by_page, 0.8},
    {"host_fails_here_only", rule_host_fails_here_only, LIKELY, STAGE_HTTP, 0, mechanism_by_page, 0.75},
    {"plain_page_in_doubt", rule_plain_page_in_doubt, UNTOLD, STAGE_HTTP, 0, mechanism_by_page, 0.5},
    {"plain_page_unverified", rule_plain_page, OK, STAGE_NONE, 0, NULL, 0.6},

    /* not reached: DNS */
    {"gone_but_wildcard", rule_gone_but_wildcard, DOWN, STAGE_DNS, DNS_WILDCARD, NULL, 0.85},
    {"gone_but_injected", rule_gone_but_injected, BLOCKED, STAGE_DNS, DNS_INJECTION, NULL, 0.9},
    {"gone_but_bogon", rule_gone_but_bogon, LIKELY, STAGE_DNS, DNS_BOGON, NULL, 0.8},
    {"gone_but_served", rule_gone_but_served, LIKELY, STAGE_DNS, DNS_REDIRECT, NULL, 0.75},
    {"name_gone_everywhere", rule_name_is_gone, DOWN, STAGE_DNS, DNS_NXDOMAIN, NULL, 0.9},
    {"no_address_anywhere", rule_name_has_no_address, DOWN, STAGE_DNS, DNS_NO_ANSWER, NULL, 0.9},
    {"bogon_everywhere", rule_everyone_gives_bogon, DOWN, STAGE_DNS, DNS_BOGON, NULL, 0.7},
    {"injected", rule_injected, LIKELY, STAGE_DNS, DNS_INJECTION, NULL, 0.85},
    {"bogon_others_differ", rule_bogon_others_differ, LIKELY, STAGE_DNS, DNS_BOGON, NULL, 0.85},
    {"name_denied_others_know_it", rule_denied_others_know_it, LIKELY, STAGE_DNS, 0, mechanism_by_system, 0.75},
    {"name_denied_site_stands", rule_denied_site_stands, LIKELY, STAGE_DNS, 0, mechanism_by_system, 0.7},
    {"no_resolver", rule_no_resolver, UNTOLD, STAGE_DNS, 0, NULL, 1.0},
    {"name_not_resolved", rule_dns_fails, UNTOLD, STAGE_DNS, 0, mechanism_by_system, 0.5},

    /* not reached: certificates */
    {"interceptor_trusted_here", rule_local_interception_trusted, OK, STAGE_TLS, TLS_LOCAL_INTERCEPTION, NULL, 0.7},
    {"everything_intercepted", rule_local_interception, UNTOLD, STAGE_TLS, TLS_LOCAL_INTERCEPTION, NULL, 0.9},
    {"known_interceptor", rule_known_interceptor, BLOCKED, STAGE_TLS, TLS_MITM, NULL, 0.99},
    {"forged_elsewhere_too", rule_forged_elsewhere_too, BLOCKED, STAGE_TLS, TLS_MITM, NULL, 0.98},
    {"genuine_without_name", rule_genuine_without_name, BLOCKED, STAGE_TLS, TLS_MITM, NULL, 0.95},
    {"minted_on_the_spot", rule_minted, LIKELY, STAGE_TLS, TLS_MITM, NULL, 0.9},
    {"forger_of_many", rule_forger_of_many, LIKELY, STAGE_TLS, TLS_MITM, NULL, 0.9},
    {"known_interceptor_by_name", rule_known_interceptor_by_name, LIKELY, STAGE_TLS, TLS_MITM, NULL, 0.9},
    {"forged_vantage_differs", rule_forged_vantage_differs, LIKELY, STAGE_TLS, TLS_MITM, NULL, 0.85},
    {"forged_against_history", rule_forged_against_history, LIKELY, STAGE_TLS, TLS_MITM, NULL, 0.75},
    {"certificate_bad_everywhere", rule_certificate_bad_elsewhere, DOWN, STAGE_TLS, TLS_CERTIFICATE, NULL, 0.95},
    {"certificate_expired", rule_certificate_expired, DOWN, STAGE_TLS, TLS_CERTIFICATE, NULL, 0.85},
    {"certificate_for_another_name", rule_certificate_for_another_name, DOWN, STAGE_TLS, TLS_CERTIFICATE, NULL, 0.7},
    {"certificate_is_servers", rule_certificate_is_servers, DOWN, STAGE_TLS, TLS_CERTIFICATE, NULL, 0.7},
    {"certificate_in_doubt", rule_certificate_in_doubt, UNTOLD, STAGE_TLS, TLS_CERTIFICATE, NULL, 0.5},

    /* not reached: TLS and TCP */
    {"name_fails_elsewhere_too", rule_name_fails_elsewhere_too, BLOCKED, STAGE_TLS, 0, mechanism_by_first_reply, 0.97},
    {"name_kills_places", rule_name_kills_places, BLOCKED, STAGE_TLS, 0, mechanism_by_first_reply, 0.95},
    {"name_fails_at_one_place", rule_name_fails_at_one_place, LIKELY, STAGE_TLS, 0, mechanism_by_first_reply, 0.9},
    {"only_this_name_fails", rule_only_this_name_fails, LIKELY, STAGE_TLS, 0, mechanism_by_first_reply, 0.8},
    {"tls_fails_here_only", rule_tls_fails_here_only, LIKELY, STAGE_TLS, 0, mechanism_by_first_reply, 0.75},
    {"tls_fails_everywhere", rule_tls_fails_everywhere, DOWN, STAGE_TLS, 0, mechanism_by_worst, 0.85},
    {"tls_fails", rule_tls_fails, UNTOLD, STAGE_TLS, 0, mechanism_by_worst, 0.5},
    {"tcp_fails_here_only", rule_tcp_fails_here_only, LIKELY, STAGE_TCP, 0, mechanism_by_worst, 0.8},
    {"tcp_fails_everywhere", rule_tcp_fails_everywhere, DOWN, STAGE_TCP, 0, mechanism_by_worst, 0.9},
    {"tcp_fails", rule_tcp_fails, UNTOLD, STAGE_TCP, 0, mechanism_by_worst, 0.5},
    {"page_fails_everywhere", rule_page_fails_everywhere, DOWN, STAGE_HTTP, 0, mechanism_by_page, 0.85},
    {"page_fails", rule_page_fails, UNTOLD, STAGE_HTTP, 0, mechanism_by_page, 0.5},
    {"nothing_observed", always, UNTOLD, STAGE_NONE, 0, NULL, 1.0},
};

const char *
verdict_rule_name(size_t i)
{
	return i < sizeof(rules) / sizeof(rules[0]) ? rules[i].name : NULL;
}

/* --- evidence: facts worth naming whatever the row ------------------------------------------- */

static void
add_evidence(const struct measurement *m, struct verdict *v, const char *code)
{
	*ARENA_PUSH(m->arena, v->evidence, v->nevidence) = code;
}

/* What is in the way of TCP need not be in the way of UDP. */
static bool
quic_answers(const struct measurement *m)
{
	size_t i;

	for (i = 0; i < m->nquic; i++)
		if (m->quic[i].answered > 0)
			return true;
	return false;
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
add_facts(const struct measurement *m, const struct findings *x, struct verdict *v)
{
	const struct facts *f = &x->f;
	const struct certificate_news news = certificate_news_of(m);
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
	    {f->two_answers || x->dns.late_truth, "two_answers"},
	    {f->system_bogon, "bogon"},
	    {x->dns.wildcard_same, "wildcard_address"},
	    {x->dns.nowhere_answered > 0, "answer_from_no_resolver"},
	    {x->dns.nowhere_control_answered > 0, "all_dns_is_taken"},
	    {x->address.any_name, "address_serves_any_name"},
	    {f->same_address > 0, "others_sent_to_same_address"},
	    {x->sni.control.n > 0 && x->sni.control.bad == 0, "sni_control_ok"},
	    {x->sni.control.bad > 0, "sni_control_fails"},
	    {x->sni.away_bad > 0, "sni_fails_elsewhere"},
	    {x->sni.away_dead > 0, "sni_kills_elsewhere"},
	    {x->sni.away_fine > 0, "sni_ok_elsewhere"},
	    {x->sni.target.bad > 0 && x->sni.target.server > 0, "sometimes_answered"},
	    {news.new_key, "certificate_new_key"},
	    {news.new_issuer, "certificate_new_issuer"},
	    {x->mitm.untrusted > 0, "untrusted_chain"},
	    {x->mitm.chain.known != NULL, "known_interception_ca"},
	    {x->mitm.static_leaf, "same_certificate_for_any_name"},
	    {x->mitm.minted, "certificate_minted_for_any_name"},
	    {x->mitm.away, "forged_elsewhere"},
	    {x->mitm.untrusted > 0 && f->same_issuer > 0, "issuer_shared_by_unrelated_sites"},
	    {x->mitm.os_trusted, "trusted_by_this_machine"},
	    {x->tcp.n > 0 && x->tcp.landmark_bad == 0, "tcp_control_ok"},
	    {x->tcp.landmark_bad > 0, "tcp_control_fails"},
	    {x->tcp.port_80, "port_80_answers"},
	    {x->host.away_bad > 0, "host_fails_elsewhere"},
	    {x->host.away_page > 0, "same_page_elsewhere"},
	    {x->there_dns == ELSEWHERE_WORKS, "vantage_dns_ok"},
	    {x->there_dns == ELSEWHERE_FAILS, "vantage_dns_fails"},
	    {x->there_tcp == ELSEWHERE_WORKS, "vantage_tcp_ok"},
	    {x->there_tcp == ELSEWHERE_FAILS, "vantage_tcp_fails"},
	    {x->there_tls == ELSEWHERE_WORKS, "vantage_tls_ok"},
	    {x->there_tls == ELSEWHERE_FAILS, "vantage_tls_fails"},
	    {x->there_http == ELSEWHERE_WORKS, "vantage_http_ok"},
	    {x->there_http == ELSEWHERE_FAILS, "vantage_http_fails"},
	    {!rule_reached(x) && quic_answers(m), "quic_answers"},
	    {x->steady, "was_steady"},
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
	struct findings x;

	findings_gather(m, &x);
	while (!rule->when(&x))
		rule++;
	*v = (struct verdict){.status = rule->status, .confidence = rule->confidence,
	    .mechanism = rule->mechanism, .rules = rules_version};
	if (rule->mechanism_of != NULL)
		v->mechanism = rule->mechanism_of(&x);
	v->stage = rule->stage != STAGE_NONE ? rule->stage : stage_of(v->mechanism);
	add_evidence(m, v, rule->name);
	if (!x.f.too_many)
		add_facts(m, &x, v);
}

enum verdict_status
verdict_rule_status(size_t i)
{
	return rules[i].status;
}
