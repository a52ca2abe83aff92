/* What a status as JSON promises: one object a line, and nothing is lost on the way there and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>

#include "base/buf.h"
#include "probe/status_json.h"
#include "probe/status_model.h"
#include "tests/status_sample.h"

/* Encodes, reads that, and encodes what was read: the same line. */
static void
assert_round_trip(struct status *st)
{
	struct buf once = BUF_EMPTY, twice = BUF_EMPTY;
	struct status *read;
	char error[100];

	status_encode(st, &once);
	read = status_decode(once.data, once.len, error, sizeof(error));
	if (read == NULL)
		fail_msg("%s", error);
	status_encode(read, &twice);
	assert_string_equal(buf_str(&once), buf_str(&twice));
	status_free(read);
	status_free(st);
	buf_free(&once);
	buf_free(&twice);
}

static struct status *
sample(bool hostile)
{
	struct status *st = status_new();

	status_sample(st, hostile);
	return st;
}

static void
nothing_is_lost(void **state)
{
	struct status *fresh = status_new();

	(void)state;
	assert_round_trip(sample(false));
	assert_round_trip(sample(true));
	status_sample_fresh(fresh);
	assert_round_trip(fresh);
	assert_round_trip(status_new());
}

static void
it_is_one_object_on_one_line(void **state)
{
	struct status *st = sample(true);
	struct buf text = BUF_EMPTY;
	json_t *root;

	(void)state;
	status_encode(st, &text);
	assert_int_equal(text.data[text.len - 1], '\n');
	assert_ptr_equal(memchr(text.data, '\n', text.len), text.data + text.len - 1);
	root = json_loadb(text.data, text.len, JSON_REJECT_DUPLICATES, NULL);
	assert_true(json_is_object(root));
	json_decref(root);
	status_free(st);
	buf_free(&text);
}

static void
what_is_read_is_what_was_written(void **state)
{
	struct status *st = sample(false), *read;
	struct buf text = BUF_EMPTY;
	char error[100];

	(void)state;
	status_encode(st, &text);
	read = status_decode(text.data, text.len, error, sizeof(error));
	assert_non_null(read);
	assert_int_equal(read->taken_us, status_sample_now);
	assert_int_equal(read->probe.pid, 4242);
	assert_int_equal(read->probe.next_round_us, st->probe.next_round_us);
	assert_string_equal(read->journal.trouble, "No space left on device");
	assert_int_equal(read->network.state, NETWORK_DEGRADED);
	assert_string_equal(read->network.notes[0], "doh-blocked");
	assert_int_equal(read->ntargets, st->ntargets);
	assert_int_equal(read->targets[0].status, VERDICT_BLOCKED);
	assert_int_equal(read->targets[0].mechanism, TLS_SNI_RESET);
	assert_true(read->targets[0].burst);
	assert_memory_equal(read->targets[0].cells, st->targets[0].cells, st->grid.n * sizeof(struct status_cell));
	assert_null(read->targets[8].cells);
	assert_string_equal(read->anomalies[0].targets[1], "https://www.facebook.com/");
	assert_string_equal(read->gaps[2].cause, "shutdown");
	assert_int_equal(read->counters.bytes, 712345678);
	status_free(read);
	status_free(st);
	buf_free(&text);
}

static void
assert_refused(const char *json, const char *why)
{
	char error[100] = "";

	assert_null(status_decode(json, strlen(json), error, sizeof(error)));
	assert_string_equal(error, why);
}

static void
what_is_no_status_is_refused(void **state)
{
	(void)state;
	assert_refused("", "not JSON at byte 0: '[' or '{' expected near end of file");
	assert_refused("{\n\"\033[31m", "not JSON at byte 3: control character 0x1b near '\"'");
	assert_refused("[]", "no status of netvane: it has no netvane_status");
	assert_refused("{\"netvane_status\":\"1\"}", "no status of netvane: it has no netvane_status");
	assert_refused("{\"netvane_status\":2}", "a status of another form, 2; this netvane reads 1");
}

static struct status *
read_text(const char *json)
{
	char error[100];
	struct status *st = status_decode(json, strlen(json), error, sizeof(error));

	assert_non_null(st);
	return st;
}

static void
what_is_odd_is_not_known(void **state)
{
	struct status *st = read_text(
	    "{\"netvane_status\":1,\"time\":5,\"probe\":{\"pid\":-3,\"paused\":\"yes\",\"version\":7,\"last_round\":\"soon\"},"
	    "\"network\":{\"state\":\"fine\",\"ipv6\":null,\"notes\":[1,\"x\",null]},\"budget\":[],"
	    "\"grid\":{\"from\":\"2026-11-22\",\"step_s\":0,\"n\":5},"
	    "\"targets\":[7,{},{\"status\":\"best\",\"confidence\":1e300,\"cells\":[{\"ok\":1}],\"time\":{}}],"
	    "\"anomalies\":{},\"gaps\":[{\"cause\":[]}]}");

	(void)state;
	assert_int_equal(st->taken_us, 0);
	assert_int_equal(st->probe.pid, -1);
	assert_false(st->probe.paused);
	assert_null(st->probe.version);
	assert_int_equal(st->network.state, NETWORK_UNKNOWN);
	assert_int_equal(st->network.nnotes, 1);
	assert_int_equal(st->budget.limit, -1);
	assert_int_equal(st->grid.n, 0);
	assert_int_equal(st->ntargets, 2);
	assert_int_equal(st->targets[1].status, VERDICT_NONE);
	assert_true(st->targets[1].confidence == 0);
	assert_null(st->targets[1].cells);
	assert_int_equal(st->nanomalies, 0);
	assert_null(st->gaps[0].cause);
	status_free(st);
}

/* The time of a gap that lasts is null, not left out. */
static void
every_key_is_always_there(void **state)
{
	static const char *const keys[] = {"netvane_status", "time", "probe", "network", "budget", "journal", "counters", "grid",
	    "targets", "anomalies", "gaps"};
	struct status *st = status_new();
	struct buf text = BUF_EMPTY;
	json_t *root;
	size_t i;

	(void)state;
	status_add_gap(st, status_sample_now, 0, "paused");
	status_encode(st, &text);
	root = json_loadb(text.data, text.len, 0, NULL);
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (json_object_get(root, keys[i]) == NULL)
			fail_msg("%s", keys[i]);
	assert_int_equal(json_object_size(root), sizeof(keys) / sizeof(keys[0]));
	assert_true(json_is_null(json_object_get(json_array_get(json_object_get(root, "gaps"), 0), "until")));
	json_decref(root);
	status_free(st);
	buf_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing_is_lost),
	    cmocka_unit_test(it_is_one_object_on_one_line),
	    cmocka_unit_test(what_is_read_is_what_was_written),
	    cmocka_unit_test(what_is_no_status_is_refused),
	    cmocka_unit_test(what_is_odd_is_not_known),
	    cmocka_unit_test(every_key_is_always_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
