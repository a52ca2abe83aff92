/* The head of an HTTP/1 request. */
#include "tests/lab/world_request.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { BODY_MAX = 65536 };

/* Copies the text up to its end; false where there is no room, or where it holds a NUL. */
static bool
copy(char *out, size_t size, const char *text, size_t len)
{
	if (len >= size || memchr(text, '\0', len) != NULL)
		return false;
	memcpy(out, text, len);
	out[len] = '\0';
	return true;
}

/* METHOD TARGET HTTP/1.x */
static bool
read_line(struct request *request, const char *line, size_t len)
{
	const char *space = memchr(line, ' ', len), *target, *end, *slash;

	if (space == NULL ||
	    !copy(request->method, sizeof(request->method), line, (size_t)(space - line)))
		return false;
	target = space + 1;
	end = memchr(target, ' ', len - (size_t)(target - line));
	if (end == NULL || (size_t)(line + len - end) != strlen(" HTTP/1.x") ||
	    memcmp(end, " HTTP/1.", strlen(" HTTP/1.")) != 0)
		return false;
	request->keep_alive = end[strlen(" HTTP/1.")] != '0';
	if (end - target > 7 && strncasecmp(target, "http://", 7) == 0) {
		slash = memchr(target + 7, '/', (size_t)(end - target - 7));
		target = slash != NULL ? slash : end;
	}
	return copy(request->target, sizeof(request->target), target, (size_t)(end - target));
}

static bool
read_host(struct request *request, const char *value, size_t len)
{
	const char *colon = memchr(value, ':', len);

	return copy(request->host, sizeof(request->host), value,
	    colon != NULL ? (size_t)(colon - value) : len);
}

static bool
read_length(struct request *request, const char *value, size_t len)
{
	char digits[8];
	size_t i;

	if (len == 0 || !copy(digits, sizeof(digits), value, len))
		return false;
	for (i = 0; i < len; i++)
		if (!isdigit((unsigned char)digits[i]))
			return false;
	request->body_len = (size_t)atol(digits);
	return request->body_len <= BODY_MAX;
}

static bool
read_connection(struct request *request, const char *value, size_t len)
{
	if (len == 5 && strncasecmp(value, "close", 5) == 0)
		request->keep_alive = false;
	return true;
}

/* Bodies in chunks are not read here: no client of the lab sends any. */
static bool
read_encoding(struct request *request, const char *value, size_t len)
{
	(void)request;
	(void)value;
	(void)len;
	return false;
}

static const struct {
	const char *name;
	bool (*read)(struct request *request, const char *value, size_t len);
} fields[] = {
    {"Host", read_host},
    {"Content-Length", read_length},
    {"Connection", read_connection},
    {"Transfer-Encoding", read_encoding},
};

static bool
read_field(struct request *request, const char *line, size_t len)
{
	const char *colon = memchr(line, ':', len), *value, *end = line + len;
	size_t i;

	if (colon == NULL)
		return false;
	for (value = colon + 1; value < end && (*value == ' ' || *value == '\t');)
		value++;
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (strlen(fields[i].name) == (size_t)(colon - line) &&
		    strncasecmp(fields[i].name, line, (size_t)(colon - line)) == 0)
			return fields[i].read(request, value, (size_t)(end - value));
	return true;
}

enum request_state
request_read(struct request *request, const char *data, size_t len)
{
	const char *end = memmem(data, len, "\r\n\r\n", 4), *line = data, *next;

	memset(request, 0, sizeof(*request));
	if (end == NULL)
		return len > REQUEST_HEAD_MAX ? REQUEST_BAD : REQUEST_PARTIAL;
	request->head_len = (size_t)(end - data) + 4;
	for (; line <= end; line = next + 2) {
		next = memmem(line, (size_t)(end + 2 - line), "\r\n", 2);
		if (!(line == data ? read_line : read_field)(request, line, (size_t)(next - line)))
			return REQUEST_BAD;
	}
	return REQUEST_WHOLE;
}
