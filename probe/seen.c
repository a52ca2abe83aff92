/* What was seen lately, in the state database. */
#include "probe/seen.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sqlite3.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "probe/keep.h"
#include "results/json_get.h"
#include "results/measurement.h"

static const int64_t hour_us = INT64_C(3600000000);

enum { HOUR_S = 3600 };

/* Runs a statement with up to three numbers after an optional text. Failures are logged once. */
static void
run(sqlite3 *db, const char *sql, const char *text, const int64_t *numbers, int n)
{
	static bool said;
	sqlite3_stmt *st = NULL;
	int i, first = text != NULL ? 2 : 1, result = sqlite3_prepare_v2(db, sql, -1, &st, NULL);

	if (result == SQLITE_OK && text != NULL)
		result = sqlite3_bind_text(st, 1, text, -1, SQLITE_TRANSIENT);
	for (i = 0; result == SQLITE_OK && i < n; i++)
		result = sqlite3_bind_int64(st, first + i, numbers[i]);
	if (result == SQLITE_OK)
		result = sqlite3_step(st);
	if (result != SQLITE_DONE && !said) {
		log_warnx("the state database fails: %s", sqlite3_errmsg(db));
		said = true;
	}
	sqlite3_finalize(st);
}

/* --- taking ------------------------------------------------------------------------------------ */

static void
take_target(sqlite3 *db, const struct measurement *m)
{
	const int64_t numbers[] = {m->start_us / hour_us, m->verdict.status};
	struct buf text = BUF_EMPTY;
	struct json j;

	json_init(&j, &text);
	json_put_object(&j, NULL);
	json_put_string(&j, "list", m->list);
	json_put_string(&j, "status", verdict_status_name(m->verdict.status));
	json_put_string(&j, "stage", verdict_stage_name(m->verdict.stage));
	json_put_string(&j, "mechanism", mechanism_name(m->verdict.mechanism));
	json_put_double(&j, "confidence", m->verdict.confidence);
	json_put_int(&j, "time_us", m->start_us);
	json_put_object_end(&j);
	keep_put(db, "last", m->input, buf_str(&text));
	buf_free(&text);
	run(db,
	    "INSERT INTO seen (url, hour, status, n) VALUES (?, ?, ?, 1)"
	    " ON CONFLICT (url, hour, status) DO UPDATE SET n = n + 1",
	    m->input, numbers, 2);
}

static void
take_round(sqlite3 *db, const struct measurement *m)
{
	struct buf text = BUF_EMPTY;
	struct json j;
	size_t i;

	json_init(&j, &text);
	json_put_object(&j, NULL);
	json_put_int(&j, "time_us", m->start_us);
	json_put_string(&j, "state", network_state_name(m->context.network));
	json_put_string(&j, "ipv6", ipv6_state_name(m->context.ipv6));
	json_put_bool(&j, "local_interception", m->context.local_interception);
	json_put_array(&j, "notes");
	for (i = 0; i < m->round->nnotes; i++)
		json_put_string(&j, NULL, m->round->notes[i]);
	json_put_array_end(&j);
	json_put_object_end(&j);
	keep_put(db, "round", "", buf_str(&text));
	buf_free(&text);
}

void
seen_take(struct sqlite3 *db, const struct measurement *m)
{
	if (db == NULL)
		return;
	if (m->round != NULL)
		take_round(db, m);
	else if (m->input != NULL && m->role != NULL && strcmp(m->role, "target") == 0)
		take_target(db, m);
}

void
seen_expire(struct sqlite3 *db, int64_t now_us)
{
	const int64_t before = now_us / hour_us - SEEN_DAYS * 24;

	if (db == NULL)
		return;
	run(db, "DELETE FROM seen WHERE hour < ?", NULL, &before, 1);
	run(db,
	    "DELETE FROM kept WHERE kind = 'last' AND NOT EXISTS"
	    " (SELECT 1 FROM seen WHERE seen.url = kept.key)",
	    NULL, NULL, 0);
}

void
seen_run(struct sqlite3 *db, const struct seen_run *r)
{
	struct buf text = BUF_EMPTY;
	struct json j;

	json_init(&j, &text);
	json_put_object(&j, NULL);
	json_put_int(&j, "started_us", r->started_us);
	json_put_int(&j, "next_round_us", r->next_round_us);
	json_put_string(&j, "sandbox", r->sandbox);
	json_put_int(&j, "rounds", r->counters.rounds);
	json_put_int(&j, "measurements", r->counters.measurements);
	json_put_int(&j, "bytes", r->counters.bytes);
	json_put_int(&j, "bytes_today", r->budget.bytes_today);
	json_put_int(&j, "limit", r->budget.limit);
	json_put_int(&j, "skipped", r->budget.skipped);
	json_put_int(&j, "lost", r->counters.lost);
	json_put_int(&j, "journal_bytes", r->journal.bytes);
	json_put_int(&j, "journal_quota", r->journal.quota);
	json_put_int(&j, "spool_lines", r->journal.spool_lines);
	json_put_string(&j, "disk_trouble", r->journal.trouble);
	json_put_object_end(&j);
	keep_put(db, "run", "", buf_str(&text));
	buf_free(&text);
}

/* --- filling ----------------------------------------------------------------------------------- */

struct filling {
	struct status *status;
	struct json_get get;
};

static void
fill_target(const char *url, const char *text, size_t len, void *arg)
{
	struct filling *f = arg;
	const struct node *o;
	struct json_doc *doc = json_doc_of(text, len, &o);
	const char *list;
	struct status_target *t;

	if (doc == NULL)
		return;
	list = json_get_string(&f->get, o, "list");
	t = status_add_target(f->status, url, list != NULL ? list : "");
	t->status = verdict_status_find(json_get_string(&f->get, o, "status"));
	t->stage = verdict_stage_find(json_get_string(&f->get, o, "stage"));
	t->mechanism = mechanism_find(json_get_string(&f->get, o, "mechanism"));
	if (t->status >= VERDICT_STATUS_MAX)
		t->status = VERDICT_NONE;
	if (t->stage >= VERDICT_STAGE_MAX)
		t->stage = STAGE_NONE;
	if (t->mechanism >= MECHANISM_MAX)
		t->mechanism = MECHANISM_NONE;
	t->confidence = json_get_double(&f->get, o, "confidence", -1);
	t->measured_us = json_get_int(&f->get, o, "time_us", 0, INT64_MAX, 0);
	json_doc_free(doc);
}

static void
fill_round(const char *key, const char *text, size_t len, void *arg)
{
	struct filling *f = arg;
	struct status *s = f->status;
	const struct node *o;
	struct json_doc *doc = json_doc_of(text, len, &o);
	char **notes;
	size_t n, i;

	(void)key;
	if (doc == NULL)
		return;
	s->probe.last_round_us = json_get_int(&f->get, o, "time_us", 0, INT64_MAX, 0);
	s->network.state = network_state_find(json_get_string(&f->get, o, "state"));
	if (s->network.state >= NETWORK_STATE_MAX)
		s->network.state = NETWORK_UNKNOWN;
	s->network.ipv6 = ipv6_state_find(json_get_string(&f->get, o, "ipv6"));
	if (s->network.ipv6 >= IPV6_STATE_MAX)
		s->network.ipv6 = IPV6_UNKNOWN;
	s->network.local_interception = json_get_bool(&f->get, o, "local_interception") == 1;
	notes = json_get_strings(&f->get, o, "notes", &n);
	for (i = 0; i < n; i++)
		status_add_note(s, notes[i]);
	json_doc_free(doc);
}

static void
fill_run(const char *key, const char *text, size_t len, void *arg)
{
	struct filling *f = arg;
	struct status *s = f->status;
	const struct node *o;
	struct json_doc *doc = json_doc_of(text, len, &o);

	(void)key;
	if (doc == NULL)
		return;
	s->probe.started_us = json_get_int(&f->get, o, "started_us", 0, INT64_MAX, 0);
	s->probe.next_round_us = json_get_int(&f->get, o, "next_round_us", 0, INT64_MAX, 0);
	s->probe.sandbox = json_get_string(&f->get, o, "sandbox");
	s->counters.rounds = json_get_int(&f->get, o, "rounds", 0, INT64_MAX, -1);
	s->counters.measurements = json_get_int(&f->get, o, "measurements", 0, INT64_MAX, -1);
	s->counters.bytes = json_get_int(&f->get, o, "bytes", 0, INT64_MAX, -1);
	s->budget.bytes_today = json_get_int(&f->get, o, "bytes_today", 0, INT64_MAX, -1);
	s->budget.limit = json_get_int(&f->get, o, "limit", 0, INT64_MAX, -1);
	s->budget.skipped = json_get_int(&f->get, o, "skipped", 0, INT64_MAX, -1);
	s->counters.lost = json_get_int(&f->get, o, "lost", 0, INT64_MAX, -1);
	s->journal.bytes = json_get_int(&f->get, o, "journal_bytes", 0, INT64_MAX, -1);
	s->journal.quota = json_get_int(&f->get, o, "journal_quota", 0, INT64_MAX, -1);
	s->journal.spool_lines = json_get_int(&f->get, o, "spool_lines", 0, INT64_MAX, -1);
	s->journal.trouble = json_get_string(&f->get, o, "disk_trouble");
	json_doc_free(doc);
}

/* By list, and by URL in each: a page shows a list's targets together. */
static int
by_list(const void *a, const void *b)
{
	const struct status_target *x = a, *y = b;
	int lists = strcmp(x->list, y->list);

	return lists != 0 ? lists : strcmp(x->url, y->url);
}

static int
by_url(const void *key, const void *target)
{
	return strcmp(key, *(const char *const *)target);
}

/* Rows of seen come by URL; the index is sorted by it. */
static void
fill_grid(sqlite3 *db, int64_t now_us, struct status *status)
{
	const char **urls = xcalloc(status->ntargets + 1, sizeof(*urls)), *url;
	size_t *at = xcalloc(status->ntargets + 1, sizeof(*at)), i, k;
	sqlite3_stmt *st = NULL;
	const char **found;
	int status_number;

	/* Insertion keeps the two side by side; there are some hundreds. */
	for (i = 0; i < status->ntargets; i++) {
		for (k = i; k > 0 && strcmp(urls[k - 1], status->targets[i].url) > 0; k--) {
			urls[k] = urls[k - 1];
			at[k] = at[k - 1];
		}
		urls[k] = status->targets[i].url;
		at[k] = i;
	}
	if (sqlite3_prepare_v2(db, "SELECT url, hour, status, n FROM seen WHERE hour >= ?", -1, &st, NULL) == SQLITE_OK)
		sqlite3_bind_int64(st, 1, now_us / hour_us - SEEN_DAYS * 24);
	while (st != NULL && sqlite3_step(st) == SQLITE_ROW) {
		url = (const char *)sqlite3_column_text(st, 0);
		status_number = sqlite3_column_int(st, 2);
		found = url == NULL ? NULL : bsearch(url, urls, status->ntargets, sizeof(*urls), by_url);
		if (found != NULL && status_number >= 0 && status_number < VERDICT_STATUS_MAX)
			status_count(status, &status->targets[at[found - urls]], sqlite3_column_int64(st, 1) * hour_us,
			    (enum verdict_status)status_number, (uint32_t)sqlite3_column_int64(st, 3));
	}
	sqlite3_finalize(st);
	free(urls);
	free(at);
}

void
seen_fill(struct sqlite3 *db, int64_t now_us, struct status *status)
{
	struct filling f = {.status = status, .get = {.arena = status->arena}};

	if (db == NULL)
		return;
	status_set_grid(status, now_us, SEEN_DAYS, HOUR_S);
	keep_each(db, "last", fill_target, &f);
	if (status->ntargets > 0)
		qsort(status->targets, status->ntargets, sizeof(*status->targets), by_list);
	fill_grid(db, now_us, status);
	keep_each(db, "round", fill_round, &f);
	keep_each(db, "run", fill_run, &f);
}
