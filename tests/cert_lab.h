/*
 * Certificates of any shape, made in memory: what no honest authority would sign, and what mkcerts'
 * files are too few for.
 */
#ifndef TESTS_CERT_LAB_H
#define TESTS_CERT_LAB_H

#include <stddef.h>
#include <openssl/x509.h>

struct bytes;

/* What a certificate is like; everything may be left out. Names: "C=KZ,O=ISCA,CN=Name". */
struct cert_recipe {
	const char *subject;
	const X509 *issuer;                 /* its name; NULL: it names itself */
	const char *issuer_name;            /* instead */
	EVP_PKEY *key, *signer;             /* NULL: cert_lab_key(); signer NULL: key */
	const char *not_before, *not_after; /* ASN.1 times; NULL: 2026 to 2027 */
	const char *san;                    /* one dNSName, or ... */
	size_t san_len;                     /* ... with NULs in it; 0: strlen */
	size_t san_count;                   /* so many of it; 0 one */
	const char *subject_bytes;          /* a common name besides, any bytes */
	size_t subject_len;
	int sct, aia, policies; /* the extensions of a public CA's leaf */
	const char *broken_san; /* bytes for a subjectAltName that is none */
	size_t padding;         /* bytes of an extension of no use */
	size_t serial;          /* bytes of the serial number; 0 a small one */
};

/* A P-256 key, the same all along; cert_lab_rsa: with that exponent and size. The latter is the
 * caller's to free. */
EVP_PKEY *cert_lab_key(void);
EVP_PKEY *cert_lab_rsa(unsigned bits, unsigned exponent);
/* To X509_free. Fails the test when OpenSSL does not make it. */
X509 *cert_lab_make(const struct cert_recipe *recipe);
/* The DER of certificates, NULL at the end: an array to cert_lab_free. */
struct bytes *cert_lab_der(size_t *n, ...) __attribute__((sentinel));
void cert_lab_free(struct bytes *der, size_t n);

#endif
