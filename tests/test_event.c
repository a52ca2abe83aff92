/* What results/event.h promises: what happened is said so that a volunteer understands it. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/mem.h"
#include "results/event.h"

static struct arena *arena;

static int
fresh(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int
over(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static int64_t
at(const char *text)
{
	int64_t us;

	assert_int_equal(clock_parse(text, &us), 0);
	return us;
}

static void
says(const struct event_info *e, const char *expected)
{
	assert_string_equal(event_tell(arena, e), expected);
}

/* Copies of literals, as long as the test lasts. */
static char *
text(const char *s)
{
	return arena_strdup(arena, s);
}

static void
add_target(struct event_info *e, const char *url)
{
	ARENA_PUSH(arena, e->targets, e->ntargets)->url = text(url);
}

static struct event_info
anomaly(enum event_kind kind, struct event_view before, struct event_view after)
{
	struct event_info e = {.kind = kind, .anomaly = arena_alloc(arena, sizeof(*e.anomaly))};

	e.anomaly->before = before;
	e.anomaly->after = after;
	e.when.not_before_us = at("2026-11-22 06:15:20");
	e.when.not_after_us = at("2026-11-22 06:30:04");
	add_target(&e, "https://a.example/");
	return e;
}

static const struct event_view ok = {VERDICT_OK, STAGE_NONE, MECHANISM_NONE, 1};
static const struct event_view blocked = {VERDICT_BLOCKED, STAGE_TLS, TLS_SNI_RESET, 0.95};
static const struct event_view likely = {VERDICT_LIKELY_BLOCKED, STAGE_TCP, TCP_TIMEOUT, 0.6};
static const struct event_view unlike = {VERDICT_BLOCKED, STAGE_TLS, MECHANISM_NONE, 0.9};
static const struct event_view refused = {VERDICT_IMPAIRED, STAGE_HTTP, HTTP_SERVER_REFUSAL, 0.9};

static void
an_onset_says_what_who_and_between_when(void **state)
{
	struct event_info e = anomaly(EVENT_ANOMALY_ONSET, ok, blocked);

	(void)state;
	says(&e, "https://a.example/ is blocked (reset at TLS). It began between 2026-11-22 06:15 and 06:31 UTC.");
	add_target(&e, "https://b.example/");
	e.anomaly->after = unlike;
	says(&e, "https://a.example/ and https://b.example/ are blocked. It began between 2026-11-22 06:15 and 06:31 UTC.");
	add_target(&e, "https://c.example/");
	add_target(&e, "https://d.example/");
	add_target(&e, "https://e.example/");
	e.anomaly->after = likely;
	e.when.not_before_us = at("2026-11-21 23:50");
	says(&e, "https://a.example/, https://b.example/, https://c.example/ and 2 more sites are probably blocked (no connection). "
		 "It began between 2026-11-21 23:50 and 2026-11-22 06:31 UTC.");
	e.when.not_before_us = 0;
	e.ntargets = 1;
	says(&e, "https://a.example/ is probably blocked (no connection). It was so from the first measurement; when it began is not "
		 "known.");
}

static void
a_change_says_from_what_to_what(void **state)
{
	struct event_info e = anomaly(EVENT_ANOMALY_CHANGE, likely, blocked);

	(void)state;
	says(&e, "https://a.example/ was probably blocked (no connection) and now is blocked (reset at TLS). That changed between "
		 "2026-11-22 06:15 and 06:31 UTC.");
	e.anomaly->intermittent = true;
	says(&e, "https://a.example/ was probably blocked (no connection) and now is blocked (reset at TLS). That changed between "
		 "2026-11-22 06:15 and 06:31 UTC. It comes and goes.");
	e.anomaly->intermittent = false;
	e.anomaly->before = ok;
	says(&e, "https://a.example/ now is blocked (reset at TLS), too. That changed between 2026-11-22 06:15 and 06:31 UTC.");
	e.anomaly->before = blocked;
	e.anomaly->after = refused;
	add_target(&e, "https://b.example/");
	says(&e, "https://a.example/ and https://b.example/ can be reached again; other sites that failed together with them cannot "
		 "yet. That changed between 2026-11-22 06:15 and 06:31 UTC.");
}

static void
what_comes_and_goes_says_so(void **state)
{
	struct event_info e = anomaly(EVENT_ANOMALY_CHANGE, blocked, blocked);

	(void)state;
	e.anomaly->intermittent = true;
	says(&e, "https://a.example/ is blocked (reset at TLS) at times only. That showed between 2026-11-22 06:15 and 06:31 UTC. It "
		 "comes and goes.");
	e.anomaly->before = ok;
	says(&e, "https://a.example/ is blocked (reset at TLS) again. That changed between 2026-11-22 06:15 and 06:31 UTC. It comes "
		 "and goes.");
}

static void
a_recovery_says_what_it_was(void **state)
{
	struct event_info e = anomaly(EVENT_ANOMALY_RECOVERY, blocked, ok);

	(void)state;
	says(&e, "https://a.example/ can be reached again; it was blocked (reset at TLS). It ended between 2026-11-22 06:15 and 06:31 "
		 "UTC.");
	e.when.not_before_us = 0;
	says(&e, "https://a.example/ can be reached again; it was blocked (reset at TLS). It ended before 2026-11-22 06:31 UTC.");
}

static void
a_certificate_accuses_nobody(void **state)
{
	struct event_info e = anomaly(EVENT_CERTIFICATE_CHANGE, ok, ok);

	(void)state;
	e.anomaly = NULL;
	says(&e, "https://a.example/ shows a certificate with another key and from another issuer than usual. It is valid, and sites "
		 "do change their certificates; it is noted in case somebody else did. That changed between 2026-11-22 06:15 and 06:31 "
		 "UTC.");
}

static void
a_gap_says_why(void **state)
{
	struct event_gap gap = {.cause = GAP_POWERED_OFF, .from_us = at("2026-11-22 06:15"), .until_us = at("2026-11-22 08:00:30"),
	    .clock_step_s = (double)NAN};
	struct event_info e = {.kind = EVENT_GAP, .gap = &gap};

	(void)state;
	says(&e, "No usable measurements from 2026-11-22 06:15 to 08:01 UTC: the computer was off or restarted.");
	gap.cause = GAP_SHUTDOWN;
	gap.until_us = 0;
	says(&e, "No usable measurements since 2026-11-22 06:15 UTC: the router answered, and nothing beyond it did: an outage or a "
		 "shutdown. It lasts.");
	gap.cause = GAP_CLOCK_STEP;
	gap.clock_step_s = -7200;
	says(&e, "The computer's clock was set back by 2 hours. Times before and after do not fit together.");
	gap.clock_step_s = 90;
	says(&e, "The computer's clock was set forward by 90 seconds. Times before and after do not fit together.");
	gap.clock_step_s = 1e300;
	says(&e, "The computer's clock was set forward by 1000000000 days. Times before and after do not fit together.");
}

static void
a_drop_says_what_went(void **state)
{
	struct event_drop drop = {text("2026-11-01"), 3, 1234, 5200000};
	struct event_info e = {.kind = EVENT_QUOTA_DROP, .drop = &drop, .reason = text("a quiet day")};

	(void)state;
	says(&e, "Records of 2026-11-01 were deleted, to stay within the limit on disk space: 1234 records in 3 files, 5.2 MB. (a "
		 "quiet day)");
}

static void
a_reason_and_a_day_of_the_calendar_are_added(void **state)
{
	struct event_day day = {text("2026-12-16"), text("anniversary of Zhanaozen"), text("kz")};
	struct event_info e = {.kind = EVENT_CONFIG_REJECTED, .reason = text("netvane.conf:7: no such option")};

	(void)state;
	says(&e, "The new configuration has a mistake and was not taken; the old one stays in force. (netvane.conf:7: no such option)");
	e = anomaly(EVENT_ANOMALY_RECOVERY, blocked, ok);
	e.day = &day;
	says(&e, "https://a.example/ can be reached again; it was blocked (reset at TLS). It ended between 2026-11-22 06:15 and 06:31 "
		 "UTC. 2026-12-16 is in the calendar kz: anniversary of Zhanaozen.");
}

static void
every_kind_and_cause_has_words_and_a_name(void **state)
{
	struct event_gap gap = {.from_us = 1, .until_us = 2, .clock_step_s = (double)NAN};
	struct event_info e = {.kind = EVENT_NONE};
	int i, k;

	(void)state;
	for (i = 0; i < EVENT_KIND_MAX; i++) {
		e.kind = (enum event_kind)i;
		assert_true(strlen(event_tell(arena, &e)) > 10);
		assert_int_equal(event_kind_find(event_kind_name(e.kind)), i);
		for (k = 1; k < i; k++)
			assert_string_not_equal(event_kind_name(e.kind), event_kind_name((enum event_kind)k));
	}
	e.kind = EVENT_GAP;
	e.gap = &gap;
	for (i = 0; i < GAP_CAUSE_MAX; i++) {
		gap.cause = (enum gap_cause)i;
		assert_null(strstr(event_tell(arena, &e), "(null)"));
		assert_int_equal(gap_cause_find(gap_cause_name(gap.cause)), i);
	}
	assert_int_equal(event_kind_find("earthquake"), EVENT_KIND_MAX);
	assert_int_equal(gap_cause_find("earthquake"), GAP_CAUSE_MAX);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, over)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(an_onset_says_what_who_and_between_when),
	    TEST(a_change_says_from_what_to_what),
	    TEST(what_comes_and_goes_says_so),
	    TEST(a_recovery_says_what_it_was),
	    TEST(a_certificate_accuses_nobody),
	    TEST(a_gap_says_why),
	    TEST(a_drop_says_what_went),
	    TEST(a_reason_and_a_day_of_the_calendar_are_added),
	    TEST(every_kind_and_cause_has_words_and_a_name),
	};

	return cmocka_run_group_tests_name("event", tests, NULL, NULL);
}
