/* What the report's bundle promises to those who read it with other programs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <csv.h>
#include <jansson.h>

#include "analysis/report_bundle.h"
#include "analysis/report_bundle_tables.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "tests/report_sample.h"

/* A table as a reader of CSV has it. */
struct sheet {
	size_t columns; /* of the head */
	size_t rows, fields; /* fields of the row at hand */
	size_t wrong; /* rows with another number of fields */
	char *head[32];
	char *first[32]; /* the first row */
};

static void
field(void *data, size_t len, void *arg)
{
	struct sheet *sheet = arg;

	assert_in_range(sheet->fields, 0, 31);
	if (sheet->rows == 0)
		sheet->head[sheet->fields] = xstrndup(data, len);
	if (sheet->rows == 1)
		sheet->first[sheet->fields] = xstrndup(data, len);
	sheet->fields++;
}

static void
row(int end, void *arg)
{
	struct sheet *sheet = arg;

	(void)end;
	if (sheet->rows++ == 0)
		sheet->columns = sheet->fields;
	sheet->wrong += sheet->fields != sheet->columns ? 1 : 0;
	sheet->fields = 0;
}

static struct sheet
read_sheet(const struct bundle_file *file)
{
	struct sheet sheet = {0};
	struct csv_parser parser;

	assert_int_equal(csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI), 0);
	assert_int_equal(csv_parse(&parser, file->data.data, file->data.len, field, row, &sheet), file->data.len);
	assert_int_equal(csv_fini(&parser, field, row, &sheet), 0);
	csv_free(&parser);
	return sheet;
}

static void
clear_sheet(struct sheet *sheet)
{
	size_t i;

	for (i = 0; i < 32; i++) {
		free(sheet->head[i]);
		free(sheet->first[i]);
	}
}

static const struct bundle_file *
find(const struct bundle_file *files, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(files[i].name, name) == 0)
			return &files[i];
	return NULL;
}

/* Every table has its columns in every row, whatever stands in the fields. */
static void
look_at_tables(bool hostile)
{
	struct report *r = report_sample(hostile);
	const struct bundle_table *table;
	const struct bundle_file *file;
	struct bundle_file *files;
	size_t n = report_bundle(r, &files), i, j;
	struct sheet sheet;

	for (i = 0; i < bundle_ntables; i++) {
		table = bundle_tables[i];
		file = find(files, n, table->file);
		assert_non_null(file);
		assert_true(utf8_valid(file->data.data, file->data.len));
		sheet = read_sheet(file);
		assert_int_equal(sheet.columns, table->ncolumns);
		assert_int_equal(sheet.wrong, 0);
		assert_true(sheet.rows >= 2);
		for (j = 0; j < table->ncolumns; j++)
			assert_string_equal(sheet.head[j], table->columns[j].name);
		clear_sheet(&sheet);
	}
	report_bundle_free(files, n);
	report_free(r);
}

static void
every_row_has_the_columns_of_its_table(void **state)
{
	(void)state;
	look_at_tables(false);
}

static void
also_where_texts_are_hostile(void **state)
{
	(void)state;
	look_at_tables(true);
}

static void
every_file_is_utf8(void **state)
{
	struct report *r = report_sample(true);
	struct bundle_file *files;
	size_t n = report_bundle(r, &files), i;

	(void)state;
	for (i = 0; i < n; i++)
		assert_true(utf8_valid(files[i].data.data, files[i].data.len));
	report_bundle_free(files, n);
	report_free(r);
}

/* A quotation mark within would end the value, and what follows would be keys. */
static void
a_citation_has_its_keys_and_no_others(void **state)
{
	static const char *const keys[] = {"cff-version: ", "message: \"", "type: ", "title: \"", "# ", "authors:", "  - name: \"",
	    "abstract: \""};
	struct report *r = report_sample(true);
	struct bundle_file *files;
	size_t n = report_bundle(r, &files), i;
	const char *whole = buf_str(&find(files, n, "CITATION.cff")->data);
	char *text = xstrdup(whole), *rest = text, *line;

	(void)state;
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		line = strsep(&rest, "\n");
		assert_int_equal(strncmp(line, keys[i], strlen(keys[i])), 0);
	}
	assert_string_equal(rest, "");
	assert_non_null(strstr(whole, "zone \\\"'><script>"));
	free(text);
	report_bundle_free(files, n);
	report_free(r);
}

static void
a_row_says_what_the_model_does(void **state)
{
	static const char *const episode[] = {"computed", "shutdown", "", "AS64500", "blocked", "", "2026-01-04T22:00:00.000000Z",
	    "2026-01-05T04:00:00.000000Z", "2026-01-06T22:00:00.000000Z", "2026-01-07T04:00:00.000000Z", "40", "44", "0.95", "1",
	    "0123456789abcdef0123456789abcdef fedcba9876543210fedcba9876543210"};
	struct report *r = report_sample(false);
	struct bundle_file *files;
	size_t n = report_bundle(r, &files), i;
	struct sheet days = read_sheet(find(files, n, "days.csv")), episodes = read_sheet(find(files, n, "episodes.csv"));

	(void)state;
	/* Seven sites, 39 days of 41; what was not measured has no row. */
	assert_int_equal(days.rows, 1 + 7 * 39);
	assert_string_equal(days.first[0], "2026-01-01");
	assert_string_equal(days.first[1], "https://quiet.example/");
	assert_string_equal(days.first[3], "4");
	assert_string_equal(days.first[10], "4");
	assert_string_equal(days.first[11], "0");
	assert_string_equal(days.first[13], "false");
	for (i = 0; i < sizeof(episode) / sizeof(episode[0]); i++)
		assert_string_equal(episodes.first[i], episode[i]);
	clear_sheet(&days);
	clear_sheet(&episodes);
	report_bundle_free(files, n);
	report_free(r);
}

static void
the_package_names_every_file_and_column(void **state)
{
	struct report *r = report_sample(false);
	struct bundle_file *files;
	size_t n = report_bundle(r, &files), i, j;
	const struct bundle_file *package = find(files, n, "datapackage.json");
	json_t *root = json_loadb(package->data.data, package->data.len, 0, NULL), *resources, *fields;
	struct sheet sheet;

	(void)state;
	assert_non_null(root);
	resources = json_object_get(root, "resources");
	assert_int_equal(json_array_size(resources), bundle_ntables);
	for (i = 0; i < json_array_size(resources); i++) {
		sheet = read_sheet(find(files, n, json_string_value(json_object_get(json_array_get(resources, i), "path"))));
		fields = json_object_get(json_object_get(json_array_get(resources, i), "schema"), "fields");
		assert_int_equal(json_array_size(fields), sheet.columns);
		for (j = 0; j < sheet.columns; j++)
			assert_string_equal(sheet.head[j], json_string_value(json_object_get(json_array_get(fields, j), "name")));
		clear_sheet(&sheet);
	}
	json_decref(root);
	report_bundle_free(files, n);
	report_free(r);
}

static void
what_was_not_computed_has_no_table(void **state)
{
	struct report *r = report_sample_empty();
	struct bundle_file *files;
	size_t n = report_bundle(r, &files);

	(void)state;
	assert_non_null(find(files, n, "days.csv"));
	assert_null(find(files, n, "events.csv"));
	assert_null(find(files, n, "episodes.csv"));
	assert_null(find(files, n, "interception.csv"));
	assert_null(find(files, n, "correlation.csv"));
	assert_null(strstr(buf_str(&find(files, n, "load.R")->data), "correlation"));
	assert_null(strstr(buf_str(&find(files, n, "codebook.md")->data), "correlation.csv"));
	report_bundle_free(files, n);
	report_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_row_has_the_columns_of_its_table),
	    cmocka_unit_test(also_where_texts_are_hostile),
	    cmocka_unit_test(every_file_is_utf8),
	    cmocka_unit_test(a_citation_has_its_keys_and_no_others),
	    cmocka_unit_test(a_row_says_what_the_model_does),
	    cmocka_unit_test(the_package_names_every_file_and_column),
	    cmocka_unit_test(what_was_not_computed_has_no_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
