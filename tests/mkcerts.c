/*
 * Makes the certificates that tests need, fresh: mkcerts DIR NAME...
 *
 * Every NAME (host name or address) is in the leafs' subjectAltName. DIR gets key.pem, which
 * is every leaf's key, root.pem and other-root.pem, and the chains of the table below (leaf first,
 * then the intermediate where there is one).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

enum { DAY = 24 * 60 * 60 };

enum issuer { ISSUER_INTERMEDIATE, ISSUER_OTHER_ROOT, ISSUER_SELF };

static const struct recipe {
	const char *file;
	enum issuer issuer;
	int from_days, to_days;             /* validity, from today */
	const char *san;                    /* instead of the names given; NULL none */
	int embedded_nul;                   /* each name is followed by a NUL and ".evil.test" */
	const char *not_before, *not_after; /* instead of the days; NULL none */
	int sha1;
} recipes[] = {
    {.file = "good.pem", .from_days = -1, .to_days = 30},
    {.file = "year.pem", .from_days = -1, .to_days = 360},
    {.file = "expired.pem", .from_days = -30, .to_days = -1},
    {.file = "future.pem", .from_days = 1, .to_days = 30},
    {.file = "wrong-host.pem", .from_days = -1, .to_days = 30, .san = "DNS:somebody-else.test"},
    {.file = "self-signed.pem", .issuer = ISSUER_SELF, .from_days = -1, .to_days = 30},
    {.file = "untrusted.pem", .issuer = ISSUER_OTHER_ROOT, .from_days = -1, .to_days = 30},
    {.file = "expired-untrusted.pem", .issuer = ISSUER_OTHER_ROOT, .from_days = -30, .to_days = -1},
    {.file = "sha1.pem", .from_days = -1, .to_days = 30, .sha1 = 1},
    {.file = "absurd-dates.pem", .not_before = "99991231235959Z", .not_after = "00000101000000Z"},
    {.file = "nul.pem", .from_days = -1, .to_days = 30, .embedded_nul = 1},
};

static EVP_PKEY *ca_key, *leaf_key;
static X509 *root, *other_root, *intermediate;
static const char *directory;
static char **names;
static int nnames;
static long serial = 1;

static _Noreturn void
die(const char *what)
{
	fprintf(stderr, "mkcerts: %s\n", what);
	ERR_print_errors_fp(stderr);
	exit(1);
}

static void
need(int ok, const char *what)
{
	if (!ok)
		die(what);
}

static void
add_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509_EXTENSION *extension;
	X509V3_CTX ctx;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	need(extension != NULL && X509_add_ext(cert, extension, -1) == 1, value);
	X509_EXTENSION_free(extension);
}

static X509 *
cert_new(const char *common_name, X509 *issuer, EVP_PKEY *key)
{
	X509 *cert = X509_new();
	X509_NAME *name;

	need(cert != NULL && X509_set_version(cert, X509_VERSION_3) == 1, "certificate");
	ASN1_INTEGER_set(X509_get_serialNumber(cert), serial++);
	name = X509_get_subject_name(cert);
	X509_NAME_add_entry_by_txt(
	    name, "CN", MBSTRING_UTF8, (const unsigned char *)common_name, -1, -1, 0);
	X509_set_issuer_name(cert, issuer != NULL ? X509_get_subject_name(issuer) : name);
	X509_set_pubkey(cert, key);
	return cert;
}

static X509 *
ca_new(const char *common_name, X509 *issuer)
{
	X509 *cert = cert_new(common_name, issuer, ca_key);

	X509_gmtime_adj(X509_getm_notBefore(cert), -30L * DAY);
	X509_gmtime_adj(X509_getm_notAfter(cert), 365L * DAY);
	add_extension(
	    cert, issuer != NULL ? issuer : cert, NID_basic_constraints, "critical,CA:TRUE");
	add_extension(cert, cert, NID_key_usage, "critical,keyCertSign,cRLSign");
	need(X509_sign(cert, ca_key, EVP_sha256()) > 0, common_name);
	return cert;
}

static GENERAL_NAME *
name_new(const char *text, int embedded_nul)
{
	GENERAL_NAME *name = GENERAL_NAME_new();
	ASN1_STRING *value = ASN1_IA5STRING_new();
	unsigned char address[16];
	char bytes[512];
	int len, type = GEN_DNS;

	need(name != NULL && value != NULL, "name");
	if (inet_pton(AF_INET, text, address) == 1 || inet_pton(AF_INET6, text, address) == 1) {
		ASN1_STRING_free(value);
		value = ASN1_OCTET_STRING_new();
		ASN1_STRING_set(value, address, strchr(text, ':') != NULL ? 16 : 4);
		type = GEN_IPADD;
	} else {
		len = snprintf(bytes, sizeof(bytes), "%.250s%c.evil.test", text, 0);
		ASN1_STRING_set(value, bytes, embedded_nul ? len : (int)strlen(bytes));
	}
	GENERAL_NAME_set0_value(name, type, value);
	return name;
}

static void
add_names(X509 *leaf, const struct recipe *recipe)
{
	GENERAL_NAMES *list;
	int i;

	if (recipe->san != NULL) {
		add_extension(leaf, leaf, NID_subject_alt_name, recipe->san);
		return;
	}
	list = GENERAL_NAMES_new();
	for (i = 0; i < nnames; i++)
		sk_GENERAL_NAME_push(list, name_new(names[i], recipe->embedded_nul));
	need(X509_add1_ext_i2d(leaf, NID_subject_alt_name, list, 0, 0) == 1, "subjectAltName");
	GENERAL_NAMES_free(list);
}

static void
set_dates(X509 *leaf, const struct recipe *recipe)
{
	if (recipe->not_before != NULL) {
		ASN1_TIME_set_string(X509_getm_notBefore(leaf), recipe->not_before);
		ASN1_TIME_set_string(X509_getm_notAfter(leaf), recipe->not_after);
		return;
	}
	X509_gmtime_adj(X509_getm_notBefore(leaf), (long)recipe->from_days * DAY);
	X509_gmtime_adj(X509_getm_notAfter(leaf), (long)recipe->to_days * DAY);
}

static FILE *
create(const char *file)
{
	char path[4096];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s", directory, file);
	out = fopen(path, "we");
	need(out != NULL, path);
	return out;
}

static void
write_certificates(const char *file, X509 *first, X509 *second)
{
	FILE *out = create(file);

	need(PEM_write_X509(out, first) == 1, file);
	need(second == NULL || PEM_write_X509(out, second) == 1, file);
	need(fclose(out) == 0, file);
}

static void
make_leaf(const struct recipe *recipe)
{
	X509 *issuer = recipe->issuer == ISSUER_INTERMEDIATE ? intermediate
	               : recipe->issuer == ISSUER_OTHER_ROOT ? other_root
	                                                     : NULL;
	X509 *leaf = cert_new(nnames > 0 ? names[0] : "nobody.test", issuer, leaf_key);

	set_dates(leaf, recipe);
	add_names(leaf, recipe);
	add_extension(leaf, leaf, NID_key_usage, "critical,digitalSignature");
	add_extension(leaf, leaf, NID_ext_key_usage, "serverAuth");
	need(X509_sign(leaf, issuer != NULL ? ca_key : leaf_key,
	         recipe->sha1 ? EVP_sha1() : EVP_sha256()) > 0,
	    recipe->file);
	write_certificates(
	    recipe->file, leaf, recipe->issuer == ISSUER_INTERMEDIATE ? intermediate : NULL);
	X509_free(leaf);
}

int
main(int argc, char **argv)
{
	size_t i;
	FILE *out;

	if (argc < 3) {
		fprintf(stderr, "usage: mkcerts DIR NAME...\n");
		return 64;
	}
	directory = argv[1];
	names = argv + 2;
	nnames = argc - 2;
	ca_key = EVP_EC_gen("P-256");
	leaf_key = EVP_EC_gen("P-256");
	need(ca_key != NULL && leaf_key != NULL, "keys");
	root = ca_new("Test Root", NULL);
	other_root = ca_new("Other Root", NULL);
	intermediate = ca_new("Test Intermediate", root);
	write_certificates("root.pem", root, NULL);
	write_certificates("other-root.pem", other_root, NULL);
	write_certificates("intermediate.pem", intermediate, NULL);
	out = create("key.pem");
	need(PEM_write_PrivateKey(out, leaf_key, NULL, NULL, 0, NULL, NULL) == 1, "key.pem");
	need(fclose(out) == 0, "key.pem");
	for (i = 0; i < sizeof(recipes) / sizeof(recipes[0]); i++)
		make_leaf(&recipes[i]);
	X509_free(root);
	X509_free(other_root);
	X509_free(intermediate);
	EVP_PKEY_free(ca_key);
	EVP_PKEY_free(leaf_key);
	return 0;
}
