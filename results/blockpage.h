/*
 * Block pages known by their looks. The patterns are CSV in the format of OONI's
 * blocking-fingerprints (fingerprints_http.csv), supplied by the user; false-positive patterns are
 * tried first. Pure but for reading the file.
 */
#ifndef RESULTS_BLOCKPAGE_H
#define RESULTS_BLOCKPAGE_H

#include <stdbool.h>
#include <stddef.h>

struct http_request;
struct fingerprints;

/* A row; "" where it says nothing. */
struct fingerprint {
	char *name;
	char *scope;          /* "nat", "isp", "prod", "inst", "vbw", "fp" (false positive) */
	char *location_found; /* "body", "header.location", "header.server", ..., "header" (any) */
	char *pattern_type;   /* "full", "prefix", "contains", "regexp" (POSIX extended) */
	char *pattern;
	char *countries; /* "KZ", "IT,RU"; "" any */
};

/* No more of a body is looked at. */
enum { FINGERPRINT_BODY_BYTES = 64 * 1024 };

struct fingerprints *fingerprints_new(void);
/* NULL is fine. */
void fingerprints_free(struct fingerprints *f);
/*
 * Adds the rows of a file. Bad rows are logged with file:line and left out. Returns 0, or -1
 * (logged) when it cannot be read or has no header with the columns name, location_found,
 * pattern_type and pattern.
 */
int fingerprints_read(struct fingerprints *f, const char *path);
/* The same of text in memory; path is for the log. Pure but for that: fuzzed. */
int fingerprints_parse(struct fingerprints *f, const char *path, const char *text, size_t len);
size_t fingerprints_count(const struct fingerprints *f);
/* The i-th, in the order read. */
const struct fingerprint *fingerprints_get(const struct fingerprints *f, size_t i);
bool fingerprint_is_false_positive(const struct fingerprint *fingerprint);
/*
 * The first false-positive pattern, else the first other one, that the response matches; NULL none.
 * body: what was read of it, any bytes; what is beyond FINGERPRINT_BODY_BYTES counts as absent.
 * country "ZZ": any row's country will do; else rows of other countries do not match. False
 * positives match in every country. A page that came by https, so with a certificate that verified,
 * is the site's own, even where it quotes a block page: only false positives are looked for.
 */
const struct fingerprint *fingerprints_match(const struct fingerprints *f,
    const struct http_request *r, const char *body, size_t len, const char *country);

/*
 * Whether a redirect leads away to another site: a host that is neither the same, nor below or
 * above it, "www." apart. location may be relative. False where it names no http or https host:
 * then it leads nowhere.
 */
bool blockpage_foreign_redirect(const char *from_url, const char *location);

#endif
