/* Everything that the rules look at, gathered. */
#include "results/findings.h"

#include <string.h>
#include <strings.h>
#include <openssl/x509_vfy.h>

#include "base/mem.h"
#include "results/baseline.h"
#include "results/measurement.h"
#include "results/vantage.h"

/* --- certificates ---------------------------------------------------------------------------- */

/* The chain that came with a leaf, from wherever in the record it stands. */
static const struct tls_handshake *
chain_of(const struct measurement *m, const struct tls_handshake *tls)
{
	const struct measurement *lists[2] = {m, m->confirm};
	size_t l, i;

	if (tls->ncertificates > 0 || tls->leaf_sha256 == NULL)
		return tls;
	for (l = 0; l < 2; l++)
		for (i = 0; lists[l] != NULL && i < lists[l]->ntls; i++)
			if (lists[l]->tls[i].ncertificates > 0 && lists[l]->tls[i].leaf_sha256 != NULL &&
			    strcmp(lists[l]->tls[i].leaf_sha256, tls->leaf_sha256) == 0)
				return &lists[l]->tls[i];
	return tls;
}

/* Only the name is wrong: the chain leads to a public root. */
static bool
public_chain(const struct tls_handshake *tls)
{
	size_t i;

	if (tls->leaf_sha256 == NULL || tls->step == NULL || strcmp(tls->step, "done") != 0)
		return false;
	for (i = 0; i < tls->nverify_errors; i++)
		if (tls->verify_errors[i].code != X509_V_ERR_HOSTNAME_MISMATCH &&
		    tls->verify_errors[i].code != X509_V_ERR_IP_ADDRESS_MISMATCH)
			return false;
	return true;
}

static bool
for_host(const struct measurement *m, const struct tls_handshake *tls, const char *host)
{
	const struct tls_handshake *chain = chain_of(m, tls);

	return chain->ncertificates > 0 && host != NULL && chain_is_for(&chain->certificates[0], host);
}

static void
take_untrusted(const struct measurement *m, const struct tls_handshake *tls, const char *host,
    struct interception *out)
{
	const struct tls_handshake *chain = chain_of(m, tls);

	out->untrusted++;
	chain_classify(chain->certificates, chain->ncertificates, m->start_us, verdict_known_cas(), m->arena,
	    &out->chain);
	out->for_target = for_host(m, tls, host);
	out->os_trusted = out->os_trusted || tls->os_trusted == 1;
}

static void
take_target(const struct measurement *m, const struct tls_handshake *tls, const char *host,
    struct interception *out)
{
	/* Older records, and OONI's, have no hash. */
	if (tls->leaf_sha256 == NULL && tls->ncertificates == 0 && !facts_untrusted(tls))
		return;
	out->handshakes++;
	if (facts_untrusted(tls))
		take_untrusted(m, tls, host, out);
}

static bool
has_why(const struct tls_handshake *tls, const char *const *whys)
{
	for (; *whys != NULL; whys++)
		if (trials_why(&tls->c, *whys))
			return true;
	return false;
}

/* Another name at the target's address. */
static void
take_other(const struct measurement *m, const struct tls_handshake *tls, const char *host,
    const char *leaf, struct interception *out)
{
	struct chain_facts chain;
	const struct tls_handshake *from = chain_of(m, tls);

	if (tls->leaf_sha256 == NULL)
		return;
	if (leaf != NULL && strcmp(tls->leaf_sha256, leaf) == 0) {
		out->static_leaf = true;
		return;
	}
	if (public_chain(tls)) {
		out->others_public = true;
		out->genuine_there = out->genuine_there || for_host(m, tls, host);
		out->one_provider = out->one_provider || (trials_why(&tls->c, "sni_control") && tls->failure == NULL);
		return;
	}
	if (!facts_untrusted(tls) || tls->server_name == NULL || !for_host(m, tls, tls->server_name))
		return;
	chain_classify(from->certificates, from->ncertificates, m->start_us, verdict_known_cas(), m->arena,
	    &chain);
	out->minted = out->minted ||
	    strcmp(chain.issuer_name_sha256, out->chain.issuer_name_sha256) == 0;
}

static const char *const target_whys[] = {"sample", "sni_target", NULL};

static void
count_kinds(const struct tls_handshake *tls, const char *address, bool kinds[2])
{
	if (tls->address != NULL && address != NULL && strcmp(tls->address, address) == 0 &&
	    (tls->failure == NULL || facts_untrusted(tls)))
		kinds[facts_untrusted(tls)] = true;
}

static bool
shows_both(const struct measurement *m, const char *address)
{
	const struct measurement *c = m->confirm;
	bool kinds[2] = {false, false};
	size_t i;

	for (i = 0; i < m->ntls; i++)
		if (facts_depth(&m->tls[i].c) == 0)
			count_kinds(&m->tls[i], address, kinds);
	for (i = 0; c != NULL && i < c->ntls; i++)
		if (has_why(&c->tls[i], target_whys))
			count_kinds(&c->tls[i], address, kinds);
	return kinds[0] && kinds[1];
}

/* A landmark whose own certificate was in order each time: on a line where everybody's are replaced, it says nothing. */
static bool
own_is_genuine(const struct measurement *c, const char *address)
{
	bool genuine = false;
	size_t i;

	for (i = 0; i < c->ntls; i++) {
		const struct tls_handshake *tls = &c->tls[i];

		if (!trials_why(&tls->c, "sni_own") || tls->address == NULL || address == NULL ||
		    strcmp(tls->address, address) != 0)
			continue;
		if (facts_untrusted(tls))
			return false;
		genuine = genuine || tls->failure == NULL;
	}
	return genuine;
}

static void
gather_interception(const struct measurement *m, const char *host, struct interception *out)
{
	static const char *const other[] = {"sni_control", "sni_canary", "sni_none", NULL};
	const struct measurement *c = m->confirm;
	const struct tls_handshake *last = NULL;
	size_t i;

	for (i = 0; i < m->ntls; i++) {
		if (facts_depth(&m->tls[i].c) > 0)
			continue;
		take_target(m, &m->tls[i], host, out);
		if (facts_untrusted(&m->tls[i]))
			last = &m->tls[i];
	}
	for (i = 0; c != NULL && i < c->ntls; i++)
		if (has_why(&c->tls[i], target_whys)) {
			take_target(m, &c->tls[i], host, out);
			if (facts_untrusted(&c->tls[i]))
				last = &c->tls[i];
		}
	for (i = 0; i < m->ntls && !out->mixed; i++)
		out->mixed = shows_both(m, m->tls[i].address);
	for (i = 0; c != NULL && i < c->ntls; i++) {
		if (has_why(&c->tls[i], other))
			take_other(m, &c->tls[i], host, last != NULL ? last->leaf_sha256 : NULL, out);
		else if (trials_why(&c->tls[i].c, "sni_away") && facts_untrusted(&c->tls[i]) &&
		    for_host(m, &c->tls[i], host) && own_is_genuine(c, c->tls[i].address))
			out->away = true;
	}
}

/* --- the control vantage --------------------------------------------------------------------- */

static enum elsewhere
better(enum elsewhere sum, bool works)
{
	return works || sum == ELSEWHERE_WORKS ? ELSEWHERE_WORKS : ELSEWHERE_FAILS;
}

/*
 * Whether the site is known to be at this address. What fails at one to which our own resolver was led astray fails from
 * everywhere, and says nothing of the site.
 */
static bool
is_sites(const struct findings *out, const char *ip)
{
	const struct vantage *v = out->vantage;
	size_t i;

	for (i = 0; i < v->naddrs; i++)
		if (strcmp(v->addrs[i], ip) == 0)
			return true;
	for (i = 0; i < out->f.naddresses; i++)
		if (out->f.addresses[i].from_doh && strcmp(out->f.addresses[i].ip, ip) == 0)
			return true;
	return v->naddrs == 0;
}

static void
gather_vantage_endpoints(const struct measurement *m, struct findings *out)
{
	const struct vantage *v = out->vantage;
	const struct address_facts *worst = out->f.worst;
	const struct vantage_endpoint *tcp, *tls;
	size_t i;
	char *endpoint;

	for (i = 0; i < m->ntcp; i++) {
		/* What answers there over IPv6 says nothing to a line that has none. */
		if (m->tcp[i].ip == NULL || facts_depth(&m->tcp[i].c) > 0 ||
		    (strchr(m->tcp[i].ip, ':') != NULL && !out->f.ipv6_ok))
			continue;
		endpoint = arena_printf(m->arena, strchr(m->tcp[i].ip, ':') != NULL ? "[%s]:%d" : "%s:%d",
		    m->tcp[i].ip, m->tcp[i].port);
		tcp = vantage_tcp(v, endpoint);
		tls = vantage_tls(v, endpoint);
		if (tcp != NULL && (tcp->status || is_sites(out, m->tcp[i].ip)))
			out->there_tcp = better(out->there_tcp, tcp->status);
		if (tls != NULL && (tls->status || is_sites(out, m->tcp[i].ip))) {
			out->there_tls = better(out->there_tls, tls->status);
			out->there_certificate = out->there_certificate ||
			    (tls->failure != NULL && strncmp(tls->failure, "ssl_", 4) == 0);
		}
		if (worst != NULL && strcmp(worst->ip, m->tcp[i].ip) == 0 && tcp != NULL && tcp->status)
			out->there_has_address = true;
	}
}

static void
gather_vantage(const struct measurement *m, struct findings *out)
{
	const struct vantage *v = m->control;

	if (v == NULL || !v->answered)
		return;
	out->vantage = v;
	if (v->naddrs > 0)
		out->there_dns = ELSEWHERE_WORKS;
	else if (vantage_denies_name(v))
		out->there_dns = ELSEWHERE_FAILS;
	/* A site in trouble says nothing of the way to it. */
	if (v->http.asked && v->http.status_code < 500)
		out->there_http = v->http.failure == NULL && v->http.status_code > 0 ? ELSEWHERE_WORKS
										     : ELSEWHERE_FAILS;
	gather_vantage_endpoints(m, out);
}

static bool
stands_where_it_was(const struct measurement *m)
{
	const struct measurement *tests = m->confirm;
	size_t i;

	for (i = 0; tests != NULL && i < tests->ntls; i++)
		if (trials_why(&tests->tls[i].c, "address_before") && tests->tls[i].failure == NULL)
			return true;
	return false;
}

void
findings_gather(const struct measurement *m, struct findings *out)
{
	*out = (struct findings){.m = m};
	facts_gather(m, &out->f);
	if (m->input == NULL || out->f.too_many)
		return;
	trials_sni(m, &out->sni);
	trials_tcp(m, &out->tcp);
	trials_dns(m, &out->dns);
	trials_host(m, &out->host);
	trials_address(m, &out->address);
	trials_flow(m, &out->flow);
	gather_interception(m, facts_host(m), &out->mitm);
	out->baseline = m->baseline;
	out->stands_where_it_was = stands_where_it_was(m);
	out->steady = baseline_steady(m->baseline);
	gather_vantage(m, out);
}
