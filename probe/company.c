/* What the targets of a round have in common. */
#include "probe/company.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "results/baseline.h"
#include "results/facts.h"
#include "results/failure.h"
#include "results/measurement.h"
#include "results/odd.h"
#include "results/site.h"

/* Something odd that a target showed. */
struct mark {
	enum odd_kind kind;
	char *value, *input;
	bool abroad;
};

struct company {
	struct mark *marks;
	size_t nmarks;
	double *rates, *handshakes; /* sorted */
	double *shares; /* sorted: of the site's usual rate, where that is known */
	size_t nrates, nhandshakes, nshares;
	int pages, broken; /* over TLS, of sites that were reached; those that never came whole */
};

struct company *
company_new(void)
{
	return xcalloc(1, sizeof(struct company));
}

void
company_free(struct company *c)
{
	size_t i;

	if (c == NULL)
		return;
	for (i = 0; i < c->nmarks; i++) {
		free(c->marks[i].value);
		free(c->marks[i].input);
	}
	free(c->marks);
	free(c->rates);
	free(c->handshakes);
	free(c->shares);
	free(c);
}

static void
insert_sorted(double **items, size_t *n, double v)
{
	size_t at = *n;

	*items = xreallocarray(*items, *n + 1, sizeof(**items));
	while (at > 0 && (*items)[at - 1] > v)
		at--;
	memmove(*items + at + 1, *items + at, (*n - at) * sizeof(**items));
	(*items)[at] = v;
	(*n)++;
}

static double
median(const double *items, size_t n)
{
	return n > 0 ? items[n / 2] : (double)NAN;
}

/* As the baseline reckons it: of the fastest page that came whole. */
static double
whole_rate(const struct measurement *m)
{
	double best = NAN, rate;
	size_t i;

	for (i = 0; i < m->nrequests; i++) {
		rate = baseline_rate(&m->requests[i]);
		if (!isnan(rate) && (isnan(best) || rate > best))
			best = rate;
	}
	return best;
}

static void
add_times(struct company *c, const struct measurement *m)
{
	double share = m->baseline != NULL ? whole_rate(m) / m->baseline->rate : NAN;
	struct facts f;
	size_t i;

	facts_gather(m, &f);
	if (!isnan(f.page_rate))
		insert_sorted(&c->rates, &c->nrates, f.page_rate);
	if (isfinite(share))
		insert_sorted(&c->shares, &c->nshares, share);
	if (f.page_tls && (f.valid_system || f.valid_trusted) && !f.interrupted) {
		c->pages++;
		c->broken += f.page_failure != NULL;
	}
	for (i = 0; i < m->ntls; i++)
		if (m->tls[i].failure == NULL) {
			insert_sorted(&c->handshakes, &c->nhandshakes, m->tls[i].c.t - m->tls[i].c.t0);
			return;
		}
}

static void
add_mark(enum odd_kind kind, const char *value, void *arg)
{
	struct company *c = ((void **)arg)[0];
	const struct measurement *m = ((void **)arg)[1];

	c->marks = xreallocarray(c->marks, c->nmarks + 1, sizeof(*c->marks));
	c->marks[c->nmarks++] = (struct mark){.kind = kind, .value = xstrdup(value),
	    .input = xstrdup(m->input), .abroad = !facts_domestic(m)};
}

void
company_add(struct company *c, const struct measurement *m)
{
	void *arg[2] = {c, NULL};

	arg[1] = (void *)(uintptr_t)m;
	add_times(c, m);
	odd_marks(m, add_mark, arg);
}

struct telling {
	const struct company *company;
	struct measurement *m;
};

/* Counts the marks of unrelated sites; each other target once, as it bears each value once. */
static void
tell_mark(enum odd_kind kind, const char *value, void *arg)
{
	const struct telling *t = arg;
	struct context *context = &t->m->context;
	const struct mark *mark;
	size_t i;

	for (i = 0; i < t->company->nmarks; i++) {
		mark = &t->company->marks[i];
		if (mark->kind != kind || strcmp(mark->value, value) != 0 ||
		    same_site(mark->input, t->m->input))
			continue;
		switch (kind) {
		case ODD_ISSUER:
			context->same_issuer++;
			context->same_issuer_abroad += mark->abroad;
			break;
		case ODD_PAGE:
			context->same_page++;
			break;
		case ODD_ADDRESS:
			context->same_address++;
			break;
		}
	}
}

void
company_tell(const struct company *c, struct measurement *m)
{
	struct telling t = {c, m};
	struct context *context = &m->context;
	int n;

	context->same_issuer = context->same_issuer_abroad = 0;
	context->same_page = context->same_address = 0;
	odd_marks(m, tell_mark, &t);
	context->usual_rate = company_rate(c, &n);
	context->usual_n = n;
	context->usual_handshake_s = median(c->handshakes, c->nhandshakes);
}

double
company_rate(const struct company *c, int *n)
{
	*n = (int)c->nrates;
	return median(c->rates, c->nrates);
}

bool
company_slow(const struct company *c)
{
	enum { PAGES_LEAST = 3 };
	/* Bytes a second: no line of today's is meant to be slower; and the share of the usual rate that no busy hour explains. */
	static const double slow = 65536, very_slow = 32768, far_slower = 0.1;
	double rate = median(c->rates, c->nrates);

	if (c->pages >= PAGES_LEAST && c->broken * 2 >= c->pages)
		return true;
	if (c->nrates < PAGES_LEAST)
		return false;
	if (c->nshares >= PAGES_LEAST)
		return rate < slow && median(c->shares, c->nshares) < far_slower;
	return rate < very_slow;
}
