/* The closed vocabulary of failures; see failure.h for where its names come from. */
#include "results/failure.h"

#include <errno.h>
#include <string.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include "base/mem.h"

struct failure_row {
	const char *name;
	int err; /* the errno it comes from, 0 none */
};

static const struct failure_row rows[FAILURE_MAX] = {
    [FAILURE_ADDRESS_FAMILY_NOT_SUPPORTED] = {"address_family_not_supported", EAFNOSUPPORT},
    [FAILURE_ADDRESS_IN_USE] = {"address_in_use", EADDRINUSE},
    [FAILURE_ADDRESS_NOT_AVAILABLE] = {"address_not_available", EADDRNOTAVAIL},
    [FAILURE_ANDROID_DNS_CACHE_NO_DATA] = {"android_dns_cache_no_data", 0},
    [FAILURE_CONNECTION_ABORTED] = {"connection_aborted", ECONNABORTED},
    [FAILURE_CONNECTION_ALREADY_CLOSED] = {"connection_already_closed", 0},
    [FAILURE_CONNECTION_REFUSED] = {"connection_refused", ECONNREFUSED},
    [FAILURE_CONNECTION_RESET] = {"connection_reset", ECONNRESET},
    [FAILURE_DESTINATION_ADDRESS_REQUIRED] = {"destination_address_required", EDESTADDRREQ},
    [FAILURE_DNS_BOGON] = {"dns_bogon_error", 0},
    [FAILURE_DNS_NO_ANSWER] = {"dns_no_answer", 0},
    [FAILURE_DNS_NXDOMAIN] = {"dns_nxdomain_error", 0},
    [FAILURE_DNS_REFUSED] = {"dns_refused_error", 0},
    [FAILURE_DNS_REPLY_WRONG_ID] = {"dns_reply_with_wrong_query_id", 0},
    [FAILURE_DNS_SERVER_MISBEHAVING] = {"dns_server_misbehaving", 0},
    [FAILURE_DNS_SERVFAIL] = {"dns_servfail_error", 0},
    [FAILURE_DNS_TEMPORARY] = {"dns_temporary_failure", 0},
    [FAILURE_EOF] = {"eof_error", 0},
    [FAILURE_GENERIC_TIMEOUT] = {"generic_timeout_error", 0},
    [FAILURE_HOST_UNREACHABLE] = {"host_unreachable", EHOSTUNREACH},
    [FAILURE_HTTP_INVALID_REDIRECT] = {"http_invalid_redirect_location_host", 0},
    [FAILURE_INTERRUPTED] = {"interrupted", EINTR},
    [FAILURE_INVALID_ARGUMENT] = {"invalid_argument", EINVAL},
    [FAILURE_JSON_PARSE] = {"json_parse_error", 0},
    [FAILURE_MESSAGE_SIZE] = {"message_size", EMSGSIZE},
    [FAILURE_NETWORK_DOWN] = {"network_down", ENETDOWN},
    [FAILURE_NETWORK_RESET] = {"network_reset", ENETRESET},
    [FAILURE_NETWORK_UNREACHABLE] = {"network_unreachable", ENETUNREACH},
    [FAILURE_NO_BUFFER_SPACE] = {"no_buffer_space", ENOBUFS},
    [FAILURE_NO_PROTOCOL_OPTION] = {"no_protocol_option", ENOPROTOOPT},
    [FAILURE_NOT_CONNECTED] = {"not_connected", ENOTCONN},
    [FAILURE_OPERATION_CANCELED] = {"operation_canceled", ECANCELED},
    [FAILURE_PERMISSION_DENIED] = {"permission_denied", EACCES},
    [FAILURE_PROTOCOL_NOT_SUPPORTED] = {"protocol_not_supported", EPROTONOSUPPORT},
    [FAILURE_QUIC_INCOMPATIBLE_VERSION] = {"quic_incompatible_version", 0},
    [FAILURE_SSL_FAILED_HANDSHAKE] = {"ssl_failed_handshake", 0},
    [FAILURE_SSL_INVALID_CERTIFICATE] = {"ssl_invalid_certificate", 0},
    [FAILURE_SSL_INVALID_HOSTNAME] = {"ssl_invalid_hostname", 0},
    [FAILURE_SSL_UNKNOWN_AUTHORITY] = {"ssl_unknown_authority", 0},
    [FAILURE_TIMED_OUT] = {"timed_out", ETIMEDOUT},
    [FAILURE_WRONG_PROTOCOL_TYPE] = {"wrong_protocol_type", EPROTOTYPE},
    [FAILURE_UNKNOWN] = {"unknown_failure", 0},
};

const char *
failure_name(enum failure f)
{
	return f > FAILURE_NONE && f < FAILURE_MAX ? rows[f].name : NULL;
}

enum failure
failure_find(const char *name)
{
	int f;

	if (name == NULL)
		return FAILURE_NONE;
	for (f = FAILURE_NONE + 1; f < FAILURE_MAX; f++)
		if (strcmp(rows[f].name, name) == 0)
			return (enum failure)f;
	return FAILURE_UNKNOWN;
}

bool
failure_is_silence(enum failure f)
{
	return f == FAILURE_GENERIC_TIMEOUT || f == FAILURE_TIMED_OUT;
}

enum failure
failure_from_errno(int err)
{
	int f;

	if (err == 0)
		return FAILURE_NONE;
	for (f = FAILURE_NONE + 1; f < FAILURE_MAX; f++)
		if (rows[f].err == err)
			return (enum failure)f;
	return FAILURE_UNKNOWN;
}

enum failure
failure_from_rcode(int rcode)
{
	switch (rcode) {
	case 0:
		return FAILURE_NONE;
	case 2:
		return FAILURE_DNS_SERVFAIL;
	case 3:
		return FAILURE_DNS_NXDOMAIN;
	case 5:
		return FAILURE_DNS_REFUSED;
	default:
		return FAILURE_DNS_SERVER_MISBEHAVING;
	}
}

/*
 * First row wins. Expiry, then name, as Go looks at the leaf before it builds a chain; a chain
 * that does not lead to a root comes before what is wrong inside it, because Go drops an unfit
 * issuer as a candidate and then finds no authority.
 */
static const struct verify_row {
	int code;
	enum failure failure;
} verify_rows[] = {
    {X509_V_ERR_CERT_NOT_YET_VALID, FAILURE_SSL_INVALID_CERTIFICATE},
    {X509_V_ERR_CERT_HAS_EXPIRED, FAILURE_SSL_INVALID_CERTIFICATE},
    {X509_V_ERR_HOSTNAME_MISMATCH, FAILURE_SSL_INVALID_HOSTNAME},
    {X509_V_ERR_IP_ADDRESS_MISMATCH, FAILURE_SSL_INVALID_HOSTNAME},
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, FAILURE_SSL_UNKNOWN_AUTHORITY},
    {X509_V_ERR_CERT_SIGNATURE_FAILURE, FAILURE_SSL_UNKNOWN_AUTHORITY},
    {X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, FAILURE_SSL_UNKNOWN_AUTHORITY},
    {X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, FAILURE_SSL_UNKNOWN_AUTHORITY},
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, FAILURE_SSL_UNKNOWN_AUTHORITY},
    {X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, FAILURE_SSL_UNKNOWN_AUTHORITY},
    {X509_V_ERR_CERT_UNTRUSTED, FAILURE_SSL_UNKNOWN_AUTHORITY},
};

enum { VERIFY_ROWS = sizeof(verify_rows) / sizeof(verify_rows[0]) };

/* The code's place in the order; VERIFY_ROWS for one that has none. */
static size_t
verify_rank(int code)
{
	size_t i;

	for (i = 0; i < VERIFY_ROWS; i++)
		if (verify_rows[i].code == code)
			break;
	return i;
}

enum failure
failure_from_verify(const int *codes, size_t n)
{
	size_t best = VERIFY_ROWS, i, rank;
	enum failure found = FAILURE_NONE;

	for (i = 0; i < n; i++) {
		if (codes[i] == X509_V_OK)
			continue;
		rank = verify_rank(codes[i]);
		if (rank < best) {
			best = rank;
			found = verify_rows[rank].failure;
		} else if (found == FAILURE_NONE)
			found = FAILURE_SSL_INVALID_CERTIFICATE;
	}
	return found;
}

const char *
failure_alert_name(int alert)
{
	static const char *const names[] = {
	    [0] = "close notify",
	    [10] = "unexpected message",
	    [20] = "bad record MAC",
	    [21] = "decryption failed",
	    [22] = "record overflow",
	    [30] = "decompression failure",
	    [40] = "handshake failure",
	    [42] = "bad certificate",
	    [43] = "unsupported certificate",
	    [44] = "revoked certificate",
	    [45] = "expired certificate",
	    [46] = "unknown certificate",
	    [47] = "illegal parameter",
	    [48] = "unknown certificate authority",
	    [49] = "access denied",
	    [50] = "error decoding message",
	    [51] = "error decrypting message",
	    [60] = "export restriction",
	    [70] = "protocol version not supported",
	    [71] = "insufficient security level",
	    [80] = "internal error",
	    [86] = "inappropriate fallback",
	    [90] = "user canceled",
	    [100] = "no renegotiation",
	    [109] = "missing extension",
	    [110] = "unsupported extension",
	    [111] = "certificate unobtainable",
	    [112] = "unrecognized name",
	    [113] = "bad certificate status response",
	    [114] = "bad certificate hash value",
	    [115] = "unknown PSK identity",
	    [116] = "certificate required",
	    [120] = "no application protocol",
	    [121] = "encrypted client hello required",
	};

	if (alert < 0 || (size_t)alert >= sizeof(names) / sizeof(names[0]))
		return NULL;
	return names[alert];
}

const char *
failure_of_errno(struct arena *arena, int err)
{
	enum failure f = failure_from_errno(err);

	if (f != FAILURE_UNKNOWN)
		return failure_name(f);
	return arena_printf(arena, "unknown_failure: %s", strerror(err));
}

const char *
failure_of_alert(struct arena *arena, int alert)
{
	const char *name = failure_alert_name(alert);

	if (alert == SSL_AD_UNRECOGNIZED_NAME)
		return failure_name(FAILURE_SSL_INVALID_HOSTNAME);
	if (name == NULL)
		return arena_printf(arena, "unknown_failure: remote error: tls: alert(%d)", alert);
	return arena_printf(arena, "unknown_failure: remote error: tls: %s", name);
}
