/*
 * QUIC as far as the lab speaks it: a client that asks for a version nobody has is told which there
 * are (RFC 9000 section 6). Nothing else is answered, so real QUIC clients fall back to TCP.
 */
#ifndef TESTS_LAB_WORLD_QUIC_H
#define TESTS_LAB_WORLD_QUIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct udp_peer;

/* Appends the Version Negotiation packet that answers this datagram; false: none does. Pure. */
bool quic_negotiate(const uint8_t *data, size_t len, struct buf *out);
void quic_receive(struct udp_peer *peer, const uint8_t *data, size_t len);

#endif
