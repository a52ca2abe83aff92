/* What the targets of a round have in common. */
#include "probe/company.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
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
	size_t nrates, nhandshakes;
};

/* Half a megabit: below it pages of today take longer than people wait. One slow site must not speak for the line. */
static const double slow_floor = 65536;

enum { RATES_ENOUGH = 3 };

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

static void
add_times(struct company *c, const struct measurement *m)
{
	struct facts f;
	size_t i;

	facts_gather(m, &f);
	if (!isnan(f.page_rate))
		insert_sorted(&c->rates, &c->nrates, f.page_rate);
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

bool
company_slow(const struct company *c)
{
	return c->nrates >= RATES_ENOUGH && median(c->rates, c->nrates) < slow_floor;
}

double
company_rate(const struct company *c, int *n)
{
	*n = (int)c->nrates;
	return median(c->rates, c->nrates);
}
