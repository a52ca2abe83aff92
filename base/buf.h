/* A growing run of bytes: what we build lines, packets and records in. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stddef.h>
#include <stdint.h>

/* Start with BUF_EMPTY (or all zeroes). data is NUL-terminated one past len, but may hold NULs. */
struct buf {
	char *data;
	size_t len, cap;
};
#define BUF_EMPTY {NULL, 0, 0}

/* Frees the bytes and leaves an empty buf. */
void buf_free(struct buf *buf);
/* Empties it and keeps the room. */
void buf_clear(struct buf *buf);
/* The bytes as a C string, owned by the buf; "" when empty. */
const char *buf_str(const struct buf *buf);
/* Hands the bytes over as a C string to free(); the buf is empty after. */
char *buf_steal(struct buf *buf);

/*
 * Makes room for `more` bytes and a NUL at the end, and returns where they go; then add to len
 * what was used. The NUL after it is the caller's to write, where the bytes are to be a string.
 */
char *buf_room(struct buf *buf, size_t more);
void buf_add(struct buf *buf, const void *data, size_t len);
void buf_puts(struct buf *buf, const char *s);
void buf_putc(struct buf *buf, char c);
void buf_printf(struct buf *buf, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Big-endian, as packets have them. */
void buf_u8(struct buf *buf, uint8_t v);
void buf_u16(struct buf *buf, uint16_t v);
void buf_u32(struct buf *buf, uint32_t v);
/* Lower-case hexadecimal. */
void buf_hex(struct buf *buf, const void *data, size_t len);
/* RFC 4648 base64 with padding, no line breaks. */
void buf_base64(struct buf *buf, const void *data, size_t len);
/*
 * Decodes RFC 4648 base64 (padding required, no white space) and appends the bytes.
 * Returns 0, or -1 when it is not base64; buf is then as before.
 */
int buf_unbase64(struct buf *buf, const char *text, size_t len);

#endif
