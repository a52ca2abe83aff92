/* The bundle's tables: what they hold, and how their rows are written. Inner part of report_bundle*.c. */
#ifndef ANALYSIS_REPORT_BUNDLE_TABLES_H
#define ANALYSIS_REPORT_BUNDLE_TABLES_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct report;

struct bundle_column {
	const char *name;
	const char *type; /* as datapackage.json has it: string, integer, number, date, datetime, boolean */
	const char *about;
};

struct bundle_table {
	const char *file; /* "days.csv" */
	const char *about;
	const struct bundle_column *columns;
	size_t ncolumns;
	bool (*is_there)(const struct report *report); /* that part was computed */
	void (*rows)(const struct report *report, struct buf *out); /* without the head */
};

extern const struct bundle_table bundle_tables[];
extern const size_t bundle_ntables;

#endif
