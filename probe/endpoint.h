/* One address of a target: TCP, then TLS where asked for. */
#ifndef PROBE_ENDPOINT_H
#define PROBE_ENDPOINT_H

#include <stddef.h>
#include <stdint.h>

#include "probe/visit.h"

struct measurement;

/* Embed it; begins zeroed, its first fields set by the caller, all borrowed. */
struct endpoint {
	const char *ip;
	int port;
	const char *server_name; /* NULL: TCP only */
	const char *tag;
	struct measurement *m;
	/* its own */
	struct visit visit; /* visit.failure: how it ended; NULL reached */
	char address[80]; /* "192.0.2.1:443" */
	void (*done)(void *arg);
	void *arg;
};

/* Calls done from the loop when it is reached or the attempts are used up. See visit_start. */
void endpoint_start(struct endpoint *endpoint, struct probe *probe, int attempts,
    int64_t *waited_ns, void (*done)(void *arg), void *arg);
/* "ip:port", IPv6 in brackets. */
void endpoint_text(const char *ip, int port, char *out, size_t size);

#endif
