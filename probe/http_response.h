/* A response as it comes in, and what is kept of it. */
#ifndef PROBE_HTTP_RESPONSE_H
#define PROBE_HTTP_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <openssl/evp.h>

#include "base/buf.h"
#include "probe/httpwire.h"

struct arena;
struct fingerprints;
struct http_request;

struct http_response {
	struct http_head head;
	struct http_title title;
	int64_t body_length; /* read, body_cap at most */
	bool body_cut;       /* more would have come */
	int64_t body_cap;
	bool keep_body;
	const struct fingerprints *fingerprints; /* borrowed; NULL none */
	struct buf body; /* all of it when kept, else as much as the fingerprints look at */
	EVP_MD_CTX *sha256;
};

/* fingerprints is borrowed; NULL: it is not looked whether the page is known. */
void http_response_init(struct http_response *response, int body_cap, bool keep_body,
    const struct fingerprints *fingerprints);
void http_response_free(struct http_response *response);
/* Takes some of the body. False once the cap has cut it. Headers go to http_head_line. */
bool http_response_body(struct http_response *response, const char *data, size_t len);
/* What a complete response's contents say against it; NULL nothing. Static. */
const char *http_response_failure(const struct http_response *response);
/*
 * Fills in what of an observation comes from the response; url is what was asked for, country where the line is. Call
 * it once.
 */
void http_response_write(const struct http_response *response, const char *url, const char *country,
    struct arena *arena, struct http_request *r);

#endif
