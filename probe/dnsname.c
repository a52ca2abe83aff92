/* Domain names on the wire and as text. */
#include "probe/dnsname.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/reader.h"

enum {
	LABEL_MAX = 63,
	POINTER = 0xc0, /* the two bits that begin a compression pointer */
	JUMPS_MAX = 127 /* a name has no more labels, so it needs no more pointers */
};

/* Fine on a whole wire name: a label's length is below 64, and no capital is. */
static uint8_t
lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

/* Appends a label, or the root's empty one; false where the name would become too long. */
static bool
name_add(struct dns_name *name, const uint8_t *label, uint8_t len)
{
	size_t room_for_root = len > 0 ? 1 : 0;

	if (name->len + 1 + len + room_for_root > DNS_NAME_MAX)
		return false;
	name->wire[name->len++] = len;
	memcpy(name->wire + name->len, label, len);
	name->len += len;
	return true;
}

int
dns_name_parse(struct dns_name *name, const char *hostname)
{
	const char *label = hostname, *end;
	size_t len;

	name->len = 0;
	do {
		end = strchrnul(label, '.');
		len = (size_t)(end - label);
		if (len == 0 || len > LABEL_MAX ||
		    !name_add(name, (const uint8_t *)label, (uint8_t)len))
			return -1;
		label = end + 1;
	} while (*end != '\0');
	for (len = 0; len < name->len; len++)
		name->wire[len] = lower(name->wire[len]);
	name->wire[name->len++] = 0;
	return 0;
}

/*
 * Reads a name, possibly compressed. A pointer must lead to before the place where the bytes that
 * it continues began ("a prior occurrence", RFC 1035 4.1.4), so that no chain of them goes round.
 */
bool
dns_name_read(struct reader *r, struct dns_name *name)
{
	size_t after = 0, start = r->pos, to;
	const uint8_t *label;
	int jumps = 0;
	uint8_t len;

	name->len = 0;
	do {
		len = reader_u8(r);
		if ((len & POINTER) == POINTER) {
			to = (size_t)(len & ~POINTER) << 8 | reader_u8(r);
			if (r->failed || to >= start || jumps++ == JUMPS_MAX)
				return false;
			if (after == 0)
				after = r->pos;
			start = to;
			reader_seek(r, to);
			continue;
		}
		label = reader_bytes(r, len);
		if (len > LABEL_MAX || r->failed || !name_add(name, label, len))
			return false;
	} while (len != 0);
	if (after != 0)
		reader_seek(r, after);
	return true;
}

bool
dns_name_equal(const struct dns_name *a, const struct dns_name *b)
{
	size_t i;

	if (a->len != b->len)
		return false;
	for (i = 0; i < a->len; i++)
		if (lower(a->wire[i]) != lower(b->wire[i]))
			return false;
	return true;
}

void
dns_name_set_case(struct dns_name *name, const uint8_t bits[DNS_NAME_MAX / 8 + 1])
{
	size_t i;

	for (i = 0; i < name->len; i++) {
		uint8_t *c = &name->wire[i];

		*c = lower(*c);
		if (*c >= 'a' && *c <= 'z' && (bits[i / 8] >> i % 8 & 1) != 0)
			*c ^= 0x20;
	}
}

char *
dns_name_text(const struct dns_name *name, struct arena *arena)
{
	struct buf out = BUF_EMPTY;
	char *text;
	size_t pos, end;

	for (pos = 0; name->wire[pos] != 0; pos = end) {
		if (pos > 0)
			buf_putc(&out, '.');
		end = pos + 1 + name->wire[pos];
		while (++pos < end) {
			uint8_t c = name->wire[pos];

			if (c == '.' || c == '\\')
				buf_printf(&out, "\\%c", c);
			else if (c > ' ' && c < 0x7f)
				buf_putc(&out, (char)c);
			else
				buf_printf(&out, "\\%03u", c);
		}
	}
	text = arena_strdup(arena, out.len > 0 ? buf_str(&out) : ".");
	buf_free(&out);
	return text;
}
