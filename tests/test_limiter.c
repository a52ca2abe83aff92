/* What limiter.h promises. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <event2/event.h>
#include <cmocka.h>

#include "base/buf.h"
#include "probe/limiter.h"

struct stage {
	struct event_base *base;
	struct limiter *limiter;
	struct buf story; /* the names of those whose turn came, in order */
};

struct waiter {
	struct limiter_slot slot;
	struct stage *stage;
	const char *name;
	struct waiter *leaves; /* whom go takes away, NULL nobody */
	struct waiter *enters; /* whom go brings in, with key */
	const char *key;
};

static void go(void *arg);

static int
setup(void **state)
{
	struct stage *stage = calloc(1, sizeof(*stage));

	if (stage == NULL)
		return -1;
	stage->base = event_base_new();
	*state = stage;
	return stage->base != NULL ? 0 : -1;
}

static int
teardown(void **state)
{
	struct stage *stage = *state;

	limiter_free(stage->limiter);
	event_base_free(stage->base);
	buf_free(&stage->story);
	free(stage);
	return 0;
}

static void
enter(struct waiter *w, struct stage *stage, const char *name, const char *key)
{
	w->stage = stage;
	w->name = name;
	limiter_enter(stage->limiter, &w->slot, key, go, w);
}

static void
leave(struct waiter *w)
{
	limiter_leave(w->stage->limiter, &w->slot);
}

static void
go(void *arg)
{
	struct waiter *w = arg;

	buf_puts(&w->stage->story, w->name);
	if (w->leaves != NULL)
		leave(w->leaves);
	if (w->enters != NULL)
		enter(w->enters, w->stage, "n", w->key);
}

/* Runs what is ready; never waits, as nothing here takes time. */
static const char *
story(struct stage *stage)
{
	event_base_loop(stage->base, EVLOOP_NONBLOCK);
	return buf_str(&stage->story);
}

static void
no_turn_comes_before_enter_returns(void **state)
{
	struct stage *stage = *state;
	struct waiter a = {0};

	stage->limiter = limiter_new(stage->base, 1);
	enter(&a, stage, "a", "k");
	assert_string_equal(buf_str(&stage->story), "");
	assert_string_equal(story(stage), "a");
	leave(&a);
}

static void
only_so_many_hold_at_a_time_in_the_order_they_came(void **state)
{
	struct stage *stage = *state;
	struct waiter w[5] = {0};
	static const char *const names[] = {"a", "b", "c", "d", "e"};
	size_t i;

	stage->limiter = limiter_new(stage->base, 2);
	for (i = 0; i < 5; i++)
		enter(&w[i], stage, names[i], "k");
	assert_string_equal(story(stage), "ab");
	leave(&w[1]);
	assert_string_equal(buf_str(&stage->story), "ab");
	assert_string_equal(story(stage), "abc");
	leave(&w[0]);
	leave(&w[2]);
	assert_string_equal(story(stage), "abcde");
	leave(&w[3]);
	leave(&w[4]);
}

static void
keys_do_not_wait_for_each_other(void **state)
{
	struct stage *stage = *state;
	struct waiter a = {0}, b = {0}, c = {0};
	char key[] = "192.0.2.1";

	stage->limiter = limiter_new(stage->base, 1);
	enter(&a, stage, "a", key);
	/* The key was copied. */
	memcpy(key, "192.0.2.2", sizeof(key));
	enter(&b, stage, "b", key);
	enter(&c, stage, "c", "192.0.2.1");
	story(stage);
	assert_true(a.slot.holding);
	assert_true(b.slot.holding);
	assert_false(c.slot.holding);
	leave(&a);
	story(stage);
	assert_true(c.slot.holding);
	leave(&b);
	leave(&c);
}

static void
who_stops_waiting_is_passed_over(void **state)
{
	struct stage *stage = *state;
	struct waiter a = {0}, b = {0}, c = {0}, d = {0};

	stage->limiter = limiter_new(stage->base, 1);
	enter(&a, stage, "a", "k");
	enter(&b, stage, "b", "k");
	enter(&c, stage, "c", "k");
	enter(&d, stage, "d", "k");
	story(stage);
	leave(&c); /* from the middle */
	leave(&d); /* the last */
	leave(&a);
	assert_string_equal(story(stage), "ab");
	leave(&b);
	assert_string_equal(story(stage), "ab");
}

static void
leaving_before_the_turn_came_leaves_nothing_behind(void **state)
{
	struct stage *stage = *state;
	struct waiter a = {0}, b = {0};

	stage->limiter = limiter_new(stage->base, 1);
	enter(&a, stage, "a", "k");
	leave(&a);
	enter(&b, stage, "b", "k");
	leave(&b);
	assert_string_equal(story(stage), "");
}

static void
leaving_twice_or_without_entering_is_fine(void **state)
{
	struct stage *stage = *state;
	struct waiter a = {.stage = stage}, b = {0}, c = {0};

	stage->limiter = limiter_new(stage->base, 1);
	leave(&a);
	enter(&a, stage, "a", "k");
	enter(&b, stage, "b", "k");
	enter(&c, stage, "c", "k");
	story(stage);
	leave(&a);
	leave(&a);
	/* One turn was given back, not two. */
	assert_string_equal(story(stage), "ab");
	leave(&b);
	leave(&c);
}

static void
a_slot_may_enter_again_and_then_waits_at_the_end(void **state)
{
	struct stage *stage = *state;
	struct waiter a = {0}, b = {0};

	stage->limiter = limiter_new(stage->base, 1);
	enter(&a, stage, "a", "k");
	enter(&b, stage, "b", "k");
	story(stage);
	leave(&a);
	enter(&a, stage, "A", "k");
	assert_string_equal(story(stage), "ab");
	leave(&b);
	assert_string_equal(story(stage), "abA");
	leave(&a);
}

static void
a_turn_may_be_given_back_as_soon_as_it_comes(void **state)
{
	struct stage *stage = *state;
	struct waiter a = {0}, b = {0}, c = {0};

	stage->limiter = limiter_new(stage->base, 1);
	a.leaves = &a;
	b.leaves = &b;
	c.leaves = &c;
	enter(&a, stage, "a", "k");
	enter(&b, stage, "b", "k");
	enter(&c, stage, "c", "k");
	assert_string_equal(story(stage), "abc");
}

static void
a_turn_may_take_another_away(void **state)
{
	struct stage *stage = *state;
	struct waiter a = {0}, b = {0}, c = {0};

	stage->limiter = limiter_new(stage->base, 3);
	a.leaves = &b;
	enter(&a, stage, "a", "k");
	enter(&b, stage, "b", "k");
	enter(&c, stage, "c", "k");
	assert_string_equal(story(stage), "ac");
	leave(&a);
	leave(&c);
}

static void
a_turn_may_bring_in_another_of_any_key(void **state)
{
	struct stage *stage = *state;
	struct waiter a = {.key = "k"}, b = {.key = "other"}, same = {0}, other = {0};

	stage->limiter = limiter_new(stage->base, 2);
	a.enters = &same;
	b.enters = &other;
	enter(&a, stage, "a", "k");
	enter(&b, stage, "b", "k");
	assert_string_equal(story(stage), "abn");
	assert_true(other.slot.holding);
	assert_false(same.slot.holding);
	leave(&b);
	assert_string_equal(story(stage), "abnn");
	leave(&a);
	leave(&same);
	leave(&other);
}

static void
thousands_of_keys_and_waiters_all_get_their_turn(void **state)
{
	enum { WAITERS = 5000, KEYS = 700 };
	struct stage *stage = *state;
	struct waiter *w = calloc(WAITERS, sizeof(*w));
	char key[32];
	size_t i;

	assert_non_null(w);
	stage->limiter = limiter_new(stage->base, 2);
	for (i = 0; i < WAITERS; i++) {
		snprintf(key, sizeof(key), "%zu", i % KEYS);
		w[i].leaves = &w[i];
		enter(&w[i], stage, ".", key);
	}
	assert_int_equal(strlen(story(stage)), WAITERS);
	free(w);
}

static void
nothing_to_free_is_fine(void **state)
{
	(void)state;
	limiter_free(NULL);
}

int
main(void)
{
#define CLAIM(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    CLAIM(no_turn_comes_before_enter_returns),
	    CLAIM(only_so_many_hold_at_a_time_in_the_order_they_came),
	    CLAIM(keys_do_not_wait_for_each_other),
	    CLAIM(who_stops_waiting_is_passed_over),
	    CLAIM(leaving_before_the_turn_came_leaves_nothing_behind),
	    CLAIM(leaving_twice_or_without_entering_is_fine),
	    CLAIM(a_slot_may_enter_again_and_then_waits_at_the_end),
	    CLAIM(a_turn_may_be_given_back_as_soon_as_it_comes),
	    CLAIM(a_turn_may_take_another_away),
	    CLAIM(a_turn_may_bring_in_another_of_any_key),
	    CLAIM(thousands_of_keys_and_waiters_all_get_their_turn),
	    CLAIM(nothing_to_free_is_fine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
