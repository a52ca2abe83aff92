/*
 * Block pages known by their looks. The patterns are a CSV in the format of OONI's blocking-fingerprints
 * (fingerprint_http.csv), supplied by the user; false-positive patterns are tried first. Pure but for reading the file.
 */
#ifndef RESULTS_BLOCKPAGE_H
#define RESULTS_BLOCKPAGE_H

#include <stdbool.h>
#include <stddef.h>

struct http_request;
struct fingerprints;

struct fingerprint {
	char *name;
	char *scope; /* "nat", "isp", "prod", "inst", "vbw", "fp" (false positive) */
	char *location_found; /* "body", "header.location", "header.server", "header" */
	char *pattern_type; /* "full", "prefix", "contains", "regexp" */
	char *pattern;
	char *country; /* "KZ", "" any */
};

/* Returns NULL after logging file:line of what cannot be read; bad lines are logged and left out. */
struct fingerprints *fingerprints_read(const char *path);
void fingerprints_free(struct fingerprints *f);
size_t fingerprints_count(const struct fingerprints *f);
/*
 * The first false-positive pattern, else the first other one, that the response matches; NULL none. body: what was
 * read of it, any bytes. country "ZZ": any row's country will do; else rows of other countries do not match.
 */
const struct fingerprint *fingerprints_match(const struct fingerprints *f, const struct http_request *r,
    const char *body, size_t len, const char *country);

#endif
