/* The rows of CSV lists: what each column means. csv_rows.c reads them. */
#include "targets/list_parser.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "targets/category.h"

enum { COLUMN_URL, COLUMN_CATEGORY, COLUMN_ADDED, COLUMN_SOURCE, COLUMN_NOTES, NCOLUMNS };

static const struct csv_name names[] = {
    {"url", COLUMN_URL},
    {"category_code", COLUMN_CATEGORY},
    {"date_added", COLUMN_ADDED},
    {"source", COLUMN_SOURCE},
    {"notes", COLUMN_NOTES},
};

/* Where a column goes in struct target: a char *. The URL makes the whole struct. */
static const size_t offsets[NCOLUMNS] = {
    [COLUMN_CATEGORY] = offsetof(struct target, category),
    [COLUMN_ADDED] = offsetof(struct target, added),
    [COLUMN_SOURCE] = offsetof(struct target, source),
    [COLUMN_NOTES] = offsetof(struct target, notes),
};

/* What of a bad code goes into a message: nothing that a terminal would obey. */
#define CODE_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"

static void
add_row(int line, const struct buf *columns, void *arg)
{
	struct list_parser *p = arg;
	struct target *target = list_parser_add(p, line, buf_str(&columns[COLUMN_URL]));
	size_t i;

	if (target == NULL)
		return;
	for (i = COLUMN_URL + 1; i < NCOLUMNS; i++) {
		char **value = (char **)(void *)((char *)target + offsets[i]);

		free(*value);
		*value = xstrdup(buf_str(&columns[i]));
	}
	if (target->category[0] != '\0' && category_find(target->category) == NULL)
		list_parser_say(p, line, false, "category code \"%.*s\" is none of Citizen Lab's",
		    (int)strspn(target->category, CODE_CHARACTERS), target->category);
}

static void
bad_row(int line, const char *message, void *arg)
{
	list_parser_say(arg, line, true, "%s", message);
}

bool
list_csv_read_head(struct csv_head *head, const char *line, size_t len)
{
	return csv_head_read(
	    head, names, sizeof(names) / sizeof(names[0]), 1 << COLUMN_URL, line, len);
}

void
list_csv_rows(struct list_parser *p, const struct csv_head *head)
{
	const struct csv_rows rows = {
	    .lines = &p->lines,
	    .head = head,
	    .ncolumns = NCOLUMNS,
	    .row = add_row,
	    .wrong = bad_row,
	    .arg = p,
	};

	csv_rows_read(&rows);
}
