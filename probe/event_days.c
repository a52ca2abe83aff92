/* The days of the calendars. */
#include "probe/event_days.h"

#include <stdlib.h>
#include <time.h>

#include "base/log.h"
#include "base/mem.h"
#include "probe/conf.h"
#include "results/event.h"
#include "targets/calendar.h"
#include "targets/day.h"

enum { SPAN_BEFORE = 40, SPAN_AFTER = 400 };

struct event_days {
	struct calendar *calendars;
	size_t n;
	int every_s, margin;
	int32_t applied; /* the local day that it was last done; 0 never */
};

static void
report(const char *file, int line, bool fatal, const char *message, void *arg)
{
	(void)arg;
	if (!fatal)
		log_debug("%s:%d: %s", file, line, message);
	else if (line > 0)
		log_warnx("%s:%d: %s", file, line, message);
	else
		log_warnx("%s: %s", file, message);
}

static int32_t
local_day(int64_t wall_us)
{
	time_t t = (time_t)(wall_us / 1000000);
	struct tm tm;

	localtime_r(&t, &tm);
	return day_of((struct date){tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday});
}

/* The local midnight with which a day begins. */
static int64_t
midnight_us(int32_t day)
{
	struct date date = day_date(day);
	struct tm tm = {.tm_year = date.year - 1900, .tm_mon = date.month - 1, .tm_mday = date.day, .tm_isdst = -1};

	return (int64_t)mktime(&tm) * 1000000;
}

struct event_days *
event_days_load(const struct conf *conf, int64_t now_us)
{
	struct event_days *days = xcalloc(1, sizeof(*days));
	int32_t today = local_day(now_us);
	struct calendar_span span = {today - SPAN_BEFORE, today + SPAN_AFTER};
	size_t i;

	days->every_s = conf->event_every_s;
	days->margin = conf->event_days;
	days->calendars = xcalloc(conf->calendars.n + 1, sizeof(*days->calendars));
	for (i = 0; i < conf->calendars.n; i++)
		if (calendar_load(conf->calendars.items[i], span, CALENDAR_SKIP_BAD, report, NULL,
			&days->calendars[days->n]) == 0)
			days->n++;
		else
			calendar_clear(&days->calendars[days->n]);
	return days;
}

void
event_days_free(struct event_days *days)
{
	size_t i;

	if (days == NULL)
		return;
	for (i = 0; i < days->n; i++)
		calendar_clear(&days->calendars[i]);
	free(days->calendars);
	free(days);
}

static size_t
find(const struct event_days *days, int32_t first, int32_t last, struct calendar_hit **hits)
{
	const struct calendar_query query = {.first = first, .last = last, .before = days->margin,
	    .after = days->margin, .tightening_only = true};

	return calendar_find(days->calendars, days->n, &query, hits);
}

void
event_days_apply(struct event_days *days, struct sched *sched, struct sched_now now)
{
	int32_t today = local_day(now.wall_us);
	struct calendar_hit *hits;
	size_t n, i;

	if (days->n == 0 || days->applied == today)
		return;
	days->applied = today;
	n = find(days, today, today + 1, &hits);
	for (i = 0; i < n; i++) {
		log_info("%s: %s; measuring more often", hits[i].calendar->name, hits[i].event->title);
		(void)sched_event_day(sched, NULL, days->every_s, midnight_us(hits[i].first - days->margin),
		    midnight_us(hits[i].last + days->margin + 1), now);
	}
	free(hits);
}

struct event_day *
event_days_at(const struct event_days *days, struct arena *arena, int64_t wall_us)
{
	int32_t day = local_day(wall_us);
	struct event_day *found;
	struct calendar_hit *hits;
	char text[DAY_TEXT_SIZE];

	if (find(days, day, day, &hits) == 0)
		return NULL;
	found = arena_alloc(arena, sizeof(*found));
	found->day = arena_strdup(arena, day_text(day, text));
	found->text = arena_strdup(arena, hits[0].event->title);
	found->calendar = arena_strdup(arena, hits[0].calendar->name);
	free(hits);
	return found;
}
