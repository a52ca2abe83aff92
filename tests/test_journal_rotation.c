/* When a segment ends, and when the disk is asked to sync. The calls to it are counted by tests/faults.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "results/journal.h"
#include "tests/faults.h"
#include "tests/journal_lab.h"

#define SECOND_SEGMENT "netvane-20261122T063000Z-0002.jsonl"
#define THIRD_SEGMENT "netvane-20261122T063000Z-0003.jsonl"

/* A line of so many bytes. */
static void
append(struct journal *journal, size_t len)
{
	struct buf line = BUF_EMPTY;

	buf_puts(&line, "{\"x\":\"");
	while (line.len < len - 3)
		buf_putc(&line, 'x');
	buf_puts(&line, "\"}\n");
	assert_int_equal(line.len, len);
	assert_int_equal(journal_append(journal, line.data, line.len), 0);
	buf_free(&line);
}

static void
assert_size(const char *file, size_t size)
{
	char *text = lab_slurp(file);

	assert_non_null(text);
	assert_int_equal(strlen(text), size);
	free(text);
}

static void
a_segment_ends_before_the_line_that_would_be_too_much(void **state)
{
	struct journal *journal = lab_open();

	(void)state;
	journal_limit(journal, 1000, 0);
	append(journal, 600);
	append(journal, 400);
	append(journal, 10);
	append(journal, 991);
	assert_int_equal(journal_close(journal), 0);
	assert_size(LAB_SEGMENT, 1000);
	assert_size(SECOND_SEGMENT, 10);
	assert_size(THIRD_SEGMENT, 991);
}

static void
a_line_longer_than_the_limit_has_a_segment_to_itself(void **state)
{
	struct journal *journal = lab_open();

	(void)state;
	journal_limit(journal, 1000, 0);
	append(journal, 5000);
	append(journal, 20);
	append(journal, 5000);
	assert_int_equal(journal_close(journal), 0);
	assert_size(LAB_SEGMENT, 5000);
	assert_size(SECOND_SEGMENT, 20);
	assert_size(THIRD_SEGMENT, 5000);
}

static void
a_segment_ends_when_it_is_old(void **state)
{
	struct journal *journal = lab_open();

	(void)state;
	journal_limit(journal, 0, 3600);
	append(journal, 20);
	lab_pass_s(3599);
	append(journal, 30);
	lab_pass_s(1);
	append(journal, 40);
	assert_int_equal(journal_close(journal), 0);
	assert_size(LAB_SEGMENT, 50);
	assert_size("netvane-20261122T073000Z-0001.jsonl", 40);
}

static void
a_segment_ends_with_its_day(void **state)
{
	struct journal *journal = lab_open();

	(void)state;
	journal_limit(journal, 1000000, 0);
	append(journal, 20);
	lab_pass_s(17 * 3600 + 1799);
	append(journal, 30);
	lab_pass_s(1);
	append(journal, 40);
	/* Also when the clock is set back. */
	lab_pass_s(-1);
	append(journal, 50);
	assert_int_equal(journal_close(journal), 0);
	assert_size(LAB_SEGMENT, 50);
	assert_size("netvane-20261123T000000Z-0001.jsonl", 40);
	assert_size("netvane-20261122T235959Z-0001.jsonl", 50);
}

static void
without_limits_a_segment_does_not_end(void **state)
{
	struct journal *journal = lab_open();

	(void)state;
	append(journal, 20);
	lab_pass_s(90 * 86400);
	append(journal, 100000);
	assert_int_equal(journal_sync(journal), 0);
	append(journal, 20);
	assert_int_equal(journal_close(journal), 0);
	assert_size(LAB_SEGMENT, 100040);
}

static void
nothing_is_in_a_closed_segment_that_was_not_synced(void **state)
{
	struct journal *journal = lab_open();

	(void)state;
	journal_limit(journal, 1000, 0);
	fault_arm(FAULT_NONE, 0, 0, 0);
	append(journal, 900);
	assert_int_equal(fault_syncs(), 0);
	append(journal, 200);
	/* The data, and the directory's entry. */
	assert_int_equal(fault_syncs(), 2);
	journal_close(journal);
}

static void
a_segment_that_is_nearly_full_is_closed_by_the_sync(void **state)
{
	struct journal *journal = lab_open();

	(void)state;
	journal_limit(journal, 1000, 0);
	append(journal, 875);
	assert_int_equal(journal_sync(journal), 0);
	assert_non_null(journal_segment(journal));
	append(journal, 20);
	assert_int_equal(journal_sync(journal), 0);
	assert_null(journal_segment(journal));
	append(journal, 30);
	assert_int_equal(journal_close(journal), 0);
	assert_size(LAB_SEGMENT, 895);
	assert_size(SECOND_SEGMENT, 30);
}

static void
an_old_segment_is_closed_by_the_sync_though_nothing_was_appended(void **state)
{
	struct journal *journal = lab_open();

	(void)state;
	journal_limit(journal, 0, 3600);
	append(journal, 20);
	assert_int_equal(journal_sync(journal), 0);
	lab_pass_s(3600);
	assert_non_null(journal_segment(journal));
	assert_int_equal(journal_sync(journal), 0);
	assert_null(journal_segment(journal));
	journal_close(journal);
}

static void
when_a_full_segment_cannot_be_synced_the_line_is_not_taken(void **state)
{
	struct journal *journal = lab_open();

	(void)state;
	journal_limit(journal, 1000, 0);
	append(journal, 995);
	fault_arm(FAULT_FAIL, 1, 1, EIO);
	assert_int_equal(journal_append(journal, "{\"n\":1}\n", 8), -1);
	assert_int_equal(errno, EIO);
	fault_arm(FAULT_NONE, 0, 0, 0);
	append(journal, 20);
	journal_close(journal);
	assert_size(LAB_SEGMENT, 995);
	assert_size(SECOND_SEGMENT, 20);
}

/* A day of rounds every 15 minutes, of 20 records, with a timer that ticks in between. */
static int
syncs_of_a_day(struct journal *journal, bool quiet)
{
	int round, i;

	journal_limit(journal, 64 * 1024 * 1024, 86400);
	journal_set_quiet(journal, quiet);
	fault_arm(FAULT_NONE, 0, 0, 0);
	for (round = 0; round < 96; round++) {
		for (i = 0; i < 20; i++) {
			append(journal, 8000);
			lab_pass_s(5);
			assert_int_equal(journal_tick(journal), 0);
		}
		assert_int_equal(journal_sync(journal), 0);
		lab_pass_s(15 * 60 - 20 * 5);
	}
	return fault_syncs();
}

static void
in_quiet_times_there_is_one_sync_a_round(void **state)
{
	struct journal *journal = lab_open();

	(void)state;
	/* And one for the name of each segment: there are two, for midnight is among them. */
	assert_int_equal(syncs_of_a_day(journal, true), 96 + 2);
	journal_close(journal);
}

static void
in_other_times_there_is_one_with_each_tick(void **state)
{
	struct journal *journal = lab_open();

	(void)state;
	assert_in_range(syncs_of_a_day(journal, false), 96 * 20, 96 * 21 + 2);
	journal_close(journal);
}

#define ROTATION_TEST(name) cmocka_unit_test_setup_teardown(name, lab_new, lab_free)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    ROTATION_TEST(a_segment_ends_before_the_line_that_would_be_too_much),
	    ROTATION_TEST(a_line_longer_than_the_limit_has_a_segment_to_itself),
	    ROTATION_TEST(a_segment_ends_when_it_is_old),
	    ROTATION_TEST(a_segment_ends_with_its_day),
	    ROTATION_TEST(without_limits_a_segment_does_not_end),
	    ROTATION_TEST(nothing_is_in_a_closed_segment_that_was_not_synced),
	    ROTATION_TEST(a_segment_that_is_nearly_full_is_closed_by_the_sync),
	    ROTATION_TEST(an_old_segment_is_closed_by_the_sync_though_nothing_was_appended),
	    ROTATION_TEST(when_a_full_segment_cannot_be_synced_the_line_is_not_taken),
	    ROTATION_TEST(in_quiet_times_there_is_one_sync_a_round),
	    ROTATION_TEST(in_other_times_there_is_one_with_each_tick),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
