/* The bounded reader. */
#include "base/reader.h"

void
reader_init(struct reader *r, const void *data, size_t len)
{
	*r = (struct reader){.data = data, .len = len};
}

size_t
reader_left(const struct reader *r)
{
	return r->failed ? 0 : r->len - r->pos;
}

const uint8_t *
reader_bytes(struct reader *r, size_t n)
{
	const uint8_t *p;

	if (r->failed || n > reader_left(r)) {
		r->failed = true;
		return NULL;
	}
	/* An empty reader may hold no pointer at all, and NULL must keep meaning failure. */
	p = r->data == NULL ? (const uint8_t *)"" : r->data + r->pos;
	r->pos += n;
	return p;
}

uint8_t
reader_u8(struct reader *r)
{
	const uint8_t *p = reader_bytes(r, 1);

	return p == NULL ? 0 : p[0];
}

uint16_t
reader_u16(struct reader *r)
{
	const uint8_t *p = reader_bytes(r, 2);

	if (p == NULL)
		return 0;
	return (uint16_t)(p[0] << 8 | p[1]);
}

uint32_t
reader_u32(struct reader *r)
{
	const uint8_t *p = reader_bytes(r, 4);

	return p == NULL ? 0
			 : (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

void
reader_seek(struct reader *r, size_t pos)
{
	if (pos > r->len)
		r->failed = true;
	if (!r->failed)
		r->pos = pos;
}
