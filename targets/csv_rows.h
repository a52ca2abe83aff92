/* CSV whose header names the columns, in any order: what lists and calendars are read with. */
#ifndef TARGETS_CSV_ROWS_H
#define TARGETS_CSV_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct lines;

enum { CSV_COLUMNS_MAX = 64, CSV_HEAD_MAX = 256 };

/*
 * The name of a column (case does not matter, nor whether words are joined by blanks, '_' or '-'),
 * and its number from 0. Several names may mean one column.
 */
struct csv_name {
	const char *name;
	int column;
};

/* A header line: what its fields are. */
struct csv_head {
	char delimiter;
	int columns[CSV_HEAD_MAX]; /* -1 none of the names */
	size_t n;
	uint64_t found; /* 1 << column, for each that is there */
};

/*
 * Takes a line for a header: false when it lacks one of the `required` columns (1 << column,
 * or-ed), however it is divided (',', ';' or tabs). Of two fields that mean the same column the
 * first counts.
 */
bool csv_head_read(struct csv_head *head, const struct csv_name *names, size_t nnames,
    uint64_t required, const char *line, size_t len);

struct csv_rows {
	struct lines *lines; /* the rows below the header */
	const struct csv_head *head;
	size_t ncolumns; /* how many columns the names number */
	/* A row that began on this line: its columns' text, stripped; "" what it lacks. Not called
	 * for an empty row. */
	void (*row)(int line, const struct buf *columns, void *arg);
	/* A row that cannot be read. Reading goes on. */
	void (*wrong)(int line, const char *message, void *arg);
	void *arg;
};
void csv_rows_read(const struct csv_rows *rows);

#endif
