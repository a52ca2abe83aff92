/* This machine's addresses, and who stands beside it. */
#include "probe/neighbours.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "probe/ip_prefix.h"

/* V6_LINK: what a link has at least, RFC 4291 2.5.4. */
enum { V4_BITS = 32, V6_BITS = 128, V6_LINK = 64 };

/* NULL: of another family than IP. */
static const uint8_t *
address_bytes(const struct sockaddr *sa)
{
	if (sa == NULL)
		return NULL;
	if (sa->sa_family == AF_INET)
		return (const uint8_t *)&((const struct sockaddr_in *)(const void *)sa)->sin_addr;
	if (sa->sa_family == AF_INET6)
		return (const uint8_t *)&((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr;
	return NULL;
}

static int
all_bits(int family)
{
	return family == AF_INET6 ? V6_BITS : V4_BITS;
}

/* Of a netmask: its leading ones. NULL: there is none. */
static int
mask_bits(const struct sockaddr *mask, int family)
{
	const uint8_t *bytes = address_bytes(mask);
	int n = 0;

	if (bytes == NULL || mask->sa_family != family)
		return all_bits(family);
	while (n < all_bits(family) && (bytes[n / 8] & 0x80 >> n % 8) != 0)
		n++;
	return n;
}

static void
add(struct neighbours *neighbours, int family, const uint8_t *bytes, int bits)
{
	struct ip_prefix *p;

	if (bits == 0)
		return;
	neighbours->prefixes = xreallocarray(
	    neighbours->prefixes, neighbours->n + 1, sizeof(*neighbours->prefixes));
	p = &neighbours->prefixes[neighbours->n++];
	*p = (struct ip_prefix){.family = family, .bits = bits};
	memcpy(p->bytes, bytes, (size_t)all_bits(family) / 8);
}

void
neighbours_add(struct neighbours *neighbours, const struct ifaddrs *of)
{
	const uint8_t *own = address_bytes(of->ifa_addr), *other = address_bytes(of->ifa_dstaddr);
	int family, bits;

	if (own == NULL)
		return;
	family = of->ifa_addr->sa_family;
	bits = mask_bits(of->ifa_netmask, family);
	add(neighbours, family, own, all_bits(family));
	/* DHCPv6 gives a /128, and yet there are others on the link. */
	if (family == AF_INET6 && bits > V6_LINK &&
	    (of->ifa_flags & (IFF_LOOPBACK | IFF_POINTOPOINT)) == 0)
		bits = V6_LINK;
	if (bits < all_bits(family))
		add(neighbours, family, own, bits);
	/* The other end, where there is one; of a broadcast address the same again. The mask is that end's, not ours. */
	if (other != NULL && of->ifa_dstaddr->sa_family == family)
		add(neighbours, family, other, bits);
}

void
neighbours_load(struct neighbours *neighbours)
{
	struct ifaddrs *all, *i;

	if (getifaddrs(&all) != 0)
		return;
	neighbours_clear(neighbours);
	for (i = all; i != NULL; i = i->ifa_next)
		neighbours_add(neighbours, i);
	freeifaddrs(all);
}

void
neighbours_clear(struct neighbours *neighbours)
{
	free(neighbours->prefixes);
	*neighbours = (struct neighbours){NULL, 0};
}
