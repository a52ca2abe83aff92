/*
 * What the look-ups come to by OONI's rules: compared with the control's addresses, and those addresses' networks.
 * Redirects' names are not compared, since the control speaks only of the target's.
 */
#include "results/ooni_view.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "results/facts.h"
#include "results/measurement.h"
#include "results/vantage.h"

struct comparison {
	const struct ooni_view *view;
	bool system_only;
	int64_t *asns; /* of the control's addresses; 0 unknown */
};

/* The control looked up the same name. */
static bool
is_compared(const struct ooni_view *view, const struct query *q)
{
	return view->control != NULL && q->hostname != NULL && view->domain != NULL &&
	       strcasecmp(q->hostname, view->domain) == 0;
}

bool
ooni_control_knows_no_address(const struct ooni_view *view)
{
	return view->control != NULL && view->control->naddrs == 0;
}

/* --- networks -------------------------------------------------------------------------------- */

static int64_t
asn_by_control(const struct vantage *control, const char *ip)
{
	const struct vantage_ip *info = vantage_ip(control, ip);

	return info != NULL ? info->asn : 0;
}

/* Of each address of the control's, by its own word or else by that of some answer. */
static int64_t *
control_asns(const struct ooni_view *view)
{
	const struct vantage *v = view->control;
	int64_t *asns;
	size_t i;

	if (v == NULL)
		return NULL;
	asns = xcalloc(v->naddrs, sizeof(*asns));
	for (i = 0; i < v->naddrs; i++) {
		asns[i] = asn_by_control(v, v->addrs[i]);
		if (asns[i] == 0)
			asns[i] = facts_asn_in_answers(view->m, v->addrs[i]);
	}
	return asns;
}

/* --- addresses ------------------------------------------------------------------------------- */

/* One of the control's addresses, or in a network of one. */
static bool
answer_matches(const struct comparison *c, const struct answer *a)
{
	const struct vantage *v = c->view->control;
	int64_t asn = a->asn != 0 ? a->asn : asn_by_control(v, a->address);
	size_t i;

	for (i = 0; i < v->naddrs; i++)
		if (strcasecmp(a->address, v->addrs[i]) == 0 || (asn != 0 && asn == c->asns[i]))
			return true;
	return false;
}

static bool
gave(const struct query *q, const char *ip)
{
	size_t i;

	for (i = 0; i < q->nanswers; i++)
		if (q->answers[i].address != NULL && strcasecmp(q->answers[i].address, ip) == 0)
			return true;
	return false;
}

/*
 * An address of the answer's showed a certificate for the name. OONI's rules credit the first look-up that gave the
 * address and no other; of our own records every one.
 */
static bool
proven_by_tls(const struct comparison *c, const struct query *q)
{
	const struct ooni_item *item;
	size_t i;

	for (i = 0; i < c->view->n; i++) {
		item = &c->view->items[i];
		if (!ooni_item_is_secure(item) || item->server_name == NULL ||
		    q->hostname == NULL || strcasecmp(item->server_name, q->hostname) != 0)
			continue;
		if (item->given_by == q || (c->view->m->has_x && gave(q, item->ip)))
			return true;
	}
	return false;
}

static bool
is_bogon(const struct ooni_view *view, const char *ip)
{
	const struct vantage_ip *info =
	    view->control != NULL ? vantage_ip(view->control, ip) : NULL;

	return address_is_bogon(ip) || (info != NULL && (info->flags & VANTAGE_IP_BOGON) != 0);
}

/* --- one look-up ----------------------------------------------------------------------------- */

static void
gather_success(const struct comparison *c, const struct query *q, struct ooni_dns *dns)
{
	const char *address;
	bool some = false, match = false;
	bool compared = is_compared(c->view, q) && c->view->control->naddrs > 0;
	size_t i;

	for (i = 0; i < q->nanswers; i++) {
		address = q->answers[i].address;
		if (address == NULL)
			continue;
		some = true;
		dns->bogon = dns->bogon || is_bogon(c->view, address);
		match = match || (compared && answer_matches(c, &q->answers[i]));
	}
	if (!some)
		return;
	dns->success = true;
	if (!match && !c->system_only)
		match = proven_by_tls(c, q);
	if (match)
		dns->valid = true;
	else if (compared)
		dns->invalid = true;
}

static void
gather_failure(const struct ooni_item *item, struct ooni_dns *dns)
{
	const char *control = item->depth == 0 ? item->control[OONI_DNS] : NULL;

	if (control == NULL)
		dns->unexplained = true;
	else if (control[0] == '\0')
		dns->unexpected = true;
	else
		dns->expected = true;
}

/* In the record's order, which the items have lost. */
static const char *
first_failure(const struct ooni_view *view)
{
	const struct query *q;
	size_t i;

	for (i = 0; i < view->m->nqueries; i++) {
		q = &view->m->queries[i];
		if (q->failure != NULL && ooni_depth(q->c.tags, q->c.ntags) == 0 &&
		    ooni_query_is_system(view->m, q) && ooni_query_counts(view->m, q) &&
		    !ooni_query_failure_ignored(q))
			return q->failure;
	}
	return NULL;
}

void
ooni_dns_gather(const struct ooni_view *view, bool system_only, struct ooni_dns *dns)
{
	struct comparison c = {view, system_only, control_asns(view)};
	const struct ooni_item *item;
	size_t i;

	*dns = (struct ooni_dns){.failure = first_failure(view)};
	for (i = 0; i < view->n; i++) {
		item = &view->items[i];
		if (item->layer != OONI_DNS || (system_only && !item->system))
			continue;
		if (item->failure[OONI_DNS][0] != '\0')
			gather_failure(item, dns);
		else if (item->depth == 0)
			gather_success(&c, item->query, dns);
	}
	free(c.asns);
}

const char *
ooni_dns_consistency(const struct ooni_view *view, const struct ooni_dns *dns)
{
	if (!dns->unexpected && !dns->invalid && (dns->valid || dns->expected))
		return "consistent";
	/* A name that only the probe's resolver knows is no less odd than a wrong address. */
	if (dns->invalid || dns->unexpected ||
	    (dns->success && ooni_control_knows_no_address(view)))
		return "inconsistent";
	return NULL;
}
