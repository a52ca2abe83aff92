/* Addresses written out, as sockets want them. */
#ifndef PROBE_ADDRESS_H
#define PROBE_ADDRESS_H

struct addrinfo;
struct sockaddr_storage;

/*
 * An IPv4 or IPv6 address, which may have a scope ("fe80::1%eth0"), and a port, for SOCK_STREAM or SOCK_DGRAM. NULL if it is
 * no address. To freeaddrinfo().
 */
struct addrinfo *address_parse(const char *ip, int port, int socktype);
/* "IP:PORT" or "[IPv6]:PORT", where to listen; port 0: any. Returns 0, or -1 if it is neither. */
int address_parse_listen(const char *text, struct sockaddr_storage *sa, int *len);

#endif
