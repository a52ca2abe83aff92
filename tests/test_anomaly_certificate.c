/* Notes about certificates that change: a key and an issuer that are both new, seen twice, where the site was steady. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "results/baseline.h"
#include "results/measurement.h"
#include "tests/sightings.h"

#define A "https://a.test/"
#define B "https://b.test/"

static struct anomalies *a;
static struct told told;
static struct baseline usual;
static char keys[5][8] = {"key 0", "key 1", "key 2", "key 3", "key 4"};
static char issuers[5][9] = {"issuer 0", "issuer 1", "issuer 2", "issuer 3", "issuer 4"};
static struct baseline_item usual_keys[5], usual_issuers[5];

static int
fresh(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 5; i++) {
		usual_keys[i] = (struct baseline_item){keys[i], 10, MIDNIGHT};
		usual_issuers[i] = (struct baseline_item){issuers[i], 10, MIDNIGHT};
	}
	usual = (struct baseline){.measured = 40, .ok = 40, .days = 9, .keys = usual_keys, .nkeys = 1,
	    .issuers = usual_issuers, .nissuers = 1};
	a = anomalies_new(NULL);
	return 0;
}

static int
over(void **state)
{
	(void)state;
	anomalies_free(a);
	told_clear(&told);
	return 0;
}

/* Round n: the site is well, with such a certificate. "" none. */
static void
shows(const char *url, int n, const char *key, const char *issuer, const char *authority)
{
	struct sighting s = sighting(url, '.', MIDNIGHT + n * 15 * MINUTE);

	in_round(&s, n);
	s.key = key[0] != '\0' ? key : NULL;
	s.issuer = issuer[0] != '\0' ? issuer : NULL;
	s.authority = authority;
	s.usual = &usual;
	anomalies_feed(a, &s, keep_told, &told);
}

static void
settle(void)
{
	anomalies_settle(a, keep_told, &told);
}

static void
a_new_key_of_a_new_issuer_is_noted_when_it_comes_again(void **state)
{
	const struct event_info *e;

	(void)state;
	shows(A, 0, "key 0", "issuer 0", "Old");
	shows(A, 1, "fresh key", "fresh issuer", "New");
	settle();
	assert_int_equal(told.n, 0);
	shows(A, 2, "fresh key", "fresh issuer", "New");
	settle();
	assert_string_equal(told_text(&told), "certificate(" A ")");
	e = &told.events[0].info;
	assert_string_equal(e->certificate->key, "fresh key");
	assert_string_equal(e->certificate->issuer, "fresh issuer");
	assert_int_equal(e->when.not_before_us, MIDNIGHT);
	assert_int_equal(e->when.not_after_us, MIDNIGHT + 15 * MINUTE + 5 * SECOND);
	assert_int_equal(e->nevidence, 3);
	assert_null(e->anomaly);
	/* Once. */
	usual.nkeys = usual.nissuers = 2;
	usual_keys[1].value = strcpy(keys[1], "fresh k");
	shows(A, 3, "fresh k", "issuer 1", "New");
	settle();
	assert_int_equal(told.n, 1);
}

static void
an_ordinary_renewal_is_not(void **state)
{
	int i;

	(void)state;
	shows(A, 0, "key 0", "issuer 0", "Old");
	for (i = 1; i < 4; i++)
		shows(A, i, "fresh key", "issuer 0", "Old");
	for (i = 4; i < 8; i++)
		shows(A, i, "key 0", "fresh issuer", "New");
	/* One authority has several issuers. */
	shows(B, 8, "key 0", "issuer 0", "Let's Encrypt");
	for (i = 9; i < 12; i++)
		shows(B, i, "fresh key", "fresh issuer", "Let's Encrypt");
	settle();
	assert_int_equal(told.n, 0);
}

static void
a_site_that_rotates_is_left_alone(void **state)
{
	int i;

	(void)state;
	/* Back and forth. */
	for (i = 0; i < 8; i++)
		shows(A, i, i % 2 ? "fresh key" : "key 0", i % 2 ? "fresh issuer" : "issuer 0", i % 2 ? "New" : "Old");
	settle();
	assert_int_equal(told.n, 0);
	/* Known to do so. */
	usual.nkeys = 4;
	shows(A, 8, "fresh key 2", "fresh issuer 2", "New 2");
	shows(A, 9, "fresh key 2", "fresh issuer 2", "New 2");
	usual.nkeys = 1;
	usual.nissuers = 3;
	shows(A, 10, "fresh key 3", "fresh issuer 3", "New 3");
	shows(A, 11, "fresh key 3", "fresh issuer 3", "New 3");
	settle();
	assert_int_equal(told.n, 0);
}

static void
without_a_history_nothing_is_new(void **state)
{
	(void)state;
	usual.ok = usual.measured = 3;
	shows(A, 0, "key 0", "issuer 0", "Old");
	shows(A, 1, "fresh key", "fresh issuer", "New");
	shows(A, 2, "fresh key", "fresh issuer", "New");
	usual.ok = usual.measured = 40;
	usual.nkeys = 0;
	shows(A, 3, "fresh key 2", "fresh issuer 2", "New 2");
	shows(A, 4, "fresh key 2", "fresh issuer 2", "New 2");
	/* Nor without a certificate, or with several at once. */
	usual.nkeys = 1;
	shows(A, 5, "", "", NULL);
	shows(A, 6, "", "", NULL);
	settle();
	assert_int_equal(told.n, 0);
}

static void
sites_that_turn_to_one_issuer_are_one_note(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 3; i++) {
		shows(A, i, i > 0 ? "fresh a" : "key 0", i > 0 ? "fresh issuer" : "issuer 0", i > 0 ? "New" : "Old");
		shows(B, i, i > 0 ? "fresh b" : "key 0", i > 0 ? "fresh issuer" : "issuer 0", i > 0 ? "New" : "Old");
	}
	settle();
	assert_string_equal(told_text(&told), "certificate(" A " " B ")");
	assert_null(told.events[0].info.certificate->key);
	assert_string_equal(told.events[0].info.certificate->issuer, "fresh issuer");
	assert_int_equal(told.events[0].info.nevidence, 6);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, over)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_new_key_of_a_new_issuer_is_noted_when_it_comes_again),
	    TEST(an_ordinary_renewal_is_not),
	    TEST(a_site_that_rotates_is_left_alone),
	    TEST(without_a_history_nothing_is_new),
	    TEST(sites_that_turn_to_one_issuer_are_one_note),
	};

	return cmocka_run_group_tests_name("anomaly_certificate", tests, NULL, NULL);
}
