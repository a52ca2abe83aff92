/* What a failure looks like, as a mechanism of the contract's closed set. */
#include "results/mechanisms.h"

#include "results/facts.h"
#include "results/measurement.h"

enum mechanism
mechanism_of_dns(enum failure failure)
{
	switch (failure) {
	case FAILURE_DNS_NXDOMAIN:
		return DNS_NXDOMAIN;
	case FAILURE_DNS_REFUSED:
		return DNS_REFUSED;
	case FAILURE_DNS_SERVFAIL:
		return DNS_SERVFAIL;
	case FAILURE_DNS_NO_ANSWER:
		return DNS_NO_ANSWER;
	case FAILURE_GENERIC_TIMEOUT:
		return DNS_TIMEOUT;
	default:
		return MECHANISM_NONE;
	}
}

static enum mechanism
mechanism_of_tcp(enum failure failure)
{
	switch (failure) {
	case FAILURE_CONNECTION_REFUSED:
		return TCP_REFUSED;
	case FAILURE_CONNECTION_RESET:
		return TCP_RESET;
	case FAILURE_GENERIC_TIMEOUT:
	case FAILURE_TIMED_OUT:
		return TCP_TIMEOUT;
	case FAILURE_HOST_UNREACHABLE:
	case FAILURE_NETWORK_UNREACHABLE:
		return TCP_UNREACHABLE;
	default:
		return MECHANISM_NONE;
	}
}

bool
mechanism_is_certificate(enum failure failure)
{
	return failure == FAILURE_SSL_INVALID_CERTIFICATE ||
	    failure == FAILURE_SSL_INVALID_HOSTNAME || failure == FAILURE_SSL_UNKNOWN_AUTHORITY;
}

enum mechanism
mechanism_of_tls(const struct tls_handshake *tls)
{
	enum failure failure = failure_find(tls->failure);
	/* The alert that a name is not known there bears OONI's name for a wrong certificate; but none was shown. */
	bool shown = tls->ncertificates > 0 || tls->leaf_sha256 != NULL || tls->alert < 0;

	if (mechanism_is_certificate(failure) && shown)
		return TLS_CERTIFICATE;
	if (tls->alert >= 0)
		return TLS_ALERT;
	switch (failure) {
	case FAILURE_CONNECTION_RESET:
		return TLS_SNI_RESET;
	case FAILURE_GENERIC_TIMEOUT:
	case FAILURE_TIMED_OUT:
		return TLS_SNI_DROP;
	case FAILURE_EOF:
		return TLS_SNI_CLOSE;
	default:
		return MECHANISM_NONE;
	}
}

enum mechanism
mechanism_of_address(const struct address_facts *a)
{
	if (a->tls != NULL)
		return mechanism_of_tls(a->tls);
	return mechanism_of_tcp(failure_find(a->failure));
}

enum mechanism
mechanism_of_http(enum failure failure)
{
	switch (failure) {
	case FAILURE_CONNECTION_RESET:
		return HTTP_RESET;
	case FAILURE_GENERIC_TIMEOUT:
	case FAILURE_TIMED_OUT:
		return HTTP_TIMEOUT;
	case FAILURE_EOF:
		return HTTP_CLOSE;
	default:
		return MECHANISM_NONE;
	}
}

enum mechanism
mechanism_of_reply(enum reply reply)
{
	switch (reply) {
	case REPLY_ALERT:
		return TLS_ALERT;
	case REPLY_RESET:
		return TLS_SNI_RESET;
	case REPLY_CLOSE:
		return TLS_SNI_CLOSE;
	case REPLY_SILENCE:
		return TLS_SNI_DROP;
	default:
		return MECHANISM_NONE;
	}
}

enum mechanism
mechanism_of_http_reply(enum reply reply)
{
	switch (reply) {
	case REPLY_RESET:
		return HTTP_RESET;
	case REPLY_CLOSE:
		return HTTP_CLOSE;
	case REPLY_SILENCE:
		return HTTP_TIMEOUT;
	default:
		return MECHANISM_NONE;
	}
}
