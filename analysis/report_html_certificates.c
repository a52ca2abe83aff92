/* The report's certificates: forged ones; and, which accuse nobody, valid ones that were new. */
#include "analysis/catalogue.h"
#include "analysis/report_page.h"
#include "base/buf.h"

enum { ROWS = 200, NAMED = 12 };

static void
put_heading(const struct page *p, const char *heading)
{
	page_put(p, "<h3>");
	page_say(p, heading);
	page_put(p, "</h3>\n");
}

/* Of one kind. */
static size_t
count(const struct report *r, bool honest)
{
	size_t n = 0, i;

	for (i = 0; i < r->ninterception; i++)
		n += r->interception[i].honest == honest ? 1 : 0;
	return n;
}

/* ---- Forged ones ---------------------------------------------------------------------------- */

static void
put_names(const struct page *p, const char **names, size_t n, bool sites)
{
	size_t i;

	for (i = 0; i < n && i < NAMED; i++) {
		page_put(p, i > 0 ? ", " : "");
		page_name(p, sites ? page_site(p, names[i]) : names[i]);
	}
	if (n > NAMED)
		page_putf(p, " +%zu", n - NAMED);
}

static void
put_habits(const struct page *p, const struct report_interception *x)
{
	if (x->nhabits == 0 && x->pem == NULL)
		return;
	page_put(p, " <small>");
	page_messages(p, x->habits, x->nhabits);
	page_put(p, x->nhabits > 0 && x->pem != NULL ? "; " : "");
	page_text(p, x->pem);
	page_put(p, "</small>");
}

static void
put_forger(const struct page *p, const struct report_interception *x)
{
	page_put(p, "<tr><th scope=row>");
	page_name(p, x->issuer);
	if (x->known != NULL) {
		page_put(p, " <small>");
		page_textf(p, page_tr(p, "known as %s"), x->known);
		page_put(p, "</small>");
	}
	if (x->local) {
		page_put(p, " <small>");
		page_say(p, "everything on the line was intercepted: an antivirus, an employer");
		page_put(p, "</small>");
	}
	put_habits(p, x);
	page_put(p, "</th><td><code>");
	page_text(p, x->key);
	page_put(p, "</code></td><td>");
	page_time(p, x->first_us);
	page_put(p, "</td><td>");
	page_time(p, x->last_us);
	page_putf(p, "</td><td>%lld</td><td>", (long long)x->seen);
	put_names(p, x->sites, x->nsites, true);
	page_put(p, "</td><td>");
	put_names(p, x->networks, x->nnetworks, false);
	page_put(p, "</td><td>");
	page_number(p, x->valid_days_least, 0);
	if (x->valid_days_most > x->valid_days_least) {
		page_put(p, " … ");
		page_number(p, x->valid_days_most, 0);
	}
	page_put(p, "</td><td>");
	page_name(p, x->expected);
	page_put(p, "</td></tr>\n");
}

static void
put_forgers(const struct page *p)
{
	static const char *const headings[] = {N_("Issuer"), N_("Key"), N_("First seen"), N_("Last seen"), N_("Measurements"), N_("Sites"),
	    N_("Networks"), N_("Valid for days"), N_("Expected"), NULL};
	size_t all = count(p->r, false), n = 0, i;

	if (all == 0) {
		page_paragraph(p, N_("No forged certificate was found."));
		return;
	}
	put_heading(p, N_("Forged certificates"));
	page_table(p, headings);
	for (i = 0; i < p->r->ninterception && n < ROWS; i++)
		if (!p->r->interception[i].honest) {
			put_forger(p, &p->r->interception[i]);
			n++;
		}
	page_table_end(p);
	page_rest(p, all, n);
}

/* ---- Sites' own ----------------------------------------------------------------------------- */

static void
put_change(const struct page *p, const struct report_interception *x)
{
	const struct event_bracket when = {x->first_us, x->last_us};

	page_put(p, "<tr><th scope=row>");
	put_names(p, x->sites, x->nsites, true);
	page_put(p, "</th><td>");
	page_between(p, &when, N_("not known"), N_("not known"));
	page_put(p, "</td><td>");
	page_name(p, x->expected);
	page_put(p, "</td><td>");
	page_name(p, x->issuer);
	page_putf(p, "</td><td>%lld</td></tr>\n", (long long)x->leaves);
}

static void
put_changed(const struct page *p)
{
	static const char *const headings[] = {N_("Site"), N_("Last change between"), N_("Issuer before"), N_("Issuer after"), N_("Different keys"), NULL};
	size_t all = count(p->r, true), n = 0, i;

	if (all == 0)
		return;
	put_heading(p, N_("Sites that changed their own certificates"));
	page_table(p, headings);
	for (i = 0; i < p->r->ninterception && n < ROWS; i++)
		if (p->r->interception[i].honest) {
			put_change(p, &p->r->interception[i]);
			n++;
		}
	page_table_end(p);
	page_rest(p, all, n);
}

static void
put_certificate(const struct page *p, const struct report_certificate *c)
{
	page_put(p, "<tr><th scope=row>");
	page_name(p, page_site(p, c->site));
	page_put(p, "</th><td>");
	page_name(p, c->network);
	page_put(p, "</td><td>");
	page_time(p, c->first_us);
	page_put(p, "</td><td>");
	page_time(p, c->last_us);
	page_putf(p, "</td><td>%lld</td><td>%lld</td><td>%lld", (long long)c->new_keys, (long long)c->new_issuers, (long long)c->changes);
	if (c->changes > 0) {
		page_put(p, " <small>");
		page_between(p, &c->change, N_("not known"), N_("not known"));
		page_put(p, "</small> <code>");
		page_text(p, c->key);
		page_put(p, "</code>");
	}
	page_put(p, "</td></tr>\n");
}

/* Never among what accuses somebody. */
static void
put_certificates(const struct page *p)
{
	static const char *const headings[] = {N_("Site"), N_("Network"), N_("First note"), N_("Last note"), N_("New key"), N_("New issuer"),
	    N_("Another organisation's"), NULL};
	size_t i;

	if (p->r->ncertificates == 0)
		return;
	put_heading(p, N_("Valid certificates that were new"));
	page_paragraph(p, N_("Measurements in which a site showed a valid certificate with a key or an issuer that the probe had not seen there before, and "
			     "how often a probe told that a steady site had turned to another organisation's. Sites change their certificates all the time: "
			     "this accuses nobody."));
	page_table(p, headings);
	for (i = 0; i < p->r->ncertificates && i < ROWS && p->out->len < PAGE_FULL; i++)
		put_certificate(p, &p->r->certificates[i]);
	page_table_end(p);
	page_rest(p, p->r->ncertificates, i);
}

void
page_interception(const struct page *p)
{
	page_section(p, "interception", N_("Certificates"));
	if (!p->r->has_interception) {
		page_paragraph(p, N_("Certificates were not compared for this report."));
	} else {
		put_forgers(p);
		put_changed(p);
	}
	put_certificates(p);
	page_section_end(p);
}
