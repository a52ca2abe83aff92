/* Making certificates. */
#include "tests/lab/world_x509.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <openssl/bn.h>
#include <openssl/conf.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"

static void
need(bool ok, const char *what)
{
	if (!ok)
		log_fatalx("%s: %s", what, ERR_error_string(ERR_peek_last_error(), NULL));
}

EVP_PKEY *
x509_key_ec(void)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");

	need(key != NULL, "key");
	return key;
}

EVP_PKEY *
x509_key_rsa(unsigned exponent)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, NULL);
	BIGNUM *e = BN_new();
	EVP_PKEY *key = NULL;

	need(ctx != NULL && e != NULL && BN_set_word(e, exponent) == 1 &&
	         EVP_PKEY_keygen_init(ctx) == 1 &&
	         EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, 2048) == 1 &&
	         EVP_PKEY_CTX_set1_rsa_keygen_pubexp(ctx, e) == 1 &&
	         EVP_PKEY_keygen(ctx, &key) == 1,
	    "RSA key");
	BN_free(e);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static void
set_subject(X509 *cert, const char *subject)
{
	X509_NAME *name = X509_get_subject_name(cert);
	char *copy = xstrdup(subject), *rest = copy, *value, *type;

	while ((value = strsep(&rest, "/")) != NULL) {
		type = strsep(&value, "=");
		need(value != NULL && X509_NAME_add_entry_by_txt(name, type, MBSTRING_UTF8,
		                          (const unsigned char *)value, -1, -1, 0) == 1,
		    subject);
	}
	free(copy);
}

X509 *
x509_new(const char *subject, const X509 *issuer, EVP_PKEY *key, long from_s, long to_s)
{
	X509 *cert = X509_new();
	uint64_t serial;

	need(cert != NULL && X509_set_version(cert, X509_VERSION_3) == 1 &&
	         RAND_bytes((unsigned char *)&serial, sizeof(serial)) == 1 &&
	         ASN1_INTEGER_set_uint64(X509_get_serialNumber(cert), serial >> 1) == 1,
	    "certificate");
	set_subject(cert, subject);
	need(X509_set_issuer_name(cert, X509_get_subject_name(issuer != NULL ? issuer : cert)) ==
	             1 &&
	         X509_set_pubkey(cert, key) == 1 &&
	         X509_gmtime_adj(X509_getm_notBefore(cert), from_s) != NULL &&
	         X509_gmtime_adj(X509_getm_notAfter(cert), to_s) != NULL,
	    subject);
	return cert;
}

void
x509_extend(X509 *cert, X509 *issuer, int nid, const char *value)
{
	CONF *conf = NCONF_new(NULL); /* empty, but policies insist on one */
	X509_EXTENSION *extension;
	X509V3_CTX ctx;

	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	X509V3_set_nconf(&ctx, conf);
	extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	need(extension != NULL && X509_add_ext(cert, extension, -1) == 1, value);
	X509_EXTENSION_free(extension);
	NCONF_free(conf);
}

void
x509_extend_octets(X509 *cert, int nid, const void *data, size_t len)
{
	ASN1_OCTET_STRING *inner = ASN1_OCTET_STRING_new(), *outer = ASN1_OCTET_STRING_new();
	X509_EXTENSION *extension;
	unsigned char *der = NULL;
	int der_len;

	need(inner != NULL && outer != NULL && ASN1_OCTET_STRING_set(inner, data, (int)len) == 1,
	    "extension");
	der_len = i2d_ASN1_OCTET_STRING(inner, &der);
	need(der_len > 0 && ASN1_OCTET_STRING_set(outer, der, der_len) == 1, "extension");
	extension = X509_EXTENSION_create_by_NID(NULL, nid, 0, outer);
	need(extension != NULL && X509_add_ext(cert, extension, -1) == 1, "extension");
	X509_EXTENSION_free(extension);
	ASN1_OCTET_STRING_free(inner);
	ASN1_OCTET_STRING_free(outer);
	OPENSSL_free(der);
}

void
x509_extend_sct(X509 *cert)
{
	enum { LOG_ID = 32, SIGNATURE = 70, STAMP = 1 + LOG_ID + 8 + 2 + 2 + 2 + SIGNATURE };
	struct buf list = BUF_EMPTY;
	unsigned char filler[LOG_ID + SIGNATURE];

	need(RAND_bytes(filler, sizeof(filler)) == 1, "random bytes");
	buf_u16(&list, 2 + STAMP);
	buf_u16(&list, STAMP);
	buf_u8(&list, 0); /* v1 */
	buf_add(&list, filler, LOG_ID);
	buf_u32(&list, 0x0190); /* milliseconds: in 2024 */
	buf_u32(&list, 0);
	buf_u16(&list, 0);      /* extensions */
	buf_u16(&list, 0x0403); /* SHA-256, ECDSA */
	buf_u16(&list, SIGNATURE);
	buf_add(&list, filler + LOG_ID, SIGNATURE);
	x509_extend_octets(cert, NID_ct_precert_scts, list.data, list.len);
	buf_free(&list);
}

static GENERAL_NAME *
general_name(const char *text, bool embedded_nul)
{
	GENERAL_NAME *name = GENERAL_NAME_new();
	ASN1_IA5STRING *value = ASN1_IA5STRING_new();
	char bytes[512];
	int len = snprintf(bytes, sizeof(bytes), "%.250s%c.evil.lab", text, 0);

	need(name != NULL && value != NULL &&
	         ASN1_STRING_set(value, bytes, embedded_nul ? len : (int)strlen(bytes)) == 1,
	    text);
	GENERAL_NAME_set0_value(name, GEN_DNS, value);
	return name;
}

void
x509_extend_names(X509 *cert, const char *name, bool embedded_nul)
{
	GENERAL_NAMES *list = GENERAL_NAMES_new();
	char *www = xasprintf("www.%s", name);

	need(list != NULL && sk_GENERAL_NAME_push(list, general_name(name, embedded_nul)) > 0 &&
	         sk_GENERAL_NAME_push(list, general_name(www, embedded_nul)) > 0 &&
	         X509_add1_ext_i2d(cert, NID_subject_alt_name, list, 0, 0) == 1,
	    name);
	GENERAL_NAMES_free(list);
	free(www);
}

void
x509_sign(X509 *cert, EVP_PKEY *key)
{
	need(X509_sign(cert, key, EVP_sha256()) > 0, "signature");
}

int
x509_write(const char *path, EVP_PKEY *key, X509 *cert)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
	bool ok;

	if (out == NULL)
		return -1;
	ok = (key == NULL || PEM_write_PrivateKey(out, key, NULL, NULL, 0, NULL, NULL) == 1) &&
	     (cert == NULL || PEM_write_X509(out, cert) == 1);
	return fclose(out) != 0 || !ok ? -1 : 0;
}

bool
x509_read(const char *path, EVP_PKEY **key, X509 **cert)
{
	FILE *in = fopen(path, "re");
	bool ok = true;

	if (in == NULL)
		return false;
	if (key != NULL)
		ok = (*key = PEM_read_PrivateKey(in, NULL, NULL, NULL)) != NULL;
	if (ok && cert != NULL)
		ok = (*cert = PEM_read_X509(in, NULL, NULL, NULL)) != NULL;
	if (!ok && key != NULL) {
		EVP_PKEY_free(*key);
		*key = NULL;
	}
	fclose(in);
	return ok;
}
