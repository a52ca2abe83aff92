/* What the JSON writer promises, and base64 in buf. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <jansson.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/json.h"

static struct buf buf;
static struct json j;

static int
setup(void **state)
{
	(void)state;
	buf_clear(&buf);
	json_init(&j, &buf);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	buf_free(&buf);
	return 0;
}

static void
commas_stand_between_and_nowhere_else(void **state)
{
	(void)state;
	json_put_object(&j, NULL);
	json_put_array(&j, "a");
	json_put_array_end(&j);
	json_put_array(&j, "b");
	json_put_int(&j, NULL, 1);
	json_put_object(&j, NULL);
	json_put_object_end(&j);
	json_put_null(&j, NULL);
	json_put_array_end(&j);
	json_put_bool(&j, "c", true);
	json_put_object_end(&j);
	assert_string_equal(buf_str(&buf), "{\"a\":[],\"b\":[1,{},null],\"c\":true}");
}

static void
it_appends_to_what_is_there(void **state)
{
	(void)state;
	buf_puts(&buf, "before ");
	json_put_bool(&j, NULL, false);
	assert_string_equal(buf_str(&buf), "before false");
}

static void
strings_are_escaped(void **state)
{
	(void)state;
	json_put_string(&j, NULL, "a\"\\\n\t\x01\x7f/é");
	assert_string_equal(buf_str(&buf), "\"a\\\"\\\\\\n\\u0009\\u0001\\u007f/é\"");
}

static void
null_is_null(void **state)
{
	(void)state;
	json_put_string(&j, NULL, NULL);
	assert_string_equal(buf_str(&buf), "null");
}

static void
bytes_that_are_no_text_become_base64(void **state)
{
	(void)state;
	json_put_array(&j, NULL);
	json_put_string(&j, NULL, "caf\xe9");
	json_put_bytes(&j, NULL, "a\0b", 3);
	json_put_bytes(&j, NULL, "\xed\xa0\x80", 3); /* a surrogate is no text */
	json_put_base64(&j, NULL, "", 0);
	json_put_base64_text(&j, NULL, "caf", 3);
	json_put_array_end(&j);
	assert_string_equal(buf_str(&buf),
	    "[{\"format\":\"base64\",\"data\":\"Y2Fm6Q==\"},\"a\\u0000b\","
	    "{\"format\":\"base64\",\"data\":\"7aCA\"},{\"format\":\"base64\",\"data\":\"\"},"
	    "\"Y2Fm\"]");
}

static void
a_key_is_always_text(void **state)
{
	(void)state;
	json_put_object(&j, NULL);
	json_put_int(&j, "caf\xe9\"\xe2\x82", 1);
	json_put_object_end(&j);
	assert_string_equal(buf_str(&buf), "{\"caf\\ufffd\\\"\\ufffd\\ufffd\":1}");
}

static void
integers_keep_all_their_digits(void **state)
{
	(void)state;
	json_put_array(&j, NULL);
	json_put_int(&j, NULL, 0);
	json_put_int(&j, NULL, -7);
	json_put_int(&j, NULL, INT64_MAX);
	json_put_int(&j, NULL, INT64_MIN);
	json_put_array_end(&j);
	assert_string_equal(buf_str(&buf), "[0,-7,9223372036854775807,-9223372036854775808]");
}

static void
doubles_are_short(void **state)
{
	(void)state;
	json_put_array(&j, NULL);
	json_put_double(&j, NULL, 0);
	json_put_double(&j, NULL, 0.1);
	json_put_double(&j, NULL, 1.5);
	json_put_double(&j, NULL, 100);
	json_put_double(&j, NULL, 0.000001);
	json_put_double(&j, NULL, 12345678.901234);
	json_put_double(&j, NULL, -2.5);
	json_put_double(&j, NULL, 1e300);
	json_put_array_end(&j);
	assert_string_equal(buf_str(&buf), "[0,0.1,1.5,100,0.000001,12345678.901234,-2.5,1e+300]");
}

static void
what_is_no_number_is_null(void **state)
{
	(void)state;
	json_put_array(&j, NULL);
	json_put_double(&j, NULL, (double)NAN);
	json_put_double(&j, NULL, (double)INFINITY);
	json_put_double(&j, NULL, -(double)INFINITY);
	json_put_array_end(&j);
	assert_string_equal(buf_str(&buf), "[null,null,null]");
}

/* Every double of one shape must read back as itself. */
static void
reads_back(double v)
{
	buf_clear(&buf);
	json_init(&j, &buf);
	json_put_double(&j, NULL, v);
	if (strtod(buf_str(&buf), NULL) != v)
		fail_msg("%.17g was written as %s", v, buf_str(&buf));
}

static void
doubles_read_back_as_they_were(void **state)
{
	uint64_t seed = 1, i;
	double v;

	(void)state;
	for (i = 0; i < 200000; i++) {
		seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		memcpy(&v, &seed, sizeof(v));
		if (isfinite(v))
			reads_back(v);
		reads_back((double)(seed >> 20) / 1e6); /* whole microseconds */
		reads_back((double)(seed >> 20) / 1e9); /* nanoseconds are not */
		reads_back((double)(seed >> 40));
	}
	reads_back(99999999.999999);
	reads_back(100000000.000001);
	reads_back(4.9e-324);
	reads_back(1.7976931348623157e308);
}

static void
jansson_still_calls_its_own_functions(void **state)
{
	json_t *root = json_loads("{\"a\":[\"b\",null,{}]}", 0, NULL);

	(void)state;
	assert_non_null(root);
	assert_int_equal(json_array_size(json_object_get(root, "a")), 3);
	json_decref(root);
}

static void
base64_is_as_in_rfc_4648(void **state)
{
	static const char *const text[][2] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="},
	    {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(text) / sizeof(text[0]); i++) {
		buf_clear(&buf);
		buf_base64(&buf, text[i][0], strlen(text[i][0]));
		assert_string_equal(buf_str(&buf), text[i][1]);
		buf_clear(&buf);
		assert_int_equal(buf_unbase64(&buf, text[i][1], strlen(text[i][1])), 0);
		assert_string_equal(buf_str(&buf), text[i][0]);
	}
}

static void
base64_gives_back_every_byte(void **state)
{
	uint8_t all[256];
	struct buf text = BUF_EMPTY;
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(all); i++)
		all[i] = (uint8_t)(255 - i);
	for (n = 0; n <= sizeof(all); n++) {
		buf_clear(&text);
		buf_clear(&buf);
		buf_base64(&text, all, n);
		assert_int_equal(buf_unbase64(&buf, text.data, text.len), 0);
		assert_int_equal(buf.len, n);
		if (n > 0)
			assert_memory_equal(buf.data, all, n);
	}
	buf_free(&text);
}

static void
bad_base64_leaves_the_buf_alone(void **state)
{
	static const char *const bad[] = {
	    "Z", "Zg", "Zg=", "Z===", "====", "Zm9v\n", "Zm 9", "Zm9-", "Zg==Zg==", "Zm9vZ!=="};
	size_t i;

	(void)state;
	buf_puts(&buf, "kept");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (buf_unbase64(&buf, bad[i], strlen(bad[i])) == 0)
			fail_msg("%s was taken for base64", bad[i]);
		assert_string_equal(buf_str(&buf), "kept");
		assert_int_equal(buf.len, 4);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(commas_stand_between_and_nowhere_else),
	    TEST(it_appends_to_what_is_there),
	    TEST(strings_are_escaped),
	    TEST(null_is_null),
	    TEST(bytes_that_are_no_text_become_base64),
	    TEST(a_key_is_always_text),
	    TEST(integers_keep_all_their_digits),
	    TEST(doubles_are_short),
	    TEST(what_is_no_number_is_null),
	    TEST(doubles_read_back_as_they_were),
	    TEST(jansson_still_calls_its_own_functions),
	    TEST(base64_is_as_in_rfc_4648),
	    TEST(base64_gives_back_every_byte),
	    TEST(bad_base64_leaves_the_buf_alone),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
