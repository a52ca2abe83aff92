/*
 * Records kept for repeated questions, without the files that they came from: who measured what and when, its verdict, OONI's keys, the
 * certificates that were shown, rounds and events; no other observations. docs/format.md, "The store", tells its
 * tables. One kind so far, sqlite:FILE.
 *
 * What the machine cannot give (a full disk) ends the program with 74; what was written until then is kept.
 */
#ifndef ANALYSIS_STORE_H
#define ANALYSIS_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct filter;
struct ingest_counts;
struct record;
struct siphash_key;
struct stat;
struct store;

enum store_mode {
	STORE_LOOK, /* it is there, and only read */
	STORE_FILL, /* made where it is missing; nobody else opens it at the same time */
};

/* NULL, and the exit code in *code, when that cannot be, which was logged. */
struct store *store_open(const char *spec, enum store_mode mode, int *code);
/* NULL is fine. */
void store_close(struct store *store);

/* --- filling --- */

/* The key of idset_id for what is asked of the two below, the same for as long as the store is. */
const struct siphash_key *store_key(const struct store *store);
/* False when it was there, in whichever file. */
bool store_see(struct store *store, uint64_t hash);
bool store_saw(struct store *store, uint64_t hash);
void store_add(struct store *store, const struct record *record);
/* A file that was read to its end, as it was before; and whether it was, and is still the same. */
void store_add_file(struct store *store, const char *path, const struct stat *st);
bool store_has_file(struct store *store, const char *path, const struct stat *st);
/* At the end: counts the new measurements into the cube, and what was read to all that ever was. */
void store_settle(struct store *store, const struct ingest_counts *counts);

/* --- reading --- */

/* What was read in all, and left out. */
void store_counts(struct store *store, struct ingest_counts *counts);
/* The next record that passes the filter, which adds to undated and controls; valid until the next call. False at the end. */
bool store_next(struct store *store, const struct filter *filter, struct ingest_counts *counts, struct record *record);
/* For progress: how many of how many were looked at. */
void store_progress(const struct store *store, int64_t *done, int64_t *all);

#endif
