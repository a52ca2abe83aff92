/* One TTL walk to one address with one server name: at which hop does what is wrong begin? Part of struct measurement. */
#ifndef RESULTS_TRACE_PATH_H
#define RESULTS_TRACE_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "results/measurement.h"

struct json;
struct json_get;
struct json_t;

/* One fresh connection whose ClientHello was sent with this TTL. */
struct trace_hop {
	int ttl;
	/* "expired" (ICMP time exceeded, from `from`), "silence", "reset", "close", "alert", "server_hello",
	 * "certificate" (untrusted_issuer then says of which kind), "unreachable", "connect_failed" */
	const char *outcome;
	char *from; /* router that sent the ICMP error; NULL none or unknown */
	double t; /* s from the hello to the outcome */
	char *certificate_sha256; /* of the leaf, hex; NULL none */
	bool trusted; /* the leaf's chain verified for the name */
};

struct trace_path {
	struct common c;
	char *address; /* "192.0.2.1:443" */
	char *server_name;
	const char *kind; /* "target" or "control" */
	struct trace_hop *hops;
	size_t nhops;
};

/* "traces" as a member of the open x_netvane object: an array, [] for none. */
void trace_encode(struct json *j, const struct measurement *m);
void trace_decode(struct json_get *g, const struct json_t *x, struct measurement *m);

#endif
