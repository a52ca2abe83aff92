/* The lab reads packets, ClientHellos, requests and queries as a censor does, and what it builds is right. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>
#include <openssl/ssl.h>

#include "base/buf.h"
#include "tests/lab/packet.h"
#include "tests/lab/peek.h"

static struct address
address(const char *text)
{
	struct address a;

	assert_int_equal(address_parse(text, &a), 0);
	return a;
}

/* A real ClientHello, as OpenSSL writes it. */
static void
hello(const char *name, struct buf *out)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	SSL *ssl = SSL_new(ctx);
	BIO *in = BIO_new(BIO_s_mem()), *sent = BIO_new(BIO_s_mem());
	char *bytes;
	long len;

	if (name != NULL)
		SSL_set_tlsext_host_name(ssl, name);
	SSL_set_bio(ssl, in, sent);
	SSL_connect(ssl);
	len = BIO_get_mem_data(sent, &bytes);
	buf_add(out, bytes, (size_t)len);
	SSL_free(ssl);
	SSL_CTX_free(ctx);
}

/* The Internet checksum over a right packet's words is all ones; written apart from the code that is tested. */
static unsigned
ones_sum(const uint8_t *data, size_t len, unsigned long sum)
{
	size_t i;

	for (i = 0; i < len; i++)
		sum += i % 2 == 0 ? (unsigned long)data[i] << 8 : data[i];
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return (unsigned)sum;
}

static void
assert_sums_right(const struct packet *p)
{
	bool v6 = p->src.version == 6;
	size_t n = v6 ? 16 : 4, len = p->len - p->transport;
	unsigned long sum = 0;

	if (!v6)
		assert_int_equal(ones_sum(p->data, p->transport, 0), 0xffff);
	if (p->proto != PROTO_ICMP) {
		sum = ones_sum(p->src.bytes, n, 0);
		sum += ones_sum(p->dst.bytes, n, 0);
		sum += p->proto + len;
	}
	assert_int_equal(ones_sum(p->data + p->transport, len, sum), 0xffff);
}

static void
what_is_built_reads_back_with_right_checksums(void **state)
{
	static const char *const pairs[][2] = {{"192.168.1.2", "198.18.1.1"}, {"2001:db8:1::2", "2001:db8:100::1"}};
	struct packet p;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct packet_plan plan = {.src = address(pairs[i][0]), .dst = address(pairs[i][1]), .ttl = 61,
		    .sport = 40000, .dport = 443, .seq = 0xfffffff0, .ack = 7, .flags = TCP_PSH | TCP_ACK};
		struct buf out = BUF_EMPTY;

		packet_build_tcp(&plan, "odd", 3, &out);
		assert_true(packet_parse(&p, (const uint8_t *)out.data, out.len));
		assert_true(address_equal(&p.src, &plan.src) && address_equal(&p.dst, &plan.dst));
		assert_int_equal(p.ttl, 61);
		assert_int_equal(p.sport, 40000);
		assert_int_equal(p.seq, 0xfffffff0);
		assert_int_equal(p.flags, TCP_PSH | TCP_ACK);
		assert_int_equal(p.payload_len, 3);
		assert_sums_right(&p);
		buf_clear(&out);
		packet_build_udp(&plan, "even", 4, &out);
		assert_true(packet_parse(&p, (const uint8_t *)out.data, out.len));
		assert_memory_equal(p.payload, "even", 4);
		assert_sums_right(&p);
		buf_free(&out);
	}
}

static void
a_changed_port_and_ttl_keep_the_checksums_right(void **state)
{
	struct packet_plan plan = {.src = address("192.168.1.2"), .dst = address("198.18.1.1"), .ttl = 61,
	    .sport = 40000, .dport = 443, .seq = 1, .flags = TCP_SYN};
	struct buf out = BUF_EMPTY;
	struct packet p;

	(void)state;
	packet_build_tcp(&plan, "", 0, &out);
	assert_true(packet_parse(&p, (const uint8_t *)out.data, out.len));
	packet_set_port(&p, (uint8_t *)out.data, false, 10443);
	packet_age((uint8_t *)out.data, 4);
	assert_true(packet_parse(&p, (const uint8_t *)out.data, out.len));
	assert_int_equal(p.dport, 10443);
	assert_int_equal(p.ttl, 57);
	assert_sums_right(&p);
	buf_free(&out);
}

static void
an_icmp_error_quotes_the_packet_it_is_about(void **state)
{
	static const char *const triples[][3] = {{"192.168.1.2", "198.18.1.1", "100.64.0.3"},
	    {"2001:db8:1::2", "2001:db8:100::1", "2001:db8:3::3"}};
	static const uint8_t types[] = {3, 1}, codes[] = {13, 1};
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct packet_plan plan = {.src = address(triples[i][0]), .dst = address(triples[i][1]), .ttl = 61,
		    .sport = 40000, .dport = 443, .flags = TCP_SYN};
		struct address router = address(triples[i][2]);
		struct buf syn = BUF_EMPTY, error = BUF_EMPTY;
		struct packet about, p;

		packet_build_tcp(&plan, "", 0, &syn);
		assert_true(packet_parse(&about, (const uint8_t *)syn.data, syn.len));
		packet_build_icmp(&about, &router, ICMP_UNREACHABLE, 13, &error);
		assert_true(packet_parse(&p, (const uint8_t *)error.data, error.len));
		assert_true(address_equal(&p.src, &router) && address_equal(&p.dst, &plan.src));
		assert_int_equal(p.data[p.transport], types[i]);
		assert_int_equal(p.data[p.transport + 1], codes[i]);
		assert_memory_equal(p.data + p.transport + 8, syn.data, syn.len);
		assert_sums_right(&p);
		buf_free(&syn);
		buf_free(&error);
	}
}

static void
padding_behind_a_packet_is_none_of_it(void **state)
{
	struct packet_plan plan = {.src = address("192.168.1.2"), .dst = address("198.18.1.1"), .ttl = 1,
	    .flags = TCP_ACK};
	struct buf out = BUF_EMPTY;
	struct packet p;

	(void)state;
	packet_build_tcp(&plan, "", 0, &out);
	buf_add(&out, "\0\0\0\0\0\0", 6);
	assert_true(packet_parse(&p, (const uint8_t *)out.data, out.len));
	assert_int_equal(p.len, 40);
	assert_int_equal(p.payload_len, 0);
	buf_free(&out);
}

static void
a_shortened_packet_is_none(void **state)
{
	struct packet_plan plan = {.src = address("2001:db8:1::2"), .dst = address("2001:db8:100::1"), .ttl = 9,
	    .sport = 1, .dport = 2};
	struct buf out = BUF_EMPTY;
	struct packet p;
	size_t len;

	(void)state;
	packet_build_udp(&plan, "payload", 7, &out);
	for (len = 0; len < out.len; len++)
		assert_false(packet_parse(&p, (const uint8_t *)out.data, len));
	buf_free(&out);
}

static void
a_prefix_is_compared_to_its_last_bit(void **state)
{
	struct address a = address("198.19.255.255"), b = address("198.20.0.0"), net = address("198.18.0.0");

	(void)state;
	assert_true(address_within(&a, &net, 15));
	assert_false(address_within(&b, &net, 15));
	assert_false(address_within(&a, &net, 16));
	assert_true(address_within(&b, &net, 0));
}

/* --- names ----------------------------------------------------------------------------------- */

static void
a_client_hello_tells_its_server_name(void **state)
{
	char name[PEEK_NAME_SIZE];
	struct buf out = BUF_EMPTY;
	size_t len;

	(void)state;
	hello("WWW.News1.lab", &out);
	for (len = 0; len < out.len; len++)
		assert_int_equal(peek_client_hello((const uint8_t *)out.data, len, name), PEEK_MORE);
	assert_int_equal(peek_client_hello((const uint8_t *)out.data, out.len, name), PEEK_NAMED);
	assert_string_equal(name, "www.news1.lab");
	buf_free(&out);
}

/* Some evade censors by spreading the hello over records: this one is not evaded. */
static void
a_hello_in_two_records_is_read_all_the_same(void **state)
{
	char name[PEEK_NAME_SIZE];
	struct buf out = BUF_EMPTY, split = BUF_EMPTY;
	size_t body;

	(void)state;
	hello("news1.lab", &out);
	body = out.len - 5;
	buf_add(&split, out.data, 3);
	buf_u16(&split, 20);
	buf_add(&split, out.data + 5, 20);
	buf_add(&split, out.data, 3);
	buf_u16(&split, (uint16_t)(body - 20));
	buf_add(&split, out.data + 25, body - 20);
	assert_int_equal(peek_client_hello((const uint8_t *)split.data, split.len, name), PEEK_NAMED);
	assert_string_equal(name, "news1.lab");
	buf_free(&out);
	buf_free(&split);
}

static void
a_hello_without_a_name_has_none(void **state)
{
	char name[PEEK_NAME_SIZE];
	struct buf out = BUF_EMPTY;

	(void)state;
	hello(NULL, &out);
	assert_int_equal(peek_client_hello((const uint8_t *)out.data, out.len, name), PEEK_NOTHING);
	buf_free(&out);
	assert_int_equal(peek_client_hello((const uint8_t *)"GET / HTTP/1.1\r\n", 16, name), PEEK_NOTHING);
}

static void
a_request_tells_its_host(void **state)
{
	static const struct {
		const char *request;
		enum peek peek;
		const char *host;
	} cases[] = {
	    {"GET / HTTP/1.1\r\nAccept: */*\r\nhost:  Plain.LAB:80 \r\n\r\n", PEEK_NAMED, "plain.lab"},
	    {"GET / HTTP/1.1\r\nHost: plain.lab", PEEK_MORE, NULL},
	    {"G", PEEK_MORE, NULL},
	    {"GET / HTTP/1.0\r\n\r\nHost: plain.lab\r\n", PEEK_NOTHING, NULL},
	    {"SSH-2.0-x\r\nHost: plain.lab\r\n", PEEK_NOTHING, NULL},
	};
	char name[PEEK_NAME_SIZE];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
		    peek_http_host((const uint8_t *)cases[i].request, strlen(cases[i].request), name),
		    cases[i].peek);
		if (cases[i].host != NULL)
			assert_string_equal(name, cases[i].host);
	}
}

static void
a_query_is_answered_with_its_own_question(void **state)
{
	static const uint8_t query[] = "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"
				       "\x05NeWs1\x03lab\x00\x00\x01\x00\x01";
	const size_t len = sizeof(query) - 1;
	struct address address4 = address("10.10.34.35"), none = {0};
	struct question question;
	struct buf out = BUF_EMPTY;

	(void)state;
	assert_true(peek_dns_question(query, len, &question));
	assert_string_equal(question.name, "news1.lab");
	assert_int_equal(question.type, 1);
	forge_dns(query, &question, 0, &address4, &none, &out);
	assert_int_equal(out.len, len + 16);
	assert_memory_equal(out.data, "\x12\x34\x81\x80\0\1\0\1", 8);
	assert_memory_equal(out.data + 12, query + 12, len - 12); /* the letters' case, too */
	assert_memory_equal(out.data + out.len - 4, "\x0a\x0a\x22\x23", 4);
	buf_clear(&out);
	forge_dns(query, &question, 3, &none, &none, &out);
	assert_int_equal(out.len, len);
	assert_memory_equal(out.data + 2, "\x81\x83\0\1\0\0", 6);
	buf_free(&out);
}

static void
what_is_no_query_is_not_answered(void **state)
{
	static const uint8_t answer[] = "\x12\x34\x81\x80\x00\x01\x00\x00\x00\x00\x00\x00\x01x\x00\x00\x01\x00\x01";
	static const uint8_t pointer[] = "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\xc0\x0c\x00\x01\x00\x01";
	struct question question;

	(void)state;
	assert_false(peek_dns_question(answer, sizeof(answer) - 1, &question));
	assert_false(peek_dns_question(pointer, sizeof(pointer) - 1, &question));
	assert_false(peek_dns_question(answer, 11, &question));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_built_reads_back_with_right_checksums),
	    cmocka_unit_test(a_changed_port_and_ttl_keep_the_checksums_right),
	    cmocka_unit_test(an_icmp_error_quotes_the_packet_it_is_about),
	    cmocka_unit_test(padding_behind_a_packet_is_none_of_it),
	    cmocka_unit_test(a_shortened_packet_is_none),
	    cmocka_unit_test(a_prefix_is_compared_to_its_last_bit),
	    cmocka_unit_test(a_client_hello_tells_its_server_name),
	    cmocka_unit_test(a_hello_in_two_records_is_read_all_the_same),
	    cmocka_unit_test(a_hello_without_a_name_has_none),
	    cmocka_unit_test(a_request_tells_its_host),
	    cmocka_unit_test(a_query_is_answered_with_its_own_question),
	    cmocka_unit_test(what_is_no_query_is_not_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
