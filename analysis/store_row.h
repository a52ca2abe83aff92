/* The store's own: a record as a row, and the tables of rows. */
#ifndef ANALYSIS_STORE_ROW_H
#define ANALYSIS_STORE_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sqlite3.h>

#include "base/siphash.h"
#include "results/ooni.h"

struct names;

struct store_row {
	int64_t id;
	int64_t time_us;
	double runtime_s;
	int64_t target; /* its number in the table of targets */
	const char *input; /* NULL: the target's URL */
	const char *asn, *cc, *network_name, *network; /* network: its state, by name */
	const char *software_name, *software_version, *list, *category, *role;
	const char *status, *stage, *mechanism, *evidence, *rules; /* evidence: codes with spaces between them */
	double confidence;
	const char *record, *uid, *report;
	struct ooni_keys keys, stored;
	int64_t measured; /* a round's */
	int64_t ours;
};

enum store_type {
	STORE_INT,
	STORE_FLAG, /* an int, of which -1 is null */
	STORE_FLAGS, /* an int64_t, likewise */
	STORE_REAL, /* NAN is null */
	STORE_TEXT,
	STORE_WORD, /* a text that comes again and again: its number in the table of words */
};

struct store_column {
	const char *name;
	enum store_type type;
	size_t offset; /* in struct store_row */
};

struct store_table {
	const char *name;
	const struct store_column *columns;
	size_t n;
};
extern const struct store_table store_measurements, store_rounds;

struct store {
	sqlite3 *db;
	char *path;
	struct siphash_key key;
	struct names *words, *targets; /* the number in the database is one higher */
	sqlite3_stmt *see, *saw, *add_word, *add_target, *add_measurement, *add_round, *add_event, *add_handshake,
	    *add_chain, *add_certificate, *add_file, *has_file;
	int64_t since_commit;
	struct store_certificates *certificates;
	struct store_walk *walk; /* reading */
};

/* A statement; what cannot be prepared is a fault of ours or of the file, and ends the program. */
sqlite3_stmt *store_prepare(struct store *store, const char *sql);
/* Runs a statement that gives no row, and makes it ready for the next time. */
void store_run(struct store *store, sqlite3_stmt *st);
void store_exec(struct store *store, const char *sql);
/* Logs what SQLite has to say, and ends the program: 74. */
_Noreturn void store_fail(const struct store *store);
/* The same where what is in the file makes no sense: 65. */
_Noreturn void store_damaged(const struct store *store);
/* The next row, if there is one. */
bool store_step(struct store *store, sqlite3_stmt *st);
/* Of rows (number, text): the names of them, which must be numbered from 1 without a gap. */
void store_load_names(struct store *store, const char *sql, struct names *names);

/* The statement that inserts a row of the table, without its id; for sqlite3_finalize. */
sqlite3_stmt *store_insert(struct store *store, const struct store_table *table);
/* And the one that reads all of them; the id comes first. `where` may be "". */
sqlite3_stmt *store_select(struct store *store, const struct store_table *table, const char *where);
void store_put_row(struct store *store, const struct store_table *table, sqlite3_stmt *st, const struct store_row *row);
/* Texts are valid until the next step. */
void store_get_row(const struct store *store, const struct store_table *table, sqlite3_stmt *st, struct store_row *row);

/* A word's number in the database, 0 of NULL; it is added where it is new. And back. */
int64_t store_word(struct store *store, const char *text);
const char *store_word_text(const struct store *store, int64_t number);

/* store_put.c's and store_get.c's parts of a store's end. */
void store_certificates_free(struct store_certificates *certificates);
void store_walk_free(struct store_walk *walk);

#endif
