/*
 * The control vantage's other side: OONI's test helper protocol over HTTP or HTTPS, for a volunteer's friend. Knows about
 * requests, limits and clients; the measuring is control_job.h's.
 */
#ifndef PROBE_CONTROL_SERVER_H
#define PROBE_CONTROL_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <openssl/ssl.h>

struct control_server;
struct probe;

struct control_server_plan {
	struct probe *probe;
	const struct sockaddr *address; /* where to listen; port 0: any */
	int address_len;
	SSL_CTX *tls; /* borrowed; NULL: plain HTTP */
	bool allow_private; /* see control_policy.h */
	int max_per_client, max_requests; /* a minute */
	size_t files; /* how many may be open in this process: fds_raise_limit */
	void (*stopped)(void *arg); /* after control_server_stop; then control_server_free */
	void *arg;
};

/* Listens. Returns NULL after logging why it cannot. */
struct control_server *control_server_start(const struct control_server_plan *plan);
/* The address it listens at, with its port. */
void control_server_address(const struct control_server *server, struct sockaddr_storage *sa);
/* Takes no more requests and ends those under way; `stopped` follows. */
void control_server_stop(struct control_server *server);
/* NULL is fine. */
void control_server_free(struct control_server *server);

#endif
