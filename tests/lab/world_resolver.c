/* The lab's resolvers at their sockets. */
#include "tests/lab/world_resolver.h"

#include <stdlib.h>
#include <event2/buffer.h>
#include <event2/event.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "tests/lab/world.h"
#include "tests/lab/world_conn.h"
#include "tests/lab/world_dns.h"
#include "tests/lab/world_udp.h"

/* An answer of a slow resolver, on its way. A world that ends first takes it along. */
struct delayed {
	struct udp_peer peer;
	struct buf bytes;
	struct event event;
};

static void
delayed_send(evutil_socket_t fd, short what, void *arg)
{
	struct delayed *delayed = arg;

	(void)fd;
	(void)what;
	udp_send(&delayed->peer, delayed->bytes.data, delayed->bytes.len);
	buf_free(&delayed->bytes);
	free(delayed);
}

/* Takes over the bytes. */
static void
send_later(const struct udp_peer *peer, struct buf *bytes, int ms)
{
	const struct timeval when = {ms / 1000, ms % 1000 * 1000};
	struct delayed *delayed = xcalloc(1, sizeof(*delayed));

	delayed->peer = *peer;
	delayed->bytes = *bytes;
	event_assign(&delayed->event, peer->port->server->base, -1, 0, delayed_send, delayed);
	event_add(&delayed->event, &when);
}

static void
receive(struct udp_peer *peer, const struct resolver *resolver, const uint8_t *data, size_t len)
{
	struct buf out = BUF_EMPTY;

	if (resolver == NULL || dns_answer(peer->port->server->world, resolver, data, len,
	                            DNS_ANSWER_UDP, &out) != DNS_ANSWERED)
		return;
	if (resolver->slow_ms > 0) {
		send_later(peer, &out, resolver->slow_ms);
		return;
	}
	udp_send(peer, out.data, out.len);
	buf_free(&out);
}

void
resolver_receive(struct udp_peer *peer, const uint8_t *data, size_t len)
{
	receive(peer, world_resolver_at(peer->port->server->world, &peer->to), data, len);
}

void
resolver_receive_hijacked(struct udp_peer *peer, const uint8_t *data, size_t len)
{
	receive(peer, world_resolver_named(peer->port->server->world, "isp"), data, len);
}

/* Every whole message in the input, each after its length. */
static void
input(struct conn *conn, const struct resolver *resolver)
{
	const uint8_t *data;
	struct buf out = BUF_EMPTY;
	size_t len;

	while (resolver != NULL && evbuffer_get_length(conn->input) >= 2) {
		data = evbuffer_pullup(conn->input, -1);
		len = (size_t)data[0] << 8 | data[1];
		if (evbuffer_get_length(conn->input) < 2 + len)
			return;
		buf_u16(&out, 0);
		if (dns_answer(conn->server->world, resolver, data + 2, len, DNS_ANSWER_MAX,
		        &out) == DNS_ANSWERED) {
			out.data[0] = (char)((out.len - 2) >> 8);
			out.data[1] = (char)(out.len - 2);
			conn_write(conn, out.data, out.len);
		}
		buf_free(&out);
		evbuffer_drain(conn->input, 2 + len);
	}
}

void
resolver_input(struct conn *conn)
{
	input(conn, world_resolver_at(conn->server->world, &conn->local));
}

void
resolver_input_hijacked(struct conn *conn)
{
	input(conn, world_resolver_named(conn->server->world, "isp"));
}
