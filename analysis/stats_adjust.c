/* Many tests at once. */
#include "analysis/stats_adjust.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

struct ranked {
	double p;
	size_t i;
};

static int
compare(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	return x->p < y->p ? -1 : x->p > y->p;
}

void
stats_adjust(const double *p, size_t n, double *q)
{
	struct ranked *ranked = xreallocarray(NULL, n, sizeof(*ranked));
	size_t m = 0, i;
	double least = 1;

	for (i = 0; i < n; i++)
		if (!isnan(p[i]))
			ranked[m++] = (struct ranked){p[i], i};
		else
			q[i] = NAN;
	qsort(ranked, m, sizeof(*ranked), compare);
	/* From the largest down, none above the one behind it. */
	for (i = m; i-- > 0;) {
		least = fmin(least, ranked[i].p * (double)m / (double)(i + 1));
		q[ranked[i].i] = least;
	}
	free(ranked);
}
