/* What list_parse.c (lines, text, what a list is) and list_csv.c (rows) share. */
#ifndef TARGETS_LIST_PARSER_H
#define TARGETS_LIST_PARSER_H

#include <stdbool.h>
#include <stddef.h>

#include "targets/csv_rows.h"
#include "targets/lines.h"
#include "targets/list.h"

struct urlset;

struct list_parser {
	const char *file;
	struct lines lines;
	list_report *report;
	void *arg;
	struct list *list;
	struct urlset *seen;
	size_t room; /* in list->targets */
	size_t good; /* lines that held a target, duplicates too */
	bool csv;
};

/* Reports and, where it is fatal, counts. */
void list_parser_say(struct list_parser *p, int line, bool fatal, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* Adds the target that the URL names; NULL when it is left out, as was then reported. */
struct target *list_parser_add(struct list_parser *p, int line, const char *url);

/* Takes a line for a header. False when it has no url column. */
bool list_csv_read_head(struct csv_head *head, const char *line, size_t len);
/* Reads the rows below the header. */
void list_csv_rows(struct list_parser *p, const struct csv_head *head);

#endif
