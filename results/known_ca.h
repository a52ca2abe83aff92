/*
 * Certificate authorities known for interception: the table targets/certs/interception.tsv, which
 * says where each row is from.
 */
#ifndef RESULTS_KNOWN_CA_H
#define RESULTS_KNOWN_CA_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

/*
 * One row. A row with a fingerprint matches by that alone; one without, by its names: the
 * subject, and the issuer where the row gives one. All text; "" unknown.
 */
struct known_ca {
	char *name;             /* how to call it: "Qaznet Trust Network" */
	char *subject, *issuer; /* distinguished names as dname_normal has them */
	char *sha1, *sha256;    /* of the certificate, hex */
	char *spki_sha256;      /* of its key, hex */
	/*
	 * Whether interception with it was ever observed. Where not, the authority was only planned
	 * or offered, and finding it in a chain is no proof of anything.
	 */
	bool observed;
	char *when; /* as published: "2019-07-17 to 2019-08-07" */
	char *source;
};
/* Begin with all zeroes. */
struct known_cas {
	struct known_ca *items;
	size_t n;
	struct arena *arena;
};

/*
 * Reads the table and adds its rows. Bad lines are logged with file:line and left out. Returns 0,
 * or -1 (logged) when it cannot be read.
 */
int known_cas_read(const char *path, struct known_cas *cas);
/* The same of text in memory; path is for the log. Pure but for that. */
void known_cas_parse(const char *path, const char *text, size_t len, struct known_cas *cas);
void known_cas_clear(struct known_cas *cas);

/* What a certificate has to be compared. */
struct known_ca_key {
	const char *subject, *issuer; /* normal */
	const char *sha1, *sha256, *spki_sha256;
};
/* Whether the row's fingerprints, of which there must be one, name this certificate or its key. */
bool known_ca_is_key(const struct known_ca *ca, const struct known_ca_key *key);
/*
 * Whether the row has no fingerprint and its names are the certificate's: the row's subject is the
 * certificate's (and the row's issuer, where it has one, too), or the row's subject, alone, issued
 * the certificate.
 */
bool known_ca_is_name(const struct known_ca *ca, const struct known_ca_key *key);

#endif
