/*
 * What a control vantage (OONI's test helper: a friend's machine outside, or a public one) saw of the same target at the
 * same time. The JSON is the helper protocol's own: request and response of OONI's web_connectivity test helper.
 * Everything lives in the measurement's arena; NULL strings are null.
 */
#ifndef RESULTS_VANTAGE_H
#define RESULTS_VANTAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct http_header;
struct json;
struct json_get;
struct node;
struct measurement;

struct vantage_endpoint {
	char *endpoint; /* "192.0.2.1:443" */
	char *server_name; /* TLS only */
	bool status;
	char *failure; /* as the helper named it; legacy names are possible */
};

/* What is kept of each of its lists; the request may name fewer endpoints. */
enum { VANTAGE_ITEMS_MAX = 512, VANTAGE_ASKED_MAX = 32, VANTAGE_RESPONSE_MAX = 1024 * 1024 };

/* Flags of an address in ip_info. */
enum {
	VANTAGE_IP_PROBE = 1, /* the probe's resolver named it */
	VANTAGE_IP_HELPER = 2, /* the helper's did */
	VANTAGE_IP_BOGON = 4,
	VANTAGE_IP_TLS_VALID = 8, /* a valid certificate for the target is there */
};

struct vantage_ip {
	char *ip;
	int64_t asn; /* 0 unknown */
	int64_t flags;
};

struct vantage_http {
	bool asked; /* false: the response had null there */
	int64_t body_length; /* -1 unknown */
	char *discovered_h3_endpoint; /* "example.org:443" */
	char *failure;
	char *title;
	struct http_header *headers;
	size_t nheaders;
	int64_t status_code; /* -1 unknown */
};

struct vantage {
	char *url; /* x_netvane: whom we asked; NULL in records of others */
	double t0, t; /* x_netvane: when, in seconds since the measurement's start */
	char *failure; /* control_failure: the helper could not be asked; NULL: it answered */
	bool answered; /* what follows is an answer */
	struct vantage_endpoint *tcp, *tls;
	size_t ntcp, ntls;
	struct vantage_http http;
	char *dns_failure;
	char **addrs;
	size_t naddrs;
	struct vantage_ip *ips;
	size_t nips;
	/* what was asked: x_control_request */
	char *asked_url; /* NULL: the record does not say */
	struct http_header *asked_headers; /* a name may come again */
	size_t nasked_headers;
	char **asked_endpoints;
	size_t nasked_endpoints;
};

/* Whether its resolver says that there is no such name: by the helpers' legacy name for it, or OONI's own. */
bool vantage_denies_name(const struct vantage *v);

/* Writes "control", "control_failure" and "x_control_request" as members of the open test_keys; v NULL: nulls. */
void vantage_encode(struct json *j, const struct measurement *m);
/* The request's and the response's body alone, as they go over the wire. */
void vantage_encode_request(struct json *j, const struct vantage *v);
void vantage_encode_response(struct json *j, const struct vantage *v);
/* Reads them from test_keys into m->control; it stays NULL where there is none. See json_get.h. */
void vantage_decode(struct json_get *g, const struct node *keys, struct measurement *m);
/*
 * Read a response and a request, untrusted strangers' both: pure, fuzzed. Whatever is there must have its right type, and a
 * response all that a comparison leans on: half an answer would be taken for "it is not there". Return NULL and say
 * why in error when it is none; what they return lives in the arena.
 */
struct vantage *vantage_parse_response(const char *json, size_t len, struct arena *arena, char *error, size_t size);
struct vantage *vantage_parse_request(const char *json, size_t len, struct arena *arena, char *error, size_t size);

/* The entry of an endpoint or address; NULL where the helper does not speak of it. */
const struct vantage_endpoint *vantage_tcp(const struct vantage *v, const char *endpoint);
const struct vantage_endpoint *vantage_tls(const struct vantage *v, const char *endpoint);
const struct vantage_ip *vantage_ip(const struct vantage *v, const char *ip);

#endif
