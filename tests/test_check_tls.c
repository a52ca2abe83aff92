/* What check_tls promises, against peers that misbehave in every way we tell apart. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <event2/event.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/buf.h"
#include "probe/check_tcp.h"
#include "probe/check_tls.h"
#include "results/measurement.h"
#include "tests/tls_lab.h"

/* One connection to one peer, and what was recorded. */
struct run {
	struct lab lab;
	struct peer peer;
	struct measurement *m;
	const char *server_name;
	struct check *check; /* the one under way */
	bool cancels; /* it is cancelled in mid-flight */
	int calls;
	const char *failure;
	const struct tls_handshake *seen;
};

static void
tls_done(struct check *check, void *arg)
{
	struct run *run = arg;

	run->calls++;
	run->failure = check->failure;
	run->seen = &run->m->tls[check_tls_result(check)];
}

static void
cancel(evutil_socket_t fd, short what, void *arg)
{
	struct run *run = arg;

	(void)fd;
	(void)what;
	check_cancel(run->check);
}

static void
tcp_done(struct check *check, void *arg)
{
	struct run *run = arg;

	assert_null(check->failure);
	run->check = check_tls_new(&run->lab.probe, run->m, check_tcp_take(check),
	    run->peer.address, run->server_name, tls_done, run);
	run->check->transaction_id = check->transaction_id;
	check_start(run->check);
	if (run->cancels)
		event_base_once(run->lab.probe.base, -1, EV_TIMEOUT, cancel, run, NULL);
}

static void
run_open(struct run *run, const char *server_name)
{
	*run = (struct run){.server_name = server_name, .m = measurement_new()};
	lab_open(&run->lab, "other-root.pem");
}

static void
run_go(struct run *run)
{
	const char *ip = run->peer.address[0] == '[' ? "::1" : "127.0.0.1";

	check_start(check_tcp_new(&run->lab.probe, run->m, ip, run->peer.port, tcp_done, run));
	event_base_dispatch(run->lab.probe.base);
	assert_int_equal(run->calls, 1);
	assert_int_equal(run->m->ntls, 1);
	assert_ptr_equal(run->seen, &run->m->tls[0]);
	assert_false(run->seen->no_tls_verify);
}

static void
run_close(struct run *run)
{
	if (run->peer.pid != 0)
		peer_stop(&run->peer);
	measurement_free(run->m);
	lab_close(&run->lab);
}

static bool
has_error(const struct tls_handshake *seen, int depth, int code)
{
	size_t i;

	for (i = 0; i < seen->nverify_errors; i++)
		if (seen->verify_errors[i].depth == depth && seen->verify_errors[i].code == code) {
			assert_string_equal(
			    seen->verify_errors[i].name, X509_verify_cert_error_string(code));
			return true;
		}
	return false;
}

/* The certificates of the record are byte for byte those of a PEM file. */
static void
assert_chain_is(const struct tls_handshake *seen, const char *file)
{
	FILE *in = fopen(lab_path(file), "re");
	unsigned char *der;
	size_t n = 0;
	X509 *cert;
	int len;

	assert_non_null(in);
	while ((cert = PEM_read_X509(in, NULL, NULL, NULL)) != NULL) {
		der = NULL;
		len = i2d_X509(cert, &der);
		assert_true(n < seen->ncertificates);
		assert_int_equal(seen->certificates[n].len, len);
		assert_memory_equal(seen->certificates[n].data, der, (size_t)len);
		OPENSSL_free(der);
		X509_free(cert);
		n++;
	}
	fclose(in);
	assert_int_equal(seen->ncertificates, n);
}

/* The events of one connection, in the order OONI's readers need. */
static void
assert_events(const struct run *run)
{
	const struct measurement *m = run->m;
	int64_t in = 0, out = 0;
	size_t i;

	assert_true(m->nevents >= 3);
	assert_string_equal(m->events[0].operation, "connect");
	assert_string_equal(m->events[1].operation, "tls_handshake_start");
	assert_string_equal(m->events[m->nevents - 1].operation, "tls_handshake_done");
	for (i = 0; i < m->nevents; i++) {
		assert_string_equal(m->events[i].address, run->peer.address);
		assert_int_equal(m->events[i].c.transaction_id, m->tls[0].c.transaction_id);
		if (strcmp(m->events[i].operation, "read") == 0)
			in += m->events[i].num_bytes;
		if (strcmp(m->events[i].operation, "write") == 0)
			out += m->events[i].num_bytes;
	}
	assert_int_equal(in, run->seen->bytes_in);
	assert_int_equal(out, run->seen->bytes_out);
}

static void
check_good(const char *version, const char *option)
{
	struct run run;

	run_open(&run, "good.test");
	peer_start_with(&run.peer, "good", "good.pem", option, NULL);
	run_go(&run);
	assert_null(run.failure);
	assert_null(run.seen->failure);
	assert_string_equal(run.seen->step, "done");
	assert_string_equal(run.seen->tls_version, version);
	assert_int_equal(strncmp(run.seen->cipher_suite, "TLS_", 4), 0);
	assert_string_equal(run.seen->negotiated_protocol, "http/1.1");
	assert_string_equal(run.seen->server_name, "good.test");
	assert_string_equal(run.seen->address, run.peer.address);
	assert_chain_is(run.seen, "good.pem");
	assert_int_equal(run.seen->nverify_errors, 0);
	assert_int_equal(run.seen->host_ok, 1);
	assert_int_equal(run.seen->os_trusted, -1);
	assert_int_equal(run.seen->alert, -1);
	assert_int_equal(run.seen->err, 0);
	assert_true(run.seen->bytes_in > 500);
	assert_true(run.seen->bytes_out > 200);
	assert_int_equal(run.lab.probe.bytes_in, run.seen->bytes_in);
	assert_true(run.lab.probe.bytes_out >= run.seen->bytes_out);
	assert_true(run.seen->c.t > run.seen->c.t0);
	assert_events(&run);
	run_close(&run);
}

static void
a_good_server_is_recorded_whole(void **state)
{
	(void)state;
	check_good("TLSv1.3", NULL);
	check_good("TLSv1.2", "--tls12");
}

static void
an_address_is_verified_as_one(void **state)
{
	struct run run;

	(void)state;
	run_open(&run, "127.0.0.1");
	peer_start_with(&run.peer, "good", "good.pem", NULL);
	run_go(&run);
	assert_null(run.failure);
	assert_int_equal(run.seen->host_ok, 1);
	run_close(&run);

	run_open(&run, "127.0.0.1");
	peer_start_with(&run.peer, "good", "wrong-host.pem", NULL);
	run_go(&run);
	assert_string_equal(run.failure, "ssl_invalid_hostname");
	assert_true(has_error(run.seen, 0, X509_V_ERR_IP_ADDRESS_MISMATCH));
	run_close(&run);

	if (!lab_has_ipv6())
		skip();
	run_open(&run, "::1");
	peer_start_with(&run.peer, "good", "good.pem", "--host", "::1", NULL);
	run_go(&run);
	assert_null(run.failure);
	assert_events(&run);
	run_close(&run);
}

static void
a_bad_certificate_is_a_failure_of_a_finished_handshake(void **state)
{
	static const struct {
		const char *chain, *failure;
		int host_ok, os_trusted;
		int codes[3]; /* all at the leaf, and no other */
	} rows[] = {
	    {"expired.pem", "ssl_invalid_certificate", 1, 0, {X509_V_ERR_CERT_HAS_EXPIRED}},
	    {"future.pem", "ssl_invalid_certificate", 1, 0, {X509_V_ERR_CERT_NOT_YET_VALID}},
	    {"wrong-host.pem", "ssl_invalid_hostname", 0, -1, {X509_V_ERR_HOSTNAME_MISMATCH}},
	    {"nul.pem", "ssl_invalid_hostname", 0, -1, {X509_V_ERR_HOSTNAME_MISMATCH}},
	    {"self-signed.pem", "ssl_unknown_authority", 1, 0,
	        {X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT}},
	    /* The lab's machine trusts the other root, the public roots do not: an interceptor's
	       mark. */
	    {"untrusted.pem", "ssl_unknown_authority", 1, 1,
	        {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
	            X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE}},
	    /* Expiry must not hide the unknown issuer. */
	    {"expired-untrusted.pem", "ssl_invalid_certificate", 1, 0,
	        {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
	            X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, X509_V_ERR_CERT_HAS_EXPIRED}},
	    {"sha1.pem", "ssl_invalid_certificate", 1, 0, {X509_V_ERR_CA_MD_TOO_WEAK}},
	    {"absurd-dates.pem", "ssl_invalid_certificate", 1, 0,
	        {X509_V_ERR_CERT_NOT_YET_VALID, X509_V_ERR_CERT_HAS_EXPIRED}},
	};
	struct run run;
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		run_open(&run, "good.test");
		peer_start_with(&run.peer, "good", rows[i].chain, NULL);
		run_go(&run);
		print_message("# %s: %s\n", rows[i].chain, run.failure);
		assert_string_equal(run.failure, rows[i].failure);
		assert_string_equal(run.seen->step, "done");
		assert_chain_is(run.seen, rows[i].chain);
		assert_int_equal(run.seen->host_ok, rows[i].host_ok);
		assert_int_equal(run.seen->os_trusted, rows[i].os_trusted);
		for (n = 0; n < 3 && rows[i].codes[n] != 0; n++)
			assert_true(has_error(run.seen, 0, rows[i].codes[n]));
		assert_int_equal(run.seen->nverify_errors, n);
		run_close(&run);
	}
}

static void
without_a_machine_store_its_opinion_is_unknown(void **state)
{
	struct run run = {.server_name = "good.test", .m = measurement_new()};

	(void)state;
	lab_open(&run.lab, "no-such-bundle.pem");
	peer_start_with(&run.peer, "good", "untrusted.pem", NULL);
	run_go(&run);
	assert_int_equal(run.seen->os_trusted, -1);
	run_close(&run);
}

/* Runs against a mode that ends the handshake right after the hello. */
static void
run_cut(struct run *run, const char *mode, const char *option, const char *value)
{
	run_open(run, "good.test");
	run->lab.conf.tls_ms = strcmp(mode, "silent") == 0 ? 50 : 5000;
	peer_start(&run->peer, mode, option, value, NULL);
	run_go(run);
	assert_string_equal(run->seen->step, "client_hello_sent");
	assert_string_equal(run->seen->tls_version, "");
	assert_string_equal(run->seen->cipher_suite, "");
	assert_string_equal(run->seen->negotiated_protocol, "");
	assert_int_equal(run->seen->ncertificates, 0);
	assert_int_equal(run->seen->host_ok, -1);
	assert_true(run->seen->bytes_out > 200);
	assert_string_equal(run->seen->failure, run->failure);
	assert_events(run);
}

static void
a_reset_after_the_hello_is_a_reset(void **state)
{
	const struct network_event *last;
	struct run run;

	(void)state;
	run_cut(&run, "rst-hello", NULL, NULL);
	assert_string_equal(run.failure, "connection_reset");
	assert_int_equal(run.seen->err, ECONNRESET);
	assert_int_equal(run.seen->bytes_in, 0);
	last = &run.m->events[run.m->nevents - 2];
	assert_string_equal(last->operation, "read");
	assert_string_equal(last->failure, "connection_reset");
	run_close(&run);
}

static void
a_fin_after_the_hello_is_an_eof(void **state)
{
	struct run run;

	(void)state;
	run_cut(&run, "fin-hello", NULL, NULL);
	assert_string_equal(run.failure, "eof_error");
	assert_int_equal(run.seen->err, 0);
	run_close(&run);
}

static void
silence_after_the_hello_is_our_timeout(void **state)
{
	struct run run;

	(void)state;
	run_cut(&run, "silent", NULL, NULL);
	assert_string_equal(run.failure, "generic_timeout_error");
	assert_int_equal(run.seen->bytes_in, 0);
	run_close(&run);
}

static void
garbage_is_named_in_openssls_words(void **state)
{
	struct run run;

	(void)state;
	run_cut(&run, "garbage", NULL, NULL);
	assert_string_equal(run.failure, "unknown_failure: wrong version number");
	assert_int_equal(run.seen->alert, -1);
	assert_true(run.seen->bytes_in > 0);
	run_close(&run);
}

static void
alerts_keep_their_number_and_gos_name(void **state)
{
	static const struct {
		const char *number, *failure;
	} rows[] = {
	    {"40", "unknown_failure: remote error: tls: handshake failure"},
	    {"80", "unknown_failure: remote error: tls: internal error"},
	    {"112", "ssl_invalid_hostname"},
	    {"199", "unknown_failure: remote error: tls: alert(199)"},
	};
	struct run run;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		run_cut(&run, "alert-hello", "--alert", rows[i].number);
		assert_int_equal(run.seen->alert, atoi(rows[i].number));
		assert_string_equal(run.failure, rows[i].failure);
		run_close(&run);
	}
}

static void
a_close_notify_in_mid_handshake_is_an_eof(void **state)
{
	struct run run;

	(void)state;
	run_cut(&run, "alert-hello", "--alert", "0");
	assert_int_equal(run.seen->alert, 0);
	assert_string_equal(run.failure, "eof_error");
	run_close(&run);
}

static void
a_reset_after_the_server_hello_is_told_apart(void **state)
{
	struct run run;

	(void)state;
	run_open(&run, "good.test");
	peer_start_with(&run.peer, "rst-serverhello", "good.pem", NULL);
	run_go(&run);
	assert_string_equal(run.failure, "connection_reset");
	assert_string_equal(run.seen->step, "server_hello_received");
	assert_string_equal(run.seen->tls_version, "TLSv1.3");
	assert_int_equal(run.seen->ncertificates, 0);
	run_close(&run);
}

/* TLS 1.3: ServerHello, ChangeCipherSpec, EncryptedExtensions, Certificate. */
static const char through_certificate[] = "4";

static void
a_chain_that_came_is_kept_when_the_handshake_fails_later(void **state)
{
	struct run run;

	(void)state;
	run_open(&run, "good.test");
	peer_start_with(&run.peer, "fin-serverhello", "expired-untrusted.pem", "--records",
	    through_certificate, NULL);
	run_go(&run);
	assert_string_equal(run.failure, "eof_error");
	assert_string_equal(run.seen->step, "certificate_received");
	assert_chain_is(run.seen, "expired-untrusted.pem");
	assert_true(has_error(run.seen, 0, X509_V_ERR_CERT_HAS_EXPIRED));
	assert_int_equal(run.seen->host_ok, 1);
	run_close(&run);
}

static void
a_chain_that_came_is_kept_when_the_time_is_up(void **state)
{
	struct run run;

	(void)state;
	run_open(&run, "good.test");
	run.lab.conf.tls_ms = 1000;
	peer_start_with(&run.peer, "stall-serverhello", "wrong-host.pem", "--records",
	    through_certificate, NULL);
	run_go(&run);
	assert_string_equal(run.failure, "generic_timeout_error");
	assert_string_equal(run.seen->step, "certificate_received");
	assert_chain_is(run.seen, "wrong-host.pem");
	assert_int_equal(run.seen->host_ok, 0);
	run_close(&run);
}

/* Writes good.pem followed by its intermediate so many times. */
static void
write_long_chain(const char *file, int times)
{
	struct buf chain = BUF_EMPTY;
	char *text = lab_read(lab_path("good.pem"), NULL);
	char *more = lab_read(lab_path("intermediate.pem"), NULL);
	int i;

	buf_puts(&chain, text);
	for (i = 0; i < times; i++)
		buf_puts(&chain, more);
	lab_write(file, chain.data, chain.len);
	buf_free(&chain);
	free(text);
	free(more);
}

static void
a_long_chain_is_kept_and_a_monstrous_one_refused(void **state)
{
	struct run run;

	(void)state;
	write_long_chain("long.pem", 60);
	run_open(&run, "good.test");
	peer_start_with(&run.peer, "good", "long.pem", NULL);
	run_go(&run);
	assert_null(run.failure);
	assert_chain_is(run.seen, "long.pem");
	run_close(&run);

	write_long_chain("monstrous.pem", 3000);
	run_open(&run, "good.test");
	peer_start_with(&run.peer, "good", "monstrous.pem", NULL);
	run_go(&run);
	assert_string_equal(run.failure, "unknown_failure: excessive message size");
	assert_string_equal(run.seen->step, "server_hello_received");
	assert_int_equal(run.seen->ncertificates, 0);
	run_close(&run);
}

static void
a_name_that_no_hello_can_carry_is_an_outcome(void **state)
{
	char name[300];
	struct run run;

	(void)state;
	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	run_open(&run, name);
	peer_start(&run.peer, "silent", NULL);
	run_go(&run);
	assert_string_equal(run.failure, "invalid_argument");
	assert_string_equal(run.seen->step, "start");
	run_close(&run);
}

static void
a_cancelled_handshake_leaves_no_record_and_no_socket(void **state)
{
	size_t before;
	struct run run;

	(void)state;
	run_open(&run, "good.test");
	run.cancels = true;
	peer_start(&run.peer, "silent", NULL);
	event_base_loop(run.lab.probe.base, EVLOOP_NONBLOCK);
	before = lab_descriptors();
	check_start(
	    check_tcp_new(&run.lab.probe, run.m, "127.0.0.1", run.peer.port, tcp_done, &run));
	event_base_dispatch(run.lab.probe.base);
	assert_int_equal(run.calls, 0);
	assert_int_equal(run.m->ntls, 0);
	assert_int_equal(lab_descriptors(), before);
	run_close(&run);
}

static void
a_handshake_cancelled_before_its_start_closes_its_socket(void **state)
{
	size_t before;
	struct run run;
	int fd;

	(void)state;
	run_open(&run, "good.test");
	event_base_loop(run.lab.probe.base, EVLOOP_NONBLOCK);
	before = lab_descriptors();
	fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	check_cancel(
	    check_tls_new(&run.lab.probe, run.m, fd, "127.0.0.1:1", "good.test", tls_done, &run));
	event_base_dispatch(run.lab.probe.base);
	assert_int_equal(run.calls, 0);
	assert_int_equal(lab_descriptors(), before);
	run_close(&run);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_good_server_is_recorded_whole),
	    cmocka_unit_test(an_address_is_verified_as_one),
	    cmocka_unit_test(a_bad_certificate_is_a_failure_of_a_finished_handshake),
	    cmocka_unit_test(without_a_machine_store_its_opinion_is_unknown),
	    cmocka_unit_test(a_reset_after_the_hello_is_a_reset),
	    cmocka_unit_test(a_fin_after_the_hello_is_an_eof),
	    cmocka_unit_test(silence_after_the_hello_is_our_timeout),
	    cmocka_unit_test(garbage_is_named_in_openssls_words),
	    cmocka_unit_test(alerts_keep_their_number_and_gos_name),
	    cmocka_unit_test(a_close_notify_in_mid_handshake_is_an_eof),
	    cmocka_unit_test(a_reset_after_the_server_hello_is_told_apart),
	    cmocka_unit_test(a_chain_that_came_is_kept_when_the_handshake_fails_later),
	    cmocka_unit_test(a_chain_that_came_is_kept_when_the_time_is_up),
	    cmocka_unit_test(a_long_chain_is_kept_and_a_monstrous_one_refused),
	    cmocka_unit_test(a_name_that_no_hello_can_carry_is_an_outcome),
	    cmocka_unit_test(a_cancelled_handshake_leaves_no_record_and_no_socket),
	    cmocka_unit_test(a_handshake_cancelled_before_its_start_closes_its_socket),
	};

	return cmocka_run_group_tests_name("check_tls", tests, lab_setup, lab_teardown);
}
