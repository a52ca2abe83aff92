/* The state of the network: is it the line, the portal, the country? */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "probe/network.h"

static const struct network_link fine = {1, 1, "192.0.2.1", true}, no_link = {0, -1, "", false},
				 dead_gateway = {1, 0, "192.0.2.1", true},
				 unknown_gateway = {1, -1, "", true};

/* Four foreign controls, two domestic, two portals, of which so many answered. */
static struct network_tally
tally(int foreign, int domestic, int portal)
{
	struct network_tally t = {0};

	t.asked[CONTROL_FOREIGN] = 4;
	t.asked[CONTROL_DOMESTIC] = 2;
	t.asked[CONTROL_PORTAL] = 2;
	t.asked_beyond = 8;
	t.ok[CONTROL_FOREIGN] = foreign;
	t.ok[CONTROL_DOMESTIC] = domestic;
	t.ok[CONTROL_PORTAL] = portal;
	return t;
}

static void
is_state(const struct network_tally *t, const struct network_link *link, enum network_state state)
{
	assert_string_equal(
	    network_state_name(network_judge(t, link)), network_state_name(state));
}

static void
controls_that_answer_mean_online(void **state)
{
	struct network_tally t = tally(4, 2, 2);

	(void)state;
	is_state(&t, &fine, NETWORK_ONLINE);
	t = tally(3, 0, 0);
	is_state(&t, &fine, NETWORK_ONLINE);
	t = tally(1, 0, 0);
	is_state(&t, &fine, NETWORK_DEGRADED);
}

static void
silence_is_a_shutdown_only_behind_a_living_gateway(void **state)
{
	struct network_tally t = tally(0, 0, 0);

	(void)state;
	is_state(&t, &fine, NETWORK_SHUTDOWN);
	is_state(&t, &dead_gateway, NETWORK_OFFLINE);
	is_state(&t, &unknown_gateway, NETWORK_OFFLINE);
	is_state(&t, &no_link, NETWORK_OFFLINE);
	t.asked_beyond = 0; /* no resolver, or one on this machine that is dead */
	is_state(&t, &fine, NETWORK_OFFLINE);
}

static void
a_resolver_that_replies_is_no_silence(void **state)
{
	struct network_tally t = tally(0, 0, 0);

	(void)state;
	t.replied_beyond = 1;
	is_state(&t, &fine, NETWORK_DEGRADED);
	is_state(&t, &no_link, NETWORK_OFFLINE);
}

/* One control whose name the resolver at this address said it cannot resolve. */
static int
replies_beyond(const char *resolver)
{
	struct network_tally t = {.gateway = "192.0.2.1"};
	struct measurement *m = measurement_new();
	struct control_outcome outcome = {0};
	struct query *q = ARENA_PUSH(m->arena, m->queries, m->nqueries);

	outcome.kind = arena_strdup(m->arena, "foreign");
	q->resolver_address = arena_strdup(m->arena, resolver);
	q->rcode = 2;
	network_tally_add(&t, &outcome, m);
	measurement_free(m);
	return t.replied_beyond;
}

static void
a_word_of_the_router_shows_that_it_lives(void **state)
{
	struct network_tally t = {.gateway = "192.0.2.1"};
	struct control_outcome outcome = {0};
	struct measurement *m = measurement_new();
	struct query *q = ARENA_PUSH(m->arena, m->queries, m->nqueries);

	(void)state;
	outcome.kind = arena_strdup(m->arena, "foreign");
	q->resolver_address = arena_strdup(m->arena, "192.0.2.1:53");
	q->rcode = -1; /* silent */
	network_tally_add(&t, &outcome, m);
	assert_false(t.gateway_answers);
	q->rcode = 2;
	network_tally_add(&t, &outcome, m);
	assert_true(t.gateway_answers);
	assert_true(network_silent(&t)); /* beyond it, all the same */
	measurement_free(m);
}

static void
the_router_and_this_machine_are_not_beyond(void **state)
{
	(void)state;
	assert_int_equal(replies_beyond("192.0.2.1:53"), 0);
	assert_int_equal(replies_beyond("127.0.0.53:53"), 0);
	assert_int_equal(replies_beyond("[::1]:53"), 0);
	assert_int_equal(replies_beyond("192.0.2.11:53"), 1);
	assert_int_equal(replies_beyond("8.8.8.8:53"), 1);
}

static void
only_domestic_controls_mean_a_foreign_cut(void **state)
{
	struct network_tally t = tally(0, 2, 0);

	(void)state;
	is_state(&t, &fine, NETWORK_FOREIGN_CUT);
	t.others_ok = 1; /* a foreign target was reached */
	is_state(&t, &fine, NETWORK_DEGRADED);
	/* Before this look: a censor may punish us at the controls to which a name was sent. */
	t = tally(0, 2, 0);
	t.others_earlier = 1;
	is_state(&t, &fine, NETWORK_DEGRADED);
	/* But where nothing answers any more, that something did earlier says nothing. */
	t = tally(0, 0, 0);
	t.others_earlier = 1;
	is_state(&t, &fine, NETWORK_SHUTDOWN);
	t = tally(0, 2, 0);
	t.asked[CONTROL_FOREIGN] = 1; /* its own failure would look the same */
	is_state(&t, &fine, NETWORK_DEGRADED);
}

static void
wrong_pages_alone_mean_a_portal(void **state)
{
	struct network_tally t = tally(0, 0, 0);

	(void)state;
	t.wrong_page = 2;
	is_state(&t, &fine, NETWORK_CAPTIVE_PORTAL);
	t.untrusted = 4; /* the portal shows its certificate for every name */
	is_state(&t, &fine, NETWORK_CAPTIVE_PORTAL);
	t = tally(3, 0, 1);
	t.wrong_page = 1; /* a portal probe's server is out of order */
	is_state(&t, &fine, NETWORK_ONLINE);
}

static void
a_target_that_is_reached_shows_that_the_line_works(void **state)
{
	struct network_tally t = tally(0, 0, 0);

	(void)state;
	t.others_ok = 1;
	is_state(&t, &no_link, NETWORK_DEGRADED);
}

static void
without_controls_nothing_is_known(void **state)
{
	struct network_tally t = {0};

	(void)state;
	is_state(&t, &fine, NETWORK_UNKNOWN);
	is_state(&t, &no_link, NETWORK_OFFLINE);
	t.others_ok = 1;
	is_state(&t, &fine, NETWORK_ONLINE);
}

static void
between_two_looks_the_worse_one_counts(void **state)
{
	(void)state;
	assert_int_equal(network_worse(NETWORK_ONLINE, NETWORK_SHUTDOWN), NETWORK_SHUTDOWN);
	assert_int_equal(network_worse(NETWORK_CAPTIVE_PORTAL, NETWORK_ONLINE),
	    NETWORK_CAPTIVE_PORTAL);
	assert_int_equal(network_worse(NETWORK_UNKNOWN, NETWORK_ONLINE), NETWORK_ONLINE);
}

static void
ipv6_is_told_apart(void **state)
{
	struct network_tally t = {0};

	(void)state;
	assert_int_equal(network_judge_ipv6(&t, true), IPV6_UNKNOWN);
	assert_int_equal(network_judge_ipv6(&t, false), IPV6_ABSENT);
	t.v6_tried = 3;
	t.v6_no_route = 3;
	assert_int_equal(network_judge_ipv6(&t, true), IPV6_ABSENT);
	t.v6_no_route = 1;
	assert_int_equal(network_judge_ipv6(&t, true), IPV6_BROKEN);
	t.v6_ok = 1;
	assert_int_equal(network_judge_ipv6(&t, true), IPV6_OK);
}

static void
interception_is_local_only_when_every_control_shows_it(void **state)
{
	struct network_tally t = tally(0, 0, 2);

	(void)state;
	t.untrusted = 5;
	assert_true(network_judge_interception(&t));
	t.untrusted = 1;
	assert_false(network_judge_interception(&t));
	t = tally(1, 0, 2);
	t.untrusted = 5;
	assert_false(network_judge_interception(&t));
}

static void
notes_say_what_a_control_is_for(void **state)
{
	struct control_want want;

	(void)state;
	assert_int_equal(control_parse("foreign", &want), 0);
	assert_int_equal(want.kind, CONTROL_FOREIGN);
	assert_int_equal(control_parse("domestic:KZ", &want), 0);
	assert_int_equal(want.kind, CONTROL_DOMESTIC);
	assert_string_equal(want.country, "KZ");
	assert_int_equal(control_parse("portal status=204", &want), 0);
	assert_int_equal(want.status, 204);
	/* printf success | sha256sum; printf 'success\n' | sha256sum */
	assert_int_equal(control_parse("portal body=success", &want), 0);
	assert_string_equal(want.body_sha256,
	    "aee408847d35e44e99430f0979c3357b85fe8dbb4535a494301198adbee85f27");
	assert_string_equal(want.body_sha256_newline,
	    "81b2bd4ea98c8db66554fbc8d7637a1a69a130f331feb732b75caab4c4868fd5");
}

static void
other_notes_are_refused(void **state)
{
	static const char *const bad[] = {"", "foreigner", "domestic:", "domestic:KAZ", "portal",
	    "portal status=", "portal status=99", "portal status=2x4", "portal body=", "portal x"};
	struct control_want want;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (control_parse(bad[i], &want) == 0)
			fail_msg("'%s' was taken", bad[i]);
}

/* --- one control's outcome ------------------------------------------------------------------- */

static struct control_outcome
outcome_of(struct measurement *m, const char *notes)
{
	struct control_want want;
	struct control_outcome out;

	assert_int_equal(control_parse(notes, &want), 0);
	control_judge(m, &want, &out);
	measurement_free(m);
	return out;
}

static struct measurement *
answered(int code)
{
	struct measurement *m = measurement_new();

	ARENA_PUSH(m->arena, m->requests, m->nrequests)->code = code;
	return m;
}

static struct measurement *
shook(const char *failure)
{
	struct measurement *m = measurement_new();

	ARENA_PUSH(m->arena, m->tls, m->ntls)->failure = failure;
	return m;
}

static void
a_portal_control_wants_its_own_answer(void **state)
{
	(void)state;
	assert_true(outcome_of(answered(204), "portal status=204").ok);
	assert_false(outcome_of(answered(302), "portal status=204").ok);
	assert_int_equal(outcome_of(answered(302), "portal status=204").code, 302);
}

static void
a_control_is_reached_by_a_valid_handshake_only(void **state)
{
	(void)state;
	assert_true(outcome_of(shook(NULL), "foreign").ok);
	assert_false(outcome_of(shook("connection_reset"), "foreign").ok);
	assert_true(outcome_of(shook("ssl_unknown_authority"), "foreign").untrusted);
	assert_false(outcome_of(shook("ssl_unknown_authority"), "foreign").ok);
	assert_string_equal(outcome_of(shook("eof_error"), "foreign").failure, "eof_error");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(controls_that_answer_mean_online),
	    cmocka_unit_test(silence_is_a_shutdown_only_behind_a_living_gateway),
	    cmocka_unit_test(a_resolver_that_replies_is_no_silence),
	    cmocka_unit_test(a_word_of_the_router_shows_that_it_lives),
	    cmocka_unit_test(the_router_and_this_machine_are_not_beyond),
	    cmocka_unit_test(only_domestic_controls_mean_a_foreign_cut),
	    cmocka_unit_test(wrong_pages_alone_mean_a_portal),
	    cmocka_unit_test(a_target_that_is_reached_shows_that_the_line_works),
	    cmocka_unit_test(without_controls_nothing_is_known),
	    cmocka_unit_test(between_two_looks_the_worse_one_counts),
	    cmocka_unit_test(ipv6_is_told_apart),
	    cmocka_unit_test(interception_is_local_only_when_every_control_shows_it),
	    cmocka_unit_test(notes_say_what_a_control_is_for),
	    cmocka_unit_test(other_notes_are_refused),
	    cmocka_unit_test(a_portal_control_wants_its_own_answer),
	    cmocka_unit_test(a_control_is_reached_by_a_valid_handshake_only),
	};

	return cmocka_run_group_tests_name("network", tests, NULL, NULL);
}
