/* From trials to counts: who answered what to whom. */
#include "results/trials.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "results/facts.h"
#include "results/measurement.h"
#include "results/site.h"

bool
trials_why(const struct common *c, const char *why)
{
	size_t i;

	for (i = 0; i < c->ntags; i++)
		if (strncmp(c->tags[i], "why=", 4) == 0 && strcmp(c->tags[i] + 4, why) == 0)
			return true;
	return false;
}

static bool
silent(enum failure f)
{
	return f == FAILURE_GENERIC_TIMEOUT || f == FAILURE_TIMED_OUT;
}

static enum reply
reply_of_failure(enum failure f)
{
	if (f == FAILURE_NONE)
		return REPLY_SERVER;
	if (f == FAILURE_INTERRUPTED)
		return REPLY_NONE;
	if (f == FAILURE_CONNECTION_RESET)
		return REPLY_RESET;
	if (f == FAILURE_EOF)
		return REPLY_CLOSE;
	return silent(f) ? REPLY_SILENCE : REPLY_OTHER;
}

enum reply
trials_reply(const struct tls_handshake *tls)
{
	enum reply reply = reply_of_failure(failure_find(tls->failure));

	/* An alert and the close that follows it are one answer. */
	if (tls->alert >= 0 && tls->failure != NULL && reply != REPLY_NONE)
		return REPLY_ALERT;
	/* A certificate that does not verify, or a handshake that we could not finish: a server spoke. */
	if (reply == REPLY_OTHER && tls->step != NULL && strcmp(tls->step, "start") != 0 &&
	    strcmp(tls->step, "client_hello_sent") != 0)
		return REPLY_SERVER;
	return reply;
}

static void
count(struct reply_count *c, enum reply reply)
{
	enum reply r;

	if (reply == REPLY_NONE)
		return;
	c->by[reply]++;
	if (reply == REPLY_NO_TCP)
		return;
	c->n++;
	c->server += reply == REPLY_SERVER;
	c->bad += reply == REPLY_RESET || reply == REPLY_CLOSE || reply == REPLY_SILENCE ||
	    reply == REPLY_ALERT;
	for (r = REPLY_ALERT; r <= REPLY_SILENCE; r++)
		if (c->by[r] > 0 && (c->kind == REPLY_NONE || c->by[r] > c->by[c->kind]))
			c->kind = r;
}

double
trials_fisher(int a, int n1, int b, int n2)
{
	int k = a + b, n = n1 + n2, i, most = k < n1 ? k : n1;
	double p = 0, all;

	if (n1 <= 0 || n2 <= 0 || k == 0)
		return 1;
	all = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1);
	for (i = a; i <= most; i++) {
		if (k - i > n2)
			continue;
		p += exp(lgamma(n1 + 1) - lgamma(i + 1) - lgamma(n1 - i + 1) + lgamma(n2 + 1) -
		    lgamma(k - i + 1) - lgamma(n2 - (k - i) + 1) - all);
	}
	return p > 1 ? 1 : p;
}

/* --- server names ---------------------------------------------------------------------------- */

static const struct tls_handshake *
handshake_of(const struct measurement *m, const struct tcp_connect *tcp)
{
	size_t i;

	for (i = 0; i < m->ntls; i++)
		if (m->tls[i].c.transaction_id == tcp->c.transaction_id)
			return &m->tls[i];
	return NULL;
}

static enum reply
reply_of(const struct measurement *m, const struct tcp_connect *tcp)
{
	const struct tls_handshake *tls = tcp->failure == NULL ? handshake_of(m, tcp) : NULL;

	if (tcp->failure != NULL)
		return failure_find(tcp->failure) == FAILURE_INTERRUPTED ? REPLY_NONE : REPLY_NO_TCP;
	return tls != NULL ? trials_reply(tls) : REPLY_NONE;
}

/* What happened at one landmark, in the order of time. */
struct place {
	const char *ip;
	struct reply_count before, target, canary, after; /* own name before the first target's, and after it */
	struct reply_count own; /* its own name in all */
	enum reply first;
};

enum { PLACES_MAX = 8 };

static struct place *
place_get(struct place *places, size_t *n, const char *ip)
{
	size_t i;

	for (i = 0; i < *n; i++)
		if (strcmp(places[i].ip, ip) == 0)
			return &places[i];
	if (*n == PLACES_MAX)
		return NULL;
	places[*n] = (struct place){.ip = ip};
	return &places[(*n)++];
}

static void
gather_place(const struct measurement *c, const struct tcp_connect *tcp, struct place *places,
    size_t *n)
{
	bool own = trials_why(&tcp->c, "sni_own"), away = trials_why(&tcp->c, "sni_away");
	bool canary = trials_why(&tcp->c, "sni_away_canary");
	enum reply reply;
	struct place *p;

	if (tcp->ip == NULL || (!own && !away && !canary) ||
	    (p = place_get(places, n, tcp->ip)) == NULL)
		return;
	reply = reply_of(c, tcp);
	if (own) {
		count(p->target.n + p->target.by[REPLY_NO_TCP] > 0 ? &p->after : &p->before, reply);
		count(&p->own, reply);
	} else if (canary)
		count(&p->canary, reply);
	else {
		count(&p->target, reply);
		if (p->first == REPLY_NONE)
			p->first = reply;
	}
}

static int
all_of(const struct reply_count *c)
{
	return c->n + c->by[REPLY_NO_TCP];
}

static void
add(struct reply_count *sum, const struct reply_count *c)
{
	int r, i;

	for (r = REPLY_SERVER; r < REPLY_MAX; r++)
		for (i = 0; i < c->by[r]; i++)
			count(sum, (enum reply)r);
}

static void
judge_place(const struct place *p, struct sni_facts *out)
{
	bool target_bad = p->target.n > 0 && p->target.bad == p->target.n && p->target.server == 0;
	bool after_dead = all_of(&p->after) > 0 && p->after.server == 0 && p->canary.server == 0;

	if (p->before.server == 0 || all_of(&p->target) == 0)
		return;
	/* Names that nobody has meet the same here: the server's own way with strangers. */
	if (target_bad && p->canary.bad > 0 && p->canary.kind == p->target.kind && !after_dead)
		return;
	out->places++;
	add(&out->away, &p->target);
	add(&out->away_others, &p->own);
	if (target_bad && after_dead) {
		out->away_dead++;
		out->first_away = p->first;
	} else if (target_bad && p->after.server > 0 && p->after.bad == 0 &&
	    (p->canary.server > 0 ||
		(p->canary.by[REPLY_ALERT] > 0 && p->target.kind != REPLY_ALERT))) {
		out->away_bad++;
		out->first_away = p->first;
	} else if (p->target.server > 0 && p->target.bad == 0)
		out->away_fine++;
	else if (p->target.bad > 0)
		out->first_away = p->target.kind;
}

/* The name that the trials send: the target's, or that of its own to which it leads. NULL: none was sent. */
static const char *
tested_name(const struct measurement *m)
{
	const struct measurement *c = m->confirm;
	size_t i;

	for (i = 0; c != NULL && i < c->ntls; i++)
		if (trials_why(&c->tls[i].c, "sni_target") || trials_why(&c->tls[i].c, "sample"))
			return c->tls[i].server_name;
	return NULL;
}

/* Whether it sent that name; of what never got so far, the target itself counts. */
static bool
sent_name(const struct measurement *m, const struct tcp_connect *tcp, const char *name)
{
	const struct tls_handshake *tls = handshake_of(m, tcp);

	if (tls == NULL || tls->server_name == NULL || name == NULL)
		return facts_depth(&tcp->c) == 0;
	return strcasecmp(tls->server_name, name) == 0;
}

/* The address whose handshakes the trials repeat. */
static bool
tested_here(const struct measurement *m, const char *ip)
{
	const struct measurement *c = m->confirm;
	size_t i;

	for (i = 0; c != NULL && i < c->ntcp; i++)
		if (c->tcp[i].ip != NULL && strcmp(c->tcp[i].ip, ip) == 0 &&
		    (trials_why(&c->tcp[i].c, "sni_target") || trials_why(&c->tcp[i].c, "sample")))
			return true;
	return false;
}

static void
gather_own(const struct measurement *m, struct sni_facts *out)
{
	const struct measurement *c = m->confirm;
	const char *name = tested_name(m);
	const struct tcp_connect *tcp;
	size_t i;

	for (i = 0; i < m->ntcp; i++) {
		tcp = &m->tcp[i];
		if (tcp->ip != NULL && sent_name(m, tcp, name) && tested_here(m, tcp->ip))
			count(&out->target, reply_of(m, tcp));
	}
	for (i = 0; c != NULL && i < c->ntcp; i++) {
		tcp = &c->tcp[i];
		if (trials_why(&tcp->c, "sni_target") || trials_why(&tcp->c, "sample"))
			count(&out->target, reply_of(c, tcp));
		else if (trials_why(&tcp->c, "sni_control"))
			count(&out->control, reply_of(c, tcp));
	}
}

void
trials_sni(const struct measurement *m, struct sni_facts *out)
{
	struct place places[PLACES_MAX];
	size_t n = 0, i;

	*out = (struct sni_facts){.p_own = 1, .p_away = 1};
	gather_own(m, out);
	for (i = 0; m->confirm != NULL && i < m->confirm->ntcp; i++)
		gather_place(m->confirm, &m->confirm->tcp[i], places, &n);
	for (i = 0; i < n; i++)
		judge_place(&places[i], out);
	out->p_own = trials_fisher(
	    out->target.bad, out->target.n, out->control.bad, out->control.n);
	out->p_away = trials_fisher(
	    out->away.bad, out->away.n, out->away_others.bad, out->away_others.n);
}

/* --- TCP ------------------------------------------------------------------------------------- */

void
trials_tcp(const struct measurement *m, struct tcp_pairs *out)
{
	const struct measurement *c = m->confirm;
	const struct tcp_connect *tcp;
	size_t i;

	*out = (struct tcp_pairs){0};
	for (i = 0; c != NULL && i < c->ntcp; i++) {
		tcp = &c->tcp[i];
		if (failure_find(tcp->failure) == FAILURE_INTERRUPTED)
			continue;
		if (trials_why(&tcp->c, "tcp_target"))
			out->target_bad += tcp->failure != NULL;
		else if (trials_why(&tcp->c, "tcp_own")) {
			out->n++;
			out->landmark_bad += tcp->failure != NULL;
		} else if (trials_why(&tcp->c, "tcp_80")) {
			out->port_80_asked = true;
			out->port_80 = tcp->failure == NULL;
		}
	}
}

/* --- DNS ------------------------------------------------------------------------------------- */

static bool
shares_address(const struct query *a, const struct query *b)
{
	size_t i, k;

	for (i = 0; i < a->nanswers; i++)
		for (k = 0; k < b->nanswers; k++)
			if (a->answers[i].address != NULL && b->answers[k].address != NULL &&
			    strcmp(a->answers[i].address, b->answers[k].address) == 0)
				return true;
	return false;
}

static bool
target_has_address_of(const struct measurement *m, const struct query *q)
{
	size_t i;

	for (i = 0; i < m->nqueries; i++)
		if (m->queries[i].role == RESOLVER_SYSTEM && facts_depth(&m->queries[i].c) == 0 &&
		    shares_address(&m->queries[i], q))
			return true;
	return false;
}

static void
gather_duplicates(const struct measurement *c, const struct query *q, struct dns_trials *out)
{
	size_t i;

	for (i = 0; i < c->nduplicates; i++)
		if (c->duplicates[i].c.transaction_id == q->c.transaction_id &&
		    (q->failure != NULL) + (c->duplicates[i].failure != NULL) < 2 &&
		    !shares_address(q, &c->duplicates[i]))
			out->late_truth = true;
}

void
trials_dns(const struct measurement *m, struct dns_trials *out)
{
	const struct measurement *c = m->confirm;
	const struct query *q;
	bool answered, silence;
	size_t i;

	*out = (struct dns_trials){0};
	for (i = 0; c != NULL && i < c->nqueries; i++) {
		q = &c->queries[i];
		if (failure_find(q->failure) == FAILURE_INTERRUPTED)
			continue;
		answered = q->failure == NULL && q->nanswers > 0;
		silence = q->failure != NULL && q->rcode < 0;
		if (trials_why(&q->c, "dns_target")) {
			out->target_n++;
			out->target_silent += silence;
			out->target_denied += !answered && !silence;
			gather_duplicates(c, q, out);
		} else if (trials_why(&q->c, "dns_control")) {
			out->control_n++;
			out->control_answered += answered;
			out->control_same += answered && target_has_address_of(m, q);
		} else if (trials_why(&q->c, "dns_nonexistent")) {
			out->nonexistent_asked = true;
			out->nonexistent_answered = answered;
			out->wildcard_same = answered && target_has_address_of(m, q);
		} else if (trials_why(&q->c, "dns_nowhere"))
			out->nowhere_answered = out->nowhere_answered || q->rcode >= 0;
		else if (trials_why(&q->c, "dns_nowhere_control"))
			out->nowhere_control_answered = q->rcode >= 0;
	}
}

/* --- HTTP ------------------------------------------------------------------------------------ */

/* Whether two responses are the same page: to the byte, or the same redirect, or alike but for what differs each time. */
static bool
same_page(const struct http_request *a, const struct http_request *b)
{
	double ratio;

	if (a->code == 0 || a->code != b->code)
		return false;
	if (a->location != NULL || b->location != NULL)
		return a->location != NULL && b->location != NULL &&
		    strcspn(a->location, "?#") == strcspn(b->location, "?#") &&
		    strncmp(a->location, b->location, strcspn(a->location, "?#")) == 0;
	if (a->body_sha256 != NULL && b->body_sha256 != NULL &&
	    strcmp(a->body_sha256, b->body_sha256) == 0)
		return a->body_length > 0;
	if (a->title == NULL || b->title == NULL || strcmp(a->title, b->title) != 0 ||
	    a->body_length == 0 || b->body_length == 0)
		return false;
	ratio = (double)a->body_length / (double)b->body_length;
	return ratio > 0.8 && ratio < 1.25;
}

/*
 * What the target itself gave to a plain request, when it did. Not if it leads to itself: servers that send every name to
 * its own https:// give just that to the target's name as well.
 */
static const struct http_request *
plain_response(const struct measurement *m)
{
	const struct http_request *r;
	size_t i;

	for (i = 0; i < m->nrequests; i++) {
		r = &m->requests[i];
		if (r->code > 0 && facts_depth(&r->c) == 0 && r->url != NULL &&
		    strncmp(r->url, "http:", 5) == 0)
			return r->location != NULL && same_site(r->location, r->url) ? NULL : r;
	}
	return NULL;
}

static bool
is_at(const struct http_request *r, const char *address)
{
	return r->address != NULL && strcmp(r->address, address) == 0;
}

struct host_place {
	int own_n, own_ok, away_n, away_bad, away_page, canary_n, canary_bad, canary_page;
	enum reply kind;
};

static void
gather_host_place(const struct measurement *m, const char *address, struct host_place *p)
{
	const struct http_request *page = plain_response(m), *r;
	enum reply reply;
	size_t i;

	for (i = 0; i < m->confirm->nrequests; i++) {
		r = &m->confirm->requests[i];
		reply = r->code > 0 ? REPLY_SERVER : reply_of_failure(failure_find(r->failure));
		if (!is_at(r, address) || reply == REPLY_NONE)
			continue;
		if (trials_why(&r->c, "host_own")) {
			p->own_n++;
			p->own_ok += reply == REPLY_SERVER;
		} else if (trials_why(&r->c, "host_away")) {
			p->away_n++;
			p->away_bad += reply != REPLY_SERVER;
			p->away_page += page != NULL && same_page(page, r);
			if (reply != REPLY_SERVER && p->kind == REPLY_NONE)
				p->kind = reply;
		} else if (trials_why(&r->c, "host_canary")) {
			p->canary_n++;
			p->canary_bad += reply != REPLY_SERVER;
			p->canary_page += page != NULL && same_page(page, r);
		}
	}
}

/*
 * Whether the target's address gives the landmark's own page to the landmark's name: machines of one provider, each of which
 * serves all of his customers. Then the target's page at the landmark is nothing odd.
 */
static bool
of_one_provider(const struct measurement *m, const char *address)
{
	const struct measurement *c = m->confirm;
	const struct http_request *own, *control;
	size_t i, k, own_len, control_len;
	const char *own_host, *control_host;

	for (i = 0; i < c->nrequests; i++) {
		own = &c->requests[i];
		if (!is_at(own, address) || !trials_why(&own->c, "host_own") || own->url == NULL)
			continue;
		own_host = url_host(own->url, &own_len);
		for (k = 0; k < c->nrequests; k++) {
			control = &c->requests[k];
			if (!trials_why(&control->c, "host_control") || control->url == NULL)
				continue;
			control_host = url_host(control->url, &control_len);
			if (own_len == control_len && strncmp(own_host, control_host, own_len) == 0 &&
			    same_page(own, control))
				return true;
		}
	}
	return false;
}

static void
judge_host_place(const struct host_place *p, struct host_trials *out)
{
	if (p->own_ok == 0 || p->away_n == 0 || p->canary_n == 0)
		return;
	out->places++;
	if (p->away_bad == p->away_n && (p->canary_bad == 0 || p->own_ok < p->own_n)) {
		out->away_bad++;
		out->kind = p->kind;
	} else if (p->away_page == p->away_n && p->canary_page == 0)
		out->away_page++;
	else if (p->away_bad == 0 && p->away_page == 0)
		out->away_other++;
}

static bool
first_of_address(const struct measurement *c, size_t i)
{
	size_t k;

	for (k = 0; k < i; k++)
		if (trials_why(&c->requests[k].c, "host_own") &&
		    is_at(&c->requests[k], c->requests[i].address))
			return false;
	return true;
}

void
trials_host(const struct measurement *m, struct host_trials *out)
{
	const struct measurement *c = m->confirm;
	const struct http_request *r;
	size_t i;

	*out = (struct host_trials){0};
	for (i = 0; c != NULL && i < c->nrequests; i++) {
		struct host_place p = {0};

		r = &c->requests[i];
		if (trials_why(&r->c, "host_control") &&
		    failure_find(r->failure) != FAILURE_INTERRUPTED) {
			out->control_n++;
			out->control_bad += r->code == 0;
		}
		if (!trials_why(&r->c, "host_own") || r->address == NULL || !first_of_address(c, i))
			continue;
		if (of_one_provider(m, r->address))
			continue;
		gather_host_place(m, r->address, &p);
		judge_host_place(&p, out);
	}
}

void
trials_address(const struct measurement *m, struct address_trials *out)
{
	const struct measurement *c = m->confirm;
	const struct http_request *page = NULL, *canary = NULL, *genuine = NULL, *r;
	size_t i;

	for (i = 0; c != NULL && i < c->nrequests; i++) {
		r = &c->requests[i];
		if (trials_why(&r->c, "address_page"))
			page = r;
		else if (trials_why(&r->c, "address_canary"))
			canary = r;
		else if (trials_why(&r->c, "address_true"))
			genuine = r;
	}
	*out = (struct address_trials){.asked = page != NULL};
	out->answered = page != NULL && page->code > 0;
	out->any_name = out->answered && canary != NULL && same_page(page, canary);
	if (!out->answered || genuine == NULL || genuine->code == 0)
		return;
	out->same_as_true = same_page(page, genuine);
	out->other_than_true = !out->same_as_true;
}

/* --- flows ----------------------------------------------------------------------------------- */

/* Below so many bytes a rate says more of the round trip than of the line. */
enum { RATE_BYTES = 8000, RATES_MAX = 64, TLS_RECORD = 16384 };

/* What came faster than this is fast; how fast, so short a time cannot tell. */
static const double shortest_s = 0.1;

double
facts_rate(const struct http_request *r)
{
	double took = r->last_byte_s - r->first_byte_s;
	double all = r->c.t - r->c.t0, rest = r->c.t - r->first_byte_s;

	if (r->first_byte_s < 0 || failure_find(r->failure) == FAILURE_INTERRUPTED)
		return NAN;
	/*
	 * It was not in time: at most so fast. Of a record that has not come whole, nothing has been read. Where most of the time
	 * went by before it began, the rest is too short to tell: then the handshake counts as well.
	 */
	if (r->body_length < RATE_BYTES && silent(failure_find(r->failure)) && all > 0)
		return (double)(r->body_length + TLS_RECORD) / (rest > all / 2 ? rest : all);
	if (r->body_length < RATE_BYTES)
		return NAN;
	return (double)r->body_length / (took > shortest_s ? took : shortest_s);
}

/* Slow, and still on its way when our own time ran out. Nothing for most of the time is another thing. */
bool
facts_still_coming(const struct http_request *r)
{
	double all = r->c.t - r->c.t0;

	return silent(failure_find(r->failure)) && r->code > 0 && r->last_byte_s >= 0 &&
	    r->c.t - r->last_byte_s <= all / 2;
}

/*
 * Ended by somebody before the page did; a slow one is not. A reset that overtakes the first bytes takes them with it, so under a
 * server's own name a page need not have begun; but servers turn strangers away, and then what never began is for the tests of names.
 */
static bool
cut(const struct http_request *r, bool stranger)
{
	enum failure f = failure_find(r->failure);

	if (stranger && r->first_byte_s < 0)
		return false;
	return f == FAILURE_CONNECTION_RESET || f == FAILURE_EOF || (silent(f) && !facts_still_coming(r));
}

static int
compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double
flow_median(const struct measurement *c, const char *why, bool stranger, int *n, int *ncut, int *nlost, double *least,
    double *most)
{
	double rates[RATES_MAX], rate;
	size_t i, k = 0;

	for (i = 0; c != NULL && i < c->nrequests; i++) {
		if (!trials_why(&c->requests[i].c, why))
			continue;
		*ncut += cut(&c->requests[i], stranger);
		rate = facts_rate(&c->requests[i]);
		*nlost += isnan(rate) && c->requests[i].failure != NULL &&
		    failure_find(c->requests[i].failure) != FAILURE_INTERRUPTED;
		if (!isnan(rate) && k < RATES_MAX)
			rates[k++] = rate;
	}
	*n = (int)k;
	if (k == 0)
		return NAN;
	qsort(rates, k, sizeof(*rates), compare_doubles);
	*least = rates[0];
	*most = rates[k - 1];
	return k % 2 == 1 ? rates[k / 2] : (rates[k / 2 - 1] + rates[k / 2]) / 2;
}

static bool
is_begun(const struct measurement *m, const struct http_request *whole)
{
	const struct http_request *r;
	size_t i;

	for (i = 0; i < m->nrequests; i++) {
		r = &m->requests[i];
		if (r->failure != NULL && r->title != NULL && facts_depth(&r->c) == 0 &&
		    strcmp(r->title, whole->title) == 0 && whole->body_length > r->body_length)
			return true;
	}
	return false;
}

/* A page that came whole under another name, and whose beginning came under the target's. */
static bool
control_has_targets_page(const struct measurement *m)
{
	const struct measurement *c = m->confirm;
	size_t i;

	for (i = 0; c != NULL && i < c->nrequests; i++)
		if (trials_why(&c->requests[i].c, "flow_control") && c->requests[i].failure == NULL &&
		    c->requests[i].title != NULL && is_begun(m, &c->requests[i]))
			return true;
	return false;
}

void
trials_flow(const struct measurement *m, struct flow_trials *out)
{
	const struct measurement *c = m->confirm;

	double target_most, control_least, own_least, away_most, unused;
	int unasked = 0;

	*out = (struct flow_trials){0};
	out->target = flow_median(c, "flow_target", false, &out->ntarget, &out->cut_target, &unasked,
	    &unused, &target_most);
	out->control = flow_median(c, "flow_control", true, &out->ncontrol, &out->cut_control,
	    &out->lost_control, &control_least, &unused);
	out->own = flow_median(
	    c, "flow_own", false, &out->nown, &out->cut_own, &out->lost_own, &own_least, &unused);
	out->away = flow_median(
	    c, "flow_away", true, &out->naway, &out->cut_away, &unasked, &unused, &away_most);
	out->same_page = control_has_targets_page(m);
	out->target_always_slower =
	    out->ntarget >= 2 && out->ncontrol >= 2 && target_most < control_least;
	out->away_always_slower = out->naway >= 2 && out->nown >= 2 && away_most < own_least;
}
