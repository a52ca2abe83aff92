/* IP packets: read within their bounds, changed in place, built. */
#include "tests/lab/packet.h"

#include <arpa/inet.h>
#include <assert.h>
#include <string.h>

#include "base/buf.h"
#include "base/reader.h"

enum {
	IPV4_HEADER = 20,
	IPV6_HEADER = 40,
	TCP_HEADER = 20,
	UDP_HEADER = 8,
	/* An ICMP error quotes this much: all that IPv6's minimum MTU allows is more than anybody
	   needs. */
	ICMP_QUOTE = 128,
	OUR_TTL = 64
};

/* --- addresses ------------------------------------------------------------------------------- */

int
address_parse(const char *text, struct address *out)
{
	*out = (struct address){0};
	out->version = strchr(text, ':') != NULL ? 6 : 4;
	return inet_pton(out->version == 6 ? AF_INET6 : AF_INET, text, out->bytes) == 1 ? 0 : -1;
}

bool
address_equal(const struct address *a, const struct address *b)
{
	return a->version == b->version && memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

bool
address_within(const struct address *a, const struct address *prefix, int bits)
{
	size_t whole = (size_t)bits / 8;
	unsigned rest = (unsigned)bits % 8;

	if (a->version != prefix->version || memcmp(a->bytes, prefix->bytes, whole) != 0)
		return false;
	return rest == 0 || (a->bytes[whole] ^ prefix->bytes[whole]) >> (8 - rest) == 0;
}

static size_t
address_len(const struct address *a)
{
	return a->version == 6 ? 16 : 4;
}

/* --- reading --------------------------------------------------------------------------------- */

static void
read_address(struct reader *r, uint8_t version, struct address *out)
{
	const uint8_t *bytes;

	out->version = version;
	bytes = reader_bytes(r, address_len(out));
	if (bytes != NULL)
		memcpy(out->bytes, bytes, address_len(out));
}

static bool
read_ipv4(struct packet *p, struct reader *r)
{
	size_t header = (reader_u8(r) & 15U) * 4U;
	uint16_t total, fragment;

	reader_u8(r);
	total = reader_u16(r);
	reader_u16(r);
	fragment = reader_u16(r);
	p->ttl = reader_u8(r);
	p->proto = reader_u8(r);
	reader_u16(r);
	read_address(r, 4, &p->src);
	read_address(r, 4, &p->dst);
	if (r->failed || header < IPV4_HEADER || total < header || total > r->len)
		return false;
	p->fragment = (fragment & 0x1fff) != 0;
	p->len = total;
	p->transport = header;
	return true;
}

/* Extension headers are none that we ever send or get, but for those of the kernel's own chatter.
 */
static bool
read_ipv6(struct packet *p, struct reader *r)
{
	uint16_t payload;

	reader_u32(r);
	payload = reader_u16(r);
	p->proto = reader_u8(r);
	p->ttl = reader_u8(r);
	read_address(r, 6, &p->src);
	read_address(r, 6, &p->dst);
	if (r->failed || payload > r->len - IPV6_HEADER)
		return false;
	p->len = IPV6_HEADER + (size_t)payload;
	p->transport = IPV6_HEADER;
	return true;
}

static bool
read_tcp(struct packet *p, struct reader *r)
{
	size_t header;

	p->sport = reader_u16(r);
	p->dport = reader_u16(r);
	p->seq = reader_u32(r);
	p->ack = reader_u32(r);
	header = (size_t)(reader_u8(r) >> 4) * 4;
	p->flags = reader_u8(r);
	if (r->failed || header < TCP_HEADER || header > p->len - p->transport)
		return false;
	p->payload = p->data + p->transport + header;
	p->payload_len = p->len - p->transport - header;
	return true;
}

static bool
read_udp(struct packet *p, struct reader *r)
{
	uint16_t len;

	p->sport = reader_u16(r);
	p->dport = reader_u16(r);
	len = reader_u16(r);
	if (r->failed || len < UDP_HEADER || len > p->len - p->transport)
		return false;
	p->payload = p->data + p->transport + UDP_HEADER;
	p->payload_len = (size_t)len - UDP_HEADER;
	return true;
}

bool
packet_parse(struct packet *p, const uint8_t *data, size_t len)
{
	struct reader r;
	unsigned version = len > 0 ? data[0] >> 4 : 0;

	*p = (struct packet){.data = data};
	reader_init(&r, data, len);
	if (version == 4 ? !read_ipv4(p, &r) : version == 6 ? !read_ipv6(p, &r) : true)
		return false;
	if (p->fragment)
		return true;
	reader_init(&r, data, p->len);
	reader_seek(&r, p->transport);
	if (p->proto == PROTO_TCP)
		return read_tcp(p, &r);
	if (p->proto == PROTO_UDP)
		return read_udp(p, &r);
	return true;
}

/* --- checksums (RFC 1071) -------------------------------------------------------------------- */

static uint32_t
sum_bytes(uint32_t sum, const uint8_t *data, size_t len)
{
	size_t i;

	for (i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)data[i] << 8 | data[i + 1];
	return len % 2 == 1 ? sum + ((uint32_t)data[len - 1] << 8) : sum;
}

static uint16_t
sum_fold(uint32_t sum)
{
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)(~sum & 0xffff);
}

static void
put_u16(uint8_t *at, uint16_t v)
{
	at[0] = (uint8_t)(v >> 8);
	at[1] = (uint8_t)v;
}

/* Over a transport header and what follows, with the pseudo header that its protocol asks for. */
static uint16_t
transport_sum(const struct address *src, const struct address *dst, uint8_t proto,
    const uint8_t *data, size_t len)
{
	uint32_t sum = 0;

	if (proto != PROTO_ICMP) {
		sum = sum_bytes(sum, src->bytes, address_len(src));
		sum = sum_bytes(sum, dst->bytes, address_len(dst));
		sum += (uint32_t)len + proto;
	}
	return sum_fold(sum_bytes(sum, data, len));
}

static size_t
sum_offset(uint8_t proto)
{
	return proto == PROTO_TCP ? 16 : proto == PROTO_UDP ? 6 : 2;
}

static void
write_transport_sum(
    const struct address *src, const struct address *dst, uint8_t proto, uint8_t *data, size_t len)
{
	uint8_t *at = data + sum_offset(proto);
	uint16_t sum;

	put_u16(at, 0);
	sum = transport_sum(src, dst, proto, data, len);
	/* UDP's 0 means that there is none. */
	put_u16(at, sum == 0 && proto == PROTO_UDP ? 0xffff : sum);
}

static void
write_ipv4_sum(uint8_t *data)
{
	put_u16(data + 10, 0);
	put_u16(data + 10, sum_fold(sum_bytes(0, data, (data[0] & 15U) * 4U)));
}

/* --- changing -------------------------------------------------------------------------------- */

void
packet_age(uint8_t *data, int hops)
{
	uint8_t *ttl = data + (data[0] >> 4 == 4 ? 8 : 7);

	assert(*ttl > hops);
	*ttl = (uint8_t)(*ttl - hops);
	if (data[0] >> 4 == 4)
		write_ipv4_sum(data);
}

void
packet_set_port(const struct packet *p, uint8_t *data, bool source, uint16_t port)
{
	put_u16(data + p->transport + (source ? 0 : 2), port);
	write_transport_sum(&p->src, &p->dst, p->proto, data + p->transport, p->len - p->transport);
}

/* --- building -------------------------------------------------------------------------------- */

static void
put_ip(const struct packet_plan *plan, uint8_t proto, size_t len, struct buf *out)
{
	size_t start = out->len;

	if (plan->src.version == 6) {
		buf_u32(out, 6U << 28);
		buf_u16(out, (uint16_t)len);
		buf_u8(out, proto);
		buf_u8(out, plan->ttl);
	} else {
		buf_u16(out, 0x4500);
		buf_u16(out, (uint16_t)(IPV4_HEADER + len));
		buf_u32(out, 0x4000); /* identification 0, do not fragment */
		buf_u8(out, plan->ttl);
		buf_u8(out, proto);
		buf_u16(out, 0);
	}
	buf_add(out, plan->src.bytes, address_len(&plan->src));
	buf_add(out, plan->dst.bytes, address_len(&plan->dst));
	if (plan->src.version == 4)
		write_ipv4_sum((uint8_t *)out->data + start);
}

/* The transport header and payload are those from `start` on. */
static void
seal(const struct packet_plan *plan, uint8_t proto, size_t start, struct buf *out)
{
	write_transport_sum(
	    &plan->src, &plan->dst, proto, (uint8_t *)out->data + start, out->len - start);
}

void
packet_build_tcp(const struct packet_plan *plan, const void *payload, size_t len, struct buf *out)
{
	size_t start;

	put_ip(plan, PROTO_TCP, TCP_HEADER + len, out);
	start = out->len;
	buf_u16(out, plan->sport);
	buf_u16(out, plan->dport);
	buf_u32(out, plan->seq);
	buf_u32(out, plan->ack);
	buf_u8(out, TCP_HEADER / 4 << 4);
	buf_u8(out, plan->flags);
	buf_u16(out, 8192); /* window */
	buf_u32(out, 0);    /* checksum, urgent */
	buf_add(out, payload, len);
	seal(plan, PROTO_TCP, start, out);
}

void
packet_build_udp(const struct packet_plan *plan, const void *payload, size_t len, struct buf *out)
{
	size_t start;

	put_ip(plan, PROTO_UDP, UDP_HEADER + len, out);
	start = out->len;
	buf_u16(out, plan->sport);
	buf_u16(out, plan->dport);
	buf_u16(out, (uint16_t)(UDP_HEADER + len));
	buf_u16(out, 0);
	buf_add(out, payload, len);
	seal(plan, PROTO_UDP, start, out);
}

/* ICMPv6 has its own numbers: no route 0, prohibited 1, address unreachable 3, port unreachable 4.
 */
static uint8_t
icmp6_code(uint8_t code)
{
	static const struct {
		uint8_t v4, v6;
	} codes[] = {{0, 0}, {1, 3}, {3, 4}, {9, 1}, {10, 1}, {13, 1}};
	size_t i;

	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i].v4 == code)
			return codes[i].v6;
	return 0;
}

void
packet_build_icmp(const struct packet *about, const struct address *from, uint8_t type,
    uint8_t code, struct buf *out)
{
	bool v6 = about->src.version == 6, expired = type == ICMP_TIME_EXCEEDED;
	struct packet_plan plan = {.src = *from, .dst = about->src, .ttl = OUR_TTL};
	uint8_t proto = v6 ? PROTO_ICMP6 : PROTO_ICMP;
	size_t quote = about->len < ICMP_QUOTE ? about->len : ICMP_QUOTE, start;

	put_ip(&plan, proto, 8 + quote, out);
	start = out->len;
	buf_u8(out, !v6 ? type : expired ? 3 : 1);
	buf_u8(out, v6 && !expired ? icmp6_code(code) : code);
	buf_u16(out, 0);
	buf_u32(out, 0);
	buf_add(out, about->data, quote);
	seal(&plan, proto, start, out);
}
