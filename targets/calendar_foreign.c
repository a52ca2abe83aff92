/*
 * Calendars of others: Access Now's #KeepItOn shutdown tracker and ACLED's events, as CSV. Each is
 * a table of columns and of what becomes of them; of what stands in them nothing is lost.
 */
#include "targets/calendar_parser.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "targets/csv_rows.h"
#include "targets/day.h"
#include "targets/day_read.h"

/* The first ones are the event's texts, the last ones its days. */
enum role {
	ROLE_TYPE,
	ROLE_PLACE, /* from the town to the country */
	ROLE_TITLE,
	ROLE_TARGETS,
	ROLE_SOURCE,
	ROLE_NOTES,
	NTEXTS,
	ROLE_DETAIL = NTEXTS, /* goes to the notes, with the column's name */
	ROLE_SERVICE,         /* if "yes", the service is one of the targets */
	ROLE_START,
	ROLE_END,
	ROLE_TIME_PRECISION /* ACLED's code */
};

struct foreign_column {
	const char *name;
	enum role role;
	const char *service;
};

static const struct foreign_column keepiton_columns[] = {
    {"start_date", ROLE_START, NULL},
    {"end_date", ROLE_END, NULL},
    {"area_name", ROLE_PLACE, NULL},
    {"country", ROLE_PLACE, NULL},
    {"shutdown_type", ROLE_TYPE, NULL},
    {"event", ROLE_TITLE, NULL},
    {"facebook_affected", ROLE_SERVICE, "Facebook"},
    {"twitter_affected", ROLE_SERVICE, "Twitter"},
    {"whatsapp_affected", ROLE_SERVICE, "WhatsApp"},
    {"instagram_affected", ROLE_SERVICE, "Instagram"},
    {"telegram_affected", ROLE_SERVICE, "Telegram"},
    {"youtube_affected", ROLE_SERVICE, "YouTube"},
    {"tiktok_affected", ROLE_SERVICE, "TikTok"},
    {"signal_affected", ROLE_SERVICE, "Signal"},
    {"messenger_affected", ROLE_SERVICE, "Messenger"},
    {"skype_affected", ROLE_SERVICE, "Skype"},
    {"google_affected", ROLE_SERVICE, "Google"},
    {"sms_affected", ROLE_SERVICE, "SMS"},
    {"phonecall_affected", ROLE_SERVICE, "telephone calls"},
    {"other_affected_specify", ROLE_TARGETS, NULL},
    {"info_source", ROLE_SOURCE, NULL},
    {"info_source_link", ROLE_SOURCE, NULL},
    {"news_link", ROLE_SOURCE, NULL},
    {"an_link", ROLE_SOURCE, NULL},
    {"notes", ROLE_NOTES, NULL},
    {"geo_scope", ROLE_DETAIL, NULL},
    {"affected_network", ROLE_DETAIL, NULL},
    {"shutdown_extent", ROLE_DETAIL, NULL},
    {"shutdown_status", ROLE_DETAIL, NULL},
    {"duration", ROLE_DETAIL, NULL},
    {"ordered_by", ROLE_DETAIL, NULL},
    {"decision_maker", ROLE_DETAIL, NULL},
    {"telcos_involved", ROLE_DETAIL, NULL},
    {"actual_cause", ROLE_DETAIL, NULL},
    {"other_cause_details", ROLE_DETAIL, NULL},
    {"gov_ack", ROLE_DETAIL, NULL},
    {"gov_justification", ROLE_DETAIL, NULL},
    {"legal_method", ROLE_DETAIL, NULL},
};

static const struct foreign_column acled_columns[] = {
    {"event_date", ROLE_START, NULL},
    {"time_precision", ROLE_TIME_PRECISION, NULL},
    {"event_type", ROLE_TYPE, NULL},
    {"sub_event_type", ROLE_TITLE, NULL},
    {"location", ROLE_PLACE, NULL},
    {"admin3", ROLE_PLACE, NULL},
    {"admin2", ROLE_PLACE, NULL},
    {"admin1", ROLE_PLACE, NULL},
    {"country", ROLE_PLACE, NULL},
    {"source", ROLE_SOURCE, NULL},
    {"notes", ROLE_NOTES, NULL},
    {"actor1", ROLE_DETAIL, NULL},
    {"assoc_actor_1", ROLE_DETAIL, NULL},
    {"actor2", ROLE_DETAIL, NULL},
    {"assoc_actor_2", ROLE_DETAIL, NULL},
    {"disorder_type", ROLE_DETAIL, NULL},
    {"civilian_targeting", ROLE_DETAIL, NULL},
    {"fatalities", ROLE_DETAIL, NULL},
    {"latitude", ROLE_DETAIL, NULL},
    {"longitude", ROLE_DETAIL, NULL},
    {"geo_precision", ROLE_DETAIL, NULL},
    {"source_scale", ROLE_DETAIL, NULL},
    {"tags", ROLE_DETAIL, NULL},
    {"event_id_cnty", ROLE_DETAIL, NULL},
};

struct foreign_format {
	const struct foreign_column *columns;
	size_t n;
	const char *required[2];
	bool has_end;              /* else a code tells how exact the day is */
	const char *texts[NTEXTS]; /* where no column gives one */
};

static const struct foreign_format keepiton = {
    .columns = keepiton_columns,
    .n = sizeof(keepiton_columns) / sizeof(keepiton_columns[0]),
    .required = {"start_date", "country"},
    .has_end = true,
    .texts =
        {
            [ROLE_TYPE] = "shutdown",
            [ROLE_TITLE] = "Internet shutdown",
            [ROLE_SOURCE] = "KeepItOn",
        },
};

static const struct foreign_format acled = {
    .columns = acled_columns,
    .n = sizeof(acled_columns) / sizeof(acled_columns[0]),
    .required = {"event_date", "event_type"},
    .texts = {[ROLE_SOURCE] = "ACLED"},
};

struct foreign {
	struct calendar_parser *p;
	const struct foreign_format *format;
};

/* ---- Days ----------------------------------------------------------------------------------- */

static bool
is_unknown(const char *text)
{
	return *text == '\0' || strcasecmp(text, "unknown") == 0 || strcasecmp(text, "n/a") == 0;
}

/*
 * ACLED's codebook: 1 the day; 2 the week, of which the middle is given; 3 the month. Returns false
 * for any other code.
 */
static bool
widen(const char *code, struct calendar_event *event)
{
	struct date date = day_date(event->first);

	event->last = event->first;
	event->precision = CALENDAR_DAY;
	if (*code == '\0' || strcmp(code, "1") == 0)
		return true;
	if (strcmp(code, "2") == 0) {
		event->precision = CALENDAR_WEEK;
		event->first -= 3;
		event->last += 3;
		return true;
	}
	event->precision = CALENDAR_MONTH;
	event->first -= date.day - 1;
	event->last = event->first + day_month_length(date.year, date.month) - 1;
	return strcmp(code, "3") == 0;
}

static bool
read_end(const char *end, struct calendar_event *event)
{
	event->last = event->first;
	event->open = is_unknown(end) || strcasecmp(end, "ongoing") == 0;
	if (!event->open && !day_read(end, &event->last))
		return false;
	event->precision =
	    event->first == event->last && !event->open ? CALENDAR_DAY : CALENDAR_RANGE;
	return true;
}

/* The value of the column with this role, "" where there is none. */
static const char *
value_of(const struct foreign_format *format, const struct buf *columns, enum role role)
{
	size_t i;

	for (i = 0; i < format->n; i++)
		if (format->columns[i].role == role)
			return buf_str(&columns[i]);
	return "";
}

/* Returns false where that was the end of the row: it was reported. */
static bool
read_days(const struct foreign *f, const struct buf *columns, struct calendar_event *event)
{
	const char *start = value_of(f->format, columns, ROLE_START);
	const char *end = value_of(f->format, columns, ROLE_END);
	const char *code = value_of(f->format, columns, ROLE_TIME_PRECISION);

	if (is_unknown(start))
		calendar_parser_pass(f->p, event->line, "no day is given");
	else if (!day_read(start, &event->first))
		calendar_parser_say(f->p, event->line, true, "%s \"%.*s\" is no day",
		    f->format->required[0], calendar_parser_plain(start), start);
	else if (f->format->has_end && !read_end(end, event))
		calendar_parser_say(f->p, event->line, true, "end_date \"%.*s\" is no day",
		    calendar_parser_plain(end), end);
	else if (!f->format->has_end && !widen(code, event))
		calendar_parser_say(f->p, event->line, true,
		    "time_precision \"%.*s\" is none of 1, 2, 3", calendar_parser_plain(code),
		    code);
	else
		return true;
	return false;
}

/* ---- Texts ---------------------------------------------------------------------------------- */

static bool
is_yes(const char *text)
{
	return strcasecmp(text, "yes") == 0 || strcasecmp(text, "y") == 0 ||
	       strcasecmp(text, "true") == 0 || strcmp(text, "1") == 0;
}

/* Not twice the same in a row: a town may be named like its region. */
static void
join(struct buf *text, const char *between, const char *more)
{
	size_t len = strlen(more), gap = strlen(between);
	const char *end = buf_str(text) + text->len;

	if (text->len >= len && strcmp(end - len, more) == 0 &&
	    (text->len == len ||
	        (text->len >= len + gap && memcmp(end - len - gap, between, gap) == 0)))
		return;
	if (text->len > 0)
		buf_puts(text, between);
	buf_puts(text, more);
}

static void
add_text(struct buf *texts, const struct foreign_column *column, const char *value)
{
	static const char *const between[NTEXTS] = {
	    [ROLE_TYPE] = "; ",
	    [ROLE_PLACE] = ", ",
	    [ROLE_TITLE] = "; ",
	    [ROLE_TARGETS] = ";",
	    [ROLE_SOURCE] = "; ",
	    [ROLE_NOTES] = "; ",
	};

	if (*value == '\0')
		return;
	if (column->role < NTEXTS) {
		join(&texts[column->role], between[column->role], value);
	} else if (column->role == ROLE_DETAIL) {
		join(&texts[ROLE_NOTES], between[ROLE_NOTES], column->name);
		buf_printf(&texts[ROLE_NOTES], ": %s", value);
	} else if (column->role == ROLE_SERVICE && is_yes(value)) {
		join(&texts[ROLE_TARGETS], between[ROLE_TARGETS], column->service);
	}
}

static void
fill_texts(const struct foreign *f, const struct buf *columns, struct calendar_event *event)
{
	const char **const into[NTEXTS] = {
	    [ROLE_TYPE] = &event->type,
	    [ROLE_PLACE] = &event->place,
	    [ROLE_TITLE] = &event->title,
	    [ROLE_TARGETS] = &event->targets,
	    [ROLE_SOURCE] = &event->source,
	    [ROLE_NOTES] = &event->notes,
	};
	struct buf texts[NTEXTS] = {BUF_EMPTY};
	size_t i;

	for (i = 0; i < f->format->n; i++)
		add_text(texts, &f->format->columns[i], buf_str(&columns[i]));
	for (i = 0; i < NTEXTS; i++) {
		if (texts[i].len == 0 && f->format->texts[i] != NULL)
			buf_puts(&texts[i], f->format->texts[i]);
		*into[i] = calendar_parser_text(f->p, buf_str(&texts[i]));
		buf_free(&texts[i]);
	}
}

/* ---- Rows ----------------------------------------------------------------------------------- */

static void
add_row(int line, const struct buf *columns, void *arg)
{
	const struct foreign *f = arg;
	struct calendar_event event = {.line = line};

	if (!read_days(f, columns, &event))
		return;
	fill_texts(f, columns, &event);
	calendar_parser_add(f->p, &event);
}

static void
bad_row(int line, const char *message, void *arg)
{
	const struct foreign *f = arg;

	calendar_parser_say(f->p, line, true, "%s", message);
}

static bool
read_format(
    struct calendar_parser *p, const struct foreign_format *format, const char *line, size_t len)
{
	struct foreign f = {p, format};
	struct csv_head head;
	const struct csv_rows rows = {
	    .lines = &p->lines,
	    .head = &head,
	    .ncolumns = format->n,
	    .row = add_row,
	    .wrong = bad_row,
	    .arg = &f,
	};
	struct csv_name names[CSV_COLUMNS_MAX];
	uint64_t required = 0;
	size_t i, k;

	for (i = 0; i < format->n; i++) {
		names[i] = (struct csv_name){format->columns[i].name, (int)i};
		for (k = 0; k < 2; k++)
			if (strcmp(format->required[k], format->columns[i].name) == 0)
				required |= UINT64_C(1) << i;
	}
	if (!csv_head_read(&head, names, format->n, required, line, len))
		return false;
	csv_rows_read(&rows);
	return true;
}

bool
calendar_acled(struct calendar_parser *p, const char *head, size_t len)
{
	return read_format(p, &acled, head, len);
}

bool
calendar_keepiton(struct calendar_parser *p, const char *head, size_t len)
{
	return read_format(p, &keepiton, head, len);
}
