/* What the tests of calendars share: a calendar out of a text, with all that was said about it. */
#ifndef TESTS_CALENDAR_CASE_H
#define TESTS_CALENDAR_CASE_H

#include <stddef.h>

#include "base/buf.h"
#include "targets/calendar.h"

struct loaded {
	struct calendar calendar;
	struct buf said; /* "line! message\n" for what is bad, "line? message\n" for notes */
	int rc;
};

/* Repeated events are spelled out for the years 2024 to 2027. */
struct calendar_span case_span(void);
struct loaded case_parse_bytes(const char *name, const char *data, size_t len, int flags);
struct loaded case_parse(const char *text);
struct loaded case_load(const char *name);
void case_done(struct loaded *l);

/* The days of its events, without a word said: "2026-12-16 2026-05-01/2026-05-31". */
void assert_days(const char *text, const char *days);
/* The calendar is bad, and this is said. */
void assert_says(const char *text, const char *said);
/* Days of an event, "2026-12-16" or "2026-05-01/2026-05-31"; appended. */
void case_days(struct buf *out, int32_t first, int32_t last);
/* The day that a text names. */
int32_t case_day(const char *text);

#endif
