/*
 * A listening socket for an evhttp. When descriptors run out, it pauses for a second: the waiting client would else be offered
 * again at once, for ever.
 */
#ifndef PROBE_HTTP_LISTENER_H
#define PROBE_HTTP_LISTENER_H

struct event_base;
struct evhttp;
struct http_listener;
struct sockaddr;
struct sockaddr_storage;

/* NULL with errno when it cannot listen there. */
struct http_listener *http_listener_new(struct event_base *base, struct evhttp *http, const struct sockaddr *address,
    int address_len);
/* Before evhttp_free, which closes the socket; NULL is fine. */
void http_listener_free(struct http_listener *listener);
/* The address it listens at, with its port. */
void http_listener_address(const struct http_listener *listener, struct sockaddr_storage *sa);
/* Takes no more connections. */
void http_listener_stop(struct http_listener *listener);

#endif
