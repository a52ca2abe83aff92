/* What lookups.h promises of its end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>
#include <cmocka.h>

#include "probe/lookups.h"
#include "results/failure.h"
#include "results/measurement.h"
#include "tests/hand_probe.h"

struct story {
	struct lookups lookups;
	int ready, done;
	bool over;
};

static void
on_ready(void *arg)
{
	((struct story *)arg)->ready++;
}

static void
on_done(void *arg)
{
	struct story *story = arg;

	story->done++;
	story->over = true;
}

static void
start(struct story *story, struct hand_probe *hand, struct measurement *m)
{
	lookups_start(&story->lookups, &hand->probe, m, NULL, 0, "site.test", NULL, 3, false,
	    on_ready, on_done, story);
}

/* A signal may come when they have just ended, and nobody has looked yet. */
static void
an_end_after_the_end_is_none(void **state)
{
	struct hand_probe *hand = hand_probe_new(NULL);
	struct measurement *m = measurement_new();
	struct story story = {0};

	(void)state;
	start(&story, hand, m);
	hand_probe_run(hand, &story.over);
	lookups_end(&story.lookups, failure_name(FAILURE_INTERRUPTED));
	hand_probe_drain(hand);
	assert_int_equal(story.ready, 1);
	assert_int_equal(story.done, 1);
	lookups_clear(&story.lookups);
	measurement_free(m);
	hand_probe_free(hand);
}

static void
an_end_before_the_first_question_is_an_end(void **state)
{
	struct hand_probe *hand = hand_probe_new(NULL);
	struct measurement *m = measurement_new();
	struct story story = {0};

	(void)state;
	start(&story, hand, m);
	lookups_end(&story.lookups, failure_name(FAILURE_INTERRUPTED));
	hand_probe_drain(hand);
	assert_int_equal(story.ready, 1);
	assert_int_equal(story.done, 1);
	lookups_clear(&story.lookups);
	measurement_free(m);
	hand_probe_free(hand);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_end_after_the_end_is_none),
	    cmocka_unit_test(an_end_before_the_first_question_is_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
