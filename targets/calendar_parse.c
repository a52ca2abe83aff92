/* Reads a calendar from memory: finds the format, and keeps what its reader finds. */
#include "targets/calendar_parser.h"

#include <search.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "targets/datafile.h"
#include "targets/day.h"

void
calendar_parser_say(struct calendar_parser *p, int line, bool fatal, const char *fmt, ...)
{
	char message[512];
	va_list ap;

	if (fatal)
		p->calendar->bad++;
	if (p->report == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	p->report(p->file, line, fatal, message, p->arg);
}

void
calendar_parser_pass(struct calendar_parser *p, int line, const char *why)
{
	p->calendar->undated++;
	calendar_parser_say(p, line, false, "%s, left out", why);
}

int
calendar_parser_plain(const char *text)
{
	int n = 0;

	while (n < 40 && text[n] >= ' ' && text[n] <= '~')
		n++;
	return n;
}

static const struct {
	const char *name;
	int32_t most; /* days; 0 any number */
} precisions[] = {
    [CALENDAR_DAY] = {"day", 1},
    [CALENDAR_WEEK] = {"week", 7},
    [CALENDAR_MONTH] = {"month", 31},
    [CALENDAR_YEAR] = {"year", 366},
    [CALENDAR_RANGE] = {"range", 0},
    [CALENDAR_APPROX] = {"approx", 0},
    [CALENDAR_RECURRING] = {"recurring", 0},
};

const char *
calendar_precision_name(enum calendar_precision precision)
{
	return precisions[precision].name;
}

/* Reports it and returns false, where an event cannot be as it says. */
static bool
check(struct calendar_parser *p, const struct calendar_event *event)
{
	int32_t length = event->last - event->first + 1, most = precisions[event->precision].most;

	if (event->first < day_of((struct date){1, 1, 1}) ||
	    event->last > day_of((struct date){9999, 12, 31}))
		calendar_parser_say(p, event->line, true, "a day outside of the years 1 to 9999");
	else if (length < 1)
		calendar_parser_say(p, event->line, true, "it ends before it begins");
	else if (most > 0 && length > most)
		calendar_parser_say(p, event->line, true,
		    "%d days are too many for the precision \"%s\" (write \"range\")", (int)length,
		    precisions[event->precision].name);
	else if (event->yearly && (event->open || length > 365))
		calendar_parser_say(
		    p, event->line, true, "what repeats every year must end, and within a year");
	else if (*event->title == '\0' && *event->type == '\0' && *event->place == '\0' &&
	         *event->targets == '\0')
		calendar_parser_say(p, event->line, true, "nothing is said of this day");
	else
		return true;
	return false;
}

/* What makes two entries the same: all but where they come from. */
static int
compare(const void *a, const void *b)
{
	const struct calendar_event *x = a, *y = b;
	const int32_t numbers[][2] = {
	    {x->first, y->first},
	    {x->last, y->last},
	    {x->open, y->open},
	    {x->yearly, y->yearly},
	    {(int32_t)x->precision, (int32_t)y->precision},
	};
	const char *const texts[][2] = {
	    {x->title, y->title},
	    {x->type, y->type},
	    {x->place, y->place},
	    {x->targets, y->targets},
	    {x->notes, y->notes},
	};
	int order = 0;
	size_t i;

	for (i = 0; order == 0 && i < sizeof(numbers) / sizeof(numbers[0]); i++)
		order = (numbers[i][0] > numbers[i][1]) - (numbers[i][0] < numbers[i][1]);
	for (i = 0; order == 0 && i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i][0] != texts[i][1]) /* an event's repetitions share them */
			order = strcmp(texts[i][0], texts[i][1]);
	return order;
}

/* The same event that stood before, or NULL: then this one is remembered. */
static const struct calendar_event *
seen_before(struct calendar_parser *p, const struct calendar_event *event)
{
	struct calendar_event **found = tfind(event, &p->seen, compare);

	if (found != NULL)
		return *found;
	if (tsearch(arena_memdup(p->copies, event, sizeof(*event)), &p->seen, compare) == NULL)
		log_fatalx("out of memory (a calendar was being read)");
	return NULL;
}

static void
leave(void *event)
{
	(void)event; /* dies with the arena */
}

static void
keep(struct calendar_parser *p, const struct calendar_event *event)
{
	struct calendar *calendar = p->calendar;
	const struct calendar_event *earlier = seen_before(p, event);

	p->good++;
	if (earlier != NULL) {
		calendar->duplicates++;
		calendar_parser_say(
		    p, event->line, false, "the same event as on line %d, left out", earlier->line);
		return;
	}
	if (calendar->n == p->room) {
		p->room = p->room > 0 ? p->room * 2 : 64;
		calendar->events =
		    xreallocarray(calendar->events, p->room, sizeof(calendar->events[0]));
	}
	calendar->events[calendar->n++] = *event;
}

const char *
calendar_parser_text(struct calendar_parser *p, const char *text)
{
	return *text != '\0' ? arena_strdup(p->calendar->arena, text) : "";
}

void
calendar_parser_add(struct calendar_parser *p, const struct calendar_event *event)
{
	struct calendar_event own = *event;
	const char **texts[] = {
	    &own.type, &own.place, &own.title, &own.targets, &own.source, &own.notes};
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (*texts[i] == NULL)
			*texts[i] = "";
	if (check(p, &own))
		keep(p, &own);
}

static void
parse_all(struct calendar_parser *p, const char *data, size_t size)
{
	const char *line, *wrong = lines_begin(&p->lines, data, size);
	size_t len;

	if (wrong != NULL) {
		calendar_parser_say(p, 1, true, "%s", wrong);
		return;
	}
	if (!lines_first(&p->lines, &line, &len)) {
		calendar_parser_say(p, 1, true, "no event days in this calendar");
	} else if (!calendar_ics(p, line, len) && !calendar_csv(p, line, len) &&
	           !calendar_acled(p, line, len) && !calendar_keepiton(p, line, len)) {
		calendar_parser_say(p, p->lines.line, true,
		    "no calendar: neither BEGIN:VCALENDAR, nor a header line with \"start\", or "
		    "with the columns of KeepItOn or ACLED");
	} else if (p->good == 0 && p->calendar->bad == 0 && p->calendar->undated == 0) {
		calendar_parser_say(p, p->lines.line, true, "no event days in this calendar");
	}
}

int
calendar_parse(const char *name, const char *data, size_t len, struct calendar_span span, int flags,
    calendar_report *report, void *arg, struct calendar *calendar)
{
	struct calendar_parser p = {
	    .file = name,
	    .span = span,
	    .report = report,
	    .arg = arg,
	    .calendar = calendar,
	};

	*calendar = (struct calendar){.name = datafile_name(name), .arena = arena_new()};
	p.copies = arena_new();
	parse_all(&p, data, len);
	tdestroy(p.seen, leave);
	arena_free(p.copies);
	return calendar->bad > 0 && (flags & CALENDAR_SKIP_BAD) == 0 ? -1 : 0;
}

void
calendar_clear(struct calendar *calendar)
{
	arena_free(calendar->arena);
	free(calendar->events);
	free(calendar->name);
	*calendar = (struct calendar){0};
}
