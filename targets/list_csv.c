/*
 * The rows of CSV lists.
 *
 * libcsv does the quoting but counts no lines and stops at the first stray quotation mark. So it
 * is fed line by line; a row that it refuses is reported with the line it began on, and reading
 * begins anew on the next one.
 */
#include "targets/list_parser.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <csv.h>

#include "base/buf.h"
#include "base/mem.h"
#include "targets/category.h"

enum { COLUMN_URL, COLUMN_CATEGORY, COLUMN_ADDED, COLUMN_SOURCE, COLUMN_NOTES, NCOLUMNS };

static const struct {
	const char *name;
	size_t offset; /* in struct target, of a char *; the URL makes the whole struct */
} columns[NCOLUMNS] = {
    [COLUMN_URL] = {"url", 0},
    [COLUMN_CATEGORY] = {"category_code", offsetof(struct target, category)},
    [COLUMN_ADDED] = {"date_added", offsetof(struct target, added)},
    [COLUMN_SOURCE] = {"source", offsetof(struct target, source)},
    [COLUMN_NOTES] = {"notes", offsetof(struct target, notes)},
};

enum { COLUMN_UNKNOWN = NCOLUMNS };

/* What of a bad code goes into a message: nothing that a terminal would obey. */
#define CODE_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"

struct rows {
	struct list_parser *p;
	const struct list_csv_head *head;
	struct csv_parser csv;
	/* The row being read: */
	struct buf fields[NCOLUMNS];
	size_t nfields;
	bool empty;        /* no field held anything */
	bool too_many;     /* a field beyond the header's last held something */
	bool open;         /* its first line was fed, its end not seen */
	int line;          /* where it began */
	const char *next;  /* the line after that */
	const char *wrong; /* with its bytes; NULL nothing */
};

static void
fill_columns(struct rows *r, struct target *target)
{
	size_t i;

	for (i = COLUMN_URL + 1; i < NCOLUMNS; i++) {
		char **value = (char **)(void *)((char *)target + columns[i].offset);

		free(*value);
		*value = xstrdup(buf_str(&r->fields[i]));
	}
	if (target->category[0] != '\0' && category_find(target->category) == NULL)
		list_parser_say(r->p, r->line, false,
		    "category code \"%.*s\" is none of Citizen Lab's",
		    (int)strspn(target->category, CODE_CHARACTERS), target->category);
}

static void
finish_row(struct rows *r)
{
	struct target *target;

	if (r->wrong != NULL) {
		list_parser_say(r->p, r->line, true, "%s", r->wrong);
		return;
	}
	if (r->empty)
		return;
	if (r->too_many) {
		list_parser_say(r->p, r->line, true,
		    "%zu fields, but the header has %zu "
		    "(a field with '%c' in it goes in quotation marks)",
		    r->nfields, r->head->n, r->head->delimiter);
		return;
	}
	target = list_parser_add(r->p, r->line, buf_str(&r->fields[COLUMN_URL]));
	if (target != NULL)
		fill_columns(r, target);
}

static void
clear_row(struct rows *r)
{
	size_t i;

	for (i = 0; i < NCOLUMNS; i++)
		buf_clear(&r->fields[i]);
	r->nfields = 0;
	r->empty = true;
	r->too_many = false;
	r->open = false;
	r->wrong = NULL;
}

static void
csv_field(void *bytes, size_t len, void *arg)
{
	struct rows *r = arg;
	size_t i = r->nfields++;
	const char *s = bytes;

	list_parser_strip(&s, &len);
	if (len > 0)
		r->empty = false;
	if (i >= r->head->n)
		r->too_many = r->too_many || len > 0;
	else if (r->head->columns[i] != COLUMN_UNKNOWN)
		buf_add(&r->fields[r->head->columns[i]], s, len);
}

static void
csv_row(int terminator, void *arg)
{
	struct rows *r = arg;

	(void)terminator;
	finish_row(r);
	clear_row(r);
}

static void *
csv_realloc(void *old, size_t size)
{
	return xreallocarray(old, size, 1);
}

static void
csv_begin(struct rows *r)
{
	/* REPALL_NL: also empty lines end a row, or the count of lines would be lost there. */
	if (csv_init(&r->csv, CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL) != 0)
		abort(); /* it only looks at its arguments */
	csv_set_delim(&r->csv, (unsigned char)r->head->delimiter);
	csv_set_realloc_func(&r->csv, csv_realloc);
	csv_set_blk_size(&r->csv, 4096);
	clear_row(r);
}

/* The row's quotation marks do not pair: names it, and goes on with the line after its first. */
static void
csv_restart(struct rows *r, bool at_end)
{
	if (at_end)
		list_parser_say(r->p, r->line, true, "a quoted field that is not closed");
	else if (r->p->line == r->line)
		list_parser_say(r->p, r->line, true, "a quotation mark (\") in the wrong place");
	else
		list_parser_say(r->p, r->line, true,
		    "a quoted field that is not closed, or closed wrongly on line %d", r->p->line);
	csv_free(&r->csv);
	csv_begin(r);
	r->p->next = r->next;
	r->p->line = r->line;
}

static void
feed_line(struct rows *r, const char *line, size_t len)
{
	if (!r->open) {
		r->open = true;
		r->line = r->p->line;
		r->next = r->p->next;
	}
	if (r->wrong == NULL)
		r->wrong = list_parser_bytes_wrong(line, len);
	if (csv_parse(&r->csv, line, len, csv_field, csv_row, r) != len)
		csv_restart(r, false);
}

void
list_csv_rows(struct list_parser *p, const struct list_csv_head *head)
{
	struct rows r = {.p = p, .head = head};
	const char *line;
	size_t len, i;

	csv_begin(&r);
	do {
		while (list_parser_line(p, &line, &len))
			feed_line(&r, line, len);
		/* The last line may lack its ending, and a quoted field may run to the end. */
		if (csv_fini(&r.csv, csv_field, csv_row, &r) != 0)
			csv_restart(&r, true);
	} while (p->next < p->end);
	csv_free(&r.csv);
	for (i = 0; i < NCOLUMNS; i++)
		buf_free(&r.fields[i]);
}

/* The next head of a header line, unquoted; false after the last. */
static bool
next_head(const char **s, const char *end, char delimiter, const char **head, size_t *len)
{
	const char *stop;

	if (*s > end)
		return false;
	stop = memchr(*s, delimiter, (size_t)(end - *s));
	if (stop == NULL)
		stop = end;
	*head = *s;
	*len = (size_t)(stop - *s);
	*s = stop + 1;
	list_parser_strip(head, len);
	if (*len >= 2 && (*head)[0] == '"' && (*head)[*len - 1] == '"') {
		++*head;
		*len -= 2;
	}
	return true;
}

static int
find_column(const char *head, size_t len)
{
	int c;

	for (c = 0; c < NCOLUMNS; c++)
		if (strlen(columns[c].name) == len && strncasecmp(columns[c].name, head, len) == 0)
			break;
	return c;
}

static bool
read_head(struct list_csv_head *head, const char *line, size_t len, char delimiter)
{
	bool found[NCOLUMNS + 1] = {false};
	const char *s = line, *name;
	size_t namelen;
	int c;

	head->delimiter = delimiter;
	head->n = 0;
	while (head->n < LIST_HEAD_MAX && next_head(&s, line + len, delimiter, &name, &namelen)) {
		c = find_column(name, namelen);
		/* Of two columns with one name, the first counts. */
		head->columns[head->n++] = found[c] ? COLUMN_UNKNOWN : c;
		found[c] = true;
	}
	return found[COLUMN_URL];
}

bool
list_csv_read_head(struct list_csv_head *head, const char *line, size_t len)
{
	/* Where ',' is the decimal mark, spread sheets write ';'. */
	return read_head(head, line, len, ',') || read_head(head, line, len, ';') ||
	       read_head(head, line, len, '\t');
}
