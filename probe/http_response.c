/* A response as it comes in: bounded, hashed, and written into the observation at the end. */
#include "probe/http_response.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "results/blockpage.h"
#include "results/failure.h"
#include "results/measurement.h"

void
http_response_init(struct http_response *response, int body_cap, bool keep_body,
    const struct fingerprints *fingerprints)
{
	response->body_cap = body_cap;
	response->keep_body = keep_body;
	response->fingerprints = fingerprints;
	response->sha256 = EVP_MD_CTX_new();
	if (response->sha256 == NULL ||
	    EVP_DigestInit_ex(response->sha256, EVP_sha256(), NULL) != 1)
		log_fatalx("OpenSSL gives no SHA-256");
}

void
http_response_free(struct http_response *response)
{
	EVP_MD_CTX_free(response->sha256);
	http_head_free(&response->head);
	buf_free(&response->body);
}

/* Holds on to as much of the body as somebody will look at. */
static void
hold(struct http_response *response, const char *data, size_t len)
{
	size_t most = response->keep_body ? (size_t)response->body_cap
	    : response->fingerprints != NULL ? FINGERPRINT_BODY_BYTES : 0;
	size_t room = most > response->body.len ? most - response->body.len : 0;

	buf_add(&response->body, data, len < room ? len : room);
}

bool
http_response_body(struct http_response *response, const char *data, size_t len)
{
	size_t room = (size_t)(response->body_cap - response->body_length);

	if (len > room) {
		response->body_cut = true;
		len = room;
	}
	response->body_length += (int64_t)len;
	http_title_feed(&response->title, data, len);
	EVP_DigestUpdate(response->sha256, data, len);
	hold(response, data, len);
	return !response->body_cut;
}

/*
 * OONI fails a redirect whose Location names no host; a verdict needs to know, for some censors'
 * boxes answer so. Any other broken Location is in the headers for whoever wants to judge it.
 */
const char *
http_response_failure(const struct http_response *response)
{
	struct arena *scratch;
	struct http_header *headers;
	const char *location, *failure = NULL;
	size_t n;

	if (!http_is_redirect(response->head.code))
		return NULL;
	scratch = arena_new();
	headers = http_head_parse(&response->head, scratch, &n);
	location = http_header_find(headers, n, "Location");
	if (location != NULL && http_location_lacks_host(location))
		failure = failure_name(FAILURE_HTTP_INVALID_REDIRECT);
	arena_free(scratch);
	return failure;
}

static char *
hex_digest(const struct http_response *response, struct arena *arena)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	struct buf hex = BUF_EMPTY;
	unsigned int len;
	char *text;

	EVP_DigestFinal_ex(response->sha256, digest, &len);
	buf_hex(&hex, digest, len);
	text = arena_strdup(arena, buf_str(&hex));
	buf_free(&hex);
	return text;
}

static char *
absolute_location(const struct http_request *r, const char *url, struct arena *arena)
{
	const char *location = http_header_find(r->headers, r->nheaders, "Location");
	char *absolute, *copy;

	if (location == NULL || !http_is_redirect(r->code))
		return NULL;
	absolute = http_location(url, location);
	copy = arena_strdup(arena, absolute);
	free(absolute);
	return copy;
}

/* The record need not hold the body, so this is the time to look whether the page is known. */
static void
find_fingerprint(const struct http_response *response, const char *country, struct arena *arena,
    struct http_request *r)
{
	const struct buf *body = &response->body;
	size_t len = body->len < FINGERPRINT_BODY_BYTES ? body->len : FINGERPRINT_BODY_BYTES;
	const struct fingerprint *found;

	if (response->fingerprints == NULL)
		return;
	found = fingerprints_match(response->fingerprints, r, buf_str(body), len, country);
	if (found == NULL)
		return;
	r->fingerprint = arena_strdup(arena, found->name);
	r->fingerprint_fp = fingerprint_is_false_positive(found);
}

void
http_response_write(const struct http_response *response, const char *url, const char *country,
    struct arena *arena, struct http_request *r)
{
	r->header_bytes = response->head.bytes;
	r->headers_truncated = response->head.truncated;
	r->code = response->head.code;
	if (r->code == 0)
		return;
	r->headers = http_head_parse(&response->head, arena, &r->nheaders);
	r->body_is_truncated = response->body_cut;
	r->body_length = response->body_length;
	r->body_sha256 = hex_digest(response, arena);
	r->title = arena_strdup(arena, http_title_text(&response->title));
	if (response->keep_body && response->body.len > 0) {
		r->body.data = arena_memdup(arena, response->body.data, response->body.len);
		r->body.len = response->body.len;
	}
	r->location = absolute_location(r, url, arena);
	find_fingerprint(response, country, arena, r);
}
