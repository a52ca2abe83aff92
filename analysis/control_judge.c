/*
 * Judges with a borrowed control. Our own rules compare a connection only with one to the very same address, and need no more care
 * than with a vantage that was asked at the time. OONI's take for granted that the control was sent to the probe's addresses and
 * knows their networks: where they accuse on that ground alone, nothing is claimed.
 */
#include "analysis/control_judge.h"

#include <string.h>

#include "analysis/control_results.h"
#include "analysis/ingest.h"
#include "base/mem.h"
#include "results/facts.h"
#include "results/measurement.h"
#include "results/ooni.h"
#include "results/vantage.h"

/* --- does the clean vantage support what OONI's rules say? ------------------------------------- */

static bool
knows_network(const struct measurement *m, const char *ip)
{
	return vantage_ip(m->control, ip) != NULL || facts_asn_in_answers(m, ip) != 0;
}

static bool
knows_control_networks(const struct measurement *m)
{
	size_t i;

	for (i = 0; i < m->control->naddrs; i++)
		if (!knows_network(m, m->control->addrs[i]))
			return false;
	return m->control->naddrs > 0;
}

static bool
is_system(const struct query *q)
{
	return q->engine != NULL && (strcmp(q->engine, "getaddrinfo") == 0 || strcmp(q->engine, "system") == 0);
}

/*
 * Addresses that differ are no lie where nobody knows whose they are: big sites have others in each country. That
 * their networks are known and differ, or that no site has such an address, is what OONI's rules mean.
 */
static bool
addresses_support(const struct measurement *m)
{
	const struct answer *a;
	bool known = knows_control_networks(m);
	size_t i, k;

	for (i = 0; i < m->nqueries; i++) {
		if (!is_system(&m->queries[i]) || facts_depth(&m->queries[i].c) > 0)
			continue;
		for (k = 0; k < m->queries[i].nanswers; k++) {
			a = &m->queries[i].answers[k];
			if (a->address != NULL && address_is_bogon(a->address))
				return true;
			known = known && (a->address == NULL || knows_network(m, a->address));
		}
	}
	return known;
}

/* Either its resolver failed where the clean vantage has addresses, or it has some where there is no such name. */
static bool
dns_supports(const struct measurement *m, const struct ooni_keys *keys)
{
	bool failed = keys->dns_experiment_failure != NULL && (keys->x_dns_flags & OONI_DNS_UNEXPECTED_FAILURE) != 0;

	if (failed)
		return m->control->naddrs > 0;
	return vantage_denies_name(m->control) || addresses_support(m);
}

static bool
connected_there(const struct vantage_endpoint *e)
{
	return e != NULL && e->status;
}

/* A connection that failed at an endpoint where the clean vantage's did not, or behind a redirect, where OONI has no control either. */
static bool
connections_support(const struct measurement *m)
{
	const struct tcp_connect *t;
	char *endpoint;
	size_t i;

	for (i = 0; i < m->ntcp; i++) {
		t = &m->tcp[i];
		if (t->failure == NULL || t->ip == NULL)
			continue;
		endpoint = arena_printf(m->arena, strchr(t->ip, ':') != NULL ? "[%s]:%d" : "%s:%d", t->ip, t->port);
		if (facts_depth(&t->c) > 0 || connected_there(vantage_tcp(m->control, endpoint)))
			return true;
	}
	for (i = 0; i < m->ntls; i++)
		if (m->tls[i].failure != NULL && m->tls[i].address != NULL &&
		    (facts_depth(&m->tls[i].c) > 0 || connected_there(vantage_tls(m->control, m->tls[i].address))))
			return true;
	return false;
}

/* The probe was connected, and only the page failed: wherever it was, a server was there. */
static bool
page_failed(const struct measurement *m)
{
	size_t i;

	for (i = 0; i < m->nrequests; i++)
		if (m->requests[i].failure != NULL)
			return true;
	return false;
}

static bool
refuses(int64_t code)
{
	return code == 401 || code == 403 || code == 407 || code == 429 || code == 451 || code >= 500;
}

/* Sites refuse countries and data centres, and have bad moments, at either end. */
static bool
pages_support(const struct measurement *m)
{
	size_t i;

	for (i = 0; i < m->nrequests; i++)
		if (refuses(m->requests[i].code))
			return false;
	return !refuses(m->control->http.status_code);
}

static bool
is_supported(const struct measurement *m, const struct ooni_keys *keys)
{
	if (keys->blocking == NULL || strcmp(keys->blocking, "false") == 0 || strcmp(keys->blocking, "tcp_ip") == 0)
		return true;
	if (strcmp(keys->blocking, "dns") == 0)
		return dns_supports(m, keys);
	if (strcmp(keys->blocking, "http-failure") == 0)
		return connections_support(m) || page_failed(m);
	return pages_support(m);
}

/* --- verdicts -------------------------------------------------------------------------------- */

static void
add_evidence(const struct measurement *m, struct verdict *v, const char *code)
{
	*ARENA_PUSH(m->arena, v->evidence, v->nevidence) = code;
}

static void
judge_ooni(const struct measurement *m, struct verdict *v)
{
	struct ooni_keys keys;

	ooni_keys_compute(m, &keys);
	verdict_from_keys(m, &keys, "ooni_recomputed_verdict", v);
	if (is_supported(m, &keys))
		return;
	v->status = VERDICT_INSUFFICIENT;
	v->stage = STAGE_NONE;
	v->mechanism = MECHANISM_NONE;
	v->confidence = 0;
	add_evidence(m, v, "control_not_comparable");
}

/* The record's id, as its row has it. */
static const char *
id_of(const struct measurement *m)
{
	return m->uid != NULL ? m->uid : m->id;
}

enum control_outcome_kind
control_judge(const struct control_results *results, struct record *record)
{
	struct measurement *m = record->m;
	struct control_match match;
	struct verdict verdict;
	enum control_search found;

	if (record->target.host == NULL || m->start_us == 0 || (m->control != NULL && m->control->answered))
		return CONTROL_ITS_OWN;
	found = control_results_find(results, record->target.url, m->start_us, id_of(m), m->arena, &match);
	if (found != CONTROL_FOUND)
		return found == CONTROL_CHANGED ? CONTROL_AT_ODDS : CONTROL_NOT_THERE;
	m->control = match.vantage;
	if (m->has_x)
		verdict_judge(m, &verdict);
	else
		judge_ooni(m, &verdict);
	add_evidence(m, &verdict, "control_results");
	m->verdict = verdict;
	record->control_id = match.id;
	record->control_distance_us = match.distance_us;
	return CONTROL_USED;
}
