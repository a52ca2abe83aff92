/* What a measurement saw of the target itself, told: look-ups, connections, pages. And the words for single outcomes. */
#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "results/chain.h"
#include "results/explain_tell.h"
#include "results/facts.h"
#include "results/failure.h"
#include "results/measurement.h"
#include "results/site.h"
#include "results/trials.h"

enum { ADDRESSES_NAMED = 4, URL_BYTES = 60, TITLE_BYTES = 50, ISSUER_BYTES = 70 };

double
tell_seconds(const struct common *c)
{
	return c->t >= c->t0 ? c->t - c->t0 : NAN;
}

/* --- failures -------------------------------------------------------------------------------- */

static const char *const failures[FAILURE_MAX] = {
    [FAILURE_CONNECTION_REFUSED] = "refused",
    [FAILURE_CONNECTION_RESET] = "reset",
    [FAILURE_CONNECTION_ABORTED] = "broken off",
    [FAILURE_DNS_BOGON] = "an address that no public site has",
    [FAILURE_DNS_NO_ANSWER] = "no address",
    [FAILURE_DNS_NXDOMAIN] = "\"no such name\"",
    [FAILURE_DNS_REFUSED] = "refused",
    [FAILURE_DNS_SERVFAIL] = "\"cannot look it up\"",
    [FAILURE_EOF] = "closed",
    [FAILURE_GENERIC_TIMEOUT] = "no answer",
    [FAILURE_TIMED_OUT] = "no answer",
    [FAILURE_HOST_UNREACHABLE] = "no way there",
    [FAILURE_NETWORK_UNREACHABLE] = "no way there",
    [FAILURE_NETWORK_DOWN] = "no way there",
    [FAILURE_INTERRUPTED] = "cut short by us",
    [FAILURE_SSL_INVALID_CERTIFICATE] = "certificate out of date or broken",
    [FAILURE_SSL_INVALID_HOSTNAME] = "certificate not for that name",
    [FAILURE_SSL_UNKNOWN_AUTHORITY] = "certificate that no public authority vouches for",
};

const char *
tell_failure(struct arena *arena, const char *failure)
{
	const char *words = failures[failure_find(failure)];

	return words != NULL ? words : arena_printf(arena, "failed (%s)", tell_short(arena, failure, URL_BYTES));
}

static enum explain_how
how_of(const char *failure)
{
	return failure == NULL ? EXPLAIN_GOOD
	    : failure_find(failure) == FAILURE_INTERRUPTED ? EXPLAIN_PLAIN
							   : EXPLAIN_BAD;
}

/* --- look-ups -------------------------------------------------------------------------------- */

struct addresses {
	struct buf text;
	int n;
};

static void
add_addresses(struct addresses *a, const struct query *q)
{
	size_t i;

	for (i = 0; i < q->nanswers; i++) {
		const char *ip = q->answers[i].address;
		const char *bogon = ip != NULL && address_is_bogon(ip) ? " (no public site's)" : "";
		const char *asn = ip == NULL || q->answers[i].asn == 0 ? NULL : q->answers[i].as_org_name;

		if (ip == NULL || a->n++ >= ADDRESSES_NAMED)
			continue;
		buf_printf(&a->text, "%s%s%s", a->n > 1 ? ", " : "", ip, bogon);
		if (asn != NULL && asn[0] != '\0')
			buf_printf(&a->text, " (%s)", asn);
	}
}

static const char *
addresses_text(struct arena *arena, struct addresses *a)
{
	const char *copy;

	if (a->n > ADDRESSES_NAMED)
		buf_printf(&a->text, " and %d more", a->n - ADDRESSES_NAMED);
	copy = a->n > 0 ? arena_strdup(arena, buf_str(&a->text)) : NULL;
	buf_free(&a->text);
	return copy;
}

const char *
tell_answer(struct arena *arena, const struct query *q)
{
	struct addresses a = {BUF_EMPTY, 0};
	const char *text;

	if (q->failure != NULL)
		return tell_failure(arena, q->failure);
	add_addresses(&a, q);
	text = addresses_text(arena, &a);
	return text != NULL ? text : "no address";
}

static bool
is_aaaa(const struct query *q)
{
	return q->query_type != NULL && strcmp(q->query_type, "AAAA") == 0;
}

/* Of the same resolver about the same target. */
static bool
same_resolver(const struct query *a, const struct query *b)
{
	if (a->role != b->role || facts_depth(&a->c) > 0 || facts_depth(&b->c) > 0)
		return false;
	return a->resolver_address == b->resolver_address ||
	    (a->resolver_address != NULL && b->resolver_address != NULL &&
		strcmp(a->resolver_address, b->resolver_address) == 0);
}

/* "192.168.1.1" of its port 53, "doh.example" of "https://doh.example/dns-query". NULL none. */
static const char *
resolver_place(struct arena *arena, const struct query *q)
{
	const char *address = q->resolver_address;
	size_t len;

	if (address == NULL || address[0] == '\0')
		return NULL;
	if (strstr(address, "://") != NULL) {
		address = url_host(address, &len);
		return arena_strndup(arena, address, len);
	}
	len = strlen(address);
	if (len > 3 && strcmp(address + len - 3, ":53") == 0)
		len -= 3;
	return tell_short(arena, arena_strndup(arena, address, len), URL_BYTES);
}

static const char *
resolver_words(struct arena *arena, const struct query *q)
{
	static const char *const roles[RESOLVER_ROLE_MAX] = {
	    [RESOLVER_SYSTEM] = "your resolver",
	    [RESOLVER_SECOND] = "another resolver",
	    [RESOLVER_DOH] = "resolver over HTTPS",
	};

	return resolver_place(arena, q) == NULL ? roles[q->role] : arena_printf(arena, "%s ({at})", roles[q->role]);
}

static bool
is_told(const struct explanation *out, const char *what, const char *outcome)
{
	size_t i;

	for (i = 0; i < out->nsteps; i++)
		if (strcmp(out->steps[i].what, what) == 0 && strcmp(out->steps[i].outcome, outcome) == 0)
			return true;
	return false;
}

/* A later answer to the same question, that says something else; the same of each attempt is told once. */
static void
tell_second_answers(const struct measurement *m, const struct query *q, struct explanation *out)
{
	const char *first = tell_answer(m->arena, q), *second, *what, *outcome;
	size_t i;

	for (i = 0; i < m->nduplicates && i < EXPLAIN_OBSERVATIONS; i++) {
		if (m->duplicates[i].c.transaction_id != q->c.transaction_id || q->c.transaction_id == 0)
			continue;
		second = tell_answer(m->arena, &m->duplicates[i]);
		what = tell_fill(m->arena, resolver_words(m->arena, q), "{at}", resolver_place(m->arena, q));
		outcome = arena_printf(m->arena, "then came a second answer to one question: %s", second);
		if (strcmp(first, second) != 0 && !is_told(out, what, outcome))
			tell_step(m->arena, "look-up", what, outcome, EXPLAIN_BAD, out);
	}
}

/* With the addresses of both families together; failures of AAAA mean nothing where A was answered. */
static void
add_lookup(const struct measurement *m, const struct query *q, struct folds *folds)
{
	struct addresses both = {BUF_EMPTY, 0};
	const char *text;
	size_t i;

	add_addresses(&both, q);
	for (i = 0; i < m->nqueries && i < EXPLAIN_OBSERVATIONS; i++)
		if (is_aaaa(&m->queries[i]) && same_resolver(&m->queries[i], q) &&
		    m->queries[i].c.attempt == q->c.attempt)
			add_addresses(&both, &m->queries[i]);
	text = addresses_text(m->arena, &both);
	folds_add(folds, resolver_words(m->arena, q), resolver_place(m->arena, q),
	    text != NULL ? text : tell_answer(m->arena, q),
	    text != NULL ? EXPLAIN_GOOD : how_of(q->failure != NULL ? q->failure : failure_name(FAILURE_DNS_NO_ANSWER)),
	    tell_seconds(&q->c));
}

static void
tell_lookups(const struct measurement *m, struct explanation *out)
{
	struct folds folds = {.arena = m->arena};
	const struct query *q;
	unsigned role;
	size_t i;

	for (role = 0; role < RESOLVER_ROLE_MAX; role++)
		for (i = 0; i < m->nqueries && i < EXPLAIN_OBSERVATIONS; i++) {
			q = &m->queries[i];
			if (q->role == role && facts_depth(&q->c) == 0 && !is_aaaa(q))
				add_lookup(m, q, &folds);
		}
	folds_tell(&folds, "look-up", out);
	for (i = 0; i < m->nqueries && i < EXPLAIN_OBSERVATIONS; i++)
		if (facts_depth(&m->queries[i].c) == 0 && !is_aaaa(&m->queries[i]))
			tell_second_answers(m, &m->queries[i], out);
}

/* --- connections ----------------------------------------------------------------------------- */

const struct tls_handshake *
tell_handshake_of(const struct measurement *m, const struct tcp_connect *tcp)
{
	size_t i;

	if (tcp->failure != NULL || tcp->c.transaction_id == 0)
		return NULL;
	for (i = 0; i < m->ntls && i < EXPLAIN_OBSERVATIONS; i++)
		if (m->tls[i].c.transaction_id == tcp->c.transaction_id)
			return &m->tls[i];
	return NULL;
}

/* When in a handshake something ended it: by the step's name (probe/check_tls.c). */
static const char *
when(const struct tls_handshake *tls, bool site)
{
	if (tls->step == NULL)
		return " in the TLS handshake";
	if (strcmp(tls->step, "start") == 0)
		return " before a name was sent";
	if (strcmp(tls->step, "client_hello_sent") == 0)
		return site ? " after the site's name was sent" : "";
	return " after the server had answered";
}

static const char *
bad_answer(const struct measurement *m, const struct tls_handshake *tls, bool site)
{
	struct chain_facts chain;

	if (!site)
		return arena_printf(m->arena, "answered (%s)", facts_untrusted(tls) ? failures[FAILURE_SSL_UNKNOWN_AUTHORITY]
									    : tell_failure(m->arena, tls->failure));
	if (!facts_untrusted(tls)) {
		if (failure_find(tls->failure) == FAILURE_SSL_INVALID_CERTIFICATE && tls->nverify_errors > 0 &&
		    tls->verify_errors[0].name != NULL)
			return arena_printf(m->arena, "certificate does not verify (%s)",
			    tls->verify_errors[0].name);
		return tell_failure(m->arena, tls->failure);
	}
	if (tls->ncertificates == 0)
		return failures[FAILURE_SSL_UNKNOWN_AUTHORITY];
	chain_classify(tls->certificates, tls->ncertificates, m->start_us, NULL, m->arena, &chain);
	if (chain.issuer == NULL)
		return failures[FAILURE_SSL_UNKNOWN_AUTHORITY];
	return arena_printf(m->arena, "%s (its maker's name: %s)", failures[FAILURE_SSL_UNKNOWN_AUTHORITY],
	    tell_short(m->arena, chain.issuer, ISSUER_BYTES));
}

const char *
tell_handshake(const struct measurement *m, const struct tls_handshake *tls, bool site)
{
	const char *alert;

	switch (trials_reply(tls)) {
	case REPLY_NONE:
		return failures[FAILURE_INTERRUPTED];
	case REPLY_RESET:
		return arena_printf(m->arena, "reset%s", when(tls, site));
	case REPLY_CLOSE:
		return arena_printf(m->arena, "closed%s", when(tls, site));
	case REPLY_SILENCE:
		return arena_printf(m->arena, "silence%s", when(tls, site));
	case REPLY_ALERT:
		alert = failure_alert_name(tls->alert);
		return arena_printf(m->arena, "refused by a TLS alert (%s)", alert != NULL ? alert : "without a name");
	default:
		break;
	}
	if (tls->failure != NULL)
		return bad_answer(m, tls, site);
	return site ? "answered with the site's own certificate" : "answered";
}

/* A line without IPv6 has no way to any such address, and that is no news about the site. */
static bool
no_ipv6(const struct measurement *m, const struct tcp_connect *tcp)
{
	enum failure f = failure_find(tcp->failure);

	return m->context.ipv6 == IPV6_ABSENT && strchr(tcp->ip, ':') != NULL &&
	    (f == FAILURE_NETWORK_UNREACHABLE || f == FAILURE_HOST_UNREACHABLE || f == FAILURE_ADDRESS_NOT_AVAILABLE);
}

static void
tell_connections(const struct measurement *m, struct explanation *out)
{
	struct folds folds = {.arena = m->arena};
	const struct tls_handshake *tls;
	const struct tcp_connect *tcp;
	size_t i;

	for (i = 0; i < m->ntcp && i < EXPLAIN_OBSERVATIONS; i++) {
		tcp = &m->tcp[i];
		if (tcp->ip == NULL || facts_depth(&tcp->c) > 0)
			continue;
		if (no_ipv6(m, tcp)) {
			folds_add(&folds, "{at}", tcp->ip, "no way there: this line has no IPv6", EXPLAIN_PLAIN, NAN);
			continue;
		}
		tls = tell_handshake_of(m, tcp);
		folds_add(&folds, "{at}", tcp->ip,
		    tls != NULL		   ? tell_handshake(m, tls, true)
			: tcp->failure != NULL ? tell_failure(m->arena, tcp->failure)
					   : "connected",
		    how_of(tls != NULL ? tls->failure : tcp->failure),
		    tell_seconds(tls != NULL ? &tls->c : &tcp->c));
	}
	folds_tell(&folds, "connection", out);
}

/* --- pages ----------------------------------------------------------------------------------- */

const char *
tell_page(struct arena *arena, const struct http_request *r)
{
	struct buf text = BUF_EMPTY;
	const char *copy;

	if (r->code == 0)
		return tell_failure(arena, r->failure != NULL ? r->failure : "unknown_failure");
	buf_printf(&text, "status %d", r->code);
	if (r->location != NULL)
		buf_printf(&text, ", sends on to %s", tell_short(arena, r->location, URL_BYTES));
	else if (r->title != NULL)
		buf_printf(&text, ", \"%s\"", tell_short(arena, r->title, TITLE_BYTES));
	if (r->fingerprint != NULL && !r->fingerprint_fp)
		buf_printf(&text, ", known as a block page (%s)", r->fingerprint);
	if (r->failure != NULL)
		buf_printf(&text, ", then: %s", tell_failure(arena, r->failure));
	copy = arena_strdup(arena, buf_str(&text));
	buf_free(&text);
	return copy;
}

static void
tell_pages(const struct measurement *m, struct explanation *out)
{
	struct folds folds = {.arena = m->arena};
	const struct http_request *r;
	enum explain_how how;
	size_t i;

	for (i = 0; i < m->nrequests && i < EXPLAIN_OBSERVATIONS; i++) {
		r = &m->requests[i];
		if (r->url == NULL)
			continue;
		how = r->failure == NULL && r->code > 0 && r->code < 400 && r->fingerprint == NULL ? EXPLAIN_GOOD : EXPLAIN_BAD;
		folds_add(&folds, tell_short(m->arena, r->url, URL_BYTES), NULL, tell_page(m->arena, r), how,
		    tell_seconds(&r->c));
	}
	folds_tell(&folds, "page", out);
}

void
tell_seen(const struct measurement *m, struct explanation *out)
{
	tell_lookups(m, out);
	tell_connections(m, out);
	tell_pages(m, out);
}
