/*
 * What one record teaches about what is normal. Pure: live and out of the journal, the same record teaches the same.
 *
 * Only what vouched for itself teaches: addresses and keys whose certificate verified, pages that came over such a
 * connection. A plain page may be anybody's; its address counts where a resolver other than the system's names it too.
 */
#ifndef PROBE_LESSON_H
#define PROBE_LESSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct measurement;

/* The numbers stand in the state database: they are added to, never changed. */
enum lesson_kind {
	LESSON_ADDRESS = 1,
	LESSON_ISSUER = 2, /* SHA-256 of the leaf's issuer's name in DER, hex */
	LESSON_KEY = 3, /* SHA-256 of the leaf's SubjectPublicKeyInfo, hex */
	LESSON_TITLE = 4,
	LESSON_QUIC = 5, /* the address that answered on UDP 443 */
	LESSON_BLOCKPAGE = 6, /* SHA-256 of a body; of the network, not of the target */
	LESSON_KIND_MAX
};

enum lesson_outcome {
	LESSON_NOT_JUDGED, /* a control: it teaches times only */
	LESSON_OK,
	LESSON_BAD,
	LESSON_UNTOLD, /* insufficient, though the network worked */
};

struct lesson_item {
	enum lesson_kind kind;
	const char *value;
};

struct lesson {
	const char *record, *network, *url;
	int64_t time_us; /* wall clock */
	enum lesson_outcome outcome;
	struct lesson_item *items;
	size_t nitems;
	bool sampled; /* the times and the length below are of use */
	double connect_s, handshake_s, rate; /* NAN unknown */
	int64_t body_length; /* -1 unknown */
	const char *good_body; /* SHA-256 of a body that is certainly no block page; NULL none */
};

/*
 * Returns false for a record that teaches nothing: somebody else's, a round's, one that the state of the network or an
 * interruption spoiled. Strings are the measurement's or in its arena.
 */
bool lesson_of(const struct measurement *m, struct lesson *lesson);
/* Where baselines are kept for: the probe's AS; "AS0", unknown, is a network of its own. */
const char *lesson_network(const struct measurement *m);

#endif
