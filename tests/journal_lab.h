/* A results directory of a test's own, a clock to turn, and records that are easy to tell apart. */
#ifndef TESTS_JOURNAL_LAB_H
#define TESTS_JOURNAL_LAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct journal;
struct segment_facts;

/* --- the place ------------------------------------------------------------------------------- */

extern char *lab_dir; /* not made yet; the directory above it is */

/* cmocka's setup and teardown: a new directory, the clock at LAB_START, and stderr into a file. */
int lab_new(void **state);
int lab_free(void **state);
/* A file of the directory; NULL when there is none. To free. */
char *lab_slurp(const char *file);
void lab_spill(const char *file, const void *data, size_t len);
bool lab_has(const char *file);
/* -1: it is not there. */
long lab_size(const char *file);
/* How many files have a name with this in it. */
int lab_count_files(const char *part);
/* What has been logged so far; to free. */
char *lab_log(void);

/* --- the clock ------------------------------------------------------------------------------- */

#define LAB_START (INT64_C(1795329000) * 1000000) /* 2026-11-22T06:30:00Z */
#define LAB_SEGMENT "netvane-20261122T063000Z-0001.jsonl"
void lab_pass_s(int64_t seconds);

/* --- records --------------------------------------------------------------------------------- */

struct lab_record {
	int n; /* its id */
	const char *test_name; /* NULL: web_connectivity */
	int round;
	const char *status; /* of the verdict, the network or the event; NULL: "ok", "online", "gap" */
	size_t fill; /* bytes more, that compress badly */
};
/* Appends the line. */
void lab_line(struct buf *out, const struct lab_record *record);
/* A round: its n targets, of which `odd` (-1 none) is blocked, and its own record; ids from *id on. Appended to the journal. */
void lab_round(struct journal *journal, int *id, int round, int targets, int odd);

/* What is in the whole directory, read as any reader does. */
struct lab_seen {
	int *count; /* by id: how often it is there */
	int max; /* ids are below */
	int lines, torn, bad; /* bad: lines that are no record of ours, and what the reader complained of */
};
struct lab_seen lab_read(const char *dir, int max);
void lab_seen_free(struct lab_seen *seen);

struct journal *lab_open(void);
/* How many lines a file has, plain or compressed. */
int lab_lines_of(const char *file);

#endif
