/*
 * One TCP connection to a server of the lab: bytes in, bytes out, whether TLS is between or not,
 * and the ways in which it may end. It is freed from the loop, never inside a callback of its own.
 */
#ifndef TESTS_LAB_WORLD_CONN_H
#define TESTS_LAB_WORLD_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <event2/event_struct.h>

#include "tests/lab/world_ip.h"

struct bufferevent;
struct certs;
struct conn;
struct ev_token_bucket_cfg;
struct event_base;
struct evbuffer;
struct site;
struct ssl_st;
struct ssl_ctx_st;
struct world;

/* What all servers share. */
struct server {
	struct event_base *base;
	const struct world *world;
	struct certs *certs;
	struct ssl_ctx_st *hello; /* reads ClientHellos; see world_tls.c */
};

/* A port, and what speaks there. */
struct service {
	uint16_t port;
	bool anywhere; /* on every address: the censor hands flows to it by their port alone */
	bool tls;
	/* More bytes have come, into conn->input. */
	void (*input)(struct conn *conn);
	bool forges; /* between the client and the site: the interceptor */
	bool proxy;  /* ... one that adds headers */
	bool portal; /* ... one that lets nobody through */
};

struct conn {
	struct server *server;
	const struct service *service;
	struct world_ip local;   /* the address that the client connected to */
	const struct site *site; /* that TLS chose; NULL: none yet */
	struct evbuffer *input;  /* what the client sent, without TLS */
	/* Called whenever all that was written has left: writes more. NULL: there is no more. */
	void (*produce)(struct conn *conn);
	uint64_t produced;
	/* conn's and TLS's own */
	struct bufferevent *bev;
	struct ssl_st *ssl;
	struct ev_token_bucket_cfg *limit;
	bool finishing, ended;
	bool thought;
	struct event reap, thinking;
};

/* Serves a socket that was accepted; takes it over. */
void conn_start(struct server *server, const struct service *service, int fd);
void conn_write(struct conn *conn, const void *data, size_t len);
/* Writes as the socket has it, past TLS. */
void conn_write_raw(struct conn *conn, const void *data, size_t len);
/* Ends it in good order, once all that was written has left. */
void conn_finish(struct conn *conn);
/* Ends it at once: with a RST, or with a FIN. What was not sent is lost. */
void conn_reset(struct conn *conn);
void conn_close(struct conn *conn);
/* From now on at most so many kilobits a second leave it. */
void conn_limit(struct conn *conn, int kbit);

/* Waits once, and then calls the service's input again; returns whether it has waited. */
bool conn_thinks(struct conn *conn, int ms);

#endif
