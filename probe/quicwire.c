/* QUIC packets of a version-negotiation ping. */
#include "probe/quicwire.h"

#include <string.h>

#include "base/reader.h"

/*
 * The ping: first byte, version, two connection ids with their lengths, an empty token, and a length that covers the rest.
 * A server may ignore an Initial whose destination id is shorter than 8 bytes (RFC 9000 7.2).
 */
enum {
	ID_SIZE = 8,
	AT_VERSION = 1,
	AT_TO = 6,
	AT_FROM = AT_TO + ID_SIZE + 1,
	AT_TOKEN = AT_FROM + ID_SIZE,
	AT_LENGTH = AT_TOKEN + 1,
	AT_PAYLOAD = AT_LENGTH + 2,
	LONG_HEADER = 0x80,
	FIXED_BIT = 0x40,
	TYPE_BITS = 0x30, /* 0: Initial */
	VARINT_2 = 0x40,  /* RFC 9000 16: a length of two bytes */
};

void
quic_ping_shape(uint8_t packet[QUIC_PING_SIZE])
{
	const size_t payload = QUIC_PING_SIZE - AT_PAYLOAD;
	size_t i;

	packet[0] = (uint8_t)((packet[0] & ~TYPE_BITS) | LONG_HEADER | FIXED_BIT);
	for (i = AT_VERSION; i < AT_VERSION + 4; i++)
		packet[i] = (packet[i] & 0xf0) | 0x0a;
	packet[AT_TO - 1] = packet[AT_FROM - 1] = ID_SIZE;
	packet[AT_TOKEN] = 0;
	packet[AT_LENGTH] = (uint8_t)(VARINT_2 | payload >> 8);
	packet[AT_LENGTH + 1] = payload & 0xff;
}

uint32_t
quic_ping_version(const uint8_t packet[QUIC_PING_SIZE])
{
	struct reader r;

	reader_init(&r, packet, QUIC_PING_SIZE);
	reader_seek(&r, AT_VERSION);
	return reader_u32(&r);
}

/* Whether a connection id follows, length first, that is this one. */
static bool
is_id(struct reader *r, const uint8_t id[ID_SIZE])
{
	size_t len = reader_u8(r);
	const uint8_t *bytes = reader_bytes(r, len);

	return bytes != NULL && len == ID_SIZE && memcmp(bytes, id, ID_SIZE) == 0;
}

bool
quic_answer_read(const uint8_t ping[QUIC_PING_SIZE], const void *answer, size_t len,
    uint32_t versions[QUIC_VERSIONS_MOST], size_t *n)
{
	struct reader r;
	uint32_t version;

	*n = 0;
	reader_init(&r, answer, len);
	if ((reader_u8(&r) & LONG_HEADER) == 0 || reader_u32(&r) != 0 ||
	    !is_id(&r, ping + AT_FROM) || !is_id(&r, ping + AT_TO))
		return false;
	if (r.failed || reader_left(&r) == 0 || reader_left(&r) % 4 != 0)
		return false;
	while (reader_left(&r) > 0) {
		version = reader_u32(&r);
		if (version == quic_ping_version(ping))
			return false;
		if (*n < QUIC_VERSIONS_MOST)
			versions[(*n)++] = version;
	}
	return true;
}
