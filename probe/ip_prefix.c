/* Blocks of addresses. */
#include "probe/ip_prefix.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

int
ip_parse(const char *text, uint8_t bytes[IP_BYTES])
{
	int family = strchr(text, ':') != NULL ? AF_INET6 : AF_INET;

	memset(bytes, 0, IP_BYTES);
	return inet_pton(family, text, bytes) == 1 ? family : 0;
}

bool
ip_prefix_has(const struct ip_prefix *prefix, int family, const uint8_t *bytes)
{
	int whole = prefix->bits / 8, rest = prefix->bits % 8;
	unsigned mask = 0xffu << (8 - rest) & 0xffu;

	return prefix->family == family && memcmp(prefix->bytes, bytes, (size_t)whole) == 0 &&
	    (rest == 0 || (prefix->bytes[whole] & mask) == (bytes[whole] & mask));
}
