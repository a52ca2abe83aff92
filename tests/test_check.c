/* What check.h promises of a check's life, told by a check that does nothing but log its steps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <event2/event.h>
#include <cmocka.h>

#include "base/buf.h"
#include "probe/check.h"
#include "probe/probe.h"
#include "results/measurement.h"

/* Longer than any test lasts, unless it waits for the deadline. */
enum { FAR_MS = 60000 };

struct stage {
	struct probe probe;
	struct measurement *m;
	struct buf story; /* "start stop done " ... in the order it happened */
};

struct dummy {
	struct check check;
	struct stage *stage;
	const char *name; /* put before each step, "" for the only one */
	bool finish_in_start, cancel_in_start;
	bool extend_once; /* on the first deadline, sets another */
	struct check *cancels; /* in done; NULL nobody */
	bool starts_another; /* in done */
};

static void
tell(const struct check *check, const char *step)
{
	const struct dummy *d = (const struct dummy *)check;

	buf_printf(&d->stage->story, "%s%s ", d->name, step);
}

static void
dummy_start(struct check *check)
{
	const struct dummy *d = (const struct dummy *)check;

	tell(check, "start");
	if (d->finish_in_start)
		check_finish(check, NULL);
	if (d->cancel_in_start)
		check_cancel(check);
	tell(check, "started");
}

static void
dummy_timeout(struct check *check)
{
	struct dummy *d = (struct dummy *)check;

	tell(check, "timeout");
	if (d->extend_once) {
		d->extend_once = false;
		check_set_deadline(check, 1);
	} else {
		check_finish(check, "dns_no_answer");
	}
}

static void
dummy_stop(struct check *check)
{
	tell(check, check->cancelled ? "stop-cancelled" : "stop");
}

static const struct check_type dummy_type = {
    .name = "dummy",
    .size = sizeof(struct dummy),
    .start = dummy_start,
    .stop = dummy_stop,
};
static const struct check_type own_timeout_type = {
    .name = "own timeout",
    .size = sizeof(struct dummy),
    .start = dummy_start,
    .timeout = dummy_timeout,
    .stop = dummy_stop,
};
static const struct check_type no_stop_type = {
    .name = "no stop",
    .size = sizeof(struct dummy),
    .start = dummy_start,
};

static struct dummy *dummy_new(struct stage *stage, const struct check_type *type, int timeout_ms);

static void
done(struct check *check, void *arg)
{
	struct dummy *d = (struct dummy *)check, *another;

	assert_ptr_equal(arg, d->stage);
	tell(check, "done");
	if (check->failure != NULL)
		buf_printf(&d->stage->story, "%s ", check->failure);
	if (d->cancels != NULL)
		check_cancel(d->cancels);
	if (d->starts_another) {
		another = dummy_new(d->stage, &dummy_type, FAR_MS);
		another->finish_in_start = true;
		another->name = "second-";
		check_start(&another->check);
	}
}

static struct dummy *
dummy_new(struct stage *stage, const struct check_type *type, int timeout_ms)
{
	struct dummy *d =
	    (struct dummy *)check_new(type, &stage->probe, stage->m, timeout_ms, done, stage);

	d->stage = stage;
	d->name = "";
	return d;
}

static int
setup(void **state)
{
	struct stage *stage = calloc(1, sizeof(*stage));

	if (stage == NULL)
		return -1;
	stage->probe.base = event_base_new();
	stage->m = measurement_new();
	*state = stage;
	return stage->probe.base != NULL ? 0 : -1;
}

static int
teardown(void **state)
{
	struct stage *stage = *state;

	measurement_free(stage->m);
	event_base_free(stage->probe.base);
	buf_free(&stage->story);
	free(stage);
	return 0;
}

/* Runs until no check is left, so a check that never ends hangs the test. */
static const char *
story(struct stage *stage)
{
	event_base_dispatch(stage->probe.base);
	return buf_str(&stage->story);
}

static void
a_check_starts_runs_and_ends_once(void **state)
{
	struct stage *stage = *state;
	struct dummy *d = dummy_new(stage, &dummy_type, FAR_MS);

	assert_string_equal(buf_str(&stage->story), "");
	check_start(&d->check);
	check_finish(&d->check, NULL);
	assert_string_equal(buf_str(&stage->story), "start started ");
	assert_string_equal(story(stage), "start started stop done ");
}

static void
done_never_runs_before_check_start_returns(void **state)
{
	struct stage *stage = *state;
	struct dummy *d = dummy_new(stage, &dummy_type, FAR_MS);

	d->finish_in_start = true;
	check_start(&d->check);
	assert_string_equal(buf_str(&stage->story), "start started ");
	assert_string_equal(story(stage), "start started stop done ");
}

static void
the_first_outcome_wins(void **state)
{
	struct stage *stage = *state;
	struct dummy *d = dummy_new(stage, &dummy_type, FAR_MS);

	check_start(&d->check);
	check_finish(&d->check, "connection_reset");
	check_finish(&d->check, NULL);
	check_finish(&d->check, "eof_error");
	assert_string_equal(story(stage), "start started stop done connection_reset ");
}

static void
cancelled_in_flight_it_stops_and_is_not_done(void **state)
{
	struct stage *stage = *state;
	struct dummy *d = dummy_new(stage, &dummy_type, FAR_MS);

	check_start(&d->check);
	check_cancel(&d->check);
	check_cancel(&d->check);
	assert_string_equal(buf_str(&stage->story), "start started ");
	assert_string_equal(story(stage), "start started stop-cancelled ");
}

static void
it_may_be_cancelled_inside_its_own_start(void **state)
{
	struct stage *stage = *state;
	struct dummy *d = dummy_new(stage, &dummy_type, FAR_MS);

	d->cancel_in_start = true;
	check_start(&d->check);
	assert_string_equal(story(stage), "start started stop-cancelled ");
}

static void
it_may_be_cancelled_before_it_starts(void **state)
{
	struct stage *stage = *state;
	struct dummy *d = dummy_new(stage, &dummy_type, FAR_MS);

	check_cancel(&d->check);
	assert_string_equal(story(stage), "stop-cancelled ");
}

static void
cancelled_after_it_finished_it_is_not_done_either(void **state)
{
	struct stage *stage = *state;
	struct dummy *d = dummy_new(stage, &dummy_type, FAR_MS);

	check_start(&d->check);
	check_finish(&d->check, NULL);
	check_cancel(&d->check);
	assert_string_equal(story(stage), "start started stop-cancelled ");
}

static void
finishing_a_cancelled_check_does_not_revive_it(void **state)
{
	struct stage *stage = *state;
	struct dummy *d = dummy_new(stage, &dummy_type, FAR_MS);

	check_start(&d->check);
	check_cancel(&d->check);
	check_finish(&d->check, NULL);
	assert_string_equal(story(stage), "start started stop-cancelled ");
}

static void
one_s_done_may_cancel_another_that_runs(void **state)
{
	struct stage *stage = *state;
	struct dummy *a = dummy_new(stage, &dummy_type, FAR_MS);
	struct dummy *b = dummy_new(stage, &dummy_type, FAR_MS);

	a->name = "a-";
	b->name = "b-";
	a->cancels = &b->check;
	check_start(&a->check);
	check_start(&b->check);
	check_finish(&a->check, NULL);
	assert_string_equal(story(stage),
	    "a-start a-started b-start b-started a-stop a-done b-stop-cancelled ");
}

/* Both are about to be reaped when the first one's done takes the second away. */
static void
one_s_done_may_cancel_another_that_has_just_finished(void **state)
{
	struct stage *stage = *state;
	struct dummy *a = dummy_new(stage, &dummy_type, FAR_MS);
	struct dummy *b = dummy_new(stage, &dummy_type, FAR_MS);

	a->name = "a-";
	b->name = "b-";
	a->cancels = &b->check;
	check_start(&a->check);
	check_start(&b->check);
	check_finish(&a->check, NULL);
	check_finish(&b->check, NULL);
	assert_string_equal(story(stage),
	    "a-start a-started b-start b-started a-stop a-done b-stop-cancelled ");
}

static void
done_may_cancel_its_own_check(void **state)
{
	struct stage *stage = *state;
	struct dummy *d = dummy_new(stage, &dummy_type, FAR_MS);

	d->cancels = &d->check;
	d->finish_in_start = true;
	check_start(&d->check);
	assert_string_equal(story(stage), "start started stop done ");
}

static void
done_may_start_the_next(void **state)
{
	struct stage *stage = *state;
	struct dummy *d = dummy_new(stage, &dummy_type, FAR_MS);

	d->starts_another = true;
	d->finish_in_start = true;
	check_start(&d->check);
	assert_string_equal(story(stage),
	    "start started stop done second-start second-started second-stop second-done ");
}

static void
the_deadline_ends_it_with_a_timeout(void **state)
{
	struct stage *stage = *state;
	struct dummy *d = dummy_new(stage, &dummy_type, 1);

	check_start(&d->check);
	assert_string_equal(story(stage), "start started stop done generic_timeout_error ");
}

static void
a_type_may_judge_its_own_deadline(void **state)
{
	struct stage *stage = *state;
	struct dummy *d = dummy_new(stage, &own_timeout_type, 1);

	check_start(&d->check);
	assert_string_equal(story(stage), "start started timeout stop done dns_no_answer ");
}

static void
a_type_may_set_another_deadline(void **state)
{
	struct stage *stage = *state;
	struct dummy *d = dummy_new(stage, &own_timeout_type, 1);

	d->extend_once = true;
	check_start(&d->check);
	assert_string_equal(
	    story(stage), "start started timeout timeout stop done dns_no_answer ");
}

static void
a_deadline_can_be_moved_closer(void **state)
{
	struct stage *stage = *state;
	struct dummy *d = dummy_new(stage, &dummy_type, FAR_MS);

	check_start(&d->check);
	check_set_deadline(&d->check, 1);
	assert_string_equal(story(stage), "start started stop done generic_timeout_error ");
}

/* Both in one turn of the loop: the check finishes before the loop sees that it is late. */
static void
no_deadline_comes_after_the_end(void **state)
{
	struct stage *stage = *state;
	struct dummy *d = dummy_new(stage, &own_timeout_type, FAR_MS);

	check_start(&d->check);
	check_finish(&d->check, NULL);
	check_set_deadline(&d->check, 0);
	assert_string_equal(story(stage), "start started stop done ");
}

static void
a_type_without_stop_is_fine(void **state)
{
	struct stage *stage = *state;
	struct dummy *d = dummy_new(stage, &no_stop_type, FAR_MS);

	d->finish_in_start = true;
	check_start(&d->check);
	assert_string_equal(story(stage), "start started done ");
}

static void
each_check_of_a_measurement_has_its_own_transaction(void **state)
{
	struct stage *stage = *state;
	struct dummy *a = dummy_new(stage, &dummy_type, FAR_MS);
	struct dummy *b = dummy_new(stage, &dummy_type, FAR_MS);

	assert_int_equal(a->check.transaction_id, 1);
	assert_int_equal(b->check.transaction_id, 2);
	check_cancel(&a->check);
	check_cancel(&b->check);
	story(stage);
}

static void
events_carry_the_check_s_transaction_attempt_and_tag(void **state)
{
	struct stage *stage = *state;
	struct dummy *d = dummy_new(stage, &dummy_type, FAR_MS);
	const struct network_event *e;

	d->check.attempt = 3;
	d->check.tag = "depth=0";
	check_start(&d->check);
	check_event(&d->check, "connect", "tcp", "192.0.2.1:443", 0, "connection_refused");
	check_event(&d->check, "read", "tcp", NULL, 17, NULL);
	check_finish(&d->check, NULL);
	story(stage);
	assert_int_equal(stage->m->nevents, 2);
	e = &stage->m->events[0];
	assert_string_equal(e->operation, "connect");
	assert_string_equal(e->proto, "tcp");
	assert_string_equal(e->address, "192.0.2.1:443");
	assert_string_equal(e->failure, "connection_refused");
	assert_int_equal(e->c.transaction_id, 1);
	assert_int_equal(e->c.attempt, 3);
	assert_int_equal(e->c.ntags, 1);
	assert_string_equal(e->c.tags[0], "depth=0");
	assert_true(e->c.t0 <= e->c.t);
	e = &stage->m->events[1];
	assert_string_equal(e->address, "");
	assert_int_equal(e->num_bytes, 17);
	assert_null(e->failure);
}

int
main(void)
{
#define CLAIM(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    CLAIM(a_check_starts_runs_and_ends_once),
	    CLAIM(done_never_runs_before_check_start_returns),
	    CLAIM(the_first_outcome_wins),
	    CLAIM(cancelled_in_flight_it_stops_and_is_not_done),
	    CLAIM(it_may_be_cancelled_inside_its_own_start),
	    CLAIM(it_may_be_cancelled_before_it_starts),
	    CLAIM(cancelled_after_it_finished_it_is_not_done_either),
	    CLAIM(finishing_a_cancelled_check_does_not_revive_it),
	    CLAIM(one_s_done_may_cancel_another_that_runs),
	    CLAIM(one_s_done_may_cancel_another_that_has_just_finished),
	    CLAIM(done_may_cancel_its_own_check),
	    CLAIM(done_may_start_the_next),
	    CLAIM(the_deadline_ends_it_with_a_timeout),
	    CLAIM(a_type_may_judge_its_own_deadline),
	    CLAIM(a_type_may_set_another_deadline),
	    CLAIM(a_deadline_can_be_moved_closer),
	    CLAIM(no_deadline_comes_after_the_end),
	    CLAIM(a_type_without_stop_is_fine),
	    CLAIM(each_check_of_a_measurement_has_its_own_transaction),
	    CLAIM(events_carry_the_check_s_transaction_attempt_and_tag),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
