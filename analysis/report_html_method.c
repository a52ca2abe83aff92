/* The report's end: what was measured and what was not, and how the report came about. */
#include <stdlib.h>
#include <string.h>

#include "analysis/catalogue.h"
#include "analysis/report_page.h"
#include "base/buf.h"
#include "base/mem.h"
#include "results/verdict.h"

enum { NETWORKS = 300, GAPS = 100, COLUMNS = 48, MINUTE = 60, HOUR = 3600, DAY = 86400 };

/* ---- Networks ------------------------------------------------------------------------------- */

static size_t
measured_days(const struct report_network *network, int32_t first, int32_t last)
{
	size_t i, n = 0;

	for (i = 0; i < network->ndays; i++)
		n += network->days[i].day >= first && network->days[i].day <= last && network->days[i].measurements > 0 ? 1 : 0;
	return n;
}

static void
put_coverage(const struct page *p, const struct report_network *network)
{
	int32_t days = (int32_t)p->sum->days, i, first, last;

	page_put(p, "<code class=t aria-hidden=true>");
	for (i = 0; i < COLUMNS; i++) {
		first = p->r->first_day + (int32_t)((int64_t)days * i / COLUMNS);
		last = p->r->first_day + (int32_t)((int64_t)days * (i + 1) / COLUMNS) - 1;
		page_put(p, measured_days(network, first, last > first ? last : first) > 0 ? "=" : "·");
	}
	page_put(p, "</code>");
}

static void
put_network(const struct page *p, const struct report_network *network)
{
	page_put(p, "<tr><th scope=row>");
	page_name(p, network->asn != NULL ? network->asn : page_tr(p, "not known"));
	page_put(p, "</th><td>");
	page_name(p, network->name);
	page_put(p, "</td><td>");
	page_text(p, network->cc);
	page_putf(p, "</td><td>%zu/%lld</td><td>", measured_days(network, p->r->first_day, p->r->last_day), (long long)p->sum->days);
	put_coverage(p, network);
	page_putf(p, "</td><td>%lld</td><td>%lld</td><td>%lld</td><td>", (long long)network->measurements, (long long)network->rounds,
	    (long long)network->rounds_not_online);
	if (network->first_us != 0) {
		page_time(p, network->first_us);
		page_put(p, " – ");
		page_time(p, network->last_us);
	}
	page_put(p, "</td></tr>\n");
}

/* ---- Gaps ----------------------------------------------------------------------------------- */

static int64_t
length_of(const struct report_gap *gap)
{
	return gap->until_us != 0 ? gap->until_us - gap->from_us : INT64_MAX;
}

static int
longest_first(const void *a, const void *b)
{
	const struct report_gap *x = *(const struct report_gap *const *)a, *y = *(const struct report_gap *const *)b;

	if (length_of(x) != length_of(y))
		return length_of(x) > length_of(y) ? -1 : 1;
	return x->from_us < y->from_us ? -1 : x->from_us > y->from_us;
}

static void
put_length(const struct page *p, const struct report_gap *gap)
{
	long long s = gap->until_us != 0 && gap->from_us != 0 ? (gap->until_us - gap->from_us) / 1000000 : -1;

	if (s < 0)
		page_put(p, "–");
	else if (s >= DAY)
		page_textf(p, page_tr(p, "%lld d %lld h"), s / DAY, s % DAY / HOUR);
	else if (s >= HOUR)
		page_textf(p, page_tr(p, "%lld h %lld min"), s / HOUR, s % HOUR / MINUTE);
	else
		page_textf(p, page_tr(p, "%lld min"), s / MINUTE);
}

static void
put_gap(const struct page *p, const struct report_gap *gap)
{
	page_put(p, "<tr><th scope=row>");
	if (gap->from_us != 0)
		page_time(p, gap->from_us);
	else
		page_say(p, "not known");
	page_put(p, "</th><td>");
	if (gap->until_us != 0)
		page_time(p, gap->until_us);
	else
		page_say(p, "no end seen");
	page_put(p, "</td><td>");
	put_length(p, gap);
	page_put(p, "</td><td>");
	page_name(p, gap->network);
	page_put(p, "</td><td>");
	page_say(p, report_cause_words(gap->cause));
	page_put(p, "</td></tr>\n");
}

static void
put_gaps(const struct page *p)
{
	static const char *const headings[] = {N_("From"), N_("Until"), N_("Lasted"), N_("Network"), N_("Why"), NULL};
	const struct report_gap **order = xcalloc(p->r->ngaps, sizeof(*order));
	size_t i;

	for (i = 0; i < p->r->ngaps; i++)
		order[i] = &p->r->gaps[i];
	if (p->r->ngaps > 0)
		qsort(order, p->r->ngaps, sizeof(*order), longest_first);
	page_put(p, "<h3>");
	page_say(p, "Times without measurements");
	page_put(p, "</h3>\n");
	if (p->r->ngaps == 0) {
		page_paragraph(p, N_("The records tell of none. Probes that do not keep running, and OONI's, tell of none ever."));
	} else {
		page_paragraph(p, N_("As the probes told of them; the longest first."));
		page_table(p, headings);
		for (i = 0; i < p->r->ngaps && i < GAPS; i++)
			put_gap(p, order[i]);
		page_table_end(p);
		page_rest(p, p->r->ngaps, i);
	}
	free(order);
}

void
page_coverage(const struct page *p)
{
	static const char *const headings[] = {N_("Network"), N_("Name"), N_("Country"), N_("Days"), N_("When"), N_("Measurements"),
	    N_("Rounds"), N_("not online"), N_("First – last"), NULL};
	size_t i;

	page_section(p, "coverage", N_("What was measured, and what was not"));
	page_paragraph(p, N_("What was not measured is missing, and counts neither as reached nor as blocked."));
	page_table(p, headings);
	for (i = 0; i < p->r->nnetworks && i < NETWORKS; i++)
		put_network(p, &p->r->networks[i]);
	page_table_end(p);
	page_rest(p, p->r->nnetworks, i);
	put_gaps(p);
	page_section_end(p);
}

/* ---- Method --------------------------------------------------------------------------------- */

static void
put_term(const struct page *p, const char *term)
{
	page_put(p, "<dt>");
	page_say(p, term);
	page_put(p, "</dt><dd>");
}

static void
put_fact(const struct page *p, const char *term, const char *text)
{
	if (text == NULL)
		return;
	put_term(p, term);
	page_text(p, text);
	page_put(p, "</dd>\n");
}

void
page_method(const struct page *p)
{
	const struct report *r = p->r;
	size_t i;

	page_section(p, "method", N_("How this was made"));
	page_paragraph(p, N_("Each verdict is of one measurement, and is the recorded one where there is one. A site is blocked where "
			     "interference is proven, by what was sent or by a test that excludes other explanations; likely blocked where "
			     "interference is the best explanation. A site that is down by its own fault, and what cannot be told, count as neither."));
	page_paragraph(p, N_("A measurement is bad if the site was blocked, likely blocked or slowed down by interference. A day is bad if a twentieth "
			     "of its measurements that tell, and at least two, are bad; or all of them; or if one is a proof by itself: a forged "
			     "certificate, a block page, an impossible address, a second DNS answer. The same holds for the comparison with events. "
			     "Times are UTC."));
	page_put(p, "<dl>\n");
	put_fact(p, N_("Program"), r->version);
	put_fact(p, N_("Days of"), r->zone);
	if (r->has_seed) {
		put_term(p, N_("Seed of random numbers"));
		page_putf(p, "%llu</dd>\n", (unsigned long long)r->seed);
	}
	for (i = 0; i < r->nfacts; i++)
		put_fact(p, r->facts[i].term, r->facts[i].text);
	if (r->made_us != 0) {
		put_term(p, N_("Made"));
		page_time(p, r->made_us);
		page_put(p, "</dd>\n");
	}
	page_put(p, "</dl>\n");
	page_section_end(p);
}
