/* Event days, and the days around them. */
#include "analysis/event_windows.h"

#include <stdlib.h>

#include "base/mem.h"

/* Kinds of days, as bits. */
enum { EVENT = 1, NEAR = 2, ONSET = 4, BEFORE = 8, PLACEBO_BEFORE = 16, PLACEBO_AFTER = 32 };

/* What each day from `first` on is; days outside are dropped. */
struct marks {
	int64_t first, n;
	uint8_t *kinds;
};

static uint8_t
kinds_at(const struct marks *marks, int64_t day)
{
	int64_t i = day - marks->first;

	return i >= 0 && i < marks->n ? marks->kinds[i] : 0;
}

static void
mark(struct marks *marks, int64_t day, uint8_t kind)
{
	int64_t i = day - marks->first;

	if (i >= 0 && i < marks->n)
		marks->kinds[i] |= kind;
}

static void
mark_events(struct marks *marks, const struct event_span *events, size_t n, int tolerance)
{
	int64_t day, last;
	size_t i;

	for (i = 0; i < n; i++) {
		day = events[i].first - (int64_t)tolerance;
		last = (int64_t)events[i].last + tolerance;
		day = day > marks->first ? day : marks->first;
		last = last < marks->first + marks->n ? last : marks->first + marks->n;
		for (; day <= last; day++)
			mark(marks, day,
			    day >= events[i].first && day <= events[i].last ? EVENT | NEAR : NEAR);
	}
}

/* The first event day after days that are near none. */
static void
mark_onsets(struct marks *marks)
{
	int64_t day, end = marks->first + marks->n;
	bool in_spell = false;

	for (day = marks->first; day < end; day++) {
		if ((kinds_at(marks, day) & NEAR) == 0)
			in_spell = false;
		else if (!in_spell && (kinds_at(marks, day) & EVENT) != 0) {
			mark(marks, day, ONSET);
			in_spell = true;
		}
	}
}

static void
mark_free(struct marks *marks, int64_t day, uint8_t kind)
{
	if ((kinds_at(marks, day) & NEAR) == 0)
		mark(marks, day, kind);
}

static void
mark_others(struct marks *marks)
{
	int64_t day, end = marks->first + marks->n;
	int lag;

	for (day = marks->first; day < end; day++) {
		if ((kinds_at(marks, day) & NEAR) != 0) {
			mark_free(marks, day - PLACEBO_DAYS, PLACEBO_BEFORE);
			mark_free(marks, day + PLACEBO_DAYS, PLACEBO_AFTER);
		}
		if ((kinds_at(marks, day) & ONSET) != 0)
			for (lag = 1; lag <= EPOCH_DAYS; lag++)
				mark_free(marks, day - lag, BEFORE);
	}
}

static struct shift_days
days_of(const struct marks *marks, uint8_t kind, int32_t first, int32_t last)
{
	struct shift_days days = {NULL, 0};
	size_t room = 0;
	int64_t day;

	for (day = first; day <= last; day++) {
		if ((kinds_at(marks, day) & kind) == 0)
			continue;
		if (days.n == room) {
			room = room > 0 ? room * 2 : 32;
			days.days = xreallocarray(days.days, room, sizeof(*days.days));
		}
		days.days[days.n++] = (int32_t)day;
	}
	return days;
}

void
event_windows_init(struct event_windows *windows, const struct event_span *events, size_t n,
    int tolerance, int32_t first, int32_t last)
{
	/* Events a little outside have windows that reach in. */
	int64_t margin = PLACEBO_DAYS + tolerance + EPOCH_DAYS;
	struct marks marks = {first - margin, (int64_t)last - first + 1 + 2 * margin, NULL};

	marks.kinds = xcalloc((size_t)marks.n, 1);
	mark_events(&marks, events, n, tolerance);
	mark_onsets(&marks);
	mark_others(&marks);
	windows->events = days_of(&marks, EVENT, first, last);
	windows->near = days_of(&marks, NEAR, first, last);
	windows->onsets = days_of(&marks, ONSET, first, last);
	windows->before = days_of(&marks, BEFORE, first, last);
	windows->placebo_before = days_of(&marks, PLACEBO_BEFORE, first, last);
	windows->placebo_after = days_of(&marks, PLACEBO_AFTER, first, last);
	free(marks.kinds);
}

void
event_windows_clear(struct event_windows *windows)
{
	free(windows->events.days);
	free(windows->near.days);
	free(windows->onsets.days);
	free(windows->before.days);
	free(windows->placebo_before.days);
	free(windows->placebo_after.days);
	*windows = (struct event_windows){.events = {NULL, 0}};
}

bool
event_windows_has(const struct shift_days *days, int32_t day)
{
	size_t low = 0, high = days->n, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (days->days[middle] < day)
			low = middle + 1;
		else
			high = middle;
	}
	return low < days->n && days->days[low] == day;
}
