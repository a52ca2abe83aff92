/* The flows that the censor follows. */
#include "tests/lab/flow.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { BUCKETS = 1024, SENT_MOST = 16384 };

struct flows {
	struct flow *buckets[BUCKETS];
};

struct flows *
flows_new(void)
{
	return xcalloc(1, sizeof(struct flows));
}

static void
flow_free(struct flow *flow)
{
	buf_free(&flow->sent);
	free(flow);
}

void
flows_free(struct flows *flows)
{
	struct flow *flow, *next;
	size_t i;

	if (flows == NULL)
		return;
	for (i = 0; i < BUCKETS; i++)
		for (flow = flows->buckets[i]; flow != NULL; flow = next) {
			next = flow->next;
			flow_free(flow);
		}
	free(flows);
}

/* The server's port is left out: a flow that was handed over has two. */
static size_t
bucket_of(uint8_t proto, uint16_t client_port, const struct address *server)
{
	uint32_t hash = 2166136261U;
	size_t i;

	for (i = 0; i < sizeof(server->bytes); i++)
		hash = (hash ^ server->bytes[i]) * 16777619U;
	hash = (hash ^ client_port) * 16777619U;
	hash = (hash ^ proto) * 16777619U;
	return (hash ^ hash >> 16) % BUCKETS;
}

static bool
is_of(const struct flow *flow, const struct packet *p, enum direction direction)
{
	bool out = direction == OUTWARD;
	uint16_t server_port = out ? p->dport : p->sport;

	return flow->proto == p->proto && flow->client_port == (out ? p->sport : p->dport) &&
	       (flow->server_port == server_port ||
	           (!out && flow->handed_to != 0 && flow->handed_to == server_port)) &&
	       address_equal(&flow->client, out ? &p->src : &p->dst) &&
	       address_equal(&flow->server, out ? &p->dst : &p->src);
}

/* A SYN with another number is another connection, whose client was given the same port. */
static bool
is_reused(const struct flow *flow, const struct packet *p, enum direction direction)
{
	return direction == OUTWARD && p->proto == PROTO_TCP &&
	       (p->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN && flow->has_first_seq &&
	       flow->first_seq != p->seq + 1;
}

struct flow *
flows_find(struct flows *flows, const struct packet *p, enum direction direction)
{
	bool out = direction == OUTWARD;
	struct flow **at, *flow;

	at =
	    &flows
	         ->buckets[bucket_of(p->proto, out ? p->sport : p->dport, out ? &p->dst : &p->src)];
	for (; (flow = *at) != NULL; at = &flow->next) {
		if (!is_of(flow, p, direction))
			continue;
		if (!is_reused(flow, p, direction))
			return flow;
		*at = flow->next;
		flow_free(flow);
		break;
	}
	if (!out)
		return NULL;
	flow = xcalloc(1, sizeof(*flow));
	flow->proto = p->proto;
	flow->client = p->src;
	flow->server = p->dst;
	flow->client_port = p->sport;
	flow->server_port = p->dport;
	flow->next = *at;
	*at = flow;
	return flow;
}

static void
look_for_names(struct flow *flow)
{
	const uint8_t *data = (const uint8_t *)buf_str(&flow->sent);
	enum peek tls = peek_client_hello(data, flow->sent.len, flow->sni);
	enum peek http = peek_http_host(data, flow->sent.len, flow->host);

	flow->peeked = (tls != PEEK_MORE && http != PEEK_MORE) || tls == PEEK_NAMED ||
	               http == PEEK_NAMED || flow->sent.len >= SENT_MOST;
	if (flow->peeked)
		buf_free(&flow->sent);
}

void
flow_listen(struct flow *flow, const struct packet *p)
{
	uint32_t offset;

	if (p->proto != PROTO_TCP || flow->peeked)
		return;
	if ((p->flags & TCP_SYN) != 0) {
		flow->first_seq = p->seq + 1;
		flow->has_first_seq = true;
		return;
	}
	if (!flow->has_first_seq || p->payload_len == 0)
		return;
	/* In order only: what overtook its turn will be sent again, and then it is read. */
	offset = flow->first_seq + (uint32_t)flow->sent.len - p->seq;
	if (offset >= p->payload_len)
		return;
	buf_add(&flow->sent, p->payload + offset, p->payload_len - offset);
	look_for_names(flow);
}
