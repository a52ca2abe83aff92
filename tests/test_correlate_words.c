/* analysis/correlate_words.h: the sentence that comes first, and what is said beside it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "analysis/correlate_words.h"
#include "analysis/event_choice.h"
#include "base/buf.h"
#include "base/mem.h"
#include "tests/correlate_lab.h"

/* All that is said of a record. */
struct said {
	struct buf verdict, note, method;
	char caveats[4096];
};

static void
say(const struct lab *lab, int tolerance, struct said *said)
{
	const struct correlate_question question = {
	    .tolerance = tolerance, .seed = 42, .permutations = 999};
	struct event_choice choice = {.n = lab->nevents, .apart = {[APART_MONTH] = 2}};
	struct correlate_answer *answer = lab_ask(lab, tolerance, 999);
	const struct correlate_report report = {.question = &question, .answer = answer,
	    .choice = &choice, .zones = "Asia/Almaty", .calendars = "kz", .placeless = 3};
	struct arena *arena = arena_new();
	const char **caveat;

	*said = (struct said){.verdict = BUF_EMPTY};
	correlate_verdict(&report, &said->verdict);
	correlate_method(&report, &said->method);
	correlate_note(&answer->rows[0], &said->note);
	for (caveat = correlate_caveats(&report, arena); *caveat != NULL; caveat++) {
		assert_true(strlen(said->caveats) + strlen(*caveat) + 2 < sizeof(said->caveats));
		strcat(strcat(said->caveats, *caveat), "\n");
	}
	arena_free(arena);
	correlate_free(answer);
}

static void
said_clear(struct said *said)
{
	buf_free(&said->verdict);
	buf_free(&said->note);
	buf_free(&said->method);
}

static void
assert_begins(const struct said *said, const char *wanted)
{
	char *begin = xstrndup(buf_str(&said->verdict), strlen(wanted));

	assert_string_equal(begin, wanted);
	free(begin);
}

static void
assert_verdict(const struct lab *lab, int tolerance, const char *wanted)
{
	struct said said;

	say(lab, tolerance, &said);
	assert_string_equal(buf_str(&said.verdict), wanted);
	said_clear(&said);
}

static void
init_events(struct lab *lab, size_t ndays)
{
	size_t day;

	lab_init(lab, ndays, 1);
	for (day = 20; day < ndays - 4; day += 33)
		lab_add_event(lab, day, day);
}

static void
what_goes_with_events_is_said_with_its_numbers(void **state)
{
	struct lab lab;
	struct said said;

	(void)state;
	init_events(&lab, 364);
	lab_plant(&lab, 1);
	say(&lab, 1, &said);
	assert_begins(&said,
	    "Blocking goes with the events: 11 of 33 days near an event were bad (33 %), and 0 of 331 "
	    "others (0 %); chance alone seldom does as much (p = 0.00");
	assert_string_equal(buf_str(&said.note), "");
	assert_non_null(strstr(said.caveats, "It does not say that the events were the cause."));
	assert_non_null(strstr(said.caveats, "Event days in the period: 11; measured: 11, in spells: 11."));
	assert_non_null(strstr(said.caveats, "Set apart: 2 known to the month only."));
	assert_non_null(strstr(said.caveats, "Tests over which q is taken: 1."));
	assert_non_null(strstr(said.caveats, "3 measurements of unknown country"));
	assert_non_null(strstr(buf_str(&said.method),
	    "; seed 42; 999 random shifts by whole weeks; an event counts 1 day either way; days of "
	    "Asia/Almaty; events: kz"));
	said_clear(&said);
}

static void
chance_is_called_chance(void **state)
{
	struct lab lab;
	struct said said;
	size_t i;

	(void)state;
	init_events(&lab, 364);
	for (i = 0; i < 364; i += 10)
		lab_set_bad(&lab, i, 24);
	say(&lab, 0, &said);
	assert_begins(&said, "No sign that blocking goes with the events: ");
	assert_non_null(strstr(buf_str(&said.verdict), "chance alone often does as much (p = 0."));
	said_clear(&said);
}

static void
what_is_doubted_is_said_with_the_reason(void **state)
{
	struct lab lab;
	struct said said;
	size_t day, i;

	(void)state;
	init_events(&lab, 364);
	for (day = 20; day < 360; day += 33)
		for (i = day - 5; i <= day + 1; i++)
			lab_set_bad(&lab, i, 24);
	say(&lab, 1, &said);
	assert_begins(&said,
	    "Blocking is more frequent near the events, but it cannot be laid to them: the week before "
	    "them was as bad already. 33 of 33 days near an event were bad (100 %), and 44 of 331 others "
	    "(13 %)");
	assert_string_equal(buf_str(&said.note), "bad before, too");
	said_clear(&said);
}

static void
what_cannot_be_said_is_said_to_be_so(void **state)
{
	struct lab lab;
	size_t i;

	(void)state;
	init_events(&lab, 120);
	lab_plant(&lab, 1);
	assert_verdict(&lab, 1,
	    "It cannot be said whether blocking goes with the events: only 3 of their days were "
	    "measured, and from fewer than 5 nothing can be concluded.");
	lab.nevents = 0;
	assert_verdict(&lab, 1,
	    "It cannot be said whether blocking goes with the events: none of their days was measured, "
	    "and from fewer than 5 nothing can be concluded.");
	lab_add_event(&lab, 0, 119);
	assert_verdict(&lab, 1,
	    "It cannot be said whether blocking goes with the events: every measured day is near one, "
	    "and there is nothing to compare with.");
	lab.ndays = 0;
	assert_verdict(&lab, 1,
	    "It cannot be said whether blocking goes with the events: nothing that tells was measured.");
	lab_init(&lab, 100, 1);
	lab_add_event(&lab, 40, 45);
	assert_verdict(&lab, 1,
	    "No blocking was seen, near the events or elsewhere: none of 100 measured target-days was "
	    "bad.");
	for (i = 0; i < 100; i++)
		lab_set_bad(&lab, i, 24);
	assert_verdict(&lab, 1,
	    "Blocking goes on whatever the day: all 100 measured target-days were bad, so none of it can "
	    "be laid to events.");
}

static void
a_record_that_is_too_short_is_called_so(void **state)
{
	struct lab lab;
	size_t day;

	(void)state;
	lab_init(&lab, 70, 1);
	for (day = 5; day < 70; day += 14)
		lab_add_event(&lab, day, day);
	lab_plant(&lab, 1);
	assert_verdict(&lab, 1,
	    "No sign that blocking goes with the events: 5 of 15 days near an event were bad (33 %), and 0 "
	    "of 55 others (0 %); the record is too short for more (p cannot be lower than 0.091).");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_goes_with_events_is_said_with_its_numbers),
	    cmocka_unit_test(chance_is_called_chance),
	    cmocka_unit_test(what_is_doubted_is_said_with_the_reason),
	    cmocka_unit_test(what_cannot_be_said_is_said_to_be_so),
	    cmocka_unit_test(a_record_that_is_too_short_is_called_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
