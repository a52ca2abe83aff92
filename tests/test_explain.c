/* What an explanation promises: words for every rule, that claim no more than it proves; numbers as the record has them; one screen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/table.h"
#include "probe/explain_screen.h"
#include "results/baseline.h"
#include "results/explain.h"
#include "results/measurement.h"
#include "results/rule_words.h"
#include "results/vantage.h"

/* --- words ------------------------------------------------------------------------------------ */

static void
every_rule_has_its_words(void **state)
{
	const struct rule_words *words;
	const char *rule;
	size_t i;

	(void)state;
	for (i = 0; (rule = verdict_rule_name(i)) != NULL; i++) {
		words = rule_words_find(rule);
		if (words == NULL)
			fail_msg("results/rule_words.c has nothing on %s", rule);
		assert_true(strlen(words->meaning) > 20);
		if (verdict_rule_status(i) != VERDICT_OK && words->remedies[0] == REMEDY_NONE)
			fail_msg("%s: what would settle it?", rule);
		/* Whoever suspects must say what else it could be. */
		if ((verdict_rule_status(i) == VERDICT_BLOCKED || verdict_rule_status(i) == VERDICT_LIKELY_BLOCKED) &&
		    words->causes[0] == CAUSE_NONE)
			fail_msg("%s: what else could it be?", rule);
	}
	assert_true(i > 60);
	assert_null(rule_words_find("no_such_rule"));
	assert_null(rule_words_find(NULL));
}

static void
every_status_has_words_for_rules_of_others(void **state)
{
	unsigned status;

	(void)state;
	for (status = VERDICT_NONE; status < VERDICT_STATUS_MAX; status++)
		assert_non_null(rule_words("no_such_rule", (enum verdict_status)status)->meaning);
}

static void
every_cause_remedy_and_mechanism_has_words(void **state)
{
	unsigned i;

	(void)state;
	for (i = CAUSE_NONE + 1; i < CAUSE_MAX; i++)
		assert_non_null(cause_words((enum cause)i));
	for (i = REMEDY_NONE + 1; i < REMEDY_MAX; i++)
		assert_non_null(remedy_words((enum remedy)i));
	for (i = 0; i < MECHANISM_MAX; i++)
		assert_non_null(mechanism_seen((enum mechanism)i));
}

/* A resolver, a connection or a page does something; nobody in particular is named. */
static void
nobody_in_particular_is_accused(void **state)
{
	static const char *const names[] = {"government", "state ", "police", "censor", "authorities", "your provider blocks"};
	const char *rule, *meaning;
	size_t i, k;

	(void)state;
	for (i = 0; (rule = verdict_rule_name(i)) != NULL; i++) {
		meaning = rule_words_find(rule)->meaning;
		for (k = 0; k < sizeof(names) / sizeof(names[0]); k++)
			if (strstr(meaning, names[k]) != NULL)
				fail_msg("%s speaks of \"%s\"", rule, names[k]);
	}
}

/* --- building --------------------------------------------------------------------------------- */

static struct measurement *
target(const char *url, enum verdict_status status, enum mechanism mechanism, const char *rule)
{
	struct measurement *m = measurement_new();

	m->input = arena_strdup(m->arena, url);
	m->context.network = NETWORK_ONLINE;
	m->context.foreign_asked = m->context.foreign_ok = 4;
	m->verdict.status = status;
	m->verdict.mechanism = mechanism;
	*ARENA_PUSH(m->arena, m->verdict.evidence, m->verdict.nevidence) = rule;
	return m;
}

static struct query *
query(struct measurement *m, enum resolver_role role, const char *resolver, const char *failure, const char *ip)
{
	struct query *q = ARENA_PUSH(m->arena, m->queries, m->nqueries);
	struct answer *a;

	q->c.transaction_id = (int64_t)m->nqueries;
	q->c.t = 0.012;
	q->c.attempt = 1;
	q->role = role;
	q->query_type = arena_strdup(m->arena, "A");
	q->resolver_address = arena_strdup(m->arena, resolver);
	q->failure = failure;
	if (ip == NULL)
		return q;
	a = ARENA_PUSH(m->arena, q->answers, q->nanswers);
	a->address = arena_strdup(m->arena, ip);
	return q;
}

static void
tag(struct measurement *m, struct common *c, const char *why)
{
	if (why != NULL)
		*ARENA_PUSH(m->arena, c->tags, c->ntags) = arena_printf(m->arena, "why=%s", why);
}

/* A connection and, with a name, its handshake. */
static void
handshake(struct measurement *m, const char *why, const char *ip, const char *name, const char *failure, double took_s)
{
	struct tcp_connect *tcp = ARENA_PUSH(m->arena, m->tcp, m->ntcp);
	struct tls_handshake *tls;

	tcp->c.transaction_id = 100 + (int64_t)m->ntcp;
	tcp->ip = arena_strdup(m->arena, ip);
	tcp->port = 443;
	tag(m, &tcp->c, why);
	if (name == NULL) {
		tcp->failure = failure;
		tcp->c.t = took_s;
		return;
	}
	tls = ARENA_PUSH(m->arena, m->tls, m->ntls);
	tls->c.transaction_id = tcp->c.transaction_id;
	tls->c.t = took_s;
	tls->server_name = arena_strdup(m->arena, name);
	tls->failure = failure;
	tls->step = failure != NULL ? "client_hello_sent" : "done";
	tls->alert = -1;
	tag(m, &tls->c, why);
}

/* The outcome of the only step that was that; fails when there is none or another, too. */
static const char *
outcome(const struct explanation *e, const char *what)
{
	const char *found = NULL;
	size_t i;

	for (i = 0; i < e->nsteps; i++)
		if (strcmp(e->steps[i].what, what) == 0) {
			if (found != NULL)
				fail_msg("two steps are \"%s\"", what);
			found = e->steps[i].outcome;
		}
	if (found == NULL)
		fail_msg("no step is \"%s\"", what);
	return found;
}

static bool
says(const char **texts, size_t n, const char *part)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strstr(texts[i], part) != NULL)
			return true;
	return false;
}

/* The screen as text, to free. */
static char *
screen(struct measurement *m, int width, bool colour)
{
	struct explanation e;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	explain_record(m, &e);
	explain_screen(m, &e, out, width, colour);
	assert_int_equal(fclose(out), 0);
	return text;
}

/* --- folding ---------------------------------------------------------------------------------- */

static void
attempts_that_came_to_the_same_are_one_step(void **state)
{
	struct measurement *m = target("https://site.example/", VERDICT_BLOCKED, TLS_SNI_RESET, "name_fails_elsewhere_too");
	struct explanation e;

	(void)state;
	handshake(m, NULL, "192.0.2.1", "site.example", "connection_reset", 0.004);
	handshake(m, NULL, "192.0.2.1", "site.example", "connection_reset", 0.223);
	handshake(m, NULL, "192.0.2.1", "site.example", "connection_reset", 0.010);
	explain_record(m, &e);
	assert_int_equal(e.nsteps, 1);
	assert_string_equal(e.steps[0].group, "connection");
	assert_string_equal(outcome(&e, "192.0.2.1"), "reset after the site's name was sent, 3 of 3 times");
	assert_string_equal(explain_time(m->arena, &e.steps[0]), "4 to 223 ms");
	assert_int_equal(e.steps[0].how, EXPLAIN_BAD);
	assert_string_equal(e.verdict, "blocked: reset at TLS");
	assert_non_null(strstr(e.meaning, "carries it is reset"));
	measurement_free(m);
}

static void
attempts_that_differ_are_counted_apart(void **state)
{
	struct measurement *m = target("https://site.example/", VERDICT_INSUFFICIENT, MECHANISM_NONE, "tls_fails");
	struct explanation e;

	(void)state;
	handshake(m, NULL, "192.0.2.1", "site.example", "generic_timeout_error", 10.0);
	handshake(m, NULL, "192.0.2.1", "site.example", "connection_reset", 0.5);
	handshake(m, NULL, "192.0.2.1", NULL, "connection_refused", 0.5);
	explain_record(m, &e);
	assert_string_equal(outcome(&e, "192.0.2.1"), "silence after the site's name was sent, 1 of 3 times; "
						      "reset after the site's name was sent, 1 of 3 times; refused, 1 of 3 times");
	assert_string_equal(explain_time(m->arena, &e.steps[0]), "500 ms to 10.0 s");
	measurement_free(m);
}

static void
places_where_the_same_happened_share_a_step(void **state)
{
	struct measurement *m = target("https://site.example/", VERDICT_BLOCKED, TLS_SNI_RESET, "name_fails_elsewhere_too");
	struct measurement *c = measurement_confirm(m);
	struct explanation e;

	(void)state;
	handshake(c, "sni_own", "192.0.2.7", "one.example", NULL, 0.1);
	handshake(c, "sni_away", "192.0.2.7", "site.example", "connection_reset", 0.1);
	handshake(c, "sni_own", "192.0.2.8", "two.example", NULL, 0.1);
	handshake(c, "sni_away", "192.0.2.8", "site.example", "connection_reset", 0.1);
	handshake(c, "sni_own", "192.0.2.9", "three.example", NULL, 0.1);
	handshake(c, "sni_away", "192.0.2.9", "site.example", NULL, 0.1);
	explain_record(m, &e);
	assert_string_equal(outcome(&e, "the site's name at the unrelated one.example and two.example"), "reset");
	assert_string_equal(outcome(&e, "the site's name at the unrelated three.example"), "answered");
	assert_string_equal(outcome(&e, "the own name of one.example, two.example and three.example"), "answered");
	measurement_free(m);
}

static void
thousands_of_addresses_fit_a_screen(void **state)
{
	struct measurement *m = target("https://site.example/", VERDICT_INSUFFICIENT, TCP_TIMEOUT, "tcp_fails");
	struct explanation e;
	char ip[32], failure[64];
	int i;

	(void)state;
	for (i = 0; i < 5000; i++) {
		snprintf(ip, sizeof(ip), "198.18.%d.%d", i / 250, i % 250);
		snprintf(failure, sizeof(failure), "unknown_failure: %d", i);
		handshake(m, NULL, ip, NULL, arena_strdup(m->arena, failure), 0.1);
	}
	explain_record(m, &e);
	assert_true(e.nsteps < 20);
	assert_string_equal(e.steps[e.nsteps - 1].outcome, "left out here; see the record");
	measurement_free(m);
}

/* --- look-ups --------------------------------------------------------------------------------- */

static void
resolvers_are_told_with_what_they_said(void **state)
{
	struct measurement *m = target("https://site.example/", VERDICT_BLOCKED, DNS_BOGON, "bogon_site_proven");
	struct explanation e;
	struct query *second;

	(void)state;
	query(m, RESOLVER_DOH, "https://doh.example/dns-query", NULL, "192.0.2.1");
	query(m, RESOLVER_SYSTEM, "192.0.2.53:53", NULL, "10.10.34.36");
	query(m, RESOLVER_SECOND, "192.0.2.54:53", "dns_nxdomain_error", NULL);
	second = ARENA_PUSH(m->arena, m->duplicates, m->nduplicates);
	*second = m->queries[0];
	second->c.transaction_id = 2;
	explain_record(m, &e);
	assert_string_equal(e.steps[0].what, "your resolver (192.0.2.53)");
	assert_string_equal(e.steps[0].outcome, "10.10.34.36 (no public site's)");
	assert_string_equal(outcome(&e, "another resolver (192.0.2.54)"), "\"no such name\"");
	assert_string_equal(outcome(&e, "resolver over HTTPS (doh.example)"), "192.0.2.1");
	assert_string_equal(e.steps[3].what, "your resolver (192.0.2.53)");
	assert_string_equal(e.steps[3].outcome, "then came a second answer to one question: 192.0.2.1");
	measurement_free(m);
}

/* --- alternatives and remedies ---------------------------------------------------------------- */

static void
what_is_in_the_record_is_not_asked_for(void **state)
{
	struct measurement *m = target("https://site.example/", VERDICT_INSUFFICIENT, TCP_TIMEOUT, "tcp_fails");
	struct explanation e;

	(void)state;
	explain_record(m, &e);
	assert_true(says(e.would_settle, e.nwould_settle, "netvane check --control HELPER --url https://site.example/"));
	assert_true(says(e.would_settle, e.nwould_settle, "A week of rounds"));
	m->control = arena_alloc(m->arena, sizeof(*m->control));
	m->control->answered = true;
	m->baseline = baseline_new(m->arena);
	m->baseline->measured = m->baseline->ok = 28;
	m->baseline->days = 7;
	explain_record(m, &e);
	assert_false(says(e.would_settle, e.nwould_settle, "--control"));
	assert_false(says(e.would_settle, e.nwould_settle, "A week of rounds"));
	assert_true(says(e.would_settle, e.nwould_settle, "netvane check --url https://site.example/"));
	assert_non_null(strstr(outcome(&e, "reached"), "28 of 28 rounds on 7 days"));
	measurement_free(m);
}

static void
circumstances_add_explanations(void **state)
{
	struct measurement *m = target("https://site.example/", VERDICT_BLOCKED, DNS_INJECTION, "injected_site_proven");
	struct explanation e;

	(void)state;
	m->verdict.stage = STAGE_DNS;
	explain_record(m, &e);
	assert_false(says(e.alternatives, e.nalternatives, "A resolver that you"));
	assert_false(says(e.alternatives, e.nalternatives, "A fault of your line"));
	*ARENA_PUSH(m->arena, m->verdict.evidence, m->verdict.nevidence) = "resolver_on_own_network";
	m->context.network = NETWORK_DEGRADED;
	explain_record(m, &e);
	assert_true(says(e.alternatives, e.nalternatives, "A resolver that you"));
	assert_true(says(e.alternatives, e.nalternatives, "A fault of your line"));
	measurement_free(m);
}

static void
a_site_that_was_reached_needs_no_excuse(void **state)
{
	struct measurement *m = target("https://site.example/", VERDICT_OK, MECHANISM_NONE, "tls_valid");
	struct explanation e;

	(void)state;
	explain_record(m, &e);
	assert_string_equal(e.verdict, "reached");
	assert_int_equal(e.nalternatives, 0);
	assert_int_equal(e.nwould_settle, 0);
	measurement_free(m);
}

static void
a_rule_that_we_do_not_have_is_told_by_its_status(void **state)
{
	struct measurement *m = target("https://site.example/", VERDICT_BLOCKED, DNS_INJECTION, "two_answers_site_proven");
	struct explanation e;

	(void)state;
	explain_record(m, &e);
	assert_string_equal(e.rule, "two_answers_site_proven");
	assert_non_null(strstr(e.meaning, "by a rule that this version of netvane does not have"));
	measurement_free(m);
}

static void
oonis_verdict_is_told_as_oonis(void **state)
{
	struct measurement *m = target("https://site.example/", VERDICT_NONE, MECHANISM_NONE, "");
	struct explanation e;

	(void)state;
	m->has_x = false;
	m->ooni.blocking = "dns";
	m->ooni.accessible = 0;
	explain_record(m, &e);
	assert_string_equal(e.rule, "ooni_stored_verdict");
	assert_int_equal(m->verdict.status, VERDICT_LIKELY_BLOCKED);
	assert_non_null(strstr(e.meaning, "netvane has not judged"));
	assert_true(says(e.alternatives, e.nalternatives, "A false alarm"));
	m->ooni.blocking = "false";
	m->ooni.accessible = 1;
	explain_record(m, &e);
	assert_int_equal(m->verdict.status, VERDICT_OK);
	assert_int_equal(e.nalternatives, 0);
	measurement_free(m);
}

/* --- the screen ------------------------------------------------------------------------------- */

static void
lines_fit_the_terminal(void **state)
{
	struct measurement *m = target("https://site.example/", VERDICT_LIKELY_BLOCKED, TLS_SNI_RESET, "only_this_name_fails");
	int widths[] = {50, 80, 100}, lines;
	char *text, *line, *save;
	size_t i;

	(void)state;
	query(m, RESOLVER_SYSTEM, "192.0.2.53:53", NULL, "192.0.2.1");
	handshake(m, NULL, "192.0.2.1", "site.example", "connection_reset", 0.004);
	for (i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
		text = screen(m, widths[i], false);
		lines = 0;
		for (line = strtok_r(text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save), lines++)
			if (table_text_width(line) >= (size_t)widths[i] + 1)
				fail_msg("wider than %d: %s", widths[i], line);
		assert_true(lines >= 12 && (widths[i] < 80 || lines <= 40));
		free(text);
	}
	measurement_free(m);
}

static void
a_pages_title_cannot_drive_the_terminal(void **state)
{
	struct measurement *m = target("http://site.example/", VERDICT_OK, MECHANISM_NONE, "plain_page_unverified");
	struct http_request *r = ARENA_PUSH(m->arena, m->requests, m->nrequests);
	char *text;

	(void)state;
	r->url = arena_strdup(m->arena, "http://site.example/");
	r->code = 200;
	r->title = arena_strdup(m->arena, "\033[2Jgone\xff");
	text = screen(m, 80, false);
	assert_null(strchr(text, '\033'));
	assert_non_null(strstr(text, "\"?[2Jgone?\""));
	free(text);
	text = screen(m, 80, true);
	assert_null(strstr(text, "\033[2J"));
	free(text);
	measurement_free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_rule_has_its_words),
	    cmocka_unit_test(every_status_has_words_for_rules_of_others),
	    cmocka_unit_test(every_cause_remedy_and_mechanism_has_words),
	    cmocka_unit_test(nobody_in_particular_is_accused),
	    cmocka_unit_test(attempts_that_came_to_the_same_are_one_step),
	    cmocka_unit_test(attempts_that_differ_are_counted_apart),
	    cmocka_unit_test(places_where_the_same_happened_share_a_step),
	    cmocka_unit_test(thousands_of_addresses_fit_a_screen),
	    cmocka_unit_test(resolvers_are_told_with_what_they_said),
	    cmocka_unit_test(what_is_in_the_record_is_not_asked_for),
	    cmocka_unit_test(circumstances_add_explanations),
	    cmocka_unit_test(a_site_that_was_reached_needs_no_excuse),
	    cmocka_unit_test(a_rule_that_we_do_not_have_is_told_by_its_status),
	    cmocka_unit_test(oonis_verdict_is_told_as_oonis),
	    cmocka_unit_test(lines_fit_the_terminal),
	    cmocka_unit_test(a_pages_title_cannot_drive_the_terminal),
	};

	setlocale(LC_CTYPE, "");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
