/* Which event days touch some days. */
#include "targets/calendar.h"

#include <stdlib.h>

#include "base/mem.h"
#include "targets/day.h"

bool
calendar_tightens(const struct calendar_event *event)
{
	return event->last - event->first < CALENDAR_TIGHT_DAYS;
}

struct search {
	const struct calendar_query *query;
	struct calendar_hit *hits;
	size_t n, room;
};

static void
add_hit(struct search *search, struct calendar_hit hit)
{
	if (search->n == search->room) {
		search->room = search->room > 0 ? search->room * 2 : 8;
		search->hits = xreallocarray(search->hits, search->room, sizeof(hit));
	}
	search->hits[search->n++] = hit;
}

/* The event as it takes place from `first` on: does that touch? */
static void
look_at(struct search *search, const struct calendar *calendar, const struct calendar_event *event,
    int32_t first)
{
	const struct calendar_query *query = search->query;
	int32_t last = first + (event->last - event->first);

	if ((int64_t)first - query->before <= query->last &&
	    (int64_t)last + query->after >= query->first)
		add_hit(search, (struct calendar_hit){calendar, event, first, last});
}

static int
year_of(int64_t day)
{
	static const struct date least = {1, 1, 1}, most = {9999, 12, 31};

	if (day <= day_of(least))
		return least.year;
	if (day >= day_of(most))
		return most.year;
	return day_date((int32_t)day).year;
}

static void
look_at_years(
    struct search *search, const struct calendar *calendar, const struct calendar_event *event)
{
	const struct calendar_query *query = search->query;
	struct date date = day_date(event->first);
	int32_t length = event->last - event->first;
	int year = year_of((int64_t)query->first - query->after - length);
	int last = year_of((int64_t)query->last + query->before);

	for (year = year < date.year ? date.year : year; year <= last; year++)
		look_at(search, calendar, event, day_in_year(date, year));
}

/* By time; the array's order (calendars one after the other) where that is the same. */
static int
compare(const void *a, const void *b)
{
	const struct calendar_hit *x = a, *y = b;

	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	if (x->last != y->last)
		return x->last < y->last ? -1 : 1;
	if (x->calendar != y->calendar)
		return x->calendar < y->calendar ? -1 : 1;
	return x->event < y->event ? -1 : x->event > y->event;
}

size_t
calendar_find(const struct calendar *calendars, size_t n, const struct calendar_query *query,
    struct calendar_hit **hits)
{
	struct search search = {.query = query};
	const struct calendar_event *event;
	size_t i, k;

	for (i = 0; i < n; i++)
		for (k = 0; k < calendars[i].n; k++) {
			event = &calendars[i].events[k];
			if (query->tightening_only && !calendar_tightens(event))
				continue;
			if (event->yearly)
				look_at_years(&search, &calendars[i], event);
			else
				look_at(&search, &calendars[i], event, event->first);
		}
	if (search.n > 1)
		qsort(search.hits, search.n, sizeof(search.hits[0]), compare);
	*hits = search.hits;
	return search.n;
}
