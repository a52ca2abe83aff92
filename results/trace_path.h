/* One TTL walk to one address with one server name: at which hop does what is wrong begin? Part of struct measurement. */
#ifndef RESULTS_TRACE_PATH_H
#define RESULTS_TRACE_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "results/measurement.h"

struct json;
struct json_get;
struct node;

/* What one try of a TTL came to; of several, the first that was neither "silence" nor "connect_failed". */
struct trace_hop {
	int ttl;
	/*
	 * "expired" (ICMP: the hello's time was exceeded), "silence", "reset", "close", "alert", "not_tls", "server_hello",
	 * "certificate" (one came, whoever sent it), "unreachable" (ICMP, any other error), "connect_failed"
	 */
	const char *outcome;
	/* The router at this distance: where an ICMP error for the hello, or for a SYN with this TTL, came from; NULL unknown */
	char *from;
	double t; /* s from the hello to the outcome */
	char *certificate_sha256; /* of the leaf, hex; NULL none */
	bool trusted; /* the leaf's chain verified against the public roots, and the leaf is for the name */
};

struct trace_path {
	struct common c;
	char *address; /* "192.0.2.1:443" */
	char *server_name;
	const char *kind; /* "target" or "control" */
	struct trace_hop *hops; /* by ttl, rising; silent ones may be passed over */
	size_t nhops;
};

/* Two connections may take ways that differ by so many hops; so much farther than the server, silence counts. */
enum { TRACE_SLACK = 2 };

/* The TTL at which a server answered the hello; -1: none did. */
int trace_server_ttl(const struct trace_path *path);
/*
 * The TTL at which the target's walk first shows what the control's, to the same address, does not: what interferes is at this
 * distance or nearer. 0: the target's walk came to the server's answer. -1: it cannot be told.
 *
 * An answer (reset, close, alert, no TLS, ICMP error, a certificate that does not verify) counts only if the server is
 * farther away than the answer came from: else it may be the server's own. That is known from the control's walk: with the
 * same TTL its hello expired on the way, or the server answered it at a greater one.
 *
 * Silence counts only if the control's hello was answered by the server, and the target's was not, TRACE_SLACK hops beyond
 * that TTL; then it begins at the first TTL of the unbroken silence at the end where the control's walk was not silent, too:
 * many routers never say that they drop a packet. Where the first such TTL is the server's, it may be the server that keeps
 * silent.
 *
 * Each step is a connection of its own, and networks spread connections over ways of different lengths: a result within
 * TRACE_SLACK hops of the server (trace_server_ttl of the control's walk) is no proof that it was not the server.
 */
int trace_first_interference(const struct trace_path *target, const struct trace_path *control);

/* "traces" as a member of the open x_netvane object: an array, [] for none. */
void trace_encode(struct json *j, const struct measurement *m);
void trace_decode(struct json_get *g, const struct node *x, struct measurement *m);

#endif
