/*
 * What is normal for one target on this line, as the probe knew it when the measurement began: kept in the record,
 * so that the verdict can be reached again. How it is gathered is probe/baseline.c's business.
 * Everything lives in the measurement's arena.
 */
#ifndef RESULTS_BASELINE_H
#define RESULTS_BASELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct http_request;
struct json;
struct json_get;
struct node;

/* How far back it looks: the UTC day of the measurement, and those before it. */
enum { BASELINE_DAYS = 30 };

/* Something seen of the target, and in how many of the rounds that found it well. */
struct baseline_item {
	char *value;
	int64_t count;
	int64_t last_us; /* wall clock, when last seen */
};

/* Items come with the one seen last first. */
struct baseline {
	/* Rounds in the window that judged it while the network worked and nothing cut them short; insufficient counts. */
	int64_t measured;
	int64_t ok; /* those that reached it: verdict ok, or impaired by its own refusal */
	int64_t days; /* different UTC days among the ok ones */
	int64_t last_ok_us; /* 0 never */
	int64_t bad_streak; /* of those measured since the last ok one, the ones neither ok nor insufficient */
	struct baseline_item *addresses; /* that answered well */
	size_t naddresses;
	struct baseline_item *issuers; /* SHA-256 (hex) of the issuer's name in DER, of leaves that verified */
	size_t nissuers;
	struct baseline_item *keys; /* SHA-256 (hex) of the leaf's SubjectPublicKeyInfo */
	size_t nkeys;
	double handshake_s; /* median of TLS handshakes that went well; NAN unknown */
	double connect_s; /* median TCP connect; NAN unknown */
	double rate; /* median of baseline_rate, bytes/s; NAN unknown */
	int64_t body_length; /* median; -1 unknown */
	char *title; /* usual one; NULL unknown */
	struct baseline_item *blockpages; /* SHA-256 (hex) of bodies judged to be block pages on this line, any target */
	size_t nblockpages;
	bool quic; /* UDP 443 answered before */
};

/* Nothing known yet, in the arena. */
struct baseline *baseline_new(struct arena *arena);

/*
 * What the rules ask. b NULL, or the value NULL: false. An address may be written in any form that inet_pton reads.
 */
bool baseline_knows_address(const struct baseline *b, const char *ip);
bool baseline_knows_issuer(const struct baseline *b, const char *sha256);
bool baseline_knows_key(const struct baseline *b, const char *sha256);
bool baseline_knows_blockpage(const struct baseline *b, const char *sha256);
/*
 * Whether the target can be relied on to answer here: ok in at least 6 rounds, on at least 2 days, and in at least
 * 90 % of those measured. The bad streak it is in is not held against it: a site that was steady until Tuesday was
 * steady until Tuesday, also when looked at on Friday. Once it answers again, those rounds count.
 */
bool baseline_steady(const struct baseline *b);
/* Bytes/s of a page of over 20,000 bytes, from the start of its request to its end; NAN of others. */
double baseline_rate(const struct http_request *r);

/* Sorts the values; of an even number it is halfway between the two in the middle. NAN of none. */
double baseline_median(double *values, size_t n);

/* Writes "baseline" as a member of the open object; b NULL: null. */
void baseline_encode(struct json *j, const struct baseline *b);
/* Reads that member of the object; NULL where there is none. See json_get.h. */
struct baseline *baseline_decode(struct json_get *g, const struct node *object);

#endif
