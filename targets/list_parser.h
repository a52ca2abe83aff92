/* What list_parse.c (lines, text, what a list is) and list_csv.c (rows) share. */
#ifndef TARGETS_LIST_PARSER_H
#define TARGETS_LIST_PARSER_H

#include <stdbool.h>
#include <stddef.h>

#include "targets/list.h"

struct urlset;

struct list_parser {
	const char *file;
	const char *next, *end; /* what is left to read */
	int line;               /* the number of the line read last, from 1 */
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
/* The next line with its ending: LF, CR LF, or CR alone. False at the end. */
bool list_parser_line(struct list_parser *p, const char **line, size_t *len);
/* Adds the target that the URL names; NULL when it is left out, as was then reported. */
struct target *list_parser_add(struct list_parser *p, int line, const char *url);
/* NULL, or what keeps these bytes from being text. */
const char *list_parser_bytes_wrong(const char *bytes, size_t len);
/* Takes white space off both ends. */
void list_parser_strip(const char **s, size_t *len);

enum { LIST_HEAD_MAX = 64 };

/* A header line: what its fields are. */
struct list_csv_head {
	char delimiter;
	int columns[LIST_HEAD_MAX];
	size_t n;
};
/* Takes a line for a header. False when it has no url column. */
bool list_csv_read_head(struct list_csv_head *head, const char *line, size_t len);
/* Reads the rows below the header. */
void list_csv_rows(struct list_parser *p, const struct list_csv_head *head);

#endif
