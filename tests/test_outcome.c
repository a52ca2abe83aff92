/* What is taken out of a record. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "analysis/ingest.h"
#include "analysis/outcome.h"
#include "base/mem.h"

static char url[] = "https://a.example/", host[] = "a.example";

static struct record
record(enum record_kind kind)
{
	struct record r = {.kind = kind, .m = measurement_new()};

	r.target.url = url;
	r.target.host = host;
	r.m->start_us = 1000000;
	r.m->runtime = 2.5;
	r.m->id = arena_strdup(r.m->arena, "00ff");
	r.m->probe_asn = arena_strdup(r.m->arena, "AS9198");
	r.m->probe_cc = arena_strdup(r.m->arena, "kz");
	r.m->context.network = NETWORK_ONLINE;
	return r;
}

static void
a_targets_record_has_its_verdict_time_and_place(void **state)
{
	struct record r = record(RECORD_TARGET);
	struct outcome o;

	(void)state;
	r.m->verdict = (struct verdict){.status = VERDICT_BLOCKED, .stage = STAGE_TLS,
	    .mechanism = TLS_MITM, .confidence = 0.98};
	assert_true(outcome_of(&r, &o));
	assert_int_equal(o.kind, OUTCOME_TARGET);
	assert_string_equal(o.target, url);
	assert_string_equal(o.host, host);
	assert_string_equal(o.id, "00ff");
	assert_int_equal(o.time_us, 1000000);
	assert_int_equal(o.end_us, 3500000);
	assert_int_equal(o.asn, 9198);
	assert_string_equal(o.cc, "KZ");
	assert_int_equal(o.status, VERDICT_BLOCKED);
	assert_int_equal(o.mechanism, TLS_MITM);
	assert_float_equal(o.confidence, 0.98, 1e-9);
	assert_true(o.artefact);
	measurement_free(r.m);
}

static void
a_round_has_the_networks_state(void **state)
{
	struct record r = record(RECORD_ROUND);
	struct outcome o;

	(void)state;
	r.m->context.network = NETWORK_SHUTDOWN;
	assert_true(outcome_of(&r, &o));
	assert_int_equal(o.kind, OUTCOME_ROUND);
	assert_int_equal(o.network, NETWORK_SHUTDOWN);
	measurement_free(r.m);
}

static void
events_and_records_without_a_time_give_nothing(void **state)
{
	struct record event = record(RECORD_EVENT), undated = record(RECORD_TARGET);
	struct outcome o;

	(void)state;
	undated.m->start_us = 0;
	assert_false(outcome_of(&event, &o));
	assert_false(outcome_of(&undated, &o));
	measurement_free(event.m);
	measurement_free(undated.m);
}

static void
what_is_not_known_is_unknown(void **state)
{
	static const char *const asns[] = {"", "9198", "ASX", "AS", "AS9198x", "AS99999999999", NULL};
	static const char *const ccs[] = {"", "K", "KAZ", "1Z", "ZZ", NULL};
	struct record r = record(RECORD_TARGET);
	struct outcome o;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(asns) / sizeof(asns[0]); i++) {
		r.m->probe_asn = arena_strdup(r.m->arena, asns[i]);
		assert_true(outcome_of(&r, &o));
		assert_int_equal(o.asn, 0);
	}
	for (i = 0; i < sizeof(ccs) / sizeof(ccs[0]); i++) {
		r.m->probe_cc = arena_strdup(r.m->arena, ccs[i]);
		assert_true(outcome_of(&r, &o));
		assert_string_equal(o.cc, "");
	}
	r.m->id = NULL;
	r.m->runtime = 1e300;
	assert_true(outcome_of(&r, &o));
	assert_string_equal(o.id, "");
	assert_int_equal(o.end_us, o.time_us);
	measurement_free(r.m);
}

static void
ooni_records_have_their_translated_verdict_and_their_report(void **state)
{
	struct record r = record(RECORD_TARGET);
	struct outcome o;

	(void)state;
	r.m->has_x = false;
	r.m->ooni.blocking = "http-diff";
	r.m->report_id = arena_strdup(r.m->arena, "20260101T000000Z_report");
	assert_true(outcome_of(&r, &o));
	assert_int_equal(o.status, VERDICT_LIKELY_BLOCKED);
	assert_int_equal(o.mechanism, HTTP_DIFF);
	assert_false(o.artefact);
	assert_string_equal(o.id, "20260101T000000Z_report");
	measurement_free(r.m);
}

static void
only_a_proof_by_itself_is_an_artefact(void **state)
{
	(void)state;
	assert_true(outcome_is_artefact(VERDICT_BLOCKED, DNS_BOGON, 0.97));
	assert_true(outcome_is_artefact(VERDICT_LIKELY_BLOCKED, HTTP_BLOCKPAGE, 0.9));
	/* A rule that is less sure; a mechanism that chance can bring; a status that accuses nobody. */
	assert_false(outcome_is_artefact(VERDICT_LIKELY_BLOCKED, TLS_MITM, 0.75));
	assert_false(outcome_is_artefact(VERDICT_BLOCKED, TLS_SNI_RESET, 0.97));
	assert_false(outcome_is_artefact(VERDICT_INSUFFICIENT, TLS_MITM, 0.9));
	assert_false(outcome_is_artefact(VERDICT_DOWN, DNS_BOGON, 0.9));
}

static void
who_is_down_or_cannot_be_judged_says_nothing_of_the_way(void **state)
{
	(void)state;
	assert_int_equal(outcome_says(VERDICT_OK, MECHANISM_NONE), SAYS_WELL);
	assert_int_equal(outcome_says(VERDICT_IMPAIRED, HTTP_SERVER_REFUSAL), SAYS_WELL);
	assert_int_equal(outcome_says(VERDICT_BLOCKED, TLS_SNI_DROP), SAYS_BAD);
	assert_int_equal(outcome_says(VERDICT_LIKELY_BLOCKED, TLS_SNI_DROP), SAYS_BAD);
	assert_int_equal(outcome_says(VERDICT_DOWN, TCP_TIMEOUT), SAYS_NOTHING);
	assert_int_equal(outcome_says(VERDICT_INSUFFICIENT, TLS_SNI_DROP), SAYS_NOTHING);
	assert_int_equal(outcome_says(VERDICT_NONE, MECHANISM_NONE), SAYS_NOTHING);
}

static void
what_works_badly_was_reached_unless_it_is_slowed_down(void **state)
{
	(void)state;
	assert_int_equal(outcome_says(VERDICT_IMPAIRED, THROTTLING), SAYS_BAD);
	/* One address of several, and HTTP/3: as often a dead machine as a blocked one. */
	assert_int_equal(outcome_says(VERDICT_IMPAIRED, TCP_TIMEOUT), SAYS_WELL);
	assert_int_equal(outcome_says(VERDICT_IMPAIRED, QUIC_DROP), SAYS_WELL);
}

static void
a_round_tells_of_the_way_abroad(void **state)
{
	(void)state;
	assert_int_equal(outcome_round_says(NETWORK_SHUTDOWN), SAYS_BAD);
	assert_int_equal(outcome_round_says(NETWORK_FOREIGN_CUT), SAYS_BAD);
	assert_int_equal(outcome_round_says(NETWORK_ONLINE), SAYS_WELL);
	assert_int_equal(outcome_round_says(NETWORK_DEGRADED), SAYS_WELL);
	assert_int_equal(outcome_round_says(NETWORK_OFFLINE), SAYS_NOTHING);
	assert_int_equal(outcome_round_says(NETWORK_CAPTIVE_PORTAL), SAYS_NOTHING);
	assert_int_equal(outcome_round_says(NETWORK_UNKNOWN), SAYS_NOTHING);
}

static bool
is_bad(uint32_t measured, uint32_t bad, uint32_t artefacts)
{
	const struct outcome_day day = {measured, bad, artefacts};

	return outcome_day_is_bad(&day);
}

static void
two_hours_of_blocking_make_a_bad_day(void **state)
{
	(void)state;
	assert_true(is_bad(96, 8, 0)); /* every quarter of an hour */
	assert_true(is_bad(24, 2, 0)); /* every hour */
	assert_true(is_bad(40, 2, 0)); /* a twentieth */
	assert_true(is_bad(1, 1, 0)); /* all there is */
	assert_false(is_bad(24, 1, 0)); /* one failure may be anything */
	assert_false(is_bad(2, 1, 0));
	assert_false(is_bad(41, 2, 0));
	assert_false(is_bad(24, 0, 0));
	assert_false(is_bad(0, 0, 0));
	assert_true(is_bad(UINT32_MAX, UINT32_MAX / 2, 0));
}

static void
so_does_one_proof(void **state)
{
	struct outcome_day day = {0, 0, 0}, other = {90, 0, 0};

	(void)state;
	outcome_day_add(&day, SAYS_NOTHING, false);
	outcome_day_add(&day, SAYS_WELL, false);
	outcome_day_add(&day, SAYS_BAD, false);
	assert_false(outcome_day_is_bad(&day));
	outcome_day_add(&day, SAYS_BAD, true);
	outcome_day_join(&day, &other);
	assert_int_equal(day.measured, 93);
	assert_int_equal(day.bad, 2);
	assert_int_equal(day.artefacts, 1);
	assert_true(outcome_day_is_bad(&day));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_targets_record_has_its_verdict_time_and_place),
	    cmocka_unit_test(a_round_has_the_networks_state),
	    cmocka_unit_test(events_and_records_without_a_time_give_nothing),
	    cmocka_unit_test(what_is_not_known_is_unknown),
	    cmocka_unit_test(ooni_records_have_their_translated_verdict_and_their_report),
	    cmocka_unit_test(only_a_proof_by_itself_is_an_artefact),
	    cmocka_unit_test(who_is_down_or_cannot_be_judged_says_nothing_of_the_way),
	    cmocka_unit_test(what_works_badly_was_reached_unless_it_is_slowed_down),
	    cmocka_unit_test(a_round_tells_of_the_way_abroad),
	    cmocka_unit_test(two_hours_of_blocking_make_a_bad_day),
	    cmocka_unit_test(so_does_one_proof),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
