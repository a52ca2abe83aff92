/* What probe/anomaly.h promises: when an anomaly begins, changes and ends, between when and when, and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "results/measurement.h"
#include "tests/sightings.h"

#define A "https://a.test/"
#define B "https://b.test/"
#define C "https://c.test/"

/* The n-th measurement's start and end. */
#define START(n) (MIDNIGHT + (n) * 15 * MINUTE)
#define END(n) (START(n) + 5 * SECOND)

static struct anomalies *a;
static struct told told;

static int
fresh(void **state)
{
	(void)state;
	a = anomalies_new(NULL);
	return 0;
}

static int
over(void **state)
{
	(void)state;
	anomalies_free(a);
	told_clear(&told);
	return 0;
}

static void
told_is(const char *expected)
{
	assert_string_equal(told_text(&told), expected);
}

/* One target's life gives these events. */
static void
gives(const char *letters, const char *expected)
{
	told_clear(&told);
	anomalies_free(a);
	a = anomalies_new(NULL);
	feed_letters(a, A, letters, &told);
	if (strcmp(told_text(&told), expected) != 0)
		fail_msg("%s: \"%s\", not \"%s\"", letters, told_text(&told), expected);
}

static const struct event_info *
event(size_t i)
{
	assert_true(i < told.n);
	return &told.events[i].info;
}

static void
is_between(const struct event_bracket *b, int64_t not_before_us, int64_t not_after_us)
{
	assert_int_equal(b->not_before_us, not_before_us);
	assert_int_equal(b->not_after_us, not_after_us);
}

/* --- it begins ------------------------------------------------------------------------------- */

static void
one_failure_is_nothing(void **state)
{
	(void)state;
	gives("....t....", "");
	gives("....t....d....i....l...", "");
	gives("t", "");
}

static void
two_of_three_are_an_anomaly(void **state)
{
	(void)state;
	gives("...tt", "onset(" A ")");
	gives("...t.t", "onset(" A ")");
	gives("...t..t", "");
	gives("...ll", "onset(" A ")");
	gives("...ii", "onset(" A ")");
}

static void
two_failures_at_different_stages_are_none(void **state)
{
	(void)state;
	gives("...td..", "");
	gives("...tdi..", "");
	gives("...tdt", "onset(" A ")");
}

static void
what_cannot_be_told_neither_begins_nor_ends_one(void **state)
{
	(void)state;
	gives("...??????...", "");
	gives("...t????t", "onset(" A ")");
	gives("...tt.????", "onset(" A ")");
	gives("...tt.????.", "onset(" A ") recovery(" A ")");
}

static void
what_was_judged_while_the_network_was_away_does_not_count(void **state)
{
	(void)state;
	gives("...sssss...", "");
	gives("...ooooo...", "");
	gives("...ts.", "");
}

static void
a_site_that_is_down_is_no_anomaly(void **state)
{
	(void)state;
	gives("...DDDDDD...", "");
	gives("...tDDDD.", "");
	/* Nothing is known of the network while the site is down. */
	gives("...ttDDDD", "onset(" A ")");
}

static void
a_site_that_refuses_was_reached(void **state)
{
	(void)state;
	gives("...rrrrrr...", "");
	gives("...ttttrr", "onset(" A ") recovery(" A ")");
}

static void
it_began_between_the_last_good_and_the_first_bad(void **state)
{
	(void)state;
	gives("....tt", "onset(" A ")");
	is_between(&event(0)->when, START(3), END(4));
	is_between(&event(0)->targets[0].when, START(3), END(4));
	/* Also where nothing could be told between. */
	gives("...??tt", "onset(" A ")");
	is_between(&event(0)->when, START(2), END(5));
}

static void
a_good_one_between_the_bad_widens_the_bracket(void **state)
{
	(void)state;
	/* The first may have been an accident, or the beginning. */
	gives("....t.t", "onset(" A ")");
	is_between(&event(0)->when, START(3), END(6));
	gives("....t.?t", "onset(" A ")");
	is_between(&event(0)->when, START(3), END(7));
}

static void
when_it_began_is_not_known_where_the_first_measurement_was_bad(void **state)
{
	(void)state;
	gives("tt", "onset(" A ")");
	is_between(&event(0)->when, 0, END(0));
	assert_int_equal(event(0)->anomaly->before.status, VERDICT_NONE);
	gives("?tt", "onset(" A ")");
	is_between(&event(0)->when, 0, END(1));
}

static void
an_onset_has_the_views_and_the_evidence(void **state)
{
	const struct event_info *e;

	(void)state;
	gives("...lt", "onset(" A ")");
	e = event(0);
	assert_int_equal(strlen(e->anomaly->id), 32);
	assert_int_equal(strlen(told.events[0].id), 32);
	assert_string_not_equal(e->anomaly->id, told.events[0].id);
	assert_string_equal(told.events[0].round, "round 4");
	assert_int_equal(told.events[0].time_us, END(4));
	assert_int_equal(e->anomaly->before.status, VERDICT_OK);
	assert_int_equal(e->anomaly->after.status, VERDICT_BLOCKED);
	assert_int_equal(e->anomaly->after.stage, STAGE_TLS);
	assert_int_equal(e->anomaly->after.mechanism, TLS_SNI_RESET);
	assert_true(e->anomaly->after.confidence == 0.95);
	assert_int_equal(e->nevidence, 3);
	assert_string_equal(e->evidence[0], "ps://a.test/ 1800"); /* the last good one */
	assert_string_equal(e->evidence[1], "ps://a.test/ 2700");
	assert_string_equal(e->evidence[2], "ps://a.test/ 3600");
	assert_int_equal(e->evidence_dropped, 0);
}

static void
other_rules_can_be_had(void **state)
{
	const struct anomaly_rules strict = {5, 4, 3, 3600, 3600}, silly = {100, 0, 0, -1, -1};

	(void)state;
	anomalies_free(a);
	a = anomalies_new(&strict);
	feed_letters(a, A, "...ttt..tt.tt", &told);
	told_is("onset(" A ")");
	/* Not with one failure, whatever is asked for. */
	anomalies_free(a);
	told_clear(&told);
	a = anomalies_new(&silly);
	feed_letters(a, B, "...t........t.......", &told);
	assert_int_equal(told.n, 0);
}

/* --- it ends --------------------------------------------------------------------------------- */

static void
two_good_ones_in_a_row_end_it(void **state)
{
	(void)state;
	gives("...tttt.", "onset(" A ")");
	gives("...tttt..", "onset(" A ") recovery(" A ")");
	gives("...tttt.t..", "onset(" A ") recovery(" A ")");
	assert_string_equal(event(0)->anomaly->id, event(1)->anomaly->id);
	assert_string_not_equal(told.events[0].id, told.events[1].id);
}

static void
it_ended_between_the_last_bad_and_the_first_good(void **state)
{
	(void)state;
	gives("...tttt...", "onset(" A ") recovery(" A ")");
	is_between(&event(1)->when, START(6), END(7));
	assert_int_equal(event(1)->anomaly->before.status, VERDICT_BLOCKED);
	assert_int_equal(event(1)->anomaly->after.status, VERDICT_OK);
	assert_int_equal(event(1)->nevidence, 3);
	gives("...tttt?D..", "onset(" A ") recovery(" A ")");
	is_between(&event(1)->when, START(6), END(9));
	/* The lone one may have been an accident of a site that was well already. */
	gives("...tttt.t..", "onset(" A ") recovery(" A ")");
	is_between(&event(1)->when, START(6), END(9));
}

/* --- it changes ------------------------------------------------------------------------------ */

static void
another_way_of_failing_is_a_change_when_it_comes_twice(void **state)
{
	(void)state;
	gives("...ttttTtttt", "onset(" A ")");
	gives("...ttttTTTT", "onset(" A ") change(" A ")");
	is_between(&event(1)->when, START(6), END(7));
	assert_int_equal(event(1)->anomaly->before.mechanism, TLS_SNI_RESET);
	assert_int_equal(event(1)->anomaly->after.mechanism, TLS_SNI_DROP);
	assert_string_equal(event(0)->anomaly->id, event(1)->anomaly->id);
	gives("...ttttdddd", "onset(" A ") change(" A ")");
	gives("...lltttt", "onset(" A ") change(" A ")");
	gives("...ttttTdTdTd", "onset(" A ")");
	gives("...ttttT.T", "onset(" A ")");
}

static void
what_wavers_does_not_fill_the_journal(void **state)
{
	char letters[601];
	int i;

	(void)state;
	memset(letters, '.', 3);
	for (i = 3; i < 600; i++)
		letters[i] = (i / 2) % 2 ? 't' : 'T';
	letters[600] = '\0';
	feed_letters(a, A, letters, &told);
	assert_true(told.n <= 3);
	/* A change that stays is told however often it changed before. */
	told_clear(&told);
	anomalies_free(a);
	a = anomalies_new(NULL);
	feed_letters(a, A, "...ttTTttttTTTTTTTTttttttttttttttttdddddddddddddddd", &told);
	assert_int_equal(told.n, 6);
}

/* --- it comes and goes ----------------------------------------------------------------------- */

static void
an_alternation_of_hours_is_one_anomaly(void **state)
{
	(void)state;
	gives("....t.t.t.t.t.t.t.t.t.t.t.t.t", "onset(" A ") flapping change(" A ")");
	gives("....tt..tt..tt..tt..tt..tt..tt..tt..tt", "onset(" A ") recovery(" A ") flapping change(" A ")");
	assert_string_equal(event(0)->anomaly->id, event(2)->anomaly->id);
	assert_int_equal(event(2)->anomaly->before.status, VERDICT_OK);
	gives("..tt........tt........tt........tt........tt", "onset(" A ") recovery(" A ") flapping change(" A ")");
}

static void
it_is_over_after_a_calm_of_hours(void **state)
{
	(void)state;
	/* Six hours are 24 measurements. */
	gives("....t.t.t.t........................", "onset(" A ") flapping change(" A ") flapping recovery(" A ")");
	is_between(&event(2)->when, START(10), END(11));
	gives("....t.t.t.t.......................", "onset(" A ") flapping change(" A ")");
}

static void
what_returns_another_day_is_another(void **state)
{
	(void)state;
	gives("..tt...........................tt..", "onset(" A ") recovery(" A ") onset(" A ") recovery(" A ")");
	assert_string_not_equal(event(0)->anomaly->id, event(2)->anomaly->id);
	/* So is another stage on the same day. */
	gives("..tt....dd..", "onset(" A ") recovery(" A ") onset(" A ") recovery(" A ")");
	assert_string_not_equal(event(0)->anomaly->id, event(2)->anomaly->id);
}

/* --- several --------------------------------------------------------------------------------- */

#define TABLE(...) \
	do { \
		static const char *const urls[] = {A, B, C}; \
		const char *const letters[] = {__VA_ARGS__}; \
		feed_table(a, urls, letters, sizeof(letters) / sizeof(letters[0]), &told); \
	} while (0)

static void
sites_that_fail_together_are_one_event(void **state)
{
	(void)state;
	TABLE("...tt....", "...TT....", ".........");
	told_is("onset(" A " " B ") recovery(" A " " B ")");
	/* What holds for both. */
	assert_int_equal(event(0)->anomaly->after.status, VERDICT_BLOCKED);
	assert_int_equal(event(0)->anomaly->after.stage, STAGE_TLS);
	assert_int_equal(event(0)->anomaly->after.mechanism, MECHANISM_NONE);
	assert_true(event(0)->anomaly->after.confidence == 0.9);
	/* From the earliest to the latest, and each by itself. */
	is_between(&event(0)->when, START(2), END(3) + 10 * SECOND);
	is_between(&event(0)->targets[0].when, START(2), END(3));
	is_between(&event(0)->targets[1].when, START(2) + 10 * SECOND, END(3) + 10 * SECOND);
	assert_int_equal(event(0)->nevidence, 6);
	assert_string_equal(event(0)->evidence[1], "ps://b.test/ 1810");
}

static void
at_different_stages_they_are_two(void **state)
{
	(void)state;
	TABLE("...tt", "...dd");
	told_is("onset(" A ") onset(" B ")");
	assert_string_not_equal(event(0)->anomaly->id, event(1)->anomaly->id);
}

static void
in_different_networks_they_are_two(void **state)
{
	struct sighting s;
	int i;

	(void)state;
	for (i = 0; i < 8; i++) {
		s = sighting(i % 2 ? A : B, i < 4 ? '.' : 't', START(i / 2));
		s.network = i % 2 ? "AS9198" : "AS21299";
		in_round(&s, i / 2);
		anomalies_feed(a, &s, keep_told, &told);
	}
	anomalies_settle(a, keep_told, &told);
	assert_int_equal(told.n, 2);
	assert_string_not_equal(event(0)->anomaly->id, event(1)->anomaly->id);
	/* And one site in two networks has two histories. */
	s = sighting(A, '.', START(5));
	s.network = "AS21299";
	in_round(&s, 5);
	anomalies_feed(a, &s, keep_told, &told);
	anomalies_settle(a, keep_told, &told);
	assert_int_equal(told.n, 2);
}

static void
who_fails_later_joins_while_it_is_young(void **state)
{
	(void)state;
	/* B could not be told when A failed: it may have begun with A. */
	TABLE("...tttttt", "...??tttt");
	told_is("onset(" A ") change(" B ")");
	assert_string_equal(event(0)->anomaly->id, event(1)->anomaly->id);
	assert_int_equal(event(1)->anomaly->before.status, VERDICT_OK);
	is_between(&event(1)->when, START(2) + 10 * SECOND, END(5) + 10 * SECOND);
}

static void
who_failed_at_another_time_does_not(void **state)
{
	(void)state;
	TABLE("...tttttt", "......ttt");
	told_is("onset(" A ") onset(" B ")");
}

static void
what_was_so_from_the_first_is_one_event(void **state)
{
	(void)state;
	TABLE("tt.", "tt.", "..t");
	told_is("onset(" A " " B ")");
	is_between(&event(0)->when, 0, END(0) + 10 * SECOND);
	/* A site added to the list later is no part of it. */
	told_clear(&told);
	anomalies_free(a);
	a = anomalies_new(NULL);
	TABLE("ttttt", "  ttt");
	told_is("onset(" A ") onset(" B ")");
}

static void
who_recovers_earlier_is_told_as_a_change(void **state)
{
	(void)state;
	TABLE("...tt.....", "...tttt...", "...tttt...");
	told_is("onset(" A " " B " " C ") change(" A ") recovery(" B " " C ")");
	assert_int_equal(event(1)->anomaly->after.status, VERDICT_OK);
	assert_string_equal(event(0)->anomaly->id, event(2)->anomaly->id);
}

static void
those_that_change_alike_are_one_event(void **state)
{
	(void)state;
	TABLE("...ttdd", "...ttdd", "...ttii");
	told_is("onset(" A " " B " " C ") change(" A " " B ") change(" C ")");
}

static void
a_rounds_news_are_told_with_the_first_record_of_the_next(void **state)
{
	struct sighting s;
	int i;

	(void)state;
	for (i = 0; i < 5; i++) {
		s = sighting(A, i < 3 ? '.' : 't', START(i));
		in_round(&s, i);
		anomalies_feed(a, &s, keep_told, &told);
	}
	assert_int_equal(told.n, 0);
	s = sighting(B, '.', START(5));
	in_round(&s, 5);
	anomalies_feed(a, &s, keep_told, &told);
	told_is("onset(" A ")");
	assert_string_equal(told.events[0].round, "round 4");
}

static void
evidence_is_bounded(void **state)
{
	static char names[40][20];
	const char *urls[40], *letters[40];
	int i;

	(void)state;
	for (i = 0; i < 40; i++) {
		snprintf(names[i], sizeof(names[i]), "https://%02d.test/", i);
		urls[i] = names[i];
		letters[i] = "..tt";
	}
	feed_table(a, urls, letters, 40, &told);
	assert_int_equal(told.n, 1);
	assert_int_equal(event(0)->ntargets, 40);
	assert_int_equal(event(0)->nevidence, 24);
	assert_int_equal(event(0)->evidence_dropped, 96);
	assert_string_equal(event(0)->evidence[0], "s://00.test/ 900");
	assert_string_equal(event(0)->evidence[23], "s://39.test/ 3090");
}

/* --- questions ------------------------------------------------------------------------------- */

struct bursts {
	char text[200];
	double width_s;
};

static void
keep_burst(const struct anomaly_burst *burst, void *arg)
{
	static const char *const reasons[] = {"suspect", "open", "recovering"};
	struct bursts *b = arg;

	snprintf(b->text + strlen(b->text), sizeof(b->text) - strlen(b->text), "%s %s since %lld; ",
	    burst->url, reasons[burst->reason], (long long)((burst->since_us - MIDNIGHT) / (15 * MINUTE)));
	b->width_s = burst->width_s;
}

static void
wants(const char *letters, const char *expected)
{
	struct bursts b = {"", 0};

	anomalies_free(a);
	a = anomalies_new(NULL);
	told_clear(&told);
	feed_letters(a, A, letters, &told);
	anomalies_bursts(a, START((int64_t)strlen(letters) - 1) + 2 * MINUTE, keep_burst, &b);
	assert_string_equal(b.text, expected);
}

static void
what_is_not_certain_wants_to_be_measured(void **state)
{
	struct bursts b = {"", 0};

	(void)state;
	wants("....", "");
	wants("....t", A " suspect since 4; ");
	wants("....t.", "");
	wants("....tt", A " open since 4; ");
	wants("....tt.", A " recovering since 6; ");
	wants("....tt..", "");
	wants("....?", "");
	wants("....t?", A " suspect since 4; ");
	/* Once it is known to the minute, there is no hurry. */
	wants("....tt", A " open since 4; ");
	anomalies_bursts(a, START(5) + 59 * SECOND, keep_burst, &b);
	assert_string_equal(b.text, "");
	anomalies_bursts(a, START(5) + 90 * SECOND, keep_burst, &b);
	assert_true(b.width_s == 90);
}

static bool
expects_after(const char *letters)
{
	anomalies_free(a);
	a = anomalies_new(NULL);
	told_clear(&told);
	feed_letters(a, A, letters, &told);
	return anomalies_expects(a, A);
}

static void
one_failure_is_forgotten_once_another_would_not_do(void **state)
{
	(void)state;
	assert_false(expects_after("...."));
	assert_true(expects_after("....t"));
	assert_true(expects_after("....t."));
	assert_false(expects_after("....t.."));
	assert_true(expects_after("....t?o"));
	assert_true(expects_after("....tt"));
	assert_true(expects_after("....tt."));
	assert_false(expects_after("....tt.."));
	assert_false(anomalies_expects(a, "https://unknown.example/"));
}

static void
keep_open(const struct anomaly_open *open, void *arg)
{
	struct bursts *b = arg;
	size_t i;

	snprintf(b->text + strlen(b->text), sizeof(b->text) - strlen(b->text), "%s%s:", open->intermittent ? "flapping " : "",
	    verdict_stage_name(open->stage));
	for (i = 0; i < open->ntargets; i++)
		snprintf(b->text + strlen(b->text), sizeof(b->text) - strlen(b->text), " %s%s",
		    open->targets[i].bad ? "" : "well ", open->targets[i].url);
	strcat(b->text, "; ");
}

static void
what_is_on_can_be_asked(void **state)
{
	struct bursts b = {"", 0};

	(void)state;
	TABLE("...tt..", "...tttt", "...dddd");
	anomalies_each_open(a, keep_open, &b);
	assert_string_equal(b.text, "tls: well " A " " B "; dns: " C "; ");
	b.text[0] = '\0';
	anomalies_free(a);
	a = anomalies_new(NULL);
	TABLE("...tt..", "...tt..");
	anomalies_each_open(a, keep_open, &b);
	assert_string_equal(b.text, "");
}

static bool
is_not_a(const char *url, void *arg)
{
	(void)arg;
	return strcmp(url, A) != 0;
}

static void
a_target_that_nobody_wants_is_forgotten(void **state)
{
	struct bursts b = {"", 0};

	(void)state;
	TABLE("...tttt", "...tttt");
	anomalies_retain(a, is_not_a, NULL);
	anomalies_each_open(a, keep_open, &b);
	assert_string_equal(b.text, "tls: " B "; ");
	anomalies_free(a);
	a = anomalies_new(NULL);
	TABLE("...tttt", ".......");
	anomalies_retain(a, is_not_a, NULL);
	b.text[0] = '\0';
	anomalies_each_open(a, keep_open, &b);
	assert_string_equal(b.text, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, over)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(one_failure_is_nothing),
	    TEST(two_of_three_are_an_anomaly),
	    TEST(two_failures_at_different_stages_are_none),
	    TEST(what_cannot_be_told_neither_begins_nor_ends_one),
	    TEST(what_was_judged_while_the_network_was_away_does_not_count),
	    TEST(a_site_that_is_down_is_no_anomaly),
	    TEST(a_site_that_refuses_was_reached),
	    TEST(it_began_between_the_last_good_and_the_first_bad),
	    TEST(a_good_one_between_the_bad_widens_the_bracket),
	    TEST(when_it_began_is_not_known_where_the_first_measurement_was_bad),
	    TEST(an_onset_has_the_views_and_the_evidence),
	    TEST(other_rules_can_be_had),
	    TEST(two_good_ones_in_a_row_end_it),
	    TEST(it_ended_between_the_last_bad_and_the_first_good),
	    TEST(another_way_of_failing_is_a_change_when_it_comes_twice),
	    TEST(what_wavers_does_not_fill_the_journal),
	    TEST(an_alternation_of_hours_is_one_anomaly),
	    TEST(it_is_over_after_a_calm_of_hours),
	    TEST(what_returns_another_day_is_another),
	    TEST(sites_that_fail_together_are_one_event),
	    TEST(at_different_stages_they_are_two),
	    TEST(in_different_networks_they_are_two),
	    TEST(who_fails_later_joins_while_it_is_young),
	    TEST(who_failed_at_another_time_does_not),
	    TEST(what_was_so_from_the_first_is_one_event),
	    TEST(who_recovers_earlier_is_told_as_a_change),
	    TEST(those_that_change_alike_are_one_event),
	    TEST(a_rounds_news_are_told_with_the_first_record_of_the_next),
	    TEST(evidence_is_bounded),
	    TEST(what_is_not_certain_wants_to_be_measured),
	    TEST(one_failure_is_forgotten_once_another_would_not_do),
	    TEST(what_is_on_can_be_asked),
	    TEST(a_target_that_nobody_wants_is_forgotten),
	};

	return cmocka_run_group_tests_name("anomaly", tests, NULL, NULL);
}
