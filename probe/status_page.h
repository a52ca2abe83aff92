/*
 * What the status page is written with: markup of ours, and text that cannot become markup. Inner part of status_html.c and
 * status_page_days.c.
 */
#ifndef PROBE_STATUS_PAGE_H
#define PROBE_STATUS_PAGE_H

#include <stddef.h>
#include <stdint.h>

#include "probe/status_model.h"

struct arena;
struct buf;

/* A page shows so many targets; months of history and long lists must not make it a burden. */
enum { PAGE_TARGETS = 500 };

struct page {
	const struct status *st;
	int64_t now_us;
	struct buf *out;
	struct arena *arena; /* for texts on their way */
};

/* Markup of ours: never anything out of the model. */
void page_put(const struct page *page, const char *markup);
/*
 * Any text, NULL too, also for inside of a quoted attribute: cleaned of what is no text, escaped, and cut where it is longer than
 * `most` bytes; page_text: than is good for a page.
 */
void page_text_most(const struct page *page, const char *text, size_t most);
void page_text(const struct page *page, const char *text);
/* A URL or the like, whose direction of writing must not turn what stands around it. */
void page_name(const struct page *page, const char *name);
/* "2026-11-22 06:30 UTC"; page_past: "3 minutes ago (2026-11-22 06:30 UTC)". */
void page_time(const struct page *page, int64_t us);
void page_past(const struct page *page, int64_t us);
/* A symbol with its colour, not for screen readers: words go beside it. */
void page_mark(const struct page *page, enum status_face face);
/* The grids of the last hours and days, with a legend; nothing where there are no targets. */
void page_days(const struct page *page);

#endif
