/* Questions about names: does the line's own resolver tell the truth? */
#include "results/rules.h"

#include <string.h>

#include "results/baseline.h"
#include "results/mechanisms.h"
#include "results/measurement.h"

/* A site with a certificate that verifies stands at an address that the system's resolver does not give. */
static bool
site_proven(const struct findings *x)
{
	return x->f.valid_trusted && !x->f.valid_system;
}

static bool
system_failed_with(const struct findings *x, enum failure failure)
{
	return x->f.system.asked > 0 && !x->f.system.answered && x->f.system.failure == failure;
}

/*
 * The system's resolver answers for others, but not for this name; and when both were asked in turns, it stayed so each time: a
 * resolver that loses packets or is overworked loses both.
 */
static bool
system_denies(const struct findings *x)
{
	if (x->f.system.asked == 0 || x->f.system.answered || !x->f.system_healthy)
		return false;
	if (x->dns.target_n == 0)
		return true;
	return x->dns.target_silent + x->dns.target_denied == x->dns.target_n &&
	    (x->dns.control_n == 0 || x->dns.control_answered > 0);
}

/* Silence and trouble need more than a clear no: each time for the target, never for the control. */
static bool
denies_steadily(const struct findings *x)
{
	return x->f.system.same_failure >= 2 && x->dns.target_n >= 2 &&
	    x->dns.control_answered >= 2 && x->dns.control_answered == x->dns.control_n;
}

/*
 * Somebody on the way answers in the resolver's place: two answers to one question that contradict each other, or an
 * answer from an address that runs no resolver, to this name and not to others (a resolver that takes all questions answers all,
 * but for what the line loses: hence each time to the one, and never of several times to the others).
 */
static bool
injector_seen(const struct findings *x)
{
	return x->f.two_answers || x->dns.late_truth ||
	    (x->dns.nowhere_answered >= 2 && x->dns.nowhere_answered == x->dns.nowhere_n &&
		x->dns.nowhere_control_n >= 2 && x->dns.nowhere_control_answered == 0);
}

bool
rule_injected_site_proven(const struct findings *x)
{
	return site_proven(x) && injector_seen(x) && !x->f.same_addresses &&
	    (x->f.system.answered || system_denies(x));
}

/*
 * It leads everybody to one place, landmarks and names that nobody has: a portal before its login, a resolver out of order. Not a word about this site. Machines of
 * one provider share addresses as well, but then others name them, or the site is there.
 */
bool
rule_all_names_led_there(const struct findings *x)
{
	return !x->f.valid_system && x->f.system.answered && !x->f.same_addresses &&
	    x->dns.wildcard_same && x->dns.control_n >= 2 && x->dns.control_same == x->dns.control_n;
}

/* With this very certificate it is at the address that others name, and our resolver denies the name. */
bool
rule_denied_site_proven(const struct findings *x)
{
	return site_proven(x) && system_denies(x) && (x->dns.target_n == 0 || x->dns.target_denied > 0) &&
	    (x->f.system.failure == FAILURE_DNS_NXDOMAIN ||
		x->f.system.failure == FAILURE_DNS_REFUSED);
}

/* As above, but a resolver in trouble of its own (a lame, slow or muddled upstream) looks the same. */
bool
rule_fails_site_proven(const struct findings *x)
{
	return site_proven(x) && system_denies(x) && denies_steadily(x) &&
	    (x->f.system.failure == FAILURE_DNS_SERVFAIL ||
		x->f.system.failure == FAILURE_DNS_NO_ANSWER ||
		x->f.system.failure == FAILURE_GENERIC_TIMEOUT);
}

/* Neither an answer nor a clear denial: garbage, forged IDs, another failure each time. */
bool
rule_unusable_site_proven(const struct findings *x)
{
	return site_proven(x) && system_denies(x);
}

bool
rule_bogon_site_proven(const struct findings *x)
{
	return site_proven(x) && x->f.system.answered && x->f.system_bogon && !x->f.trusted_bogon;
}

/* Our resolver says of this name what it says of names that nobody has. */
bool
rule_wildcard_site_proven(const struct findings *x)
{
	return site_proven(x) && x->f.system.answered && x->dns.wildcard_same;
}

/* It was the site's, on this line: a resolver that keeps what it learned for too long (RFC 8767) still names it. */
static bool
names_an_old_address(const struct findings *x)
{
	size_t i;

	for (i = 0; i < x->f.naddresses; i++)
		if (x->f.addresses[i].from_system &&
		    baseline_knows_address(x->baseline, x->f.addresses[i].ip))
			return true;
	return false;
}

/*
 * The address that our resolver names is of a server that gives one page to whatever name: no site, and no node of one. Unless it
 * is the page that the site's own machine gives as well.
 */
bool
rule_server_for_any_name(const struct findings *x)
{
	return site_proven(x) && x->f.system.answered && !x->f.same_addresses &&
	    x->address.any_name && !x->address.same_as_true && x->f.worst != NULL &&
	    x->f.worst->from_system && !names_an_old_address(x);
}

/*
 * The address it names shows the certificate of somebody else. Only likely: a resolver that keeps
 * what it learned for too long names the address from which the site has moved away; and one of the site's own machines
 * may have a wrong certificate.
 */
bool
rule_wrong_host_site_proven(const struct findings *x)
{
	return site_proven(x) && x->f.system.answered && !x->f.same_addresses &&
	    x->f.worst != NULL && x->f.worst->from_system &&
	    mechanism_of_address(x->f.worst) == TLS_CERTIFICATE &&
	    !x->address.same_as_true && !baseline_knows_address(x->baseline, x->f.worst->ip);
}

/*
 * The address it names leads nowhere, time and again, the others' do: a lie, or a dead node of an honest CDN. A node stands among its
 * like, answers the vantage, or was seen before; what others are sent to as well is a sink.
 */
bool
rule_dead_address_site_proven(const struct findings *x)
{
	if (!site_proven(x) || !x->f.system.answered || x->f.same_addresses || x->f.worst == NULL ||
	    !x->f.worst->from_system || !x->f.worst->steady || x->f.worst->attempts < 2)
		return false;
	if (x->there_has_address || x->f.near_addresses ||
	    baseline_knows_address(x->baseline, x->f.worst->ip))
		return false;
	return x->f.system_healthy;
}

bool
rule_doubtful_address(const struct findings *x)
{
	return site_proven(x) && x->f.system.answered && !x->f.same_addresses;
}

/* A resolver over HTTPS, whose answer nobody on the way can change, says that there is no such name. */
static bool
gone(const struct findings *x)
{
	return x->f.doh.asked > 0 && !x->f.doh.answered &&
	    x->f.doh.failure == FAILURE_DNS_NXDOMAIN && !rule_reached(x);
}

bool
rule_gone_but_wildcard(const struct findings *x)
{
	return gone(x) && x->f.system.answered && x->dns.wildcard_same;
}

bool
rule_gone_but_injected(const struct findings *x)
{
	return gone(x) && x->f.system.answered && injector_seen(x);
}

bool
rule_gone_but_bogon(const struct findings *x)
{
	return gone(x) && x->f.system.answered && x->f.system_bogon &&
	    x->dns.nonexistent_asked && !x->dns.nonexistent_answered;
}

bool
rule_gone_but_served(const struct findings *x)
{
	return gone(x) && x->f.system.answered && x->address.any_name &&
	    x->dns.nonexistent_asked && !x->dns.nonexistent_answered && !names_an_old_address(x);
}

bool
rule_name_is_gone(const struct findings *x)
{
	if (rule_reached(x) || x->f.trusted_answered)
		return false;
	return (system_failed_with(x, FAILURE_DNS_NXDOMAIN) || x->f.system.asked == 0) &&
	    (gone(x) || (x->there_dns == ELSEWHERE_FAILS && x->f.system.asked > 0));
}

bool
rule_name_has_no_address(const struct findings *x)
{
	return system_failed_with(x, FAILURE_DNS_NO_ANSWER) && x->f.doh.asked > 0 &&
	    !x->f.trusted_answered && x->f.doh.failure == FAILURE_DNS_NO_ANSWER;
}

bool
rule_everyone_gives_bogon(const struct findings *x)
{
	return x->f.system_bogon && x->f.trusted_bogon && x->f.doh.answered && !rule_reached(x);
}

/* Nobody could be asked who would know better; the answer itself gives the liar away. */
bool
rule_injected(const struct findings *x)
{
	return !rule_reached(x) && !x->f.same_addresses && injector_seen(x) &&
	    (x->f.system.answered || system_denies(x)) && (x->f.system_bogon || x->f.doh.answered ||
		x->there_dns == ELSEWHERE_WORKS || x->steady);
}

bool
rule_bogon_others_differ(const struct findings *x)
{
	if (rule_reached(x) || !x->f.system.answered || !x->f.system_bogon)
		return false;
	if (x->f.doh.answered)
		return !x->f.trusted_bogon;
	/* Without DoH: the site was at public addresses until now, or is for the vantage. */
	return x->steady || x->there_http == ELSEWHERE_WORKS;
}

bool
rule_denied_others_know_it(const struct findings *x)
{
	bool known = x->f.doh.answered || x->there_dns == ELSEWHERE_WORKS;
	enum failure failure = x->f.system.failure;

	return known && !rule_reached(x) && system_denies(x) &&
	    (failure == FAILURE_DNS_NXDOMAIN || failure == FAILURE_DNS_REFUSED ||
		failure == FAILURE_DNS_NO_ANSWER || denies_steadily(x)) &&
	    mechanism_of_dns(failure) != MECHANISM_NONE;
}

/* Resolvers over HTTPS were asked, for this name or for others, and not one could be reached. */
static bool
doh_out_of_reach(const struct findings *x)
{
	const struct context *c = &x->m->context;
	bool asked = x->f.doh.asked > 0;
	size_t i;

	if (x->f.doh.answered || x->f.doh.failure == FAILURE_DNS_NXDOMAIN ||
	    x->f.doh.failure == FAILURE_DNS_NO_ANSWER)
		return false;
	for (i = 0; i < c->nresolvers; i++) {
		if (c->resolvers[i].role != RESOLVER_DOH)
			continue;
		if (c->resolvers[i].answered > 0)
			return false;
		asked = asked || c->resolvers[i].asked > 0;
	}
	return asked;
}

/*
 * Nobody honest could be asked: every question over UDP ends up at one resolver, wherever it is sent, and those over HTTPS are out
 * of reach. But where the site stood for days it still stands, with a certificate that verifies. A name may lapse while its
 * server runs on; that this happens just where the truth is out of reach is the poorer explanation.
 */
bool
rule_denied_site_stands(const struct findings *x)
{
	return !rule_reached(x) && x->stands_where_it_was && x->steady && system_denies(x) &&
	    (x->f.system.failure == FAILURE_DNS_NXDOMAIN ||
		x->f.system.failure == FAILURE_DNS_REFUSED) &&
	    !x->f.trusted_answered && doh_out_of_reach(x) && x->dns.nowhere_control_answered &&
	    x->there_dns != ELSEWHERE_FAILS;
}

bool
rule_no_resolver(const struct findings *x)
{
	return !x->f.host_is_ip && x->f.system.asked == 0 && !x->f.trusted_answered;
}

bool
rule_dns_fails(const struct findings *x)
{
	return x->f.system.asked > 0 && !x->f.system.answered && !x->f.trusted_answered;
}

enum mechanism
mechanism_by_system(const struct findings *x)
{
	return mechanism_of_dns(x->f.system.failure);
}
