/* As many targets at a time as there are descriptors for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "probe/concurrency.h"

static void
what_is_wanted_is_given_where_there_is_room(void **state)
{
	(void)state;
	assert_int_equal(concurrency_allowed(50, 524288, 2, 4), 50);
	assert_int_equal(concurrency_allowed(1, 1024, 2, 4), 1);
}

static void
few_files_mean_few_targets(void **state)
{
	(void)state;
	assert_int_equal(concurrency_allowed(1000, 1024, 2, 4), 31);
	assert_true(concurrency_allowed(1000, 1024, 6, 4) < 31);
	assert_true(concurrency_allowed(1000, 1024, 0, 4) > 31);
}

static void
one_target_is_always_measured(void **state)
{
	(void)state;
	assert_int_equal(concurrency_allowed(1000, 0, 2, 4), 1);
	assert_int_equal(concurrency_allowed(1000, 101, 2, 4), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_wanted_is_given_where_there_is_room),
	    cmocka_unit_test(few_files_mean_few_targets),
	    cmocka_unit_test(one_target_is_always_measured),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
