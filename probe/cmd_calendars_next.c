/* netvane calendars next: the event days that come, over several calendars. */
#include "probe/cmd_calendars.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/table.h"
#include "probe/cmd_output.h"
#include "targets/calendar.h"

static const char next_help[] =
    "usage: netvane calendars next [--days N] [--json] [FILE...]\n\n"
    "The event days from today on, in the built-in calendars and in those given\n"
    "(- is standard input). Days are those of this machine's time zone.\n\n"
    "  --days N    so many days ahead, 0 to 3660; 30 unless given\n"
    "  --json      one JSON object a line\n"
    "  -h, --help  this text\n\n"
    "Example:\n"
    "  netvane calendars next --days 90 elections.ics\n";

enum { NEXT_DAYS = 30, NEXT_DAYS_MAX = 3660 };

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

	next->calendars = xcalloc((size_t)nbuiltins + (size_t)nfiles, sizeof(next->calendars[0]));
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
		calendars_json(&j, hits[i].calendar, hits[i].event, hits[i].first, hits[i].last);
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

static const char *
title_of(const struct calendar_event *event)
{
	return *event->title != '\0' ? event->title : event->type;
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
		calendars_cell_when(table, hits[i].first, hits[i].last, hits[i].event->open);
		cell_in(table, hits[i].first - next->today);
		table_cell(table, title_of(hits[i].event), TABLE_PLAIN);
		table_cell(table, hits[i].event->place, TABLE_PLAIN);
		table_cell(table, hits[i].calendar->name, TABLE_PLAIN);
		table_cell(table, calendar_tightens(hits[i].event) ? "yes" : "no", TABLE_PLAIN);
	}
	cmd_print_table(table);
}

int
calendars_next(int argc, char **argv)
{
	struct next next = {.days = NEXT_DAYS, .today = calendars_today()};
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
