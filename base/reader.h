/*
 * The bounded reader: every length that comes from outside is checked here and nowhere else.
 * A read past the end returns 0 or NULL and sets `failed` for good, so a parser may read on
 * and look once at the end.
 */
#ifndef BASE_READER_H
#define BASE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reader {
	const uint8_t *data;
	size_t len, pos;
	bool failed;
};

/* Borrows data. */
void reader_init(struct reader *r, const void *data, size_t len);
size_t reader_left(const struct reader *r);
/* Big-endian integers. */
uint8_t reader_u8(struct reader *r);
uint16_t reader_u16(struct reader *r);
uint32_t reader_u32(struct reader *r);
/* The next n bytes, borrowed, and past them; NULL when there are fewer. */
const uint8_t *reader_bytes(struct reader *r, size_t n);
/* Moves to an absolute offset; fails beyond the end. */
void reader_seek(struct reader *r, size_t pos);

#endif
