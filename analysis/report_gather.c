/* From records to the report's model. */
#include "analysis/report_gather.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/ingest.h"
#include "analysis/judged.h"
#include "analysis/names.h"
#include "analysis/places.h"
#include "analysis/report_model.h"
#include "analysis/report_told.h"
#include "base/buf.h"
#include "base/mem.h"
#include "targets/calendar.h"

enum { MAKERS = 12 };

struct report_gather {
	struct report *r;
	struct places *places;
	struct report_told *told;
	struct names *sites, *networks; /* what each is known by; the number is its index */
	struct names *makers, *rules; /* what measured, and by which rules it judged */
};

struct report_gather *
report_gather_new(struct report *report, struct places *places)
{
	struct report_gather *g = xcalloc(1, sizeof(*g));

	*g = (struct report_gather){report, places, report_told_new(report), names_new(), names_new(), names_new(), names_new()};
	return g;
}

void
report_gather_free(struct report_gather *g)
{
	if (g == NULL)
		return;
	report_told_free(g->told);
	names_free(g->sites);
	names_free(g->networks);
	names_free(g->makers);
	names_free(g->rules);
	free(g);
}

/* ---- Sites and networks --------------------------------------------------------------------- */

static struct report_site *
site_of(struct report_gather *g, const struct record *record)
{
	struct report *r = g->r;
	uint32_t i = names_add(g->sites, record->target.url);
	struct report_site *site;

	if (i == r->nsites) {
		site = ARENA_PUSH(r->arena, r->sites, r->nsites);
		site->url = arena_strdup(r->arena, record->target.url);
		site->host = arena_strdup(r->arena, record->target.host);
	}
	site = &r->sites[i];
	if (site->list == NULL && record->m->list != NULL && record->m->list[0] != '\0')
		site->list = arena_strdup(r->arena, record->m->list);
	if (site->category == NULL && record->m->category != NULL && record->m->category[0] != '\0')
		site->category = arena_strdup(r->arena, record->m->category);
	return site;
}

static struct report_network *
network_of(struct report_gather *g, const struct measurement *m)
{
	const char *asn = m->probe_asn != NULL ? m->probe_asn : "", *cc = m->probe_cc != NULL ? m->probe_cc : "";
	struct report *r = g->r;
	struct report_network *network;
	struct buf key = BUF_EMPTY;
	uint32_t i;

	buf_printf(&key, "%s %s", asn, cc);
	i = names_add(g->networks, buf_str(&key));
	buf_free(&key);
	if (i == r->nnetworks) {
		network = ARENA_PUSH(r->arena, r->networks, r->nnetworks);
		network->asn = asn[0] != '\0' ? arena_strdup(r->arena, asn) : NULL;
		network->cc = cc[0] != '\0' ? arena_strdup(r->arena, cc) : NULL;
	}
	network = &r->networks[i];
	if (network->name == NULL && m->probe_network_name != NULL && m->probe_network_name[0] != '\0')
		network->name = arena_strdup(r->arena, m->probe_network_name);
	return network;
}

/* The day's cell. Records mostly come in the order of time, so it is mostly the last, or a new one after it. */
static struct report_cell *
cell_of(struct report *r, struct report_site *site, int32_t day)
{
	size_t i = site->ncells;

	while (i > 0 && site->cells[i - 1].day > day)
		i--;
	if (i > 0 && site->cells[i - 1].day == day)
		return &site->cells[i - 1];
	ARENA_PUSH(r->arena, site->cells, site->ncells);
	memmove(&site->cells[i + 1], &site->cells[i], (site->ncells - 1 - i) * sizeof(*site->cells));
	site->cells[i] = (struct report_cell){.day = day};
	return &site->cells[i];
}

static struct report_network_day *
network_day_of(struct report *r, struct report_network *network, int32_t day)
{
	size_t i = network->ndays;

	while (i > 0 && network->days[i - 1].day > day)
		i--;
	if (i > 0 && network->days[i - 1].day == day)
		return &network->days[i - 1];
	ARENA_PUSH(r->arena, network->days, network->ndays);
	memmove(&network->days[i + 1], &network->days[i], (network->ndays - 1 - i) * sizeof(*network->days));
	network->days[i] = (struct report_network_day){.day = day};
	return &network->days[i];
}

static void
add_maker(struct report_gather *g, const struct measurement *m, const struct verdict *verdict)
{
	struct buf text = BUF_EMPTY;

	buf_printf(&text, "%s %s", m->software_name != NULL ? m->software_name : "?",
	    m->software_version != NULL ? m->software_version : "?");
	names_add(g->makers, buf_str(&text));
	buf_clear(&text);
	if (m->has_x)
		buf_printf(&text, "netvane %s", verdict->rules != NULL ? verdict->rules : "?");
	else
		buf_puts(&text, "OONI");
	names_add(g->rules, buf_str(&text));
	buf_free(&text);
}

static void
add_target(struct report_gather *g, const struct record *record, struct report_network *network, int32_t day)
{
	const struct measurement *m = record->m;
	struct report_site *site = site_of(g, record);
	struct report_cell *cell = cell_of(g->r, site, day);
	enum outcome_says says;
	struct verdict verdict;

	judged(m, &verdict);
	says = outcome_says(verdict.status, verdict.mechanism);
	cell->counts[verdict.status]++;
	outcome_day_add(
	    &cell->of, says, outcome_is_artefact(verdict.status, verdict.mechanism, verdict.confidence));
	network_day_of(g->r, network, day)->measurements++;
	network->measurements++;
	if (network->first_us == 0 || m->start_us < network->first_us)
		network->first_us = m->start_us;
	if (m->start_us > network->last_us)
		network->last_us = m->start_us;
	if (says == SAYS_BAD)
		site->mechanisms[verdict.mechanism]++;
	add_maker(g, m, &verdict);
	report_told_certificate(g->told, record->target.url, m, &verdict);
}

static void
add_round(struct report_gather *g, const struct measurement *m, struct report_network *network, int32_t day)
{
	enum network_state state = m->context.network;

	network_day_of(g->r, network, day)->states[state]++;
	network->rounds++;
	network->rounds_not_online += state != NETWORK_ONLINE ? 1 : 0;
}

/* ---- All ------------------------------------------------------------------------------------ */

void
report_gather_add(struct report_gather *g, const struct record *record)
{
	const struct measurement *m = record->m;
	struct report *r = g->r;
	int32_t day;

	if (m->start_us == 0)
		return;
	if (record->kind == RECORD_EVENT) {
		report_told_event(g->told, m);
		return;
	}
	day = places_day(g->places, m->probe_cc, m->start_us);
	if (day < r->first_day)
		r->first_day = day;
	if (day > r->last_day)
		r->last_day = day;
	if (record->kind == RECORD_TARGET)
		add_target(g, record, network_of(g, m), day);
	else
		add_round(g, m, network_of(g, m), day);
}

static int
by_text(const char *a, const char *b)
{
	if ((a == NULL) != (b == NULL))
		return a == NULL ? 1 : -1;
	return a != NULL ? strcmp(a, b) : 0;
}

static int
by_list(const void *a, const void *b)
{
	const struct report_site *x = a, *y = b;
	int order = by_text(x->list, y->list);

	if (order == 0)
		order = by_text(x->host, y->host);
	return order != 0 ? order : strcmp(x->url, y->url);
}

static int
by_measurements(const void *a, const void *b)
{
	const struct report_network *x = a, *y = b;

	if (x->measurements != y->measurements)
		return x->measurements > y->measurements ? -1 : 1;
	return by_text(x->asn, y->asn);
}

/* "netvane 0.1.0, ooniprobe-cli 3.20" */
static void
fact_of_names(struct report *r, const char *term, const struct names *names)
{
	struct buf text = BUF_EMPTY;
	uint32_t i, n = names_count(names);

	for (i = 0; i < n && i < MAKERS; i++)
		buf_printf(&text, "%s%s", i > 0 ? ", " : "", names_text(names, i));
	if (n > MAKERS)
		buf_printf(&text, ", +%u", n - MAKERS);
	if (n > 0)
		report_fact(r, term, "%s", buf_str(&text));
	buf_free(&text);
}

void
report_gather_end(struct report_gather *g)
{
	struct report *r = g->r;
	struct buf zones = BUF_EMPTY;

	if (r->nsites > 0)
		qsort(r->sites, r->nsites, sizeof(*r->sites), by_list);
	if (r->nnetworks > 0)
		qsort(r->networks, r->nnetworks, sizeof(*r->networks), by_measurements);
	places_zones(g->places, &zones);
	r->zone = arena_strdup(r->arena, zones.len > 0 ? buf_str(&zones) : "UTC");
	buf_free(&zones);
	fact_of_names(r, "Measured by", g->makers);
	fact_of_names(r, "Judged by the rules of", g->rules);
	report_told_end(g->told);
}

void
report_add_events(struct report *r, const struct calendar *calendars, size_t n)
{
	const struct calendar_query query = {.first = r->first_day, .last = r->last_day};
	struct calendar_hit *hits = NULL;
	const struct calendar_event *event;
	struct report_event *to;
	size_t i, nhits;

	r->has_events = n > 0;
	if (n == 0 || r->first_day > r->last_day)
		return;
	nhits = calendar_find(calendars, n, &query, &hits);
	for (i = 0; i < nhits; i++) {
		event = hits[i].event;
		to = ARENA_PUSH(r->arena, r->events, r->nevents);
		*to = (struct report_event){
		    .first = hits[i].first,
		    .last = hits[i].last,
		    .marked = (event->precision == CALENDAR_DAY || event->precision == CALENDAR_RANGE) &&
			hits[i].last - hits[i].first < CALENDAR_TIGHT_DAYS,
		    .precision = calendar_precision_name(event->precision),
		    .type = arena_strdup(r->arena, event->type),
		    .place = arena_strdup(r->arena, event->place),
		    .title = arena_strdup(r->arena, event->title),
		    .source = arena_strdup(r->arena, event->source),
		    .calendar = arena_strdup(r->arena, hits[i].calendar->name),
		};
	}
	free(hits);
}
