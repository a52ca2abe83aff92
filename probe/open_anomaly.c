/* The open anomaly of a site. */
#include "probe/open_anomaly.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "results/event.h"
#include "results/explain.h"
#include "results/measurement.h"

/* The newest event of a target in a network. */
struct site_event {
	char *url, *network;
	int64_t time_us;
	bool open;
	char *anomaly, *event; /* ids */
	struct event_bracket since; /* of this target; unknown where its beginning is on no record */
	struct event_view view;
	bool intermittent;
};

struct open_anomalies {
	struct site_event *items;
	size_t n;
};

struct open_anomalies *
open_anomalies_new(void)
{
	return xcalloc(1, sizeof(struct open_anomalies));
}

void
open_anomalies_free(struct open_anomalies *open)
{
	size_t i;

	if (open == NULL)
		return;
	for (i = 0; i < open->n; i++) {
		free(open->items[i].url);
		free(open->items[i].network);
		free(open->items[i].anomaly);
		free(open->items[i].event);
	}
	free(open->items);
	free(open);
}

static const char *
or_none(const char *text)
{
	return text != NULL ? text : "";
}

static struct site_event *
find(const struct open_anomalies *open, const char *url, const char *network)
{
	size_t i;

	for (i = 0; i < open->n; i++)
		if (strcmp(open->items[i].url, url) == 0 && strcmp(open->items[i].network, network) == 0)
			return &open->items[i];
	return NULL;
}

static struct site_event *
add(struct open_anomalies *open, const char *url, const char *network)
{
	struct site_event *site;

	open->items = xreallocarray(open->items, open->n + 1, sizeof(*open->items));
	site = &open->items[open->n++];
	*site = (struct site_event){.url = xstrdup(url), .network = xstrdup(network), .time_us = INT64_MIN,
	    .anomaly = xstrdup(""), .event = xstrdup("")};
	return site;
}

static void
set_text(char **text, const char *to)
{
	free(*text);
	*text = xstrdup(or_none(to));
}

/* Whether it began with this event for its targets: they were well before, joined, or it returned. */
static bool
begins(const struct event_info *e)
{
	return e->kind == EVENT_ANOMALY_ONSET || event_reached(&e->anomaly->before) || e->anomaly->before.status == VERDICT_NONE;
}

static void
take_target(struct open_anomalies *open, const struct measurement *m, const struct event_target *target)
{
	const struct event_info *e = m->event;
	const char *network = or_none(m->probe_asn);
	struct site_event *site;

	if (target->url == NULL)
		return;
	site = find(open, target->url, network);
	if (site == NULL)
		site = add(open, target->url, network);
	if (m->start_us < site->time_us)
		return;
	site->time_us = m->start_us;
	if (begins(e))
		site->since = target->when;
	else if (!site->open || strcmp(site->anomaly, or_none(e->anomaly->id)) != 0)
		site->since = (struct event_bracket){0, 0};
	site->open = e->kind != EVENT_ANOMALY_RECOVERY && !event_reached(&e->anomaly->after);
	site->view = e->anomaly->after;
	site->intermittent = e->anomaly->intermittent;
	set_text(&site->anomaly, e->anomaly->id);
	set_text(&site->event, m->id);
}

void
open_anomalies_take(struct open_anomalies *open, const struct measurement *m)
{
	size_t i;

	if (m->event == NULL || m->event->anomaly == NULL)
		return;
	for (i = 0; i < m->event->ntargets; i++)
		take_target(open, m, &m->event->targets[i]);
}

const struct explain_open *
open_anomalies_of(const struct open_anomalies *open, const struct measurement *m)
{
	const struct site_event *site = m->input != NULL ? find(open, m->input, or_none(m->probe_asn)) : NULL;
	struct explain_open *out;
	const char *since;

	if (site == NULL || !site->open)
		return NULL;
	out = arena_alloc(m->arena, sizeof(*out));
	out->anomaly = arena_strdup(m->arena, site->anomaly);
	out->event = arena_strdup(m->arena, site->event);
	since = event_between(m->arena, &site->since);
	out->words = arena_printf(m->arena, "open: %s%s%s%s; netvane explain %s", event_state(m->arena, &site->view),
	    site->intermittent ? ", it comes and goes" : "", *since != '\0' ? ", began" : "", since, out->event);
	return out;
}
