/* A store in a SQLite file: opening it, its versions, its words, and the files that are in it. */
#include "analysis/store.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>
#include <sys/stat.h>

#include "analysis/ingest.h"
#include "analysis/names.h"
#include "analysis/store_row.h"
#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"

/* "nvan": so that nobody's file is taken for ours, nor ours for anybody's. */
enum { APPLICATION_ID = 0x6e76616e, VERSION = 1 };

/* What SQLite keeps in memory, in KB. */
#define CACHE_KB "-32000"
/* Whoever looks at it is soon done. */
enum { BUSY_MS = 1000 };

/* Besides the tables of store_row.c. */
static const char schema[] =
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;"
    "CREATE TABLE file (path TEXT PRIMARY KEY, size INTEGER, mtime_ns INTEGER) WITHOUT ROWID;"
    "CREATE TABLE seen (hash INTEGER PRIMARY KEY);"
    "CREATE TABLE word (id INTEGER PRIMARY KEY, text TEXT NOT NULL);"
    "CREATE TABLE target (id INTEGER PRIMARY KEY, url TEXT NOT NULL, host TEXT, domain TEXT);"
    "CREATE TABLE event (id INTEGER PRIMARY KEY, time_us INTEGER, json TEXT NOT NULL);"
    "CREATE TABLE certificate (id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL, der BLOB NOT NULL);"
    "CREATE TABLE chain (id INTEGER PRIMARY KEY, certificates TEXT NOT NULL);"
    "CREATE TABLE handshake (measurement INTEGER NOT NULL, server_name INTEGER, failure INTEGER,"
    " verify_errors INTEGER, not_verified INTEGER, host_ok INTEGER, chain INTEGER NOT NULL,"
    " confirm INTEGER NOT NULL);"
    "CREATE TABLE cube (hour INTEGER NOT NULL, target INTEGER NOT NULL, probe_asn INTEGER NOT NULL,"
    " probe_cc INTEGER NOT NULL, status INTEGER NOT NULL, mechanism INTEGER NOT NULL, n INTEGER NOT NULL,"
    " weight REAL NOT NULL,"
    " PRIMARY KEY (target, probe_asn, probe_cc, hour, status, mechanism)) WITHOUT ROWID;"
    "INSERT INTO meta VALUES ('cubed_measurements', 0), ('cubed_rounds', 0);"
    /* The cube with its names; where there is no target, status is what a round found the network to be. */
    "CREATE VIEW counts AS SELECT strftime('%Y-%m-%dT%H:00:00Z', hour * 3600, 'unixepoch') AS hour,"
    " target.url AS target, target.domain AS domain, a.text AS probe_asn, c.text AS probe_cc, s.text AS status,"
    " m.text AS mechanism, n, weight FROM cube LEFT JOIN target ON target.id = cube.target"
    " LEFT JOIN word a ON a.id = cube.probe_asn LEFT JOIN word c ON c.id = cube.probe_cc"
    " LEFT JOIN word s ON s.id = cube.status LEFT JOIN word m ON m.id = cube.mechanism;";

void
store_fail(const struct store *store)
{
	log_errorx("%s: %s (what was put there before is kept; the same command goes on with it once that is mended)", store->path,
	    sqlite3_errmsg(store->db));
	exit(EX_IOERR);
}

void
store_damaged(const struct store *store)
{
	log_errorx("%s: is damaged; make a new one from the records", store->path);
	exit(EX_DATAERR);
}

bool
store_step(struct store *store, sqlite3_stmt *st)
{
	switch (sqlite3_step(st)) {
	case SQLITE_ROW:
		return true;
	case SQLITE_DONE:
		return false;
	case SQLITE_CORRUPT:
		store_damaged(store);
	default:
		store_fail(store);
	}
}

sqlite3_stmt *
store_prepare(struct store *store, const char *sql)
{
	sqlite3_stmt *st;

	if (sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &st, NULL) != SQLITE_OK)
		store_fail(store);
	return st;
}

void
store_run(struct store *store, sqlite3_stmt *st)
{
	if (sqlite3_step(st) != SQLITE_DONE)
		store_fail(store);
	sqlite3_reset(st);
}

void
store_exec(struct store *store, const char *sql)
{
	if (sqlite3_exec(store->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		store_fail(store);
}

/* --- words and targets ------------------------------------------------------------------------- */

int64_t
store_word(struct store *store, const char *text)
{
	uint32_t known = names_count(store->words), number;

	if (text == NULL)
		return 0;
	number = names_add(store->words, text);
	if (number < known)
		return (int64_t)number + 1;
	sqlite3_bind_int64(store->add_word, 1, (int64_t)number + 1);
	sqlite3_bind_text(store->add_word, 2, text, -1, SQLITE_STATIC);
	store_run(store, store->add_word);
	return (int64_t)number + 1;
}

const char *
store_word_text(const struct store *store, int64_t number)
{
	if (number == 0)
		return NULL;
	if (number < 1 || number > (int64_t)names_count(store->words))
		store_damaged(store);
	return names_text(store->words, (uint32_t)(number - 1));
}

void
store_load_names(struct store *store, const char *sql, struct names *names)
{
	sqlite3_stmt *st = store_prepare(store, sql);

	while (store_step(store, st))
		if (sqlite3_column_text(st, 1) == NULL ||
		    (int64_t)names_add(names, (const char *)sqlite3_column_text(st, 1)) + 1 != sqlite3_column_int64(st, 0))
			store_damaged(store);
	sqlite3_finalize(st);
}

/* --- opening ----------------------------------------------------------------------------------- */

static int64_t
pragma(struct store *store, const char *name)
{
	char *sql = xasprintf("PRAGMA %s", name);
	int64_t value = -1;
	sqlite3_stmt *st;

	if (sqlite3_prepare_v2(store->db, sql, -1, &st, NULL) == SQLITE_OK) {
		if (sqlite3_step(st) == SQLITE_ROW)
			value = sqlite3_column_int64(st, 0);
		sqlite3_finalize(st);
	}
	free(sql);
	return value;
}

static void
make_table(struct store *store, const struct store_table *table)
{
	static const char *const types[] = {[STORE_INT] = "INTEGER", [STORE_FLAG] = "INTEGER", [STORE_FLAGS] = "INTEGER",
	    [STORE_REAL] = "REAL", [STORE_TEXT] = "TEXT", [STORE_WORD] = "INTEGER"};
	struct buf sql = BUF_EMPTY;
	size_t i;

	buf_printf(&sql, "CREATE TABLE %s (id INTEGER PRIMARY KEY", table->name);
	for (i = 0; i < table->n; i++)
		buf_printf(&sql, ",%s %s", table->columns[i].name, types[table->columns[i].type]);
	buf_puts(&sql, ")");
	store_exec(store, buf_str(&sql));
	buf_free(&sql);
}

/* A table's rows with their words spelled out. */
static void
make_view(struct store *store, const char *view, const struct store_table *table)
{
	struct buf sql = BUF_EMPTY;
	const struct store_column *c;

	buf_printf(&sql, "CREATE VIEW %s AS SELECT t.id", view);
	buf_puts(&sql, ", CASE WHEN t.time_us <> 0 THEN strftime('%Y-%m-%dT%H:%M:%S', t.time_us / 1000000, 'unixepoch')"
		       " || printf('.%06dZ', t.time_us % 1000000) END AS time");
	for (c = table->columns; c < table->columns + table->n; c++)
		if (strcmp(c->name, "target") == 0)
			buf_puts(&sql, ", target.url AS target, target.domain AS domain");
		else if (c->type == STORE_WORD)
			buf_printf(&sql, ", (SELECT text FROM word WHERE id = t.%s) AS %s", c->name, c->name);
		else if (strcmp(c->name, "time_us") != 0)
			buf_printf(&sql, ", t.%s", c->name);
	buf_printf(&sql, " FROM %s t", table->name);
	if (table == &store_measurements)
		buf_puts(&sql, " JOIN target ON target.id = t.target");
	store_exec(store, buf_str(&sql));
	buf_free(&sql);
}

static void
make_schema(struct store *store)
{
	struct siphash_key key = siphash_random_key();
	char *sql;

	store_exec(store, schema);
	make_table(store, &store_measurements);
	make_table(store, &store_rounds);
	make_view(store, "verdicts", &store_measurements);
	make_view(store, "rounds", &store_rounds);
	sql = xasprintf("INSERT INTO meta VALUES ('key0', %" PRId64 "), ('key1', %" PRId64 ");"
			"PRAGMA application_id = %d; PRAGMA user_version = %d",
	    (int64_t)key.k[0], (int64_t)key.k[1], APPLICATION_ID, VERSION);
	store_exec(store, sql);
	free(sql);
}

static int
refuse(const struct store *store, int code, const char *why)
{
	log_errorx("%s: %s", store->path, why);
	return code;
}

/* An empty file is a new one. */
/* What SQLite could not do. */
static int
refuse_error(const struct store *store, int otherwise)
{
	switch (sqlite3_errcode(store->db) & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return refuse(store, EX_TEMPFAIL, "is in use by another program; try again when that is done");
	case SQLITE_NOTADB:
		return refuse(store, EX_DATAERR, "is no store of netvane-analyze (no SQLite file)");
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
		return refuse(store, otherwise, "cannot be written, or was left by a filling that was interrupted; name a PATH, where it can be written, to go on with it");
	default:
		return refuse(store, otherwise, sqlite3_errmsg(store->db));
	}
}

/* Somebody else's may have views in their place that never end. */
static bool
has_strange_tables(struct store *store)
{
	sqlite3_stmt *st = store_prepare(store,
	    "SELECT 1 FROM sqlite_master WHERE type <> 'table' AND name IN ('meta', 'file', 'seen', 'word', 'target', 'event',"
	    " 'certificate', 'chain', 'handshake', 'cube', 'measurement', 'round')");
	bool strange = store_step(store, st);

	sqlite3_finalize(st);
	return strange;
}

static int
check_file(struct store *store, enum store_mode mode)
{
	int64_t version = pragma(store, "user_version");

	if (version == -1)
		return refuse_error(store, EX_DATAERR);
	if (version == 0 && mode == STORE_FILL && pragma(store, "schema_version") == 0)
		return EX_OK;
	if (pragma(store, "application_id") != APPLICATION_ID)
		return refuse(store, EX_DATAERR, "is no store of netvane-analyze");
	if (version != VERSION)
		return refuse(store, EX_DATAERR, "is a store of another version of netvane-analyze; make a new one from the records");
	if (has_strange_tables(store))
		return refuse(store, EX_DATAERR, "is no store of netvane-analyze");
	return EX_OK;
}

static void
load(struct store *store)
{
	sqlite3_stmt *st = store_prepare(store, "SELECT value FROM meta WHERE name IN ('key0', 'key1') ORDER BY name");
	size_t i;

	for (i = 0; i < 2 && store_step(store, st); i++)
		store->key.k[i] = (uint64_t)sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	if (i < 2)
		store_damaged(store);
	store_load_names(store, "SELECT id, text FROM word ORDER BY id", store->words);
	store_load_names(store, "SELECT id, url FROM target ORDER BY id", store->targets);
}

static void
begin_filling(struct store *store)
{
	if (pragma(store, "user_version") == 0)
		make_schema(store);
	store->see = store_prepare(store, "INSERT OR IGNORE INTO seen VALUES (?)");
	store->saw = store_prepare(store, "SELECT 1 FROM seen WHERE hash = ?");
	store->add_word = store_prepare(store, "INSERT INTO word VALUES (?, ?)");
	store->add_target = store_prepare(store, "INSERT INTO target VALUES (?, ?, ?, ?)");
	store->add_event = store_prepare(store, "INSERT INTO event (time_us, json) VALUES (?, ?)");
	store->add_handshake = store_prepare(store, "INSERT INTO handshake VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
	store->add_chain = store_prepare(store, "INSERT INTO chain VALUES (?, ?)");
	store->add_certificate = store_prepare(store, "INSERT INTO certificate VALUES (?, ?, ?)");
	store->add_file = store_prepare(store, "INSERT OR REPLACE INTO file VALUES (?, ?, ?)");
	store->has_file = store_prepare(store, "SELECT 1 FROM file WHERE path = ? AND size = ? AND mtime_ns = ?");
	store->add_measurement = store_insert(store, &store_measurements);
	store->add_round = store_insert(store, &store_rounds);
}

/* The lock is kept until the end: words that another writer added would have numbers of ours, and a reader would not know them. */
static int
begin(struct store *store, enum store_mode mode)
{
	const char *sql = mode == STORE_FILL ? "PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = " CACHE_KB ";"
					       "PRAGMA synchronous = NORMAL; PRAGMA trusted_schema = OFF; BEGIN EXCLUSIVE"
					     : "PRAGMA query_only = ON; PRAGMA trusted_schema = OFF; BEGIN";

	sqlite3_busy_timeout(store->db, BUSY_MS);
	if (sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK)
		return EX_OK;
	return refuse_error(store, mode == STORE_FILL ? EX_CANTCREAT : EX_NOINPUT);
}

/* A relative name is given as a path, so that SQLite takes none for a URI or a word of its own. */
static char *
file_name(const char *path)
{
	return path[0] == '/' ? xstrdup(path) : xasprintf("./%s", path);
}

static int
open_file(struct store *store, enum store_mode mode)
{
	int flags = SQLITE_OPEN_NOMUTEX, code;
	char *name;

	if (mode == STORE_LOOK && access(store->path, R_OK) != 0) {
		log_error("%s: no store can be read there (name a PATH to fill one from)", store->path);
		return EX_NOINPUT;
	}
	/* Where it can be written, so that what an interrupted filling left is undone. */
	if (mode == STORE_FILL)
		flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
	else
		flags |= access(store->path, W_OK) == 0 ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
	name = file_name(store->path);
	code = sqlite3_open_v2(name, &store->db, flags, NULL) == SQLITE_OK
	    ? begin(store, mode)
	    : refuse(store, mode == STORE_FILL ? EX_CANTCREAT : EX_NOINPUT, sqlite3_errmsg(store->db));
	free(name);
	if (code == EX_OK)
		code = check_file(store, mode);
	if (code == EX_OK && mode == STORE_FILL)
		begin_filling(store);
	if (code == EX_OK)
		load(store);
	return code;
}

struct store *
store_open(const char *spec, enum store_mode mode, int *code)
{
	struct store *store = xcalloc(1, sizeof(*store));
	mode_t old = umask(077);

	/* A file that may not grow further is an error like others, not the end. */
	signal(SIGXFSZ, SIG_IGN);
	store->path = xstrdup(strchr(spec, ':') + 1);
	store->words = names_new();
	store->targets = names_new();
	*code = open_file(store, mode);
	umask(old);
	if (*code == EX_OK)
		return store;
	store_close(store);
	return NULL;
}

void
store_close(struct store *store)
{
	sqlite3_stmt *st;

	if (store == NULL)
		return;
	store_certificates_free(store->certificates);
	store_walk_free(store->walk);
	while (store->db != NULL && (st = sqlite3_next_stmt(store->db, NULL)) != NULL)
		sqlite3_finalize(st);
	if (store->see != NULL && !sqlite3_get_autocommit(store->db))
		store_exec(store, "COMMIT");
	sqlite3_close(store->db);
	names_free(store->words);
	names_free(store->targets);
	free(store->path);
	free(store);
}

/* --- what is in it already --------------------------------------------------------------------- */

const struct siphash_key *
store_key(const struct store *store)
{
	return &store->key;
}

bool
store_see(struct store *store, uint64_t hash)
{
	sqlite3_bind_int64(store->see, 1, (int64_t)hash);
	store_run(store, store->see);
	return sqlite3_changes(store->db) > 0;
}

static bool
has_row(struct store *store, sqlite3_stmt *st)
{
	bool there = store_step(store, st);

	sqlite3_reset(st);
	return there;
}

bool
store_saw(struct store *store, uint64_t hash)
{
	sqlite3_bind_int64(store->saw, 1, (int64_t)hash);
	return has_row(store, store->saw);
}

/* Wherever it was named from. */
static void
bind_file(sqlite3_stmt *st, const char *path, const struct stat *file)
{
	char *whole = realpath(path, NULL);

	sqlite3_bind_text(st, 1, whole != NULL ? whole : path, -1, SQLITE_TRANSIENT);
	free(whole);
	sqlite3_bind_int64(st, 2, file->st_size);
	sqlite3_bind_int64(st, 3, (int64_t)file->st_mtim.tv_sec * 1000000000 + file->st_mtim.tv_nsec);
}

void
store_add_file(struct store *store, const char *path, const struct stat *st)
{
	bind_file(store->add_file, path, st);
	store_run(store, store->add_file);
}

bool
store_has_file(struct store *store, const char *path, const struct stat *st)
{
	bind_file(store->has_file, path, st);
	return has_row(store, store->has_file);
}

/* --- counts ------------------------------------------------------------------------------------ */

static const struct {
	const char *name;
	size_t offset;
} kept_counts[] = {
    {"records", offsetof(struct ingest_counts, records)},
    {"duplicates", offsetof(struct ingest_counts, duplicates)},
    {"others", offsetof(struct ingest_counts, others)},
    {"bad_lines", offsetof(struct ingest_counts, bad_lines)},
    {"unreadable", offsetof(struct ingest_counts, unreadable)},
};
enum { KEPT_COUNTS = sizeof(kept_counts) / sizeof(kept_counts[0]) };

static void
add_counts(struct store *store, const struct ingest_counts *counts)
{
	sqlite3_stmt *st = store_prepare(store,
	    "INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = value + excluded.value");
	size_t i;

	for (i = 0; i < KEPT_COUNTS; i++) {
		sqlite3_bind_text(st, 1, kept_counts[i].name, -1, SQLITE_STATIC);
		sqlite3_bind_int64(st, 2, *(const int64_t *)((const char *)counts + kept_counts[i].offset));
		store_run(store, st);
	}
	sqlite3_finalize(st);
}

void
store_counts(struct store *store, struct ingest_counts *counts)
{
	sqlite3_stmt *st = store_prepare(store, "SELECT value FROM meta WHERE name = ?");
	size_t i;

	for (i = 0; i < KEPT_COUNTS; i++) {
		sqlite3_bind_text(st, 1, kept_counts[i].name, -1, SQLITE_STATIC);
		if (store_step(store, st))
			*(int64_t *)((char *)counts + kept_counts[i].offset) = sqlite3_column_int64(st, 0);
		sqlite3_reset(st);
	}
	sqlite3_finalize(st);
}

/* --- the cube ---------------------------------------------------------------------------------- */

void
store_settle(struct store *store, const struct ingest_counts *counts)
{
	add_counts(store, counts);
	store_exec(store,
	    "INSERT INTO cube SELECT time_us / 3600000000, target, ifnull(probe_asn, 0), ifnull(probe_cc, 0), status,"
	    " ifnull(mechanism, 0), count(*), total(confidence) FROM measurement"
	    " WHERE id > (SELECT value FROM meta WHERE name = 'cubed_measurements') AND time_us > 0"
	    " AND ifnull(role, 0) <> ifnull((SELECT id FROM word WHERE text = 'control'), -1)"
	    " GROUP BY 2, 3, 4, 1, 5, 6"
	    " ON CONFLICT DO UPDATE SET n = n + excluded.n, weight = weight + excluded.weight;"
	    "UPDATE meta SET value = (SELECT ifnull(max(id), 0) FROM measurement) WHERE name = 'cubed_measurements';"
	    "INSERT INTO cube SELECT time_us / 3600000000, 0, ifnull(probe_asn, 0), ifnull(probe_cc, 0), network, 0,"
	    " count(*), count(*) FROM round"
	    " WHERE id > (SELECT value FROM meta WHERE name = 'cubed_rounds') AND time_us > 0"
	    " GROUP BY 3, 4, 1, 5"
	    " ON CONFLICT DO UPDATE SET n = n + excluded.n, weight = weight + excluded.weight;"
	    "UPDATE meta SET value = (SELECT ifnull(max(id), 0) FROM round) WHERE name = 'cubed_rounds'");
}
