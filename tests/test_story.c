/* What results/story.h and probe/open_anomaly.h promise: events and rounds told whole, accusing nobody; the open anomaly of a site. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "probe/open_anomaly.h"
#include "probe/story_screen.h"
#include "results/event.h"
#include "results/explain.h"
#include "results/measurement.h"
#include "results/story.h"

#define SITE "https://a.example/"
#define LAST_GOOD "11111111111111111111111111111111"
#define FIRST_BAD "22222222222222222222222222222222"

static const struct event_view ok = {VERDICT_OK, STAGE_NONE, MECHANISM_NONE, 0.98};
static const struct event_view blocked = {VERDICT_BLOCKED, STAGE_TLS, TLS_SNI_RESET, 0.95};
static const struct event_view likely = {VERDICT_LIKELY_BLOCKED, STAGE_TLS, TLS_SNI_DROP, 0.7};

static int64_t
at(const char *text)
{
	int64_t us;

	assert_int_equal(clock_parse(text, &us), 0);
	return us;
}

static struct measurement *
event(enum event_kind kind, const char *id)
{
	struct measurement *m = measurement_new();

	m->id = arena_strdup(m->arena, id);
	m->start_us = at("2026-11-22 06:47:20");
	m->probe_asn = arena_strdup(m->arena, "AS64500");
	m->event = arena_alloc(m->arena, sizeof(*m->event));
	m->event->kind = kind;
	return m;
}

static struct measurement *
anomaly(enum event_kind kind, const char *id, struct event_view before, struct event_view after)
{
	struct measurement *m = event(kind, id);
	struct event_info *e = m->event;
	struct event_target *t = ARENA_PUSH(m->arena, e->targets, e->ntargets);

	e->when = (struct event_bracket){at("2026-11-22 06:15:02"), at("2026-11-22 06:30:14") + 1};
	t->url = arena_strdup(m->arena, SITE);
	t->when = e->when;
	e->anomaly = arena_alloc(m->arena, sizeof(*e->anomaly));
	e->anomaly->id = arena_strdup(m->arena, "0c1d2e3f405162738495a6b7c8d9eafb");
	e->anomaly->before = before;
	e->anomaly->after = after;
	return m;
}

static void
add_evidence(struct measurement *m, const char *id)
{
	*ARENA_PUSH(m->arena, m->event->evidence, m->event->nevidence) = arena_strdup(m->arena, id);
}

static const char *
line(const struct story *story, const char *label)
{
	size_t i;

	for (i = 0; i < story->nlines; i++)
		if (strcmp(story->lines[i].label, label) == 0)
			return story->lines[i].text;
	fail_msg("no line \"%s\"", label);
	return NULL;
}

static bool
has(const char **texts, size_t n, const char *part)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strstr(texts[i], part) != NULL)
			return true;
	return false;
}

/* To free. */
static char *
screen(struct measurement *m, const struct story *story, const char *how)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	story_screen(m, story, how, out, 0, false);
	assert_int_equal(fclose(out), 0);
	return text;
}

/* --- events ----------------------------------------------------------------------------------- */

static void
an_onset_says_the_interval_to_the_second(void **state)
{
	struct measurement *m = anomaly(EVENT_ANOMALY_ONSET, "e", ok, blocked);
	struct story story;

	(void)state;
	story_of(m, &story);
	assert_string_equal(story.title, "an anomaly began");
	assert_string_equal(line(&story, "it began"),
	    "after 2026-11-22 06:15:02 UTC and before 2026-11-22 06:30:15 UTC (15 minutes)");
	assert_string_equal(line(&story, "before"), "reached, confidence 0.98");
	assert_string_equal(line(&story, "after"), "blocked: reset at TLS, confidence 0.95");
	assert_string_equal(line(&story, "site"), SITE);
	assert_int_equal(story.status, VERDICT_BLOCKED);
	assert_true(story.nalternatives >= 3);
	assert_true(story.nwould_settle >= 1);
	measurement_free(m);
}

static void
what_nobody_measured_before_has_no_beginning(void **state)
{
	struct measurement *m = anomaly(EVENT_ANOMALY_ONSET, "e", (struct event_view){0}, blocked);
	struct story story;

	(void)state;
	m->event->when.not_before_us = 0;
	m->event->targets[0].when.not_before_us = 0;
	story_of(m, &story);
	assert_string_equal(line(&story, "it began"), "before 2026-11-22 06:30:15 UTC; nobody measured before that");
	assert_string_equal(line(&story, "before"), "not known");
	measurement_free(m);
}

static void
sites_of_one_event_have_their_own_intervals(void **state)
{
	struct measurement *m = anomaly(EVENT_ANOMALY_ONSET, "e", ok, blocked);
	struct event_target *t = ARENA_PUSH(m->arena, m->event->targets, m->event->ntargets);
	struct story story;

	(void)state;
	t->url = arena_strdup(m->arena, "https://b.example/");
	t->when = (struct event_bracket){at("2026-11-22 06:20:00"), at("2026-11-22 06:22:00")};
	story_of(m, &story);
	assert_string_equal(line(&story, "sites"), SITE);
	assert_string_equal(story.lines[1].text,
	    "https://b.example/: after 2026-11-22 06:20:00 UTC and before 2026-11-22 06:22:00 UTC (2 minutes)");
	assert_true(has(story.alternatives, story.nalternatives, "in common"));
	measurement_free(m);
}

static void
a_day_of_the_calendar_is_told_as_a_coincidence(void **state)
{
	struct measurement *m = anomaly(EVENT_ANOMALY_ONSET, "e", ok, blocked);
	struct story story;

	(void)state;
	m->event->day = arena_alloc(m->arena, sizeof(*m->event->day));
	m->event->day->day = arena_strdup(m->arena, "2026-12-16");
	m->event->day->text = arena_strdup(m->arena, "an anniversary");
	m->event->day->calendar = arena_strdup(m->arena, "kz");
	story_of(m, &story);
	assert_string_equal(line(&story, "event day"), "2026-12-16, an anniversary (calendar kz)");
	assert_true(has(story.alternatives, story.nalternatives, "alone is no cause"));
	measurement_free(m);
}

static void
the_evidence_is_told_with_the_command_to_see_it(void **state)
{
	struct measurement *m = anomaly(EVENT_ANOMALY_ONSET, "e", ok, blocked), *record = measurement_new();
	struct story story;
	char *text;

	(void)state;
	add_evidence(m, LAST_GOOD);
	add_evidence(m, FIRST_BAD);
	m->event->evidence_dropped = 7;
	story_of(m, &story);
	text = screen(m, &story, " --state /there");
	assert_non_null(strstr(text, "netvane explain " LAST_GOOD " --state /there"));
	assert_non_null(strstr(text, "netvane explain " FIRST_BAD " --state /there"));
	assert_non_null(strstr(text, "and 7 more"));
	free(text);
	record->id = arena_strdup(record->arena, FIRST_BAD);
	record->input = arena_strdup(record->arena, SITE);
	record->start_us = at("2026-11-22 06:30:07");
	record->verdict.status = VERDICT_BLOCKED;
	record->verdict.mechanism = TLS_SNI_RESET;
	story_found(&story, m->arena, record);
	assert_false(story_is_complete(&story));
	story.looked_up = true;
	text = screen(m, &story, "");
	assert_non_null(strstr(text, "2026-11-22 06:30:07 UTC: blocked (reset at TLS), " SITE));
	assert_non_null(strstr(text, "not found"));
	free(text);
	measurement_free(record);
	measurement_free(m);
}

static void
of_much_evidence_the_middle_is_left_out(void **state)
{
	struct measurement *m = anomaly(EVENT_ANOMALY_ONSET, "e", ok, blocked);
	struct story story;
	const char *at_text;
	char id[33], *text;
	int i, shown = 0;

	(void)state;
	for (i = 0; i < 24; i++) {
		snprintf(id, sizeof(id), "%032d", i);
		add_evidence(m, id);
	}
	story_of(m, &story);
	text = screen(m, &story, "");
	for (at_text = text; (at_text = strstr(at_text, "netvane explain ")) != NULL; at_text++)
		shown++;
	assert_int_equal(shown, 8);
	assert_non_null(strstr(text, "and 16 more"));
	free(text);
	measurement_free(m);
}

static void
a_gap_says_what_is_known_of_it(void **state)
{
	struct measurement *m = event(EVENT_GAP, "e");
	struct event_gap *gap = arena_alloc(m->arena, sizeof(*gap));
	struct story story;

	(void)state;
	m->event->gap = gap;
	m->event->when = (struct event_bracket){at("2026-11-22 22:01:40"), at("2026-11-22 22:15:30")};
	*gap = (struct event_gap){.cause = GAP_SUSPENDED, .from_us = at("2026-11-22 22:15:30"), .until_us = at("2026-11-23 05:02:11"),
	    .from_mono_ns = -1, .until_mono_ns = -1, .suspended_s = 20000, .clock_step_s = -30};
	gap->end = (struct event_bracket){gap->from_us, gap->until_us};
	story_of(m, &story);
	assert_string_equal(story.title, "nothing was measured");
	assert_string_equal(line(&story, "cause"), "suspended");
	assert_string_equal(line(&story, "from"), "2026-11-22 22:15:30 UTC");
	assert_string_equal(line(&story, "until"), "2026-11-23 05:02:11 UTC (7 hours)");
	assert_string_equal(line(&story, "slept"), "6 hours of it");
	assert_string_equal(line(&story, "clock"), "set back by 30 seconds");
	assert_non_null(strstr(line(&story, "it began"), "22:01:40"));
	assert_non_null(strstr(story.meaning, "neither blocked nor reachable"));
	gap->until_us = 0;
	story_of(m, &story);
	assert_string_equal(line(&story, "until"), "it lasted when this was written");
	measurement_free(m);
}

static void
a_new_certificate_is_no_suspicion(void **state)
{
	struct measurement *m = event(EVENT_CERTIFICATE_CHANGE, "e");
	struct story story;

	(void)state;
	m->event->certificate = arena_alloc(m->arena, sizeof(*m->event->certificate));
	m->event->certificate->key = arena_strdup(m->arena, "abcd");
	m->event->certificate->issuer = arena_strdup(m->arena, "ef01");
	story_of(m, &story);
	assert_int_equal(story.status, VERDICT_NONE);
	assert_string_equal(line(&story, "new key"), "SHA-256 abcd");
	assert_string_equal(line(&story, "new issuer"), "its name's SHA-256 ef01");
	assert_non_null(strstr(story.meaning, "no suspicion"));
	measurement_free(m);
}

/* Whatever happened has a title and a meaning; and nobody in particular is accused of it. */
static void
every_kind_and_cause_has_its_words(void **state)
{
	static const char *const names[] = {"government", "the state ", "police", "censor", "authorities cut"};
	struct measurement *m = event(EVENT_NONE, "e");
	struct event_gap gap = {.clock_step_s = (double)NAN};
	struct story story;
	unsigned i, k, n;

	(void)state;
	for (i = 0; i < (unsigned)EVENT_KIND_MAX + GAP_CAUSE_MAX; i++) {
		m->event->kind = i < EVENT_KIND_MAX ? (enum event_kind)i : EVENT_GAP;
		gap.cause = i < EVENT_KIND_MAX ? GAP_NONE : (enum gap_cause)(i - EVENT_KIND_MAX);
		m->event->gap = i < EVENT_KIND_MAX ? NULL : &gap;
		story_of(m, &story);
		assert_non_null(story.title);
		assert_true(strlen(story.words) > 10);
		assert_true(strlen(story.meaning) > 10);
		for (k = 0; k < sizeof(names) / sizeof(names[0]); k++) {
			assert_null(strstr(story.meaning, names[k]));
			for (n = 0; n < story.nalternatives; n++)
				assert_null(strstr(story.alternatives[n], names[k]));
		}
	}
	m->event = NULL;
	m->round = arena_alloc(m->arena, sizeof(*m->round));
	for (i = 0; i < NETWORK_STATE_MAX; i++) {
		m->context.network = (enum network_state)i;
		story_of(m, &story);
		assert_non_null(story.title);
		assert_true(strlen(story.meaning) > 10);
	}
	measurement_free(m);
}

/* --- rounds ----------------------------------------------------------------------------------- */

static void
a_round_says_how_the_line_was(void **state)
{
	struct measurement *m = measurement_new();
	struct round_info *r = m->round = arena_alloc(m->arena, sizeof(*r));
	struct story story;
	char *text;

	(void)state;
	m->id = arena_strdup(m->arena, FIRST_BAD);
	m->context.network = NETWORK_SHUTDOWN;
	*r = (struct round_info){.targets = 44, .measured = 40, .since_last_s = 900, .clock_offset_s = (double)NAN, .gateway = 1, .link = 1};
	r->counts[VERDICT_OK] = 1;
	r->counts[VERDICT_INSUFFICIENT] = 39;
	*ARENA_PUSH(m->arena, r->notes, r->nnotes) = "line-changed";
	*ARENA_PUSH(m->arena, r->notes, r->nnotes) = "of a later version";
	story_of(m, &story);
	assert_string_equal(line(&story, "measured"), "40 of 44 sites; the round was interrupted");
	assert_string_equal(line(&story, "results"), "1 reached, 39 cannot be told");
	assert_string_equal(line(&story, "gateway"), "answered");
	assert_string_equal(line(&story, "last round"), "began 15 minutes before");
	text = screen(m, &story, "");
	assert_non_null(strstr(text, "at one look at the controls and not at another"));
	assert_non_null(strstr(text, "of a later version"));
	free(text);
	assert_true(has(story.alternatives, story.nalternatives, "your provider's"));
	assert_true(story.nwould_settle > 0);
	measurement_free(m);
}

/* --- the open anomaly of a site ------------------------------------------------------------------ */

static const char *
open_words(const struct open_anomalies *open, const char *url, const char *network)
{
	static struct measurement *m;
	const struct explain_open *found;

	measurement_free(m);
	m = url != NULL ? measurement_new() : NULL;
	if (m == NULL)
		return NULL;
	m->input = arena_strdup(m->arena, url);
	m->probe_asn = arena_strdup(m->arena, network);
	found = open_anomalies_of(open, m);
	return found != NULL ? found->words : NULL;
}

static void
take(struct open_anomalies *open, struct measurement *m, const char *when)
{
	m->start_us = at(when);
	open_anomalies_take(open, m);
	measurement_free(m);
}

static void
what_began_and_did_not_end_is_open(void **state)
{
	struct open_anomalies *open = open_anomalies_new();

	(void)state;
	assert_null(open_words(open, SITE, "AS64500"));
	take(open, anomaly(EVENT_ANOMALY_ONSET, "e1", ok, blocked), "2026-11-22 07:00:00");
	assert_string_equal(open_words(open, SITE, "AS64500"),
	    "open: blocked (reset at TLS), began between 2026-11-22 06:15 and 06:31 UTC; netvane explain e1");
	assert_null(open_words(open, "https://b.example/", "AS64500"));
	assert_null(open_words(open, SITE, "AS64501"));
	/* Another way of failing: the beginning stays. */
	take(open, anomaly(EVENT_ANOMALY_CHANGE, "e2", blocked, likely), "2026-11-22 08:00:00");
	assert_string_equal(open_words(open, SITE, "AS64500"),
	    "open: probably blocked (silence at TLS), began between 2026-11-22 06:15 and 06:31 UTC; netvane explain e2");
	/* A copy of what is older changes nothing. */
	take(open, anomaly(EVENT_ANOMALY_ONSET, "e1", ok, blocked), "2026-11-22 07:00:00");
	assert_non_null(strstr(open_words(open, SITE, "AS64500"), "e2"));
	take(open, anomaly(EVENT_ANOMALY_RECOVERY, "e3", likely, ok), "2026-11-22 09:00:00");
	assert_null(open_words(open, SITE, "AS64500"));
	open_words(open, NULL, NULL);
	open_anomalies_free(open);
}

static void
one_of_several_sites_can_be_well_again(void **state)
{
	struct open_anomalies *open = open_anomalies_new();

	(void)state;
	take(open, anomaly(EVENT_ANOMALY_ONSET, "e1", ok, blocked), "2026-11-22 07:00:00");
	take(open, anomaly(EVENT_ANOMALY_CHANGE, "e2", blocked, ok), "2026-11-22 08:00:00");
	assert_null(open_words(open, SITE, "AS64500"));
	open_words(open, NULL, NULL);
	open_anomalies_free(open);
}

static void
a_beginning_that_is_on_no_record_is_not_made_up(void **state)
{
	struct open_anomalies *open = open_anomalies_new();

	(void)state;
	take(open, anomaly(EVENT_ANOMALY_CHANGE, "e2", blocked, likely), "2026-11-22 08:00:00");
	assert_string_equal(open_words(open, SITE, "AS64500"), "open: probably blocked (silence at TLS); netvane explain e2");
	open_words(open, NULL, NULL);
	open_anomalies_free(open);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_onset_says_the_interval_to_the_second),
	    cmocka_unit_test(what_nobody_measured_before_has_no_beginning),
	    cmocka_unit_test(sites_of_one_event_have_their_own_intervals),
	    cmocka_unit_test(a_day_of_the_calendar_is_told_as_a_coincidence),
	    cmocka_unit_test(the_evidence_is_told_with_the_command_to_see_it),
	    cmocka_unit_test(of_much_evidence_the_middle_is_left_out),
	    cmocka_unit_test(a_gap_says_what_is_known_of_it),
	    cmocka_unit_test(a_new_certificate_is_no_suspicion),
	    cmocka_unit_test(every_kind_and_cause_has_its_words),
	    cmocka_unit_test(a_round_says_how_the_line_was),
	    cmocka_unit_test(what_began_and_did_not_end_is_open),
	    cmocka_unit_test(one_of_several_sites_can_be_well_again),
	    cmocka_unit_test(a_beginning_that_is_on_no_record_is_not_made_up),
	};

	return cmocka_run_group_tests_name("story", tests, NULL, NULL);
}
