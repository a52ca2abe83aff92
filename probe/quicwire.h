/*
 * The two QUIC packets of a version-negotiation ping: what we send, and the only answer that counts. Nothing in them is
 * secret or bound to a version of QUIC (RFC 8999), so no cryptography is needed. Pure.
 */
#ifndef PROBE_QUICWIRE_H
#define PROBE_QUICWIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	/* A server need not answer less: RFC 9000 14.1. */
	QUIC_PING_SIZE = 1200,
	/* An answer may list more; these tell enough. */
	QUIC_VERSIONS_MOST = 64
};

/*
 * Shapes a packet of random bytes into an Initial (RFC 9000 17.2.2) of a reserved version, 0x?a?a?a?a, which every server
 * must answer with the versions that it does speak (RFC 9000 6.1, 15). Version, connection ids and payload stay random.
 */
void quic_ping_shape(uint8_t packet[QUIC_PING_SIZE]);
/* The version it asks for. */
uint32_t quic_ping_version(const uint8_t packet[QUIC_PING_SIZE]);
/*
 * Reads a Version Negotiation packet (RFC 9000 17.2.1) that answers the ping: our connection ids, mirrored. True when it
 * is one; then versions has the *n first that it lists. A packet that lists the version asked for is none (RFC 9000 6.2).
 */
bool quic_answer_read(const uint8_t ping[QUIC_PING_SIZE], const void *answer, size_t len,
    uint32_t versions[QUIC_VERSIONS_MOST], size_t *n);

#endif
