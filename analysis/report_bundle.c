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
#include "base/table.h"
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

static void
put_stem(const struct bundle_table *table, struct buf *out)
{
	buf_add(out, table->file, strlen(table->file) - 4);
}

/* ---- What the columns mean ------------------------------------------------------------------ */

static void
put_codebook(const struct report *r, struct buf *out)
{
	struct arena *arena = arena_new();
	const struct bundle_table *table;
	size_t i, j;

	buf_puts(out, "# Codebook\n\nTables are CSV (RFC 4180), UTF-8, with a line of names. An empty field is not known. What was not measured is "
		      "missing: it has no row, and is neither reached nor blocked. Times are UTC; days are those of the time zone ");
	buf_printf(out, "%s.\n", table_clean(arena, r->zone != NULL ? r->zone : "UTC"));
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
	buf_printf(out, "- Program: %s\n", table_clean(arena, r->version != NULL ? r->version : "not known"));
	if (r->has_seed)
		buf_printf(out, "- Seed of random numbers: %llu\n", (unsigned long long)r->seed);
	for (i = 0; i < r->nfacts; i++)
		buf_printf(out, "- %s: %s\n", table_clean(arena, r->facts[i].term), table_clean(arena, r->facts[i].text));
	arena_free(arena);
}

/* No key has a column that may be unknown. */
static const struct {
	const char *file, *primary[2], *foreign[2], *of; /* `of`: the table that has the same columns */
} keys[] = {
    {"days.csv", {"day", "target"}, {"target", NULL}, "targets"},
    {"targets.csv", {"target", NULL}, {NULL, NULL}, NULL},
    {"network_days.csv", {NULL, NULL}, {"network", "country"}, "networks"},
    {"correlation.csv", {NULL, NULL}, {"target", NULL}, "targets"},
    {"epoch.csv", {"lag", NULL}, {NULL, NULL}, NULL},
};

static void
put_columns(struct json *j, const char *key, const char *const columns[2])
{
	size_t i;

	json_put_array(j, key);
	for (i = 0; i < 2 && columns[i] != NULL; i++)
		json_put_string(j, NULL, columns[i]);
	json_put_array_end(j);
}

static void
put_foreign_key(struct json *j, const char *const columns[2], const char *of)
{
	json_put_array(j, "foreignKeys");
	json_put_object(j, NULL);
	put_columns(j, "fields", columns);
	json_put_object(j, "reference");
	json_put_string(j, "resource", of);
	put_columns(j, "fields", columns);
	json_put_object_end(j);
	json_put_object_end(j);
	json_put_array_end(j);
}

static void
put_keys(struct json *j, const struct bundle_table *table)
{
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (strcmp(keys[i].file, table->file) != 0)
			continue;
		if (keys[i].primary[0] != NULL)
			put_columns(j, "primaryKey", keys[i].primary);
		if (keys[i].of != NULL)
			put_foreign_key(j, keys[i].foreign, keys[i].of);
	}
}

static void
put_schema(struct json *j, const struct bundle_table *table)
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
	put_keys(j, table);
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
		put_schema(&j, bundle_tables[i]);
		json_put_object_end(&j);
	}
	json_put_array_end(&j);
	json_put_object_end(&j);
	buf_putc(out, '\n');
}

/* ---- How programs read them ----------------------------------------------------------------- */

/* A column's type in the words of each program. */
enum { IN_PANDAS, IN_R, IN_DUCKDB, NPROGRAMS };
static const struct {
	const char *type, *as[NPROGRAMS];
} types[] = {
    {"string", {"string", "col_character()", "VARCHAR"}},
    {"integer", {"Int64", "col_integer()", "BIGINT"}},
    {"number", {"float64", "col_double()", "DOUBLE"}},
    {"date", {"date", "col_date()", "DATE"}},
    {"datetime", {"datetime", "col_datetime()", "TIMESTAMPTZ"}},
    {"boolean", {"boolean", "col_logical()", "BOOLEAN"}},
};

/* What a program's file has at its head, and around a table's name, its file's, and the name and type of each of its columns. */
static const struct {
	const char *head, *before, *file, *columns, *name, *type, *end_type, *end;
} programs[NPROGRAMS] = {
    /* Int64 and boolean can be missing; int64 and bool cannot. A column of times that are all missing is still one of times. */
    [IN_PANDAS] = {"# python3 -i load.py, in this directory: each table is a DataFrame of its name.\n"
		"import pandas as pd\n\n\n"
		"def read(file, types):\n"
		"    dates = [c for c in types if types[c].startswith(\"date\")]\n"
		"    t = pd.read_csv(file, keep_default_na=False, na_values=[\"\"], dtype={**types, **dict.fromkeys(dates, \"string\")})\n"
		"    for c in dates:\n"
		"        t[c] = pd.to_datetime(t[c], utc=types[c] == \"datetime\")\n"
		"    return t\n\n\n",
	"", " = read(\"", "\", {\n", "    \"", "\": \"", "\"", "})\n"},
    [IN_R] = {"# source(\"load.R\"), in this directory: each table is a tibble of its name.\nlibrary(readr)\n\n", "", " <- read_csv(\"",
	"\", na = \"\", trim_ws = FALSE, col_types = cols(\n", "  `", "` = ", "", "))\n"},
    /* Quotes are named, because DuckDB guesses them from a file's first lines. */
    [IN_DUCKDB] = {"-- duckdb -init load.sql, in this directory: each table is a view of its name.\nSET TimeZone = 'UTC';\n",
	"CREATE OR REPLACE VIEW ", " AS SELECT * FROM read_csv('",
	"', header = true, nullstr = '', delim = ',', quote = '\"', escape = '\"', columns = {\n", "  '", "': '", "'", "});\n"},
};

static const char *
type_name(const char *type, size_t program)
{
	size_t i = 0;

	while (strcmp(types[i].type, type) != 0)
		i++;
	return types[i].as[program];
}

static void
put_reader(const struct report *r, size_t program, struct buf *out)
{
	const struct bundle_table *table;
	size_t i, j;

	buf_puts(out, programs[program].head);
	for (i = 0; i < bundle_ntables; i++) {
		table = bundle_tables[i];
		if (!bundle_has(r, table))
			continue;
		buf_puts(out, programs[program].before);
		put_stem(table, out);
		buf_printf(out, "%s%s%s", programs[program].file, table->file, programs[program].columns);
		for (j = 0; j < table->ncolumns; j++)
			buf_printf(out, "%s%s%s%s%s%s%s", j > 0 ? ",\n" : "", programs[program].name, table->columns[j].name,
			    programs[program].type, type_name(table->columns[j].type, program), programs[program].end_type,
			    j + 1 == table->ncolumns ? programs[program].end : "");
	}
}

static void
put_pandas(const struct report *r, struct buf *out)
{
	put_reader(r, IN_PANDAS, out);
}

static void
put_r(const struct report *r, struct buf *out)
{
	put_reader(r, IN_R, out);
}

static void
put_duckdb(const struct report *r, struct buf *out)
{
	put_reader(r, IN_DUCKDB, out);
}

/* ---- How to cite them ----------------------------------------------------------------------- */

/* "key: "text"": what JSON has in quotes is the same in YAML. Frees the text. */
static void
put_quoted(struct buf *out, const char *key, struct buf *text)
{
	struct arena *arena = arena_new();
	struct json j;

	buf_printf(out, "%s: ", key);
	json_init(&j, out);
	json_put_string(&j, NULL, table_clean(arena, buf_str(text)));
	buf_putc(out, '\n');
	arena_free(arena);
	buf_free(text);
}

/* https://citation-file-format.github.io/, 1.2.0. Whose data it is, the program does not know. */
static void
put_citation(const struct report *r, struct buf *out)
{
	char first[DAY_TEXT_SIZE], last[DAY_TEXT_SIZE], made[CLOCK_TEXT_SIZE];
	struct buf title = BUF_EMPTY, abstract = BUF_EMPTY;

	buf_puts(out, "cff-version: 1.2.0\nmessage: \"If you use these data, please cite them as below.\"\ntype: dataset\n");
	buf_puts(&title, "Internet blocking as measured with netvane");
	if (r->first_day <= r->last_day)
		buf_printf(&title, ", %s to %s", day_text(r->first_day, first), day_text(r->last_day, last));
	put_quoted(out, "title", &title);
	buf_puts(out, "# Put in who measured.\nauthors:\n  - name: \"not named\"\n");
	if (r->made_us != 0)
		buf_printf(out, "date-released: \"%.10s\"\n", clock_rfc3339(r->made_us, made));
	buf_printf(&abstract, "Made by %s. Days are those of the time zone %s.", r->version != NULL ? r->version : "netvane-analyze",
	    r->zone != NULL ? r->zone : "UTC");
	put_quoted(out, "abstract", &abstract);
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
