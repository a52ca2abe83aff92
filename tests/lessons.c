/* Records to learn from; see lessons.h. */
#include "tests/lessons.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/clock.h"
#include "base/mem.h"

/* --- a place --------------------------------------------------------------------------------- */

static char *top, *dir;
static int kept_stderr;
static int64_t wall_us;

static int64_t
standing_wall_us(void *arg)
{
	(void)arg;
	return wall_us;
}

static int64_t
standing_mono_ns(void *arg)
{
	(void)arg;
	return 0;
}

void
clock_stand_at(int64_t us)
{
	static const struct clock_source source = {standing_wall_us, standing_mono_ns, NULL};

	wall_us = us;
	clock_replace(&source);
}

int
place_new(void **state)
{
	const char *tmp = getenv("TMPDIR");
	char *log;
	int fd;

	(void)state;
	top = xasprintf("%s/netvane-baseline.XXXXXX", tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(top) == NULL)
		return -1;
	dir = xasprintf("%s/state", top);
	log = xasprintf("%s/log", top);
	fd = open(log, O_RDWR | O_CREAT | O_APPEND, 0644);
	free(log);
	if (fd == -1 || mkdir(dir, 0700) == -1)
		return -1;
	kept_stderr = dup(STDERR_FILENO);
	dup2(fd, STDERR_FILENO);
	close(fd);
	clock_stand_at(NOON);
	return 0;
}

int
place_free(void **state)
{
	char *command = xasprintf("chmod -R u+rwx '%s' && rm -r '%s'", top, top);
	int status;

	(void)state;
	clock_replace(NULL);
	dup2(kept_stderr, STDERR_FILENO);
	close(kept_stderr);
	status = system(command);
	free(command);
	free(dir);
	free(top);
	return status;
}

const char *
place_dir(void)
{
	return dir;
}

const char *
place_path(const char *file)
{
	static char paths[4][300];
	static unsigned next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", dir, file);
	return path;
}

int
times_logged(const char *text)
{
	FILE *file = fopen(place_path("../log"), "r");
	char line[1000];
	int n = 0;

	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL)
		n += strstr(line, text) != NULL;
	fclose(file);
	return n;
}

void
assert_logged(const char *text)
{
	if (times_logged(text) == 0)
		fail_msg("not in the log: %s", text);
}

/* --- certificates ---------------------------------------------------------------------------- */

enum { LEAVES_MOST = 64 };

static struct bytes leaves[LEAVES_MOST];

static void
set_name(X509_NAME *name, const char *text)
{
	assert_int_equal(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
			     (const unsigned char *)text, -1, -1, 0),
	    1);
}

static struct bytes
make_leaf(int number)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509_NAME *issuer = X509_NAME_new();
	X509 *x509 = X509_new();
	struct bytes der = {NULL, 0};
	char text[32];
	int len;

	snprintf(text, sizeof(text), "Issuer %d", number);
	set_name(issuer, text);
	set_name(X509_get_subject_name(x509), "site.test");
	X509_set_version(x509, X509_VERSION_3);
	X509_set_issuer_name(x509, issuer);
	ASN1_INTEGER_set(X509_get_serialNumber(x509), number + 1);
	X509_gmtime_adj(X509_getm_notBefore(x509), 0);
	X509_gmtime_adj(X509_getm_notAfter(x509), 86400);
	X509_set_pubkey(x509, key);
	assert_true(X509_sign(x509, key, EVP_sha256()) > 0);
	len = i2d_X509(x509, &der.data);
	assert_true(len > 0);
	der.len = (size_t)len;
	X509_free(x509);
	X509_NAME_free(issuer);
	EVP_PKEY_free(key);
	return der;
}

struct bytes
leaf(int number)
{
	assert_in_range(number, 0, LEAVES_MOST - 1);
	if (leaves[number].data == NULL)
		leaves[number] = make_leaf(number);
	return leaves[number];
}

/* --- records --------------------------------------------------------------------------------- */

/* Arena copies of literals. */
#define TEXT(s) arena_strdup(m->arena, (s))

static void
add_answer(struct measurement *m, enum resolver_role role, const char *ip)
{
	struct query *q = ARENA_PUSH(m->arena, m->queries, m->nqueries);
	struct answer *a = ARENA_PUSH(m->arena, q->answers, q->nanswers);

	q->engine = "udp";
	q->transport = "udp";
	q->hostname = TEXT("site.test");
	q->query_type = TEXT("A");
	q->resolver_address = TEXT("192.0.2.53:53");
	q->role = role;
	a->type = TEXT("A");
	a->address = TEXT(ip);
}

static void
times(struct common *c, double t0, double s, int64_t id)
{
	c->t0 = t0;
	c->t = t0 + s;
	c->transaction_id = id;
	c->attempt = 1;
}

static void
add_connection(struct measurement *m, const char *ip)
{
	struct tcp_connect *tcp = ARENA_PUSH(m->arena, m->tcp, m->ntcp);
	struct tls_handshake *tls = ARENA_PUSH(m->arena, m->tls, m->ntls);

	times(&tcp->c, 0.25, 0.02, 7);
	tcp->ip = TEXT(ip);
	tcp->port = 443;
	times(&tls->c, 0.5, 0.05, 7);
	tls->address = arena_printf(m->arena, "%s:443", ip);
	tls->server_name = TEXT("site.test");
	tls->tls_version = "TLSv1.3";
	tls->cipher_suite = "TLS_AES_128_GCM_SHA256";
	tls->negotiated_protocol = TEXT("h2");
	tls->step = "done";
	tls->alert = -1;
	tls->host_ok = 1;
	tls->os_trusted = -1;
}

static struct measurement *
target_round(const char *url, int64_t time_us)
{
	static int made;
	struct measurement *m = measurement_new();

	m->id = arena_printf(m->arena, "%032x", ++made);
	m->test_name = TEXT("web_connectivity");
	m->test_version = TEXT("0.1.0");
	m->software_name = TEXT("netvane");
	m->software_version = TEXT("0.1.0");
	m->input = TEXT(url);
	m->start_us = m->round_start_us = time_us;
	m->probe_asn = TEXT("AS64500");
	m->probe_cc = TEXT("KZ");
	m->role = TEXT("target");
	m->context.network = NETWORK_ONLINE;
	add_answer(m, RESOLVER_SYSTEM, "192.0.2.1");
	add_answer(m, RESOLVER_SECOND, "192.0.2.1");
	add_connection(m, "192.0.2.1");
	return m;
}

struct measurement *
good_round(const char *url, int64_t time_us)
{
	struct measurement *m = target_round(url, time_us);
	struct http_request *r = ARENA_PUSH(m->arena, m->requests, m->nrequests);

	times(&r->c, 1, 0.5, 8);
	r->address = TEXT("192.0.2.1:443");
	r->alpn = TEXT("h2");
	r->url = TEXT(url);
	r->method = TEXT("GET");
	r->code = 200;
	set_body(m, 50000, "aa", "Front page");
	set_leaf(m, 0);
	m->verdict.status = VERDICT_OK;
	return m;
}

struct measurement *
bad_round(const char *url, int64_t time_us, enum verdict_status status, enum mechanism mechanism)
{
	struct measurement *m = target_round(url, time_us);

	m->tls[0].failure = "connection_reset";
	m->verdict.status = status;
	m->verdict.mechanism = mechanism;
	return m;
}

void
set_address(struct measurement *m, const char *ip)
{
	m->queries[0].answers[0].address = m->queries[1].answers[0].address = TEXT(ip);
	m->tcp[0].ip = TEXT(ip);
}

void
set_leaf(struct measurement *m, int number)
{
	m->tls[0].ncertificates = 0;
	m->tls[0].certificates = NULL;
	*ARENA_PUSH(m->arena, m->tls[0].certificates, m->tls[0].ncertificates) = leaf(number);
}

void
set_body(struct measurement *m, int64_t length, const char *sha256, const char *title)
{
	struct http_request *r = &m->requests[m->nrequests - 1];

	r->body_length = length;
	r->body_sha256 = TEXT(sha256);
	r->title = TEXT(title);
}
