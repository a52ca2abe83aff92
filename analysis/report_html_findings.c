/* The report's findings: episodes on their timelines, and whether blocking follows the events. */
#include <math.h>
#include <string.h>

#include "analysis/catalogue.h"
#include "analysis/daily.h"
#include "analysis/report_page.h"
#include "base/buf.h"
#include "base/mem.h"
#include "results/verdict_words.h"

enum { EPISODES = 300, EVIDENCE = 4, COLUMNS = 72, ROWS = 300, BAND = 40 };
static const int64_t day_us = INT64_C(86400000000);

/* ---- Timelines ------------------------------------------------------------------------------ */

enum stretch { STRETCH_OUTSIDE, STRETCH_UNSURE, STRETCH_SURE };

static bool
overlaps(int64_t from, int64_t until, int64_t begin, int64_t end)
{
	return from <= end && begin < until;
}

/* What a column of the timeline, from <= t < until, shows. */
static enum stretch
stretch_of(const struct report_episode *e, int64_t from, int64_t until)
{
	int64_t sure_end = e->recovery.not_before_us != 0 ? e->recovery.not_before_us : INT64_MAX;
	int64_t first = e->onset.not_before_us != 0 ? e->onset.not_before_us : e->onset.not_after_us;
	int64_t last = e->recovery.not_after_us != 0 ? e->recovery.not_after_us : sure_end;

	if (overlaps(from, until, e->onset.not_after_us, sure_end))
		return STRETCH_SURE;
	return overlaps(from, until, first, last) ? STRETCH_UNSURE : STRETCH_OUTSIDE;
}

/* Letters, so that it can be read on paper and in a terminal; the times stand beside it. */
static void
put_timeline(const struct page *p, const struct report_episode *e)
{
	static const char *const opens[] = {"", "<i>", "<b>"}, *const closes[] = {"", "</i>", "</b>"}, *const signs[] = {"·", "-", "="};
	int64_t begin = p->r->first_day * day_us, width = (p->r->last_day + 1) * day_us - begin;
	enum stretch now, before = STRETCH_OUTSIDE;
	int64_t i;

	page_put(p, "<code class=t aria-hidden=true>");
	for (i = 0; i < COLUMNS; i++) {
		now = stretch_of(e, begin + width / COLUMNS * i, begin + width / COLUMNS * (i + 1));
		if (now != before) {
			page_put(p, closes[before]);
			page_put(p, opens[now]);
		}
		page_put(p, signs[now]);
		before = now;
	}
	page_put(p, closes[before]);
	page_put(p, "</code>");
}

/* ---- Episodes ------------------------------------------------------------------------------- */

static void
put_bracket(const struct page *p, const char *what, const struct event_bracket *bracket, const char *open_begin, const char *open_end)
{
	page_put(p, "<br><small>");
	page_say(p, what);
	page_put(p, ":</small> ");
	page_between(p, bracket, open_begin, open_end);
}

static void
put_evidence(const struct page *p, const struct report_episode *e)
{
	size_t i;

	if (e->nevidence == 0)
		return;
	page_put(p, "<br><small>");
	page_say(p, "Records");
	page_put(p, ":</small>");
	for (i = 0; i < e->nevidence && i < EVIDENCE; i++) {
		page_put(p, " <code>");
		page_text(p, e->evidence[i]);
		page_put(p, "</code>");
	}
	if (e->nevidence > EVIDENCE)
		page_putf(p, " +%zu", e->nevidence - EVIDENCE);
}

static void
put_what(const struct page *p, const struct report_episode *e)
{
	const char *how = mechanism_words(e->mechanism);

	page_put(p, "<strong>");
	if (e->site != NULL)
		page_name(p, page_site(p, e->site));
	else
		page_say(p, "the whole network");
	page_put(p, "</strong>, ");
	page_name(p, e->network);
	page_put(p, ", ");
	page_say(p, report_kind_words(e->kind));
	if (how != NULL) {
		page_put(p, ": ");
		page_say(p, how);
	}
	if (e->joined > 0)
		page_putf(p, " (%zu)", e->joined);
	if (e->measured >= 0) {
		page_put(p, "; ");
		page_textf(p, page_tr(p, "bad: %lld of %lld"), (long long)e->bad, (long long)e->measured);
	}
	if (!isnan(e->confidence)) {
		page_put(p, "; ");
		page_textf(p, page_tr(p, "confidence %.2f"), e->confidence);
	}
}

/* A list, so that each timeline has a line for itself, one below the other, also in a terminal and on a phone. */
static void
put_episodes(const struct page *p, const struct report_episode *episodes, size_t n)
{
	size_t i;

	page_put(p, "<ul class=ep>\n");
	for (i = 0; i < n && i < EPISODES && p->out->len < PAGE_FULL; i++) {
		page_put(p, "<li>");
		put_what(p, &episodes[i]);
		page_put(p, "<br>");
		put_timeline(p, &episodes[i]);
		put_bracket(p, N_("last good … first bad"), &episodes[i].onset, N_("before the records"), N_("not known"));
		put_bracket(p, N_("last bad … first good"), &episodes[i].recovery, N_("not known"), N_("no end seen"));
		put_evidence(p, &episodes[i]);
		page_put(p, "</li>\n");
	}
	page_put(p, "</ul>\n");
	page_rest(p, n, i);
}

void
page_episodes(const struct page *p)
{
	page_section(p, "episodes", N_("Episodes"));
	if (!p->r->has_episodes)
		page_paragraph(p, N_("Episodes were not computed for this report."));
	else if (p->r->nepisodes == 0)
		page_paragraph(p, N_("No episode of interference was found."));
	if (p->r->nepisodes + p->r->nnoticed > 0)
		page_paragraph(p, N_("Timelines run over all days of the report: = interference was seen, - it began or ended somewhere here, "
				     "· none was seen. The times are of the measurements that it lies between. Episodes with the same number in "
				     "brackets began at once."));
	if (p->r->nepisodes > 0)
		put_episodes(p, p->r->episodes, p->r->nepisodes);
	if (p->r->nnoticed > 0) {
		page_put(p, "<h3>");
		page_say(p, "What the probes told of at the time");
		page_put(p, "</h3>\n");
		put_episodes(p, p->r->noticed, p->r->nnoticed);
	}
	page_section_end(p);
}

/* ---- Does blocking follow the events? ------------------------------------------------------- */

static void
put_share(const struct page *p, int64_t bad, int64_t all)
{
	page_putf(p, "%lld/%lld", (long long)bad, (long long)all);
	if (all > 0)
		page_putf(p, " (%.0f %%)", 100.0 * (double)bad / (double)all);
}

static void
put_correlation_row(const struct page *p, const struct report_correlation_row *row)
{
	page_put(p, "<tr><th scope=row>");
	if (row->target == NULL)
		page_say(p, "all together");
	else if (strcmp(row->target, daily_line) == 0)
		page_say(p, row->target);
	else
		page_name(p, page_site(p, row->target));
	if (row->network != NULL) {
		page_put(p, " ");
		page_name(p, row->network);
	}
	page_put(p, "</th><td>");
	put_share(p, row->near_bad, row->near_days);
	page_put(p, "</td><td>");
	put_share(p, row->other_bad, row->other_days);
	page_put(p, "</td><td>");
	page_number(p, row->odds, 2);
	page_put(p, " <small>");
	page_number(p, row->odds_low, 2);
	page_put(p, " … ");
	page_number(p, row->odds_high, 2);
	page_putf(p, "</small></td><td>%lld</td><td>", (long long)row->event_days);
	page_number(p, row->p, 4);
	page_put(p, "</td><td>");
	page_number(p, row->q, 4);
	page_put(p, "</td><td>");
	page_messages(p, row->notes, row->nnotes);
	page_put(p, "</td></tr>\n");
}

/* A bar of letters: the share, and where chance would have it. */
static void
put_band(const struct page *p, const struct report_lag *lag)
{
	int i, bar = isnan(lag->share) ? 0 : (int)(lag->share * BAND + 0.5);

	page_put(p, "<code class=t aria-hidden=true>");
	for (i = 0; i < BAND; i++)
		if (i < bar)
			page_put(p, "=");
		else
			page_put(p, !isnan(lag->low) && i >= (int)(lag->low * BAND) && i <= (int)(lag->high * BAND) ? "-" : "·");
	page_put(p, "</code>");
}

static void
put_epoch(const struct page *p, const struct report_correlation *c)
{
	static const char *const headings[] = {N_("Days after the event"), N_("Days measured"), N_("Bad, %"), N_("By chance, %"), N_("Shares"),
	    NULL};
	size_t i;

	page_put(p, "<h3>");
	page_say(p, "Before and after the events");
	page_put(p, "</h3>\n");
	page_paragraph(p, N_("Shares: = bad days of those measured, - what chance alone would give."));
	page_table(p, headings);
	for (i = 0; i < c->nepoch; i++) {
		page_putf(p, "<tr><th scope=row>%+d</th><td>", c->epoch[i].lag);
		page_number(p, c->epoch[i].n, 0);
		page_put(p, "</td><td>");
		page_number(p, c->epoch[i].share * 100, 0);
		page_put(p, "</td><td>");
		page_number(p, c->epoch[i].low * 100, 0);
		page_put(p, " … ");
		page_number(p, c->epoch[i].high * 100, 0);
		page_put(p, "</td><td>");
		put_band(p, &c->epoch[i]);
		page_put(p, "</td></tr>\n");
	}
	page_table_end(p);
}

static void
put_correlation(const struct page *p, const struct report_correlation *c)
{
	static const char *const headings[] = {N_("Site"), N_("Bad days near events"), N_("Bad other days"), N_("Odds ratio"),
	    N_("Event days"), N_("p"), N_("q"), N_("Note"), NULL};
	size_t i;

	page_put(p, "<p class=lead>");
	page_text(p, c->verdict);
	page_put(p, "</p>\n");
	if (c->ncaveats > 0)
		page_put(p, "<ul>\n");
	for (i = 0; i < c->ncaveats; i++) {
		page_put(p, "<li>");
		page_text(p, c->caveats[i]);
		page_put(p, "</li>\n");
	}
	page_put(p, c->ncaveats > 0 ? "</ul>\n" : "");
	page_table(p, headings);
	for (i = 0; i < c->nrows && i < ROWS; i++)
		put_correlation_row(p, &c->rows[i]);
	page_table_end(p);
	page_rest(p, c->nrows, i);
	if (c->nepoch > 0)
		put_epoch(p, c);
	page_put(p, "<p>");
	page_text(p, c->method);
	page_put(p, "</p>\n");
}

void
page_correlation(const struct page *p)
{
	page_section(p, "correlation", N_("Does blocking follow the events?"));
	if (p->r->correlation != NULL)
		put_correlation(p, p->r->correlation);
	else if (!p->r->has_events)
		page_paragraph(p, N_("No calendar was given to compare with."));
	else
		page_paragraph(p, N_("This was not computed for this report. That days of blocking and of events coincide in the grid shows "
				     "nothing by itself."));
	page_section_end(p);
}
