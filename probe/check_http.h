/* One HTTP request through libcurl, pinned to one address; no redirect is followed here. */
#ifndef PROBE_CHECK_HTTP_H
#define PROBE_CHECK_HTTP_H

#include "probe/check.h"

/* What its requests say besides User-Agent and Host: a control vantage is to see the same page. */
extern const char check_http_accept[], check_http_accept_language[];

/*
 * GET url from the address ip (the URL says the port), both borrowed until done. https:// is verified
 * against the probe's roots. The outcome is the request's failure; any HTTP status is success. A body beyond conf->body_cap is cut
 * there, which is success too.
 */
struct check *check_http_new(struct probe *probe, struct measurement *m, const char *url,
    const char *ip, void (*done)(struct check *check, void *arg), void *arg);
/*
 * Before check_start, for a request that tests an explanation: https:// without looking at the certificate, since the name
 * that the TLS is for (the URL's) is not the site's whose page is asked for (host, borrowed until done). It ends, well, at
 * `cap` bytes of the body or, with what it has, after timeout_ms (before scaling).
 */
void check_http_flow(struct check *check, const char *host, int cap, int timeout_ms);
/* In `done`: index of its request in m->requests. */
size_t check_http_result(const struct check *check);

#endif
