/* netvane-analyze verdicts: a row for each measurement, for whoever goes on from there. */
#include "analysis/commands.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "analysis/ingest.h"
#include "analysis/options.h"
#include "analysis/status_look.h"
#include "analysis/verdict_row.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/table.h"
#include "results/measurement.h"

static const char verdicts_help[] =
    "Usage: netvane-analyze verdicts [OPTION]... PATH...\n"
    "A row for each measurement: when and where, of which target and domain, its verdict\n"
    "with the evidence, and the verdict keys of OONI's Web Connectivity: recomputed from\n"
    "what was observed, and as they are stored (stored_...). The table for people has\n"
    "some of it, csv and json have all.\n\n"
    "Examples:\n"
    "  netvane-analyze verdicts --format csv results/ >verdicts.csv\n"
    "  netvane-analyze verdicts --json --cc KZ 2026-11-20.jsonl.gz\n";

/* A table keeps its rows until their widths are known: so many at a time. */
enum { TABLE_ROWS = 1000 };

struct output {
	const struct options *options;
	int width; /* of the terminal */
	struct table *table;
	int rows; /* in it */
	bool used[VERDICT_STATUS_MAX];
};

/* --- the table for people --------------------------------------------------------------------- */

static const struct table_column table_columns[] = {
    {"time", false, 0},
    {"network", false, 0},
    {"", false, 0},
    {"target", false, 12},
    {"status", false, 0},
    {"stage", false, 0},
    {"mechanism", false, 6},
    {"conf", true, 0},
    {"blocking", false, 0},
    {"stored", false, 0},
};

static void
table_flush(struct output *output)
{
	if (output->table == NULL)
		return;
	table_write(output->table, stdout, output->width, output->options->colour);
	table_free(output->table);
	output->table = NULL;
	output->rows = 0;
}

static const char *
text_or(const char *text, const char *otherwise)
{
	return text != NULL ? text : otherwise;
}

static void
table_row(struct output *output, const struct verdict_row *row)
{
	const struct status_look *look = status_look(row->verdict.status);
	char time[CLOCK_TEXT_SIZE] = "?";

	if (output->table == NULL)
		output->table =
		    table_new(table_columns, sizeof(table_columns) / sizeof(table_columns[0]));
	if (row->m->start_us != 0)
		clock_ooni(row->m->start_us, time);
	table_cell(output->table, time, TABLE_PLAIN);
	table_cellf(output->table, TABLE_PLAIN, "%s %s", text_or(row->m->probe_cc, "?"),
	    text_or(row->m->probe_asn, "?"));
	table_cell(output->table, look->symbol, look->colour);
	table_cell(output->table, row->target, TABLE_PLAIN);
	table_cell(output->table, look->word, look->colour);
	table_cell(output->table, text_or(verdict_stage_name(row->verdict.stage), ""), TABLE_PLAIN);
	table_cell(output->table, text_or(mechanism_name(row->verdict.mechanism), ""), TABLE_PLAIN);
	table_cellf(output->table, TABLE_PLAIN, "%.2f", row->verdict.confidence);
	table_cell(output->table, text_or(row->keys.blocking, "-"), TABLE_PLAIN);
	table_cell(output->table, text_or(row->m->ooni.blocking, "-"), TABLE_PLAIN);
	output->used[row->verdict.status] = true;
	if (++output->rows == TABLE_ROWS)
		table_flush(output);
}

/* --- all formats ------------------------------------------------------------------------------ */

static void
csv_work(const struct record *record, struct buf *text)
{
	struct verdict_row row;

	if (record->kind != RECORD_TARGET)
		return;
	verdict_row_fill(&row, record);
	verdict_row_csv(&row, text);
}

static void
json_work(const struct record *record, struct buf *text)
{
	struct verdict_row row;

	if (record->kind != RECORD_TARGET)
		return;
	verdict_row_fill(&row, record);
	verdict_row_json(&row, text);
}

static void
write_record(struct output *output, const struct record *record)
{
	struct verdict_row row;

	if (output->options->format != FORMAT_TABLE)
		fwrite(record->text, 1, record->len, stdout);
	else if (record->kind == RECORD_TARGET) {
		verdict_row_fill(&row, record);
		table_row(output, &row);
	}
}

static void
write_end(struct output *output)
{
	size_t status;
	bool any = false;

	if (output->options->format != FORMAT_TABLE)
		return;
	table_flush(output);
	for (status = 0; status < VERDICT_STATUS_MAX; status++)
		any = any || output->used[status];
	if (any)
		status_look_legend(output->used);
	else
		printf("No measurements of targets.\n");
}

static void
write_head(void)
{
	struct buf head = BUF_EMPTY;

	verdict_row_csv_head(&head);
	fputs(buf_str(&head), stdout);
	buf_free(&head);
}

int
cmd_verdicts(int argc, char **argv)
{
	static const struct ingest_needs needs[] = {
	    [FORMAT_TABLE] = {.work = NULL},
	    [FORMAT_CSV] = {.work = csv_work},
	    [FORMAT_JSON] = {.work = json_work},
	};
	struct options options;
	struct output output = {.options = &options};
	int code = options_read(&options, argc, argv, verdicts_help);
	struct ingest *ingest;
	struct record record;

	if (code != -1) {
		options_clear(&options);
		return code;
	}
	output.width = table_terminal_width(STDOUT_FILENO);
	if (options.format == FORMAT_CSV)
		write_head();
	ingest = ingest_new(&options, &needs[options.format]);
	while (!ferror(stdout) && ingest_next(ingest, &record) == 1)
		write_record(&output, &record);
	code = ingest_end(ingest);
	if (code == EX_OK)
		write_end(&output);
	table_free(output.table);
	ingest_free(ingest);
	options_clear(&options);
	return options_flush(code);
}
