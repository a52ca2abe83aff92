/* Blocks of addresses. Pure. */
#ifndef PROBE_IP_PREFIX_H
#define PROBE_IP_PREFIX_H

#include <stdbool.h>
#include <stdint.h>

/* Of IPv4 the first 4 bytes count. */
enum { IP_BYTES = 16 };

struct ip_prefix {
	uint8_t bytes[IP_BYTES]; /* in network order; what follows the first `bits` does not matter */
	int family, bits; /* AF_INET or AF_INET6 */
};

/* Reads an address without a scope. Returns its family; 0: it is none. */
int ip_parse(const char *text, uint8_t bytes[IP_BYTES]);
bool ip_prefix_has(const struct ip_prefix *prefix, int family, const uint8_t *bytes);

#endif
