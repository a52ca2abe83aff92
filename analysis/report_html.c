/* The report as a whole, and what comes first: the verdict, and the sites it is about. */
#include "analysis/report_html.h"

#include <string.h>
#include <openssl/sha.h>

#include "analysis/catalogue.h"
#include "analysis/report_page.h"
#include "base/buf.h"
#include "base/mem.h"
#include "results/verdict_words.h"
#include "targets/day.h"

enum { FOUND = 300 };

/* ---- The verdict ---------------------------------------------------------------------------- */

static void
say_blocked(const struct page *p)
{
	const struct report_sum *sum = p->sum;

	if (p->r->nsites == 0)
		page_say(p, "No site was measured, so nothing can be said of any.");
	else if (sum->blocked + sum->likely == 0)
		page_textf(p, page_trn(p, (int64_t)p->r->nsites, "No blocking was found: %lld site was measured.",
		    "No blocking was found: %lld sites were measured."), (long long)p->r->nsites);
	else if (sum->likely == 0)
		page_textf(p, page_tr(p, "Blocked: %lld of %lld sites, proven by evidence."), (long long)sum->blocked,
		    (long long)p->r->nsites);
	else if (sum->blocked == 0)
		page_textf(p, page_tr(p, "Likely blocked: %lld of %lld sites; none is proven."), (long long)sum->likely,
		    (long long)p->r->nsites);
	else
		page_textf(p, page_tr(p, "Blocked: %lld of %lld sites, proven by evidence; likely blocked: %lld more."),
		    (long long)sum->blocked, (long long)p->r->nsites, (long long)sum->likely);
	if (sum->slowed > 0) {
		page_put(p, " ");
		page_textf(p, page_trn(p, (int64_t)sum->slowed, "Slowed down: %lld site.", "Slowed down: %lld sites."),
		    (long long)sum->slowed);
	}
	if (sum->blocked + sum->likely + sum->slowed > 0) {
		page_put(p, " ");
		page_textf(p, page_tr(p, "On the last day: %lld."), (long long)sum->bad_last);
	}
}

static void
say_more(const struct page *p)
{
	const struct report_sum *sum = p->sum;

	if (sum->shut_days > 0) {
		page_put(p, "<p class=lead>");
		page_textf(p, page_trn(p, sum->shut_days, "The network itself was shut down or cut off from abroad on %lld day.",
		    "The network itself was shut down or cut off from abroad on %lld days."), (long long)sum->shut_days);
		page_put(p, "</p>\n");
	}
	if (sum->intercepted > 0) {
		page_put(p, "<p class=lead>");
		page_textf(p, page_trn(p, (int64_t)sum->intercepted, "Forged certificates were presented for %lld site.",
		    "Forged certificates were presented for %lld sites."), (long long)sum->intercepted);
		page_put(p, "</p>\n");
	}
	if (p->r->correlation != NULL && p->r->correlation->verdict != NULL) {
		page_put(p, "<p class=lead>");
		page_text(p, p->r->correlation->verdict);
		page_put(p, "</p>\n");
	}
	page_put(p, "<p>");
	page_textf(p, page_tr(p, "Measured: %lld of %lld days. Measurements: %lld. Networks: %lld."), (long long)sum->measured_days,
	    (long long)sum->days, (long long)sum->measurements, (long long)p->r->nnetworks);
	page_put(p, "</p>\n");
}

void
page_verdict(const struct page *p)
{
	page_put(p, "<p class=verdict><strong>");
	say_blocked(p);
	page_put(p, "</strong></p>\n");
	say_more(p);
}

/* ---- Sites that were interfered with -------------------------------------------------------- */

static void
put_found(const struct page *p, const struct report_site *site, const struct report_site_sum *sum)
{
	const char *how = mechanism_words(sum->mechanism);

	page_put(p, "<tr><th scope=row>");
	page_name(p, page_site(p, site->url));
	page_put(p, "</th><td>");
	page_mark(p, sum->finding);
	page_put(p, " ");
	page_say(p, report_face_words(sum->finding)->text);
	page_put(p, "</td><td>");
	if (how != NULL)
		page_say(p, how);
	page_put(p, "</td><td>");
	page_day(p, sum->first_bad);
	page_put(p, "</td><td>");
	page_day(p, sum->last_bad);
	page_putf(p, "</td><td>%lld/%lld</td><td>%lld/%lld</td><td>", (long long)sum->bad_days, (long long)sum->days,
	    (long long)sum->bad, (long long)sum->measurements);
	page_mark(p, sum->last);
	page_put(p, " ");
	page_say(p, report_face_words(sum->last)->text);
	page_put(p, "</td></tr>\n");
}

void
page_found(const struct page *p)
{
	static const char *const headings[] = {N_("Site"), N_("Finding"), N_("How"), N_("First day"), N_("Last day"), N_("Days"),
	    N_("Measurements"), N_("On its last day"), NULL};
	size_t n = p->sum->blocked + p->sum->likely + p->sum->slowed, shown = 0, i;
	struct report_site_sum sum;

	if (n == 0)
		return;
	page_section(p, "found", N_("What was blocked, or slowed down"));
	page_table(p, headings);
	for (i = 0; i < p->r->nsites && shown < FOUND; i++) {
		sum = report_site_sum(&p->r->sites[i]);
		if (sum.bad_days == 0)
			continue;
		put_found(p, &p->r->sites[i], &sum);
		shown++;
	}
	page_table_end(p);
	page_rest(p, n, shown);
	page_paragraph(p, N_("Days and measurements: bad of measured. The first and the last day are the first and the last one seen; "
			     "what was between two measurements is not known."));
	page_section_end(p);
}

/* ---- The whole ------------------------------------------------------------------------------ */

/* The one that all networks are in, or NULL. */
static const char *
country_of(const struct report *r)
{
	const char *cc = r->nnetworks > 0 ? r->networks[0].cc : NULL;
	size_t i;

	for (i = 1; cc != NULL && i < r->nnetworks; i++)
		if (r->networks[i].cc == NULL || strcmp(cc, r->networks[i].cc) != 0)
			return NULL;
	return cc;
}

static void
put_title(const struct page *p)
{
	char first[DAY_TEXT_SIZE], last[DAY_TEXT_SIZE];

	if (p->r->first_day > p->r->last_day)
		page_say(p, "Internet blocking: nothing measured");
	else if (country_of(p->r) != NULL)
		page_textf(p, page_tr(p, "Internet blocking in %s, %s to %s"), country_of(p->r), day_text(p->r->first_day, first),
		    day_text(p->r->last_day, last));
	else
		page_textf(p, page_tr(p, "Internet blocking, %s to %s"), day_text(p->r->first_day, first),
		    day_text(p->r->last_day, last));
}

/* Whatever found its way in: nothing is loaded, nothing runs, and no style but this one counts. */
static void
put_policy(const struct page *p)
{
	uint8_t digest[SHA256_DIGEST_LENGTH];

	SHA256((const uint8_t *)report_style(), strlen(report_style()), digest);
	page_put(p, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-");
	buf_base64(p->out, digest, sizeof(digest));
	page_put(p, "'; base-uri 'none'; form-action 'none'\">\n");
}

static void
put_head(const struct page *p)
{
	page_putf(p, "<!DOCTYPE html>\n<html lang=%s>\n<head>\n<meta charset=utf-8>\n", catalogue_name(p->words));
	put_policy(p);
	page_put(p, "<meta name=viewport content=\"width=device-width, initial-scale=1\">\n<title>");
	put_title(p);
	page_put(p, "</title>\n<style>");
	page_put(p, report_style());
	page_put(p, "</style>\n</head>\n<body>\n<header>\n<h1>");
	put_title(p);
	page_put(p, "</h1>\n");
	page_verdict(p);
	page_put(p, "</header>\n<main>\n");
}

void
report_html(const struct report *report, const struct catalogue *words, struct buf *out)
{
	static void (*const parts[])(const struct page *) = {page_found, page_grid, page_events, page_episodes, page_interception,
	    page_correlation, page_coverage, page_method};
	const struct report_sum sum = report_sum_all(report);
	struct page page = {report, &sum, words, out, arena_new()};
	size_t i;

	put_head(&page);
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		parts[i](&page);
	page_put(&page, "</main>\n</body>\n</html>\n");
	arena_free(page.arena);
}
