/*
 * Gathers a measurement's observations for OONI's rules, and puts them in the order of its "linear" analysis. What the
 * rules make of them is in ooni_dns.c, ooni_walk.c and ooni.c.
 */
#include "results/ooni_view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "results/failure.h"
#include "results/measurement.h"
#include "results/vantage.h"

/* Its tag stands among so many; one program or another may add some, but not a list of its own. */
enum { TAGS_MAX = 16 };

/* Failures as the rules compare them: success is "". */
static const char *
text_of(const char *failure)
{
	return failure != NULL ? failure : "";
}

/* Cut short by a person or by the session's own limit: it has no outcome. */
static bool
interrupted(const char *failure)
{
	return failure_find(failure) == FAILURE_INTERRUPTED;
}

/* As sscanf's "%4d" has it, which takes longer than all else here. */
static bool
read_depth(const char *text, int *depth)
{
	char digits[5] = "", *end;

	text += strspn(text, " \t\n\v\f\r");
	memcpy(digits, text, strnlen(text, sizeof(digits) - 1));
	*depth = (int)strtol(digits, &end, 10);
	return end != digits;
}

int
ooni_depth(char *const *tags, size_t ntags)
{
	static const char prefix[] = "depth=";
	size_t i;
	int depth;

	for (i = 0; i < ntags && i < TAGS_MAX; i++)
		if (strncmp(tags[i], prefix, sizeof(prefix) - 1) == 0 &&
		    read_depth(tags[i] + sizeof(prefix) - 1, &depth))
			return depth;
	return 0;
}

static int
depth_of(const struct common *c)
{
	return ooni_depth(c->tags, c->ntags);
}

/* Same text; two that are missing are not the same. */
static bool
same(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcasecmp(a, b) == 0;
}

/* --- look-ups -------------------------------------------------------------------------------- */

bool
ooni_query_is_system(const struct measurement *m, const struct query *q)
{
	/* The system's truncated answers are asked for again by the engine "tcp". */
	if (m->has_x)
		return q->role == RESOLVER_SYSTEM;
	return same(q->engine, "getaddrinfo") || same(q->engine, "system");
}

bool
ooni_query_failure_ignored(const struct query *q)
{
	return same(q->engine, "doh") ||
	       (same(q->query_type, "AAAA") && failure_find(q->failure) == FAILURE_DNS_NO_ANSWER);
}

/*
 * Another of our queries to this kind of resolver was answered. getaddrinfo, which OONI's rules are made for, asks for both
 * families, every server and again, and tells one outcome.
 */
static bool
answered_elsewhere(const struct measurement *m, const struct query *q)
{
	const struct query *other;
	size_t i;

	for (i = 0; i < m->nqueries; i++) {
		other = &m->queries[i];
		if (other->failure == NULL && other->role == q->role &&
		    same(other->hostname, q->hostname) && depth_of(&other->c) == depth_of(&q->c))
			return true;
	}
	return false;
}

bool
ooni_query_counts(const struct measurement *m, const struct query *q)
{
	if (q->failure == NULL)
		return true;
	return !interrupted(q->failure) && !(m->has_x && answered_elsewhere(m, q));
}

static const char *
domain_of(const struct measurement *m)
{
	size_t i;

	for (i = 0; i < m->nqueries; i++)
		if (depth_of(&m->queries[i].c) == 0 && m->queries[i].hostname != NULL)
			return m->queries[i].hostname;
	return NULL;
}

/* The helper's word on this look-up; NULL: it was not asked about that name. */
static const char *
control_dns(const struct ooni_view *view, const struct query *q)
{
	if (view->control == NULL || !same(view->domain, q->hostname))
		return NULL;
	/* The helper writes a name without addresses as an empty answer, without a failure. */
	if (view->control->dns_failure == NULL && view->control->naddrs == 0 &&
	    failure_find(q->failure) == FAILURE_DNS_NO_ANSWER)
		return failure_name(FAILURE_DNS_NO_ANSWER);
	return text_of(view->control->dns_failure);
}

/* --- addresses ------------------------------------------------------------------------------- */

/* Is the address the host of this URL? */
static bool
is_host(const char *url, const char *ip)
{
	const char *host = url != NULL ? strstr(url, "://") : NULL;
	size_t len = strlen(ip);

	if (host == NULL)
		return false;
	host += 3;
	host += *host == '[';
	return strncmp(host, ip, len) == 0 && strchr("]:/?#", host[len]) != NULL;
}

static bool
gave(const struct query *q, const char *ip)
{
	size_t i;

	for (i = 0; i < q->nanswers; i++)
		if (same(q->answers[i].address, ip))
			return true;
	return false;
}

/* Who named the address, and whether the system's resolver did. A host that is an address needs no resolver. */
static void
find_origin(struct ooni_item *item, const struct measurement *m)
{
	size_t i;

	item->system = is_host(m->input, item->ip);
	for (i = 0; i < m->nrequests && !item->system; i++)
		item->system = is_host(m->requests[i].url, item->ip);
	for (i = 0; i < m->nqueries; i++) {
		if (!gave(&m->queries[i], item->ip))
			continue;
		if (item->given_by == NULL)
			item->given_by = &m->queries[i];
		item->system = item->system || ooni_query_is_system(m, &m->queries[i]);
	}
}

/* From "192.0.2.1:443" or "[2001:db8::1]:443". */
static void
set_endpoint(struct ooni_item *item, const struct measurement *m, const char *endpoint)
{
	const char *ip, *colon;

	snprintf(item->endpoint, sizeof(item->endpoint), "%s", text_of(endpoint));
	ip = item->endpoint + (item->endpoint[0] == '[');
	colon = strrchr(ip, ':');
	if (colon == NULL || colon == ip)
		return;
	snprintf(item->ip, sizeof(item->ip), "%.*s", (int)(colon - ip - (colon[-1] == ']')), ip);
	find_origin(item, m);
}

/* --- connections ----------------------------------------------------------------------------- */

static struct ooni_item *
add_item(struct ooni_view *view, const struct common *c, enum ooni_layer layer, const char *failure)
{
	struct ooni_item *item = &view->items[view->n++];

	*item = (struct ooni_item){.layer = layer, .depth = depth_of(c), .id = c->transaction_id};
	item->failure[layer] = text_of(failure);
	return item;
}

static const char *
endpoint_outcome(const struct vantage_endpoint *e)
{
	if (e->failure != NULL)
		return e->failure;
	return e->status ? "" : failure_name(FAILURE_UNKNOWN);
}

/* An entry of the helper's for another server name is about another site. */
static void
compare_endpoint(const struct ooni_view *view, struct ooni_item *item)
{
	const struct vantage_endpoint *tcp, *tls;

	if (view->control == NULL)
		return;
	tcp = vantage_tcp(view->control, item->endpoint);
	tls = vantage_tls(view->control, item->endpoint);
	if (tcp != NULL)
		item->control[OONI_TCP] = endpoint_outcome(tcp);
	if (tls != NULL && (tls->server_name == NULL || same(tls->server_name, item->server_name)))
		item->control[OONI_TLS] = endpoint_outcome(tls);
}

/* The item of the same connection; NULL none. Look-ups have ids of their own. */
static struct ooni_item *
connection(struct ooni_view *view, const struct common *c)
{
	size_t i;

	for (i = 0; c->transaction_id != 0 && i < view->n; i++)
		if (view->items[i].id == c->transaction_id && view->items[i].layer != OONI_DNS)
			return &view->items[i];
	return NULL;
}

static void
add_queries(struct ooni_view *view)
{
	const struct query *q;
	struct ooni_item *item;
	size_t i;

	for (i = 0; i < view->m->nqueries; i++) {
		q = &view->m->queries[i];
		if (!ooni_query_counts(view->m, q) ||
		    (q->failure != NULL && ooni_query_failure_ignored(q)))
			continue;
		item = add_item(view, &q->c, OONI_DNS, q->failure);
		item->query = q;
		item->system = ooni_query_is_system(view->m, q);
		item->control[OONI_DNS] = control_dns(view, q);
	}
}

static void
add_tcp(struct ooni_view *view)
{
	const struct tcp_connect *t;
	struct ooni_item *item;
	char endpoint[sizeof(item->endpoint)];
	size_t i;

	for (i = 0; i < view->m->ntcp; i++) {
		t = &view->m->tcp[i];
		if (t->ip == NULL || interrupted(t->failure))
			continue;
		snprintf(endpoint, sizeof(endpoint),
		    strchr(t->ip, ':') != NULL ? "[%.45s]:%d" : "%.45s:%d", t->ip, t->port);
		item = add_item(view, &t->c, OONI_TCP, t->failure);
		set_endpoint(item, view->m, endpoint);
	}
}

static void
add_tls(struct ooni_view *view)
{
	const struct tls_handshake *h;
	struct ooni_item *item;
	size_t i;

	for (i = 0; i < view->m->ntls; i++) {
		h = &view->m->tls[i];
		if (interrupted(h->failure))
			continue;
		item = connection(view, &h->c);
		if (item == NULL) {
			item = add_item(view, &h->c, OONI_TLS, h->failure);
			set_endpoint(item, view->m, h->address);
		}
		item->layer = OONI_TLS;
		item->failure[OONI_TLS] = text_of(h->failure);
		item->server_name = h->server_name;
	}
}

/* Our pages come over connections of their own, of which only the request is an observation. */
static void
add_requests(struct ooni_view *view)
{
	const struct http_request *r;
	struct ooni_item *item;
	size_t i;

	for (i = 0; i < view->m->nrequests; i++) {
		r = &view->m->requests[i];
		if (interrupted(r->failure))
			continue;
		item = connection(view, &r->c);
		if (item == NULL) {
			item = add_item(view, &r->c, OONI_HTTP, r->failure);
			set_endpoint(item, view->m, r->address);
			if (r->failure == NULL && r->url != NULL &&
			    strncasecmp(r->url, "https:", 6) == 0)
				item->failure[OONI_TLS] = "";
		}
		item->layer = OONI_HTTP;
		item->failure[OONI_HTTP] = text_of(r->failure);
		item->page = r;
	}
}

/* --- retries, in records of our own ----------------------------------------------------------- */

static const char *
url_of(const struct ooni_item *item)
{
	return item->page != NULL ? text_of(item->page->url) : "";
}

/* The same step towards the same endpoint at the same hop. */
static bool
same_step(const struct ooni_item *a, const struct ooni_item *b)
{
	return a->depth == b->depth && (a->page != NULL) == (b->page != NULL) &&
	       strcmp(a->endpoint, b->endpoint) == 0 && strcmp(url_of(a), url_of(b)) == 0;
}

/*
 * Keeps the last attempt of each step, which is the one that succeeded if any did; and leaves out connections that had no
 * route.
 */
static void
drop_retried(struct ooni_view *view)
{
	const struct ooni_item *item;
	size_t i, k, kept = 0;

	for (i = 0; i < view->n; i++) {
		item = &view->items[i];
		for (k = i + 1; k < view->n && item->layer != OONI_DNS; k++)
			if (view->items[k].layer != OONI_DNS && same_step(item, &view->items[k]))
				break;
		if ((item->layer != OONI_DNS && k < view->n) || ooni_item_no_route(item))
			continue;
		view->items[kept++] = *item;
	}
	view->n = kept;
}

/* --- order ----------------------------------------------------------------------------------- */

/*
 * The last redirect first, and there what came furthest; successes before failures. So the first item that says anything
 * is about the last step that was taken.
 */
static int
item_compare(const void *a, const void *b)
{
	const struct ooni_item *x = a, *y = b;
	int order;

	if (x->depth != y->depth)
		return x->depth > y->depth ? -1 : 1;
	if (x->layer != y->layer)
		return x->layer > y->layer ? -1 : 1;
	order = strcmp(x->failure[x->layer], y->failure[y->layer]);
	if (order != 0)
		return order;
	return x->id != y->id ? x->id > y->id ? -1 : 1 : 0;
}

static void
compare_with_control(struct ooni_view *view)
{
	struct ooni_item *item;
	size_t i;

	for (i = 0; i < view->n; i++) {
		item = &view->items[i];
		if (item->layer != OONI_DNS)
			compare_endpoint(view, item);
		if (view->control != NULL && view->control->http.asked)
			item->control[OONI_HTTP] = text_of(view->control->http.failure);
	}
}

static bool
too_many(const struct measurement *m)
{
	size_t answers = 0, i;

	for (i = 0; i < m->nqueries; i++)
		answers += m->queries[i].nanswers;
	return answers > OONI_ANSWERS_MAX ||
	       m->nqueries + m->ntcp + m->ntls + m->nrequests > OONI_OBSERVATIONS_MAX;
}

bool
ooni_view_build(const struct measurement *m, struct ooni_view *view)
{
	*view = (struct ooni_view){.m = m, .domain = domain_of(m)};
	if (too_many(m))
		return false;
	if (m->control != NULL && m->control->answered)
		view->control = m->control;
	view->items = xcalloc(m->nqueries + m->ntcp + m->ntls + m->nrequests, sizeof(*view->items));
	add_queries(view);
	add_tcp(view);
	add_tls(view);
	add_requests(view);
	if (m->has_x)
		drop_retried(view);
	compare_with_control(view);
	qsort(view->items, view->n, sizeof(*view->items), item_compare);
	return true;
}

void
ooni_view_free(struct ooni_view *view)
{
	free(view->items);
	view->items = NULL;
	view->n = 0;
}

/* --- questions about items -------------------------------------------------------------------- */

bool
ooni_item_no_route(const struct ooni_item *item)
{
	enum failure f;

	if (item->layer != OONI_TCP || item->endpoint[0] != '[')
		return false;
	f = failure_find(item->failure[OONI_TCP]);
	return f == FAILURE_NETWORK_UNREACHABLE || f == FAILURE_HOST_UNREACHABLE;
}

bool
ooni_item_is_secure(const struct ooni_item *item)
{
	return item->failure[OONI_TLS] != NULL && item->failure[OONI_TLS][0] == '\0';
}

bool
ooni_item_is_final(const struct ooni_item *item)
{
	int class = item->page != NULL && item->page->failure == NULL ? item->page->code / 100 : 0;

	return class == 2 || class == 4 || class == 5;
}

const struct ooni_item *
ooni_view_final(const struct ooni_view *view, bool system_only)
{
	size_t i;

	for (i = 0; i < view->n; i++)
		if (ooni_item_is_final(&view->items[i]) &&
		    (!system_only || view->items[i].system))
			return &view->items[i];
	return NULL;
}

void
ooni_view_diff(const struct ooni_view *view, const struct ooni_item *page, struct httpdiff *diff)
{
	static const struct vantage_http none;

	httpdiff_compute(page->page, view->control != NULL ? &view->control->http : &none, diff);
}
