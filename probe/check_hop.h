/*
 * One try of a TTL walk: a fresh TCP connection, and on it one TLS greeting that gets only so many hops far. What comes back
 * tells who answered: a router on the way (ICMP), nobody, somebody in between, or the server.
 *
 * No privilege is needed. Linux tells an unprivileged program that an ICMP error came for an established connection, but not
 * whom it came from; it does so for a SYN. So where the greeting expired, a SYN with the same TTL asks for the router.
 */
#ifndef PROBE_CHECK_HOP_H
#define PROBE_CHECK_HOP_H

#include "probe/check.h"

/*
 * failure is always NULL unless somebody else ended it: the outcome is the hop's, and nothing else is written into the
 * measurement. ip and server_name are borrowed until done.
 */
struct check *check_hop_new(struct probe *probe, struct measurement *m, const char *ip, int port,
    const char *server_name, int ttl, void (*done)(struct check *check, void *arg), void *arg);
/* In done: what it came to; strings in the measurement's arena. */
struct trace_hop;
const struct trace_hop *check_hop_result(const struct check *check);

#endif
