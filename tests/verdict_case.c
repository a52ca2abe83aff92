/* Situations for the tests of verdicts. */
#include "tests/verdict_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include "base/buf.h"
#include "base/mem.h"
#include "results/baseline.h"
#include "results/known_ca.h"
#include "results/vantage.h"
#include "tests/cert_lab.h"

/* --- the target's own observations ----------------------------------------------------------- */

static int64_t
next_id(void)
{
	static int64_t id;

	return ++id;
}

struct measurement *
target(const char *url)
{
	struct measurement *m = measurement_new();
	struct resolver_health *h;

	m->input = arena_strdup(m->arena, url);
	m->has_x = true;
	m->context.network = NETWORK_ONLINE;
	m->context.foreign_asked = m->context.foreign_ok = 4;
	h = ARENA_PUSH(m->arena, m->context.resolvers, m->context.nresolvers);
	h->address = arena_strdup(m->arena, "192.0.2.53:53");
	h->asked = h->answered = 4;
	return m;
}

struct measurement *
target_at_home(void)
{
	struct measurement *m = target(SITE);

	query(m, RESOLVER_SYSTEM, NULL, HOME);
	query(m, RESOLVER_DOH, NULL, HOME);
	return m;
}

struct query *
query(struct measurement *m, enum resolver_role role, const char *failure, const char *ips)
{
	struct query *q = ARENA_PUSH(m->arena, m->queries, m->nqueries);
	char *copy = arena_strdup(m->arena, ips), *save = NULL, *ip;

	q->c.transaction_id = next_id();
	q->role = role;
	q->query_type = arena_strdup(m->arena, "A");
	q->hostname = arena_strdup(m->arena, "site.example");
	q->failure = failure;
	q->rcode = failure == NULL ? 0 : strncmp(failure, "dns_", 4) == 0 ? 3 : -1;
	for (ip = strtok_r(copy, " ", &save); ip != NULL; ip = strtok_r(NULL, " ", &save)) {
		struct answer *a = ARENA_PUSH(m->arena, q->answers, q->nanswers);

		a->type = arena_strdup(m->arena, "A");
		a->address = arena_strdup(m->arena, ip);
	}
	return q;
}

void
fails(struct measurement *m, enum resolver_role role, const char *failure)
{
	int i;

	for (i = 0; i < 3; i++)
		query(m, role, failure, "");
}

struct tcp_connect *
connects(struct measurement *m, const char *ip, const char *failure)
{
	struct tcp_connect *tcp = ARENA_PUSH(m->arena, m->tcp, m->ntcp);

	tcp->c.transaction_id = next_id();
	tcp->ip = arena_strdup(m->arena, ip);
	tcp->port = 443;
	tcp->failure = failure;
	return tcp;
}

/* How far a handshake gets that fails so. */
static const char *
step_of(const char *failure)
{
	return failure == NULL || strncmp(failure, "ssl_", 4) == 0 ? "done" : "client_hello_sent";
}

struct tls_handshake *
shakes(struct measurement *m, const char *ip, const char *failure)
{
	const struct tcp_connect *tcp = connects(m, ip, NULL);
	struct tls_handshake *tls = ARENA_PUSH(m->arena, m->tls, m->ntls);

	tls->c.transaction_id = tcp->c.transaction_id;
	tls->failure = failure;
	tls->address = arena_printf(m->arena, "%s:443", ip);
	tls->server_name = arena_strdup(m->arena, "site.example");
	tls->step = step_of(failure);
	tls->alert = -1;
	tls->host_ok = tls->os_trusted = -1;
	return tls;
}

struct http_request *
page(struct measurement *m, const char *url, const char *failure, int code)
{
	struct http_request *r = ARENA_PUSH(m->arena, m->requests, m->nrequests);

	r->url = arena_strdup(m->arena, url);
	r->failure = failure;
	r->code = code;
	r->first_byte_s = r->last_byte_s = -1;
	return r;
}

/* --- certificates ---------------------------------------------------------------------------- */

/* Made once each: the same kind for the same name is the same certificate. */
static struct {
	enum shown kind;
	const char *name;
	struct bytes *der;
	size_t n;
} made[16];
static size_t nmade;

static X509 *
authority(void)
{
	static X509 *ca;

	if (ca == NULL)
		ca = cert_lab_make(&(struct cert_recipe){.subject = "C=XX,O=Forgers,CN=Root"});
	return ca;
}

static X509 *
make(enum shown kind, const char *name)
{
	static EVP_PKEY *forger;
	struct cert_recipe r = {.subject = "O=Site,CN=site", .san = name};

	if (forger == NULL)
		forger = EVP_EC_gen("P-256");
	if (kind == GENUINE || kind == UNCHAINED) {
		r.issuer_name = "O=Public,CN=Middle";
		r.sct = r.aia = r.policies = 1;
	} else if (kind == FORGED) {
		/* The lab's key is the authority's, so this leaf has another. */
		r.issuer = authority();
		r.key = forger;
		r.signer = cert_lab_key();
	}
	return cert_lab_make(&r);
}

static size_t
find(enum shown kind, const char *name)
{
	X509 *leaf;
	size_t i;

	for (i = 0; i < nmade; i++)
		if (made[i].kind == kind && strcmp(made[i].name, name) == 0)
			return i;
	assert_true(nmade < sizeof(made) / sizeof(made[0]));
	leaf = make(kind, name);
	made[nmade].kind = kind;
	made[nmade].name = xstrdup(name);
	made[nmade].der = kind == FORGED ? cert_lab_der(&made[nmade].n, leaf, authority(), NULL)
					 : cert_lab_der(&made[nmade].n, leaf, NULL);
	X509_free(leaf);
	return nmade++;
}

static char *
hex_sha256(struct arena *arena, const struct bytes *der)
{
	uint8_t digest[SHA256_DIGEST_LENGTH];
	struct buf hex = BUF_EMPTY;
	char *text;

	SHA256(der->data, der->len, digest);
	buf_hex(&hex, digest, sizeof(digest));
	text = arena_strdup(arena, buf_str(&hex));
	buf_free(&hex);
	return text;
}

static void
wrong(struct measurement *m, struct tls_handshake *tls, int code)
{
	ARENA_PUSH(m->arena, tls->verify_errors, tls->nverify_errors)->code = code;
}

struct tls_handshake *
shows(struct measurement *m, struct tls_handshake *tls, enum shown kind, const char *name)
{
	size_t i = find(kind, name);
	bool right = strcmp(name, tls->server_name) == 0;

	tls->certificates = made[i].der;
	tls->ncertificates = made[i].n;
	tls->leaf_sha256 = hex_sha256(m->arena, &made[i].der[0]);
	tls->step = "done";
	tls->host_ok = right;
	tls->failure = NULL;
	if (!right) {
		wrong(m, tls, X509_V_ERR_HOSTNAME_MISMATCH);
		tls->failure = "ssl_invalid_hostname";
	}
	if (kind != GENUINE) {
		wrong(m, tls, kind == SELF_SIGNED ? X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT
						  : X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
		tls->failure = UNTRUSTED;
	}
	return tls;
}

static struct known_cas table;

void
know_forger(bool by_key, const char *observed)
{
	struct bytes *der;
	size_t n;
	char *row, *hash;
	struct arena *arena = arena_new();

	der = cert_lab_der(&n, authority(), NULL);
	hash = by_key ? hex_sha256(arena, &der[0]) : arena_strdup(arena, "");
	row = arena_printf(arena,
	    "name\tsubject\tissuer\tsha1\tsha256\tspki_sha256\tobserved\twhen\tsource\n"
	    "Forgers\t%s\t\t\t%s\t\t%s\t2019\tsomebody\n",
	    by_key ? "" : "C=XX,O=Forgers,CN=Root", hash, observed);
	known_cas_clear(&table);
	known_cas_parse("table", row, strlen(row), &table);
	assert_int_equal(table.n, 1);
	verdict_use_known_cas(&table);
	cert_lab_free(der, n);
	arena_free(arena);
}

void
know_nobody(void)
{
	verdict_use_known_cas(NULL);
	known_cas_clear(&table);
}

/* --- tests ----------------------------------------------------------------------------------- */

void
why(struct measurement *m, struct common *c, const char *name)
{
	*ARENA_PUSH(m->arena, c->tags, c->ntags) = arena_printf(m->arena, "why=%s", name);
}

struct query *
try_query(struct measurement *m, const char *name, const char *failure, const char *ips)
{
	struct measurement *c = measurement_confirm(m);
	struct query *q = query(c, RESOLVER_SYSTEM, failure, ips);

	why(c, &q->c, name);
	return q;
}

void
asked_in_turns(struct measurement *m, const char *failure, int pairs, int answered)
{
	int i;

	for (i = 0; i < pairs; i++) {
		try_query(m, "dns_target", failure, "");
		try_query(m, "dns_control", i < answered ? NULL : failure,
		    i < answered ? "203.0.113.9" : "");
	}
}

void
try_connect(struct measurement *m, const char *name, const char *ip, const char *failure)
{
	struct measurement *c = measurement_confirm(m);

	why(c, &connects(c, ip, failure)->c, name);
}

struct tls_handshake *
try_tls(struct measurement *m, const char *name, const char *ip, const char *failure)
{
	struct measurement *c = measurement_confirm(m);
	struct tls_handshake *tls = shakes(c, ip, failure);

	why(c, &c->tcp[c->ntcp - 1].c, name);
	why(c, &tls->c, name);
	if (strstr(name, "canary") != NULL)
		tls->server_name = arena_strdup(c->arena, "nobody.example");
	else if (strcmp(name, "sni_control") == 0 || strcmp(name, "sni_own") == 0)
		tls->server_name = arena_strdup(c->arena, "place.example");
	return tls;
}

void
try_pairs(struct measurement *m, int pairs, const char *control, const char *failure)
{
	int i;

	for (i = 0; i < pairs; i++) {
		try_tls(m, "sni_control", HOME, control);
		try_tls(m, "sni_target", HOME, failure);
	}
}

void
try_place(struct measurement *m, const char *ip, const char *failure, const char *canary,
    const char *after)
{
	try_tls(m, "sni_own", ip, NULL);
	try_tls(m, "sni_away", ip, failure);
	try_tls(m, "sni_away_canary", ip, canary);
	try_tls(m, "sni_own", ip, after);
}

struct http_request *
try_get(struct measurement *m, const char *name, const char *ip, const char *failure, const char *body)
{
	struct measurement *c = measurement_confirm(m);
	struct http_request *r = page(c, PLAIN, failure, body != NULL ? 200 : 0);

	r->address = arena_printf(c->arena, "%s:80", ip);
	if (body != NULL) {
		r->body_sha256 = arena_strdup(c->arena, body);
		r->body_length = 100;
	}
	why(c, &r->c, name);
	return r;
}

void
try_flow(struct measurement *m, const char *name, double rate)
{
	struct measurement *c = measurement_confirm(m);
	struct http_request *r = page(c, SITE, rate > 0 ? NULL : RESET, 200);

	r->c.t0 = 1;
	r->first_byte_s = 1.1;
	r->body_length = rate > 0 ? 50000 : 7000;
	r->last_byte_s = r->c.t = r->first_byte_s + (rate > 0 ? 50000 / rate : 0.5);
	why(c, &r->c, name);
}

/* --- circumstances --------------------------------------------------------------------------- */

struct vantage *
vantage(struct measurement *m, const char *ip)
{
	struct vantage *v = m->control = arena_alloc(m->arena, sizeof(*v));
	struct vantage_endpoint *e;

	v->answered = true;
	*ARENA_PUSH(m->arena, v->addrs, v->naddrs) = arena_strdup(m->arena, ip);
	e = ARENA_PUSH(m->arena, v->tcp, v->ntcp);
	e->endpoint = arena_printf(m->arena, "%s:443", ip);
	e->status = true;
	*ARENA_PUSH(m->arena, v->tls, v->ntls) = *e;
	v->http.asked = true;
	v->http.status_code = 200;
	return v;
}

void
vantage_fails(struct vantage *v)
{
	static char timeout[] = TIMEOUT;

	v->tcp[0].status = v->tls[0].status = false;
	v->http.failure = timeout;
	v->http.status_code = -1;
}

struct baseline *
history(struct measurement *m)
{
	struct baseline *b = m->baseline = baseline_new(m->arena);

	b->measured = b->ok = 30;
	b->days = 10;
	ARENA_PUSH(m->arena, b->addresses, b->naddresses)->value = arena_strdup(m->arena, HOME);
	assert_true(baseline_steady(b));
	return b;
}

/* --- the question ---------------------------------------------------------------------------- */

bool
has_evidence(const struct verdict *v, const char *code)
{
	size_t i;

	for (i = 0; i < v->nevidence; i++)
		if (strcmp(v->evidence[i], code) == 0)
			return true;
	return false;
}

void
means(struct measurement *m, enum verdict_status status, enum mechanism mechanism, const char *rule)
{
	struct verdict v;

	verdict_judge(m, &v);
	assert_string_equal(v.evidence[0], rule);
	assert_string_equal(verdict_status_name(v.status), verdict_status_name(status));
	assert_int_equal(v.mechanism, mechanism);
	assert_true(v.confidence > 0 && v.confidence <= 1);
	measurement_free(m);
}
