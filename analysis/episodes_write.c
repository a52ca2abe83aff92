/* Writes episodes for people. */
#include "analysis/episodes_write.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "analysis/episodes.h"
#include "analysis/history.h"
#include "analysis/options.h"
#include "base/clock.h"
#include "base/table.h"

/* Below this width a day stands for a bracket, a symbol for a word, and nothing for the confidence. */
enum { WIDE = 132 };

static const struct shown {
	const char *symbol, *word;
	enum table_colour colour;
} shown[EPISODE_KIND_MAX] = {
    [EPISODE_BLOCKING] = {"✗", "blocking", TABLE_RED},
    [EPISODE_INTERCEPTION] = {"!", "interception", TABLE_RED},
    [EPISODE_IMPAIRMENT] = {"~", "impairment", TABLE_YELLOW},
    [EPISODE_SHUTDOWN] = {"0", "shutdown", TABLE_RED},
    [EPISODE_FOREIGN_CUT] = {"/", "foreign cut", TABLE_RED},
    [EPISODE_PORTAL] = {">", "captive portal", TABLE_BLUE},
};

/* "2026-11-22 06:30" */
static const char *
minute_text(int64_t us, char text[CLOCK_TEXT_SIZE])
{
	clock_ooni(us, text);
	text[16] = '\0';
	return text;
}

/* "2026-11-22", the latest day; "<" and ">" where only one end is known. */
static void
day_cell(struct table *table, const struct bracket *b)
{
	int64_t us = b->not_after_us != 0 ? b->not_after_us : b->not_before_us;
	const char *sign = b->not_before_us == 0 ? "<" : b->not_after_us == 0 ? ">" : "";
	char text[CLOCK_TEXT_SIZE];

	clock_ooni(us, text);
	table_cellf(table, TABLE_PLAIN, "%s%.10s", sign, text);
}

/* "2026-11-22 06:15 – 06:30", or "– 11-23 00:05" where the day is another. */
static void
bracket_cell(struct table *table, const struct bracket *b, bool narrow)
{
	char from[CLOCK_TEXT_SIZE], to[CLOCK_TEXT_SIZE];

	minute_text(b->not_before_us, from);
	minute_text(b->not_after_us, to);
	if (narrow)
		day_cell(table, b);
	else if (b->not_before_us == 0)
		table_cellf(table, TABLE_PLAIN, "before %s", to);
	else if (b->not_after_us == 0)
		table_cellf(table, TABLE_PLAIN, "still on %s", from);
	else
		table_cellf(table, TABLE_PLAIN, "%s – %s", from,
		    strncmp(from, to, 10) == 0 ? to + 11 : to + 5);
}

/* "example.org" for https://example.org/, which most targets are; else the URL. */
static void
target_cell(struct table *table, const char *url, const char *before)
{
	size_t len = url != NULL ? strlen(url) : 0;

	if (url == NULL)
		table_cellf(table, TABLE_PLAIN, "%s(the network)", before);
	else if (strncmp(url, "https://", 8) == 0 && strchr(url + 8, '/') == url + len - 1)
		table_cellf(table, TABLE_PLAIN, "%s%.*s", before, (int)(len - 9), url + 8);
	else
		table_cellf(table, TABLE_PLAIN, "%s%s", before, url);
}

static void
network_cell(struct table *table, const struct history_series *series)
{
	const char *blank = series->asn != 0 && series->cc[0] != '\0' ? " " : "";

	if (series->asn != 0)
		table_cellf(table, TABLE_PLAIN, "AS%u%s%s", series->asn, blank, series->cc);
	else
		table_cell(table, series->cc[0] != '\0' ? series->cc : "?", TABLE_PLAIN);
}

static void
kind_cells(struct table *table, enum episode_kind kind, bool narrow)
{
	table_cell(table, shown[kind].symbol, shown[kind].colour);
	if (!narrow)
		table_cell(table, shown[kind].word, shown[kind].colour);
}

static void
mechanism_cell(struct table *table, enum mechanism mechanism, bool several)
{
	const char *name = mechanism_name(mechanism);

	table_cell(table, name != NULL ? name : several ? "several" : "", TABLE_PLAIN);
}

static void
confidence_cell(struct table *table, double confidence, bool narrow)
{
	if (narrow)
		return;
	if (confidence > 0)
		table_cellf(table, TABLE_PLAIN, "%.2f", confidence);
	else
		table_cell(table, "", TABLE_PLAIN);
}

/* The head of an event of several. */
static void
event_row(struct table *table, const struct episode_event *event, size_t number, bool narrow)
{
	table_cellf(table, TABLE_PLAIN, "%zu", number);
	kind_cells(table, event->kind, narrow);
	if (event->targets > 0)
		table_cellf(table, TABLE_PLAIN, "%zu target%s", event->targets, event->targets == 1 ? "" : "s");
	else
		table_cell(table, "(the network)", TABLE_PLAIN);
	table_cellf(table, TABLE_PLAIN, "%zu network%s", event->networks, event->networks == 1 ? "" : "s");
	bracket_cell(table, &event->onset, narrow);
	bracket_cell(table, &event->recovery, narrow);
	table_cellf(table, TABLE_PLAIN, "%lld/%lld", (long long)event->bad, (long long)event->measured);
	mechanism_cell(table, event->mechanism, event->targets > 0);
	confidence_cell(table, event->confidence, narrow);
}

static void
episode_row(struct table *table, const struct episode *e, size_t number, bool alone, bool narrow)
{
	const struct span *span = &e->span;

	if (alone)
		table_cellf(table, TABLE_PLAIN, "%zu", number);
	else
		table_cell(table, "", TABLE_PLAIN);
	kind_cells(table, e->kind, narrow);
	target_cell(table, e->series->target, alone ? "" : "· ");
	network_cell(table, e->series);
	bracket_cell(table, &span->onset, narrow);
	bracket_cell(table, &span->recovery, narrow);
	table_cellf(table, TABLE_PLAIN, "%lld/%lld", (long long)span->bad, (long long)span->measured);
	mechanism_cell(table, span->mechanism, false);
	confidence_cell(table, span->confidence, narrow);
}

static size_t
make_columns(bool narrow, struct table_column *columns)
{
	static const struct {
		struct table_column column;
		bool wide; /* left out of narrow tables */
	} all[] = {
	    {{"#", true, 0}, false},
	    {{"", false, 0}, false},
	    {{"what", false, 0}, true},
	    {{"target", false, 12}, false},
	    {{"network", false, 6}, false},
	    {{"began", false, 0}, false},
	    {{"ended", false, 0}, false},
	    {{"n/N", true, 0}, false},
	    {{"mechanism", false, 8}, false},
	    {{"conf.", true, 0}, true},
	};
	size_t i, n = 0;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (!narrow || !all[i].wide)
			columns[n++] = all[i].column;
	return n;
}

static void
write_legend(const struct episodes *episodes)
{
	bool used[EPISODE_KIND_MAX] = {false};
	size_t i;

	for (i = 0; i < episodes->n; i++)
		used[episodes->items[i].kind] = true;
	for (i = 0; i < EPISODE_KIND_MAX; i++)
		if (used[i])
			printf("%s %s  ", shown[i].symbol, shown[i].word);
	printf("n/N: failed of measured; times are UTC\n");
}

static void
write_table(const struct episodes_report *report)
{
	const struct episodes *all = report->episodes;
	struct table_column columns[16];
	int width = table_terminal_width(STDOUT_FILENO);
	bool narrow = width > 0 && width < WIDE;
	struct table *table;
	size_t i, j;

	if (all->n == 0) {
		printf("No episodes.\n");
		return;
	}
	table = table_new(columns, make_columns(narrow, columns));
	for (i = 0; i < all->nevents; i++) {
		const struct episode_event *event = &all->events[i];

		if (event->n > 1)
			event_row(table, event, i + 1, narrow);
		for (j = event->first; j < event->first + event->n; j++)
			episode_row(table, &all->items[j], i + 1, event->n == 1, narrow);
	}
	table_write(table, stdout, width, report->options->colour);
	table_free(table);
	write_legend(all);
}

void
episodes_write(const struct episodes_report *report)
{
	static void (*const writers[])(const struct episodes_report *) = {
	    [FORMAT_TABLE] = write_table,
	    [FORMAT_CSV] = episodes_write_csv,
	    [FORMAT_JSON] = episodes_write_json,
	};

	writers[report->options->format](report);
}
