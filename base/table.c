/* Text tables. */
#include "base/table.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/utf8.h"

enum { GAP = 2, WIDTH_MAX = 10000 };

struct cell {
	const char *text; /* clean */
	size_t width;
	enum table_colour colour;
};

struct table {
	const struct table_column *columns;
	size_t ncolumns;
	struct cell *cells; /* row after row */
	size_t n;
	struct arena *arena;
};

struct table *
table_new(const struct table_column *columns, size_t n)
{
	struct table *table = xcalloc(1, sizeof(*table));

	assert(n > 0);
	table->columns = columns;
	table->ncolumns = n;
	table->arena = arena_new();
	return table;
}

void
table_free(struct table *table)
{
	if (table == NULL)
		return;
	arena_free(table->arena);
	free(table);
}

/*
 * What a terminal might obey instead of show: C0 and C1, line separators, and the marks that
 * turn the direction of writing, with which a name can pose as another one (Unicode TR36, 2.8).
 */
static bool
is_control(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x61c || code == 0x200e ||
	       code == 0x200f || (code >= 0x2028 && code <= 0x202e) ||
	       (code >= 0x2066 && code <= 0x2069);
}

static size_t
code_width(uint32_t code)
{
	int width = wcwidth((wchar_t)code);

	return width < 0 ? 1 : (size_t)width;
}

char *
table_clean(struct arena *arena, const char *text)
{
	size_t left = strlen(text), n;
	char *copy = arena_alloc(arena, left + 1), *p = copy;
	uint32_t code;

	for (; left > 0; text += n, left -= n) {
		n = utf8_next(text, left, &code);
		if (n == 0 || is_control(code)) {
			*p++ = '?';
			n = n > 0 ? n : 1;
		} else {
			memcpy(p, text, n);
			p += n;
		}
	}
	return copy;
}

/* How many bytes of the text fit into that many columns; sets how many columns they take. */
static size_t
fit(const char *text, size_t columns, size_t *width)
{
	size_t left = strlen(text), used = 0, n, w;
	uint32_t code;

	*width = 0;
	for (; left > 0; used += n, left -= n, *width += w) {
		n = utf8_next(text + used, left, &code);
		w = n > 0 ? code_width(code) : 1;
		n = n > 0 ? n : 1;
		if (*width + w > columns)
			break;
	}
	return used;
}

size_t
table_text_width(const char *text)
{
	size_t width;

	fit(text, SIZE_MAX, &width);
	return width;
}

void
table_cell(struct table *table, const char *text, enum table_colour colour)
{
	struct cell *cell = ARENA_PUSH(table->arena, table->cells, table->n);

	cell->text = table_clean(table->arena, text);
	cell->width = table_text_width(cell->text);
	cell->colour = colour;
}

void
table_cellf(struct table *table, enum table_colour colour, const char *fmt, ...)
{
	va_list ap;
	char *text;
	int len;

	va_start(ap, fmt);
	len = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (len < 0)
		log_fatalx("out of memory (a cell was wanted)");
	table_cell(table, text, colour);
	free(text);
}

static void
natural_widths(const struct table *table, size_t *widths)
{
	size_t i, c;

	for (c = 0; c < table->ncolumns; c++)
		widths[c] = table_text_width(table->columns[c].head);
	for (i = 0; i < table->n; i++) {
		c = i % table->ncolumns;
		if (table->cells[i].width > widths[c])
			widths[c] = table->cells[i].width;
	}
}

/* The widest of the columns that may still give way; ncolumns when none may. */
static size_t
widest(const struct table *table, const size_t *widths)
{
	size_t best = table->ncolumns, c;

	for (c = 0; c < table->ncolumns; c++)
		if (table->columns[c].shrink_to > 0 &&
		    widths[c] > (size_t)table->columns[c].shrink_to &&
		    (best == table->ncolumns || widths[c] >= widths[best]))
			best = c;
	return best;
}

static void
shrink(const struct table *table, size_t *widths, size_t most)
{
	size_t total = (table->ncolumns - 1) * GAP, c, least, cut;

	for (c = 0; c < table->ncolumns; c++)
		total += widths[c];
	while (total > most && (c = widest(table, widths)) < table->ncolumns) {
		/* A cell of a million characters goes at once, what then fits about, one by one. */
		least = most > (size_t)table->columns[c].shrink_to
		            ? most
		            : (size_t)table->columns[c].shrink_to;
		cut = widths[c] > least ? widths[c] - least : 1;
		widths[c] -= cut;
		total -= cut;
	}
}

static void
pad(FILE *out, size_t n)
{
	while (n-- > 0)
		putc(' ', out);
}

const char *
table_colour_code(enum table_colour colour)
{
	switch (colour) {
	case TABLE_GREEN:
		return "\033[32m";
	case TABLE_YELLOW:
		return "\033[33m";
	case TABLE_RED:
		return "\033[31m";
	case TABLE_BLUE:
		return "\033[34m";
	case TABLE_DIM:
		return "\033[2m";
	case TABLE_PLAIN:
		break;
	}
	return NULL;
}

/* One cell in its width; the last one of a row is not filled up with blanks. */
static void
write_cell(FILE *out, const char *text, size_t width, bool right, bool last, const char *code)
{
	size_t taken, len = fit(text, width, &taken);
	bool cut = text[len] != '\0';

	if (cut) {
		len = fit(text, width - 1, &taken);
		taken++;
	}
	if (right)
		pad(out, width - taken);
	if (code != NULL)
		fputs(code, out);
	fwrite(text, 1, len, out);
	if (cut)
		fputs("\u2026", out);
	if (code != NULL)
		fputs("\033[0m", out);
	if (!right && !last)
		pad(out, width - taken);
	if (!last)
		pad(out, GAP);
}

void
table_write(const struct table *table, FILE *out, int width, bool colour)
{
	size_t *widths = xcalloc(table->ncolumns, sizeof(*widths)), i, c;
	size_t rows = (table->n + table->ncolumns - 1) / table->ncolumns;
	const struct table_column *columns = table->columns;
	bool last;

	natural_widths(table, widths);
	if (width > 0)
		shrink(table, widths, (size_t)width);
	for (c = 0; c < table->ncolumns; c++)
		write_cell(out, columns[c].head, widths[c], columns[c].right,
		    c + 1 == table->ncolumns, colour ? "\033[1m" : NULL);
	putc('\n', out);
	for (i = 0; i < rows * table->ncolumns; i++) {
		static const struct cell none = {"", 0, TABLE_PLAIN};
		const struct cell *cell = i < table->n ? &table->cells[i] : &none;

		c = i % table->ncolumns;
		last = c + 1 == table->ncolumns;
		write_cell(out, cell->text, widths[c], columns[c].right, last,
		    colour ? table_colour_code(cell->colour) : NULL);
		if (last)
			putc('\n', out);
	}
	free(widths);
}

int
table_terminal_width(int fd)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	char *end;
	long n;

	if (columns != NULL) {
		n = strtol(columns, &end, 10);
		if (end != columns && *end == '\0' && n > 0 && n < WIDTH_MAX)
			return (int)n;
	}
	if (!isatty(fd))
		return 0;
	/* Terminals that do not know (a serial line) say 0. */
	return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}
