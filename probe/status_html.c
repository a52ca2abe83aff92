/* The status page as a whole; status_page_days.c has its grids. */
#include "probe/status_view.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "probe/status_model.h"
#include "probe/status_page.h"
#include "probe/status_words.h"
#include "results/verdict_words.h"

enum { GAPS = 50, NAMED = 20, SENTENCES = 2000 };

/* --- what is reachable now ------------------------------------------------------------------- */

static void
put_state(const struct page *p, const struct status_target *target)
{
	enum status_face face = status_face_of(target->status);
	const char *why = mechanism_words(target->mechanism);

	page_mark(p, face);
	buf_printf(p->out, " %s%s%s", status_face_words(face)->text, why != NULL ? ": " : "", why != NULL ? why : "");
	if (target->measured_us != 0) {
		page_put(p, "<small>measured ");
		page_past(p, target->measured_us);
		page_put(p, "</small>");
	}
	if (target->burst)
		page_put(p, "<small>watched closely at the moment</small>");
}

static void
put_now(const struct page *p)
{
	size_t *order = status_order(p->st), i;
	struct buf text = BUF_EMPTY;

	page_put(p, "<section aria-labelledby=\"now\">\n<h2 id=\"now\">Right now</h2>\n<p class=\"lead\">");
	status_sentences(p->st, p->now_us, &text);
	page_text_most(p, buf_str(&text), SENTENCES);
	page_put(p, "</p>\n");
	buf_free(&text);
	if (p->st->ntargets > 0)
		page_put(p, "<table class=\"rows sites\">\n<thead><tr><th scope=\"col\">Site</th><th scope=\"col\">State</th></tr></thead>\n"
		            "<tbody>\n");
	for (i = 0; i < p->st->ntargets && i < PAGE_TARGETS; i++) {
		page_put(p, "<tr><th scope=\"row\">");
		page_name(p, p->st->targets[order[i]].url);
		page_put(p, "</th><td>");
		put_state(p, &p->st->targets[order[i]]);
		page_put(p, "</td></tr>\n");
	}
	if (p->st->ntargets > 0)
		page_put(p, "</tbody>\n</table>\n");
	if (p->st->ntargets > PAGE_TARGETS)
		buf_printf(p->out, "<p>%zu more sites are not shown here; <code>netvane status</code> has them all.</p>\n",
		    p->st->ntargets - PAGE_TARGETS);
	page_put(p, "</section>\n");
	free(order);
}

/* --- anomalies and gaps ---------------------------------------------------------------------- */

static void
put_anomaly(const struct page *p, const struct status_anomaly *a)
{
	char ago[STATUS_WORDS_SIZE];
	struct buf text = BUF_EMPTY;
	size_t i;

	status_anomaly_words(a, &text);
	page_put(p, "<li><strong>");
	page_text(p, buf_str(&text));
	page_put(p, "</strong>");
	buf_free(&text);
	if (a->until_us != 0) {
		page_put(p, "<br>It began ");
		buf_puts(p->out, status_ago(a->until_us, p->now_us, ago));
		page_put(p, a->from_us != 0 ? ", between " : ", or earlier than ");
		if (a->from_us != 0)
			page_time(p, a->from_us);
		page_put(p, a->from_us != 0 ? " and " : "");
		page_time(p, a->until_us);
	}
	for (i = 0; i < a->ntargets && i < NAMED; i++) {
		page_put(p, i == 0 ? "<br>Sites: " : ", ");
		page_name(p, a->targets[i]);
	}
	if (a->ntargets > NAMED)
		buf_printf(p->out, " and %zu more", a->ntargets - NAMED);
	if (a->event_day != NULL) {
		page_put(p, "<br>It coincides with ");
		page_name(p, a->event_day);
	}
	page_put(p, "</li>\n");
}

static void
put_anomalies(const struct page *p)
{
	size_t i;

	page_put(p, "<section aria-labelledby=\"anomalies\">\n<h2 id=\"anomalies\">Open anomalies</h2>\n");
	page_put(p, p->st->nanomalies == 0 ? "<p>None: nothing has changed lately that has not changed back.</p>\n" : "<ul>\n");
	for (i = 0; i < p->st->nanomalies; i++)
		put_anomaly(p, &p->st->anomalies[i]);
	page_put(p, p->st->nanomalies == 0 ? "</section>\n" : "</ul>\n</section>\n");
}

static void
put_gap(const struct page *p, const struct status_gap *gap)
{
	char lasted[STATUS_WORDS_SIZE], *cause = status_cause(gap->cause);

	page_put(p, "<tr><th scope=\"row\">");
	if (gap->from_us != 0)
		page_time(p, gap->from_us);
	else
		page_put(p, "not known");
	page_put(p, "</th><td>");
	if (gap->until_us != 0)
		page_time(p, gap->until_us);
	else
		page_put(p, "it lasts");
	if (gap->from_us != 0)
		buf_printf(p->out, "<small>%s</small>", status_lasted(status_gap_seconds(gap, gap->from_us, p->now_us), lasted));
	page_put(p, "</td><td>");
	page_text(p, cause);
	page_put(p, "</td></tr>\n");
	free(cause);
}

static void
put_gaps(const struct page *p)
{
	size_t n = p->st->ngaps, i;

	page_put(p, "<section aria-labelledby=\"gaps\">\n<h2 id=\"gaps\">Times without measurements</h2>\n");
	if (n == 0)
		page_put(p, "<p>None is known.</p>\n");
	else
		page_put(p, "<table class=\"rows\">\n<thead><tr><th scope=\"col\">From</th><th scope=\"col\">Until</th>"
		            "<th scope=\"col\">Why</th></tr></thead>\n<tbody>\n");
	for (i = 0; i < n && i < GAPS; i++)
		put_gap(p, &p->st->gaps[n - 1 - i]);
	if (n > 0)
		page_put(p, "</tbody>\n</table>\n");
	if (n > GAPS)
		buf_printf(p->out, "<p>%zu earlier ones are not shown here; <code>netvane status</code> has them all.</p>\n",
		    n - GAPS);
	page_put(p, "</section>\n");
}

/* --- the probe ------------------------------------------------------------------------------- */

static void
put_term(const struct page *p, const char *term, const char *text)
{
	if (text == NULL || text[0] == '\0')
		return;
	buf_printf(p->out, "<dt>%s</dt><dd>", term);
	page_text(p, text);
	page_put(p, "</dd>\n");
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

	page_put(p, "<section aria-labelledby=\"probe\">\n<h2 id=\"probe\">This probe</h2>\n<dl>\n");
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
	page_put(p, "</dl>\n</section>\n");
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

	page_put(p, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>");
	put_title(p);
	page_put(p, "</title>\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	            "<meta http-equiv=\"refresh\" content=\"60\">\n<style>");
	page_put(p, status_style());
	page_put(p, "</style>\n</head>\n<body>\n<header>\n<h1>netvane</h1>\n"
	            "<p class=\"dim\">What this line reaches, and what it does not, as of ");
	page_time(p, st->taken_us != 0 ? st->taken_us : now_us);
	page_put(p, ". The page renews itself every minute.</p>\n</header>\n<main>\n");
	put_now(p);
	page_days(p);
	put_anomalies(p);
	put_gaps(p);
	put_probe(p);
	page_put(p, "</main>\n</body>\n</html>\n");
	arena_free(page.arena);
}
