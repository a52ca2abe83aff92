/*
 * What all our libcurl transfers have in common: pinned to given addresses so that libcurl never
 * looks a name up, no proxy of any kind, verified against the probe's roots, their bytes counted,
 * their end told in the vocabulary of failures.
 */
#ifndef PROBE_TRANSFER_H
#define PROBE_TRANSFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <curl/curl.h>

struct arena;
struct probe;

/* Embed one in the check; zeroed before first use. */
struct transfer {
	struct probe *probe;
	CURL *easy;
	bool https;
	char *host; /* of the URL, an IPv6 literal in brackets */
	int port;
	int64_t tls_start_ns;        /* monotonic: the connection stood, TLS began; 0 it did not */
	char error[CURL_ERROR_SIZE]; /* libcurl's own words for the first error */
	struct curl_slist *headers, *pins;
};

/* False when url is no http:// or https:// URL; transfer_close is due in any case. */
bool transfer_open(struct transfer *t, struct probe *probe, const char *url);
/*
 * Goes to this address, whatever the URL's host, and leaves libcurl's DNS cache (shared by all)
 * alone. False: ip is no textual v4 or v6 address.
 */
bool transfer_pin(struct transfer *t, const char *ip);
/* Whether the URL's host is an address itself, so that it needs no pin. */
bool transfer_host_is_address(const struct transfer *t);
/*
 * Makes the URL's host have these addresses, for this and later transfers. False: one is no
 * address, or n is 0.
 */
bool transfer_pin_host(struct transfer *t, char *const *ips, size_t n);
/* "Name: value". */
void transfer_header(struct transfer *t, const char *line);
/* As curlloop_add. */
void transfer_start(
    struct transfer *t, void (*done)(CURL *easy, CURLcode code, void *arg), void *arg);
/*
 * Stops and frees what is there; never from inside a libcurl callback. Fine when never opened, and
 * twice.
 */
void transfer_close(struct transfer *t);

/*
 * The name of what ended it; NULL success. Static, or from the arena: what the vocabulary lacks is
 * "unknown_failure: WHAT: libcurl's text".
 */
const char *transfer_failure(
    const struct transfer *t, CURLcode code, const char *what, struct arena *arena);
/* errno of the last socket call that failed; 0 none. */
int transfer_errno(const struct transfer *t);

#endif
