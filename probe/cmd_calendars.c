/* netvane calendars: shows calendars of event days and checks them; cmd_calendars_next.c says what
 * comes. */
#include "probe/cmd_calendars.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <time.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/table.h"
#include "probe/cmd.h"
#include "probe/cmd_output.h"
#include "targets/calendar.h"
#include "targets/day.h"

static const char help[] =
    "usage: netvane calendars list [NAME|FILE] [--json]\n"
    "       netvane calendars lint [--json] FILE...\n"
    "       netvane calendars next [--days N] [--json] [FILE...]\n\n"
    "Shows and checks calendars of event days: protests, elections, anniversaries.\n"
    "Each says more with --help.\n\n"
    "A calendar is CSV whose header has a \"start\" column, an iCalendar file (.ics),\n"
    "Access Now's KeepItOn data or an export of ACLED's, both as CSV.\n\n"
    "Example:\n"
    "  netvane calendars next\n";

static const char list_help[] =
    "usage: netvane calendars list [NAME|FILE] [--json]\n\n"
    "Without a name: the built-in calendars. With one, or with a file (- is standard\n"
    "input): the events in it. What an iCalendar file repeats is shown from one year\n"
    "ago to two years ahead.\n\n"
    "  --json      one JSON object a line\n"
    "  -h, --help  this text\n\n"
    "Example:\n"
    "  netvane calendars list kz\n";

static const char lint_help[] =
    "usage: netvane calendars lint [--json] FILE...\n\n"
    "Says for every bad line of a calendar what is wrong with it, and notes what is\n"
    "only odd (duplicates, events without a day, cancelled ones). FILE may be - for\n"
    "standard input, or the name of a built-in calendar. Exit code: 0 clean; 65 bad\n"
    "lines; 66 a file that cannot be read.\n\n"
    "  --json      one JSON object a line: what was met, and a closing one for each\n"
    "              file\n"
    "  -h, --help  this text\n\n"
    "Example:\n"
    "  netvane calendars lint elections.ics\n";

enum { YEAR = 366 };

int32_t
calendars_today(void)
{
	int64_t now_us = clock_wall_us();
	time_t now = (time_t)(now_us / 1000000);
	struct tm tm;

	localtime_r(&now, &tm);
	return day_of_time(now_us, (int32_t)tm.tm_gmtoff);
}

static struct calendar_span
shown_span(void)
{
	int32_t day = calendars_today();

	return (struct calendar_span){day - YEAR, day + 2 * YEAR};
}

/* ---- What an event looks like --------------------------------------------------------------- */

void
calendars_cell_when(struct table *table, int32_t first, int32_t last, bool open)
{
	char from[DAY_TEXT_SIZE], to[DAY_TEXT_SIZE];

	day_text(first, from);
	day_text(last, to);
	if (first == last)
		table_cellf(table, TABLE_PLAIN, "%s%s", from, open ? " or later" : "");
	else
		table_cellf(table, TABLE_PLAIN, "%s to %s%s", from, to, open ? " or later" : "");
}

void
calendars_json(struct json *j, const struct calendar *calendar, const struct calendar_event *event,
    int32_t first, int32_t last)
{
	char text[DAY_TEXT_SIZE];

	json_put_string(j, "start", day_text(first, text));
	json_put_string(j, "end", day_text(last, text));
	json_put_bool(j, "open", event->open);
	json_put_string(j, "precision", calendar_precision_name(event->precision));
	json_put_bool(j, "yearly", event->yearly);
	json_put_bool(j, "tightens", calendar_tightens(event));
	json_put_string(j, "type", event->type);
	json_put_string(j, "place", event->place);
	json_put_string(j, "event", event->title);
	json_put_string(j, "targets", event->targets);
	json_put_string(j, "source", event->source);
	json_put_string(j, "notes", event->notes);
	json_put_string(j, "calendar", calendar->name);
	json_put_int(j, "line", event->line);
}

/* ---- list ----------------------------------------------------------------------------------- */

static void
json_builtin(const struct calendar_builtin *builtin, const struct calendar *calendar)
{
	char *path = calendar_builtin_path(builtin->name);
	struct buf line = BUF_EMPTY;
	struct json j;

	json_init(&j, &line);
	json_put_object(&j, NULL);
	json_put_string(&j, "calendar", builtin->name);
	json_put_int(&j, "events", (int64_t)calendar->n);
	json_put_string(&j, "about", builtin->about);
	json_put_string(&j, "path", path);
	json_put_object_end(&j);
	cmd_print_line(&line);
	buf_free(&line);
	free(path);
}

static int
list_all(bool json)
{
	static const struct table_column columns[] = {
	    {"CALENDAR", false, 0}, {"EVENTS", true, 0}, {"WHAT IT HOLDS", false, 20}};
	struct table *table = table_new(columns, 3);
	const struct calendar_builtin *builtin;
	int code = EXIT_SUCCESS, rc;
	struct calendar calendar;
	size_t i;

	for (i = 0; i < calendar_nbuiltins; i++) {
		builtin = &calendar_builtins[i];
		rc = calendar_load(builtin->name, shown_span(), 0, cmd_report_bad, NULL, &calendar);
		if (rc != 0) {
			code = cmd_load_code(rc);
		} else if (json) {
			json_builtin(builtin, &calendar);
		} else {
			table_cell(table, builtin->name, TABLE_PLAIN);
			table_cellf(table, TABLE_PLAIN, "%zu", calendar.n);
			table_cell(table, builtin->about, TABLE_PLAIN);
		}
		calendar_clear(&calendar);
	}
	if (json)
		table_free(table);
	else
		cmd_print_table(table);
	return code;
}

static void
list_json(const struct calendar *calendar)
{
	struct buf line = BUF_EMPTY;
	struct json j;
	size_t i;

	for (i = 0; i < calendar->n; i++) {
		json_init(&j, &line);
		json_put_object(&j, NULL);
		calendars_json(&j, calendar, &calendar->events[i], calendar->events[i].first,
		    calendar->events[i].last);
		json_put_object_end(&j);
		cmd_print_line(&line);
	}
	buf_free(&line);
}

static void
list_table(const struct calendar *calendar)
{
	static const struct table_column columns[] = {{"WHEN", false, 0},
	    {"KNOWN TO THE", false, 0}, {"TYPE", false, 8}, {"PLACE", false, 10},
	    {"EVENT", false, 20}};
	struct table *table = table_new(columns, 5);
	const struct calendar_event *event;
	size_t i;

	for (i = 0; i < calendar->n; i++) {
		event = &calendar->events[i];
		calendars_cell_when(table, event->first, event->last, event->open);
		table_cellf(table, TABLE_PLAIN, "%s%s", calendar_precision_name(event->precision),
		    event->yearly ? ", yearly" : "");
		table_cell(table, event->type, TABLE_PLAIN);
		table_cell(table, event->place, TABLE_PLAIN);
		table_cell(table, event->title, TABLE_PLAIN);
	}
	cmd_print_table(table);
}

static int
list_one(const char *name, bool json)
{
	struct calendar calendar;
	int rc = calendar_load(name, shown_span(), 0, cmd_report_bad, NULL, &calendar);

	if (rc == 0 && json)
		list_json(&calendar);
	else if (rc == 0)
		list_table(&calendar);
	calendar_clear(&calendar);
	return cmd_load_code(rc);
}

static int
calendars_list(int argc, char **argv)
{
	bool json;
	int code = cmd_json_options(argc, argv, list_help, &json);

	if (code >= 0)
		return code;
	if (argc - optind > 1) {
		log_errorx("calendars list: one calendar at a time");
		return EX_USAGE;
	}
	return cmd_close_output(optind < argc ? list_one(argv[optind], json) : list_all(json));
}

/* ---- lint ----------------------------------------------------------------------------------- */

static void
lint_close(const char *file, const struct calendar *calendar, bool json)
{
	struct buf line = BUF_EMPTY;
	struct json j;

	if (!json) {
		printf("%s: %zu event%s, %zu bad, %zu duplicate%s, %zu without a day\n", file,
		    calendar->n, calendar->n == 1 ? "" : "s", calendar->bad, calendar->duplicates,
		    calendar->duplicates == 1 ? "" : "s", calendar->undated);
		return;
	}
	json_init(&j, &line);
	json_put_object(&j, NULL);
	json_put_string(&j, "file", file);
	json_put_int(&j, "events", (int64_t)calendar->n);
	json_put_int(&j, "bad", (int64_t)calendar->bad);
	json_put_int(&j, "duplicates", (int64_t)calendar->duplicates);
	json_put_int(&j, "undated", (int64_t)calendar->undated);
	json_put_object_end(&j);
	cmd_print_line(&line);
	buf_free(&line);
}

static int
calendars_lint(int argc, char **argv)
{
	int code, worst = EXIT_SUCCESS, rc, i;
	struct calendar calendar;
	bool json;

	code = cmd_json_options(argc, argv, lint_help, &json);
	if (code >= 0)
		return code;
	if (optind == argc) {
		log_errorx("calendars lint: which file?");
		return EX_USAGE;
	}
	for (i = optind; i < argc; i++) {
		rc = calendar_load(argv[i], shown_span(), 0, cmd_report_all, &json, &calendar);
		if (rc != -2)
			lint_close(argv[i], &calendar, json);
		calendar_clear(&calendar);
		/* Unread (66) outranks bad (65): nobody knows how bad it is. */
		code = cmd_load_code(rc);
		worst = code > worst ? code : worst;
	}
	return cmd_close_output(worst);
}

int
cmd_calendars(int argc, char **argv)
{
	static const struct cmd_word words[] = {
	    {"list", calendars_list}, {"lint", calendars_lint}, {"next", calendars_next}};

	return cmd_words(argc, argv, help, words, sizeof(words) / sizeof(words[0]));
}
