/* Which events days are compared with. */
#include "analysis/event_choice.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "analysis/catalogue.h"
#include "base/mem.h"
#include "targets/calendar.h"

static const struct {
	const char *name, *words;
} aparts[APART_MAX] = {
    [APART_NOT] = {"used", NULL},
    [APART_WEEK] = {"week", N_("known to the week only")},
    [APART_MONTH] = {"month", N_("known to the month only")},
    [APART_YEAR] = {"year", N_("known to the year only")},
    [APART_APPROX] = {"approx", N_("known about only")},
    [APART_RECURRING] = {"recurring", N_("on days that are not listed")},
    [APART_LONG] = {"long", N_("longer than a week")},
    [APART_NETWORK] = {"network", N_("about the network itself")},
    [APART_TYPE] = {"type", N_("of a type that was not asked for")},
};

const char *
event_apart_words(enum event_apart apart)
{
	return aparts[apart].words;
}

const char *
event_apart_name(enum event_apart apart)
{
	return aparts[apart].name;
}

/* Words that a type has in it which is about the network: "service_block", "interception_mandate". */
bool
event_type_is_network(const char *type)
{
	static const char *const words[] = {
	    "block", "degraded", "intercept", "mitm", "outage", "shutdown", "throttl"};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasestr(type, words[i]) != NULL)
			return true;
	return false;
}

static bool
is_wished(const struct event_wish *wish, const char *type)
{
	size_t i;

	for (i = 0; i < wish->ntypes; i++)
		if (strcasecmp(wish->types[i], type) == 0)
			return true;
	return false;
}

static enum event_apart
look_at(const struct calendar_event *event, const struct event_wish *wish)
{
	static const enum event_apart by_precision[] = {
	    [CALENDAR_DAY] = APART_NOT,
	    [CALENDAR_WEEK] = APART_WEEK,
	    [CALENDAR_MONTH] = APART_MONTH,
	    [CALENDAR_YEAR] = APART_YEAR,
	    [CALENDAR_RANGE] = APART_NOT,
	    [CALENDAR_APPROX] = APART_APPROX,
	    [CALENDAR_RECURRING] = APART_RECURRING,
	};

	if (wish->ntypes > 0 && !is_wished(wish, event->type))
		return APART_TYPE;
	if (wish->ntypes == 0 && event_type_is_network(event->type))
		return APART_NETWORK;
	if (by_precision[event->precision] != APART_NOT)
		return by_precision[event->precision];
	return calendar_tightens(event) ? APART_NOT : APART_LONG;
}

void
event_choose(const struct calendar *calendars, size_t n, const struct event_wish *wish,
    struct event_choice *choice)
{
	const struct calendar_query query = {.first = wish->first, .last = wish->last};
	struct calendar_hit *hits;
	enum event_apart apart;
	size_t nhits, i;

	*choice = (struct event_choice){.spans = NULL};
	nhits = calendar_find(calendars, n, &query, &hits);
	choice->spans = xreallocarray(NULL, nhits, sizeof(*choice->spans));
	for (i = 0; i < nhits; i++) {
		apart = look_at(hits[i].event, wish);
		choice->apart[apart]++;
		if (apart == APART_NOT)
			choice->spans[choice->n++] = (struct event_span){hits[i].first, hits[i].last};
	}
	free(hits);
}

void
event_choice_clear(struct event_choice *choice)
{
	free(choice->spans);
	*choice = (struct event_choice){.spans = NULL};
}
