/* What the record format promises: nothing is lost, OONI can read ours, and we OONI's. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <glob.h>
#include <jansson.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "results/event.h"
#include "results/measurement.h"
#include "tests/record_sample.h"

static char error[200];

static struct measurement *
decode(const char *json, size_t *oddities)
{
	struct measurement *m =
	    measurement_decode(json, strlen(json), oddities, error, sizeof(error));

	if (m == NULL)
		fail_msg("not read: %s", error);
	return m;
}

static void
is_lossless(struct measurement *m)
{
	struct buf first = BUF_EMPTY, second = BUF_EMPTY;
	struct measurement *back;
	size_t oddities;

	measurement_encode(m, &first);
	back = decode(buf_str(&first), &oddities);
	assert_int_equal(oddities, 0);
	assert_same_record(m, back);
	measurement_encode(back, &second);
	assert_string_equal(buf_str(&first), buf_str(&second));
	measurement_free(back);
	measurement_free(m);
	buf_free(&first);
	buf_free(&second);
}

static void
a_web_record_survives_the_trip(void **state)
{
	(void)state;
	is_lossless(sample_web());
}

static void
a_round_record_survives_the_trip(void **state)
{
	(void)state;
	is_lossless(sample_round());
}

static void
an_event_record_survives_the_trip(void **state)
{
	(void)state;
	is_lossless(sample_event());
}

static void
an_event_may_have_nothing_but_its_kind(void **state)
{
	struct measurement *m;
	int i;

	(void)state;
	for (i = 0; i < EVENT_KIND_MAX; i++) {
		m = measurement_new();
		m->test_name = arena_strdup(m->arena, "netvane_event");
		m->event = arena_alloc(m->arena, sizeof(*m->event));
		m->event->kind = (enum event_kind)i;
		is_lossless(m);
	}
}

static void
every_cause_of_a_gap_survives_the_trip(void **state)
{
	struct measurement *m;
	int i;

	(void)state;
	for (i = 0; i < GAP_CAUSE_MAX; i++) {
		m = sample_event();
		m->event->gap->cause = (enum gap_cause)i;
		m->event->gap->until_us = 0;
		m->event->gap->from_mono_ns = m->event->gap->until_mono_ns = -1;
		m->event->gap->suspended_s = m->event->gap->clock_step_s = (double)NAN;
		is_lossless(m);
	}
}

static void
an_event_of_a_kind_to_come_is_read(void **state)
{
	struct measurement *m;
	size_t oddities;

	(void)state;
	m = decode("{\"test_name\":\"netvane_event\",\"measurement_start_time\":\"2026-11-22 04:30:00\",\"test_keys\":"
		   "{\"x_netvane\":{\"event\":{\"kind\":\"earthquake\",\"gap\":7,\"targets\":[3],\"more\":{}}}}}",
	    &oddities);
	assert_int_equal(oddities, 3);
	assert_int_equal(m->event->kind, EVENT_NONE);
	assert_null(m->event->gap);
	assert_int_equal(m->event->ntargets, 0);
	measurement_free(m);
}

static void
an_empty_record_survives_the_trip(void **state)
{
	struct measurement *m = measurement_new();

	(void)state;
	m->test_name = arena_strdup(m->arena, "web_connectivity");
	is_lossless(m);
}

static void
every_state_and_verdict_survives_the_trip(void **state)
{
	struct measurement *m;
	int i;

	(void)state;
	for (i = 0; i < MECHANISM_MAX; i++) {
		m = sample_web();
		m->verdict.mechanism = (enum mechanism)i;
		m->verdict.stage = (enum verdict_stage)(i % VERDICT_STAGE_MAX);
		m->verdict.status = (enum verdict_status)(1 + i % (VERDICT_STATUS_MAX - 1));
		m->context.network = (enum network_state)(i % NETWORK_STATE_MAX);
		m->context.ipv6 = (enum ipv6_state)(i % IPV6_STATE_MAX);
		m->queries[0].role = (enum resolver_role)(i % RESOLVER_ROLE_MAX);
		is_lossless(m);
	}
}

static void
a_round_may_have_unknowns(void **state)
{
	struct measurement *m = sample_round();

	(void)state;
	m->round->since_last_s = -1;
	m->round->clock_offset_s = (double)NAN;
	m->round->gateway = m->round->link = -1;
	m->round->roots = NULL;
	is_lossless(m);
}

/* The record as any JSON tool sees it. */
static json_t *
tree(struct measurement *m)
{
	struct buf buf = BUF_EMPTY;
	json_error_t e;
	json_t *root;

	measurement_encode(m, &buf);
	root = json_loadb(buf.data, buf.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &e);
	if (root == NULL)
		fail_msg("jansson refuses the record: %s", e.text);
	assert_null(memchr(buf.data, '\n', buf.len - 1));
	assert_int_equal(buf.data[buf.len - 1], '\n');
	buf_free(&buf);
	measurement_free(m);
	return root;
}

static const json_t *
at(const json_t *node, const char *path)
{
	char *copy = xstrdup(path), *save = NULL, *key;

	for (key = strtok_r(copy, ".", &save); key != NULL; key = strtok_r(NULL, ".", &save)) {
		if (json_is_array(node))
			node = json_array_get(node, strtoul(key, NULL, 10));
		else
			node = json_object_get(node, key);
		if (node == NULL)
			fail_msg("no %s in %s", key, path);
	}
	free(copy);
	return node;
}

static void
every_record_has_the_keys_of_ooni(void **state)
{
	static const char *const keys[] = {"annotations", "data_format_version", "extensions", "id",
	    "input", "measurement_start_time", "options", "probe_asn", "probe_cc", "probe_ip",
	    "probe_network_name", "report_id", "resolver_asn", "resolver_ip",
	    "resolver_network_name", "software_name", "software_version", "test_helpers",
	    "test_keys", "test_name", "test_runtime", "test_start_time", "test_version"};
	json_t *web = tree(sample_web()), *round = tree(sample_round()), *event = tree(sample_event());
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		at(web, keys[i]);
		at(round, keys[i]);
		at(event, keys[i]);
	}
	assert_true(json_is_null(at(event, "input")));
	json_decref(event);
	assert_string_equal(json_string_value(at(web, "data_format_version")), "0.2.0");
	assert_string_equal(
	    json_string_value(at(web, "measurement_start_time")), "2026-11-22 06:30:00");
	assert_string_equal(
	    json_string_value(at(web, "test_keys.x_netvane.time")), "2026-11-22T06:30:00.123456Z");
	assert_string_equal(json_string_value(at(web, "probe_ip")), "127.0.0.1");
	assert_true(json_is_null(at(round, "input")));
	json_decref(web);
	json_decref(round);
}

static void
test_keys_have_the_lists_and_the_verdict_of_ooni(void **state)
{
	static const char *const keys[] = {"queries", "x_dns_duplicate_responses", "tcp_connect",
	    "tls_handshakes", "network_events", "requests", "blocking", "accessible",
	    "dns_consistency", "dns_experiment_failure", "http_experiment_failure",
	    "control_failure", "control", "body_proportion", "body_length_match", "headers_match",
	    "status_code_match", "title_match", "x_blocking_flags", "x_dns_flags",
	    "x_null_null_flags"};
	json_t *web = tree(sample_web()), *round = tree(sample_round()), *event = tree(sample_event());
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		at(at(web, "test_keys"), keys[i]);
		assert_null(json_object_get(at(round, "test_keys"), keys[i]));
		assert_null(json_object_get(at(event, "test_keys"), keys[i]));
	}
	json_decref(event);
	json_decref(web);
	json_decref(round);
}

static void
observations_have_the_shape_of_ooni(void **state)
{
	json_t *root = tree(sample_web());
	const json_t *keys = at(root, "test_keys");

	(void)state;
	/* Without this, OONI's analysis never derives that a certificate was valid. */
	assert_true(json_is_false(at(keys, "tls_handshakes.0.no_tls_verify")));
	assert_string_equal(
	    json_string_value(at(keys, "tls_handshakes.0.peer_certificates.1.format")), "base64");
	assert_string_equal(json_string_value(at(keys, "queries.0.raw_response")), "EjSBgAA=");
	assert_true(json_is_null(at(keys, "queries.0.resolver_port")));
	assert_string_equal(json_string_value(at(keys, "queries.0.answers.1.ipv6")), "2001:db8::1");
	assert_string_equal(json_string_value(at(keys, "queries.0.answers.2.ipv4")), "192.0.2.1");
	assert_true(json_is_true(at(keys, "tcp_connect.0.status.success")));
	assert_true(json_is_false(at(keys, "tcp_connect.1.status.success")));
	/* Left out when 0. */
	assert_null(json_object_get(at(keys, "network_events.0"), "num_bytes"));
	assert_null(json_object_get(at(keys, "network_events.1"), "transaction_id"));
	json_decref(root);
}

static void
requests_are_newest_first_with_map_and_list(void **state)
{
	json_t *root = tree(sample_web());
	const json_t *response = at(root, "test_keys.requests.0.response");

	(void)state;
	assert_int_equal(json_integer_value(at(response, "code")), 302);
	assert_int_equal(json_array_size(at(response, "headers_list")), 4);
	/* The first of two; what is not UTF-8 as base64, and no such name in the map. */
	assert_string_equal(json_string_value(at(response, "headers.set-cookie")), "b=2");
	assert_string_equal(json_string_value(at(response, "headers.server.data")), "Y2Fm6Q==");
	assert_int_equal(json_object_size(at(response, "headers")), 2);
	assert_string_equal(json_string_value(at(response, "body.format")), "base64");
	/* A request without an answer has an empty response. */
	assert_int_equal(json_object_size(at(root, "test_keys.requests.1.response")), 0);
	json_decref(root);
}

static void
blocking_is_false_a_word_or_null(void **state)
{
	struct measurement *m = sample_web();
	json_t *root;

	(void)state;
	m->ooni.blocking = arena_strdup(m->arena, "false");
	m->ooni.accessible = 1;
	root = tree(m);
	assert_true(json_is_false(at(root, "test_keys.blocking")));
	assert_true(json_is_true(at(root, "test_keys.accessible")));
	json_decref(root);
	m = sample_web();
	m->ooni.blocking = NULL;
	m->ooni.accessible = -1;
	root = tree(m);
	assert_true(json_is_null(at(root, "test_keys.blocking")));
	assert_true(json_is_null(at(root, "test_keys.accessible")));
	json_decref(root);
}

static void
a_flood_of_headers_costs_no_flood_of_time(void **state)
{
	struct measurement *m = sample_web();
	struct http_request *r = &m->requests[1];
	struct http_header *h;
	json_t *root;
	int i;

	(void)state;
	for (i = 0; i < 200000; i++) {
		h = ARENA_PUSH(m->arena, r->headers, r->nheaders);
		h->name = arena_strdup(m->arena, "x-flood");
		h->value = h->name;
	}
	root = tree(m);
	assert_int_equal(
	    json_array_size(at(root, "test_keys.requests.0.response.headers_list")), 200004);
	assert_int_equal(json_object_size(at(root, "test_keys.requests.0.response.headers")), 3);
	json_decref(root);
}

static void
what_is_no_measurement_is_refused_in_words(void **state)
{
	static const char *const bad[] = {"", "{", "[]", "null", "{}", "{\"test_name\":7}",
	    "{\"test_name\":\"\"}", "{\"test_name\":\"x\"} trailing", "\xff{}"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		error[0] = '\0';
		assert_null(measurement_decode(bad[i], strlen(bad[i]), NULL, error, sizeof(error)));
		assert_true(strlen(error) > 10);
	}
	assert_null(measurement_decode("{\x1b]0;", 5, NULL, error, sizeof(error)));
	assert_null(strchr(error, '\x1b'));
}

static void
wrong_types_are_counted_and_passed_over(void **state)
{
	struct measurement *m;
	size_t oddities;

	(void)state;
	m = decode("{\"test_name\":\"web_connectivity\",\"measurement_start_time\":\"yesterday\","
	           "\"input\":3,\"test_runtime\":\"long\",\"annotations\":[],"
	           "\"test_keys\":{\"queries\":{},\"tcp_connect\":[7,{\"ip\":\"192.0.2.1\","
	           "\"port\":70000,\"status\":{\"success\":true}}],\"accessible\":\"yes\","
	           "\"blocking\":true,\"x_netvane\":[]}}",
	    &oddities);
	assert_int_equal(oddities, 10);
	assert_null(m->input);
	assert_int_equal(m->start_us, 0);
	assert_int_equal(m->nqueries, 0);
	assert_int_equal(m->ntcp, 1);
	assert_string_equal(m->tcp[0].ip, "192.0.2.1");
	assert_int_equal(m->tcp[0].port, 0);
	assert_int_equal(m->ooni.accessible, -1);
	assert_null(m->ooni.blocking);
	assert_false(m->has_x);
	measurement_free(m);
}

static void
a_connection_without_success_has_failed(void **state)
{
	struct measurement *m;
	size_t oddities;

	(void)state;
	m = decode("{\"test_name\":\"web_connectivity\",\"measurement_start_time\":"
	           "\"2026-11-22 04:30:00\",\"test_keys\":{\"tcp_connect\":[{\"ip\":\"192.0.2.1\","
	           "\"port\":1,\"status\":{\"success\":false,\"failure\":null}}]}}",
	    &oddities);
	assert_int_equal(oddities, 1);
	assert_string_equal(m->tcp[0].failure, "unknown_failure");
	measurement_free(m);
}

static void
base64_that_is_none_is_an_oddity(void **state)
{
	struct measurement *m;
	size_t oddities;

	(void)state;
	m = decode(
	    "{\"test_name\":\"web_connectivity\",\"measurement_start_time\":\"2026-11-22 "
	    "04:30:00\","
	    "\"test_keys\":{\"queries\":[{\"raw_response\":\"%%\"}],\"requests\":[{\"response\":{"
	    "\"code\":200,\"body\":{\"format\":\"base64\",\"data\":\"a\"},\"headers_list\":[[\"a\","
	    "{\"format\":\"base64\",\"data\":\"/+8=\"}],[\"b\"],[\"c\",\"d\\u0000e\"]]}}]}}",
	    &oddities);
	assert_int_equal(oddities, 4);
	assert_int_equal(m->queries[0].raw_response.len, 0);
	assert_int_equal(m->requests[0].body.len, 0);
	assert_int_equal(m->requests[0].nheaders, 2);
	assert_string_equal(m->requests[0].headers[0].value, "\xff\xef");
	assert_string_equal(m->requests[0].headers[1].value, "d");
	measurement_free(m);
}

static void
old_records_with_only_a_header_map_are_read(void **state)
{
	struct measurement *m;
	size_t oddities;

	(void)state;
	m = decode("{\"test_name\":\"web_connectivity\",\"measurement_start_time\":"
	           "\"2026-11-22 04:30:00\",\"test_keys\":{\"queries\":null,\"requests\":[{"
	           "\"response\":{\"code\":200,\"body\":null,\"headers\":{\"Server\":\"x\"}}}]}}",
	    &oddities);
	assert_int_equal(oddities, 0);
	assert_int_equal(m->requests[0].nheaders, 1);
	assert_string_equal(m->requests[0].headers[0].name, "Server");
	measurement_free(m);
}

/* The whole file; NULL when it cannot be read. */
static char *
slurp(const char *path, size_t *len)
{
	struct buf buf = BUF_EMPTY;
	FILE *f = fopen(path, "r");
	size_t n;

	if (f == NULL)
		return NULL;
	while ((n = fread(buf_room(&buf, 65536), 1, 65536, f)) > 0)
		buf.len += n;
	fclose(f);
	*len = buf.len;
	buf_putc(&buf, '\0');
	return buf_steal(&buf);
}

/* Reads one of OONI's own and compares counts with what the tree says. */
static void
check_ooni(const char *path)
{
	struct measurement *m;
	size_t len = 0, oddities;
	char *text = slurp(path, &len);
	json_t *root, *keys;

	assert_non_null(text);
	m = measurement_decode(text, len, &oddities, error, sizeof(error));
	if (m == NULL || oddities != 0)
		fail_msg("%s: %s, %zu oddities", path, m == NULL ? error : "read", oddities);
	root = json_loadb(text, len, JSON_ALLOW_NUL, NULL);
	keys = json_object_get(root, "test_keys");
	assert_string_equal(m->input, json_string_value(json_object_get(root, "input")));
	assert_int_equal(m->nqueries, json_array_size(json_object_get(keys, "queries")));
	assert_int_equal(m->ntcp, json_array_size(json_object_get(keys, "tcp_connect")));
	assert_int_equal(m->ntls, json_array_size(json_object_get(keys, "tls_handshakes")));
	assert_int_equal(m->nevents, json_array_size(json_object_get(keys, "network_events")));
	assert_int_equal(m->nrequests, json_array_size(json_object_get(keys, "requests")));
	assert_false(m->has_x);
	assert_true(m->start_us > INT64_C(1500000000000000));
	json_decref(root);
	is_lossless(m);
	free(text);
}

static void
every_generated_measurement_of_ooni_is_read(void **state)
{
	const char *top = getenv("top_srcdir");
	char *pattern = xasprintf(
	    "%s/../shared/data/ooni-web-connectivity/*/measurement.json", top != NULL ? top : "..");
	glob_t found;
	size_t i;

	(void)state;
	if (glob(pattern, 0, NULL, &found) != 0) {
		free(pattern);
		print_message("# skipped: OONI's generated measurements are not here\n");
		skip();
	}
	for (i = 0; i < found.gl_pathc; i++)
		check_ooni(found.gl_pathv[i]);
	globfree(&found);
	free(pattern);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_web_record_survives_the_trip),
	    cmocka_unit_test(a_round_record_survives_the_trip),
	    cmocka_unit_test(an_event_record_survives_the_trip),
	    cmocka_unit_test(an_event_may_have_nothing_but_its_kind),
	    cmocka_unit_test(every_cause_of_a_gap_survives_the_trip),
	    cmocka_unit_test(an_event_of_a_kind_to_come_is_read),
	    cmocka_unit_test(an_empty_record_survives_the_trip),
	    cmocka_unit_test(every_state_and_verdict_survives_the_trip),
	    cmocka_unit_test(a_round_may_have_unknowns),
	    cmocka_unit_test(every_record_has_the_keys_of_ooni),
	    cmocka_unit_test(test_keys_have_the_lists_and_the_verdict_of_ooni),
	    cmocka_unit_test(observations_have_the_shape_of_ooni),
	    cmocka_unit_test(requests_are_newest_first_with_map_and_list),
	    cmocka_unit_test(blocking_is_false_a_word_or_null),
	    cmocka_unit_test(a_flood_of_headers_costs_no_flood_of_time),
	    cmocka_unit_test(what_is_no_measurement_is_refused_in_words),
	    cmocka_unit_test(wrong_types_are_counted_and_passed_over),
	    cmocka_unit_test(a_connection_without_success_has_failed),
	    cmocka_unit_test(base64_that_is_none_is_an_oddity),
	    cmocka_unit_test(old_records_with_only_a_header_map_are_read),
	    cmocka_unit_test(every_generated_measurement_of_ooni_is_read),
	};

	return cmocka_run_group_tests_name("measurement", tests, NULL, NULL);
}
