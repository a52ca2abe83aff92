/* Daily windows: what may be written, and when they are open where people's clocks change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "base/clock.h"
#include "probe/sched_window.h"

static const int64_t minute_us = 60 * INT64_C(1000000);

static struct sched_windows
windows(const char *text)
{
	char error[SCHED_WINDOWS_ERROR_SIZE];
	struct sched_windows w;

	assert_int_equal(sched_windows_parse(text, &w, error), 0);
	return w;
}

static bool
is_open(const char *text, int hour, int minute)
{
	struct sched_windows w = windows(text);

	return sched_windows_open(&w, hour * 60 + minute);
}

static void
live_in(const char *zone)
{
	setenv("TZ", zone, 1);
	tzset();
}

static int64_t
utc(const char *text)
{
	int64_t us;

	assert_int_equal(clock_parse(text, &us), 0);
	return us;
}

static void
a_window_is_open_from_its_first_minute_until_before_its_last(void **state)
{
	(void)state;
	assert_false(is_open("07:00-23:00", 6, 59));
	assert_true(is_open("07:00-23:00", 7, 0));
	assert_true(is_open("07:00-23:00", 22, 59));
	assert_false(is_open("07:00-23:00", 23, 0));
	assert_true(is_open("00:00-24:00", 0, 0));
	assert_true(is_open("00:00-24:00", 23, 59));
}

static void
a_window_may_go_over_midnight(void **state)
{
	(void)state;
	assert_true(is_open("22:00-02:30", 23, 59));
	assert_true(is_open("22:00-02:30", 0, 0));
	assert_true(is_open("22:00-02:30", 2, 29));
	assert_false(is_open("22:00-02:30", 2, 30));
	assert_false(is_open("22:00-02:30", 21, 59));
}

static void
several_windows_add_up_and_none_is_always(void **state)
{
	(void)state;
	assert_true(is_open("07:00-09:00, 22:00-02:00", 8, 0));
	assert_true(is_open("07:00-09:00, 22:00-02:00", 1, 0));
	assert_false(is_open("07:00-09:00, 22:00-02:00", 12, 0));
	assert_true(is_open("", 3, 0));
	assert_true(is_open(" \t ", 3, 0));
}

static void
windows_are_written_in_several_ways(void **state)
{
	static const char *const same[] = {"7:00-9:30,18:00-24:00", " 07:00 - 09:30 18:00-24:00 ",
	    "07:00-09:30\n\t18:00\t-\t24:00,"};
	struct sched_windows first = windows(same[0]), w;
	size_t i;

	(void)state;
	assert_int_equal(first.n, 2);
	assert_int_equal(first.items[0].from, 420);
	assert_int_equal(first.items[0].until, 570);
	assert_int_equal(first.items[1].from, 1080);
	assert_int_equal(first.items[1].until, 1440);
	for (i = 1; i < sizeof(same) / sizeof(*same); i++) {
		w = windows(same[i]);
		assert_memory_equal(&w, &first, sizeof(w));
	}
}

static void
what_is_no_window_is_refused_with_a_reason(void **state)
{
	static const struct {
		const char *text, *reason;
	} rows[] = {
	    {"7", "no time"},
	    {"7-9", "no time"},
	    {"07:00", "no '-'"},
	    {"07:00-", "does not end"},
	    {"07:00-7", "does not end"},
	    {"07:60-09:00", "no time"},
	    {"24:01-09:00", "no time"},
	    {"07:00-25:00", "does not end"},
	    {"123:00-09:00", "no time"},
	    {"07:000-09:00", "no time"},
	    {"-07:00-09:00", "no time"},
	    {"07:00-07:00", "empty"},
	    {"00:00-00:00", "empty"},
	    {"24:00-07:00", "which is"},
	    {"07:00-09:00x", "behind"},
	    {"07:00-09:00-11:00", "behind"},
	    {"night", "no time"},
	    {",", "commas"},
	    {"1:00-2:00 2:00-3:00 3:00-4:00 4:00-5:00 5:00-6:00 6:00-7:00 7:00-8:00 8:00-9:00 "
	     "9:00-9:01",
	        "too many"},
	};
	char error[SCHED_WINDOWS_ERROR_SIZE];
	struct sched_windows w;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		print_message("# %s\n", rows[i].text);
		error[0] = '\0';
		assert_int_equal(sched_windows_parse(rows[i].text, &w, error), -1);
		assert_non_null(strstr(error, rows[i].reason));
	}
}

/* How many minutes of real time from one instant to another the windows are open. */
static int
open_minutes(const char *text, const char *from, const char *until)
{
	struct sched_windows w = windows(text);
	int64_t us, end = utc(until);
	int n = 0;

	for (us = utc(from); us < end; us += minute_us)
		n += sched_windows_open(&w, sched_local(us).minute);
	return n;
}

static void
windows_follow_the_clocks_of_Berlin(void **state)
{
	(void)state;
	live_in("Europe/Berlin");
	/* Spring, 26 March 2028: 02:00 to 03:00 is left out. */
	assert_int_equal(
	    open_minutes("07:00-23:00", "2028-03-25 23:00", "2028-03-26 22:00"), 16 * 60);
	assert_int_equal(
	    open_minutes("01:00-04:00", "2028-03-25 23:00", "2028-03-26 22:00"), 2 * 60);
	assert_int_equal(open_minutes("02:15-02:45", "2028-03-25 23:00", "2028-03-26 22:00"), 0);
	assert_int_equal(
	    open_minutes("02:30-05:00", "2028-03-25 23:00", "2028-03-26 22:00"), 2 * 60);
	/* Autumn, 29 October: it comes twice. */
	assert_int_equal(
	    open_minutes("07:00-23:00", "2028-10-28 22:00", "2028-10-29 23:00"), 16 * 60);
	assert_int_equal(open_minutes("02:15-02:45", "2028-10-28 22:00", "2028-10-29 23:00"), 60);
	/* The same minute before and after is another hour of the world's. */
	assert_int_equal(sched_local(utc("2028-03-25 06:00")).minute, 7 * 60);
	assert_int_equal(sched_local(utc("2028-03-26 05:00")).minute, 7 * 60);
	live_in("UTC0");
}

static void
windows_follow_the_clocks_of_Almaty(void **state)
{
	(void)state;
	live_in("Asia/Almaty");
	/* Summer time came and went there in 2004. */
	assert_int_equal(
	    open_minutes("01:00-04:00", "2004-03-27 18:00", "2004-03-28 17:00"), 2 * 60);
	assert_int_equal(
	    open_minutes("02:00-03:00", "2004-10-30 17:00", "2004-10-31 18:00"), 2 * 60);
	/* The last hour of the leap day of 2024 came twice: the country moved to another offset. */
	assert_int_equal(
	    open_minutes("23:00-24:00", "2024-02-28 18:00", "2024-02-29 19:00"), 2 * 60);
	assert_int_equal(sched_local(utc("2024-02-29 17:59")).date, 20240229);
	assert_int_equal(sched_local(utc("2024-02-29 18:00")).date, 20240229);
	assert_int_equal(sched_local(utc("2024-02-29 19:00")).date, 20240301);
	live_in("UTC0");
}

static void
the_day_is_the_local_one(void **state)
{
	(void)state;
	live_in("Europe/Berlin");
	assert_int_equal(sched_local(utc("2028-02-28 22:59")).date, 20280228);
	assert_int_equal(sched_local(utc("2028-02-28 23:00")).date, 20280229);
	assert_int_equal(sched_local(utc("2028-02-29 23:00")).date, 20280301);
	assert_int_equal(sched_local(0).date, 19700101);
	assert_int_equal(sched_local(0).minute, 60);
	assert_int_equal(sched_local(-1).minute, 59);
	assert_int_equal(sched_local(-60000000).minute, 59);
	live_in("UTC0");
}

static void
no_time_is_too_far_away(void **state)
{
	static const int64_t far[] = {INT64_MIN, INT64_MIN / 2, -1, INT64_MAX / 2, INT64_MAX};
	struct sched_local local;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(far) / sizeof(*far); i++) {
		local = sched_local(far[i]);
		assert_in_range(local.minute, 0, 1439);
		assert_in_range(local.date, 10101, 99991231);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_window_is_open_from_its_first_minute_until_before_its_last),
	    cmocka_unit_test(a_window_may_go_over_midnight),
	    cmocka_unit_test(several_windows_add_up_and_none_is_always),
	    cmocka_unit_test(windows_are_written_in_several_ways),
	    cmocka_unit_test(what_is_no_window_is_refused_with_a_reason),
	    cmocka_unit_test(windows_follow_the_clocks_of_Berlin),
	    cmocka_unit_test(windows_follow_the_clocks_of_Almaty),
	    cmocka_unit_test(the_day_is_the_local_one),
	    cmocka_unit_test(no_time_is_too_far_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
