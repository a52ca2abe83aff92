/* The packets of a QUIC ping, byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "probe/quicwire.h"

static uint8_t ping[QUIC_PING_SIZE];

/* A ping of bytes that are all different enough to be told apart. */
static int
make_ping(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(ping); i++)
		ping[i] = (uint8_t)(i * 7 + 3);
	quic_ping_shape(ping);
	return 0;
}

/* An answer: to our source id, from the destination id we chose. */
static void
answer(struct buf *out, uint32_t version, const uint32_t *versions, size_t n)
{
	size_t i;

	buf_clear(out);
	buf_u8(out, 0x80);
	buf_u32(out, version);
	buf_u8(out, 8);
	buf_add(out, ping + 15, 8);
	buf_u8(out, 8);
	buf_add(out, ping + 6, 8);
	for (i = 0; i < n; i++)
		buf_u32(out, versions[i]);
}

static bool
is_answer(const struct buf *packet)
{
	uint32_t versions[QUIC_VERSIONS_MOST];
	size_t n;

	return quic_answer_read(ping, packet->data, packet->len, versions, &n);
}

static void
a_ping_is_an_initial_of_a_reserved_version(void **state)
{
	(void)state;
	assert_int_equal(ping[0] & 0xf0, 0xc0); /* long header, fixed bit, Initial */
	assert_int_equal(quic_ping_version(ping) & 0x0f0f0f0f, 0x0a0a0a0a);
	assert_int_equal(ping[5], 8);
	assert_int_equal(ping[14], 8);
	assert_int_equal(ping[23], 0); /* no token */
	/* The length covers what is left of the datagram. */
	assert_int_equal(ping[24] >> 6, 1);
	assert_int_equal((ping[24] & 0x3f) << 8 | ping[25], QUIC_PING_SIZE - 26);
	assert_int_equal(ping[1199], (uint8_t)(1199 * 7 + 3)); /* the payload is left alone */
}

static void
an_answer_lists_versions(void **state)
{
	static const uint32_t offered[] = {1, 0x6b3343cf, 0xff00001d};
	uint32_t versions[QUIC_VERSIONS_MOST];
	struct buf packet = BUF_EMPTY;
	size_t n;

	(void)state;
	answer(&packet, 0, offered, 3);
	assert_true(quic_answer_read(ping, packet.data, packet.len, versions, &n));
	assert_int_equal(n, 3);
	assert_memory_equal(versions, offered, sizeof(offered));
	packet.data[0] = (char)0xff; /* the other bits are the server's to choose */
	assert_true(is_answer(&packet));
	buf_free(&packet);
}

static void
of_many_versions_the_first_are_kept(void **state)
{
	uint32_t offered[QUIC_VERSIONS_MOST + 10], versions[QUIC_VERSIONS_MOST];
	struct buf packet = BUF_EMPTY;
	size_t n, i;

	(void)state;
	for (i = 0; i < QUIC_VERSIONS_MOST + 10; i++)
		offered[i] = (uint32_t)(i + 1);
	answer(&packet, 0, offered, QUIC_VERSIONS_MOST + 10);
	assert_true(quic_answer_read(ping, packet.data, packet.len, versions, &n));
	assert_int_equal(n, QUIC_VERSIONS_MOST);
	assert_memory_equal(versions, offered, sizeof(versions));
	buf_free(&packet);
}

static void
nothing_else_is_an_answer(void **state)
{
	const uint32_t one = 1, ours[] = {1, quic_ping_version(ping)};
	struct buf packet = BUF_EMPTY;
	size_t whole, len;

	(void)state;
	answer(&packet, 0, NULL, 0);
	assert_false(is_answer(&packet));
	answer(&packet, 1, &one, 1); /* of a version: an Initial */
	assert_false(is_answer(&packet));
	answer(&packet, 0, ours, 2); /* a server that speaks it would not have said so */
	assert_false(is_answer(&packet));
	answer(&packet, 0, &one, 1);
	packet.data[0] &= 0x7f; /* a short header */
	assert_false(is_answer(&packet));
	answer(&packet, 0, &one, 1);
	whole = packet.len;
	for (len = 0; len < whole; len++) {
		packet.len = len;
		assert_false(is_answer(&packet));
	}
	packet.len = whole;
	assert_true(is_answer(&packet));
	buf_u8(&packet, 0);
	assert_false(is_answer(&packet));
	buf_free(&packet);
}

static void
foreign_ids_are_no_answer(void **state)
{
	static const size_t places[] = {5, 6, 13, 14, 15, 22}; /* lengths, first and last bytes */
	const uint32_t one = 1;
	struct buf packet = BUF_EMPTY;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		answer(&packet, 0, &one, 1);
		packet.data[places[i]] ^= 1;
		assert_false(is_answer(&packet));
	}
	/* Our own packet, sent back. */
	buf_clear(&packet);
	buf_add(&packet, ping, sizeof(ping));
	assert_false(is_answer(&packet));
	buf_free(&packet);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_ping_is_an_initial_of_a_reserved_version),
	    cmocka_unit_test(an_answer_lists_versions),
	    cmocka_unit_test(of_many_versions_the_first_are_kept),
	    cmocka_unit_test(nothing_else_is_an_answer),
	    cmocka_unit_test(foreign_ids_are_no_answer),
	};

	return cmocka_run_group_tests_name("quicwire", tests, make_ping, NULL);
}
