/*
 * The control vantage's part of a record, and of the test helper's protocol: one JSON for both. What the numbers
 * mean for a verdict is others' business.
 */
#include "results/vantage.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "results/failure.h"
#include "results/json_get.h"
#include "results/measurement.h"

/* --- writing --------------------------------------------------------------------------------- */

static void
endpoints_encode(
    struct json *j, const char *key, const struct vantage_endpoint *endpoints, size_t n, bool tls)
{
	size_t i;

	json_put_object(j, key);
	for (i = 0; i < n; i++) {
		json_put_object(j, endpoints[i].endpoint);
		if (tls)
			json_put_string(j, "server_name", endpoints[i].server_name);
		json_put_bool(j, "status", endpoints[i].status);
		json_put_string(j, "failure", endpoints[i].failure);
		json_put_object_end(j);
	}
	json_put_object_end(j);
}

static void
http_encode(struct json *j, const struct vantage_http *http)
{
	size_t i;

	if (!http->asked) {
		json_put_null(j, "http_request");
		return;
	}
	json_put_object(j, "http_request");
	json_put_int(j, "body_length", http->body_length);
	json_put_string(j, "discovered_h3_endpoint", http->discovered_h3_endpoint);
	json_put_string(j, "failure", http->failure);
	json_put_string(j, "title", http->title);
	json_put_object(j, "headers");
	for (i = 0; i < http->nheaders; i++)
		json_put_string(j, http->headers[i].name, http->headers[i].value);
	json_put_object_end(j);
	json_put_int(j, "status_code", http->status_code);
	json_put_object_end(j);
}

static void
ips_encode(struct json *j, const struct vantage *v)
{
	size_t i;

	json_put_object(j, "ip_info");
	for (i = 0; i < v->nips; i++) {
		json_put_object(j, v->ips[i].ip);
		json_put_int(j, "asn", v->ips[i].asn);
		json_put_int(j, "flags", v->ips[i].flags);
		json_put_object_end(j);
	}
	json_put_object_end(j);
}

static void
response_encode(struct json *j, const char *key, const struct vantage *v)
{
	size_t i;

	json_put_object(j, key);
	endpoints_encode(j, "tcp_connect", v->tcp, v->ntcp, false);
	endpoints_encode(j, "tls_handshake", v->tls, v->ntls, true);
	/* HTTP/3 is asked for by nobody here. */
	json_put_object(j, "quic_handshake");
	json_put_object_end(j);
	http_encode(j, &v->http);
	json_put_null(j, "http3_request");
	json_put_object(j, "dns");
	json_put_string(j, "failure", v->dns_failure);
	json_put_array(j, "addrs");
	for (i = 0; i < v->naddrs; i++)
		json_put_string(j, NULL, v->addrs[i]);
	json_put_array_end(j);
	json_put_object_end(j);
	ips_encode(j, v);
	json_put_object_end(j);
}

static bool
named_before(const struct http_header *headers, size_t i)
{
	size_t k;

	for (k = 0; k < i; k++)
		if (strcmp(headers[k].name, headers[i].name) == 0)
			return true;
	return false;
}

/* Go's http.Header: every name with the list of its values. */
static void
asked_headers_encode(struct json *j, const struct http_header *headers, size_t n)
{
	size_t i, k;

	json_put_object(j, "http_request_headers");
	for (i = 0; i < n; i++) {
		if (named_before(headers, i))
			continue;
		json_put_array(j, headers[i].name);
		for (k = i; k < n; k++)
			if (strcmp(headers[k].name, headers[i].name) == 0)
				json_put_string(j, NULL, headers[k].value);
		json_put_array_end(j);
	}
	json_put_object_end(j);
}

static void
request_encode_members(struct json *j, const struct vantage *v)
{
	size_t i;

	json_put_string(j, "http_request", v->asked_url);
	asked_headers_encode(j, v->asked_headers, v->nasked_headers);
	json_put_array(j, "tcp_connect");
	for (i = 0; i < v->nasked_endpoints; i++)
		json_put_string(j, NULL, v->asked_endpoints[i]);
	json_put_array_end(j);
	json_put_bool(j, "x_quic_enabled", false);
}

void
vantage_encode_request(struct json *j, const struct vantage *v)
{
	json_put_object(j, NULL);
	request_encode_members(j, v);
	json_put_object_end(j);
}

void
vantage_encode_response(struct json *j, const struct vantage *v)
{
	response_encode(j, NULL, v);
}

void
vantage_encode(struct json *j, const struct measurement *m)
{
	const struct vantage *v = m->control;

	if (v != NULL && v->answered)
		response_encode(j, "control", v);
	else
		json_put_null(j, "control");
	json_put_string(j, "control_failure", v != NULL ? v->failure : NULL);
	if (v == NULL || v->asked_url == NULL) {
		json_put_null(j, "x_control_request");
		return;
	}
	json_put_object(j, "x_control_request");
	request_encode_members(j, v);
	if (m->has_x) {
		json_put_object(j, "x_netvane");
		json_put_string(j, "url", v->url);
		json_put_double(j, "t0", v->t0);
		json_put_double(j, "t", v->t);
		json_put_object_end(j);
	}
	json_put_object_end(j);
}

/* --- reading --------------------------------------------------------------------------------- */

/* Is there room for one more? */
static bool
room(struct json_get *g, size_t n)
{
	if (n < VANTAGE_ITEMS_MAX)
		return true;
	g->oddities++;
	return false;
}

/* A string in an array or a map's value; NULL, and an oddity, for anything else. */
static char *
text_value(struct json_get *g, const struct node *value)
{
	if (node_is(value, NODE_STRING))
		return json_value_string(g, value);
	g->oddities++;
	return NULL;
}

static char **
texts_decode(struct json_get *g, const struct node *o, const char *key, size_t *n)
{
	struct node_walk walk = node_items(json_get_array(g, o, key));
	char **texts = NULL, *text;

	*n = 0;
	while (walk.left > 0 && room(g, *n)) {
		text = text_value(g, node_next(&walk));
		if (text != NULL)
			*ARENA_PUSH(g->arena, texts, *n) = text;
	}
	return texts;
}

static void
endpoint_decode(struct json_get *g, const struct node *o, struct vantage_endpoint *e)
{
	int status = json_get_bool(g, o, "status");

	if (status < 0)
		g->oddities++;
	e->status = status == 1;
	e->server_name = json_get_string(g, o, "server_name");
	e->failure = json_get_string(g, o, "failure");
}

static struct vantage_endpoint *
endpoints_decode(struct json_get *g, const struct node *o, const char *key, size_t *n)
{
	struct node_walk walk = node_items(json_get_object(g, o, key));
	struct vantage_endpoint *endpoints = NULL, *e;
	const struct node *value;

	while ((value = node_next(&walk)) != NULL) {
		if (!node_is(value, NODE_OBJECT)) {
			g->oddities++;
			continue;
		}
		if (!room(g, *n))
			break;
		e = ARENA_PUSH(g->arena, endpoints, *n);
		e->endpoint = arena_strdup(g->arena, walk.key);
		endpoint_decode(g, value, e);
	}
	return endpoints;
}

static void
header_add(struct json_get *g, const char *name, const struct node *value, struct http_header **headers,
    size_t *n)
{
	char *text = text_value(g, value);
	struct http_header *h;

	if (text == NULL || !room(g, *n))
		return;
	h = ARENA_PUSH(g->arena, *headers, *n);
	h->name = arena_strdup(g->arena, name);
	h->value = text;
}

static void
http_decode(struct json_get *g, const struct node *o, struct vantage_http *http)
{
	const struct node *value;
	struct node_walk walk;
	size_t oddities;

	http->asked = o != NULL;
	http->body_length = json_get_int(g, o, "body_length", -1, INT64_MAX, -1);
	http->status_code = json_get_int(g, o, "status_code", -1, 999, -1);
	http->discovered_h3_endpoint = json_get_string(g, o, "discovered_h3_endpoint");
	http->failure = json_get_string(g, o, "failure");
	/* The site wrote it, not the helper: a NUL in it says nothing against the answer. */
	oddities = g->oddities;
	http->title = json_get_string(g, o, "title");
	if (http->title != NULL)
		g->oddities = oddities;
	walk = node_items(json_get_object(g, o, "headers"));
	while ((value = node_next(&walk)) != NULL)
		header_add(g, walk.key, value, &http->headers, &http->nheaders);
}

static void
ips_decode(struct json_get *g, const struct node *o, struct vantage *v)
{
	struct node_walk walk = node_items(json_get_object(g, o, "ip_info"));
	const struct node *value;
	struct vantage_ip *ip;

	while ((value = node_next(&walk)) != NULL) {
		if (!node_is(value, NODE_OBJECT)) {
			g->oddities++;
			continue;
		}
		if (!room(g, v->nips))
			break;
		ip = ARENA_PUSH(g->arena, v->ips, v->nips);
		ip->ip = arena_strdup(g->arena, walk.key);
		ip->asn = json_get_int(g, value, "asn", 0, UINT32_MAX, 0);
		ip->flags = json_get_int(g, value, "flags", 0, INT64_MAX, 0);
	}
}

static void
response_decode(struct json_get *g, const struct node *o, struct vantage *v)
{
	const struct node *dns = json_get_object(g, o, "dns");

	v->answered = true;
	v->tcp = endpoints_decode(g, o, "tcp_connect", &v->ntcp);
	v->tls = endpoints_decode(g, o, "tls_handshake", &v->ntls);
	http_decode(g, json_get_object(g, o, "http_request"), &v->http);
	v->dns_failure = json_get_string(g, dns, "failure");
	v->addrs = texts_decode(g, dns, "addrs", &v->naddrs);
	ips_decode(g, o, v);
}

static void
request_decode(struct json_get *g, const struct node *o, struct vantage *v)
{
	struct node_walk walk, values;
	const struct node *list;

	v->asked_url = json_get_string(g, o, "http_request");
	v->asked_endpoints = texts_decode(g, o, "tcp_connect", &v->nasked_endpoints);
	walk = node_items(json_get_object(g, o, "http_request_headers"));
	while ((list = node_next(&walk)) != NULL) {
		if (!node_is(list, NODE_ARRAY)) {
			g->oddities++;
			continue;
		}
		for (values = node_items(list); values.left > 0;)
			header_add(g, walk.key, node_next(&values), &v->asked_headers,
			    &v->nasked_headers);
	}
}

void
vantage_decode(struct json_get *g, const struct node *keys, struct measurement *m)
{
	const struct node *control = json_get_object(g, keys, "control"), *x;
	const struct node *request = json_get_object(g, keys, "x_control_request");
	char *failure = json_get_string(g, keys, "control_failure");
	struct vantage *v;

	if (control == NULL && request == NULL && failure == NULL)
		return;
	v = m->control = arena_alloc(g->arena, sizeof(*v));
	v->failure = failure;
	v->http.body_length = v->http.status_code = -1;
	if (control != NULL)
		response_decode(g, control, v);
	request_decode(g, request, v);
	x = json_get_x(g, request);
	v->url = json_get_string(g, x, "url");
	v->t0 = json_get_double(g, x, "t0", 0);
	v->t = json_get_double(g, x, "t", 0);
}

/* --- strangers' ------------------------------------------------------------------------------ */

static bool
has(const struct node *root, const char *key, bool may_be_null)
{
	const struct node *value = node_member(root, key);

	return node_is(value, NODE_OBJECT) || (may_be_null && node_is(value, NODE_NULL));
}

/* What is wrong with it as an answer; NULL nothing. */
static const char *
response_flaw(const struct node *root)
{
	const struct node *dns = node_member(root, "dns");
	const struct node *addrs = node_member(dns, "addrs");

	if (!has(root, "tcp_connect", false))
		return "no tcp_connect in it";
	if (!has(root, "http_request", true))
		return "no http_request in it";
	if (!has(root, "dns", false) || !(node_is(addrs, NODE_ARRAY) || node_is(addrs, NODE_NULL)))
		return "no dns in it";
	return NULL;
}

static const char *
request_flaw(const struct node *root)
{
	return node_is(node_member(root, "http_request"), NODE_STRING) ? NULL
								     : "no http_request in it";
}

static struct vantage *
parse(const char *json, size_t len, struct arena *arena, const char *(*flaw)(const struct node *root),
    void (*decode)(struct json_get *g, const struct node *o, struct vantage *v), char *error, size_t size)
{
	struct json_doc *doc = json_doc_new();
	const struct node *root = len > VANTAGE_RESPONSE_MAX
	    ? NULL
	    : json_doc_parse(doc, json, len, true, error, size);
	struct vantage *v = arena_alloc(arena, sizeof(*v));
	struct json_get g = {.arena = arena};
	const char *wrong = "not a JSON object";

	v->http.body_length = v->http.status_code = -1;
	if (node_is(root, NODE_OBJECT))
		wrong = flaw(root);
	if (wrong == NULL) {
		decode(&g, root, v);
		if (g.oddities > 0)
			wrong = "a value of the wrong kind in it";
	}
	json_doc_free(doc);
	if (wrong == NULL)
		return v;
	snprintf(error, size, "%s", wrong);
	return NULL;
}

struct vantage *
vantage_parse_response(const char *json, size_t len, struct arena *arena, char *error, size_t size)
{
	return parse(json, len, arena, response_flaw, response_decode, error, size);
}

struct vantage *
vantage_parse_request(const char *json, size_t len, struct arena *arena, char *error, size_t size)
{
	return parse(json, len, arena, request_flaw, request_decode, error, size);
}

/* --- looking up ------------------------------------------------------------------------------ */

static const struct vantage_endpoint *
endpoint_find(const struct vantage_endpoint *endpoints, size_t n, const char *endpoint)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(endpoints[i].endpoint, endpoint) == 0)
			return &endpoints[i];
	return NULL;
}

const struct vantage_endpoint *
vantage_tcp(const struct vantage *v, const char *endpoint)
{
	return endpoint_find(v->tcp, v->ntcp, endpoint);
}

bool
vantage_denies_name(const struct vantage *v)
{
	return v->dns_failure != NULL && (strcmp(v->dns_failure, "dns_name_error") == 0 ||
	    failure_find(v->dns_failure) == FAILURE_DNS_NXDOMAIN);
}

const struct vantage_endpoint *
vantage_tls(const struct vantage *v, const char *endpoint)
{
	return endpoint_find(v->tls, v->ntls, endpoint);
}

const struct vantage_ip *
vantage_ip(const struct vantage *v, const char *ip)
{
	size_t i;

	for (i = 0; i < v->nips; i++)
		if (strcmp(v->ips[i].ip, ip) == 0)
			return &v->ips[i];
	return NULL;
}
