/*
 * The public roots: what we call trusted is Mozilla's set as Debian ships it, or a file that
 * the user names, never the machine's store as it stands: an antivirus program or an employer may have added a root
 * there, and that is a finding, not a reason to trust.
 */
#ifndef PROBE_ROOTS_H
#define PROBE_ROOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <openssl/ssl.h>

struct roots {
	/*
	 * For the measurement's handshakes: TLS 1.2 and 1.3, no session cache. Its store is its own
	 * with the same certificates, because libcurl 7.88 sets flags on the one it is given
	 * (X509_V_FLAG_PARTIAL_CHAIN), after CURLOPT_SSL_CTX_FUNCTION has run.
	 */
	SSL_CTX *tls;
	X509_STORE *store; /* shared by HTTP, DoH and the control */
	char *source; /* where they came from, for the record */
	size_t n;
	/* Roots in the machine's own store that the public set lacks: SHA-256 fingerprints, hex. */
	char **added;
	size_t nadded;
	X509_STORE *os_store; /* the machine's store, loaded on first use; see roots_os_trusts */
	char *bundle; /* the file it is loaded from; NULL once that has failed */
};

/*
 * file NULL: /usr/share/ca-certificates/mozilla, else (logged) the machine's bundle. Returns NULL after logging why:
 * a file that is missing, holds no certificate, or has a broken one is named with its line.
 */
struct roots *roots_load(const char *file);
/* The same with other places for Mozilla's directory and the machine's bundle: for tests. */
struct roots *roots_load_from(const char *file, const char *mozilla, const char *bundle);
void roots_free(struct roots *roots);
/* Whether the machine's own store accepts the chain (leaf first) for the name: 1, 0, or -1 where there is no store. */
int roots_os_trusts(struct roots *roots, STACK_OF(X509) *chain, const char *host);
/*
 * For CURLOPT_SSL_CTX_FUNCTION: gives libcurl's context our store. curl must not load any of its own
 * (CAINFO and CAPATH NULL), and should judge as tls does (CURLOPT_SSL_OPTIONS CURLSSLOPT_NO_PARTIALCHAIN).
 */
void roots_use(const struct roots *roots, SSL_CTX *ctx);

#endif
