/* Calendars of our own format: CSV with one event a row. */
#include "targets/calendar_parser.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "targets/csv_rows.h"
#include "targets/day.h"

enum {
	COLUMN_START,
	COLUMN_END,
	COLUMN_PRECISION,
	COLUMN_TYPE,
	COLUMN_PLACE,
	COLUMN_EVENT,
	COLUMN_TARGETS,
	COLUMN_SOURCE,
	COLUMN_REPEAT,
	COLUMN_NOTES,
	NCOLUMNS
};

static const struct csv_name names[] = {
    {"start", COLUMN_START},
    {"end", COLUMN_END},
    {"precision", COLUMN_PRECISION},
    {"type", COLUMN_TYPE},
    {"place", COLUMN_PLACE},
    {"country", COLUMN_PLACE},
    {"event", COLUMN_EVENT},
    {"title", COLUMN_EVENT},
    {"targets", COLUMN_TARGETS},
    {"services", COLUMN_TARGETS},
    {"source", COLUMN_SOURCE},
    {"repeat", COLUMN_REPEAT},
    {"notes", COLUMN_NOTES},
};

/* Empty: a day, or a range where the end says so. */
static bool
read_precision(const char *text, struct calendar_event *event)
{
	int i;

	if (*text == '\0') {
		event->precision =
		    event->first == event->last && !event->open ? CALENDAR_DAY : CALENDAR_RANGE;
		return true;
	}
	for (i = CALENDAR_DAY; i <= CALENDAR_RECURRING; i++)
		if (strcasecmp(text, calendar_precision_name((enum calendar_precision)i)) == 0) {
			event->precision = (enum calendar_precision)i;
			return true;
		}
	return false;
}

/* Where no end is given: that of the day, week, month or year. */
static int32_t
natural_end(const struct calendar_event *event)
{
	struct date date = day_date(event->first);

	switch (event->precision) {
	case CALENDAR_WEEK:
		return event->first + 6;
	case CALENDAR_MONTH:
		date.day = day_month_length(date.year, date.month);
		return day_of(date);
	case CALENDAR_YEAR:
		return day_of((struct date){date.year, 12, 31});
	default:
		return event->first;
	}
}

/* Returns the column that is wrong, or NCOLUMNS. */
static int
read_days(const struct buf *columns, struct calendar_event *event)
{
	const char *end = buf_str(&columns[COLUMN_END]);
	bool given;

	if (day_parse(buf_str(&columns[COLUMN_START]), &event->first) != 0)
		return COLUMN_START;
	event->open = strcasecmp(end, "ongoing") == 0 || strcasecmp(end, "unknown") == 0;
	given = *end != '\0' && !event->open;
	event->last = event->first;
	if (given && day_parse(end, &event->last) != 0)
		return COLUMN_END;
	if (!read_precision(buf_str(&columns[COLUMN_PRECISION]), event))
		return COLUMN_PRECISION;
	if (!given)
		event->last = natural_end(event);
	return NCOLUMNS;
}

static bool
read_repeat(const char *text, struct calendar_event *event)
{
	event->yearly = strcasecmp(text, "yearly") == 0;
	return event->yearly || *text == '\0';
}

static void
complain(struct calendar_parser *p, int line, const struct buf *columns, int wrong)
{
	static const struct {
		const char *name, *wanted;
	} complaints[NCOLUMNS] = {
	    [COLUMN_START] = {"start", "no day that exists, like 2026-12-16"},
	    [COLUMN_END] = {"end",
	        "no day that exists, like 2026-12-16, nor \"ongoing\" or \"unknown\""},
	    [COLUMN_PRECISION] = {"precision",
	        "none of day, week, month, year, range, approx, recurring"},
	    [COLUMN_REPEAT] = {"repeat", "neither \"yearly\" nor empty"},
	};
	const char *text = buf_str(&columns[wrong]);

	calendar_parser_say(p, line, true, "%s \"%.*s\" is %s", complaints[wrong].name,
	    calendar_parser_plain(text), text, complaints[wrong].wanted);
}

static void
add_row(int line, const struct buf *columns, void *arg)
{
	struct calendar_parser *p = arg;
	struct calendar_event event = {
	    .type = calendar_parser_text(p, buf_str(&columns[COLUMN_TYPE])),
	    .place = calendar_parser_text(p, buf_str(&columns[COLUMN_PLACE])),
	    .title = calendar_parser_text(p, buf_str(&columns[COLUMN_EVENT])),
	    .targets = calendar_parser_text(p, buf_str(&columns[COLUMN_TARGETS])),
	    .source = calendar_parser_text(p, buf_str(&columns[COLUMN_SOURCE])),
	    .notes = calendar_parser_text(p, buf_str(&columns[COLUMN_NOTES])),
	    .line = line,
	};
	int wrong = read_days(columns, &event);

	if (wrong == NCOLUMNS && !read_repeat(buf_str(&columns[COLUMN_REPEAT]), &event))
		wrong = COLUMN_REPEAT;
	if (wrong != NCOLUMNS)
		complain(p, line, columns, wrong);
	else
		calendar_parser_add(p, &event);
}

static void
bad_row(int line, const char *message, void *arg)
{
	calendar_parser_say(arg, line, true, "%s", message);
}

bool
calendar_csv(struct calendar_parser *p, const char *line, size_t len)
{
	struct csv_head head;
	const struct csv_rows rows = {
	    .lines = &p->lines,
	    .head = &head,
	    .ncolumns = NCOLUMNS,
	    .row = add_row,
	    .wrong = bad_row,
	    .arg = p,
	};

	if (!csv_head_read(
	        &head, names, sizeof(names) / sizeof(names[0]), 1 << COLUMN_START, line, len))
		return false;
	csv_rows_read(&rows);
	return true;
}
