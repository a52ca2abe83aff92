/* The state database: opening, versions, and what to do with a file that is no good. */
#include "probe/state_db.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sqlite3.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

/* "nvst": so that nobody's file is taken for ours, nor ours for anybody's. */
enum { APPLICATION_ID = 0x6e767374 };

/* Long enough for somebody who looks with the sqlite3 program; a second netvane is kept out by the lock. */
enum { BUSY_MS = 5000 };

/*
 * Row N brings version N to N + 1 (PRAGMA user_version). Rows are added, never changed: there are files of each version
 * out there.
 *
 * The baseline's tables: probe/baseline.c. Counts are kept by the UTC day, so that the window can move on, and a
 * probe that measures every five minutes keeps no more than one that does so twice a day.
 */
static const char *const migrations[] = {
    "CREATE TABLE target ("
    " id INTEGER PRIMARY KEY,"
    " network TEXT NOT NULL,"
    " url TEXT NOT NULL," /* '' the network itself */
    " UNIQUE (network, url));"
    "CREATE TABLE target_day ("
    " target INTEGER NOT NULL REFERENCES target (id) ON DELETE CASCADE,"
    " day INTEGER NOT NULL,"
    " measured INTEGER NOT NULL,"
    " ok INTEGER NOT NULL,"
    " last_ok_us INTEGER NOT NULL," /* 0 none */
    " bad_since INTEGER NOT NULL," /* bad ones after that */
    " PRIMARY KEY (target, day)) WITHOUT ROWID;"
    "CREATE TABLE target_item ("
    " target INTEGER NOT NULL REFERENCES target (id) ON DELETE CASCADE,"
    " kind INTEGER NOT NULL,"
    " value TEXT NOT NULL,"
    " day INTEGER NOT NULL,"
    " count INTEGER NOT NULL,"
    " last_us INTEGER NOT NULL,"
    " PRIMARY KEY (target, kind, value, day)) WITHOUT ROWID;"
    "CREATE TABLE target_sample ("
    " target INTEGER NOT NULL REFERENCES target (id) ON DELETE CASCADE,"
    " time_us INTEGER NOT NULL,"
    " record TEXT NOT NULL,"
    " connect_s REAL,"
    " handshake_s REAL,"
    " rate REAL,"
    " body_length INTEGER,"
    " PRIMARY KEY (target, time_us, record)) WITHOUT ROWID;"
    "CREATE TABLE learned ("
    " record TEXT PRIMARY KEY,"
    " time_us INTEGER NOT NULL) WITHOUT ROWID;",
    /* Made empty, it is to be gathered from the journal; also where an older version was killed before it had done so. */
    "CREATE TABLE mark ("
    " name TEXT PRIMARY KEY,"
    " value INTEGER NOT NULL) WITHOUT ROWID;"
    "INSERT INTO mark (name, value)"
    " SELECT 'rebuild_due', 1 WHERE NOT EXISTS (SELECT 1 FROM learned);",
    /* probe/keep.c */
    "CREATE TABLE kept ("
    " kind TEXT NOT NULL,"
    " key TEXT NOT NULL,"
    " text TEXT NOT NULL,"
    " PRIMARY KEY (kind, key)) WITHOUT ROWID;",
    /* probe/seen.c: verdicts by the hour. */
    "CREATE TABLE seen ("
    " url TEXT NOT NULL,"
    " hour INTEGER NOT NULL,"
    " status INTEGER NOT NULL,"
    " n INTEGER NOT NULL,"
    " PRIMARY KEY (url, hour, status)) WITHOUT ROWID;",
};

enum { VERSION = sizeof(migrations) / sizeof(migrations[0]) };

enum finding {
	FOUND_GOOD,
	FOUND_OLDER, /* to be brought up to date; a new file is version 0 */
	FOUND_NEWER,
	FOUND_FOREIGN,
	FOUND_DAMAGED,
	FOUND_UNUSABLE, /* cannot be read or written, which says nothing of what is in it */
};

static char *
db_path(const char *state_dir)
{
	return xasprintf("%s/state.sqlite", state_dir);
}

/* The one number that a query gives. */
static int
query_int(sqlite3 *db, const char *sql, int64_t *value)
{
	sqlite3_stmt *st;
	int result = sqlite3_prepare_v2(db, sql, -1, &st, NULL);

	if (result != SQLITE_OK)
		return result;
	result = sqlite3_step(st);
	if (result == SQLITE_ROW)
		*value = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return result == SQLITE_ROW ? SQLITE_OK : result;
}

/* "ok" is the whole answer for a file in order. */
static int
check_integrity(sqlite3 *db, bool *sound)
{
	sqlite3_stmt *st;
	int result = sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &st, NULL);

	if (result != SQLITE_OK)
		return result;
	result = sqlite3_step(st);
	if (result == SQLITE_ROW)
		*sound = sqlite3_stricmp((const char *)sqlite3_column_text(st, 0), "ok") == 0;
	sqlite3_finalize(st);
	return result == SQLITE_ROW ? SQLITE_OK : result;
}

static enum finding
finding_of_error(int result)
{
	result &= 0xff; /* without the extension */
	return result == SQLITE_NOTADB ? FOUND_FOREIGN
	    : result == SQLITE_CORRUPT ? FOUND_DAMAGED
				       : FOUND_UNUSABLE;
}

/* Looks, and changes nothing. */
static enum finding
inspect(sqlite3 *db)
{
	int64_t application, version, tables;
	bool sound = false;
	int result;

	if ((result = query_int(db, "SELECT count(*) FROM sqlite_schema", &tables)) != SQLITE_OK ||
	    (result = query_int(db, "PRAGMA application_id", &application)) != SQLITE_OK ||
	    (result = query_int(db, "PRAGMA user_version", &version)) != SQLITE_OK)
		return finding_of_error(result);
	if (tables == 0 && application == 0 && version == 0)
		return FOUND_OLDER;
	if (application != APPLICATION_ID)
		return FOUND_FOREIGN;
	if (version > VERSION)
		return FOUND_NEWER;
	if ((result = check_integrity(db, &sound)) != SQLITE_OK)
		return finding_of_error(result);
	if (!sound || version < 0)
		return FOUND_DAMAGED;
	return version < VERSION ? FOUND_OLDER : FOUND_GOOD;
}

/* Each step is a transaction with its version: killed in between, the next start goes on from there. */
static int
migrate(sqlite3 *db)
{
	int64_t version;
	int result = query_int(db, "PRAGMA user_version", &version);
	char *sql;

	for (; result == SQLITE_OK && version < VERSION; version++) {
		sql = xasprintf("BEGIN IMMEDIATE; %s"
				"PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT;",
		    migrations[version], APPLICATION_ID, (int)version + 1);
		result = sqlite3_exec(db, sql, NULL, NULL, NULL);
		free(sql);
	}
	return result;
}

static int
set_up(sqlite3 *db, enum state_db_mode mode)
{
	sqlite3_extended_result_codes(db, 1);
	sqlite3_busy_timeout(db, BUSY_MS);
	/* The file may be a stranger's, until it has been looked at: its schema runs no code, and closing it writes nothing. */
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, (int *)NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)NULL);
	return mode == STATE_DB_KEEP ? sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, (int *)NULL)
				     : SQLITE_OK;
}

/*
 * What SQLite sorts, or may have to undo, stays in memory: from inside the sandbox there is no /tmp. What is deleted is overwritten: a
 * site that was forgotten is not to be found in the file's free pages.
 */
static int
make_ours(sqlite3 *db)
{
	int result = sqlite3_exec(db,
	    "PRAGMA temp_store = MEMORY; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON;",
	    NULL, NULL, NULL);

	if (result == SQLITE_OK)
		result = migrate(db);
	if (result == SQLITE_OK)
		sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, (int *)NULL);
	return result;
}

/* SQLite would make it with the umask's rights; its other files take those of this one. */
static void
make_private(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd != -1)
		close(fd);
}

static void
move_aside(const char *path, const char *why)
{
	static const char *const parts[] = {"", "-wal", "-shm"};
	time_t now = (time_t)(clock_wall_us() / 1000000);
	char stamp[32], *from, *to;
	struct tm tm;
	size_t i;

	gmtime_r(&now, &tm);
	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &tm);
	log_warnx("%s %s: moved aside to %s.bad-%s", path, why, path, stamp);
	/* The file first: what is left of a WAL without its database is thrown away by SQLite. */
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		from = xasprintf("%s%s", path, parts[i]);
		to = xasprintf("%s.bad-%s%s", path, stamp, parts[i]);
		if (rename(from, to) == -1 && errno != ENOENT)
			log_warn("cannot move %s", from);
		free(from);
		free(to);
	}
}

/* Opens and looks. *db is set only where the finding can be worked with. */
static enum finding
open_file(const char *path, enum state_db_mode mode, sqlite3 **db)
{
	int flags = mode == STATE_DB_KEEP ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
	enum finding found = FOUND_UNUSABLE;
	int result;

	*db = NULL;
	if (mode == STATE_DB_KEEP)
		make_private(path);
	result = sqlite3_open_v2(path, db, flags | SQLITE_OPEN_NOMUTEX, NULL);
	if (result == SQLITE_OK)
		result = set_up(*db, mode);
	if (result == SQLITE_OK)
		found = inspect(*db);
	if (mode == STATE_DB_KEEP && (found == FOUND_OLDER || found == FOUND_GOOD)) {
		result = make_ours(*db);
		found = result == SQLITE_OK ? FOUND_GOOD : finding_of_error(result);
	}
	if (found == FOUND_GOOD)
		return found;
	if (found == FOUND_UNUSABLE)
		log_warnx("cannot use %s: %s", path, sqlite3_errmsg(*db));
	sqlite3_close(*db);
	*db = NULL;
	return found;
}

static const char *const finding_words[] = {
    [FOUND_OLDER] = "is of an older version; 'netvane check' brings it up to date",
    [FOUND_NEWER] = "is of a newer version of netvane; it is left as it is, and not used",
    [FOUND_FOREIGN] = "is not a database of netvane's",
    [FOUND_DAMAGED] = "is damaged",
};

struct sqlite3 *
state_db_open(const char *state_dir, enum state_db_mode mode)
{
	char *path = db_path(state_dir);
	enum finding found = FOUND_UNUSABLE;
	sqlite3 *db = NULL;

	if (mode == STATE_DB_KEEP || access(path, F_OK) == 0)
		found = open_file(path, mode, &db);
	if (mode == STATE_DB_KEEP && (found == FOUND_FOREIGN || found == FOUND_DAMAGED)) {
		move_aside(path, finding_words[found]);
		found = open_file(path, mode, &db);
	}
	if (found != FOUND_GOOD && found != FOUND_UNUSABLE)
		log_warnx("%s %s", path, finding_words[found]);
	free(path);
	return db;
}

int
state_db_remove_bad(const char *state_dir)
{
	static const char bad[] = "state.sqlite.bad-";
	DIR *dir = opendir(state_dir);
	struct dirent *entry;
	int n = 0, failed = 0;

	if (dir == NULL) {
		log_warn("cannot read %s", state_dir);
		return -1;
	}
	while ((entry = readdir(dir)) != NULL) {
		if (strncmp(entry->d_name, bad, strlen(bad)) != 0)
			continue;
		if (unlinkat(dirfd(dir), entry->d_name, 0) == -1) {
			log_warn("cannot remove %s/%s", state_dir, entry->d_name);
			failed = -1;
			continue;
		}
		log_info("removed %s/%s", state_dir, entry->d_name);
		n++;
	}
	closedir(dir);
	return failed != 0 ? failed : n;
}

void
state_db_release(struct sqlite3 *db)
{
	if (db != NULL)
		sqlite3_db_release_memory(db);
}

void
state_db_close(struct sqlite3 *db)
{
	sqlite3_close(db);
}
