/* The baselines in the state database: learning, loading, forgetting. What a record teaches: probe/lesson.c. */
#include "probe/baseline.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sqlite3.h>

#include "base/log.h"
#include "base/mem.h"
#include "probe/lesson.h"
#include "probe/state_db.h"
#include "results/baseline.h"
#include "results/measurement.h"

enum statement {
	BEGIN,
	COMMIT,
	ROLLBACK,
	MARK_GET,
	MARK_SET,
	MARK_CLEAR,
	LEARNED_ADD,
	LEARNED_NEWEST,
	TARGET_ADD,
	TARGET_FIND,
	TARGET_LIST,
	DAY_ADD,
	DAY_READ,
	ITEM_FIND,
	ITEM_COUNT,
	ITEM_ADD,
	ITEM_READ,
	ITEM_EVICT,
	ITEM_REMOVE,
	SAMPLE_ADD,
	SAMPLE_READ,
	SAMPLE_EVICT,
	FORGET_ALL,
	FORGET_URL,
	FORGET_LEARNED,
	FORGET_KEPT,
	FORGET_SEEN,
	FORGET_URL_KEPT,
	FORGET_URL_SEEN,
	EXPIRE_DAYS,
	EXPIRE_ITEMS,
	EXPIRE_SAMPLES,
	EXPIRE_LEARNED,
	EXPIRE_TARGETS,
	STATEMENT_MAX
};

static const char *const sql[STATEMENT_MAX] = {
    [BEGIN] = "BEGIN IMMEDIATE",
    [COMMIT] = "COMMIT",
    [ROLLBACK] = "ROLLBACK",
    [MARK_GET] = "SELECT value FROM mark WHERE name = ?1",
    [MARK_SET] = "INSERT INTO mark (name, value) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = ?2",
    [MARK_CLEAR] = "DELETE FROM mark",
    [LEARNED_ADD] = "INSERT INTO learned (record, time_us) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
    [LEARNED_NEWEST] = "SELECT max(time_us) FROM learned",
    [TARGET_ADD] = "INSERT INTO target (network, url) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
    [TARGET_FIND] = "SELECT id FROM target WHERE network = ?1 AND url = ?2",
    [TARGET_LIST] = "SELECT network, url FROM target WHERE url <> '' AND (?1 IS NULL OR url = ?1)"
		    " ORDER BY url, network",
    /* An expression on the right sees the row as it was before; the bad ones count from the last ok one on. */
    [DAY_ADD] = "INSERT INTO target_day (target, day, measured, ok, last_ok_us, bad_since)"
		" VALUES (?1, ?2, 1, ?3, iif(?3, ?5, 0), ?4)"
		" ON CONFLICT (target, day) DO UPDATE SET"
		" measured = measured + 1,"
		" ok = ok + ?3,"
		" last_ok_us = max(last_ok_us, iif(?3, ?5, 0)),"
		" bad_since = iif(?5 < last_ok_us, bad_since, iif(?3, 0, bad_since + ?4))",
    [DAY_READ] = "SELECT measured, ok, last_ok_us, bad_since FROM target_day"
		 " WHERE target = ?1 AND day > ?2 AND day <= ?3 ORDER BY day DESC",
    [ITEM_FIND] = "SELECT 1 FROM target_item WHERE target = ?1 AND kind = ?2 AND value = ?3 LIMIT 1",
    [ITEM_COUNT] = "SELECT count(*) FROM target_item WHERE target = ?1 AND kind = ?2",
    [ITEM_ADD] = "INSERT INTO target_item (target, kind, value, day, count, last_us)"
		 " VALUES (?1, ?2, ?3, ?4, 1, ?5)"
		 " ON CONFLICT (target, kind, value, day) DO UPDATE SET"
		 " count = count + 1, last_us = max(last_us, ?5)",
    [ITEM_READ] = "SELECT kind, value, sum(count), max(last_us) FROM target_item"
		  " WHERE target = ?1 AND day > ?2 AND day <= ?3"
		  " GROUP BY kind, value ORDER BY kind, max(last_us) DESC, value",
    [ITEM_EVICT] = "DELETE FROM target_item WHERE target = ?1 AND kind = ?2 AND value IN"
		   " (SELECT value FROM target_item WHERE target = ?1 AND kind = ?2"
		   " GROUP BY value ORDER BY max(last_us) DESC, value LIMIT -1 OFFSET ?3)",
    [ITEM_REMOVE] = "DELETE FROM target_item WHERE target = ?1 AND kind = ?2 AND value = ?3",
    [SAMPLE_ADD] = "INSERT INTO target_sample"
		   " (target, time_us, record, connect_s, handshake_s, rate, body_length)"
		   " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
    [SAMPLE_READ] = "SELECT connect_s, handshake_s, rate, body_length FROM target_sample"
		    " WHERE target = ?1 AND time_us >= ?2 AND time_us <= ?3"
		    " ORDER BY time_us DESC, record DESC LIMIT ?4",
    /* One came, so one goes at most. */
    [SAMPLE_EVICT] = "DELETE FROM target_sample WHERE (target, time_us, record) ="
		     " (SELECT target, time_us, record FROM target_sample WHERE target = ?1"
		     " ORDER BY time_us DESC, record DESC LIMIT 1 OFFSET ?2)",
    [FORGET_ALL] = "DELETE FROM target", /* the rest follows it: ON DELETE CASCADE */
    [FORGET_URL] = "DELETE FROM target WHERE url = ?1",
    [FORGET_LEARNED] = "DELETE FROM learned",
    [FORGET_KEPT] = "DELETE FROM kept",
    [FORGET_SEEN] = "DELETE FROM seen",
    [FORGET_URL_KEPT] = "DELETE FROM kept WHERE key = ?1",
    [FORGET_URL_SEEN] = "DELETE FROM seen WHERE url = ?1",
    [EXPIRE_DAYS] = "DELETE FROM target_day WHERE day <= ?1",
    [EXPIRE_ITEMS] = "DELETE FROM target_item WHERE day <= ?1",
    [EXPIRE_SAMPLES] = "DELETE FROM target_sample WHERE time_us < ?1",
    [EXPIRE_LEARNED] = "DELETE FROM learned WHERE time_us < ?1",
    [EXPIRE_TARGETS] = "DELETE FROM target WHERE NOT EXISTS"
		       " (SELECT 1 FROM target_day WHERE target = id) AND NOT EXISTS"
		       " (SELECT 1 FROM target_item WHERE target = id) AND NOT EXISTS"
		       " (SELECT 1 FROM target_sample WHERE target = id)",
};

/* How many values of a kind are kept of each target. */
static const int most[LESSON_KIND_MAX] = {
    [LESSON_ADDRESS] = BASELINE_ADDRESSES_MOST,
    [LESSON_ISSUER] = BASELINE_ISSUERS_MOST,
    [LESSON_KEY] = BASELINE_KEYS_MOST,
    [LESSON_TITLE] = BASELINE_TITLES_MOST,
    [LESSON_QUIC] = 1,
    [LESSON_BLOCKPAGE] = BASELINE_BLOCKPAGES_MOST,
};

struct baselines {
	struct sqlite3 *db;
	sqlite3_stmt *statements[STATEMENT_MAX]; /* prepared when first used */
	bool look; /* only */
	bool open; /* a transaction is */
	bool failed; /* in this transaction or in opening one: nothing more is learned in it */
	bool told; /* of a failure */
	int64_t newest_us; /* of what was learned in this transaction; 0 nothing */
};

/* Days and moments that lie in the window of a measurement at now. */
struct window {
	int64_t before, last; /* days: after the one, up to the other */
	int64_t first_us, now_us;
};

static const int64_t day_us = INT64_C(86400) * 1000000;
/* A record is written when its measurement ends, which may be long after others that began later. */
static const int64_t late_us = INT64_C(86400) * 1000000;

static struct window
window_at(int64_t now_us)
{
	struct window w = {.last = now_us / day_us, .now_us = now_us};

	w.before = w.last - BASELINE_DAYS;
	w.first_us = (w.before + 1) * day_us;
	return w;
}

/* --- statements ------------------------------------------------------------------------------ */

/* Says so once, and gives this transaction up. What was committed before it stays, and can be read. */
static void
fail(struct baselines *b)
{
	if (!b->told)
		log_warnx("the baseline cannot be used: %s: %s", sqlite3_db_filename(b->db, "main"),
		    sqlite3_errmsg(b->db));
	b->told = b->failed = true;
}

static void
bind_double(sqlite3_stmt *st, int i, double v)
{
	if (isnan(v))
		sqlite3_bind_null(st, i);
	else
		sqlite3_bind_double(st, i, v);
}

/* types: a letter for each value: i an int64_t, d a double (NAN: NULL), s text (borrowed until the next use). */
static void
bind_values(sqlite3_stmt *st, const char *types, va_list ap)
{
	int i;

	for (i = 1; *types != '\0'; types++, i++) {
		if (*types == 'i')
			sqlite3_bind_int64(st, i, va_arg(ap, int64_t));
		else if (*types == 'd')
			bind_double(st, i, va_arg(ap, double));
		else
			sqlite3_bind_text(st, i, va_arg(ap, const char *), -1, SQLITE_STATIC);
	}
}

/* The statement with its values, ready to be stepped; NULL when that failed. */
static sqlite3_stmt *
statement(struct baselines *b, enum statement which, const char *types, va_list ap)
{
	sqlite3_stmt **st = &b->statements[which];

	if (*st == NULL &&
	    sqlite3_prepare_v3(b->db, sql[which], -1, SQLITE_PREPARE_PERSISTENT, st, NULL) !=
		SQLITE_OK) {
		fail(b);
		return NULL;
	}
	sqlite3_reset(*st);
	bind_values(*st, types, ap);
	return *st;
}

/* Runs one that gives no rows. Returns 0, or -1. */
static int
run(struct baselines *b, enum statement which, const char *types, ...)
{
	sqlite3_stmt *st;
	va_list ap;
	int result;

	va_start(ap, types);
	st = statement(b, which, types, ap);
	va_end(ap);
	if (st == NULL)
		return -1;
	result = sqlite3_step(st);
	if (result != SQLITE_DONE)
		fail(b);
	sqlite3_reset(st);
	return result == SQLITE_DONE ? 0 : -1;
}

/* One that gives rows, for next_row; NULL when it failed. */
static sqlite3_stmt *
query(struct baselines *b, enum statement which, const char *types, ...)
{
	sqlite3_stmt *st;
	va_list ap;

	va_start(ap, types);
	st = statement(b, which, types, ap);
	va_end(ap);
	return st;
}

/* False at the end, or when it failed. */
static bool
next_row(struct baselines *b, sqlite3_stmt *st)
{
	int result = st != NULL ? sqlite3_step(st) : SQLITE_DONE;

	if (result == SQLITE_ROW)
		return true;
	if (result != SQLITE_DONE)
		fail(b);
	if (st != NULL)
		sqlite3_reset(st);
	return false;
}

/* Lets go of a query before its end. */
static void
end_query(sqlite3_stmt *st)
{
	if (st != NULL)
		sqlite3_reset(st);
}

/* The first column of the first row, or 0. */
static int64_t
one_int(struct baselines *b, sqlite3_stmt *st)
{
	int64_t value = next_row(b, st) ? sqlite3_column_int64(st, 0) : 0;

	end_query(st);
	return value;
}

static const char *
column_text(sqlite3_stmt *st, int i)
{
	return (const char *)sqlite3_column_text(st, i);
}

/* --- opening and closing --------------------------------------------------------------------- */

static struct baselines *
open_mode(const char *state_dir, enum state_db_mode mode)
{
	struct sqlite3 *db = state_db_open(state_dir, mode);
	struct baselines *b;

	if (db == NULL)
		return NULL;
	b = xcalloc(1, sizeof(*b));
	b->db = db;
	b->look = mode == STATE_DB_LOOK;
	return b;
}

struct baselines *
baselines_open(const char *state_dir)
{
	return open_mode(state_dir, STATE_DB_KEEP);
}

struct baselines *
baselines_look(const char *state_dir)
{
	return open_mode(state_dir, STATE_DB_LOOK);
}

bool
baselines_due(struct baselines *b)
{
	return b != NULL && one_int(b, query(b, MARK_GET, "s", "rebuild_due")) != 0;
}

int64_t
baselines_learned_until(struct baselines *b)
{
	int64_t newest, forgot;

	if (b == NULL)
		return 0;
	newest = one_int(b, query(b, LEARNED_NEWEST, "")) - late_us;
	forgot = one_int(b, query(b, MARK_GET, "s", "forgot_us"));
	return newest > forgot ? newest : forgot;
}

void
baselines_close(struct baselines *b)
{
	size_t i;

	if (b == NULL)
		return;
	for (i = 0; i < STATEMENT_MAX; i++)
		sqlite3_finalize(b->statements[i]);
	state_db_close(b->db);
	free(b);
}

/* --- transactions ---------------------------------------------------------------------------- */

/* Whether there is a transaction to write in. */
static bool
begin(struct baselines *b)
{
	if (b->failed)
		return false;
	if (!b->open)
		b->open = run(b, BEGIN, "") == 0;
	return b->open;
}

struct sqlite3 *
baselines_database(struct baselines *b)
{
	return b != NULL && (b->look || begin(b)) ? b->db : NULL;
}

/*
 * What was learned in one round grows old together: where no day is too old, the other tables need not be searched. Target
 * rows go last: they stay while anything points to them.
 */
static void
expire(struct baselines *b)
{
	struct window w = window_at(b->newest_us);

	if (b->newest_us == 0)
		return;
	if (run(b, EXPIRE_DAYS, "i", w.before) != 0 || sqlite3_changes(b->db) == 0)
		return;
	run(b, EXPIRE_ITEMS, "i", w.before);
	run(b, EXPIRE_SAMPLES, "i", w.first_us);
	run(b, EXPIRE_LEARNED, "i", w.first_us);
	run(b, EXPIRE_TARGETS, "");
}

void
baselines_abandon(struct baselines *b)
{
	if (b == NULL)
		return;
	/* A failure may have ended it already: a full disk does. */
	if (!sqlite3_get_autocommit(b->db))
		run(b, ROLLBACK, "");
	b->open = b->failed = false;
	b->newest_us = 0;
}

int
baselines_commit(struct baselines *b)
{
	bool failed;

	if (b == NULL)
		return 0;
	if (b->open && !b->failed)
		expire(b);
	if (b->open && !b->failed)
		run(b, COMMIT, "");
	failed = b->failed;
	baselines_abandon(b);
	return failed ? -1 : 0;
}

void
baselines_forget(struct baselines *b, const char *url)
{
	if (b == NULL || !begin(b))
		return;
	if (url != NULL) {
		run(b, FORGET_URL, "s", url);
		run(b, FORGET_URL_KEPT, "s", url);
		run(b, FORGET_URL_SEEN, "s", url);
		return;
	}
	run(b, FORGET_ALL, "");
	run(b, FORGET_LEARNED, "");
	run(b, FORGET_KEPT, "");
	run(b, FORGET_SEEN, "");
	run(b, MARK_CLEAR, "");
}

void
baselines_leave_out(struct baselines *b, int64_t until_us)
{
	if (b != NULL && begin(b))
		run(b, MARK_SET, "si", "forgot_us", until_us);
}

/* --- learning -------------------------------------------------------------------------------- */

/* The target's number, made where it is new; url "": the network's own. 0 when that failed. */
static int64_t
target_id(struct baselines *b, const char *network, const char *url)
{
	if (run(b, TARGET_ADD, "ss", network, url) != 0)
		return 0;
	return one_int(b, query(b, TARGET_FIND, "ss", network, url));
}

/* Mostly the value is an old one, or there are few; then there is nothing to be cut, and the dear statement is spared. */
static void
learn_item(struct baselines *b, int64_t target, const struct lesson *lesson,
    const struct lesson_item *item)
{
	int64_t kind = item->kind;
	bool known = one_int(b, query(b, ITEM_FIND, "iis", target, kind, item->value)) != 0;

	run(b, ITEM_ADD, "iisii", target, kind, item->value, lesson->time_us / day_us, lesson->time_us);
	if (!known && one_int(b, query(b, ITEM_COUNT, "ii", target, kind)) > most[kind])
		run(b, ITEM_EVICT, "iii", target, kind, (int64_t)most[kind]);
}

static void
learn_items(struct baselines *b, int64_t target, const struct lesson *lesson)
{
	const struct lesson_item *item;
	int64_t owner;
	size_t i;

	for (i = 0; i < lesson->nitems; i++) {
		item = &lesson->items[i];
		owner = item->kind == LESSON_BLOCKPAGE ? target_id(b, lesson->network, "") : target;
		learn_item(b, owner, lesson, item);
	}
}

static void
learn_sample(struct baselines *b, int64_t target, const struct lesson *lesson)
{
	double length = lesson->body_length < 0 ? (double)NAN : (double)lesson->body_length;

	run(b, SAMPLE_ADD, "iisdddd", target, lesson->time_us, lesson->record, lesson->connect_s,
	    lesson->handshake_s, lesson->rate, length);
	run(b, SAMPLE_EVICT, "ii", target, (int64_t)BASELINE_SAMPLES_MOST);
}

/* What a site shows over a connection that vouches for it is no block page, whoever once said so. */
static void
unlearn_blockpage(struct baselines *b, const struct lesson *lesson)
{
	int64_t network = one_int(b, query(b, TARGET_FIND, "ss", lesson->network, ""));

	if (network != 0)
		run(b, ITEM_REMOVE, "iis", network, (int64_t)LESSON_BLOCKPAGE, lesson->good_body);
}

static void
learn(struct baselines *b, const struct lesson *lesson)
{
	int64_t target = target_id(b, lesson->network, lesson->url);
	int64_t ok = lesson->outcome == LESSON_OK, bad = lesson->outcome == LESSON_BAD;

	if (lesson->outcome != LESSON_NOT_JUDGED)
		run(b, DAY_ADD, "iiiii", target, lesson->time_us / day_us, ok, bad, lesson->time_us);
	learn_items(b, target, lesson);
	if (lesson->sampled)
		learn_sample(b, target, lesson);
	if (lesson->good_body != NULL)
		unlearn_blockpage(b, lesson);
	if (lesson->time_us > b->newest_us)
		b->newest_us = lesson->time_us;
}

bool
baselines_learn(struct baselines *b, const struct measurement *m)
{
	struct lesson lesson;

	if (b == NULL || b->failed || !lesson_of(m, &lesson) || !begin(b))
		return false;
	if (run(b, LEARNED_ADD, "si", lesson.record, lesson.time_us) != 0 ||
	    sqlite3_changes(b->db) == 0)
		return false;
	learn(b, &lesson);
	return true;
}

/* --- loading --------------------------------------------------------------------------------- */

/* What a query of items gives, by kind. */
struct items {
	struct baseline_item *items;
	size_t n;
};

static void
load_days(struct baselines *b, int64_t target, const struct window *w, struct baseline *out)
{
	sqlite3_stmt *st = query(b, DAY_READ, "iii", target, w->before, w->last);
	int64_t ok;

	while (next_row(b, st)) {
		ok = sqlite3_column_int64(st, 1);
		if (out->ok == 0) { /* of the newest days, up to the last with an ok */
			out->bad_streak += sqlite3_column_int64(st, 3);
			out->last_ok_us = sqlite3_column_int64(st, 2);
		}
		out->measured += sqlite3_column_int64(st, 0);
		out->ok += ok;
		out->days += ok > 0;
	}
}

static void
load_items(struct baselines *b, struct arena *arena, int64_t target, const struct window *w,
    struct items kinds[LESSON_KIND_MAX])
{
	sqlite3_stmt *st = query(b, ITEM_READ, "iii", target, w->before, w->last);
	struct baseline_item *item;
	int kind;

	while (next_row(b, st)) {
		kind = sqlite3_column_int(st, 0);
		if (kind < LESSON_ADDRESS || kind >= LESSON_KIND_MAX)
			continue;
		item = ARENA_PUSH(arena, kinds[kind].items, kinds[kind].n);
		item->value = arena_strdup(arena, column_text(st, 1));
		item->count = sqlite3_column_int64(st, 2);
		item->last_us = sqlite3_column_int64(st, 3);
	}
}

/* The most frequent; of equals the one seen last, which comes first. */
static char *
usual(const struct items *titles)
{
	const struct baseline_item *best = NULL;
	size_t i;

	for (i = 0; i < titles->n; i++)
		if (best == NULL || titles->items[i].count > best->count)
			best = &titles->items[i];
	return best != NULL ? best->value : NULL;
}

static void
load_samples(struct baselines *b, int64_t target, const struct window *w, struct baseline *out)
{
	enum { CONNECT, HANDSHAKE, RATE, LENGTH, COLUMNS };
	sqlite3_stmt *st = query(b, SAMPLE_READ, "iiii", target, w->first_us, w->now_us,
	    (int64_t)BASELINE_SAMPLES_MOST);
	double values[COLUMNS][BASELINE_SAMPLES_MOST], length;
	size_t n[COLUMNS] = {0};
	int i;

	while (next_row(b, st))
		for (i = 0; i < COLUMNS; i++)
			if (sqlite3_column_type(st, i) != SQLITE_NULL)
				values[i][n[i]++] = sqlite3_column_double(st, i);
	out->connect_s = baseline_median(values[CONNECT], n[CONNECT]);
	out->handshake_s = baseline_median(values[HANDSHAKE], n[HANDSHAKE]);
	out->rate = baseline_median(values[RATE], n[RATE]);
	length = baseline_median(values[LENGTH], n[LENGTH]);
	out->body_length = length >= 0 && length < 0x1p53 ? (int64_t)length : -1;
}

/* NULL where nothing is known. */
static struct baseline *
load_at(struct baselines *b, struct arena *arena, const char *network, const char *url,
    int64_t now_us)
{
	int64_t target = one_int(b, query(b, TARGET_FIND, "ss", network, url));
	int64_t line = one_int(b, query(b, TARGET_FIND, "ss", network, ""));
	struct items kinds[LESSON_KIND_MAX] = {{NULL, 0}};
	struct baseline *out = baseline_new(arena);
	struct window w = window_at(now_us);

	if (target != 0) {
		load_days(b, target, &w, out);
		load_items(b, arena, target, &w, kinds);
		load_samples(b, target, &w, out);
	}
	if (line != 0)
		load_items(b, arena, line, &w, kinds);
	out->addresses = kinds[LESSON_ADDRESS].items;
	out->naddresses = kinds[LESSON_ADDRESS].n;
	out->issuers = kinds[LESSON_ISSUER].items;
	out->nissuers = kinds[LESSON_ISSUER].n;
	out->keys = kinds[LESSON_KEY].items;
	out->nkeys = kinds[LESSON_KEY].n;
	out->blockpages = kinds[LESSON_BLOCKPAGE].items;
	out->nblockpages = kinds[LESSON_BLOCKPAGE].n;
	out->title = usual(&kinds[LESSON_TITLE]);
	out->quic = kinds[LESSON_QUIC].n > 0;
	/* Half of what is known would make the other half look unusual. */
	if (b->failed)
		return NULL;
	return out->measured > 0 || out->nblockpages > 0 || !isnan(out->connect_s) ? out : NULL;
}

void
baselines_load(struct baselines *b, struct measurement *m)
{
	if (b == NULL || m->input == NULL)
		return;
	m->baseline = load_at(b, m->arena, lesson_network(m), m->input,
	    m->start_us != 0 ? m->start_us : m->round_start_us);
}

void
baselines_each(struct baselines *b, const char *url,
    void (*each)(const char *network, const char *target, const struct baseline *known, void *arg),
    void *arg)
{
	const struct baseline *known;
	struct arena *arena;
	sqlite3_stmt *st;
	int64_t now_us;

	if (b == NULL)
		return;
	now_us = one_int(b, query(b, LEARNED_NEWEST, ""));
	st = query(b, TARGET_LIST, "s", url);
	while (next_row(b, st)) {
		arena = arena_new();
		known = load_at(b, arena, column_text(st, 0), column_text(st, 1), now_us);
		if (known != NULL)
			each(column_text(st, 0), column_text(st, 1), known, arg);
		arena_free(arena);
	}
}
