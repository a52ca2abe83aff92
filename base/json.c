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

/* Text inside quotes. The bytes are known to be UTF-8. */
static void
quoted(struct buf *out, const char *text, size_t len)
{
	size_t start = 0, i;
	unsigned char c;

	buf_putc(out, '"');
	for (i = 0; i < len; i++) {
		c = (unsigned char)text[i];
		if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f)
			continue;
		buf_add(out, text + start, i - start);
		start = i + 1;
		if (c == '"' || c == '\\') {
			buf_putc(out, '\\');
			buf_putc(out, (char)c);
		} else if (c == '\n')
			buf_puts(out, "\\n");
		else
			buf_printf(out, "\\u%04x", c);
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

void
json_put_int(struct json *j, const char *key, int64_t v)
{
	begin(j, key);
	buf_printf(j->out, "%lld", (long long)v);
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
	for (digits = 6; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, v);
		if (strtod(text, NULL) == v)
			break;
	}
	begin(j, key);
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
