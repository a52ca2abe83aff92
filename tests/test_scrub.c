/* Our own address does not stay in a record, whoever wrote it there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "probe/scrub.h"
#include "results/measurement.h"
#include "results/vantage.h"

static char v4[] = "192.0.2.1", v6[] = "2001:db8::1f";
static char *both[] = {v4, v6};
static const struct scrub scrub = {both, 2};

static void
becomes(const char *before, const char *after)
{
	struct measurement *m = measurement_new();
	struct http_request *r = ARENA_PUSH(m->arena, m->requests, m->nrequests);
	struct http_header *h = ARENA_PUSH(m->arena, r->headers, r->nheaders), *theirs;

	m->control = arena_alloc(m->arena, sizeof(*m->control));
	m->control->http.title = arena_strdup(m->arena, before);
	theirs = ARENA_PUSH(m->arena, m->control->http.headers, m->control->http.nheaders);
	theirs->value = arena_strdup(m->arena, before);
	h->name = arena_strdup(m->arena, "X-Client");
	h->value = arena_strdup(m->arena, before);
	r->title = arena_strdup(m->arena, before);
	r->location = arena_strdup(m->arena, before);
	r->url = arena_strdup(m->arena, before);
	r->body = (struct bytes){arena_memdup(m->arena, before, strlen(before)), strlen(before)};
	scrub_measurement(&scrub, m);
	assert_string_equal(h->value, after);
	assert_string_equal(r->title, after);
	assert_string_equal(m->control->http.title, after);
	assert_string_equal(theirs->value, after);
	assert_string_equal(r->location, after);
	assert_string_equal(r->url, after);
	assert_memory_equal(r->body.data, after, strlen(after));
	measurement_free(m);
}

static void
our_address_is_crossed_out_wherever_it_stands(void **state)
{
	(void)state;
	becomes("192.0.2.1", "xxxxxxxxx");
	becomes("for=192.0.2.1;by=192.0.2.1", "for=xxxxxxxxx;by=xxxxxxxxx");
	becomes("[2001:DB8::1f]:443", "[xxxxxxxxxxxx]:443");
}

static void
somebody_elses_address_stays(void **state)
{
	(void)state;
	becomes("192.0.2.13", "192.0.2.13");
	becomes("1192.0.2.1", "1192.0.2.1");
	becomes("2001:db8::1f2", "2001:db8::1f2");
	becomes("192.0.2", "192.0.2");
}

static void
a_response_without_anything_is_left_alone(void **state)
{
	struct measurement *m = measurement_new();

	(void)state;
	ARENA_PUSH(m->arena, m->requests, m->nrequests)->code = 200;
	scrub_measurement(&scrub, m);
	assert_int_equal(m->requests[0].code, 200);
	measurement_free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(our_address_is_crossed_out_wherever_it_stands),
	    cmocka_unit_test(somebody_elses_address_stays),
	    cmocka_unit_test(a_response_without_anything_is_left_alone),
	};

	return cmocka_run_group_tests_name("scrub", tests, NULL, NULL);
}
