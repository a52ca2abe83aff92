/* IP addresses of both families in one shape. */
#include "tests/lab/world_ip.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

static void
map_v4(struct world_ip *ip, const void *v4)
{
	memcpy(ip->bytes, mapped, sizeof(mapped));
	memcpy(ip->bytes + sizeof(mapped), v4, 4);
}

bool
world_ip_parse(struct world_ip *ip, const char *text)
{
	uint8_t v4[4];

	if (inet_pton(AF_INET6, text, ip->bytes) == 1)
		return true;
	if (inet_pton(AF_INET, text, v4) != 1)
		return false;
	map_v4(ip, v4);
	return true;
}

bool
world_ip_equal(const struct world_ip *a, const struct world_ip *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

bool
world_ip_is_v4(const struct world_ip *ip)
{
	return memcmp(ip->bytes, mapped, sizeof(mapped)) == 0;
}

void
world_ip_from(struct world_ip *ip, const struct sockaddr *address)
{
	if (address->sa_family == AF_INET6)
		memcpy(ip->bytes, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr,
		    16);
	else
		map_v4(ip, &((const struct sockaddr_in *)(const void *)address)->sin_addr);
}

socklen_t
world_ip_sockaddr(const struct world_ip *ip, uint16_t port, struct sockaddr_storage *address)
{
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};

	memset(address, 0, sizeof(*address));
	if (world_ip_is_v4(ip)) {
		memcpy(&v4.sin_addr, ip->bytes + sizeof(mapped), 4);
		memcpy(address, &v4, sizeof(v4));
		return sizeof(v4);
	}
	memcpy(&v6.sin6_addr, ip->bytes, 16);
	memcpy(address, &v6, sizeof(v6));
	return sizeof(v6);
}
