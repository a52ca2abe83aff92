/*
 * What servers of the lab present: a leaf and its chain, as an SSL_CTX ready for use. A site's leaf
 * stays the same from one start of the world to the next, as on the internet: it is kept beside its
 * authorities.
 */
#ifndef TESTS_LAB_WORLD_CERTS_H
#define TESTS_LAB_WORLD_CERTS_H

#include <stdbool.h>
#include <openssl/ssl.h>

enum { CERT_AUTHORITIES = 3 }; /* public intermediates, below two roots */

struct cert_kind;
/* "good", "expired", ...: a scenario's cert=; NULL: there is none. */
const struct cert_kind *cert_kind_find(const char *name);
/* "qaznet", ...: a scenario's style=. */
bool cert_style_exists(const char *style);

struct certs;
/* NULL after logging. */
struct certs *certs_open(const char *directory);
void certs_close(struct certs *certs);
/* Contexts belong to certs. */
SSL_CTX *
certs_context(struct certs *certs, const char *name, int authority, const struct cert_kind *kind);
/*
 * The forgery in that style of what `real` presents: subject, names and dates copied, signed by the
 * forger, none of the other extensions. Style "portal" copies nothing: it presents the portal's
 * own.
 */
SSL_CTX *certs_forged(struct certs *certs, SSL_CTX *real, const char *style);

#endif
