/*
 * Reads a list from memory: CSV with Citizen Lab's columns, or a line a target. Where the bytes
 * come from is list.c's business.
 *
 * libcsv does the quoting but counts no lines and stops at the first stray quotation mark. So it
 * is fed line by line; a row that it refuses is reported with the line it began on, and reading
 * begins anew on the next one.
 */
#include "targets/list.h"

#include <ctype.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <csv.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "targets/category.h"
#include "targets/urlset.h"

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

enum { COLUMN_UNKNOWN = NCOLUMNS, HEAD_MAX = 64 };

/* What of a bad code goes into a message: nothing that a terminal would obey. */
#define CODE_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"

struct parser {
	const char *file;
	const char *data, *end;
	const char *next; /* the line to read */
	int line; /* its number, from 1 */
	list_report *report;
	void *arg;
	struct list *list;
	struct urlset *seen;
	size_t room; /* in list->targets */
	size_t good; /* rows that held a target, duplicates too */
	/* CSV */
	unsigned char delimiter;
	int heads[HEAD_MAX]; /* which column the n-th field is */
	size_t nheads; /* 0 until the header was read */
	struct buf fields[NCOLUMNS]; /* of the row being read */
	size_t nfields;
	bool empty; /* no field of the row held anything */
	bool too_many; /* a field beyond the header's last held something */
	bool in_row;
	int row_line; /* where the row began */
	const char *row_next; /* the line after that */
	const char *wrong; /* with the row's bytes; NULL nothing */
};

static void say(struct parser *p, int line, bool fatal, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

static void
say(struct parser *p, int line, bool fatal, const char *fmt, ...)
{
	char message[512];
	va_list ap;

	if (fatal)
		p->list->bad++;
	if (p->report == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	p->report(p->file, line, fatal, message, p->arg);
}

/* The next line with its ending: LF, CR LF, or CR alone. False at the end. */
static bool
next_line(struct parser *p, const char **line, size_t *len)
{
	const char *s = p->next;

	if (s == p->end)
		return false;
	while (s < p->end && *s != '\n' && *s != '\r')
		s++;
	if (s < p->end && *s++ == '\r' && s < p->end && *s == '\n')
		s++;
	*line = p->next;
	*len = (size_t)(s - p->next);
	p->next = s;
	p->line++;
	return true;
}

static const char *
bytes_wrong(const char *line, size_t len)
{
	if (memchr(line, '\0', len) != NULL)
		return "a NUL byte (is this a text file?)";
	if (!utf8_valid(line, len))
		return "not UTF-8 (save the file as UTF-8)";
	return NULL;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void
strip(const char **s, size_t *len)
{
	while (*len > 0 && is_blank((*s)[*len - 1]))
		--*len;
	for (; *len > 0 && is_blank(**s); --*len)
		++*s;
}

/* A target of its own, but for the columns beside the URL. False when it is left out. */
static struct target *
add_target(struct parser *p, int line, const char *url)
{
	char error[TARGET_ERROR_SIZE];
	struct target target;
	struct list *list = p->list;
	size_t earlier;

	if (target_parse(url, &target, error) != 0) {
		if (p->nheads > 0 && url[0] == '#')
			say(p, line, true, "a comment ('#') cannot stand in a CSV list");
		else if (p->nheads == 0 && strchr(url, ',') != NULL)
			say(p, line, true, "%s (a CSV list begins with a header that has \"url\")",
			    error);
		else
			say(p, line, true, "%s", error);
		return NULL;
	}
	p->good++;
	if (!urlset_add(p->seen, target.url, (size_t)line, &earlier)) {
		list->duplicates++;
		say(p, line, false, "the same URL as on line %zu, left out", earlier);
		target_clear(&target);
		return NULL;
	}
	target.line = line;
	target.list = list->name;
	if (list->n == p->room) {
		p->room = p->room > 0 ? p->room * 2 : 64;
		list->targets = xreallocarray(list->targets, p->room, sizeof(target));
	}
	list->targets[list->n] = target;
	return &list->targets[list->n++];
}

static void
parse_text(struct parser *p)
{
	const char *line, *wrong;
	char *url;
	size_t len;

	while (next_line(p, &line, &len)) {
		wrong = bytes_wrong(line, len);
		strip(&line, &len);
		if (wrong != NULL) {
			say(p, p->line, true, "%s", wrong);
		} else if (len > 0 && line[0] != '#') {
			url = xstrndup(line, len);
			add_target(p, p->line, url);
			free(url);
		}
	}
}

static void
fill_columns(struct parser *p, struct target *target)
{
	size_t i;

	for (i = COLUMN_URL + 1; i < NCOLUMNS; i++) {
		char **value = (char **)(void *)((char *)target + columns[i].offset);

		free(*value);
		*value = xstrdup(buf_str(&p->fields[i]));
	}
	if (target->category[0] != '\0' && category_find(target->category) == NULL)
		say(p, p->row_line, false, "category code \"%.*s\" is none of Citizen Lab's",
		    (int)strspn(target->category, CODE_CHARACTERS), target->category);
}

static void
finish_row(struct parser *p)
{
	struct target *target;

	if (p->wrong != NULL) {
		say(p, p->row_line, true, "%s", p->wrong);
		return;
	}
	if (p->empty)
		return;
	if (p->too_many) {
		say(p, p->row_line, true, "%zu fields, but the header has %zu "
		    "(a field with '%c' in it goes in quotation marks)", p->nfields, p->nheads,
		    p->delimiter);
		return;
	}
	target = add_target(p, p->row_line, buf_str(&p->fields[COLUMN_URL]));
	if (target != NULL)
		fill_columns(p, target);
}

static void
clear_row(struct parser *p)
{
	size_t i;

	for (i = 0; i < NCOLUMNS; i++)
		buf_clear(&p->fields[i]);
	p->nfields = 0;
	p->empty = true;
	p->too_many = false;
	p->in_row = false;
	p->wrong = NULL;
}

static void
csv_field(void *bytes, size_t len, void *arg)
{
	struct parser *p = arg;
	size_t i = p->nfields++;
	const char *s = bytes;

	strip(&s, &len);
	if (len > 0)
		p->empty = false;
	if (i >= p->nheads)
		p->too_many = p->too_many || len > 0;
	else if (p->heads[i] != COLUMN_UNKNOWN)
		buf_add(&p->fields[p->heads[i]], s, len);
}

static void
csv_row(int terminator, void *arg)
{
	struct parser *p = arg;

	(void)terminator;
	finish_row(p);
	clear_row(p);
}

static void *
csv_realloc(void *old, size_t size)
{
	return xreallocarray(old, size, 1);
}

static void
csv_begin(struct parser *p, struct csv_parser *csv)
{
	/* REPALL_NL: also empty lines end a row, or the count of lines would be lost there. */
	if (csv_init(csv, CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL) != 0)
		abort(); /* it only looks at its arguments */
	csv_set_delim(csv, p->delimiter);
	csv_set_realloc_func(csv, csv_realloc);
	csv_set_blk_size(csv, 4096);
	clear_row(p);
}

/* The row's quotation marks do not pair: names it, and goes on with the line after its first. */
static void
csv_restart(struct parser *p, struct csv_parser *csv, bool at_end)
{
	if (at_end)
		say(p, p->row_line, true, "a quoted field that is not closed");
	else if (p->line == p->row_line)
		say(p, p->row_line, true, "a quotation mark (\") in the wrong place");
	else
		say(p, p->row_line, true, "a quoted field that is not closed, or closed wrongly on line %d",
		    p->line);
	csv_free(csv);
	csv_begin(p, csv);
	p->next = p->row_next;
	p->line = p->row_line;
}

static void
parse_rows(struct parser *p)
{
	struct csv_parser csv;
	const char *line;
	size_t len;

	csv_begin(p, &csv);
	do {
		while (next_line(p, &line, &len)) {
			if (!p->in_row) {
				p->in_row = true;
				p->row_line = p->line;
				p->row_next = p->next;
			}
			if (p->wrong == NULL)
				p->wrong = bytes_wrong(line, len);
			if (csv_parse(&csv, line, len, csv_field, csv_row, p) != len)
				csv_restart(p, &csv, false);
		}
		/* The last line may lack its ending; and a quoted field may run to the file's end. */
		if (csv_fini(&csv, csv_field, csv_row, p) != 0)
			csv_restart(p, &csv, true);
	} while (p->next < p->end);
	csv_free(&csv);
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
	strip(head, len);
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

/* Takes the line for a header with that delimiter. True when it has a url column. */
static bool
read_heads(struct parser *p, const char *line, size_t len, char delimiter)
{
	bool found[NCOLUMNS + 1] = {false};
	const char *s = line, *head;
	size_t headlen, n = 0;
	int c;

	while (n < HEAD_MAX && next_head(&s, line + len, delimiter, &head, &headlen)) {
		c = find_column(head, headlen);
		/* Of two columns with one name, the first counts. */
		p->heads[n++] = found[c] ? COLUMN_UNKNOWN : c;
		found[c] = true;
	}
	p->delimiter = (unsigned char)delimiter;
	p->nheads = found[COLUMN_URL] ? n : 0;
	return found[COLUMN_URL];
}

/* A header without url: several fields, and words in the first where a site would have a dot. */
static bool
looks_like_header(const char *line, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (strchr(",;\t", line[i]) != NULL)
			return i > 0 && line[i] != '\0';
		if (!isalpha((unsigned char)line[i]) && strchr("_\" ", line[i]) == NULL)
			return false;
	}
	return false;
}

/*
 * Looks at the first line that says something. A header with "url" makes the list CSV (spread
 * sheets write ';' or tabs where ',' is the decimal mark); p stands behind it then.
 * Returns 1 CSV, 0 plain text, -1 neither.
 */
static int
sniff(struct parser *p)
{
	const char *start = p->next, *line, *delimiter;
	size_t len;

	do {
		if (!next_line(p, &line, &len))
			break;
		strip(&line, &len);
	} while (len == 0 || line[0] == '#');
	for (delimiter = ",;\t"; *delimiter != '\0' && len > 0; delimiter++)
		if (read_heads(p, line, len, *delimiter))
			return 1;
	if (len > 0 && looks_like_header(line, len)) {
		say(p, p->line, true, "no \"url\" column in the header");
		return -1;
	}
	p->next = start;
	p->line = 0;
	return 0;
}

static void
parse_all(struct parser *p)
{
	size_t len = (size_t)(p->end - p->data);

	if (len >= 2 && (memcmp(p->data, "\xff\xfe", 2) == 0 || memcmp(p->data, "\xfe\xff", 2) == 0)) {
		say(p, 1, true, "UTF-16 text (save the file as UTF-8)");
		return;
	}
	if (len >= 3 && memcmp(p->data, "\xef\xbb\xbf", 3) == 0)
		p->next += 3;
	switch (sniff(p)) {
	case 1:
		parse_rows(p);
		break;
	case 0:
		parse_text(p);
		break;
	default:
		return;
	}
	if (p->good == 0 && p->list->bad == 0)
		say(p, p->line > 0 ? p->line : 1, true, "no targets in this list");
}

/* "kz-social" for "/usr/share/netvane/lists/kz-social.csv". A path would tell on its owner. */
static char *
name_of_file(const char *file)
{
	static const char *const endings[] = {".csv", ".txt", ".tsv"};
	const char *slash = strrchr(file, '/');
	const char *base = slash != NULL && slash[1] != '\0' ? slash + 1 : file;
	size_t len = strlen(base), i;

	for (i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (len > strlen(endings[i]) &&
		    strcmp(base + len - strlen(endings[i]), endings[i]) == 0)
			return xstrndup(base, len - strlen(endings[i]));
	return xstrdup(base);
}

int
list_parse(const char *name, const char *data, size_t len, int flags, list_report *report,
    void *arg, struct list *list)
{
	struct parser p = {
	    .file = name,
	    .data = data,
	    .end = data + len,
	    .next = data,
	    .report = report,
	    .arg = arg,
	    .list = list,
	};
	size_t i;

	*list = (struct list){0};
	list->name = name_of_file(name);
	p.seen = urlset_new();
	parse_all(&p);
	urlset_free(p.seen);
	for (i = 0; i < NCOLUMNS; i++)
		buf_free(&p.fields[i]);
	return list->bad > 0 && (flags & LIST_SKIP_BAD) == 0 ? -1 : 0;
}

void
list_clear(struct list *list)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		target_clear(&list->targets[i]);
	free(list->targets);
	free(list->name);
	*list = (struct list){0};
}
