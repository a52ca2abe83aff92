/* What calendar_parse.c (which format, what a calendar is) shares with the readers of each format.
 */
#ifndef TARGETS_CALENDAR_PARSER_H
#define TARGETS_CALENDAR_PARSER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "targets/calendar.h"
#include "targets/lines.h"

struct calendar_parser {
	const char *file;
	struct lines lines;
	struct calendar_span span;
	calendar_report *report;
	void *arg;
	struct calendar *calendar;
	void *seen; /* tsearch(3) tree of copies of the events so far, which come from here: */
	struct arena *copies;
	size_t room; /* in calendar->events */
	size_t good; /* entries that held an event, duplicates too */
};

/* Reports and, where it is fatal, counts. */
void calendar_parser_say(struct calendar_parser *p, int line, bool fatal, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* An entry that is no event day, and no mistake either: reports and counts. */
void calendar_parser_pass(struct calendar_parser *p, int line, const char *why);
/* A copy of a text for an event to hold. */
const char *calendar_parser_text(struct calendar_parser *p, const char *text);
/*
 * Adds an event, unless it stood before. Its texts, where they are not NULL, must be the calendar's
 * own. Reports and counts what is wrong with its days. An event that says nothing is wrong, too.
 */
void calendar_parser_add(struct calendar_parser *p, const struct calendar_event *event);
/* For messages: how much of a text is plain enough for a terminal, 40 bytes at most. */
int calendar_parser_plain(const char *text);

/* The formats. False: it is not this one, and nothing was read past the header line. */
bool calendar_csv(struct calendar_parser *p, const char *head, size_t len);
bool calendar_acled(struct calendar_parser *p, const char *head, size_t len);
bool calendar_keepiton(struct calendar_parser *p, const char *head, size_t len);
bool calendar_ics(struct calendar_parser *p, const char *head, size_t len);

#endif
