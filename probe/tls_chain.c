/* Reads the TLS Certificate message. */
#include "probe/tls_chain.h"

#include "base/mem.h"
#include "base/reader.h"
#include "results/measurement.h"

static size_t
reader_u24(struct reader *r)
{
	size_t high = reader_u8(r);

	return high << 16 | reader_u16(r);
}

size_t
tls_chain_read(
    const void *message, size_t len, bool tls13, struct arena *arena, struct bytes **certificates)
{
	struct bytes *certificate;
	const uint8_t *der;
	struct reader r;
	size_t n = 0, der_len;

	*certificates = NULL;
	reader_init(&r, message, len);
	reader_bytes(&r, 4); /* the handshake header */
	if (tls13)
		reader_bytes(&r, reader_u8(&r)); /* certificate_request_context */
	reader_u24(&r);                          /* the list's length: the rest of the message */
	while (!r.failed && reader_left(&r) > 0 && n < TLS_CHAIN_MOST) {
		der_len = reader_u24(&r);
		der = reader_bytes(&r, der_len);
		if (r.failed)
			break;
		certificate = ARENA_PUSH(arena, *certificates, n);
		certificate->data = arena_memdup(arena, der, der_len);
		certificate->len = der_len;
		if (tls13)
			reader_bytes(&r, reader_u16(&r)); /* extensions */
	}
	return n;
}
