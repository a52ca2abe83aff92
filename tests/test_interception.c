/* Which chains count as forged, by whom, and what was expected. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <openssl/x509.h>
#include <cmocka.h>

#include "analysis/ingest.h"
#include "analysis/interception.h"
#include "base/mem.h"
#include "results/measurement.h"
#include "tests/cert_lab.h"
#include "tests/outcome_lab.h"

static char url[] = "https://a.example/", host[] = "a.example";
static char other_url[] = "https://b.example/", other_host[] = "b.example";

/*
 * Chains of two: a public authority's, a forger's, the same without its issuer, a second forger's of the same name,
 * and one with another leaf's key. */
static struct bytes *genuine, *forged, *short_chain, *namesake, *rekeyed;
static size_t two, one;

static struct bytes *
chain(const char *issuer, EVP_PKEY *key, EVP_PKEY *leaf_key, size_t n, const char *not_after)
{
	X509 *ca = cert_lab_make(&(struct cert_recipe){.subject = issuer, .key = key});
	X509 *leaf = cert_lab_make(&(struct cert_recipe){.subject = "CN=a.example", .issuer = ca, .key = leaf_key,
	    .signer = key, .san = "a.example", .not_after = not_after});
	struct bytes *der = n == 1 ? cert_lab_der(&one, leaf, NULL) : cert_lab_der(&two, leaf, ca, NULL);

	X509_free(ca);
	X509_free(leaf);
	return der;
}

static int
make_chains(void **state)
{
	EVP_PKEY *key = cert_lab_rsa(2048, 65537);

	(void)state;
	genuine = chain("CN=Public", cert_lab_key(), NULL, 2, NULL);
	forged = chain("CN=Forger", cert_lab_key(), NULL, 2, NULL);
	short_chain = chain("CN=Forger", cert_lab_key(), NULL, 1, NULL);
	namesake = chain("CN=Forger", key, NULL, 2, "260201000000Z");
	rekeyed = chain("CN=Other public", cert_lab_key(), key, 2, NULL);
	EVP_PKEY_free(key);
	return 0;
}

static int
free_chains(void **state)
{
	(void)state;
	cert_lab_free(genuine, two);
	cert_lab_free(forged, two);
	cert_lab_free(short_chain, one);
	cert_lab_free(namesake, two);
	cert_lab_free(rekeyed, two);
	return 0;
}

struct shown_record {
	char *url, *host;
	const char *server_name; /* NULL: host */
	const struct bytes *chain;
	size_t n;
	bool trusted;
	enum mechanism mechanism;
	int64_t us;
};

static void
add(struct interception *in, const struct shown_record *what)
{
	struct record r = {.kind = RECORD_TARGET, .m = measurement_new()};
	struct measurement *m = r.m;
	struct tls_handshake *tls = ARENA_PUSH(m->arena, m->tls, m->ntls);

	r.target.url = what->url;
	r.target.host = what->host;
	m->start_us = what->us;
	m->probe_asn = arena_strdup(m->arena, "AS9198");
	m->probe_cc = arena_strdup(m->arena, "KZ");
	m->id = arena_strdup(m->arena, "id");
	m->verdict = (struct verdict){.status = what->mechanism != MECHANISM_NONE ? VERDICT_BLOCKED : VERDICT_OK,
	    .stage = STAGE_TLS, .mechanism = what->mechanism, .confidence = 0.95};
	tls->server_name = arena_strdup(m->arena, what->server_name != NULL ? what->server_name : what->host);
	tls->failure = what->trusted ? NULL : "ssl_unknown_authority";
	tls->host_ok = 1;
	tls->certificates = arena_alloc(m->arena, what->n * sizeof(*tls->certificates));
	memcpy(tls->certificates, what->chain, what->n * sizeof(*tls->certificates));
	tls->ncertificates = what->n;
	interception_add(in, &r);
	measurement_free(m);
}

static void
forgeries_are_grouped_by_issuer_and_key(void **state)
{
	struct interception *in = interception_new(NULL);
	const struct interception_report *r;

	(void)state;
	add(in, &(struct shown_record){url, host, NULL, forged, 2, false, TLS_MITM, MIDNIGHT});
	add(in, &(struct shown_record){other_url, other_host, NULL, forged, 2, false, TLS_MITM, MIDNIGHT + HOUR});
	add(in, &(struct shown_record){url, host, NULL, namesake, 2, false, TLS_MITM, MIDNIGHT + DAY});
	add(in, &(struct shown_record){url, host, NULL, genuine, 2, true, MECHANISM_NONE, MIDNIGHT - DAY});
	r = interception_finish(in);
	assert_int_equal(r->ngroups, 2);
	assert_string_equal(r->groups[0].issuer, "CN=Forger");
	assert_string_equal(r->groups[1].issuer, "CN=Forger");
	assert_string_not_equal(r->groups[0].issuer_key, r->groups[1].issuer_key);
	assert_int_equal(r->groups[0].ntargets, 2);
	assert_int_equal(r->groups[0].n, 2);
	assert_int_equal(r->groups[0].leaves, 1);
	assert_int_equal(r->groups[0].first_us, MIDNIGHT);
	assert_int_equal(r->groups[0].last_us, MIDNIGHT + HOUR);
	assert_int_equal(r->groups[0].networks[0].asn, 9198);
	assert_null(r->groups[0].known);
	/* What was expected of the one target was seen, of the other not. */
	assert_string_equal(r->groups[0].targets[0].expected->facts.issuer, "CN=Public");
	assert_null(r->groups[0].targets[1].expected);
	/* Used though it had expired. */
	assert_int_equal(r->groups[0].expired, 0);
	assert_int_equal(r->groups[1].expired, 1);
	interception_free(in);
}

static void
a_chain_without_its_issuer_has_no_key_to_go_by(void **state)
{
	struct interception *in = interception_new(NULL);
	const struct interception_report *r;

	(void)state;
	add(in, &(struct shown_record){url, host, NULL, short_chain, 1, false, TLS_MITM, MIDNIGHT});
	r = interception_finish(in);
	assert_int_equal(r->ngroups, 1);
	assert_string_equal(r->groups[0].issuer_key, "");
	interception_free(in);
}

static void
an_untrusted_chain_that_nobody_accuses_is_only_counted(void **state)
{
	struct interception *in = interception_new(NULL);
	const struct interception_report *r;

	(void)state;
	add(in, &(struct shown_record){url, host, NULL, forged, 2, false, TLS_CERTIFICATE, MIDNIGHT});
	add(in, &(struct shown_record){url, host, NULL, forged, 2, false, MECHANISM_NONE, MIDNIGHT + 1});
	r = interception_finish(in);
	assert_int_equal(r->ngroups, 0);
	assert_int_equal(r->doubtful, 2);
	assert_int_equal(r->doubtful_targets, 1);
	interception_free(in);
}

static void
a_known_authority_is_enough(void **state)
{
	static const char table[] =
	    "name\tsubject\tissuer\tsha1\tsha256\tspki_sha256\tobserved\twhen\tsource\n"
	    "The forger\tCN=Forger\t\t\t\t\tyes\t2019\ttest\n";
	struct known_cas known = {0};
	const struct interception_report *r;
	struct interception *in;

	(void)state;
	known_cas_parse("table", table, sizeof(table) - 1, &known);
	assert_int_equal(known.n, 1);
	in = interception_new(&known);
	add(in, &(struct shown_record){url, host, NULL, forged, 2, false, TLS_CERTIFICATE, MIDNIGHT});
	r = interception_finish(in);
	assert_int_equal(r->ngroups, 1);
	assert_string_equal(r->groups[0].known->name, "The forger");
	assert_false(r->groups[0].known_by_key);
	interception_free(in);
	known_cas_clear(&known);
}

static void
what_other_names_are_shown_is_not_the_targets(void **state)
{
	struct interception *in = interception_new(NULL);
	const struct interception_report *r;

	(void)state;
	add(in, &(struct shown_record){url, host, "control.example", forged, 2, false, TLS_MITM, MIDNIGHT});
	add(in, &(struct shown_record){url, host, "A.Example", forged, 2, false, TLS_MITM, MIDNIGHT});
	r = interception_finish(in);
	assert_int_equal(r->groups[0].n, 1);
	interception_free(in);
}

static void
an_antivirus_is_not_a_network(void **state)
{
	struct interception *in = interception_new(NULL);
	const struct interception_report *r;

	(void)state;
	add(in, &(struct shown_record){url, host, NULL, forged, 2, false, TLS_LOCAL_INTERCEPTION, MIDNIGHT});
	add(in, &(struct shown_record){url, host, NULL, forged, 2, false, TLS_MITM, MIDNIGHT});
	r = interception_finish(in);
	assert_int_equal(r->ngroups, 2);
	assert_int_equal(r->groups[0].local + r->groups[1].local, 1);
	interception_free(in);
}

static void
a_new_key_that_the_public_roots_vouch_for_is_an_honest_change(void **state)
{
	struct interception *in = interception_new(NULL);
	const struct interception_report *r;

	(void)state;
	add(in, &(struct shown_record){url, host, NULL, rekeyed, 2, true, MECHANISM_NONE, MIDNIGHT + DAY});
	add(in, &(struct shown_record){url, host, NULL, genuine, 2, true, MECHANISM_NONE, MIDNIGHT});
	add(in, &(struct shown_record){url, host, NULL, genuine, 2, true, MECHANISM_NONE, MIDNIGHT + HOUR});
	/* A renewal with the key of the one before it is none. */
	add(in, &(struct shown_record){other_url, other_host, NULL, genuine, 2, true, MECHANISM_NONE, MIDNIGHT});
	add(in, &(struct shown_record){other_url, other_host, NULL, namesake, 2, true, MECHANISM_NONE, MIDNIGHT + DAY});
	r = interception_finish(in);
	assert_int_equal(r->ngroups, 0);
	assert_int_equal(r->nsites, 1);
	assert_string_equal(r->sites[0].url, url);
	assert_int_equal(r->sites[0].keys, 2);
	assert_int_equal(r->sites[0].issuers, 2);
	assert_int_equal(r->sites[0].before_last_us, MIDNIGHT + HOUR);
	assert_int_equal(r->sites[0].after_first_us, MIDNIGHT + DAY);
	assert_string_equal(r->sites[0].after->facts.issuer, "CN=Other public");
	interception_free(in);
}

static void
bytes_that_are_no_certificate_are_no_trouble(void **state)
{
	static uint8_t junk[] = "junk";
	struct bytes der[2] = {{junk, 4}, {junk, 0}};
	struct interception *in = interception_new(NULL);
	const struct interception_report *r;

	(void)state;
	add(in, &(struct shown_record){url, host, NULL, der, 2, false, TLS_MITM, MIDNIGHT});
	add(in, &(struct shown_record){url, host, NULL, der, 2, true, MECHANISM_NONE, MIDNIGHT});
	add(in, &(struct shown_record){url, host, NULL, der + 1, 1, false, TLS_MITM, MIDNIGHT});
	r = interception_finish(in);
	assert_int_equal(r->ngroups, 1);
	assert_null(r->groups[0].issuer);
	assert_true(isnan(r->groups[0].days.least));
	assert_int_equal(r->nsites, 0);
	interception_free(in);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(forgeries_are_grouped_by_issuer_and_key),
	    cmocka_unit_test(a_chain_without_its_issuer_has_no_key_to_go_by),
	    cmocka_unit_test(an_untrusted_chain_that_nobody_accuses_is_only_counted),
	    cmocka_unit_test(a_known_authority_is_enough),
	    cmocka_unit_test(what_other_names_are_shown_is_not_the_targets),
	    cmocka_unit_test(an_antivirus_is_not_a_network),
	    cmocka_unit_test(a_new_key_that_the_public_roots_vouch_for_is_an_honest_change),
	    cmocka_unit_test(bytes_that_are_no_certificate_are_no_trouble),
	};

	return cmocka_run_group_tests(tests, make_chains, free_chains);
}
