/* Small texts in the state database. */
#include "probe/keep.h"

#include <stdbool.h>
#include <string.h>
#include <sqlite3.h>

#include "base/log.h"
#include "base/mem.h"

static void
complain(sqlite3 *db)
{
	static bool said;

	if (!said)
		log_warnx("the state database fails: %s", sqlite3_errmsg(db));
	said = true;
}

/* A statement with the kind, and the key where it has one; NULL after complaining. */
static sqlite3_stmt *
prepare(sqlite3 *db, const char *sql, const char *kind, const char *key)
{
	sqlite3_stmt *st = NULL;

	if (db == NULL)
		return NULL;
	if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK ||
	    sqlite3_bind_text(st, 1, kind, -1, SQLITE_TRANSIENT) != SQLITE_OK ||
	    (key != NULL && sqlite3_bind_text(st, 2, key, -1, SQLITE_TRANSIENT) != SQLITE_OK)) {
		complain(db);
		sqlite3_finalize(st);
		return NULL;
	}
	return st;
}

static void
run(sqlite3 *db, sqlite3_stmt *st)
{
	if (st != NULL && sqlite3_step(st) != SQLITE_DONE)
		complain(db);
	sqlite3_finalize(st);
}

void
keep_put(struct sqlite3 *db, const char *kind, const char *key, const char *text)
{
	sqlite3_stmt *st;

	if (text == NULL) {
		run(db, prepare(db, "DELETE FROM kept WHERE kind = ? AND key = ?", kind, key));
		return;
	}
	st = prepare(db, "INSERT OR REPLACE INTO kept (kind, key, text) VALUES (?, ?, ?)", kind, key);
	if (st != NULL)
		sqlite3_bind_text(st, 3, text, -1, SQLITE_TRANSIENT);
	run(db, st);
}

void
keep_each(struct sqlite3 *db, const char *kind,
    void (*each)(const char *key, const char *text, size_t len, void *arg), void *arg)
{
	sqlite3_stmt *st = prepare(db, "SELECT key, text FROM kept WHERE kind = ? ORDER BY key", kind, NULL);
	int result = SQLITE_DONE;
	const char *key, *text;

	while (st != NULL && (result = sqlite3_step(st)) == SQLITE_ROW) {
		key = (const char *)sqlite3_column_text(st, 0);
		text = (const char *)sqlite3_column_text(st, 1);
		if (key != NULL && text != NULL)
			each(key, text, (size_t)sqlite3_column_bytes(st, 1), arg);
	}
	if (result != SQLITE_DONE)
		complain(db);
	sqlite3_finalize(st);
}

char *
keep_get(struct sqlite3 *db, const char *kind, const char *key)
{
	sqlite3_stmt *st = prepare(db, "SELECT text FROM kept WHERE kind = ? AND key = ?", kind, key);
	char *text = NULL;

	if (st != NULL && sqlite3_step(st) == SQLITE_ROW && sqlite3_column_text(st, 0) != NULL)
		text = xstrdup((const char *)sqlite3_column_text(st, 0));
	sqlite3_finalize(st);
	return text;
}

void
keep_clear(struct sqlite3 *db, const char *kind)
{
	run(db, prepare(db, "DELETE FROM kept WHERE kind = ?", kind, NULL));
}
