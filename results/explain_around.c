/* What stands around a measurement, told: the state of the line, QUIC, the route, the look from elsewhere, what was usual. */
#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "results/baseline.h"
#include "results/certificate_news.h"
#include "results/explain_tell.h"
#include "results/measurement.h"
#include "results/quic_ping.h"
#include "results/trace_path.h"
#include "results/vantage.h"

enum { URL_BYTES = 50, ADDRESSES_NAMED = 3 };

/* --- the line -------------------------------------------------------------------------------- */

static const char *const networks[NETWORK_STATE_MAX] = {
    [NETWORK_UNKNOWN] = "not looked at",
    [NETWORK_ONLINE] = "worked",
    [NETWORK_DEGRADED] = "worked badly",
    [NETWORK_CAPTIVE_PORTAL] = "a login page stood before everything",
    [NETWORK_FOREIGN_CUT] = "reached sites inside of the country, but none abroad",
    [NETWORK_SHUTDOWN] = "the link was up, but nothing beyond the gateway answered",
    [NETWORK_OFFLINE] = "did not work",
};

const char *
tell_network(const struct measurement *m)
{
	const struct context *c = &m->context;
	struct buf text = BUF_EMPTY;
	const char *copy;

	if (!m->has_x)
		return "not known: the record does not say";
	buf_puts(&text, networks[c->network]);
	if (c->foreign_asked + c->domestic_asked > 0)
		buf_printf(&text, "; %d of %d control sites answered", c->foreign_ok + c->domestic_ok,
		    c->foreign_asked + c->domestic_asked);
	if (c->ipv6 == IPV6_BROKEN)
		buf_puts(&text, "; IPv6 is broken");
	if (c->local_interception)
		buf_puts(&text, "; certificates were replaced on the controls, too");
	copy = arena_strdup(m->arena, buf_str(&text));
	buf_free(&text);
	return copy;
}

/* --- QUIC and route -------------------------------------------------------------------------- */

static void
tell_quic(const struct measurement *m, struct explanation *out)
{
	struct folds folds = {.arena = m->arena};
	size_t i;

	for (i = 0; i < m->nquic && i < EXPLAIN_OBSERVATIONS; i++) {
		const struct quic_ping *ping = &m->quic[i];

		folds_add(&folds, "{at}", ping->address != NULL ? ping->address : "?",
		    arena_printf(m->arena, "%d of %d packets answered", ping->answered, ping->sent),
		    ping->answered > 0 ? EXPLAIN_GOOD : EXPLAIN_BAD, tell_seconds(&ping->c));
	}
	folds_tell(&folds, "QUIC", out);
}

static const struct trace_path *
control_walk(const struct measurement *m, const struct trace_path *target)
{
	size_t i;

	for (i = 0; i < m->ntraces; i++)
		if (m->traces[i].kind != NULL && strcmp(m->traces[i].kind, "control") == 0 &&
		    m->traces[i].address != NULL && strcmp(m->traces[i].address, target->address) == 0)
			return &m->traces[i];
	return NULL;
}

static const char *
walk_words(const struct measurement *m, const struct trace_path *target, const struct trace_path *control)
{
	int ttl = trace_first_interference(target, control), server = trace_server_ttl(control);

	if (ttl == 0)
		return "the site's name came through to the server";
	if (ttl < 0)
		return "where it begins could not be told";
	if (server > 0 && ttl + TRACE_SLACK >= server)
		return arena_printf(m->arena, "it begins at hop %d or nearer; the server is at hop %d, so it may be the server itself",
		    ttl, server);
	if (server > 0)
		return arena_printf(m->arena, "it begins at hop %d or nearer; the server is at hop %d, farther away", ttl, server);
	return arena_printf(m->arena, "it begins at hop %d or nearer", ttl);
}

static void
tell_route(const struct measurement *m, struct explanation *out)
{
	const struct trace_path *control;
	size_t i;

	for (i = 0; i < m->ntraces; i++) {
		const struct trace_path *target = &m->traces[i];

		if (target->kind == NULL || target->address == NULL || strcmp(target->kind, "target") != 0 ||
		    (control = control_walk(m, target)) == NULL)
			continue;
		tell_step(m->arena, "route", arena_printf(m->arena, "to %s, step by step", target->address),
		    walk_words(m, target, control), EXPLAIN_PLAIN, out);
	}
}

/* --- elsewhere ------------------------------------------------------------------------------- */

static void
add_names(struct buf *text, const struct vantage *v)
{
	size_t i;

	if (v->dns_failure != NULL)
		buf_printf(text, "no address for the name (%s)", v->dns_failure);
	if (v->dns_failure != NULL || v->naddrs == 0)
		return;
	buf_puts(text, "the name leads to ");
	for (i = 0; i < v->naddrs && i < ADDRESSES_NAMED; i++)
		buf_printf(text, "%s%s", i > 0 ? ", " : "", v->addrs[i]);
	if (v->naddrs > ADDRESSES_NAMED)
		buf_printf(text, " and %zu more", v->naddrs - ADDRESSES_NAMED);
}

/* "; connected to 2 of 2". Endpoints are ours and the helper's. */
static void
add_endpoints(struct buf *text, const struct vantage_endpoint *endpoints, size_t n, const char *what)
{
	size_t good = 0, i;

	for (i = 0; i < n; i++)
		good += endpoints[i].status;
	if (n > 0)
		buf_printf(text, "%s%s %zu of %zu", text->len > 0 ? "; " : "", what, good, n);
}

static void
add_page(struct buf *text, const struct vantage_http *http)
{
	if (!http->asked)
		return;
	if (http->failure != NULL)
		buf_printf(text, "%sno page (%s)", text->len > 0 ? "; " : "", http->failure);
	else if (http->status_code > 0)
		buf_printf(text, "%spage with status %lld", text->len > 0 ? "; " : "", (long long)http->status_code);
}

static void
tell_vantage(const struct measurement *m, struct explanation *out)
{
	const struct vantage *v = m->control;
	struct buf text = BUF_EMPTY;
	const char *what = "control vantage";

	if (v == NULL)
		return;
	if (v->url != NULL)
		what = arena_printf(m->arena, "control vantage %s", tell_short(m->arena, v->url, URL_BYTES));
	if (!v->answered) {
		tell_step(m->arena, "elsewhere", what,
		    arena_printf(m->arena, "could not be asked (%s)", v->failure != NULL ? v->failure : "no answer"),
		    EXPLAIN_PLAIN, out);
		return;
	}
	add_names(&text, v);
	add_endpoints(&text, v->tcp, v->ntcp, "connects to");
	add_endpoints(&text, v->tls, v->ntls, "good encrypted connections at");
	add_page(&text, &v->http);
	tell_step(m->arena, "elsewhere", what, text.len > 0 ? arena_strdup(m->arena, buf_str(&text)) : "said nothing of it",
	    EXPLAIN_PLAIN, out);
	buf_free(&text);
}

/* --- what was usual -------------------------------------------------------------------------- */

static void
tell_history(const struct measurement *m, struct explanation *out)
{
	const struct baseline *b = m->baseline;
	char last[CLOCK_TEXT_SIZE];
	const char *words;

	if (b == NULL || b->measured == 0)
		return;
	if (b->ok == 0)
		words = arena_printf(m->arena, "never, in %lld rounds", (long long)b->measured);
	else {
		clock_ooni(b->last_ok_us, last)[16] = '\0';
		words = arena_printf(m->arena, "%lld of %lld rounds on %lld day%s, last %s UTC", (long long)b->ok,
		    (long long)b->measured, (long long)b->days, b->days == 1 ? "" : "s", last);
	}
	tell_step(m->arena, "usually", "reached", words, EXPLAIN_PLAIN, out);
}

/* A change is told, and nothing made of it. */
static void
tell_certificate(const struct measurement *m, struct explanation *out)
{
	const struct certificate_news news = certificate_news_of(m);
	char last[CLOCK_TEXT_SIZE];

	if (!news.new_key && !news.new_issuer)
		return;
	/* The one seen last comes first. */
	clock_ooni(news.new_key ? m->baseline->keys[0].last_us : m->baseline->issuers[0].last_us, last)[16] = '\0';
	tell_step(m->arena, "usually", "certificate",
	    arena_printf(m->arena, "%s; the one before was last seen %s UTC. It is valid, and sites do change theirs",
		news.new_key && news.new_issuer ? "a new key, and a new issuer"
		    : news.new_key		 ? "a new key of an issuer that it had before"
						 : "a new issuer, for a key that it had before",
		last),
	    EXPLAIN_PLAIN, out);
}

void
tell_around(const struct measurement *m, struct explanation *out)
{
	tell_quic(m, out);
	tell_route(m, out);
	tell_vantage(m, out);
	tell_history(m, out);
	tell_certificate(m, out);
}
