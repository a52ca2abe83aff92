/* One DNS query over HTTPS (RFC 8484); check_dns_new makes these for resolvers of that role. */
#ifndef PROBE_CHECK_DOH_H
#define PROBE_CHECK_DOH_H

#include "probe/check.h"
#include "probe/dnswire.h"

struct resolver;

/*
 * As check_dns_new, for a resolver whose address is a URL: POST, verified against the probe's
 * roots, to resolver->server.pins alone. A URL whose host is a name needs at least one pin: nothing is
 * looked up here. Queries to one resolver share connections; a repeated attempt gets one of its
 * own.
 */
struct check *check_doh_new(struct probe *probe, struct measurement *m,
    const struct resolver *resolver, const char *hostname, enum dns_type type,
    void (*done)(struct check *check, void *arg), void *arg);

#endif
