/* Control results: which observation of a clean vantage stands in for a control, what makes one, and what is claimed with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "analysis/control_facts.h"
#include "analysis/control_judge.h"
#include "analysis/control_results.h"
#include "analysis/ingest.h"
#include "base/mem.h"
#include "results/measurement.h"
#include "results/vantage.h"

#define SITE "https://site.example/"
#define OTHER "https://other.example/"
#define SECOND INT64_C(1000000)
#define HOUR (3600 * SECOND)
/* 2026-11-22T00:00:00Z */
#define NOON (INT64_C(1795348800) * SECOND)

/* Records have texts that are not const. Freed at the end. */
static struct arena *texts;

static char *
text(const char *s)
{
	return arena_strdup(texts, s);
}

/* --- observations ---------------------------------------------------------------------------- */

/* A site that answers with this title and a page so long; well unless status says otherwise. */
static struct vantage
seen(const char *title, int64_t length, int status)
{
	struct vantage v = {.answered = true};

	v.http = (struct vantage_http){
	    .asked = true, .title = text(title), .body_length = length, .status_code = status};
	return v;
}

static void
add(struct control_results *r, const char *target, int64_t time_us, const char *id, const char *title)
{
	struct vantage v = seen(title, 100, 200);

	assert_true(control_results_add(r, target, time_us, id, &v));
}

/* The title of what is found; NULL nothing. */
static const char *
found(const struct control_results *r, const char *target, int64_t time_us, struct arena *arena)
{
	struct control_match match;

	if (control_results_find(r, target, time_us, NULL, arena, &match) != CONTROL_FOUND)
		return NULL;
	return match.vantage->http.title;
}

struct lab {
	struct control_results *r;
	struct arena *arena;
};

static struct lab
lab_new(void)
{
	return (struct lab){control_results_new(HOUR), arena_new()};
}

static void
lab_free(struct lab *lab)
{
	control_results_free(lab->r);
	arena_free(lab->arena);
}

static void
the_nearest_in_time_answers(void **state)
{
	struct lab lab = lab_new();
	struct control_match match;

	(void)state;
	/* In no order, as files come. */
	add(lab.r, SITE, NOON + 2000 * SECOND, "c", "late");
	add(lab.r, SITE, NOON, "a", "early");
	add(lab.r, SITE, NOON + 1000 * SECOND, "b", "middle");
	add(lab.r, OTHER, NOON + 900 * SECOND, "d", "other");
	control_results_finish(lab.r);
	assert_int_equal(control_results_targets(lab.r), 2);
	assert_string_equal(found(lab.r, SITE, NOON - SECOND, lab.arena), "early");
	assert_string_equal(found(lab.r, SITE, NOON + 499 * SECOND, lab.arena), "early");
	assert_string_equal(found(lab.r, SITE, NOON + 501 * SECOND, lab.arena), "middle");
	assert_string_equal(found(lab.r, SITE, NOON + 1000 * SECOND, lab.arena), "middle");
	assert_string_equal(found(lab.r, SITE, NOON + 5000 * SECOND, lab.arena), "late");
	assert_null(found(lab.r, "https://nobody.example/", NOON, lab.arena));
	assert_int_equal(control_results_find(lab.r, SITE, NOON + 1400 * SECOND, "x", lab.arena, &match), CONTROL_FOUND);
	assert_string_equal(match.id, "b");
	assert_int_equal(match.distance_us, 400 * SECOND);
	lab_free(&lab);
}

static void
of_two_as_near_the_earlier_answers(void **state)
{
	struct lab lab = lab_new();

	(void)state;
	add(lab.r, SITE, NOON + 100 * SECOND, "b", "after");
	add(lab.r, SITE, NOON - 100 * SECOND, "a", "before");
	add(lab.r, OTHER, NOON, "c", "first");
	add(lab.r, OTHER, NOON, "d", "second");
	control_results_finish(lab.r);
	assert_string_equal(found(lab.r, SITE, NOON, lab.arena), "before");
	assert_string_equal(found(lab.r, SITE, NOON + 1, lab.arena), "after");
	assert_string_equal(found(lab.r, OTHER, NOON, lab.arena), "first");
	assert_string_equal(found(lab.r, OTHER, NOON + HOUR, lab.arena), "first");
	lab_free(&lab);
}

static void
beyond_the_limit_nobody_answers(void **state)
{
	struct lab lab = lab_new();

	(void)state;
	add(lab.r, SITE, NOON, "a", "it");
	control_results_finish(lab.r);
	assert_non_null(found(lab.r, SITE, NOON + HOUR, lab.arena));
	assert_null(found(lab.r, SITE, NOON + HOUR + 1, lab.arena));
	assert_non_null(found(lab.r, SITE, NOON - HOUR, lab.arena));
	assert_null(found(lab.r, SITE, NOON - HOUR - 1, lab.arena));
	lab_free(&lab);
}

static void
a_record_is_not_its_own_control(void **state)
{
	struct lab lab = lab_new();
	struct control_match match;

	(void)state;
	add(lab.r, SITE, NOON, "own", "own");
	add(lab.r, SITE, NOON + SECOND, "other", "another");
	control_results_finish(lab.r);
	assert_int_equal(control_results_find(lab.r, SITE, NOON, "own", lab.arena, &match), CONTROL_FOUND);
	assert_string_equal(match.id, "other");
	lab_free(&lab);
}

static void
a_site_that_changed_in_between_has_no_control(void **state)
{
	struct lab lab = lab_new();
	struct vantage down = seen(NULL, -1, -1), error = seen("Oops", 10, 503);
	struct control_match match;

	(void)state;
	down.http.failure = text("connection_refused");
	add(lab.r, SITE, NOON, "a", "well");
	assert_true(control_results_add(lab.r, SITE, NOON + 1000 * SECOND, "b", &down));
	assert_true(control_results_add(lab.r, SITE, NOON + 2000 * SECOND, "c", &error));
	control_results_finish(lab.r);
	assert_int_equal(control_results_find(lab.r, SITE, NOON + 10 * SECOND, NULL, lab.arena, &match), CONTROL_CHANGED);
	/* At the very moment it is known. */
	assert_int_equal(control_results_find(lab.r, SITE, NOON + 1000 * SECOND, NULL, lab.arena, &match), CONTROL_FOUND);
	assert_string_equal(match.vantage->http.failure, "connection_refused");
	/* Out of order in two ways is out of order. */
	assert_int_equal(control_results_find(lab.r, SITE, NOON + 1100 * SECOND, NULL, lab.arena, &match), CONTROL_FOUND);
	lab_free(&lab);
}

static void
what_says_the_same_is_kept_once(void **state)
{
	struct lab lab = lab_new();
	struct vantage v;
	struct control_match match;
	char id[16];
	int i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		v = seen("Same", 1000 + i, 200);
		snprintf(id, sizeof(id), "r%d", i);
		assert_true(control_results_add(lab.r, SITE, NOON + i * HOUR, id, &v));
	}
	add(lab.r, SITE, NOON + 1000 * HOUR, "last", "Another");
	control_results_finish(lab.r);
	assert_int_equal(control_results_different(lab.r), 2);
	/* And yet each has its own id and the length of its page. */
	assert_int_equal(control_results_find(lab.r, SITE, NOON + 700 * HOUR + 1, NULL, lab.arena, &match), CONTROL_FOUND);
	assert_string_equal(match.id, "r700");
	assert_int_equal(match.vantage->http.body_length, 1700);
	lab_free(&lab);
}

static void
what_a_site_writes_comes_back_whatever_it_is(void **state)
{
	struct lab lab = lab_new();

	(void)state;
	add(lab.r, SITE, NOON, "a", "\xcf\xf0\xe8 \"quoted\"\n");
	control_results_finish(lab.r);
	assert_string_equal(found(lab.r, SITE, NOON, lab.arena), "\xcf\xf0\xe8 \"quoted\"\n");
	lab_free(&lab);
}

/* --- from records ---------------------------------------------------------------------------- */

static struct record
record_of(struct measurement *m, const char *url)
{
	struct record record = {.kind = RECORD_TARGET, .m = m};
	char error[TARGET_ERROR_SIZE];

	m->input = arena_strdup(m->arena, url);
	m->start_us = NOON;
	m->test_name = text("web_connectivity");
	assert_int_equal(target_parse(url, &record.target, error), 0);
	return record;
}

static void
record_clear(struct record *record)
{
	target_clear(&record->target);
	measurement_free(record->m);
}

static struct query *
add_query(struct measurement *m, const char *failure)
{
	struct query *q = ARENA_PUSH(m->arena, m->queries, m->nqueries);

	q->engine = "udp";
	q->hostname = text("site.example");
	q->query_type = text("A");
	q->failure = failure;
	return q;
}

static void
add_answer(struct measurement *m, struct query *q, const char *ip, int64_t asn)
{
	struct answer *a = ARENA_PUSH(m->arena, q->answers, q->nanswers);

	a->type = text("A");
	a->address = text(ip);
	a->asn = asn;
}

static void
add_tcp(struct measurement *m, const char *ip, const char *failure)
{
	struct tcp_connect *t = ARENA_PUSH(m->arena, m->tcp, m->ntcp);

	t->ip = text(ip);
	t->port = 443;
	t->failure = failure;
}

static void
add_page(struct measurement *m, int code, const char *title)
{
	struct http_request *r = ARENA_PUSH(m->arena, m->requests, m->nrequests);

	r->url = text(SITE);
	r->code = code;
	r->title = text(title);
	r->body_length = 5000;
}

static void
add_header(struct measurement *m, const char *name)
{
	struct http_request *r = &m->requests[0];
	struct http_header *h = ARENA_PUSH(m->arena, r->headers, r->nheaders);

	h->name = text(name);
	h->value = text("secret");
}

/* A clean vantage's, of a site that is well: two addresses, in the order that is asked for. */
static struct record
well(const char *first, const char *second)
{
	struct measurement *m = measurement_new();
	struct record record = record_of(m, SITE);
	struct query *q = add_query(m, NULL);

	m->context.network = NETWORK_ONLINE;
	m->context.ipv6 = IPV6_ABSENT;
	m->verdict = (struct verdict){.status = VERDICT_OK};
	add_answer(m, q, first, 0);
	add_answer(m, q, second, 0);
	add_tcp(m, first, NULL);
	add_tcp(m, second, NULL);
	add_page(m, 200, "Site");
	return record;
}

static enum control_fitness
fitness(const struct record *record)
{
	struct vantage *v;

	return control_facts_of(record, &v);
}

static void
a_record_becomes_a_helpers_answer(void **state)
{
	struct record record = well("192.0.2.2", "192.0.2.1");
	struct vantage *v;

	(void)state;
	add_tcp(record.m, "2001:db8::1", "network_unreachable");
	add_header(record.m, "X-Site");
	add_header(record.m, "x-site");
	add_header(record.m, "X-\xff");
	add_header(record.m, "");
	assert_int_equal(control_facts_of(&record, &v), CONTROL_FIT);
	assert_true(control_works(v));
	assert_null(v->dns_failure);
	assert_int_equal(v->naddrs, 2);
	assert_int_equal(v->ntcp, 2); /* that a line without IPv6 reaches none is no fact about the site */
	assert_true(vantage_tcp(v, "192.0.2.1:443")->status);
	assert_int_equal(v->http.status_code, 200);
	assert_string_equal(v->http.title, "Site");
	assert_int_equal(v->http.nheaders, 1);
	assert_string_equal(v->http.headers[0].name, "X-Site");
	assert_string_equal(v->http.headers[0].value, "");
	record_clear(&record);
}

static void
the_order_in_which_things_came_is_no_difference(void **state)
{
	struct record one = well("192.0.2.2", "192.0.2.1"), other = well("192.0.2.1", "192.0.2.2");
	struct control_results *r = control_results_new(HOUR);
	struct vantage *v;

	(void)state;
	assert_int_equal(control_facts_of(&one, &v), CONTROL_FIT);
	control_results_add(r, SITE, NOON, "a", v);
	assert_int_equal(control_facts_of(&other, &v), CONTROL_FIT);
	control_results_add(r, SITE, NOON, "b", v);
	assert_int_equal(control_results_different(r), 1);
	control_results_free(r);
	record_clear(&one);
	record_clear(&other);
}

static void
a_dead_line_is_no_control(void **state)
{
	struct record record = well("192.0.2.1", "192.0.2.2");
	int network;

	(void)state;
	for (network = NETWORK_UNKNOWN; network < NETWORK_STATE_MAX; network++) {
		record.m->context.network = (enum network_state)network;
		assert_int_equal(fitness(&record), network == NETWORK_ONLINE ? CONTROL_FIT : CONTROL_OFFLINE);
	}
	record.m->context.network = NETWORK_ONLINE;
	record.m->context.local_interception = true;
	assert_int_equal(fitness(&record), CONTROL_OFFLINE);
	record_clear(&record);
}

static void
others_records_must_show_that_something_came_through(void **state)
{
	struct measurement *m = measurement_new();
	struct record record = record_of(m, SITE);
	struct vantage *own, *v;

	(void)state;
	m->has_x = false;
	add_answer(m, add_query(m, NULL), "192.0.2.1", 0);
	add_tcp(m, "192.0.2.1", "generic_timeout_error");
	assert_int_equal(fitness(&record), CONTROL_OFFLINE);
	own = m->control = arena_alloc(m->arena, sizeof(*m->control));
	assert_int_equal(fitness(&record), CONTROL_OFFLINE);
	own->answered = true;
	assert_int_equal(control_facts_of(&record, &v), CONTROL_FIT);
	assert_false(control_works(v));
	record_clear(&record);
}

static void
who_is_censored_or_saw_nothing_is_no_control(void **state)
{
	struct record record = well("192.0.2.1", "192.0.2.2");

	(void)state;
	record.m->verdict.status = VERDICT_LIKELY_BLOCKED;
	assert_int_equal(fitness(&record), CONTROL_CENSORED);
	record.m->verdict.status = VERDICT_OK;
	record.m->queries[0].failure = "interrupted";
	assert_int_equal(fitness(&record), CONTROL_SILENT);
	record_clear(&record);
}

static void
a_failure_is_the_controls_failure(void **state)
{
	struct measurement *m = measurement_new();
	struct record record = record_of(m, SITE);
	struct vantage *v;

	(void)state;
	m->context.network = NETWORK_ONLINE;
	m->verdict.status = VERDICT_INSUFFICIENT;
	add_answer(m, add_query(m, NULL), "192.0.2.1", 0);
	add_tcp(m, "192.0.2.1", "connection_refused");
	assert_int_equal(control_facts_of(&record, &v), CONTROL_FIT);
	assert_false(control_works(v));
	assert_false(vantage_tcp(v, "192.0.2.1:443")->status);
	/* As a helper has it: no page, for the same reason. */
	assert_true(v->http.asked);
	assert_string_equal(v->http.failure, "connection_refused");
	/* One retry that was answered is an answer. */
	add_tcp(m, "192.0.2.1", NULL);
	assert_int_equal(control_facts_of(&record, &v), CONTROL_FIT);
	assert_true(vantage_tcp(v, "192.0.2.1:443")->status);
	assert_false(v->http.asked);
	record_clear(&record);
}

static void
a_name_that_is_gone_is_gone(void **state)
{
	struct measurement *m = measurement_new();
	struct record record = record_of(m, SITE);
	struct vantage *v;

	(void)state;
	m->context.network = NETWORK_ONLINE;
	m->verdict.status = VERDICT_DOWN;
	add_query(m, "generic_timeout_error");
	add_query(m, "dns_nxdomain_error");
	add_query(m, "dns_server_failure");
	assert_int_equal(control_facts_of(&record, &v), CONTROL_FIT);
	assert_true(vantage_denies_name(v));
	assert_string_equal(v->http.failure, "dns_nxdomain_error");
	assert_false(control_works(v));
	record_clear(&record);
}

/* --- verdicts -------------------------------------------------------------------------------- */

/* Somebody else's record: the system's resolver named that address, in that network (0 unknown), and nobody answered there. */
static struct record
unreached(const char *ip, int64_t asn)
{
	struct measurement *m = measurement_new();
	struct record record = record_of(m, SITE);
	struct query *q = add_query(m, NULL);

	m->has_x = false;
	q->engine = "getaddrinfo";
	add_answer(m, q, ip, asn);
	add_tcp(m, ip, "generic_timeout_error");
	return record;
}

/* With a control that was well at 192.0.2.1, of network 64500 where it is known. */
static enum control_outcome_kind
judge(struct record *record, int64_t asn, int status)
{
	struct record clean = well("192.0.2.1", "192.0.2.1");
	struct control_results *r = control_results_new(HOUR);
	enum control_outcome_kind kind;
	struct vantage *v;

	clean.m->queries[0].answers[0].asn = asn;
	clean.m->requests[0].code = status;
	assert_int_equal(control_facts_of(&clean, &v), CONTROL_FIT);
	assert_true(control_results_add(r, SITE, NOON + 60 * SECOND, "clean", v));
	control_results_finish(r);
	kind = control_judge(r, record);
	control_results_free(r);
	record_clear(&clean);
	return kind;
}

static bool
has_evidence(const struct record *record, const char *code)
{
	size_t i;

	for (i = 0; i < record->m->verdict.nevidence; i++)
		if (strcmp(record->m->verdict.evidence[i], code) == 0)
			return true;
	return false;
}

static void
one_who_fails_alone_is_likely_blocked(void **state)
{
	struct record record = unreached("192.0.2.1", 0);

	(void)state;
	assert_int_equal(judge(&record, 0, 200), CONTROL_USED);
	assert_int_equal(record.m->verdict.status, VERDICT_LIKELY_BLOCKED);
	assert_int_equal(record.m->verdict.mechanism, TCP_TIMEOUT);
	assert_true(has_evidence(&record, "control_results"));
	assert_int_equal(record.control_distance_us, 60 * SECOND);
	record_clear(&record);
}

static void
another_address_is_no_proof(void **state)
{
	struct record unknown = unreached("198.51.100.1", 64501), known = unreached("198.51.100.1", 64501),
		      ours = unreached("198.51.100.1", 64500);

	(void)state;
	/* Whose the vantage's is nobody knows. */
	assert_int_equal(judge(&unknown, 0, 200), CONTROL_USED);
	assert_int_equal(unknown.m->verdict.status, VERDICT_INSUFFICIENT);
	assert_true(has_evidence(&unknown, "control_not_comparable"));
	/* Another's network is what OONI calls inconsistent. */
	assert_int_equal(judge(&known, 64500, 200), CONTROL_USED);
	assert_int_equal(known.m->verdict.status, VERDICT_LIKELY_BLOCKED);
	assert_int_equal(known.m->verdict.stage, STAGE_DNS);
	/* The same network's, which the vantage never met, may be dead for everybody. */
	assert_int_equal(judge(&ours, 64500, 200), CONTROL_USED);
	assert_int_equal(ours.m->verdict.status, VERDICT_INSUFFICIENT);
	record_clear(&unknown);
	record_clear(&known);
	record_clear(&ours);
}

/* The page of a plain site, unlike the vantage's. */
static enum verdict_status
with_pages(int here, int there)
{
	struct measurement *m = measurement_new();
	struct record record = record_of(m, SITE);
	struct query *q = add_query(m, NULL);
	enum verdict_status status;

	m->has_x = false;
	q->engine = "getaddrinfo";
	add_answer(m, q, "192.0.2.1", 0);
	add_page(m, here, "Something else altogether");
	m->requests[0].address = text("192.0.2.1:80");
	m->requests[0].url = text("http://site.example/");
	m->requests[0].body_length = 100;
	assert_int_equal(judge(&record, 0, there), CONTROL_USED);
	status = record.m->verdict.status;
	record_clear(&record);
	return status;
}

static void
a_refusal_is_no_block_page(void **state)
{
	(void)state;
	assert_int_equal(with_pages(200, 200), VERDICT_LIKELY_BLOCKED);
	assert_int_equal(with_pages(403, 200), VERDICT_INSUFFICIENT);
	assert_int_equal(with_pages(451, 200), VERDICT_INSUFFICIENT);
	assert_int_equal(with_pages(503, 200), VERDICT_INSUFFICIENT);
	assert_int_equal(with_pages(200, 451), VERDICT_INSUFFICIENT);
}

static void
a_control_of_its_own_is_kept(void **state)
{
	struct record record = unreached("192.0.2.1", 0);
	struct vantage *own = arena_alloc(record.m->arena, sizeof(*own));

	(void)state;
	record.m->control = own;
	own->answered = true;
	assert_int_equal(judge(&record, 0, 200), CONTROL_ITS_OWN);
	assert_ptr_equal(record.m->control, own);
	assert_null(record.control_id);
	assert_int_equal(record.m->verdict.status, VERDICT_NONE);
	/* One that could not be asked is none. */
	own->answered = false;
	assert_int_equal(judge(&record, 0, 200), CONTROL_USED);
	record_clear(&record);
}

static void
without_a_control_the_verdict_stays(void **state)
{
	struct record record = unreached("192.0.2.1", 0);

	(void)state;
	record.m->start_us = NOON + 2 * HOUR;
	assert_int_equal(judge(&record, 0, 200), CONTROL_NOT_THERE);
	assert_int_equal(record.m->verdict.status, VERDICT_NONE);
	assert_null(record.m->control);
	record_clear(&record);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_nearest_in_time_answers),
	    cmocka_unit_test(of_two_as_near_the_earlier_answers),
	    cmocka_unit_test(beyond_the_limit_nobody_answers),
	    cmocka_unit_test(a_record_is_not_its_own_control),
	    cmocka_unit_test(a_site_that_changed_in_between_has_no_control),
	    cmocka_unit_test(what_says_the_same_is_kept_once),
	    cmocka_unit_test(what_a_site_writes_comes_back_whatever_it_is),
	    cmocka_unit_test(a_record_becomes_a_helpers_answer),
	    cmocka_unit_test(the_order_in_which_things_came_is_no_difference),
	    cmocka_unit_test(a_dead_line_is_no_control),
	    cmocka_unit_test(others_records_must_show_that_something_came_through),
	    cmocka_unit_test(who_is_censored_or_saw_nothing_is_no_control),
	    cmocka_unit_test(a_failure_is_the_controls_failure),
	    cmocka_unit_test(a_name_that_is_gone_is_gone),
	    cmocka_unit_test(one_who_fails_alone_is_likely_blocked),
	    cmocka_unit_test(another_address_is_no_proof),
	    cmocka_unit_test(a_refusal_is_no_block_page),
	    cmocka_unit_test(a_control_of_its_own_is_kept),
	    cmocka_unit_test(without_a_control_the_verdict_stays),
	};

	int failed;

	texts = arena_new();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(texts);
	return failed;
}
