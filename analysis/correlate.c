/* "Does blocking follow the protests?" */
#include "analysis/correlate.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "analysis/correlate_row.h"
#include "analysis/stats_adjust.h"
#include "analysis/stats_power.h"
#include "base/buf.h"
#include "base/mem.h"

const char *
correlate_refusal_name(enum correlate_refusal refusal)
{
	static const char *const names[REFUSAL_MAX] = {
	    [REFUSAL_NO_DAYS] = "no_days",
	    [REFUSAL_FEW_EVENT_DAYS] = "few_event_days",
	    [REFUSAL_NO_OTHER_DAYS] = "no_other_days",
	    [REFUSAL_NEVER_BAD] = "never_bad",
	    [REFUSAL_ALWAYS_BAD] = "always_bad",
	};

	return names[refusal];
}

const char *
correlate_finding_name(enum correlate_finding finding)
{
	static const char *const names[FINDING_MAX] = {"refused", "nothing", "doubtful", "follows"};

	return names[finding];
}

static void
row_init(struct correlate_row *row, const char *target, const char *network)
{
	int i;

	*row = (struct correlate_row){.target = target, .network = network, .odds_haldane = NAN,
	    .odds = {NAN, NAN, NAN}, .fisher = NAN, .p = NAN, .p_least = NAN, .q = NAN,
	    .p_before = NAN, .p_placebo_before = NAN, .p_placebo_after = NAN, .p_share = NAN,
	    .per_day_near = NAN, .per_day_other = NAN, .detectable = NAN};
	for (i = 0; i < EPOCH_LAGS; i++)
		row->epoch[i] = (struct correlate_lag){i - EPOCH_DAYS, 0, NAN, NAN, NAN, NAN};
}

/* Counts that are gathered day by day before they are a row's. */
struct counts {
	double near, other; /* measurements */
};

static void
count_cell(struct correlate_row *row, struct counts *counts, const struct event_windows *windows,
    const struct correlate_cell *cell)
{
	struct stats_table *t = &row->table;
	bool near = event_windows_has(&windows->near, cell->day);
	bool bad = outcome_day_is_bad(&cell->of);

	assert(cell->of.measured > 0);
	row->days++;
	row->bad_days += bad;
	row->event_days += event_windows_has(&windows->events, cell->day);
	(*(near ? (bad ? &t->a : &t->b) : (bad ? &t->c : &t->d)))++;
	*(near ? &counts->near : &counts->other) += cell->of.measured;
}

static bool
has_cell(const struct correlate_series *series, int32_t from, int32_t before)
{
	size_t low = 0, high = series->ncells, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (series->cells[middle].day < from)
			low = middle + 1;
		else
			high = middle;
	}
	return low < series->ncells && series->cells[low].day < before;
}

/* Is an event day from `from` on, and before `before`, measured? */
static bool
spell_is_measured(const struct correlate_series *series, const struct event_windows *windows,
    int32_t from, int64_t before)
{
	size_t i;

	for (i = 0; i < windows->events.n && windows->events.days[i] < before; i++)
		if (windows->events.days[i] >= from &&
		    has_cell(series, windows->events.days[i], windows->events.days[i] + 1))
			return true;
	return false;
}

static int64_t
count_spells(const struct correlate_series *series, const struct event_windows *windows)
{
	const struct shift_days *onsets = &windows->onsets;
	int64_t spells = 0;
	size_t i;

	for (i = 0; i < onsets->n; i++)
		spells += spell_is_measured(series, windows, onsets->days[i],
		    i + 1 < onsets->n ? onsets->days[i + 1] : INT64_MAX);
	return spells;
}

static void
set_density(struct correlate_row *row, const struct counts *counts)
{
	const struct stats_table *t = &row->table;

	if (t->a + t->b > 0)
		row->per_day_near = counts->near / (double)(t->a + t->b);
	if (t->c + t->d > 0)
		row->per_day_other = counts->other / (double)(t->c + t->d);
}

static enum correlate_refusal
refusal_of(const struct correlate_row *row)
{
	const struct stats_table *t = &row->table;

	if (row->days == 0)
		return REFUSAL_NO_DAYS;
	if (row->event_days < CORRELATE_EVENT_DAYS)
		return REFUSAL_FEW_EVENT_DAYS;
	if (t->c + t->d == 0)
		return REFUSAL_NO_OTHER_DAYS;
	if (row->bad_days == 0)
		return REFUSAL_NEVER_BAD;
	return row->bad_days == row->days ? REFUSAL_ALWAYS_BAD : REFUSAL_NONE;
}

static void
set_odds(struct correlate_row *row)
{
	row->odds_haldane = stats_odds_haldane(&row->table);
	stats_odds_exact(&row->table, 1 - CORRELATE_LEVEL, &row->odds);
	if (!isnan(row->odds_haldane))
		row->fisher = stats_fisher(&row->table, STATS_TWO_SIDED);
}

static void
set_detectable(struct correlate_row *row)
{
	const struct stats_table *t = &row->table;
	const struct stats_power_case c = {.events = t->a + t->b, .others = t->c + t->d,
	    .p_other = (double)t->c / (double)(t->c + t->d), .alpha = CORRELATE_LEVEL};

	if (row->p_least <= CORRELATE_LEVEL)
		row->detectable = stats_power_detectable(&c, CORRELATE_POWER);
}

/* A row draws by its own name, so that it is the same whatever else is asked about. */
static uint64_t
row_seed(uint64_t seed, const struct correlate_row *row)
{
	struct buf name = BUF_EMPTY;

	if (row->target != NULL)
		buf_printf(&name, "%s\n%s", row->target, row->network != NULL ? row->network : "");
	seed = stats_random_named(seed, buf_str(&name));
	buf_free(&name);
	return seed;
}

static void
fill_row(struct correlate_row *row, const struct correlate_question *question,
    const struct correlate_series *series, const struct event_windows *windows)
{
	struct counts counts = {0, 0};
	struct row_sums sums;
	struct shift_plan *plan;
	int32_t *weeks;
	size_t n, i;

	for (i = 0; i < series->ncells; i++)
		count_cell(row, &counts, windows, &series->cells[i]);
	row->spells = count_spells(series, windows);
	set_density(row, &counts);
	set_odds(row);
	row->refusal = refusal_of(row);
	weeks = row_weeks(series, &n);
	plan = shift_plan_new(weeks, n, &windows->near);
	row_sums_init(&sums, plan);
	row_sums_add(&sums, plan, windows, series);
	row_epoch(row, &sums, plan);
	if (row->refusal == REFUSAL_NONE) {
		row_arrange(row, &sums, plan, row_seed(question->seed, row), question->permutations);
		set_detectable(row);
	}
	row_sums_clear(&sums);
	shift_plan_free(plan);
}

/* ---- All together --------------------------------------------------------------------------- */

/* What all series count together; days of different targets are different days. */
static void
add_up(struct correlate_row *overall, struct counts *counts, const struct correlate_row *row)
{
	overall->days += row->days;
	overall->bad_days += row->bad_days;
	overall->table.a += row->table.a;
	overall->table.b += row->table.b;
	overall->table.c += row->table.c;
	overall->table.d += row->table.d;
	if (row->table.a + row->table.b > 0)
		counts->near += row->per_day_near * (double)(row->table.a + row->table.b);
	if (row->table.c + row->table.d > 0)
		counts->other += row->per_day_other * (double)(row->table.c + row->table.d);
}

/* Event days that any series measured: each once, however many targets there were. */
static int64_t
measured_event_days(
    const struct correlate_question *question, const struct event_windows *windows)
{
	int64_t n = 0;
	size_t i, k;
	int32_t day;

	for (i = 0; i < windows->events.n; i++) {
		day = windows->events.days[i];
		for (k = 0; k < question->nseries; k++)
			if (!question->series[k].apart &&
			    has_cell(&question->series[k], day, day + 1))
				break;
		n += k < question->nseries;
	}
	return n;
}

static int64_t
measured_spells(const struct correlate_question *question, const struct event_windows *windows)
{
	const struct shift_days *onsets = &windows->onsets;
	int64_t n = 0;
	size_t i, k;

	for (i = 0; i < onsets->n; i++) {
		for (k = 0; k < question->nseries; k++)
			if (!question->series[k].apart &&
			    spell_is_measured(&question->series[k], windows, onsets->days[i],
				i + 1 < onsets->n ? onsets->days[i + 1] : INT64_MAX))
				break;
		n += k < question->nseries;
	}
	return n;
}

static struct shift_plan *
plan_for_all(const struct correlate_question *question, const struct event_windows *windows)
{
	int32_t *all = NULL, *weeks;
	size_t nall = 0, n, i, k;

	for (i = 0; i < question->nseries; i++) {
		if (question->series[i].apart)
			continue;
		weeks = row_weeks(&question->series[i], &n);
		all = xreallocarray(all, nall + n, sizeof(*all));
		for (k = 0; k < n; k++)
			all[nall++] = weeks[k];
		free(weeks);
	}
	return shift_plan_new(all, nall, &windows->near);
}

/* One arrangement moves the events under all series at once: what these have in common stays. */
static void
fill_overall(struct correlate_answer *answer, const struct correlate_question *question,
    const struct event_windows *windows)
{
	struct correlate_row *overall = &answer->overall;
	struct shift_plan *plan = plan_for_all(question, windows);
	struct counts counts = {0, 0};
	struct row_sums sums;
	size_t i;

	for (i = 0; i < answer->nrows; i++)
		if (!question->series[i].apart)
			add_up(overall, &counts, &answer->rows[i]);
	overall->event_days = measured_event_days(question, windows);
	overall->spells = measured_spells(question, windows);
	set_density(overall, &counts);
	set_odds(overall);
	overall->refusal = refusal_of(overall);
	row_sums_init(&sums, plan);
	for (i = 0; i < question->nseries; i++)
		if (!question->series[i].apart)
			row_sums_add(&sums, plan, windows, &question->series[i]);
	row_epoch(overall, &sums, plan);
	if (overall->refusal == REFUSAL_NONE)
		row_arrange(overall, &sums, plan, row_seed(question->seed, overall),
		    question->permutations);
	row_sums_clear(&sums);
	shift_plan_free(plan);
}

/* ---- What it comes to ----------------------------------------------------------------------- */

static unsigned
doubts_of(const struct correlate_row *row)
{
	/* Less than a quarter more is how measurements fall. */
	static const double uneven = 1.25;
	unsigned doubts = 0;

	if (row->p_before <= CORRELATE_CHECK)
		doubts |= DOUBT_BEFORE;
	if (row->p_placebo_before <= CORRELATE_CHECK || row->p_placebo_after <= CORRELATE_CHECK)
		doubts |= DOUBT_PLACEBO;
	if (row->per_day_near > uneven * row->per_day_other && row->p_share > CORRELATE_LEVEL)
		doubts |= DOUBT_SAMPLING;
	return doubts;
}

static enum correlate_finding
finding_of(const struct correlate_row *row, double p_or_q)
{
	if (row->refusal != REFUSAL_NONE)
		return FINDING_REFUSED;
	if (!(p_or_q <= CORRELATE_LEVEL))
		return FINDING_NOTHING;
	return row->doubts != 0 ? FINDING_DOUBTFUL : FINDING_FOLLOWS;
}

static void
set_findings(struct correlate_answer *answer)
{
	double *p = xreallocarray(NULL, answer->nrows, sizeof(*p));
	struct correlate_row *row;
	size_t i;

	for (i = 0; i < answer->nrows; i++)
		p[i] = answer->rows[i].p;
	stats_adjust(p, answer->nrows, p);
	for (i = 0; i < answer->nrows; i++) {
		row = &answer->rows[i];
		row->q = p[i];
		row->doubts = doubts_of(row);
		row->finding = finding_of(row, row->q);
		answer->tests += isnan(row->p) ? 0 : 1;
		answer->findings += row->finding == FINDING_FOLLOWS ? 1 : 0;
	}
	answer->overall.doubts = doubts_of(&answer->overall);
	answer->overall.finding = finding_of(&answer->overall, answer->overall.p);
	free(p);
}

static bool
measured_span(const struct correlate_question *question, int32_t *first, int32_t *last)
{
	const struct correlate_series *s;
	bool found = false;
	size_t i;

	for (i = 0; i < question->nseries; i++) {
		s = &question->series[i];
		if (s->ncells == 0)
			continue;
		if (!found || s->cells[0].day < *first)
			*first = s->cells[0].day;
		if (!found || s->cells[s->ncells - 1].day > *last)
			*last = s->cells[s->ncells - 1].day;
		found = true;
	}
	return found;
}

struct correlate_answer *
correlate(const struct correlate_question *question)
{
	struct correlate_answer *answer = xcalloc(1, sizeof(*answer));
	struct event_windows windows;
	size_t i;

	answer->nrows = question->nseries;
	answer->rows = xcalloc(question->nseries, sizeof(*answer->rows));
	row_init(&answer->overall, NULL, NULL);
	for (i = 0; i < answer->nrows; i++)
		row_init(&answer->rows[i], question->series[i].target, question->series[i].network);
	if (!measured_span(question, &answer->first, &answer->last)) {
		answer->overall.refusal = REFUSAL_NO_DAYS;
		for (i = 0; i < answer->nrows; i++)
			answer->rows[i].refusal = REFUSAL_NO_DAYS;
		return answer;
	}
	event_windows_init(&windows, question->events, question->nevents, question->tolerance,
	    answer->first, answer->last);
	answer->events = (int64_t)windows.events.n;
	for (i = 0; i < answer->nrows; i++)
		fill_row(&answer->rows[i], question, &question->series[i], &windows);
	fill_overall(answer, question, &windows);
	set_findings(answer);
	event_windows_clear(&windows);
	return answer;
}

void
correlate_free(struct correlate_answer *answer)
{
	if (answer == NULL)
		return;
	free(answer->rows);
	free(answer);
}
