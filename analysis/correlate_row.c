/* What the arrangements say of one series, or of several together. */
#include "analysis/correlate_row.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

int32_t *
row_weeks(const struct correlate_series *series, size_t *n)
{
	int32_t *weeks = xreallocarray(NULL, series->ncells, sizeof(*weeks)), week;
	size_t i;

	*n = 0;
	for (i = 0; i < series->ncells; i++) {
		week = shift_week(series->cells[i].day);
		if (*n == 0 || weeks[*n - 1] != week)
			weeks[(*n)++] = week;
	}
	return weeks;
}

void
row_sums_init(struct row_sums *sums, const struct shift_plan *plan)
{
	size_t i;

	for (i = 0; i < SUM_MAX; i++)
		shift_sums_init(&sums->sums[i], plan);
}

void
row_sums_clear(struct row_sums *sums)
{
	size_t i;

	for (i = 0; i < SUM_MAX; i++)
		shift_sums_clear(&sums->sums[i]);
}

/* What a day counts. */
typedef double day_value(const struct correlate_cell *cell);

static double
bad_or_not(const struct correlate_cell *cell)
{
	return outcome_day_is_bad(&cell->of) ? 1 : 0;
}

static double
share(const struct correlate_cell *cell)
{
	return (double)cell->of.bad / cell->of.measured;
}

/* Those near an event are left out (so NAN) where `without` is given. */
static struct shift_values
values_of(
    const struct correlate_series *series, day_value *value, const struct event_windows *without)
{
	const struct correlate_cell *cells = series->cells;
	struct shift_values values = {0, 0, NULL};
	size_t i;

	if (series->ncells == 0)
		return values;
	values.first = cells[0].day;
	values.n = (size_t)((int64_t)cells[series->ncells - 1].day - cells[0].day) + 1;
	values.values = xreallocarray(NULL, values.n, sizeof(*values.values));
	for (i = 0; i < values.n; i++)
		values.values[i] = NAN;
	for (i = 0; i < series->ncells; i++)
		if (without == NULL || !event_windows_has(&without->near, cells[i].day))
			values.values[cells[i].day - values.first] = value(&cells[i]);
	return values;
}

void
row_sums_add(struct row_sums *sums, const struct shift_plan *plan,
    const struct event_windows *windows, const struct correlate_series *series)
{
	const struct {
		const struct shift_days *pattern;
		day_value *value;
		const struct event_windows *without;
	} tests[SUM_TESTS] = {
	    [SUM_BAD] = {&windows->near, bad_or_not, NULL},
	    [SUM_SHARE] = {&windows->near, share, NULL},
	    [SUM_BEFORE] = {&windows->before, bad_or_not, windows},
	    [SUM_PLACEBO_BEFORE] = {&windows->placebo_before, bad_or_not, windows},
	    [SUM_PLACEBO_AFTER] = {&windows->placebo_after, bad_or_not, windows},
	};
	struct shift_values values;
	int i;

	for (i = 0; i < SUM_TESTS; i++) {
		values = values_of(series, tests[i].value, tests[i].without);
		shift_center(plan, &values);
		shift_sums_add(&sums->sums[i], plan, tests[i].pattern, &values, 0);
		free(values.values);
	}
	values = values_of(series, bad_or_not, NULL);
	for (i = 0; i < EPOCH_LAGS; i++)
		shift_sums_add(
		    &sums->sums[SUM_EPOCH + i], plan, &windows->onsets, &values, i - EPOCH_DAYS);
	free(values.values);
}

static double
share_of(struct shift_total total)
{
	return total.n > 0 ? total.sum / total.n : NAN;
}

void
row_epoch(struct correlate_row *row, const struct row_sums *sums, const struct shift_plan *plan)
{
	struct shift_total total;
	int i;

	for (i = 0; i < EPOCH_LAGS; i++) {
		total = shift_total(plan, &sums->sums[SUM_EPOCH + i], NULL);
		row->epoch[i] = (struct correlate_lag){
		    i - EPOCH_DAYS, total.n, share_of(total), NAN, NAN, NAN};
	}
}

static int
compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Between the two nearest, as R's default (Hyndman and Fan's type 7). */
static double
quantile(const double *sorted, size_t n, double at)
{
	double place = at * (double)(n - 1), down = floor(place);
	size_t i = (size_t)down;

	if (i + 1 >= n)
		return sorted[n - 1];
	return sorted[i] + (place - down) * (sorted[i + 1] - sorted[i]);
}

/* The shares of one lag under all arrangements become its band. */
static void
set_band(struct correlate_lag *lag, double *shares, size_t n)
{
	if (n == 0)
		return;
	qsort(shares, n, sizeof(*shares), compare);
	lag->low = quantile(shares, n, 0.025);
	lag->middle = quantile(shares, n, 0.5);
	lag->high = quantile(shares, n, 0.975);
}

struct arranged {
	struct shift_count counts[SUM_TESTS];
	double *shares[EPOCH_LAGS];
	size_t n[EPOCH_LAGS];
};

static void
look(struct arranged *arranged, const struct row_sums *sums, const struct shift_plan *plan,
    const size_t *shifts)
{
	double found;
	int i;

	for (i = 0; i < SUM_TESTS; i++)
		shift_count_add(&arranged->counts[i],
		    shift_statistic(shift_total(plan, &sums->sums[i], shifts)));
	for (i = 0; i < EPOCH_LAGS; i++) {
		found = share_of(shift_total(plan, &sums->sums[SUM_EPOCH + i], shifts));
		if (!isnan(found))
			arranged->shares[i][arranged->n[i]++] = found;
	}
}

static void
take_over(struct correlate_row *row, struct arranged *arranged, bool exact)
{
	double *const p[SUM_TESTS] = {
	    [SUM_BAD] = &row->p,
	    [SUM_SHARE] = &row->p_share,
	    [SUM_BEFORE] = &row->p_before,
	    [SUM_PLACEBO_BEFORE] = &row->p_placebo_before,
	    [SUM_PLACEBO_AFTER] = &row->p_placebo_after,
	};
	int i;

	for (i = 0; i < SUM_TESTS; i++)
		*p[i] = shift_count_p(&arranged->counts[i], exact);
	for (i = 0; i < EPOCH_LAGS; i++)
		set_band(&row->epoch[i], arranged->shares[i], arranged->n[i]);
}

void
row_arrange(struct correlate_row *row, const struct row_sums *sums, const struct shift_plan *plan,
    uint64_t seed, int64_t permutations)
{
	struct arranged arranged = {.n = {0}};
	struct shift_run run;
	int i;

	shift_run_init(&run, plan, seed, permutations);
	for (i = 0; i < SUM_TESTS; i++)
		arranged.counts[i].happened =
		    shift_statistic(shift_total(plan, &sums->sums[i], NULL));
	for (i = 0; i < EPOCH_LAGS; i++)
		arranged.shares[i] =
		    xreallocarray(NULL, (size_t)run.all, sizeof(*arranged.shares[i]));
	while (shift_run_next(&run))
		look(&arranged, sums, plan, run.shifts);
	take_over(row, &arranged, run.exact);
	row->arrangements = run.all;
	row->exact = run.exact;
	row->p_least = fmax(1 / plan->arrangements, run.exact ? 0 : 1 / ((double)run.all + 1));
	for (i = 0; i < EPOCH_LAGS; i++)
		free(arranged.shares[i]);
	shift_run_clear(&run);
}
