/* Names of TLS servers: host names, or addresses written out. */
#ifndef PROBE_TLS_NAME_H
#define PROBE_TLS_NAME_H

#include <stdbool.h>
#include <openssl/x509.h>

/* An address cannot be sent as server name (RFC 6066 3). */
bool tls_name_is_ip(const char *name);
/* Whether the certificate is for this name, as browsers and Go have it: the subject's common name is no host name. */
bool tls_name_matches(X509 *leaf, const char *name);

#endif
