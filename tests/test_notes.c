/* What a round notes about the network. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "results/notes.h"
#include "tests/verdict_case.h"

/* A round on a line that works: one resolver of each kind. */
static struct measurement *
round_new(int system_answered, int doh_answered)
{
	struct measurement *m = measurement_new();
	struct resolver_health *h;

	m->round = arena_alloc(m->arena, sizeof(*m->round));
	h = ARENA_PUSH(m->arena, m->context.resolvers, m->context.nresolvers);
	h->role = RESOLVER_SYSTEM;
	h->asked = 4;
	h->answered = system_answered;
	h = ARENA_PUSH(m->arena, m->context.resolvers, m->context.nresolvers);
	h->role = RESOLVER_DOH;
	h->asked = 4;
	h->answered = doh_answered;
	return m;
}

static void
control(struct measurement *m, const char *kind, const char *failure)
{
	struct control_outcome *c = ARENA_PUSH(m->arena, m->round->controls, m->round->ncontrols);

	c->kind = arena_strdup(m->arena, kind);
	c->ok = failure == NULL;
	c->failure = failure;
}

/* Writes, compares, frees; name NULL: nothing is noted. */
static void
notes(struct measurement *m, int forged, const char *name)
{
	notes_write(m, forged, false, false);
	assert_int_equal(m->round->nnotes, name != NULL);
	if (name != NULL)
		assert_string_equal(m->round->notes[0], name);
	measurement_free(m);
}

static void
a_line_that_changed_is_noted(void **state)
{
	struct measurement *m = round_new(4, 4);

	(void)state;
	notes_write(m, 0, false, true);
	assert_int_equal(m->round->nnotes, 1);
	assert_string_equal(m->round->notes[0], "line-changed");
	measurement_free(m);
}

static void
a_line_that_works_is_not_noted(void **state)
{
	struct measurement *m = round_new(4, 4);

	(void)state;
	control(m, "foreign", NULL);
	try_query(m, "dns_nonexistent", NXDOMAIN, "");
	try_query(m, "dns_nowhere_control", TIMEOUT, "");
	notes(m, 0, NULL);
}

static void
what_is_done_to_all_look_ups_is_noted(void **state)
{
	struct measurement *m = round_new(4, 4);

	(void)state;
	try_query(m, "dns_nonexistent", NULL, LIE);
	notes(m, 0, "dns-wildcard");

	m = round_new(4, 4);
	try_query(m, "dns_nowhere_control", NULL, LIE);
	notes(m, 0, "dns-hijack");

	notes(round_new(4, 4), 1, "resolver-forged");
}

static void
doh_is_blocked_only_where_the_line_works(void **state)
{
	struct measurement *m;

	(void)state;
	notes(round_new(4, 0), 0, "doh-blocked");
	notes(round_new(0, 0), 0, NULL);
	notes(round_new(4, 1), 0, NULL);

	/* One question is not enough. */
	m = round_new(4, 0);
	m->context.resolvers[1].asked = 1;
	notes(m, 0, NULL);

	m = round_new(4, 0);
	m->context.resolvers[1].untrusted = 4;
	notes(m, 0, "doh-intercepted");
}

static void
a_wrong_clock_is_suspected_when_no_date_is_right(void **state)
{
	struct measurement *m = round_new(4, 4);

	(void)state;
	control(m, "foreign", "ssl_invalid_certificate");
	control(m, "domestic", "ssl_invalid_certificate");
	control(m, "portal", NULL); /* in the clear: it has no certificate */
	notes(m, 0, "clock-suspect");

	m = round_new(4, 4);
	control(m, "foreign", "ssl_invalid_certificate");
	control(m, "foreign", "ssl_invalid_certificate");
	control(m, "foreign", NULL);
	notes(m, 0, NULL);

	m = round_new(4, 4);
	control(m, "foreign", "ssl_invalid_certificate");
	control(m, "foreign", TIMEOUT);
	notes(m, 0, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_line_that_changed_is_noted),
	    cmocka_unit_test(a_line_that_works_is_not_noted),
	    cmocka_unit_test(what_is_done_to_all_look_ups_is_noted),
	    cmocka_unit_test(doh_is_blocked_only_where_the_line_works),
	    cmocka_unit_test(a_wrong_clock_is_suspected_when_no_date_is_right),
	};

	return cmocka_run_group_tests_name("notes", tests, NULL, NULL);
}
