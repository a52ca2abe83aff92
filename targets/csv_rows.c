/*
 * The rows of CSV files.
 *
 * libcsv does the quoting but counts no lines and stops at the first stray quotation mark. So it
 * is fed line by line; a row that it refuses is reported with the line it began on, and reading
 * begins anew on the next one.
 */
#include "targets/csv_rows.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <csv.h>

#include "base/buf.h"
#include "base/mem.h"
#include "targets/lines.h"

struct reader {
	const struct csv_rows *rows;
	struct csv_parser csv;
	/* The row being read: */
	struct buf fields[CSV_COLUMNS_MAX];
	size_t nfields;
	bool empty;        /* no field held anything */
	bool too_many;     /* a field beyond the header's last held something */
	bool open;         /* its first line was fed, its end not seen */
	int line;          /* where it began */
	const char *next;  /* the line after that */
	const char *wrong; /* with its bytes; NULL nothing */
};

static void
say_wrong(const struct reader *r, const char *message)
{
	r->rows->wrong(r->line, message, r->rows->arg);
}

static void
say_too_many(const struct reader *r)
{
	char message[160];

	snprintf(message, sizeof(message),
	    "%zu fields, but the header has %zu (a field with '%c' in it goes in quotation marks)",
	    r->nfields, r->rows->head->n, r->rows->head->delimiter);
	say_wrong(r, message);
}

static void
finish_row(const struct reader *r)
{
	if (r->wrong != NULL)
		say_wrong(r, r->wrong);
	else if (r->too_many)
		say_too_many(r);
	else if (!r->empty)
		r->rows->row(r->line, r->fields, r->rows->arg);
}

static void
clear_row(struct reader *r)
{
	size_t i;

	for (i = 0; i < r->rows->ncolumns; i++)
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
	struct reader *r = arg;
	const struct csv_head *head = r->rows->head;
	size_t i = r->nfields++;
	const char *s = bytes;

	lines_strip(&s, &len);
	if (len > 0)
		r->empty = false;
	if (i >= head->n)
		r->too_many = r->too_many || len > 0;
	else if (head->columns[i] >= 0)
		buf_add(&r->fields[head->columns[i]], s, len);
}

static void
csv_row(int terminator, void *arg)
{
	struct reader *r = arg;

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
csv_begin(struct reader *r)
{
	/* REPALL_NL: also empty lines end a row, or the count of lines would be lost there. */
	if (csv_init(&r->csv, CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL) != 0)
		abort(); /* it only looks at its arguments */
	csv_set_delim(&r->csv, (unsigned char)r->rows->head->delimiter);
	csv_set_realloc_func(&r->csv, csv_realloc);
	csv_set_blk_size(&r->csv, 4096);
	clear_row(r);
}

/* The row's quotation marks do not pair: names it, and goes on with the line after its first. */
static void
csv_restart(struct reader *r, bool at_end)
{
	struct lines *lines = r->rows->lines;
	char message[100];

	if (at_end) {
		say_wrong(r, "a quoted field that is not closed");
	} else if (lines->line == r->line) {
		say_wrong(r, "a quotation mark (\") in the wrong place");
	} else {
		snprintf(message, sizeof(message),
		    "a quoted field that is not closed, or closed wrongly on line %d", lines->line);
		say_wrong(r, message);
	}
	csv_free(&r->csv);
	csv_begin(r);
	lines->next = r->next;
	lines->line = r->line;
}

static void
feed_line(struct reader *r, const char *line, size_t len)
{
	if (!r->open) {
		r->open = true;
		r->line = r->rows->lines->line;
		r->next = r->rows->lines->next;
	}
	if (r->wrong == NULL)
		r->wrong = lines_wrong(line, len);
	if (csv_parse(&r->csv, line, len, csv_field, csv_row, r) != len)
		csv_restart(r, false);
}

void
csv_rows_read(const struct csv_rows *rows)
{
	struct reader r = {.rows = rows};
	const char *line;
	size_t len, i;

	assert(rows->ncolumns <= CSV_COLUMNS_MAX);
	csv_begin(&r);
	do {
		while (lines_next(rows->lines, &line, &len))
			feed_line(&r, line, len);
		/* The last line may lack its ending, and a quoted field may run to the end. */
		if (csv_fini(&r.csv, csv_field, csv_row, &r) != 0)
			csv_restart(&r, true);
	} while (rows->lines->next < rows->lines->end);
	csv_free(&r.csv);
	for (i = 0; i < rows->ncolumns; i++)
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
	lines_strip(head, len);
	if (*len >= 2 && (*head)[0] == '"' && (*head)[*len - 1] == '"') {
		++*head;
		*len -= 2;
	}
	return true;
}

static int
folded(char c)
{
	return c == ' ' || c == '-' ? '_' : tolower((unsigned char)c);
}

static int
find_column(const struct csv_name *names, size_t nnames, const char *head, size_t len)
{
	size_t i, k;

	for (i = 0; i < nnames; i++) {
		const char *name = names[i].name;

		for (k = 0; k < len && name[k] != '\0' && folded(name[k]) == folded(head[k]); k++)
			;
		if (k == len && name[k] == '\0')
			return names[i].column;
	}
	return -1;
}

bool
csv_head_read(struct csv_head *head, const struct csv_name *names, size_t nnames, uint64_t required,
    const char *line, size_t len)
{
	/* Where ',' is the decimal mark, spread sheets write ';'. */
	static const char delimiters[] = {',', ';', '\t'};
	const char *s, *name;
	size_t namelen, i;
	int column;

	for (i = 0; i < sizeof(delimiters); i++) {
		*head = (struct csv_head){.delimiter = delimiters[i]};
		s = line;
		while (head->n < CSV_HEAD_MAX &&
		       next_head(&s, line + len, head->delimiter, &name, &namelen)) {
			column = find_column(names, nnames, name, namelen);
			if (column >= 0 && (head->found >> column & 1) != 0)
				column = -1;
			if (column >= 0)
				head->found |= UINT64_C(1) << column;
			head->columns[head->n++] = column;
		}
		if ((head->found & required) == required)
			return true;
	}
	return false;
}
