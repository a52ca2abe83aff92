/*
 * What a censor reads in a stranger's packets: the server name of a ClientHello, the Host of an HTTP request, the question of a
 * DNS query. And the DNS answers that it forges. Pure; fuzzed.
 */
#ifndef LAB_PEEK_H
#define LAB_PEEK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/lab/packet.h"

struct buf;

enum { PEEK_NAME_SIZE = 256 };

enum peek {
	PEEK_MORE, /* may become one, when more bytes come */
	PEEK_NAMED, /* it is one, and it has a name */
	PEEK_NOTHING /* it is none, or without a name */
};

/* Names come in lower case. Bytes are a stream's, from its beginning. */
enum peek peek_client_hello(const uint8_t *data, size_t len, char name[PEEK_NAME_SIZE]);
enum peek peek_http_host(const uint8_t *data, size_t len, char name[PEEK_NAME_SIZE]);
/* The first handshake record of a server: a ServerHello. */
bool peek_is_server_hello(const uint8_t *data, size_t len);

struct question {
	char name[PEEK_NAME_SIZE]; /* in lower case, without the last dot */
	uint16_t type; /* 1 A, 28 AAAA, ... */
	size_t end; /* of the question section, in the message */
};
/* A query with one question; false for anything else. */
bool peek_dns_question(const uint8_t *data, size_t len, struct question *out);

/*
 * The forged answer to a query that peek_dns_question has read: an rcode, or the addresses (of version 0: none) that have the
 * type asked for.
 */
void forge_dns(const uint8_t *query, const struct question *question, int rcode, const struct address *address,
    const struct address *second, struct buf *out);

#endif
