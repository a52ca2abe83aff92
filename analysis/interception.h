/*
 * Forged certificates, gathered from records: by who issued them and with which key, where and when, how they are made, beside
 * what the site shows where nobody forges. Sites whose certificate changed honestly stand apart. Pure.
 *
 * A handshake counts as forged if the public roots do not vouch for its chain and either the record's verdict says interception
 * or the chain has an authority that is known for it. Untrusted chains that nobody accuses of anything are only counted.
 */
#ifndef ANALYSIS_INTERCEPTION_H
#define ANALYSIS_INTERCEPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "results/chain.h"

struct bytes;
struct known_cas;
struct record;

/* Of so many different leaves the chains are kept; of others only what they say. */
enum { INTERCEPTION_CHAINS_MOST = 20000 };

/* One leaf, and the chain that it first came with. */
struct cert {
	struct chain_facts facts;
	char sha256[65];
	char issuer_key[65]; /* SHA-256 of the key that signed it, "" not known: it was not sent along */
	struct bytes *der; /* leaf first; NULL: not kept */
	size_t n;
};

/* A network. */
struct cert_network {
	uint32_t asn; /* 0 unknown */
	char cc[3];
};

/* A target for which a group forged. */
struct forged_target {
	const char *url, *host;
	int64_t n, first_us, last_us; /* handshakes */
	size_t leaves; /* different ones */
	const struct cert *cert; /* the one seen first */
	const char *record; /* where; "" unknown */
	/* What a public root vouched for, nearest in time; NULL: that was never seen. */
	const struct cert *expected;
};

/* Least and most; both NAN: nothing is known. */
struct extent {
	double least, most;
};

/* All that one key signed in one name. */
struct forged_group {
	const char *issuer, *top_issuer; /* distinguished names, as dname_text has them; NULL unknown */
	const char *issuer_key; /* as in struct cert */
	const struct known_ca *known; /* NULL: not known for interception */
	bool known_by_key; /* by a fingerprint; else somebody may have borrowed the name */
	bool local; /* everything on the line was intercepted: an antivirus, an employer */
	int64_t n, first_us, last_us;
	size_t leaves;
	struct forged_target *targets; /* by host */
	size_t ntargets;
	struct cert_network *networks;
	size_t nnetworks;
	/* Habits: days of validity; hours from its beginning to the handshake, and from the genuine one's to its own. */
	struct extent days, age_h, shift_h;
	int64_t expired; /* of n: used though the leaf had expired */
	size_t same_key; /* of the leaves: with a key that another one has, too */
	size_t exponent3, sct, aia, policies; /* of the leaves: those that have it */
};

/* A site that was shown with more than one key that a public root vouches for. */
struct honest_site {
	const char *url, *host;
	size_t keys, issuers; /* different ones */
	/* The last change: between these two. */
	const struct cert *before, *after;
	int64_t before_last_us, after_first_us;
};

struct interception_report {
	struct forged_group *groups; /* seen first, first */
	size_t ngroups;
	struct honest_site *sites; /* by host */
	size_t nsites;
	int64_t doubtful; /* handshakes with untrusted chains that were not judged to be forged, ... */
	size_t doubtful_targets; /* ... of so many targets */
};

struct interception;

/* known is borrowed; NULL: none. */
struct interception *interception_new(const struct known_cas *known);
void interception_free(struct interception *in);
/* Records that are no target's are passed over. */
void interception_add(struct interception *in, const struct record *record);
/* Lives as long as in; add no more after. The order of records does not matter. */
const struct interception_report *interception_finish(struct interception *in);

#endif
