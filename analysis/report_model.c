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

	for (i = first_from(site, first); i < site->ncells && site->cells[i].day <= last; i++)
		for (s = 0; s < VERDICT_STATUS_MAX; s++)
			sum.counts[s] += site->cells[i].counts[s];
	return sum;
}

static uint32_t
bad_of(const struct report_cell *cell)
{
	return cell->counts[VERDICT_BLOCKED] + cell->counts[VERDICT_LIKELY_BLOCKED];
}

/* Those that say something of the way to the site. */
static uint32_t
telling(const struct report_cell *cell)
{
	return bad_of(cell) + cell->counts[VERDICT_OK] + cell->counts[VERDICT_IMPAIRED];
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

bool
report_cell_is_bad(const struct report_cell *cell)
{
	uint32_t bad = bad_of(cell), tells = telling(cell);
	bool enough = bad >= 2 || cell->counts[VERDICT_BLOCKED] > 0;

	return bad > 0 && (bad == tells || (enough && (uint64_t)bad * 20 >= tells));
}

enum report_face
report_cell_face(const struct report_cell *cell)
{
	uint32_t ok = cell->counts[VERDICT_OK], impaired = cell->counts[VERDICT_IMPAIRED];

	if (report_cell_is_bad(cell) && bad_of(cell) < telling(cell))
		return REPORT_PARTLY;
	if (report_cell_is_bad(cell))
		return cell->counts[VERDICT_BLOCKED] >= cell->counts[VERDICT_LIKELY_BLOCKED] ? REPORT_BLOCKED
											      : REPORT_LIKELY;
	if (impaired > 0 && impaired >= ok)
		return REPORT_IMPAIRED;
	if (ok > 0)
		return REPORT_OK;
	if (cell->counts[VERDICT_DOWN] > 0)
		return REPORT_DOWN;
	return all_of(cell) > 0 ? REPORT_UNTOLD : REPORT_NONE;
}

enum report_face
report_face(const struct report_site *site, int32_t first, int32_t last, bool shut)
{
	struct report_cell cell = report_sum(site, first, last);
	enum report_face face = report_cell_face(&cell);

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

struct report_site_sum
report_site_sum(const struct report_site *site)
{
	struct report_site_sum sum = {.days = (int64_t)site->ncells, .mechanism = most_frequent(site)};
	const struct report_cell *cell;
	size_t i;

	for (i = 0; i < site->ncells; i++) {
		cell = &site->cells[i];
		sum.measurements += all_of(cell);
		sum.bad += bad_of(cell);
		sum.last = report_cell_face(cell);
		if (!report_cell_is_bad(cell))
			continue;
		if (sum.bad_days++ == 0)
			sum.first_bad = cell->day;
		sum.last_bad = cell->day;
		sum.proven = sum.proven || cell->counts[VERDICT_BLOCKED] > 0;
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
		if (site.proven)
			sum.blocked++;
		else
			sum.likely++;
		sum.blocked_last += site.last_bad == report->last_day ? 1 : 0;
	}
	for (day = report->first_day; day <= report->last_day; day++) {
		sum.days++;
		sum.measured_days += report_is_measured(report, day, day) ? 1 : 0;
		sum.shut_days += report_days_shut(report, day, day) ? 1 : 0;
		sum.event_days += report_is_event(report, day, day) ? 1 : 0;
	}
	return sum;
}
