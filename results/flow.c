/* How fast pages came, and which were cut off. */
#include "results/flow.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "results/facts.h"
#include "results/measurement.h"
#include "results/trials.h"

/* Below so many bytes a rate says more of the round trip than of the line. */
enum { RATE_BYTES = 8000, RATES_MAX = 64, TLS_RECORD = 16384 };

/* What came faster than this is fast; how fast, so short a time cannot tell. */
static const double shortest_s = 0.1;

double
flow_rate(const struct http_request *r)
{
	double took = r->last_byte_s - r->first_byte_s;
	double all = r->c.t - r->c.t0, rest = r->c.t - r->first_byte_s;

	if (r->first_byte_s < 0 || failure_find(r->failure) == FAILURE_INTERRUPTED)
		return NAN;
	/*
	 * It was not in time: at most so fast. Of a record that has not come whole, nothing has been read. Where most of the time
	 * went by before it began, the rest is too short to tell: then the handshake counts as well.
	 */
	if (r->body_length < RATE_BYTES && failure_is_silence(failure_find(r->failure)) && all > 0)
		return (double)(r->body_length + TLS_RECORD) / (rest > all / 2 ? rest : all);
	if (r->body_length < RATE_BYTES)
		return NAN;
	return (double)r->body_length / (took > shortest_s ? took : shortest_s);
}

/* Slow, and still on its way when our own time ran out. Nothing for most of the time is another thing. */
bool
flow_still_coming(const struct http_request *r)
{
	double all = r->c.t - r->c.t0;

	return failure_is_silence(failure_find(r->failure)) && r->code > 0 && r->last_byte_s >= 0 &&
	    r->c.t - r->last_byte_s <= all / 2;
}

/*
 * Ended by somebody before the page did; a slow one is not. A reset that overtakes the first bytes takes them with it, so under a
 * server's own name a page need not have begun; but servers turn strangers away, and then what never began is for the tests of names.
 */
static bool
is_cut(const struct http_request *r, bool stranger)
{
	enum failure f = failure_find(r->failure);

	if (stranger && r->first_byte_s < 0)
		return false;
	return f == FAILURE_CONNECTION_RESET || f == FAILURE_EOF || (failure_is_silence(f) && !flow_still_coming(r));
}

static int
compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* The pages asked for with one tag. */
static struct flow
flow_of(const struct measurement *c, const char *why, bool stranger)
{
	struct flow flow = {.rate = NAN, .least = NAN, .most = NAN};
	double rates[RATES_MAX], rate;
	const struct http_request *r;
	size_t i, k = 0;

	for (i = 0; c != NULL && i < c->nrequests; i++) {
		r = &c->requests[i];
		if (!trials_why(&r->c, why))
			continue;
		flow.cut += is_cut(r, stranger);
		rate = flow_rate(r);
		flow.lost += isnan(rate) && r->failure != NULL &&
		    failure_find(r->failure) != FAILURE_INTERRUPTED;
		if (!isnan(rate) && k < RATES_MAX)
			rates[k++] = rate;
	}
	flow.n = (int)k;
	if (k == 0)
		return flow;
	qsort(rates, k, sizeof(*rates), compare_doubles);
	flow.least = rates[0];
	flow.most = rates[k - 1];
	flow.rate = k % 2 == 1 ? rates[k / 2] : (rates[k / 2 - 1] + rates[k / 2]) / 2;
	return flow;
}

static bool
is_begun(const struct measurement *m, const struct http_request *whole)
{
	const struct http_request *r;
	size_t i;

	for (i = 0; i < m->nrequests; i++) {
		r = &m->requests[i];
		if (r->failure != NULL && r->title != NULL && facts_depth(&r->c) == 0 &&
		    strcmp(r->title, whole->title) == 0 && whole->body_length > r->body_length)
			return true;
	}
	return false;
}

/* A page that came whole under another name, and whose beginning came under the target's. */
static bool
control_has_targets_page(const struct measurement *m)
{
	const struct measurement *c = m->confirm;
	size_t i;

	for (i = 0; c != NULL && i < c->nrequests; i++)
		if (trials_why(&c->requests[i].c, "flow_control") && c->requests[i].failure == NULL &&
		    c->requests[i].title != NULL && is_begun(m, &c->requests[i]))
			return true;
	return false;
}

/* Whether even the fastest of one is slower than the slowest of the other, each measured more than once. */
static bool
always_slower(const struct flow *a, const struct flow *b)
{
	return a->n >= 2 && b->n >= 2 && a->most < b->least;
}

void
trials_flow(const struct measurement *m, struct flow_trials *out)
{
	const struct measurement *c = m->confirm;

	*out = (struct flow_trials){
	    .target = flow_of(c, "flow_target", false),
	    .control = flow_of(c, "flow_control", true),
	    .own = flow_of(c, "flow_own", false),
	    .away = flow_of(c, "flow_away", true),
	    .same_page = control_has_targets_page(m),
	};
	out->target_always_slower = always_slower(&out->target, &out->control);
	out->away_always_slower = always_slower(&out->away, &out->own);
}
