/* What targets of a round have in common. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "probe/company.h"
#include "tests/verdict_case.h"

/* A site in the country KZ's eyes, whose certificate the forgers' authority signed. */
static struct measurement *
forged(const char *url)
{
	struct measurement *m = target(url);

	m->probe_cc = arena_strdup(m->arena, "KZ");
	query(m, RESOLVER_SYSTEM, NULL, HOME);
	shows(m, shakes(m, HOME, NULL), FORGED, "site.example");
	return m;
}

static void
add(struct company *c, struct measurement *m)
{
	company_add(c, m);
	measurement_free(m);
}

static void
an_issuer_is_shared_with_unrelated_sites_only(void **state)
{
	struct company *c = company_new();
	struct measurement *m = forged("https://site.example/");

	(void)state;
	company_add(c, m);
	company_tell(c, m);
	assert_int_equal(m->context.same_issuer, 0); /* itself */
	add(c, forged("https://www.site.example/"));
	add(c, forged("https://m.site.example/"));
	company_tell(c, m);
	assert_int_equal(m->context.same_issuer, 0);
	add(c, forged("https://bank.kz/"));
	company_tell(c, m);
	assert_int_equal(m->context.same_issuer, 1);
	assert_int_equal(m->context.same_issuer_abroad, 0);
	add(c, forged("https://other.example/"));
	company_tell(c, m);
	company_tell(c, m); /* told twice, counted once */
	assert_int_equal(m->context.same_issuer, 2);
	assert_int_equal(m->context.same_issuer_abroad, 1);
	measurement_free(m);
	company_free(c);
}

static void
what_is_not_odd_about_oneself_is_not_shared(void **state)
{
	struct company *c = company_new();
	struct measurement *m = target_at_home();

	(void)state;
	shows(m, shakes(m, HOME, NULL), GENUINE, "site.example");
	add(c, forged("https://other.example/"));
	company_tell(c, m);
	assert_int_equal(m->context.same_issuer, 0);
	measurement_free(m);
	company_free(c);
}

static struct measurement *
led_to(const char *url, const char *ip, const char *body)
{
	struct measurement *m = target(url);
	struct http_request *r;

	query(m, RESOLVER_SYSTEM, NULL, ip);
	query(m, RESOLVER_DOH, NULL, HOME);
	connects(m, ip, NULL);
	r = page(m, url, NULL, 200);
	r->body_sha256 = arena_strdup(m->arena, body);
	r->body_length = 100;
	return m;
}

static void
pages_and_addresses_are_shared(void **state)
{
	struct company *c = company_new();
	struct measurement *m = led_to("http://site.example/", LIE, "notice");

	(void)state;
	add(c, led_to("http://other.example/", LIE, "notice"));
	add(c, led_to("http://third.example/", LIE, "page"));
	add(c, led_to("http://fourth.example/", "198.51.100.67", "notice"));
	company_tell(c, m);
	assert_int_equal(m->context.same_page, 2);
	assert_int_equal(m->context.same_address, 2);
	measurement_free(m);
	company_free(c);
}

static void
page_of(struct company *c, double seconds)
{
	struct measurement *m = target_at_home();
	struct http_request *r;

	shakes(m, HOME, NULL)->c.t = seconds / 10;
	r = page(m, SITE, NULL, 200);
	r->body_length = 50000;
	r->first_byte_s = 1;
	r->last_byte_s = 1 + seconds;
	add(c, m);
}

static void
the_usual_is_the_median(void **state)
{
	struct company *c = company_new();
	struct measurement *m = target_at_home();
	int n;

	(void)state;
	assert_true(isnan(company_rate(c, &n)));
	assert_int_equal(n, 0);
	page_of(c, 5);
	page_of(c, 1);
	/* One slow site, or two, are no slow line. */
	assert_false(company_slow(c));
	page_of(c, 2);
	assert_true(company_slow(c));
	assert_true(fabs(company_rate(c, &n) - 25000) < 1);
	assert_int_equal(n, 3);
	company_tell(c, m);
	assert_int_equal(m->context.usual_n, 3);
	assert_true(fabs(m->context.usual_rate - 25000) < 1);
	assert_true(fabs(m->context.usual_handshake_s - 0.2) < 1e-9);
	page_of(c, 0.2);
	page_of(c, 0.2);
	page_of(c, 0.2);
	assert_false(company_slow(c));
	measurement_free(m);
	company_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_issuer_is_shared_with_unrelated_sites_only),
	    cmocka_unit_test(what_is_not_odd_about_oneself_is_not_shared),
	    cmocka_unit_test(pages_and_addresses_are_shared),
	    cmocka_unit_test(the_usual_is_the_median),
	};

	return cmocka_run_group_tests_name("company", tests, NULL, NULL);
}
