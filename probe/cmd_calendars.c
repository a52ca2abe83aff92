/* netvane calendars: shows calendars of event days, checks them, and says what comes next. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
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

static const char next_help[] =
    "usage: netvane calendars next [--days N] [--json] [FILE...]\n\n"
    "The event days from today on, in the built-in calendars and in those given\n"
    "(- is standard input). Days are those of this machine's time zone.\n\n"
    "  --days N    so many days ahead, 0 to 3660; 30 unless given\n"
    "  --json      one JSON object a line\n"
    "  -h, --help  this text\n\n"
    "Example:\n"
    "  netvane calendars next --days 90 elections.ics\n";

enum { NEXT_DAYS = 30, NEXT_DAYS_MAX = 3660, YEAR = 366 };

static int32_t
today(void)
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
	int32_t day = today();

	return (struct calendar_span){day - YEAR, day + 2 * YEAR};
}

/* ---- What an event looks like --------------------------------------------------------------- */

static void
cell_when(struct table *table, int32_t first, int32_t last, bool open)
{
	char from[DAY_TEXT_SIZE], to[DAY_TEXT_SIZE];

	day_text(first, from);
	day_text(last, to);
	if (first == last)
		table_cellf(table, TABLE_PLAIN, "%s%s", from, open ? " or later" : "");
	else
		table_cellf(table, TABLE_PLAIN, "%s to %s%s", from, to, open ? " or later" : "");
}

static const char *
title_of(const struct calendar_event *event)
{
	return *event->title != '\0' ? event->title : event->type;
}

/* The keys that list and next share. */
static void
json_event(struct json *j, const struct calendar *calendar, const struct calendar_event *event,
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
		json_event(&j, calendar, &calendar->events[i], calendar->events[i].first,
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
		cell_when(table, event->first, event->last, event->open);
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

/* ---- next ----------------------------------------------------------------------------------- */

struct next {
	int days;
	bool json;
	int32_t today;
	struct calendar *calendars;
	size_t n;
};

/* As cmd_json_options, with --days. */
static int
next_options(int argc, char **argv, struct next *next)
{
	static const struct option options[] = {
	    {"days", required_argument, NULL, 'd'},
	    {"json", no_argument, NULL, 'j'},
	    {"help", no_argument, NULL, 'h'},
	    {NULL, 0, NULL, 0},
	};
	char *end;
	long days;
	int c;

	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (c) {
		case 'd':
			errno = 0;
			days = strtol(optarg, &end, 10);
			if (end == optarg || *end != '\0' || errno != 0 || days < 0 ||
			    days > NEXT_DAYS_MAX) {
				log_errorx(
				    "--days %s: not a number from 0 to %d", optarg, NEXT_DAYS_MAX);
				return EX_USAGE;
			}
			next->days = (int)days;
			break;
		case 'j':
			next->json = true;
			break;
		case 'h':
			fputs(next_help, stdout);
			return cmd_close_output(EXIT_SUCCESS);
		default:
			return EX_USAGE;
		}
	}
	return -1;
}

/* The built-in ones, then those given. Returns the worst exit code. */
static int
load_all(struct next *next, char **files, int nfiles)
{
	struct calendar_span span = {next->today, next->today + next->days};
	int i, nbuiltins = (int)calendar_nbuiltins, code, worst = EXIT_SUCCESS;
	const char *name;

	next->calendars = xcalloc((size_t)(nbuiltins + nfiles), sizeof(next->calendars[0]));
	for (i = 0; i < nbuiltins + nfiles; i++) {
		name = i < nbuiltins ? calendar_builtins[i].name : files[i - nbuiltins];
		code = cmd_load_code(calendar_load(
		    name, span, 0, cmd_report_bad, NULL, &next->calendars[next->n++]));
		worst = code > worst ? code : worst;
	}
	return worst;
}

static void
next_json(const struct next *next, const struct calendar_hit *hits, size_t n)
{
	struct buf line = BUF_EMPTY;
	struct json j;
	size_t i;

	for (i = 0; i < n; i++) {
		json_init(&j, &line);
		json_put_object(&j, NULL);
		json_put_int(
		    &j, "in_days", hits[i].first > next->today ? hits[i].first - next->today : 0);
		json_event(&j, hits[i].calendar, hits[i].event, hits[i].first, hits[i].last);
		json_put_object_end(&j);
		cmd_print_line(&line);
	}
	buf_free(&line);
}

static void
cell_in(struct table *table, int32_t days)
{
	if (days <= 0)
		table_cell(table, "now", TABLE_PLAIN);
	else if (days == 1)
		table_cell(table, "tomorrow", TABLE_PLAIN);
	else
		table_cellf(table, TABLE_PLAIN, "%d days", (int)days);
}

static void
next_table(const struct next *next, const struct calendar_hit *hits, size_t n)
{
	static const struct table_column columns[] = {{"WHEN", false, 0}, {"IN", false, 0},
	    {"EVENT", false, 20}, {"PLACE", false, 10}, {"CALENDAR", false, 8},
	    {"TIGHTENS", false, 0}};
	struct table *table;
	size_t i;

	if (n == 0) {
		printf("No event days in the next %d days.\n", next->days);
		return;
	}
	table = table_new(columns, 6);
	for (i = 0; i < n; i++) {
		cell_when(table, hits[i].first, hits[i].last, hits[i].event->open);
		cell_in(table, hits[i].first - next->today);
		table_cell(table, title_of(hits[i].event), TABLE_PLAIN);
		table_cell(table, hits[i].event->place, TABLE_PLAIN);
		table_cell(table, hits[i].calendar->name, TABLE_PLAIN);
		table_cell(table, calendar_tightens(hits[i].event) ? "yes" : "no", TABLE_PLAIN);
	}
	cmd_print_table(table);
}

static int
calendars_next(int argc, char **argv)
{
	struct next next = {.days = NEXT_DAYS, .today = today()};
	int code = next_options(argc, argv, &next);
	struct calendar_query query;
	struct calendar_hit *hits;
	size_t n;

	if (code >= 0)
		return code;
	code = load_all(&next, argv + optind, argc - optind);
	if (code == EXIT_SUCCESS) {
		query =
		    (struct calendar_query){.first = next.today, .last = next.today + next.days};
		n = calendar_find(next.calendars, next.n, &query, &hits);
		if (next.json)
			next_json(&next, hits, n);
		else
			next_table(&next, hits, n);
		free(hits);
	}
	while (next.n > 0)
		calendar_clear(&next.calendars[--next.n]);
	free(next.calendars);
	return cmd_close_output(code);
}

int
cmd_calendars(int argc, char **argv)
{
	static const struct cmd_word words[] = {
	    {"list", calendars_list}, {"lint", calendars_lint}, {"next", calendars_next}};

	return cmd_words(argc, argv, help, words, sizeof(words) / sizeof(words[0]));
}
