/* One DNS question over TCP (RFC 7766): connects, sends it, hands over what comes back. */
#ifndef PROBE_DNS_STREAM_H
#define PROBE_DNS_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <event2/event_struct.h>

#include "base/buf.h"

struct event_base;

/*
 * Who is told. operation: "connect", "write" or "read". The stream may be closed from inside any of
 * them but `message`.
 */
struct dns_stream_user {
	/* It went well, with this many bytes. */
	void (*moved)(void *arg, const char *operation, size_t bytes);
	/* It did not; err is its errno, 0 where the other side closed. The stream is closed. */
	void (*failed)(void *arg, const char *operation, int err);
	/* A whole message. Returns whether to read on; if not, the stream is closed. */
	bool (*message)(void *arg, const uint8_t *bytes, size_t len);
};

enum dns_stream_step {
	DNS_STREAM_CLOSED,
	DNS_STREAM_CONNECTING,
	DNS_STREAM_SENDING,
	DNS_STREAM_READING
};

/* Embed one; zeroed before first use. */
struct dns_stream {
	enum dns_stream_step step;
	int fd;
	struct event_base *base;
	struct event event;
	struct buf out; /* still to be sent */
	struct buf in; /* came, less the messages handed over */
	const struct dns_stream_user *user;
	void *arg;
};

/* query is copied. Everything is told from the loop, but for a connect that fails at once. */
void dns_stream_open(struct dns_stream *stream, struct event_base *base, const struct sockaddr *sa,
    socklen_t salen, const struct buf *query, const struct dns_stream_user *user, void *arg);
/* Fine when it is closed already. */
void dns_stream_close(struct dns_stream *stream);

#endif
