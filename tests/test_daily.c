/* analysis/daily.h: which measurements a day has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "analysis/daily.h"

enum { DAY = 20500 };

static void
assert_cell(const struct correlate_series *s, size_t i, int day, uint32_t measured, uint32_t bad)
{
	assert_true(i < s->ncells);
	assert_int_equal(s->cells[i].day, day);
	assert_int_equal(s->cells[i].of.measured, measured);
	assert_int_equal(s->cells[i].of.bad, bad);
}

static void
days_are_counted_in_any_order(void **state)
{
	struct daily *daily = daily_new();
	const struct correlate_series *series;
	size_t n;
	int i;

	(void)state;
	daily_add(daily, "https://a.example/", "AS1", DAY + 2, SAYS_WELL, false);
	daily_add(daily, "https://a.example/", "AS1", DAY, SAYS_BAD, false);
	daily_add(daily, "https://a.example/", "AS1", DAY + 2, SAYS_BAD, false);
	daily_add(daily, "https://a.example/", "AS1", DAY + 1, SAYS_NOTHING, false);
	for (i = 50; i > 2; i--)
		daily_add(daily, "https://a.example/", "AS1", DAY + i, SAYS_WELL, false);
	daily_add(daily, "https://a.example/", "AS1", DAY, SAYS_WELL, false);
	series = daily_series(daily, false, &n);
	assert_int_equal(n, 1);
	assert_int_equal(series[0].ncells, 50);
	assert_cell(&series[0], 0, DAY, 2, 1);
	assert_cell(&series[0], 1, DAY + 2, 2, 1); /* the day between is missing, not good */
	assert_cell(&series[0], 49, DAY + 50, 1, 0);
	daily_free(daily);
}

static void
networks_are_told_apart_or_not(void **state)
{
	struct daily *daily = daily_new();
	const struct correlate_series *series;
	size_t n;

	(void)state;
	daily_add(daily, daily_line, "AS1", DAY, SAYS_BAD, false);
	daily_add(daily, "https://b.example/", "AS2", DAY, SAYS_BAD, false);
	daily_add(daily, "https://b.example/", "AS1", DAY + 1, SAYS_WELL, false);
	daily_add(daily, "https://b.example/", "AS1", DAY, SAYS_WELL, false);
	daily_add(daily, "https://a.example/", NULL, DAY, SAYS_WELL, false);
	series = daily_series(daily, false, &n);
	assert_int_equal(n, 3);
	assert_string_equal(series[0].target, "https://a.example/");
	assert_string_equal(series[1].target, "https://b.example/");
	assert_string_equal(series[2].target, daily_line);
	assert_null(series[1].network);
	assert_false(series[1].apart);
	assert_true(series[2].apart);
	assert_int_equal(series[1].ncells, 2);
	assert_cell(&series[1], 0, DAY, 2, 1);
	assert_cell(&series[1], 1, DAY + 1, 1, 0);
	series = daily_series(daily, true, &n);
	assert_int_equal(n, 4);
	assert_string_equal(series[0].network, "");
	assert_string_equal(series[1].network, "AS1");
	assert_string_equal(series[2].network, "AS2");
	assert_cell(&series[2], 0, DAY, 1, 1);
	daily_free(daily);
}

static void
many_targets_are_found_again(void **state)
{
	struct daily *daily = daily_new();
	const struct correlate_series *series;
	char target[40];
	size_t n;
	int i, k;

	(void)state;
	for (k = 0; k < 3; k++)
		for (i = 0; i < 1000; i++) {
			snprintf(target, sizeof(target), "https://%04d.example/", i);
			daily_add(daily, target, "AS1", DAY + k, SAYS_WELL, false);
		}
	series = daily_series(daily, false, &n);
	assert_int_equal(n, 1000);
	for (i = 0; i < 1000; i++)
		assert_int_equal(series[i].ncells, 3);
	daily_free(daily);
	daily = daily_new();
	daily_series(daily, false, &n);
	assert_int_equal(n, 0);
	daily_free(daily);
	daily_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(days_are_counted_in_any_order),
	    cmocka_unit_test(networks_are_told_apart_or_not),
	    cmocka_unit_test(many_targets_are_found_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
