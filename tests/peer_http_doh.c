/*
 * DNS over HTTPS for peer_http (RFC 8484). Written apart from the probe's own reader and writer of
 * messages, so that a mistake there does not agree with itself.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <err.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "tests/peer_http.h"

struct doh_name {
	const char *name;
	size_t name_len;
	int family;
	uint8_t address[16];
};

enum { NAMES_MAX = 256 };
static struct doh_name doh_names[NAMES_MAX];
static size_t ndoh_names;

void
doh_add(const char *text)
{
	const char *equals = strchr(text, '=');
	struct doh_name *d;

	if (equals == NULL)
		errx(1, "%s: not NAME=IP", text);
	if (ndoh_names == NAMES_MAX)
		errx(1, "%s: too many names", text);
	d = &doh_names[ndoh_names++];
	d->name = text;
	d->name_len = (size_t)(equals - text);
	d->family = strchr(equals, ':') != NULL ? AF_INET6 : AF_INET;
	if (inet_pton(d->family, equals + 1, d->address) != 1)
		errx(1, "%s: not an address", equals + 1);
}

/* Reads the name at offset 12, with dots. Returns its length on the wire, 0 when it is broken. */
static size_t
dns_name(const struct buf *message, char name[256])
{
	size_t at = 12, out = 0, label, i;

	for (;;) {
		if (at >= message->len)
			return 0;
		label = (unsigned char)message->data[at++];
		if (label == 0)
			break;
		if (label > 63 || at + label > message->len || out + label + 1 > 255)
			return 0;
		if (out > 0)
			name[out++] = '.';
		for (i = 0; i < label; i++)
			name[out++] = (char)tolower((unsigned char)message->data[at + i]);
		at += label;
	}
	name[out] = '\0';
	return at - 12;
}

static void
dns_record(struct buf *out, int type, const void *address, size_t len)
{
	buf_u16(out, 0xc00c);
	buf_u16(out, (uint16_t)type);
	buf_u16(out, 1);
	buf_u32(out, 60);
	buf_u16(out, (uint16_t)len);
	buf_add(out, address, len);
}

/* Appends the answers of that type; sets *known when the name exists. Returns their number. */
static uint16_t
dns_records(const struct conn *c, struct buf *out, const char *name, int type, bool *known)
{
	uint8_t number[4] = {192, 0, 2, (uint8_t)c->number};
	uint16_t n = 0;
	size_t i;

	*known = strcmp(name, "connection-number.test") == 0;
	if (*known && type == 1) {
		dns_record(out, 1, number, 4);
		return 1;
	}
	for (i = 0; i < ndoh_names; i++) {
		const struct doh_name *d = &doh_names[i];
		bool v6 = d->family == AF_INET6;

		if (strlen(name) != d->name_len || strncasecmp(name, d->name, d->name_len) != 0)
			continue;
		*known = true;
		if (type != (v6 ? 28 : 1))
			continue;
		dns_record(out, type, d->address, v6 ? 16 : 4);
		n++;
	}
	return n;
}

static bool
dns_reply(struct conn *c, const struct buf *message)
{
	struct buf out = BUF_EMPTY, records = BUF_EMPTY;
	size_t name_len = message->len > 12 ? 0 : 1;
	char name[256];
	uint16_t n;
	bool known, ok;
	int type;

	name_len = message->len > 12 ? dns_name(message, name) : 0;
	if (name_len == 0 || 12 + name_len + 4 > message->len)
		return reply(c, 400, "", "not a DNS query\n");
	type = (unsigned char)message->data[12 + name_len] << 8 |
	       (unsigned char)message->data[12 + name_len + 1];
	n = dns_records(c, &records, name, type, &known);
	buf_add(&out, message->data, 2);
	buf_u16(&out, known ? 0x8180 : 0x8183);
	buf_u16(&out, 1);
	buf_u16(&out, n);
	buf_u32(&out, 0);
	buf_add(&out, message->data + 12, name_len + 4);
	buf_add(&out, records.data, records.len);
	ok = reply_typed(c, 200, "application/dns-message", "", out.data, out.len);
	buf_free(&out);
	buf_free(&records);
	return ok;
}

/* dns=, base64url without padding (RFC 8484 4.1). */
static bool
dns_get(struct conn *c)
{
	struct buf text = BUF_EMPTY, message = BUF_EMPTY;
	bool ok;
	char *p;

	buf_puts(&text, strncmp(c->query, "dns=", 4) == 0 ? c->query + 4 : "");
	while (text.len % 4 != 0)
		buf_putc(&text, '=');
	for (p = text.data; p != NULL && *p != '\0'; p++)
		*p = *p == '-' ? '+' : *p == '_' ? '/' : *p;
	ok = buf_unbase64(&message, buf_str(&text), text.len) == 0
	         ? dns_reply(c, &message)
	         : reply(c, 400, "", "not base64url\n");
	buf_free(&text);
	buf_free(&message);
	return ok;
}

bool
doh_serve(struct conn *c, const char *rest)
{
	if (ndoh_names == 0)
		return reply(c, 404, "", "not here\n");
	if (strcmp(rest, "/endless") == 0) {
		conn_puts(c, "HTTP/1.1 200 OK\r\nContent-Type: application/dns-message\r\n\r\n");
		return write_for_ever(c, "for ever and ever\n");
	}
	if (strcmp(rest, "/garbage") == 0)
		return reply_typed(c, 200, "application/dns-message", "", "garbage", 7);
	if (strcmp(c->method, "GET") == 0)
		return dns_get(c);
	if (strcasestr(buf_str(&c->head), "\r\ncontent-type: application/dns-message\r\n") == NULL)
		return reply(c, 415, "", "application/dns-message is spoken here\n");
	return dns_reply(c, &c->body);
}
