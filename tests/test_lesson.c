/* What a record teaches: what vouched for itself, and nothing else. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/buf.h"
#include "base/mem.h"
#include "probe/lesson.h"
#include "results/quic_ping.h"
#include "tests/lessons.h"

#define URL "https://site.test/"
#define PLAIN "http://site.test/"

/* The only value of a kind; NULL none. */
static const char *
value_of(const struct lesson *lesson, enum lesson_kind kind)
{
	const char *value = NULL;
	size_t i;

	for (i = 0; i < lesson->nitems; i++)
		if (lesson->items[i].kind == kind) {
			assert_null(value);
			value = lesson->items[i].value;
		}
	return value;
}

static void
a_good_round_teaches_all_there_is(void **state)
{
	struct measurement *m = good_round(URL, NOON);
	struct lesson lesson;

	(void)state;
	assert_true(lesson_of(m, &lesson));
	assert_int_equal(lesson.outcome, LESSON_OK);
	assert_string_equal(lesson.record, m->id);
	assert_string_equal(lesson.network, "AS64500");
	assert_string_equal(lesson.url, URL);
	assert_true(lesson.time_us == NOON);
	assert_string_equal(value_of(&lesson, LESSON_ADDRESS), "192.0.2.1");
	assert_string_equal(value_of(&lesson, LESSON_TITLE), "Front page");
	assert_non_null(value_of(&lesson, LESSON_KEY));
	assert_non_null(value_of(&lesson, LESSON_ISSUER));
	assert_null(value_of(&lesson, LESSON_BLOCKPAGE));
	assert_null(value_of(&lesson, LESSON_QUIC));
	assert_true(lesson.sampled);
	assert_true(fabs(lesson.connect_s - 0.02) < 1e-9);
	assert_true(fabs(lesson.handshake_s - 0.05) < 1e-9);
	assert_true(fabs(lesson.rate - 100000) < 1e-3);
	assert_int_equal(lesson.body_length, 50000);
	assert_string_equal(lesson.good_body, "aa");
	measurement_free(m);
}

/* The same bytes by other ways through OpenSSL than the module's. */
static void
the_hashes_are_of_the_key_and_of_the_issuers_name(void **state)
{
	struct measurement *m = good_round(URL, NOON);
	unsigned char digest[EVP_MAX_MD_SIZE], *der = NULL;
	struct bytes certificate = leaf(0);
	const unsigned char *p = certificate.data;
	X509 *x509 = d2i_X509(NULL, &p, (long)certificate.len);
	struct buf hex = BUF_EMPTY;
	struct lesson lesson;
	unsigned int size;
	int len;

	(void)state;
	assert_true(lesson_of(m, &lesson));
	len = i2d_PUBKEY(X509_get0_pubkey(x509), &der);
	assert_int_equal(EVP_Digest(der, (size_t)len, digest, &size, EVP_sha256(), NULL), 1);
	buf_hex(&hex, digest, size);
	assert_string_equal(value_of(&lesson, LESSON_KEY), buf_str(&hex));
	buf_clear(&hex);
	assert_int_equal(X509_NAME_digest(X509_get_issuer_name(x509), EVP_sha256(), digest, &size), 1);
	buf_hex(&hex, digest, size);
	assert_string_equal(value_of(&lesson, LESSON_ISSUER), buf_str(&hex));
	buf_free(&hex);
	OPENSSL_free(der);
	X509_free(x509);
	measurement_free(m);
}

static void
teaches_nothing(struct measurement *m)
{
	struct lesson lesson;

	assert_false(lesson_of(m, &lesson));
	measurement_free(m);
}

static void
strangers_records_teach_nothing(void **state)
{
	struct measurement *m;

	(void)state;
	m = good_round(URL, NOON);
	m->has_x = false;
	teaches_nothing(m);
	m = good_round(URL, NOON);
	m->software_name = arena_strdup(m->arena, "ooniprobe-cli");
	teaches_nothing(m);
	m = good_round(URL, NOON);
	m->test_name = arena_strdup(m->arena, "netvane_round");
	teaches_nothing(m);
	m = good_round(URL, NOON);
	m->role = arena_strdup(m->arena, "visitor");
	teaches_nothing(m);
	m = good_round(URL, NOON);
	m->id = NULL;
	teaches_nothing(m);
	m = good_round(URL, NOON);
	m->verdict.status = VERDICT_NONE;
	teaches_nothing(m);
	teaches_nothing(measurement_new());
}

static void
a_round_without_a_network_teaches_nothing(void **state)
{
	static const enum network_state states[] = {NETWORK_UNKNOWN, NETWORK_CAPTIVE_PORTAL,
	    NETWORK_FOREIGN_CUT, NETWORK_SHUTDOWN, NETWORK_OFFLINE};
	struct measurement *m;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		m = bad_round(URL, NOON, VERDICT_INSUFFICIENT, MECHANISM_NONE);
		m->context.network = states[i];
		teaches_nothing(m);
	}
}

static void
an_interrupted_round_teaches_nothing(void **state)
{
	struct measurement *m = bad_round(URL, NOON, VERDICT_INSUFFICIENT, MECHANISM_NONE);

	(void)state;
	m->tls[0].failure = "interrupted";
	teaches_nothing(m);
}

/* The outcome is counted; nothing that was seen is taken for usual. */
static void
teaches_only_the_outcome(struct measurement *m, enum lesson_outcome outcome)
{
	struct lesson lesson;

	assert_true(lesson_of(m, &lesson));
	assert_int_equal(lesson.outcome, outcome);
	assert_int_equal(lesson.nitems, 0);
	assert_false(lesson.sampled);
	assert_null(lesson.good_body);
	measurement_free(m);
}

static void
what_is_suspicious_teaches_only_the_outcome(void **state)
{
	static const struct {
		enum verdict_status status;
		enum lesson_outcome outcome;
	} cases[] = {
	    {VERDICT_BLOCKED, LESSON_BAD},
	    {VERDICT_LIKELY_BLOCKED, LESSON_BAD},
	    {VERDICT_IMPAIRED, LESSON_BAD},
	    {VERDICT_DOWN, LESSON_BAD},
	    {VERDICT_INSUFFICIENT, LESSON_UNTOLD},
	};
	struct measurement *m;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		/* Even where everything seems to have gone well. */
		m = good_round(URL, NOON);
		m->verdict.status = cases[i].status;
		m->verdict.mechanism = THROTTLING;
		teaches_only_the_outcome(m, cases[i].outcome);
	}
}

static void
a_refusal_teaches_where_the_site_is_but_not_how_it_looks(void **state)
{
	struct measurement *m = good_round(URL, NOON);
	struct lesson lesson;

	(void)state;
	m->verdict.status = VERDICT_IMPAIRED;
	m->verdict.mechanism = HTTP_SERVER_REFUSAL;
	m->requests[0].code = 403;
	assert_true(lesson_of(m, &lesson));
	assert_int_equal(lesson.outcome, LESSON_OK);
	assert_string_equal(value_of(&lesson, LESSON_ADDRESS), "192.0.2.1");
	assert_null(value_of(&lesson, LESSON_TITLE));
	assert_int_equal(lesson.body_length, -1);
	measurement_free(m);
}

static void
a_certificate_that_does_not_verify_teaches_no_key(void **state)
{
	struct measurement *m = good_round(URL, NOON);

	(void)state;
	m->tls[0].failure = "ssl_unknown_authority";
	m->nrequests = 0;
	/* An interceptor that the machine trusts: reached, but by whom? */
	m->verdict.mechanism = TLS_LOCAL_INTERCEPTION;
	teaches_only_the_outcome(m, LESSON_OK);
}

static void
bytes_that_are_no_certificate_teach_no_key(void **state)
{
	struct measurement *m = good_round(URL, NOON);
	struct lesson lesson;

	(void)state;
	m->tls[0].certificates[0] = (struct bytes){arena_memdup(m->arena, "0\202", 2), 2};
	assert_true(lesson_of(m, &lesson));
	assert_null(value_of(&lesson, LESSON_KEY));
	assert_null(value_of(&lesson, LESSON_ISSUER));
	assert_string_equal(value_of(&lesson, LESSON_ADDRESS), "192.0.2.1");
	measurement_free(m);
}

static void
a_control_teaches_times_only(void **state)
{
	struct measurement *m = good_round(URL, NOON);
	struct lesson lesson;

	(void)state;
	m->role = arena_strdup(m->arena, "control");
	m->verdict.status = VERDICT_NONE;
	assert_true(lesson_of(m, &lesson));
	assert_int_equal(lesson.outcome, LESSON_NOT_JUDGED);
	assert_int_equal(lesson.nitems, 0);
	assert_true(lesson.sampled);
	assert_true(fabs(lesson.handshake_s - 0.05) < 1e-9);
	measurement_free(m);
	m = bad_round(URL, NOON, VERDICT_NONE, MECHANISM_NONE);
	m->role = arena_strdup(m->arena, "control");
	teaches_nothing(m);
}

static void
a_plain_page_needs_a_second_resolver_to_vouch_for_its_address(void **state)
{
	struct measurement *m = good_round(PLAIN, NOON);
	struct lesson lesson;

	(void)state;
	m->ntls = 0;
	assert_true(lesson_of(m, &lesson));
	assert_string_equal(value_of(&lesson, LESSON_ADDRESS), "192.0.2.1");
	assert_null(value_of(&lesson, LESSON_TITLE));
	assert_true(isnan(lesson.rate));
	measurement_free(m);
	m = good_round(PLAIN, NOON);
	m->ntls = 0;
	m->nqueries = 1;
	teaches_only_the_outcome(m, LESSON_OK);
}

static void
a_plain_address_that_leads_to_the_sites_own_secure_page_counts(void **state)
{
	struct measurement *m = good_round(PLAIN, NOON);
	struct lesson lesson;

	(void)state;
	m->ntls = 0;
	m->nqueries = 1;
	m->requests[0].url = arena_strdup(m->arena, "https://www.site.test/");
	assert_true(lesson_of(m, &lesson));
	assert_string_equal(value_of(&lesson, LESSON_ADDRESS), "192.0.2.1");
	assert_string_equal(value_of(&lesson, LESSON_TITLE), "Front page");
	m->requests[0].url = arena_strdup(m->arena, "https://blocked.example/");
	teaches_only_the_outcome(m, LESSON_OK);
}

static void
an_address_has_one_spelling(void **state)
{
	struct measurement *m = good_round(URL, NOON);
	struct lesson lesson;

	(void)state;
	set_address(m, "2001:DB8:0::1");
	assert_true(lesson_of(m, &lesson));
	assert_string_equal(value_of(&lesson, LESSON_ADDRESS), "2001:db8::1");
	measurement_free(m);
}

static void
a_small_page_says_nothing_of_the_rate(void **state)
{
	struct measurement *m = good_round(URL, NOON);
	struct lesson lesson;

	(void)state;
	set_body(m, 20000, "aa", "Small");
	assert_true(lesson_of(m, &lesson));
	assert_true(isnan(lesson.rate));
	assert_int_equal(lesson.body_length, 20000);
	measurement_free(m);
}

static void
a_block_page_teaches_its_hash(void **state)
{
	struct measurement *m = good_round(PLAIN, NOON);
	struct lesson lesson;

	(void)state;
	m->verdict.status = VERDICT_LIKELY_BLOCKED;
	m->verdict.mechanism = HTTP_BLOCKPAGE;
	assert_true(lesson_of(m, &lesson));
	assert_int_equal(lesson.outcome, LESSON_BAD);
	assert_int_equal(lesson.nitems, 1);
	assert_string_equal(value_of(&lesson, LESSON_BLOCKPAGE), "aa");
	/* Not proven, or nobody's mark. */
	m->verdict.status = VERDICT_INSUFFICIENT;
	assert_true(lesson_of(m, &lesson));
	assert_int_equal(lesson.nitems, 0);
	m->verdict.status = VERDICT_BLOCKED;
	m->requests[0].body_length = 0;
	teaches_only_the_outcome(m, LESSON_BAD);
}

static void
an_answer_to_a_ping_teaches_quic(void **state)
{
	struct measurement *m = good_round(URL, NOON);
	struct quic_ping *ping = ARENA_PUSH(m->arena, m->quic, m->nquic);
	struct lesson lesson;

	(void)state;
	ping->address = arena_strdup(m->arena, "192.0.2.1:443");
	ping->sent = 3;
	ping->failure = "generic_timeout_error";
	assert_true(lesson_of(m, &lesson));
	assert_null(value_of(&lesson, LESSON_QUIC));
	ping->failure = NULL;
	ping->answered = 1;
	assert_true(lesson_of(m, &lesson));
	assert_string_equal(value_of(&lesson, LESSON_QUIC), "192.0.2.1:443");
	measurement_free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_good_round_teaches_all_there_is),
	    cmocka_unit_test(the_hashes_are_of_the_key_and_of_the_issuers_name),
	    cmocka_unit_test(strangers_records_teach_nothing),
	    cmocka_unit_test(a_round_without_a_network_teaches_nothing),
	    cmocka_unit_test(an_interrupted_round_teaches_nothing),
	    cmocka_unit_test(what_is_suspicious_teaches_only_the_outcome),
	    cmocka_unit_test(a_refusal_teaches_where_the_site_is_but_not_how_it_looks),
	    cmocka_unit_test(a_certificate_that_does_not_verify_teaches_no_key),
	    cmocka_unit_test(bytes_that_are_no_certificate_teach_no_key),
	    cmocka_unit_test(a_control_teaches_times_only),
	    cmocka_unit_test(a_plain_page_needs_a_second_resolver_to_vouch_for_its_address),
	    cmocka_unit_test(a_plain_address_that_leads_to_the_sites_own_secure_page_counts),
	    cmocka_unit_test(an_address_has_one_spelling),
	    cmocka_unit_test(a_small_page_says_nothing_of_the_rate),
	    cmocka_unit_test(a_block_page_teaches_its_hash),
	    cmocka_unit_test(an_answer_to_a_ping_teaches_quic),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
