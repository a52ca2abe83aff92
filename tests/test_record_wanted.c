/* Which record a word means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/mem.h"
#include "probe/record_wanted.h"
#include "results/event.h"
#include "results/measurement.h"

static bool
means(const char *word, const char *id, const char *url)
{
	char error[TARGET_ERROR_SIZE];
	struct measurement *m = measurement_new();
	struct record_wanted wanted;
	bool is;

	m->id = arena_strdup(m->arena, id);
	m->input = arena_strdup(m->arena, url);
	assert_int_equal(record_wanted_parse(word, &wanted, error), 0);
	is = record_wanted_is(&wanted, m);
	/* What is meant is worth reading. */
	if (is && !wanted.any)
		assert_true(record_wanted_maybe(&wanted, wanted.by_id ? id : url));
	record_wanted_clear(&wanted);
	measurement_free(m);
	return is;
}

static const char id[] = "0123456789abcdef0123456789abcdef";

static void
an_id_or_its_first_digits(void **state)
{
	(void)state;
	assert_true(means(id, id, "https://site.example/"));
	assert_true(means("012345", id, "https://site.example/"));
	assert_true(means("0123456789ABCDEF", id, "https://site.example/"));
	assert_false(means("123456", id, "https://site.example/"));
	assert_false(means("012345", NULL, "https://site.example/"));
}

static void
an_event_is_meant_by_its_id_and_is_no_record_of_a_site(void **state)
{
	struct record_wanted any = {.any = true}, by_id = {.by_id = true, .id = "01234567"}, site;
	struct measurement *m = measurement_new();
	struct event_info event = {.kind = EVENT_ANOMALY_ONSET};
	struct round_info round = {0};
	char error[TARGET_ERROR_SIZE];

	(void)state;
	m->id = arena_strdup(m->arena, id);
	m->input = arena_strdup(m->arena, "https://site.example/");
	assert_true(record_wanted_is(&any, m));
	assert_int_equal(record_wanted_parse("https://site.example/", &site, error), 0);
	assert_true(record_wanted_is(&site, m));
	m->event = &event;
	assert_false(record_wanted_is(&site, m));
	assert_true(record_wanted_is(&any, m));
	assert_true(record_wanted_is(&by_id, m));
	m->event = NULL;
	m->round = &round;
	assert_false(record_wanted_is(&site, m));
	assert_false(record_wanted_is(&any, m));
	assert_true(record_wanted_is(&by_id, m));
	m->round = NULL;
	record_wanted_clear(&site);
	measurement_free(m);
}

static void
a_url_means_itself(void **state)
{
	(void)state;
	assert_true(means("https://site.example/", id, "https://site.example/"));
	assert_true(means("HTTPS://Site.Example", id, "https://site.example/"));
	assert_true(means("https://site.example", id, "https://site.example"));
	assert_false(means("https://site.example/", id, "http://site.example/"));
	assert_false(means("https://site.example/", id, "https://www.site.example/"));
	assert_false(means("https://site.example/", id, "https://site.example/a"));
}

static void
a_host_means_its_urls(void **state)
{
	(void)state;
	assert_true(means("site.example", id, "https://site.example/"));
	assert_true(means("site.example", id, "http://site.example/a"));
	assert_true(means("site.example", id, "https://www.site.example/"));
	assert_true(means("www.site.example", id, "https://site.example:8443/"));
	assert_true(means("site.example/a", id, "http://site.example/a"));
	assert_true(means("site.example:8443", id, "https://site.example:8443/"));
	assert_false(means("site.example:8443", id, "https://site.example/"));
	assert_false(means("site.example/a", id, "http://site.example/b"));
	assert_false(means("site.example", id, "https://another.site.example/"));
	assert_false(means("site.example", id, NULL));
	assert_false(means("site.example", id, "site example"));
}

static void
a_dash_means_any_site(void **state)
{
	(void)state;
	assert_true(means("-", NULL, "https://site.example/"));
	assert_false(means("-", id, NULL));
}

static void
what_is_neither_is_refused(void **state)
{
	char error[TARGET_ERROR_SIZE] = "";
	struct record_wanted wanted;

	(void)state;
	assert_int_equal(record_wanted_parse("ftp://site.example/", &wanted, error), -1);
	assert_true(error[0] != '\0');
	assert_int_equal(record_wanted_parse("", &wanted, error), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_id_or_its_first_digits),
	    cmocka_unit_test(an_event_is_meant_by_its_id_and_is_no_record_of_a_site),
	    cmocka_unit_test(a_url_means_itself),
	    cmocka_unit_test(a_host_means_its_urls),
	    cmocka_unit_test(a_dash_means_any_site),
	    cmocka_unit_test(what_is_neither_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
