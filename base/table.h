/* Text tables for people: they know the terminal's width, UTF-8 and wide characters. */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum table_colour { TABLE_PLAIN, TABLE_GREEN, TABLE_YELLOW, TABLE_RED, TABLE_BLUE, TABLE_DIM };

struct table_column {
	const char *head;
	bool right; /* aligned right */
	/*
	 * How it gives way when the table is too wide: 0 never; else it may shrink to this many
	 * columns, its cells cut with an ellipsis.
	 */
	int shrink_to;
};

struct arena;
struct table;

/* columns is borrowed for the table's life. */
struct table *table_new(const struct table_column *columns, size_t n);
void table_free(struct table *table);
/* Adds the next cell, left to right, row after row; text is copied, control characters and bad UTF-8 become '?'. */
void table_cell(struct table *table, const char *text, enum table_colour colour);
void table_cellf(struct table *table, enum table_colour colour, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Writes it, `width` columns wide at most (0: as wide as it gets). Cells that an unfinished last row lacks are empty. */
void table_write(const struct table *table, FILE *out, int width, bool colour);
/* Columns of the terminal that `fd` is ($COLUMNS first); 0 when it is none. */
int table_terminal_width(int fd);
/* What turns the colour on; "\033[0m" turns it off. NULL for TABLE_PLAIN. */
const char *table_colour_code(enum table_colour colour);
/* A copy of the text as cells have it. */
char *table_clean(struct arena *arena, const char *text);
/* The columns that UTF-8 text takes on a terminal. */
size_t table_text_width(const char *text);

#endif
