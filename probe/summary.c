/* What a round found, for the person who ran it. */
#include "probe/summary.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/paragraph.h"
#include "base/table.h"
#include "probe/site_name.h"
#include "results/facts.h"
#include "results/failure.h"
#include "results/measurement.h"
#include "results/verdict_words.h"
#include "targets/target.h"

struct row {
	const char *url; /* the target's */
	char *dns, *tcp, *tls, *http;
	struct verdict verdict; /* without its evidence */
	double runtime_s;
	bool measured;
};

struct summary {
	struct row *rows; /* sorted by URL, to be found by it */
	size_t *order; /* the targets' order: indexes into rows */
	size_t n;
	enum network_state network;
	bool local_interception, complete;
	bool line_changed; /* during the pass */
	int counts[VERDICT_STATUS_MAX];
	int worst; /* exit code of the worst verdict */
	size_t measured;
};

static int
row_compare(const void *a, const void *b)
{
	return strcmp(((const struct row *)a)->url, ((const struct row *)b)->url);
}

static struct row *
row_find(const struct summary *s, const char *url)
{
	struct row key = {.url = url};

	return s->n == 0 ? NULL : bsearch(&key, s->rows, s->n, sizeof(*s->rows), row_compare);
}

struct summary *
summary_new(const struct target *const *targets, size_t n)
{
	struct summary *s = xcalloc(1, sizeof(*s));
	size_t i;

	s->n = n;
	s->rows = xcalloc(n, sizeof(*s->rows));
	s->order = xcalloc(n, sizeof(*s->order));
	for (i = 0; i < n; i++)
		s->rows[i].url = targets[i]->url;
	if (n > 0)
		qsort(s->rows, n, sizeof(*s->rows), row_compare);
	for (i = 0; i < n; i++)
		s->order[i] = (size_t)(row_find(s, targets[i]->url) - s->rows);
	return s;
}

void
summary_free(struct summary *s)
{
	size_t i;

	if (s == NULL)
		return;
	for (i = 0; i < s->n; i++) {
		free(s->rows[i].dns);
		free(s->rows[i].tcp);
		free(s->rows[i].tls);
		free(s->rows[i].http);
	}
	free(s->rows);
	free(s->order);
	free(s);
}

/* --- cells ----------------------------------------------------------------------------------- */

/* A failure in a word or two that fits a column. */
static const char *
short_failure(const char *name)
{
	switch (failure_find(name)) {
	case FAILURE_NONE:
		return "ok";
	case FAILURE_DNS_NXDOMAIN:
		return "no name";
	case FAILURE_DNS_REFUSED:
	case FAILURE_CONNECTION_REFUSED:
		return "refused";
	case FAILURE_DNS_SERVFAIL:
		return "servfail";
	case FAILURE_DNS_NO_ANSWER:
		return "no addr";
	case FAILURE_GENERIC_TIMEOUT:
	case FAILURE_TIMED_OUT:
		return "timeout";
	case FAILURE_CONNECTION_RESET:
		return "reset";
	case FAILURE_EOF:
		return "closed";
	case FAILURE_HOST_UNREACHABLE:
	case FAILURE_NETWORK_UNREACHABLE:
	case FAILURE_NETWORK_DOWN:
		return "no route";
	case FAILURE_SSL_INVALID_CERTIFICATE:
		return "bad cert";
	case FAILURE_SSL_INVALID_HOSTNAME:
		return "wrong name";
	case FAILURE_SSL_UNKNOWN_AUTHORITY:
		return "untrusted";
	case FAILURE_INTERRUPTED:
		return "stopped";
	default:
		return "failed";
	}
}

static char *
dns_cell(const struct facts *f)
{
	if (f->host_is_ip)
		return xstrdup("-");
	if (f->system.asked == 0)
		return xstrdup(f->trusted_answered ? "others" : "-");
	if (!f->system.answered)
		return xstrdup(short_failure(failure_name(f->system.failure)));
	return xstrdup(f->system_bogon && !f->valid_system ? "bogus" : "ok");
}

/* "ok", "3/4" or the failure. */
static char *
share_cell(size_t good, size_t tried, const char *failure)
{
	if (tried == 0)
		return xstrdup("-");
	if (good == tried)
		return xstrdup("ok");
	return good > 0 ? xasprintf("%zu/%zu", good, tried) : xstrdup(short_failure(failure));
}

static char *
tcp_cell(const struct facts *f)
{
	size_t tried = 0, good = 0, i;

	for (i = 0; i < f->naddresses; i++) {
		/* Without IPv6 on the line, its addresses say nothing. */
		if (f->addresses[i].attempts == 0 ||
		    (f->addresses[i].v6 && !f->ipv6_ok && !f->addresses[i].connected))
			continue;
		tried++;
		good += f->addresses[i].connected;
	}
	return share_cell(good, tried, f->worst != NULL ? f->worst->failure : NULL);
}

static char *
tls_cell(const struct facts *f)
{
	size_t tried = 0, good = 0, i;

	for (i = 0; i < f->naddresses; i++) {
		if (f->addresses[i].tls == NULL)
			continue;
		tried++;
		good += f->addresses[i].valid;
	}
	return share_cell(good, tried, f->worst != NULL ? f->worst->failure : NULL);
}

static char *
http_cell(const struct facts *f)
{
	if (!f->page_asked)
		return xstrdup("-");
	if (f->page_failure != NULL)
		return xstrdup(short_failure(f->page_failure));
	return xasprintf("%d", f->page_code);
}

static bool
has_note(const struct round_info *round, const char *note)
{
	size_t i;

	for (i = 0; i < round->nnotes; i++)
		if (strcmp(round->notes[i], note) == 0)
			return true;
	return false;
}

void
summary_add(struct summary *s, const struct measurement *m)
{
	struct row *row;
	struct facts f;

	if (m->round != NULL) {
		s->network = m->context.network;
		s->local_interception = m->context.local_interception;
		s->complete = m->round->complete;
		s->line_changed = has_note(m->round, "line-changed");
		return;
	}
	row = m->role != NULL && strcmp(m->role, "target") == 0 ? row_find(s, m->input) : NULL;
	if (row == NULL || row->measured)
		return;
	facts_gather(m, &f);
	row->dns = dns_cell(&f);
	row->tcp = tcp_cell(&f);
	row->tls = tls_cell(&f);
	row->http = http_cell(&f);
	row->verdict = m->verdict;
	row->verdict.evidence = NULL;
	row->verdict.nevidence = 0;
	row->runtime_s = m->runtime;
	row->measured = true;
	s->measured++;
	s->counts[m->verdict.status]++;
	if (verdict_exit_code(&m->verdict) > s->worst)
		s->worst = verdict_exit_code(&m->verdict);
}

/* --- the table ------------------------------------------------------------------------------- */

static char *
verdict_cell(const struct row *row)
{
	const char *text = verdict_status_words(row->verdict.status)->text;
	const char *symbol = verdict_symbol(row->verdict.status);
	const char *why = mechanism_words(row->verdict.mechanism);

	if (why == NULL)
		return xasprintf("%s %s", symbol, text);
	return xasprintf("%s %s: %s", symbol, text, why);
}

static enum table_colour
cell_colour(const char *text)
{
	return strcmp(text, "ok") == 0 || strcmp(text, "-") == 0 || text[0] == '2' ? TABLE_PLAIN
										   : TABLE_YELLOW;
}

void
summary_table(const struct summary *s, FILE *out, int width, bool colour)
{
	static const struct table_column columns[] = {
	    {"SITE", false, 14},
	    {"DNS", false, 0},
	    {"TCP", false, 0},
	    {"TLS", false, 0},
	    {"HTTP", false, 0},
	    {"VERDICT", false, 16},
	    {"TIME", true, 0},
	};
	struct table *table = table_new(columns, sizeof(columns) / sizeof(columns[0]));
	size_t i;

	for (i = 0; i < s->n; i++) {
		const struct row *row = &s->rows[s->order[i]];
		char *site, *verdict;

		if (!row->measured)
			continue;
		site = site_name(row->url);
		verdict = verdict_cell(row);
		table_cell(table, site, TABLE_PLAIN);
		table_cell(table, row->dns, cell_colour(row->dns));
		table_cell(table, row->tcp, cell_colour(row->tcp));
		table_cell(table, row->tls, cell_colour(row->tls));
		table_cell(table, row->http, cell_colour(row->http));
		table_cell(table, verdict, verdict_status_words(row->verdict.status)->colour);
		table_cellf(table, TABLE_DIM, "%.1fs", row->runtime_s);
		free(site);
		free(verdict);
	}
	if (s->measured > 0)
		table_write(table, out, width, colour);
	table_free(table);
}

/* --- the closing sentence -------------------------------------------------------------------- */

/* "youtube.com, vk.com and 3 more". */
static void
add_names(const struct summary *s, enum verdict_status status, struct buf *text)
{
	enum { NAMED = 5 };
	size_t all = (size_t)s->counts[status], named = 0, i;
	char *site;

	for (i = 0; i < s->n && named < NAMED; i++) {
		const struct row *row = &s->rows[s->order[i]];

		if (!row->measured || row->verdict.status != status)
			continue;
		site = site_name(row->url);
		buf_printf(text, "%s%s", named > 0 ? ", " : "", site);
		free(site);
		named++;
	}
	if (all > named)
		buf_printf(text, " and %zu more", all - named);
}

static void
add_group(const struct summary *s, enum verdict_status status, const char *one, const char *many,
    const char *meaning, struct buf *text)
{
	int n = s->counts[status];

	if (n == 0)
		return;
	if (n == 1)
		buf_printf(text, " 1 %s (", one);
	else
		buf_printf(text, " %d %s (", n, many);
	add_names(s, status, text);
	buf_printf(text, ")%s", meaning);
}

static const char *
network_words(const struct summary *s)
{
	switch (s->network) {
	case NETWORK_OFFLINE:
		return "Your line seems to be down: neither the sites nor the controls could be reached. "
		       "Nothing can be said about any site.";
	case NETWORK_CAPTIVE_PORTAL:
		return "You are behind a login page (hotel, cafe, provider): log in first, then run "
		       "netvane again. Nothing can be said about any site.";
	case NETWORK_SHUTDOWN:
		return "Your link and its gateway work, but nothing beyond answers, not one of the "
		       "controls: this is what a shutdown of the internet looks like, and also a fault "
		       "at your provider.";
	case NETWORK_FOREIGN_CUT:
		return "Sites inside the country can be reached, but no control outside of it: this is "
		       "what it looks like when a country is cut off from abroad, and also a fault at "
		       "your provider.";
	case NETWORK_DEGRADED:
		return "Your line works badly: some controls could not be reached, or everything is slow.";
	default:
		return NULL;
	}
}

static bool
nothing_judged(const struct summary *s)
{
	return (size_t)s->counts[VERDICT_INSUFFICIENT] == s->measured;
}

static void
add_sites(const struct summary *s, struct buf *text)
{
	size_t fine = (size_t)s->counts[VERDICT_OK];

	if (s->measured == 1 && fine == 1)
		buf_puts(text, "The site was reached.");
	else if (fine == s->measured)
		buf_printf(text, "All %zu sites were reached.", fine);
	else
		buf_printf(text, "Of %zu site%s, %zu %s reached.", s->measured,
		    s->measured == 1 ? "" : "s", fine, fine == 1 ? "was" : "were");
	if (fine == s->measured && network_words(s) == NULL && !s->local_interception)
		buf_puts(text, " Nothing suspicious was seen.");
	add_group(s, VERDICT_BLOCKED, "is blocked", "are blocked",
	    ": something between you and the site interferes, and the records hold the proof.", text);
	add_group(s, VERDICT_LIKELY_BLOCKED, "is likely blocked", "are likely blocked",
	    ": interference is the best explanation, but not proven.", text);
	add_group(s, VERDICT_IMPAIRED, "works badly or refuses", "work badly or refuse", ".", text);
	add_group(s, VERDICT_DOWN, "is out of order by its own fault",
	    "are out of order by their own fault", ", for everybody.", text);
	add_group(s, VERDICT_INSUFFICIENT, "failed", "failed",
	    ": from here it cannot be told whether the site or somebody in between is the cause.",
	    text);
}

void
summary_words(const struct summary *s, FILE *out, int width, const char *results)
{
	const char *network = network_words(s);
	struct buf text = BUF_EMPTY;

	if (network != NULL)
		buf_printf(&text, "%s ", network);
	if (s->local_interception)
		buf_puts(&text, "Certificates are replaced on every site, controls included: an antivirus "
				"program or an employer's filter on your side does that. ");
	if (s->measured > 0 && !(network != NULL && nothing_judged(s)))
		add_sites(s, &text);
	if (s->line_changed)
		buf_puts(&text, " Your line changed while the sites were measured: what failed meanwhile says "
				"nothing about a site. Run netvane again to be sure.");
	if (s->measured < s->n)
		buf_printf(&text, " %zu of %zu sites were not measured: you stopped it.",
		    s->n - s->measured, s->n);
	paragraph_write(out, buf_str(&text), 0, width);
	fprintf(out, "The records are in %s\n", results);
	buf_free(&text);
}

int
summary_exit_code(const struct summary *s)
{
	bool cut = s->network == NETWORK_SHUTDOWN || s->network == NETWORK_FOREIGN_CUT;

	/* Seen before the sites and after them. Seen once, it may be over by now. */
	if (cut && !s->line_changed)
		return 2;
	if (s->measured == 0)
		return 3;
	if (nothing_judged(s) &&
	    (!s->complete || (s->network != NETWORK_ONLINE && s->network != NETWORK_DEGRADED)))
		return 3;
	if (cut && s->worst == 0)
		return 1;
	/* Stopped: what was found is found, but nobody can say that there is nothing. */
	return s->worst == 0 && s->measured < s->n ? 3 : s->worst;
}
