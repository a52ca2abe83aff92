/*
 * The bundle's tables: what they hold, and how their rows are written. Every row has its columns in the order of the table's list.
 * Inner part of report_bundle*.c.
 */
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

#define BUNDLE_COLUMNS(columns) columns, sizeof(columns) / sizeof((columns)[0])

struct bundle_table {
	const char *file; /* "days.csv" */
	const char *about;
	const struct bundle_column *columns;
	size_t ncolumns;
	bool (*is_there)(const struct report *report); /* that part was computed; NULL: always */
	void (*rows)(const struct report *report, struct buf *out); /* without the head */
};

extern const struct bundle_table bundle_days, bundle_targets, bundle_networks, bundle_network_days, bundle_events, bundle_gaps;
extern const struct bundle_table bundle_episodes, bundle_interception, bundle_certificates, bundle_correlation, bundle_epoch;

/* All of them. */
extern const struct bundle_table *const bundle_tables[];
extern const size_t bundle_ntables;
bool bundle_has(const struct report *report, const struct bundle_table *table);

#endif
