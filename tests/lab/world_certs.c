/* What servers of the lab present. */
#include "tests/lab/world_certs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <openssl/x509v3.h>

#include "base/log.h"
#include "base/mem.h"
#include "tests/lab/world.h"
#include "tests/lab/world_ca.h"
#include "tests/lab/world_x509.h"

/* In which way a certificate is not right. */
enum {
	SELF_SIGNED = 1,
	OTHER_HOST = 2,
	NO_INTERMEDIATE = 4,
	EMBEDDED_NUL = 8,
	ABSURD_DATES = 16,
	PADDED = 32,
	OTHER_AUTHORITY = 64,
	BARE = 128 /* without what public authorities put in */
};

struct cert_kind {
	const char *name;
	const char *ca; /* NULL: the site's own authority */
	unsigned ways;
	int from_days, to_days;
};

static const struct cert_kind kinds[] = {
    {"good", NULL, 0, -20, 70},
    {"expired", NULL, 0, -93, -3},
    {"wronghost", NULL, OTHER_HOST, -20, 70},
    {"selfsigned", NULL, SELF_SIGNED, -20, 3000},
    {"expiredself", NULL, SELF_SIGNED, -800, -70},
    {"internal", "untrusted", BARE, -20, 300},
    {"untrusted", "untrusted", 0, -20, 300},
    {"nointermediate", NULL, NO_INTERMEDIATE, -20, 70},
    {"rotated", NULL, OTHER_AUTHORITY, 0, 90},
    {"expiredint", "publicold", 0, -60, 30},
    {"bigchain", NULL, PADDED, -20, 70},
    {"nul", NULL, EMBEDDED_NUL, -20, 70},
    {"absurd", NULL, ABSURD_DATES, 0, 0},
    {"portal", "forger-portal", 0, -400, 700},
};

static const struct style {
	const char *name;
	const char *ca; /* "": itself; NULL: a portal's one certificate */
	bool exponent3;
	int shift_hours; /* of the dates; 2019's interceptor moved them by six hours */
} styles[] = {
    {"qaznet", "forger-qaznet", true, -6},
    {"expired", "forger-expired", false, 0},
    {"unknown", "forger-unknown", false, 0},
    {"antivirus", "forger-antivirus", false, 0},
    {"portal", NULL, false, 0},
    {"lookalike", "forger-lookalike", false, 0},
    {"selfsigned", "", false, 0},
};

/* A context made before, and what for. */
struct cached {
	const char *name; /* of a site; NULL: a forgery of `real` */
	const void *how;  /* kind or style */
	const SSL_CTX *real;
	SSL_CTX *ctx;
};

struct certs {
	struct arena *arena;
	const char *directory;
	struct ca_set *authorities;
	struct cached *cached;
	size_t ncached;
};

const struct cert_kind *
cert_kind_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}

static const struct style *
style_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(styles) / sizeof(styles[0]); i++)
		if (strcmp(styles[i].name, name) == 0)
			return &styles[i];
	return NULL;
}

bool
cert_style_exists(const char *style)
{
	return style_find(style) != NULL;
}

struct certs *
certs_open(const char *directory)
{
	struct ca_set *authorities = ca_open(directory);
	struct arena *arena;
	struct certs *certs;

	if (authorities == NULL)
		return NULL;
	arena = arena_new();
	certs = arena_alloc(arena, sizeof(*certs));
	certs->arena = arena;
	certs->directory = arena_strdup(arena, directory);
	certs->authorities = authorities;
	return certs;
}

void
certs_close(struct certs *certs)
{
	size_t i;

	if (certs == NULL)
		return;
	for (i = 0; i < certs->ncached; i++)
		SSL_CTX_free(certs->cached[i].ctx);
	ca_close(certs->authorities);
	arena_free(certs->arena);
}

/* ---- Leaves --------------------------------------------------------------------------------- */

static const struct ca *
authority_of(const struct certs *certs, int authority, const struct cert_kind *kind)
{
	static const char *const names[CERT_AUTHORITIES] = {"public1", "public2", "public3"};

	if (kind->ways & SELF_SIGNED)
		return NULL;
	if (kind->ca != NULL)
		return ca_find(certs->authorities, kind->ca);
	if (kind->ways & OTHER_AUTHORITY)
		authority++;
	return ca_find(certs->authorities, names[authority % CERT_AUTHORITIES]);
}

/* The extensions that every certificate of a public authority has. */
static void
extend_as_public(X509 *leaf, const struct ca *ca)
{
	x509_extend(leaf, leaf, NID_key_usage, "critical,digitalSignature");
	x509_extend(leaf, leaf, NID_ext_key_usage, "serverAuth,clientAuth");
	x509_extend(leaf, leaf, NID_basic_constraints, "critical,CA:FALSE");
	if (ca == NULL)
		return;
	x509_extend(leaf, ca->cert, NID_authority_key_identifier, "keyid");
	x509_extend(leaf, leaf, NID_info_access,
	    "OCSP;URI:http://ocsp.lab/,caIssuers;URI:http://ca.lab/intermediate.der");
	x509_extend(leaf, leaf, NID_certificate_policies, "2.23.140.1.2.1"); /* domain validated */
	x509_extend_sct(leaf);
}

static void
set_absurd_dates(X509 *leaf)
{
	ASN1_TIME_set_string(X509_getm_notBefore(leaf), "99991231235959Z");
	ASN1_TIME_set_string(X509_getm_notAfter(leaf), "00000101000000Z");
}

static X509 *
make_leaf(const char *name, const struct ca *ca, const struct cert_kind *kind, EVP_PKEY *key)
{
	const char *host = kind->ways & OTHER_HOST ? "somebody-else.lab" : name;
	char *subject = xasprintf("CN=%.60s", host);
	X509 *leaf = x509_new(subject, ca != NULL ? ca->cert : NULL, key,
	    (long)kind->from_days * X509_DAY, (long)kind->to_days * X509_DAY);

	x509_extend_names(leaf, host, kind->ways & EMBEDDED_NUL);
	if (!(kind->ways & BARE))
		extend_as_public(leaf, ca);
	if (kind->ways & ABSURD_DATES)
		set_absurd_dates(leaf);
	x509_sign(leaf, ca != NULL ? ca->key : key);
	free(subject);
	return leaf;
}

/*
 * The first world that writes a leaf wins: link() does not replace, so worlds that run at the same
 * time present the same. Where the directory cannot be written, the leaf lasts as long as this
 * world.
 */
static void
keep_leaf(const char *path, EVP_PKEY **key, X509 **leaf)
{
	char *new = xasprintf("%s.%d", path, (int)getpid());
	EVP_PKEY *other_key;
	X509 *other_leaf;

	if (x509_write(new, *key, *leaf) != 0) {
		log_debug("%s cannot be kept", path);
	} else if (link(new, path) != 0 && errno == EEXIST &&
	           x509_read(path, &other_key, &other_leaf)) {
		EVP_PKEY_free(*key);
		X509_free(*leaf);
		*key = other_key;
		*leaf = other_leaf;
	}
	unlink(new);
	free(new);
}

static void
get_leaf(const struct certs *certs, const char *name, const struct ca *ca,
    const struct cert_kind *kind, EVP_PKEY **key, X509 **leaf)
{
	char *path = xasprintf("%s/leaf-%s-%s-%s.pem", certs->directory, name,
	    ca != NULL ? ca->name : "self", kind->name);

	if (!x509_read(path, key, leaf)) {
		*key = x509_key_ec();
		*leaf = make_leaf(name, ca, kind, *key);
		keep_leaf(path, key, leaf);
	}
	free(path);
}

/* ---- Contexts ------------------------------------------------------------------------------- */

/* HTTP/1.1 is all that is spoken here. */
static int
choose_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_len, const unsigned char *in,
    unsigned in_len, void *arg)
{
	static const unsigned char http[] = "\x08http/1.1";
	unsigned char *chosen;

	(void)ssl;
	(void)arg;
	if (SSL_select_next_proto(&chosen, out_len, http, sizeof(http) - 1, in, in_len) !=
	    OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_NOACK;
	*out = chosen;
	return SSL_TLSEXT_ERR_OK;
}

static SSL_CTX *
context_new(X509 *leaf, EVP_PKEY *key)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	if (ctx == NULL || SSL_CTX_use_certificate(ctx, leaf) != 1 ||
	    SSL_CTX_use_PrivateKey(ctx, key) != 1)
		log_fatalx("a certificate that cannot be used");
	SSL_CTX_set_mode(ctx, SSL_MODE_NO_AUTO_CHAIN | SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_alpn_select_cb(ctx, choose_alpn, NULL);
	return ctx;
}

/* The intermediates; a root is not sent. */
static void
add_chain(SSL_CTX *ctx, const struct ca *ca)
{
	for (; ca != NULL && ca->issuer != NULL; ca = ca->issuer)
		if (SSL_CTX_add1_chain_cert(ctx, ca->cert) != 1)
			log_fatalx("a chain that cannot be used");
}

/* Ten certificates of a megabyte each after the real chain. */
static void
add_padding(SSL_CTX *ctx, const struct ca *ca)
{
	enum { CERTIFICATES = 10, BYTES = 1024 * 1024 };
	char *bytes = xcalloc(1, BYTES);
	X509 *cert;
	int i;

	for (i = 0; i < CERTIFICATES; i++) {
		cert = x509_new("CN=Very Large", ca->cert, ca->key, -X509_DAY, X509_DAY);
		x509_extend_octets(cert, NID_netscape_comment, bytes, BYTES);
		x509_sign(cert, ca->key);
		if (SSL_CTX_add0_chain_cert(ctx, cert) != 1)
			log_fatalx("a chain that cannot be used");
	}
	free(bytes);
}

static SSL_CTX *
cache_find(const struct certs *certs, const char *name, const SSL_CTX *real, const void *how)
{
	size_t i;

	for (i = 0; i < certs->ncached; i++) {
		const struct cached *c = &certs->cached[i];

		if (c->how == how && c->real == real &&
		    (name == NULL || strcmp(name, c->name) == 0))
			return c->ctx;
	}
	return NULL;
}

static void
cache_add(struct certs *certs, const char *name, const SSL_CTX *real, const void *how, SSL_CTX *ctx)
{
	struct cached *c = ARENA_PUSH(certs->arena, certs->cached, certs->ncached);

	*c = (struct cached){arena_strdup(certs->arena, name), how, real, ctx};
}

SSL_CTX *
certs_context(struct certs *certs, const char *name, int authority, const struct cert_kind *kind)
{
	SSL_CTX *ctx = cache_find(certs, name, NULL, kind);
	const struct ca *ca = authority_of(certs, authority, kind);
	EVP_PKEY *key;
	X509 *leaf;

	if (ctx != NULL)
		return ctx;
	get_leaf(certs, name, ca, kind, &key, &leaf);
	ctx = context_new(leaf, key);
	if (!(kind->ways & NO_INTERMEDIATE))
		add_chain(ctx, ca);
	if (kind->ways & PADDED)
		add_padding(ctx, ca);
	EVP_PKEY_free(key);
	X509_free(leaf);
	cache_add(certs, name, NULL, kind, ctx);
	return ctx;
}

/* ---- Forgeries ------------------------------------------------------------------------------ */

static ASN1_TIME *
shifted(const ASN1_TIME *time, int hours)
{
	ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0), *result;
	int days, seconds;

	/* A date that OpenSSL cannot count with is copied as it is. */
	result = ASN1_TIME_diff(&days, &seconds, epoch, time) == 1
	             ? ASN1_TIME_adj(NULL, 0, days, seconds + (long)hours * X509_HOUR)
	             : ASN1_STRING_dup(time);
	ASN1_TIME_free(epoch);
	return result;
}

static X509 *
forge_leaf(const X509 *real, const struct ca *ca, const struct style *style, EVP_PKEY *key)
{
	X509 *leaf = x509_new("CN=forged", ca != NULL ? ca->cert : NULL, key, 0, 0);
	ASN1_TIME *from = shifted(X509_get0_notBefore(real), style->shift_hours);
	ASN1_TIME *to = shifted(X509_get0_notAfter(real), style->shift_hours);
	int names = X509_get_ext_by_NID(real, NID_subject_alt_name, -1);

	X509_set_subject_name(leaf, X509_get_subject_name(real));
	if (ca == NULL)
		X509_set_issuer_name(leaf, X509_get_subject_name(real));
	X509_set1_notBefore(leaf, from);
	X509_set1_notAfter(leaf, to);
	if (names >= 0)
		X509_add_ext(leaf, X509_get_ext(real, names), -1);
	x509_sign(leaf, ca != NULL ? ca->key : key);
	ASN1_TIME_free(from);
	ASN1_TIME_free(to);
	return leaf;
}

SSL_CTX *
certs_forged(struct certs *certs, SSL_CTX *real, const char *name)
{
	const struct style *style = style_find(name);
	const struct ca *ca;
	SSL_CTX *ctx;
	X509 *leaf;

	if (style->ca == NULL)
		return certs_context(certs, "portal.lab", 0, cert_kind_find("portal"));
	ctx = cache_find(certs, NULL, real, style);
	if (ctx != NULL)
		return ctx;
	ca = style->ca[0] != '\0' ? ca_find(certs->authorities, style->ca) : NULL;
	leaf = forge_leaf(SSL_CTX_get0_certificate(real), ca, style,
	    ca_forgers_key(certs->authorities, style->exponent3));
	ctx = context_new(leaf, ca_forgers_key(certs->authorities, style->exponent3));
	add_chain(ctx, ca);
	X509_free(leaf);
	cache_add(certs, NULL, real, style, ctx);
	return ctx;
}

int
lab_certs_main(int argc, char **argv)
{
	if (argc != 2 || argv[1][0] == '-') {
		fprintf(stderr, "usage: netvane-lab certs DIR\n");
		return 64;
	}
	return ca_make(argv[1]) == 0 ? 0 : 73;
}
