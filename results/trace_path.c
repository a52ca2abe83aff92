/* TTL walks: what two of them say together, and x_netvane.traces in the record. */
#include "results/trace_path.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "results/json_get.h"
#include "results/observations.h"

/* --- what they say --------------------------------------------------------------------------- */

static bool
came_to(const struct trace_hop *hop, const char *outcome)
{
	/* A record of somebody else's may leave it out. */
	return hop->outcome != NULL && strcmp(hop->outcome, outcome) == 0;
}

static bool
is_server(const struct trace_hop *hop)
{
	return came_to(hop, "server_hello") || came_to(hop, "certificate");
}

/* An answer to the hello that the server, as it should be, would not give. */
static bool
is_interference(const struct trace_hop *hop)
{
	static const char *const outcomes[] = {"reset", "close", "alert", "not_tls", "unreachable"};
	size_t i;

	for (i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++)
		if (came_to(hop, outcomes[i]))
			return true;
	return came_to(hop, "certificate") && !hop->trusted;
}

static const struct trace_hop *
hop_at(const struct trace_path *path, int ttl)
{
	size_t i;

	for (i = 0; i < path->nhops; i++)
		if (path->hops[i].ttl == ttl)
			return &path->hops[i];
	return NULL;
}

int
trace_server_ttl(const struct trace_path *path)
{
	size_t i;

	for (i = 0; i < path->nhops; i++)
		if (is_server(&path->hops[i]))
			return path->hops[i].ttl;
	return -1;
}

/* Whether the control's walk shows that the server is farther away than this. */
static bool
is_farther(const struct trace_path *control, int ttl)
{
	const struct trace_hop *same = hop_at(control, ttl);

	return trace_server_ttl(control) > ttl || (same != NULL && came_to(same, "expired"));
}

static int
silence_begins(const struct trace_path *target, const struct trace_path *control)
{
	int server = trace_server_ttl(control);
	const struct trace_hop *theirs;
	size_t i = target->nhops;

	if (server < 0 || target->hops[target->nhops - 1].ttl < server + TRACE_SLACK)
		return -1;
	while (i > 0 && came_to(&target->hops[i - 1], "silence"))
		i--;
	for (; i < target->nhops && target->hops[i].ttl < server; i++) {
		theirs = hop_at(control, target->hops[i].ttl);
		if (theirs != NULL && !came_to(theirs, "silence"))
			return theirs->ttl;
	}
	return -1;
}

int
trace_first_interference(const struct trace_path *target, const struct trace_path *control)
{
	const struct trace_hop *last;

	if (target->nhops == 0)
		return -1;
	last = &target->hops[target->nhops - 1];
	if (is_interference(last))
		return is_farther(control, last->ttl) ? last->ttl : -1;
	if (is_server(last))
		return 0;
	return came_to(last, "silence") ? silence_begins(target, control) : -1;
}

/* --- the record ------------------------------------------------------------------------------ */

static void
hop_encode(struct json *j, const struct trace_hop *hop)
{
	json_put_object(j, NULL);
	json_put_int(j, "ttl", hop->ttl);
	json_put_string(j, "outcome", hop->outcome);
	json_put_string(j, "from", hop->from);
	json_put_double(j, "t", hop->t);
	json_put_string(j, "certificate_sha256", hop->certificate_sha256);
	json_put_bool(j, "trusted", hop->trusted);
	json_put_object_end(j);
}

static void
path_encode(struct json *j, const struct trace_path *path)
{
	size_t i;

	json_put_object(j, NULL);
	json_put_string(j, "address", path->address);
	json_put_string(j, "server_name", path->server_name);
	json_put_string(j, "kind", path->kind);
	json_put_array(j, "hops");
	for (i = 0; i < path->nhops; i++)
		hop_encode(j, &path->hops[i]);
	json_put_array_end(j);
	common_encode(j, &path->c);
	json_put_int(j, "attempt", path->c.attempt);
	json_put_object_end(j);
}

void
trace_encode(struct json *j, const struct measurement *m)
{
	size_t i;

	json_put_array(j, "traces");
	for (i = 0; i < m->ntraces; i++)
		path_encode(j, &m->traces[i]);
	json_put_array_end(j);
}

static void
hop_decode(struct json_get *g, const struct node *o, void *item)
{
	struct trace_hop *hop = item;

	hop->ttl = (int)json_get_int(g, o, "ttl", 0, 255, 0);
	hop->outcome = json_get_string(g, o, "outcome");
	hop->from = json_get_string(g, o, "from");
	hop->t = json_get_double(g, o, "t", 0);
	hop->certificate_sha256 = json_get_string(g, o, "certificate_sha256");
	hop->trusted = json_get_bool(g, o, "trusted") == 1;
}

static void
path_decode(struct json_get *g, const struct node *o, void *item)
{
	struct trace_path *path = item;

	path->address = json_get_string(g, o, "address");
	path->server_name = json_get_string(g, o, "server_name");
	path->kind = json_get_string(g, o, "kind");
	JSON_GET_LIST(g, o, "hops", hop_decode, path->hops, path->nhops);
	common_decode(g, o, o, &path->c);
}

void
trace_decode(struct json_get *g, const struct node *x, struct measurement *m)
{
	JSON_GET_LIST(g, x, "traces", path_decode, m->traces, m->ntraces);
}
