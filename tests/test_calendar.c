/* What calendars promise: which days they hold, in every format, and which of them touch a day. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "targets/calendar.h"
#include "targets/day.h"
#include "targets/day_read.h"
#include "tests/calendar_case.h"

#define HEAD "start,end,precision,type,place,event,targets,source,repeat,notes\n"

/* ---- Days ----------------------------------------------------------------------------------- */

static void
every_day_from_year_1_to_9999_has_its_date(void **state)
{
	struct date date = {1, 1, 1}, got;
	int32_t day;

	(void)state;
	assert_int_equal(day_of((struct date){1970, 1, 1}), 0);
	assert_int_equal(day_of((struct date){2000, 3, 1}), 11017);
	for (day = day_of(date); date.year < 10000; day++) {
		got = day_date(day);
		if (got.year != date.year || got.month != date.month || got.day != date.day ||
		    day_of(date) != day)
			fail_msg("day %d", (int)day);
		if (++date.day > day_month_length(date.year, date.month)) {
			date.day = 1;
			if (++date.month > 12) {
				date.month = 1;
				date.year++;
			}
		}
	}
}

static void
a_day_is_read_only_when_it_exists(void **state)
{
	static const char *const bad[] = {"", "2026-02-29", "2026-13-01", "2026-00-10",
	    "0000-01-01", "2026-1-1", "2026-01-01 ", " 2026-01-01", "2026-01-0x", "20260101",
	    "-026-01-01"};
	int32_t day;
	size_t i;

	(void)state;
	assert_int_equal(day_parse("2024-02-29", &day), 0);
	assert_int_equal(day, 19782);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (day_parse(bad[i], &day) == 0)
			fail_msg("\"%s\" was taken for a day", bad[i]);
}

static void
a_time_has_its_day_where_the_clock_hangs(void **state)
{
	const int64_t evening_us = (INT64_C(19782) * 86400 + 22 * 3600) * 1000000;

	(void)state;
	assert_int_equal(day_of_time(evening_us, 0), 19782);
	assert_int_equal(day_of_time(evening_us, 5 * 3600), 19783);
	assert_int_equal(day_of_time(evening_us, -5 * 3600), 19782);
	assert_int_equal(day_of_time(-1, 0), -1);
	assert_int_equal(day_of_time(0, 0), 0);
}

static void
days_of_other_programs_are_read(void **state)
{
	static const char *const same[] = {"2019-02-27", "2019-02-27 00:00:00",
	    "2019-02-27T10:00:00Z", "2/27/2019", "02/27/2019", "2/27/19", "27 February 2019",
	    "27 Feb 2019", "27-Feb-2019", "27-feb-19", "43523", "43523.0"};
	static const char *const bad[] = {"", "27/2/2019", "2019-02-30", "2/30/2019",
	    "27 Febr. 2019", "27 Fe 2019", "4352", "435230", "43523.5", "soon", "2/27/2019x",
	    "2/27"};
	int32_t day;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		if (!day_read(same[i], &day) || day != case_day("2019-02-27"))
			fail_msg("\"%s\" was not read", same[i]);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (day_read(bad[i], &day))
			fail_msg("\"%s\" was taken for a day", bad[i]);
}

/* ---- Our own CSV ---------------------------------------------------------------------------- */

static void
every_column_is_kept(void **state)
{
	struct loaded l =
	    case_parse(HEAD "2019-02-27,2019-03-01,approx,protest,Almaty;Astana,\"Rally, "
	                    "\"\"large\"\"\",vk.com;YouTube,report,yearly,n\n");
	const struct calendar_event *e = &l.calendar.events[0];

	(void)state;
	assert_string_equal(buf_str(&l.said), "");
	assert_int_equal(l.calendar.n, 1);
	assert_string_equal(l.calendar.name, "sample");
	assert_int_equal(e->first, case_day("2019-02-27"));
	assert_int_equal(e->last, case_day("2019-03-01"));
	assert_int_equal(e->precision, CALENDAR_APPROX);
	assert_true(e->yearly);
	assert_false(e->open);
	assert_string_equal(e->type, "protest");
	assert_string_equal(e->place, "Almaty;Astana");
	assert_string_equal(e->title, "Rally, \"large\"");
	assert_string_equal(e->targets, "vk.com;YouTube");
	assert_string_equal(e->source, "report");
	assert_string_equal(e->notes, "n");
	assert_int_equal(e->line, 2);
	case_done(&l);
}

static void
columns_come_in_any_order_and_most_may_lack(void **state)
{
	struct loaded l = case_parse("# mine\nEvent;extra;START\nRally;x;2019-02-27\n");

	(void)state;
	assert_int_equal(l.rc, 0);
	assert_string_equal(l.calendar.events[0].title, "Rally");
	assert_string_equal(l.calendar.events[0].place, "");
	assert_int_equal(l.calendar.events[0].line, 3);
	case_done(&l);
	l = case_parse("start,end,country,services,source\n2022-01-05,2022-01-11,KZ,internet,me\n");
	assert_int_equal(l.rc, 0);
	assert_string_equal(l.calendar.events[0].place, "KZ");
	assert_string_equal(l.calendar.events[0].targets, "internet");
	case_done(&l);
}

static void
an_end_that_lacks_is_that_of_the_precision(void **state)
{
	(void)state;
	assert_days("start,precision,event\n2026-12-16,day,a\n2026-12-16,,b\n2026-12-14,week,c\n"
	            "2024-02-05,month,d\n2026-03-01,year,e\n2026-12-16,range,f\n",
	    "2026-12-16 2026-12-16 2026-12-14/2026-12-20 2024-02-05/2024-02-29 "
	    "2026-03-01/2026-12-31 2026-12-16");
}

static void
without_precision_it_is_a_day_or_a_range(void **state)
{
	struct loaded l = case_parse("start,end,event\n2026-12-16,,a\n2026-12-16,2026-12-16,b\n"
	                             "2026-12-16,2026-12-17,c\n2026-12-16,ongoing,d\n");
	static const enum calendar_precision wanted[] = {
	    CALENDAR_DAY, CALENDAR_DAY, CALENDAR_RANGE, CALENDAR_RANGE};
	size_t i;

	(void)state;
	assert_int_equal(l.calendar.n, 4);
	for (i = 0; i < 4; i++)
		assert_int_equal(l.calendar.events[i].precision, wanted[i]);
	case_done(&l);
}

static void
an_unknown_end_leaves_the_event_open(void **state)
{
	struct loaded l = case_parse(
	    HEAD "2016-01-01,unknown,year,law,,a,,,,\n2016-01-01,Ongoing,day,law,,b,,,,\n");

	(void)state;
	assert_int_equal(l.rc, 0);
	assert_true(l.calendar.events[0].open);
	assert_int_equal(l.calendar.events[0].last, case_day("2016-12-31"));
	assert_true(l.calendar.events[1].open);
	assert_int_equal(l.calendar.events[1].last, case_day("2016-01-01"));
	case_done(&l);
}

static void
every_bad_line_is_named(void **state)
{
	(void)state;
	assert_says(HEAD "2026-02-30,,,,,a,,,,\n"
	                 ",,,,,b,,,,\n"
	                 "2026-02-01,soon,,,,c,,,,\n"
	                 "2026-02-01,,hour,,,d,,,,\n"
	                 "2026-02-01,,,,,e,,,weekly,\n"
	                 "2026-02-02,2026-02-01,,,,f,,,,\n"
	                 "2026-02-01,2026-02-02,day,,,g,,,,\n"
	                 "2026-02-01,2026-02-10,week,,,h,,,,\n"
	                 "2026-02-01,2027-02-10,,,,i,,,yearly,\n"
	                 "2026-02-01,ongoing,,,,j,,,yearly,\n"
	                 "2026-02-01,,,,,,,me,,x\n"
	                 "2026-02-01,,,,,k,,,,,,l\n"
	                 "2026-\x1b[2J,,,,,m,,,,\n",
	    "2! start \"2026-02-30\" is no day that exists, like 2026-12-16\n"
	    "3! start \"\" is no day that exists, like 2026-12-16\n"
	    "4! end \"soon\" is no day that exists, like 2026-12-16, nor \"ongoing\" or "
	    "\"unknown\"\n"
	    "5! precision \"hour\" is none of day, week, month, year, range, approx, recurring\n"
	    "6! repeat \"weekly\" is neither \"yearly\" nor empty\n"
	    "7! it ends before it begins\n"
	    "8! 2 days are too many for the precision \"day\" (write \"range\")\n"
	    "9! 10 days are too many for the precision \"week\" (write \"range\")\n"
	    "10! what repeats every year must end, and within a year\n"
	    "11! what repeats every year must end, and within a year\n"
	    "12! nothing is said of this day\n"
	    "13! 12 fields, but the header has 10 (a field with ',' in it goes in quotation "
	    "marks)\n"
	    "14! start \"2026-\" is no day that exists, like 2026-12-16\n");
}

static void
a_stray_quotation_mark_costs_one_row(void **state)
{
	struct loaded l =
	    case_parse("start,event\n2026-01-01,\"open\n2026-01-02,b\n2026-01-03,\"c\nd\"\n");

	(void)state;
	assert_string_equal(buf_str(&l.said),
	    "2! a quoted field that is not closed, or closed wrongly on line 4\n");
	assert_int_equal(l.calendar.n, 2);
	assert_string_equal(l.calendar.events[1].title, "c\nd");
	assert_int_equal(l.calendar.events[1].line, 4);
	case_done(&l);
}

static void
what_is_no_calendar_is_named(void **state)
{
	static const char nothing[] =
	    "no calendar: neither BEGIN:VCALENDAR, nor a header line with \"start\", or with the "
	    "columns of KeepItOn or ACLED\n";
	char *said = xasprintf("1! %s", nothing);

	(void)state;
	assert_says("", "1! no event days in this calendar\n");
	assert_says("# nothing\n", "1! no event days in this calendar\n");
	assert_says(HEAD, "1! no event days in this calendar\n");
	assert_says("url,notes\nhttps://a.example/,x\n", said);
	assert_says("2026-12-16\n", said);
	free(said);
	assert_says("\xff\xfes\0", "1! UTF-16 text (save the file as UTF-8)\n");
}

static void
duplicates_are_left_out_counted_and_noted(void **state)
{
	struct loaded l = case_parse(HEAD "2026-01-01,,day,protest,Almaty,a,,one,,\n"
	                                  "2026-01-01,2026-01-01,,protest,Almaty,a,,two,,\n"
	                                  "2026-01-01,,day,protest,Almaty,b,,one,,\n"
	                                  "2026-01-01,,day,protest,Almaty,a,,one,yearly,\n");

	(void)state;
	assert_int_equal(l.rc, 0);
	assert_int_equal(l.calendar.n, 3);
	assert_int_equal(l.calendar.duplicates, 1);
	assert_string_equal(buf_str(&l.said), "3? the same event as on line 2, left out\n");
	case_done(&l);
}

static void
skip_bad_goes_on_and_counts(void **state)
{
	static const char text[] = "start,event\n2026-01-01,a\nnever,b\n2026-01-03,c\n";
	struct loaded l = case_parse_bytes("a/b.csv", text, sizeof(text) - 1, CALENDAR_SKIP_BAD);

	(void)state;
	assert_int_equal(l.rc, 0);
	assert_string_equal(l.calendar.name, "b");
	assert_int_equal(l.calendar.bad, 1);
	assert_int_equal(l.calendar.n, 2);
	case_done(&l);
}

/* ---- Other people's CSV --------------------------------------------------------------------- */

static void
keepiton_data_are_read(void **state)
{
	struct loaded l = case_parse(
	    "Continent,Country,geo_scope,Area Name,Start Date,End "
	    "Date,shutdown_type,Facebook_affected,"
	    "WhatsApp_affected,other_affected_specify,ordered_by,actual_cause,news_link\n"
	    "Asia,Kazakhstan,national,,1/5/2022,1/11/2022,Full network,,,,government,Protests,"
	    "https://a.example/\n"
	    "Asia,Kazakhstan,city,Almaty,43586,43586.0,,Yes,no,Periscope,,,\n"
	    "Asia,India,district,Shopian,2/27/2019,ongoing,,,yes,,,,\n"
	    "Asia,India,,,unknown,2/27/2019,,,,,,,\n"
	    "Asia,India,,,27/2/2019,,,,,,,,\n"
	    "Asia,India,,,2/27/2019,later,,,,,,,\n");
	const struct calendar_event *e = l.calendar.events;

	(void)state;
	assert_string_equal(buf_str(&l.said), "5? no day is given, left out\n"
	                                      "6! start_date \"27/2/2019\" is no day\n"
	                                      "7! end_date \"later\" is no day\n");
	assert_int_equal(l.calendar.n, 3);
	assert_int_equal(l.calendar.undated, 1);
	assert_int_equal(e[0].first, case_day("2022-01-05"));
	assert_int_equal(e[0].last, case_day("2022-01-11"));
	assert_int_equal(e[0].precision, CALENDAR_RANGE);
	assert_string_equal(e[0].type, "Full network");
	assert_string_equal(e[0].title, "Internet shutdown");
	assert_string_equal(e[0].place, "Kazakhstan");
	assert_string_equal(e[0].source, "https://a.example/");
	assert_string_equal(
	    e[0].notes, "geo_scope: national; ordered_by: government; actual_cause: Protests");
	assert_int_equal(e[1].first, case_day("2019-05-01"));
	assert_int_equal(e[1].precision, CALENDAR_DAY);
	assert_string_equal(e[1].type, "shutdown");
	assert_string_equal(e[1].place, "Almaty, Kazakhstan");
	assert_string_equal(e[1].targets, "Facebook;Periscope");
	assert_string_equal(e[1].source, "KeepItOn");
	assert_true(e[2].open);
	assert_int_equal(e[2].last, e[2].first);
	assert_string_equal(e[2].targets, "WhatsApp");
	case_done(&l);
}

static void
an_acled_export_is_read(void **state)
{
	struct loaded l = case_parse(
	    "event_id_cnty,event_date,year,time_precision,disorder_type,event_type,sub_event_type,"
	    "actor1,country,admin1,admin2,location,source,notes\n"
	    "KAZ1,2022-01-04,2022,1,Demonstrations,Protests,Peaceful protest,Protesters "
	    "(Kazakhstan),"
	    "Kazakhstan,Almaty,Almaty,Almaty,Radio,\"On 4 January, people gathered.\"\n"
	    "KAZ2,05 January 2022,2022,2,,Riots,Mob violence,,Kazakhstan,West Kazakhstan,,,,\n"
	    "KAZ3,\"16 February 2024\",2024,3,,Protests,,,Kazakhstan,,,,,\n"
	    "KAZ4,2022-01-06,2022,4,,Protests,,,Kazakhstan,,,,,\n");
	const struct calendar_event *e = l.calendar.events;

	(void)state;
	assert_string_equal(buf_str(&l.said), "5! time_precision \"4\" is none of 1, 2, 3\n");
	assert_int_equal(l.calendar.n, 3);
	assert_int_equal(e[0].first, case_day("2022-01-04"));
	assert_int_equal(e[0].precision, CALENDAR_DAY);
	assert_string_equal(e[0].type, "Protests");
	assert_string_equal(e[0].title, "Peaceful protest");
	assert_string_equal(e[0].place, "Almaty, Kazakhstan");
	assert_string_equal(e[0].source, "Radio");
	assert_string_equal(
	    e[0].notes, "On 4 January, people gathered.; actor1: Protesters (Kazakhstan); "
	                "disorder_type: Demonstrations; event_id_cnty: KAZ1");
	assert_int_equal(e[1].first, case_day("2022-01-02"));
	assert_int_equal(e[1].last, case_day("2022-01-08"));
	assert_int_equal(e[1].precision, CALENDAR_WEEK);
	assert_string_equal(e[1].place, "West Kazakhstan, Kazakhstan");
	assert_int_equal(e[2].first, case_day("2024-02-01"));
	assert_int_equal(e[2].last, case_day("2024-02-29"));
	assert_int_equal(e[2].precision, CALENDAR_MONTH);
	assert_string_equal(e[2].source, "ACLED");
	case_done(&l);
}

/* ---- Which days they touch ------------------------------------------------------------------ */

/* The times found, as "title@days", joined by blanks. */
static void
assert_found(
    const char *text, const char *first, const char *last, int before, int after, const char *found)
{
	struct loaded l = case_parse(text);
	const struct calendar_query query = {
	    .first = case_day(first), .last = case_day(last), .before = before, .after = after};
	struct calendar_hit *hits;
	struct buf got = BUF_EMPTY;
	size_t n = calendar_find(&l.calendar, 1, &query, &hits), i;

	assert_string_equal(buf_str(&l.said), "");
	for (i = 0; i < n; i++) {
		case_days(&got, hits[i].first, hits[i].last);
		buf_printf(&got, "=%s", hits[i].event->title);
		assert_ptr_equal(hits[i].calendar, &l.calendar);
	}
	assert_string_equal(buf_str(&got), found);
	free(hits);
	buf_free(&got);
	case_done(&l);
}

static void
an_event_touches_its_days_and_no_others(void **state)
{
	static const char text[] = "start,end,event\n2026-05-09,2026-05-11,a\n";
	static const char a[] = "2026-05-09/2026-05-11=a";

	(void)state;
	assert_found(text, "2026-05-08", "2026-05-08", 0, 0, "");
	assert_found(text, "2026-05-09", "2026-05-09", 0, 0, a);
	assert_found(text, "2026-05-11", "2026-05-11", 0, 0, a);
	assert_found(text, "2026-05-12", "2026-05-12", 0, 0, "");
	assert_found(text, "2026-05-01", "2026-05-31", 0, 0, a);
	assert_found(text, "2026-05-01", "2026-05-08", 0, 0, "");
}

static void
a_margin_widens_it_before_and_after(void **state)
{
	static const char text[] = "start,end,event\n2026-05-09,2026-05-11,a\n";
	static const char a[] = "2026-05-09/2026-05-11=a";

	(void)state;
	assert_found(text, "2026-05-08", "2026-05-08", 1, 2, a);
	assert_found(text, "2026-05-07", "2026-05-07", 1, 2, "");
	assert_found(text, "2026-05-13", "2026-05-13", 1, 2, a);
	assert_found(text, "2026-05-14", "2026-05-14", 1, 2, "");
}

static void
a_yearly_event_comes_every_year_from_its_first_on(void **state)
{
	static const char text[] = "start,event,repeat\n1986-12-16,a,yearly\n";

	(void)state;
	assert_found(text, "2026-12-16", "2026-12-16", 0, 0, "2026-12-16=a");
	assert_found(text, "2051-12-15", "2051-12-15", 1, 0, "2051-12-16=a");
	assert_found(text, "2026-12-15", "2026-12-15", 0, 0, "");
	assert_found(text, "1986-12-16", "1986-12-16", 0, 0, "1986-12-16=a");
	assert_found(text, "1985-12-16", "1985-12-16", 0, 0, "");
	assert_found(text, "2025-01-01", "2026-12-31", 0, 0, "2025-12-16=a 2026-12-16=a");
}

static void
margins_and_lengths_reach_over_new_year(void **state)
{
	static const char text[] =
	    "start,end,event,repeat\n2020-12-31,2021-01-02,a,yearly\n2020-01-01,,b,yearly\n";

	(void)state;
	assert_found(text, "2026-01-02", "2026-01-02", 0, 0, "2025-12-31/2026-01-02=a");
	assert_found(text, "2026-12-31", "2026-12-31", 0, 0, "2026-12-31/2027-01-02=a");
	assert_found(
	    text, "2026-12-30", "2026-12-30", 2, 0, "2026-12-31/2027-01-02=a 2027-01-01=b");
	assert_found(
	    text, "2026-01-04", "2026-01-04", 0, 3, "2025-12-31/2026-01-02=a 2026-01-01=b");
}

static void
a_leap_day_comes_on_the_28th_in_other_years(void **state)
{
	static const char text[] = "start,event,repeat\n2024-02-29,a,yearly\n";

	(void)state;
	assert_found(text, "2024-02-01", "2024-03-31", 0, 0, "2024-02-29=a");
	assert_found(text, "2025-02-01", "2025-03-31", 0, 0, "2025-02-28=a");
	assert_found(text, "2028-02-01", "2028-03-31", 0, 0, "2028-02-29=a");
	assert_found(text, "2100-02-28", "2100-02-28", 0, 0, "2100-02-28=a");
}

static void
days_before_1970_and_the_end_of_time_are_no_trouble(void **state)
{
	static const char text[] =
	    "start,end,event,repeat\n1917-03-08,,a,\n0001-01-01,9999-12-31,b,\n"
	    "9999-12-31,,c,yearly\n";
	struct loaded l = case_parse(text);
	const struct calendar_query all = {
	    .first = INT32_MIN, .last = INT32_MAX, .before = 1000, .after = 1000};
	struct calendar_hit *hits;

	(void)state;
	assert_int_equal(calendar_find(&l.calendar, 1, &all, &hits), 3);
	free(hits);
	case_done(&l);
	assert_found(
	    text, "1917-03-08", "1917-03-08", 0, 0, "0001-01-01/9999-12-31=b 1917-03-08=a");
}

static void
what_is_found_comes_in_the_order_of_time(void **state)
{
	assert_found("start,end,event\n2026-05-09,,late\n2026-05-01,2026-05-31,long\n"
	             "2026-05-01,2026-05-02,short\n2026-05-01,2026-05-02,short too\n",
	    "2026-05-01", "2026-05-31", 0, 0,
	    "2026-05-01/2026-05-02=short 2026-05-01/2026-05-02=short too "
	    "2026-05-01/2026-05-31=long "
	    "2026-05-09=late");
	(void)state;
}

static void
only_short_events_tighten(void **state)
{
	struct loaded l = case_parse(HEAD "2026-05-09,,day,,,day,,,,\n"
	                                  "2026-05-04,,week,,,week,,,,\n"
	                                  "2026-05-04,2026-05-10,range,,,seven days,,,,\n"
	                                  "2026-05-03,2026-05-10,range,,,eight days,,,,\n"
	                                  "2026-05-01,,month,,,month,,,,\n"
	                                  "2026-01-01,,year,,,year,,,,\n"
	                                  "2026-05-08,ongoing,range,,,open,,,,\n");
	struct calendar_query query = {
	    .first = case_day("2026-05-09"), .last = case_day("2026-05-09"), .after = 1};
	struct calendar_hit *hits;
	struct buf got = BUF_EMPTY;
	size_t n, i;

	(void)state;
	assert_int_equal(calendar_find(&l.calendar, 1, &query, &hits), 7);
	free(hits);
	query.tightening_only = true;
	n = calendar_find(&l.calendar, 1, &query, &hits);
	for (i = 0; i < n; i++) {
		assert_true(calendar_tightens(hits[i].event));
		buf_printf(&got, "%s,", hits[i].event->title);
	}
	assert_string_equal(buf_str(&got), "week,seven days,open,day,");
	free(hits);
	buf_free(&got);
	case_done(&l);
}

static void
several_calendars_are_searched_together(void **state)
{
	struct loaded a = case_parse("start,event\n2026-05-09,a\n"),
	              b = case_parse("start,event\n2026-05-08,b\n2026-05-09,c\n");
	const struct calendar both[] = {a.calendar, b.calendar};
	const struct calendar_query query = {
	    .first = case_day("2026-05-08"), .last = case_day("2026-05-09")};
	struct calendar_hit *hits;

	(void)state;
	assert_int_equal(calendar_find(both, 2, &query, &hits), 3);
	assert_string_equal(hits[0].event->title, "b");
	assert_string_equal(hits[1].event->title, "a");
	assert_ptr_equal(hits[1].calendar, &both[0]);
	assert_string_equal(hits[2].event->title, "c");
	free(hits);
	assert_int_equal(calendar_find(NULL, 0, &query, &hits), 0);
	assert_null(hits);
	case_done(&a);
	case_done(&b);
}

/* ---- What ships ----------------------------------------------------------------------------- */

static void
the_built_in_calendars_are_clean(void **state)
{
	struct loaded l;
	size_t i;

	(void)state;
	for (i = 0; i < calendar_nbuiltins; i++) {
		l = case_load(calendar_builtins[i].name);
		assert_string_equal(buf_str(&l.said), "");
		assert_int_equal(l.rc, 0);
		assert_string_equal(l.calendar.name, calendar_builtins[i].name);
		case_done(&l);
	}
}

static void
kazakhstan_has_its_days_every_year(void **state)
{
	static const struct {
		const char *day;
		size_t least;
	} days[] = {{"2026-12-16", 3}, {"2031-12-16", 3}, {"2027-01-04", 1}, {"2027-01-05", 1}};
	struct loaded l = case_load("kz");
	struct calendar_query query = {.tightening_only = true};
	struct calendar_hit *hits;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
		query.first = query.last = case_day(days[i].day);
		assert_true(calendar_find(&l.calendar, 1, &query, &hits) >= days[i].least);
		free(hits);
	}
	query.first = query.last = case_day("2027-02-10");
	assert_int_equal(calendar_find(&l.calendar, 1, &query, &hits), 0);
	case_done(&l);
}

/* The reference lies beside the tree, where it is there at all. */
static char *
read_reference(void)
{
	static const char *const places[] = {"..", "../.."};
	struct buf data = BUF_EMPTY;
	FILE *in = NULL;
	size_t i, n;

	for (i = 0; i < 2 && in == NULL; i++) {
		char *path =
		    xasprintf("%s/%s/shared/reference/events.tsv", getenv("top_srcdir"), places[i]);

		in = fopen(path, "r");
		if (in == NULL)
			print_message("# %s is not there\n", path);
		free(path);
	}
	if (in == NULL)
		return NULL;
	do {
		n = fread(buf_room(&data, 4096), 1, 4096, in);
		data.len += n;
	} while (n > 0);
	*buf_room(&data, 0) = '\0';
	fclose(in);
	return buf_steal(&data);
}

enum {
	REF_START,
	REF_END,
	REF_PRECISION,
	REF_TYPE,
	REF_PLACE,
	REF_TEXT,
	REF_TARGETS,
	REF_FILE,
	REF_QUOTE,
	NREF
};

static bool
is_reference(const struct calendar_event *event, char **row)
{
	char *const end = row[REF_END];

	return !event->yearly && event->first == case_day(row[REF_START]) &&
	       event->open == (*end == '\0') && (event->open || event->last == case_day(end)) &&
	       strcmp(calendar_precision_name(event->precision), row[REF_PRECISION]) == 0 &&
	       strcmp(event->type, row[REF_TYPE]) == 0 &&
	       strcmp(event->place, row[REF_PLACE]) == 0 &&
	       strcmp(event->targets, row[REF_TARGETS]) == 0;
}

static void
kazakhstan_has_every_event_of_the_reference(void **state)
{
	char *text = read_reference(), *rest = text, *line, *row[NREF];
	struct loaded l;
	size_t rows = 0, i;
	bool *used;

	(void)state;
	if (text == NULL)
		skip();
	l = case_load("kz");
	used = xcalloc(l.calendar.n, sizeof(*used));
	assert_non_null(strsep(&rest, "\n")); /* the header */
	while ((line = strsep(&rest, "\n")) != NULL && *line != '\0') {
		for (i = 0; i < NREF; i++)
			assert_non_null(row[i] = strsep(&line, "\t"));
		for (i = 0; i < l.calendar.n; i++)
			if (!used[i] && is_reference(&l.calendar.events[i], row))
				break;
		if (i == l.calendar.n)
			fail_msg("not in kz.csv: %s %s %s", row[REF_START], row[REF_PRECISION],
			    row[REF_TEXT]);
		used[i] = true;
		rows++;
		/* Facts only: neither the reports' sentences nor the files they came in. */
		for (i = 0; i < l.calendar.n; i++) {
			assert_null(strstr(l.calendar.events[i].title, row[REF_QUOTE]));
			assert_null(strstr(l.calendar.events[i].source, row[REF_FILE]));
		}
	}
	assert_true(rows > 70);
	free(used);
	free(text);
	case_done(&l);
}

static void
what_cannot_be_read_is_told_apart_from_bad_lines(void **state)
{
	struct loaded l = case_load("no-such-calendar");

	(void)state;
	assert_int_equal(l.rc, -2);
	assert_string_equal(buf_str(&l.said),
	    "0! cannot read the calendar: No such file or directory "
	    "(nor is it a built-in calendar: netvane calendars list)\n");
	case_done(&l);
}

static void
a_hundred_thousand_rows_load(void **state)
{
	struct buf text = BUF_EMPTY;
	char day[DAY_TEXT_SIZE];
	struct loaded l;
	int i;

	(void)state;
	buf_puts(&text, HEAD);
	for (i = 0; i < 100000; i++)
		buf_printf(&text, "%s,,day,protest,Almaty,\"rally, %d\",,me,,\n",
		    day_text(15000 + i % 1000, day), i);
	buf_printf(&text, "%s,,day,protest,Almaty,\"rally, 77\",,you,,\n", day_text(15077, day));
	l = case_parse_bytes("many.csv", buf_str(&text), text.len, 0);
	assert_int_equal(l.calendar.n, 100000);
	assert_string_equal(buf_str(&l.said), "100002? the same event as on line 79, left out\n");
	case_done(&l);
	buf_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_day_from_year_1_to_9999_has_its_date),
	    cmocka_unit_test(a_day_is_read_only_when_it_exists),
	    cmocka_unit_test(a_time_has_its_day_where_the_clock_hangs),
	    cmocka_unit_test(days_of_other_programs_are_read),
	    cmocka_unit_test(every_column_is_kept),
	    cmocka_unit_test(columns_come_in_any_order_and_most_may_lack),
	    cmocka_unit_test(an_end_that_lacks_is_that_of_the_precision),
	    cmocka_unit_test(without_precision_it_is_a_day_or_a_range),
	    cmocka_unit_test(an_unknown_end_leaves_the_event_open),
	    cmocka_unit_test(every_bad_line_is_named),
	    cmocka_unit_test(a_stray_quotation_mark_costs_one_row),
	    cmocka_unit_test(what_is_no_calendar_is_named),
	    cmocka_unit_test(duplicates_are_left_out_counted_and_noted),
	    cmocka_unit_test(skip_bad_goes_on_and_counts),
	    cmocka_unit_test(keepiton_data_are_read),
	    cmocka_unit_test(an_acled_export_is_read),
	    cmocka_unit_test(an_event_touches_its_days_and_no_others),
	    cmocka_unit_test(a_margin_widens_it_before_and_after),
	    cmocka_unit_test(a_yearly_event_comes_every_year_from_its_first_on),
	    cmocka_unit_test(margins_and_lengths_reach_over_new_year),
	    cmocka_unit_test(a_leap_day_comes_on_the_28th_in_other_years),
	    cmocka_unit_test(days_before_1970_and_the_end_of_time_are_no_trouble),
	    cmocka_unit_test(what_is_found_comes_in_the_order_of_time),
	    cmocka_unit_test(only_short_events_tighten),
	    cmocka_unit_test(several_calendars_are_searched_together),
	    cmocka_unit_test(the_built_in_calendars_are_clean),
	    cmocka_unit_test(kazakhstan_has_its_days_every_year),
	    cmocka_unit_test(kazakhstan_has_every_event_of_the_reference),
	    cmocka_unit_test(what_cannot_be_read_is_told_apart_from_bad_lines),
	    cmocka_unit_test(a_hundred_thousand_rows_load),
	};
	char *dir;

	if (getenv("top_srcdir") == NULL)
		setenv("top_srcdir", getenv("srcdir") != NULL ? getenv("srcdir") : ".", 1);
	dir = xasprintf("%s/targets", getenv("top_srcdir"));
	setenv("NETVANE_DATADIR", dir, 1);
	free(dir);
	return cmocka_run_group_tests_name("calendar", tests, NULL, NULL);
}
