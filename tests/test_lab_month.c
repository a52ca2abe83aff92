/* What the lab's month promises: the journal is compared with what happened, and whoever tells it wrongly is found out. */
#include <math.h>
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
#include "results/measurement.h"
#include "tests/lab/chronicle.h"
#include "tests/lab/month_judge.h"

static const int64_t hour_us = INT64_C(3600000000), start_us = INT64_C(1795305600) * 1000000; /* a midnight */

static char top[] = "/tmp/netvane-test.XXXXXX", *records, *file;
static struct chronicle *chronicle;
static struct episode_truth truths[8];
static struct month_found found;
static int nids;

static void
write_text(const char *path, const char *mode, const char *text, size_t len)
{
	FILE *out = fopen(path, mode);

	assert_non_null(out);
	assert_int_equal(fwrite(text, 1, len, out), len);
	assert_int_equal(fclose(out), 0);
}

/* A chronicle of these episodes, which really took place when they should. */
static struct chronicle *
read_chronicle(const char *episodes)
{
	char *text = xasprintf("[month]\ndays = 3\nevery = 1h\ntarget = https://a.lab/ https://b.lab/ https://c.lab/\n%s", episodes);
	struct chronicle *c;
	size_t i;

	write_text(file, "w", text, strlen(text));
	free(text);
	c = chronicle_read(file);
	for (i = 0; c != NULL && i < c->nepisodes; i++)
		truths[i] = (struct episode_truth){
		    start_us + c->episodes[i].from_s * 1000000, start_us + c->episodes[i].until_s * 1000000};
	return c;
}

static int
fresh(void **state)
{
	(void)state;
	strcpy(top + strlen(top) - 6, "XXXXXX");
	if (mkdtemp(top) == NULL)
		return -1;
	file = xasprintf("%s/chronicle.ini", top);
	records = xasprintf("%s/records.jsonl", top);
	return 0;
}

static int
over(void **state)
{
	(void)state;
	month_found_clear(&found);
	chronicle_free(chronicle);
	chronicle = NULL;
	unlink(file);
	unlink(records);
	rmdir(top);
	free(file);
	free(records);
	return 0;
}

/* --- records ---------------------------------------------------------------------------------- */

static struct measurement *
record(const char *test_name, double hour)
{
	struct measurement *m = measurement_new();

	m->id = arena_printf(m->arena, "%032d", ++nids);
	m->test_name = arena_strdup(m->arena, test_name);
	m->start_us = m->round_start_us = start_us + (int64_t)(hour * (double)hour_us);
	return m;
}

static void
add(struct measurement *m)
{
	struct buf line = BUF_EMPTY;

	measurement_encode(m, &line);
	write_text(records, "a", line.data, line.len);
	buf_free(&line);
	measurement_free(m);
}

static void
add_round(double hour)
{
	struct measurement *m = record("netvane_round", hour);

	m->context.network = NETWORK_ONLINE;
	m->round = arena_alloc(m->arena, sizeof(*m->round));
	add(m);
}

/* Rounds from then until then, each hour. */
static void
add_rounds(int from, int until)
{
	for (; from <= until; from++)
		add_round(from);
}

static struct event_info *
event_of(struct measurement *m, enum event_kind kind, double from_hour, double until_hour)
{
	m->event = arena_alloc(m->arena, sizeof(*m->event));
	m->event->kind = kind;
	m->event->what = arena_strdup(m->arena, "something");
	m->event->when.not_before_us = start_us + (int64_t)(from_hour * (double)hour_us);
	m->event->when.not_after_us = start_us + (int64_t)(until_hour * (double)hour_us);
	return m->event;
}

static void
add_note(enum event_kind kind, double hour)
{
	struct measurement *m = record("netvane_event", hour);

	event_of(m, kind, hour, hour);
	add(m);
}

static void
add_anomaly(enum event_kind kind, const char *id, const char *url, double from_hour, double until_hour)
{
	static const struct event_view ok = {VERDICT_OK, STAGE_NONE, MECHANISM_NONE, 1},
				       blocked = {VERDICT_BLOCKED, STAGE_TLS, TLS_SNI_RESET, 0.9};
	struct measurement *m = record("netvane_event", until_hour);
	struct event_info *e = event_of(m, kind, from_hour, until_hour);
	struct event_target *t = ARENA_PUSH(m->arena, e->targets, e->ntargets);

	t->url = arena_strdup(m->arena, url);
	t->when = e->when;
	e->anomaly = arena_alloc(m->arena, sizeof(*e->anomaly));
	e->anomaly->id = arena_strdup(m->arena, id);
	e->anomaly->before = kind == EVENT_ANOMALY_ONSET ? ok : blocked;
	e->anomaly->after = kind == EVENT_ANOMALY_ONSET ? blocked : ok;
	add(m);
}

static void
add_gap_with(enum gap_cause cause, double from_hour, double until_hour, double clock_step_s)
{
	struct measurement *m = record("netvane_event", until_hour);
	struct event_info *e = event_of(m, EVENT_GAP, from_hour - 1, from_hour);
	struct event_gap *gap = e->gap = arena_alloc(m->arena, sizeof(*gap));

	gap->id = arena_printf(m->arena, "%032d", ++nids);
	gap->cause = cause;
	gap->from_us = e->when.not_after_us;
	gap->until_us = start_us + (int64_t)(until_hour * (double)hour_us);
	gap->from_mono_ns = gap->until_mono_ns = -1;
	gap->end = (struct event_bracket){gap->until_us - hour_us, gap->until_us};
	gap->suspended_s = (double)NAN;
	gap->clock_step_s = clock_step_s;
	add(m);
}

static void
add_gap(enum gap_cause cause, double from_hour, double until_hour)
{
	add_gap_with(cause, from_hour, until_hour, (double)NAN);
}

#define BLOCK "[episode a block]\nwhat = block\nat = 1 05:30\nlasts = 10h\nrule = sni=a.lab do rst\ntarget = https://a.lab/\n"
#define HARMLESS "[episode a server dies]\nwhat = harmless\nat = 1 05:30\nlasts = 10h\nrule = dst=198.18.1.1 do drop\ntarget = https://a.lab/\n"
#define SHUTDOWN "[episode a shutdown]\nwhat = network\nat = 1 05:30\nlasts = 10h\nrule = do drop-packet\ncause = shutdown\n"

/* A life in which that takes place, and is told by the test. */
static void
begin(const char *episodes)
{
	chronicle = read_chronicle(episodes);
	assert_non_null(chronicle);
	add_note(EVENT_PROBE_START, 0);
	add_note(EVENT_PROBE_STOP, 72);
}

static void
judge(void)
{
	month_judge(chronicle, truths, records, &found);
}

/* --- episodes --------------------------------------------------------------------------------- */

static void
what_is_told_once_and_true_is_right(void **state)
{
	(void)state;
	begin(BLOCK);
	add_rounds(0, 71);
	add_anomaly(EVENT_ANOMALY_ONSET, "1", "https://a.lab/", 5, 6);
	add_anomaly(EVENT_ANOMALY_RECOVERY, "1", "https://a.lab/", 15, 16);
	judge();
	assert_null(found.episodes[0].wrong);
	assert_int_equal(found.ninvented, 0);
	assert_int_equal(found.nsilences, 0);
	assert_int_equal(found.nrounds, 72);
}

static void
what_is_not_told_is_missed(void **state)
{
	(void)state;
	begin(BLOCK);
	judge();
	assert_string_equal(found.episodes[0].wrong, "it was not told");
}

static void
what_is_told_twice_is_wrong(void **state)
{
	(void)state;
	begin(BLOCK);
	add_anomaly(EVENT_ANOMALY_ONSET, "1", "https://a.lab/", 5, 6);
	add_anomaly(EVENT_ANOMALY_RECOVERY, "1", "https://a.lab/", 15, 16);
	add_anomaly(EVENT_ANOMALY_ONSET, "2", "https://a.lab/", 8, 9);
	judge();
	assert_string_equal(found.episodes[0].wrong, "it was told as 2 anomalies");
}

static void
a_bracket_beside_the_truth_is_wrong(void **state)
{
	(void)state;
	begin(BLOCK);
	add_anomaly(EVENT_ANOMALY_ONSET, "1", "https://a.lab/", 6, 7);
	add_anomaly(EVENT_ANOMALY_RECOVERY, "1", "https://a.lab/", 15, 16);
	judge();
	assert_string_equal(found.episodes[0].wrong, "https://a.lab/: it did not begin when it is said to");
}

static void
an_end_that_does_not_come_is_missed(void **state)
{
	(void)state;
	begin(BLOCK);
	add_anomaly(EVENT_ANOMALY_ONSET, "1", "https://a.lab/", 5, 6);
	judge();
	assert_string_equal(found.episodes[0].wrong, "it began 1 times and ended 0 times");
}

static void
a_site_that_was_not_hit_must_not_be_named(void **state)
{
	(void)state;
	begin(BLOCK);
	add_anomaly(EVENT_ANOMALY_ONSET, "1", "https://a.lab/", 5, 6);
	add_anomaly(EVENT_ANOMALY_CHANGE, "1", "https://b.lab/", 5, 6);
	add_anomaly(EVENT_ANOMALY_RECOVERY, "1", "https://a.lab/", 15, 16);
	judge();
	assert_string_equal(found.episodes[0].wrong, "https://b.lab/ was not hit, and is named");
}

static void
what_nothing_happened_for_is_invented(void **state)
{
	(void)state;
	begin("");
	add_anomaly(EVENT_ANOMALY_ONSET, "1", "https://a.lab/", 5, 6);
	add_gap(GAP_SHUTDOWN, 20, 22);
	add_note(EVENT_DISK_TROUBLE, 30);
	judge();
	assert_int_equal(found.ninvented, 3);
}

static void
a_gap_of_another_cause_is_wrong(void **state)
{
	(void)state;
	begin(SHUTDOWN);
	add_gap(GAP_FOREIGN_CUT, 6, 16);
	judge();
	assert_string_equal(found.episodes[0].wrong, "it was not told");
	assert_int_equal(found.ninvented, 1);
}

static void
of_what_is_harmless_nothing_is_to_be_told(void **state)
{
	(void)state;
	begin(HARMLESS);
	judge();
	assert_null(found.episodes[0].wrong);
	month_found_clear(&found);
	add_anomaly(EVENT_ANOMALY_ONSET, "1", "https://a.lab/", 5, 6);
	judge();
	assert_string_equal(found.episodes[0].wrong, "it was told");
	assert_int_equal(found.ninvented, 1);
}

/* --- silence ---------------------------------------------------------------------------------- */

static void
a_silence_without_a_gap_is_noticed(void **state)
{
	(void)state;
	begin("");
	add_rounds(0, 10);
	add_rounds(14, 20);
	judge();
	assert_int_equal(found.nsilences, 1);
}

static void
a_silence_with_a_gap_is_explained(void **state)
{
	(void)state;
	begin(SHUTDOWN);
	add_rounds(0, 5);
	add_gap(GAP_SHUTDOWN, 6, 16);
	add_rounds(16, 20);
	judge();
	assert_null(found.episodes[0].wrong);
	assert_int_equal(found.nsilences, 0);
}

/* Two hours that never were, behind the round of hour 10. */
static void
set_clock_forward(int next_round)
{
	begin("");
	add_rounds(0, 10);
	add_gap_with(GAP_CLOCK_STEP, 10.1, 12.1, 7200);
	add_rounds(next_round, 20);
	judge();
}

static void
a_clock_that_was_set_forward_is_no_silence(void **state)
{
	(void)state;
	set_clock_forward(13);
	assert_int_equal(found.nsilences, 0);
}

static void
but_hides_none(void **state)
{
	(void)state;
	set_clock_forward(15);
	assert_int_equal(found.nsilences, 1);
}

/* --- chronicles ------------------------------------------------------------------------------- */

static void
rules_are_off_until_they_are_switched_on(void **state)
{
	(void)state;
	chronicle = read_chronicle(BLOCK);
	assert_non_null(chronicle);
	assert_int_equal(chronicle->nrules, 1);
	assert_true(isinf(chronicle->rules[0].from_s));
	chronicle_switch(chronicle, &chronicle->episodes[0], true);
	assert_true(chronicle->rules[0].from_s <= 0);
	chronicle_switch(chronicle, &chronicle->episodes[0], false);
	assert_true(isinf(chronicle->rules[0].from_s));
}

static void
a_chronicle_that_makes_no_sense_is_refused(void **state)
{
	static const char *const wrong[] = {
	    "[episode x]\nwhat = nothing\nat = 1 05:30\nlasts = 1h\n",
	    "[episode x]\nwhat = suspend\nat = 1 25:30\nlasts = 1h\n",
	    "[episode x]\nwhat = suspend\nat = 1 05:30\nlasts = 1\n",
	    "[episode x]\nwhat = suspend\nat = 3 23:30\nlasts = 1h\n",
	    "[episode x]\nwhat = block\nat = 1 05:30\nlasts = 1h\nrule = sni=a.lab do rst\n",
	    "[episode x]\nwhat = network\nat = 1 05:30\nlasts = 1h\nrule = do drop-packet\n",
	    "[episode x]\nwhat = clock\nat = 1 05:30\nlasts = 1h\n",
	    "[nothing]\na = b\n",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_null(read_chronicle(wrong[i]));
}

int
main(void)
{
#define CLAIM(f) cmocka_unit_test_setup_teardown(f, fresh, over)
	const struct CMUnitTest tests[] = {
	    CLAIM(what_is_told_once_and_true_is_right),
	    CLAIM(what_is_not_told_is_missed),
	    CLAIM(what_is_told_twice_is_wrong),
	    CLAIM(a_bracket_beside_the_truth_is_wrong),
	    CLAIM(an_end_that_does_not_come_is_missed),
	    CLAIM(a_site_that_was_not_hit_must_not_be_named),
	    CLAIM(what_nothing_happened_for_is_invented),
	    CLAIM(a_gap_of_another_cause_is_wrong),
	    CLAIM(of_what_is_harmless_nothing_is_to_be_told),
	    CLAIM(a_silence_without_a_gap_is_noticed),
	    CLAIM(a_silence_with_a_gap_is_explained),
	    CLAIM(a_clock_that_was_set_forward_is_no_silence),
	    CLAIM(but_hides_none),
	    CLAIM(rules_are_off_until_they_are_switched_on),
	    CLAIM(a_chronicle_that_makes_no_sense_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
