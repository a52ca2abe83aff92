/* Names of TLS servers. */
#include "probe/tls_name.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <openssl/x509v3.h>

bool
tls_name_is_ip(const char *name)
{
	struct in6_addr a;

	return inet_pton(AF_INET, name, &a) == 1 || inet_pton(AF_INET6, name, &a) == 1;
}

bool
tls_name_matches(X509 *leaf, const char *name)
{
	if (tls_name_is_ip(name))
		return X509_check_ip_asc(leaf, name, 0) == 1;
	return X509_check_host(leaf, name, 0,
	           X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS,
	           NULL) == 1;
}
