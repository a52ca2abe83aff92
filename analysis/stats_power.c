/* What a comparison could find at all. */
#include "analysis/stats_power.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

/* Logarithms of factorials up to n (to free): tens of thousands of tables are looked at. */
static double *
log_factorials(int64_t n)
{
	double *table = xreallocarray(NULL, (size_t)n + 1, sizeof(*table));
	int64_t i;

	for (table[0] = 0, i = 1; i <= n; i++)
		table[i] = table[i - 1] + log((double)i);
	return table;
}

static double
log_choose(const double *factorials, int64_t n, int64_t k)
{
	return factorials[n] - factorials[k] - factorials[n - k];
}

static double
binomial(const double *factorials, int64_t n, int64_t k, double p)
{
	if (p <= 0)
		return k == 0;
	if (p >= 1)
		return k == n;
	return exp(log_choose(factorials, n, k) + (double)k * log(p) + (double)(n - k) * log1p(-p));
}

/* Fisher's one-sided p, as stats_fisher has it, of x bad event days and y bad others. */
static double
tail(const double *factorials, const struct stats_power_case *c, int64_t x, int64_t y)
{
	int64_t bad = x + y, all = c->events + c->others, k;
	int64_t last = bad < c->events ? bad : c->events;
	double scale = log_choose(factorials, all, c->events), sum = 0, term = 0, before;

	for (k = x; k <= last; k++) {
		before = term;
		term = exp(log_choose(factorials, bad, k) +
		    log_choose(factorials, all - bad, c->events - k) - scale);
		sum += term;
		if (term < before && term < sum * 1e-17)
			break;
	}
	return sum;
}

/*
 * For each count of bad days among the others, how many event days must be bad for that to be
 * found; events + 1 where all would not do. It never falls as the others get worse.
 */
static int64_t *
critical_counts(const double *factorials, const struct stats_power_case *c)
{
	int64_t *counts = xreallocarray(NULL, (size_t)c->others + 1, sizeof(*counts)), x = 0, y;

	for (y = 0; y <= c->others; y++) {
		while (x <= c->events && tail(factorials, c, x, y) > c->alpha)
			x++;
		counts[y] = x;
	}
	return counts;
}

static double
power_of(const double *factorials, const struct stats_power_case *c, const int64_t *counts,
    double p_event)
{
	/* more[x]: x or more of the event days are bad. */
	double *more = xcalloc((size_t)c->events + 2, sizeof(*more)), power = 0;
	int64_t x, y;

	for (x = c->events; x >= 0; x--)
		more[x] = more[x + 1] + binomial(factorials, c->events, x, p_event);
	for (y = 0; y <= c->others; y++)
		power += binomial(factorials, c->others, y, c->p_other) * more[counts[y]];
	free(more);
	return fmin(power, 1);
}

double
stats_power(const struct stats_power_case *c, double p_event)
{
	double *factorials = log_factorials(c->events + c->others);
	int64_t *counts = critical_counts(factorials, c);
	double power = power_of(factorials, c, counts, p_event);

	free(counts);
	free(factorials);
	return power;
}

double
stats_power_detectable(const struct stats_power_case *c, double power)
{
	double *factorials = log_factorials(c->events + c->others);
	int64_t *counts = critical_counts(factorials, c);
	double low = c->p_other, high = 1, middle;

	if (power_of(factorials, c, counts, 1) < power)
		high = low = NAN;
	while (high - low > 1e-6) {
		middle = low + (high - low) / 2;
		if (power_of(factorials, c, counts, middle) < power)
			low = middle;
		else
			high = middle;
	}
	free(counts);
	free(factorials);
	return high;
}
