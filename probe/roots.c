/* Loads the public roots, notes what the machine added to them, and makes the TLS context. */
#include "probe/roots.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/err.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "probe/pem.h"

static const char default_mozilla[] = "/usr/share/ca-certificates/mozilla";
static const char default_bundle[] = "/etc/ssl/certs/ca-certificates.crt";

/* Debian's bundle has 0.2 MB. A file without end must not take the memory. */
enum { FILE_MOST = 32 * 1024 * 1024 };

/* Chains beyond this end the handshake: real ones have 2 to 20 KB, and each certificate costs CPU.
 */
enum { CHAIN_MOST = 256 * 1024 };

/* What is done with the certificates of one or more files. */
struct reading {
	X509_STORE *store; /* NULL: they are only hashed */
	struct buf seen;   /* SHA-256 of each, 32 bytes a piece */
	size_t n;          /* different ones */
	size_t broken;
	/* Called for each that was not seen before; NULL nothing. */
	void (*fresh)(const uint8_t hash[SHA256_DIGEST_LENGTH], void *arg);
	void *arg;
	bool lenient; /* broken ones are warned about, and passed over by the caller */
};

static const char *
openssl_reason(void)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());

	return reason != NULL ? reason : "not a certificate";
}

static void
complain(struct reading *r, const char *path, int line, const char *what)
{
	r->broken++;
	if (r->lenient)
		log_warnx("%s:%d: %s", path, line, what);
	else
		log_errorx("%s:%d: %s", path, line, what);
}

/* Notes a hash; false when it was there. Files hold a few hundred: a scan is quick enough. */
static bool
note(struct buf *seen, const uint8_t hash[SHA256_DIGEST_LENGTH])
{
	size_t at;

	for (at = 0; at < seen->len; at += SHA256_DIGEST_LENGTH)
		if (memcmp(seen->data + at, hash, SHA256_DIGEST_LENGTH) == 0)
			return false;
	buf_add(seen, hash, SHA256_DIGEST_LENGTH);
	return true;
}

/* Returns what is wrong with it, NULL nothing. */
static const char *
store_add(X509_STORE *store, const uint8_t *der, size_t len)
{
	const uint8_t *p = der;
	const char *error = NULL;
	X509 *cert;

	ERR_clear_error();
	cert = d2i_X509(NULL, &p, (long)len);
	if (cert == NULL)
		return openssl_reason();
	if (p != der + len)
		error = "bytes after the certificate";
	else if (X509_STORE_add_cert(store, cert) != 1)
		error = openssl_reason();
	X509_free(cert);
	return error;
}

static void
read_text(struct reading *r, const char *path, const struct buf *text)
{
	uint8_t hash[SHA256_DIGEST_LENGTH];
	enum pem_result result;
	const char *error;
	struct pem pem;

	pem_open(&pem, buf_str(text), text->len);
	while ((result = pem_next(&pem)) != PEM_END) {
		if (result == PEM_BROKEN) {
			complain(r, path, pem.line, pem.error);
			continue;
		}
		SHA256(pem.der, pem.der_len, hash);
		if (!note(&r->seen, hash))
			continue;
		error = r->store != NULL ? store_add(r->store, pem.der, pem.der_len) : NULL;
		if (error != NULL) {
			complain(r, path, pem.line, error);
			continue;
		}
		r->n++;
		if (r->fresh != NULL)
			r->fresh(hash, r->arg);
	}
	pem_close(&pem);
}

/* Reads a whole file. Returns 0, or -1 with errno set. */
static int
slurp(const char *path, struct buf *text)
{
	FILE *in = fopen(path, "re");
	int err = 0;
	size_t got;

	if (in == NULL)
		return -1;
	do {
		got = fread(buf_room(text, 65536), 1, 65536, in);
		text->len += got;
	} while (got > 0 && text->len <= FILE_MOST);
	if (ferror(in))
		err = errno;
	else if (text->len > FILE_MOST)
		err = EFBIG;
	fclose(in);
	errno = err;
	return err == 0 ? 0 : -1;
}

/* Returns 0, or -1 with errno set when the file cannot be read. */
static int
read_file(struct reading *r, const char *path)
{
	struct buf text = BUF_EMPTY;
	int result = slurp(path, &text), err = errno;

	if (result == 0)
		read_text(r, path, &text);
	buf_free(&text);
	errno = err;
	return result;
}

static int
is_certificate_file(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > 4 && strcmp(entry->d_name + len - 4, ".crt") == 0;
}

/* Every .crt of a directory. Returns how many files there are, -1 when it cannot be listed. */
static int
read_directory(struct reading *r, const char *directory)
{
	struct dirent **entries;
	char *path;
	int n = scandir(directory, &entries, is_certificate_file, alphasort), i;

	for (i = 0; i < n; i++) {
		path = xasprintf("%s/%s", directory, entries[i]->d_name);
		if (read_file(r, path) != 0) {
			r->broken++;
			log_error("%s", path);
		}
		free(path);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	return n;
}

/* One file that must be there and hold something. Returns 0, or -1 after logging why. */
static int
read_required(struct reading *r, const char *path)
{
	if (read_file(r, path) != 0) {
		log_error("%s", path);
		return -1;
	}
	if (r->n == 0 && r->broken == 0)
		log_errorx("%s: no certificate in it", path);
	return r->n > 0 && r->broken == 0 ? 0 : -1;
}

/* Mozilla's directory, else the machine's bundle. */
static int
read_public(struct reading *r, const char *mozilla, const char *bundle, const char **source)
{
	*source = mozilla;
	if (read_directory(r, mozilla) > 0 && (r->n > 0 || r->broken > 0))
		return r->broken == 0 ? 0 : -1;
	log_info("%s has no certificates; the machine's own store is taken for the public roots "
	         "(%s): certificates that this machine was told to trust will look public",
	    mozilla, bundle);
	*source = bundle;
	return read_required(r, bundle);
}

static void
note_added(const uint8_t hash[SHA256_DIGEST_LENGTH], void *arg)
{
	struct roots *roots = arg;
	struct buf hex = BUF_EMPTY;

	buf_hex(&hex, hash, SHA256_DIGEST_LENGTH);
	roots->added = xreallocarray(roots->added, roots->nadded + 1, sizeof(*roots->added));
	roots->added[roots->nadded++] = buf_steal(&hex);
}

/*
 * What the machine's bundle holds beyond Mozilla's set (and the user's file). Hashes are
 * compared: a second set of parsed certificates would cost 30 ms and megabytes. Without
 * Mozilla's directory there is nothing to compare with, and nothing is noted.
 */
static void
find_added(struct roots *roots, struct reading *public, const char *mozilla, const char *bundle)
{
	struct reading r = {.seen = public->seen, .lenient = true};

	public->seen = (struct buf)BUF_EMPTY;
	if (strcmp(roots->source, mozilla) == 0 || read_directory(&r, mozilla) > 0) {
		r.fresh = note_added;
		r.arg = roots;
		if (read_file(&r, bundle) != 0)
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
			log_fatalx("OpenSSL took no root: %s", openssl_reason());
	}
}

static SSL_CTX *
tls_context(const X509_STORE *store)
{
	static const unsigned char alpn[] = "\x02h2\x08http/1.1";
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	/* All is set here, so that the machine's openssl.cnf does not change what we measure. */
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
	struct reading r = {.seen = BUF_EMPTY};
	const char *source = file;
	int result;

	roots->store = r.store = X509_STORE_new();
	if (roots->store == NULL)
		log_fatalx("OpenSSL gave no certificate store");
	result = file != NULL ? read_required(&r, file) : read_public(&r, mozilla, bundle, &source);
	if (result != 0) {
		buf_free(&r.seen);
		roots_free(roots);
		return NULL;
	}
	roots->source = xstrdup(source);
	roots->bundle = xstrdup(bundle);
	roots->n = r.n;
	find_added(roots, &r, mozilla, bundle);
	roots->tls = tls_context(roots->store);
	if (roots->tls == NULL)
		log_fatalx("OpenSSL gave no TLS context: %s", openssl_reason());
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
	struct reading r = {.lenient = true};

	if (roots->os_store != NULL || roots->bundle == NULL)
		return roots->os_store;
	roots->os_store = r.store = X509_STORE_new();
	if (roots->os_store == NULL)
		log_fatalx("OpenSSL gave no certificate store");
	if (read_file(&r, roots->bundle) != 0 || r.n == 0) {
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
