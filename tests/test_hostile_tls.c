/* Servers whose certificates are made to break whoever looks at them: what is recorded stays small,
 * true and whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <event2/event.h>
#include <openssl/pem.h>

#include "base/mem.h"
#include "probe/check_tcp.h"
#include "probe/check_tls.h"
#include "results/chain.h"
#include "results/measurement.h"
#include "tests/cert_lab.h"
#include "tests/tls_lab.h"

/* 2026-06-01T00:00:00Z */
static const int64_t now_us = INT64_C(1780272000) * 1000000;

/* One connection to one peer, what was recorded, and what it comes to. */
struct run {
	struct lab lab;
	struct peer peer;
	struct measurement *m;
	bool done;
	const struct tls_handshake *seen;
	struct chain_facts facts;
};

static void
tls_done(struct check *check, void *arg)
{
	struct run *run = arg;

	run->done = true;
	run->seen = &run->m->tls[check_tls_result(check)];
}

static void
tcp_done(struct check *check, void *arg)
{
	struct run *run = arg;

	assert_null(check->failure);
	check_start(check_tls_new(&run->lab.probe, run->m, check_tcp_take(check), run->peer.address,
	    "good.test", tls_done, run));
}

static void
run_against(struct run *run, const char *file, const struct known_cas *known)
{
	*run = (struct run){.m = measurement_new()};
	lab_open(&run->lab, "other-root.pem");
	peer_start_with(&run->peer, "good", file, NULL);
	check_start(
	    check_tcp_new(&run->lab.probe, run->m, "127.0.0.1", run->peer.port, tcp_done, run));
	event_base_dispatch(run->lab.probe.base);
	assert_true(run->done);
	chain_classify(run->seen->certificates, run->seen->ncertificates, now_us, known,
	    run->m->arena, &run->facts);
}

static void
run_close(struct run *run)
{
	peer_stop(&run->peer);
	measurement_free(run->m);
	lab_close(&run->lab);
}

static void
ten_megabytes_of_certificates_are_refused_at_their_announcement(void **state)
{
	struct run run;

	(void)state;
	run_against(&run, "fat.pem", NULL);
	assert_string_equal(run.seen->failure, "unknown_failure: excessive message size");
	assert_string_equal(run.seen->step, "server_hello_received");
	assert_string_equal(run.seen->tls_version, "TLSv1.3");
	assert_int_equal(run.seen->ncertificates, 0);
	assert_int_equal(run.seen->host_ok, -1);
	assert_int_equal(run.seen->alert, -1);
	/* The message begins, and is not waited for. */
	assert_true(run.seen->bytes_in > 100 && run.seen->bytes_in < 100 * 1024);
	assert_true(run.seen->c.t - run.seen->c.t0 < 4);
	assert_false(run.facts.parsed);
	assert_int_equal(run.facts.length, 0);
	run_close(&run);
}

static void
what_openssl_still_takes_is_kept_whole(void **state)
{
	struct run run;

	(void)state;
	run_against(&run, "large.pem", NULL);
	assert_string_equal(run.seen->failure, "ssl_unknown_authority");
	assert_string_equal(run.seen->step, "done");
	assert_int_equal(run.seen->ncertificates, 1);
	assert_true(run.seen->certificates[0].len > 65000);
	assert_int_equal(run.seen->host_ok, 1);
	assert_true(run.facts.parsed && run.facts.self_signed);
	assert_int_equal(run.facts.nnames, CHAIN_NAMES_MOST);
	run_close(&run);
}

static void
a_name_that_ends_early_is_no_name_of_ours(void **state)
{
	struct run run;

	(void)state;
	run_against(&run, "nul-names.pem", NULL);
	assert_string_equal(run.seen->step, "done");
	assert_int_equal(run.seen->host_ok, 0);
	assert_non_null(run.seen->failure);
	assert_int_equal(run.facts.nnames, 1);
	assert_string_equal(run.facts.names[0], "good.test\\00.evil.test");
	assert_non_null(strstr(run.facts.subject, "good.test\\00.evil.test"));
	assert_false(chain_is_for(&run.seen->certificates[0], "good.test"));
	run_close(&run);
}

static bool
has_error(const struct tls_handshake *seen, int code)
{
	size_t i;

	for (i = 0; i < seen->nverify_errors; i++)
		if (seen->verify_errors[i].code == code)
			return true;
	return false;
}

static void
absurd_dates_are_recorded_as_they_are(void **state)
{
	struct run run;

	(void)state;
	run_against(&run, "absurd.pem", NULL);
	assert_string_equal(run.seen->failure, "ssl_invalid_certificate");
	assert_string_equal(run.seen->step, "done");
	assert_true(run.facts.expired && run.facts.not_yet);
	assert_int_equal(run.facts.not_before_us, INT64_C(253402300799) * 1000000);
	assert_int_equal(run.facts.not_after_us, INT64_C(-62167219200) * 1000000);
	run_close(&run);

	/* What is no date is an error of its own beside that of the unknown issuer. */
	run_against(&run, "no-dates.pem", NULL);
	assert_string_equal(run.seen->failure, "ssl_unknown_authority");
	assert_true(has_error(run.seen, X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD));
	assert_true(has_error(run.seen, X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD));
	assert_int_equal(run.seen->ncertificates, 1);
	assert_int_equal(run.facts.not_before_us, 0);
	assert_int_equal(run.facts.not_after_us, 0);
	run_close(&run);
}

/* The interception of 2019, on a real connection. */
static void
an_interceptor_shows_in_the_record(void **state)
{
	const char *top = getenv("top_srcdir");
	char *path = xasprintf("%s/targets/certs/interception.tsv", top != NULL ? top : ".");
	struct known_cas known = {0};
	struct run run;

	(void)state;
	assert_int_equal(known_cas_read(path, &known), 0);
	run_against(&run, "qaznet.pem", &known);
	assert_string_equal(run.seen->failure, "ssl_unknown_authority");
	assert_int_equal(run.seen->ncertificates, 2);
	assert_int_equal(run.seen->host_ok, 1);
	assert_non_null(run.facts.known);
	assert_string_equal(run.facts.known->name, "Qaznet Trust Network");
	assert_int_equal(run.facts.path_length, 2);
	assert_string_equal(run.facts.top_issuer, "CN=Qaznet Trust Network,C=KZ");
	run_close(&run);
	known_cas_clear(&known);
	free(path);
}

/* The leaf, and so many times the other, as a file. */
static void
write_chain(const char *file, X509 *leaf, X509 *other, int times)
{
	FILE *out = fopen(lab_path(file), "we");

	assert_non_null(out);
	assert_int_equal(PEM_write_X509(out, leaf), 1);
	while (times-- > 0)
		assert_int_equal(PEM_write_X509(out, other), 1);
	assert_int_equal(fclose(out), 0);
	X509_free(leaf);
}

static void
write_chains(EVP_PKEY *key)
{
	static const char nul[] = "good.test\0.evil.test";
	X509 *fat = cert_lab_make(&(struct cert_recipe){.padding = 1000 * 1000});
	X509 *ca = cert_lab_make(&(struct cert_recipe){.subject = "C=KZ,CN=Security Certificate",
	    .issuer_name = "C=KZ,CN=Qaznet Trust Network"});

	write_chain("fat.pem", cert_lab_make(&(struct cert_recipe){.key = key, .san = "good.test"}),
	    fat, 10);
	write_chain("large.pem",
	    cert_lab_make(&(struct cert_recipe){.key = key,
	        .san = "good.test",
	        .san_count = 2000,
	        .padding = 40000,
	        .serial = 5000}),
	    NULL, 0);
	write_chain("nul-names.pem",
	    cert_lab_make(&(struct cert_recipe){.key = key,
	        .subject_bytes = nul,
	        .subject_len = sizeof(nul) - 1,
	        .san = nul,
	        .san_len = sizeof(nul) - 1}),
	    NULL, 0);
	write_chain("absurd.pem",
	    cert_lab_make(&(struct cert_recipe){.key = key,
	        .san = "good.test",
	        .not_before = "99991231235959Z",
	        .not_after = "00000101000000Z"}),
	    NULL, 0);
	write_chain("no-dates.pem",
	    cert_lab_make(&(struct cert_recipe){.key = key,
	        .san = "good.test",
	        .not_before = "never",
	        .not_after = "20261399999999Z"}),
	    NULL, 0);
	write_chain("qaznet.pem",
	    cert_lab_make(&(struct cert_recipe){
	        .key = key, .issuer = ca, .signer = cert_lab_key(), .san = "good.test"}),
	    ca, 1);
	X509_free(fat);
	X509_free(ca);
}

/*
 * Everything is signed before any roots are loaded: with those comes the engine that decodes public
 * keys quickly, under which OpenSSL signs nothing.
 */
static int
setup(void **state)
{
	EVP_PKEY *key;
	FILE *in;

	if (lab_setup(state) != 0)
		return -1;
	in = fopen(lab_path("key.pem"), "re");
	assert_non_null(in);
	key = PEM_read_PrivateKey(in, NULL, NULL, NULL);
	assert_non_null(key);
	fclose(in);
	write_chains(key);
	EVP_PKEY_free(key);
	EVP_PKEY_free(cert_lab_key());
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ten_megabytes_of_certificates_are_refused_at_their_announcement),
	    cmocka_unit_test(what_openssl_still_takes_is_kept_whole),
	    cmocka_unit_test(a_name_that_ends_early_is_no_name_of_ours),
	    cmocka_unit_test(absurd_dates_are_recorded_as_they_are),
	    cmocka_unit_test(an_interceptor_shows_in_the_record),
	};

	return cmocka_run_group_tests_name("hostile_tls", tests, setup, lab_teardown);
}
