/* What probe/sighting.h promises: a judged target's record is a sighting, and no other is. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/mem.h"
#include "probe/sighting.h"
#include "results/event.h"
#include "tests/lessons.h"

#define URL "https://site.test/"

static void
a_targets_record_is_one(void **state)
{
	struct measurement *m = good_round(URL, NOON);
	struct sighting s;

	(void)state;
	m->round_id = arena_strdup(m->arena, "the round");
	m->list = arena_strdup(m->arena, "kz-news");
	m->runtime = 2.5;
	m->start_mono_ns = 77;
	assert_true(sighting_of(m, &s));
	assert_string_equal(s.url, URL);
	assert_string_equal(s.group, "kz-news");
	assert_string_equal(s.record, m->id);
	assert_string_equal(s.round, "the round");
	assert_int_equal(s.start_us, NOON);
	assert_int_equal(s.end_us, NOON + 2500000);
	assert_int_equal(s.mono_ns, 77);
	assert_int_equal(s.state, m->context.network);
	assert_int_equal(s.verdict.status, VERDICT_OK);
	assert_int_equal(strlen(s.key), 64);
	assert_int_equal(strlen(s.issuer), 64);
	assert_null(s.usual);
	m->probe_asn = NULL;
	assert_true(sighting_of(m, &s));
	assert_string_equal(s.network, "AS0");
	measurement_free(m);
}

static void
a_bad_one_has_its_verdict_and_no_certificate(void **state)
{
	struct measurement *m = bad_round(URL, NOON, VERDICT_BLOCKED, TLS_SNI_RESET);
	struct sighting s;

	(void)state;
	m->verdict.stage = STAGE_TLS;
	m->verdict.confidence = 0.95;
	assert_true(sighting_of(m, &s));
	assert_int_equal(s.verdict.status, VERDICT_BLOCKED);
	assert_int_equal(s.verdict.stage, STAGE_TLS);
	assert_int_equal(s.verdict.mechanism, TLS_SNI_RESET);
	assert_true(s.verdict.confidence == 0.95);
	assert_null(s.key);
	assert_null(s.authority);
	measurement_free(m);
}

/* A leaf of an issuer with that organisation, in the arena; it need not verify. */
static struct bytes
leaf_of(struct arena *arena, const char *organisation)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509_NAME *name = X509_NAME_new();
	X509 *x509 = X509_new();
	unsigned char *der = NULL;
	struct bytes bytes;
	int len;

	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"R42", -1, -1, 0);
	if (organisation != NULL)
		X509_NAME_add_entry_by_txt(name, "O", MBSTRING_ASC, (const unsigned char *)organisation, -1, -1, 0);
	X509_set_version(x509, X509_VERSION_3);
	X509_set_issuer_name(x509, name);
	ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
	X509_gmtime_adj(X509_getm_notBefore(x509), 0);
	X509_gmtime_adj(X509_getm_notAfter(x509), 86400);
	X509_set_pubkey(x509, key);
	X509_sign(x509, key, EVP_sha256());
	len = i2d_X509(x509, &der);
	assert_true(len > 0);
	bytes = (struct bytes){arena_memdup(arena, der, (size_t)len), (size_t)len};
	OPENSSL_free(der);
	X509_free(x509);
	X509_NAME_free(name);
	EVP_PKEY_free(key);
	return bytes;
}

static void
the_authority_is_the_issuers_organisation(void **state)
{
	struct measurement *m = good_round(URL, NOON);
	struct sighting s;

	(void)state;
	m->tls[0].certificates[0] = leaf_of(m->arena, "Let's Encrypt");
	assert_true(sighting_of(m, &s));
	assert_string_equal(s.authority, "Let's Encrypt");
	m->tls[0].certificates[0] = leaf_of(m->arena, NULL);
	assert_true(sighting_of(m, &s));
	assert_non_null(s.key);
	assert_null(s.authority);
	measurement_free(m);
}

static void
a_runtime_that_cannot_be_is_none(void **state)
{
	const double runtimes[] = {-1, 1e300, (double)NAN};
	struct measurement *m = good_round(URL, NOON);
	struct sighting s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(runtimes) / sizeof(runtimes[0]); i++) {
		m->runtime = runtimes[i];
		assert_true(sighting_of(m, &s));
		assert_int_equal(s.end_us, NOON);
	}
	measurement_free(m);
}

static void
no_other_record_is_one(void **state)
{
	struct measurement *m = good_round(URL, NOON);
	struct event_info info = {.kind = EVENT_PAUSE};
	struct round_info round = {0};
	struct sighting s;

	(void)state;
	m->role = arena_strdup(m->arena, "control");
	assert_false(sighting_of(m, &s));
	m->role = NULL;
	assert_false(sighting_of(m, &s));
	m->role = arena_strdup(m->arena, "target");
	assert_true(sighting_of(m, &s));
	m->has_x = false;
	assert_false(sighting_of(m, &s));
	m->has_x = true;
	m->event = &info;
	assert_false(sighting_of(m, &s));
	m->event = NULL;
	m->round = &round;
	assert_false(sighting_of(m, &s));
	m->round = NULL;
	m->verdict.status = VERDICT_NONE;
	assert_false(sighting_of(m, &s));
	m->verdict.status = VERDICT_OK;
	m->id = NULL;
	assert_false(sighting_of(m, &s));
	measurement_free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_targets_record_is_one),
	    cmocka_unit_test(a_bad_one_has_its_verdict_and_no_certificate),
	    cmocka_unit_test(the_authority_is_the_issuers_organisation),
	    cmocka_unit_test(a_runtime_that_cannot_be_is_none),
	    cmocka_unit_test(no_other_record_is_one),
	};

	return cmocka_run_group_tests_name("sighting", tests, NULL, NULL);
}
