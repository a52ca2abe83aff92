/*
 * What the report is written with: markup of ours, and text that cannot become markup; in the report's language. Inner part of
 * report_html*.c.
 */
#ifndef ANALYSIS_REPORT_PAGE_H
#define ANALYSIS_REPORT_PAGE_H

#include <stddef.h>
#include <stdint.h>

#include "analysis/report_model.h"

struct arena;
struct buf;
struct catalogue;

/* So many bytes are enough: of what follows the grid, long lists end here. */
enum { PAGE_FULL = 900000 };

struct page {
	const struct report *r;
	const struct report_sum *sum;
	const struct catalogue *words;
	struct buf *out;
	struct arena *arena; /* for texts on their way */
};

/* --- words --- */

/* In the report's language. */
const char *page_tr(const struct page *page, const char *message) __attribute__((format_arg(2)));
const char *page_trn(const struct page *page, int64_t n, const char *one, const char *many)
    __attribute__((format_arg(3), format_arg(4)));

/* --- bytes --- */

/* Markup of ours: never anything out of the model. */
void page_put(const struct page *page, const char *markup);
void page_putf(const struct page *page, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Any text, NULL too, also for inside of a quoted attribute: cleaned of what is no text, escaped, cut where it is very long. */
void page_text(const struct page *page, const char *text);
/* The same, cut where it is longer than `most` bytes. */
void page_text_most(const struct page *page, const char *text, size_t most);
void page_textf(const struct page *page, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A message of ours: page_text of page_tr. */
void page_say(const struct page *page, const char *message);
/* Messages of ours, with semicolons. */
void page_messages(const struct page *page, const char *const *messages, size_t n);
/* A URL or the like, whose direction of writing must not turn what stands around it. */
void page_name(const struct page *page, const char *name);
/* "2026-11-22 06:30 UTC". */
void page_time(const struct page *page, int64_t us);
/* " … " between two of these; what is said where one is not known are messages. */
void page_between(const struct page *page, const struct event_bracket *bracket, const char *open_begin, const char *open_end);
/* "2026-11-22". */
void page_day(const struct page *page, int32_t day);
/* A number, or a dash for NAN. */
void page_number(const struct page *page, double number, int decimals);

/* --- elements --- */

/* <section> with its <h2>; id is ours. */
void page_section(const struct page *page, const char *id, const char *heading);
void page_section_end(const struct page *page);
/* A paragraph that is one message. */
void page_paragraph(const struct page *page, const char *message);
/* <table class="rows"> and its head; NULL ends the headings. It scrolls by itself where it is too wide. */
void page_table(const struct page *page, const char *const *headings);
void page_table_end(const struct page *page);
/* "12 more are not shown here." where there are more than shown. */
void page_rest(const struct page *page, size_t n, size_t shown);
/* A face's symbol in its colour. */
void page_mark(const struct page *page, enum report_face face);
/* The site's name in the report: its URL without what all have. In the page's arena. */
const char *page_site(const struct page *page, const char *url);

struct face_words {
	const char *mark; /* markup of one or two characters */
	const char *css; /* one letter; "" is what cells have by themselves */
	const char *text;
};
const struct face_words *report_face_words(enum report_face face);
const char *report_cause_words(enum gap_cause cause);
const char *report_kind_words(const char *kind);
/* Of an event of a calendar; what a calendar says in words of its own is shown as it is. */
const char *report_type_words(const char *type);
const char *report_precision_words(const char *precision);

/* --- parts of the report --- */

void page_verdict(const struct page *page);
void page_found(const struct page *page);
void page_grid(const struct page *page);
void page_events(const struct page *page);
void page_episodes(const struct page *page);
void page_interception(const struct page *page);
void page_correlation(const struct page *page);
void page_coverage(const struct page *page);
void page_method(const struct page *page);

#endif
