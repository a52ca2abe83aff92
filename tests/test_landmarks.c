/* Which controls become landmarks, and which of them a target's tests may use. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "probe/landmarks.h"
#include "results/facts.h"
#include "tests/verdict_case.h"

static struct measurement *
control(const char *url, const char *address, const char *failure)
{
	struct measurement *m = target(url);
	struct tls_handshake *tls = shakes(m, HOME, failure);

	tls->address = arena_strdup(m->arena, address);
	tls->server_name = arena_strdup(m->arena, "control.example");
	return m;
}

static void
add(struct landmarks *l, struct measurement *m, bool domestic)
{
	landmarks_add(l, m, domestic, false);
	measurement_free(m);
}

/* So many foreign ones: 192.0.2.1, 192.0.2.2, ... */
static void
add_foreign(struct landmarks *l, int n)
{
	char address[32];
	int i;

	for (i = 1; i <= n; i++) {
		snprintf(address, sizeof(address), "192.0.2.%d:443", i);
		add(l, control("https://control.example/", address, NULL), false);
	}
}

static void
a_control_that_was_reached_is_a_landmark_once(void **state)
{
	struct landmarks l = {NULL, 0};

	(void)state;
	add(&l, control("https://control.example/", "192.0.2.1:443", NULL), false);
	add(&l, control("https://control.example/", "192.0.2.1:443", NULL), false);
	assert_int_equal(l.n, 1);
	assert_string_equal(l.items[0].name, "control.example");
	assert_string_equal(l.items[0].ip, "192.0.2.1");
	assert_int_equal(l.items[0].port, 443);
	assert_true(l.items[0].tls);
	add(&l, control("https://control.example/", "192.0.2.2:443", UNTRUSTED), false);
	add(&l, control("https://control.example/", "[2001:db8::1]:443", NULL), false);
	assert_int_equal(l.n, 1);
	landmarks_clear(&l);
	assert_int_equal(l.n, 0);
}

static void
a_plain_control_is_one_where_no_tls_is_wanted(void **state)
{
	struct landmarks l = {NULL, 0};
	struct measurement *m = target("http://control.example/");
	struct http_request *r = page(m, "http://control.example/", NULL, 200);

	(void)state;
	r->address = arena_strdup(m->arena, "192.0.2.1:80");
	add(&l, m, false);
	assert_int_equal(l.n, 1);
	assert_null(landmarks_for(&l, "site.example", NULL, true, 0));
	assert_non_null(landmarks_for(&l, "site.example", NULL, false, 0));
	landmarks_clear(&l);
}

static void
neither_the_targets_own_address_nor_domestic_ones_are_used(void **state)
{
	struct address_facts own = {.ip = "192.0.2.2"};
	const struct facts facts = {.addresses = &own, .naddresses = 1};
	struct landmarks l = {NULL, 0};

	(void)state;
	add(&l, control("https://control.example/", "192.0.2.1:443", NULL), true);
	assert_null(landmarks_for(&l, "site.example", NULL, true, 0));
	add(&l, control("https://control.example/", "192.0.2.2:443", NULL), false);
	assert_string_equal(landmarks_for(&l, "site.example", NULL, true, 0)->ip, "192.0.2.2");
	assert_null(landmarks_for(&l, "site.example", NULL, true, 1));
	assert_null(landmarks_for(&l, "site.example", &facts, true, 0));
	landmarks_clear(&l);
}

/* A censor that punishes an address takes it away from the controls, too: some are left alone. */
static void
the_last_two_foreign_ones_are_spared(void **state)
{
	static const char *const hosts[] = {"a.example", "b.example", "c.example", "d.example",
	    "e.example", "f.example", "g.example", "h.example"};
	const struct landmark *first, *second;
	struct landmarks l = {NULL, 0};
	bool used[7] = {false};
	size_t i;

	(void)state;
	add_foreign(&l, 6);
	for (i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		first = landmarks_for(&l, hosts[i], NULL, true, 0);
		second = landmarks_for(&l, hosts[i], NULL, true, 1);
		assert_non_null(first);
		assert_non_null(second);
		assert_ptr_not_equal(first, second);
		used[first->ip[strlen(first->ip) - 1] - '0'] = true;
		used[second->ip[strlen(second->ip) - 1] - '0'] = true;
	}
	assert_true(used[1] && used[2] && used[3] && used[4]); /* spread */
	assert_false(used[5] || used[6]);
	landmarks_clear(&l);
}

static void
two_are_used_even_where_there_are_few(void **state)
{
	struct landmarks l = {NULL, 0};

	(void)state;
	add_foreign(&l, 3);
	assert_non_null(landmarks_for(&l, "site.example", NULL, true, 1));
	assert_null(landmarks_for(&l, "site.example", NULL, true, 2));
	landmarks_clear(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_control_that_was_reached_is_a_landmark_once),
	    cmocka_unit_test(a_plain_control_is_one_where_no_tls_is_wanted),
	    cmocka_unit_test(neither_the_targets_own_address_nor_domestic_ones_are_used),
	    cmocka_unit_test(the_last_two_foreign_ones_are_spared),
	    cmocka_unit_test(two_are_used_even_where_there_are_few),
	};

	return cmocka_run_group_tests_name("landmarks", tests, NULL, NULL);
}
