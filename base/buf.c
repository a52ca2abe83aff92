/* A growing run of bytes. */
#include "base/buf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"

void
buf_free(struct buf *buf)
{
	free(buf->data);
	*buf = (struct buf)BUF_EMPTY;
}

void
buf_clear(struct buf *buf)
{
	buf->len = 0;
	if (buf->data != NULL)
		buf->data[0] = '\0';
}

const char *
buf_str(const struct buf *buf)
{
	return buf->data != NULL ? buf->data : "";
}

char *
buf_steal(struct buf *buf)
{
	char *s = buf->data != NULL ? buf->data : xstrdup("");

	*buf = (struct buf)BUF_EMPTY;
	return s;
}

char *
buf_room(struct buf *buf, size_t more)
{
	size_t want;

	if (more >= SIZE_MAX / 2 - buf->len)
		log_fatalx("out of memory (%zu more bytes wanted)", more);
	want = buf->len + more + 1;
	if (want > buf->cap) {
		if (buf->cap == 0)
			buf->cap = 64;
		while (buf->cap < want)
			buf->cap *= 2;
		buf->data = xreallocarray(buf->data, buf->cap, 1);
		buf->data[buf->len] = '\0';
	}
	return buf->data + buf->len;
}

void
buf_add(struct buf *buf, const void *data, size_t len)
{
	char *p = buf_room(buf, len);

	if (len > 0)
		memcpy(p, data, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
}

void
buf_puts(struct buf *buf, const char *s)
{
	buf_add(buf, s, strlen(s));
}

void
buf_putc(struct buf *buf, char c)
{
	buf_add(buf, &c, 1);
}

void
buf_printf(struct buf *buf, const char *fmt, ...)
{
	va_list ap, again;
	int len;

	va_start(ap, fmt);
	va_copy(again, ap);
	len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	assert(len >= 0);
	vsnprintf(buf_room(buf, (size_t)len), (size_t)len + 1, fmt, again);
	va_end(again);
	buf->len += (size_t)len;
}

void
buf_u8(struct buf *buf, uint8_t v)
{
	buf_add(buf, &v, 1);
}

void
buf_u16(struct buf *buf, uint16_t v)
{
	uint8_t b[2] = {(uint8_t)(v >> 8), (uint8_t)v};

	buf_add(buf, b, sizeof(b));
}

void
buf_u32(struct buf *buf, uint32_t v)
{
	uint8_t b[4] = {(uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v};

	buf_add(buf, b, sizeof(b));
}

void
buf_hex(struct buf *buf, const void *data, size_t len)
{
	static const char digit[] = "0123456789abcdef";
	const uint8_t *p = data;
	char *out = buf_room(buf, len * 2);
	size_t i;

	for (i = 0; i < len; i++) {
		*out++ = digit[p[i] >> 4];
		*out++ = digit[p[i] & 15];
	}
	buf->len += len * 2;
	buf->data[buf->len] = '\0';
}

static const char base64_digit[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void
buf_base64(struct buf *buf, const void *data, size_t len)
{
	const uint8_t *p = data;
	size_t full = len / 3 * 3, i;
	char *out = buf_room(buf, (len + 2) / 3 * 4), *start = out;
	uint32_t v;

	for (i = 0; i < full; i += 3) {
		v = (uint32_t)p[i] << 16 | (uint32_t)p[i + 1] << 8 | p[i + 2];
		*out++ = base64_digit[v >> 18];
		*out++ = base64_digit[v >> 12 & 63];
		*out++ = base64_digit[v >> 6 & 63];
		*out++ = base64_digit[v & 63];
	}
	if (len > full) {
		v = (uint32_t)p[full] << 16;
		if (len - full == 2)
			v |= (uint32_t)p[full + 1] << 8;
		*out++ = base64_digit[v >> 18];
		*out++ = base64_digit[v >> 12 & 63];
		*out++ = len - full == 2 ? base64_digit[v >> 6 & 63] : '=';
		*out++ = '=';
	}
	buf->len += (size_t)(out - start);
	buf->data[buf->len] = '\0';
}

/* The value of a base64 digit plus 1; 0 for what is none. */
static const uint8_t base64_values[256] = {
    ['A'] = 1, ['B'] = 2, ['C'] = 3, ['D'] = 4, ['E'] = 5, ['F'] = 6, ['G'] = 7, ['H'] = 8,
    ['I'] = 9, ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16,
    ['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24,
    ['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32,
    ['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40,
    ['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48,
    ['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56,
    ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62, ['+'] = 63, ['/'] = 64,
};

/* Four digits make three bytes; false where one is none. */
static bool
unbase64_group(const uint8_t *text, uint8_t *out)
{
	uint8_t a = base64_values[text[0]], b = base64_values[text[1]];
	uint8_t c = base64_values[text[2]], d = base64_values[text[3]];
	uint32_t v = (uint32_t)(a - 1) << 18 | (uint32_t)(b - 1) << 12 | (uint32_t)(c - 1) << 6 |
	    (uint32_t)(d - 1);

	out[0] = (uint8_t)(v >> 16);
	out[1] = (uint8_t)(v >> 8);
	out[2] = (uint8_t)v;
	return a != 0 && b != 0 && c != 0 && d != 0;
}

int
buf_unbase64(struct buf *buf, const char *text, size_t len)
{
	uint8_t last[4], *out;
	size_t pad = 0, i;

	if (len % 4 != 0)
		return -1;
	while (pad < 2 && pad < len && text[len - 1 - pad] == '=')
		pad++;
	out = (uint8_t *)buf_room(buf, len / 4 * 3);
	for (i = 0; i + 4 < len; i += 4, out += 3)
		if (!unbase64_group((const uint8_t *)text + i, out))
			goto fail;
	if (len > 0) {
		memcpy(last, text + i, sizeof(last));
		/* A digit of no bits stands for each that is missing. */
		memset(last + 4 - pad, 'A', pad);
		if (!unbase64_group(last, out))
			goto fail;
	}
	buf->len += len / 4 * 3 - pad;
	buf->data[buf->len] = '\0';
	return 0;

fail:
	buf->data[buf->len] = '\0';
	return -1;
}
