/* Circular shifts of a pattern of days. */
#include "analysis/stats_shift.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

enum { WEEK = 7 };

double
shift_value(const struct shift_values *values, int64_t day)
{
	int64_t i = day - values->first;

	return i >= 0 && (uint64_t)i < values->n ? values->values[i] : NAN;
}

/* Rounded down, before 1970 as well. */
int32_t
shift_week(int64_t day)
{
	return (int32_t)((day - (day % WEEK + WEEK) % WEEK) / WEEK);
}

static int
compare(const void *a, const void *b)
{
	const int32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* The index of the week in the plan, or nweeks. */
static size_t
find_week(const struct shift_plan *plan, int32_t week)
{
	const int32_t *found =
	    bsearch(&week, plan->weeks, plan->nweeks, sizeof(*plan->weeks), compare);

	return found != NULL ? (size_t)(found - plan->weeks) : plan->nweeks;
}

static size_t
block_of(const struct shift_plan *plan, size_t week)
{
	size_t low = 0, high = plan->nblocks, middle;

	while (high - low > 1) {
		middle = low + (high - low) / 2;
		if (plan->blocks[middle] <= week)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static size_t
length(const struct shift_plan *plan, size_t block)
{
	return plan->blocks[block + 1] - plan->blocks[block];
}

/* Cuts as evenly as whole weeks allow, and counts the arrangements. */
static void
cut(struct shift_plan *plan, size_t nblocks, const struct shift_days *pattern)
{
	bool *used = xcalloc(nblocks, sizeof(*used));
	size_t i, week;

	plan->nblocks = nblocks;
	for (i = 0; i <= nblocks; i++)
		plan->blocks[i] = i * plan->nweeks / nblocks;
	for (i = 0; i < pattern->n; i++)
		if ((week = find_week(plan, shift_week(pattern->days[i]))) < plan->nweeks)
			used[block_of(plan, week)] = true;
	plan->arrangements = 1;
	for (i = 0; i < nblocks; i++)
		if (used[i])
			plan->arrangements *= (double)length(plan, i);
	free(used);
}

struct shift_plan *
shift_plan_new(int32_t *weeks, size_t n, const struct shift_days *pattern)
{
	struct shift_plan *plan = xcalloc(1, sizeof(*plan));
	size_t i, nblocks, best = 1;
	double most = 0;

	plan->weeks = weeks;
	if (n > 0)
		qsort(weeks, n, sizeof(*weeks), compare);
	for (i = 0; i < n; i++)
		if (plan->nweeks == 0 || weeks[i] != weeks[plan->nweeks - 1])
			weeks[plan->nweeks++] = weeks[i];
	plan->blocks = xcalloc(plan->nweeks / SHIFT_BLOCK_WEEKS + 2, sizeof(*plan->blocks));
	for (nblocks = 1; nblocks == 1 || nblocks * SHIFT_BLOCK_WEEKS <= plan->nweeks; nblocks++) {
		cut(plan, nblocks, pattern);
		if (plan->arrangements > most) {
			most = plan->arrangements;
			best = nblocks;
		}
		if (most >= SHIFT_ENOUGH || most <= 1)
			break;
	}
	cut(plan, best, pattern);
	return plan;
}

void
shift_plan_free(struct shift_plan *plan)
{
	if (plan == NULL)
		return;
	free(plan->weeks);
	free(plan->blocks);
	free(plan);
}

void
shift_center(const struct shift_plan *plan, struct shift_values *values)
{
	struct {
		double sum, n;
	} *means = xcalloc(plan->nblocks, sizeof(*means));
	size_t i, week, block;

	for (i = 0; i < values->n; i++) {
		week = find_week(plan, shift_week((int64_t)values->first + (int64_t)i));
		if (week == plan->nweeks || isnan(values->values[i]))
			continue;
		block = block_of(plan, week);
		means[block].sum += values->values[i];
		means[block].n++;
	}
	for (i = 0; i < values->n; i++) {
		week = find_week(plan, shift_week((int64_t)values->first + (int64_t)i));
		if (week == plan->nweeks || isnan(values->values[i]))
			continue;
		block = block_of(plan, week);
		values->values[i] -= means[block].sum / means[block].n;
	}
	free(means);
}

void
shift_sums_init(struct shift_sums *sums, const struct shift_plan *plan)
{
	sums->sum = xcalloc(plan->nweeks, sizeof(*sums->sum));
	sums->n = xcalloc(plan->nweeks, sizeof(*sums->n));
}

void
shift_sums_clear(struct shift_sums *sums)
{
	free(sums->sum);
	free(sums->n);
	*sums = (struct shift_sums){NULL, NULL};
}

/* One day of the pattern, under all shifts of its block. */
static void
add_day(struct shift_sums *sums, const struct shift_plan *plan, int32_t day,
    const struct shift_values *values, int lag)
{
	size_t week = find_week(plan, shift_week(day)), block, start, len, shift, at;
	int weekday = (day % WEEK + WEEK) % WEEK;
	double value;

	if (week == plan->nweeks)
		return;
	block = block_of(plan, week);
	start = plan->blocks[block];
	len = length(plan, block);
	for (shift = 0; shift < len; shift++) {
		at = start + (week - start + shift) % len;
		value = shift_value(values, (int64_t)plan->weeks[at] * WEEK + weekday + lag);
		if (isnan(value))
			continue;
		sums->sum[start + shift] += value;
		sums->n[start + shift]++;
	}
}

void
shift_sums_add(struct shift_sums *sums, const struct shift_plan *plan,
    const struct shift_days *pattern, const struct shift_values *values, int lag)
{
	size_t i;

	for (i = 0; i < pattern->n; i++)
		add_day(sums, plan, pattern->days[i], values, lag);
}

void
shift_run_init(
    struct shift_run *run, const struct shift_plan *plan, uint64_t seed, int64_t arrangements)
{
	double every = 1;
	size_t i;

	for (i = 0; i < plan->nblocks; i++)
		every *= (double)length(plan, i);
	*run = (struct shift_run){
	    .plan = plan,
	    .all = every <= (double)arrangements ? (int64_t)every : arrangements,
	    .exact = every <= (double)arrangements,
	    .shifts = xcalloc(plan->nblocks, sizeof(*run->shifts)),
	};
	stats_random_seed(&run->random, seed);
}

void
shift_run_clear(struct shift_run *run)
{
	free(run->shifts);
	run->shifts = NULL;
}

/* The next of all, as an odometer counts. */
static void
count_on(struct shift_run *run)
{
	size_t i;

	for (i = 0; i < run->plan->nblocks; i++) {
		if (++run->shifts[i] < length(run->plan, i))
			return;
		run->shifts[i] = 0;
	}
}

bool
shift_run_next(struct shift_run *run)
{
	size_t i;

	if (run->done == run->all)
		return false;
	if (!run->exact)
		for (i = 0; i < run->plan->nblocks; i++)
			run->shifts[i] =
			    (size_t)stats_random_below(&run->random, length(run->plan, i));
	else if (run->done > 0)
		count_on(run);
	run->done++;
	return true;
}

struct shift_total
shift_total(const struct shift_plan *plan, const struct shift_sums *sums, const size_t *shifts)
{
	struct shift_total total = {0, 0};
	size_t k, i;

	for (k = 0; k < plan->nblocks; k++) {
		i = plan->blocks[k] + (shifts != NULL ? shifts[k] : 0);
		total.sum += sums->sum[i];
		total.n += sums->n[i];
	}
	return total;
}

double
shift_statistic(struct shift_total total)
{
	return total.n > 0 ? total.sum / sqrt(total.n) : NAN;
}

void
shift_count_add(struct shift_count *count, double statistic)
{
	/* Sums of the same numbers in another order may differ in their last digits. */
	static const double tolerance = 1e-9;

	if (isnan(statistic))
		return;
	count->all++;
	count->as_high += statistic >= count->happened - tolerance;
}

double
shift_count_p(const struct shift_count *count, bool exact)
{
	if (isnan(count->happened) || count->all == 0)
		return NAN;
	if (exact)
		return (double)count->as_high / (double)count->all;
	return (double)(count->as_high + 1) / (double)(count->all + 1);
}
