/*
 * This machine's addresses, and who stands beside it: what it reaches without a router, and so behind a router's firewall. On a
 * home's IPv6 network those are addresses like any others.
 */
#ifndef PROBE_NEIGHBOURS_H
#define PROBE_NEIGHBOURS_H

#include <stddef.h>

struct ifaddrs;
struct ip_prefix;

struct neighbours {
	struct ip_prefix *prefixes;
	size_t n;
};

/*
 * As the interfaces are now, in place of what was there; where that cannot be told, it stays. Begins zeroed. Free with
 * neighbours_clear.
 */
void neighbours_load(struct neighbours *neighbours);
void neighbours_clear(struct neighbours *neighbours);
/* Adds what getifaddrs says of one address. A netmask of no bits is left out: it would be the whole world. Pure. */
void neighbours_add(struct neighbours *neighbours, const struct ifaddrs *of);

#endif
