/* Bernoulli CUSUM with hindsight. */
#include "analysis/detect.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/history.h"
#include "analysis/outcome.h"
#include "base/mem.h"

enum { HALF_LIFE_INTERVALS = 6, MERGE_INTERVALS = 4, PATIENT_INTERVALS = 2, NOWHERE = -1 };
/* What is held of the share that a block lets through, before it is seen, weighs as so many measurements. */
static const double leak_n = 5;

static const struct detect_rules standard = DETECT_RULES;

static enum outcome_says
says(const struct point *point)
{
	return outcome_says(
	    (enum verdict_status)point->status, (enum mechanism)point->mechanism);
}

/* ---- What is usual for the target ------------------------------------------------------------ */

static int
compare_times(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

double
detect_interval_s(const struct point *points, size_t n)
{
	int64_t *gaps = xmalloc((n + 1) * sizeof(*gaps)), previous = 0, median;
	size_t i, ngaps = 0;

	for (i = 0; i < n; i++) {
		if (says(&points[i]) == SAYS_NOTHING)
			continue;
		if (previous != 0)
			gaps[ngaps++] = points[i].time_us - previous;
		previous = points[i].time_us;
	}
	qsort(gaps, ngaps, sizeof(*gaps), compare_times);
	median = ngaps > 0 ? gaps[ngaps / 2] : 0;
	free(gaps);
	return (double)median / 1e6;
}

double
detect_rate(const struct point *points, size_t n, const struct detect_rules *rules)
{
	enum outcome_says now, last = SAYS_NOTHING, before = SAYS_NOTHING;
	double lone = 0, all = 0, rate;
	size_t i;

	for (i = 0; i < n; i++) {
		now = says(&points[i]);
		if (now == SAYS_NOTHING)
			continue;
		lone += before == SAYS_WELL && last == SAYS_BAD && now == SAYS_WELL;
		all++;
		before = last;
		last = now;
	}
	rate = (lone + rules->rate * rules->rate_n) / (all + rules->rate_n);
	return fmin(fmax(rate, rules->rate_least), rules->rate_most);
}

/* ---- The walk -------------------------------------------------------------------------------- */

/* Indexes of points, or NOWHERE. */
struct walk {
	const struct detect_rules *rules;
	const struct point *points;
	double rate; /* p0 */
	double bad, well; /* what a failure that is certain, and a success, add to the sum of the blocked */
	double half_life_s, interval_s;
	/* Not in a span: one sum for each stage, since failures that have nothing in common confirm nothing. */
	double sums[VERDICT_STAGE_MAX];
	int64_t since[VERDICT_STAGE_MAX]; /* the first failure of that sum */
	int64_t last_well; /* the latest that was well */
	int64_t before[VERDICT_STAGE_MAX]; /* the latest that was well when that sum began */
	/* In a span. */
	bool open;
	double failed, tried; /* in it so far, as far as it was not calm */
	double calm; /* the sum of the recovered */
	int64_t calm_since; /* the first success of that sum, ... */
	int64_t calm_n; /* ... and how many they are */
	struct span span;
	struct span *spans;
	size_t nspans, room;
};

/* A failure of the sum's stage lies at `at`: it begins or goes on. */
static void
raise_sum(struct walk *w, int64_t at)
{
	const struct point *p = &w->points[at];

	if (w->sums[p->stage] <= 0) {
		w->sums[p->stage] = 0;
		w->since[p->stage] = at;
		w->before[p->stage] = w->last_well;
	}
	w->sums[p->stage] += w->bad * p->percent / 100;
	if (p->artefact)
		w->sums[p->stage] = fmax(w->sums[p->stage], w->rules->onset);
}

static void
lower_sums(struct walk *w)
{
	size_t stage;

	for (stage = 0; stage < VERDICT_STAGE_MAX; stage++)
		w->sums[stage] = fmax(0, w->sums[stage] + w->well);
}

/* What was seen long ago confirms less. */
static void
fade(struct walk *w, int64_t from, int64_t to)
{
	double gap_s = (double)(w->points[to].time_us - w->points[from].time_us) / 1e6;
	double excess = gap_s - PATIENT_INTERVALS * w->interval_s;
	size_t stage;

	if (excess <= 0)
		return;
	for (stage = 0; stage < VERDICT_STAGE_MAX; stage++) {
		w->sums[stage] *= exp2(-excess / w->half_life_s);
		/* So little says nothing, and what comes shall not be said to have begun then. */
		if (w->sums[stage] < w->bad / 10)
			w->sums[stage] = 0;
	}
}

static void
forget_sums(struct walk *w)
{
	memset(w->sums, 0, sizeof(w->sums));
}

/*
 * The span began with the sum's first failure. A success among those that made the sum may have been an accident, or the
 * failures before it were: either may be the first, so the bracket holds both.
 */
static void
open_span(struct walk *w, int64_t at)
{
	unsigned stage = w->points[at].stage;
	int64_t i, first_after_well = at;

	for (i = at - 1; i >= w->since[stage] && says(&w->points[i]) != SAYS_WELL; i--)
		if (says(&w->points[i]) == SAYS_BAD)
			first_after_well = i;
	w->span = (struct span){
	    .first = (size_t)w->since[stage],
	    .last = (size_t)at,
	    .onset.not_after_us = point_end_us(&w->points[first_after_well]),
	};
	if (w->before[stage] != NOWHERE)
		w->span.onset.not_before_us = w->points[w->before[stage]].time_us;
	w->open = true;
	w->calm = 0;
	w->calm_n = 0;
	w->failed = w->tried = 0;
	forget_sums(w);
}

static void
keep_span(struct walk *w)
{
	if (w->nspans == w->room) {
		w->room = w->room > 0 ? w->room * 2 : 4;
		w->spans = xreallocarray(w->spans, w->room, sizeof(*w->spans));
	}
	w->span.recovery.not_before_us = w->points[w->span.last].time_us;
	w->spans[w->nspans++] = w->span;
	w->open = false;
}

/* A block that has let some through has to let more through in a row before it is over. */
static double
calm_of_success(const struct walk *w)
{
	double p1 = (w->failed + w->rules->p1 * leak_n) / (w->tried + leak_n);

	return log((1 - w->rate) / (1 - fmin(p1, w->rules->p1)));
}

static void
step_inside(struct walk *w, int64_t at, bool bad)
{
	if (bad) {
		w->failed++;
		w->tried += 1 + (double)w->calm_n;
		w->calm = 0;
		w->calm_n = 0;
		w->span.last = (size_t)at;
		return;
	}
	if (w->calm_n++ == 0)
		w->calm_since = at;
	w->calm += calm_of_success(w);
	if (w->calm < w->rules->recovery)
		return;
	w->span.recovery.not_after_us = point_end_us(&w->points[w->calm_since]);
	keep_span(w);
}

static void
step_outside(struct walk *w, int64_t at, bool bad)
{
	if (!bad) {
		lower_sums(w);
		return;
	}
	raise_sum(w, at);
	if (w->sums[w->points[at].stage] >= w->rules->onset)
		open_span(w, at);
}

static void
walk_all(struct walk *w, size_t n)
{
	int64_t at, previous = NOWHERE;
	enum outcome_says what;

	for (at = 0; at < (int64_t)n; at++) {
		what = says(&w->points[at]);
		if (what == SAYS_NOTHING)
			continue;
		if (previous != NOWHERE && !w->open)
			fade(w, previous, at);
		if (w->open)
			step_inside(w, at, what == SAYS_BAD);
		else
			step_outside(w, at, what == SAYS_BAD);
		if (what == SAYS_WELL)
			w->last_well = at;
		previous = at;
	}
	if (w->open)
		keep_span(w);
}

/* ---- Afterwards ------------------------------------------------------------------------------ */

/* Spans with little between them are one. */
static void
merge(struct walk *w)
{
	double apart_s = fmin(fmax(MERGE_INTERVALS * w->interval_s, w->rules->merge_least_s),
	    w->rules->merge_most_s);
	size_t i, n = 0;
	struct span *a;

	for (i = 1; i < w->nspans; i++) {
		a = &w->spans[n];
		if ((double)(w->points[w->spans[i].first].time_us - w->points[a->last].time_us) / 1e6 >
		    apart_s) {
			w->spans[++n] = w->spans[i];
			continue;
		}
		a->last = w->spans[i].last;
		a->recovery = w->spans[i].recovery;
	}
	w->nspans = w->nspans > 0 ? n + 1 : 0;
}

/* The index of the largest; the first of several. */
static unsigned
commonest(const double *weights, unsigned n)
{
	unsigned i, best = 0;

	for (i = 1; i < n; i++)
		if (weights[i] > weights[best])
			best = i;
	return best;
}

static void
describe(const struct point *points, struct span *span)
{
	double statuses[VERDICT_STATUS_MAX] = {0}, stages[VERDICT_STAGE_MAX] = {0},
	       mechanisms[MECHANISM_MAX] = {0}, sum = 0;
	const struct point *p, *previous = NULL;
	size_t i;

	for (i = span->first; i <= span->last; i++) {
		p = &points[i];
		if (says(p) == SAYS_NOTHING)
			continue;
		if (previous != NULL && p->time_us - previous->time_us > span->longest_gap_us)
			span->longest_gap_us = p->time_us - previous->time_us;
		previous = p;
		span->measured++;
		if (says(p) != SAYS_BAD)
			continue;
		span->bad++;
		sum += p->percent;
		statuses[p->status] += 1;
		stages[p->stage] += p->percent;
		mechanisms[p->mechanism] += p->percent;
		span->artefact = span->artefact || p->artefact;
	}
	span->status = (enum verdict_status)commonest(statuses, VERDICT_STATUS_MAX);
	span->stage = (enum verdict_stage)commonest(stages, VERDICT_STAGE_MAX);
	span->mechanism = (enum mechanism)commonest(mechanisms, MECHANISM_MAX);
	span->confidence = sum / 100 / (double)span->bad;
}

size_t
detect_spans(const struct point *points, size_t n, const struct detect_rules *rules, struct span **spans)
{
	struct walk w = {.rules = rules != NULL ? rules : &standard, .points = points, .last_well = NOWHERE};
	size_t i;

	w.rate = detect_rate(points, n, w.rules);
	w.interval_s = detect_interval_s(points, n);
	w.half_life_s = fmax(w.rules->half_life_s, HALF_LIFE_INTERVALS * w.interval_s);
	w.bad = log(w.rules->p1 / w.rate);
	w.well = log((1 - w.rules->p1) / (1 - w.rate));
	walk_all(&w, n);
	merge(&w);
	for (i = 0; i < w.nspans; i++)
		describe(points, &w.spans[i]);
	*spans = w.spans != NULL ? w.spans : xmalloc(sizeof(*w.spans));
	return w.nspans;
}
