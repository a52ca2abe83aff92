/* Reads the observations back, ours and OONI's. */
#include "results/observations.h"

#include <string.h>

#include "base/mem.h"
#include "results/failure.h"
#include "results/json_get.h"
#include "results/measurement.h"

const char *
failure_decode(struct json_get *g, const struct node *o)
{
	char *text = json_get_string(g, o, "failure");
	enum failure f = failure_find(text);

	return f == FAILURE_UNKNOWN ? text : failure_name(f);
}

void
common_decode(struct json_get *g, const struct node *o, const struct node *x, struct common *c)
{
	c->t0 = json_get_double(g, o, "t0", 0);
	c->t = json_get_double(g, o, "t", 0);
	c->tags = json_get_strings(g, o, "tags", &c->ntags);
	c->transaction_id = json_get_int(g, o, "transaction_id", INT64_MIN, INT64_MAX, 0);
	c->attempt = (int)json_get_int(g, x, "attempt", 0, INT32_MAX, 1);
}

static void
answer_decode(struct json_get *g, const struct node *o, void *item)
{
	struct answer *a = item;

	a->type = json_get_string(g, o, "answer_type");
	a->address = json_get_string(g, o, "ipv4");
	if (a->address == NULL)
		a->address = json_get_string(g, o, "ipv6");
	a->hostname = json_get_string(g, o, "hostname");
	a->ttl = json_get_int(g, o, "ttl", 0, INT64_MAX, -1);
	a->asn = json_get_int(g, o, "asn", 0, UINT32_MAX, 0);
	a->as_org_name = json_get_string(g, o, "as_org_name");
}

static void
datagram_decode(struct json_get *g, const struct node *o, void *item)
{
	struct datagram *d = item;

	d->t = json_get_double(g, o, "t", 0);
	d->kind = json_get_string(g, o, "kind");
	d->ip_ttl = (int)json_get_int(g, o, "ip_ttl", 0, 255, -1);
	d->rcode = (int)json_get_int(g, o, "rcode", 0, 4095, -1);
	d->case_mismatch = json_get_bool(g, o, "case_mismatch") == 1;
	d->bytes = json_get_base64(g, o, "bytes");
}

/* Other programs' records name no role; the engine tells. */
static enum resolver_role
role_decode(struct json_get *g, const struct node *x, const char *engine)
{
	const char *role = json_get_string(g, x, "role");

	if (g->ours || engine == NULL)
		return (enum resolver_role)json_known(
		    g, role, resolver_role_find(role), RESOLVER_ROLE_MAX);
	if (strcmp(engine, "getaddrinfo") == 0 || strcmp(engine, "system") == 0)
		return RESOLVER_SYSTEM;
	return strcmp(engine, "doh") == 0 ? RESOLVER_DOH : RESOLVER_SECOND;
}

static void
query_decode(struct json_get *g, const struct node *o, void *item)
{
	const struct node *x = json_get_x(g, o);
	struct query *q = item;

	common_decode(g, o, x, &q->c);
	q->engine = json_get_string(g, o, "engine");
	q->failure = failure_decode(g, o);
	q->hostname = json_get_string(g, o, "hostname");
	q->query_type = json_get_string(g, o, "query_type");
	q->resolver_address = json_get_string(g, o, "resolver_address");
	q->rcode = (int)json_get_int(g, o, "rcode", 0, 4095, -1);
	q->raw_response = json_get_base64(g, o, "raw_response");
	JSON_GET_LIST(g, o, "answers", answer_decode, q->answers, q->nanswers);
	q->role = role_decode(g, x, q->engine);
	q->transport = json_get_string(g, x, "transport");
	q->datagrams_dropped = json_get_int(g, x, "datagrams_dropped", 0, INT64_MAX, 0);
	JSON_GET_LIST(g, x, "datagrams", datagram_decode, q->datagrams, q->ndatagrams);
}

static void
tcp_decode(struct json_get *g, const struct node *o, void *item)
{
	const struct node *x = json_get_x(g, o);
	struct tcp_connect *t = item;
	const struct node *status = json_get_object(g, o, "status");

	common_decode(g, o, x, &t->c);
	t->ip = json_get_string(g, o, "ip");
	t->port = (int)json_get_int(g, o, "port", 0, 65535, 0);
	t->failure = failure_decode(g, status);
	/* A failure without a name is still no success. */
	if (t->failure == NULL && json_get_bool(g, status, "success") != 1) {
		g->oddities++;
		t->failure = failure_name(FAILURE_UNKNOWN);
	}
	t->err = (int)json_get_int(g, x, "errno", 0, INT32_MAX, 0);
}

static void
verify_error_decode(struct json_get *g, const struct node *o, void *item)
{
	struct verify_error *e = item;

	e->depth = (int)json_get_int(g, o, "depth", 0, INT32_MAX, 0);
	e->code = (int)json_get_int(g, o, "code", 0, INT32_MAX, 0);
	e->name = json_get_string(g, o, "name");
}

static void
certificates_decode(struct json_get *g, const struct node *o, struct tls_handshake *h)
{
	struct node_walk walk = node_items(json_get_array(g, o, "peer_certificates"));
	const struct node *item;

	while ((item = node_next(&walk)) != NULL)
		*ARENA_PUSH(g->arena, h->certificates, h->ncertificates) =
		    json_value_bytes(g, item);
}

static void
tls_decode(struct json_get *g, const struct node *o, void *item)
{
	const struct node *x = json_get_x(g, o);
	struct tls_handshake *h = item;

	common_decode(g, o, x, &h->c);
	h->address = json_get_string(g, o, "address");
	h->failure = failure_decode(g, o);
	h->server_name = json_get_string(g, o, "server_name");
	h->tls_version = json_get_string(g, o, "tls_version");
	h->cipher_suite = json_get_string(g, o, "cipher_suite");
	h->negotiated_protocol = json_get_string(g, o, "negotiated_protocol");
	h->no_tls_verify = json_get_bool(g, o, "no_tls_verify") == 1;
	certificates_decode(g, o, h);
	h->step = json_get_string(g, x, "step");
	h->err = (int)json_get_int(g, x, "errno", 0, INT32_MAX, 0);
	h->alert = (int)json_get_int(g, x, "alert", 0, 255, -1);
	h->bytes_in = json_get_int(g, x, "bytes_in", 0, INT64_MAX, 0);
	h->bytes_out = json_get_int(g, x, "bytes_out", 0, INT64_MAX, 0);
	h->host_ok = json_get_bool(g, x, "host_ok");
	h->os_trusted = json_get_bool(g, x, "os_trusted");
	h->leaf_sha256 = json_get_string(g, x, "leaf_sha256");
	JSON_GET_LIST(
	    g, x, "verify_errors", verify_error_decode, h->verify_errors, h->nverify_errors);
}

static void
event_decode(struct json_get *g, const struct node *o, void *item)
{
	const struct node *x = json_get_x(g, o);
	struct network_event *e = item;

	common_decode(g, o, x, &e->c);
	e->address = json_get_string(g, o, "address");
	e->failure = failure_decode(g, o);
	e->num_bytes = json_get_int(g, o, "num_bytes", 0, INT64_MAX, 0);
	e->operation = json_get_string(g, o, "operation");
	e->proto = json_get_string(g, o, "proto");
}

static void
header_push(struct json_get *g, char *name, char *value, struct http_header **headers, size_t *n)
{
	struct http_header *h;

	if (name == NULL || value == NULL) {
		g->oddities++;
		return;
	}
	h = ARENA_PUSH(g->arena, *headers, *n);
	h->name = name;
	h->value = value;
}

/* The list, which keeps order and repetition; in old records there is only the map. */
static void
headers_decode(struct json_get *g, const struct node *o, struct http_header **headers, size_t *n)
{
	const struct node *list = json_get_array(g, o, "headers_list"), *item;
	struct node_walk walk = node_items(list);

	while ((item = node_next(&walk)) != NULL)
		header_push(g, json_value_string(g, node_at(item, 0)),
		    json_value_string(g, node_at(item, 1)), headers, n);
	if (list != NULL)
		return;
	walk = node_items(json_get_object(g, o, "headers"));
	while ((item = node_next(&walk)) != NULL)
		header_push(g, arena_strdup(g->arena, walk.key), json_value_string(g, item),
		    headers, n);
}

static void
response_decode(struct json_get *g, const struct node *o, struct http_request *r)
{
	r->code = (int)json_get_int(g, o, "code", 0, 999, 0);
	headers_decode(g, o, &r->headers, &r->nheaders);
	r->body = json_get_bytes(g, o, "body");
	r->body_is_truncated = json_get_bool(g, o, "body_is_truncated") == 1;
}

static void
http_decode(struct json_get *g, const struct node *o, void *item)
{
	const struct node *x = json_get_x(g, o);
	struct http_request *r = item;
	const struct node *request = json_get_object(g, o, "request"), *fingerprint;

	common_decode(g, o, x, &r->c);
	r->address = json_get_string(g, o, "address");
	r->alpn = json_get_string(g, o, "alpn");
	r->failure = failure_decode(g, o);
	r->url = json_get_string(g, request, "url");
	r->method = json_get_string(g, request, "method");
	headers_decode(g, request, &r->request_headers, &r->nrequest_headers);
	response_decode(g, json_get_object(g, o, "response"), r);
	r->err = (int)json_get_int(g, x, "errno", 0, INT32_MAX, 0);
	r->body_length = json_get_int(g, x, "body_length", 0, INT64_MAX, (int64_t)r->body.len);
	r->body_sha256 = json_get_string(g, x, "body_sha256");
	r->title = json_get_string(g, x, "title");
	r->header_bytes = json_get_int(g, x, "header_bytes", 0, INT64_MAX, 0);
	r->headers_truncated = json_get_bool(g, x, "headers_truncated") == 1;
	r->location = json_get_string(g, x, "location");
	r->first_byte_s = json_get_double(g, x, "first_byte_s", -1);
	r->last_byte_s = json_get_double(g, x, "last_byte_s", -1);
	fingerprint = json_get_object(g, x, "fingerprint");
	r->fingerprint = json_get_string(g, fingerprint, "name");
	r->fingerprint_fp = json_get_bool(g, fingerprint, "false_positive") == 1;
}

/* The record has the newest first, the measurement the oldest. */
static void
requests_reverse(struct http_request *requests, size_t n)
{
	struct http_request swap;
	size_t i;

	for (i = 0; i < n / 2; i++) {
		swap = requests[i];
		requests[i] = requests[n - 1 - i];
		requests[n - 1 - i] = swap;
	}
}

void
observations_decode(struct json_get *g, const struct node *keys, struct measurement *m)
{
	JSON_GET_LIST(g, keys, "queries", query_decode, m->queries, m->nqueries);
	JSON_GET_LIST(
	    g, keys, "x_dns_duplicate_responses", query_decode, m->duplicates, m->nduplicates);
	JSON_GET_LIST(g, keys, "tcp_connect", tcp_decode, m->tcp, m->ntcp);
	JSON_GET_LIST(g, keys, "tls_handshakes", tls_decode, m->tls, m->ntls);
	JSON_GET_LIST(g, keys, "network_events", event_decode, m->events, m->nevents);
	JSON_GET_LIST(g, keys, "requests", http_decode, m->requests, m->nrequests);
	requests_reverse(m->requests, m->nrequests);
}
