/*
 * One QUIC ping to one address: does UDP to it get there and back? A packet of a version that does not exist, to which every
 * QUIC server must answer with those that do (RFC 9000 6.1); sent up to four times, until the answer comes. It names no
 * site, so it tells of the address and of QUIC as such, not of interference by name. An answer proves that QUIC gets
 * through; silence proves nothing by itself, for some servers (or what stands before them) do not do as they must.
 */
#ifndef PROBE_CHECK_QUIC_H
#define PROBE_CHECK_QUIC_H

#include "probe/check.h"

/*
 * The check appends to m->quic and to m->events. failure NULL: answered. Else an ICMP error that came instead, or
 * generic_timeout_error after limits.quic_ms. ip and server_name are borrowed until done.
 */
struct check *check_quic_new(struct probe *probe, struct measurement *m, const char *ip, int port,
    const char *server_name, void (*done)(struct check *check, void *arg), void *arg);
/* In done: its entry of m->quic. */
struct quic_ping;
const struct quic_ping *check_quic_result(const struct check *check);

#endif
