/* Loads the public roots, notes what the machine added to them, and makes the TLS context. */
#include "probe/roots.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "probe/cert_files.h"
#include "probe/key_engine.h"

static const char default_mozilla[] = "/usr/share/ca-certificates/mozilla";
static const char default_bundle[] = "/etc/ssl/certs/ca-certificates.crt";

/* Longer chains end the handshake: real ones have 2 to 20 KB, and each certificate costs CPU. */
enum { CHAIN_MOST = 256 * 1024 };

/* Mozilla's directory, else the machine's bundle. */
static int
read_public(struct cert_files *r, const char *mozilla, const char *bundle, const char **source)
{
	*source = mozilla;
	if (cert_files_read_directory(r, mozilla) > 0 && (r->n > 0 || r->broken > 0))
		return r->broken == 0 ? 0 : -1;
	log_info("%s has no certificates; the machine's own store is taken for the public roots "
	         "(%s): certificates that this machine was told to trust will look public",
	    mozilla, bundle);
	*source = bundle;
	return cert_files_read_required(r, bundle);
}

static void
note_added(const uint8_t hash[CERT_HASH_SIZE], void *arg)
{
	struct roots *roots = arg;
	struct buf hex = BUF_EMPTY;

	buf_hex(&hex, hash, CERT_HASH_SIZE);
	roots->added = xreallocarray(roots->added, roots->nadded + 1, sizeof(*roots->added));
	roots->added[roots->nadded++] = buf_steal(&hex);
}

/*
 * What the machine's bundle holds beyond Mozilla's set (and the user's file). Hashes are
 * compared: a second set of parsed certificates would cost 30 ms and megabytes. Without
 * Mozilla's directory there is nothing to compare with, and nothing is noted.
 */
static void
find_added(struct roots *roots, struct cert_files *public, const char *mozilla, const char *bundle)
{
	struct cert_files r = {.seen = public->seen, .lenient = true};

	public->seen = (struct buf)BUF_EMPTY;
	if (strcmp(roots->source, mozilla) == 0 || cert_files_read_directory(&r, mozilla) > 0) {
		r.fresh = note_added;
		r.arg = roots;
		if (cert_files_read(&r, bundle) != 0)
			log_debug("%s cannot be read: no added roots to note", bundle);
	}
	buf_free(&r.seen);
}

/*
 * Level 0: a server with a weak key, a SHA-1 signature or a short Diffie-Hellman group is
 * looked at to the end; nothing is ever sent to it that would need protection. What such a
 * chain is worth is the verifier's question, which keeps level 1 of its own (RSA under 1024
 * bits, MD5, SHA-1 are errors, as in browsers) and records instead of refusing.
 */
enum { LOOK_LEVEL = 0, VERIFY_LEVEL = 1 };

/* The context's own store gets the same certificates, by reference. */
static void
share_roots(const X509_STORE *from, SSL_CTX *ctx)
{
	STACK_OF(X509_OBJECT) *objects = X509_STORE_get0_objects(from);
	X509_STORE *to = SSL_CTX_get_cert_store(ctx);
	X509 *cert;
	int i;

	for (i = 0; i < sk_X509_OBJECT_num(objects); i++) {
		cert = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(objects, i));
		if (cert != NULL && X509_STORE_add_cert(to, cert) != 1)
			log_fatalx("OpenSSL took no root: %s", cert_files_reason());
	}
}

static SSL_CTX *
tls_context(const X509_STORE *store)
{
	static const unsigned char alpn[] = "\x02h2\x08http/1.1";
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	/* Set here, whatever the machine's openssl.cnf says, which SSL_CTX_new has read. */
	if (ctx == NULL || SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1 ||
	    SSL_CTX_set_max_proto_version(ctx, 0) != 1 ||
	    SSL_CTX_set_cipher_list(ctx, "DEFAULT") != 1 ||
	    SSL_CTX_set_alpn_protos(ctx, alpn, sizeof(alpn) - 1) != 0) {
		SSL_CTX_free(ctx);
		return NULL;
	}
	SSL_CTX_set_security_level(ctx, LOOK_LEVEL);
	X509_VERIFY_PARAM_set_auth_level(SSL_CTX_get0_param(ctx), VERIFY_LEVEL);
	share_roots(store, ctx);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_max_cert_list(ctx, CHAIN_MOST);
	/* No session is kept. The ticket extension stays in the hello, as in everybody's. */
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
	/* One read takes all that has come, instead of two for each record. */
	SSL_CTX_set_read_ahead(ctx, 1);
	return ctx;
}

struct roots *
roots_load(const char *file)
{
	return roots_load_from(file, default_mozilla, default_bundle);
}

struct roots *
roots_load_from(const char *file, const char *mozilla, const char *bundle)
{
	struct roots *roots = xcalloc(1, sizeof(*roots));
	struct cert_files r = {.seen = BUF_EMPTY};
	const char *source = file;
	int result;

	key_engine_install();
	roots->store = r.store = X509_STORE_new();
	if (roots->store == NULL)
		log_fatalx("OpenSSL gave no certificate store");
	result = file != NULL ? cert_files_read_required(&r, file)
	                      : read_public(&r, mozilla, bundle, &source);
	if (result != 0) {
		buf_free(&r.seen);
		roots_free(roots);
		return NULL;
	}
	/* Records travel: a file of the user's is named without the directories that lead to it. */
	if (file != NULL && strrchr(file, '/') != NULL)
		source = strrchr(file, '/') + 1;
	roots->source = xstrdup(source);
	roots->bundle = xstrdup(bundle);
	roots->n = r.n;
	find_added(roots, &r, mozilla, bundle);
	roots->tls = tls_context(roots->store);
	if (roots->tls == NULL)
		log_fatalx("OpenSSL gave no TLS context: %s", cert_files_reason());
	return roots;
}

void
roots_free(struct roots *roots)
{
	size_t i;

	if (roots == NULL)
		return;
	SSL_CTX_free(roots->tls);
	X509_STORE_free(roots->store);
	X509_STORE_free(roots->os_store);
	for (i = 0; i < roots->nadded; i++)
		free(roots->added[i]);
	free(roots->added);
	free(roots->source);
	free(roots->bundle);
	free(roots);
}

/* The machine's store; one that cannot be read is tried once. */
static X509_STORE *
os_store(struct roots *roots)
{
	struct cert_files r = {.lenient = true};

	if (roots->os_store != NULL || roots->bundle == NULL)
		return roots->os_store;
	roots->os_store = r.store = X509_STORE_new();
	if (roots->os_store == NULL)
		log_fatalx("OpenSSL gave no certificate store");
	if (cert_files_read(&r, roots->bundle) != 0 || r.n == 0) {
		log_info("%s: no certificates; what this machine trusts is unknown", roots->bundle);
		X509_STORE_free(roots->os_store);
		roots->os_store = NULL;
		free(roots->bundle);
		roots->bundle = NULL;
	}
	buf_free(&r.seen);
	return roots->os_store;
}

int
roots_os_trusts(struct roots *roots, STACK_OF(X509) *chain, const char *host)
{
	X509_STORE *store = os_store(roots);
	X509_VERIFY_PARAM *param;
	X509_STORE_CTX *ctx;
	int trusts = 0;

	if (store == NULL)
		return -1;
	ctx = X509_STORE_CTX_new();
	if (ctx != NULL && sk_X509_num(chain) > 0 &&
	    X509_STORE_CTX_init(ctx, store, sk_X509_value(chain, 0), chain) == 1 &&
	    X509_STORE_CTX_set_default(ctx, "ssl_server") == 1) {
		param = X509_STORE_CTX_get0_param(ctx);
		X509_VERIFY_PARAM_set_auth_level(param, VERIFY_LEVEL);
		X509_VERIFY_PARAM_set_hostflags(param,
		    X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
		if (X509_VERIFY_PARAM_set1_ip_asc(param, host) == 1 ||
		    X509_VERIFY_PARAM_set1_host(param, host, 0) == 1)
			trusts = X509_verify_cert(ctx) == 1;
	}
	X509_STORE_CTX_free(ctx);
	ERR_clear_error();
	return trusts;
}

void
roots_use(const struct roots *roots, SSL_CTX *ctx)
{
	SSL_CTX_set1_cert_store(ctx, roots->store);
}
