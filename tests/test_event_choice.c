/* analysis/event_choice.h: which events days are compared with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "analysis/event_choice.h"
#include "targets/calendar.h"
#include "targets/day.h"

static const char csv[] = "start,end,precision,type,event,repeat\n"
			  "2026-01-05,,day,protest,single,\n"
			  "2026-01-10,2026-01-16,range,protest,a week long,\n"
			  "2026-01-20,2026-01-27,range,protest,longer,\n"
			  "2026-02-01,2026-02-28,month,protest,some day,\n"
			  "2026-03-02,2026-03-08,week,protest,some day,\n"
			  "2026-03-12,2026-03-14,approx,protest,about,\n"
			  "2026-01-01,2026-12-31,year,law,some day,\n"
			  "2026-01-01,2026-12-31,recurring,degraded,again and again,\n"
			  "2026-01-05,,day,service_block,on that day,\n"
			  "2026-05-09,,day,holiday,holiday,yearly\n"
			  "2029-01-05,,day,protest,later,\n";

static void
complain(const char *file, int line, bool fatal, const char *message, void *arg)
{
	(void)arg;
	print_error("%s:%d: %s (%d)\n", file, line, message, fatal);
}

static void
choose(const char *const *types, size_t ntypes, struct event_choice *choice)
{
	const struct calendar_span span = {day_of((struct date){2020, 1, 1}),
	    day_of((struct date){2030, 1, 1})};
	const struct event_wish wish = {.first = day_of((struct date){2026, 1, 1}),
	    .last = day_of((struct date){2027, 6, 1}), .types = types, .ntypes = ntypes};
	struct calendar calendar;

	assert_int_equal(calendar_parse("test", csv, strlen(csv), span, 0, complain, NULL, &calendar),
	    0);
	event_choose(&calendar, 1, &wish, choice);
	calendar_clear(&calendar);
}

static void
events_known_to_the_day_are_used(void **state)
{
	struct event_choice choice;
	char text[DAY_TEXT_SIZE];

	(void)state;
	choose(NULL, 0, &choice);
	assert_int_equal(choice.n, 4);
	assert_int_equal(choice.apart[APART_NOT], 4);
	assert_string_equal(day_text(choice.spans[0].first, text), "2026-01-05");
	assert_string_equal(day_text(choice.spans[1].last, text), "2026-01-16");
	assert_string_equal(day_text(choice.spans[2].first, text), "2026-05-09");
	assert_string_equal(day_text(choice.spans[3].first, text), "2027-05-09"); /* every year */
	event_choice_clear(&choice);
}

static void
what_is_not_known_to_the_day_is_set_apart(void **state)
{
	struct event_choice choice;

	(void)state;
	choose(NULL, 0, &choice);
	assert_int_equal(choice.apart[APART_LONG], 1);
	assert_int_equal(choice.apart[APART_MONTH], 1);
	assert_int_equal(choice.apart[APART_WEEK], 1);
	assert_int_equal(choice.apart[APART_APPROX], 1);
	assert_int_equal(choice.apart[APART_YEAR], 1);
	assert_int_equal(choice.apart[APART_TYPE], 0);
	event_choice_clear(&choice);
}

static void
blocking_is_not_compared_with_blocking_unless_asked_for(void **state)
{
	static const char *const types[] = {"Service_Block", "holiday"};
	struct event_choice choice;

	(void)state;
	choose(NULL, 0, &choice);
	assert_int_equal(choice.apart[APART_NETWORK], 2);
	event_choice_clear(&choice);
	choose(types, 2, &choice);
	assert_int_equal(choice.n, 3);
	assert_int_equal(choice.apart[APART_NETWORK], 0);
	assert_int_equal(choice.apart[APART_TYPE], 8);
	event_choice_clear(&choice);
	assert_true(event_type_is_network("shutdown"));
	assert_true(event_type_is_network("interception_mandate"));
	assert_true(event_type_is_network("Throttling"));
	assert_false(event_type_is_network("protest"));
	assert_false(event_type_is_network(""));
}

static void
every_reason_has_words(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < APART_MAX; i++) {
		assert_non_null(event_apart_name((enum event_apart)i));
		assert_true(i == APART_NOT || event_apart_words((enum event_apart)i) != NULL);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(events_known_to_the_day_are_used),
	    cmocka_unit_test(what_is_not_known_to_the_day_is_set_apart),
	    cmocka_unit_test(blocking_is_not_compared_with_blocking_unless_asked_for),
	    cmocka_unit_test(every_reason_has_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
