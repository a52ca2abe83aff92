/* Writes the observations: OONI's keys first, ours in an "x_netvane" beside them. */
#include "results/observations.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "results/measurement.h"

/* -1, "unknown", is null. */
static void
known_int(struct json *j, const char *key, int64_t v)
{
	if (v < 0)
		json_put_null(j, key);
	else
		json_put_int(j, key, v);
}

static void
known_time(struct json *j, const char *key, double v)
{
	if (v < 0)
		json_put_null(j, key);
	else
		json_put_double(j, key, v);
}

void
encode_known_bool(struct json *j, const char *key, int v)
{
	if (v < 0)
		json_put_null(j, key);
	else
		json_put_bool(j, key, v != 0);
}

/* Base64 in a plain string, as OONI has raw_response; none is null. */
static void
raw(struct json *j, const char *key, const struct bytes *bytes)
{
	if (bytes->len == 0)
		json_put_null(j, key);
	else
		json_put_base64_text(j, key, bytes->data, bytes->len);
}

void
common_encode(struct json *j, const struct common *c)
{
	size_t i;

	json_put_double(j, "t0", c->t0);
	json_put_double(j, "t", c->t);
	json_put_array(j, "tags");
	for (i = 0; i < c->ntags; i++)
		json_put_string(j, NULL, c->tags[i]);
	json_put_array_end(j);
	if (c->transaction_id != 0)
		json_put_int(j, "transaction_id", c->transaction_id);
}

static void
answers_encode(struct json *j, const struct answer *answers, size_t n)
{
	const struct answer *a;
	size_t i;

	json_put_array(j, "answers");
	for (i = 0; i < n; i++) {
		a = &answers[i];
		json_put_object(j, NULL);
		json_put_string(j, "answer_type", a->type);
		if (a->address != NULL)
			json_put_string(
			    j, strchr(a->address, ':') != NULL ? "ipv6" : "ipv4", a->address);
		if (a->hostname != NULL)
			json_put_string(j, "hostname", a->hostname);
		if (a->asn != 0)
			json_put_int(j, "asn", a->asn);
		if (a->as_org_name != NULL)
			json_put_string(j, "as_org_name", a->as_org_name);
		known_int(j, "ttl", a->ttl);
		json_put_object_end(j);
	}
	json_put_array_end(j);
}

static void
datagram_encode(struct json *j, const struct datagram *d)
{
	json_put_object(j, NULL);
	json_put_double(j, "t", d->t);
	json_put_string(j, "kind", d->kind);
	known_int(j, "ip_ttl", d->ip_ttl);
	known_int(j, "rcode", d->rcode);
	json_put_bool(j, "case_mismatch", d->case_mismatch);
	raw(j, "bytes", &d->bytes);
	json_put_object_end(j);
}

static void
query_x_encode(struct json *j, const struct query *q)
{
	size_t i;

	json_put_object(j, "x_netvane");
	json_put_int(j, "attempt", q->c.attempt);
	json_put_string(j, "role", resolver_role_name(q->role));
	json_put_string(j, "transport", q->transport);
	json_put_int(j, "datagrams_dropped", q->datagrams_dropped);
	json_put_array(j, "datagrams");
	for (i = 0; i < q->ndatagrams; i++)
		datagram_encode(j, &q->datagrams[i]);
	json_put_array_end(j);
	json_put_object_end(j);
}

static void
queries_encode(struct json *j, const char *key, const struct query *queries, size_t n, bool ours)
{
	const struct query *q;
	size_t i;

	json_put_array(j, key);
	for (i = 0; i < n; i++) {
		q = &queries[i];
		json_put_object(j, NULL);
		json_put_string(j, "engine", q->engine);
		json_put_string(j, "failure", q->failure);
		json_put_string(j, "hostname", q->hostname);
		json_put_string(j, "query_type", q->query_type);
		json_put_null(j, "resolver_hostname");
		json_put_null(j, "resolver_port");
		json_put_string(j, "resolver_address", q->resolver_address);
		if (q->rcode >= 0)
			json_put_int(j, "rcode", q->rcode);
		raw(j, "raw_response", &q->raw_response);
		answers_encode(j, q->answers, q->nanswers);
		common_encode(j, &q->c);
		if (ours)
			query_x_encode(j, q);
		json_put_object_end(j);
	}
	json_put_array_end(j);
}

static void
tcp_encode(struct json *j, const struct tcp_connect *tcp, size_t n, bool ours)
{
	const struct tcp_connect *t;
	size_t i;

	json_put_array(j, "tcp_connect");
	for (i = 0; i < n; i++) {
		t = &tcp[i];
		json_put_object(j, NULL);
		json_put_string(j, "ip", t->ip);
		json_put_int(j, "port", t->port);
		json_put_object(j, "status");
		json_put_string(j, "failure", t->failure);
		json_put_bool(j, "success", t->failure == NULL);
		json_put_object_end(j);
		common_encode(j, &t->c);
		if (ours) {
			json_put_object(j, "x_netvane");
			json_put_int(j, "attempt", t->c.attempt);
			json_put_int(j, "errno", t->err);
			json_put_object_end(j);
		}
		json_put_object_end(j);
	}
	json_put_array_end(j);
}

static void
tls_x_encode(struct json *j, const struct tls_handshake *h)
{
	const struct verify_error *e;
	size_t i;

	json_put_object(j, "x_netvane");
	json_put_int(j, "attempt", h->c.attempt);
	json_put_string(j, "step", h->step);
	json_put_int(j, "errno", h->err);
	known_int(j, "alert", h->alert);
	json_put_int(j, "bytes_in", h->bytes_in);
	json_put_int(j, "bytes_out", h->bytes_out);
	encode_known_bool(j, "host_ok", h->host_ok);
	encode_known_bool(j, "os_trusted", h->os_trusted);
	json_put_string(j, "leaf_sha256", h->leaf_sha256);
	json_put_array(j, "verify_errors");
	for (i = 0; i < h->nverify_errors; i++) {
		e = &h->verify_errors[i];
		json_put_object(j, NULL);
		json_put_int(j, "depth", e->depth);
		json_put_int(j, "code", e->code);
		json_put_string(j, "name", e->name);
		json_put_object_end(j);
	}
	json_put_array_end(j);
	json_put_object_end(j);
}

static void
certificates_encode(struct json *j, const struct bytes *certificates, size_t n)
{
	size_t i;

	json_put_array(j, "peer_certificates");
	for (i = 0; i < n; i++)
		json_put_base64(j, NULL, certificates[i].data, certificates[i].len);
	json_put_array_end(j);
}

static void
tls_encode(struct json *j, const struct tls_handshake *tls, size_t n, bool ours)
{
	const struct tls_handshake *h;
	size_t i;

	json_put_array(j, "tls_handshakes");
	for (i = 0; i < n; i++) {
		h = &tls[i];
		json_put_object(j, NULL);
		json_put_string(j, "network", "tcp");
		json_put_string(j, "address", h->address);
		json_put_string(j, "failure", h->failure);
		json_put_string(j, "server_name", h->server_name);
		json_put_string(j, "tls_version", h->tls_version);
		json_put_string(j, "cipher_suite", h->cipher_suite);
		json_put_string(j, "negotiated_protocol", h->negotiated_protocol);
		json_put_bool(j, "no_tls_verify", h->no_tls_verify);
		certificates_encode(j, h->certificates, h->ncertificates);
		common_encode(j, &h->c);
		if (ours)
			tls_x_encode(j, h);
		json_put_object_end(j);
	}
	json_put_array_end(j);
}

static void
events_encode(struct json *j, const struct network_event *events, size_t n, bool ours)
{
	const struct network_event *e;
	size_t i;

	json_put_array(j, "network_events");
	for (i = 0; i < n; i++) {
		e = &events[i];
		json_put_object(j, NULL);
		json_put_string(j, "address", e->address);
		json_put_string(j, "failure", e->failure);
		if (e->num_bytes != 0)
			json_put_int(j, "num_bytes", e->num_bytes);
		json_put_string(j, "operation", e->operation);
		json_put_string(j, "proto", e->proto);
		common_encode(j, &e->c);
		/* Events are many, and most are of a first attempt. */
		if (ours && e->c.attempt != 1) {
			json_put_object(j, "x_netvane");
			json_put_int(j, "attempt", e->c.attempt);
			json_put_object_end(j);
		}
		json_put_object_end(j);
	}
	json_put_array_end(j);
}

static int
header_compare(const void *a, const void *b)
{
	const struct http_header *const *x = a, *const *y = b;
	int order = strcmp((*x)->name, (*y)->name);

	return order != 0 ? order : *x < *y ? -1 : 1;
}

/* The map holds the first value of each name, as OONI's does; sorted, so that a flood stays cheap.
 */
static void
header_map_encode(struct json *j, const struct http_header *headers, size_t n)
{
	const struct http_header **sorted = xcalloc(n, sizeof(*sorted));
	const char *last = NULL;
	size_t i;

	for (i = 0; i < n; i++)
		sorted[i] = &headers[i];
	qsort(sorted, n, sizeof(*sorted), header_compare);
	json_put_object(j, "headers");
	for (i = 0; i < n; i++) {
		/* No key can hold bytes that are not UTF-8; headers_list does. */
		if ((last != NULL && strcmp(last, sorted[i]->name) == 0) ||
		    !utf8_valid(sorted[i]->name, strlen(sorted[i]->name)))
			continue;
		last = sorted[i]->name;
		json_put_string(j, last, sorted[i]->value);
	}
	json_put_object_end(j);
	free(sorted);
}

static void
headers_encode(struct json *j, const struct http_header *headers, size_t n)
{
	size_t i;

	json_put_array(j, "headers_list");
	for (i = 0; i < n; i++) {
		json_put_array(j, NULL);
		json_put_string(j, NULL, headers[i].name);
		json_put_string(j, NULL, headers[i].value);
		json_put_array_end(j);
	}
	json_put_array_end(j);
	header_map_encode(j, headers, n);
}

static void
request_encode(struct json *j, const struct http_request *r)
{
	json_put_object(j, "request");
	json_put_string(j, "url", r->url);
	json_put_string(j, "method", r->method);
	headers_encode(j, r->request_headers, r->nrequest_headers);
	json_put_string(j, "body", "");
	json_put_bool(j, "body_is_truncated", false);
	json_put_object(j, "tor");
	json_put_null(j, "exit_ip");
	json_put_null(j, "exit_name");
	json_put_bool(j, "is_tor", false);
	json_put_object_end(j);
	json_put_string(j, "x_transport", "tcp");
	json_put_object_end(j);
}

static void
response_encode(struct json *j, const struct http_request *r)
{
	json_put_object(j, "response");
	if (r->code != 0 || r->nheaders > 0 || r->body.len > 0 || r->body_is_truncated) {
		json_put_int(j, "code", r->code);
		headers_encode(j, r->headers, r->nheaders);
		json_put_bytes(j, "body", r->body.len > 0 ? (char *)r->body.data : "", r->body.len);
		json_put_bool(j, "body_is_truncated", r->body_is_truncated);
	}
	json_put_object_end(j);
}

static void
fingerprint_encode(struct json *j, const struct http_request *r)
{
	if (r->fingerprint == NULL) {
		json_put_null(j, "fingerprint");
		return;
	}
	json_put_object(j, "fingerprint");
	json_put_string(j, "name", r->fingerprint);
	json_put_bool(j, "false_positive", r->fingerprint_fp);
	json_put_object_end(j);
}

static void
http_x_encode(struct json *j, const struct http_request *r)
{
	json_put_object(j, "x_netvane");
	json_put_int(j, "attempt", r->c.attempt);
	json_put_int(j, "errno", r->err);
	json_put_int(j, "body_length", r->body_length);
	json_put_string(j, "body_sha256", r->body_sha256);
	json_put_string(j, "title", r->title);
	json_put_int(j, "header_bytes", r->header_bytes);
	json_put_bool(j, "headers_truncated", r->headers_truncated);
	json_put_string(j, "location", r->location);
	known_time(j, "first_byte_s", r->first_byte_s);
	known_time(j, "last_byte_s", r->last_byte_s);
	fingerprint_encode(j, r);
	json_put_object_end(j);
}

static void
requests_encode(struct json *j, const struct http_request *requests, size_t n, bool ours)
{
	const struct http_request *r;

	json_put_array(j, "requests");
	while (n > 0) {
		r = &requests[--n]; /* newest first */
		json_put_object(j, NULL);
		json_put_string(j, "network", "tcp");
		json_put_string(j, "address", r->address);
		json_put_string(j, "alpn", r->alpn);
		json_put_string(j, "failure", r->failure);
		request_encode(j, r);
		response_encode(j, r);
		common_encode(j, &r->c);
		if (ours)
			http_x_encode(j, r);
		json_put_object_end(j);
	}
	json_put_array_end(j);
}

void
observations_encode(struct json *j, const struct measurement *m)
{
	queries_encode(j, "queries", m->queries, m->nqueries, m->has_x);
	queries_encode(j, "x_dns_duplicate_responses", m->duplicates, m->nduplicates, m->has_x);
	tcp_encode(j, m->tcp, m->ntcp, m->has_x);
	tls_encode(j, m->tls, m->ntls, m->has_x);
	events_encode(j, m->events, m->nevents, m->has_x);
	requests_encode(j, m->requests, m->nrequests, m->has_x);
}
