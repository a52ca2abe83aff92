/* What buf.h promises. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"

static void
an_empty_buf_is_an_empty_string(void **state)
{
	struct buf buf = BUF_EMPTY;
	char *s;

	(void)state;
	assert_string_equal(buf_str(&buf), "");
	s = buf_steal(&buf);
	assert_string_equal(s, "");
	free(s);
	buf_free(&buf);
}

static void
what_is_added_comes_one_after_the_other(void **state)
{
	struct buf buf = BUF_EMPTY;

	(void)state;
	buf_puts(&buf, "one");
	buf_putc(&buf, ' ');
	buf_printf(&buf, "%d %s", 2, "three");
	buf_add(&buf, "", 0);
	assert_int_equal(buf.len, 11);
	assert_string_equal(buf_str(&buf), "one 2 three");
	buf_free(&buf);
	assert_int_equal(buf.len, 0);
	assert_string_equal(buf_str(&buf), "");
}

static void
nul_bytes_are_kept_and_one_more_ends_them(void **state)
{
	struct buf buf = BUF_EMPTY;

	(void)state;
	buf_add(&buf, "a\0b", 3);
	assert_int_equal(buf.len, 3);
	assert_memory_equal(buf.data, "a\0b", 4);
	buf_free(&buf);
}

static void
clearing_keeps_the_room(void **state)
{
	struct buf buf = BUF_EMPTY;
	size_t cap;

	(void)state;
	buf_clear(&buf);
	buf_puts(&buf, "something that needs some room");
	cap = buf.cap;
	buf_clear(&buf);
	assert_string_equal(buf_str(&buf), "");
	assert_int_equal(buf.cap, cap);
	buf_free(&buf);
}

static void
stealing_leaves_it_empty(void **state)
{
	struct buf buf = BUF_EMPTY;
	char *s;

	(void)state;
	buf_puts(&buf, "mine");
	s = buf_steal(&buf);
	assert_string_equal(s, "mine");
	assert_null(buf.data);
	assert_int_equal(buf.len, 0);
	free(s);
}

static void
room_holds_what_was_asked_for(void **state)
{
	struct buf buf = BUF_EMPTY;

	(void)state;
	buf_room(&buf, 100);
	assert_string_equal(buf_str(&buf), "");
	buf_puts(&buf, "x");
	memset(buf_room(&buf, 100000), 'y', 100000);
	buf.len += 100000;
	buf_putc(&buf, 'z');
	assert_int_equal(buf.len, 100002);
	assert_int_equal(buf.data[0], 'x');
	assert_int_equal(buf.data[100000], 'y');
	assert_string_equal(buf.data + 100001, "z");
	buf_free(&buf);
}

static void
a_text_longer_than_the_room_is_printed_whole(void **state)
{
	struct buf buf = BUF_EMPTY;

	(void)state;
	buf_printf(&buf, "%05000d", 7);
	assert_int_equal(buf.len, 5000);
	assert_int_equal(strlen(buf_str(&buf)), 5000);
	assert_int_equal(buf.data[4999], '7');
	buf_free(&buf);
}

static void
integers_are_big_endian(void **state)
{
	struct buf buf = BUF_EMPTY;

	(void)state;
	buf_u8(&buf, 0xfe);
	buf_u16(&buf, 0x0102);
	buf_u32(&buf, 0xfcfdfeff);
	assert_int_equal(buf.len, 7);
	assert_memory_equal(buf.data, "\xfe\x01\x02\xfc\xfd\xfe\xff", 7);
	buf_free(&buf);
}

static void
hex_is_lower_case(void **state)
{
	struct buf buf = BUF_EMPTY;

	(void)state;
	buf_hex(&buf, "\x00\x0f\xa5\xff", 4);
	buf_hex(&buf, "", 0);
	assert_string_equal(buf_str(&buf), "000fa5ff");
	buf_free(&buf);
}

/* RFC 4648, section 10, and the two digits that are not alphanumeric. */
static const struct {
	const char *bytes, *text;
} base64[] = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
    {"\xfb\xff\xbf", "+/+/"},
};

static void
base64_writes_the_examples_of_its_rfc(void **state)
{
	struct buf buf = BUF_EMPTY;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(base64) / sizeof(base64[0]); i++) {
		buf_clear(&buf);
		buf_base64(&buf, base64[i].bytes, strlen(base64[i].bytes));
		assert_string_equal(buf_str(&buf), base64[i].text);
	}
	buf_free(&buf);
}

static void
base64_reads_the_examples_of_its_rfc(void **state)
{
	struct buf buf = BUF_EMPTY;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(base64) / sizeof(base64[0]); i++) {
		buf_clear(&buf);
		assert_int_equal(buf_unbase64(&buf, base64[i].text, strlen(base64[i].text)), 0);
		assert_string_equal(buf_str(&buf), base64[i].bytes);
	}
	buf_free(&buf);
}

static void
base64_brings_every_byte_and_length_back(void **state)
{
	struct buf text = BUF_EMPTY, back = BUF_EMPTY;
	unsigned char bytes[260];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(i * 7 + i / 256);
	for (i = 0; i <= sizeof(bytes); i++) {
		buf_clear(&text);
		buf_clear(&back);
		buf_base64(&text, bytes, i);
		assert_int_equal(text.len, (i + 2) / 3 * 4);
		assert_int_equal(buf_unbase64(&back, text.data, text.len), 0);
		assert_int_equal(back.len, i);
		assert_memory_equal(back.data != NULL ? back.data : "", bytes, i);
	}
	buf_free(&text);
	buf_free(&back);
}

static void
what_is_not_base64_changes_nothing(void **state)
{
	static const char *const bad[] = {"Z", "Zg", "Zg=", "Zg===", "====", "Z===", "Zg==Zg==",
	    "Zm9vYmF!", "Zm 9", "Zm9v\n", "Zm9v\nYg=", "Zm-_", "Zg=v", "=m9v", "Zm9v\xff\xff\xff\xff"};
	struct buf buf = BUF_EMPTY;
	size_t i;

	(void)state;
	buf_puts(&buf, "before");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(buf_unbase64(&buf, bad[i], strlen(bad[i])), -1);
		assert_int_equal(buf.len, 6);
		assert_string_equal(buf_str(&buf), "before");
	}
	buf_free(&buf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_empty_buf_is_an_empty_string),
	    cmocka_unit_test(what_is_added_comes_one_after_the_other),
	    cmocka_unit_test(nul_bytes_are_kept_and_one_more_ends_them),
	    cmocka_unit_test(clearing_keeps_the_room),
	    cmocka_unit_test(stealing_leaves_it_empty),
	    cmocka_unit_test(room_holds_what_was_asked_for),
	    cmocka_unit_test(a_text_longer_than_the_room_is_printed_whole),
	    cmocka_unit_test(integers_are_big_endian),
	    cmocka_unit_test(hex_is_lower_case),
	    cmocka_unit_test(base64_writes_the_examples_of_its_rfc),
	    cmocka_unit_test(base64_reads_the_examples_of_its_rfc),
	    cmocka_unit_test(base64_brings_every_byte_and_length_back),
	    cmocka_unit_test(what_is_not_base64_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
