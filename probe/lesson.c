/* From a record to what it teaches. */
#include "probe/lesson.h"

#include <arpa/inet.h>
#include <math.h>
#include <string.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/buf.h"
#include "base/mem.h"
#include "probe/httpwire.h"
#include "results/baseline.h"
#include "results/facts.h"
#include "results/measurement.h"
#include "results/quic_ping.h"

/* Durations of one record, of which the median counts: one slow address should not. */
struct durations {
	double *s;
	size_t n;
};

const char *
lesson_network(const struct measurement *m)
{
	return m->probe_asn != NULL && m->probe_asn[0] != '\0' ? m->probe_asn : "AS0";
}

static void
add_item(const struct measurement *m, struct lesson *lesson, enum lesson_kind kind, const char *value)
{
	size_t i;

	if (value == NULL || value[0] == '\0')
		return;
	for (i = 0; i < lesson->nitems; i++)
		if (lesson->items[i].kind == kind && strcmp(lesson->items[i].value, value) == 0)
			return;
	*ARENA_PUSH(m->arena, lesson->items, lesson->nitems) = (struct lesson_item){kind, value};
}

/* As inet_ntop writes it, so that one address is one value. */
static void
add_address(const struct measurement *m, struct lesson *lesson, enum lesson_kind kind, const char *ip)
{
	int family = strchr(ip, ':') != NULL ? AF_INET6 : AF_INET;
	unsigned char binary[sizeof(struct in6_addr)];
	char text[INET6_ADDRSTRLEN];

	if (inet_pton(family, ip, binary) == 1 &&
	    inet_ntop(family, binary, text, sizeof(text)) != NULL)
		add_item(m, lesson, kind, arena_strdup(m->arena, text));
}

/* --- certificates ---------------------------------------------------------------------------- */

/* Takes der over. */
static const char *
sha256_hex(struct arena *arena, unsigned char *der, int len)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	struct buf hex = BUF_EMPTY;
	unsigned int size = 0;
	const char *text = NULL;

	if (len > 0 && EVP_Digest(der, (size_t)len, digest, &size, EVP_sha256(), NULL) == 1) {
		buf_hex(&hex, digest, size);
		text = arena_strdup(arena, buf_str(&hex));
		buf_free(&hex);
	}
	OPENSSL_free(der);
	return text;
}

/* results/chain.h has the same two hashes of a leaf. */
static void
take_leaf(const struct measurement *m, struct lesson *lesson, const struct bytes *leaf)
{
	const unsigned char *p = leaf->data;
	X509 *x509 = d2i_X509(NULL, &p, (long)leaf->len);
	unsigned char *der = NULL;
	int len;

	if (x509 == NULL)
		return;
	len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &der);
	add_item(m, lesson, LESSON_KEY, sha256_hex(m->arena, der, len));
	der = NULL;
	len = i2d_X509_NAME(X509_get_issuer_name(x509), &der);
	add_item(m, lesson, LESSON_ISSUER, sha256_hex(m->arena, der, len));
	X509_free(x509);
}

/* The addresses of a site mostly have one certificate between them. */
static bool
same_leaf(const struct bytes *a, const struct bytes *b)
{
	return a != NULL && a->len == b->len && memcmp(a->data, b->data, a->len) == 0;
}

/* --- times ----------------------------------------------------------------------------------- */

static void
add_duration(const struct measurement *m, struct durations *d, const struct common *c)
{
	double s = c->t - c->t0;

	if (s > 0 && !isinf(s))
		*ARENA_PUSH(m->arena, d->s, d->n) = s;
}

/* --- what went well -------------------------------------------------------------------------- */

static bool
page_vouches(const struct facts *f)
{
	return f->page_secure && f->page_same_site && f->page_failure == NULL;
}

static bool
answered_well(const struct facts *f, const struct address_facts *a)
{
	if (f->https)
		return a->valid;
	return a->connected && (page_vouches(f) || (a->from_system && a->from_trusted));
}

static void
take_connects(const struct measurement *m, struct durations *d, const char *ip)
{
	size_t i;

	for (i = 0; i < m->ntcp; i++)
		if (m->tcp[i].failure == NULL && m->tcp[i].ip != NULL && strcmp(m->tcp[i].ip, ip) == 0)
			add_duration(m, d, &m->tcp[i].c);
}

static void
take_addresses(const struct measurement *m, const struct facts *f, struct lesson *lesson)
{
	struct durations connects = {NULL, 0}, handshakes = {NULL, 0};
	const struct bytes *leaf = NULL;
	const struct tls_handshake *tls;
	size_t i;

	for (i = 0; i < f->naddresses; i++) {
		if (!answered_well(f, &f->addresses[i]))
			continue;
		add_address(m, lesson, LESSON_ADDRESS, f->addresses[i].ip);
		take_connects(m, &connects, f->addresses[i].ip);
		tls = f->addresses[i].tls;
		if (tls == NULL || tls->failure != NULL)
			continue;
		add_duration(m, &handshakes, &tls->c);
		if (tls->ncertificates == 0 || same_leaf(leaf, &tls->certificates[0]))
			continue;
		leaf = &tls->certificates[0];
		take_leaf(m, lesson, leaf);
	}
	lesson->connect_s = baseline_median(connects.s, connects.n);
	lesson->handshake_s = baseline_median(handshakes.s, handshakes.n);
}

/* How a refusal looks is no more the site's usual look than how an error does. */
static void
take_page(const struct measurement *m, const struct facts *f, struct lesson *lesson)
{
	const struct http_request *r;

	if (!page_vouches(f))
		return;
	r = &m->requests[m->nrequests - 1];
	lesson->good_body = r->body_sha256;
	if (r->code < 200 || r->code > 299)
		return;
	if (r->title != NULL && strlen(r->title) <= HTTP_TITLE_MAX)
		add_item(m, lesson, LESSON_TITLE, r->title);
	lesson->body_length = r->body_length;
	lesson->rate = baseline_rate(r);
}

static void
take_quic(const struct measurement *m, struct lesson *lesson)
{
	size_t i;

	for (i = 0; i < m->nquic; i++)
		if (m->quic[i].failure == NULL && m->quic[i].answered > 0)
			add_item(m, lesson, LESSON_QUIC, m->quic[i].address);
}

/* An empty body is nobody's mark. */
static void
take_blockpage(const struct measurement *m, struct lesson *lesson)
{
	const struct http_request *r = m->nrequests > 0 ? &m->requests[m->nrequests - 1] : NULL;

	if (m->verdict.mechanism == HTTP_BLOCKPAGE && r != NULL && r->failure == NULL &&
	    r->body_length > 0 &&
	    (m->verdict.status == VERDICT_BLOCKED || m->verdict.status == VERDICT_LIKELY_BLOCKED))
		add_item(m, lesson, LESSON_BLOCKPAGE, r->body_sha256);
}

/* --- the record ------------------------------------------------------------------------------ */

static bool
is(const char *text, const char *word)
{
	return text != NULL && strcmp(text, word) == 0;
}

static bool
is_ours(const struct measurement *m)
{
	return m->has_x && is(m->software_name, "netvane") && is(m->test_name, "web_connectivity") &&
	    m->id != NULL && m->input != NULL && m->start_us > 0;
}

/* Returns false where the round says nothing about the target. */
static bool
outcome_of(const struct measurement *m, const struct facts *f, enum lesson_outcome *outcome)
{
	const struct verdict *v = &m->verdict;

	if (is(m->role, "control"))
		*outcome = LESSON_NOT_JUDGED;
	else if (!is(m->role, "target") || v->status == VERDICT_NONE)
		return false;
	else if (v->status == VERDICT_OK ||
	    (v->status == VERDICT_IMPAIRED && v->mechanism == HTTP_SERVER_REFUSAL))
		*outcome = LESSON_OK;
	else if (!f->network_works || f->interrupted)
		return false;
	else
		*outcome = v->status == VERDICT_INSUFFICIENT ? LESSON_UNTOLD : LESSON_BAD;
	return true;
}

bool
lesson_of(const struct measurement *m, struct lesson *lesson)
{
	struct facts f;

	*lesson = (struct lesson){.record = m->id, .network = lesson_network(m), .url = m->input,
	    .time_us = m->start_us, .connect_s = (double)NAN, .handshake_s = (double)NAN,
	    .rate = (double)NAN, .body_length = -1};
	if (!is_ours(m))
		return false;
	facts_gather(m, &f);
	if (!outcome_of(m, &f, &lesson->outcome))
		return false;
	if (lesson->outcome == LESSON_BAD)
		take_blockpage(m, lesson);
	if (lesson->outcome == LESSON_BAD || lesson->outcome == LESSON_UNTOLD)
		return true;
	take_addresses(m, &f, lesson);
	lesson->sampled = lesson->nitems > 0;
	if (lesson->outcome == LESSON_NOT_JUDGED) {
		lesson->nitems = 0;
		return lesson->sampled;
	}
	take_page(m, &f, lesson);
	take_quic(m, lesson);
	return true;
}
