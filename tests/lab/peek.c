/* What a censor reads in a stranger's packets, and the DNS answers that it forges. */
#include "tests/lab/peek.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/reader.h"

static bool
take_name(const uint8_t *data, size_t len, char name[PEEK_NAME_SIZE])
{
	size_t i;

	if (data == NULL || len == 0 || len >= PEEK_NAME_SIZE)
		return false;
	for (i = 0; i < len; i++) {
		if (!isgraph(data[i]))
			return false;
		name[i] = (char)tolower(data[i]);
	}
	name[len] = '\0';
	return true;
}

/* --- TLS (RFC 8446 4.1.2, 5.1; RFC 6066 3) --------------------------------------------------- */

enum { TLS_HANDSHAKE = 22, TLS_CLIENT_HELLO = 1, TLS_SERVER_HELLO = 2, TLS_HELLO_MOST = 16384 };

/*
 * Unpacks handshake bytes from the records around them: a hello may be spread over several. Returns false where something else
 * than a handshake is among them.
 */
static bool
unpack_records(const uint8_t *data, size_t len, struct buf *out)
{
	struct reader r;
	size_t n;

	reader_init(&r, data, len);
	while (reader_left(&r) >= 5 && out->len < TLS_HELLO_MOST) {
		if (reader_u8(&r) != TLS_HANDSHAKE || reader_u8(&r) != 3)
			return false;
		reader_u8(&r);
		n = reader_u16(&r);
		if (n > reader_left(&r))
			n = reader_left(&r);
		buf_add(out, reader_bytes(&r, n), n);
	}
	return true;
}

static enum peek
read_server_name(struct reader *r, char name[PEEK_NAME_SIZE])
{
	uint16_t len;

	reader_u16(r); /* the list's length */
	if (reader_u8(r) != 0)
		return PEEK_NOTHING;
	len = reader_u16(r);
	return take_name(reader_bytes(r, len), len, name) ? PEEK_NAMED : PEEK_NOTHING;
}

/* r stands behind the handshake's length, and ends with it. */
static enum peek
read_hello(struct reader *r, char name[PEEK_NAME_SIZE])
{
	struct reader extension;
	const uint8_t *body;
	uint16_t type, len;

	reader_bytes(r, 2 + 32);
	reader_bytes(r, reader_u8(r)); /* session */
	reader_bytes(r, reader_u16(r)); /* cipher suites */
	reader_bytes(r, reader_u8(r)); /* compression */
	reader_u16(r);
	while (reader_left(r) >= 4) {
		type = reader_u16(r);
		len = reader_u16(r);
		body = reader_bytes(r, len);
		if (body == NULL)
			return PEEK_NOTHING;
		if (type == 0) {
			reader_init(&extension, body, len);
			return read_server_name(&extension, name);
		}
	}
	return PEEK_NOTHING;
}

static enum peek
read_handshake(const struct buf *handshake, char name[PEEK_NAME_SIZE])
{
	struct reader r;
	size_t len;

	reader_init(&r, handshake->data, handshake->len);
	if (reader_left(&r) < 4)
		return PEEK_MORE;
	if (reader_u8(&r) != TLS_CLIENT_HELLO)
		return PEEK_NOTHING;
	len = (size_t)reader_u8(&r) << 16;
	len |= reader_u16(&r);
	if (len > TLS_HELLO_MOST)
		return PEEK_NOTHING;
	if (len > reader_left(&r))
		return PEEK_MORE;
	r.len = r.pos + len;
	return read_hello(&r, name);
}

enum peek
peek_client_hello(const uint8_t *data, size_t len, char name[PEEK_NAME_SIZE])
{
	struct buf handshake = BUF_EMPTY;
	enum peek result = PEEK_NOTHING;

	if (len == 0)
		return PEEK_MORE;
	if (data[0] != TLS_HANDSHAKE)
		return PEEK_NOTHING;
	if (unpack_records(data, len, &handshake))
		result = read_handshake(&handshake, name);
	buf_free(&handshake);
	return result;
}

bool
peek_is_server_hello(const uint8_t *data, size_t len)
{
	return len >= 6 && data[0] == TLS_HANDSHAKE && data[1] == 3 && data[5] == TLS_SERVER_HELLO;
}

/* --- HTTP (RFC 9112) ------------------------------------------------------------------------- */

static bool
begins_like_http(const uint8_t *data, size_t len)
{
	static const char *const methods[] = {"GET ", "HEAD ", "POST "};
	size_t i, n;

	for (i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		n = strlen(methods[i]);
		if (memcmp(data, methods[i], n < len ? n : len) == 0)
			return true;
	}
	return false;
}

/* The value of a line "Host: value", without a port. */
static bool
take_host(const uint8_t *line, size_t len, char name[PEEK_NAME_SIZE])
{
	const uint8_t *colon;

	if (len < 5 || strncasecmp((const char *)line, "host:", 5) != 0)
		return false;
	line += 5;
	len -= 5;
	while (len > 0 && (*line == ' ' || *line == '\t')) {
		line++;
		len--;
	}
	while (len > 0 && isspace(line[len - 1]))
		len--;
	colon = len > 0 ? memchr(line, ':', len) : NULL;
	return take_name(line, colon != NULL ? (size_t)(colon - line) : len, name);
}

enum peek
peek_http_host(const uint8_t *data, size_t len, char name[PEEK_NAME_SIZE])
{
	const uint8_t *end;

	if (len == 0)
		return PEEK_MORE;
	if (!begins_like_http(data, len))
		return PEEK_NOTHING;
	while ((end = memchr(data, '\n', len)) != NULL) {
		if (take_host(data, (size_t)(end - data), name))
			return PEEK_NAMED;
		if (end == data || (end == data + 1 && *data == '\r'))
			return PEEK_NOTHING; /* the empty line */
		len -= (size_t)(end + 1 - data);
		data = end + 1;
		if (len == 0)
			break;
	}
	return PEEK_MORE;
}

/* --- DNS (RFC 1035 4.1) ---------------------------------------------------------------------- */

enum { DNS_RESPONSE = 0x8000, DNS_OPCODE = 0x7800, DNS_RD = 0x0100, DNS_RA = 0x0080, DNS_HEADER = 12, FORGED_TTL = 300 };

static bool
read_labels(struct reader *r, char name[PEEK_NAME_SIZE])
{
	size_t used = 0;
	uint8_t len;
	const uint8_t *label;

	while ((len = reader_u8(r)) != 0) {
		label = len < 64 ? reader_bytes(r, len) : NULL;
		if (label == NULL || used + len + 2 > PEEK_NAME_SIZE)
			return false;
		if (used > 0)
			name[used++] = '.';
		if (!take_name(label, len, name + used))
			return false;
		used += len;
	}
	name[used] = '\0';
	return !r->failed;
}

bool
peek_dns_question(const uint8_t *data, size_t len, struct question *out)
{
	struct reader r;
	uint16_t flags, questions;

	reader_init(&r, data, len);
	reader_u16(&r);
	flags = reader_u16(&r);
	questions = reader_u16(&r);
	reader_bytes(&r, 6);
	if (r.failed || (flags & (DNS_RESPONSE | DNS_OPCODE)) != 0 || questions != 1 || !read_labels(&r, out->name))
		return false;
	out->type = reader_u16(&r);
	reader_u16(&r);
	out->end = r.pos;
	return !r.failed;
}

static bool
is_asked_for(const struct question *question, const struct address *address)
{
	return (address->version == 4 && question->type == 1) || (address->version == 6 && question->type == 28);
}

static void
forge_record(const struct question *question, const struct address *address, struct buf *out)
{
	size_t len = address->version == 6 ? 16 : 4;

	if (!is_asked_for(question, address))
		return;
	buf_u16(out, 0xc000 | DNS_HEADER); /* the name of the question */
	buf_u16(out, question->type);
	buf_u16(out, 1);
	buf_u32(out, FORGED_TTL);
	buf_u16(out, (uint16_t)len);
	buf_add(out, address->bytes, len);
}

void
forge_dns(const uint8_t *query, const struct question *question, int rcode, const struct address *address,
    const struct address *second, struct buf *out)
{
	buf_add(out, query, 2);
	buf_u16(out, (uint16_t)(DNS_RESPONSE | DNS_RD | DNS_RA | rcode));
	buf_u16(out, 1);
	buf_u16(out, (uint16_t)(is_asked_for(question, address) + is_asked_for(question, second)));
	buf_u32(out, 0);
	buf_add(out, query + DNS_HEADER, question->end - DNS_HEADER);
	forge_record(question, address, out);
	forge_record(question, second, out);
}
