/* What reader.h promises. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/reader.h"

static void
integers_are_big_endian(void **state)
{
	struct reader r;

	(void)state;
	reader_init(&r, "\xfe\x01\x02\xfc\xfd\xfe\xff", 7);
	assert_int_equal(reader_u8(&r), 0xfe);
	assert_int_equal(reader_u16(&r), 0x0102);
	assert_int_equal(reader_left(&r), 4);
	assert_int_equal(reader_u32(&r), 0xfcfdfeff);
	assert_int_equal(reader_left(&r), 0);
	assert_false(r.failed);
}

static void
a_read_past_the_end_fails_for_good(void **state)
{
	struct reader r;

	(void)state;
	reader_init(&r, "abc", 3);
	assert_int_equal(reader_u32(&r), 0);
	assert_true(r.failed);
	assert_int_equal(reader_left(&r), 0);
	/* Three bytes would be there, but not after a failure. */
	assert_int_equal(reader_u8(&r), 0);
	assert_int_equal(reader_u16(&r), 0);
	assert_null(reader_bytes(&r, 1));
	assert_null(reader_bytes(&r, 0));
	reader_seek(&r, 0);
	assert_int_equal(reader_u8(&r), 0);
	assert_true(r.failed);
}

/* An allocation of just that size, so that the sanitizer would see one byte too many. */
static void
no_length_reads_beyond_the_data(void **state)
{
	size_t len, n;

	(void)state;
	for (len = 1; len <= 5; len++) {
		uint8_t *data = malloc(len);
		struct reader r;

		assert_non_null(data);
		memset(data, 0xff, len);
		for (n = 0; n <= len; n++) {
			reader_init(&r, data, len);
			assert_ptr_equal(reader_bytes(&r, n), data);
			assert_int_equal(reader_u8(&r), n < len ? 0xff : 0);
			reader_init(&r, data, len);
			reader_seek(&r, n);
			assert_int_equal(reader_u16(&r), n + 2 <= len ? 0xffff : 0);
			reader_init(&r, data, len);
			reader_seek(&r, n);
			assert_int_equal(reader_u32(&r), n + 4 <= len ? 0xffffffff : 0);
		}
		free(data);
	}
}

static void
huge_lengths_do_not_wrap_around(void **state)
{
	struct reader r;

	(void)state;
	reader_init(&r, "abc", 3);
	assert_int_equal(reader_u8(&r), 'a');
	assert_null(reader_bytes(&r, SIZE_MAX));
	assert_true(r.failed);
	reader_init(&r, "abc", 3);
	reader_seek(&r, SIZE_MAX);
	assert_true(r.failed);
}

static void
nothing_to_read_is_not_a_failure(void **state)
{
	struct reader r;

	(void)state;
	reader_init(&r, NULL, 0);
	assert_int_equal(reader_left(&r), 0);
	assert_non_null(reader_bytes(&r, 0));
	assert_false(r.failed);
	assert_int_equal(reader_u8(&r), 0);
	assert_true(r.failed);
}

static void
seek_goes_anywhere_up_to_the_end(void **state)
{
	struct reader r;

	(void)state;
	reader_init(&r, "abc", 3);
	reader_seek(&r, 2);
	assert_int_equal(reader_u8(&r), 'c');
	reader_seek(&r, 0);
	assert_int_equal(reader_u8(&r), 'a');
	reader_seek(&r, 3);
	assert_int_equal(reader_left(&r), 0);
	assert_false(r.failed);
	reader_seek(&r, 4);
	assert_true(r.failed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(integers_are_big_endian),
	    cmocka_unit_test(a_read_past_the_end_fails_for_good),
	    cmocka_unit_test(no_length_reads_beyond_the_data),
	    cmocka_unit_test(huge_lengths_do_not_wrap_around),
	    cmocka_unit_test(nothing_to_read_is_not_a_failure),
	    cmocka_unit_test(seek_goes_anywhere_up_to_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
