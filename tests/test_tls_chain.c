/* What tls_chain_read promises about a TLS Certificate message. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/mem.h"
#include "probe/tls_chain.h"
#include "results/measurement.h"

static const uint8_t tls12[] = {11, 0, 0, 12, 0, 0, 9, 0, 0, 2, 'a', 'b', 0, 0, 1, 'c'};
static const uint8_t tls13[] = {
    11, 0, 0, 19, 1, 'x', 0, 0, 15, 0, 0, 2, 'a', 'b', 0, 2, 9, 9, 0, 0, 1, 'c', 0, 0};

static void
both_forms_of_the_message_are_read(void **state)
{
	struct arena *arena = arena_new();
	struct bytes *c;

	(void)state;
	assert_int_equal(tls_chain_read(tls12, sizeof(tls12), false, arena, &c), 2);
	assert_int_equal(c[0].len, 2);
	assert_memory_equal(c[0].data, "ab", 2);
	assert_int_equal(c[1].len, 1);
	assert_memory_equal(c[1].data, "c", 1);
	assert_int_equal(tls_chain_read(tls13, sizeof(tls13), true, arena, &c), 2);
	assert_memory_equal(c[0].data, "ab", 2);
	assert_memory_equal(c[1].data, "c", 1);
	arena_free(arena);
}

static void
what_precedes_a_broken_length_counts(void **state)
{
	struct arena *arena = arena_new();
	struct bytes *c;
	size_t len;

	(void)state;
	for (len = 0; len < sizeof(tls12); len++)
		assert_int_equal(tls_chain_read(tls12, len, false, arena, &c), len >= 12);
	arena_free(arena);
}

static void
an_endless_list_ends(void **state)
{
	struct arena *arena = arena_new();
	uint8_t *zeroes = xcalloc(1, 4096);
	struct bytes *c;

	(void)state;
	assert_int_equal(tls_chain_read(zeroes, 4096, false, arena, &c), TLS_CHAIN_MOST);
	free(zeroes);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(both_forms_of_the_message_are_read),
	    cmocka_unit_test(what_precedes_a_broken_length_counts),
	    cmocka_unit_test(an_endless_list_ends),
	};

	return cmocka_run_group_tests_name("tls_chain", tests, NULL, NULL);
}
