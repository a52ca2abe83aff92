/* libcurl's multi interface on our event loop. */
#ifndef PROBE_CURLLOOP_H
#define PROBE_CURLLOOP_H

#include <curl/curl.h>

struct curlloop;
struct event_base;

/* Initialises libcurl as well (curl_global_init). NULL after logging why. */
struct curlloop *curlloop_new(struct event_base *base);
/* No transfer may be left. NULL is fine. */
void curlloop_free(struct curlloop *loop);
/*
 * Closes connections that libcurl keeps for later, unless a transfer runs: to be called where there is nothing to do for
 * minutes. Never from inside a libcurl callback.
 */
void curlloop_close_idle(struct curlloop *loop);
/*
 * Starts a transfer; `done` is called from the loop, never from inside libcurl, when it has ended. The handle
 * stays the caller's: call curlloop_remove before curl_easy_cleanup. Uses CURLOPT_PRIVATE.
 */
void curlloop_add(struct curlloop *loop, CURL *easy, void (*done)(CURL *easy, CURLcode code, void *arg), void *arg);
/* Stops it if it runs; `done` is not called any more. Never from inside a libcurl callback. */
void curlloop_remove(struct curlloop *loop, CURL *easy);

#endif
