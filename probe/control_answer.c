/*
 * From a measurement to a test helper's answer. The names of failures are those of OONI's oohelperd (its dns.go,
 * tcp.go and http.go map them; TLS failures it passes on as they are), because its probes compare them.
 */
#include "probe/control_answer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "results/facts.h"
#include "results/failure.h"
#include "results/measurement.h"
#include "results/vantage.h"

const char control_endpoint_tag[] = "endpoint";

struct legacy {
	enum failure failure;
	const char *name; /* NULL: no failure */
};

static const struct legacy dns_names[] = {
    {FAILURE_DNS_NXDOMAIN, "dns_name_error"},
    /* An empty answer is just that: no addresses, no failure. */
    {FAILURE_DNS_NO_ANSWER, NULL},
    {FAILURE_DNS_REFUSED, "dns_server_failure"},
    {FAILURE_DNS_SERVFAIL, "dns_server_failure"},
    {FAILURE_DNS_SERVER_MISBEHAVING, "dns_server_failure"},
    {FAILURE_DNS_TEMPORARY, "dns_server_failure"},
    {FAILURE_MAX, "unknown_error"},
};

static const struct legacy tcp_names[] = {
    {FAILURE_GENERIC_TIMEOUT, "generic_timeout_error"},
    {FAILURE_CONNECTION_REFUSED, "connection_refused_error"},
    {FAILURE_MAX, "connect_error"},
};

static const struct legacy http_names[] = {
    {FAILURE_DNS_NXDOMAIN, "dns_lookup_error"},
    {FAILURE_DNS_NO_ANSWER, "dns_lookup_error"},
    {FAILURE_DNS_REFUSED, "dns_lookup_error"},
    {FAILURE_DNS_SERVFAIL, "dns_lookup_error"},
    {FAILURE_DNS_SERVER_MISBEHAVING, "dns_lookup_error"},
    {FAILURE_DNS_TEMPORARY, "dns_lookup_error"},
    {FAILURE_GENERIC_TIMEOUT, "generic_timeout_error"},
    {FAILURE_INTERRUPTED, "generic_timeout_error"}, /* our own time ran out */
    {FAILURE_CONNECTION_REFUSED, "connection_refused_error"},
    {FAILURE_MAX, "unknown_error"},
};

/* In the arena; NULL none. The tables end with what all others are called. */
static char *
legacy_name(struct arena *arena, const struct legacy *names, const char *failure)
{
	enum failure f = failure_find(failure);

	if (f == FAILURE_NONE)
		return NULL;
	while (names->failure != f && names->failure != FAILURE_MAX)
		names++;
	return arena_strdup(arena, names->name);
}

static bool
has_tag(const struct common *c, const char *tag)
{
	return c->ntags > 0 && strcmp(c->tags[0], tag) == 0;
}

/* Of the target itself: no redirect's. */
static bool
of_target(const struct common *c)
{
	return has_tag(c, "depth=0") || has_tag(c, control_endpoint_tag);
}

/* Whether it is this machine that lacked something, such as descriptors. That says nothing of the site. */
static bool
own_lack(struct arena *arena, const char *failure)
{
	static const int lacks[] = {EMFILE, ENFILE, ENOBUFS, ENOMEM, EADDRNOTAVAIL};
	size_t i;

	for (i = 0; failure != NULL && i < sizeof(lacks) / sizeof(lacks[0]); i++)
		if (strcmp(failure, failure_of_errno(arena, lacks[i])) == 0)
			return true;
	return false;
}

/* Nothing was found out: our time ran out, or something else of ours did. */
static bool
cut_short(const struct measurement *m, const char *failure)
{
	return failure_find(failure) == FAILURE_INTERRUPTED || own_lack(m->arena, failure);
}

/* --- endpoints ------------------------------------------------------------------------------- */

/* The entry of that endpoint, a new one if need be; NULL: there are too many. */
static struct vantage_endpoint *
endpoint_get(struct arena *arena, struct vantage_endpoint **items, size_t *n, const char *name)
{
	struct vantage_endpoint *e;
	size_t i;

	for (i = 0; i < *n; i++)
		if (strcmp((*items)[i].endpoint, name) == 0)
			return &(*items)[i];
	if (*n == VANTAGE_ITEMS_MAX)
		return NULL;
	e = ARENA_PUSH(arena, *items, *n);
	e->endpoint = arena_strdup(arena, name);
	return e;
}

/* A connection to an endpoint; reached once is reached. */
static void
endpoint_take(struct vantage_endpoint *e, char *failure)
{
	if (e == NULL || e->status)
		return;
	e->status = failure == NULL;
	e->failure = failure;
}

static void
answer_endpoints(const struct measurement *m, struct vantage *v)
{
	const struct tls_handshake *tls;
	const struct tcp_connect *tcp;
	struct vantage_endpoint *e;
	const char *name;
	size_t i;

	for (i = 0; i < m->ntcp; i++) {
		tcp = &m->tcp[i];
		if (!of_target(&tcp->c) || cut_short(m, tcp->failure))
			continue;
		name = arena_printf(m->arena, strchr(tcp->ip, ':') != NULL ? "[%s]:%d" : "%s:%d",
		    tcp->ip, tcp->port);
		endpoint_take(endpoint_get(m->arena, &v->tcp, &v->ntcp, name),
		    legacy_name(m->arena, tcp_names, tcp->failure));
	}
	for (i = 0; i < m->ntls; i++) {
		tls = &m->tls[i];
		if (!of_target(&tls->c) || cut_short(m, tls->failure))
			continue;
		e = endpoint_get(m->arena, &v->tls, &v->ntls, tls->address);
		endpoint_take(e, arena_strdup(m->arena, tls->failure));
		if (e != NULL)
			e->server_name = tls->server_name;
	}
}

/* --- addresses ------------------------------------------------------------------------------- */

static void
ip_flag(struct arena *arena, struct vantage *v, const char *text, int64_t flag)
{
	struct vantage_ip *ip;
	size_t i;

	for (i = 0; i < v->nips; i++)
		if (strcmp(v->ips[i].ip, text) == 0) {
			v->ips[i].flags |= flag;
			return;
		}
	if (v->nips == VANTAGE_ITEMS_MAX)
		return;
	ip = ARENA_PUSH(arena, v->ips, v->nips);
	ip->ip = arena_strdup(arena, text);
	ip->flags = flag | (address_is_bogon(text) ? VANTAGE_IP_BOGON : 0);
}

static void
add_address(struct arena *arena, struct vantage *v, const char *text)
{
	size_t i;

	for (i = 0; i < v->naddrs; i++)
		if (strcmp(v->addrs[i], text) == 0)
			return;
	if (v->naddrs < VANTAGE_ITEMS_MAX)
		*ARENA_PUSH(arena, v->addrs, v->naddrs) = arena_strdup(arena, text);
}

/* How much a failed query says of the name: a reply more than silence, and that more than what was cut short. */
static int
weight(const struct measurement *m, const struct query *q)
{
	if (cut_short(m, q->failure))
		return 0;
	return q->rcode >= 0 ? 2 : 1;
}

/*
 * Why a hop has no address; NULL: it has, or its name was not looked up. Of several failures that which says most; then the
 * system's resolver's, whose role is the first. AAAA says nothing where A did not answer.
 */
static const char *
name_failure(const struct measurement *m, const char *tag)
{
	const struct query *worst = NULL, *q;
	size_t i;

	for (i = 0; i < m->nqueries; i++) {
		q = &m->queries[i];
		if (!has_tag(&q->c, tag))
			continue;
		if (q->failure == NULL)
			return NULL;
		if (strcmp(q->query_type, "A") != 0)
			continue;
		if (worst == NULL || weight(m, q) > weight(m, worst) ||
		    (weight(m, q) == weight(m, worst) && q->role < worst->role))
			worst = q;
	}
	return worst != NULL ? worst->failure : NULL;
}

static void
answer_dns(const struct measurement *m, struct vantage *v)
{
	const struct query *q;
	size_t i, k;

	for (i = 0; i < m->nqueries; i++) {
		q = &m->queries[i];
		for (k = 0; has_tag(&q->c, "depth=0") && q->failure == NULL && k < q->nanswers; k++)
			if (q->answers[k].address != NULL)
				add_address(m->arena, v, q->answers[k].address);
	}
	v->dns_failure = legacy_name(m->arena, dns_names, name_failure(m, "depth=0"));
}

static void
answer_ips(const struct measurement *m, struct vantage *v, char *const *asked_ips, size_t nasked)
{
	const struct tls_handshake *tls;
	char *ip;
	size_t i;

	for (i = 0; i < nasked; i++)
		ip_flag(m->arena, v, asked_ips[i], VANTAGE_IP_PROBE);
	for (i = 0; i < v->naddrs; i++)
		ip_flag(m->arena, v, v->addrs[i], VANTAGE_IP_HELPER);
	for (i = 0; i < m->ntls; i++) {
		tls = &m->tls[i];
		if (!of_target(&tls->c) || tls->failure != NULL)
			continue;
		/* "192.0.2.1:443" or "[2001:db8::1]:443" without its port. */
		ip = arena_strndup(m->arena, tls->address,
		    (size_t)(strrchr(tls->address, ':') - tls->address));
		if (ip[0] == '[') {
			ip[strlen(ip) - 1] = '\0';
			ip++;
		}
		ip_flag(m->arena, v, ip, VANTAGE_IP_TLS_VALID);
	}
}

/* --- the page -------------------------------------------------------------------------------- */

/* What ended the way to a page that was never asked for: the furthest step's failure. */
static const char *
way_failure(const struct measurement *m, const char *tag)
{
	const char *tls = NULL, *tcp = NULL, *name = name_failure(m, tag);
	size_t i;

	for (i = 0; i < m->ntls; i++)
		if (has_tag(&m->tls[i].c, tag) && !own_lack(m->arena, m->tls[i].failure) &&
		    m->tls[i].failure != NULL)
			tls = m->tls[i].failure;
	for (i = 0; i < m->ntcp; i++)
		if (has_tag(&m->tcp[i].c, tag) && !own_lack(m->arena, m->tcp[i].failure) &&
		    m->tcp[i].failure != NULL)
			tcp = m->tcp[i].failure;
	if (tls != NULL || tcp != NULL)
		return tls != NULL ? tls : tcp;
	/* Neither: it led to where we do not go. */
	return name != NULL ? name : "unknown_failure: control: not asked for";
}

/* JSON has no other strings than UTF-8. */
static char *
utf8_copy(struct arena *arena, const char *text)
{
	struct buf out = BUF_EMPTY;
	size_t len = strlen(text), i, n;
	uint32_t code;
	char *copy;

	for (i = 0; i < len; i += n > 0 ? n : 1) {
		n = utf8_next(text + i, len - i, &code);
		if (n > 0)
			buf_add(&out, text + i, n);
		else
			buf_puts(&out, "\xef\xbf\xbd");
	}
	copy = arena_strdup(arena, buf_str(&out));
	buf_free(&out);
	return copy;
}

/* The first value of each name, as a map has it. */
static void
add_header(struct arena *arena, struct vantage_http *http, const struct http_header *from)
{
	struct http_header *h;
	size_t i;

	if (http->nheaders == VANTAGE_ITEMS_MAX || !utf8_valid(from->name, strlen(from->name)))
		return;
	for (i = 0; i < http->nheaders; i++)
		if (strcmp(http->headers[i].name, from->name) == 0)
			return;
	h = ARENA_PUSH(arena, http->headers, http->nheaders);
	h->name = from->name;
	h->value = utf8_copy(arena, from->value);
}

static void
take_page(const struct measurement *m, const struct http_request *r, struct vantage_http *http)
{
	size_t i;

	http->status_code = r->code;
	http->body_length = r->body_length;
	if (r->title != NULL)
		http->title = utf8_copy(m->arena, r->title);
	for (i = 0; i < r->nheaders; i++)
		add_header(m->arena, http, &r->headers[i]);
}

/* The tag of the observations one redirect further. */
static const char *
next_tag(struct arena *arena, const struct http_request *last)
{
	const char *tag = last->c.ntags > 0 ? last->c.tags[0] : "depth=0";

	return arena_printf(arena, "depth=%d", atoi(tag + strcspn(tag, "0123456789")) + 1);
}

/* Where IPv6 is switched off, its addresses are not available. */
static bool
without_ipv6(const struct tcp_connect *tcp)
{
	return strchr(tcp->ip, ':') != NULL &&
	    failure_find(tcp->failure) == FAILURE_ADDRESS_NOT_AVAILABLE;
}

/*
 * Whether a page was missed for something that this machine lacked: at one address even, for it may have been the good one. Only
 * IPv6 is nothing to be missed where another address was tried.
 */
static bool
way_lacked(const struct measurement *m, const char *tag)
{
	bool tried = false, spared = false;
	size_t i;

	if (own_lack(m->arena, name_failure(m, tag)))
		return true;
	for (i = 0; i < m->ntls; i++)
		if (has_tag(&m->tls[i].c, tag) && own_lack(m->arena, m->tls[i].failure))
			return true;
	for (i = 0; i < m->ntcp; i++) {
		if (!has_tag(&m->tcp[i].c, tag))
			continue;
		if (without_ipv6(&m->tcp[i]))
			spared = true;
		else if (own_lack(m->arena, m->tcp[i].failure))
			return true;
		else
			tried = true;
	}
	return spared && !tried;
}

/* Returns false where nothing can be said of it: see way_lacked. */
static bool
answer_page(const struct measurement *m, struct vantage_http *http)
{
	const struct http_request *last = m->nrequests > 0 ? &m->requests[m->nrequests - 1] : NULL;
	const char *failure = NULL, *tag = NULL; /* tag: the hop that was not asked */

	http->asked = true;
	http->body_length = http->status_code = -1;
	http->title = arena_strdup(m->arena, "");
	http->discovered_h3_endpoint = http->title;
	if (last == NULL)
		tag = "depth=0";
	else if (last->failure != NULL)
		failure = last->failure;
	else if (last->location != NULL)
		tag = next_tag(m->arena, last); /* it led nowhere */
	if (tag != NULL)
		failure = way_failure(m, tag);
	if ((tag != NULL && way_lacked(m, tag)) || own_lack(m->arena, failure))
		return false;
	if (failure == NULL)
		take_page(m, last, http);
	http->failure = legacy_name(m->arena, http_names, failure);
	return true;
}

struct vantage *
control_answer(const struct measurement *m, char *const *asked_ips, size_t nasked)
{
	struct vantage *v = arena_alloc(m->arena, sizeof(*v));

	v->answered = true;
	answer_dns(m, v);
	answer_endpoints(m, v);
	answer_ips(m, v, asked_ips, nasked);
	return answer_page(m, &v->http) ? v : NULL;
}
