/* Which events of calendars days are compared with, and why the others are not. Pure. */
#ifndef ANALYSIS_EVENT_CHOICE_H
#define ANALYSIS_EVENT_CHOICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/event_windows.h"

struct calendar;

/* Why an event is set apart. */
enum event_apart {
	APART_NOT, /* it is used */
	APART_WEEK, /* its day is not known well enough: some day of a week ... */
	APART_MONTH,
	APART_YEAR,
	APART_APPROX,
	APART_RECURRING, /* ... or days that nobody listed */
	APART_LONG, /* it lasts longer than CALENDAR_TIGHT_DAYS */
	APART_NETWORK, /* it is itself a blocking: to find that blocking comes with blocking says nothing */
	APART_TYPE, /* it is of a type that was not asked for */
	APART_MAX
};
/* For people: "known to the month only", a message. NULL for APART_NOT. */
const char *event_apart_words(enum event_apart apart);
/* "month" and so on. */
const char *event_apart_name(enum event_apart apart);

struct event_wish {
	int32_t first, last; /* events that touch these days */
	const char *const *types; /* of these types; none: of all but those that are about the network */
	size_t ntypes;
};

struct event_choice {
	struct event_span *spans; /* events that are used */
	size_t n;
	size_t apart[APART_MAX]; /* how many were set apart for what; APART_NOT: the used ones */
};

void event_choose(const struct calendar *calendars, size_t n, const struct event_wish *wish,
    struct event_choice *choice);
void event_choice_clear(struct event_choice *choice);
/* Is a type of event one that tells of the network, and not of what people did? */
bool event_type_is_network(const char *type);

#endif
