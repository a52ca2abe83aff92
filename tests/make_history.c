/*
 * Writes the records that a probe in each of two networks would have made while what a table of facts says happened: ten sites, every
 * hour in the days around each fact, every fourth day between them. One in two thousand measurements fails by accident.
 *
 *	make_history FACTS >history.jsonl
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/x509.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "results/measurement.h"
#include "tests/cert_lab.h"
#include "tests/outcome_lab.h"

#define SECONDS INT64_C(1000000)
enum { FACTS_MOST = 64, NTARGETS = 10, NNETWORKS = 2 };

struct fact {
	char *what, *networks, *targets, *mechanism;
	int64_t start_us, end_us;
};

static const struct {
	const char *name, *host;
} targets[NTARGETS] = {{"facebook", "www.facebook.com"}, {"vk", "vk.com"}, {"youtube", "www.youtube.com"},
    {"twitter", "twitter.com"}, {"instagram", "www.instagram.com"}, {"google", "www.google.com"},
    {"whatsapp", "web.whatsapp.com"}, {"holanews", "holanews.kz"}, {"tengrinews", "tengrinews.kz"},
    {"nur", "www.nur.kz"}};
static const struct {
	const char *name, *asn;
} networks[NNETWORKS] = {{"9198", "AS9198"}, {"else", "AS64500"}};

static struct fact facts[FACTS_MOST];
static int nfacts;
static struct chance chance = {2016};
static struct bytes *forged[NTARGETS], *genuine[NTARGETS], *renewed[NTARGETS];
static size_t nforged, ngenuine;

/* ---- Facts ----------------------------------------------------------------------------------- */

static int64_t
time_of(const char *text)
{
	int64_t us;

	assert_int_equal(clock_parse(text, &us), 0);
	return us;
}

/* The next field of a line, which moves on. */
static char *
field(char **line)
{
	char *text = strsep(line, "\t\n");

	assert_non_null(text);
	return xstrdup(text);
}

static void
read_fact(char *line)
{
	struct fact *f = &facts[nfacts++];
	char *start, *end;

	assert_true(nfacts < FACTS_MOST);
	f->what = field(&line);
	start = field(&line);
	end = field(&line);
	f->start_us = time_of(start);
	f->end_us = time_of(end);
	f->networks = field(&line);
	f->targets = field(&line);
	f->mechanism = field(&line);
	free(start);
	free(end);
}

static void
read_facts(const char *path)
{
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t room = 0;

	assert_non_null(file);
	while (getline(&line, &room, file) != -1)
		if (line[0] != '#')
			read_fact(line);
	free(line);
	fclose(file);
}

/* Whether the comma-separated words have that one. */
static bool
has(const char *words, const char *word)
{
	size_t len = strlen(word);
	const char *at = words;

	while ((at = strstr(at, word)) != NULL) {
		if ((at == words || at[-1] == ',') && (at[len] == ',' || at[len] == '\0'))
			return true;
		at += len;
	}
	return false;
}

/* What happens to a target, or (target -1) to the network, at that time; NULL nothing. */
static const struct fact *
fact_at(int network, int target, int64_t us)
{
	int i;

	for (i = 0; i < nfacts; i++)
		if (us >= facts[i].start_us && us < facts[i].end_us &&
		    has(facts[i].networks, networks[network].name) &&
		    (target == -1 ? facts[i].targets[0] == '\0' : has(facts[i].targets, targets[target].name)))
			return &facts[i];
	return NULL;
}

static bool
near_a_fact(int64_t us)
{
	int i;

	for (i = 0; i < nfacts; i++)
		if (us >= facts[i].start_us - 2 * DAY && us < facts[i].end_us + 2 * DAY)
			return true;
	return false;
}

/* ---- Certificates ---------------------------------------------------------------------------- */

/* As published of 2019: RSA-2048 with exponent 3, all extensions gone, the authority's three names. */
static void
make_certificates(void)
{
	EVP_PKEY *authority = cert_lab_rsa(2048, 65537), *leaf_key = cert_lab_rsa(2048, 3);
	X509 *between = cert_lab_make(&(struct cert_recipe){.subject = "C=KZ,CN=Security Certificate",
	    .issuer_name = "C=KZ,CN=Qaznet Trust Network", .key = authority, .not_before = "190101000000Z",
	    .not_after = "220101000000Z"});
	X509 *public = cert_lab_make(&(struct cert_recipe){.subject = "C=US,O=Public Trust,CN=Public CA 1"});
	X509 *other = cert_lab_make(&(struct cert_recipe){.subject = "C=US,O=Other Trust,CN=Other CA 2"});
	int i;

	for (i = 0; i < NTARGETS; i++) {
		char subject[64];
		X509 *bad, *good, *new;

		snprintf(subject, sizeof(subject), "CN=%s", targets[i].host);
		bad = cert_lab_make(&(struct cert_recipe){.subject = subject, .issuer = between, .key = leaf_key,
		    .signer = authority, .san = targets[i].host, .not_before = "190701060000Z",
		    .not_after = "190930060000Z"});
		good = cert_lab_make(&(struct cert_recipe){.subject = subject, .issuer = public,
		    .san = targets[i].host, .sct = 1, .aia = 1, .policies = 1, .not_before = "190701000000Z",
		    .not_after = "190930000000Z"});
		new = cert_lab_make(&(struct cert_recipe){.subject = subject, .issuer = other, .key = authority,
		    .signer = cert_lab_key(), .san = targets[i].host, .sct = 1, .aia = 1, .policies = 1,
		    .not_before = "190701000000Z", .not_after = "190930000000Z"});
		forged[i] = cert_lab_der(&nforged, bad, between, NULL);
		genuine[i] = cert_lab_der(&ngenuine, good, public, NULL);
		renewed[i] = cert_lab_der(&ngenuine, new, other, NULL);
		X509_free(bad);
		X509_free(good);
		X509_free(new);
	}
	X509_free(between);
	X509_free(public);
	X509_free(other);
	EVP_PKEY_free(authority);
	EVP_PKEY_free(leaf_key);
}

static void
free_certificates(void)
{
	int i;

	for (i = 0; i < NTARGETS; i++) {
		cert_lab_free(forged[i], nforged);
		cert_lab_free(genuine[i], ngenuine);
		cert_lab_free(renewed[i], ngenuine);
	}
}

static void
shake(struct measurement *m, const char *host, const struct bytes *chain, size_t n, bool trusted)
{
	struct tls_handshake *tls = ARENA_PUSH(m->arena, m->tls, m->ntls);
	size_t i;

	*tls = (struct tls_handshake){.c = {.t0 = 0.1, .t = 0.2, .attempt = 1, .transaction_id = 1},
	    .address = arena_strdup(m->arena, "192.0.2.1:443"), .server_name = arena_strdup(m->arena, host),
	    .tls_version = "TLSv1.2", .cipher_suite = "", .negotiated_protocol = arena_strdup(m->arena, ""),
	    .step = "done", .alert = -1, .host_ok = 1, .os_trusted = -1};
	if (!trusted) {
		struct verify_error *e = ARENA_PUSH(m->arena, tls->verify_errors, tls->nverify_errors);

		tls->failure = "ssl_unknown_authority";
		*e = (struct verify_error){.depth = 1, .code = X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
		    .name = "unable to get local issuer certificate"};
	}
	tls->certificates = arena_alloc(m->arena, n * sizeof(*tls->certificates));
	tls->ncertificates = n;
	for (i = 0; i < n; i++)
		tls->certificates[i] =
		    (struct bytes){arena_memdup(m->arena, chain[i].data, chain[i].len), chain[i].len};
}

/* Only around the summer of 2019; one site moves to another authority then. */
static void
show_certificate(struct measurement *m, int target, const struct fact *fact)
{
	static const char *const moves = "tengrinews";
	bool moved = m->start_us > time_of("2019-07-28") && strcmp(targets[target].name, moves) == 0;

	if (m->start_us < time_of("2019-07-01") || m->start_us > time_of("2019-09-01"))
		return;
	if (fact != NULL)
		shake(m, targets[target].host, forged[target], nforged, false);
	else
		shake(m, targets[target].host, moved ? renewed[target] : genuine[target], ngenuine, true);
}

/* ---- Records --------------------------------------------------------------------------------- */

static struct measurement *
new_record(const char *test_name, int network, int64_t us)
{
	static int64_t number;
	struct measurement *m = measurement_new();

	m->id = arena_printf(m->arena, "%032llx", (long long)++number);
	m->test_name = arena_strdup(m->arena, test_name);
	m->test_version = arena_strdup(m->arena, "0.1.0");
	m->software_name = arena_strdup(m->arena, "netvane");
	m->software_version = arena_strdup(m->arena, "0.1.0");
	m->probe_asn = arena_strdup(m->arena, networks[network].asn);
	m->probe_cc = arena_strdup(m->arena, "KZ");
	m->report_id = arena_strdup(m->arena, "");
	m->start_us = m->round_start_us = us;
	m->runtime = 4;
	m->context.network = fact_at(network, -1, us) != NULL ? NETWORK_SHUTDOWN : NETWORK_ONLINE;
	return m;
}

static void
write_record(struct measurement *m)
{
	struct buf line = BUF_EMPTY;

	measurement_encode(m, &line);
	fwrite(line.data, 1, line.len, stdout);
	buf_free(&line);
	measurement_free(m);
}

static struct verdict
verdict_of(const struct measurement *m, const struct fact *fact)
{
	if (m->context.network == NETWORK_SHUTDOWN)
		return (struct verdict){.status = VERDICT_INSUFFICIENT, .confidence = 1};
	if (fact != NULL)
		return (struct verdict){.status = VERDICT_BLOCKED, .stage = STAGE_TLS,
		    .mechanism = mechanism_find(fact->mechanism), .confidence = 0.95};
	if (chance_next(&chance) < 1 / 2000.0)
		return (struct verdict){.status = VERDICT_LIKELY_BLOCKED, .stage = STAGE_TLS,
		    .mechanism = TLS_SNI_DROP, .confidence = 0.8};
	return (struct verdict){.status = VERDICT_OK, .confidence = 0.99};
}

static void
measure_target(int network, int target, int64_t us)
{
	struct measurement *m = new_record("web_connectivity", network, us);
	const struct fact *fact = fact_at(network, target, us);

	m->input = arena_printf(m->arena, "https://%s/", targets[target].host);
	m->role = arena_strdup(m->arena, "target");
	m->verdict = verdict_of(m, fact);
	m->verdict.rules = "2";
	if (m->context.network == NETWORK_ONLINE)
		show_certificate(m, target, fact != NULL && strcmp(fact->what, "interception") == 0 ? fact : NULL);
	write_record(m);
}

/* The targets one after the other, and the round's own record, in each network. */
static void
measure_round(int64_t us)
{
	struct measurement *m;
	int network, target;

	for (network = 0; network < NNETWORKS; network++) {
		for (target = 0; target < NTARGETS; target++)
			measure_target(network, target, us + (target * 20 + network * 300) * SECONDS);
		m = new_record("netvane_round", network, us + network * 300 * SECONDS);
		m->round = arena_alloc(m->arena, sizeof(*m->round));
		m->round->complete = true;
		m->round->targets = m->round->measured = NTARGETS;
		m->round->since_last_s = -1;
		m->round->gateway = m->round->link = 1;
		write_record(m);
	}
}

int
main(int argc, char **argv)
{
	int64_t us, next = 0;

	if (argc != 2) {
		fprintf(stderr, "usage: make_history FACTS >history.jsonl\n");
		return 64;
	}
	read_facts(argv[1]);
	make_certificates();
	for (us = facts[0].start_us - 10 * DAY; us < facts[nfacts - 1].end_us + 10 * DAY; us += HOUR)
		if (us >= next || near_a_fact(us)) {
			measure_round(us);
			next = us + 4 * DAY;
		}
	free_certificates();
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
