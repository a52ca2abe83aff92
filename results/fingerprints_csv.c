/*
 * Reads the patterns of block pages. libcsv does the quoting but counts no lines and stops at the
 * first stray quotation mark, so it is fed line by line; a row that it refuses is named with the
 * line it began on, and reading goes on behind that line.
 */
#include "results/fingerprints.h"

#include <csv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "results/regexp.h"

/* OONI's file has half a megabyte and 1,729 rows. */
enum {
	FILE_MOST = 32 * 1024 * 1024,
	ROWS_MOST = 100000,
	HEAD_MOST = 64,          /* columns */
	PATTERN_MOST = 16 * 1024 /* bytes */
};

enum {
	COLUMN_NAME,
	COLUMN_SCOPE,
	COLUMN_LOCATION_FOUND,
	COLUMN_PATTERN_TYPE,
	COLUMN_PATTERN,
	COLUMN_COUNTRIES,
	NCOLUMNS
};

static const struct {
	const char *name;
	size_t offset; /* in struct fingerprint, of a char * */
	bool needed;
} columns[NCOLUMNS] = {
    [COLUMN_NAME] = {"name", offsetof(struct fingerprint, name), true},
    [COLUMN_SCOPE] = {"scope", offsetof(struct fingerprint, scope), false},
    [COLUMN_LOCATION_FOUND] = {"location_found", offsetof(struct fingerprint, location_found),
        true},
    [COLUMN_PATTERN_TYPE] = {"pattern_type", offsetof(struct fingerprint, pattern_type), true},
    [COLUMN_PATTERN] = {"pattern", offsetof(struct fingerprint, pattern), true},
    [COLUMN_COUNTRIES] = {"expected_countries", offsetof(struct fingerprint, countries), false},
};

static const char *const pattern_types[PATTERN_MAX] = {
    [PATTERN_FULL] = "full",
    [PATTERN_PREFIX] = "prefix",
    [PATTERN_CONTAINS] = "contains",
    [PATTERN_REGEXP] = "regexp",
};

static char **
column_of(struct fingerprint *row, int column)
{
	return (char **)(void *)((char *)row + columns[column].offset);
}

static void
pattern_free(struct pattern *p)
{
	int c;

	for (c = 0; c < NCOLUMNS; c++)
		free(*column_of(&p->row, c));
	if (p->type == PATTERN_REGEXP)
		regfree(&p->regex);
	free(p);
}

/* ---- Rows -------------------------------------------------------------------------------------
 */

struct reading {
	struct fingerprints *f;
	const char *path;
	const char *next, *end; /* of the text */
	struct csv_parser csv;
	int columns[HEAD_MOST]; /* what each field is; NCOLUMNS: of no interest */
	size_t ncolumns;
	bool headed, bad_head;
	int line; /* the one fed last */
	/* The row being read: */
	struct buf fields[NCOLUMNS];
	size_t nfields;
	bool open, empty, nul;
	int row_line;         /* where it began */
	const char *row_next; /* the line after that */
};

static void
say(const struct reading *r, const char *what)
{
	log_warnx("%s:%d: %s", r->path, r->row_line, what);
}

static void
clear_row(struct reading *r)
{
	int c;

	for (c = 0; c < NCOLUMNS; c++)
		buf_clear(&r->fields[c]);
	r->nfields = 0;
	r->open = r->nul = false;
	r->empty = true;
}

/* Where a pattern is looked for. Returns NULL, or what is wrong. */
static const char *
find_location(struct pattern *p)
{
	static const char header[] = "header";
	const char *where = p->row.location_found;
	size_t len = strlen(header);

	if (strcmp(where, "body") == 0)
		return NULL;
	if (strncmp(where, header, len) != 0 || (where[len] != '.' && where[len] != '\0'))
		return "location_found is neither body nor header.NAME";
	p->header = where[len] == '.' ? where + len + 1 : where + len;
	return NULL;
}

/* Returns NULL, or what is wrong with the row. */
static const char *
complete(struct pattern *p)
{
	const struct fingerprint *row = &p->row;
	const char *wrong;
	int type;

	if (*row->name == '\0' || *row->pattern == '\0')
		return "the row has no name, or no pattern";
	p->len = strlen(row->pattern);
	if (p->len > PATTERN_MOST)
		return "the pattern is too long";
	for (type = 0; type < PATTERN_MAX; type++)
		if (strcmp(row->pattern_type, pattern_types[type]) == 0)
			break;
	if (type == PATTERN_MAX)
		return "pattern_type is none of full, prefix, contains and regexp";
	wrong = find_location(p);
	if (wrong == NULL && type == PATTERN_REGEXP)
		wrong = regexp_compile(row->pattern, &p->regex);
	if (wrong == NULL)
		p->type = (enum pattern_type)type;
	return wrong;
}

static void
keep(struct reading *r, struct pattern *p)
{
	struct fingerprints *f = r->f;

	if ((f->n & (f->n - 1)) == 0)
		f->patterns =
		    xreallocarray(f->patterns, f->n > 0 ? f->n * 2 : 1, sizeof(*f->patterns));
	f->patterns[f->n++] = p;
}

static void
take_row(struct reading *r)
{
	struct pattern *p = xcalloc(1, sizeof(*p));
	const char *wrong;
	int c;

	for (c = 0; c < NCOLUMNS; c++)
		*column_of(&p->row, c) = xstrdup(buf_str(&r->fields[c]));
	if (r->nul)
		wrong = "a NUL byte";
	else if (r->nfields > r->ncolumns)
		wrong = "more fields than the header has";
	else if (r->f->n >= ROWS_MOST)
		wrong = "too many rows";
	else
		wrong = complete(p);
	if (wrong == NULL) {
		keep(r, p);
		return;
	}
	say(r, wrong);
	pattern_free(p);
}

/* The first row says what the fields are. */
static void
take_head_field(struct reading *r, const char *name, size_t len)
{
	int c;

	if (len >= 3 && r->ncolumns == 0 && memcmp(name, "\xef\xbb\xbf", 3) == 0) {
		name += 3;
		len -= 3;
	}
	if (r->ncolumns == HEAD_MOST)
		return;
	for (c = 0; c < NCOLUMNS; c++)
		if (strlen(columns[c].name) == len && strncasecmp(columns[c].name, name, len) == 0)
			break;
	r->columns[r->ncolumns++] = c;
}

static bool
head_is_whole(const struct reading *r)
{
	bool found[NCOLUMNS + 1] = {false};
	size_t i;
	int c;

	for (i = 0; i < r->ncolumns; i++)
		found[r->columns[i]] = true;
	for (c = 0; c < NCOLUMNS; c++)
		if (columns[c].needed && !found[c])
			return false;
	return true;
}

static void
csv_field(void *bytes, size_t len, void *arg)
{
	struct reading *r = arg;
	size_t i = r->nfields++;

	if (len > 0)
		r->empty = false;
	if (!r->headed)
		take_head_field(r, bytes, len);
	else if (i < r->ncolumns && r->columns[i] < NCOLUMNS)
		buf_add(&r->fields[r->columns[i]], bytes, len);
}

static void
csv_row(int terminator, void *arg)
{
	struct reading *r = arg;

	(void)terminator;
	if (!r->headed && !r->empty) {
		r->headed = true;
		r->bad_head = !head_is_whole(r);
	} else if (!r->empty && !r->bad_head)
		take_row(r);
	clear_row(r);
}

static void *
csv_realloc(void *old, size_t size)
{
	return xreallocarray(old, size, 1);
}

static void
csv_begin(struct reading *r)
{
	/* REPALL_NL: also empty lines end a row, or the count of lines would be lost there. */
	if (csv_init(&r->csv, CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL) != 0)
		abort(); /* it only looks at its arguments */
	csv_set_realloc_func(&r->csv, csv_realloc);
	csv_set_blk_size(&r->csv, 4096);
	clear_row(r);
}

/* The row's quotation marks do not pair: names it, and goes on with the line after its first. */
static void
csv_restart(struct reading *r)
{
	say(r, "a quotation mark in the wrong place, or one missing");
	csv_free(&r->csv);
	csv_begin(r);
	r->next = r->row_next;
	r->line = r->row_line;
}

static void
feed_line(struct reading *r)
{
	const char *line = r->next, *stop = memchr(line, '\n', (size_t)(r->end - line));
	size_t len;

	r->next = stop != NULL ? stop + 1 : r->end;
	len = (size_t)(r->next - line);
	r->line++;
	if (!r->open) {
		r->open = true;
		r->row_line = r->line;
		r->row_next = r->next;
	}
	r->nul = r->nul || memchr(line, '\0', len) != NULL;
	if (csv_parse(&r->csv, line, len, csv_field, csv_row, r) != len)
		csv_restart(r);
}

int
fingerprints_parse(struct fingerprints *f, const char *path, const char *text, size_t len)
{
	struct reading r = {.f = f, .path = path, .next = text, .end = text + len};
	int c;

	csv_begin(&r);
	do {
		while (r.next < r.end && !r.bad_head)
			feed_line(&r);
		/* The last line may lack its ending, and a quoted field may run to the end. */
		if (!r.bad_head && csv_fini(&r.csv, csv_field, csv_row, &r) != 0)
			csv_restart(&r);
	} while (r.next < r.end && !r.bad_head);
	csv_free(&r.csv);
	for (c = 0; c < NCOLUMNS; c++)
		buf_free(&r.fields[c]);
	if (r.headed && !r.bad_head)
		return 0;
	log_warnx(
	    "%s: no header with the columns name, location_found, pattern_type and pattern", path);
	return -1;
}

int
fingerprints_read(struct fingerprints *f, const char *path)
{
	struct buf text = BUF_EMPTY;
	FILE *in = fopen(path, "re");
	size_t n = 0;
	int result = -1;
	bool fine;

	if (in == NULL) {
		log_warn("%s", path);
		return -1;
	}
	do {
		text.len += n;
		n = fread(buf_room(&text, 65536), 1, 65536, in);
	} while (n > 0 && text.len <= FILE_MOST);
	fine = !ferror(in) && n == 0;
	fclose(in);
	if (fine)
		result = fingerprints_parse(f, path, text.data, text.len);
	else
		log_warnx("%s: cannot be read, or is larger than 32 MiB", path);
	buf_free(&text);
	return result;
}

/* ---- What was read ----------------------------------------------------------------------------
 */

struct fingerprints *
fingerprints_new(void)
{
	return xcalloc(1, sizeof(struct fingerprints));
}

void
fingerprints_free(struct fingerprints *f)
{
	size_t i;

	if (f == NULL)
		return;
	for (i = 0; i < f->n; i++)
		pattern_free(f->patterns[i]);
	free(f->patterns);
	free(f);
}

size_t
fingerprints_count(const struct fingerprints *f)
{
	return f->n;
}

const struct fingerprint *
fingerprints_get(const struct fingerprints *f, size_t i)
{
	return &f->patterns[i]->row;
}

bool
fingerprint_is_false_positive(const struct fingerprint *fingerprint)
{
	return strcmp(fingerprint->scope, "fp") == 0;
}
