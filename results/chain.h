/*
 * A certificate chain, classified: who signed it, is that somebody known for interception, does the
 * leaf bear the marks of one made on the fly? Pure: takes the DER bytes of a record, so old records
 * can be classified again.
 */
#ifndef RESULTS_CHAIN_H
#define RESULTS_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "results/known_ca.h"

struct arena;
struct bytes;

/* What is looked at of a chain; what comes after is only counted. */
enum { CHAIN_CERTIFICATES_MOST = 16, CHAIN_BYTES_MOST = 1024 * 1024, CHAIN_NAMES_MOST = 100 };

struct chain_facts {
	bool parsed;     /* the leaf is a certificate */
	size_t length;   /* certificates sent */
	size_t unread;   /* of those, beyond the bounds above */
	size_t unparsed; /* of those looked at, no certificate */
	/* Of the leaf, as dname_text has them; NULL not parsed. */
	char *subject, *issuer;
	/*
	 * The issuer named by the last certificate of the path that leads up from the leaf, each
	 * signed by the next: the signatures are verified, so that genuine certificates sent along
	 * with a forged leaf do not count.
	 */
	char *top_issuer;
	size_t path_length; /* certificates of that path, the leaf included */
	/* Hex, "" not parsed; names are hashed as the DER that was sent. */
	char leaf_sha256[65], leaf_key_sha256[65], issuer_name_sha256[65];
	char top_name_sha256[65]; /* of top_issuer */
	bool self_signed;         /* the leaf signed itself */
	bool self_issued_root; /* the path ends in a certificate that signed itself; also when that
	                          is the leaf */
	/*
	 * A certificate of the chain, or the issuer of one, is an interception CA that was observed
	 * at it; NULL none. By fingerprint beats by name.
	 */
	const struct known_ca *known;
	bool known_by_key; /* by fingerprint */
	/* By fingerprint, on the path: no one but that CA can have made this leaf. Else somebody
	 * may have borrowed its name. */
	bool known_signed;
	/* The same of a CA that was never observed intercepting: no ground for an accusation. */
	const struct known_ca *unobserved;
	/* Marks of a leaf made on the fly: methods.md, "Interception", 6. */
	bool sct;                            /* an SCT extension is embedded */
	bool aia;                            /* authority information access */
	bool policies;                       /* certificate policies */
	bool exponent3;                      /* an RSA key with exponent 3 */
	int key_bits;                        /* 0 unknown */
	int64_t not_before_us, not_after_us; /* wall clock; 0 unknown, or no date */
	bool expired, not_yet;               /* at the time given, the leaf */
	bool ca_expired;                     /* one above the leaf, on the path */
	int forged_marks; /* how many of: no SCT, no AIA, no policies, exponent 3, known CA */
	char **names; /* dNSName entries; bytes that are no printable ASCII, and backslashes, are
	                 escaped as \xx */
	size_t nnames;
};
/*
 * der: leaf first, as sent; any bytes. now_us: wall clock of the measurement; 0: it is not asked
 * what is expired. known may be NULL, and must outlive out. Strings in the arena.
 */
void chain_classify(const struct bytes *der, size_t n, int64_t now_us,
    const struct known_cas *known, struct arena *arena, struct chain_facts *out);
/* Of a leaf alone, as leaf_key_sha256 and issuer_name_sha256 above. False: it is no certificate. */
bool chain_leaf_hashes(const struct bytes *leaf, char key[65], char issuer[65]);
/* Whether the leaf says it is for this host name or address (RFC 6125, no partial wildcards). */
bool chain_is_for(const struct bytes *leaf, const char *host);

#endif
