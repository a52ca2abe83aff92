/* docs/format.md tells the truth: its examples are records, and it names every key we write. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <jansson.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "results/event.h"
#include "results/failure.h"
#include "results/measurement.h"
#include "tests/record_sample.h"

static struct buf document;

static int
read_document(void **state)
{
	const char *top = getenv("top_srcdir");
	char *path = xasprintf("%s/docs/format.md", top != NULL ? top : ".");
	FILE *f = fopen(path, "r");
	size_t n;

	(void)state;
	free(path);
	if (f == NULL)
		return -1;
	while ((n = fread(buf_room(&document, 65536), 1, 65536, f)) > 0)
		document.len += n;
	fclose(f);
	buf_putc(&document, '\0');
	return 0;
}

static int
free_document(void **state)
{
	(void)state;
	buf_free(&document);
	return 0;
}

/* Does the word stand in backquotes, whole or as the last part of a path? */
static bool
named(const char *word)
{
	const char *p = document.data;
	size_t len = strlen(word);

	for (; (p = strstr(p, word)) != NULL; p++)
		if (p > document.data && (p[-1] == '`' || p[-1] == '.') &&
		    (p[len] == '`' || p[len] == '.' || p[len] == '['))
			return true;
	return false;
}

/* The keys of these are data; of some, the values still are ours. */
static bool
keys_are_data(const char *key, const json_t *value, bool *values_too)
{
	static const char *const maps[] = {"headers", "annotations", "http_request_headers",
	    "tcp_connect", "tls_handshake", "ip_info"};
	size_t i;

	for (i = 0; i < sizeof(maps) / sizeof(maps[0]); i++)
		if (strcmp(key, maps[i]) == 0 && json_is_object(value)) {
			*values_too = i < 3;
			return true;
		}
	return false;
}

static void
every_key_is_named(json_t *node)
{
	const char *key;
	json_t *value, *item;
	const char *name;
	bool values_too;
	size_t i;

	if (json_object_get(node, "format") != NULL)
		return; /* bytes in base64 */
	json_array_foreach(node, i, value)
		every_key_is_named(value);
	json_object_foreach(node, key, value) {
		if (!named(key))
			fail_msg("docs/format.md does not name %s", key);
		if (!keys_are_data(key, value, &values_too))
			every_key_is_named(value);
		else if (!values_too)
			json_object_foreach(value, name, item)
				every_key_is_named(item);
	}
}

static void
keys_of(struct measurement *m)
{
	struct buf buf = BUF_EMPTY;
	json_t *root;

	measurement_encode(m, &buf);
	measurement_free(m);
	root = json_loadb(buf.data, buf.len, JSON_ALLOW_NUL, NULL);
	buf_free(&buf);
	assert_non_null(root);
	every_key_is_named(root);
	json_decref(root);
}

static void
it_names_every_key(void **state)
{
	(void)state;
	keys_of(sample_web());
	keys_of(sample_round());
	keys_of(sample_event());
	assert_false(named("no_such_key"));
}

static void
it_names_every_word_of_the_closed_sets(void **state)
{
	int i;

	(void)state;
	for (i = 1; i < MECHANISM_MAX; i++)
		assert_true(named(mechanism_name((enum mechanism)i)));
	for (i = 0; i < VERDICT_STATUS_MAX; i++)
		assert_true(named(verdict_status_name((enum verdict_status)i)));
	for (i = 1; i < VERDICT_STAGE_MAX; i++)
		assert_true(named(verdict_stage_name((enum verdict_stage)i)));
	for (i = 0; i < NETWORK_STATE_MAX; i++)
		assert_true(named(network_state_name((enum network_state)i)));
	for (i = 0; i < IPV6_STATE_MAX; i++)
		assert_true(named(ipv6_state_name((enum ipv6_state)i)));
	for (i = 0; i < RESOLVER_ROLE_MAX; i++)
		assert_true(named(resolver_role_name((enum resolver_role)i)));
	for (i = 1; i < EVENT_KIND_MAX; i++)
		assert_true(named(event_kind_name((enum event_kind)i)));
	for (i = 1; i < GAP_CAUSE_MAX; i++)
		assert_true(named(gap_cause_name((enum gap_cause)i)));
	for (i = 1; i < FAILURE_UNKNOWN; i++)
		assert_true(named(failure_name((enum failure)i)));
}

/* The record says what the example says, no more and no less. */
static void
is_a_record(const char *json, size_t len)
{
	struct buf buf = BUF_EMPTY;
	struct measurement *m;
	json_t *example = json_loadb(json, len, JSON_REJECT_DUPLICATES, NULL), *record;
	size_t oddities;
	char error[200];

	assert_non_null(example);
	m = measurement_decode(json, len, &oddities, error, sizeof(error));
	if (m == NULL)
		fail_msg("%s", error);
	assert_int_equal(oddities, 0);
	measurement_encode(m, &buf);
	record = json_loadb(buf.data, buf.len, 0, NULL);
	assert_true(json_equal(example, record));
	json_decref(example);
	json_decref(record);
	measurement_free(m);
	buf_free(&buf);
}

static void
its_examples_are_records(void **state)
{
	static const char fence[] = "```json\n";
	const char *p = document.data, *end;
	int found = 0;

	(void)state;
	while ((p = strstr(p, fence)) != NULL) {
		p += strlen(fence);
		end = strstr(p, "```\n");
		assert_non_null(end);
		is_a_record(p, (size_t)(end - p));
		found++;
	}
	assert_int_equal(found, 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(it_names_every_key),
	    cmocka_unit_test(it_names_every_word_of_the_closed_sets),
	    cmocka_unit_test(its_examples_are_records),
	};

	return cmocka_run_group_tests_name("format", tests, read_document, free_document);
}
