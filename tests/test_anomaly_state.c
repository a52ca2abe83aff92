/*
 * What probe/anomaly.h promises of its memory: kept and taken back it is the same, gathered from the records it is the same, and records that come
 * twice, late or under a clock that was set make up nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "results/baseline.h"
#include "results/measurement.h"
#include "tests/sightings.h"

enum { TARGETS = 7, ROUNDS = 90 };

/* A generator of our own: the same numbers everywhere. */
static uint64_t seed;

static unsigned
chance(unsigned n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(seed >> 33) % n;
}

/* --- a random life --------------------------------------------------------------------------- */

static const char *const urls[TARGETS] = {"https://a.test/", "https://b.test/", "https://c.test/", "http://c.test/",
    "https://d.test/x", "https://e.test/", "https://f.test/"};

static struct sighting series[ROUNDS * TARGETS];
static char ids[ROUNDS * TARGETS][2][33];
static size_t nseries;
static struct baseline usual;
static char old_key[] = "old key", old_issuer[] = "old issuer";
static struct baseline_item usual_key = {old_key, 20, MIDNIGHT}, usual_issuer = {old_issuer, 20, MIDNIGHT};

static void
add_certificate(struct sighting *s, int round, int which)
{
	usual = (struct baseline){.measured = 40, .ok = 40, .days = 9, .keys = &usual_key, .nkeys = 1,
	    .issuers = &usual_issuer, .nissuers = 1};
	s->usual = &usual;
	s->key = round > 30 + which ? "new key" : "old key";
	s->issuer = round > 30 + which ? "new issuer" : "old issuer";
	s->authority = round > 30 + which ? "New" : "Old";
}

/* Each target has moods that last, and accidents; rounds lack targets, and the clock is set now and then. */
static void
make_series(uint64_t number)
{
	static const char moods[] = "....tTdli?D";
	char mood[TARGETS];
	int64_t clock = 0;
	int round, i;

	seed = number;
	nseries = 0;
	memset(mood, '.', sizeof(mood));
	for (round = 0; round < ROUNDS; round++) {
		if (chance(40) == 0)
			clock += (int64_t)chance(7200) * SECOND - HOUR;
		for (i = 0; i < TARGETS; i++) {
			struct sighting *s = &series[nseries];

			if (chance(12) == 0)
				mood[i] = moods[chance(sizeof(moods) - 1)];
			/* Two have one fate. */
			mood[1] = mood[0];
			if (chance(6) == 0)
				continue;
			*s = sighting(urls[i], chance(15) == 0 ? moods[chance(sizeof(moods) - 1)] : mood[i],
			    MIDNIGHT + round * 15 * MINUTE + i * 10 * SECOND);
			s->start_us += clock;
			s->end_us += clock;
			snprintf(ids[nseries][0], 33, "record %zu", nseries);
			snprintf(ids[nseries][1], 33, "round %d", round);
			s->record = ids[nseries][0];
			s->round = ids[nseries][1];
			if (s->verdict.status == VERDICT_OK && i % 2)
				add_certificate(s, round, i);
			nseries++;
		}
	}
}

/* Settles where the round ends, unless its end was not recorded. */
static void
feed(struct anomalies *a, size_t from, size_t to, struct told *told)
{
	size_t i;

	for (i = from; i < to; i++) {
		anomalies_feed(a, &series[i], keep_told, told);
		if (i + 1 < nseries && strcmp(series[i].round, series[i + 1].round) != 0 && i % 3 != 0)
			anomalies_settle(a, keep_told, told);
	}
}

static char *
ids_told(const struct told *told)
{
	struct buf buf = BUF_EMPTY;
	size_t i;

	for (i = 0; i < told->n; i++)
		buf_printf(&buf, "%s %s %s\n", told->events[i].id, told->events[i].round, event_kind_name(told->events[i].info.kind));
	buf_putc(&buf, '\n');
	return buf_steal(&buf);
}

/* --- kept and taken back --------------------------------------------------------------------- */

static void
cut(size_t at, const char *whole_state, const char *whole_told)
{
	struct anomalies *a = anomalies_new(NULL), *b;
	struct told told = {0};
	char *before, *after, *heard;

	feed(a, 0, at, &told);
	before = state_text(a);
	anomalies_free(a);
	b = state_of_text(before, NULL);
	after = state_text(b);
	assert_string_equal(before, after);
	free(after);
	feed(b, at, nseries, &told);
	after = state_text(b);
	heard = ids_told(&told);
	assert_string_equal(after, whole_state);
	assert_string_equal(heard, whole_told);
	anomalies_free(b);
	told_clear(&told);
	free(before);
	free(after);
	free(heard);
}

static void
a_state_kept_and_taken_back_is_as_if_it_had_lived_on(void **state)
{
	unsigned number, opened = 0, certificates = 0;
	size_t at, i;

	(void)state;
	for (number = 1; number <= 12; number++) {
		struct anomalies *a = anomalies_new(NULL);
		struct told told = {0};
		char *whole, *heard;

		make_series(number);
		feed(a, 0, nseries, &told);
		whole = state_text(a);
		heard = ids_told(&told);
		for (at = 0; at <= nseries; at += number <= 3 ? 1 : 13)
			cut(at, whole, heard);
		for (i = 0; i < told.n; i++) {
			opened += told.events[i].info.kind == EVENT_ANOMALY_ONSET;
			certificates += told.events[i].info.kind == EVENT_CERTIFICATE_CHANGE;
		}
		anomalies_free(a);
		told_clear(&told);
		free(whole);
		free(heard);
	}
	/* The lives were not dull. */
	assert_true(opened > 20 && certificates > 3);
}

/* Keys and texts, as a table of a database would hold them. */
struct table {
	char *keys[100], *texts[100];
	size_t n;
};

static void
put(const char *key, const char *text, void *arg)
{
	struct table *t = arg;
	size_t i = 0;

	while (i < t->n && strcmp(t->keys[i], key) != 0)
		i++;
	if (text == NULL) {
		if (i == t->n)
			return;
		free(t->keys[i]);
		free(t->texts[i]);
		t->n--;
		t->keys[i] = t->keys[t->n];
		t->texts[i] = t->texts[t->n];
		return;
	}
	assert_true(i < 100);
	if (i == t->n) {
		t->keys[t->n] = xstrdup(key);
		t->texts[t->n++] = NULL;
	}
	free(t->texts[i]);
	t->texts[i] = xstrdup(text);
}

static bool
is_first_two(const char *url, void *arg)
{
	(void)arg;
	return strcmp(url, urls[0]) == 0 || strcmp(url, urls[1]) == 0;
}

static void
what_changed_is_enough_to_keep(void **state)
{
	struct anomalies *a = anomalies_new(NULL), *b = anomalies_new(NULL);
	struct table table = {.n = 0};
	struct told told = {0};
	char *whole, *kept;
	size_t i, at;

	(void)state;
	make_series(5);
	for (at = 0; at + 10 < nseries; at += 10) {
		feed(a, at, at + 10, &told);
		if (at == 300)
			anomalies_retain(a, is_first_two, NULL);
		anomalies_save(a, false, put, &table);
	}
	for (i = 0; i < table.n; i++)
		assert_int_equal(anomalies_restore(b, table.texts[i], strlen(table.texts[i])), 0);
	anomalies_restored(b);
	whole = state_text(a);
	kept = state_text(b);
	assert_string_equal(whole, kept);
	for (i = 0; i < table.n; i++) {
		free(table.keys[i]);
		free(table.texts[i]);
	}
	free(whole);
	free(kept);
	anomalies_free(a);
	anomalies_free(b);
	told_clear(&told);
}

static void
count(const char *key, const char *text, void *arg)
{
	(void)key;
	(void)text;
	++*(size_t *)arg;
}

static void
in_quiet_times_little_is_written(void **state)
{
	struct anomalies *a = anomalies_new(NULL);
	struct told told = {0};
	size_t n = 0;
	char *text;

	(void)state;
	feed_letters(a, urls[0], "..........", &told);
	feed_letters(a, urls[1], "..........", &told);
	anomalies_save(a, false, count, &n);
	assert_int_equal(n, 3);
	n = 0;
	anomalies_save(a, false, count, &n);
	assert_int_equal(n, 0);
	text = state_text(a);
	assert_true(strlen(text) < 2 * 700 + 400);
	free(text);
	anomalies_free(a);
	told_clear(&told);
}

static void
what_does_not_fit_together_is_forgotten(void **state)
{
	struct anomalies *a = anomalies_new(NULL), *b;
	struct told told = {0};
	char *text, *line;
	size_t n = 0;

	(void)state;
	feed_letters(a, urls[0], "...tttt", &told);
	text = state_text(a);
	/* The anomaly's own line is lost. */
	line = strstr(text, "anomaly ");
	memmove(line, strchr(line, '\n') + 1, strlen(strchr(line, '\n')));
	b = state_of_text(text, NULL);
	told_clear(&told);
	feed_letters(b, urls[1], "....", &told);
	assert_int_equal(told.n, 0);
	free(text);
	anomalies_free(b);
	/* The target's is. */
	text = state_text(a);
	line = strstr(text, "target ");
	memmove(line, strchr(line, '\n') + 1, strlen(strchr(line, '\n')));
	b = state_of_text(text, NULL);
	anomalies_save(b, true, count, &n);
	assert_int_equal(n, 2); /* that it is gone, and the round */
	free(text);
	anomalies_free(b);
	anomalies_free(a);
	told_clear(&told);
}

static void
a_text_that_is_none_is_refused(void **state)
{
	static const char *const texts[] = {"", "{", "[]", "{}", "{\"v\":1}", "{\"v\":2,\"network\":\"AS1\",\"target\":\"x\"}",
	    "{\"v\":1,\"target\":\"x\"}", "{\"v\":1,\"network\":\"AS1\",\"target\":\"\"}",
	    "{\"v\":1,\"network\":\"AS1\",\"anomaly\":\"0123456789012345678901234567890123456789\"}"};
	struct anomalies *a = anomalies_new(NULL);
	size_t i, n = 0;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(anomalies_restore(a, texts[i], strlen(texts[i])), -1);
	anomalies_save(a, false, count, &n);
	assert_int_equal(n, 0);
	anomalies_free(a);
}

/* --- twice, late, under another clock -------------------------------------------------------- */

static void
a_record_that_comes_twice_counts_once(void **state)
{
	struct anomalies *once = anomalies_new(NULL), *twice = anomalies_new(NULL);
	struct told a = {0}, b = {0};
	size_t i;

	(void)state;
	make_series(3);
	for (i = 0; i < nseries; i++) {
		anomalies_feed(once, &series[i], keep_told, &a);
		anomalies_feed(twice, &series[i], keep_told, &b);
		anomalies_feed(twice, &series[i], keep_told, &b);
		if (i > 0)
			anomalies_feed(twice, &series[i - 1], keep_told, &b);
	}
	anomalies_settle(once, keep_told, &a);
	anomalies_settle(twice, keep_told, &b);
	assert_true(a.n > 3);
	for (i = 0; i < a.n && i < b.n; i++)
		assert_string_equal(a.events[i].info.targets[0].url, b.events[i].info.targets[0].url);
	anomalies_free(once);
	anomalies_free(twice);
	told_clear(&a);
	told_clear(&b);
}

static void
one_failure_is_one_however_often_it_is_read(void **state)
{
	struct anomalies *a = anomalies_new(NULL);
	struct told told = {0};
	struct sighting s;
	int i, k;

	(void)state;
	for (i = 0; i < 40; i++) {
		s = sighting(urls[0], i % 10 == 5 ? 't' : '.', MIDNIGHT + i * 15 * MINUTE);
		in_round(&s, i);
		for (k = 0; k < 3; k++)
			anomalies_feed(a, &s, keep_told, &told);
		/* In one round, under another id: no second opinion. */
		s.record = "another";
		s.start_us += SECOND;
		s.mono_ns += 1000;
		anomalies_feed(a, &s, keep_told, &told);
	}
	anomalies_settle(a, keep_told, &told);
	assert_int_equal(told.n, 0);
	anomalies_free(a);
	told_clear(&told);
}

static void
the_order_of_records_makes_up_nothing(void **state)
{
	static struct sighting all[400];
	static char names[400][2][33];
	struct anomalies *a;
	struct told told;
	int i, number;

	(void)state;
	for (number = 0; number < 200; number++) {
		a = anomalies_new(NULL);
		told = (struct told){0};
		seed = (uint64_t)number;
		for (i = 0; i < 400; i++) {
			/* Accidents, each alone in ten. */
			all[i] = sighting(urls[0], i % 10 == 5 ? 't' : '.', MIDNIGHT + i * 15 * MINUTE);
			snprintf(names[i][0], 33, "record %d", i);
			snprintf(names[i][1], 33, "round %d", i);
			all[i].record = names[i][0];
			all[i].round = names[i][1];
		}
		/* Some late by up to three. */
		for (i = 0; i + 3 < 400; i++)
			if (chance(4) == 0) {
				struct sighting other = all[i];
				unsigned far = 1 + chance(3);

				all[i] = all[i + (int)far];
				all[i + (int)far] = other;
			}
		for (i = 0; i < 400; i++) {
			anomalies_feed(a, &all[i], keep_told, &told);
			/* And old ones again. */
			if (chance(3) == 0)
				anomalies_feed(a, &all[chance((unsigned)i + 1)], keep_told, &told);
		}
		anomalies_settle(a, keep_told, &told);
		if (told.n > 0)
			fail_msg("order %d made up %s", number, told_text(&told));
		anomalies_free(a);
	}
}

/* Feeds with the clock set by so much from a measurement on; reboot: the other clock begins anew, too. */
static void
feed_with_step(struct anomalies *a, const char *letters, int from, int64_t step_us, bool reboot, struct told *told)
{
	struct sighting s;
	int i;

	for (i = 0; letters[i] != '\0'; i++) {
		s = sighting(urls[0], letters[i], MIDNIGHT + i * 15 * MINUTE);
		if (i >= from) {
			s.start_us += step_us;
			s.end_us += step_us;
			if (reboot)
				s.mono_ns = (int64_t)(i - from) * 900 * 1000000000;
		}
		in_round(&s, i);
		s.record = NULL;
		anomalies_feed(a, &s, keep_told, told);
		anomalies_settle(a, keep_told, told);
	}
}

static bool
holds(const struct event_bracket *b, int64_t us)
{
	return b->not_before_us <= us && us <= b->not_after_us;
}

/* It began 6 s after the start of number 5 and ended so after that of number 11, whichever clock is asked. */
static void
step_at(int from, int64_t step_us, bool reboot)
{
	int64_t began = MIDNIGHT + 5 * 15 * MINUTE + 6 * SECOND, ended = MIDNIGHT + 11 * 15 * MINUTE + 6 * SECOND;
	struct anomalies *a = anomalies_new(NULL);
	struct told told = {0};
	size_t i;

	feed_with_step(a, "....................", from, step_us, reboot, &told);
	assert_int_equal(told.n, 0);
	anomalies_free(a);
	a = anomalies_new(NULL);
	feed_with_step(a, "......tttttt............", from, step_us, reboot, &told);
	assert_string_equal(told_text(&told), "onset(https://a.test/) recovery(https://a.test/)");
	for (i = 0; i < 2; i++) {
		const struct event_bracket *when = &told.events[i].info.when;

		if (!holds(when, i == 0 ? began : ended) && !holds(when, (i == 0 ? began : ended) + step_us))
			fail_msg("set by %lld s at %d: the %s is not in its bracket", (long long)(step_us / SECOND), from,
			    i == 0 ? "onset" : "recovery");
	}
	anomalies_free(a);
	told_clear(&told);
}

static void
a_clock_that_is_set_makes_no_event_and_no_wrong_bracket(void **state)
{
	static const int64_t steps[] = {-HOUR, -MINUTE, HOUR, -24 * HOUR, 24 * 365 * HOUR, -24 * 365 * HOUR};
	size_t i;
	int from;

	(void)state;
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		for (from = 0; from < 20; from++) {
			step_at(from, steps[i], false);
			step_at(from, steps[i], true);
		}
}

/* --- the journal ----------------------------------------------------------------------------- */

/* Records of a few rounds, with their ends, in a file; those of events among them if told has any. */
static char *
write_journal(const char *name, size_t from, size_t to, const struct told *events)
{
	char *path = xasprintf("%s/netvane-anomaly.%ld.%s.jsonl", getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp",
	    (long)getpid(), name);
	FILE *f = fopen(path, "w");
	struct buf buf = BUF_EMPTY;
	struct measurement *m;
	size_t i, k;

	assert_non_null(f);
	for (i = from; i < to; i++) {
		m = measurement_new();
		m->test_name = arena_strdup(m->arena, "web_connectivity");
		m->id = arena_strdup(m->arena, series[i].record);
		m->round_id = arena_strdup(m->arena, series[i].round);
		m->input = arena_strdup(m->arena, series[i].url);
		m->list = arena_strdup(m->arena, series[i].group);
		m->role = arena_strdup(m->arena, "target");
		m->probe_asn = arena_strdup(m->arena, "AS9198");
		m->start_us = m->round_start_us = series[i].start_us;
		m->runtime = 5;
		m->start_mono_ns = series[i].mono_ns;
		m->context.network = series[i].state;
		m->verdict.status = series[i].verdict.status;
		m->verdict.stage = series[i].verdict.stage;
		m->verdict.mechanism = series[i].verdict.mechanism;
		m->verdict.confidence = series[i].verdict.confidence;
		measurement_encode(m, &buf);
		measurement_free(m);
		if (i + 1 < nseries && strcmp(series[i].round, series[i + 1].round) == 0)
			continue;
		m = measurement_new();
		m->test_name = arena_strdup(m->arena, "netvane_round");
		m->id = arena_strdup(m->arena, series[i].round);
		m->round = arena_alloc(m->arena, sizeof(*m->round));
		m->start_us = series[i].start_us;
		measurement_encode(m, &buf);
		for (k = 0; events != NULL && k < events->n; k++) {
			if (strcmp(events->events[k].round, series[i].round) != 0)
				continue;
			m->test_name = arena_strdup(m->arena, "netvane_event");
			m->id = arena_strdup(m->arena, events->events[k].id);
			m->round = NULL;
			m->event = arena_memdup(m->arena, &events->events[k].info, sizeof(*m->event));
			measurement_encode(m, &buf);
		}
		measurement_free(m);
	}
	assert_int_equal(fwrite(buf.data, 1, buf.len, f), buf.len);
	fputs("{\"no\":\"record\"}\n", f);
	assert_int_equal(fclose(f), 0);
	buf_free(&buf);
	return path;
}

/* The end of the round after this record. */
static size_t
round_end(size_t i)
{
	while (i + 1 < nseries && strcmp(series[i].round, series[i + 1].round) == 0)
		i++;
	return i + 1;
}

static void
without_certificates(void)
{
	size_t i;

	for (i = 0; i < nseries; i++)
		series[i].key = series[i].issuer = series[i].authority = NULL;
}

static void
feed_rounds(struct anomalies *a, size_t from, size_t to, struct told *told)
{
	size_t i;

	for (i = from; i < to; i++) {
		anomalies_feed(a, &series[i], keep_told, told);
		if (i + 1 == nseries || strcmp(series[i].round, series[i + 1].round) != 0)
			anomalies_settle(a, keep_told, told);
	}
}

static void
out_of_the_journal_it_is_the_same(void **state)
{
	struct anomalies *live = anomalies_new(NULL), *again = anomalies_new(NULL);
	struct anomalies_caught_up done;
	struct told told = {0};
	char *path, *a, *b;

	(void)state;
	make_series(7);
	without_certificates();
	feed_rounds(live, 0, nseries, &told);
	path = write_journal("whole", 0, nseries, &told);
	anomalies_catch_up(again, &path, 1, INT64_MAX, NULL, NULL, &done);
	assert_int_equal(done.records, nseries);
	assert_int_equal(done.unreadable, 1);
	assert_int_equal(done.future, 0);
	a = state_text(live);
	b = state_text(again);
	assert_string_equal(a, b);
	/* A second time there is nothing new in it. */
	anomalies_catch_up(again, &path, 1, INT64_MAX, NULL, NULL, &done);
	assert_int_equal(done.records, 0);
	free(b);
	b = state_text(again);
	assert_string_equal(a, b);
	unlink(path);
	free(path);
	free(a);
	free(b);
	anomalies_free(live);
	anomalies_free(again);
	told_clear(&told);
}

static void
after_a_crash_it_tells_just_what_was_not_recorded(void **state)
{
	struct anomalies_caught_up done;
	struct told all = {0}, early, late;
	struct anomalies *a;
	size_t at, kept;
	char *path, *whole, *text;

	(void)state;
	make_series(8);
	without_certificates();
	a = anomalies_new(NULL);
	feed_rounds(a, 0, nseries, &all);
	whole = state_text(a);
	anomalies_free(a);
	assert_true(all.n > 10);
	for (kept = 0; kept < nseries; kept = round_end(kept)) {
		/* The state was last kept here; two rounds more were recorded, and only the first one's events. */
		size_t first = round_end(kept), second = first < nseries ? round_end(first) : first;
		char *saved;

		at = round_end(kept);
		early = late = (struct told){0};
		a = anomalies_new(NULL);
		feed_rounds(a, 0, at, &early);
		saved = state_text(a);
		feed_rounds(a, at, second, &early);
		anomalies_free(a);
		while (early.n > 0 && second > first &&
		    strcmp(early.events[early.n - 1].round, series[second - 1].round) == 0)
			early.n--;
		path = write_journal("crash", 0, second, &early);
		a = state_of_text(saved, NULL);
		anomalies_catch_up(a, &path, 1, INT64_MAX, keep_told, &late, &done);
		assert_int_equal(done.records, second - at);
		assert_int_equal(done.events, late.n);
		feed_rounds(a, second, nseries, &late);
		text = state_text(a);
		assert_string_equal(text, whole);
		assert_int_equal(early.n + late.n, all.n);
		if (late.n > 0)
			assert_string_equal(late.events[0].id, all.events[early.n].id);
		anomalies_free(a);
		told_clear(&early);
		told_clear(&late);
		unlink(path);
		free(path);
		free(text);
		free(saved);
	}
	free(whole);
	told_clear(&all);
}

/* Wherever the last record that the state knows is. */
static void
spread_over_files_it_is_the_same(void **state)
{
	size_t third, half, kept;
	struct anomalies_caught_up done;
	struct told told = {0};
	struct anomalies *a;
	char *paths[3], *whole, *saved, *text;
	int i;

	(void)state;
	make_series(9);
	without_certificates();
	third = round_end(nseries / 3);
	half = round_end(nseries / 2);
	a = anomalies_new(NULL);
	feed_rounds(a, 0, nseries, &told);
	whole = state_text(a);
	anomalies_free(a);
	told_clear(&told);
	paths[0] = write_journal("1", 0, third, NULL);
	paths[1] = write_journal("2", third, half, NULL);
	paths[2] = write_journal("3", half, nseries, NULL);
	for (kept = 0; kept < nseries; kept = round_end(kept)) {
		a = anomalies_new(NULL);
		feed_rounds(a, 0, kept, &told);
		told_clear(&told);
		saved = state_text(a);
		anomalies_free(a);
		a = state_of_text(saved, NULL);
		anomalies_catch_up(a, paths, 3, INT64_MAX, NULL, NULL, &done);
		assert_int_equal(done.records, nseries - kept);
		text = state_text(a);
		assert_string_equal(text, whole);
		anomalies_free(a);
		free(saved);
		free(text);
	}
	for (i = 0; i < 3; i++) {
		unlink(paths[i]);
		free(paths[i]);
	}
	free(whole);
}

static void
records_of_the_future_are_left_out(void **state)
{
	struct anomalies *a = anomalies_new(NULL);
	struct anomalies_caught_up done;
	char *path;

	(void)state;
	make_series(2);
	path = write_journal("future", 0, nseries, NULL);
	anomalies_catch_up(a, &path, 1, MIDNIGHT - 48 * HOUR, NULL, NULL, &done);
	assert_int_equal(done.records, 0);
	assert_true(done.future > nseries);
	unlink(path);
	free(path);
	anomalies_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_state_kept_and_taken_back_is_as_if_it_had_lived_on),
	    cmocka_unit_test(what_changed_is_enough_to_keep),
	    cmocka_unit_test(in_quiet_times_little_is_written),
	    cmocka_unit_test(what_does_not_fit_together_is_forgotten),
	    cmocka_unit_test(a_text_that_is_none_is_refused),
	    cmocka_unit_test(a_record_that_comes_twice_counts_once),
	    cmocka_unit_test(one_failure_is_one_however_often_it_is_read),
	    cmocka_unit_test(the_order_of_records_makes_up_nothing),
	    cmocka_unit_test(a_clock_that_is_set_makes_no_event_and_no_wrong_bracket),
	    cmocka_unit_test(out_of_the_journal_it_is_the_same),
	    cmocka_unit_test(after_a_crash_it_tells_just_what_was_not_recorded),
	    cmocka_unit_test(spread_over_files_it_is_the_same),
	    cmocka_unit_test(records_of_the_future_are_left_out),
	};

	return cmocka_run_group_tests_name("anomaly_state", tests, NULL, NULL);
}
