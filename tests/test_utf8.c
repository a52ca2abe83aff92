/* What utf8.h promises. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/utf8.h"

static void
assert_reads(const char *bytes, uint32_t want)
{
	uint32_t code = 0;

	assert_int_equal(utf8_next(bytes, strlen(bytes), &code), strlen(bytes));
	assert_int_equal(code, want);
}

static void
first_and_last_of_each_length_are_read(void **state)
{
	uint32_t code = 1;

	(void)state;
	assert_int_equal(utf8_next("", 1, &code), 1);
	assert_int_equal(code, 0);
	assert_reads("\x7f", 0x7f);
	assert_reads("\xc2\x80", 0x80);
	assert_reads("\xdf\xbf", 0x7ff);
	assert_reads("\xe0\xa0\x80", 0x800);
	assert_reads("\xef\xbf\xbf", 0xffff);
	assert_reads("\xf0\x90\x80\x80", 0x10000);
	assert_reads("\xf4\x8f\xbf\xbf", 0x10ffff);
}

static void
only_one_code_point_is_taken(void **state)
{
	uint32_t code;

	(void)state;
	assert_int_equal(utf8_next("қаз", 6, &code), 2);
	assert_int_equal(code, 0x49b);
}

static void
what_rfc_3629_forbids_is_not_utf8(void **state)
{
	static const char *const bad[] = {
	    "\x80", /* a continuation alone */
	    "\xbf",
	    "\xc0\x80", /* overlong NUL */
	    "\xc1\xbf",
	    "\xe0\x9f\xbf", /* overlong, three bytes */
	    "\xf0\x8f\xbf\xbf", /* overlong, four bytes */
	    "\xed\xa0\x80", /* surrogates */
	    "\xed\xbf\xbf",
	    "\xf4\x90\x80\x80", /* past U+10FFFF */
	    "\xf5\x80\x80\x80",
	    "\xfe",
	    "\xff",
	    "\xc3(", /* cut short by another character */
	    "\xe2\x82(",
	    "\xf0\x9f\x98(",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(utf8_valid(bad[i], strlen(bad[i])));
}

static void
a_character_cut_by_the_length_is_not_utf8(void **state)
{
	const char *whole = "\xf0\x9f\x98\x80";
	uint32_t code;
	size_t n;

	(void)state;
	for (n = 0; n < 4; n++)
		assert_int_equal(utf8_next(whole, n, &code), 0);
	assert_int_equal(utf8_next(whole, 4, &code), 4);
}

static void
valid_looks_at_every_byte(void **state)
{
	(void)state;
	assert_true(utf8_valid("", 0));
	assert_true(utf8_valid("a\0b", 3));
	assert_true(utf8_valid("жаңалықтар 新聞 😀", strlen("жаңалықтар 新聞 😀")));
	assert_false(utf8_valid("abc\xff", 4));
	assert_false(utf8_valid("\xffjunk", 5));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(first_and_last_of_each_length_are_read),
	    cmocka_unit_test(only_one_code_point_is_taken),
	    cmocka_unit_test(what_rfc_3629_forbids_is_not_utf8),
	    cmocka_unit_test(a_character_cut_by_the_length_is_not_utf8),
	    cmocka_unit_test(valid_looks_at_every_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
