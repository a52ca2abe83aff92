/* One line of a file of records, from its text to a record or to why it is none: ingest.c's own. Safe in threads. */
#ifndef ANALYSIS_INGEST_LINE_H
#define ANALYSIS_INGEST_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/control_judge.h"
#include "analysis/idset.h"
#include "analysis/ingest.h"

struct buf;
struct bulk;
struct control_results;
struct filter;

enum ingest_outcome {
	LINE_RECORD, /* one to hand out */
	LINE_UNREADABLE, /* no line: what the reader has to say */
	LINE_BAD,
	LINE_OTHER, /* of a test that is none of ours */
	LINE_UNDATED, /* a period was asked for, and it has no time */
	LINE_CONTROL,
	LINE_PASSED_OVER, /* by the filter */
};

/*
 * What a record is known by. It was there before if its own name was, or the other; the third is only left for others to
 * find.
 */
struct ingest_names {
	struct idset_id own, other, also;
	bool has_other, has_also;
};

struct ingest_line {
	const char *file;
	int64_t number;
	size_t offset, len; /* in the batch's text */
	bool torn;
	/* What became of it */
	enum ingest_outcome outcome;
	char *why; /* LINE_UNREADABLE, LINE_BAD */
	struct ingest_names names;
	struct record record; /* LINE_RECORD */
	size_t work_offset; /* of the record's text */
	enum control_outcome_kind control; /* LINE_RECORD */
};

struct ingest_task {
	const struct filter *filter;
	const struct idset *seen; /* for its hash */
	struct bulk *parser;
	const struct ingest_needs *needs;
	const struct control_results *controls; /* NULL: none were asked for */
	struct buf *out; /* for their work */
};

/* text has a NUL and BULK_PADDING readable bytes behind it. */
void ingest_line_take(struct ingest_line *line, const char *text, const struct ingest_task *task);
void ingest_line_clear(struct ingest_line *line);

#endif
