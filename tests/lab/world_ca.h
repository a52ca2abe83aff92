/*
 * The lab's certificate authorities: two public roots with their intermediates, one that nobody
 * trusts, and those of the forgers. They are made once into a directory:
 *
 *	roots.pem		the public roots: what a machine in the lab trusts
 *	untrusted.pem		a root that nobody trusts
 *	forger-STYLE.pem	a forger's root, for machines whose owner was made to install it
 *	ca-NAME.pem		each authority's key and certificate
 *	key-rsa.pem		the key of all leaves of a forger, as interceptors do it
 *	key-rsa3.pem		the same with an exponent of 3
 */
#ifndef TESTS_LAB_WORLD_CA_H
#define TESTS_LAB_WORLD_CA_H

#include <stdbool.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

struct ca {
	const char *name;
	EVP_PKEY *key;
	X509 *cert;
	const struct ca *issuer; /* NULL: a root */
};
struct ca_set;

/* Makes what the directory lacks. Returns 0, or -1 after logging. */
int ca_make(const char *directory);
/* NULL after logging: the directory is not one that ca_make made. */
struct ca_set *ca_open(const char *directory);
void ca_close(struct ca_set *set);
/* NULL: there is none of that name. */
const struct ca *ca_find(const struct ca_set *set, const char *name);
/* The key of a forger's leaves. */
EVP_PKEY *ca_forgers_key(const struct ca_set *set, bool exponent3);

#endif
