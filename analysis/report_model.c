/* What a report says: what follows from its parts. */
#include "analysis/report_model.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct report *
report_new(void)
{
	struct arena *arena = arena_new();
	struct report *report = arena_alloc(arena, sizeof(*report));

	report->arena = arena;
	report->first_day = INT32_MAX;
	report->last_day = INT32_MIN;
	return report;
}

void
report_free(struct report *report)
{
	if (report != NULL)
		arena_free(report->arena);
}

void
report_fact(struct report *report, const char *term, const char *fmt, ...)
{
	struct report_fact *fact = ARENA_PUSH(report->arena, report->facts, report->nfacts);
	va_list ap;
	char *text;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) == -1)
		abort();
	va_end(ap);
	fact->term = term;
	fact->text = arena_strdup(report->arena, text);
	free(text);
}

/* ---- Cells ---------------------------------------------------------------------------------- */

/* Where the first cell of `day` or later stands. */
static size_t
first_from(const struct report_site *site, int32_t day)
{
	size_t low = 0, high = site->ncells, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (site->cells[middle].day < day)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct report_cell *
report_cell_find(const struct report_site *site, int32_t day)
{
	size_t i = first_from(site, day);

	return i < site->ncells && site->cells[i].day == day ? &site->cells[i] : NULL;
}

struct report_cell
report_sum(const struct report_site *site, int32_t first, int32_t last)
{
	struct report_cell sum = {.day = first};
	size_t i;
	int s;

	for (i = first_from(site, first); i < site->ncells && site->cells[i].day <= last; i++) {
		for (s = 0; s < VERDICT_STATUS_MAX; s++)
			sum.counts[s] += site->cells[i].counts[s];
		outcome_day_join(&sum.of, &site->cells[i].of);
	}
	return sum;
}

static uint32_t
all_of(const struct report_cell *cell)
{
	uint32_t n = 0;
	int s;

	for (s = 0; s < VERDICT_STATUS_MAX; s++)
		n += cell->counts[s];
	return n;
}

/* Of a bad day, or of several of which one was bad. */
static enum report_face
bad_face(const struct report_cell *cell)
{
	uint32_t blocked = cell->counts[VERDICT_BLOCKED], likely = cell->counts[VERDICT_LIKELY_BLOCKED];

	if (blocked + likely == 0)
		return REPORT_SLOWED;
	if (cell->of.bad < cell->of.measured)
		return REPORT_PARTLY;
	return blocked >= likely ? REPORT_BLOCKED : REPORT_LIKELY;
}

static enum report_face
other_face(const struct report_cell *cell)
{
	uint32_t ok = cell->counts[VERDICT_OK], impaired = cell->counts[VERDICT_IMPAIRED];

	if (impaired > 0 && impaired >= ok)
		return REPORT_IMPAIRED;
	if (ok > 0)
		return REPORT_OK;
	if (cell->counts[VERDICT_DOWN] > 0)
		return REPORT_DOWN;
	return all_of(cell) > 0 ? REPORT_UNTOLD : REPORT_NONE;
}

enum report_face
report_cell_face(const struct report_cell *cell)
{
	return outcome_day_is_bad(&cell->of) ? bad_face(cell) : other_face(cell);
}

static bool
has_bad_day(const struct report_site *site, int32_t first, int32_t last)
{
	size_t i;

	for (i = first_from(site, first); i < site->ncells && site->cells[i].day <= last; i++)
		if (outcome_day_is_bad(&site->cells[i].of))
			return true;
	return false;
}

enum report_face
report_face(const struct report_site *site, int32_t first, int32_t last, bool shut)
{
	struct report_cell cell = report_sum(site, first, last);
	enum report_face face = has_bad_day(site, first, last) ? bad_face(&cell) : other_face(&cell);

	return shut && (face == REPORT_NONE || face == REPORT_UNTOLD || face == REPORT_DOWN) ? REPORT_SHUT : face;
}

/* ---- Days ----------------------------------------------------------------------------------- */

static void
mark(struct report *report, int32_t first, int32_t last, uint8_t mark)
{
	if (first < report->first_day)
		first = report->first_day;
	for (; first <= last && first <= report->last_day; first++)
		report->marks[first - report->first_day] |= mark;
}

static void
mark_network(struct report *report, const struct report_network *network)
{
	const struct report_network_day *day;
	size_t i;

	for (i = 0; i < network->ndays; i++) {
		day = &network->days[i];
		if (day->states[NETWORK_ONLINE] + day->states[NETWORK_DEGRADED] > 0)
			mark(report, day->day, day->day, REPORT_WORKING);
		if (day->states[NETWORK_SHUTDOWN] + day->states[NETWORK_FOREIGN_CUT] > 0)
			mark(report, day->day, day->day, REPORT_CUT);
	}
}

void
report_settle(struct report *report)
{
	size_t i, j;

	if (report->first_day > report->last_day)
		return;
	report->marks = arena_alloc(report->arena, (size_t)(report->last_day - report->first_day) + 1);
	for (i = 0; i < report->nsites; i++)
		for (j = 0; j < report->sites[i].ncells; j++)
			mark(report, report->sites[i].cells[j].day, report->sites[i].cells[j].day, REPORT_MEASURED);
	for (i = 0; i < report->nnetworks; i++)
		mark_network(report, &report->networks[i]);
	for (i = 0; i < report->nevents; i++)
		if (report->events[i].marked)
			mark(report, report->events[i].first, report->events[i].last, REPORT_EVENT);
}

/* What is said of any of these days. */
static uint8_t
marks_of(const struct report *report, int32_t first, int32_t last)
{
	uint8_t marks = 0;

	if (first < report->first_day)
		first = report->first_day;
	for (; first <= last && first <= report->last_day; first++)
		marks |= report->marks[first - report->first_day];
	return marks;
}

bool
report_days_shut(const struct report *report, int32_t first, int32_t last)
{
	return (marks_of(report, first, last) & (REPORT_CUT | REPORT_WORKING)) == REPORT_CUT;
}

bool
report_is_event(const struct report *report, int32_t first, int32_t last)
{
	return (marks_of(report, first, last) & REPORT_EVENT) != 0;
}

bool
report_is_measured(const struct report *report, int32_t first, int32_t last)
{
	return (marks_of(report, first, last) & REPORT_MEASURED) != 0;
}

/* ---- Sums ----------------------------------------------------------------------------------- */

static enum mechanism
most_frequent(const struct report_site *site)
{
	int best = MECHANISM_NONE, m;

	for (m = MECHANISM_NONE + 1; m < MECHANISM_MAX; m++)
		if (site->mechanisms[m] > (best == MECHANISM_NONE ? 0 : site->mechanisms[best]))
			best = m;
	return (enum mechanism)best;
}

/* The graver of what was found before and of what a bad day shows. */
static enum report_face
finding_with(enum report_face finding, const struct report_cell *cell)
{
	if (cell->counts[VERDICT_BLOCKED] > 0 || finding == REPORT_BLOCKED)
		return REPORT_BLOCKED;
	return cell->counts[VERDICT_LIKELY_BLOCKED] > 0 || finding == REPORT_LIKELY ? REPORT_LIKELY : REPORT_SLOWED;
}

struct report_site_sum
report_site_sum(const struct report_site *site)
{
	struct report_site_sum sum = {
	    .days = (int64_t)site->ncells, .finding = REPORT_NONE, .mechanism = most_frequent(site)};
	const struct report_cell *cell;
	size_t i;

	for (i = 0; i < site->ncells; i++) {
		cell = &site->cells[i];
		sum.measurements += all_of(cell);
		sum.bad += cell->of.bad;
		sum.last = report_cell_face(cell);
		if (!outcome_day_is_bad(&cell->of))
			continue;
		if (sum.bad_days++ == 0)
			sum.first_bad = cell->day;
		sum.last_bad = cell->day;
		sum.finding = finding_with(sum.finding, cell);
	}
	return sum;
}

static bool
is_forged(const struct report_interception *x)
{
	return !x->honest && !x->local;
}

/* A site counts once, however many issuers forged its certificates. */
static size_t
count_intercepted(const struct report *report)
{
	size_t i, j, k, m, n = 0;
	const char *site;
	bool before;

	for (i = 0; i < report->ninterception; i++)
		for (j = 0; is_forged(&report->interception[i]) && j < report->interception[i].nsites; j++) {
			site = report->interception[i].sites[j];
			before = false;
			for (k = 0; k < i && !before; k++)
				for (m = 0; is_forged(&report->interception[k]) && m < report->interception[k].nsites; m++)
					before = before || strcmp(site, report->interception[k].sites[m]) == 0;
			n += before ? 0 : 1;
		}
	return n;
}

struct report_sum
report_sum_all(const struct report *report)
{
	struct report_sum sum = {.intercepted = count_intercepted(report)};
	struct report_site_sum site;
	int32_t day;
	size_t i;

	for (i = 0; i < report->nsites; i++) {
		site = report_site_sum(&report->sites[i]);
		sum.measurements += site.measurements;
		if (site.bad_days == 0)
			continue;
		sum.blocked += site.finding == REPORT_BLOCKED ? 1 : 0;
		sum.likely += site.finding == REPORT_LIKELY ? 1 : 0;
		sum.slowed += site.finding == REPORT_SLOWED ? 1 : 0;
		sum.bad_last += site.last_bad == report->last_day ? 1 : 0;
	}
	for (day = report->first_day; day <= report->last_day; day++) {
		sum.days++;
		sum.measured_days += report_is_measured(report, day, day) ? 1 : 0;
		sum.shut_days += report_days_shut(report, day, day) ? 1 : 0;
		sum.event_days += report_is_event(report, day, day) ? 1 : 0;
	}
	return sum;
}
