/*
 * Calendars in iCalendar format: the VEVENTs' days. Zones are not looked at: the day that counts is
 * the one that is written, which is that of the place. ics_line.c reads lines, recurrence.c the
 * rules.
 */
#include "targets/calendar_parser.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "targets/ics_line.h"
#include "targets/recurrence.h"

/* libical is slow, and rules can be made that keep it busy for seconds. */
enum { ICS_MAX = 8 * 1024 * 1024, RULES_MAX = 256, SLOW_RULES_MAX = 2, REPEATS_MAX = 50000 };

struct moment {
	bool set;
	int32_t day;
	int second; /* -1 all day */
};

struct days {
	int32_t *items; /* in the parser's arena of copies */
	size_t n;
};

struct vevent {
	int line;
	const char *wrong; /* NULL nothing */
	bool cancelled;
	struct moment start, end, instead_of; /* RECURRENCE-ID: the time that this one replaces */
	int64_t duration;                     /* -1 none */
	const char *rule, *uid;
	struct days except, more; /* EXDATE, RDATE */
	const char *summary, *location, *description, *categories, *url;
};

/* A time of a repeated event that another event is given for. */
struct replaced {
	const char *uid;
	int32_t day;
};

struct ics {
	struct calendar_parser *p;
	struct ics_line line;
	/* In the parser's arena of copies: */
	struct vevent *events;
	size_t n;
	struct replaced *replaced; /* sorted */
	size_t nreplaced;
	size_t rules, slow_rules, repeats;
};

/* ---- Properties ----------------------------------------------------------------------------- */

static void
read_moment(struct vevent *event, struct moment *moment, const char *value, const char *wrong)
{
	const char *rest = ics_time(value, &moment->day, &moment->second);

	moment->set = rest != NULL && *rest == '\0';
	if (!moment->set && event->wrong == NULL)
		event->wrong = wrong;
}

/* "20261216,20261217T100000Z/PT1H": the days of it. */
static void
read_list(struct ics *ics, struct vevent *event, struct days *days, const char *value)
{
	int32_t day, *place;
	int second;

	while (value != NULL && *value != '\0') {
		value = ics_time(value, &day, &second);
		if (value == NULL) {
			if (event->wrong == NULL)
				event->wrong = "EXDATE or RDATE is no list of days";
			return;
		}
		place = ARENA_PUSH(ics->p->copies, days->items, days->n);
		*place = day;
		value += strcspn(value, ",");
		value += *value == ',';
	}
}

static const char *
read_text(struct ics *ics, const char *value)
{
	struct buf text = BUF_EMPTY;
	const char *s, *own;
	size_t len;

	ics_text(&text, value);
	s = buf_str(&text);
	len = text.len;
	lines_strip(&s, &len);
	own = len > 0 ? arena_strndup(ics->p->calendar->arena, s, len) : "";
	buf_free(&text);
	return own;
}

static void
read_property(struct ics *ics, struct vevent *event)
{
	const struct ics_line *line = &ics->line;
	const struct {
		const char *name;
		const char **text;
	} texts[] = {
	    {"SUMMARY", &event->summary},
	    {"LOCATION", &event->location},
	    {"DESCRIPTION", &event->description},
	    {"CATEGORIES", &event->categories},
	    {"URL", &event->url},
	    {"UID", &event->uid},
	};
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (ics_line_is(line, texts[i].name))
			*texts[i].text = read_text(ics, line->value);
	if (ics_line_is(line, "DTSTART")) {
		read_moment(event, &event->start, line->value, "DTSTART is no date or time");
	} else if (ics_line_is(line, "DTEND")) {
		read_moment(event, &event->end, line->value, "DTEND is no date or time");
	} else if (ics_line_is(line, "RECURRENCE-ID")) {
		read_moment(
		    event, &event->instead_of, line->value, "RECURRENCE-ID is no date or time");
	} else if (ics_line_is(line, "DURATION")) {
		if (ics_duration(line->value, &event->duration) != 0)
			event->wrong = "DURATION cannot be read, or is longer than ten years";
	} else if (ics_line_is(line, "RRULE")) {
		if (event->rule != NULL)
			event->wrong = "more than one RRULE";
		event->rule = arena_strdup(ics->p->copies, line->value);
	} else if (ics_line_is(line, "EXRULE")) {
		event->wrong = "EXRULE is not supported";
	} else if (ics_line_is(line, "EXDATE")) {
		read_list(ics, event, &event->except, line->value);
	} else if (ics_line_is(line, "RDATE")) {
		read_list(ics, event, &event->more, line->value);
	} else if (ics_line_is(line, "STATUS")) {
		event->cancelled = strcasecmp(line->value, "CANCELLED") == 0;
	}
}

/* Reads up to END:VEVENT; what stands in components within (alarms) is passed over. False at the
 * end of the file. */
static bool
read_event(struct ics *ics)
{
	struct vevent *event = ARENA_PUSH(ics->p->copies, ics->events, ics->n);
	size_t depth = 0;

	event->line = ics->line.number;
	event->duration = -1;
	event->uid = event->summary = "";
	while (ics_line_next(&ics->line)) {
		if (ics->line.wrong != NULL && depth == 0 && event->wrong == NULL)
			event->wrong = ics->line.wrong;
		if (ics_line_is(&ics->line, "BEGIN"))
			depth++;
		else if (ics_line_is(&ics->line, "END") && depth-- == 0)
			return true;
		else if (depth == 0)
			read_property(ics, event);
	}
	calendar_parser_say(ics->p, event->line, true, "BEGIN:VEVENT without its END");
	ics->n--;
	return false;
}

static void
read_all(struct ics *ics, int first)
{
	size_t depth = 1;

	while (ics_line_next(&ics->line)) {
		if (ics->line.wrong != NULL)
			calendar_parser_say(ics->p, ics->line.number, true, "%s", ics->line.wrong);
		else if (ics_line_is(&ics->line, "END"))
			depth -= depth > 0;
		else if (!ics_line_is(&ics->line, "BEGIN"))
			continue;
		else if (strcasecmp(ics->line.value, "VEVENT") != 0)
			depth++;
		else if (!read_event(ics))
			return;
	}
	if (depth > 0)
		calendar_parser_say(ics->p, ics->line.number > 0 ? ics->line.number : first, true,
		    "the file ends before END:VCALENDAR");
}

/* ---- Days ----------------------------------------------------------------------------------- */

/* The last day: the end is not part of it (RFC 5545, 3.6.1). */
static int32_t
last_day(const struct vevent *event)
{
	int64_t seconds;
	int32_t last;

	if (event->end.set) {
		/* What ends at midnight does not touch the day after. */
		last = event->end.second <= 0 ? event->end.day - 1 : event->end.day;
		return event->end.day == event->start.day ? event->end.day : last;
	}
	if (event->duration <= 0)
		return event->start.day;
	seconds = (event->start.second > 0 ? event->start.second : 0) + event->duration - 1;
	return event->start.day + (int32_t)(seconds / 86400);
}

static int
compare_days(const void *a, const void *b)
{
	const int32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int
compare_replaced(const void *a, const void *b)
{
	const struct replaced *x = a, *y = b;

	return x->day != y->day ? compare_days(&x->day, &y->day) : strcmp(x->uid, y->uid);
}

/* So that no file, however made, takes quadratic time. */
static void
sort_exceptions(struct ics *ics)
{
	struct replaced *replaced;
	struct vevent *event;
	size_t i;

	for (i = 0; i < ics->n; i++) {
		event = &ics->events[i];
		if (event->except.n > 1)
			qsort(event->except.items, event->except.n, sizeof(int32_t), compare_days);
		if (event->instead_of.set) {
			replaced = ARENA_PUSH(ics->p->copies, ics->replaced, ics->nreplaced);
			*replaced = (struct replaced){event->uid, event->instead_of.day};
		}
	}
	if (ics->nreplaced > 1)
		qsort(ics->replaced, ics->nreplaced, sizeof(ics->replaced[0]), compare_replaced);
}

static bool
is_excepted(const struct ics *ics, const struct vevent *event, int32_t day)
{
	const struct replaced look = {event->uid, day};

	if (event->except.n > 0 && bsearch(&day, event->except.items, event->except.n,
	                               sizeof(int32_t), compare_days) != NULL)
		return true;
	return ics->nreplaced > 0 && !event->instead_of.set &&
	       bsearch(&look, ics->replaced, ics->nreplaced, sizeof(look), compare_replaced) !=
	           NULL;
}

static void
add_day(struct ics *ics, const struct vevent *event, int32_t first)
{
	const struct calendar_event own = {
	    .first = first,
	    .last = first + (last_day(event) - event->start.day),
	    .precision = last_day(event) == event->start.day ? CALENDAR_DAY : CALENDAR_RANGE,
	    .type = event->categories,
	    .place = event->location,
	    .title = *event->summary != '\0' ? event->summary : "(untitled)",
	    .source = event->url,
	    .notes = event->description,
	    .line = event->line,
	};

	if (!is_excepted(ics, event, first))
		calendar_parser_add(ics->p, &own);
}

/* Returns NULL, or why not all days are known. */
static const char *
add_repeats(struct ics *ics, const struct vevent *event)
{
	const struct recurrence recurrence = {event->rule, event->start.day, event->start.second};
	int32_t length = last_day(event) - event->start.day, *days;
	const char *wrong;
	size_t n, i;
	bool slow;

	if (++ics->rules > RULES_MAX)
		return "more than 256 events that repeat";
	if (ics->slow_rules == SLOW_RULES_MAX)
		return "too many events whose RRULE names no day that comes";
	wrong = recurrence_days(
	    &recurrence, ics->p->span.first - length, ics->p->span.last, &days, &n, &slow);
	ics->slow_rules += slow;
	for (i = 0; i < n && wrong == NULL; i++) {
		if (++ics->repeats > REPEATS_MAX)
			wrong = "more than 50000 repetitions in this file";
		else
			add_day(ics, event, days[i]);
	}
	free(days);
	return wrong;
}

static void
add_event(struct ics *ics, struct vevent *event)
{
	size_t i;

	if (event->wrong == NULL && !event->start.set)
		event->wrong = "an event without DTSTART";
	if (event->wrong == NULL && last_day(event) < event->start.day)
		event->wrong = "it ends before it begins";
	if (event->wrong == NULL && event->cancelled) {
		calendar_parser_pass(ics->p, event->line, "a cancelled event");
		return;
	}
	if (event->wrong == NULL && event->rule != NULL) {
		event->wrong = add_repeats(ics, event);
		ics->p->good++; /* even if none of its days is in the span */
	} else if (event->wrong == NULL) {
		add_day(ics, event, event->start.day);
	}
	if (event->wrong != NULL) {
		calendar_parser_say(ics->p, event->line, true, "%s", event->wrong);
		return;
	}
	for (i = 0; i < event->more.n; i++)
		if (event->more.items[i] >= ics->p->span.first &&
		    event->more.items[i] <= ics->p->span.last)
			add_day(ics, event, event->more.items[i]);
}

bool
calendar_ics(struct calendar_parser *p, const char *head, size_t len)
{
	static const char begin[] = "BEGIN:VCALENDAR";
	struct ics ics = {.p = p, .line = {.lines = &p->lines}};
	int first = p->lines.line;
	size_t i;

	if (len != sizeof(begin) - 1 || strncasecmp(head, begin, len) != 0)
		return false;
	if (p->lines.end - p->lines.next > ICS_MAX) {
		calendar_parser_say(p, first, true, "an iCalendar file larger than 8 MiB");
		return true;
	}
	read_all(&ics, first);
	sort_exceptions(&ics);
	for (i = 0; i < ics.n; i++)
		add_event(&ics, &ics.events[i]);
	buf_free(&ics.line.text);
	return true;
}
