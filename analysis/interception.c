/* Gathers certificates from records. */
#include "analysis/interception.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <openssl/sha.h>

#include "analysis/ingest.h"
#include "analysis/interception_gather.h"
#include "analysis/names.h"
#include "analysis/outcome.h"
#include "base/buf.h"
#include "base/mem.h"
#include "results/facts.h"
#include "results/measurement.h"

struct interception *
interception_new(const struct known_cas *known)
{
	struct interception *in = xcalloc(1, sizeof(*in));

	in->known = known;
	in->arena = arena_new();
	in->cert_names = names_new();
	in->target_names = names_new();
	in->network_names = names_new();
	in->shown_names = names_new();
	return in;
}

void
interception_free(struct interception *in)
{
	if (in == NULL)
		return;
	names_free(in->cert_names);
	names_free(in->target_names);
	names_free(in->network_names);
	names_free(in->shown_names);
	arena_free(in->arena);
	free(in);
}

/* ---- Certificates ---------------------------------------------------------------------------- */

static void
hash_of(const struct bytes *der, char hex[65])
{
	uint8_t digest[SHA256_DIGEST_LENGTH];
	struct buf text = BUF_EMPTY;

	SHA256(der->data, der->len, digest);
	buf_hex(&text, digest, sizeof(digest));
	memcpy(hex, buf_str(&text), 65);
	buf_free(&text);
}

/* The key of whoever signed the leaf, if it was sent: the certificate that makes a path of two with it. */
static void
find_issuer_key(struct interception *in, const struct tls_handshake *tls, struct cert *cert)
{
	struct chain_facts pair, issuer;
	struct bytes two[2];
	size_t i;

	if (cert->facts.self_signed) {
		memcpy(cert->issuer_key, cert->facts.leaf_key_sha256, sizeof(cert->issuer_key));
		return;
	}
	two[0] = tls->certificates[0];
	for (i = 1; i < tls->ncertificates && i < CHAIN_CERTIFICATES_MOST; i++) {
		two[1] = tls->certificates[i];
		chain_classify(two, 2, 0, NULL, in->arena, &pair);
		if (pair.path_length < 2)
			continue;
		chain_classify(&two[1], 1, 0, NULL, in->arena, &issuer);
		memcpy(cert->issuer_key, issuer.leaf_key_sha256, sizeof(cert->issuer_key));
		return;
	}
}

static void
keep_chain(struct interception *in, const struct tls_handshake *tls, struct cert *cert)
{
	size_t i, n = tls->ncertificates;

	if (in->nchains == INTERCEPTION_CHAINS_MOST)
		return;
	in->nchains++;
	if (n > CHAIN_CERTIFICATES_MOST)
		n = CHAIN_CERTIFICATES_MOST;
	cert->der = arena_alloc(in->arena, n * sizeof(*cert->der));
	cert->n = n;
	for (i = 0; i < n; i++) {
		cert->der[i].len = tls->certificates[i].len;
		cert->der[i].data = arena_memdup(
		    in->arena, tls->certificates[i].data, tls->certificates[i].len);
	}
}

/* Each leaf is classified once, with each length of chain that it comes with: one that lacks its issuer says less. */
static uint32_t
cert_of(struct interception *in, const struct tls_handshake *tls)
{
	struct cert *cert;
	char sha256[65], name[96];
	uint32_t i;

	hash_of(&tls->certificates[0], sha256);
	snprintf(name, sizeof(name), "%s %zu", sha256, tls->ncertificates);
	i = names_add(in->cert_names, name);
	if (i < in->ncerts)
		return i;
	cert = arena_alloc(in->arena, sizeof(*cert));
	*ARENA_PUSH(in->arena, in->certs, in->ncerts) = cert;
	memcpy(cert->sha256, sha256, sizeof(sha256));
	chain_classify(
	    tls->certificates, tls->ncertificates, 0, in->known, in->arena, &cert->facts);
	if (cert->facts.parsed)
		find_issuer_key(in, tls, cert);
	keep_chain(in, tls, cert);
	return i;
}

/* ---- Sightings ------------------------------------------------------------------------------- */

static uint32_t
target_of(struct interception *in, const struct outcome *o)
{
	uint32_t i = names_add(in->target_names, o->target);

	if (i == in->nhosts)
		*ARENA_PUSH(in->arena, in->hosts, in->nhosts) = arena_strdup(in->arena, o->host);
	return i;
}

static uint32_t
network_of(struct interception *in, const struct outcome *o)
{
	struct cert_network *network;
	char key[32];
	uint32_t i;

	snprintf(key, sizeof(key), "%u %s", o->asn, o->cc);
	i = names_add(in->network_names, key);
	if (i < in->nnetworks)
		return i;
	network = ARENA_PUSH(in->arena, in->networks, in->nnetworks);
	network->asn = o->asn;
	memcpy(network->cc, o->cc, sizeof(o->cc));
	return i;
}

static struct shown_cert *
shown_of(struct interception *in, const struct shown_cert *what)
{
	char key[64];
	uint32_t i;

	snprintf(key, sizeof(key), "%d %d %u %u %u", (int)what->how, what->local, what->cert,
	    what->target, what->network);
	i = names_add(in->shown_names, key);
	if (i == in->nshown)
		*ARENA_PUSH(in->arena, in->shown, in->nshown) = *what;
	return &in->shown[i];
}

static double
age_h(const struct cert *cert, int64_t us)
{
	return (double)(us - cert->facts.not_before_us) / 3600e6;
}

static void
count(struct interception *in, const struct shown_cert *what, const struct outcome *o)
{
	const struct cert *cert = in->certs[what->cert];
	struct shown_cert *s = shown_of(in, what);
	double age = age_h(cert, o->time_us);

	if (s->n++ == 0 || age < s->age_least_h)
		s->age_least_h = age;
	if (s->n == 1 || age > s->age_most_h)
		s->age_most_h = age;
	if (s->n == 1 || o->time_us < s->first_us) {
		s->first_us = o->time_us;
		snprintf(s->record, sizeof(s->record), "%s", o->id);
	}
	if (o->time_us > s->last_us)
		s->last_us = o->time_us;
	s->expired += cert->facts.not_after_us != 0 && o->time_us > cert->facts.not_after_us;
}

/* ---- Records --------------------------------------------------------------------------------- */

/* Shown to the target's own name; controls' and landmarks' names are others. */
static bool
is_targets(const struct tls_handshake *tls, const struct outcome *o)
{
	return tls->ncertificates > 0 && tls->certificates[0].len > 0 && o->host != NULL &&
	    tls->server_name != NULL && strcasecmp(tls->server_name, o->host) == 0;
}

/* False: it says neither. */
static bool
how_of(const struct tls_handshake *tls, const struct outcome *o, const struct cert *cert,
    enum shown *how)
{
	if (!facts_untrusted(tls)) {
		*how = SHOWN_GENUINE;
		return tls->failure == NULL && tls->nverify_errors == 0 && !tls->no_tls_verify &&
		    tls->host_ok != 0;
	}
	*how = o->mechanism == TLS_MITM || o->mechanism == TLS_LOCAL_INTERCEPTION ||
		cert->facts.known != NULL
	    ? SHOWN_FORGED
	    : SHOWN_DOUBTFUL;
	return true;
}

static void
add_handshake(struct interception *in, const struct tls_handshake *tls, const struct outcome *o)
{
	struct shown_cert what = {.local = o->mechanism == TLS_LOCAL_INTERCEPTION};

	if (!is_targets(tls, o))
		return;
	what.cert = cert_of(in, tls);
	if (!how_of(tls, o, in->certs[what.cert], &what.how))
		return;
	what.target = target_of(in, o);
	what.network = network_of(in, o);
	count(in, &what, o);
}

void
interception_add(struct interception *in, const struct record *record)
{
	const struct measurement *lists[2] = {record->m, record->m->confirm};
	struct outcome o;
	size_t l, i;

	if (!outcome_of(record, &o) || o.kind != OUTCOME_TARGET)
		return;
	for (l = 0; l < 2; l++)
		for (i = 0; lists[l] != NULL && i < lists[l]->ntls; i++)
			add_handshake(in, &lists[l]->tls[i], &o);
}
