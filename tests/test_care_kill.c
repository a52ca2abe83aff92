/*
 * A process killed at any moment, in the midst of compressing too: no synced record is lost, none is there twice, no line is torn, and
 * what the quota took was told of. Where test_journal_faults.c kills at each call, here it is chance.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/care_story.h"
#include "tests/faults.h"
#include "tests/journal_lab.h"

/* Records of this size, so that most of the time goes into compressing. */
enum { FILL = 30000, KILLS = 100, LONGEST_S = 60 };

static int64_t
now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

static pid_t
begin(struct story *story)
{
	pid_t child;

	fflush(NULL);
	child = fork();
	if (child == 0) {
		fault_arm(FAULT_NONE, 0, 0, 0);
		story_tell(story, FILL);
		_exit(0);
	}
	assert_int_not_equal(child, -1);
	return child;
}

/* How long a story takes that is left alone. */
static int64_t
whole_story_ns(void **state)
{
	struct story *story = story_new();
	int64_t start = now_ns(), took;
	int status;

	assert_int_equal(lab_new(state), 0);
	assert_true(waitpid(begin(story), &status, 0) > 0);
	took = now_ns() - start;
	assert_int_equal(status, 0);
	story_check(story, FILL);
	assert_true(story->thinned > 0 && story->dropped > 0);
	lab_free(state);
	story_free(story);
	return took;
}

/* Returns whether the story was cut short. */
static bool
killed_after(void **state, int64_t ns)
{
	const struct timespec ts = {ns / 1000000000, ns % 1000000000};
	struct story *story = story_new();
	bool killed;
	pid_t child;
	int status;

	assert_int_equal(lab_new(state), 0);
	child = begin(story);
	nanosleep(&ts, NULL);
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
	killed = WIFSIGNALED(status);
	assert_true(killed || status == 0);
	story_check(story, FILL);
	lab_free(state);
	story_free(story);
	return killed;
}

static void
killed_at_any_moment_nothing_synced_is_lost_and_nothing_is_there_twice(void **state)
{
	int64_t took = whole_story_ns(state), until = now_ns() + LONGEST_S * INT64_C(1000000000);
	int killed = 0, i;

	srandom(20261122);
	for (i = 0; i < KILLS && now_ns() < until; i++)
		killed += killed_after(state, (int64_t)((double)took * (double)random() / (double)RAND_MAX));
	print_message("# %d of %d were killed; a story takes %lld ms\n", killed, i, (long long)(took / 1000000));
	/* On a slow machine there are fewer. */
	assert_true(killed >= 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(killed_at_any_moment_nothing_synced_is_lost_and_nothing_is_there_twice),
	};

	/* Minutes, and more with sanitizers. */
	if (getenv("NETVANE_LONG_TESTS") == NULL) {
		puts("1..0 # SKIP takes minutes; NETVANE_LONG_TESTS=1 runs it");
		return 0;
	}

	return cmocka_run_group_tests(tests, NULL, NULL);
}
