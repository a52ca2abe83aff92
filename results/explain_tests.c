/*
 * The tests of a suspicion, told. Why each was made stands in its tag (probe/choice.c); what it is compared with, in the
 * words here.
 */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "results/explain_tell.h"
#include "results/failure.h"
#include "results/measurement.h"
#include "results/site.h"
#include "results/flow.h"
#include "results/trials.h"

enum place {
	PLACE_NONE,
	PLACE_ADDRESS, /* {at} is the address */
	PLACE_LANDMARK, /* {at} is the name of the server that has nothing to do with the site */
	PLACE_WORDS, /* {at} is the words: what differs in them alone shares a line */
};

struct test_words {
	const char *why;
	const char *what; /* {name}: the name that was sent or asked for */
	enum place place;
	const char *words;
};

/* In the order in which they are told. */
static const struct test_words tests[] = {
    {"dns_target", "your resolver, asked about this name again", PLACE_NONE, NULL},
    {"dns_control", "your resolver, in turns with that, about {name}", PLACE_NONE, NULL},
    {"dns_nonexistent", "your resolver, about a name that nobody has", PLACE_NONE, NULL},
    {"dns_nowhere", "a question about this name, sent to an address without a resolver", PLACE_NONE, NULL},
    {"dns_nowhere_control", "one about {name}, sent there", PLACE_NONE, NULL},
    {"address_page", "the page at {at}, where your resolver leads", PLACE_ADDRESS, NULL},
    {"address_canary", "the same server, asked for a name that nobody has", PLACE_NONE, NULL},
    {"address_true", "the page at {at}, where others lead", PLACE_ADDRESS, NULL},
    {"address_before", "the site at {at}, where it was before", PLACE_ADDRESS, NULL},
    {"tcp_target", "connection to {at}", PLACE_ADDRESS, NULL},
    {"tcp_own", "in turns with it, to the unrelated {at}", PLACE_ADDRESS, NULL},
    {"tcp_80", "port 80 of {at}", PLACE_ADDRESS, NULL},
    {"sample", "the site's name at {at}, again", PLACE_ADDRESS, NULL},
    {"sni_target", "the site's name at {at}, again", PLACE_ADDRESS, NULL},
    {"sni_control", "another name ({name}) at the same address", PLACE_NONE, NULL},
    {"sni_canary", "{at} at the same address", PLACE_WORDS, "a name that nobody has"},
    {"sni_none", "{at} at the same address", PLACE_WORDS, "no name"},
    {"sni_away", "the site's name at the unrelated {at}", PLACE_LANDMARK, NULL},
    {"sni_own", "the own name of {at}", PLACE_LANDMARK, NULL},
    {"sni_away_canary", "a name that nobody has at {at}", PLACE_LANDMARK, NULL},
    {"host_away", "this site's page, asked of the unrelated {at}", PLACE_LANDMARK, NULL},
    {"host_own", "the own page of {at}", PLACE_LANDMARK, NULL},
    {"host_canary", "the page of a name that nobody has, asked of {at}", PLACE_LANDMARK, NULL},
    {"host_nobody", "a page of a name that nobody has, asked of this site's server", PLACE_NONE, NULL},
    {"host_control", "a page of {name}, asked of this site's server", PLACE_NONE, NULL},
};

/* The own name of the server at an address, by the trials that asked for it. */
static const char *
landmark_at(const struct measurement *c, const char *ip)
{
	const struct tls_handshake *tls;
	size_t i;

	for (i = 0; i < c->ntcp && i < EXPLAIN_OBSERVATIONS; i++) {
		if (c->tcp[i].ip == NULL || strcmp(c->tcp[i].ip, ip) != 0 || !trials_why(&c->tcp[i].c, "sni_own"))
			continue;
		tls = tell_handshake_of(c, &c->tcp[i]);
		if (tls != NULL && tls->server_name != NULL)
			return tls->server_name;
	}
	return ip;
}

static const char *
url_host_text(struct arena *arena, const char *url)
{
	size_t len;
	const char *host = url_host(url, &len);

	return arena_strndup(arena, host, len);
}

static const char *
page_landmark(const struct measurement *c, const struct http_request *r)
{
	size_t i;

	for (i = 0; i < c->nrequests && i < EXPLAIN_OBSERVATIONS; i++)
		if (trials_why(&c->requests[i].c, "host_own") && c->requests[i].address != NULL &&
		    strcmp(c->requests[i].address, r->address) == 0 && c->requests[i].url != NULL)
			return url_host_text(c->arena, c->requests[i].url);
	return r->address;
}

/* What was done, with the name that was sent. */
static const char *
what_of(const struct measurement *c, const struct test_words *test, const char *name)
{
	return tell_fill(c->arena, test->what, "{name}", name != NULL ? name : "another name");
}

static enum explain_how
how_of_reply(bool good)
{
	return good ? EXPLAIN_GOOD : EXPLAIN_BAD;
}

static void
add_connections(const struct measurement *c, const struct test_words *test, struct folds *folds)
{
	const struct tls_handshake *tls;
	const struct tcp_connect *tcp;
	const char *place, *words;
	size_t i;

	for (i = 0; i < c->ntcp && i < EXPLAIN_OBSERVATIONS; i++) {
		tcp = &c->tcp[i];
		if (tcp->ip == NULL || !trials_why(&tcp->c, test->why))
			continue;
		tls = tell_handshake_of(c, tcp);
		place = test->place == PLACE_ADDRESS ? tcp->ip
		    : test->place == PLACE_LANDMARK  ? landmark_at(c, tcp->ip)
						     : test->words;
		words = tls != NULL		   ? tell_handshake(c, tls, false)
		    : tcp->failure == NULL	   ? "connected"
		    : strncmp(test->why, "tcp_", 4) == 0 ? tell_failure(c->arena, tcp->failure)
		    : arena_printf(c->arena, "no connection: %s", tell_failure(c->arena, tcp->failure));
		folds_add(folds, what_of(c, test, tls != NULL ? tls->server_name : NULL), place, words,
		    how_of_reply(tls != NULL ? trials_reply(tls) == REPLY_SERVER : tcp->failure == NULL),
		    tell_seconds(tls != NULL ? &tls->c : &tcp->c));
	}
}

static void
add_queries(const struct measurement *c, const struct test_words *test, struct folds *folds)
{
	const struct query *q;
	size_t i;

	for (i = 0; i < c->nqueries && i < EXPLAIN_OBSERVATIONS; i++) {
		q = &c->queries[i];
		if (trials_why(&q->c, test->why))
			folds_add(folds, what_of(c, test, q->hostname), NULL, tell_answer(c->arena, q), EXPLAIN_PLAIN,
			    tell_seconds(&q->c));
	}
}

static void
add_pages(const struct measurement *c, const struct test_words *test, struct folds *folds)
{
	const struct http_request *r;
	const char *place;
	size_t i;

	for (i = 0; i < c->nrequests && i < EXPLAIN_OBSERVATIONS; i++) {
		r = &c->requests[i];
		if (!trials_why(&r->c, test->why) || r->url == NULL)
			continue;
		place = test->place == PLACE_NONE || r->address == NULL ? NULL
		    : test->place == PLACE_ADDRESS			? r->address
									: page_landmark(c, r);
		folds_add(folds, what_of(c, test, url_host_text(c->arena, r->url)), place, tell_page(c->arena, r),
		    how_of_reply(r->code > 0), tell_seconds(&r->c));
	}
}

/* --- how fast -------------------------------------------------------------------------------- */

static void
tell_flow(const struct measurement *m, const char *what, const struct flow *flow, struct explanation *out)
{
	const char *words = NULL;

	if (flow->n > 0)
		words = arena_printf(m->arena, "%.1f kB a second, half-way of %d", flow->rate / 1000, flow->n);
	if (flow->cut > 0)
		words = arena_printf(m->arena, "%s%scut off %d time%s", words != NULL ? words : "",
		    words != NULL ? "; " : "", flow->cut, flow->cut == 1 ? "" : "s");
	if (words != NULL)
		tell_step(m->arena, "test", what, words, flow->cut > 0 ? EXPLAIN_BAD : EXPLAIN_PLAIN, out);
}

static void
tell_flows(const struct measurement *m, struct explanation *out)
{
	struct flow_trials f;

	trials_flow(m, &f);
	tell_flow(m, "this page, with the site's name", &f.target, out);
	tell_flow(m, "this page, with another name", &f.control, out);
	tell_flow(m, "another site's page, with its own name", &f.own, out);
	tell_flow(m, "another site's page, with this site's name", &f.away, out);
}

void
tell_tests(const struct measurement *m, struct explanation *out)
{
	struct folds folds = {.arena = m->arena};
	size_t i;

	if (m->confirm == NULL)
		return;
	for (i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		add_queries(m->confirm, &tests[i], &folds);
		add_connections(m->confirm, &tests[i], &folds);
		add_pages(m->confirm, &tests[i], &folds);
	}
	folds_tell(&folds, "test", out);
	tell_flows(m, out);
}
