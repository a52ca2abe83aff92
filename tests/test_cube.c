/* The cube: what is counted where, and what is missing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "analysis/cube.h"
#include "tests/outcome_lab.h"

#define SITE "https://a.example/"
#define OTHER "https://b.example/"
enum { KCELL = 29355, TELECOM = 9198 };

static const int32_t midnight = (int32_t)(MIDNIGHT / HOUR);

static void
add(struct cube *cube, const char *url, uint32_t asn, char letter, int64_t us)
{
	struct outcome o =
	    url != NULL ? outcome_of_letter(url, asn, letter, us) : round_of_letter(asn, letter, us);

	cube_add(cube, &o);
}

static void
outcomes_are_counted_by_hour_target_network_status_and_mechanism(void **state)
{
	struct cube *cube = cube_new();
	struct cube_series s;

	(void)state;
	add(cube, SITE, TELECOM, '.', MIDNIGHT);
	add(cube, SITE, TELECOM, '.', MIDNIGHT + HOUR - 1);
	add(cube, SITE, TELECOM, 'b', MIDNIGHT + 1);
	add(cube, SITE, TELECOM, 'l', MIDNIGHT + HOUR);
	add(cube, SITE, KCELL, '.', MIDNIGHT);
	add(cube, OTHER, TELECOM, '.', MIDNIGHT);
	assert_int_equal(cube_nseries(cube), 3);
	assert_int_equal(cube_targets(cube), 2);
	assert_int_equal(cube_networks(cube), 2);
	assert_string_equal(cube_target(cube, 1), OTHER);
	assert_int_equal(cube_network(cube, 1)->asn, KCELL);
	assert_string_equal(cube_network(cube, 1)->cc, "KZ");

	s = cube_series(cube, 0);
	assert_int_equal(s.ncells, 3);
	assert_int_equal(s.cells[0].hour, midnight);
	assert_int_equal(s.cells[0].status, VERDICT_OK);
	assert_int_equal(s.cells[0].n, 2);
	assert_int_equal(s.cells[1].mechanism, TLS_SNI_RESET);
	assert_float_equal(s.cells[1].weight, 0.97, 1e-6);
	assert_int_equal(s.cells[2].hour, midnight + 1);
	assert_int_equal(s.cells[2].status, VERDICT_LIKELY_BLOCKED);
	cube_free(cube);
}

static void
a_day_is_added_up(void **state)
{
	struct cube *cube = cube_new();
	struct cube_series s;
	struct cube_sum sum;
	const char *letters = "..bbt?Dr";
	size_t i;

	(void)state;
	for (i = 0; i < strlen(letters); i++)
		add(cube, SITE, TELECOM, letters[i], MIDNIGHT + (int64_t)i * 3 * HOUR);
	add(cube, SITE, TELECOM, 'b', MIDNIGHT + DAY);
	s = cube_series(cube, 0);
	assert_true(cube_sum(&s, midnight, midnight + 24, &sum));
	assert_int_equal(sum.n, 8);
	assert_int_equal(sum.counts[VERDICT_OK], 2);
	assert_int_equal(sum.counts[VERDICT_BLOCKED], 2);
	assert_int_equal(sum.counts[VERDICT_IMPAIRED], 2);
	assert_float_equal(sum.weights[VERDICT_BLOCKED], 1.94, 1e-6);
	/* Down and insufficient say nothing of the way there; a site that refuses was reached. */
	assert_int_equal(sum.well, 3);
	assert_int_equal(sum.bad, 3);
	cube_free(cube);
}

static void
what_was_not_measured_is_missing_and_not_zero(void **state)
{
	struct cube *cube = cube_new();
	struct cube_series s;
	struct cube_sum sum;

	(void)state;
	add(cube, SITE, TELECOM, '.', MIDNIGHT);
	add(cube, SITE, TELECOM, '.', MIDNIGHT + 2 * DAY);
	s = cube_series(cube, 0);
	assert_false(cube_sum(&s, midnight + 24, midnight + 48, &sum));
	assert_int_equal(sum.n, 0);
	assert_false(cube_sum(&s, midnight - 24, midnight, &sum));
	assert_true(cube_sum(&s, midnight + 48, midnight + 72, &sum));
	assert_false(cube_find(cube, 0, 7, &s));
	cube_free(cube);
}

static void
rounds_tell_a_target_that_was_not_measured_from_a_line_that_was_dead(void **state)
{
	struct cube *cube = cube_new();
	const uint32_t network = 0;

	(void)state;
	add(cube, SITE, TELECOM, '.', MIDNIGHT);
	add(cube, NULL, TELECOM, '.', MIDNIGHT);
	add(cube, NULL, TELECOM, 'S', MIDNIGHT + HOUR);
	add(cube, NULL, TELECOM, 'O', MIDNIGHT + HOUR + 1);
	add(cube, NULL, TELECOM, 'S', MIDNIGHT + 2 * HOUR);
	add(cube, NULL, TELECOM, 'g', MIDNIGHT + 2 * HOUR + 1);
	assert_int_equal(cube_presence(cube, 0, network, midnight, midnight + 1), CUBE_MEASURED);
	assert_int_equal(
	    cube_presence(cube, 0, network, midnight + 1, midnight + 2), CUBE_LINE_DEAD);
	assert_int_equal(
	    cube_presence(cube, 0, network, midnight + 2, midnight + 3), CUBE_NOT_ITS_TURN);
	assert_int_equal(
	    cube_presence(cube, 0, network, midnight + 3, midnight + 4), CUBE_NOBODY_LOOKED);
	assert_int_equal(cube_presence(cube, 0, network, midnight, midnight + 4), CUBE_MEASURED);
	assert_int_equal(cube_rounds(cube, network).ncells, 5);
	assert_int_equal(cube_rounds(cube, 9).ncells, 0);
	cube_free(cube);
}

static void
the_order_of_records_does_not_matter(void **state)
{
	struct cube *forward = cube_new(), *shuffled = cube_new();
	enum { N = 5000 };
	struct chance chance = {1};
	int order[N], i, j, swap;
	struct cube_series a, b;

	(void)state;
	for (i = 0; i < N; i++)
		order[i] = i;
	for (i = N - 1; i > 0; i--) {
		j = (int)(chance_next(&chance) * (i + 1));
		swap = order[i];
		order[i] = order[j];
		order[j] = swap;
	}
	for (i = 0; i < N; i++) {
		add(forward, SITE, TELECOM, ".b?"[i % 3], MIDNIGHT + i * 7 * MINUTE);
		add(shuffled, SITE, TELECOM, ".b?"[order[i] % 3],
		    MIDNIGHT + order[i] * 7 * MINUTE);
	}
	a = cube_series(forward, 0);
	b = cube_series(shuffled, 0);
	assert_int_equal(a.ncells, b.ncells);
	for (i = 0; i < (int)a.ncells; i++) {
		assert_int_equal(a.cells[i].hour, b.cells[i].hour);
		assert_int_equal(a.cells[i].status, b.cells[i].status);
		assert_int_equal(a.cells[i].mechanism, b.cells[i].mechanism);
		assert_int_equal(a.cells[i].n, b.cells[i].n);
		assert_float_equal(a.cells[i].weight, b.cells[i].weight, 1e-4);
	}
	cube_free(forward);
	cube_free(shuffled);
}

static void
times_that_no_clock_shows_are_left_out(void **state)
{
	struct cube *cube = cube_new();

	(void)state;
	add(cube, SITE, TELECOM, '.', 0);
	add(cube, SITE, TELECOM, '.', -DAY);
	add(cube, SITE, TELECOM, '.', INT64_MAX);
	add(cube, SITE, TELECOM, '.', INT64_MIN);
	assert_int_equal(cube_nseries(cube), 0);
	assert_int_equal(cube_hour(-1), -1);
	assert_int_equal(cube_hour(0), 0);
	cube_free(cube);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(outcomes_are_counted_by_hour_target_network_status_and_mechanism),
	    cmocka_unit_test(a_day_is_added_up),
	    cmocka_unit_test(what_was_not_measured_is_missing_and_not_zero),
	    cmocka_unit_test(rounds_tell_a_target_that_was_not_measured_from_a_line_that_was_dead),
	    cmocka_unit_test(the_order_of_records_does_not_matter),
	    cmocka_unit_test(times_that_no_clock_shows_are_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
