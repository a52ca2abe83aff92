/*
 * Repetition rules of iCalendar (RFC 5545, 3.3.10), spelled out as days by libical.
 *
 * libical is loaded when the first rule is met: it brings 3 MB of libraries, which nobody needs who
 * has no such calendar. It is no match for rules made to hurt, so rules are limited: no repetition
 * within a day, no other calendars than the Gregorian one, nothing outside of the years 1900 to
 * 2200.
 */
#ifndef TARGETS_RECURRENCE_H
#define TARGETS_RECURRENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RECURRENCE_DAYS_MAX = 20000 };

struct recurrence {
	const char *rule; /* "FREQ=YEARLY;COUNT=5" */
	int32_t first;    /* the day of its first time */
	int second;       /* the second of that day, which an UNTIL may fall before; -1 all day */
};

/*
 * The days from `from` to `until` (40 years at most) on which it takes place, in order, by the
 * clock of its own zone; an UNTIL is read on that clock, whatever zone it names. Returns NULL, or
 * what is wrong with the rule; *days is to free in any case (NULL for none). *slow is set where
 * finding that out took long (seconds): those who read many should stop.
 */
const char *recurrence_days(const struct recurrence *recurrence, int32_t from, int32_t until,
    int32_t **days, size_t *n, bool *slow);

#endif
