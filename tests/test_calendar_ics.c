/* What iCalendar files come to: their days, and no trouble, whatever is in them. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "targets/day.h"
#include "targets/recurrence.h"
#include "tests/calendar_case.h"

#define BEGIN "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"
#define END "END:VCALENDAR\r\n"
#define EVENT(lines) "BEGIN:VEVENT\r\n" lines "SUMMARY:a\r\nEND:VEVENT\r\n"
#define ONE(lines)         \
	BEGIN EVENT(lines) \
	END

static void
every_property_is_kept(void **state)
{
	struct loaded l = case_parse(
	    BEGIN "BEGIN:VTIMEZONE\r\nTZID:X\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
	          "RRULE:FREQ=SECONDLY\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
	          "BEGIN:VEVENT\r\n"
	          "UID:1\r\n"
	          "dtstart;TZID=\"a:b;c\":20261216T103000\r\n"
	          "SUMMARY;LANGUAGE=en:Rally\\, first\\; and \r\n"
	          " \\\\\xd0\r\n"
	          " \xa8\\Nx\r\n"
	          "LOCATION:Almaty\r\n"
	          "DESCRIPTION:at ten\r\n"
	          "CATEGORIES:protest,planned\r\n"
	          "URL:https://a.example/?x=1\r\n"
	          "BEGIN:VALARM\r\nDTSTART:20200101\r\nDESCRIPTION:alarm\r\nEND:VALARM\r\n"
	          "END:VEVENT\r\n" END);
	const struct calendar_event *e = &l.calendar.events[0];

	(void)state;
	assert_string_equal(buf_str(&l.said), "");
	assert_int_equal(l.calendar.n, 1);
	assert_int_equal(e->first, case_day("2026-12-16"));
	assert_int_equal(e->last, e->first);
	assert_int_equal(e->precision, CALENDAR_DAY);
	assert_false(e->yearly);
	assert_string_equal(e->title, "Rally, first; and \\\xd0\xa8\nx");
	assert_string_equal(e->place, "Almaty");
	assert_string_equal(e->notes, "at ten");
	assert_string_equal(e->type, "protest,planned");
	assert_string_equal(e->source, "https://a.example/?x=1");
	assert_int_equal(e->line, 10);
	case_done(&l);
}

static void
the_end_is_not_part_of_it(void **state)
{
	(void)state;
	assert_days(ONE("DTSTART;VALUE=DATE:20261216\r\n"), "2026-12-16");
	assert_days(
	    ONE("DTSTART;VALUE=DATE:20261216\r\nDTEND;VALUE=DATE:20261217\r\n"), "2026-12-16");
	assert_days(ONE("DTSTART;VALUE=DATE:20261216\r\nDTEND;VALUE=DATE:20261219\r\n"),
	    "2026-12-16/2026-12-18");
	assert_days(
	    ONE("DTSTART;VALUE=DATE:20261216\r\nDTEND;VALUE=DATE:20261216\r\n"), "2026-12-16");
	assert_days(ONE("DTSTART:20261216T220000Z\r\nDTEND:20261217T000000Z\r\n"), "2026-12-16");
	assert_days(
	    ONE("DTSTART:20261216T220000Z\r\nDTEND:20261217T000001Z\r\n"), "2026-12-16/2026-12-17");
	assert_days(ONE("DTSTART:20261216T220000\r\nDURATION:PT2H\r\n"), "2026-12-16");
	assert_days(ONE("DTSTART:20261216T220000\r\nDURATION:PT2H1S\r\n"), "2026-12-16/2026-12-17");
	assert_days(
	    ONE("DTSTART;VALUE=DATE:20261216\r\nDURATION:P1W\r\n"), "2026-12-16/2026-12-22");
	assert_days(
	    ONE("DTSTART;VALUE=DATE:20261216\r\nDURATION:P1DT1H\r\n"), "2026-12-16/2026-12-17");
}

static void
rules_are_spelled_out_within_the_span(void **state)
{
	(void)state;
	assert_days(ONE("DTSTART;VALUE=DATE:20111216\r\nRRULE:FREQ=YEARLY\r\n"),
	    "2024-12-16 2025-12-16 2026-12-16 2027-12-16");
	assert_days(
	    ONE("DTSTART;VALUE=DATE:20261216\r\nRRULE:FREQ=YEARLY\r\n"), "2026-12-16 2027-12-16");
	assert_days(ONE("DTSTART;VALUE=DATE:20240229\r\nRRULE:FREQ=YEARLY\r\n"), "2024-02-29");
	assert_days(ONE("DTSTART:20261216T100000\r\nRRULE:FREQ=DAILY;COUNT=3\r\n"),
	    "2026-12-16 2026-12-17 2026-12-18");
	assert_days(ONE("DTSTART:20231230T100000\r\nRRULE:FREQ=DAILY;COUNT=3\r\n"), "2024-01-01");
	assert_days(
	    ONE("DTSTART:20261201T100000\r\nRRULE:FREQ=WEEKLY;BYDAY=TU,TH;UNTIL=20261210\r\n"),
	    "2026-12-01 2026-12-03 2026-12-08");
	assert_days(ONE("DTSTART:20270831T100000\r\nRRULE:FREQ=MONTHLY\r\n"),
	    "2027-08-31 2027-10-31 2027-12-31");
	assert_days(ONE("DTSTART:20270801T100000\r\nRRULE:FREQ=MONTHLY;BYDAY=-1SU\r\n"),
	    "2027-08-29 2027-09-26 2027-10-31 2027-11-28 2027-12-26");
	assert_days(ONE("DTSTART:20240113T100000\r\nRRULE:FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR\r\n"),
	    "2024-09-13 2024-12-13 2025-06-13 2026-02-13 2026-03-13 2026-11-13 2027-08-13");
	/* It began before the span and lasts into it. */
	assert_days(ONE("DTSTART;VALUE=DATE:20221231\r\nDTEND;VALUE=DATE:20230103\r\n"
	                "RRULE:FREQ=YEARLY;COUNT=2\r\n"),
	    "2023-12-31/2024-01-02");
}

static void
a_rule_without_a_day_in_the_span_is_no_mistake(void **state)
{
	(void)state;
	assert_days(ONE("DTSTART;VALUE=DATE:20111216\r\nRRULE:FREQ=YEARLY;COUNT=2\r\n"), "");
	assert_days(ONE("DTSTART;VALUE=DATE:20301216\r\nRRULE:FREQ=YEARLY\r\n"), "");
}

static void
days_are_taken_out_and_put_in(void **state)
{
	(void)state;
	assert_days(ONE("DTSTART:20261216T100000\r\nRRULE:FREQ=DAILY;COUNT=5\r\n"
	                "EXDATE:20261217T100000,20261218T100000\r\nEXDATE;VALUE=DATE:20261220\r\n"),
	    "2026-12-16 2026-12-19");
	assert_days(ONE("DTSTART;VALUE=DATE:20261216\r\n"
	                "RDATE;VALUE=DATE:20261220,20300101\r\nRDATE;VALUE=PERIOD:20261222T100000Z/"
	                "PT1H\r\n"),
	    "2026-12-16 2026-12-20 2026-12-22");
}

static void
one_time_of_many_may_be_moved_or_cancelled(void **state)
{
	struct loaded l = case_parse(BEGIN
	    "BEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261201T100000\r\nRRULE:FREQ=DAILY;COUNT=4\r\n"
	    "SUMMARY:each\r\nEND:VEVENT\r\n"
	    "BEGIN:VEVENT\r\nUID:1\r\nRECURRENCE-ID:20261202T100000\r\nDTSTART:20261205T100000\r\n"
	    "SUMMARY:moved\r\nEND:VEVENT\r\n"
	    "BEGIN:VEVENT\r\nUID:1\r\nRECURRENCE-ID:20261203T100000\r\nDTSTART:20261203T100000\r\n"
	    "STATUS:CANCELLED\r\nSUMMARY:not\r\nEND:VEVENT\r\n"
	    "BEGIN:VEVENT\r\nUID:2\r\nDTSTART:20261202T100000\r\nSUMMARY:other\r\nEND:"
	    "VEVENT\r\n" END);
	struct buf got = BUF_EMPTY;
	size_t i;

	(void)state;
	for (i = 0; i < l.calendar.n; i++) {
		case_days(&got, l.calendar.events[i].first, l.calendar.events[i].last);
		buf_printf(&got, "=%s", l.calendar.events[i].title);
	}
	assert_string_equal(
	    buf_str(&got), "2026-12-01=each 2026-12-04=each 2026-12-05=moved 2026-12-02=other");
	assert_string_equal(buf_str(&l.said), "15? a cancelled event, left out\n");
	assert_int_equal(l.calendar.undated, 1);
	assert_int_equal(l.rc, 0);
	buf_free(&got);
	case_done(&l);
}

static void
every_bad_event_is_named(void **state)
{
	static const struct {
		const char *text, *said;
	} cases[] = {
	    {ONE(""), "3! an event without DTSTART\n"},
	    {ONE("DTSTART:20260230\r\n"), "3! DTSTART is no date or time\n"},
	    {ONE("DTSTART:20260201T250000\r\n"), "3! DTSTART is no date or time\n"},
	    {ONE("DTSTART:20260201x\r\n"), "3! DTSTART is no date or time\n"},
	    {ONE("DTSTART:20260201\r\nDTEND:x\r\n"), "3! DTEND is no date or time\n"},
	    {ONE("DTSTART:20260205\r\nDTEND:20260201\r\n"), "3! it ends before it begins\n"},
	    {ONE("DTSTART:20260205\r\nDURATION:P\r\n"),
	        "3! DURATION cannot be read, or is longer than ten years\n"},
	    {ONE("DTSTART:20260205\r\nDURATION:-P1D\r\n"),
	        "3! DURATION cannot be read, or is longer than ten years\n"},
	    {ONE("DTSTART:20260205\r\nDURATION:P99999999999999999999W\r\n"),
	        "3! DURATION cannot be read, or is longer than ten years\n"},
	    {ONE("DTSTART:20260205\r\nno property\r\n"), "3! no \"NAME:value\"\n"},
	    {ONE("DTSTART:20260205\r\nX-A;B=\"c:d\r\n"), "3! no \"NAME:value\"\n"},
	    {ONE("DTSTART:20260205\r\nX-A:\xff\r\n"), "3! not UTF-8 (save the file as UTF-8)\n"},
	    {ONE("DTSTART:20260205\r\nEXDATE:20260205,x\r\n"),
	        "3! EXDATE or RDATE is no list of days\n"},
	    {ONE("DTSTART:20260205\r\nRRULE:FREQ=DAILY\r\nRRULE:FREQ=DAILY\r\n"),
	        "3! more than one RRULE\n"},
	    {ONE("DTSTART:20260205\r\nEXRULE:FREQ=DAILY\r\n"), "3! EXRULE is not supported\n"},
	    {BEGIN "BEGIN:VEVENT\r\nDTSTART:20260205\r\n", "3! BEGIN:VEVENT without its END\n"},
	    {BEGIN EVENT("DTSTART:20260205\r\n"), "6! the file ends before END:VCALENDAR\n"},
	    {BEGIN "nonsense\r\n" END, "3! no \"NAME:value\"\n"},
	    {BEGIN END, "3! no event days in this calendar\n"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_says(cases[i].text, cases[i].said);
}

/* Runs it with stderr in a file: libical complains there, where it is not kept from it. */
static void
assert_says_quietly(const char *text, const char *said)
{
	FILE *noise = tmpfile();
	int saved = dup(STDERR_FILENO);
	struct loaded l;

	fflush(stderr);
	dup2(fileno(noise), STDERR_FILENO);
	l = case_parse(text);
	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	close(saved);
	assert_string_equal(buf_str(&l.said), said);
	assert_int_equal(lseek(fileno(noise), 0, SEEK_END), 0);
	fclose(noise);
	case_done(&l);
}

static void
rules_made_to_hurt_are_refused_quietly(void **state)
{
	static const struct {
		const char *rule, *said;
	} cases[] = {
	    {"", "RRULE cannot be read"},
	    {"FREQ=", "RRULE cannot be read"},
	    {"FREQ=NEVER", "RRULE cannot be read"},
	    {"FREQ=DAILY;X=Y", "RRULE cannot be read"},
	    {"FREQ=DAILY;COUNT=0", "RRULE cannot be read"},
	    {"FREQ=DAILY;BYMONTHDAY=32", "RRULE cannot be read"},
	    {"FREQ=DAILY;UNTIL=x", "RRULE cannot be read"},
	    {"FREQ=SECONDLY", "RRULE repeats within a day"},
	    {"FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30", "RRULE repeats within a day"},
	    {"FREQ=HOURLY", "RRULE repeats within a day"},
	    {"FREQ=DAILY;INTERVAL=1001", "RRULE has an INTERVAL of more than 1000"},
	    {"FREQ=DAILY;BYHOUR=1,2", "RRULE repeats within a day"},
	    {"FREQ=YEARLY;BYSECOND=1,2,3", "RRULE repeats within a day"},
	    {"RSCALE=CHINESE;FREQ=YEARLY", "RRULE has RSCALE or SKIP, which are not supported"},
	    {"FREQ=YEARLY;skip=FORWARD", "RRULE has RSCALE or SKIP, which are not supported"},
	    {"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "RRULE names no day that comes"},
	};
	char *text, *said;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		text = xasprintf(BEGIN
		    "BEGIN:VEVENT\r\nDTSTART:20240101T100000\r\nRRULE:%s\r\nEND:VEVENT\r\n" END,
		    cases[i].rule);
		said = xasprintf("3! %s\n", cases[i].said);
		assert_says_quietly(text, said);
		free(text);
		free(said);
	}
	assert_says_quietly(ONE("DTSTART:18991231\r\nRRULE:FREQ=DAILY\r\n"),
	    "3! RRULE begins before 1900 or after 2200\n");
}

/* The most that a rule may say, over and over; no more than this many are looked at. */
static void
many_rules_do_not_hold_it_up(void **state)
{
	struct buf text = BUF_EMPTY;
	struct loaded l;
	size_t i;

	(void)state;
	buf_puts(&text, BEGIN);
	for (i = 0; i < 10; i++)
		buf_puts(&text,
		    EVENT("DTSTART:20240101\r\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\r\n"));
	for (i = 0; i < 300; i++)
		buf_puts(&text, EVENT("DTSTART:20240101\r\nRRULE:FREQ=YEARLY\r\n"));
	buf_puts(&text, END);
	l = case_parse_bytes("many.ics", buf_str(&text), text.len, 0);
	assert_non_null(strstr(buf_str(&l.said), "3! RRULE names no day that comes\n"));
	assert_non_null(
	    strstr(buf_str(&l.said), "18! too many events whose RRULE names no day that comes\n"));
	assert_non_null(strstr(buf_str(&l.said), "! more than 256 events that repeat\n"));
	assert_int_equal(l.calendar.bad, 310);
	case_done(&l);
	buf_free(&text);
}

static void
a_hundred_thousand_events_load(void **state)
{
	struct buf text = BUF_EMPTY;
	char day[DAY_TEXT_SIZE];
	struct loaded l;
	struct date date;
	int i;

	(void)state;
	buf_puts(&text, BEGIN "BEGIN:VEVENT\r\nUID:u\r\nSUMMARY:a\r\nDTSTART:20240101\r\n"
	                      "RRULE:FREQ=DAILY\r\nEXDATE:20240102");
	for (i = 0; i < 5000; i++)
		buf_puts(&text, ",20240103");
	buf_puts(&text, "\r\nEND:VEVENT\r\n");
	for (i = 0; i < 80000; i++) {
		date = day_date(20000 + i % 1000);
		snprintf(day, sizeof(day), "%04d%02d%02d", date.year % 10000, date.month % 100,
		    date.day % 100);
		buf_printf(&text,
		    "BEGIN:VEVENT\r\nUID:u%d\r\nRECURRENCE-ID:%s\r\nDTSTART:%s\r\nSUMMARY:%d\r\n"
		    "END:VEVENT\r\n",
		    i, day, day, i);
	}
	buf_puts(&text, END);
	l = case_parse_bytes("many.ics", buf_str(&text), text.len, 0);
	assert_string_equal(buf_str(&l.said), "");
	/* Four years but for two days, and the rest. */
	assert_int_equal(l.calendar.n, 1461 - 2 + 80000);
	case_done(&l);
	buf_free(&text);
}

static void
what_is_too_large_is_refused(void **state)
{
	struct buf text = BUF_EMPTY;
	struct loaded l;
	size_t i;

	(void)state;
	buf_puts(&text, BEGIN "BEGIN:VEVENT\r\nDTSTART:20260101\r\nSUMMARY:");
	for (i = 0; i < 5000; i++)
		buf_puts(&text, "fifteen letters\r\n ");
	buf_puts(&text, "\r\nEND:VEVENT\r\n" END);
	l = case_parse_bytes("long.ics", buf_str(&text), text.len, 0);
	assert_string_equal(buf_str(&l.said), "3! a line longer than 64 KiB\n");
	case_done(&l);
	for (i = 0; i < 500000; i++)
		buf_puts(&text, "X-FILLER:fifteen\r\n");
	l = case_parse_bytes("large.ics", buf_str(&text), text.len, 0);
	assert_string_equal(buf_str(&l.said), "1! an iCalendar file larger than 8 MiB\n");
	case_done(&l);
	buf_free(&text);
}

static void
it_is_told_by_its_content(void **state)
{
	static const char text[] = ONE("DTSTART:20261216\r\n");
	struct loaded l = case_parse_bytes("a/calendar.csv", text, sizeof(text) - 1, 0);

	(void)state;
	assert_int_equal(l.calendar.n, 1);
	assert_string_equal(l.calendar.name, "calendar");
	case_done(&l);
	/* Also with a byte order mark, and with other line endings. */
	assert_days("\xef\xbb\xbf"
	            "begin:vcalendar\nBEGIN:VEVENT\nDTSTART:20261216\nSUMMARY:a\nEND:"
	            "VEVENT\nEND:VCALENDAR",
	    "2026-12-16");
}

/* Jumping to the span must give what walking there gives. */
static void
the_span_cuts_out_of_the_whole(void **state)
{
	static const char *const rules[] = {"FREQ=DAILY;INTERVAL=5", "FREQ=WEEKLY;INTERVAL=3",
	    "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE,SU;WKST=SU",
	    "FREQ=MONTHLY;INTERVAL=5;BYMONTHDAY=-1", "FREQ=MONTHLY;BYDAY=2TU,-1FR",
	    "FREQ=MONTHLY;BYDAY=MO,TU,WE;BYSETPOS=-1", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
	    "FREQ=YEARLY;BYYEARDAY=1,-1", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO",
	    "FREQ=DAILY;BYMONTH=5;BYMONTHDAY=9"};
	const int32_t begin = case_day("2011-03-15"), from = case_day("2024-05-09"),
	              until = case_day("2028-12-31");
	int32_t *all, *some;
	size_t nall, nsome, i, k;
	bool slow;

	(void)state;
	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		const struct recurrence r = {rules[i], begin, 36000};

		assert_null(recurrence_days(&r, begin, until, &all, &nall, &slow));
		assert_null(recurrence_days(&r, from, until, &some, &nsome, &slow));
		for (k = 0; k < nall && all[k] < from; k++)
			;
		assert_true(k > 0 && k < nall);
		assert_int_equal(nsome, nall - k);
		assert_memory_equal(some, all + k, nsome * sizeof(*some));
		free(all);
		free(some);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_property_is_kept),
	    cmocka_unit_test(the_end_is_not_part_of_it),
	    cmocka_unit_test(rules_are_spelled_out_within_the_span),
	    cmocka_unit_test(a_rule_without_a_day_in_the_span_is_no_mistake),
	    cmocka_unit_test(days_are_taken_out_and_put_in),
	    cmocka_unit_test(one_time_of_many_may_be_moved_or_cancelled),
	    cmocka_unit_test(every_bad_event_is_named),
	    cmocka_unit_test(rules_made_to_hurt_are_refused_quietly),
	    cmocka_unit_test(many_rules_do_not_hold_it_up),
	    cmocka_unit_test(a_hundred_thousand_events_load),
	    cmocka_unit_test(what_is_too_large_is_refused),
	    cmocka_unit_test(it_is_told_by_its_content),
	    cmocka_unit_test(the_span_cuts_out_of_the_whole),
	};

	return cmocka_run_group_tests_name("calendar_ics", tests, NULL, NULL);
}
