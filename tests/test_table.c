/* What text tables promise: columns that line up and fit, and no tricks on the terminal. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/table.h"

static const struct table_column two[] = {{"SITE", false, 6}, {"MS", true, 0}};

/* To free. Frees the table. */
static char *
written(struct table *table, int width, bool colour)
{
	/* Static, because gcc 12 takes what open_memstream keeps for a dangling pointer. */
	static char *text;
	static size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	table_write(table, out, width, colour);
	fclose(out);
	table_free(table);
	return text;
}

static void
assert_written(struct table *table, int width, bool colour, const char *expected)
{
	char *text = written(table, width, colour);

	assert_string_equal(text, expected);
	free(text);
}

static struct table *
sample(const char *site)
{
	struct table *table = table_new(two, 2);

	table_cell(table, site, TABLE_PLAIN);
	table_cellf(table, TABLE_PLAIN, "%d", 1234);
	table_cell(table, "b", TABLE_PLAIN);
	table_cell(table, "5", TABLE_PLAIN);
	return table;
}

static void
columns_line_up(void **state)
{
	(void)state;
	assert_written(sample("example"), 0, false,
	    "SITE       MS\n"
	    "example  1234\n"
	    "b           5\n");
}

static void
the_last_column_has_no_blanks_behind_it(void **state)
{
	static const struct table_column columns[] = {{"A", true, 0}, {"B", false, 0}};
	struct table *table = table_new(columns, 2);

	(void)state;
	table_cell(table, "10", TABLE_PLAIN);
	table_cell(table, "long", TABLE_PLAIN);
	table_cell(table, "1", TABLE_PLAIN);
	table_cell(table, "x", TABLE_PLAIN);
	assert_written(table, 0, false, " A  B\n10  long\n 1  x\n");
}

static void
an_unfinished_row_ends_in_empty_cells(void **state)
{
	struct table *table = table_new(two, 2);

	(void)state;
	table_cell(table, "alone", TABLE_PLAIN);
	assert_written(table, 0, false, "SITE   MS\nalone    \n");
}

static void
a_table_without_rows_is_its_head(void **state)
{
	(void)state;
	assert_written(table_new(two, 2), 0, false, "SITE  MS\n");
}

static void
too_wide_cells_are_cut(void **state)
{
	(void)state;
	assert_written(sample("www.example.com"), 16, false,
	    "SITE          MS\n"
	    "www.examp…  1234\n"
	    "b              5\n");
	/* Never narrower than the column allows, even where that is too wide. */
	assert_written(sample("www.example.com"), 5, false,
	    "SITE      MS\n"
	    "www.e…  1234\n"
	    "b          5\n");
}

static void
the_widest_column_gives_way_first(void **state)
{
	static const struct table_column columns[] = {{"A", false, 3}, {"B", false, 3}};
	struct table *table = table_new(columns, 2);

	(void)state;
	table_cell(table, "12345", TABLE_PLAIN);
	table_cell(table, "1234567890", TABLE_PLAIN);
	assert_written(table, 13, false, "A      B\n12345  12345…\n");
}

static void
wide_characters_count_twice_and_marks_not_at_all(void **state)
{
	(void)state;
	assert_int_equal(table_text_width("新聞"), 4);
	assert_int_equal(table_text_width("e\xcc\x81t\xc3\xa9"), 3);
	assert_int_equal(table_text_width("Қазақ"), 5);
	assert_written(sample("新聞新聞"), 12, false,
	    "SITE      MS\n"
	    "新聞…   1234\n"
	    "b          5\n");
}

static void
nothing_reaches_the_terminal_but_text(void **state)
{
	static const char *const evil[] = {"a\x1b[2Jb", "a\nb",
	    "a\xc2\x9b"
	    "b",
	    "a\xff"
	    "b",
	    "a\x7f"
	    "b",
	    "a\xe2\x80\xae"
	    "b",
	    "a\xe2\x80\xa8"
	    "b"};
	char *text;

	(void)state;
	for (size_t i = 0; i < sizeof(evil) / sizeof(evil[0]); i++) {
		struct table *table = table_new(two, 2);

		table_cell(table, evil[i], TABLE_PLAIN);
		text = written(table, 0, false);
		if (strstr(text, "\na?") == NULL || strchr(text, '\x1b') != NULL)
			fail_msg("sample %zu was written as %s", i, text);
		free(text);
	}
}

static void
colour_wraps_the_text_and_only_that(void **state)
{
	struct table *table = table_new(two, 2);

	(void)state;
	table_cell(table, "ok", TABLE_GREEN);
	table_cell(table, "5", TABLE_RED);
	assert_written(table, 0, true,
	    "\033[1mSITE\033[0m  \033[1mMS\033[0m\n"
	    "\033[32mok\033[0m     \033[31m5\033[0m\n");
}

static void
an_enormous_cell_is_no_trouble(void **state)
{
	char *site = malloc(3000001), *text;

	(void)state;
	memset(site, 'x', 3000000);
	site[3000000] = '\0';
	text = written(sample(site), 40, false);
	assert_int_equal(strcspn(strchr(text, '\n') + 1, "\n"), 40 + strlen("…") - 1);
	free(text);
	free(site);
}

static void
the_width_is_the_terminals_or_that_of_columns(void **state)
{
	int null = open("/dev/null", O_WRONLY);

	(void)state;
	unsetenv("COLUMNS");
	assert_int_equal(table_terminal_width(null), 0);
	setenv("COLUMNS", "57", 1);
	assert_int_equal(table_terminal_width(null), 57);
	setenv("COLUMNS", "wide", 1);
	assert_int_equal(table_terminal_width(null), 0);
	setenv("COLUMNS", "-3", 1);
	assert_int_equal(table_terminal_width(null), 0);
	unsetenv("COLUMNS");
	close(null);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(columns_line_up),
	    cmocka_unit_test(the_last_column_has_no_blanks_behind_it),
	    cmocka_unit_test(an_unfinished_row_ends_in_empty_cells),
	    cmocka_unit_test(a_table_without_rows_is_its_head),
	    cmocka_unit_test(too_wide_cells_are_cut),
	    cmocka_unit_test(the_widest_column_gives_way_first),
	    cmocka_unit_test(wide_characters_count_twice_and_marks_not_at_all),
	    cmocka_unit_test(nothing_reaches_the_terminal_but_text),
	    cmocka_unit_test(colour_wraps_the_text_and_only_that),
	    cmocka_unit_test(an_enormous_cell_is_no_trouble),
	    cmocka_unit_test(the_width_is_the_terminals_or_that_of_columns),
	};

	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL) {
		puts("1..0 # SKIP the locale C.UTF-8 is missing");
		return 0;
	}
	return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
