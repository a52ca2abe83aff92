/* What the parts of peer_http share: one connection's request, and ways to answer it. */
#ifndef TESTS_PEER_HTTP_H
#define TESTS_PEER_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <openssl/ssl.h>

#include "base/buf.h"

struct conn {
	int fd;
	SSL *ssl;            /* NULL: plain */
	unsigned int number; /* 1, 2, ... since the peer began */
	struct buf in;       /* what was read and not used */
	struct buf head;     /* the request's head, as it came */
	struct buf body;
	char *method, *path, *query; /* query without '?', "" none */
};

ssize_t conn_read(struct conn *c, void *data, size_t len);
/* False when the other side is gone. */
bool conn_write(struct conn *c, const void *data, size_t len);
bool conn_puts(struct conn *c, const char *text);

/* headers: more of them, each with its line end. */
bool reply_typed(struct conn *c, int status, const char *type, const char *headers,
    const void *body, size_t len);
bool reply(struct conn *c, int status, const char *headers, const char *body);
/* Sends the text again and again until the other side is gone. */
bool write_for_ever(struct conn *c, const char *text);

/* Answers a request as its path says. Returns whether the connection goes on. */
bool serve_route(struct conn *c);

/* "NAME=IP", borrowed; the first one turns DNS over HTTPS on. */
void doh_add(const char *text);
/* Answers a request to /dns-query; rest: the last part of the path. */
bool doh_serve(struct conn *c, const char *rest);

/* Answers a request to /take; rest: the last part of the path. */
bool take_serve(struct conn *c, const char *rest);

#endif
