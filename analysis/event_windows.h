/*
 * Event days, and the days around them that are compared with the others. A day belongs to a window or
 * it does not, however many events are near: none is used twice. Pure.
 */
#ifndef ANALYSIS_EVENT_WINDOWS_H
#define ANALYSIS_EVENT_WINDOWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/stats_shift.h"

/* The epoch: so many days before the first day of a spell of events and after it. */
enum { EPOCH_DAYS = 7, EPOCH_LAGS = 2 * EPOCH_DAYS + 1 };
/* Placebo days: so many before and after the real ones, on the same day of the week. */
enum { PLACEBO_DAYS = 14 };

struct event_span {
	int32_t first, last; /* days since 1970-01-01, both included */
};

struct event_windows {
	struct shift_days events; /* the days themselves */
	struct shift_days near; /* those and the days within the tolerance of one */
	/* The first event days of spells: events whose windows touch are one spell. */
	struct shift_days onsets;
	/* The week before each onset, as far as it is near no event. */
	struct shift_days before;
	/* The placebo days of `near`, as far as they are not near an event. */
	struct shift_days placebo_before, placebo_after;
};

/*
 * Of the events in any order, those that touch the days from `first` to `last`; the tolerance is in
 * days on either side.
 */
void event_windows_init(struct event_windows *windows, const struct event_span *events, size_t n,
    int tolerance, int32_t first, int32_t last);
void event_windows_clear(struct event_windows *windows);
bool event_windows_has(const struct shift_days *days, int32_t day);

#endif
