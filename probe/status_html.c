/* The status page. */
#include "probe/status_view.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/table.h"
#include "probe/status_model.h"
#include "probe/status_words.h"
#include "results/verdict_words.h"

/* Bounds on what one page shows, so that months of history and long lists do not make it a burden. */
enum { DAY_S = 86400, HOUR_S = 3600, HOURS = 24, DAYS = 14, TARGETS = 500, GAPS = 50, NAMED = 20, TEXT = 300, SENTENCES = 2000 };

struct page {
	const struct status *st;
	int64_t now_us;
	struct buf *out;
	struct arena *arena; /* for texts on their way */
};

/* --- text ------------------------------------------------------------------------------------ */

/* Markup of ours: never anything out of the model. */
static void
put(const struct page *p, const char *markup)
{
	buf_puts(p->out, markup);
}

/* Any text, also inside of a quoted attribute: cleaned of what is no text, escaped, and cut where it is longer than `most` bytes. */
static void
put_most(const struct page *p, const char *text, size_t most)
{
	const char *s = table_clean(p->arena, text != NULL ? text : "");
	size_t len = strlen(s), i;
	bool cut = len > most;

	if (cut)
		for (len = most; len > 0 && ((unsigned char)s[len] & 0xc0) == 0x80;)
			len--;
	for (i = 0; i < len; i++) {
		switch (s[i]) {
		case '&':
			put(p, "&amp;");
			break;
		case '<':
			put(p, "&lt;");
			break;
		case '>':
			put(p, "&gt;");
			break;
		case '"':
			put(p, "&quot;");
			break;
		case '\'':
			put(p, "&#39;");
			break;
		default:
			buf_putc(p->out, s[i]);
		}
	}
	if (cut)
		put(p, "…");
}

static void
put_text(const struct page *p, const char *text)
{
	put_most(p, text, TEXT);
}

/* A URL or the like, whose direction of writing must not turn what stands around it. */
static void
put_name(const struct page *p, const char *name)
{
	put(p, "<bdi>");
	put_text(p, name);
	put(p, "</bdi>");
}

static void
put_time(const struct page *p, int64_t us)
{
	char machine[CLOCK_TEXT_SIZE], human[STATUS_WORDS_SIZE];

	buf_printf(p->out, "<time datetime=\"%s\">%s</time>", clock_rfc3339(us, machine), status_when(us, human));
}

static void
put_past(const struct page *p, int64_t us)
{
	char ago[STATUS_WORDS_SIZE];

	buf_printf(p->out, "%s (", status_ago(us, p->now_us, ago));
	put_time(p, us);
	put(p, ")");
}

/* --- what is reachable now ------------------------------------------------------------------- */

static void
put_mark(const struct page *p, enum status_face face)
{
	const struct face_words *words = status_face_words(face);

	buf_printf(p->out, "<span class=\"mark %s\" aria-hidden=\"true\">%s</span>", words->css, words->mark);
}

static void
put_state(const struct page *p, const struct status_target *target)
{
	enum status_face face = status_face_of(target->status);
	const char *why = mechanism_words(target->mechanism);

	put_mark(p, face);
	buf_printf(p->out, " %s%s%s", status_face_words(face)->text, why != NULL ? ": " : "", why != NULL ? why : "");
	if (target->measured_us != 0) {
		put(p, "<small>measured ");
		put_past(p, target->measured_us);
		put(p, "</small>");
	}
	if (target->burst)
		put(p, "<small>watched closely at the moment</small>");
}

static void
put_now(const struct page *p)
{
	size_t *order = status_order(p->st), i;
	struct buf text = BUF_EMPTY;

	put(p, "<section aria-labelledby=\"now\">\n<h2 id=\"now\">Right now</h2>\n<p class=\"lead\">");
	status_sentences(p->st, p->now_us, &text);
	put_most(p, buf_str(&text), SENTENCES);
	put(p, "</p>\n");
	buf_free(&text);
	if (p->st->ntargets > 0)
		put(p, "<table class=\"rows sites\">\n<thead><tr><th scope=\"col\">Site</th><th scope=\"col\">State</th></tr></thead>\n"
		       "<tbody>\n");
	for (i = 0; i < p->st->ntargets && i < TARGETS; i++) {
		put(p, "<tr><th scope=\"row\">");
		put_name(p, p->st->targets[order[i]].url);
		put(p, "</th><td>");
		put_state(p, &p->st->targets[order[i]]);
		put(p, "</td></tr>\n");
	}
	if (p->st->ntargets > 0)
		put(p, "</tbody>\n</table>\n");
	if (p->st->ntargets > TARGETS)
		buf_printf(p->out, "<p>%zu more sites are not shown here; <code>netvane status</code> has them all.</p>\n",
		    p->st->ntargets - TARGETS);
	put(p, "</section>\n");
	free(order);
}

/* --- the last days --------------------------------------------------------------------------- */

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

	put(p, "<thead><tr><th scope=\"col\">Site</th>");
	for (i = 0; i < view->n; i++) {
		clock_ooni(view->spans[i].start_us, text);
		put(p, "<th scope=\"col\" title=\"");
		span_name(view, &view->spans[i], p->out);
		buf_printf(p->out, "\">%.2s</th>", text + (view->hours ? 11 : 8));
	}
	put(p, "</tr></thead>\n");
}

static void
put_cell(const struct page *p, const struct view *view, const struct status_target *target, const struct status_span *span)
{
	struct status_cell cell = status_span_cell(target, span);
	const struct face_words *words = status_face_words(status_cell_face(&cell));

	buf_printf(p->out, "<td class=\"%s\" title=\"", words->css);
	span_name(view, span, p->out);
	put(p, ": ");
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

	put(p, "<tr><th scope=\"row\">");
	put_name(p, target->url);
	put(p, "</th>");
	for (i = 0; i < view->n; i++)
		put_cell(p, view, target, &view->spans[i]);
	put(p, "</tr>\n");
}

static void
put_view(const struct page *p, const struct view *view)
{
	const struct status *st = p->st;
	size_t i;

	buf_printf(p->out, "<section aria-labelledby=\"%s\">\n<h2 id=\"%s\">%s</h2>\n<table class=\"grid %s\">\n", view->css,
	    view->css, view->heading, view->css);
	put(p, view->hours ? "<caption>One cell an hour, in UTC; the newest last.</caption>\n"
	                   : "<caption>One cell a day, in UTC; the newest last.</caption>\n");
	put_head(p, view);
	for (i = 0; i < st->ntargets && i < TARGETS; i++) {
		if (i == 0 || !same_list(&st->targets[i], &st->targets[i - 1])) {
			buf_printf(p->out, "%s<tbody>\n<tr><th scope=\"rowgroup\" colspan=\"%zu\">List ",
			    i > 0 ? "</tbody>\n" : "", view->n + 1);
			put_name(p, st->targets[i].list);
			put(p, "</th></tr>\n");
		}
		put_row(p, view, &st->targets[i]);
	}
	put(p, "</tbody>\n</table>\n</section>\n");
}

static void
put_legend(const struct page *p)
{
	enum status_face face;

	put(p, "<ul class=\"legend\" aria-label=\"What the symbols mean\">\n");
	for (face = FACE_OK; face < STATUS_FACE_MAX; face++) {
		put(p, "<li>");
		put_mark(p, face);
		put(p, " ");
		put_text(p, status_face_words(face)->text);
		put(p, "</li>\n");
	}
	put(p, "<li>");
	put_mark(p, FACE_NONE);
	put(p, " not measured</li>\n</ul>\n");
}

static void
put_days(const struct page *p)
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

/* --- anomalies and gaps ---------------------------------------------------------------------- */

static void
put_anomaly(const struct page *p, const struct status_anomaly *a)
{
	char ago[STATUS_WORDS_SIZE];
	struct buf text = BUF_EMPTY;
	size_t i;

	status_anomaly_words(a, &text);
	put(p, "<li><strong>");
	put_text(p, buf_str(&text));
	put(p, "</strong>");
	buf_free(&text);
	if (a->until_us != 0) {
		put(p, "<br>It began ");
		buf_puts(p->out, status_ago(a->until_us, p->now_us, ago));
		put(p, a->from_us != 0 ? ", between " : ", or earlier than ");
		if (a->from_us != 0)
			put_time(p, a->from_us);
		put(p, a->from_us != 0 ? " and " : "");
		put_time(p, a->until_us);
	}
	for (i = 0; i < a->ntargets && i < NAMED; i++) {
		put(p, i == 0 ? "<br>Sites: " : ", ");
		put_name(p, a->targets[i]);
	}
	if (a->ntargets > NAMED)
		buf_printf(p->out, " and %zu more", a->ntargets - NAMED);
	if (a->event_day != NULL) {
		put(p, "<br>It coincides with ");
		put_name(p, a->event_day);
	}
	put(p, "</li>\n");
}

static void
put_anomalies(const struct page *p)
{
	size_t i;

	put(p, "<section aria-labelledby=\"anomalies\">\n<h2 id=\"anomalies\">Open anomalies</h2>\n");
	put(p, p->st->nanomalies == 0 ? "<p>None: nothing has changed lately that has not changed back.</p>\n" : "<ul>\n");
	for (i = 0; i < p->st->nanomalies; i++)
		put_anomaly(p, &p->st->anomalies[i]);
	put(p, p->st->nanomalies == 0 ? "</section>\n" : "</ul>\n</section>\n");
}

static void
put_gap(const struct page *p, const struct status_gap *gap)
{
	char lasted[STATUS_WORDS_SIZE], *cause = status_cause(gap->cause);

	put(p, "<tr><th scope=\"row\">");
	if (gap->from_us != 0)
		put_time(p, gap->from_us);
	else
		put(p, "not known");
	put(p, "</th><td>");
	if (gap->until_us != 0)
		put_time(p, gap->until_us);
	else
		put(p, "it lasts");
	if (gap->from_us != 0)
		buf_printf(p->out, "<small>%s</small>", status_lasted(status_gap_seconds(gap, gap->from_us, p->now_us), lasted));
	put(p, "</td><td>");
	put_text(p, cause);
	put(p, "</td></tr>\n");
	free(cause);
}

static void
put_gaps(const struct page *p)
{
	size_t n = p->st->ngaps, i;

	put(p, "<section aria-labelledby=\"gaps\">\n<h2 id=\"gaps\">Times without measurements</h2>\n");
	if (n == 0)
		put(p, "<p>None is known.</p>\n");
	else
		put(p, "<table class=\"rows\">\n<thead><tr><th scope=\"col\">From</th><th scope=\"col\">Until</th>"
		       "<th scope=\"col\">Why</th></tr></thead>\n<tbody>\n");
	for (i = 0; i < n && i < GAPS; i++)
		put_gap(p, &p->st->gaps[n - 1 - i]);
	if (n > 0)
		put(p, "</tbody>\n</table>\n");
	if (n > GAPS)
		buf_printf(p->out, "<p>%zu earlier ones are not shown here; <code>netvane status</code> has them all.</p>\n",
		    n - GAPS);
	put(p, "</section>\n");
}

/* --- the probe ------------------------------------------------------------------------------- */

static void
put_term(const struct page *p, const char *term, const char *text)
{
	if (text == NULL || text[0] == '\0')
		return;
	buf_printf(p->out, "<dt>%s</dt><dd>", term);
	put_text(p, text);
	put(p, "</dd>\n");
}

static void
put_moment(const struct page *p, const char *term, int64_t us)
{
	char when[STATUS_WORDS_SIZE], how[STATUS_WORDS_SIZE];

	if (us != 0)
		put_term(p, term, arena_printf(p->arena, "%s (%s)", status_when(us, when),
		    us > p->now_us ? status_until(us, p->now_us, how) : status_ago(us, p->now_us, how)));
}

static void
put_size(const struct page *p, const char *term, int64_t bytes, int64_t most)
{
	char used[STATUS_WORDS_SIZE], all[STATUS_WORDS_SIZE];

	if (bytes >= 0 && most >= 0)
		put_term(p, term, arena_printf(p->arena, "%s of %s", status_bytes(bytes, used), status_bytes(most, all)));
	else if (bytes >= 0)
		put_term(p, term, status_bytes(bytes, used));
}

static void
put_probe(const struct page *p)
{
	const struct status *st = p->st;
	char *network = status_cause(network_state_name(st->network.state)), lasted[STATUS_WORDS_SIZE];
	size_t i;

	put(p, "<section aria-labelledby=\"probe\">\n<h2 id=\"probe\">This probe</h2>\n<dl>\n");
	put_moment(p, "Last round", st->probe.last_round_us);
	put_moment(p, "Next round", st->probe.next_round_us);
	put_term(p, "Line", network);
	put_term(p, "IPv6", ipv6_state_name(st->network.ipv6));
	for (i = 0; i < st->network.nnotes; i++)
		put_term(p, "Note", st->network.notes[i]);
	put_size(p, "Traffic today", st->budget.bytes_today, st->budget.limit);
	put_size(p, "Records", st->journal.bytes, st->journal.quota);
	if (st->journal.spool_lines > 0)
		put_term(p, "Waiting", arena_printf(p->arena, "%lld records, in memory", (long long)st->journal.spool_lines));
	put_term(p, "Trouble", st->journal.trouble);
	if (st->probe.uptime_s >= 0)
		put_term(p, "Runs for", status_lasted(st->probe.uptime_s, lasted));
	put_term(p, "Sandbox", st->probe.sandbox);
	put_term(p, "Kept in", st->probe.state_dir);
	put_term(p, "Version", st->probe.version);
	put(p, "</dl>\n</section>\n");
	free(network);
}

/* --- the whole ------------------------------------------------------------------------------- */

/* The title is what a row of tabs shows: the news in a few words. */
static void
put_title(const struct page *p)
{
	size_t counts[VERDICT_STATUS_MAX], bad;

	status_tally(p->st, counts);
	bad = counts[VERDICT_BLOCKED] + counts[VERDICT_LIKELY_BLOCKED];
	if (bad > 0)
		buf_printf(p->out, "netvane: %zu of %zu sites blocked", bad, p->st->ntargets);
	else
		buf_printf(p->out, "netvane: %zu of %zu sites reached", counts[VERDICT_OK], p->st->ntargets);
}

void
status_html(const struct status *st, int64_t now_us, struct buf *out)
{
	struct page page = {.st = st, .now_us = now_us, .out = out, .arena = arena_new()};
	const struct page *p = &page;

	put(p, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>");
	put_title(p);
	put(p, "</title>\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	       "<meta http-equiv=\"refresh\" content=\"60\">\n<style>");
	put(p, status_style());
	put(p, "</style>\n</head>\n<body>\n<header>\n<h1>netvane</h1>\n"
	       "<p class=\"dim\">What this line reaches, and what it does not, as of ");
	put_time(p, st->taken_us != 0 ? st->taken_us : now_us);
	put(p, ". The page renews itself every minute.</p>\n</header>\n<main>\n");
	put_now(p);
	put_days(p);
	put_anomalies(p);
	put_gaps(p);
	put_probe(p);
	put(p, "</main>\n</body>\n</html>\n");
	arena_free(page.arena);
}
