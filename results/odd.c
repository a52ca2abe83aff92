/* What is odd about a measurement in a way that others may share. */
#include "results/odd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/buf.h"
#include "base/mem.h"
#include "results/facts.h"
#include "results/failure.h"
#include "results/measurement.h"

enum { VALUES_MAX = 8 };

/* The values of one kind that were told. */
struct told {
	char *values[VALUES_MAX];
	size_t n;
};

/* Whether it is new; then it is noted. */
static bool
is_new(struct told *told, const char *value)
{
	size_t i;

	for (i = 0; i < told->n; i++)
		if (strcmp(told->values[i], value) == 0)
			return false;
	if (told->n == VALUES_MAX)
		return false;
	told->values[told->n++] = xstrdup(value);
	return true;
}

static void
told_clear(struct told *told)
{
	while (told->n > 0)
		free(told->values[--told->n]);
}

/* The hash of the issuer's name; false for what is no certificate, or signed itself: that is no authority. */
static bool
issuer_hash(const struct bytes *der, struct buf *hex)
{
	const uint8_t *p = der->data;
	X509 *leaf = d2i_X509(NULL, &p, (long)der->len);
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	bool ok;

	ok = leaf != NULL &&
	    X509_NAME_cmp(X509_get_issuer_name(leaf), X509_get_subject_name(leaf)) != 0 &&
	    X509_NAME_digest(X509_get_issuer_name(leaf), EVP_sha256(), digest, &len) == 1;
	if (ok)
		buf_hex(hex, digest, len);
	X509_free(leaf);
	return ok;
}

static void
odd_issuers(const struct measurement *m, void (*take)(enum odd_kind, const char *, void *), void *arg)
{
	const struct tls_handshake *tls;
	struct told told = {{NULL}, 0};
	struct buf hex = BUF_EMPTY;
	size_t i;

	for (i = 0; i < m->ntls; i++) {
		tls = &m->tls[i];
		if (facts_depth(&tls->c) > 0 || tls->ncertificates == 0 ||
		    !facts_untrusted(tls))
			continue;
		buf_clear(&hex);
		if (issuer_hash(&tls->certificates[0], &hex) && is_new(&told, buf_str(&hex)))
			take(ODD_ISSUER, buf_str(&hex), arg);
	}
	told_clear(&told);
	buf_free(&hex);
}

static void
odd_page(const struct http_request *r, struct told *told,
    void (*take)(enum odd_kind, const char *, void *), void *arg)
{
	char *value = NULL;

	if (r->location != NULL)
		value = xasprintf("%d %.*s", r->code, (int)strcspn(r->location, "?#"), r->location);
	else if (r->code > 0 && r->body_length > 0 && r->body_sha256 != NULL)
		value = xasprintf("%d %s", r->code, r->body_sha256);
	if (value != NULL && is_new(told, value))
		take(ODD_PAGE, value, arg);
	free(value);
}

static void
odd_pages(const struct measurement *m, void (*take)(enum odd_kind, const char *, void *), void *arg)
{
	const struct measurement *c = m->confirm;
	struct told told = {{NULL}, 0};
	size_t i;

	for (i = 0; i < m->nrequests; i++)
		if (facts_depth(&m->requests[i].c) == 0 && m->requests[i].url != NULL &&
		    strncmp(m->requests[i].url, "http:", 5) == 0)
			odd_page(&m->requests[i], &told, take, arg);
	for (i = 0; c != NULL && i < c->nrequests; i++)
		if (c->requests[i].c.ntags > 0 &&
		    strcmp(c->requests[i].c.tags[0], "why=address_page") == 0)
			odd_page(&c->requests[i], &told, take, arg);
	told_clear(&told);
}

static void
odd_addresses(const struct measurement *m, void (*take)(enum odd_kind, const char *, void *), void *arg)
{
	struct facts f;
	size_t i;

	facts_gather(m, &f);
	for (i = 0; i < f.naddresses; i++)
		if (f.addresses[i].from_system && !f.addresses[i].from_doh && !f.addresses[i].valid)
			take(ODD_ADDRESS, f.addresses[i].ip, arg);
}

void
odd_marks(const struct measurement *m,
    void (*take)(enum odd_kind kind, const char *value, void *arg), void *arg)
{
	odd_issuers(m, take, arg);
	odd_pages(m, take, arg);
	odd_addresses(m, take, arg);
}
