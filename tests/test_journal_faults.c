/*
 * A disk that fails at any one call, in each way that it can, loses no record that was synced, tears no line and doubles none; nor does
 * a process that is killed there, or a power cut. For every single call of a whole story (tests/care_story.h).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/care_story.h"
#include "tests/faults.h"
#include "tests/journal_lab.h"

/* Nothing is learned from larger records. On a slow machine, or with sanitizers, not every call has its turn in this time. */
enum { FILL = 60, LONGEST_S = 40 };

static void
one_story(void **state, enum fault_mode mode, int at, int count, int err, struct story *story)
{
	bool kills = mode >= FAULT_KILL;
	pid_t child;
	int status;

	assert_int_equal(lab_new(state), 0);
	fflush(NULL);
	child = fork();
	if (child == 0) {
		fault_arm(mode, at, count, err);
		story_tell(story, FILL);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (kills && WIFSIGNALED(status))
		assert_int_equal(WTERMSIG(status), SIGKILL);
	else
		/* A journal that cannot even be opened has promised nothing. */
		assert_true(status == 0 || (WIFEXITED(status) && WEXITSTATUS(status) == STORY_NOT_BEGUN));
	story_check(story, FILL);
	lab_free(state);
}

/* How many calls, or syncs, a story makes when nothing fails. */
static int
calls_of_a_story(void **state, bool syncs)
{
	struct story *story = story_new();
	int calls;

	one_story(state, FAULT_NONE, 0, 0, 0, story);
	assert_int_equal(story->lost, 0);
	/* All of it happens in it. */
	assert_true(story->thinned > 0 && story->dropped > 0);
	calls = syncs ? story->syncs : story->calls;
	story_free(story);
	return calls;
}

/* The fault at each call, in an order that is spread over the story. */
static void
at_every_call(void **state, enum fault_mode mode, int count, int err)
{
	bool syncs = mode == FAULT_LOSE || mode == FAULT_SPOIL;
	int calls = calls_of_a_story(state, syncs), stride = calls % 97 != 0 ? 97 : 89, done;
	time_t until = time(NULL) + LONGEST_S;
	struct story *story;

	assert_true(calls > 100);
	for (done = 0; done < calls && time(NULL) < until; done++) {
		story = story_new();
		one_story(state, mode, done * stride % calls + 1, count, err, story);
		if (mode < FAULT_KILL)
			assert_true(story->lost == 0 || story->ids == 0);
		story_free(story);
	}
	print_message("# at %d of %d %s\n", done, calls, syncs ? "syncs" : "calls");
	assert_true(done >= 20);
}

static void
a_call_that_fails_with_an_io_error(void **state)
{
	at_every_call(state, FAULT_FAIL, 1, EIO);
}

static void
a_call_that_finds_no_room(void **state)
{
	at_every_call(state, FAULT_HALF, 1, ENOSPC);
}

static void
a_time_in_which_everything_is_read_only(void **state)
{
	at_every_call(state, FAULT_FAIL, 40, EROFS);
}

static void
a_time_in_which_everything_fails_with_an_io_error(void **state)
{
	at_every_call(state, FAULT_HALF, 15, EIO);
}

static void
a_sync_that_fails_and_loses_what_it_was_given(void **state)
{
	at_every_call(state, FAULT_LOSE, 1, EIO);
}

static void
a_sync_that_fails_and_leaves_rubbish(void **state)
{
	at_every_call(state, FAULT_SPOIL, 1, EIO);
}

static void
a_process_killed_before_a_call(void **state)
{
	at_every_call(state, FAULT_KILL, 1, 0);
}

static void
a_process_killed_after_a_call(void **state)
{
	at_every_call(state, FAULT_KILL_AFTER, 1, 0);
}

static void
a_power_cut_before_a_call(void **state)
{
	at_every_call(state, FAULT_POWER, 1, 0);
}

static void
a_power_cut_that_keeps_removals_and_nothing_else(void **state)
{
	at_every_call(state, FAULT_POWER_REMOVALS, 1, 0);
}

static int
run(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_call_that_fails_with_an_io_error),
	    cmocka_unit_test(a_call_that_finds_no_room),
	    cmocka_unit_test(a_time_in_which_everything_is_read_only),
	    cmocka_unit_test(a_time_in_which_everything_fails_with_an_io_error),
	    cmocka_unit_test(a_sync_that_fails_and_loses_what_it_was_given),
	    cmocka_unit_test(a_sync_that_fails_and_leaves_rubbish),
	    cmocka_unit_test(a_process_killed_before_a_call),
	    cmocka_unit_test(a_process_killed_after_a_call),
	    cmocka_unit_test(a_power_cut_before_a_call),
	    cmocka_unit_test(a_power_cut_that_keeps_removals_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int
main(void)
{
	if (getenv("NETVANE_LONG_TESTS") == NULL) {
		puts("1..0 # SKIP takes minutes; NETVANE_LONG_TESTS=1 runs it");
		return 0;
	}
	/* Thousands of stories, with a hundred syncs each, of which none is for the disk's sake. */
	if (access("/dev/shm", W_OK) == 0)
		setenv("TMPDIR", "/dev/shm", 0);
	return run();
}
