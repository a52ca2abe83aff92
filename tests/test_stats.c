/*
 * The statistics of analysis/stats_table.h, stats_adjust.h, stats_power.h and stats_random.h, against
 * values that others have published, values that R computes, and exact ones by tests/stats_values.py
 * (fractions of integers, none of our code). tests/peers_stats.sh compares hundreds more.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "analysis/stats_adjust.h"
#include "analysis/stats_power.h"
#include "analysis/stats_random.h"
#include "analysis/stats_table.h"

enum { N_TABLES = 7 };

/* By tests/stats_values.py. */
static const struct {
	struct stats_table table;
	double less, greater, two_sided, low, high, estimate;
} exact[N_TABLES] = {
    {{3, 1, 1, 3}, 0.985714285714286, 0.242857142857143, 0.485714285714286, 0.2117355954466,
	626.2435305888, 6.4083196582},
    {{2, 10, 15, 3}, 0.000465180943362905, 0.999984519018686, 0.000536724119143436, 0.003317163950657,
	0.3631896023567, 0.04693663904968},
    {{10, 2, 3, 15}, 0.999984519018686, 0.000465180943362905, 0.000536724119143436, 2.753382788249,
	301.4623379715, 21.30531755675},
    {{7, 23, 12, 340}, 0.999976662289849, 0.000236198162459488, 0.000236198162459488,
	2.587173817747, 26.28708987868, 8.522318729374},
    {{0, 9, 14, 80}, 0.253267197605814, 1, 0.60602880372429, 0, 3.288733287778, 0},
    {{9, 0, 14, 80}, 1, 3.25611296276975e-07, 3.25611296276975e-07, 9.565737107706, INFINITY,
	INFINITY},
    {{120, 900, 300, 9000}, 1, 1.53369027521526e-28, 1.53369027521526e-28, 3.173301683825,
	5.016289718111, 3.999137988874},
};

static void
assert_near(double got, double wanted, double relative)
{
	if (isinf(wanted)) {
		assert_true(isinf(got) && got > 0);
		return;
	}
	if (fabs(got - wanted) <= relative * fabs(wanted))
		return;
	print_error("wanted %.15g, got %.15g\n", wanted, got);
	fail();
}

static void
fishers_test_is_exact(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < N_TABLES; i++) {
		assert_near(stats_fisher(&exact[i].table, STATS_LESS), exact[i].less, 1e-11);
		assert_near(stats_fisher(&exact[i].table, STATS_GREATER), exact[i].greater, 1e-11);
		assert_near(stats_fisher(&exact[i].table, STATS_TWO_SIDED), exact[i].two_sided, 1e-11);
	}
}

static void
the_interval_of_the_odds_ratio_is_exact(void **state)
{
	struct stats_odds odds;
	int i;

	(void)state;
	for (i = 0; i < N_TABLES; i++) {
		stats_odds_exact(&exact[i].table, 0.95, &odds);
		assert_near(odds.low, exact[i].low, 1e-11);
		assert_near(odds.high, exact[i].high, 1e-11);
		assert_near(odds.estimate, exact[i].estimate, 1e-11);
	}
	stats_odds_exact(&exact[1].table, 0.99, &odds);
	assert_near(odds.low, 0.001371853314262, 1e-11);
	assert_near(odds.high, 0.5788518553495, 1e-11);
}

/*
 * What R prints for the examples in its manual of fisher.test (R 4, stats package). Its limits come
 * from a search that stops at a relative difference of about 1e-4 on a transformed scale.
 */
static void
fishers_tea_and_convictions_are_as_r_has_them(void **state)
{
	const struct stats_table tea = {3, 1, 1, 3}; /* Fisher, The Design of Experiments, 1935 */
	const struct stats_table twins = {2, 10, 15, 3}; /* Fisher, Statistical Methods, 1970 */
	struct stats_odds odds;

	(void)state;
	assert_near(stats_fisher(&tea, STATS_GREATER), 0.2429, 2e-4);
	stats_odds_exact(&tea, 0.90, &odds); /* one-sided at 95 % */
	assert_near(odds.low, 0.3135693, 1e-3);
	assert_near(odds.estimate, 6.408309, 1e-4);
	assert_near(stats_fisher(&twins, STATS_LESS), 0.0004652, 1e-4);
	assert_near(stats_fisher(&twins, STATS_TWO_SIDED), 0.0005367, 1e-4);
	stats_odds_exact(&twins, 0.90, &odds);
	assert_near(odds.high, 0.2849601, 1e-3);
	assert_near(odds.estimate, 0.04693661, 1e-4);
	stats_odds_exact(&twins, 0.95, &odds);
	assert_near(odds.low, 0.003325764, 5e-3);
	assert_near(odds.high, 0.363182271, 1e-3);
}

/*
 * By R 4.2.2 (2022-11-10), with x <- matrix(c(a, b, c, d), 2, byrow = TRUE):
 *
 *	fisher.test(x, alternative = "less")$p.value     fisher.test(x, alternative = "greater")$p.value
 *	fisher.test(x)$p.value     fisher.test(x)$conf.int     fisher.test(x)$estimate
 */
static const struct {
	struct stats_table table;
	double less, greater, two_sided, low, high, estimate;
} by_r[] = {
    {{4, 9, 25, 327}, 0.998159799649707, 0.0139853416205705, 0.0139853416205705, 1.21091526191384,
	22.5172874371079, 5.76018843813993},
    {{12, 24, 0, 328}, 1, 1.33107089489705e-13, 1.33107089489706e-13, 34.4081714139399, INFINITY,
	INFINITY},
    {{1, 35, 12, 316}, 0.625465191366449, 0.747899234092095, 1, 0.0171176965761773, 5.38021845652861,
	0.752909937063968},
    {{2, 0, 0, 5}, 1, 0.0476190476190476, 0.0476190476190476, 0.650552061044013, INFINITY, INFINITY},
    {{36, 0, 300, 29}, 1, 0.0432747072260238, 0.0958563242104476, 0.836860714501347, INFINITY,
	INFINITY},
    {{5, 5, 5, 5}, 0.67185910065167, 0.67185910065167, 1, 0.125891615335937, 7.94334076444678, 1},
    {{18, 96, 61, 917}, 0.999777528778362, 0.000685713838542849, 0.000802305229411923,
	1.50162762650175, 5.06843327707736, 2.81494075006557},
    {{250, 112, 800, 2490}, 1, 1.27771758929018e-63, 1.2777175892902e-63, 5.45316422672873,
	8.88412466739558, 6.9429990100708},
    {{7000, 6500, 12000, 15000}, 1, 3.10727605360786e-45, 6.19444268763672e-45, 1.29125872669493,
	1.4033939347031, 1.3461244786933},
    {{365, 20005, 18052, 900001}, 0.0386032790159138, 0.96559744798022, 0.0780145379583617,
	0.817090658689185, 1.01003270902577, 0.909644820345612},
};

/* R searches for w where it is below 1, else for 1 / w, until it has it to eps^0.25 = 0.00012. */
static void
assert_found(double got, double wanted)
{
	if (isinf(wanted))
		assert_near(got, wanted, 0);
	else if (wanted <= 1)
		assert_true(fabs(got - wanted) < 1.3e-4);
	else
		assert_true(fabs(1 / got - 1 / wanted) < 1.3e-4);
}

static void
other_tables_are_as_r_has_them(void **state)
{
	struct stats_odds odds;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(by_r) / sizeof(by_r[0]); i++) {
		assert_near(stats_fisher(&by_r[i].table, STATS_LESS), by_r[i].less, 1e-9);
		assert_near(stats_fisher(&by_r[i].table, STATS_GREATER), by_r[i].greater, 1e-9);
		assert_near(stats_fisher(&by_r[i].table, STATS_TWO_SIDED), by_r[i].two_sided, 1e-9);
		stats_odds_exact(&by_r[i].table, 0.95, &odds);
		assert_found(odds.low, by_r[i].low);
		assert_found(odds.high, by_r[i].high);
		assert_found(odds.estimate, by_r[i].estimate);
	}
}

/* Swapping rows turns the odds ratio over; swapping rows and columns leaves all as it is. */
static void
a_turned_table_says_the_same(void **state)
{
	const struct stats_table *t;
	struct stats_table rows, both;
	struct stats_odds odds, turned, same;
	int i;

	(void)state;
	for (i = 0; i < N_TABLES; i++) {
		t = &exact[i].table;
		rows = (struct stats_table){t->c, t->d, t->a, t->b};
		both = (struct stats_table){t->d, t->c, t->b, t->a};
		stats_odds_exact(t, 0.95, &odds);
		stats_odds_exact(&rows, 0.95, &turned);
		stats_odds_exact(&both, 0.95, &same);
		assert_near(1 / turned.high, odds.low, 1e-9);
		assert_near(same.low, odds.low, 1e-9);
		assert_near(same.high, odds.high, 1e-9);
		assert_near(stats_fisher(&rows, STATS_LESS), exact[i].greater, 1e-10);
		assert_near(stats_odds_haldane(&rows) * stats_odds_haldane(t), 1, 1e-12);
	}
}

static void
large_tables_neither_overflow_nor_lose_their_digits(void **state)
{
	const struct stats_table even = {50000, 50000, 450000, 450000};
	const struct stats_table odd = {60000, 40000, 450000, 450000};
	struct stats_odds odds;

	(void)state;
	stats_odds_exact(&even, 0.95, &odds);
	assert_near(odds.estimate, 1, 1e-6);
	/* Woolf's interval, which so many counts come up to. */
	assert_near(log(odds.high), 1.959963985 * sqrt(2 / 5e4 + 2 / 4.5e5), 1e-2);
	assert_near(stats_fisher(&even, STATS_TWO_SIDED), 1, 1e-6);
	assert_true(stats_fisher(&odd, STATS_TWO_SIDED) < 1e-300);
	assert_true(stats_fisher(&odd, STATS_LESS) > 0.999999);
}

static void
an_empty_row_or_column_says_nothing(void **state)
{
	static const struct stats_table empty[] = {
	    {0, 0, 3, 4}, {3, 4, 0, 0}, {0, 3, 0, 4}, {3, 0, 4, 0}, {0, 0, 0, 0}};
	struct stats_odds odds;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(empty) / sizeof(empty[0]); i++) {
		stats_odds_exact(&empty[i], 0.95, &odds);
		assert_true(isnan(odds.low) && isnan(odds.high) && isnan(odds.estimate));
		assert_true(isnan(stats_odds_haldane(&empty[i])));
		assert_near(stats_fisher(&empty[i], STATS_TWO_SIDED), 1, 1e-12);
	}
}

static void
haldane_adds_a_half_to_each_count(void **state)
{
	const struct stats_table t = {9, 0, 14, 80};

	(void)state;
	assert_near(stats_odds_haldane(&t), 9.5 * 80.5 / (0.5 * 14.5), 1e-14);
}

/* ---- Many tests ----------------------------------------------------------------------------- */

/*
 * The fifteen p-values of Benjamini and Hochberg's own example (1995, section 4.1: of the first four, and
 * no others, they reject at 0.05); q by the definition, q(i) = min over k >= i of p(k) m / k.
 */
static void
q_values_are_those_of_benjamini_and_hochberg(void **state)
{
	static const double p[15] = {0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
	    0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000};
	/* 0.0298 * 15 / 7 is less than 0.0278 * 15 / 6, so the sixth has the seventh's. */
	static const double wanted[15] = {0.0015, 0.003, 0.0095, 0.035625, 0.0603,
	    0.0298 * 15 / 7, 0.0298 * 15 / 7, 0.0645, 0.0765, 0.486, 0.4262 * 15 / 11,
	    0.714875, 0.6528 * 15 / 13, 0.7590 * 15 / 14, 1};
	double q[15], shuffled[15], q_shuffled[15];
	size_t i;

	(void)state;
	stats_adjust(p, 15, q);
	for (i = 0; i < 15; i++) {
		assert_near(q[i], wanted[i], 1e-12);
		assert_int_equal(q[i] <= 0.05, i < 4);
		shuffled[i * 7 % 15] = p[i];
	}
	stats_adjust(shuffled, 15, q_shuffled);
	for (i = 0; i < 15; i++)
		assert_true(q_shuffled[i * 7 % 15] == q[i]);
}

/* R 4.2.2: p.adjust(c(0.012, 0.5, NA, 0.003, 0.012, 1, 0.0004, 0.21, 0.049, NA, 0.03, 0.94), "BH") */
static void
q_values_are_those_of_r(void **state)
{
	double p[12] = {0.012, 0.5, NAN, 0.003, 0.012, 1, 0.0004, 0.21, 0.049, NAN, 0.03, 0.94};
	static const double wanted[12] = {0.03, 0.625, NAN, 0.015, 0.03, 1, 0.004, 0.3, 0.0816666666666667,
	    NAN, 0.06, 1};
	size_t i;

	(void)state;
	stats_adjust(p, 12, p);
	for (i = 0; i < 12; i++)
		if (isnan(wanted[i]))
			assert_true(isnan(p[i]));
		else
			assert_near(p[i], wanted[i], 1e-14);
}

/* R: p.adjust(c(0.01, NA, 0.02, NA), "BH") is 0.02 NA 0.02 NA. */
static void
what_was_not_tested_is_no_test(void **state)
{
	double p[4] = {0.01, NAN, 0.02, NAN};

	(void)state;
	stats_adjust(p, 4, p);
	assert_near(p[0], 0.02, 1e-14);
	assert_near(p[2], 0.02, 1e-14);
	assert_true(isnan(p[1]) && isnan(p[3]));
	stats_adjust(p, 0, p);
}

/* ---- Power ---------------------------------------------------------------------------------- */

/* By tests/stats_values.py: the sum over all tables, in fractions. */
static void
power_is_exact(void **state)
{
	static const struct {
		struct stats_power_case c;
		double p_event, power;
	} cases[] = {
	    {{10, 40, 0.1, 0.05}, 0.5, 0.768189143169514},
	    {{6, 60, 0.05, 0.05}, 0.8, 0.98864983988585},
	    {{30, 30, 0.2, 0.05}, 0.4, 0.416659030398467},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_near(stats_power(&cases[i].c, cases[i].p_event), cases[i].power, 1e-10);
}

static void
what_is_detectable_is_found_with_that_power(void **state)
{
	const struct stats_power_case c = {12, 300, 0.04, 0.05}, hopeless = {1, 10, 0.1, 0.05};
	double p = stats_power_detectable(&c, 0.8);

	(void)state;
	assert_near(stats_power(&c, p), 0.8, 1e-4);
	assert_true(p > 0.04 && p < 1);
	assert_true(isnan(stats_power_detectable(&hopeless, 0.8)));
}

/* ---- Random numbers ------------------------------------------------------------------------- */

/* Vigna's splitmix64.c from 1234567, and xoshiro256starstar.c from the state 1, 2, 3, 4, as the
 * tests of other implementations (rand_xoshiro 0.6) have them. */
static void
the_generator_is_the_published_one(void **state)
{
	static const uint64_t mixed[] = {UINT64_C(6457827717110365317),
	    UINT64_C(3203168211198807973), UINT64_C(9817491932198370423)};
	static const uint64_t wanted[] = {11520, 0, 1509978240, UINT64_C(1215971899390074240),
	    UINT64_C(1216172134540287360), UINT64_C(607988272756665600),
	    UINT64_C(16172922978634559625), UINT64_C(8476171486693032832),
	    UINT64_C(10595114339597558777), UINT64_C(2904607092377533576)};
	struct stats_random random = {{1, 2, 3, 4}};
	uint64_t seed = 1234567;
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++)
		assert_true(stats_splitmix(&seed) == mixed[i]);
	for (i = 0; i < 10; i++)
		assert_true(stats_random_next(&random) == wanted[i]);
}

static void
each_number_below_a_limit_is_as_likely(void **state)
{
	enum { N = 70000, SIDES = 7 };
	struct stats_random random;
	int counts[SIDES] = {0}, i;
	double chi = 0, expected = (double)N / SIDES;

	(void)state;
	stats_random_seed(&random, 1);
	for (i = 0; i < N; i++)
		counts[stats_random_below(&random, SIDES)]++;
	for (i = 0; i < SIDES; i++)
		chi += (counts[i] - expected) * (counts[i] - expected) / expected;
	assert_true(chi < 22.46); /* 6 degrees of freedom, 0.1 % */
	assert_true(stats_random_below(&random, 1) == 0);
}

static void
a_name_has_numbers_of_its_own(void **state)
{
	(void)state;
	assert_true(stats_random_named(1, "a") == stats_random_named(1, "a"));
	assert_true(stats_random_named(1, "a") != stats_random_named(1, "b"));
	assert_true(stats_random_named(1, "a") != stats_random_named(2, "a"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(fishers_test_is_exact),
	    cmocka_unit_test(the_interval_of_the_odds_ratio_is_exact),
	    cmocka_unit_test(fishers_tea_and_convictions_are_as_r_has_them),
	    cmocka_unit_test(other_tables_are_as_r_has_them),
	    cmocka_unit_test(a_turned_table_says_the_same),
	    cmocka_unit_test(large_tables_neither_overflow_nor_lose_their_digits),
	    cmocka_unit_test(an_empty_row_or_column_says_nothing),
	    cmocka_unit_test(haldane_adds_a_half_to_each_count),
	    cmocka_unit_test(q_values_are_those_of_benjamini_and_hochberg),
	    cmocka_unit_test(q_values_are_those_of_r),
	    cmocka_unit_test(what_was_not_tested_is_no_test),
	    cmocka_unit_test(power_is_exact),
	    cmocka_unit_test(what_is_detectable_is_found_with_that_power),
	    cmocka_unit_test(the_generator_is_the_published_one),
	    cmocka_unit_test(each_number_below_a_limit_is_as_likely),
	    cmocka_unit_test(a_name_has_numbers_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
