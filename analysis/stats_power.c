/* What a comparison could find at all. */
#include "analysis/stats_power.h"

#include <math.h>
#include <stdlib.h>

#include "analysis/stats_table.h"
#include "base/mem.h"

static double
binomial(int64_t n, int64_t k, double p)
{
	double log_p;
	int sign;

	if (p <= 0)
		return k == 0;
	if (p >= 1)
		return k == n;
	log_p = lgamma_r((double)n + 1, &sign) - lgamma_r((double)k + 1, &sign) -
	    lgamma_r((double)(n - k) + 1, &sign);
	return exp(log_p + (double)k * log(p) + (double)(n - k) * log1p(-p));
}

/*
 * For each count of bad days among the others, how many event days must be bad for that to be
 * found; events + 1 where all would not do. It never falls as the others get worse.
 */
static int64_t *
critical_counts(const struct stats_power_case *c)
{
	int64_t *counts = xreallocarray(NULL, (size_t)c->others + 1, sizeof(*counts));
	struct stats_table t;
	int64_t x = 0, y;

	for (y = 0; y <= c->others; y++) {
		for (; x <= c->events; x++) {
			t = (struct stats_table){x, c->events - x, y, c->others - y};
			if (stats_fisher(&t, STATS_GREATER) <= c->alpha)
				break;
		}
		counts[y] = x;
	}
	return counts;
}

static double
power_of(const struct stats_power_case *c, const int64_t *counts, double p_event)
{
	/* tail[x]: x or more of the event days are bad. */
	double *tail = xcalloc((size_t)c->events + 2, sizeof(*tail)), power = 0;
	int64_t x, y;

	for (x = c->events; x >= 0; x--)
		tail[x] = tail[x + 1] + binomial(c->events, x, p_event);
	for (y = 0; y <= c->others; y++)
		power += binomial(c->others, y, c->p_other) * tail[counts[y]];
	free(tail);
	return fmin(power, 1);
}

double
stats_power(const struct stats_power_case *c, double p_event)
{
	int64_t *counts = critical_counts(c);
	double power = power_of(c, counts, p_event);

	free(counts);
	return power;
}

double
stats_power_detectable(const struct stats_power_case *c, double power)
{
	int64_t *counts = critical_counts(c);
	double low = c->p_other, high = 1, middle;

	if (power_of(c, counts, 1) < power) {
		free(counts);
		return NAN;
	}
	while (high - low > 1e-6) {
		middle = low + (high - low) / 2;
		if (power_of(c, counts, middle) < power)
			low = middle;
		else
			high = middle;
	}
	free(counts);
	return high;
}
