/* Files of certificates: PEM, as ca-certificates and administrators keep them. */
#include "probe/cert_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/err.h>
#include <openssl/sha.h>

#include "base/log.h"
#include "base/mem.h"
#include "probe/pem.h"

/* Debian's bundle has 0.2 MB. A file without end must not take the memory. */
enum { FILE_MOST = 32 * 1024 * 1024 };

const char *
cert_files_reason(void)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());

	return reason != NULL ? reason : "not a certificate";
}

static void
complain(struct cert_files *r, const char *path, int line, const char *what)
{
	r->broken++;
	if (r->lenient)
		log_warnx("%s:%d: %s", path, line, what);
	else
		log_errorx("%s:%d: %s", path, line, what);
}

/* Notes a hash; false when it was there. Files hold a few hundred: a scan is quick enough. */
static bool
note(struct buf *seen, const uint8_t hash[CERT_HASH_SIZE])
{
	size_t at;

	for (at = 0; at < seen->len; at += CERT_HASH_SIZE)
		if (memcmp(seen->data + at, hash, CERT_HASH_SIZE) == 0)
			return false;
	buf_add(seen, hash, CERT_HASH_SIZE);
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
		return cert_files_reason();
	if (p != der + len)
		error = "bytes after the certificate";
	else if (X509_STORE_add_cert(store, cert) != 1)
		error = cert_files_reason();
	X509_free(cert);
	return error;
}

static void
read_text(struct cert_files *r, const char *path, const struct buf *text)
{
	uint8_t hash[CERT_HASH_SIZE];
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
			r->seen.len -= CERT_HASH_SIZE; /* the same again is an error again */
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

int
cert_files_read(struct cert_files *r, const char *path)
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

int
cert_files_read_directory(struct cert_files *r, const char *directory)
{
	struct dirent **entries;
	char *path;
	int n = scandir(directory, &entries, is_certificate_file, alphasort), i;

	for (i = 0; i < n; i++) {
		path = xasprintf("%s/%s", directory, entries[i]->d_name);
		if (cert_files_read(r, path) != 0) {
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

int
cert_files_read_required(struct cert_files *r, const char *path)
{
	if (cert_files_read(r, path) != 0) {
		log_error("%s", path);
		return -1;
	}
	if (r->n == 0 && r->broken == 0)
		log_errorx("%s: no certificate in it", path);
	return r->n > 0 && r->broken == 0 ? 0 : -1;
}
