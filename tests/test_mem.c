/* What mem.h promises. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/mem.h"

static void
nothing_is_a_valid_size(void **state)
{
	struct arena *arena = arena_new();
	void *p[4] = {xmalloc(0), xcalloc(0, 8), xreallocarray(NULL, 0, 8), xmemdup("", 0)};
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		assert_non_null(p[i]);
		free(p[i]);
	}
	assert_non_null(arena_alloc(arena, 0));
	assert_non_null(arena_memdup(arena, NULL, 0));
	arena_free(arena);
	arena_free(NULL);
}

static void
copies_are_whole_and_end_with_nul(void **state)
{
	char *s;

	(void)state;
	s = xstrdup("netvane");
	assert_string_equal(s, "netvane");
	free(s);
	s = xstrndup("netvane", 3);
	assert_string_equal(s, "net");
	free(s);
	s = xstrndup("net", 100);
	assert_string_equal(s, "net");
	free(s);
	s = xmemdup("a\0b", 3);
	assert_memory_equal(s, "a\0b", 3);
	free(s);
	s = xasprintf("%s-%d", "AS", 9198);
	assert_string_equal(s, "AS-9198");
	free(s);
}

/* In a child: it must say so and exit with EX_OSERR, not return. */
static void
assert_gives_up(void (*demand)(void))
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		close(STDERR_FILENO);
		demand();
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), EX_OSERR);
}

/* Not known to the compiler, which would warn of the size. */
static volatile size_t too_much = SIZE_MAX;
/* Static, so that a child does not leak it. */
static struct arena *volatile demanded;

static void
demand_product(void)
{
	xreallocarray(NULL, too_much / 2, 3);
}

static void
demand_arena(void)
{
	arena_alloc(demanded = arena_new(), too_much);
}

static void
demand_chunk(void)
{
	arena_alloc(demanded = arena_new(), too_much - 64);
}

static void
demand_push(void)
{
	void *items = NULL;
	size_t n = 0;

	arena_push(demanded = arena_new(), &items, &n, too_much / 2);
}

static void
what_cannot_be_had_ends_the_program(void **state)
{
	(void)state;
	assert_gives_up(demand_product);
	assert_gives_up(demand_arena);
	assert_gives_up(demand_chunk);
	assert_gives_up(demand_push);
}

static void
arena_memory_is_zeroed_aligned_and_apart(void **state)
{
	struct arena *arena = arena_new();
	unsigned char *p[200];
	size_t i, j, size;

	(void)state;
	for (i = 0; i < 200; i++) {
		size = i * 37 % 300 + 1;
		p[i] = arena_alloc(arena, size);
		assert_int_equal((uintptr_t)p[i] % _Alignof(max_align_t), 0);
		for (j = 0; j < size; j++)
			assert_int_equal(p[i][j], 0);
		memset(p[i], (int)i, size);
	}
	for (i = 0; i < 200; i++) {
		size = i * 37 % 300 + 1;
		for (j = 0; j < size; j++)
			assert_int_equal(p[i][j], i);
	}
	arena_free(arena);
}

static void
a_big_request_does_not_waste_the_room_left(void **state)
{
	struct arena *arena = arena_new();
	char *first = arena_alloc(arena, 16), *big = arena_alloc(arena, 100000), *next;

	(void)state;
	memset(big, 'x', 100000);
	next = arena_alloc(arena, 16);
	assert_ptr_equal(next, first + 16);
	assert_int_equal(next[0], 0);
	arena_free(arena);

	/* And one that comes first leaves nothing to waste. */
	arena = arena_new();
	memset(arena_alloc(arena, 100000), 'x', 100000);
	assert_int_equal(*(char *)arena_alloc(arena, 1), 0);
	arena_free(arena);
}

static void
arena_strings_are_copies(void **state)
{
	struct arena *arena = arena_new();
	char text[] = "kz-news";

	(void)state;
	assert_string_equal(arena_strdup(arena, text), "kz-news");
	assert_ptr_not_equal(arena_strdup(arena, text), text);
	assert_string_equal(arena_strndup(arena, text, 2), "kz");
	assert_string_equal(arena_strndup(arena, text, 200), "kz-news");
	assert_null(arena_strdup(arena, NULL));
	assert_null(arena_strndup(arena, NULL, 3));
	assert_string_equal(arena_printf(arena, "%s/%d", text, 1), "kz-news/1");
	assert_int_equal(strlen(arena_printf(arena, "%09000d", 1)), 9000);
	assert_memory_equal(arena_memdup(arena, "a\0b", 3), "a\0b", 3);
	arena_free(arena);
}

struct item {
	size_t number;
	char padding[20];
};

static void
pushed_items_stay_in_order_and_start_zeroed(void **state)
{
	struct arena *arena = arena_new();
	struct item *items = NULL, *item;
	size_t n = 0, i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		item = ARENA_PUSH(arena, items, n);
		assert_int_equal(n, i + 1);
		assert_ptr_equal(item, &items[i]);
		assert_int_equal(item->number, 0);
		assert_int_equal(item->padding[19], 0);
		item->number = i;
		memset(item->padding, 0xee, sizeof(item->padding));
		/* Something in between, so that growing in place would overwrite it. */
		memset(arena_alloc(arena, 8), 0xff, 8);
	}
	for (i = 0; i < n; i++)
		assert_int_equal(items[i].number, i);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing_is_a_valid_size),
	    cmocka_unit_test(copies_are_whole_and_end_with_nul),
	    cmocka_unit_test(what_cannot_be_had_ends_the_program),
	    cmocka_unit_test(arena_memory_is_zeroed_aligned_and_apart),
	    cmocka_unit_test(a_big_request_does_not_waste_the_room_left),
	    cmocka_unit_test(arena_strings_are_copies),
	    cmocka_unit_test(pushed_items_stay_in_order_and_start_zeroed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
