/*
 * OONI's classic verdict: the first observation, from the last redirect's page back to the first look-up, that says
 * anything decides. Only addresses that the system's resolver gave take part.
 */
#include "results/ooni_view.h"

#include <string.h>

#include "results/measurement.h"
#include "results/vantage.h"

static const struct ooni_outcome unknown = {NULL, -1, NULL};
static const struct ooni_outcome reached = {"false", 1, NULL};
static const struct ooni_outcome down = {"false", 0, NULL};

/* What a failure of each layer is called: where the control was fine there, and where it only got the page. */
static const struct {
	const char *blocking, *page_only;
} words[OONI_LAYERS] = {
    [OONI_DNS] = {"dns", "dns"},
    [OONI_TCP] = {"tcp_ip", "http-failure"},
    [OONI_TLS] = {"http-failure", "http-failure"},
    [OONI_HTTP] = {"http-failure", "http-failure"},
};

static struct ooni_outcome
blocked(const char *blocking)
{
	return (struct ooni_outcome){blocking, 0, NULL};
}

static struct ooni_outcome
judge_failure(const struct ooni_view *view, const struct ooni_item *item)
{
	const char *same = item->control[item->layer], *page = item->control[OONI_HTTP];

	if (same != NULL)
		return same[0] != '\0' ? down : blocked(words[item->layer].blocking);
	if (page != NULL)
		return blocked(words[item->layer].page_only);
	/* OONI takes a name that it cannot compare for reached. We do not write that of ours. */
	return item->layer == OONI_DNS && !view->m->has_x ? reached : unknown;
}

static struct ooni_outcome
judge_page(const struct ooni_view *view, const struct ooni_item *item)
{
	struct httpdiff diff;

	if (ooni_item_is_secure(item))
		return reached;
	if (item->control[OONI_HTTP] == NULL)
		return unknown;
	ooni_view_diff(view, item, &diff);
	return httpdiff_differs(&diff) ? blocked("http-diff") : reached;
}

/* 127.0.0.0/8 or ::1. */
static bool
is_loopback(const char *ip)
{
	return strncmp(ip, "127.", 4) == 0 || strcmp(ip, "::1") == 0;
}

static bool
only_loopback_answers(const struct query *q)
{
	bool some = false;
	size_t i;

	for (i = 0; i < q->nanswers; i++) {
		if (q->answers[i].address == NULL)
			continue;
		if (!is_loopback(q->answers[i].address))
			return false;
		some = true;
	}
	return some;
}

static bool
only_loopback_control(const struct vantage *control)
{
	size_t i;

	for (i = 0; i < control->naddrs; i++)
		if (!is_loopback(control->addrs[i]))
			return false;
	return control->naddrs > 0;
}

/* Nothing connects to loopback, so a name that leads there ends with its look-up. */
static bool
judge_loopback(
    const struct ooni_view *view, const struct ooni_item *item, struct ooni_outcome *outcome)
{
	if (item->control[OONI_DNS] == NULL || !only_loopback_answers(item->query))
		return false;
	*outcome = only_loopback_control(view->control) ? down : blocked("dns");
	return true;
}

/* False: the item says nothing by itself. */
static bool
judge(const struct ooni_view *view, const struct ooni_item *item, struct ooni_outcome *outcome)
{
	if (item->failure[item->layer][0] != '\0') {
		*outcome = judge_failure(view, item);
		outcome->failure = item->failure[item->layer];
		return true;
	}
	if (item->layer == OONI_DNS)
		return judge_loopback(view, item, outcome);
	if (!ooni_item_is_final(item))
		return false;
	*outcome = judge_page(view, item);
	return true;
}

void
ooni_walk(const struct ooni_view *view, bool dns_inconsistent, struct ooni_outcome *outcome)
{
	size_t i;

	*outcome = unknown;
	for (i = 0; i < view->n; i++)
		if (view->items[i].system && judge(view, &view->items[i], outcome))
			break;
	/* A page that is the right one was reached whatever the resolver said; anything else is the resolver's doing. */
	if (i < view->n && dns_inconsistent && outcome->accessible != 1) {
		outcome->blocking = "dns";
		outcome->accessible = 0;
	}
}
