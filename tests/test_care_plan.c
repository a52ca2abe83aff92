/* What goes first, and what the care remembers: care_plan.h, round_choice.h, record_look.h, care_index.h, care_act.h. All of it is pure. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "results/care_act.h"
#include "results/care_index.h"
#include "results/care_plan.h"
#include "results/record_lines.h"
#include "results/record_look.h"
#include "results/round_choice.h"
#include "results/segment.h"
#include "tests/journal_lab.h"

#define DAY(d, n) "netvane-202611" #d "T000000Z-000" #n ".jsonl"

/* --- the plan -------------------------------------------------------------------------------- */

static const struct segment_facts quiet = {100, 0, 0}, odd = {100, 3, 0}, thinned = {20, 0, 8},
				  odd_thinned = {30, 3, 8}, events = {2, 0, SEGMENT_EVENTS_ONLY},
				  odd_events = {2, 1, SEGMENT_EVENTS_ONLY};

/* Five days: each of 100 bytes, sealed. The last is today's, and open. */
static struct care_segment days[] = {
    {DAY(18, 1), 100, false, true, &odd},
    {DAY(19, 1), 100, false, true, &quiet},
    {DAY(20, 1), 60, false, true, &quiet},
    {DAY(20, 2), 40, false, true, &quiet},
    {DAY(21, 1), 100, false, true, &quiet},
    {DAY(22, 1), 100, true, false, NULL},
};
enum { NDAYS = sizeof(days) / sizeof(days[0]), KEEP = 8 };

static void
assert_plan(const struct care_segment *segments, size_t n, int64_t quota, enum care_plan_kind kind,
    size_t from, size_t end)
{
	struct care_plan plan;

	care_plan(segments, n, quota, KEEP, &plan);
	assert_int_equal(plan.kind, kind);
	if (kind == CARE_PLAN_NONE || kind == CARE_PLAN_STUCK)
		return;
	assert_int_equal(plan.from, from);
	assert_int_equal(plan.end, end);
}

static void
within_the_quota_nothing_goes(void **state)
{
	(void)state;
	assert_plan(days, NDAYS, 500, CARE_PLAN_NONE, 0, 0);
	assert_plan(days, NDAYS, 0, CARE_PLAN_NONE, 0, 0);
	assert_plan(days, 0, 1, CARE_PLAN_NONE, 0, 0);
	assert_plan(NULL, 0, 1, CARE_PLAN_NONE, 0, 0);
}

static void
the_oldest_quiet_day_is_thinned_first(void **state)
{
	(void)state;
	assert_plan(days, NDAYS, 499, CARE_PLAN_THIN, 1, 2);
}

static void
every_quiet_day_is_thinned_before_one_is_dropped(void **state)
{
	struct care_segment s[NDAYS];

	(void)state;
	memcpy(s, days, sizeof(s));
	s[1].facts = &thinned;
	assert_plan(s, NDAYS, 499, CARE_PLAN_THIN, 2, 4);
	/* A day of which one segment is left to thin is not done. */
	s[2].facts = &thinned;
	assert_plan(s, NDAYS, 499, CARE_PLAN_THIN, 2, 4);
	s[3].facts = &thinned;
	assert_plan(s, NDAYS, 499, CARE_PLAN_THIN, 4, 5);
	s[4].facts = &thinned;
	assert_plan(s, NDAYS, 499, CARE_PLAN_DROP, 1, 2);
}

static void
days_with_something_odd_go_last(void **state)
{
	struct care_segment s[] = {days[0], days[4], days[5]};

	(void)state;
	s[1].facts = &thinned;
	assert_plan(s, 3, 250, CARE_PLAN_DROP, 1, 2);
	s[1] = s[2];
	assert_plan(s, 2, 150, CARE_PLAN_THIN, 0, 1);
	s[0].facts = &odd_thinned;
	assert_plan(s, 2, 150, CARE_PLAN_DROP, 0, 1);
}

static void
one_odd_segment_makes_an_odd_day(void **state)
{
	struct care_segment s[NDAYS];

	(void)state;
	memcpy(s, days, sizeof(s));
	s[1].facts = s[4].facts = &thinned;
	s[3].facts = &odd;
	assert_plan(s, NDAYS, 499, CARE_PLAN_DROP, 1, 2);
}

static void
the_newest_day_goes_after_all_others(void **state)
{
	struct care_segment s[] = {days[0], {DAY(22, 0), 100, false, true, &quiet}, days[5]};

	(void)state;
	assert_plan(s, 3, 150, CARE_PLAN_THIN, 0, 1);
	s[0].facts = &odd_thinned;
	assert_plan(s, 3, 150, CARE_PLAN_DROP, 0, 1);
	/* Then those of its segments that are closed. */
	assert_plan(s + 1, 2, 150, CARE_PLAN_THIN, 0, 2);
}

static void
events_are_erased_when_there_is_nothing_else(void **state)
{
	struct care_segment s[NDAYS];

	(void)state;
	memcpy(s, days, sizeof(s));
	s[0].facts = &odd_events;
	s[1].facts = s[2].facts = s[4].facts = &events;
	assert_plan(s, NDAYS, 499, CARE_PLAN_THIN, 2, 4);
	s[3].facts = &thinned;
	assert_plan(s, NDAYS, 499, CARE_PLAN_DROP, 2, 4);
	s[3].facts = &events;
	assert_plan(s, NDAYS, 499, CARE_PLAN_ERASE, 1, 2);
	assert_plan(s, 1, 50, CARE_PLAN_ERASE, 0, 1);
}

static void
a_segment_that_is_busy_stays(void **state)
{
	struct care_segment s[] = {days[4], days[5]};

	(void)state;
	s[0].busy = true;
	assert_plan(s, 2, 10, CARE_PLAN_STUCK, 0, 0);
}

static void
what_is_not_known_is_looked_at_first(void **state)
{
	struct care_segment s[NDAYS];

	(void)state;
	memcpy(s, days, sizeof(s));
	s[3].facts = NULL;
	assert_plan(s, NDAYS, 499, CARE_PLAN_LOOK, 3, 4);
	assert_plan(s, NDAYS, 500, CARE_PLAN_NONE, 0, 0);
}

static void
what_cannot_be_thinned_is_dropped_in_its_turn(void **state)
{
	struct care_segment s[NDAYS];
	struct care_plan plan;

	(void)state;
	memcpy(s, days, sizeof(s));
	s[1].can_thin = false;
	assert_plan(s, NDAYS, 499, CARE_PLAN_THIN, 2, 4);
	s[2].can_thin = s[3].can_thin = s[4].can_thin = false;
	assert_plan(s, NDAYS, 499, CARE_PLAN_DROP, 1, 2);
	/* Or where it is not wanted. */
	care_plan(days, NDAYS, 499, 1, &plan);
	assert_int_equal(plan.kind, CARE_PLAN_DROP);
	assert_int_equal(plan.from, 1);
	assert_true(plan.quiet);
	assert_int_equal(plan.total, 500);
}

/* --- rounds ---------------------------------------------------------------------------------- */

static struct record_look
look_at(int round, bool is_odd, bool target)
{
	struct record_look look = {.odd = is_odd, .target = target};

	snprintf(look.round, sizeof(look.round), "%032x", (unsigned)round);
	return look;
}

static void
one_round_of_so_many_stays_and_every_odd_one(void **state)
{
	static const int stays[] = {0, 4, 6, 8};
	struct round_choice choice = {0};
	struct record_look look;
	size_t kept = 0;
	int r, i;

	(void)state;
	for (r = 0; r < 10; r++)
		for (i = 0; i < 5; i++) {
			look = look_at(1000 - r, r == 6 && i == 3, i < 4);
			round_choice_see(&choice, &look);
		}
	for (r = 0; r < 10; r++) {
		look = look_at(1000 - r, false, true);
		if (!round_choice_keeps(&choice, &look, 4))
			continue;
		assert_int_equal(r, stays[kept]);
		kept++;
	}
	assert_int_equal(kept, 4);
	round_choice_clear(&choice);
}

static void
rounds_and_events_and_what_is_not_understood_stay(void **state)
{
	struct round_choice choice = {0};
	struct record_look look;
	int r;

	(void)state;
	for (r = 0; r < 3; r++) {
		look = look_at(r, false, true);
		round_choice_see(&choice, &look);
	}
	assert_false(round_choice_keeps(&choice, &look, 8));
	look.target = false;
	assert_true(round_choice_keeps(&choice, &look, 8));
	look = look_at(2, true, true);
	assert_true(round_choice_keeps(&choice, &look, 8));
	look = look_at(2, false, true);
	look.round[0] = '\0';
	assert_true(round_choice_keeps(&choice, &look, 8));
	/* A round that was never seen. */
	look = look_at(77, false, true);
	assert_true(round_choice_keeps(&choice, &look, 8));
	round_choice_clear(&choice);
}

static void
more_rounds_than_a_day_has_minutes(void **state)
{
	struct round_choice choice = {0};
	struct record_look look;
	int r, kept = 0;

	(void)state;
	for (r = 0; r < 5000; r++) {
		look = look_at(r, false, true);
		round_choice_see(&choice, &look);
	}
	for (r = 0; r < 5000; r++) {
		look = look_at(r, false, true);
		kept += round_choice_keeps(&choice, &look, 8);
	}
	assert_int_equal(kept, 625);
	round_choice_clear(&choice);
}

/* --- lines ----------------------------------------------------------------------------------- */

static struct record_look
looked(const char *test_name, const char *status)
{
	const struct lab_record record = {.n = 7, .test_name = test_name, .round = 9, .status = status};
	struct buf line = BUF_EMPTY;
	struct record_look look;

	lab_line(&line, &record);
	record_look(line.data, line.len, &look);
	buf_free(&line);
	return look;
}

static void
only_ok_and_down_are_nothing_to_see(void **state)
{
	static const char *const is_odd[] = {
	    "blocked", "likely_blocked", "impaired", "insufficient", "new_word"};
	size_t i;

	(void)state;
	assert_false(looked(NULL, "ok").odd);
	assert_false(looked(NULL, "down").odd);
	assert_false(looked(NULL, "none").odd);
	for (i = 0; i < sizeof(is_odd) / sizeof(is_odd[0]); i++)
		assert_true(looked(NULL, is_odd[i]).odd);
}

static void
a_network_that_is_cut_is_something_to_see(void **state)
{
	(void)state;
	assert_false(looked("netvane_round", "online").odd);
	assert_false(looked("netvane_round", "degraded").odd);
	assert_false(looked("netvane_round", "offline").odd);
	assert_true(looked("netvane_round", "shutdown").odd);
	assert_true(looked("netvane_round", "foreign_cut").odd);
	assert_true(looked("netvane_round", "captive_portal").odd);
}

static void
an_anomaly_is_something_to_see_and_other_events_are_not(void **state)
{
	(void)state;
	assert_true(looked("netvane_event", "anomaly_onset").odd);
	assert_true(looked("netvane_event", "anomaly_recovery").odd);
	assert_false(looked("netvane_event", "gap").odd);
	assert_false(looked("netvane_event", "quota_drop").odd);
}

static void
a_line_says_its_id_its_round_and_whether_it_is_a_target(void **state)
{
	struct record_look look = looked(NULL, "ok");

	(void)state;
	assert_string_equal(look.id, "00000000000000000000000000000007");
	assert_string_equal(look.round, "00000000000000000000000000000009");
	assert_true(look.target);
	assert_false(looked("netvane_round", "online").target);
	assert_false(looked("netvane_event", "gap").target);
	assert_true(looked("netvane_event", "gap").event);
	assert_false(look.event || looked("netvane_round", "online").event);
}

static void
what_is_not_understood_is_odd(void **state)
{
	static const char *const lines[] = {"", "\n", "{", "[]", "{}", "{\"test_name\":\"web_connectivity\"}",
	    "{\"test_name\":\"web_connectivity\",\"test_keys\":{\"x_netvane\":[]}}",
	    "{\"test_name\":\"http_header_field_manipulation\",\"test_keys\":{\"x_netvane\":{}}}",
	    "{\"test_name\":\"netvane_round\",\"test_keys\":{\"x_netvane\":{}}}",
	    "{\"test_name\":\"netvane_event\",\"test_keys\":{\"x_netvane\":{\"event\":7}}}",
	    "{\"test_name\":\"web_connectivity\",\"test_keys\":{\"x_netvane\":{\"verdict\":{}}}}",
	    "{\"test_name\":\"web_connectivity\",\"test_keys\":{\"x_netvane\":{\"verdict\":{\"status\":\"o\\u0000\"}}}}"};
	struct record_look look;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		record_look(lines[i], strlen(lines[i]), &look);
		assert_true(look.odd);
	}
	/* A control is not judged. */
	record_look("{\"test_name\":\"web_connectivity\",\"test_keys\":{\"x_netvane\":{\"verdict\":null}}}", 75,
	    &look);
	assert_false(look.odd);
}

/* A line of our own format, as measurement_encode writes it, is understood. */
static void
the_records_that_ship_with_the_tests_are_understood(void **state)
{
	const char *top = getenv("top_srcdir");
	char *path = malloc(strlen(top) + 40), *line = NULL;
	struct record_look look;
	int targets = 0, others = 0, odd_ones = 0;
	size_t room = 0;
	ssize_t len;
	FILE *file;

	(void)state;
	sprintf(path, "%s/tests/data/netvane.jsonl", top);
	file = fopen(path, "r");
	assert_non_null(file);
	while ((len = getline(&line, &room, file)) > 0) {
		record_look(line, (size_t)len, &look);
		if (look.id[0] == '\0')
			continue;
		targets += look.target;
		others += !look.target;
		odd_ones += look.target && look.odd;
		if (look.target)
			assert_int_equal(strlen(look.round), 32);
	}
	/* Four rounds, and an event that belongs to none. */
	assert_int_equal(others, 5);
	assert_int_equal(targets, 14);
	assert_int_equal(odd_ones, 7);
	fclose(file);
	free(line);
	free(path);
}

/* --- pieces ---------------------------------------------------------------------------------- */

struct pieces {
	struct buf text;
	int lines, cut;
};

static void
take(const struct record_piece *piece, void *arg)
{
	struct pieces *pieces = arg;

	buf_add(&pieces->text, piece->data, piece->len);
	pieces->lines += piece->last;
	pieces->cut += piece->first && !piece->last;
}

static void
lines_are_the_same_however_they_are_cut_into_blocks(void **state)
{
	static const size_t blocks[] = {1000, 65536, RECORD_LINES_WHOLE, 3 * RECORD_LINES_WHOLE};
	struct buf text = BUF_EMPTY;
	struct record_lines lines = RECORD_LINES_EMPTY;
	struct pieces pieces;
	size_t i, at, n;

	(void)state;
	/* Empty lines, one as long as is held, one longer by a byte, and one that does not end. */
	buf_puts(&text, "\n\nshort\n");
	memset(buf_room(&text, 2 * RECORD_LINES_WHOLE), 'x', 2 * RECORD_LINES_WHOLE);
	text.len += RECORD_LINES_WHOLE - 1;
	buf_puts(&text, "\n");
	memset(buf_room(&text, RECORD_LINES_WHOLE), 'y', RECORD_LINES_WHOLE);
	text.len += RECORD_LINES_WHOLE;
	buf_puts(&text, "\nend");
	for (i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
		pieces = (struct pieces){0};
		for (at = 0; at < text.len; at += n) {
			n = text.len - at < blocks[i] ? text.len - at : blocks[i];
			record_lines_feed(&lines, text.data + at, n, take, &pieces);
		}
		record_lines_end(&lines, take, &pieces);
		assert_int_equal(pieces.lines, 6);
		assert_int_equal(pieces.cut, 1);
		assert_int_equal(pieces.text.len, text.len);
		assert_memory_equal(pieces.text.data, text.data, text.len);
		buf_free(&pieces.text);
	}
	buf_free(&text);
}

/* --- the index ------------------------------------------------------------------------------- */

static void
an_index_reads_back_as_it_was(void **state)
{
	struct care_index index = {0}, back;
	struct buf text = BUF_EMPTY;

	(void)state;
	care_index_set(&index, DAY(21, 1), 1234567890123, &odd_thinned);
	care_index_set(&index, DAY(19, 1), 5, &quiet);
	care_index_set(&index, DAY(20, 1), 6, &quiet);
	care_index_set(&index, DAY(20, 1), 7, &odd);
	care_index_set(&index, DAY(22, 1), 7, &odd);
	care_index_forget(&index, DAY(22, 1));
	care_index_forget(&index, DAY(23, 1));
	care_index_encode(&index, &text);
	assert_int_equal(care_index_parse(text.data, text.len, &back), 0);
	assert_int_equal(back.n, 3);
	assert_null(care_index_find(&back, DAY(22, 1), 7));
	assert_null(care_index_find(&back, DAY(20, 1), 6));
	assert_int_equal(care_index_find(&back, DAY(20, 1), 7)->odd, 3);
	assert_int_equal(care_index_find(&back, DAY(21, 1), 1234567890123)->kept_one_of, 8);
	assert_int_equal(care_index_find(&back, DAY(19, 1), 5)->records, 100);
	care_index_clear(&index);
	care_index_clear(&back);
	buf_free(&text);
}

static void
a_damaged_index_loses_the_lines_that_are_damaged(void **state)
{
	struct care_index index = {0}, back;
	struct buf text = BUF_EMPTY;
	size_t i;

	(void)state;
	care_index_set(&index, DAY(19, 1), 5, &quiet);
	care_index_set(&index, DAY(20, 1), 6, &quiet);
	care_index_encode(&index, &text);
	for (i = 0; i < text.len; i++) {
		text.data[i] ^= 1;
		assert_true(care_index_parse(text.data, text.len, &back) >= 1);
		assert_true(back.n <= 1);
		care_index_clear(&back);
		text.data[i] ^= 1;
		/* And cut off. */
		assert_int_equal(care_index_parse(text.data, i, &back) > 0, i > 0 && text.data[i - 1] != '\n');
		care_index_clear(&back);
	}
	assert_int_equal(care_index_parse("", 0, &back), 0);
	assert_int_equal(back.n, 0);
	care_index_clear(&index);
	buf_free(&text);
}

/* --- the act --------------------------------------------------------------------------------- */

static void
an_intent_reads_back_as_it_was(void **state)
{
	struct care_act act = {.kind = CARE_ACT_THIN, .day = "2026-11-20", .quiet = true,
	    .kept_one_of = 8, .records = 1234, .bytes = 56789, .reason = "because"};
	struct buf text = BUF_EMPTY;
	struct care_act back;

	(void)state;
	care_act_identify(&act);
	care_act_add(&act, DAY(20, 1), false);
	care_act_add(&act, DAY(20, 2), true);
	care_act_encode(&act, &text);
	assert_int_equal(care_act_parse(text.data, text.len, &back), 0);
	assert_int_equal(back.kind, CARE_ACT_THIN);
	assert_int_equal(strlen(back.id), 32);
	assert_string_equal(back.id, act.id);
	assert_string_equal(back.day, act.day);
	assert_true(back.quiet);
	assert_int_equal(back.kept_one_of, 8);
	assert_int_equal(back.records, 1234);
	assert_int_equal(back.bytes, 56789);
	assert_string_equal(back.reason, "because");
	assert_int_equal(back.nsegments, 2);
	assert_string_equal(back.segments[0].name, DAY(20, 2));
	assert_true(back.segments[0].replaced);
	assert_string_equal(back.segments[1].name, DAY(20, 1));
	assert_false(back.segments[1].replaced);
	care_act_clear(&act);
	care_act_clear(&back);
	buf_free(&text);
}

static void
an_intent_names_segments_of_its_day_and_nothing_else(void **state)
{
	static const char *const names[] = {"../../etc/passwd", "netvane-20261120T000000Z-0001.jsonl.zst", "",
	    DAY(21, 1), "netvane-20261120T000000Z-0001.jsonl/x", "lock"};
	struct care_act act = {.day = "2026-11-20"}, back;
	struct buf text = BUF_EMPTY;
	size_t i;

	(void)state;
	care_act_identify(&act);
	/* None at all. */
	care_act_encode(&act, &text);
	assert_int_equal(care_act_parse(text.data, text.len, &back), -1);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		buf_clear(&text);
		buf_printf(&text, "{\"act\":\"drop\",\"id\":\"%s\",\"day\":\"2026-11-20\",\"kept_one_of\":0,\"records\":1,"
				  "\"bytes\":1,\"reason\":\"\",\"removed\":[\"%s\",\"%s\"]}",
		    act.id, DAY(20, 1), names[i]);
		assert_int_equal(care_act_parse(text.data, text.len, &back), -1);
		assert_int_equal(back.nsegments, 0);
	}
	buf_clear(&text);
	buf_printf(&text, "{\"act\":\"drop\",\"id\":\"%s\",\"day\":\"2026-11-20\",\"kept_one_of\":0,\"records\":1,"
			  "\"bytes\":1,\"reason\":\"\",\"removed\":[\"%s\"]}",
	    act.id, DAY(20, 1));
	assert_int_equal(care_act_parse(text.data, text.len, &back), 0);
	care_act_clear(&back);
	buf_free(&text);
}

/* --- names ----------------------------------------------------------------------------------- */

static void
a_segment_is_known_by_its_name(void **state)
{
	char name[SEGMENT_NAME_SIZE], day[SEGMENT_DAY_SIZE], file[SEGMENT_FILE_SIZE];
	enum segment_file which;

	(void)state;
	assert_true(segment_is_name(DAY(20, 1)));
	assert_false(segment_is_name(DAY(20, 1) ".zst"));
	assert_false(segment_is_name("netvane-2026112xT000000Z-0001.jsonl"));
	assert_false(segment_is_name("netvane-"));
	assert_true(segment_parse(DAY(20, 1) ".zst.thin", name, &which));
	assert_string_equal(name, DAY(20, 1));
	assert_int_equal(which, SEGMENT_THIN);
	assert_true(segment_parse(DAY(20, 1), name, &which));
	assert_int_equal(which, SEGMENT_PLAIN);
	assert_false(segment_parse(DAY(20, 1) ".bak", name, &which));
	assert_false(segment_parse("notes.jsonl", name, &which));
	assert_string_equal(segment_day(DAY(20, 1), day), "2026-11-20");
	assert_string_equal(segment_file_name(DAY(20, 1), SEGMENT_TORN, file), DAY(20, 1) ".torn");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(within_the_quota_nothing_goes),
	    cmocka_unit_test(the_oldest_quiet_day_is_thinned_first),
	    cmocka_unit_test(every_quiet_day_is_thinned_before_one_is_dropped),
	    cmocka_unit_test(days_with_something_odd_go_last),
	    cmocka_unit_test(one_odd_segment_makes_an_odd_day),
	    cmocka_unit_test(the_newest_day_goes_after_all_others),
	    cmocka_unit_test(events_are_erased_when_there_is_nothing_else),
	    cmocka_unit_test(a_segment_that_is_busy_stays),
	    cmocka_unit_test(what_is_not_known_is_looked_at_first),
	    cmocka_unit_test(what_cannot_be_thinned_is_dropped_in_its_turn),
	    cmocka_unit_test(one_round_of_so_many_stays_and_every_odd_one),
	    cmocka_unit_test(rounds_and_events_and_what_is_not_understood_stay),
	    cmocka_unit_test(more_rounds_than_a_day_has_minutes),
	    cmocka_unit_test(only_ok_and_down_are_nothing_to_see),
	    cmocka_unit_test(a_network_that_is_cut_is_something_to_see),
	    cmocka_unit_test(an_anomaly_is_something_to_see_and_other_events_are_not),
	    cmocka_unit_test(a_line_says_its_id_its_round_and_whether_it_is_a_target),
	    cmocka_unit_test(what_is_not_understood_is_odd),
	    cmocka_unit_test(the_records_that_ship_with_the_tests_are_understood),
	    cmocka_unit_test(lines_are_the_same_however_they_are_cut_into_blocks),
	    cmocka_unit_test(an_index_reads_back_as_it_was),
	    cmocka_unit_test(a_damaged_index_loses_the_lines_that_are_damaged),
	    cmocka_unit_test(an_intent_reads_back_as_it_was),
	    cmocka_unit_test(an_intent_names_segments_of_its_day_and_nothing_else),
	    cmocka_unit_test(a_segment_is_known_by_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
