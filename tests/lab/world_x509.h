/*
 * Making certificates: what OpenSSL needs many lines for. Whatever cannot be made ends the program:
 * it is a mistake of ours, or the machine has no memory.
 */
#ifndef TESTS_LAB_WORLD_X509_H
#define TESTS_LAB_WORLD_X509_H

#include <stdbool.h>
#include <stddef.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

enum { X509_HOUR = 60 * 60, X509_DAY = 24 * X509_HOUR };

EVP_PKEY *x509_key_ec(void);
EVP_PKEY *x509_key_rsa(unsigned exponent);
/*
 * A certificate without extensions and signature, valid from and to seconds from now. subject is
 * "C=KZ/CN=A name"; issuer NULL: itself.
 */
X509 *x509_new(const char *subject, const X509 *issuer, EVP_PKEY *key, long from_s, long to_s);
void x509_extend(X509 *cert, X509 *issuer, int nid, const char *value);
/* An extension whose value, in DER, is these bytes in an octet string. */
void x509_extend_octets(X509 *cert, int nid, const void *data, size_t len);
/* A list of one certificate transparency time stamp (RFC 6962 3.3): the shape of one, no log signed
 * it. */
void x509_extend_sct(X509 *cert);
/*
 * subjectAltName: name and www.name; with embedded_nul each goes on after a NUL
 * ("site.lab\0.evil.lab").
 */
void x509_extend_names(X509 *cert, const char *name, bool embedded_nul);
void x509_sign(X509 *cert, EVP_PKEY *key);

/* Writes key and certificate, NULL for none, into a new file. Returns 0, or -1 with errno. */
int x509_write(const char *path, EVP_PKEY *key, X509 *cert);
/* Reads them, those that are wanted; false: the file has not all of them. */
bool x509_read(const char *path, EVP_PKEY **key, X509 **cert);

#endif
