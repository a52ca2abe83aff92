/*
 * Reads a record, of ours or of OONI's: the envelope, the verdict keys, and x_netvane. The lists
 * of observations are read by observations_decode.c.
 */
#include "results/measurement.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "results/baseline.h"
#include "results/event.h"
#include "results/json_get.h"
#include "results/observations.h"
#include "results/vantage.h"
#include "results/quic_ping.h"
#include "results/trace_path.h"

static void
annotations_decode(struct json_get *g, const struct node *root, struct measurement *m)
{
	struct node_walk walk = node_items(json_get_object(g, root, "annotations"));
	const struct node *value;
	struct annotation *a;
	char *text;

	while ((value = node_next(&walk)) != NULL) {
		text = json_value_string(g, value);
		if (text == NULL && !node_is(value, NODE_NULL))
			continue;
		a = ARENA_PUSH(g->arena, m->annotations, m->nannotations);
		a->key = arena_strdup(g->arena, walk.key);
		a->value = text;
	}
}

static void
envelope_decode(struct json_get *g, const struct node *root, struct measurement *m)
{
	annotations_decode(g, root, m);
	m->id = json_get_string(g, root, "id");
	m->input = json_get_string(g, root, "input");
	if (node_member(root, "measurement_start_time") == NULL)
		g->oddities++; /* a record without its time is of little use */
	m->start_us = json_get_time(g, root, "measurement_start_time", 0);
	m->round_start_us = json_get_time(g, root, "test_start_time", m->start_us);
	m->runtime = json_get_double(g, root, "test_runtime", 0);
	m->test_version = json_get_string(g, root, "test_version");
	m->probe_asn = json_get_string(g, root, "probe_asn");
	m->probe_cc = json_get_string(g, root, "probe_cc");
	m->probe_network_name = json_get_string(g, root, "probe_network_name");
	m->resolver_asn = json_get_string(g, root, "resolver_asn");
	m->resolver_ip = json_get_string(g, root, "resolver_ip");
	m->resolver_network_name = json_get_string(g, root, "resolver_network_name");
	m->uid = json_get_string(g, root, "measurement_uid");
	m->report_id = json_get_string(g, root, "report_id");
	m->software_name = json_get_string(g, root, "software_name");
	m->software_version = json_get_string(g, root, "software_version");
}

static void
resolver_decode(struct json_get *g, const struct node *o, void *item)
{
	struct resolver_health *r = item;
	const char *role = json_get_string(g, o, "role");

	r->address = json_get_string(g, o, "address");
	r->role =
	    (enum resolver_role)json_known(g, role, resolver_role_find(role), RESOLVER_ROLE_MAX);
	r->asked = (int)json_get_int(g, o, "asked", 0, INT32_MAX, 0);
	r->answered = (int)json_get_int(g, o, "answered", 0, INT32_MAX, 0);
	r->silent = (int)json_get_int(g, o, "silent", 0, INT32_MAX, 0);
	r->untrusted = (int)json_get_int(g, o, "untrusted", 0, INT32_MAX, 0);
}

static void
context_decode(struct json_get *g, const struct node *o, struct context *c)
{
	const char *state = json_get_string(g, o, "state"), *ipv6 = json_get_string(g, o, "ipv6");

	c->network =
	    (enum network_state)json_known(g, state, network_state_find(state), NETWORK_STATE_MAX);
	c->ipv6 = (enum ipv6_state)json_known(g, ipv6, ipv6_state_find(ipv6), IPV6_STATE_MAX);
	c->local_interception = json_get_bool(g, o, "local_interception") == 1;
	c->foreign_asked = (int)json_get_int(g, o, "foreign_asked", 0, INT32_MAX, 0);
	c->foreign_ok = (int)json_get_int(g, o, "foreign_ok", 0, INT32_MAX, 0);
	c->domestic_asked = (int)json_get_int(g, o, "domestic_asked", 0, INT32_MAX, 0);
	c->domestic_ok = (int)json_get_int(g, o, "domestic_ok", 0, INT32_MAX, 0);
	c->others_ok = (int)json_get_int(g, o, "others_ok", 0, INT32_MAX, 0);
	JSON_GET_LIST(g, o, "resolvers", resolver_decode, c->resolvers, c->nresolvers);
	c->same_issuer = (int)json_get_int(g, o, "same_issuer", 0, INT32_MAX, 0);
	c->same_issuer_abroad = (int)json_get_int(g, o, "same_issuer_abroad", 0, INT32_MAX, 0);
	c->same_page = (int)json_get_int(g, o, "same_page", 0, INT32_MAX, 0);
	c->same_address = (int)json_get_int(g, o, "same_address", 0, INT32_MAX, 0);
	c->usual_n = (int)json_get_int(g, o, "usual_n", 0, INT32_MAX, 0);
	c->usual_rate = json_get_double(g, o, "usual_rate", (double)NAN);
	c->usual_handshake_s = json_get_double(g, o, "usual_handshake_s", (double)NAN);
}

static void
verdict_decode(struct json_get *g, const struct node *o, struct verdict *v)
{
	const char *status = json_get_string(g, o, "status");
	const char *stage = json_get_string(g, o, "stage");
	const char *mechanism = json_get_string(g, o, "mechanism");
	char **evidence;
	size_t n, i;

	v->status = (enum verdict_status)json_known(
	    g, status, verdict_status_find(status), VERDICT_STATUS_MAX);
	v->stage =
	    (enum verdict_stage)json_known(g, stage, verdict_stage_find(stage), VERDICT_STAGE_MAX);
	v->mechanism =
	    (enum mechanism)json_known(g, mechanism, mechanism_find(mechanism), MECHANISM_MAX);
	v->confidence = json_get_double(g, o, "confidence", 0);
	evidence = json_get_strings(g, o, "evidence", &n);
	for (i = 0; i < n; i++)
		*ARENA_PUSH(g->arena, v->evidence, v->nevidence) = evidence[i];
	v->rules = json_get_string(g, o, "rules");
}

static void
control_decode(struct json_get *g, const struct node *o, void *item)
{
	struct control_outcome *c = item;

	c->url = json_get_string(g, o, "url");
	c->kind = json_get_string(g, o, "kind");
	c->phase = json_get_string(g, o, "phase");
	c->ok = json_get_bool(g, o, "ok") == 1;
	c->failure = json_get_string(g, o, "failure");
	c->untrusted = json_get_bool(g, o, "untrusted") == 1;
	c->code = (int)json_get_int(g, o, "code", 0, 999, 0);
}

static void
skipped_decode(struct json_get *g, const struct node *o, void *item)
{
	struct skipped *s = item;

	s->what = json_get_string(g, o, "what");
	s->why = json_get_string(g, o, "why");
}

static struct round_info *
round_decode(struct json_get *g, const struct node *o, const struct node *network)
{
	const struct node *counts = json_get_object(g, o, "counts");
	const struct node *roots = json_get_object(g, o, "roots");
	struct round_info *r = arena_alloc(g->arena, sizeof(*r));
	char **notes;
	size_t n, i;

	r->complete = json_get_bool(g, o, "complete") == 1;
	r->targets = json_get_int(g, o, "targets", 0, INT64_MAX, 0);
	r->measured = json_get_int(g, o, "measured", 0, INT64_MAX, 0);
	for (i = 0; i < VERDICT_STATUS_MAX; i++)
		r->counts[i] = json_get_int(
		    g, counts, verdict_status_name((enum verdict_status)i), 0, INT64_MAX, 0);
	r->bytes_in = json_get_int(g, o, "bytes_in", 0, INT64_MAX, 0);
	r->bytes_out = json_get_int(g, o, "bytes_out", 0, INT64_MAX, 0);
	r->since_last_s = json_get_double(g, o, "since_last_s", -1);
	r->clock_offset_s = json_get_double(g, o, "clock_offset_s", (double)NAN);
	r->gateway = json_get_bool(g, network, "gateway");
	r->link = json_get_bool(g, network, "link");
	r->roots = json_get_string(g, roots, "source");
	r->nroots = json_get_int(g, roots, "count", 0, INT64_MAX, 0);
	r->added_roots = json_get_strings(g, roots, "added", &r->nadded_roots);
	JSON_GET_LIST(g, o, "controls", control_decode, r->controls, r->ncontrols);
	JSON_GET_LIST(g, o, "skipped", skipped_decode, r->skipped, r->nskipped);
	notes = json_get_strings(g, o, "notes", &n);
	for (i = 0; i < n; i++)
		*ARENA_PUSH(g->arena, r->notes, r->nnotes) = notes[i];
	return r;
}

/* What a target's record and a round's have, each in its way. */
static void
seen_decode(struct json_get *g, const struct node *x, struct measurement *m)
{
	const struct node *round = json_get_object(g, x, "round");
	const struct node *context = json_get_object(g, x, round != NULL ? "network" : "context");
	const struct node *confirm;

	context_decode(g, context, &m->context);
	if (round != NULL)
		m->round = round_decode(g, round, context);
	else {
		m->baseline = baseline_decode(g, x);
		verdict_decode(g, json_get_object(g, x, "verdict"), &m->verdict);
		quic_decode(g, x, m);
		trace_decode(g, x, m);
	}
	confirm = json_get_object(g, x, "confirm");
	if (confirm != NULL)
		observations_decode(g, confirm, measurement_confirm(m));
}

static void
x_decode(struct json_get *g, const struct node *x, struct measurement *m)
{
	const struct node *event = json_get_object(g, x, "event");

	m->start_us = json_get_time(g, x, "time", m->start_us);
	m->round_start_us = json_get_time(g, x, "round_time", m->round_start_us);
	m->start_mono_ns = json_get_int(g, x, "mono_ns", INT64_MIN, INT64_MAX, 0);
	m->round_id = json_get_string(g, x, "round_id");
	m->list = json_get_string(g, x, "list");
	m->category = json_get_string(g, x, "category");
	m->role = json_get_string(g, x, "role");
	if (event != NULL)
		m->event = event_decode(g, event);
	else
		seen_decode(g, x, m);
}

static void
brief_x_decode(struct json_get *g, const struct node *x, struct measurement *m)
{
	const struct node *round = json_get_object(g, x, "round");
	const char *state;

	m->start_us = json_get_time(g, x, "time", m->start_us);
	m->role = json_get_string(g, x, "role");
	verdict_decode(g, json_get_object(g, x, "verdict"), &m->verdict);
	if (round == NULL)
		return;
	state = json_get_string(g, json_get_object(g, x, "network"), "state");
	m->context.network =
	    (enum network_state)json_known(g, state, network_state_find(state), NETWORK_STATE_MAX);
}

static void
brief_decode(struct json_get *g, const struct node *root, const struct node *keys,
    struct measurement *m)
{
	const struct node *x = json_get_object(g, keys, "x_netvane");

	m->input = json_get_string(g, root, "input");
	m->start_us = json_get_time(g, root, "measurement_start_time", 0);
	m->probe_asn = json_get_string(g, root, "probe_asn");
	m->probe_cc = json_get_string(g, root, "probe_cc");
	m->report_id = json_get_string(g, root, "report_id");
	m->uid = json_get_string(g, root, "measurement_uid");
	m->has_x = g->ours = x != NULL;
	if (x == NULL) {
		ooni_keys_decode(g, keys, &m->ooni);
		return;
	}
	m->id = json_get_string(g, root, "id");
	brief_x_decode(g, x, m);
}

static void
full_decode(struct json_get *g, const struct node *root, const struct node *keys,
    struct measurement *m)
{
	const struct node *x;

	envelope_decode(g, root, m);
	if (keys == NULL)
		g->oddities++;
	x = json_get_object(g, keys, "x_netvane");
	m->has_x = g->ours = x != NULL;
	observations_decode(g, keys, m);
	ooni_keys_decode(g, keys, &m->ooni);
	vantage_decode(g, keys, m);
	if (x != NULL)
		x_decode(g, x, m);
}

static struct measurement *
root_decode(const struct node *root, enum measurement_depth depth, size_t *oddities)
{
	struct measurement *m = measurement_new();
	struct json_get g = {.arena = m->arena};
	const struct node *keys;

	m->test_name = json_get_string(&g, root, "test_name");
	if (m->test_name == NULL || m->test_name[0] == '\0') {
		measurement_free(m);
		return NULL;
	}
	keys = json_get_object(&g, root, "test_keys");
	(depth == MEASUREMENT_FULL ? full_decode : brief_decode)(&g, root, keys, m);
	if (oddities != NULL)
		*oddities = g.oddities;
	return m;
}

struct measurement *
measurement_of(const struct node *root, enum measurement_depth depth, size_t *oddities,
    char *error, size_t size)
{
	struct measurement *m = NULL;

	if (!node_is(root, NODE_OBJECT))
		snprintf(error, size, "not a JSON object");
	else if ((m = root_decode(root, depth, oddities)) == NULL)
		snprintf(error, size, "no measurement: it has no test_name");
	return m;
}

struct measurement *
measurement_decode(const char *json, size_t len, size_t *oddities, char *error, size_t size)
{
	struct json_doc *doc = json_doc_new();
	const struct node *root = json_doc_parse(doc, json, len, false, error, size);
	struct measurement *m = root != NULL ? measurement_of(root, MEASUREMENT_FULL, oddities, error, size) : NULL;

	json_doc_free(doc);
	return m;
}
