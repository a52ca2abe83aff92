/* Events in the record: x_netvane.event, and the names of what can happen. */
#include "results/event.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "results/json_get.h"

static const char *const kind_names[EVENT_KIND_MAX] = {
    [EVENT_ANOMALY_ONSET] = "anomaly_onset",
    [EVENT_ANOMALY_CHANGE] = "anomaly_change",
    [EVENT_ANOMALY_RECOVERY] = "anomaly_recovery",
    [EVENT_CERTIFICATE_CHANGE] = "certificate_change",
    [EVENT_GAP] = "gap",
    [EVENT_QUOTA_DROP] = "quota_drop",
    [EVENT_PROBE_START] = "probe_start",
    [EVENT_PROBE_STOP] = "probe_stop",
    [EVENT_PAUSE] = "pause",
    [EVENT_RESUME] = "resume",
    [EVENT_CONFIG_RELOAD] = "config_reload",
    [EVENT_CONFIG_REJECTED] = "config_rejected",
    [EVENT_DISK_TROUBLE] = "disk_trouble",
    [EVENT_DISK_RECOVERED] = "disk_recovered",
};

static const char *const cause_names[GAP_CAUSE_MAX] = {
    [GAP_POWERED_OFF] = "powered_off",
    [GAP_SUSPENDED] = "suspended",
    [GAP_KILLED] = "killed",
    [GAP_STOPPED] = "stopped",
    [GAP_PAUSED] = "paused",
    [GAP_STALLED] = "stalled",
    [GAP_NO_LINK] = "no_link",
    [GAP_NO_GATEWAY] = "no_gateway",
    [GAP_CAPTIVE_PORTAL] = "captive_portal",
    [GAP_SHUTDOWN] = "shutdown",
    [GAP_FOREIGN_CUT] = "foreign_cut",
    [GAP_NOT_LOOKED] = "not_looked",
    [GAP_CLOCK_STEP] = "clock_step",
    [GAP_UNKNOWN] = "unknown",
};

/* The index of name: 0 for NULL, n for one that is none. */
static size_t
name_find(const char *const *names, size_t n, const char *name)
{
	size_t i;

	if (name == NULL)
		return 0;
	for (i = 1; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return n;
}

const char *
event_kind_name(enum event_kind kind)
{
	return kind_names[kind];
}

enum event_kind
event_kind_find(const char *name)
{
	return (enum event_kind)name_find(kind_names, EVENT_KIND_MAX, name);
}

const char *
gap_cause_name(enum gap_cause cause)
{
	return cause_names[cause];
}

enum gap_cause
gap_cause_find(const char *name)
{
	return (enum gap_cause)name_find(cause_names, GAP_CAUSE_MAX, name);
}

/* --- writing --------------------------------------------------------------------------------- */

static void
put_time(struct json *j, const char *key, int64_t us)
{
	char text[CLOCK_TEXT_SIZE];

	json_put_string(j, key, us != 0 ? clock_rfc3339(us, text) : NULL);
}

/* -1 is unknown. */
static void
put_count(struct json *j, const char *key, int64_t v)
{
	if (v < 0)
		json_put_null(j, key);
	else
		json_put_int(j, key, v);
}

static void
put_bracket(struct json *j, const struct event_bracket *b)
{
	put_time(j, "not_before", b->not_before_us);
	put_time(j, "not_after", b->not_after_us);
}

static void
targets_encode(struct json *j, const struct event_info *e)
{
	size_t i;

	json_put_array(j, "targets");
	for (i = 0; i < e->ntargets; i++) {
		json_put_object(j, NULL);
		json_put_string(j, "url", e->targets[i].url);
		put_bracket(j, &e->targets[i].when);
		json_put_object_end(j);
	}
	json_put_array_end(j);
}

static void
view_encode(struct json *j, const char *key, const struct event_view *v)
{
	if (v->status == VERDICT_NONE) {
		json_put_null(j, key);
		return;
	}
	json_put_object(j, key);
	json_put_string(j, "status", verdict_status_name(v->status));
	json_put_string(j, "stage", verdict_stage_name(v->stage));
	json_put_string(j, "mechanism", mechanism_name(v->mechanism));
	json_put_double(j, "confidence", v->confidence);
	json_put_object_end(j);
}

static void
anomaly_encode(struct json *j, const struct event_anomaly *a)
{
	json_put_object(j, "anomaly");
	json_put_string(j, "id", a->id);
	json_put_bool(j, "intermittent", a->intermittent);
	view_encode(j, "before", &a->before);
	view_encode(j, "after", &a->after);
	json_put_object_end(j);
}

static void
certificate_encode(struct json *j, const struct event_certificate *c)
{
	json_put_object(j, "certificate");
	json_put_string(j, "key", c->key);
	json_put_string(j, "issuer", c->issuer);
	json_put_object_end(j);
}

static void
gap_encode(struct json *j, const struct event_gap *gap)
{
	json_put_object(j, "gap");
	json_put_string(j, "id", gap->id);
	json_put_string(j, "cause", gap_cause_name(gap->cause));
	put_time(j, "from", gap->from_us);
	put_time(j, "until", gap->until_us);
	put_count(j, "from_mono_ns", gap->from_mono_ns);
	put_count(j, "until_mono_ns", gap->until_mono_ns);
	json_put_object(j, "end");
	put_bracket(j, &gap->end);
	json_put_object_end(j);
	json_put_double(j, "suspended_s", gap->suspended_s);
	json_put_double(j, "clock_step_s", gap->clock_step_s);
	json_put_object_end(j);
}

static void
drop_encode(struct json *j, const struct event_drop *drop)
{
	json_put_object(j, "drop");
	json_put_string(j, "day", drop->day);
	put_count(j, "segments", drop->segments);
	put_count(j, "records", drop->records);
	put_count(j, "bytes", drop->bytes);
	json_put_object_end(j);
}

static void
day_encode(struct json *j, const struct event_day *day)
{
	json_put_object(j, "event_day");
	json_put_string(j, "day", day->day);
	json_put_string(j, "text", day->text);
	json_put_string(j, "calendar", day->calendar);
	json_put_object_end(j);
}

/* A part that the event has, or null. */
#define PUT_PART(j, key, part, encode) \
	do { \
		if ((part) != NULL) \
			encode((j), (part)); \
		else \
			json_put_null((j), (key)); \
	} while (0)

void
event_encode(struct json *j, const struct event_info *e)
{
	size_t i;

	json_put_object(j, "event");
	json_put_string(j, "kind", event_kind_name(e->kind));
	json_put_string(j, "what", e->what);
	json_put_string(j, "reason", e->reason);
	targets_encode(j, e);
	put_bracket(j, &e->when);
	json_put_array(j, "evidence");
	for (i = 0; i < e->nevidence; i++)
		json_put_string(j, NULL, e->evidence[i]);
	json_put_array_end(j);
	json_put_int(j, "evidence_dropped", e->evidence_dropped);
	PUT_PART(j, "event_day", e->day, day_encode);
	PUT_PART(j, "anomaly", e->anomaly, anomaly_encode);
	PUT_PART(j, "certificate", e->certificate, certificate_encode);
	PUT_PART(j, "gap", e->gap, gap_encode);
	PUT_PART(j, "drop", e->drop, drop_encode);
	json_put_object_end(j);
}

/* --- reading --------------------------------------------------------------------------------- */

static struct event_bracket
bracket_decode(struct json_get *g, const struct node *o)
{
	return (struct event_bracket){
	    json_get_time(g, o, "not_before", 0), json_get_time(g, o, "not_after", 0)};
}

static void
target_decode(struct json_get *g, const struct node *o, void *item)
{
	struct event_target *t = item;

	t->url = json_get_string(g, o, "url");
	t->when = bracket_decode(g, o);
}

static struct event_view
view_decode(struct json_get *g, const struct node *o)
{
	const char *status = json_get_string(g, o, "status");
	const char *stage = json_get_string(g, o, "stage");
	const char *mechanism = json_get_string(g, o, "mechanism");

	return (struct event_view){
	    .status = (enum verdict_status)json_known(
		g, status, verdict_status_find(status), VERDICT_STATUS_MAX),
	    .stage = (enum verdict_stage)json_known(
		g, stage, verdict_stage_find(stage), VERDICT_STAGE_MAX),
	    .mechanism = (enum mechanism)json_known(
		g, mechanism, mechanism_find(mechanism), MECHANISM_MAX),
	    .confidence = json_get_double(g, o, "confidence", 0),
	};
}

static struct event_anomaly *
anomaly_decode(struct json_get *g, const struct node *o)
{
	struct event_anomaly *a = arena_alloc(g->arena, sizeof(*a));

	a->id = json_get_string(g, o, "id");
	a->intermittent = json_get_bool(g, o, "intermittent") == 1;
	a->before = view_decode(g, json_get_object(g, o, "before"));
	a->after = view_decode(g, json_get_object(g, o, "after"));
	return a;
}

static struct event_certificate *
certificate_decode(struct json_get *g, const struct node *o)
{
	struct event_certificate *c = arena_alloc(g->arena, sizeof(*c));

	c->key = json_get_string(g, o, "key");
	c->issuer = json_get_string(g, o, "issuer");
	return c;
}

static struct event_gap *
gap_decode(struct json_get *g, const struct node *o)
{
	struct event_gap *gap = arena_alloc(g->arena, sizeof(*gap));
	const char *cause = json_get_string(g, o, "cause");

	gap->id = json_get_string(g, o, "id");
	gap->cause = (enum gap_cause)json_known(g, cause, gap_cause_find(cause), GAP_CAUSE_MAX);
	gap->from_us = json_get_time(g, o, "from", 0);
	gap->until_us = json_get_time(g, o, "until", 0);
	gap->from_mono_ns = json_get_int(g, o, "from_mono_ns", 0, INT64_MAX, -1);
	gap->until_mono_ns = json_get_int(g, o, "until_mono_ns", 0, INT64_MAX, -1);
	gap->end = bracket_decode(g, json_get_object(g, o, "end"));
	gap->suspended_s = json_get_double(g, o, "suspended_s", (double)NAN);
	gap->clock_step_s = json_get_double(g, o, "clock_step_s", (double)NAN);
	return gap;
}

static struct event_drop *
drop_decode(struct json_get *g, const struct node *o)
{
	struct event_drop *drop = arena_alloc(g->arena, sizeof(*drop));

	drop->day = json_get_string(g, o, "day");
	drop->segments = json_get_int(g, o, "segments", 0, INT64_MAX, -1);
	drop->records = json_get_int(g, o, "records", 0, INT64_MAX, -1);
	drop->bytes = json_get_int(g, o, "bytes", 0, INT64_MAX, -1);
	return drop;
}

static struct event_day *
day_decode(struct json_get *g, const struct node *o)
{
	struct event_day *day = arena_alloc(g->arena, sizeof(*day));

	day->day = json_get_string(g, o, "day");
	day->text = json_get_string(g, o, "text");
	day->calendar = json_get_string(g, o, "calendar");
	return day;
}

/* The part of that key, or NULL. */
#define GET_PART(g, o, key, decode) \
	(json_get_object((g), (o), (key)) != NULL ? decode((g), node_member((o), (key))) : NULL)

struct event_info *
event_decode(struct json_get *g, const struct node *o)
{
	struct event_info *e = arena_alloc(g->arena, sizeof(*e));
	const char *kind = json_get_string(g, o, "kind");

	e->kind = (enum event_kind)json_known(g, kind, event_kind_find(kind), EVENT_KIND_MAX);
	e->what = json_get_string(g, o, "what");
	e->reason = json_get_string(g, o, "reason");
	JSON_GET_LIST(g, o, "targets", target_decode, e->targets, e->ntargets);
	e->when = bracket_decode(g, o);
	e->evidence = json_get_strings(g, o, "evidence", &e->nevidence);
	e->evidence_dropped = json_get_int(g, o, "evidence_dropped", 0, INT64_MAX, 0);
	e->day = GET_PART(g, o, "event_day", day_decode);
	e->anomaly = GET_PART(g, o, "anomaly", anomaly_decode);
	e->certificate = GET_PART(g, o, "certificate", certificate_decode);
	e->gap = GET_PART(g, o, "gap", gap_decode);
	e->drop = GET_PART(g, o, "drop", drop_decode);
	return e;
}
