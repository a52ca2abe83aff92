/* A clean vantage's measurement as the answer of a test helper. */
#include "analysis/control_facts.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "analysis/ingest.h"
#include "analysis/judged.h"
#include "base/mem.h"
#include "results/facts.h"
#include "results/failure.h"
#include "results/httpdiff.h"
#include "results/measurement.h"
#include "results/vantage.h"

static bool
cut_short(const char *failure)
{
	return failure_find(failure) == FAILURE_INTERRUPTED;
}

static bool
same(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcasecmp(a, b) == 0;
}

/* --- names ----------------------------------------------------------------------------------- */

static bool
has_address(const struct vantage *v, const char *ip)
{
	size_t i;

	for (i = 0; i < v->naddrs; i++)
		if (same(v->addrs[i], ip))
			return true;
	return false;
}

static void
add_network(const struct measurement *m, struct vantage *v, const char *ip, int64_t asn, int64_t flags)
{
	struct vantage_ip *info;

	if (asn == 0 || v->nips >= VANTAGE_ITEMS_MAX || vantage_ip(v, ip) != NULL)
		return;
	info = ARENA_PUSH(m->arena, v->ips, v->nips);
	info->ip = arena_strdup(m->arena, ip);
	info->asn = asn;
	info->flags = flags;
}

static void
take_answer(const struct measurement *m, struct vantage *v, const struct answer *a)
{
	if (a->address == NULL)
		return;
	if (!has_address(v, a->address) && v->naddrs < VANTAGE_ITEMS_MAX)
		*ARENA_PUSH(m->arena, v->addrs, v->naddrs) = arena_strdup(m->arena, a->address);
	add_network(m, v, a->address, a->asn, VANTAGE_IP_HELPER);
}

/* Of several, that there is no such name: it is said by a resolver that answers. A resolver over HTTPS may fail for its own sake. */
static void
take_dns_failure(const struct measurement *m, struct vantage *v, const struct query *q)
{
	bool denied = failure_find(q->failure) == FAILURE_DNS_NXDOMAIN;

	if (same(q->query_type, "AAAA") || (same(q->engine, "doh") && strncmp(q->failure, "dns_", 4) != 0))
		return;
	if (v->dns_failure == NULL || denied)
		v->dns_failure = arena_strdup(m->arena, q->failure);
}

/* False: nobody was asked for the name. */
static bool
take_names(const struct measurement *m, const char *host, struct vantage *v)
{
	const struct query *q;
	bool asked = false;
	size_t i, k;

	for (i = 0; i < m->nqueries; i++) {
		q = &m->queries[i];
		if (!same(q->hostname, host) || cut_short(q->failure))
			continue;
		asked = true;
		for (k = 0; k < q->nanswers; k++)
			take_answer(m, v, &q->answers[k]);
		if (q->failure != NULL)
			take_dns_failure(m, v, q);
	}
	if (v->naddrs > 0)
		v->dns_failure = NULL;
	else if (asked && v->dns_failure == NULL)
		v->dns_failure = arena_strdup(m->arena, failure_name(FAILURE_DNS_NO_ANSWER));
	return asked;
}

/* What its own control said of networks holds wherever one asks. */
static void
take_networks(const struct measurement *m, struct vantage *v)
{
	const struct vantage_ip *info;
	size_t i;

	for (i = 0; m->control != NULL && i < m->control->nips; i++) {
		info = &m->control->ips[i];
		add_network(m, v, info->ip, info->asn, info->flags & VANTAGE_IP_BOGON);
	}
}

/* --- endpoints ------------------------------------------------------------------------------- */

static void
take_endpoint(const struct measurement *m, struct vantage_endpoint **list, size_t *n, const char *endpoint,
    const char *server_name, const char *failure)
{
	struct vantage_endpoint *e = NULL;
	size_t i;

	for (i = 0; i < *n && e == NULL; i++)
		if (strcmp((*list)[i].endpoint, endpoint) == 0)
			e = &(*list)[i];
	if (e == NULL && *n >= VANTAGE_ITEMS_MAX)
		return;
	if (e == NULL) {
		e = ARENA_PUSH(m->arena, *list, *n);
		e->endpoint = arena_strdup(m->arena, endpoint);
		e->server_name = arena_strdup(m->arena, server_name);
	} else if (e->status)
		return;
	e->status = failure == NULL;
	e->failure = arena_strdup(m->arena, failure);
}

/* That a line without IPv6 reaches no such address is no word about the site. */
static bool
wants_ipv6(const struct measurement *m, const char *endpoint, const char *failure)
{
	enum failure f = failure_find(failure);

	if (failure == NULL || strchr(endpoint, ':') == strrchr(endpoint, ':'))
		return false;
	if (m->has_x)
		return m->context.ipv6 != IPV6_OK;
	return f == FAILURE_NETWORK_UNREACHABLE || f == FAILURE_HOST_UNREACHABLE;
}

/* The target's own: of its addresses, or of the first hop. */
static void
take_tcp(const struct measurement *m, struct vantage *v, const struct tcp_connect *t)
{
	char *endpoint;

	if (t->ip == NULL || cut_short(t->failure) || (facts_depth(&t->c) > 0 && !has_address(v, t->ip)))
		return;
	endpoint = arena_printf(m->arena, strchr(t->ip, ':') != NULL ? "[%s]:%d" : "%s:%d", t->ip, t->port);
	if (!wants_ipv6(m, endpoint, t->failure))
		take_endpoint(m, &v->tcp, &v->ntcp, endpoint, NULL, t->failure);
}

static void
take_tls(const struct measurement *m, const char *host, struct vantage *v, const struct tls_handshake *h)
{
	if (h->address == NULL || cut_short(h->failure) || (facts_depth(&h->c) > 0 && !same(h->server_name, host)))
		return;
	if (!wants_ipv6(m, h->address, h->failure))
		take_endpoint(m, &v->tls, &v->ntls, h->address, h->server_name, h->failure);
}

/* --- the page -------------------------------------------------------------------------------- */

/* The last page that is no redirect; else the last request of all. NULL: there was none. */
static const struct http_request *
last_page(const struct measurement *m)
{
	const struct http_request *last = NULL, *page = NULL, *r;
	size_t i;

	for (i = 0; i < m->nrequests; i++) {
		r = &m->requests[i];
		if (cut_short(r->failure))
			continue;
		last = r;
		if (r->failure == NULL && r->code > 0 && r->code / 100 != 3)
			page = r;
	}
	return page != NULL ? page : last;
}

/* Other names would not come back from JSON as they were, and no rule compares them. */
static bool
is_header_name(const char *name)
{
	size_t i;

	for (i = 0; name[i] != '\0'; i++)
		if (name[i] <= ' ' || name[i] > '~')
			return false;
	return i > 0;
}

static void
take_header(const struct measurement *m, struct vantage_http *http, const char *name)
{
	struct http_header *h;
	size_t i;

	if (name == NULL || !is_header_name(name) || http->nheaders >= VANTAGE_ITEMS_MAX)
		return;
	for (i = 0; i < http->nheaders; i++)
		if (same(http->headers[i].name, name))
			return;
	h = ARENA_PUSH(m->arena, http->headers, http->nheaders);
	h->name = arena_strdup(m->arena, name);
	h->value = arena_strdup(m->arena, "");
}

static void
take_page(const struct measurement *m, const struct http_request *r, struct vantage_http *http)
{
	const char *title;
	size_t i, len;

	http->asked = true;
	http->failure = arena_strdup(m->arena, r->failure);
	if (r->failure != NULL || r->code == 0)
		return;
	http->status_code = r->code;
	http->body_length = r->body_is_truncated ? -1 : r->body_length;
	title = httpdiff_title(&r->body, &len);
	http->title = title != NULL ? arena_strndup(m->arena, title, len) : arena_strdup(m->arena, r->title);
	for (i = 0; i < r->nheaders; i++)
		take_header(m, http, r->headers[i].name);
}

static const char *
failure_of_all(const struct vantage_endpoint *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (list[i].status)
			return NULL;
	return n > 0 ? list[n - 1].failure : NULL;
}

/* A helper that does not get as far as the page says of the page why; who did not ask for one leaves it open. */
static void
take_no_page(const struct record *record, struct vantage *v)
{
	const char *failure = v->dns_failure;

	if (v->ntls > 0 && record->target.https)
		failure = failure_of_all(v->tls, v->ntls);
	else if (v->ntcp > 0)
		failure = failure_of_all(v->tcp, v->ntcp);
	if (failure == NULL)
		return;
	v->http.asked = true;
	v->http.failure = arena_strdup(record->m->arena, failure);
}

/* --- order ----------------------------------------------------------------------------------- */

/* What is compared begins with the text that it goes by. */
static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
sort(void *items, size_t n, size_t size)
{
	if (n > 1)
		qsort(items, n, size, compare);
}

/* Resolvers turn their answers around, and no two visits connect in one order. */
static void
put_in_order(struct vantage *v)
{
	sort(v->addrs, v->naddrs, sizeof(*v->addrs));
	sort(v->ips, v->nips, sizeof(*v->ips));
	sort(v->tcp, v->ntcp, sizeof(*v->tcp));
	sort(v->tls, v->ntls, sizeof(*v->tls));
	sort(v->http.headers, v->http.nheaders, sizeof(*v->http.headers));
}

/* --- is it a control? ------------------------------------------------------------------------ */

static bool
any_works(const struct vantage_endpoint *list, size_t n)
{
	return n > 0 && failure_of_all(list, n) == NULL;
}

/* Others' records have no state of the network: something must have come through. */
static bool
was_online(const struct measurement *m, const struct vantage *v)
{
	if (m->has_x)
		return m->context.network == NETWORK_ONLINE && !m->context.local_interception;
	return (m->control != NULL && m->control->answered) || any_works(v->tcp, v->ntcp) ||
	    any_works(v->tls, v->ntls) || v->http.status_code > 0;
}

static bool
is_censored(const struct measurement *m)
{
	struct verdict verdict;

	judged(m, &verdict);
	return verdict.status == VERDICT_BLOCKED || verdict.status == VERDICT_LIKELY_BLOCKED;
}

static struct vantage *
take_all(const struct record *record, bool *asked)
{
	const struct measurement *m = record->m;
	struct vantage *v = arena_alloc(m->arena, sizeof(*v));
	const struct http_request *page = last_page(m);
	size_t i;

	v->answered = true;
	v->http.body_length = v->http.status_code = -1;
	*asked = take_names(m, record->target.host, v);
	take_networks(m, v);
	for (i = 0; i < m->ntcp; i++)
		take_tcp(m, v, &m->tcp[i]);
	for (i = 0; i < m->ntls; i++)
		take_tls(m, record->target.host, v, &m->tls[i]);
	if (page != NULL)
		take_page(m, page, &v->http);
	else
		take_no_page(record, v);
	put_in_order(v);
	return v;
}

enum control_fitness
control_facts_of(const struct record *record, struct vantage **vantage)
{
	const struct measurement *m = record->m;
	struct vantage *v;
	bool asked;

	if (record->target.host == NULL || m->start_us == 0)
		return CONTROL_SILENT;
	v = take_all(record, &asked);
	if (!was_online(m, v))
		return CONTROL_OFFLINE;
	if (is_censored(m))
		return CONTROL_CENSORED;
	/* An answer without addresses would say that the name has none. */
	if (record->target.host_is_ip ? v->ntcp == 0 : !asked)
		return CONTROL_SILENT;
	*vantage = v;
	return CONTROL_FIT;
}

bool
control_works(const struct vantage *v)
{
	if (v->http.asked)
		return v->http.failure == NULL && v->http.status_code > 0 && v->http.status_code < 500;
	if (v->ntls > 0)
		return any_works(v->tls, v->ntls);
	return v->ntcp > 0 ? any_works(v->tcp, v->ntcp) : v->naddrs > 0;
}
