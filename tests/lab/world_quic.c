/* QUIC as far as the lab speaks it. */
#include "tests/lab/world_quic.h"

#include "base/buf.h"
#include "base/reader.h"
#include "tests/lab/world_udp.h"

enum {
	LONG_HEADER = 0x80,
	VERSION_1 = 1,
	VERSION_2 = 0x6b3343cf,
	INITIAL_MIN = 1200 /* RFC 9000 14.1: less is not answered, or we would amplify */
};

bool
quic_negotiate(const uint8_t *data, size_t len, struct buf *out)
{
	const uint8_t *destination, *source;
	uint8_t first, destination_len, source_len;
	uint32_t version;
	struct reader r;

	reader_init(&r, data, len);
	first = reader_u8(&r);
	version = reader_u32(&r);
	destination_len = reader_u8(&r);
	destination = reader_bytes(&r, destination_len);
	source_len = reader_u8(&r);
	source = reader_bytes(&r, source_len);
	if (r.failed || len < INITIAL_MIN || (first & LONG_HEADER) == 0 || version == 0 ||
	    version == VERSION_1 || version == VERSION_2)
		return false;
	buf_u8(out, LONG_HEADER | 0x4a);
	buf_u32(out, 0);
	buf_u8(out, source_len);
	buf_add(out, source, source_len);
	buf_u8(out, destination_len);
	buf_add(out, destination, destination_len);
	buf_u32(out, VERSION_1);
	buf_u32(out, VERSION_2);
	return true;
}

void
quic_receive(struct udp_peer *peer, const uint8_t *data, size_t len)
{
	struct buf out = BUF_EMPTY;

	if (quic_negotiate(data, len, &out))
		udp_send(peer, out.data, out.len);
	buf_free(&out);
}
