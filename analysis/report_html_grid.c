/* The report's grid: a row for each site, a cell for each day (for each week, where there are many); and the events marked in it. */
#include <stdlib.h>
#include <string.h>

#include "analysis/catalogue.h"
#include "analysis/report_page.h"
#include "base/buf.h"
#include "base/mem.h"
#include "targets/day.h"

/*
 * Bounds that keep the page readable, and under a megabyte: beyond DAYS, cells are weeks; beyond CELLS, sites are left out, those that
 * were never blocked first; beyond TITLES, blocked cells have no numbers. A day's mark names so many events, cut where they are long.
 */
enum { DAYS = 400, CELLS = 46000, TITLES = 1500, SPANS = 53, EVENTS = 300, NAMED = 3, TITLE = 120 };

struct span {
	int32_t first, last;
	int label;
};

/* One table: the days of a month, or the weeks of a year. */
struct block {
	struct span spans[SPANS];
	size_t n;
	char caption[DAY_TEXT_SIZE];
};

struct grid {
	const struct page *page;
	bool weeks;
	bool *shown; /* by site */
	size_t nshown;
	size_t titles; /* how many more cells may have one */
};

/* ---- What is shown -------------------------------------------------------------------------- */

static int32_t
monday_of(int32_t day)
{
	/* The first day of 1970 was a Thursday; the remainder must not be negative. */
	return day - ((day + 3) % 7 + 7) % 7;
}

/* From `day` to the end of its month, or the weeks of its year. Returns the day after. */
static int32_t
fill_block(struct block *block, bool weeks, int32_t day, int32_t last)
{
	struct date date = day_date(weeks ? monday_of(day) : day), start = {date.year, weeks ? 1 : date.month, 1};
	int32_t first = day, span_last;

	block->n = 0;
	day_text(day_of(start), block->caption);
	block->caption[weeks ? 4 : 7] = '\0';
	while (day <= last && block->n < SPANS) {
		date = day_date(weeks ? monday_of(day) : day);
		if (date.year != start.year || (!weeks && date.month != start.month))
			break;
		span_last = weeks ? monday_of(day) + 6 : day;
		block->spans[block->n++] = (struct span){day, span_last < last ? span_last : last,
		    weeks ? (monday_of(day) - day_of(start)) / 7 + 1 : date.day};
		day = span_last + 1;
	}
	return day > first ? day : first + 1;
}

static size_t
count_columns(const struct report *r, bool weeks)
{
	size_t days = (size_t)(r->last_day - r->first_day) + 1;

	return weeks ? days / 7 + 2 : days;
}

static void
choose_sites(struct grid *grid)
{
	const struct report *r = grid->page->r;
	size_t room = CELLS / count_columns(r, grid->weeks), i;
	int round;

	grid->shown = xcalloc(r->nsites, sizeof(*grid->shown));
	for (round = 0; round < 2; round++)
		for (i = 0; i < r->nsites && grid->nshown < room; i++)
			if (!grid->shown[i] && (round == 1 || report_site_sum(&r->sites[i]).bad_days > 0)) {
				grid->shown[i] = true;
				grid->nshown++;
			}
}

/* ---- Tables --------------------------------------------------------------------------------- */

/* Columns of events have their colour by <col>: a class on each of their cells would cost too much. */
static void
put_columns(const struct grid *grid, const struct block *block)
{
	const struct page *p = grid->page;
	size_t i;

	page_put(p, "<colgroup><col>");
	for (i = 0; i < block->n; i++)
		page_put(p, report_is_event(p->r, block->spans[i].first, block->spans[i].last) ? "<col class=e>" : "<col>");
	page_put(p, "</colgroup>\n<thead><tr><th scope=col>");
	page_say(p, "Site");
	page_put(p, "</th>");
	for (i = 0; i < block->n; i++)
		page_putf(p, "<th scope=col>%d</th>", block->spans[i].label);
	page_put(p, "</tr>\n");
}

static void
put_event_titles(const struct page *p, const struct span *span)
{
	const struct report_event *event;
	size_t n = 0, i;

	for (i = 0; i < p->r->nevents && n <= NAMED; i++) {
		event = &p->r->events[i];
		if (!event->marked || event->first > span->last || event->last < span->first)
			continue;
		page_put(p, n++ > 0 ? "; " : "");
		page_text_most(p, n > NAMED ? "…" : event->title, TITLE);
	}
}

static void
put_events_row(const struct grid *grid, const struct block *block)
{
	const struct page *p = grid->page;
	size_t i;

	if (!report_is_event(p->r, block->spans[0].first, block->spans[block->n - 1].last)) {
		page_put(p, "</thead>\n");
		return;
	}
	page_put(p, "<tr><th scope=row>");
	page_say(p, "Events");
	page_put(p, "</th>");
	for (i = 0; i < block->n; i++)
		if (report_is_event(p->r, block->spans[i].first, block->spans[i].last)) {
			page_put(p, "<td class=e title=\"");
			put_event_titles(p, &block->spans[i]);
			page_put(p, "\">*</td>");
		} else {
			page_put(p, "<td class=n>");
		}
	page_put(p, "</tr></thead>\n");
}

static bool
is_bad_face(enum report_face face)
{
	return face == REPORT_BLOCKED || face == REPORT_LIKELY || face == REPORT_PARTLY || face == REPORT_SLOWED;
}

/* Ends of cells and rows may be left out in HTML, and 40,000 times they are. */
static void
put_cell(struct grid *grid, const struct report_site *site, const struct span *span, bool shut)
{
	const struct page *p = grid->page;
	enum report_face face = report_face(site, span->first, span->last, shut);
	const struct face_words *words = report_face_words(face);
	struct report_cell sum;

	if (face == REPORT_NONE) {
		page_put(p, "<td>");
		return;
	}
	if (words->css[0] == '\0')
		page_put(p, "<td>");
	else
		page_putf(p, "<td class=%s", words->css);
	if (is_bad_face(face) && grid->titles > 0) {
		grid->titles--;
		sum = report_sum(site, span->first, span->last);
		page_putf(p, " title=\"%u/%u\"", sum.of.bad, sum.of.measured);
	}
	if (words->css[0] != '\0')
		page_put(p, ">");
	page_put(p, words->mark);
}

static bool
same_list(const struct report_site *a, const struct report_site *b)
{
	return strcmp(a->list != NULL ? a->list : "", b->list != NULL ? b->list : "") == 0;
}

static void
put_group(const struct page *p, const struct report_site *site, size_t columns)
{
	page_putf(p, "<tbody><tr><th scope=rowgroup colspan=%zu>", columns + 1);
	if (site->list != NULL) {
		page_say(p, "List");
		page_put(p, " ");
		page_name(p, site->list);
	} else {
		page_say(p, "On no list");
	}
	page_put(p, "\n");
}

static void
put_rows(struct grid *grid, const struct block *block, const bool *shut)
{
	const struct page *p = grid->page;
	const struct report_site *site, *before = NULL;
	int32_t first = block->spans[0].first, last = block->spans[block->n - 1].last;
	size_t i, j;

	for (i = 0; i < p->r->nsites; i++) {
		site = &p->r->sites[i];
		if (!grid->shown[i] || report_face(site, first, last, false) == REPORT_NONE)
			continue;
		if (before == NULL || !same_list(site, before))
			put_group(p, site, block->n);
		page_put(p, "<tr><th scope=row>");
		page_name(p, page_site(p, site->url));
		for (j = 0; j < block->n; j++)
			put_cell(grid, site, &block->spans[j], shut[j]);
		/* A cell that ended with the line would not be empty. */
		page_put(p, "</tr>\n");
		before = site;
	}
}

static void
put_block(struct grid *grid, const struct block *block)
{
	const struct page *p = grid->page;
	const struct span *span;
	bool shut[SPANS];
	size_t i;

	for (i = 0; i < block->n; i++) {
		span = &block->spans[i];
		shut[i] = report_days_shut(p->r, span->first, span->last);
	}
	page_putf(p, "<div class=wide><table class=g><caption>%s</caption>\n", block->caption);
	put_columns(grid, block);
	put_events_row(grid, block);
	put_rows(grid, block, shut);
	page_put(p, "</table></div>\n");
}

/* Months in which nothing is known are left out, and said so by the captions. */
static bool
has_anything(const struct report *r, const struct block *block)
{
	int32_t first = block->spans[0].first, last = block->spans[block->n - 1].last;

	return report_is_measured(r, first, last) || report_is_event(r, first, last) || report_days_shut(r, first, last);
}

static void
put_legend(const struct page *p)
{
	int face;

	page_put(p, "<ul class=legend>\n");
	for (face = REPORT_OK; face < REPORT_FACE_MAX; face++) {
		page_put(p, "<li>");
		page_mark(p, (enum report_face)face);
		page_put(p, " ");
		page_say(p, report_face_words((enum report_face)face)->text);
		page_put(p, "</li>\n");
	}
	page_put(p, "<li><span class=\"mark n\">&nbsp;</span> ");
	page_say(p, "empty: not measured");
	page_put(p, "</li>\n<li><span class=\"mark e\">*</span> ");
	page_say(p, p->r->has_events ? N_("an event of the calendar") : N_("an event of the calendar; none was given"));
	page_put(p, "</li>\n</ul>\n");
}

void
page_grid(const struct page *p)
{
	struct grid grid = {.page = p, .titles = TITLES};
	struct block block;
	int32_t day;

	if (p->r->nsites == 0 || p->sum->days == 0)
		return;
	grid.weeks = p->sum->days > DAYS;
	choose_sites(&grid);
	page_section(p, "days", grid.weeks ? N_("Week by week") : N_("Day by day"));
	page_paragraph(p, grid.weeks ? N_("One cell a week, from Monday on; the number is the week of the year.")
				     : N_("One cell a day."));
	page_put(p, "<p>");
	page_textf(p, page_tr(p, "Days are those of the time zone %s."), p->r->zone != NULL ? p->r->zone : "UTC");
	page_put(p, "</p>\n");
	put_legend(p);
	for (day = p->r->first_day; day <= p->r->last_day;) {
		day = fill_block(&block, grid.weeks, day, p->r->last_day);
		if (has_anything(p->r, &block))
			put_block(&grid, &block);
	}
	page_rest(p, p->r->nsites, grid.nshown);
	page_section_end(p);
	free(grid.shown);
}

/* ---- Events --------------------------------------------------------------------------------- */

static void
put_event(const struct page *p, const struct report_event *event)
{
	page_put(p, "<tr><th scope=row>");
	page_put(p, event->marked ? "<span class=\"mark e\">*</span> " : "");
	page_day(p, event->first);
	if (event->last != event->first) {
		page_put(p, " – ");
		page_day(p, event->last);
	}
	page_put(p, "</th><td>");
	page_name(p, event->title);
	page_put(p, "</td><td>");
	page_say(p, report_type_words(event->type));
	page_put(p, "</td><td>");
	page_name(p, event->place);
	page_put(p, "</td><td>");
	page_say(p, report_precision_words(event->precision));
	page_put(p, "</td><td>");
	page_text(p, event->calendar);
	page_put(p, "</td></tr>\n");
}

void
page_events(const struct page *p)
{
	static const char *const headings[] = {N_("Days"), N_("Event"), N_("Type"), N_("Place"), N_("Known to the"), N_("Calendar"),
	    NULL};
	size_t i;

	page_section(p, "events", N_("Events"));
	if (!p->r->has_events) {
		page_paragraph(p, N_("No calendar was given."));
	} else if (p->r->nevents == 0) {
		page_paragraph(p, N_("No event of the calendar is among the days of the records."));
	} else {
		page_paragraph(p, N_("Marked in the grid are events whose days are known, and no more than seven. The others are "
				     "listed, and compared with nothing."));
		page_table(p, headings);
		for (i = 0; i < p->r->nevents && i < EVENTS && p->out->len < PAGE_FULL; i++)
			put_event(p, &p->r->events[i]);
		page_table_end(p);
		page_rest(p, p->r->nevents, i);
	}
	page_section_end(p);
}
