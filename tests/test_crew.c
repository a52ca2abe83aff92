/* What crew.h promises: everything once, in order, in no more batches than there are, and an end at any time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "analysis/crew.h"

enum { BATCHES = 5, WORKERS = 4, LAST = 5000 };

struct numbers {
	int next, last; /* of the filler's thread */
	atomic_int worked;
};

struct number {
	int n, squared;
};

static bool
fill(void *batch, void *arg)
{
	struct numbers *numbers = arg;
	struct number *number = batch;

	if (numbers->next == numbers->last)
		return false;
	number->n = numbers->next++;
	return true;
}

/* Some take much longer than others. */
static void
work(void *batch, size_t worker, void *arg)
{
	struct numbers *numbers = arg;
	struct number *number = batch;
	volatile int spin = number->n % 7 * 2000;

	assert_true(worker < WORKERS);
	while (spin > 0)
		spin--;
	number->squared = number->n * number->n;
	numbers->worked++;
}

static struct crew *
start(struct numbers *numbers, struct number batches[BATCHES], size_t workers)
{
	const struct crew_job job = {fill, work, numbers};
	void *all[BATCHES];
	size_t i;

	for (i = 0; i < BATCHES; i++)
		all[i] = &batches[i];
	return crew_new(&job, workers, all, BATCHES);
}

static void
assert_all_in_order(int last, size_t workers)
{
	struct numbers numbers = {.last = last};
	struct number batches[BATCHES];
	struct crew *crew = start(&numbers, batches, workers);
	const struct number *number;
	int n = 0;

	while ((number = crew_next(crew)) != NULL) {
		assert_int_equal(number->n, n);
		assert_int_equal(number->squared, n * n);
		n++;
	}
	assert_int_equal(n, last);
	assert_int_equal(numbers.worked, last);
	assert_null(crew_next(crew));
	crew_free(crew);
}

static void
everything_comes_once_and_in_order(void **state)
{
	(void)state;
	assert_all_in_order(LAST, WORKERS);
	assert_all_in_order(LAST, 1);
	assert_all_in_order(1, WORKERS);
}

static void
nothing_is_an_end_as_well(void **state)
{
	(void)state;
	assert_all_in_order(0, WORKERS);
}

static void
it_can_be_left_at_any_time(void **state)
{
	struct number batches[BATCHES];
	struct numbers numbers;
	struct crew *crew;
	int taken, i;

	(void)state;
	for (taken = 0; taken < 20; taken++) {
		numbers = (struct numbers){.last = LAST};
		crew = start(&numbers, batches, WORKERS);
		for (i = 0; i < taken; i++)
			assert_non_null(crew_next(crew));
		crew_free(crew);
		/* Whatever was filled ahead had its place in a batch. */
		assert_true(numbers.next <= taken + BATCHES);
	}
	crew_free(NULL);
}

static void
there_is_a_processor(void **state)
{
	(void)state;
	assert_true(crew_processors() >= 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(everything_comes_once_and_in_order),
	    cmocka_unit_test(nothing_is_an_end_as_well),
	    cmocka_unit_test(it_can_be_left_at_any_time),
	    cmocka_unit_test(there_is_a_processor),
	};

	return cmocka_run_group_tests_name("crew", tests, NULL, NULL);
}
