/* Addresses written out, as sockets want them. */
#ifndef PROBE_ADDRESS_H
#define PROBE_ADDRESS_H

struct addrinfo;

/*
 * An IPv4 or IPv6 address, which may have a scope ("fe80::1%eth0"), and a port, for SOCK_STREAM or SOCK_DGRAM. NULL if it is
 * no address. To freeaddrinfo().
 */
struct addrinfo *address_parse(const char *ip, int port, int socktype);

#endif
