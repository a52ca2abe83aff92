/* Certificates of any shape, made in memory. */
#include "tests/cert_lab.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "base/mem.h"
#include "results/measurement.h"

EVP_PKEY *
cert_lab_key(void)
{
	static EVP_PKEY *key;

	if (key == NULL)
		key = EVP_EC_gen("P-256");
	assert_non_null(key);
	return key;
}

EVP_PKEY *
cert_lab_rsa(unsigned bits, unsigned exponent)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, NULL);
	BIGNUM *e = BN_new();
	EVP_PKEY *key = NULL;

	assert_int_equal(BN_set_word(e, exponent), 1);
	assert_int_equal(EVP_PKEY_keygen_init(ctx), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, (int)bits), 1);
	assert_int_equal(EVP_PKEY_CTX_set1_rsa_keygen_pubexp(ctx, e), 1);
	assert_int_equal(EVP_PKEY_keygen(ctx, &key), 1);
	EVP_PKEY_CTX_free(ctx);
	BN_free(e);
	return key;
}

static X509_NAME *
name_new(const char *text)
{
	X509_NAME *name = X509_NAME_new();
	char *copy = xstrdup(text), *rest = copy, *type;

	while ((type = strsep(&rest, ",")) != NULL) {
		char *value = strchr(type, '=');

		assert_non_null(value);
		*value++ = '\0';
		assert_int_equal(X509_NAME_add_entry_by_txt(name, type, MBSTRING_UTF8,
		                     (const unsigned char *)value, -1, -1, 0),
		    1);
	}
	free(copy);
	return name;
}

static void
set_names(X509 *cert, const struct cert_recipe *r)
{
	X509_NAME *name = name_new(r->subject != NULL ? r->subject : "CN=site.test");

	if (r->subject_bytes != NULL)
		assert_int_equal(
		    X509_NAME_add_entry_by_NID(name, NID_commonName, V_ASN1_UTF8STRING,
		        (const unsigned char *)r->subject_bytes, (int)r->subject_len, -1, 0),
		    1);
	assert_int_equal(X509_set_subject_name(cert, name), 1);
	if (r->issuer_name != NULL) {
		X509_NAME_free(name);
		name = name_new(r->issuer_name);
	}
	assert_int_equal(
	    X509_set_issuer_name(cert, r->issuer != NULL ? X509_get_subject_name(r->issuer) : name),
	    1);
	X509_NAME_free(name);
}

/* An extension of any bytes. */
static void
add_bytes(X509 *cert, int nid, const void *bytes, size_t len)
{
	ASN1_OCTET_STRING *data = ASN1_OCTET_STRING_new();
	X509_EXTENSION *extension;

	assert_int_equal(ASN1_OCTET_STRING_set(data, bytes, (int)len), 1);
	extension = X509_EXTENSION_create_by_NID(NULL, nid, 0, data);
	assert_non_null(extension);
	assert_int_equal(X509_add_ext(cert, extension, -1), 1);
	X509_EXTENSION_free(extension);
	ASN1_OCTET_STRING_free(data);
}

static void
add_san(X509 *cert, const struct cert_recipe *r)
{
	GENERAL_NAMES *list = GENERAL_NAMES_new();
	size_t len = r->san_len > 0 ? r->san_len : strlen(r->san), i;

	for (i = 0; i < (r->san_count > 0 ? r->san_count : 1); i++) {
		GENERAL_NAME *name = GENERAL_NAME_new();
		ASN1_STRING *value = ASN1_IA5STRING_new();

		assert_int_equal(ASN1_STRING_set(value, r->san, (int)len), 1);
		GENERAL_NAME_set0_value(name, GEN_DNS, value);
		sk_GENERAL_NAME_push(list, name);
	}
	assert_int_equal(X509_add1_ext_i2d(cert, NID_subject_alt_name, list, 0, 0), 1);
	GENERAL_NAMES_free(list);
}

static void
add_extensions(X509 *cert, const struct cert_recipe *r)
{
	char *padding;

	if (r->san != NULL)
		add_san(cert, r);
	if (r->broken_san != NULL)
		add_bytes(cert, NID_subject_alt_name, r->broken_san, strlen(r->broken_san));
	if (r->sct)
		add_bytes(cert, NID_ct_precert_scts, "\4\2\0\0", 4);
	if (r->aia)
		add_bytes(cert, NID_info_access, "\x30\0", 2);
	if (r->policies)
		add_bytes(cert, NID_certificate_policies, "\x30\0", 2);
	if (r->padding > 0) {
		padding = xcalloc(1, r->padding);
		add_bytes(cert, NID_netscape_comment, padding, r->padding);
		free(padding);
	}
}

static void
set_serial(X509 *cert, size_t len)
{
	uint8_t *bytes = xmalloc(len > 0 ? len : 1);
	ASN1_INTEGER *serial = ASN1_INTEGER_new();

	memset(bytes, 0x7f, len > 0 ? len : 1);
	assert_int_equal(ASN1_STRING_set(serial, bytes, (int)(len > 0 ? len : 1)), 1);
	assert_int_equal(X509_set_serialNumber(cert, serial), 1);
	ASN1_INTEGER_free(serial);
	free(bytes);
}

/* Any text as a time, also one that is none. */
static void
set_time(ASN1_TIME *time, const char *text)
{
	time->type = strlen(text) == 13 ? V_ASN1_UTCTIME : V_ASN1_GENERALIZEDTIME;
	assert_int_equal(ASN1_STRING_set(time, text, (int)strlen(text)), 1);
}

X509 *
cert_lab_make(const struct cert_recipe *r)
{
	EVP_PKEY *key = r->key != NULL ? r->key : cert_lab_key();
	EVP_PKEY *signer = r->signer != NULL ? r->signer : key;
	bool pure = EVP_PKEY_get_base_id(signer) == EVP_PKEY_ED25519;
	X509 *cert = X509_new();

	assert_non_null(cert);
	assert_int_equal(X509_set_version(cert, X509_VERSION_3), 1);
	set_serial(cert, r->serial);
	set_names(cert, r);
	set_time(
	    X509_getm_notBefore(cert), r->not_before != NULL ? r->not_before : "20260101000000Z");
	set_time(X509_getm_notAfter(cert), r->not_after != NULL ? r->not_after : "20270101000000Z");
	assert_int_equal(X509_set_pubkey(cert, key), 1);
	add_extensions(cert, r);
	assert_true(X509_sign(cert, signer, pure ? NULL : EVP_sha256()) > 0);
	return cert;
}

struct bytes *
cert_lab_der(size_t *n, ...)
{
	struct bytes *der = NULL;
	unsigned char *bytes;
	va_list ap;
	X509 *cert;
	int len;

	*n = 0;
	va_start(ap, n);
	while ((cert = va_arg(ap, X509 *)) != NULL) {
		bytes = NULL;
		len = i2d_X509(cert, &bytes);
		assert_true(len > 0);
		der = xreallocarray(der, *n + 1, sizeof(*der));
		der[(*n)++] = (struct bytes){xmemdup(bytes, (size_t)len), (size_t)len};
		OPENSSL_free(bytes);
	}
	va_end(ap);
	return der;
}

void
cert_lab_free(struct bytes *der, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		free(der[i].data);
	free(der);
}
