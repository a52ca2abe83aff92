/* From trials to counts: who answered what to whom. */
#include "results/trials.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "results/facts.h"
#include "results/measurement.h"

bool
trials_why(const struct common *c, const char *why)
{
	size_t i;

	for (i = 0; i < c->ntags; i++)
		if (strncmp(c->tags[i], "why=", 4) == 0 && strcmp(c->tags[i] + 4, why) == 0)
			return true;
	return false;
}

enum reply
trials_reply_to_failure(enum failure f)
{
	if (f == FAILURE_NONE)
		return REPLY_SERVER;
	if (f == FAILURE_INTERRUPTED)
		return REPLY_NONE;
	if (f == FAILURE_CONNECTION_RESET)
		return REPLY_RESET;
	if (f == FAILURE_EOF)
		return REPLY_CLOSE;
	return failure_is_silence(f) ? REPLY_SILENCE : REPLY_OTHER;
}

enum reply
trials_reply(const struct tls_handshake *tls)
{
	enum reply reply = trials_reply_to_failure(failure_find(tls->failure));

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

/* All but all of its own names are answered after the target's was sent; one lost among many is the line's. */
static bool
goes_on(const struct place *p)
{
	return p->after.server > 0 &&
	    (p->after.bad == 0 || (p->target.n >= 2 && p->after.server >= 3 * p->after.bad));
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
		out->away_dead_n += all_of(&p->after) + all_of(&p->canary);
		out->first_away = p->first;
	} else if (target_bad && goes_on(p) &&
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
target_has_address_of(const struct measurement *m, const struct query *q)
{
	size_t i;

	for (i = 0; i < m->nqueries; i++)
		if (m->queries[i].role == RESOLVER_SYSTEM && facts_depth(&m->queries[i].c) == 0 &&
		    facts_share_an_address(&m->queries[i], q))
			return true;
	return false;
}

static void
gather_duplicates(const struct measurement *c, const struct query *q, struct dns_trials *out)
{
	size_t i;

	for (i = 0; i < c->nduplicates; i++)
		if (c->duplicates[i].c.transaction_id == q->c.transaction_id &&
		    facts_contradict(q, &c->duplicates[i]))
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
		} else if (trials_why(&q->c, "dns_nowhere")) {
			out->nowhere_n++;
			out->nowhere_answered += q->rcode >= 0;
		} else if (trials_why(&q->c, "dns_nowhere_control")) {
			out->nowhere_control_n++;
			out->nowhere_control_answered += q->rcode >= 0;
		}
	}
}
