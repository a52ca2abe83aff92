/* analysis/zone.h: the day it is at a place, whatever the reader's clock shows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "analysis/zone.h"
#include "base/clock.h"
#include "targets/day.h"

static void
assert_day(const struct zone *zone, const char *time, const char *wanted)
{
	char text[DAY_TEXT_SIZE];
	int64_t us;

	assert_int_equal(clock_parse(time, &us), 0);
	assert_string_equal(day_text(zone_day(zone, us), text), wanted);
}

/* Almaty was six hours ahead of UTC until 2024-02-29T18:00Z, and is five since. */
static void
kazakhstan_has_changed_its_clocks(void **state)
{
	struct zone *zone = zone_load("Asia/Almaty");

	(void)state;
	if (zone == NULL)
		skip(); /* there is no tzdata here */
	assert_string_equal(zone_name(zone), "Asia/Almaty");
	assert_day(zone, "2022-01-05T17:59:59.999999Z", "2022-01-05");
	assert_day(zone, "2022-01-05T18:00:00Z", "2022-01-06");
	assert_day(zone, "2024-02-29T17:59:59Z", "2024-02-29");
	/* Midnight came twice: it was 2024-03-01 for no time at all, then 23:00 again. */
	assert_day(zone, "2024-02-29T18:00:00Z", "2024-02-29");
	assert_day(zone, "2024-02-29T18:59:59Z", "2024-02-29");
	assert_day(zone, "2024-02-29T19:00:00Z", "2024-03-01");
	assert_day(zone, "2026-11-21T18:30:00Z", "2026-11-21");
	assert_day(zone, "2026-11-21T19:30:00Z", "2026-11-22");
	zone_free(zone);
}

static void
summer_time_moves_midnight(void **state)
{
	struct zone *zone = zone_load("Europe/Berlin");

	(void)state;
	if (zone == NULL)
		skip();
	assert_day(zone, "2026-03-28T22:59:59Z", "2026-03-28");
	assert_day(zone, "2026-03-28T23:00:00Z", "2026-03-29");
	assert_day(zone, "2026-03-29T21:59:59Z", "2026-03-29");
	assert_day(zone, "2026-03-29T22:00:00Z", "2026-03-30");
	assert_day(zone, "2026-10-25T22:59:59Z", "2026-10-25");
	assert_day(zone, "2026-10-25T23:00:00Z", "2026-10-26");
	assert_day(zone, "1969-12-31T22:59:59Z", "1969-12-31");
	zone_free(zone);
}

static void
the_readers_zone_is_left_as_it_was(void **state)
{
	time_t noon = 1793534400;
	struct zone *zone;
	struct tm tm;

	(void)state;
	setenv("TZ", "XYZ-03", 1);
	tzset();
	zone = zone_load("UTC");
	assert_non_null(zone);
	assert_day(zone, "2026-11-01T23:59:59Z", "2026-11-01");
	assert_string_equal(getenv("TZ"), "XYZ-03");
	assert_non_null(localtime_r(&noon, &tm));
	assert_int_equal(tm.tm_gmtoff, 3 * 3600);
	zone_free(zone);
	unsetenv("TZ");
	zone_free(zone_load("UTC"));
	assert_null(getenv("TZ"));
}

static void
what_is_no_zone_is_refused(void **state)
{
	static const char *const names[] = {"", "Asia", "Asia/Nowhere", "/etc/passwd", "../zoneinfo/UTC",
	    "XYZ-03", ":Asia/Almaty", "zone.tab", "."};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_null(zone_load(names[i]));
	zone_free(NULL);
}

static void
a_country_has_the_zone_that_is_named_first(void **state)
{
	static const char tab[] = "# KZ\tx\tAsia/Comment\n"
				  "AD\t+4230+00131\tEurope/Andorra\n"
				  "KZ\t+4315+07657\tAsia/Almaty\tmost of Kazakhstan\n"
				  "KZ\t+4448+06528\tAsia/Qyzylorda\tQyzylorda\n"
				  "RU,UA\t+4457+03406\tEurope/Simferopol\tCrimea\n"
				  "XX\n"
				  "YY\tno third\n"
				  "WW\t+0+0\tEtc/Last";
	char name[ZONE_NAME_SIZE];

	(void)state;
	assert_int_equal(zone_pick(tab, "KZ", name), 2);
	assert_string_equal(name, "Asia/Almaty");
	assert_int_equal(zone_pick(tab, "kz", name), 2);
	assert_int_equal(zone_pick(tab, "UA", name), 1);
	assert_string_equal(name, "Europe/Simferopol");
	assert_int_equal(zone_pick(tab, "WW", name), 1);
	assert_string_equal(name, "Etc/Last");
	assert_int_equal(zone_pick(tab, "XX", name), 0);
	assert_int_equal(zone_pick(tab, "YY", name), 0);
	assert_int_equal(zone_pick(tab, "ZZ", name), 0);
	assert_int_equal(zone_pick(tab, "", name), 0);
	assert_int_equal(zone_pick("", "KZ", name), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(kazakhstan_has_changed_its_clocks),
	    cmocka_unit_test(summer_time_moves_midnight),
	    cmocka_unit_test(the_readers_zone_is_left_as_it_was),
	    cmocka_unit_test(what_is_no_zone_is_refused),
	    cmocka_unit_test(a_country_has_the_zone_that_is_named_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
