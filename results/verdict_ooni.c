/*
 * OONI's stored verdict in our terms, for records that are not ours. It is a second-hand opinion: its confidence
 * stays modest, and a mechanism is named only where the observations all say the same.
 */
#include <string.h>

#include "base/mem.h"
#include "results/failure.h"
#include "results/measurement.h"
#include "results/verdict.h"

struct failure_mechanism {
	enum failure failure;
	enum mechanism mechanism;
};

/* FAILURE_NONE ends each table. */
static const struct failure_mechanism dns_mechanisms[] = {
    {FAILURE_DNS_NXDOMAIN, DNS_NXDOMAIN},
    {FAILURE_DNS_REFUSED, DNS_REFUSED},
    {FAILURE_DNS_SERVFAIL, DNS_SERVFAIL},
    {FAILURE_DNS_NO_ANSWER, DNS_NO_ANSWER},
    {FAILURE_DNS_BOGON, DNS_BOGON},
    {FAILURE_GENERIC_TIMEOUT, DNS_TIMEOUT},
    {FAILURE_TIMED_OUT, DNS_TIMEOUT},
    {FAILURE_NONE, MECHANISM_NONE},
};

static const struct failure_mechanism tcp_mechanisms[] = {
    {FAILURE_CONNECTION_REFUSED, TCP_REFUSED},
    {FAILURE_CONNECTION_RESET, TCP_RESET},
    {FAILURE_GENERIC_TIMEOUT, TCP_TIMEOUT},
    {FAILURE_TIMED_OUT, TCP_TIMEOUT},
    {FAILURE_HOST_UNREACHABLE, TCP_UNREACHABLE},
    {FAILURE_NETWORK_UNREACHABLE, TCP_UNREACHABLE},
    {FAILURE_NONE, MECHANISM_NONE},
};

/* Not reset, time-out or close: without a control SNI nobody can say that the SNI was why. */
static const struct failure_mechanism tls_mechanisms[] = {
    {FAILURE_SSL_INVALID_CERTIFICATE, TLS_CERTIFICATE},
    {FAILURE_SSL_INVALID_HOSTNAME, TLS_CERTIFICATE},
    {FAILURE_SSL_UNKNOWN_AUTHORITY, TLS_CERTIFICATE},
    {FAILURE_NONE, MECHANISM_NONE},
};

static const struct failure_mechanism http_mechanisms[] = {
    {FAILURE_CONNECTION_RESET, HTTP_RESET},
    {FAILURE_GENERIC_TIMEOUT, HTTP_TIMEOUT},
    {FAILURE_TIMED_OUT, HTTP_TIMEOUT},
    {FAILURE_EOF, HTTP_CLOSE},
    {FAILURE_NONE, MECHANISM_NONE},
};

static enum mechanism
mechanism_of(const struct failure_mechanism *row, const char *failure)
{
	enum failure f = failure_find(failure);

	for (; row->failure != FAILURE_NONE; row++)
		if (row->failure == f)
			return row->mechanism;
	return MECHANISM_NONE;
}

/* Folds one more failure into what the earlier ones agreed on; *first starts as true. */
static void
agree(enum mechanism *agreed, bool *first, enum mechanism next)
{
	if (*first)
		*agreed = next;
	else if (*agreed != next)
		*agreed = MECHANISM_NONE;
	*first = false;
}

/* Every look-up of the system's resolver failed, and alike. */
static enum mechanism
dns_mechanism(const struct measurement *m)
{
	enum mechanism agreed = MECHANISM_NONE;
	const struct query *q;
	bool first = true;
	size_t i;

	for (i = 0; i < m->nqueries; i++) {
		q = &m->queries[i];
		if (q->engine == NULL ||
		    (strcmp(q->engine, "getaddrinfo") != 0 && strcmp(q->engine, "system") != 0))
			continue;
		agree(&agreed, &first, mechanism_of(dns_mechanisms, q->failure));
	}
	return agreed;
}

/* IPv6 without a route is the line's business, not a sign of blocking. */
static bool
no_ipv6_route(const struct tcp_connect *t)
{
	enum failure f = failure_find(t->failure);

	return t->ip != NULL && strchr(t->ip, ':') != NULL &&
	       (f == FAILURE_NETWORK_UNREACHABLE || f == FAILURE_HOST_UNREACHABLE);
}

/* Every connection that failed, failed alike. */
static enum mechanism
tcp_mechanism(const struct measurement *m)
{
	enum mechanism agreed = MECHANISM_NONE;
	bool first = true;
	size_t i;

	for (i = 0; i < m->ntcp; i++)
		if (m->tcp[i].failure != NULL && !no_ipv6_route(&m->tcp[i]))
			agree(&agreed, &first, mechanism_of(tcp_mechanisms, m->tcp[i].failure));
	return agreed;
}

static enum mechanism
tls_mechanism(const char *failure)
{
	static const char alert[] = "unknown_failure: remote error: tls: ";

	if (strncmp(failure, alert, sizeof(alert) - 1) == 0)
		return TLS_ALERT;
	return mechanism_of(tls_mechanisms, failure);
}

/* OONI has one word for failing in TLS and in HTTP; the last handshake tells which. */
static void
http_failure(const struct measurement *m, struct verdict *v)
{
	const char *tls = m->ntls > 0 ? m->tls[m->ntls - 1].failure : NULL;

	v->stage = tls != NULL ? STAGE_TLS : STAGE_HTTP;
	if (tls != NULL)
		v->mechanism = tls_mechanism(tls);
	else if (m->nrequests > 0)
		v->mechanism = mechanism_of(http_mechanisms, m->requests[m->nrequests - 1].failure);
}

static void
blocked_somewhere(const struct measurement *m, const char *blocking, struct verdict *v)
{
	v->status = VERDICT_LIKELY_BLOCKED;
	v->confidence = 0.5;
	if (strcmp(blocking, "dns") == 0) {
		v->stage = STAGE_DNS;
		v->mechanism = dns_mechanism(m);
	} else if (strcmp(blocking, "tcp_ip") == 0) {
		v->stage = STAGE_TCP;
		v->mechanism = tcp_mechanism(m);
	} else if (strcmp(blocking, "http-failure") == 0)
		http_failure(m, v);
	else if (strcmp(blocking, "http-diff") == 0) {
		v->stage = STAGE_HTTP;
		v->mechanism = HTTP_DIFF;
	} else {
		v->status = VERDICT_INSUFFICIENT;
		v->confidence = 0;
	}
}

static void
translate(const struct measurement *m, const struct ooni_keys *keys, struct verdict *out)
{
	if (keys->blocking == NULL)
		return;
	if (strcmp(keys->blocking, "false") != 0)
		blocked_somewhere(m, keys->blocking, out);
	else if (keys->accessible >= 0) {
		out->status = keys->accessible ? VERDICT_OK : VERDICT_DOWN;
		out->confidence = keys->accessible ? 0.7 : 0.5;
	}
}

void
verdict_from_keys(const struct measurement *m, const struct ooni_keys *keys, const char *evidence, struct verdict *out)
{
	*out = (struct verdict){.status = VERDICT_INSUFFICIENT, .rules = "ooni"};
	*ARENA_PUSH(m->arena, out->evidence, out->nevidence) = evidence;
	translate(m, keys, out);
}

void
verdict_from_ooni(const struct measurement *m, struct verdict *out)
{
	verdict_from_keys(m, &m->ooni, "ooni_stored_verdict", out);
}
