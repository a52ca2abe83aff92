/* TLS of the lab's servers: the ClientHello decides what becomes of a connection. Called by
 * world_conn.c. */
#ifndef TESTS_LAB_WORLD_TLS_H
#define TESTS_LAB_WORLD_TLS_H

#include <stddef.h>
#include <stdint.h>

struct conn;
struct ssl_ctx_st;
struct world;

/* The context that every server's connections begin with; free with SSL_CTX_free. */
struct ssl_ctx_st *tls_hello_context(void);
void tls_start(struct conn *conn);
/* Takes the bytes that came; what was in them for the server is added to conn->input. */
void tls_read(struct conn *conn);
void tls_write(struct conn *conn, const void *data, size_t len);
/* close_notify */
void tls_goodbye(struct conn *conn);
void tls_end(struct conn *conn);

enum { TLS_NAME_MAX = 256 };
/*
 * The host name in a server_name extension (RFC 6066 3), as it is in the ClientHello; "" where
 * there is none that could be one. Pure.
 */
void tls_server_name(const uint8_t *data, size_t len, char name[TLS_NAME_MAX]);

#endif
