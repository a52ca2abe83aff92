/* IP addresses of both families in one shape: 16 bytes, IPv4 mapped (RFC 4291 2.5.5.2). Pure. */
#ifndef TESTS_LAB_WORLD_IP_H
#define TESTS_LAB_WORLD_IP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct world_ip {
	uint8_t bytes[16];
};

bool world_ip_parse(struct world_ip *ip, const char *text);
bool world_ip_equal(const struct world_ip *a, const struct world_ip *b);
bool world_ip_is_v4(const struct world_ip *ip);
void world_ip_from(struct world_ip *ip, const struct sockaddr *address);
/* Fills in the address and returns its length. */
socklen_t
world_ip_sockaddr(const struct world_ip *ip, uint16_t port, struct sockaddr_storage *address);

#endif
