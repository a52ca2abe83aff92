/* The store's tables, column by column; the same list makes them, fills them and reads them. */
#include "analysis/store_row.h"

#include <math.h>
#include <string.h>

#include "analysis/names.h"
#include "base/buf.h"

#define COLUMN(name, type, field) {name, type, offsetof(struct store_row, field)}
#define KEYS(prefix, field)                                                             \
	COLUMN(prefix "blocking", STORE_WORD, field.blocking),                          \
	    COLUMN(prefix "accessible", STORE_FLAG, field.accessible),                  \
	    COLUMN(prefix "dns_consistency", STORE_WORD, field.dns_consistency),        \
	    COLUMN(prefix "dns_experiment_failure", STORE_WORD, field.dns_experiment_failure), \
	    COLUMN(prefix "http_experiment_failure", STORE_WORD, field.http_experiment_failure), \
	    COLUMN(prefix "x_blocking_flags", STORE_FLAGS, field.x_blocking_flags),     \
	    COLUMN(prefix "x_dns_flags", STORE_FLAGS, field.x_dns_flags),               \
	    COLUMN(prefix "x_null_null_flags", STORE_FLAGS, field.x_null_null_flags),   \
	    COLUMN(prefix "control_failure", STORE_WORD, field.control_failure),        \
	    COLUMN(prefix "body_proportion", STORE_REAL, field.body_proportion)

static const struct store_column measurement_columns[] = {
    COLUMN("time_us", STORE_INT, time_us),
    COLUMN("runtime_s", STORE_REAL, runtime_s),
    COLUMN("target", STORE_INT, target),
    COLUMN("input", STORE_TEXT, input),
    COLUMN("probe_asn", STORE_WORD, asn),
    COLUMN("probe_cc", STORE_WORD, cc),
    COLUMN("probe_network_name", STORE_WORD, network_name),
    COLUMN("network", STORE_WORD, network),
    COLUMN("software_name", STORE_WORD, software_name),
    COLUMN("software_version", STORE_WORD, software_version),
    COLUMN("list", STORE_WORD, list),
    COLUMN("category", STORE_WORD, category),
    COLUMN("role", STORE_WORD, role),
    COLUMN("status", STORE_WORD, status),
    COLUMN("stage", STORE_WORD, stage),
    COLUMN("mechanism", STORE_WORD, mechanism),
    COLUMN("confidence", STORE_REAL, confidence),
    COLUMN("evidence", STORE_WORD, evidence),
    COLUMN("rules", STORE_WORD, rules),
    KEYS("", keys),
    KEYS("stored_", stored),
    COLUMN("record", STORE_TEXT, record),
    COLUMN("measurement_uid", STORE_TEXT, uid),
    COLUMN("report", STORE_WORD, report),
    COLUMN("ours", STORE_INT, ours),
};
static const struct store_column round_columns[] = {
    COLUMN("time_us", STORE_INT, time_us),
    COLUMN("runtime_s", STORE_REAL, runtime_s),
    COLUMN("probe_asn", STORE_WORD, asn),
    COLUMN("probe_cc", STORE_WORD, cc),
    COLUMN("probe_network_name", STORE_WORD, network_name),
    COLUMN("network", STORE_WORD, network),
    COLUMN("measured", STORE_INT, measured),
    COLUMN("record", STORE_TEXT, record),
};
const struct store_table store_measurements = {
    "measurement", measurement_columns, sizeof(measurement_columns) / sizeof(measurement_columns[0])};
const struct store_table store_rounds = {"round", round_columns, sizeof(round_columns) / sizeof(round_columns[0])};

/* --- statements -------------------------------------------------------------------------------- */

static void
name_columns(const struct store_table *table, struct buf *sql)
{
	size_t i;

	for (i = 0; i < table->n; i++)
		buf_printf(sql, "%s%s", i > 0 ? "," : "", table->columns[i].name);
}

static sqlite3_stmt *
prepare(struct store *store, struct buf *sql)
{
	sqlite3_stmt *st = store_prepare(store, buf_str(sql));

	buf_free(sql);
	return st;
}

sqlite3_stmt *
store_insert(struct store *store, const struct store_table *table)
{
	struct buf sql = BUF_EMPTY;
	size_t i;

	buf_printf(&sql, "INSERT INTO %s (", table->name);
	name_columns(table, &sql);
	buf_puts(&sql, ") VALUES (");
	for (i = 0; i < table->n; i++)
		buf_puts(&sql, i > 0 ? ",?" : "?");
	buf_puts(&sql, ")");
	return prepare(store, &sql);
}

sqlite3_stmt *
store_select(struct store *store, const struct store_table *table, const char *where)
{
	struct buf sql = BUF_EMPTY;

	buf_puts(&sql, "SELECT id,");
	name_columns(table, &sql);
	buf_printf(&sql, " FROM %s %s ORDER BY id", table->name, where);
	return prepare(store, &sql);
}

/* --- rows -------------------------------------------------------------------------------------- */

static void
put_int(sqlite3_stmt *st, int at, int64_t value, int64_t null)
{
	if (value != null)
		sqlite3_bind_int64(st, at, value);
	else
		sqlite3_bind_null(st, at);
}

static void
put_cell(struct store *store, sqlite3_stmt *st, int at, enum store_type type, const void *field)
{
	switch (type) {
	case STORE_INT:
		sqlite3_bind_int64(st, at, *(const int64_t *)field);
		break;
	case STORE_FLAG:
		put_int(st, at, *(const int *)field, -1);
		break;
	case STORE_FLAGS:
		put_int(st, at, *(const int64_t *)field, -1);
		break;
	case STORE_REAL:
		/* NAN is NULL to SQLite. */
		sqlite3_bind_double(st, at, *(const double *)field);
		break;
	case STORE_TEXT:
		sqlite3_bind_text(st, at, *(const char *const *)field, -1, SQLITE_STATIC);
		break;
	case STORE_WORD:
		put_int(st, at, store_word(store, *(const char *const *)field), 0);
		break;
	}
}

void
store_put_row(struct store *store, const struct store_table *table, sqlite3_stmt *st, const struct store_row *row)
{
	size_t i;

	for (i = 0; i < table->n; i++)
		put_cell(store, st, (int)i + 1, table->columns[i].type, (const char *)row + table->columns[i].offset);
	store_run(store, st);
}

static int64_t
get_int(sqlite3_stmt *st, int at, int64_t null)
{
	return sqlite3_column_type(st, at) != SQLITE_NULL ? sqlite3_column_int64(st, at) : null;
}

static void
get_cell(const struct store *store, sqlite3_stmt *st, int at, enum store_type type, void *field)
{
	switch (type) {
	case STORE_INT:
		*(int64_t *)field = sqlite3_column_int64(st, at);
		break;
	case STORE_FLAG:
		*(int *)field = (int)get_int(st, at, -1);
		break;
	case STORE_FLAGS:
		*(int64_t *)field = get_int(st, at, -1);
		break;
	case STORE_REAL:
		*(double *)field =
		    sqlite3_column_type(st, at) != SQLITE_NULL ? sqlite3_column_double(st, at) : (double)NAN;
		break;
	case STORE_TEXT:
		*(const char **)field = (const char *)sqlite3_column_text(st, at);
		break;
	case STORE_WORD:
		*(const char **)field = store_word_text(store, sqlite3_column_int64(st, at));
		break;
	}
}

void
store_get_row(const struct store *store, const struct store_table *table, sqlite3_stmt *st, struct store_row *row)
{
	size_t i;

	*row = (struct store_row){.id = sqlite3_column_int64(st, 0), .keys = OONI_KEYS_UNKNOWN, .stored = OONI_KEYS_UNKNOWN};
	for (i = 0; i < table->n; i++)
		get_cell(store, st, (int)i + 1, table->columns[i].type, (char *)row + table->columns[i].offset);
}
