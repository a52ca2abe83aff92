/* One version-negotiation ping to UDP 443 (RFC 9000 section 6): does QUIC get through? Part of struct measurement. */
#ifndef RESULTS_QUIC_PING_H
#define RESULTS_QUIC_PING_H

#include <stddef.h>
#include <stdint.h>

#include "results/measurement.h"

struct json;
struct json_get;
struct node;

struct quic_ping {
	struct common c;
	char *address; /* "192.0.2.1:443" */
	const char *failure; /* NULL: a Version Negotiation packet came back; or generic_timeout_error, ... */
	int sent, answered; /* packets */
	int unexpected; /* packets that were no answer to ours */
	char *server_name; /* in no packet: the target's, for the reader */
	uint32_t *versions; /* that the server offered */
	size_t nversions;
};

/* "quic" as a member of the open x_netvane object: an array, [] for none. */
void quic_encode(struct json *j, const struct measurement *m);
void quic_decode(struct json_get *g, const struct node *x, struct measurement *m);

#endif
