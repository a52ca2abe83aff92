/* Which oddities of a measurement others may share. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "results/odd.h"
#include "tests/verdict_case.h"

struct seen {
	int n[3];
	char last[3][128];
};

static void
take(enum odd_kind kind, const char *value, void *arg)
{
	struct seen *seen = arg;

	seen->n[kind]++;
	assert_true(strlen(value) < sizeof(seen->last[kind]));
	strcpy(seen->last[kind], value);
}

/* Looks, frees. */
static struct seen
marks(struct measurement *m)
{
	struct seen seen = {0};

	odd_marks(m, take, &seen);
	measurement_free(m);
	return seen;
}

static void
a_sound_site_has_nothing_odd(void **state)
{
	struct measurement *m = target_at_home();
	struct seen seen;

	(void)state;
	shows(m, shakes(m, HOME, NULL), GENUINE, "site.example");
	page(m, SITE, NULL, 200);
	seen = marks(m);
	assert_int_equal(seen.n[ODD_ISSUER] + seen.n[ODD_PAGE] + seen.n[ODD_ADDRESS], 0);
}

static void
an_untrusted_issuer_is_told_once(void **state)
{
	struct measurement *m = target_at_home();
	struct seen seen;

	(void)state;
	shows(m, shakes(m, HOME, NULL), FORGED, "site.example");
	shows(m, shakes(m, HOME, NULL), FORGED, "another.example");
	seen = marks(m);
	assert_int_equal(seen.n[ODD_ISSUER], 1);
	assert_int_equal(strlen(seen.last[ODD_ISSUER]), 64);
}

/* What signed itself has no authority to share; a redirect's certificate is another site's. */
static void
self_signed_and_redirected_ones_are_not_told(void **state)
{
	struct measurement *m = target_at_home();
	struct tls_handshake *tls;

	(void)state;
	shows(m, shakes(m, HOME, NULL), SELF_SIGNED, "site.example");
	tls = shows(m, shakes(m, HOME, NULL), FORGED, "site.example");
	*ARENA_PUSH(m->arena, tls->c.tags, tls->c.ntags) = arena_strdup(m->arena, "depth=1");
	assert_int_equal(marks(m).n[ODD_ISSUER], 0);
}

static void
a_certificate_that_is_none_is_not_told(void **state)
{
	static uint8_t junk[] = {0x30, 0x82, 0x01};
	static struct bytes der = {junk, sizeof(junk)};
	struct measurement *m = target_at_home();
	struct tls_handshake *tls = shakes(m, HOME, UNTRUSTED);

	(void)state;
	tls->certificates = &der;
	tls->ncertificates = 1;
	assert_int_equal(marks(m).n[ODD_ISSUER], 0);
}

static void
pages_in_the_clear_are_told_without_their_query(void **state)
{
	struct measurement *m = target(PLAIN);
	struct http_request *r = page(m, PLAIN, NULL, 302);
	struct seen seen;

	(void)state;
	r->location = arena_strdup(m->arena, "http://warning.example/page?site=1#top");
	seen = marks(m);
	assert_int_equal(seen.n[ODD_PAGE], 1);
	assert_string_equal(seen.last[ODD_PAGE], "302 http://warning.example/page");

	m = target(PLAIN);
	r = page(m, PLAIN, NULL, 200);
	r->body_sha256 = arena_strdup(m->arena, "hash");
	assert_int_equal(marks(m).n[ODD_PAGE], 0); /* an empty page is everybody's */

	m = target(PLAIN);
	r = page(m, PLAIN, NULL, 200);
	r->body_sha256 = arena_strdup(m->arena, "hash");
	r->body_length = 1;
	try_get(m, "address_page", LIE, NULL, "other");
	seen = marks(m);
	assert_int_equal(seen.n[ODD_PAGE], 2);
	assert_string_equal(seen.last[ODD_PAGE], "200 other");
}

static void
an_address_that_only_the_systems_resolver_names_is_told(void **state)
{
	struct measurement *m = target(SITE);
	struct seen seen;

	(void)state;
	query(m, RESOLVER_SYSTEM, NULL, LIE " " HOME " 203.0.113.2");
	query(m, RESOLVER_DOH, NULL, HOME);
	connects(m, LIE, TIMEOUT);
	shakes(m, "203.0.113.2", NULL); /* the site is there */
	seen = marks(m);
	assert_int_equal(seen.n[ODD_ADDRESS], 1);
	assert_string_equal(seen.last[ODD_ADDRESS], LIE);
}

/* A flood of oddities is no reason to keep them all. */
static void
so_many_of_a_kind_are_enough(void **state)
{
	struct measurement *m = target(PLAIN);
	struct http_request *r;
	int i;

	(void)state;
	for (i = 0; i < 50; i++) {
		r = page(m, PLAIN, NULL, 302);
		r->location = arena_printf(m->arena, "http://warning.example/%d", i);
	}
	assert_int_equal(marks(m).n[ODD_PAGE], 8);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_sound_site_has_nothing_odd),
	    cmocka_unit_test(an_untrusted_issuer_is_told_once),
	    cmocka_unit_test(self_signed_and_redirected_ones_are_not_told),
	    cmocka_unit_test(a_certificate_that_is_none_is_not_told),
	    cmocka_unit_test(pages_in_the_clear_are_told_without_their_query),
	    cmocka_unit_test(an_address_that_only_the_systems_resolver_names_is_told),
	    cmocka_unit_test(so_many_of_a_kind_are_enough),
	};

	return cmocka_run_group_tests_name("odd", tests, NULL, NULL);
}
