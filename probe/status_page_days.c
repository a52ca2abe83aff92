/* The status page's grids: a row for each target, a cell for each hour or day. */
#include "probe/status_page.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "probe/status_model.h"
#include "probe/status_words.h"

enum { DAY_S = 86400, HOUR_S = 3600, HOURS = 24, DAYS = 14 };

/* One of the grid's tables: what its columns are. */
struct view {
	const char *css, *heading;
	bool hours;
	struct status_span spans[HOURS > DAYS ? HOURS : DAYS];
	size_t n;
};

/* "22 November", and ", 06:00 UTC" for an hour; into `out`, plain text without anything to escape. */
static void
span_name(const struct view *view, const struct status_span *span, struct buf *out)
{
	static const char *const months[] = {"January", "February", "March", "April", "May", "June", "July", "August",
	    "September", "October", "November", "December"};
	char text[CLOCK_TEXT_SIZE];

	/* "2026-11-22 06:30:00" */
	clock_ooni(span->start_us, text);
	buf_printf(out, "%d %s", atoi(text + 8), months[(atoi(text + 5) + 11) % 12]);
	if (view->hours)
		buf_printf(out, ", %.5s UTC", text + 11);
}

static void
put_head(const struct page *p, const struct view *view)
{
	char text[CLOCK_TEXT_SIZE];
	size_t i;

	page_put(p, "<thead><tr><th scope=\"col\">Site</th>");
	for (i = 0; i < view->n; i++) {
		clock_ooni(view->spans[i].start_us, text);
		page_put(p, "<th scope=\"col\" title=\"");
		span_name(view, &view->spans[i], p->out);
		buf_printf(p->out, "\">%.2s</th>", text + (view->hours ? 11 : 8));
	}
	page_put(p, "</tr></thead>\n");
}

static void
put_cell(const struct page *p, const struct view *view, const struct status_target *target, const struct status_span *span)
{
	struct status_cell cell = status_span_cell(target, span);
	const struct face_words *words = status_face_words(status_cell_face(&cell));

	buf_printf(p->out, "<td class=\"%s\" title=\"", words->css);
	span_name(view, span, p->out);
	page_put(p, ": ");
	status_cell_words(&cell, p->out);
	buf_printf(p->out, "\"><span aria-hidden=\"true\">%s</span><span class=\"sr\">%s</span></td>", words->mark, words->text);
}

static bool
same_list(const struct status_target *a, const struct status_target *b)
{
	return strcmp(a->list != NULL ? a->list : "", b->list != NULL ? b->list : "") == 0;
}

static void
put_row(const struct page *p, const struct view *view, const struct status_target *target)
{
	size_t i;

	page_put(p, "<tr><th scope=\"row\">");
	page_name(p, target->url);
	page_put(p, "</th>");
	for (i = 0; i < view->n; i++)
		put_cell(p, view, target, &view->spans[i]);
	page_put(p, "</tr>\n");
}

static void
put_view(const struct page *p, const struct view *view)
{
	const struct status *st = p->st;
	size_t i;

	buf_printf(p->out, "<section aria-labelledby=\"%s\">\n<h2 id=\"%s\">%s</h2>\n<table class=\"grid %s\">\n", view->css,
	    view->css, view->heading, view->css);
	page_put(p, view->hours ? "<caption>One cell an hour, in UTC; the newest last.</caption>\n"
	                        : "<caption>One cell a day, in UTC; the newest last.</caption>\n");
	put_head(p, view);
	for (i = 0; i < st->ntargets && i < PAGE_TARGETS; i++) {
		if (i == 0 || !same_list(&st->targets[i], &st->targets[i - 1])) {
			buf_printf(p->out, "%s<tbody>\n<tr><th scope=\"rowgroup\" colspan=\"%zu\">List ",
			    i > 0 ? "</tbody>\n" : "", view->n + 1);
			page_name(p, st->targets[i].list);
			page_put(p, "</th></tr>\n");
		}
		put_row(p, view, &st->targets[i]);
	}
	page_put(p, "</tbody>\n</table>\n</section>\n");
}

static void
put_legend(const struct page *p)
{
	enum status_face face;

	page_put(p, "<ul class=\"legend\" aria-label=\"What the symbols mean\">\n");
	for (face = FACE_OK; face < STATUS_FACE_MAX; face++) {
		page_put(p, "<li>");
		page_mark(p, face);
		page_put(p, " ");
		page_text(p, status_face_words(face)->text);
		page_put(p, "</li>\n");
	}
	page_put(p, "<li>");
	page_mark(p, FACE_NONE);
	page_put(p, " not measured</li>\n</ul>\n");
}

void
page_days(const struct page *p)
{
	struct view hours = {.css = "hours", .heading = "The last 24 hours", .hours = true};
	struct view days = {.css = "days", .heading = "The last days"};
	const struct status_grid *grid = &p->st->grid;

	if (p->st->ntargets == 0 || grid->n == 0)
		return;
	hours.n = status_spans(grid, HOUR_S, hours.spans, HOURS);
	days.n = status_spans(grid, DAY_S, days.spans, DAYS);
	if (grid->step_s <= HOUR_S)
		put_view(p, &hours);
	put_view(p, &days);
	put_legend(p);
}
