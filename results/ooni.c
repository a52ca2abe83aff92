/*
 * OONI's keys, put together: the walk's verdict with its reasons, and the flags, which look at every resolver's
 * addresses. What the flags' bits mean is in ooni.h.
 */
#include "results/ooni.h"

#include <string.h>

#include "results/measurement.h"
#include "results/ooni_view.h"
#include "results/vantage.h"

/* --- flags ----------------------------------------------------------------------------------- */

/* The flag of a failure at each layer: with the control fine, and with the control failing too. */
static const struct {
	enum ooni_layer layer;
	int64_t blocking, expected;
} layer_flags[] = {
    {OONI_TCP, OONI_BLOCKING_TCP, OONI_EXPECTED_TCP_FAILURE},
    {OONI_TLS, OONI_BLOCKING_TLS, OONI_EXPECTED_TLS_FAILURE},
    {OONI_HTTP, OONI_BLOCKING_HTTP, 0},
};

/*
 * A failure that the control says nothing about, as at a redirect's endpoint, is the network's doing only if the
 * control got to the page and the probe to none.
 */
static bool
redirects_count(const struct ooni_view *view)
{
	return view->control != NULL && view->control->http.asked &&
	       view->control->http.failure == NULL && ooni_view_final(view, false) == NULL;
}

static void
flag_connection(const struct ooni_item *item, bool unexplained_counts, struct ooni_keys *keys)
{
	const char *failure, *control;
	size_t i;

	/* A line without IPv6 is nobody's blocking. */
	if (ooni_item_no_route(item))
		return;
	for (i = 0; i < sizeof(layer_flags) / sizeof(layer_flags[0]); i++) {
		failure = item->failure[layer_flags[i].layer];
		control = item->control[layer_flags[i].layer];
		if (failure == NULL || failure[0] == '\0')
			continue;
		if (control == NULL ? unexplained_counts : control[0] == '\0')
			keys->x_blocking_flags |= layer_flags[i].blocking;
		else if (control != NULL)
			keys->x_null_null_flags |= layer_flags[i].expected;
	}
}

static void
flag_dns(const struct ooni_view *view, bool unexplained_counts, struct ooni_keys *keys)
{
	struct ooni_dns dns;

	ooni_dns_gather(view, false, &dns);
	if (dns.bogon)
		keys->x_dns_flags |= OONI_DNS_BOGON;
	if (dns.unexpected)
		keys->x_dns_flags |= OONI_DNS_UNEXPECTED_FAILURE;
	if (dns.invalid)
		keys->x_dns_flags |= OONI_DNS_UNEXPECTED_ADDRESSES;
	if (dns.unexpected || dns.invalid || (dns.unexplained && unexplained_counts))
		keys->x_blocking_flags |= OONI_BLOCKING_DNS;
	if (dns.expected)
		keys->x_null_null_flags |= OONI_EXPECTED_DNS_FAILURE;
	if (dns.success && ooni_control_knows_no_address(view))
		keys->x_null_null_flags |= OONI_UNEXPECTED_DNS_SUCCESS;
}

static void
flag_page(const struct ooni_view *view, struct ooni_keys *keys)
{
	const struct ooni_item *page = ooni_view_final(view, false);
	struct httpdiff diff;
	bool secure, compared;

	if (page == NULL)
		return;
	secure = ooni_item_is_secure(page);
	compared = page->control[OONI_HTTP] != NULL;
	ooni_view_diff(view, page, &diff);
	if (secure || (compared && !httpdiff_differs(&diff)))
		keys->x_blocking_flags |= OONI_BLOCKING_SUCCESS;
	else if (compared)
		keys->x_blocking_flags |= OONI_BLOCKING_DIFF;
	if (secure && !compared)
		keys->x_null_null_flags |= OONI_HTTPS_WITHOUT_CONTROL;
}

static void
compute_flags(const struct ooni_view *view, struct ooni_keys *keys)
{
	bool unexplained_counts = redirects_count(view);
	size_t i;

	keys->x_blocking_flags = keys->x_dns_flags = keys->x_null_null_flags = 0;
	flag_dns(view, unexplained_counts, keys);
	for (i = 0; i < view->n; i++)
		flag_connection(&view->items[i], unexplained_counts, keys);
	flag_page(view, keys);
}

/* --- the classic keys ------------------------------------------------------------------------ */

static void
compute_diff(const struct ooni_view *view, struct ooni_keys *keys)
{
	const struct ooni_item *page = ooni_view_final(view, true);
	struct httpdiff diff;

	if (page == NULL)
		return;
	ooni_view_diff(view, page, &diff);
	keys->status_code_match = diff.status;
	keys->headers_match = diff.headers;
	keys->title_match = diff.title;
	keys->body_length_match = diff.body;
	keys->body_proportion = diff.body_proportion;
}

static void
compute_classic(const struct ooni_view *view, struct ooni_keys *keys)
{
	struct ooni_outcome outcome;
	struct ooni_dns dns;
	bool inconsistent;

	ooni_dns_gather(view, true, &dns);
	keys->dns_consistency = ooni_dns_consistency(view, &dns);
	keys->dns_experiment_failure = dns.failure;
	inconsistent =
	    keys->dns_consistency != NULL && strcmp(keys->dns_consistency, "inconsistent") == 0;
	ooni_walk(view, inconsistent, &outcome);
	keys->blocking = outcome.blocking;
	keys->accessible = outcome.accessible;
	keys->http_experiment_failure = outcome.failure;
	compute_diff(view, keys);
}

void
ooni_keys_compute(const struct measurement *m, struct ooni_keys *keys)
{
	struct ooni_view view;

	*keys = (struct ooni_keys)OONI_KEYS_UNKNOWN;
	keys->body_proportion = 0;
	keys->control_failure = m->control != NULL ? m->control->failure : NULL;
	if (!ooni_view_build(m, &view))
		return;
	compute_classic(&view, keys);
	compute_flags(&view, keys);
	ooni_view_free(&view);
}
