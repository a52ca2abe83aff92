/* What the vocabulary of failures promises. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <openssl/x509_vfy.h>

#include "results/failure.h"

static void
every_failure_has_a_name_of_its_own(void **state)
{
	int f;

	(void)state;
	for (f = FAILURE_NONE + 1; f < FAILURE_MAX; f++) {
		assert_non_null(failure_name((enum failure)f));
		assert_int_equal(failure_find(failure_name((enum failure)f)), f);
	}
}

static void
success_has_no_name(void **state)
{
	(void)state;
	assert_null(failure_name(FAILURE_NONE));
	assert_int_equal(failure_find(NULL), FAILURE_NONE);
}

static void
what_nobody_knows_is_unknown(void **state)
{
	(void)state;
	assert_int_equal(failure_find("unknown_failure: strange"), FAILURE_UNKNOWN);
	assert_int_equal(failure_find(""), FAILURE_UNKNOWN);
	assert_int_equal(failure_from_errno(EXDEV), FAILURE_UNKNOWN);
	assert_int_equal(failure_from_errno(-1), FAILURE_UNKNOWN);
}

static void
errno_has_the_names_of_ooni(void **state)
{
	static const struct {
		int err;
		const char *name;
	} rows[] = {
	    {ECONNREFUSED, "connection_refused"},
	    {ECONNRESET, "connection_reset"},
	    {EHOSTUNREACH, "host_unreachable"},
	    {ETIMEDOUT, "timed_out"},
	    {ENETUNREACH, "network_unreachable"},
	    {ENETDOWN, "network_down"},
	    {ENETRESET, "network_reset"},
	    {ECONNABORTED, "connection_aborted"},
	    {EADDRNOTAVAIL, "address_not_available"},
	    {EAFNOSUPPORT, "address_family_not_supported"},
	    {EACCES, "permission_denied"},
	    {EINVAL, "invalid_argument"},
	    {EMSGSIZE, "message_size"},
	    {ENOBUFS, "no_buffer_space"},
	    {0, NULL},
	};
	size_t i;

	(void)state;
	for (i = 0; rows[i].err != 0; i++)
		assert_string_equal(failure_name(failure_from_errno(rows[i].err)), rows[i].name);
	assert_int_equal(failure_from_errno(0), FAILURE_NONE);
}

static void
rcodes_have_the_names_of_ooni(void **state)
{
	(void)state;
	assert_int_equal(failure_from_rcode(0), FAILURE_NONE);
	assert_string_equal(failure_name(failure_from_rcode(2)), "dns_servfail_error");
	assert_string_equal(failure_name(failure_from_rcode(3)), "dns_nxdomain_error");
	assert_string_equal(failure_name(failure_from_rcode(5)), "dns_refused_error");
	assert_string_equal(failure_name(failure_from_rcode(1)), "dns_server_misbehaving");
	assert_string_equal(failure_name(failure_from_rcode(15)), "dns_server_misbehaving");
}

static void
a_sound_chain_has_no_failure(void **state)
{
	static const int ok[] = {X509_V_OK, X509_V_OK};

	(void)state;
	assert_int_equal(failure_from_verify(NULL, 0), FAILURE_NONE);
	assert_int_equal(failure_from_verify(ok, 2), FAILURE_NONE);
}

static enum failure
of_two(int a, int b)
{
	int codes[2] = {a, b}, other[2] = {b, a};

	assert_int_equal(failure_from_verify(codes, 2), failure_from_verify(other, 2));
	return failure_from_verify(codes, 2);
}

static void
expiry_comes_before_name_and_name_before_chain(void **state)
{
	const int expired = X509_V_ERR_CERT_HAS_EXPIRED, name = X509_V_ERR_HOSTNAME_MISMATCH,
	          issuer = X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY;

	(void)state;
	assert_int_equal(of_two(expired, issuer), FAILURE_SSL_INVALID_CERTIFICATE);
	assert_int_equal(of_two(expired, name), FAILURE_SSL_INVALID_CERTIFICATE);
	assert_int_equal(of_two(name, issuer), FAILURE_SSL_INVALID_HOSTNAME);
	assert_int_equal(of_two(issuer, X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE),
	    FAILURE_SSL_UNKNOWN_AUTHORITY);
	assert_int_equal(of_two(issuer, X509_V_OK), FAILURE_SSL_UNKNOWN_AUTHORITY);
}

static void
a_flaw_inside_the_chain_comes_last(void **state)
{
	(void)state;
	assert_int_equal(of_two(X509_V_ERR_INVALID_CA, X509_V_ERR_HOSTNAME_MISMATCH),
	    FAILURE_SSL_INVALID_HOSTNAME);
	assert_int_equal(of_two(X509_V_ERR_INVALID_CA, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN),
	    FAILURE_SSL_UNKNOWN_AUTHORITY);
	assert_int_equal(of_two(X509_V_ERR_INVALID_CA, X509_V_OK), FAILURE_SSL_INVALID_CERTIFICATE);
	assert_int_equal(
	    of_two(X509_V_ERR_CERT_REVOKED, X509_V_OK), FAILURE_SSL_INVALID_CERTIFICATE);
}

static void
alerts_are_called_what_go_calls_them(void **state)
{
	(void)state;
	assert_string_equal(failure_alert_name(0), "close notify");
	assert_string_equal(failure_alert_name(40), "handshake failure");
	assert_string_equal(failure_alert_name(70), "protocol version not supported");
	assert_string_equal(failure_alert_name(112), "unrecognized name");
	assert_string_equal(failure_alert_name(120), "no application protocol");
	assert_null(failure_alert_name(-1));
	assert_null(failure_alert_name(1));
	assert_null(failure_alert_name(122));
	assert_null(failure_alert_name(255));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_failure_has_a_name_of_its_own),
	    cmocka_unit_test(success_has_no_name),
	    cmocka_unit_test(what_nobody_knows_is_unknown),
	    cmocka_unit_test(errno_has_the_names_of_ooni),
	    cmocka_unit_test(rcodes_have_the_names_of_ooni),
	    cmocka_unit_test(a_sound_chain_has_no_failure),
	    cmocka_unit_test(expiry_comes_before_name_and_name_before_chain),
	    cmocka_unit_test(a_flaw_inside_the_chain_comes_last),
	    cmocka_unit_test(alerts_are_called_what_go_calls_them),
	};

	return cmocka_run_group_tests_name("failure", tests, NULL, NULL);
}
