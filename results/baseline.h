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

struct json;
struct json_get;
struct json_t;

/* Something seen of the target, and in how many of the rounds that found it well. */
struct baseline_item {
	char *value;
	int64_t count;
	int64_t last_us; /* wall clock, when last seen */
};

struct baseline {
	int64_t measured; /* rounds in the window (30 days) that judged it */
	int64_t ok; /* those that reached it: verdict ok, or impaired by its own refusal */
	int64_t days; /* different UTC days among the ok ones */
	int64_t last_ok_us; /* 0 never */
	int64_t bad_streak; /* rounds since the last ok one that were neither ok nor insufficient */
	struct baseline_item *addresses; /* that answered well */
	size_t naddresses;
	struct baseline_item *issuers; /* SHA-256 (hex) of the issuer's name in DER, of leaves that verified */
	size_t nissuers;
	struct baseline_item *keys; /* SHA-256 (hex) of the leaf's SubjectPublicKeyInfo */
	size_t nkeys;
	double handshake_s; /* median of TLS handshakes that went well; NAN unknown */
	double connect_s; /* median TCP connect; NAN unknown */
	double rate; /* median bytes/s of the page, of pages over 20,000 bytes; NAN unknown */
	int64_t body_length; /* median; -1 unknown */
	char *title; /* usual one; NULL unknown */
	struct baseline_item *blockpages; /* SHA-256 (hex) of bodies judged to be block pages on this line, any target */
	size_t nblockpages;
	bool quic; /* UDP 443 answered before */
};

/* Writes "baseline" as a member of the open object; b NULL: null. */
void baseline_encode(struct json *j, const struct baseline *b);
/* Reads it; NULL where there is none. See json_get.h. */
struct baseline *baseline_decode(struct json_get *g, const struct json_t *object);

#endif
