/* What is said of a trial. */
#include "tests/lab/tell.h"

#include <stdlib.h>
#include <string.h>

#include "tests/lab/scenario.h"

enum { TEXT_WIDTH = 78 };

/* A row's words, cut apart in place. */
enum field {
	FIELD_TARGET = 3,
	FIELD_EXPECTED,
	FIELD_STATUS,
	FIELD_MECHANISM,
	FIELD_EVIDENCE = 8,
	FIELD_SECONDS,
	FIELD_OUTCOME = 11,
	FIELD_MAX
};

static bool
split_row(char *row, const char *fields[FIELD_MAX])
{
	int i;

	for (i = 0; i < FIELD_MAX && row != NULL; i++)
		fields[i] = strsep(&row, "\t\n");
	return i == FIELD_MAX;
}

static void
tell_row(char *row, FILE *tsv, bool all)
{
	const char *f[FIELD_MAX];

	if (tsv != NULL)
		fputs(row, tsv);
	if (!split_row(row, f) || (!all && strcmp(f[FIELD_OUTCOME], "right") == 0))
		return;
	printf("# %s: %s: expected %s, got %s %s [%s] after %s s\n", f[FIELD_TARGET],
	    f[FIELD_OUTCOME], f[FIELD_EXPECTED], f[FIELD_STATUS], f[FIELD_MECHANISM],
	    f[FIELD_EVIDENCE], f[FIELD_SECONDS]);
}

void
tell_rows(FILE *rows, FILE *tsv, bool all)
{
	char *row = NULL;
	size_t size = 0;

	rewind(rows);
	while (getline(&row, &size, rows) > 0)
		tell_row(row, tsv, all);
	free(row);
}

/* --- for a person ---------------------------------------------------------------------------- */

static void
print_folded(const char *text)
{
	size_t column = 0, len;

	while (*(text += strspn(text, " \t")) != '\0') {
		len = strcspn(text, " \t");
		if (column > 0 && column + 1 + len > TEXT_WIDTH) {
			putchar('\n');
			column = 0;
		}
		column += (size_t)printf("%s%.*s", column > 0 ? " " : "", (int)len, text);
		text += len;
	}
	if (column > 0)
		putchar('\n');
}

void
tell_story(const struct scenario *scenario)
{
	printf("\n=== %s (%s)\n\n", scenario->title, scenario->name);
	print_folded(scenario->about);
	printf("\nWhat netvane finds there:\n\n");
	fflush(stdout);
}

/* "blocked,likely_blocked dns-nxdomain" */
static void
print_truth(char *expected)
{
	char *mechanisms = strchr(expected, ' ');
	const char *p;

	if (mechanisms != NULL)
		*mechanisms++ = '\0';
	for (p = expected; *p != '\0'; p++)
		printf("%s", *p == ',' ? " or " : *p == '_' ? " " : (char[]){*p, '\0'});
	if (mechanisms == NULL || strcmp(mechanisms, "*") == 0 || strcmp(mechanisms, "none") == 0)
		return;
	printf(", by ");
	for (p = mechanisms; *p != '\0'; p++)
		printf("%s", *p == ',' ? " or " : (char[]){*p, '\0'});
}

static void
tell_target(char *row)
{
	const char *f[FIELD_MAX];
	char *expected;

	if (!split_row(row, f) || strcmp(f[FIELD_TARGET], "(round)") == 0 ||
	    strcmp(f[FIELD_EXPECTED], "innocent *") == 0)
		return;
	printf("  %s %-26s ", strcmp(f[FIELD_OUTCOME], "right") == 0 ? "+" : "-", f[FIELD_TARGET]);
	expected = strdup(f[FIELD_EXPECTED]);
	if (expected != NULL)
		print_truth(expected);
	free(expected);
	putchar('\n');
}

void
tell_truth(const struct scenario *scenario, FILE *rows)
{
	char *row = NULL;
	size_t size = 0;

	printf("\nThe truth (+ netvane was right, - it was not):\n\n");
	rewind(rows);
	while (getline(&row, &size, rows) > 0)
		tell_target(row);
	free(row);
	if (scenario->why != NULL) {
		putchar('\n');
		print_folded(scenario->why);
	}
	fflush(stdout);
}
