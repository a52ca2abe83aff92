/*
 * Records from files to whoever analyses them: read, decoded, each once, and only those that the
 * filter lets through. What is wrong with a line is logged with its file and number and counted;
 * it never ends the work, unless the options are strict. Reading, decoding and what the caller does with the records go on at
 * the same time, decoding in as many threads as there are processors; the order is that of the files.
 */
#ifndef ANALYSIS_INGEST_H
#define ANALYSIS_INGEST_H

#include <stdbool.h>
#include <stdint.h>

#include "targets/target.h"

struct buf;
struct measurement;
struct ooni_keys;
struct options;
struct store;

enum record_kind { RECORD_TARGET, RECORD_ROUND, RECORD_EVENT };

struct record {
	enum record_kind kind;
	struct measurement *m; /* NULL where there is text instead */
	/* RECORD_TARGET: its input. An input that is no http(s) URL has only its text in `url`. */
	struct target target;
	const struct ooni_keys *keys; /* RECORD_TARGET: as computed when it was put into a store; NULL: not yet computed */
	const char *text;
	size_t len;
	/* Of a target's that was judged with another's record (--control-results): whose, and how far it is in time. */
	const char *control_id; /* NULL: it was not; "" its id is unknown */
	int64_t control_distance_us;
};

struct ingest_counts {
	int64_t records; /* decoded, duplicates and all */
	int64_t duplicates;
	int64_t others; /* of tests that are neither ours nor web_connectivity */
	int64_t controls; /* left out because they are controls */
	int64_t undated; /* left out because a period was asked for and they have no time */
	int64_t bad_lines;
	int64_t unreadable; /* what the reader reported: files, or their rest, or lines too long */
	/* With --control-results: */
	int64_t observations; /* that there are to choose from */
	int64_t controlled; /* measurements that were judged with one */
	int64_t uncontrolled, at_odds; /* for which there was none in reach; or one, but the site changed around it */
};

struct ingest;

/*
 * What is to be done with each record that passes the filter, in a thread of its own: append to `text` what the record comes to,
 * which ingest_next then hands out instead of the measurement. Pure, or safe in threads.
 */
typedef void ingest_work(const struct record *record, struct buf *text);

struct ingest_needs {
	ingest_work *work; /* NULL: the measurements themselves are handed out */
	bool brief; /* MEASUREMENT_BRIEF does; records of ours without a verdict are judged */
};

/*
 * options is borrowed. needs NULL: measurements in full. Where the options name a store, what the paths have is put into that first,
 * and the records come out of it.
 */
struct ingest *ingest_new(const struct options *options, const struct ingest_needs *needs);
/* From these files, whatever store the options name; each that the store (borrowed) has not seen once. */
struct ingest *ingest_new_unseen(const struct options *options, struct store *store);
void ingest_free(struct ingest *ingest);
/* 1 and the next record, its contents valid until the next call; 0 at the end. */
int ingest_next(struct ingest *ingest, struct record *record);
const struct ingest_counts *ingest_counts(const struct ingest *ingest);
/* Of a file that was read: it could not be, or not to its end. */
bool ingest_could_not_read(const struct ingest *ingest, const char *file);
/*
 * To be called at the end: logs what was left out, and returns the exit code that the input
 * deserves: 66 when nothing of it could be opened, 65 when all of it was bad (strict: any), else 0. The same of the
 * control results, without which nothing is read.
 */
int ingest_end(struct ingest *ingest);

#endif
