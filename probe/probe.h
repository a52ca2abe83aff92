/*
 * What all the checks of one process share: the loop, the TLS context with the public roots,
 * curl's multi handle, and the two limiters.
 */
#ifndef PROBE_PROBE_H
#define PROBE_PROBE_H

#include <stdint.h>

#include "results/known_ca.h"

struct conf;
struct curlloop;
struct event_base;
struct fingerprints;
struct limiter;
struct roots;
struct traffic;

struct probe {
	struct event_base *base;
	const struct conf *conf; /* borrowed */
	struct roots *roots; /* the SSL_CTX and the stores: roots.h */
	struct curlloop *curl;
	/* At most conf->dns_in_flight queries wait for an answer: more would overflow socket buffers
	 * at either end, and lost packets would look like blocking. As many to each DoH server. */
	struct limiter *dns;
	/* One connection at a time per address. */
	struct limiter *addresses;
	/* Known pages and known interceptors: of the files that ship, and of the configuration. */
	struct fingerprints *fingerprints;
	struct known_cas known_cas;
	/* Payload since the round began; libcurl's sockets are added when they close, and by traffic_count. */
	int64_t bytes_in, bytes_out;
	struct traffic *traffic;
};

/* Creates all of it. Returns NULL after logging why. */
struct probe *probe_new(const struct conf *conf);
/* The loop must be idle: no check running. NULL is fine. */
void probe_free(struct probe *probe);

#endif
