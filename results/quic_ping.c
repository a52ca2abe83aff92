/* QUIC pings in the record: x_netvane.quic. */
#include "results/quic_ping.h"

#include "base/json.h"
#include "base/mem.h"
#include "results/json_get.h"
#include "results/observations.h"

static void
ping_encode(struct json *j, const struct quic_ping *ping)
{
	size_t i;

	json_put_object(j, NULL);
	json_put_string(j, "address", ping->address);
	json_put_string(j, "server_name", ping->server_name);
	json_put_string(j, "failure", ping->failure);
	json_put_int(j, "sent", ping->sent);
	json_put_int(j, "answered", ping->answered);
	json_put_int(j, "unexpected", ping->unexpected);
	json_put_array(j, "versions");
	for (i = 0; i < ping->nversions; i++)
		json_put_int(j, NULL, ping->versions[i]);
	json_put_array_end(j);
	common_encode(j, &ping->c);
	json_put_int(j, "attempt", ping->c.attempt);
	json_put_object_end(j);
}

void
quic_encode(struct json *j, const struct measurement *m)
{
	size_t i;

	json_put_array(j, "quic");
	for (i = 0; i < m->nquic; i++)
		ping_encode(j, &m->quic[i]);
	json_put_array_end(j);
}

static void
versions_decode(struct json_get *g, const struct node *o, struct quic_ping *ping)
{
	struct node_walk walk = node_items(json_get_array(g, o, "versions"));
	const struct node *item;

	while ((item = node_next(&walk)) != NULL) {
		if (node_is(item, NODE_INTEGER) && item->integer >= 0 &&
		    item->integer <= UINT32_MAX)
			*ARENA_PUSH(g->arena, ping->versions, ping->nversions) =
			    (uint32_t)item->integer;
		else
			g->oddities++;
	}
}

static void
ping_decode(struct json_get *g, const struct node *o, void *item)
{
	struct quic_ping *ping = item;

	ping->address = json_get_string(g, o, "address");
	ping->server_name = json_get_string(g, o, "server_name");
	ping->failure = failure_decode(g, o);
	ping->sent = (int)json_get_int(g, o, "sent", 0, INT32_MAX, 0);
	ping->answered = (int)json_get_int(g, o, "answered", 0, INT32_MAX, 0);
	ping->unexpected = (int)json_get_int(g, o, "unexpected", 0, INT32_MAX, 0);
	versions_decode(g, o, ping);
	common_decode(g, o, o, &ping->c);
}

void
quic_decode(struct json_get *g, const struct node *x, struct measurement *m)
{
	JSON_GET_LIST(g, x, "quic", ping_decode, m->quic, m->nquic);
}
