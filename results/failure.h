/*
 * The closed vocabulary of failures: one name for each, the same in code, records, tools and
 * manuals. The names are OONI's (df-007; netxlite/errno.go), so that its readers understand
 * our records; ours alone are the "unknown_failure: ..." forms listed at their makers below.
 */
#ifndef RESULTS_FAILURE_H
#define RESULTS_FAILURE_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

enum failure {
	FAILURE_NONE, /* success; its name is NULL */
	FAILURE_ADDRESS_FAMILY_NOT_SUPPORTED,
	FAILURE_ADDRESS_IN_USE,
	FAILURE_ADDRESS_NOT_AVAILABLE,
	FAILURE_ANDROID_DNS_CACHE_NO_DATA,
	FAILURE_CONNECTION_ABORTED,
	FAILURE_CONNECTION_ALREADY_CLOSED,
	FAILURE_CONNECTION_REFUSED,
	FAILURE_CONNECTION_RESET,
	FAILURE_DESTINATION_ADDRESS_REQUIRED,
	FAILURE_DNS_BOGON,
	FAILURE_DNS_NO_ANSWER,
	FAILURE_DNS_NXDOMAIN,
	FAILURE_DNS_REFUSED,
	FAILURE_DNS_REPLY_WRONG_ID,
	FAILURE_DNS_SERVER_MISBEHAVING,
	FAILURE_DNS_SERVFAIL,
	FAILURE_DNS_TEMPORARY,
	FAILURE_EOF,
	FAILURE_GENERIC_TIMEOUT, /* our own timer */
	FAILURE_HOST_UNREACHABLE,
	FAILURE_HTTP_INVALID_REDIRECT,
	FAILURE_INTERRUPTED,
	FAILURE_INVALID_ARGUMENT,
	FAILURE_JSON_PARSE,
	FAILURE_MESSAGE_SIZE,
	FAILURE_NETWORK_DOWN,
	FAILURE_NETWORK_RESET,
	FAILURE_NETWORK_UNREACHABLE,
	FAILURE_NO_BUFFER_SPACE,
	FAILURE_NO_PROTOCOL_OPTION,
	FAILURE_NOT_CONNECTED,
	FAILURE_OPERATION_CANCELED,
	FAILURE_PERMISSION_DENIED,
	FAILURE_PROTOCOL_NOT_SUPPORTED,
	FAILURE_QUIC_INCOMPATIBLE_VERSION,
	FAILURE_SSL_FAILED_HANDSHAKE,
	FAILURE_SSL_INVALID_CERTIFICATE,
	FAILURE_SSL_INVALID_HOSTNAME,
	FAILURE_SSL_UNKNOWN_AUTHORITY,
	FAILURE_TIMED_OUT, /* the kernel's ETIMEDOUT */
	FAILURE_WRONG_PROTOCOL_TYPE,
	FAILURE_UNKNOWN, /* any "unknown_failure: ..." and any name not in the table */
	FAILURE_MAX
};

/* The name, a static string; NULL for FAILURE_NONE. */
const char *failure_name(enum failure f);
/* The other way; NULL gives FAILURE_NONE, what the table does not know FAILURE_UNKNOWN. */
enum failure failure_find(const char *name);
/* Whether it means that no answer came in time, by our clock or the kernel's. */
bool failure_is_silence(enum failure f);

/* From errno; one that the table lacks gives FAILURE_UNKNOWN. */
enum failure failure_from_errno(int err);
/* From a DNS rcode (RFC 1035 4.1.1); 0 gives FAILURE_NONE. */
enum failure failure_from_rcode(int rcode);
/*
 * From OpenSSL's X509_V_ERR_* codes, all that a chain had. Precedence as Go's verifier has it
 * (expiry, then host name, then chain), so that OONI's readers see what OONI would have written.
 * No code or only X509_V_OK: FAILURE_NONE.
 */
enum failure failure_from_verify(const int *codes, size_t n);
/*
 * The name of a TLS alert as Go's crypto/tls writes it ("handshake failure"), a static string;
 * NULL for a number without a name (RFC 8446 6, RFC 5246 7.2).
 */
const char *failure_alert_name(int alert);

/*
 * The name for a record, also where the vocabulary has no word of its own; static, or in the arena. Of an errno:
 * "unknown_failure: " and strerror's text; 0 gives NULL. Of a received alert: "unknown_failure: remote error: tls: " and its
 * name, or "alert(N)"; but 112 (unrecognized_name) is ssl_invalid_hostname.
 */
const char *failure_of_errno(struct arena *arena, int err);
const char *failure_of_alert(struct arena *arena, int alert);

#endif
