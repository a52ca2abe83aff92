/*
 * A certificate chain, classified: who signed it, is that somebody known for interception, does the leaf bear the marks of
 * one made on the fly? Pure: takes the DER bytes of a record, so old records can be classified again.
 */
#ifndef RESULTS_CHAIN_H
#define RESULTS_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct bytes;

/* A certificate authority known for interception: a row of targets/certs/interception.tsv. */
struct known_ca {
	char *name; /* how to call it: "Qaznet Trust Network" */
	char *subject; /* its distinguished name, normalised; "" unknown */
	char *sha256; /* of the certificate, hex; "" unknown */
	char *spki_sha256; /* of its key, hex; "" unknown */
	char *sha1;
};
struct known_cas {
	struct known_ca *items;
	size_t n;
};
/* Reads the table. Bad lines are logged with file:line and left out. Returns 0, or -1 (logged) when it cannot be read. */
int known_cas_read(const char *path, struct known_cas *out);
void known_cas_clear(struct known_cas *cas);

struct chain_facts {
	bool parsed; /* the leaf is a certificate */
	size_t length; /* certificates sent */
	size_t unparsed; /* of those, no certificate */
	char *subject, *issuer; /* of the leaf, RFC 2253; any byte outside UTF-8 escaped */
	char *top_issuer; /* issuer of the last in the chain as it leads up from the leaf */
	char leaf_sha256[65], leaf_key_sha256[65], issuer_name_sha256[65]; /* hex; issuer's name in DER */
	char top_name_sha256[65]; /* of top_issuer's name in DER */
	bool self_signed; /* the leaf signed itself */
	bool self_issued_root; /* the chain ends in a certificate that signed itself */
	/* A name or fingerprint in the chain is known; NULL none. By fingerprint beats by name. */
	const struct known_ca *known;
	bool known_by_key;
	/* Marks of a leaf made on the fly: methods.md, "Interception", 6. */
	bool sct; /* an SCT extension is embedded */
	bool aia; /* authority information access */
	bool policies; /* certificate policies */
	bool exponent3; /* an RSA key with exponent 3 */
	int key_bits;
	int64_t not_before_us, not_after_us; /* wall clock; 0 unknown */
	bool expired, not_yet; /* at the time given, the leaf */
	bool ca_expired; /* one above the leaf */
	int forged_marks; /* how many of: no SCT, no AIA, no policies, exponent 3, known CA */
	char **names; /* dNSName entries, 100 at most */
	size_t nnames;
};
/* der: leaf first, as sent. now_us: wall clock of the measurement. known may be NULL. Strings in the arena. */
void chain_classify(const struct bytes *der, size_t n, int64_t now_us, const struct known_cas *known,
    struct arena *arena, struct chain_facts *out);
/* Whether the leaf says it is for this host name (RFC 6125, no partial wildcards). */
bool chain_is_for(const struct bytes *leaf, const char *host);

#endif
