/* When it began, when it ended, and what began at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "analysis/episodes.h"
#include "analysis/history.h"
#include "tests/outcome_lab.h"

#define SITE "https://a.example/"
#define OTHER "https://b.example/"
#define THIRD "https://c.example/"
enum { TELECOM = 9198, KCELL = 29355, QUARTER = 15 };

/* A day of successes, at so many minutes between two. */
static void
feed_quiet_day(struct history *h, const char *url, uint32_t asn, int64_t us, int64_t step)
{
	int64_t end = us + DAY;

	for (; us < end; us += step)
		feed_letters(h, url, asn, ".", us, step);
}

/* A quiet day, the letters every 15 minutes from MIDNIGHT on, a quiet day. */
static void
feed_between(struct history *h, const char *url, uint32_t asn, const char *letters)
{
	int64_t step = QUARTER * MINUTE;

	feed_quiet_day(h, url, asn, MIDNIGHT - DAY, step);
	feed_letters(h, url, asn, letters, MIDNIGHT, step);
	feed_quiet_day(h, url, asn, MIDNIGHT + (int64_t)strlen(letters) * step, step);
}

/* Episodes of one site that was fed so. */
static struct history *
find_between(const char *letters, struct episodes *found)
{
	struct history *h = history_new(0);

	feed_between(h, SITE, TELECOM, letters);
	episodes_find(h, NULL, found);
	return h;
}

/* How many episodes the letters give. */
static size_t
episodes_in(const char *letters)
{
	struct episodes found;
	struct history *h = find_between(letters, &found);
	size_t n = found.n;

	episodes_clear(&found);
	history_free(h);
	return n;
}

static void
a_block_of_two_hours_is_found_with_its_brackets(void **state)
{
	struct episodes found;
	struct history *h = find_between("bbbbbbbb", &found);
	const struct span *span = &found.items[0].span;

	(void)state;
	assert_int_equal(found.n, 1);
	assert_int_equal(found.items[0].kind, EPISODE_BLOCKING);
	assert_string_equal(found.items[0].series->target, SITE);
	assert_string_equal(found.items[0].first_id, "id");
	assert_int_equal(span->onset.not_before_us, MIDNIGHT - 15 * MINUTE);
	assert_int_equal(span->onset.not_after_us, MIDNIGHT + 5 * SECOND);
	assert_int_equal(span->recovery.not_before_us, MIDNIGHT + 105 * MINUTE);
	assert_int_equal(span->recovery.not_after_us, MIDNIGHT + 120 * MINUTE + 5 * SECOND);
	assert_int_equal(span->bad, 8);
	assert_int_equal(span->measured, 8);
	assert_int_equal(span->longest_gap_us, 15 * MINUTE);
	assert_int_equal(span->status, VERDICT_BLOCKED);
	assert_int_equal(span->stage, STAGE_TLS);
	assert_int_equal(span->mechanism, TLS_SNI_RESET);
	assert_float_equal(span->confidence, 0.97, 1e-6);
	assert_false(span->artefact);
	episodes_clear(&found);
	history_free(h);
}

static void
a_single_failure_raises_nothing(void **state)
{
	(void)state;
	assert_int_equal(episodes_in("b"), 0);
	assert_int_equal(episodes_in("t"), 0);
	assert_int_equal(episodes_in("l..........d.........b"), 0);
	/* Nor do two that have nothing in common, or that are not sure enough. */
	assert_int_equal(episodes_in("bd"), 0);
	assert_int_equal(episodes_in("ll"), 0);
	assert_int_equal(episodes_in("lld"), 0);
	/* Nothing but what says something counts. */
	assert_int_equal(episodes_in("??????DDDDDDrrrrrr"), 0);
	assert_int_equal(episodes_in("b??????????????"), 0);
}

static void
an_artefact_is_enough_by_itself(void **state)
{
	struct episodes found;
	struct history *h = find_between("m", &found);

	(void)state;
	assert_int_equal(found.n, 1);
	assert_int_equal(found.items[0].kind, EPISODE_INTERCEPTION);
	assert_int_equal(found.items[0].span.measured, 1);
	assert_true(found.items[0].span.artefact);
	assert_int_equal(
	    found.items[0].span.recovery.not_after_us, MIDNIGHT + 15 * MINUTE + 5 * SECOND);
	episodes_clear(&found);
	history_free(h);
	assert_int_equal(episodes_in("p"), 1);
	assert_int_equal(episodes_in("f"), 1);
}

static void
a_few_are_enough_if_they_are_sure(void **state)
{
	(void)state;
	assert_int_equal(episodes_in("bb"), 1);
	assert_int_equal(episodes_in("lll"), 1);
	assert_int_equal(episodes_in("b??b"), 1);
	assert_int_equal(episodes_in("ttt"), 1);
}

static void
a_success_within_it_does_not_end_it(void **state)
{
	struct episodes found;
	struct history *h = find_between("bbbb.bbbb", &found);

	(void)state;
	assert_int_equal(found.n, 1);
	assert_int_equal(found.items[0].span.bad, 8);
	assert_int_equal(found.items[0].span.measured, 9);
	episodes_clear(&found);
	history_free(h);
	/* Half an hour of peace is none; two hours are. */
	assert_int_equal(episodes_in("bbbb..bbbb"), 1);
	assert_int_equal(episodes_in("bbbb........bbbb"), 2);
}

static void
a_block_that_lets_some_through_takes_more_to_be_over(void **state)
{
	struct history *h = history_new(0);
	struct episodes found;

	(void)state;
	/* So far apart that nothing is joined afterwards. */
	feed_letters(h, SITE, TELECOM, "....................bbbbbbb..bbb....", MIDNIGHT, 6 * HOUR);
	feed_letters(h, OTHER, TELECOM, "....................bb.b.b.bb..b.b.....", MIDNIGHT, 6 * HOUR);
	episodes_find(h, NULL, &found);
	assert_int_equal(found.n, 3);
	assert_string_equal(found.items[1].series->target, OTHER);
	assert_int_equal(found.items[1].span.bad, 8);
	assert_string_equal(found.items[2].series->target, SITE);
	episodes_clear(&found);
	history_free(h);
}

static void
where_a_success_may_have_been_the_accident_the_bracket_holds_both(void **state)
{
	struct episodes found;
	struct history *h = find_between("b.bbbb", &found);
	const struct span *span = &found.items[0].span;

	(void)state;
	assert_int_equal(found.n, 1);
	assert_int_equal(span->onset.not_before_us, MIDNIGHT - 15 * MINUTE);
	assert_int_equal(span->onset.not_after_us, MIDNIGHT + 30 * MINUTE + 5 * SECOND);
	assert_int_equal(span->first, 96);
	episodes_clear(&found);
	history_free(h);
}

static void
what_began_before_the_first_measurement_or_has_not_ended_has_no_such_time(void **state)
{
	struct history *h = history_new(0);
	struct episodes found;
	const struct span *span;

	(void)state;
	feed_letters(h, SITE, TELECOM, "bbbbbb.", MIDNIGHT, HOUR);
	episodes_find(h, NULL, &found);
	assert_int_equal(found.n, 1);
	span = &found.items[0].span;
	assert_int_equal(span->onset.not_before_us, 0);
	assert_int_equal(span->onset.not_after_us, MIDNIGHT + 5 * SECOND);
	assert_int_equal(span->recovery.not_before_us, MIDNIGHT + 5 * HOUR);
	assert_int_equal(span->recovery.not_after_us, 0);
	episodes_clear(&found);
	history_free(h);
}

static void
failures_long_ago_confirm_nothing(void **state)
{
	struct history *h = history_new(0);
	struct episodes found;

	(void)state;
	/* Measured every 15 minutes, twice, with four days of silence between two failures. */
	feed_letters(h, SITE, TELECOM, "......................b", MIDNIGHT, 15 * MINUTE);
	feed_letters(h, SITE, TELECOM, "b......................", MIDNIGHT + 4 * DAY, 15 * MINUTE);
	/* The same failures, one after the other. */
	feed_letters(h, OTHER, TELECOM, "......................bb......................", MIDNIGHT,
	    15 * MINUTE);
	/* What is measured once a day is not silent for four days when it was silent for four. */
	feed_letters(h, THIRD, TELECOM, "......................bb......................", MIDNIGHT, DAY);
	episodes_find(h, NULL, &found);
	assert_int_equal(found.n, 2);
	assert_string_equal(found.items[0].series->target, OTHER);
	assert_string_equal(found.items[1].series->target, THIRD);
	episodes_clear(&found);
	history_free(h);
}

static void
nor_did_it_begin_with_them(void **state)
{
	struct history *h = history_new(0);
	struct episodes found;

	(void)state;
	feed_letters(h, SITE, TELECOM, "......................b", MIDNIGHT, 15 * MINUTE);
	feed_letters(h, SITE, TELECOM, "bbbb......................", MIDNIGHT + 4 * DAY, 15 * MINUTE);
	episodes_find(h, NULL, &found);
	assert_int_equal(found.n, 1);
	assert_int_equal(found.items[0].span.bad, 4);
	/* Nobody saw it well in between. */
	assert_int_equal(found.items[0].span.onset.not_before_us, MIDNIGHT + 21 * 15 * MINUTE);
	assert_int_equal(found.items[0].span.onset.not_after_us, MIDNIGHT + 4 * DAY + 5 * SECOND);
	episodes_clear(&found);
	history_free(h);
}

static void
a_target_that_fails_now_and_then_by_itself_has_to_fail_more(void **state)
{
	struct history *h = history_new(0);
	struct episodes found;
	char letters[2000];
	int i;

	(void)state;
	/* Every tenth fails; twice two in a row; then seven. */
	for (i = 0; i < 1999; i++)
		letters[i] = i % 10 == 0 ? 'b' : '.';
	letters[501] = letters[901] = 'b';
	memset(letters + 1500, 'b', 7);
	letters[1999] = '\0';
	feed_letters(h, SITE, TELECOM, letters, MIDNIGHT, 15 * MINUTE);
	episodes_find(h, NULL, &found);
	assert_int_equal(found.n, 1);
	assert_true(found.items[0].span.first >= 1490 && found.items[0].span.first <= 1500);
	episodes_clear(&found);
	history_free(h);
}

static void
the_order_of_records_does_not_matter(void **state)
{
	struct history *h = history_new(0);
	struct episodes found;
	int64_t i;

	(void)state;
	for (i = 99; i >= 0; i--)
		feed_letters(h, SITE, TELECOM, i >= 40 && i < 48 ? "b" : ".",
		    MIDNIGHT + i * 15 * MINUTE, 1);
	episodes_find(h, NULL, &found);
	assert_int_equal(found.n, 1);
	assert_int_equal(found.items[0].span.first, 40);
	assert_int_equal(found.items[0].span.last, 47);
	episodes_clear(&found);
	history_free(h);
}

/* ---- Networks -------------------------------------------------------------------------------- */

static void
a_shutdown_is_an_episode_of_the_network_and_not_of_targets(void **state)
{
	struct history *h = history_new(0);
	struct episodes found;

	(void)state;
	feed_letters(h, NULL, TELECOM, "....SSSSS......", MIDNIGHT, 15 * MINUTE);
	feed_letters(h, SITE, TELECOM, "....?????......", MIDNIGHT + MINUTE, 15 * MINUTE);
	episodes_find(h, NULL, &found);
	assert_int_equal(found.n, 1);
	assert_int_equal(found.items[0].kind, EPISODE_SHUTDOWN);
	assert_null(found.items[0].series->target);
	assert_string_equal(found.items[0].first_id, "round");
	assert_int_equal(found.items[0].span.onset.not_before_us, MIDNIGHT + 45 * MINUTE);
	assert_int_equal(found.items[0].span.onset.not_after_us, MIDNIGHT + 61 * MINUTE);
	assert_int_equal(found.items[0].span.recovery.not_before_us, MIDNIGHT + 120 * MINUTE);
	assert_int_equal(found.items[0].span.recovery.not_after_us, MIDNIGHT + 136 * MINUTE);
	assert_int_equal(found.items[0].span.bad, 5);
	assert_int_equal(found.events[0].targets, 0);
	assert_int_equal(found.events[0].networks, 1);
	episodes_clear(&found);
	history_free(h);
}

static void
what_is_judged_while_the_network_does_not_work_says_nothing(void **state)
{
	static const enum network_state states[] = {NETWORK_FOREIGN_CUT, NETWORK_CAPTIVE_PORTAL, NETWORK_SHUTDOWN,
	    NETWORK_OFFLINE, NETWORK_UNKNOWN, NETWORK_DEGRADED};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		struct history *h = history_new(0);
		struct episodes found;
		int k;

		for (k = 0; k < 8; k++) {
			struct outcome o = outcome_of_letter(SITE, TELECOM, 'b', MIDNIGHT + k * HOUR);

			o.network = states[i];
			history_add(h, &o);
		}
		episodes_find(h, NULL, &found);
		assert_int_equal(found.n, states[i] == NETWORK_UNKNOWN || states[i] == NETWORK_DEGRADED);
		episodes_clear(&found);
		history_free(h);
	}
}

/* "shutdown 2/2, captive_portal 3/4" */
static const char *
rounds_text(const char *letters)
{
	static char text[400];
	struct history *h = history_new(0);
	struct episodes found;
	size_t i, len = 0;

	feed_letters(h, NULL, TELECOM, letters, MIDNIGHT, 15 * MINUTE);
	episodes_find(h, NULL, &found);
	text[0] = '\0';
	for (i = 0; i < found.n; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s %d/%d%s",
		    i > 0 ? ", " : "", episode_kind_name(found.items[i].kind),
		    (int)found.items[i].span.bad, (int)found.items[i].span.measured,
		    found.items[i].span.recovery.not_after_us == 0 ? " open" : "");
	episodes_clear(&found);
	history_free(h);
	return text;
}

static void
two_rounds_in_a_row_make_a_state(void **state)
{
	(void)state;
	assert_string_equal(rounds_text("..S..F..P..g.."), "");
	assert_string_equal(rounds_text("..SS.."), "shutdown 2/2");
	assert_string_equal(rounds_text("..SS.SS.."), "shutdown 4/5");
	assert_string_equal(rounds_text("..SS..SS.."), "shutdown 2/2, shutdown 2/2");
	assert_string_equal(rounds_text("..FFPPP."), "foreign_cut 2/2, captive_portal 3/3 open");
	/* What is on this side of the network says nothing of it. */
	assert_string_equal(rounds_text("..SOOO?SS.."), "shutdown 3/3");
	assert_string_equal(rounds_text("..OOOOO.."), "");
	assert_string_equal(rounds_text("SSSS"), "shutdown 4/4 open");
	assert_string_equal(rounds_text("..SS."), "shutdown 2/2 open");
}

/* ---- Events ---------------------------------------------------------------------------------- */

static void
what_begins_at_once_in_several_networks_is_one_event(void **state)
{
	struct history *h = history_new(0);
	struct episodes found;
	const struct episode_event *event;

	(void)state;
	feed_between(h, SITE, TELECOM, "bbbbbbbb");
	feed_between(h, OTHER, TELECOM, "dddddddd");
	feed_between(h, SITE, KCELL, "bbbbbbbbbbbb");
	/* Three days later, and a forged certificate at the same time: others. */
	feed_between(h, THIRD, TELECOM, "m");
	feed_letters(h, THIRD, KCELL, "..........llll..........", MIDNIGHT + 3 * DAY, 15 * MINUTE);
	episodes_find(h, NULL, &found);
	assert_int_equal(found.n, 5);
	assert_int_equal(found.nevents, 3);
	event = &found.events[0];
	assert_int_equal(event->n, 3);
	assert_int_equal(event->kind, EPISODE_BLOCKING);
	assert_int_equal(event->targets, 2);
	assert_int_equal(event->networks, 2);
	assert_int_equal(event->mechanism, MECHANISM_NONE);
	assert_int_equal(event->status, VERDICT_BLOCKED);
	assert_int_equal(event->bad, 28);
	assert_int_equal(event->onset.not_before_us, MIDNIGHT - 15 * MINUTE);
	assert_int_equal(event->onset.not_after_us, MIDNIGHT + 5 * SECOND);
	/* They did not end at once. */
	assert_int_equal(event->recovery.not_before_us, MIDNIGHT + 105 * MINUTE);
	assert_int_equal(event->recovery.not_after_us, MIDNIGHT + 180 * MINUTE + 5 * SECOND);
	assert_int_equal(found.events[1].kind, EPISODE_INTERCEPTION);
	assert_int_equal(found.events[2].mechanism, TLS_SNI_RESET);
	episodes_clear(&found);
	history_free(h);
}

static void
an_event_keeps_the_time_that_lies_in_all_brackets(void **state)
{
	struct history *h = history_new(0);
	struct episodes found;

	(void)state;
	/* Begins between 00:40 and 00:45, ends between 03:10 and 03:15; seen at other minutes by each. */
	feed_letters(h, SITE, TELECOM, "....bbbbbbbbbb......", MIDNIGHT - 15 * MINUTE, 15 * MINUTE);
	feed_letters(h, OTHER, TELECOM, "....bbbbbbbbbb......", MIDNIGHT - 5 * MINUTE, 15 * MINUTE);
	feed_letters(h, THIRD, TELECOM, "....bbbbbbbbbb......", MIDNIGHT - 1 * MINUTE, 15 * MINUTE);
	episodes_find(h, NULL, &found);
	assert_int_equal(found.n, 3);
	assert_int_equal(found.nevents, 1);
	assert_int_equal(found.events[0].onset.not_before_us, MIDNIGHT + 44 * MINUTE);
	assert_int_equal(found.events[0].onset.not_after_us, MIDNIGHT + 45 * MINUTE + 5 * SECOND);
	assert_int_equal(found.events[0].recovery.not_before_us, MIDNIGHT + 194 * MINUTE);
	assert_int_equal(found.events[0].recovery.not_after_us, MIDNIGHT + 195 * MINUTE + 5 * SECOND);
	episodes_clear(&found);
	history_free(h);
}

static void
what_was_so_from_the_beginning_is_one_event_of_its_network(void **state)
{
	struct history *h = history_new(0);
	struct episodes found;

	(void)state;
	feed_letters(h, SITE, TELECOM, "bbbbbb", MIDNIGHT, 15 * MINUTE);
	feed_letters(h, OTHER, TELECOM, "bbbbbb", MIDNIGHT + MINUTE, 15 * MINUTE);
	feed_letters(h, THIRD, KCELL, "bbbbbb", MIDNIGHT + MINUTE, 15 * MINUTE);
	feed_letters(h, THIRD, TELECOM, "..bbbbb", MIDNIGHT - 30 * MINUTE, 15 * MINUTE);
	episodes_find(h, NULL, &found);
	assert_int_equal(found.n, 4);
	assert_int_equal(found.nevents, 3);
	episodes_clear(&found);
	history_free(h);
}

static void
what_nobody_saw_begin_within_a_week_joins_nothing(void **state)
{
	struct history *h = history_new(0);
	struct episodes found;

	(void)state;
	feed_letters(h, SITE, TELECOM, "...bbbbb", MIDNIGHT, 10 * DAY);
	feed_letters(h, OTHER, TELECOM, "...bbbbb", MIDNIGHT, 10 * DAY);
	episodes_find(h, NULL, &found);
	assert_int_equal(found.n, 2);
	assert_int_equal(found.nevents, 2);
	episodes_clear(&found);
	history_free(h);
}

static void
nothing_gives_nothing(void **state)
{
	struct history *h = history_new(0);
	struct episodes found;

	(void)state;
	episodes_find(h, NULL, &found);
	assert_int_equal(found.n + found.nevents, 0);
	episodes_clear(&found);
	feed_letters(h, SITE, TELECOM, "b", MIDNIGHT, 1);
	feed_letters(h, OTHER, TELECOM, "?", MIDNIGHT, 1);
	feed_letters(h, NULL, TELECOM, "S", MIDNIGHT, 1);
	feed_letters(h, SITE, KCELL, ".", INT64_MAX, 1);
	episodes_find(h, NULL, &found);
	assert_int_equal(found.n + found.nevents, 0);
	episodes_clear(&found);
	history_free(h);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_block_of_two_hours_is_found_with_its_brackets),
	    cmocka_unit_test(a_single_failure_raises_nothing),
	    cmocka_unit_test(an_artefact_is_enough_by_itself),
	    cmocka_unit_test(a_few_are_enough_if_they_are_sure),
	    cmocka_unit_test(a_success_within_it_does_not_end_it),
	    cmocka_unit_test(a_block_that_lets_some_through_takes_more_to_be_over),
	    cmocka_unit_test(where_a_success_may_have_been_the_accident_the_bracket_holds_both),
	    cmocka_unit_test(what_began_before_the_first_measurement_or_has_not_ended_has_no_such_time),
	    cmocka_unit_test(failures_long_ago_confirm_nothing),
	    cmocka_unit_test(nor_did_it_begin_with_them),
	    cmocka_unit_test(a_target_that_fails_now_and_then_by_itself_has_to_fail_more),
	    cmocka_unit_test(the_order_of_records_does_not_matter),
	    cmocka_unit_test(a_shutdown_is_an_episode_of_the_network_and_not_of_targets),
	    cmocka_unit_test(what_is_judged_while_the_network_does_not_work_says_nothing),
	    cmocka_unit_test(two_rounds_in_a_row_make_a_state),
	    cmocka_unit_test(what_begins_at_once_in_several_networks_is_one_event),
	    cmocka_unit_test(an_event_keeps_the_time_that_lies_in_all_brackets),
	    cmocka_unit_test(what_was_so_from_the_beginning_is_one_event_of_its_network),
	    cmocka_unit_test(what_nobody_saw_begin_within_a_week_joins_nothing),
	    cmocka_unit_test(nothing_gives_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
