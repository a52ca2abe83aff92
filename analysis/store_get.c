/* Rows of a store become records again, as far as they are kept. */
#include "analysis/store.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/filter.h"
#include "analysis/ingest.h"
#include "analysis/names.h"
#include "analysis/store_row.h"
#include "base/buf.h"
#include "base/mem.h"
#include "results/measurement.h"

enum stage { AT_MEASUREMENTS, AT_ROUNDS, AT_EVENTS, AT_END };

/* Of a target, by its number less one. */
struct walk_target {
	struct target target; /* url NULL: not looked at yet */
	bool passes; /* the filter */
};

/* A list of evidence, by its word's number. */
struct walk_evidence {
	const char **codes;
	size_t n;
};

struct chain {
	struct bytes *certificates;
	size_t n;
};

struct store_walk {
	enum stage stage;
	sqlite3_stmt *rows, *handshakes;
	bool at_handshake; /* the next one is there to be read */
	struct walk_target *targets;
	struct walk_evidence *evidence;
	size_t ntargets, nwords;
	struct chain *chains; /* by their number less one */
	size_t nchains;
	struct arena *arena; /* what lives as long as the walk */
	struct arena *here; /* what lives as long as the record: its handshakes */
	struct store_row row;
	struct measurement m;
	struct measurement confirm;
	struct round_info round;
	struct measurement *event;
	int64_t done, all;
};

void
store_walk_free(struct store_walk *w)
{
	size_t i;

	if (w == NULL)
		return;
	for (i = 0; i < w->ntargets; i++)
		target_clear(&w->targets[i].target);
	free(w->targets);
	arena_free(w->arena);
	arena_free(w->here);
	measurement_free(w->event);
	free(w);
}

/* Records are only read, and none outlives its row. */
static char *
lent(const char *text)
{
	return (char *)(uintptr_t)text;
}

static int64_t
count_rows(struct store *store, const char *table)
{
	char *sql = xasprintf("SELECT count(*) FROM %s", table);
	sqlite3_stmt *st = store_prepare(store, sql);
	int64_t n = store_step(store, st) ? sqlite3_column_int64(st, 0) : 0;

	sqlite3_finalize(st);
	free(sql);
	return n;
}

/* --- certificates ------------------------------------------------------------------------------ */

/* All certificates that there are: each stands there once. */
static struct bytes *
load_certificates(struct store *store, struct arena *arena, size_t *n)
{
	sqlite3_stmt *st = store_prepare(store, "SELECT der FROM certificate ORDER BY id");
	struct bytes *all = NULL, *one;

	for (*n = 0; store_step(store, st);) {
		one = ARENA_PUSH(arena, all, *n);
		one->len = (size_t)sqlite3_column_bytes(st, 0);
		one->data = arena_memdup(arena, sqlite3_column_blob(st, 0), one->len);
	}
	sqlite3_finalize(st);
	return all;
}

static void
read_chain(struct arena *arena, const char *text, const struct bytes *certificates, size_t n, struct chain *chain)
{
	unsigned long number;
	char *end;

	for (; text != NULL && *text != '\0'; text = end) {
		number = strtoul(text, &end, 10);
		if (end == text)
			return;
		if (number >= 1 && number <= n)
			*ARENA_PUSH(arena, chain->certificates, chain->n) = certificates[number - 1];
	}
}

static void
load_chains(struct store *store, struct store_walk *w)
{
	size_t n;
	struct bytes *certificates = load_certificates(store, w->arena, &n);
	sqlite3_stmt *st = store_prepare(store, "SELECT certificates FROM chain ORDER BY id");

	while (store_step(store, st))
		read_chain(w->arena, (const char *)sqlite3_column_text(st, 0), certificates, n,
		    ARENA_PUSH(w->arena, w->chains, w->nchains));
	sqlite3_finalize(st);
}

static void
read_errors(struct arena *arena, const char *text, struct tls_handshake *tls)
{
	char *end;

	for (; text != NULL && *text != '\0'; text = end) {
		ARENA_PUSH(arena, tls->verify_errors, tls->nverify_errors)->code = (int)strtol(text, &end, 10);
		if (end == text)
			return;
	}
}

static void
read_handshake(struct store *store, struct store_walk *w)
{
	struct measurement *m = sqlite3_column_int(w->handshakes, 7) != 0 ? &w->confirm : &w->m;
	int64_t chain = sqlite3_column_int64(w->handshakes, 6);
	struct tls_handshake *tls;

	if (chain < 1 || chain > (int64_t)w->nchains)
		store_damaged(store);
	tls = ARENA_PUSH(w->here, m->tls, m->ntls);
	tls->server_name = arena_strdup(w->here, store_word_text(store, sqlite3_column_int64(w->handshakes, 1)));
	tls->failure = store_word_text(store, sqlite3_column_int64(w->handshakes, 2));
	read_errors(w->here, store_word_text(store, sqlite3_column_int64(w->handshakes, 3)), tls);
	tls->no_tls_verify = sqlite3_column_int(w->handshakes, 4) != 0;
	tls->host_ok = sqlite3_column_int(w->handshakes, 5);
	tls->certificates = w->chains[chain - 1].certificates;
	tls->ncertificates = w->chains[chain - 1].n;
}

/* Both stand in the order of the measurements. */
static void
read_handshakes(struct store *store, struct store_walk *w)
{
	for (; w->at_handshake; w->at_handshake = store_step(store, w->handshakes)) {
		if (sqlite3_column_int64(w->handshakes, 0) > w->row.id)
			return;
		if (sqlite3_column_int64(w->handshakes, 0) == w->row.id)
			read_handshake(store, w);
	}
}

/* --- measurements ------------------------------------------------------------------------------ */

static struct store_walk *
begin(struct store *store)
{
	struct store_walk *w = xcalloc(1, sizeof(*w));

	w->arena = arena_new();
	w->here = arena_new();
	w->ntargets = names_count(store->targets);
	w->targets = xcalloc(w->ntargets + 1, sizeof(*w->targets));
	w->nwords = names_count(store->words);
	w->evidence = arena_alloc(w->arena, (w->nwords + 1) * sizeof(*w->evidence));
	w->all = count_rows(store, "measurement") + count_rows(store, "round") + count_rows(store, "event");
	load_chains(store, w);
	w->rows = store_select(store, &store_measurements, "");
	w->handshakes = store_prepare(store,
	    "SELECT measurement, server_name, failure, verify_errors, not_verified, host_ok, chain, confirm"
	    " FROM handshake ORDER BY rowid");
	w->at_handshake = store_step(store, w->handshakes);
	return w;
}

static struct walk_target *
target_of(struct store *store, struct store_walk *w, const struct filter *filter)
{
	char error[TARGET_ERROR_SIZE];
	struct walk_target *t;
	const char *url;
	bool is_url;

	if (w->row.target < 1 || w->row.target > (int64_t)w->ntargets)
		store_damaged(store);
	t = &w->targets[w->row.target - 1];
	if (t->target.url != NULL)
		return t;
	url = names_text(store->targets, (uint32_t)(w->row.target - 1));
	is_url = target_parse(url, &t->target, error) == 0;
	if (!is_url)
		t->target.url = xstrdup(url);
	t->passes = filter_has_target(filter, is_url ? &t->target : NULL);
	return t;
}

/* The words of a text, each once for the whole walk. */
static const struct walk_evidence *
evidence_of(struct store *store, struct store_walk *w)
{
	static const struct walk_evidence none;
	int64_t number = store_word(store, w->row.evidence);
	struct walk_evidence *e;
	char *text, *code, *rest;

	if (number < 1 || number > (int64_t)w->nwords)
		return &none;
	e = &w->evidence[number - 1];
	if (e->n > 0)
		return e;
	text = arena_strdup(w->arena, w->row.evidence);
	for (code = strtok_r(text, " ", &rest); code != NULL; code = strtok_r(NULL, " ", &rest))
		*ARENA_PUSH(w->arena, e->codes, e->n) = code;
	return e;
}

static enum network_state
network_of(const struct store_row *row)
{
	enum network_state state = row->network != NULL ? network_state_find(row->network) : NETWORK_UNKNOWN;

	return state < NETWORK_STATE_MAX ? state : NETWORK_UNKNOWN;
}

/* What measurements and rounds have both. */
static void
fill(struct store_walk *w, const char *test_name)
{
	const struct store_row *row = &w->row;

	if (w->m.ntls > 0 || w->confirm.ntls > 0) {
		arena_free(w->here);
		w->here = arena_new();
	}
	w->confirm = (struct measurement){0};
	w->m = (struct measurement){
	    .arena = w->here,
	    .test_name = lent(test_name),
	    .start_us = row->time_us,
	    .runtime = row->runtime_s,
	    .probe_asn = lent(row->asn),
	    .probe_cc = lent(row->cc),
	    .probe_network_name = lent(row->network_name),
	    .id = lent(row->record),
	    .context.network = network_of(row),
	};
}

static void
fill_measurement(struct store *store, struct store_walk *w, const struct target *target)
{
	const struct walk_evidence *evidence = evidence_of(store, w);
	const struct store_row *row = &w->row;
	struct measurement *m = &w->m;

	fill(w, "web_connectivity");
	m->input = lent(row->input != NULL ? row->input : target->url);
	m->software_name = lent(row->software_name);
	m->software_version = lent(row->software_version);
	m->list = lent(row->list);
	m->category = lent(row->category);
	m->role = lent(row->role);
	m->uid = lent(row->uid);
	m->report_id = lent(row->report);
	m->has_x = row->ours != 0;
	m->ooni = row->stored;
	m->verdict = (struct verdict){
	    .status = verdict_status_find(row->status),
	    .stage = verdict_stage_find(row->stage),
	    .mechanism = mechanism_find(row->mechanism),
	    .confidence = row->confidence,
	    .evidence = evidence->codes,
	    .nevidence = evidence->n,
	    .rules = row->rules,
	};
	if (row->status == NULL || m->verdict.status >= VERDICT_STATUS_MAX || m->verdict.stage >= VERDICT_STAGE_MAX ||
	    m->verdict.mechanism >= MECHANISM_MAX)
		store_damaged(store);
	read_handshakes(store, w);
	m->confirm = w->confirm.ntls > 0 ? &w->confirm : NULL;
}

static bool
passes(const struct store_walk *w, const struct filter *filter, struct ingest_counts *counts)
{
	const struct measurement place = {.probe_asn = lent(w->row.asn), .probe_cc = lent(w->row.cc)};

	if (!filter_has_time(filter, w->row.time_us)) {
		counts->undated += w->row.time_us == 0;
		return false;
	}
	return filter_has_place(filter, &place);
}

static bool
take_measurement(struct store *store, const struct filter *filter, struct ingest_counts *counts, struct record *record)
{
	struct store_walk *w = store->walk;
	const struct walk_target *target;

	store_get_row(store, &store_measurements, w->rows, &w->row);
	target = target_of(store, w, filter);
	if (!passes(w, filter, counts) || !target->passes)
		return false;
	if (!filter->controls && w->row.role != NULL && strcmp(w->row.role, "control") == 0) {
		counts->controls++;
		return false;
	}
	fill_measurement(store, w, &target->target);
	*record = (struct record){.kind = RECORD_TARGET, .m = &w->m, .target = target->target, .keys = &w->row.keys};
	return true;
}

static bool
take_round(struct store *store, const struct filter *filter, struct ingest_counts *counts, struct record *record)
{
	struct store_walk *w = store->walk;

	store_get_row(store, &store_rounds, w->rows, &w->row);
	if (!passes(w, filter, counts))
		return false;
	fill(w, "netvane_round");
	w->m.has_x = true;
	w->round.measured = w->row.measured;
	w->m.round = &w->round;
	*record = (struct record){.kind = RECORD_ROUND, .m = &w->m};
	return true;
}

static bool
take_event(struct store *store, const struct filter *filter, struct ingest_counts *counts, struct record *record)
{
	struct store_walk *w = store->walk;
	char error[256];

	measurement_free(w->event);
	w->event = measurement_decode((const char *)sqlite3_column_text(w->rows, 1), (size_t)sqlite3_column_bytes(w->rows, 1),
	    NULL, error, sizeof(error));
	if (w->event == NULL)
		return false;
	w->row = (struct store_row){.time_us = w->event->start_us, .asn = w->event->probe_asn, .cc = w->event->probe_cc};
	*record = (struct record){.kind = RECORD_EVENT, .m = w->event};
	return passes(w, filter, counts);
}

/* --- all of them ------------------------------------------------------------------------------- */

static void
next_stage(struct store *store, struct store_walk *w)
{
	sqlite3_finalize(w->rows);
	w->rows = NULL;
	if (++w->stage == AT_ROUNDS)
		w->rows = store_select(store, &store_rounds, "");
	else if (w->stage == AT_EVENTS)
		w->rows = store_prepare(store, "SELECT id, json FROM event ORDER BY id");
}

bool
store_next(struct store *store, const struct filter *filter, struct ingest_counts *counts, struct record *record)
{
	static bool (*const take[])(struct store *store, const struct filter *filter, struct ingest_counts *counts,
	    struct record *record) = {
	    [AT_MEASUREMENTS] = take_measurement,
	    [AT_ROUNDS] = take_round,
	    [AT_EVENTS] = take_event,
	};
	struct store_walk *w = store->walk;

	if (w == NULL)
		w = store->walk = begin(store);
	while (w->stage != AT_END) {
		if (!store_step(store, w->rows)) {
			next_stage(store, w);
			continue;
		}
		w->done++;
		if (take[w->stage](store, filter, counts, record))
			return true;
	}
	return false;
}

void
store_progress(const struct store *store, int64_t *done, int64_t *all)
{
	*done = store->walk != NULL ? store->walk->done : 0;
	*all = store->walk != NULL ? store->walk->all : 0;
}
