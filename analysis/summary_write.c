/* Writes the summary. What is unknown is null in JSON and empty in CSV, never a number. */
#include "analysis/summary_write.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "analysis/csv.h"
#include "analysis/ingest.h"
#include "analysis/options.h"
#include "analysis/status_look.h"
#include "analysis/tally.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/table.h"

/* Below this width, days stand for times and symbols for words. */
enum { WIDE = 132 };

/* A target of which nothing could be told is shown as just that. */
static enum verdict_status
shown_status(const struct tally_target *t)
{
	return t->status != VERDICT_NONE ? t->status : VERDICT_INSUFFICIENT;
}

static int64_t
not_online(const struct summary *s)
{
	return s->rounds - s->states[NETWORK_ONLINE];
}

/* Which columns have anything to say; a table for a terminal has no room for the others. */
static void
used_statuses(const struct summary *s, bool used[VERDICT_STATUS_MAX])
{
	size_t i, status;

	memset(used, 0, VERDICT_STATUS_MAX * sizeof(*used));
	used[VERDICT_OK] = true;
	for (i = 0; i < s->ntargets; i++)
		for (status = 0; status < VERDICT_STATUS_MAX; status++)
			used[status] = used[status] || s->targets[i].counts[status] > 0;
}

/* "2026-11-22 06:30", or the day alone where the line is short. */
static const char *
short_time(int64_t us, bool narrow, char text[CLOCK_TEXT_SIZE])
{
	if (us == 0)
		return "?";
	clock_ooni(us, text);
	text[narrow ? 10 : 16] = '\0';
	return text;
}

/* "example.org" for https://example.org/, which most targets are; else the URL. */
static void
target_cell(struct table *table, const struct tally_target *t)
{
	size_t len = strlen(t->url);

	if (strncmp(t->url, "https://", 8) == 0 && strchr(t->url + 8, '/') == t->url + len - 1)
		table_cellf(table, TABLE_PLAIN, "%.*s", (int)(len - 9), t->url + 8);
	else
		table_cell(table, t->url, TABLE_PLAIN);
}

static void
change_cell(struct table *table, const struct tally_target *t, bool narrow)
{
	const struct status_look *from = status_look(t->changed_from), *to = status_look(t->status);
	char text[CLOCK_TEXT_SIZE];

	if (t->changed_us == 0)
		table_cell(table, "", TABLE_PLAIN);
	else
		table_cellf(table, to->colour, "%s %s → %s",
		    short_time(t->changed_us, narrow, text), narrow ? from->symbol : from->word,
		    narrow ? to->symbol : to->word);
}

static void
table_row(struct table *table, const struct tally_target *t, const bool *used, bool narrow)
{
	char text[CLOCK_TEXT_SIZE];
	enum verdict_status now = shown_status(t);
	size_t status;

	table_cell(table, status_look(now)->symbol, status_look(now)->colour);
	target_cell(table, t);
	for (status = 0; status < VERDICT_STATUS_MAX; status++)
		if (used[status])
			table_cellf(table,
			    t->counts[status] > 0 ? status_look(status)->colour : TABLE_DIM,
			    "%lld",
			    (long long)t->counts[status]);
	table_cell(table, short_time(t->first_us, narrow, text), TABLE_PLAIN);
	table_cell(table, short_time(t->last_us, narrow, text), TABLE_PLAIN);
	change_cell(table, t, narrow);
}

static size_t
make_columns(const bool *used, bool narrow, struct table_column *columns)
{
	size_t n = 0, status;

	columns[n++] = (struct table_column){"", false, 0};
	columns[n++] = (struct table_column){"target", false, 12};
	for (status = 0; status < VERDICT_STATUS_MAX; status++)
		if (used[status])
			columns[n++] = (struct table_column){
			    narrow ? status_look(status)->symbol : status_look(status)->word, true,
			    0};
	columns[n++] = (struct table_column){"first", false, 0};
	columns[n++] = (struct table_column){"last", false, 0};
	columns[n++] = (struct table_column){"last change", false, 0};
	return n;
}

static void
write_rounds(const struct summary *s)
{
	const char *before = " (";
	size_t i;

	if (s->rounds == 0) {
		printf("No rounds were recorded.\n");
		return;
	}
	printf("%lld round%s, %lld of them not online", (long long)s->rounds,
	    s->rounds == 1 ? "" : "s", (long long)not_online(s));
	for (i = 0; i < NETWORK_STATE_MAX; i++) {
		if (i == NETWORK_ONLINE || s->states[i] == 0)
			continue;
		printf("%s%lld %s", before, (long long)s->states[i],
		    network_state_name((enum network_state)i));
		before = ", ";
	}
	printf("%s.\n", not_online(s) > 0 ? ")" : "");
}

static void
write_targets(const struct summary *s)
{
	struct table_column columns[VERDICT_STATUS_MAX + 5];
	bool used[VERDICT_STATUS_MAX], narrow;
	int width = table_terminal_width(STDOUT_FILENO);
	struct table *table;
	size_t i;

	narrow = width > 0 && width < WIDE;
	used_statuses(s, used);
	table = table_new(columns, make_columns(used, narrow, columns));
	for (i = 0; i < s->ntargets; i++)
		table_row(table, &s->targets[i], used, narrow);
	table_write(table, stdout, width, s->options->colour);
	table_free(table);
	status_look_legend(used);
}

static void
write_table(const struct summary *s)
{
	if (s->ntargets > 0)
		write_targets(s);
	else
		printf("No measurements of targets.\n");
	write_rounds(s);
}

static void
csv_text(const char *text)
{
	struct buf field = BUF_EMPTY;

	csv_field(&field, text);
	fputs(buf_str(&field), stdout);
	buf_free(&field);
}

static void
csv_time(int64_t us)
{
	char text[CLOCK_TEXT_SIZE];

	printf(",%s", us != 0 ? clock_rfc3339(us, text) : "");
}

static const char *
status_or_empty(enum verdict_status status)
{
	return status != VERDICT_NONE ? verdict_status_name(status) : "";
}

static void
write_csv(const struct summary *s)
{
	const struct tally_target *t;
	size_t i, status;

	printf("target,host,measurements");
	for (status = VERDICT_OK; status < VERDICT_STATUS_MAX; status++)
		printf(",%s", verdict_status_name((enum verdict_status)status));
	printf(",first_seen,last_seen,status,changed,changed_from,changed_to,rounds,"
	       "rounds_not_online\r\n");
	for (i = 0; i < s->ntargets; i++) {
		t = &s->targets[i];
		csv_text(t->url);
		putchar(',');
		csv_text(t->host);
		printf(",%lld", (long long)t->n);
		for (status = VERDICT_OK; status < VERDICT_STATUS_MAX; status++)
			printf(",%lld", (long long)t->counts[status]);
		csv_time(t->first_us);
		csv_time(t->last_us);
		printf(",%s", status_or_empty(t->status));
		csv_time(t->changed_us);
		printf(",%s,%s,%lld,%lld\r\n", status_or_empty(t->changed_from),
		    t->changed_us != 0 ? status_or_empty(t->status) : "", (long long)s->rounds,
		    (long long)not_online(s));
	}
}

static void
json_time(struct json *j, const char *key, int64_t us, int64_t unknown)
{
	char text[CLOCK_TEXT_SIZE];

	json_put_string(j, key, us != unknown ? clock_rfc3339(us, text) : NULL);
}

static void
json_status(struct json *j, const char *key, enum verdict_status status)
{
	json_put_string(j, key, status != VERDICT_NONE ? verdict_status_name(status) : NULL);
}

static void
json_target(struct json *j, const struct tally_target *t)
{
	size_t status;

	json_put_object(j, NULL);
	json_put_string(j, "kind", "target");
	json_put_string(j, "target", t->url);
	json_put_string(j, "host", t->host);
	json_put_int(j, "measurements", t->n);
	json_put_object(j, "counts");
	for (status = VERDICT_OK; status < VERDICT_STATUS_MAX; status++)
		json_put_int(
		    j, verdict_status_name((enum verdict_status)status), t->counts[status]);
	json_put_object_end(j);
	json_time(j, "first_seen", t->first_us, 0);
	json_time(j, "last_seen", t->last_us, 0);
	json_status(j, "status", t->status);
	if (t->changed_us == 0)
		json_put_null(j, "last_change");
	else {
		json_put_object(j, "last_change");
		json_time(j, "time", t->changed_us, 0);
		json_status(j, "from", t->changed_from);
		json_status(j, "to", t->status);
		json_put_object_end(j);
	}
	json_put_object_end(j);
}

/* The last line: what holds for the period, whatever the target. */
static void
json_period(struct json *j, const struct summary *s)
{
	const struct ingest_counts *c = s->counts;
	size_t i;

	json_put_object(j, NULL);
	json_put_string(j, "kind", "period");
	json_time(j, "since", s->options->filter.since_us, INT64_MIN);
	json_time(j, "until", s->options->filter.until_us, INT64_MAX);
	json_put_int(j, "rounds", s->rounds);
	json_put_int(j, "rounds_not_online", not_online(s));
	json_put_object(j, "network_states");
	for (i = 0; i < NETWORK_STATE_MAX; i++)
		json_put_int(j, network_state_name((enum network_state)i), s->states[i]);
	json_put_object_end(j);
	json_put_int(j, "events", s->events);
	json_put_int(j, "records", c->records);
	json_put_int(j, "duplicates", c->duplicates);
	json_put_int(j, "other", c->others);
	json_put_int(j, "controls_left_out", c->controls);
	json_put_int(j, "undated_left_out", c->undated);
	json_put_int(j, "bad_lines", c->bad_lines);
	json_put_int(j, "unreadable", c->unreadable);
	json_put_object_end(j);
}

static void
write_json(const struct summary *s)
{
	struct buf line = BUF_EMPTY;
	struct json j;
	size_t i;

	for (i = 0; i <= s->ntargets; i++) {
		buf_clear(&line);
		json_init(&j, &line);
		if (i < s->ntargets)
			json_target(&j, &s->targets[i]);
		else
			json_period(&j, s);
		puts(buf_str(&line));
	}
	buf_free(&line);
}

void
summary_write(const struct summary *summary)
{
	static void (*const writers[])(const struct summary *) = {
	    [FORMAT_TABLE] = write_table,
	    [FORMAT_CSV] = write_csv,
	    [FORMAT_JSON] = write_json,
	};

	writers[summary->options->format](summary);
}
