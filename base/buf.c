/* A growing run of bytes. */
#include "base/buf.h"

#include <assert.h>
#include <stdarg.h>
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

/* The value of a base64 digit, or -1. */
static int
base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

int
buf_unbase64(struct buf *buf, const char *text, size_t len)
{
	size_t before = buf->len, pad = 0, i;
	uint32_t v = 0;
	int digit;

	if (len % 4 != 0)
		return -1;
	while (pad < 2 && pad < len && text[len - 1 - pad] == '=')
		pad++;
	for (i = 0; i < len; i++) {
		digit = i >= len - pad ? 0 : base64_value(text[i]);
		if (digit < 0) {
			buf->len = before;
			if (buf->data != NULL)
				buf->data[before] = '\0';
			return -1;
		}
		v = v << 6 | (uint32_t)digit;
		if (i % 4 == 3) {
			uint8_t b[3] = {(uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v};
			buf_add(buf, b, i + 1 == len ? 3 - pad : 3);
			v = 0;
		}
	}
	return 0;
}
