/*
 * One measurement as a row: what it was, its verdict, and OONI's keys, recomputed from what was
 * observed and beside them as they are stored. Pure, and safe in threads.
 */
#ifndef ANALYSIS_VERDICT_ROW_H
#define ANALYSIS_VERDICT_ROW_H

#include "results/ooni.h"
#include "results/verdict.h"

struct buf;
struct measurement;
struct record;

struct verdict_row {
	/* Borrowed from the record. */
	const struct measurement *m;
	const char *target, *host; /* the host NULL where the target has none, or an address */
	struct verdict verdict;
	struct ooni_keys keys;
	const char *control_id; /* as struct record has it */
	double control_distance_s; /* NAN none */
};

/* Of a record of a target; the row is good for as long as the record. */
void verdict_row_fill(struct verdict_row *row, const struct record *record);

/* The names of the columns, with the line's end. */
void verdict_row_csv_head(struct buf *out);
/* Append the row and its line's end. What is unknown is empty, or null. */
void verdict_row_csv(const struct verdict_row *row, struct buf *out);
void verdict_row_json(const struct verdict_row *row, struct buf *out);

#endif
