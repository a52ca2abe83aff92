/* What trials come to: counts, places, and how likely chance is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "results/facts.h"
#include "results/flow.h"
#include "results/trials.h"
#include "tests/verdict_case.h"

/* --- chance ------------------------------------------------------------------------------------ */

static void
fishers_test_gives_the_published_values(void **state)
{
	static const struct {
		int a, n1, b, n2;
		double p;
	} cases[] = {
	    /* The lady tasting tea: Fisher, The Design of Experiments, 1935. */
	    {3, 4, 1, 4, 17.0 / 70}, {4, 4, 0, 4, 1.0 / 70},
	    /* Convictions of like-sex twins: the example of fisher.test in R, after Fisher, which gives 0.0004652. */
	    {10, 13, 2, 17, 0.000465181},
	    /* From binomial coefficients. */
	    {4, 11, 0, 8, 330.0 / 3876}, {5, 14, 0, 16, 0.0140485313}, {1, 14, 0, 16, 14.0 / 30},
	    {2, 3, 3, 3, 1.0}, {100, 200, 0, 200, 4.0389999832827523e-38},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		double p = trials_fisher(cases[i].a, cases[i].n1, cases[i].b, cases[i].n2);

		if (fabs(p / cases[i].p - 1) > 1e-4)
			fail_msg("%d of %d against %d of %d: %g, not %g", cases[i].a, cases[i].n1,
			    cases[i].b, cases[i].n2, p, cases[i].p);
	}
}

static void
where_there_is_nothing_to_compare_chance_is_certain(void **state)
{
	struct sni_facts sni;
	struct measurement *m = target_at_home();

	(void)state;
	assert_true(trials_fisher(0, 0, 0, 0) == 1);
	assert_true(trials_fisher(3, 3, 0, 0) == 1);
	assert_true(trials_fisher(0, 0, 3, 3) == 1);
	assert_true(trials_fisher(0, 5, 0, 5) == 1);
	trials_sni(m, &sni);
	assert_true(sni.p_own == 1 && sni.p_away == 1);
	assert_int_equal(sni.target.n + sni.control.n + sni.places, 0);
	measurement_free(m);
}

/* --- replies ----------------------------------------------------------------------------------- */

static void
a_reply_is_what_became_of_the_greeting(void **state)
{
	static const struct {
		const char *failure, *step;
		int alert;
		enum reply reply;
	} cases[] = {
	    {NULL, "done", -1, REPLY_SERVER},
	    {UNTRUSTED, "done", -1, REPLY_SERVER},
	    {"ssl_failed_handshake", "server_hello_received", -1, REPLY_SERVER},
	    {"ssl_failed_handshake", "client_hello_sent", -1, REPLY_OTHER},
	    {RESET, "client_hello_sent", -1, REPLY_RESET},
	    {"eof_error", "client_hello_sent", -1, REPLY_CLOSE},
	    {"eof_error", "client_hello_sent", 40, REPLY_ALERT},
	    {TIMEOUT, "client_hello_sent", -1, REPLY_SILENCE},
	    {"timed_out", "client_hello_sent", -1, REPLY_SILENCE},
	    {"interrupted", "client_hello_sent", -1, REPLY_NONE},
	    {"interrupted", "client_hello_sent", 40, REPLY_NONE},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct tls_handshake tls = {.failure = cases[i].failure,
		    .step = cases[i].step, .alert = cases[i].alert};

		assert_int_equal(trials_reply(&tls), cases[i].reply);
	}
}

static void
only_tags_of_that_very_name_count(void **state)
{
	struct measurement *m = target_at_home();
	struct common c = {0};

	(void)state;
	assert_false(trials_why(&c, "sni_own"));
	why(m, &c, "sni_own");
	assert_true(trials_why(&c, "sni_own"));
	assert_false(trials_why(&c, "sni_ow"));
	assert_false(trials_why(&c, "sni_own_"));
	assert_false(trials_why(&c, ""));
	measurement_free(m);
}

/* --- server names ------------------------------------------------------------------------------ */

static void
first_attempts_and_turns_add_up(void **state)
{
	struct measurement *m = target_at_home();
	struct sni_facts sni;

	(void)state;
	shakes(m, HOME, RESET);
	shakes(m, HOME, RESET);
	shakes(m, "203.0.113.9", TIMEOUT); /* another address: not the one that is tested */
	try_pairs(m, 3, NULL, RESET);
	try_tls(m, "sni_target", HOME, "interrupted");
	try_connect(m, "sni_target", HOME, TIMEOUT);
	trials_sni(m, &sni);
	assert_int_equal(sni.target.n, 5);
	assert_int_equal(sni.target.bad, 5);
	assert_int_equal(sni.target.by[REPLY_RESET], 5);
	assert_int_equal(sni.target.by[REPLY_NO_TCP], 1);
	assert_int_equal(sni.target.kind, REPLY_RESET);
	assert_int_equal(sni.control.n, 3);
	assert_int_equal(sni.control.server, 3);
	assert_int_equal(sni.control.kind, REPLY_NONE);
	assert_true(fabs(sni.p_own - 1.0 / 56) < 1e-9);
	measurement_free(m);
}

static void
each_landmark_is_judged_by_its_own_before_and_after(void **state)
{
	static const struct {
		const char *before, *target, *canary, *after;
		int places, bad, dead, fine;
	} cases[] = {
	    {NULL, RESET, NULL, NULL, 1, 1, 0, 0},
	    {NULL, RESET, "eof_error", NULL, 1, 0, 0, 0}, /* nobody's is treated badly, but otherwise */
	    {NULL, RESET, RESET, NULL, 0, 0, 0, 0}, /* strangers' names are reset there */
	    {NULL, TIMEOUT, TIMEOUT, TIMEOUT, 1, 0, 1, 0},
	    {NULL, NULL, NULL, NULL, 1, 0, 0, 1},
	    {RESET, RESET, NULL, NULL, 0, 0, 0, 0}, /* it did not answer to begin with */
	};
	struct sni_facts sni;
	struct measurement *m;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		m = target_at_home();
		try_tls(m, "sni_own", PLACE_1, cases[i].before);
		try_tls(m, "sni_away", PLACE_1, cases[i].target);
		try_tls(m, "sni_away_canary", PLACE_1, cases[i].canary);
		try_tls(m, "sni_own", PLACE_1, cases[i].after);
		trials_sni(m, &sni);
		if (sni.places != cases[i].places || sni.away_bad != cases[i].bad ||
		    sni.away_dead != cases[i].dead || sni.away_fine != cases[i].fine)
			fail_msg("case %zu: %d places, %d bad, %d dead, %d fine", i, sni.places,
			    sni.away_bad, sni.away_dead, sni.away_fine);
		measurement_free(m);
	}
}

/* A censor that punishes: the address is dead, by TCP already. */
static void
a_landmark_that_cannot_be_connected_to_afterwards_is_dead(void **state)
{
	struct measurement *m = target_at_home();
	struct sni_facts sni;

	(void)state;
	try_tls(m, "sni_own", PLACE_1, NULL);
	try_tls(m, "sni_away", PLACE_1, RESET);
	try_connect(m, "sni_away_canary", PLACE_1, TIMEOUT);
	try_connect(m, "sni_own", PLACE_1, TIMEOUT);
	trials_sni(m, &sni);
	assert_int_equal(sni.away_dead, 1);
	assert_int_equal(sni.first_away, REPLY_RESET);
	measurement_free(m);
}

/* --- the rest ---------------------------------------------------------------------------------- */

static void
connects_in_turns_are_counted(void **state)
{
	struct measurement *m = target_at_home();
	struct tcp_pairs tcp;
	int i;

	(void)state;
	for (i = 0; i < 3; i++) {
		try_connect(m, "tcp_target", HOME, TIMEOUT);
		try_connect(m, "tcp_own", PLACE_1, i == 0 ? TIMEOUT : NULL);
	}
	try_connect(m, "tcp_own", PLACE_1, "interrupted");
	try_connect(m, "tcp_80", HOME, NULL);
	trials_tcp(m, &tcp);
	assert_int_equal(tcp.n, 3);
	assert_int_equal(tcp.target_bad, 3);
	assert_int_equal(tcp.landmark_bad, 1);
	assert_true(tcp.port_80_asked && tcp.port_80);
	measurement_free(m);
}

static void
look_ups_are_counted(void **state)
{
	struct measurement *m = target_at_home();
	struct dns_trials dns;

	(void)state;
	try_query(m, "dns_target", NXDOMAIN, "");
	try_query(m, "dns_target", TIMEOUT, "");
	try_query(m, "dns_target", NULL, HOME);
	try_query(m, "dns_control", NULL, PLACE_1);
	try_query(m, "dns_control", TIMEOUT, "");
	try_query(m, "dns_control", "interrupted", "");
	try_query(m, "dns_nonexistent", NULL, HOME);
	try_query(m, "dns_nowhere", TIMEOUT, "");
	try_query(m, "dns_nowhere_control", NXDOMAIN, "");
	trials_dns(m, &dns);
	assert_int_equal(dns.target_n, 3);
	assert_int_equal(dns.target_silent, 1);
	assert_int_equal(dns.target_denied, 1);
	assert_int_equal(dns.control_n, 2);
	assert_int_equal(dns.control_answered, 1);
	assert_true(dns.nonexistent_asked && dns.nonexistent_answered && dns.wildcard_same);
	assert_false(dns.nowhere_answered);
	/* A denial is an answer, too: somebody is there. */
	assert_true(dns.nowhere_control_answered);
	assert_false(dns.late_truth);
	measurement_free(m);
}

static void
a_host_is_judged_by_what_nobodys_name_gets(void **state)
{
	struct measurement *m = target(PLAIN);
	struct host_trials host;
	struct http_request *r = page(m, PLAIN, NULL, 200);

	(void)state;
	r->body_sha256 = arena_strdup(m->arena, "notice");
	r->body_length = 100;
	try_get(m, "host_own", PLACE_1, NULL, "own");
	try_get(m, "host_away", PLACE_1, NULL, "notice");
	try_get(m, "host_canary", PLACE_1, NULL, "own");
	try_get(m, "host_own", PLACE_2, RESET, NULL); /* not usable */
	try_get(m, "host_away", PLACE_2, RESET, NULL);
	try_get(m, "host_canary", PLACE_2, NULL, "own");
	try_get(m, "host_control", HOME, RESET, NULL);
	trials_host(m, &host);
	assert_int_equal(host.places, 1);
	assert_int_equal(host.away_page, 1);
	assert_int_equal(host.away_bad, 0);
	assert_int_equal(host.away_other, 0);
	assert_int_equal(host.control_n, 1);
	assert_int_equal(host.control_bad, 1);
	measurement_free(m);
}

/* A page that differs each time it is sent: what matters are the status, the title, and about the length. */
static void
pages_are_the_same_if_their_titles_and_lengths_are(void **state)
{
	static const struct {
		const char *title;
		int64_t length;
		int code;
		bool same;
	} cases[] = {{"Blocked", 1010, 200, true}, {"Blocked", 2000, 200, false},
	    {"Welcome", 1010, 200, false}, {"Blocked", 1010, 403, false}};
	struct address_trials address;
	struct http_request *a, *b;
	struct measurement *m;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		m = target(PLAIN);
		a = try_get(m, "address_page", LIE, NULL, "one");
		a->title = arena_strdup(m->arena, "Blocked");
		a->body_length = 1000;
		b = try_get(m, "address_canary", LIE, NULL, "another");
		b->title = arena_strdup(m->arena, cases[i].title);
		b->body_length = cases[i].length;
		b->code = cases[i].code;
		trials_address(m, &address);
		assert_true(address.asked && address.answered);
		assert_int_equal(address.any_name, cases[i].same);
		measurement_free(m);
	}
}

static void
redirects_are_the_same_but_for_their_query(void **state)
{
	static const struct {
		const char *to;
		bool same;
	} cases[] = {{"http://warning.example/page?id=2", true}, {"http://warning.example/page", true},
	    {"http://warning.example/other?id=1", false}, {"http://warning.example/page2", false}};
	struct address_trials address;
	struct http_request *r;
	struct measurement *m;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		m = target(PLAIN);
		r = try_get(m, "address_page", LIE, NULL, "one");
		r->location = arena_strdup(m->arena, "http://warning.example/page?id=1");
		r = try_get(m, "address_canary", LIE, NULL, "one");
		r->location = arena_strdup(m->arena, cases[i].to);
		trials_address(m, &address);
		assert_int_equal(address.any_name, cases[i].same);
		measurement_free(m);
	}
}

static void
rates_are_medians_of_pages_long_enough(void **state)
{
	struct measurement *m = target_at_home();
	struct flow_trials flow;
	struct http_request *r;

	(void)state;
	try_flow(m, "flow_target", 10000);
	try_flow(m, "flow_target", 30000);
	try_flow(m, "flow_target", 20000);
	r = &m->confirm->requests[m->confirm->nrequests - 1];
	assert_true(fabs(flow_rate(r) - 20000) < 1);
	try_flow(m, "flow_control", 100000);
	try_flow(m, "flow_control", 200000);
	try_flow(m, "flow_own", 0);
	trials_flow(m, &flow);
	assert_int_equal(flow.target.n, 3);
	assert_true(fabs(flow.target.rate - 20000) < 1);
	assert_true(fabs(flow.control.rate - 150000) < 1);
	assert_true(flow.target_always_slower);
	assert_int_equal(flow.own.cut, 1);
	assert_int_equal(flow.own.n, 0);
	assert_true(isnan(flow.own.rate) && isnan(flow.away.rate));
	assert_false(flow.away_always_slower);
	try_flow(m, "flow_control", 25000);
	trials_flow(m, &flow);
	assert_false(flow.target_always_slower);
	measurement_free(m);
}

/* Most of the time went by before it began: the rest is too short to tell. */
static void
of_a_page_that_began_late_the_handshake_counts(void **state)
{
	struct measurement *m = target_at_home();
	struct http_request *r;

	(void)state;
	try_flow(m, "flow_target", 20000);
	r = &m->confirm->requests[0];
	r->failure = TIMEOUT;
	r->body_length = 0;
	r->c.t0 = 0;
	r->c.t = 5;
	r->first_byte_s = r->last_byte_s = 4;
	assert_true(fabs(flow_rate(r) - 16384 / 5.0) < 1);
	r->first_byte_s = r->last_byte_s = 1;
	assert_true(fabs(flow_rate(r) - 4096) < 1);
	measurement_free(m);
}

/* Ours ran out while it still came: slow, not cut. Nothing for most of the time: cut. */
static void
a_slow_page_is_not_a_cut_one(void **state)
{
	struct measurement *m = target_at_home();
	struct flow_trials flow;
	struct http_request *r;

	(void)state;
	try_flow(m, "flow_target", 20000);
	r = &m->confirm->requests[0];
	r->failure = TIMEOUT;
	r->c.t = 6;
	r->last_byte_s = 5.9;
	trials_flow(m, &flow);
	assert_int_equal(flow.target.cut, 0);
	r->last_byte_s = 2;
	trials_flow(m, &flow);
	assert_int_equal(flow.target.cut, 1);
	measurement_free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(fishers_test_gives_the_published_values),
	    cmocka_unit_test(where_there_is_nothing_to_compare_chance_is_certain),
	    cmocka_unit_test(a_reply_is_what_became_of_the_greeting),
	    cmocka_unit_test(only_tags_of_that_very_name_count),
	    cmocka_unit_test(first_attempts_and_turns_add_up),
	    cmocka_unit_test(each_landmark_is_judged_by_its_own_before_and_after),
	    cmocka_unit_test(a_landmark_that_cannot_be_connected_to_afterwards_is_dead),
	    cmocka_unit_test(connects_in_turns_are_counted),
	    cmocka_unit_test(look_ups_are_counted),
	    cmocka_unit_test(a_host_is_judged_by_what_nobodys_name_gets),
	    cmocka_unit_test(pages_are_the_same_if_their_titles_and_lengths_are),
	    cmocka_unit_test(redirects_are_the_same_but_for_their_query),
	    cmocka_unit_test(rates_are_medians_of_pages_long_enough),
	    cmocka_unit_test(of_a_page_that_began_late_the_handshake_counts),
	    cmocka_unit_test(a_slow_page_is_not_a_cut_one),
	};

	return cmocka_run_group_tests_name("trials", tests, NULL, NULL);
}
