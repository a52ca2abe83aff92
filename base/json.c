/* A streaming JSON writer. */
#include "base/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"

void
json_init(struct json *j, struct buf *out)
{
	*j = (struct json){.out = out};
}

/* One byte that cannot stand in a string as it is. */
static void
escaped(struct buf *out, unsigned char c)
{
	if (c == '"' || c == '\\') {
		buf_putc(out, '\\');
		buf_putc(out, (char)c);
	} else if (c == '\n')
		buf_puts(out, "\\n");
	else if (c < 0x80)
		buf_printf(out, "\\u%04x", c);
	else
		buf_puts(out, "\\ufffd");
}

/* Text inside quotes. Bytes that are not UTF-8 (only a key can have them) become U+FFFD. */
static void
quoted(struct buf *out, const char *text, size_t len)
{
	size_t start = 0, i, n;
	unsigned char c;
	uint32_t code;

	buf_putc(out, '"');
	for (i = 0; i < len; i += n) {
		c = (unsigned char)text[i];
		n = c < 0x80 ? 1 : utf8_next(text + i, len - i, &code);
		if (n > 0 && c >= 0x20 && c != '"' && c != '\\' && c != 0x7f)
			continue;
		n = 1;
		buf_add(out, text + start, i - start);
		escaped(out, c);
		start = i + 1;
	}
	buf_add(out, text + start, len - start);
	buf_putc(out, '"');
}

/* The comma before a value, and its key. */
static void
begin(struct json *j, const char *key)
{
	if (j->comma)
		buf_putc(j->out, ',');
	j->comma = true;
	if (key != NULL) {
		quoted(j->out, key, strlen(key));
		buf_putc(j->out, ':');
	}
}

static void
open_with(struct json *j, const char *key, char bracket)
{
	begin(j, key);
	buf_putc(j->out, bracket);
	j->comma = false;
}

static void
close_with(struct json *j, char bracket)
{
	buf_putc(j->out, bracket);
	j->comma = true;
}

void
json_put_object(struct json *j, const char *key)
{
	open_with(j, key, '{');
}

void
json_put_object_end(struct json *j)
{
	close_with(j, '}');
}

void
json_put_array(struct json *j, const char *key)
{
	open_with(j, key, '[');
}

void
json_put_array_end(struct json *j)
{
	close_with(j, ']');
}

void
json_put_string(struct json *j, const char *key, const char *text)
{
	if (text == NULL)
		json_put_null(j, key);
	else
		json_put_bytes(j, key, text, strlen(text));
}

void
json_put_bytes(struct json *j, const char *key, const void *data, size_t len)
{
	if (!utf8_valid(data, len)) {
		json_put_base64(j, key, data, len);
		return;
	}
	begin(j, key);
	quoted(j->out, data, len);
}

void
json_put_base64(struct json *j, const char *key, const void *data, size_t len)
{
	begin(j, key);
	buf_puts(j->out, "{\"format\":\"base64\",\"data\":\"");
	buf_base64(j->out, data, len);
	buf_puts(j->out, "\"}");
}

void
json_put_base64_text(struct json *j, const char *key, const void *data, size_t len)
{
	begin(j, key);
	buf_putc(j->out, '"');
	buf_base64(j->out, data, len);
	buf_putc(j->out, '"');
}

/* Decimal digits of v, at least `least` of them, written backwards from end. Returns the first. */
static char *
digits_before(char *end, uint64_t v, int least)
{
	for (; v > 0 || least > 0; least--) {
		*--end = (char)('0' + v % 10);
		v /= 10;
	}
	return end;
}

void
json_put_int(struct json *j, const char *key, int64_t v)
{
	char text[24], *end = text + sizeof(text), *p;

	p = digits_before(end, v < 0 ? 0 - (uint64_t)v : (uint64_t)v, 1);
	if (v < 0)
		*--p = '-';
	begin(j, key);
	buf_add(j->out, p, (size_t)(end - p));
}

/*
 * Whole microseconds, as nearly all of our times are: written ten times faster than by trying.
 * Below 2^53 the quotient of two integers is the double nearest to that decimal fraction, so what
 * is written reads back as v; and no two decimals of 15 digits share a double, so none is shorter.
 */
static bool
put_micros(struct buf *out, double v)
{
	char text[32], *end = text + sizeof(text), *p;
	double scaled = nearbyint(v * 1e6);
	uint64_t micros;
	int digits = 6;

	if (!(v >= 0 && v < 1e8) || scaled / 1e6 != v)
		return false;
	micros = (uint64_t)scaled;
	for (; digits > 0 && micros % 10 == 0; digits--)
		micros /= 10;
	if (digits == 0)
		p = digits_before(end, micros, 1);
	else {
		static const uint64_t unit[] = {1, 10, 100, 1000, 10000, 100000, 1000000};

		p = digits_before(end, micros % unit[digits], digits);
		*--p = '.';
		p = digits_before(p, micros / unit[digits], 1);
	}
	buf_add(out, p, (size_t)(end - p));
	return true;
}

void
json_put_double(struct json *j, const char *key, double v)
{
	char text[40];
	int digits;

	if (!isfinite(v)) {
		json_put_null(j, key);
		return;
	}
	begin(j, key);
	if (put_micros(j->out, v))
		return;
	for (digits = 6; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, v);
		if (strtod(text, NULL) == v)
			break;
	}
	buf_puts(j->out, text);
}

void
json_put_bool(struct json *j, const char *key, bool v)
{
	begin(j, key);
	buf_puts(j->out, v ? "true" : "false");
}

void
json_put_null(struct json *j, const char *key)
{
	begin(j, key);
	buf_puts(j->out, "null");
}
