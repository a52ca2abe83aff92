/* A table of two by two counts. */
#include "analysis/stats_table.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"

/* All values that the table's first count can have, with the logarithm of each one's weight. */
struct support {
	int64_t low, high, at; /* `at` is what it has */
	double *weights; /* at an odds ratio of 1, but for a constant factor */
};

/* What lgamma does to a global variable is nothing for a function that shall be pure. */
static double
log_factorial(int64_t n)
{
	int sign;

	return lgamma_r((double)n + 1, &sign);
}

static double
log_choose(int64_t n, int64_t k)
{
	return log_factorial(n) - log_factorial(k) - log_factorial(n - k);
}

static void
support_init(struct support *s, const struct stats_table *t)
{
	int64_t bad = t->a + t->c, good = t->b + t->d, events = t->a + t->b, x;

	s->low = events > good ? events - good : 0;
	s->high = events < bad ? events : bad;
	s->at = t->a;
	s->weights = xreallocarray(NULL, (size_t)(s->high - s->low + 1), sizeof(*s->weights));
	for (x = s->low; x <= s->high; x++)
		s->weights[x - s->low] = log_choose(bad, x) + log_choose(good, events - x);
}

/*
 * Sums over the distribution at an odds ratio: all of it, its part from `first` to `last`, and
 * its values times their weights. Scaled by the largest weight, so that nothing overflows and only
 * what does not matter underflows.
 */
struct sums {
	double all, part, moment;
};

static struct sums
sum_up(const struct support *s, double log_ratio, int64_t first, int64_t last)
{
	struct sums sums = {0, 0, 0};
	double most = -INFINITY, w;
	int64_t x;

	for (x = s->low; x <= s->high; x++)
		most = fmax(most, s->weights[x - s->low] + (double)x * log_ratio);
	for (x = s->low; x <= s->high; x++) {
		w = exp(s->weights[x - s->low] + (double)x * log_ratio - most);
		sums.all += w;
		sums.moment += w * (double)x;
		if (x >= first && x <= last)
			sums.part += w;
	}
	return sums;
}

static double
probability(const struct support *s, double log_ratio, int64_t first, int64_t last)
{
	struct sums sums = sum_up(s, log_ratio, first, last);

	return sums.part / sums.all;
}

static double
two_sided(const struct support *s)
{
	static const double tolerance = 1e-7;
	double limit = s->weights[s->at - s->low] + log1p(tolerance), all = 0, part = 0, w;
	double most = -INFINITY;
	int64_t x;

	for (x = s->low; x <= s->high; x++)
		most = fmax(most, s->weights[x - s->low]);
	for (x = s->low; x <= s->high; x++) {
		w = exp(s->weights[x - s->low] - most);
		all += w;
		if (s->weights[x - s->low] <= limit)
			part += w;
	}
	return part / all;
}

double
stats_fisher(const struct stats_table *table, enum stats_tail tail)
{
	struct support s;
	double p;

	support_init(&s, table);
	if (tail == STATS_GREATER)
		p = probability(&s, 0, s.at, s.high);
	else if (tail == STATS_LESS)
		p = probability(&s, 0, s.low, s.at);
	else
		p = two_sided(&s);
	free(s.weights);
	return fmin(p, 1);
}

/* What is to become equal to a wanted value; each rises with the odds ratio. */
typedef double rising(const struct support *s, double log_ratio);

static double
upper_tail(const struct support *s, double log_ratio)
{
	return probability(s, log_ratio, s->at, s->high);
}

static double
not_lower_tail(const struct support *s, double log_ratio)
{
	return -probability(s, log_ratio, s->low, s->at);
}

static double
mean(const struct support *s, double log_ratio)
{
	struct sums sums = sum_up(s, log_ratio, 0, 0);

	return sums.moment / sums.all;
}

/* Where the function has the value: by halving, on the logarithm of the odds ratio. */
static double
solve(const struct support *s, rising *f, double wanted)
{
	double low = -1, high = 1, middle;
	int i;

	while (f(s, low) > wanted && low > -1e6)
		low *= 2;
	while (f(s, high) < wanted && high < 1e6)
		high *= 2;
	for (i = 0; i < 200 && high - low > 1e-14 * (1 + fabs(low)); i++) {
		middle = low + (high - low) / 2;
		if (f(s, middle) < wanted)
			low = middle;
		else
			high = middle;
	}
	return exp(low + (high - low) / 2);
}

static bool
says_nothing(const struct stats_table *t)
{
	return t->a + t->b == 0 || t->c + t->d == 0 || t->a + t->c == 0 || t->b + t->d == 0;
}

void
stats_odds_exact(const struct stats_table *table, double level, struct stats_odds *odds)
{
	double tail = (1 - level) / 2;
	struct support s;

	*odds = (struct stats_odds){NAN, NAN, NAN};
	if (says_nothing(table))
		return;
	support_init(&s, table);
	odds->low = s.at == s.low ? 0 : solve(&s, upper_tail, tail);
	odds->high = s.at == s.high ? INFINITY : solve(&s, not_lower_tail, -tail);
	if (s.at == s.low)
		odds->estimate = 0;
	else if (s.at == s.high)
		odds->estimate = INFINITY;
	else
		odds->estimate = solve(&s, mean, (double)s.at);
	free(s.weights);
}

double
stats_odds_haldane(const struct stats_table *table)
{
	if (says_nothing(table))
		return NAN;
	return ((double)table->a + 0.5) * ((double)table->d + 0.5) /
	    (((double)table->b + 0.5) * ((double)table->c + 0.5));
}
