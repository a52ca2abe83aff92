/* What baseline.h promises: what is learned, for how long, how much of it, and that it can be gathered again. */
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <cmocka.h>
#include <sqlite3.h>

#include "base/buf.h"
#include "base/mem.h"
#include "probe/baseline.h"
#include "results/baseline.h"
#include "results/measurement.h"
#include "tests/lessons.h"

#define URL "https://site.test/"
#define OTHER "https://other.test/"
#define PLAIN "http://plain.test/"

/* --- helpers --------------------------------------------------------------------------------- */

static struct baselines *
opened(void)
{
	struct baselines *b = baselines_open(place_dir());

	assert_non_null(b);
	return b;
}

/* Learns from the record and frees it. */
static void
teach(struct baselines *b, struct measurement *m)
{
	baselines_learn(b, m);
	measurement_free(m);
}

/* What is known of a URL at a time, in m, to free. */
static struct measurement *
load(struct baselines *b, const char *url, int64_t now_us)
{
	struct measurement *m = good_round(url, now_us);

	baselines_load(b, m);
	return m;
}

static int64_t
count_rows(const char *sql)
{
	sqlite3_stmt *st;
	sqlite3 *db;
	int64_t n;

	assert_int_equal(
	    sqlite3_open_v2(place_path("state.sqlite"), &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	n = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	sqlite3_close(db);
	return n;
}

/* All that is in it, one row a line, without the numbers of targets, which are of no meaning. */
static char *
dump(void)
{
	static const char sql[] =
	    "SELECT 'day', network, url, day, measured, ok, last_ok_us, bad_since, '', '' FROM target_day"
	    " JOIN target ON target = id UNION ALL "
	    "SELECT 'item', network, url, day, kind, value, count, last_us, '', '' FROM target_item"
	    " JOIN target ON target = id UNION ALL "
	    "SELECT 'sample', network, url, time_us, record, connect_s, handshake_s, rate, body_length, ''"
	    " FROM target_sample JOIN target ON target = id UNION ALL "
	    "SELECT 'target', network, url, '', '', '', '', '', '', '' FROM target UNION ALL "
	    "SELECT 'learned', record, time_us, '', '', '', '', '', '', '' FROM learned"
	    " ORDER BY 1, 2, 3, 4, 5, 6";
	struct buf out = BUF_EMPTY;
	sqlite3_stmt *st;
	sqlite3 *db;
	int i;

	assert_int_equal(
	    sqlite3_open_v2(place_path("state.sqlite"), &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
	while (sqlite3_step(st) == SQLITE_ROW) {
		for (i = 0; i < sqlite3_column_count(st); i++) {
			const char *text = (const char *)sqlite3_column_text(st, i);

			buf_printf(&out, "%s|", text != NULL ? text : "NULL");
		}
		buf_putc(&out, '\n');
	}
	sqlite3_finalize(st);
	sqlite3_close(db);
	return buf_steal(&out);
}

/* Appends it to a file of the directory "results". */
static void
write_record(const char *file, const struct measurement *m)
{
	struct buf line = BUF_EMPTY;
	FILE *out;

	mkdir(place_path("results"), 0700);
	measurement_encode(m, &line);
	out = fopen(place_path(file), "a");
	assert_non_null(out);
	assert_int_equal(fwrite(line.data, 1, line.len, out), line.len);
	assert_int_equal(fclose(out), 0);
	buf_free(&line);
}

#define JOURNAL "results/netvane-20261122T063000Z-0001.jsonl"

/* --- learning and loading -------------------------------------------------------------------- */

static void
nothing_is_known_at_first(void **state)
{
	struct baselines *b = opened();
	struct measurement *m = load(b, URL, NOON);

	(void)state;
	assert_null(m->baseline);
	assert_true(baselines_due(b));
	measurement_free(m);
	baselines_close(b);
}

static void
a_round_that_went_well_is_known_afterwards(void **state)
{
	struct baselines *b = opened();
	struct measurement *m;

	(void)state;
	teach(b, good_round(URL, NOON));
	assert_int_equal(baselines_commit(b), 0);
	baselines_close(b);
	b = opened();
	m = load(b, URL, NOON + HOUR_US);
	assert_non_null(m->baseline);
	assert_int_equal(m->baseline->measured, 1);
	assert_int_equal(m->baseline->ok, 1);
	assert_int_equal(m->baseline->days, 1);
	assert_true(m->baseline->last_ok_us == NOON);
	assert_int_equal(m->baseline->bad_streak, 0);
	assert_int_equal(m->baseline->naddresses, 1);
	assert_string_equal(m->baseline->addresses[0].value, "192.0.2.1");
	assert_int_equal(m->baseline->addresses[0].count, 1);
	assert_true(m->baseline->addresses[0].last_us == NOON);
	assert_int_equal(m->baseline->nkeys, 1);
	assert_int_equal(m->baseline->nissuers, 1);
	assert_true(fabs(m->baseline->connect_s - 0.02) < 1e-9);
	assert_true(fabs(m->baseline->handshake_s - 0.05) < 1e-9);
	assert_true(fabs(m->baseline->rate - 100000) < 1e-3);
	assert_int_equal(m->baseline->body_length, 50000);
	assert_string_equal(m->baseline->title, "Front page");
	assert_int_equal(m->baseline->nblockpages, 0);
	assert_false(m->baseline->quic);
	measurement_free(m);
	baselines_close(b);
}

static void
other_sites_and_other_networks_are_apart(void **state)
{
	struct baselines *b = opened();
	struct measurement *m;

	(void)state;
	teach(b, good_round(URL, NOON));
	m = load(b, OTHER, NOON);
	assert_null(m->baseline);
	measurement_free(m);
	m = good_round(URL, NOON);
	m->probe_asn = arena_strdup(m->arena, "AS0");
	baselines_load(b, m);
	assert_null(m->baseline);
	measurement_free(m);
	/* Not known and AS0 are the same network. */
	m = good_round(URL, NOON);
	m->probe_asn = NULL;
	teach(b, m);
	m = good_round(URL, NOON);
	m->probe_asn = arena_strdup(m->arena, "AS0");
	baselines_load(b, m);
	assert_int_equal(m->baseline->ok, 1);
	measurement_free(m);
	baselines_close(b);
}

static void
a_record_is_learned_once(void **state)
{
	struct measurement *m = good_round(URL, NOON), *known;
	struct baselines *b = opened();

	(void)state;
	baselines_learn(b, m);
	baselines_learn(b, m);
	baselines_commit(b);
	baselines_close(b);
	b = opened();
	teach(b, m);
	known = load(b, URL, NOON);
	assert_int_equal(known->baseline->measured, 1);
	assert_int_equal(known->baseline->addresses[0].count, 1);
	measurement_free(known);
	baselines_close(b);
}

static void
what_is_not_committed_is_lost(void **state)
{
	struct baselines *b = opened();
	struct measurement *m;

	(void)state;
	teach(b, good_round(URL, NOON));
	baselines_commit(b);
	teach(b, good_round(URL, NOON + 1));
	m = load(b, URL, NOON + 2);
	assert_int_equal(m->baseline->ok, 2);
	measurement_free(m);
	baselines_close(b);
	b = opened();
	m = load(b, URL, NOON + 2);
	assert_int_equal(m->baseline->ok, 1);
	measurement_free(m);
	baselines_close(b);
}

static void
the_bad_streak_begins_after_the_last_good_round(void **state)
{
	static const struct {
		enum verdict_status status;
		int64_t streak;
	} rounds[] = {
	    {VERDICT_BLOCKED, 1},
	    {VERDICT_OK, 0},
	    {VERDICT_LIKELY_BLOCKED, 1},
	    {VERDICT_INSUFFICIENT, 1},
	    {VERDICT_DOWN, 2},
	    {VERDICT_IMPAIRED, 3},
	    {VERDICT_OK, 0},
	    {VERDICT_BLOCKED, 1},
	};
	struct baselines *b = opened();
	struct measurement *m;
	int64_t now = NOON;
	size_t i;

	(void)state;
	/* 18 hours apart: some share a day, some do not. */
	for (i = 0; i < sizeof(rounds) / sizeof(rounds[0]); i++, now += 18 * HOUR_US) {
		teach(b, rounds[i].status == VERDICT_OK
			? good_round(URL, now)
			: bad_round(URL, now, rounds[i].status, MECHANISM_NONE));
		m = load(b, URL, now);
		assert_int_equal(m->baseline->bad_streak, rounds[i].streak);
		measurement_free(m);
	}
	m = load(b, URL, now);
	assert_int_equal(m->baseline->measured, 8);
	assert_int_equal(m->baseline->ok, 2);
	assert_int_equal(m->baseline->days, 2);
	assert_true(m->baseline->last_ok_us == NOON + 6 * 18 * HOUR_US);
	measurement_free(m);
	baselines_close(b);
}

static void
controls_are_known_by_their_times(void **state)
{
	struct measurement *m = good_round(URL, NOON);
	struct baselines *b = opened();

	(void)state;
	m->role = arena_strdup(m->arena, "control");
	m->verdict.status = VERDICT_NONE;
	teach(b, m);
	m = load(b, URL, NOON);
	assert_int_equal(m->baseline->measured, 0);
	assert_int_equal(m->baseline->naddresses, 0);
	assert_true(fabs(m->baseline->handshake_s - 0.05) < 1e-9);
	measurement_free(m);
	baselines_close(b);
}

static void
without_a_database_nothing_is_known_and_nothing_breaks(void **state)
{
	struct measurement *m = good_round(URL, NOON);
	struct baselines_rebuilt done;

	(void)state;
	assert_false(baselines_due(NULL));
	assert_int_equal(baselines_learned_until(NULL), 0);
	baselines_load(NULL, m);
	assert_null(m->baseline);
	baselines_learn(NULL, m);
	baselines_forget(NULL, NULL);
	baselines_leave_out(NULL, NOON);
	assert_int_equal(baselines_catch_up(NULL, place_path("results"), NOON, &done), -1);
	baselines_abandon(NULL);
	assert_int_equal(baselines_commit(NULL), 0);
	assert_int_equal(baselines_rebuild(NULL, place_path("results"), NOON, &done), -1);
	baselines_each(NULL, NULL, NULL, NULL);
	baselines_close(NULL);
	measurement_free(m);
}

/* --- the window ------------------------------------------------------------------------------ */

static void
a_round_is_known_for_thirty_days_and_then_gone(void **state)
{
	struct baselines *b = opened();
	struct measurement *m;

	(void)state;
	/* The time of the records counts, not the machine's. */
	clock_stand_at(NOON + 1000 * DAY_US);
	teach(b, good_round(URL, NOON));
	baselines_commit(b);
	m = load(b, URL, NOON + 29 * DAY_US);
	assert_int_equal(m->baseline->ok, 1);
	measurement_free(m);
	m = load(b, URL, NOON + 30 * DAY_US);
	assert_null(m->baseline);
	measurement_free(m);
	/* Nor is anything known before it was learned: a clock that was set back. */
	m = load(b, URL, NOON - DAY_US);
	assert_null(m->baseline);
	measurement_free(m);
	/* Another site's round moves the window, and no row stays. */
	teach(b, good_round(OTHER, NOON + 29 * DAY_US));
	baselines_commit(b);
	assert_int_equal(count_rows("SELECT count(*) FROM target"), 2);
	teach(b, good_round(OTHER, NOON + 30 * DAY_US));
	baselines_commit(b);
	assert_int_equal(count_rows("SELECT count(*) FROM target"), 1);
	assert_int_equal(count_rows("SELECT count(*) FROM learned"), 2);
	assert_int_equal(count_rows("SELECT count(*) FROM target_day"), 2);
	assert_int_equal(count_rows("SELECT count(*) FROM target_sample"), 2);
	assert_int_equal(count_rows("SELECT count(DISTINCT day) FROM target_item"), 2);
	baselines_close(b);
}

/* --- limits ---------------------------------------------------------------------------------- */

static void
medians_are_of_the_newest_64(void **state)
{
	struct baselines *b = opened();
	struct measurement *m;
	int i;

	(void)state;
	/* Of 100 rounds the first 36 were slow; the others took 1 to 64 ms. */
	for (i = 0; i < 100; i++) {
		m = good_round(URL, NOON + i);
		m->tls[0].c.t = m->tls[0].c.t0 + (i < 36 ? 5 : 0.001 * (i - 35));
		m->tcp[0].c.t = m->tcp[0].c.t0 + (i < 36 ? 5 : 0.002 * (i - 35));
		m->requests[0].c.t = m->requests[0].c.t0 + (i < 36 ? 5 : 0.5);
		set_body(m, i < 36 ? 400000 : 49999 + i % 2 * 2, "aa", "Front page");
		teach(b, m);
	}
	m = load(b, URL, NOON + 100);
	assert_int_equal(m->baseline->ok, 100);
	assert_true(fabs(m->baseline->handshake_s - 0.0325) < 1e-9);
	assert_true(fabs(m->baseline->connect_s - 0.065) < 1e-9);
	assert_true(fabs(m->baseline->rate - 100000) < 1e-3);
	assert_int_equal(m->baseline->body_length, 50000);
	measurement_free(m);
	baselines_commit(b);
	assert_int_equal(count_rows("SELECT count(*) FROM target_sample"), 64);
	baselines_close(b);
}

static void
addresses_keys_and_issuers_are_those_seen_last(void **state)
{
	struct baselines *b = opened();
	struct measurement *m;
	char ip[32];
	int i;

	(void)state;
	for (i = 0; i < 100; i++) {
		m = good_round(URL, NOON + i * HOUR_US);
		snprintf(ip, sizeof(ip), "192.0.2.%d", i);
		set_address(m, ip);
		set_leaf(m, i % 20);
		teach(b, m);
	}
	m = load(b, URL, NOON + 100 * HOUR_US);
	assert_int_equal(m->baseline->naddresses, 64);
	assert_string_equal(m->baseline->addresses[0].value, "192.0.2.99");
	assert_string_equal(m->baseline->addresses[63].value, "192.0.2.36");
	assert_int_equal(m->baseline->nkeys, 16);
	assert_int_equal(m->baseline->nissuers, 16);
	measurement_free(m);
	baselines_commit(b);
	assert_int_equal(count_rows("SELECT count(*) FROM target_item WHERE kind = 1"), 64);
	baselines_close(b);
}

static void
the_usual_title_is_the_most_frequent(void **state)
{
	static const char *const titles[] = {"One", "Two", "Two", "Two", "One", "News"};
	struct baselines *b = opened();
	struct measurement *m;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(titles) / sizeof(titles[0]); i++) {
		m = good_round(URL, NOON + (int64_t)i);
		set_body(m, 30000, "aa", titles[i]);
		teach(b, m);
	}
	m = load(b, URL, NOON + 10);
	assert_string_equal(m->baseline->title, "Two");
	measurement_free(m);
	baselines_close(b);
}

/* --- block pages ----------------------------------------------------------------------------- */

static void
teach_blockpage(struct baselines *b, int64_t now, const char *sha256)
{
	struct measurement *m = good_round(PLAIN, now);

	m->verdict.status = VERDICT_LIKELY_BLOCKED;
	m->verdict.mechanism = HTTP_BLOCKPAGE;
	set_body(m, 900, sha256, "Blocked");
	teach(b, m);
}

static void
a_block_page_is_known_for_every_site_of_the_network(void **state)
{
	struct baselines *b = opened();
	struct measurement *m;
	char hash[8];
	int i;

	(void)state;
	teach_blockpage(b, NOON, "cc");
	m = load(b, OTHER, NOON + 1);
	assert_true(baseline_knows_blockpage(m->baseline, "cc"));
	assert_false(baseline_knows_blockpage(m->baseline, "aa"));
	assert_int_equal(m->baseline->measured, 0);
	measurement_free(m);
	m = good_round(OTHER, NOON + 1);
	m->probe_asn = arena_strdup(m->arena, "AS64501");
	baselines_load(b, m);
	assert_null(m->baseline);
	measurement_free(m);
	for (i = 0; i < 20; i++) {
		snprintf(hash, sizeof(hash), "%02d", i);
		teach_blockpage(b, NOON + 2 + i, hash);
	}
	m = load(b, OTHER, NOON + 100);
	assert_int_equal(m->baseline->nblockpages, 16);
	assert_false(baseline_knows_blockpage(m->baseline, "cc"));
	measurement_free(m);
	baselines_close(b);
}

static void
a_page_that_a_site_shows_for_certain_is_no_block_page(void **state)
{
	struct baselines *b = opened();
	struct measurement *m;

	(void)state;
	teach_blockpage(b, NOON, "cc");
	m = good_round(URL, NOON + 1);
	set_body(m, 900, "cc", "It works!");
	teach(b, m);
	m = load(b, OTHER, NOON + 2);
	assert_null(m->baseline);
	measurement_free(m);
	baselines_close(b);
}

/* --- what the rules ask ---------------------------------------------------------------------- */

static void
the_questions_of_the_rules_have_answers(void **state)
{
	struct baseline_item addresses[] = {{(char *)(uintptr_t)"192.0.2.1", 1, 0},
	    {NULL, 0, 0}, {(char *)(uintptr_t)"2001:db8::1", 1, 0}};
	struct baseline_item hashes[] = {{(char *)(uintptr_t)"ab", 1, 0}};
	struct baseline b = {.addresses = addresses, .naddresses = 3, .keys = hashes, .nkeys = 1,
	    .issuers = hashes, .nissuers = 1};

	(void)state;
	assert_true(baseline_knows_address(&b, "192.0.2.1"));
	assert_true(baseline_knows_address(&b, "2001:DB8:0:0::1"));
	assert_false(baseline_knows_address(&b, "192.0.2.2"));
	assert_false(baseline_knows_address(&b, "site.test"));
	assert_false(baseline_knows_address(&b, NULL));
	assert_false(baseline_knows_address(NULL, "192.0.2.1"));
	assert_true(baseline_knows_key(&b, "ab"));
	assert_false(baseline_knows_key(&b, "ac"));
	assert_false(baseline_knows_key(NULL, "ab"));
	assert_true(baseline_knows_issuer(&b, "ab"));
	assert_false(baseline_knows_issuer(&b, ""));
	assert_false(baseline_knows_issuer(NULL, NULL));
	assert_false(baseline_knows_blockpage(&b, "ab"));
}

static void
steady_takes_six_rounds_on_two_days_and_nine_in_ten(void **state)
{
	static const struct {
		int64_t measured, ok, days, bad_streak;
		bool steady;
	} cases[] = {
	    {6, 6, 2, 0, true},
	    {5, 5, 2, 0, false},
	    {100, 100, 1, 0, false},
	    {20, 18, 5, 0, true},
	    {20, 17, 5, 0, false},
	    {30, 18, 5, 10, true}, /* blocked since: it was steady until then */
	    {30, 18, 5, 9, false},
	    {0, 0, 0, 0, false},
	    {5, 6, 2, 0, false}, /* cannot be */
	    {INT64_MAX, 6, 2, INT64_MAX, true},
	    {6, 6, 2, -1, false},
	};
	struct baseline b;
	size_t i;

	(void)state;
	assert_false(baseline_steady(NULL));
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		b = (struct baseline){.measured = cases[i].measured, .ok = cases[i].ok,
		    .days = cases[i].days, .bad_streak = cases[i].bad_streak};
		if (baseline_steady(&b) != cases[i].steady)
			fail_msg("case %zu", i);
	}
}

/* --- gathering it again ---------------------------------------------------------------------- */

/* A round of some site, good and bad in a pattern that repeats nothing soon; of two networks. */
static struct measurement *
some_round(int i)
{
	static const char *const urls[] = {URL, OTHER, "https://third.test/"};
	int64_t now = NOON + i * 3 * HOUR_US;
	struct measurement *m;
	char ip[32];

	if (i % 11 == 3)
		m = bad_round(urls[i % 3], now, VERDICT_BLOCKED, TLS_SNI_RESET);
	else if (i % 13 == 5)
		m = bad_round(urls[i % 3], now, VERDICT_INSUFFICIENT, MECHANISM_NONE);
	else if (i % 17 == 7) {
		m = good_round(PLAIN, now);
		m->verdict.status = VERDICT_BLOCKED;
		m->verdict.mechanism = HTTP_BLOCKPAGE;
		set_body(m, 900, i % 2 == 0 ? "cc" : "dd", "Blocked");
	} else {
		m = good_round(urls[i % 3], now);
		snprintf(ip, sizeof(ip), "192.0.2.%d", i * 7 % 251);
		set_address(m, ip);
		set_leaf(m, i / 9 % 40);
		m->tls[0].c.t = m->tls[0].c.t0 + 0.001 * (i * 31 % 97 + 1);
		set_body(m, 30000 + i * 37 % 1000, i % 29 == 0 ? "cc" : "aa", i % 5 == 0 ? "Old" : "New");
	}
	if (i % 19 == 0)
		m->probe_asn = arena_strdup(m->arena, "AS64501");
	return m;
}

static void
what_the_journal_teaches_is_what_was_learned_live(void **state)
{
	struct baselines *b = opened();
	struct baselines_rebuilt done;
	char *live, *again;
	struct measurement *m;
	int i;

	(void)state;
	/* 50 days, a commit after every four records. */
	for (i = 0; i < 400; i++) {
		m = some_round(i);
		write_record(JOURNAL, m);
		baselines_learn(b, m);
		measurement_free(m);
		if (i % 4 == 3)
			assert_int_equal(baselines_commit(b), 0);
	}
	live = dump();
	assert_true(count_rows("SELECT count(*) FROM target_day") > 80);
	assert_int_equal(
	    baselines_rebuild(b, place_path("results"), NOON + 100 * DAY_US, &done), 0);
	assert_int_equal(done.records, 400);
	assert_int_equal(done.unreadable + done.future, 0);
	again = dump();
	assert_string_equal(live, again);
	free(again);
	assert_int_equal(
	    baselines_rebuild(b, place_path("results"), NOON + 100 * DAY_US, &done), 0);
	again = dump();
	assert_string_equal(live, again);
	free(again);
	free(live);
	baselines_close(b);
}

static void
records_from_the_future_are_left_out(void **state)
{
	struct baselines *b = opened();
	struct baselines_rebuilt done;
	struct measurement *m;
	FILE *out;

	(void)state;
	m = good_round(URL, NOON - HOUR_US);
	write_record(JOURNAL, m);
	measurement_free(m);
	/* Its clock was four years ahead: all else would be too old to keep. */
	m = good_round(URL, NOON + 1461 * DAY_US);
	write_record(JOURNAL, m);
	measurement_free(m);
	out = fopen(place_path(JOURNAL), "a");
	assert_non_null(out);
	fputs("{\"no\": \"record\"}\n", out);
	fclose(out);
	assert_int_equal(baselines_rebuild(b, place_path("results"), NOON, &done), 0);
	assert_int_equal(done.records, 1);
	assert_int_equal(done.future, 1);
	assert_int_equal(done.unreadable, 1);
	m = load(b, URL, NOON);
	assert_int_equal(m->baseline->measured, 1);
	measurement_free(m);
	baselines_close(b);
}

static void
a_journal_that_cannot_be_read_costs_nothing(void **state)
{
	struct baselines *b = opened();
	struct baselines_rebuilt done;
	struct measurement *m;

	(void)state;
	teach(b, good_round(URL, NOON));
	baselines_commit(b);
	assert_int_equal(baselines_rebuild(b, place_path("nowhere"), NOON, &done), -1);
	m = load(b, URL, NOON);
	assert_int_equal(m->baseline->measured, 1);
	measurement_free(m);
	baselines_close(b);
}

/* Written down; and learned from, or the round was killed before that was committed. */
static void
write_round(struct baselines *b, const char *file, int64_t time_us, bool learned)
{
	struct measurement *m = good_round(URL, time_us);

	write_record(file, m);
	if (learned) {
		baselines_learn(b, m);
		assert_int_equal(baselines_commit(b), 0);
	}
	measurement_free(m);
}

/* How many records it catches up with. */
static size_t
caught_up(struct baselines *b)
{
	struct baselines_rebuilt done;

	assert_int_equal(baselines_catch_up(b, place_path("results"), NOON + 100 * DAY_US, &done), 0);
	return done.records;
}

static int64_t
measured(struct baselines *b)
{
	struct measurement *m = load(b, URL, NOON + 9 * HOUR_US);
	int64_t n = m->baseline != NULL ? m->baseline->measured : 0;

	measurement_free(m);
	return n;
}

static void
a_rebuild_that_did_not_end_is_due_until_one_does(void **state)
{
	struct baselines *b = opened();
	struct baselines_rebuilt done;
	struct measurement *m;

	(void)state;
	write_round(b, JOURNAL, NOON, false);
	write_round(b, JOURNAL, NOON + HOUR_US, false);
	/* Killed in the middle of it: nothing is committed. */
	m = good_round(URL, NOON);
	baselines_forget(b, NULL);
	baselines_learn(b, m);
	measurement_free(m);
	baselines_close(b);
	b = opened();
	assert_true(baselines_due(b));
	/* One that cannot be done. */
	rename(place_path("results"), place_path("away"));
	assert_int_equal(baselines_catch_up(b, place_path("results"), NOON + HOUR_US, &done), -1);
	assert_true(baselines_due(b));
	rename(place_path("away"), place_path("results"));
	assert_int_equal(caught_up(b), 2);
	assert_int_equal(measured(b), 2);
	baselines_close(b);
	b = opened();
	assert_false(baselines_due(b));
	assert_int_equal(caught_up(b), 0);
	baselines_close(b);
}

static void
what_a_killed_round_wrote_is_learned_at_the_next_start(void **state)
{
	static const char old[] = "results/netvane-20261121T063000Z-0001.jsonl",
			  older[] = "results/netvane-20261120T063000Z-0001.jsonl";
	struct baselines *b = opened();

	(void)state;
	baselines_forget(b, NULL); /* nothing is due */
	write_round(b, older, NOON, false); /* too far back to be looked at */
	write_round(b, old, NOON - 3 * DAY_US, false); /* long before what was learned */
	write_round(b, JOURNAL, NOON + HOUR_US, true);
	write_round(b, JOURNAL, NOON + 2 * HOUR_US, false);
	write_round(b, JOURNAL, NOON + HOUR_US / 2, false); /* began before, ended after */
	write_round(b, JOURNAL, NOON + 101 * DAY_US, false); /* the clock was wrong */
	write_round(b, "results/netvane-other.txt", NOON + 3 * HOUR_US, false);
	write_round(b, "results/zz.jsonl", NOON + 3 * HOUR_US, false); /* somebody else's */
	assert_int_equal(measured(b), 1);
	assert_int_equal(caught_up(b), 2);
	assert_int_equal(measured(b), 3);
	assert_int_equal(caught_up(b), 0);
	assert_int_equal(measured(b), 3);
	baselines_close(b);
}

static void
what_was_forgotten_is_not_caught_up_with(void **state)
{
	struct baselines *b = opened();

	(void)state;
	write_round(b, JOURNAL, NOON, true);
	write_round(b, JOURNAL, NOON + HOUR_US, false);
	baselines_forget(b, NULL);
	baselines_leave_out(b, NOON + 2 * HOUR_US);
	assert_int_equal(baselines_commit(b), 0);
	assert_int_equal(caught_up(b), 0);
	assert_int_equal(measured(b), 0);
	write_round(b, JOURNAL, NOON + 3 * HOUR_US, false);
	assert_int_equal(caught_up(b), 1);
	baselines_close(b);
}

static void
what_is_forgotten_is_gone(void **state)
{
	struct baselines *b = opened();
	struct measurement *m;

	(void)state;
	teach(b, good_round(URL, NOON));
	teach(b, good_round(OTHER, NOON));
	baselines_commit(b);
	baselines_forget(b, URL);
	baselines_commit(b);
	m = load(b, URL, NOON);
	assert_null(m->baseline);
	measurement_free(m);
	m = load(b, OTHER, NOON);
	assert_non_null(m->baseline);
	measurement_free(m);
	baselines_forget(b, NULL);
	baselines_commit(b);
	assert_int_equal(count_rows("SELECT (SELECT count(*) FROM target) +"
				    " (SELECT count(*) FROM target_item) + (SELECT count(*) FROM learned)"),
	    0);
	baselines_close(b);
}

/* --- trouble --------------------------------------------------------------------------------- */

static void
a_full_disk_costs_a_round_and_no_more(void **state)
{
	struct rlimit old, none = {0, 0};
	struct baselines *b = opened();
	struct measurement *m;
	int i;

	(void)state;
	teach(b, good_round(URL, NOON));
	assert_int_equal(baselines_commit(b), 0);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	none.rlim_max = old.rlim_max;
	/* The log is a file, too: it is as large as it may be, and so what is said is counted afterwards. */
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	for (i = 0; i < 500; i++)
		teach(b, good_round(URL, NOON + 1 + i));
	i = baselines_commit(b);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(i, -1);
	m = load(b, URL, NOON + DAY_US);
	assert_int_equal(m->baseline->ok, 1);
	measurement_free(m);
	teach(b, good_round(URL, NOON + 1000));
	assert_int_equal(baselines_commit(b), 0);
	m = load(b, URL, NOON + DAY_US);
	assert_int_equal(m->baseline->ok, 2);
	measurement_free(m);
	baselines_close(b);
}

/* Its tables are gone under it: every statement fails, and one line says so. */
static void
a_database_that_fails_is_complained_of_once(void **state)
{
	struct baselines *b = opened();
	struct measurement *m;
	sqlite3 *db;
	int i;

	(void)state;
	teach(b, good_round(OTHER, NOON));
	assert_int_equal(baselines_commit(b), 0);
	assert_int_equal(sqlite3_open(place_path("state.sqlite"), &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "DROP TABLE target_day", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	for (i = 0; i < 3; i++) {
		teach(b, good_round(URL, NOON + i));
		m = load(b, URL, NOON + i);
		assert_null(m->baseline);
		measurement_free(m);
		assert_int_equal(baselines_commit(b), -1);
		/* Half of what is known would make the other half look unusual. */
		m = load(b, OTHER, NOON + i);
		assert_null(m->baseline);
		measurement_free(m);
		baselines_abandon(b);
	}
	assert_int_equal(times_logged("baseline cannot be used"), 1);
	baselines_close(b);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, place_new, place_free)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(nothing_is_known_at_first),
	    TEST(a_round_that_went_well_is_known_afterwards),
	    TEST(other_sites_and_other_networks_are_apart),
	    TEST(a_record_is_learned_once),
	    TEST(what_is_not_committed_is_lost),
	    TEST(the_bad_streak_begins_after_the_last_good_round),
	    TEST(controls_are_known_by_their_times),
	    TEST(without_a_database_nothing_is_known_and_nothing_breaks),
	    TEST(a_round_is_known_for_thirty_days_and_then_gone),
	    TEST(medians_are_of_the_newest_64),
	    TEST(addresses_keys_and_issuers_are_those_seen_last),
	    TEST(the_usual_title_is_the_most_frequent),
	    TEST(a_block_page_is_known_for_every_site_of_the_network),
	    TEST(a_page_that_a_site_shows_for_certain_is_no_block_page),
	    TEST(the_questions_of_the_rules_have_answers),
	    TEST(steady_takes_six_rounds_on_two_days_and_nine_in_ten),
	    TEST(what_the_journal_teaches_is_what_was_learned_live),
	    TEST(records_from_the_future_are_left_out),
	    TEST(a_journal_that_cannot_be_read_costs_nothing),
	    TEST(a_rebuild_that_did_not_end_is_due_until_one_does),
	    TEST(what_a_killed_round_wrote_is_learned_at_the_next_start),
	    TEST(what_was_forgotten_is_not_caught_up_with),
	    TEST(what_is_forgotten_is_gone),
	    TEST(a_full_disk_costs_a_round_and_no_more),
	    TEST(a_database_that_fails_is_complained_of_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
