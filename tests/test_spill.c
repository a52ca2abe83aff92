/* What does not fit in memory goes to a file, and nobody can tell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "analysis/history.h"
#include "analysis/idset.h"
#include "analysis/outcome.h"
#include "analysis/scratch.h"

static struct idset_id
number_id(const struct idset *set, int number)
{
	return idset_id(set, &number, sizeof(number));
}

static void
a_set_with_little_memory_forgets_nothing_and_invents_nothing(void **state)
{
	enum { MEMORY = 16 * 1024, ALL = 100000 };
	struct idset *set = idset_new(MEMORY);
	int i;

	(void)state;
	for (i = 0; i < ALL; i++) {
		assert_false(idset_has(set, number_id(set, i)));
		assert_true(idset_add(set, number_id(set, i)));
		assert_false(idset_add(set, number_id(set, i / 2)));
	}
	for (i = 0; i < ALL; i++) {
		assert_true(idset_has(set, number_id(set, i)));
		assert_false(idset_has(set, number_id(set, ALL + i)));
	}
	idset_free(set);
}

static void
scratch_gives_back_what_was_put_there(void **state)
{
	struct scratch *scratch = scratch_new();
	char text[8];
	int i;

	(void)state;
	for (i = 0; i < 100000; i++) {
		snprintf(text, sizeof(text), "%07d", i);
		assert_int_equal(scratch_append(scratch, text, sizeof(text)), (int64_t)i * (int)sizeof(text));
	}
	scratch_read(scratch, 77777 * (int64_t)sizeof(text), text, sizeof(text));
	assert_string_equal(text, "0077777");
	scratch_read(scratch, 99999 * (int64_t)sizeof(text), text, sizeof(text));
	assert_string_equal(text, "0099999");
	/* Past the end there are zeroes, as in a file with a hole. */
	scratch_read(scratch, scratch_end(scratch) - 1, text, sizeof(text));
	assert_string_equal(text, "");
	scratch_read(scratch, scratch_end(scratch) + 1000, text, sizeof(text));
	assert_string_equal(text, "");
	scratch_free(scratch);
}

/* Three targets, each now and then failing, in no order of time. */
static void
fill(struct history *h)
{
	static const char *const urls[] = {"https://a.example/", "https://b.example/", "https://c.example/"};
	struct outcome o = {.kind = OUTCOME_TARGET, .asn = 64496, .cc = "KZ", .network = NETWORK_ONLINE};
	char id[33];
	int i;

	for (i = 0; i < 3000; i++) {
		o.target = urls[i % 3];
		o.host = o.target + strlen("https://");
		o.time_us = (INT64_C(1700000000) + i * 7919 % 3001) * 1000000;
		o.end_us = o.time_us + i % 5 * 1000000;
		o.status = i % 7 == 0 ? VERDICT_BLOCKED : VERDICT_OK;
		o.confidence = 0.9;
		snprintf(id, sizeof(id), "%032d", i);
		o.id = id;
		history_add(h, &o);
	}
}

static void
a_history_with_little_memory_is_the_same_history(void **state)
{
	struct history *small = history_new(200), *large = history_new(0);
	const struct history_series *in_small, *in_large;
	const struct point *a, *b;
	size_t n, m, i, k, na, nb, ids = 0;

	(void)state;
	fill(small);
	fill(large);
	in_small = history_finish(small, &n);
	in_large = history_finish(large, &m);
	assert_int_equal(n, 3);
	assert_int_equal(m, 3);
	for (i = 0; i < n; i++) {
		assert_string_equal(in_small[i].target, in_large[i].target);
		a = history_points(small, &in_small[i], &na);
		b = history_points(large, &in_large[i], &nb);
		assert_int_equal(na, 1000);
		assert_int_equal(nb, 1000);
		for (k = 0; k < na; k++) {
			assert_true(k == 0 || a[k].time_us >= a[k - 1].time_us);
			assert_memory_equal(&a[k].time_us, &b[k].time_us, sizeof(a[k].time_us));
			assert_int_equal(a[k].tenths, b[k].tenths);
			assert_int_equal(a[k].status, b[k].status);
			assert_string_equal(history_id(small, a[k].id), history_id(large, b[k].id));
			ids += a[k].id != 0;
		}
	}
	assert_int_equal(ids, (3000 + 6) / 7);
	history_free(small);
	history_free(large);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_set_with_little_memory_forgets_nothing_and_invents_nothing),
	    cmocka_unit_test(scratch_gives_back_what_was_put_there),
	    cmocka_unit_test(a_history_with_little_memory_is_the_same_history),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
