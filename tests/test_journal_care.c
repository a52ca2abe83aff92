/* What journal_care.h promises, while nothing goes wrong or a little; for the rest see test_journal_faults.c and test_care_kill.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "results/care_act.h"
#include "results/care_index.h"
#include "results/journal.h"
#include "results/journal_care.h"
#include "results/record_reader.h"
#include "tests/faults.h"
#include "tests/journal_lab.h"

enum { SLICE = 64 * 1024, DAY_S = 86400, ROUNDS = 16, TARGETS = 10, IDS = 5000, KEEP = 8 };
/* What a day has, all told, and after it was thinned: two rounds of sixteen keep their targets. */
enum { A_DAY = ROUNDS * (TARGETS + 1), THINNED = 2 * (TARGETS + 1) + 14 };

/* Who tells of the quota's acts, and what was told. */
struct teller {
	struct journal *journal;
	int asked, again;
	bool refuses, lies;
	struct care_act last; /* without its segments */
	int64_t records, bytes; /* in all */
	struct buf days; /* "thin 2026-11-22 quiet\n" */
};

static int
tell(const struct care_act *act, bool again, void *arg)
{
	struct teller *teller = arg;
	struct buf line = BUF_EMPTY;
	int result;

	teller->asked++;
	teller->again += again;
	if (teller->refuses)
		return -1;
	teller->last = *act;
	teller->records += act->records;
	teller->bytes += act->bytes;
	buf_printf(&teller->days, "%s %s%s\n", care_act_kind_name(act->kind), act->day,
	    act->quiet ? " quiet" : "");
	/* All that is to go is still there. */
	for (size_t i = 0; i < act->nsegments; i++) {
		char *file = xasprintf("%s.zst", act->segments[i].name);

		assert_true(lab_has(file));
		free(file);
	}
	if (teller->lies)
		return 0;
	buf_printf(&line, "{\"id\":\"%s\",\"test_name\":\"netvane_event\",\"test_keys\":{\"x_netvane\":"
			  "{\"round_id\":null,\"event\":{\"kind\":\"quota_drop\"}}}}\n", act->id);
	result = journal_append(teller->journal, line.data, line.len);
	buf_free(&line);
	return result == 0 ? journal_sync(teller->journal) : -1;
}

static struct journal_care *
care_for(struct teller *teller, int64_t quota)
{
	const struct journal_care_options options = {
	    .quota_bytes = quota, .keep_one_of = KEEP, .tell = tell, .arg = teller};

	return journal_care_new(teller->journal, &options);
}

/* Until there is no more to do, or something is in the way. */
static enum care_step
run(struct journal_care *care)
{
	enum care_step step;
	int steps = 0;

	do {
		step = journal_care_step(care, SLICE);
		assert_true(++steps < 100000);
	} while (step == CARE_MORE);
	return step;
}

/* A day of rounds; one target of round `odd` (-1 none) is blocked. The clock is at the next day's beginning of work then. */
static void
write_day(struct journal *journal, int *id, int odd)
{
	int round;

	for (round = 0; round < ROUNDS; round++) {
		lab_round(journal, id, *id, TARGETS, round == odd ? 3 : -1);
		lab_pass_s(3600);
	}
	lab_pass_s(DAY_S - ROUNDS * 3600);
}

/* `n` days, of which those in `odd` (a bit each) have a round with something in it, and a line of the day after them. */
static void
write_days(struct teller *teller, int n, unsigned odd)
{
	const struct lab_record today = {.n = IDS - 1};
	struct buf line = BUF_EMPTY;
	int id = 0, day;

	teller->journal = lab_open();
	journal_limit(teller->journal, 0, DAY_S);
	for (day = 0; day < n; day++)
		write_day(teller->journal, &id, (odd >> day & 1) != 0 ? 5 : -1);
	lab_line(&line, &today);
	assert_int_equal(journal_append(teller->journal, line.data, line.len), 0);
	assert_int_equal(journal_sync(teller->journal), 0);
	buf_free(&line);
}

/* Rounds that begin at 06:30 and go on for 16 hours are of one day. */
static const char *
segment_of_day(int day)
{
	static char name[64];

	snprintf(name, sizeof(name), "netvane-202611%02dT063000Z-0001.jsonl.zst", 22 + day);
	return name;
}

static int
lines_of_day(int day)
{
	return lab_has(segment_of_day(day)) ? lab_lines_of(segment_of_day(day)) : 0;
}

/* All that the care's segments take. */
static int64_t
bytes_now(struct journal_care *care)
{
	assert_int_equal(run(care), CARE_DONE);
	return journal_care_bytes(care);
}

static void
assert_days_told(const struct teller *teller, const char *want)
{
	assert_string_equal(buf_str(&teller->days), want);
}

static void
end(struct teller *teller, struct journal_care *care)
{
	journal_care_free(care);
	assert_int_equal(journal_close(teller->journal), 0);
	buf_free(&teller->days);
}

/* --- sealing --------------------------------------------------------------------------------- */

static void
closed_segments_are_sealed_and_the_open_one_is_not(void **state)
{
	struct teller teller = {0};
	struct journal_care *care;
	struct lab_seen seen;

	(void)state;
	write_days(&teller, 3, 0);
	care = care_for(&teller, 0);
	assert_int_equal(run(care), CARE_DONE);
	assert_int_equal(lab_count_files(".jsonl.zst"), 3);
	assert_int_equal(lab_count_files(".jsonl"), 4);
	seen = lab_read(lab_dir, IDS);
	assert_int_equal(seen.lines, 3 * A_DAY + 1);
	assert_int_equal(seen.bad + seen.torn, 0);
	lab_seen_free(&seen);
	assert_int_equal(teller.asked, 0);
	end(&teller, care);
}

static void
a_segment_in_doubt_is_left_alone(void **state)
{
	struct teller teller = {0};
	struct journal_care *care;

	(void)state;
	teller.journal = lab_open();
	assert_int_equal(journal_append(teller.journal, "{}\n", 3), 0);
	fault_arm(FAULT_FAIL, 1, 1, EIO);
	assert_int_equal(journal_sync(teller.journal), -1);
	fault_arm(FAULT_NONE, 0, 0, 0);
	care = care_for(&teller, 1);
	assert_int_equal(run(care), CARE_DONE);
	assert_true(lab_has(LAB_SEGMENT));
	assert_int_equal(lab_count_files(".zst"), 0);
	assert_int_equal(teller.asked, 0);
	end(&teller, care);
}

static void
a_segment_that_cannot_be_sealed_keeps_no_other_from_it(void **state)
{
	struct teller teller = {0};
	struct journal_care *care;
	char *log, *first;

	(void)state;
	write_days(&teller, 3, 0);
	lab_spill("netvane-20261123T063000Z-0001.jsonl", "{}\n{", 4);
	care = care_for(&teller, 0);
	assert_int_equal(run(care), CARE_DONE);
	assert_int_equal(lab_count_files(".jsonl.zst"), 2);
	assert_int_equal(run(care), CARE_DONE);
	/* It is not tried again and again, nor said. */
	log = lab_log();
	first = strstr(log, "is not compressed");
	assert_non_null(first);
	assert_null(strstr(first + 1, "is not compressed"));
	free(log);
	end(&teller, care);
}

static void
a_disk_that_is_full_for_a_while_only_puts_sealing_off(void **state)
{
	struct teller teller = {0};
	struct journal_care *care;

	(void)state;
	write_days(&teller, 3, 0);
	care = care_for(&teller, 0);
	fault_arm(FAULT_FAIL, 1, 1000, ENOSPC);
	while (journal_care_step(care, SLICE) != CARE_FAILED)
		;
	fault_arm(FAULT_NONE, 0, 0, 0);
	/* The others have their turn first; this one with the next call after. */
	while (journal_care_step(care, SLICE) == CARE_MORE)
		;
	assert_int_equal(lab_count_files(".jsonl.zst"), 2);
	assert_int_equal(run(care), CARE_DONE);
	assert_int_equal(lab_count_files(".jsonl.zst"), 3);
	end(&teller, care);
}

static void
sealing_makes_the_index(void **state)
{
	struct teller teller = {0};
	struct journal_care *care;
	struct care_index index;
	char *text;

	(void)state;
	write_days(&teller, 2, 1u << 1);
	care = care_for(&teller, 0);
	assert_int_equal(run(care), CARE_DONE);
	text = lab_slurp(CARE_INDEX_FILE);
	assert_int_equal(care_index_parse(text, strlen(text), &index), 0);
	assert_int_equal(index.n, 2);
	assert_int_equal(index.rows[0].facts.records, A_DAY);
	assert_int_equal(index.rows[0].facts.odd, 0);
	assert_int_equal(index.rows[1].facts.odd, 1);
	care_index_clear(&index);
	free(text);
	end(&teller, care);
}

/* --- the quota ------------------------------------------------------------------------------- */

static void
the_oldest_quiet_day_is_thinned_and_told_of_before(void **state)
{
	struct teller teller = {0};
	struct journal_care *care;
	struct lab_seen seen;
	int64_t before;
	int i;

	(void)state;
	write_days(&teller, 3, 1u << 0);
	care = care_for(&teller, 0);
	before = bytes_now(care);
	journal_care_set_quota(care, before - 1, KEEP);
	assert_int_equal(run(care), CARE_DONE);
	assert_days_told(&teller, "thin 2026-11-23 quiet\n");
	assert_int_equal(lines_of_day(0), A_DAY);
	assert_int_equal(lines_of_day(1), THINNED);
	assert_int_equal(lines_of_day(2), A_DAY);
	assert_int_equal(teller.last.records, A_DAY - THINNED);
	assert_int_equal(teller.last.kept_one_of, KEEP);
	/* But for the line of the event itself, which is not compressed. */
	assert_in_range(journal_care_bytes(care) - (before - teller.last.bytes), 100, 300);
	/* Its first round is there whole, and the ninth; of the others there is the round's record. */
	seen = lab_read(lab_dir, IDS);
	for (i = 0; i < A_DAY; i++)
		assert_int_equal(seen.count[A_DAY + i],
		    i / (TARGETS + 1) % KEEP == 0 || i % (TARGETS + 1) == TARGETS);
	lab_seen_free(&seen);
	assert_false(lab_has(CARE_ACT_FILE));
	assert_int_equal(lab_count_files(".thin"), 0);
	end(&teller, care);
}

static void
quiet_days_are_dropped_when_all_are_thinned_and_odd_ones_come_last(void **state)
{
	struct teller teller = {0};
	struct journal_care *care;
	int64_t all, last;
	int day;

	(void)state;
	write_days(&teller, 4, 1u << 1);
	care = care_for(&teller, 0);
	all = bytes_now(care);
	/* Less and less, until nothing is left that may go. */
	for (last = all; journal_care_bytes(care) < last || last == all;) {
		last = journal_care_bytes(care);
		journal_care_set_quota(care, last - 1, KEEP);
		assert_int_equal(run(care), CARE_DONE);
	}
	assert_days_told(&teller,
	    "thin 2026-11-22 quiet\nthin 2026-11-24 quiet\nthin 2026-11-25 quiet\n"
	    "drop 2026-11-22 quiet\ndrop 2026-11-24 quiet\ndrop 2026-11-25 quiet\n"
	    "thin 2026-11-23\ndrop 2026-11-23\n");
	for (day = 0; day < 4; day++)
		assert_int_equal(lines_of_day(day), 0);
	/* Every record that went was told of. */
	assert_int_equal(teller.records, 4 * A_DAY);
	end(&teller, care);
}

/* Appends an event to the open segment. */
static void
append_event(struct journal *journal, int id)
{
	const struct lab_record event = {.n = id, .test_name = "netvane_event"};
	struct buf line = BUF_EMPTY;

	lab_line(&line, &event);
	assert_int_equal(journal_append(journal, line.data, line.len), 0);
	buf_free(&line);
}

static void
of_a_day_that_is_dropped_the_events_stay_to_the_very_last(void **state)
{
	struct teller teller = {0};
	struct journal_care *care;
	int id = 0;

	(void)state;
	teller.journal = lab_open();
	journal_limit(teller.journal, 0, DAY_S);
	append_event(teller.journal, 2000);
	write_day(teller.journal, &id, -1);
	write_day(teller.journal, &id, -1);
	lab_round(teller.journal, &id, id, 0, -1);
	care = care_for(&teller, 0);
	journal_care_set_quota(care, bytes_now(care) - 1, 0);
	assert_int_equal(run(care), CARE_DONE);
	assert_days_told(&teller, "drop 2026-11-22 quiet\n");
	assert_int_equal(teller.last.records, A_DAY);
	assert_int_equal(lines_of_day(0), 1);
	journal_care_set_quota(care, bytes_now(care) - 1, 0);
	assert_int_equal(run(care), CARE_DONE);
	assert_int_equal(lines_of_day(0), 1);
	assert_int_equal(lines_of_day(1), 0);
	journal_care_set_quota(care, bytes_now(care) - 1, 0);
	assert_int_equal(run(care), CARE_DONE);
	assert_days_told(&teller,
	    "drop 2026-11-22 quiet\ndrop 2026-11-23 quiet\nerase 2026-11-22 quiet\n");
	assert_int_equal(teller.last.records, 1);
	assert_false(lab_has(segment_of_day(0)));
	end(&teller, care);
}

static void
an_odd_round_stays_whole_in_a_day_that_is_thinned(void **state)
{
	struct teller teller = {0};
	struct journal_care *care;
	struct lab_seen seen;
	int i;

	(void)state;
	write_days(&teller, 1, 1u << 0);
	care = care_for(&teller, 0);
	journal_care_set_quota(care, bytes_now(care) - 1, KEEP);
	assert_int_equal(run(care), CARE_DONE);
	assert_days_told(&teller, "thin 2026-11-22\n");
	assert_int_equal(lines_of_day(0), THINNED + TARGETS);
	seen = lab_read(lab_dir, IDS);
	for (i = 0; i <= TARGETS; i++)
		assert_int_equal(seen.count[5 * (TARGETS + 1) + i], 1);
	lab_seen_free(&seen);
	end(&teller, care);
}

static void
a_day_in_several_segments_goes_in_one_act(void **state)
{
	struct teller teller = {0};
	struct journal_care *care;
	int id = 0;

	(void)state;
	teller.journal = lab_open();
	journal_limit(teller.journal, 20000, DAY_S);
	write_day(teller.journal, &id, -1);
	write_day(teller.journal, &id, -1);
	care = care_for(&teller, 0);
	/* The last one is open still. */
	journal_care_set_quota(care, bytes_now(care) - 1, KEEP);
	assert_true(lab_count_files("20261122T") > 2);
	assert_int_equal(run(care), CARE_DONE);
	assert_days_told(&teller, "thin 2026-11-22 quiet\n");
	assert_int_equal(teller.last.records, A_DAY - THINNED);
	journal_care_set_quota(care, bytes_now(care) - 1, 0);
	assert_int_equal(run(care), CARE_DONE);
	assert_days_told(&teller, "thin 2026-11-22 quiet\ndrop 2026-11-22 quiet\n");
	assert_int_equal(lab_count_files("20261122T"), 0);
	end(&teller, care);
}

static void
torn_lines_go_with_their_day_and_other_peoples_files_stay(void **state)
{
	struct teller teller = {0};
	struct journal_care *care;

	(void)state;
	write_days(&teller, 2, 0);
	lab_spill(LAB_SEGMENT ".torn", "{\"half\"\n", 8);
	lab_spill("notes.jsonl", "{}\n", 3);
	lab_spill("netvane-mine.jsonl", "{}\n", 3);
	care = care_for(&teller, 0);
	journal_care_set_quota(care, bytes_now(care) - 1, 0);
	assert_int_equal(run(care), CARE_DONE);
	assert_days_told(&teller, "drop 2026-11-22 quiet\n");
	assert_int_equal(lab_count_files("20261122T"), 0);
	assert_true(lab_has("notes.jsonl"));
	assert_true(lab_has("netvane-mine.jsonl"));
	assert_true(lab_has("lock"));
	end(&teller, care);
}

static void
what_may_not_go_is_said_once(void **state)
{
	struct teller teller = {0};
	struct journal_care *care;
	char *log, *first;
	int i;

	(void)state;
	write_days(&teller, 0, 0);
	care = care_for(&teller, 1);
	for (i = 0; i < 3; i++)
		assert_int_equal(run(care), CARE_DONE);
	assert_int_equal(teller.asked, 0);
	log = lab_log();
	first = strstr(log, "nothing is left that may go");
	assert_non_null(first);
	assert_null(strstr(first + 1, "nothing is left that may go"));
	free(log);
	end(&teller, care);
}

/* --- never silently -------------------------------------------------------------------------- */

static void
nothing_goes_while_nobody_can_tell_of_it(void **state)
{
	struct teller teller = {.refuses = true};
	struct journal_care *care;

	(void)state;
	write_days(&teller, 2, 0);
	care = care_for(&teller, 0);
	journal_care_set_quota(care, bytes_now(care) - 1, 0);
	assert_int_equal(run(care), CARE_FAILED);
	assert_int_equal(run(care), CARE_FAILED);
	assert_int_equal(lines_of_day(0), A_DAY);
	assert_int_equal(teller.asked, 2);
	/* It knew that it had been asked before. */
	assert_int_equal(teller.again, 1);
	teller.refuses = false;
	assert_int_equal(run(care), CARE_DONE);
	assert_int_equal(lines_of_day(0), 0);
	assert_days_told(&teller, "drop 2026-11-22 quiet\n");
	end(&teller, care);
}

static void
nothing_goes_without_a_record_in_the_journal_whatever_is_said(void **state)
{
	struct teller teller = {.lies = true};
	struct journal_care *care;
	char *log;

	(void)state;
	write_days(&teller, 2, 0);
	care = care_for(&teller, 0);
	journal_care_set_quota(care, bytes_now(care) - 1, KEEP);
	assert_int_equal(run(care), CARE_FAILED);
	assert_int_equal(run(care), CARE_FAILED);
	assert_int_equal(lines_of_day(0), A_DAY);
	assert_int_equal(lab_count_files(".thin"), 1);
	log = lab_log();
	assert_non_null(strstr(log, "no record in the journal tells of what the quota is to take"));
	free(log);
	teller.lies = false;
	assert_int_equal(run(care), CARE_DONE);
	assert_int_equal(lines_of_day(0), THINNED);
	end(&teller, care);
}

/* Ends the care and the journal, and begins both anew, as after a crash. */
static void
restart(struct teller *teller, struct journal_care **care, int64_t quota)
{
	journal_care_free(*care);
	assert_int_equal(journal_close(teller->journal), 0);
	teller->journal = lab_open();
	journal_limit(teller->journal, 0, DAY_S);
	*care = care_for(teller, quota);
}

/* Today's segment as well, by a restart. Returns what all of them take. */
static int64_t
all_sealed(struct teller *teller, struct journal_care **care)
{
	*care = NULL;
	restart(teller, care, 0);
	return bytes_now(*care);
}

/* Interrupted after any number of slices, an act is completed, and told of once. */
static void
interrupted_anywhere_an_act_is_completed_and_told_of_once(void **state)
{
	struct teller teller = {0};
	struct journal_care *care;
	int64_t quota;
	int i, j, done = 0;
	char want[64];

	for (i = 0; !done; i++) {
		const bool drops = i % 2 == 0;

		write_days(&teller, 2, 0);
		quota = all_sealed(&teller, &care) - 1;
		journal_care_set_quota(care, quota, drops ? 0 : KEEP);
		for (j = 0; j < i / 2 && !done; j++)
			done = journal_care_step(care, SLICE) == CARE_DONE;
		/* Room for more events than are wanted. */
		restart(&teller, &care, quota + 250);
		journal_care_set_quota(care, quota + 250, drops ? 0 : KEEP);
		assert_int_equal(run(care), CARE_DONE);
		if (teller.asked > 0) {
			snprintf(want, sizeof(want), "%s 2026-11-22 quiet\n", drops ? "drop" : "thin");
			assert_days_told(&teller, want);
			assert_int_equal(lines_of_day(0), drops ? 0 : THINNED);
		}
		assert_false(lab_has(CARE_ACT_FILE));
		assert_int_equal(lab_count_files(".thin"), 0);
		end(&teller, care);
		teller = (struct teller){0};
		lab_free(state);
		assert_int_equal(lab_new(state), 0);
	}
	assert_true(i > 10);
}

static void
a_damaged_intent_is_thrown_away(void **state)
{
	struct teller teller = {0};
	struct journal_care *care;

	(void)state;
	write_days(&teller, 2, 0);
	lab_spill(CARE_ACT_FILE, "{\"act\":\"drop\"", 13);
	lab_spill("netvane-20261122T063000Z-0001.jsonl.zst.thin", "x", 1);
	care = NULL;
	restart(&teller, &care, 0);
	assert_int_equal(run(care), CARE_DONE);
	assert_false(lab_has(CARE_ACT_FILE));
	assert_int_equal(lab_count_files(".thin"), 0);
	assert_int_equal(lines_of_day(0), A_DAY);
	end(&teller, care);
}

/* --- what is remembered ---------------------------------------------------------------------- */

static void
without_the_index_the_segments_tell_what_is_in_them(void **state)
{
	struct teller teller = {0};
	struct journal_care *care;
	int64_t quota;

	(void)state;
	write_days(&teller, 3, 1u << 0 | 1u << 2);
	quota = all_sealed(&teller, &care) - 1;
	lab_spill(CARE_INDEX_FILE, "rubbish", 7);
	restart(&teller, &care, quota);
	assert_int_equal(run(care), CARE_DONE);
	assert_days_told(&teller, "thin 2026-11-23 quiet\n");
	assert_int_equal(lines_of_day(1), THINNED);
	end(&teller, care);
}

static void
a_day_is_thinned_once_even_if_the_index_is_lost(void **state)
{
	struct teller teller = {0};
	struct journal_care *care;

	(void)state;
	write_days(&teller, 1, 0);
	care = care_for(&teller, 0);
	journal_care_set_quota(care, bytes_now(care) - 1, KEEP);
	assert_int_equal(run(care), CARE_DONE);
	lab_spill(CARE_INDEX_FILE, "", 0);
	restart(&teller, &care, 0);
	/* Thinning the rest to one in eight again would leave a quarter of an eighth. */
	journal_care_set_quota(care, bytes_now(care) - 1, KEEP);
	assert_int_equal(run(care), CARE_DONE);
	assert_string_equal(strstr(buf_str(&teller.days), "\n") + 1, "drop 2026-11-22 quiet\n");
	end(&teller, care);
}

static void
a_day_with_nothing_to_leave_out_is_told_of_only_when_it_is_dropped(void **state)
{
	struct teller teller = {0};
	struct journal_care *care;
	int id = 0, i;

	(void)state;
	teller.journal = lab_open();
	journal_limit(teller.journal, 0, DAY_S);
	/* Rounds without targets. */
	for (i = 0; i < 20; i++)
		lab_round(teller.journal, &id, i, 0, -1);
	lab_pass_s(DAY_S);
	lab_round(teller.journal, &id, i, 0, -1);
	care = care_for(&teller, 0);
	journal_care_set_quota(care, bytes_now(care) - 1, KEEP);
	assert_int_equal(run(care), CARE_DONE);
	assert_days_told(&teller, "drop 2026-11-22 quiet\n");
	end(&teller, care);
}

static void
a_sealed_segment_that_cannot_be_read_goes_last(void **state)
{
	struct teller teller = {0};
	struct journal_care *care;
	int64_t quota;
	char *path;
	int fd;

	(void)state;
	write_days(&teller, 2, 0);
	quota = all_sealed(&teller, &care) - 1;
	path = xasprintf("%s/%s", lab_dir, segment_of_day(0));
	fd = open(path, O_RDWR);
	assert_int_equal(pwrite(fd, "\0\0\0\0\0\0\0\0", 8, 1000), 8);
	close(fd);
	free(path);
	lab_spill(CARE_INDEX_FILE, "", 0);
	restart(&teller, &care, quota);
	assert_int_equal(run(care), CARE_DONE);
	assert_days_told(&teller, "thin 2026-11-23 quiet\n");
	/* It does not hold up what comes after it either. */
	journal_care_set_quota(care, 1, KEEP);
	assert_int_equal(run(care), CARE_DONE);
	assert_string_equal(strstr(buf_str(&teller.days), "drop"), "drop 2026-11-23 quiet\n"
	    "drop 2026-11-22\ndrop 2026-11-24 quiet\n");
	end(&teller, care);
}

static void
thinning_that_is_given_up_changes_nothing(void **state)
{
	struct teller teller = {0};
	struct journal_care *care;
	int64_t quota;

	(void)state;
	write_days(&teller, 2, 0);
	quota = all_sealed(&teller, &care) - 1;
	restart(&teller, &care, quota);
	/* Listing; the survey of one segment takes one slice; then a .thin is there. */
	while (lab_count_files(".thin") == 0)
		assert_int_equal(journal_care_step(care, SLICE), CARE_MORE);
	restart(&teller, &care, 0);
	assert_int_equal(lab_count_files(".thin"), 0);
	assert_int_equal(lines_of_day(0), A_DAY);
	assert_int_equal(teller.asked, 0);
	end(&teller, care);
}

#define CARE_TEST(name) cmocka_unit_test_setup_teardown(name, lab_new, lab_free)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CARE_TEST(closed_segments_are_sealed_and_the_open_one_is_not),
	    CARE_TEST(a_segment_in_doubt_is_left_alone),
	    CARE_TEST(a_segment_that_cannot_be_sealed_keeps_no_other_from_it),
	    CARE_TEST(a_disk_that_is_full_for_a_while_only_puts_sealing_off),
	    CARE_TEST(sealing_makes_the_index),
	    CARE_TEST(the_oldest_quiet_day_is_thinned_and_told_of_before),
	    CARE_TEST(quiet_days_are_dropped_when_all_are_thinned_and_odd_ones_come_last),
	    CARE_TEST(of_a_day_that_is_dropped_the_events_stay_to_the_very_last),
	    CARE_TEST(an_odd_round_stays_whole_in_a_day_that_is_thinned),
	    CARE_TEST(a_day_in_several_segments_goes_in_one_act),
	    CARE_TEST(torn_lines_go_with_their_day_and_other_peoples_files_stay),
	    CARE_TEST(what_may_not_go_is_said_once),
	    CARE_TEST(nothing_goes_while_nobody_can_tell_of_it),
	    CARE_TEST(nothing_goes_without_a_record_in_the_journal_whatever_is_said),
	    CARE_TEST(interrupted_anywhere_an_act_is_completed_and_told_of_once),
	    CARE_TEST(a_damaged_intent_is_thrown_away),
	    CARE_TEST(without_the_index_the_segments_tell_what_is_in_them),
	    CARE_TEST(a_day_is_thinned_once_even_if_the_index_is_lost),
	    CARE_TEST(a_day_with_nothing_to_leave_out_is_told_of_only_when_it_is_dropped),
	    CARE_TEST(a_sealed_segment_that_cannot_be_read_goes_last),
	    CARE_TEST(thinning_that_is_given_up_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
