/*
 * The certificates in a TLS Certificate message, as they lie there: OpenSSL hands them out only
 * when it could parse them all and went on.
 */
#ifndef PROBE_TLS_CHAIN_H
#define PROBE_TLS_CHAIN_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct bytes;

/* More are not kept: OpenSSL's verifier looks at no chain this long. */
enum { TLS_CHAIN_MOST = 100 };

/*
 * Reads a Certificate handshake message with its 4-byte header (RFC 8446 4.4.2 when tls13, else
 * RFC 5246 7.4.2) and copies the certificates into the arena, in the message's order. Returns how
 * many it found; those before a broken length count. Pure: fuzzed.
 */
size_t tls_chain_read(
    const void *message, size_t len, bool tls13, struct arena *arena, struct bytes **certificates);

#endif
