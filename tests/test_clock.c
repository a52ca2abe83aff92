/* What clock.h promises. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/clock.h"

static const int64_t moment_us = INT64_C(1795329000123456); /* 2026-11-22T06:30:00.123456Z */
static const int64_t moment_s = 1795329000;

static int64_t
fake_wall(void *arg)
{
	return *(int64_t *)arg;
}

static int64_t
fake_mono(void *arg)
{
	return *(int64_t *)arg * 10;
}

static void
time_comes_from_the_source_that_replaced_it(void **state)
{
	int64_t now = 5;
	const struct clock_source fake = {fake_wall, fake_mono, &now};

	(void)state;
	clock_replace(&fake);
	assert_int_equal(clock_wall_us(), 5);
	now = 7;
	assert_int_equal(clock_wall_us(), 7);
	assert_int_equal(clock_mono_ns(), 70);
	clock_replace(NULL);
	/* The machine's clocks are past 2020, and past a microsecond since it started. */
	assert_true(clock_wall_us() > INT64_C(1577836800000000));
	assert_true(clock_mono_ns() > 1000);
}

static void
monotonic_time_never_goes_back(void **state)
{
	int64_t last = clock_mono_ns(), now;
	int i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		now = clock_mono_ns();
		assert_true(now >= last);
		last = now;
	}
}

static void
assert_texts(int64_t wall_us, const char *rfc3339, const char *ooni)
{
	char text[CLOCK_TEXT_SIZE];

	assert_string_equal(clock_rfc3339(wall_us, text), rfc3339);
	assert_string_equal(clock_ooni(wall_us, text), ooni);
}

static void
texts_are_utc_whatever_the_year(void **state)
{
	(void)state;
	assert_texts(0, "1970-01-01T00:00:00.000000Z", "1970-01-01 00:00:00");
	assert_texts(moment_us, "2026-11-22T06:30:00.123456Z", "2026-11-22 06:30:00");
	assert_texts(-1, "1969-12-31T23:59:59.999999Z", "1969-12-31 23:59:59");
	assert_texts(INT64_C(-62135596800000000), "0001-01-01T00:00:00.000000Z",
	    "0001-01-01 00:00:00");
}

static void
impossible_times_keep_the_shape_of_the_text(void **state)
{
	char text[CLOCK_TEXT_SIZE];

	(void)state;
	clock_ooni(INT64_MIN, text);
	assert_string_equal(text, "0000-01-01 00:00:00");
	clock_ooni(INT64_MAX, text);
	assert_string_equal(text, "9999-12-31 23:59:59");
}

static void
assert_parses(const char *text, int64_t want_us)
{
	int64_t got = -1;

	if (clock_parse(text, &got) != 0)
		fail_msg("not read: %s", text);
	assert_int_equal(got, want_us);
}

static void
every_documented_form_is_read(void **state)
{
	const int64_t s = 1000000;

	(void)state;
	assert_parses("2026-11-22", (moment_s - 6 * 3600 - 1800) * s);
	assert_parses("2026-11-22 06:30", moment_s * s);
	assert_parses("2026-11-22 06:30:00", moment_s * s);
	assert_parses("2026-11-22 06:30:00.5", moment_s * s + s / 2);
	assert_parses("2026-11-22T06:30:00.123456Z", moment_us);
	assert_parses("2026-11-22t06:30:00z", moment_s * s);
	assert_parses("2026-11-22T06:30:00.123456789Z", moment_us);
	assert_parses("2026-11-22T06:30Z", moment_s * s);
	assert_parses("2026-11-22T11:30:00+05:00", moment_s * s);
	assert_parses("2026-11-22T11:30:00+0500", moment_s * s);
	assert_parses("2026-11-21T23:00:00-07:30", moment_s * s);
}

static void
leap_days_and_seconds_are_read(void **state)
{
	(void)state;
	assert_parses("2024-02-29", INT64_C(1709164800000000));
	assert_parses("2000-02-29", INT64_C(951782400000000));
	assert_parses("2016-12-31T23:59:60Z", INT64_C(1483228800000000));
	assert_parses("0000-01-01", INT64_C(-62167219200000000));
	assert_parses("9999-12-31T23:59:59Z", INT64_C(253402300799000000));
}

static void
anything_else_is_refused(void **state)
{
	static const char *const bad[] = {"", "2026", "2026-11", "2026-11-2", "26-11-22", "2026-13-01",
	    "2026-00-10", "2026-11-00", "2026-11-31", "2026-02-29", "1900-02-29", "2026-04-31T10:00:60Z",
	    "2026-11-22 ", "2026-11-22T", "2026-11-22x06:30", "2026-11-22 24:00", "2026-11-22 06:60",
	    "2026-11-22 06:30:61", "2026-11-22 06:30:", "2026-11-22 06:30:00.", "2026-11-22 06:30.5",
	    "2026-11-22 06:30:00 Z", "2026-11-22 06:30:00Zx", "2026-11-22 06:30:00+5",
	    "2026-11-22 06:30:00+24:00", "2026-11-22 06:30:00+05:60", "2026-11-22 06:30:00 +05:00",
	    "-026-11-22", "2026-11-22Z", " 2026-11-22", "yesterday"};
	int64_t got = 42;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (clock_parse(bad[i], &got) != -1)
			fail_msg("read: %s", bad[i]);
		assert_int_equal(got, 42);
	}
}

static void
what_is_written_is_read_back(void **state)
{
	static const int64_t moments[] = {0, 1, -1, 999999, INT64_C(1795329000123456),
	    INT64_C(-62167219200000000), INT64_C(253402300799999999)};
	char text[CLOCK_TEXT_SIZE];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(moments) / sizeof(moments[0]); i++)
		assert_parses(clock_rfc3339(moments[i], text), moments[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(time_comes_from_the_source_that_replaced_it),
	    cmocka_unit_test(monotonic_time_never_goes_back),
	    cmocka_unit_test(texts_are_utc_whatever_the_year),
	    cmocka_unit_test(impossible_times_keep_the_shape_of_the_text),
	    cmocka_unit_test(every_documented_form_is_read),
	    cmocka_unit_test(leap_days_and_seconds_are_read),
	    cmocka_unit_test(anything_else_is_refused),
	    cmocka_unit_test(what_is_written_is_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
