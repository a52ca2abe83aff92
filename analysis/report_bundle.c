/* The report's model as files for a statistician: the files around its tables. */
#include "analysis/report_bundle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/report_bundle_tables.h"
#include "analysis/report_model.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "targets/day.h"

static void
put_table(const struct report *r, const struct bundle_table *table, struct buf *out)
{
	size_t i;

	for (i = 0; i < table->ncolumns; i++)
		buf_printf(out, "%s%s", i > 0 ? "," : "", table->columns[i].name);
	buf_puts(out, "\r\n");
	table->rows(r, out);
}

/* ---- What the columns mean ------------------------------------------------------------------ */

static void
put_codebook(const struct report *r, struct buf *out)
{
	const struct bundle_table *table;
	size_t i, j;

	buf_puts(out, "# Codebook\n\nTables are CSV (RFC 4180), UTF-8, with a line of names. An empty field is not known. What was not measured is "
		      "missing: it has no row, and is neither reached nor blocked. Times are UTC; days are those of the time zone ");
	buf_printf(out, "%s.\n", r->zone != NULL ? r->zone : "UTC");
	for (i = 0; i < bundle_ntables; i++) {
		table = bundle_tables[i];
		if (!bundle_has(r, table))
			continue;
		buf_printf(out, "\n## %s\n\n%s\n\n| column | type | meaning |\n|---|---|---|\n", table->file, table->about);
		for (j = 0; j < table->ncolumns; j++)
			buf_printf(out, "| `%s` | %s | %s |\n", table->columns[j].name, table->columns[j].type,
			    table->columns[j].about);
	}
	buf_puts(out, "\n## How this was made\n\n");
	buf_printf(out, "- Program: %s\n", r->version != NULL ? r->version : "not known");
	if (r->has_seed)
		buf_printf(out, "- Seed of random numbers: %llu\n", (unsigned long long)r->seed);
	for (i = 0; i < r->nfacts; i++)
		buf_printf(out, "- %s: %s\n", r->facts[i].term, r->facts[i].text);
}

static void
put_fields(struct json *j, const struct bundle_table *table)
{
	size_t i;

	json_put_object(j, "schema");
	json_put_array(j, "fields");
	for (i = 0; i < table->ncolumns; i++) {
		json_put_object(j, NULL);
		json_put_string(j, "name", table->columns[i].name);
		json_put_string(j, "type", table->columns[i].type);
		/* The default format takes no parts of a second. */
		if (strcmp(table->columns[i].type, "datetime") == 0)
			json_put_string(j, "format", "any");
		json_put_string(j, "description", table->columns[i].about);
		json_put_object_end(j);
	}
	json_put_array_end(j);
	json_put_array(j, "missingValues");
	json_put_string(j, NULL, "");
	json_put_array_end(j);
	json_put_object_end(j);
}

/* Frictionless Data Package, v1: https://specs.frictionlessdata.io/data-package/ */
static void
put_datapackage(const struct report *r, struct buf *out)
{
	char name[64];
	struct json j;
	size_t i;

	json_init(&j, out);
	json_put_object(&j, NULL);
	json_put_string(&j, "profile", "tabular-data-package");
	json_put_string(&j, "name", "netvane-report");
	json_put_string(&j, "title", "Internet blocking, as measured");
	json_put_array(&j, "resources");
	for (i = 0; i < bundle_ntables; i++) {
		if (!bundle_has(r, bundle_tables[i]))
			continue;
		json_put_object(&j, NULL);
		json_put_string(&j, "profile", "tabular-data-resource");
		snprintf(name, sizeof(name), "%.*s", (int)(strlen(bundle_tables[i]->file) - 4), bundle_tables[i]->file);
		json_put_string(&j, "name", name);
		json_put_string(&j, "path", bundle_tables[i]->file);
		json_put_string(&j, "description", bundle_tables[i]->about);
		json_put_string(&j, "encoding", "utf-8");
		put_fields(&j, bundle_tables[i]);
		json_put_object_end(&j);
	}
	json_put_array_end(&j);
	json_put_object_end(&j);
	buf_putc(out, '\n');
}

/* ---- How programs read them ----------------------------------------------------------------- */

/* The columns of a type, each in quotes, with commas. Returns how many. */
static size_t
put_columns(const struct bundle_table *table, const char *type, struct buf *out)
{
	size_t i, n = 0;

	for (i = 0; i < table->ncolumns; i++)
		if (strcmp(table->columns[i].type, type) == 0)
			buf_printf(out, "%s\"%s\"", n++ > 0 ? ", " : "", table->columns[i].name);
	return n;
}

static void
put_stem(const struct bundle_table *table, struct buf *out)
{
	buf_add(out, table->file, strlen(table->file) - 4);
}

static void
put_pandas(const struct report *r, struct buf *out)
{
	size_t i;

	buf_puts(out, "# python3 -i load.py, in this directory: each table is a DataFrame of its name.\nimport pandas as pd\n\n");
	for (i = 0; i < bundle_ntables; i++) {
		if (!bundle_has(r, bundle_tables[i]))
			continue;
		put_stem(bundle_tables[i], out);
		buf_printf(out, " = pd.read_csv(\"%s\", keep_default_na=False, na_values=[\"\"],\n    dtype={c: \"string\" for c in [",
		    bundle_tables[i]->file);
		put_columns(bundle_tables[i], "string", out);
		buf_puts(out, "]},\n    parse_dates=[");
		if (put_columns(bundle_tables[i], "date", out) > 0)
			buf_puts(out, ", ");
		put_columns(bundle_tables[i], "datetime", out);
		buf_puts(out, "])\n");
	}
}

static void
put_r(const struct report *r, struct buf *out)
{
	static const struct {
		const char *type, *letter;
	} letters[] = {{"string", "col_character()"}, {"integer", "col_integer()"}, {"number", "col_double()"}, {"date", "col_date()"},
	    {"datetime", "col_datetime()"}, {"boolean", "col_logical()"}};
	const struct bundle_table *table;
	size_t i, j, k;

	buf_puts(out, "# source(\"load.R\"), in this directory: each table is a tibble of its name.\nlibrary(readr)\n\n");
	for (i = 0; i < bundle_ntables; i++) {
		table = bundle_tables[i];
		if (!bundle_has(r, table))
			continue;
		put_stem(table, out);
		buf_printf(out, " <- read_csv(\"%s\", na = \"\", col_types = cols(\n", table->file);
		for (j = 0; j < table->ncolumns; j++)
			for (k = 0; k < sizeof(letters) / sizeof(letters[0]); k++)
				if (strcmp(letters[k].type, table->columns[j].type) == 0)
					buf_printf(out, "  `%s` = %s%s\n", table->columns[j].name, letters[k].letter,
					    j + 1 < table->ncolumns ? "," : "))");
	}
}

static void
put_duckdb(const struct report *r, struct buf *out)
{
	static const struct {
		const char *type, *sql;
	} types[] = {{"string", "VARCHAR"}, {"integer", "BIGINT"}, {"number", "DOUBLE"}, {"date", "DATE"}, {"datetime", "TIMESTAMPTZ"},
	    {"boolean", "BOOLEAN"}};
	const struct bundle_table *table;
	size_t i, j, k;

	buf_puts(out, "-- duckdb -init load.sql, in this directory: each table is a view of its name.\n");
	for (i = 0; i < bundle_ntables; i++) {
		table = bundle_tables[i];
		if (!bundle_has(r, table))
			continue;
		buf_puts(out, "CREATE OR REPLACE VIEW ");
		put_stem(table, out);
		buf_printf(out, " AS SELECT * FROM read_csv('%s', header = true, nullstr = '', columns = {\n", table->file);
		for (j = 0; j < table->ncolumns; j++)
			for (k = 0; k < sizeof(types) / sizeof(types[0]); k++)
				if (strcmp(types[k].type, table->columns[j].type) == 0)
					buf_printf(out, "  '%s': '%s'%s\n", table->columns[j].name, types[k].sql,
					    j + 1 < table->ncolumns ? "," : "});");
	}
}

/* ---- How to cite them ----------------------------------------------------------------------- */

/* https://citation-file-format.github.io/, 1.2.0. Whose data it is, the program does not know. */
static void
put_citation(const struct report *r, struct buf *out)
{
	char first[DAY_TEXT_SIZE], last[DAY_TEXT_SIZE], made[CLOCK_TEXT_SIZE];

	buf_puts(out, "cff-version: 1.2.0\nmessage: \"If you use these data, please cite them as below.\"\ntype: dataset\n");
	if (r->first_day <= r->last_day)
		buf_printf(out, "title: \"Internet blocking as measured with netvane, %s to %s\"\n", day_text(r->first_day, first),
		    day_text(r->last_day, last));
	else
		buf_puts(out, "title: \"Internet blocking as measured with netvane\"\n");
	buf_puts(out, "# Put in who measured.\nauthors:\n  - name: \"not named\"\n");
	if (r->made_us != 0)
		buf_printf(out, "date-released: \"%.10s\"\n", clock_rfc3339(r->made_us, made));
	buf_printf(out, "abstract: \"Made by %s. Days are those of the time zone %s.\"\n", r->version != NULL ? r->version : "netvane-analyze",
	    r->zone != NULL ? r->zone : "UTC");
}

/* ---- All ------------------------------------------------------------------------------------ */

static const struct {
	const char *name;
	void (*put)(const struct report *r, struct buf *out);
} others[] = {
    {"codebook.md", put_codebook},
    {"datapackage.json", put_datapackage},
    {"load.py", put_pandas},
    {"load.R", put_r},
    {"load.sql", put_duckdb},
    {"CITATION.cff", put_citation},
};
enum { NOTHERS = sizeof(others) / sizeof(others[0]) };

size_t
report_bundle(const struct report *report, struct bundle_file **files)
{
	size_t n = 0, i;

	*files = xcalloc(bundle_ntables + NOTHERS, sizeof(**files));
	for (i = 0; i < bundle_ntables; i++)
		if (bundle_has(report, bundle_tables[i])) {
			(*files)[n].name = bundle_tables[i]->file;
			put_table(report, bundle_tables[i], &(*files)[n++].data);
		}
	for (i = 0; i < NOTHERS; i++) {
		(*files)[n].name = others[i].name;
		others[i].put(report, &(*files)[n++].data);
	}
	return n;
}

void
report_bundle_free(struct bundle_file *files, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		buf_free(&files[i].data);
	free(files);
}
