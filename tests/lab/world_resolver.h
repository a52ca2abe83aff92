/* The lab's resolvers at their sockets, over UDP and TCP. What they say: world_dns.h. */
#ifndef TESTS_LAB_WORLD_RESOLVER_H
#define TESTS_LAB_WORLD_RESOLVER_H

#include <stddef.h>
#include <stdint.h>

struct conn;
struct udp_peer;

/* The resolver at the address that was asked. */
void resolver_receive(struct udp_peer *peer, const uint8_t *data, size_t len);
/* The ISP's, whatever address was asked: the censor sends other people's queries here. */
void resolver_receive_hijacked(struct udp_peer *peer, const uint8_t *data, size_t len);
/* The same over TCP (RFC 7766); there nobody is slow. */
void resolver_input(struct conn *conn);
void resolver_input_hijacked(struct conn *conn);

#endif
