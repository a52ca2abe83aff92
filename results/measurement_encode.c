/*
 * The record's outside: OONI's envelope, the verdict keys, and test_keys.x_netvane. The lists of
 * observations are written by observations_encode.c. docs/format.md describes every key.
 */
#include "results/measurement.h"

#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "results/baseline.h"
#include "results/event.h"
#include "results/observations.h"
#include "results/vantage.h"
#include "results/quic_ping.h"
#include "results/trace_path.h"

static bool
has_lists(const struct measurement *m)
{
	return (m->round == NULL && m->event == NULL) || m->nqueries > 0 || m->nduplicates > 0 || m->ntcp > 0 ||
	       m->ntls > 0 || m->nevents > 0 || m->nrequests > 0;
}

static void
extensions_encode(struct json *j, bool lists)
{
	static const char *const names[] = {
	    "dnst", "httpt", "netevents", "tcpconnect", "tlshandshake"};
	size_t i;

	json_put_object(j, "extensions");
	for (i = 0; lists && i < sizeof(names) / sizeof(names[0]); i++)
		json_put_int(j, names[i], 0);
	json_put_object_end(j);
}

static void
envelope_encode(struct json *j, const struct measurement *m)
{
	char text[CLOCK_TEXT_SIZE];
	size_t i;

	json_put_object(j, "annotations");
	for (i = 0; i < m->nannotations; i++)
		json_put_string(j, m->annotations[i].key, m->annotations[i].value);
	json_put_object_end(j);
	json_put_string(j, "data_format_version", "0.2.0");
	extensions_encode(j, has_lists(m));
	json_put_string(j, "id", m->id);
	json_put_string(j, "input", m->input);
	json_put_string(j, "measurement_start_time", clock_ooni(m->start_us, text));
	json_put_array(j, "options");
	json_put_array_end(j);
	json_put_string(j, "probe_asn", m->probe_asn);
	json_put_string(j, "probe_cc", m->probe_cc);
	json_put_string(j, "probe_ip", "127.0.0.1"); /* never the real one */
	json_put_string(j, "probe_network_name", m->probe_network_name);
	json_put_string(j, "report_id", m->report_id);
	json_put_string(j, "resolver_asn", m->resolver_asn);
	json_put_string(j, "resolver_ip", m->resolver_ip);
	json_put_string(j, "resolver_network_name", m->resolver_network_name);
	json_put_string(j, "software_name", m->software_name);
	json_put_string(j, "software_version", m->software_version);
	json_put_object(j, "test_helpers");
	json_put_object_end(j);
	json_put_string(j, "test_name", m->test_name);
	json_put_double(j, "test_runtime", m->runtime);
	json_put_string(j, "test_start_time", clock_ooni(m->round_start_us, text));
	json_put_string(j, "test_version", m->test_version);
}

static void
resolvers_encode(struct json *j, const struct context *c)
{
	const struct resolver_health *r;
	size_t i;

	json_put_array(j, "resolvers");
	for (i = 0; i < c->nresolvers; i++) {
		r = &c->resolvers[i];
		json_put_object(j, NULL);
		json_put_string(j, "address", r->address);
		json_put_string(j, "role", resolver_role_name(r->role));
		json_put_int(j, "asked", r->asked);
		json_put_int(j, "answered", r->answered);
		json_put_int(j, "silent", r->silent);
		json_put_int(j, "untrusted", r->untrusted);
		json_put_object_end(j);
	}
	json_put_array_end(j);
}

/* The members that a target's "context" and a round's "network" share. */
static void
context_encode(struct json *j, const struct context *c)
{
	json_put_string(j, "state", network_state_name(c->network));
	json_put_string(j, "ipv6", ipv6_state_name(c->ipv6));
	json_put_bool(j, "local_interception", c->local_interception);
	json_put_int(j, "foreign_asked", c->foreign_asked);
	json_put_int(j, "foreign_ok", c->foreign_ok);
	json_put_int(j, "domestic_asked", c->domestic_asked);
	json_put_int(j, "domestic_ok", c->domestic_ok);
	json_put_int(j, "others_ok", c->others_ok);
	resolvers_encode(j, c);
	json_put_int(j, "same_issuer", c->same_issuer);
	json_put_int(j, "same_issuer_abroad", c->same_issuer_abroad);
	json_put_int(j, "same_page", c->same_page);
	json_put_int(j, "same_address", c->same_address);
	json_put_int(j, "usual_n", c->usual_n);
	json_put_double(j, "usual_rate", c->usual_rate);
	json_put_double(j, "usual_handshake_s", c->usual_handshake_s);
}

static void
verdict_encode(struct json *j, const struct verdict *v)
{
	size_t i;

	if (v->status == VERDICT_NONE) {
		json_put_null(j, "verdict");
		return;
	}
	json_put_object(j, "verdict");
	json_put_string(j, "status", verdict_status_name(v->status));
	json_put_string(j, "stage", verdict_stage_name(v->stage));
	json_put_string(j, "mechanism", mechanism_name(v->mechanism));
	json_put_double(j, "confidence", v->confidence);
	json_put_array(j, "evidence");
	for (i = 0; i < v->nevidence; i++)
		json_put_string(j, NULL, v->evidence[i]);
	json_put_array_end(j);
	json_put_string(j, "rules", v->rules);
	json_put_object_end(j);
}

static void
controls_encode(struct json *j, const struct round_info *r)
{
	const struct control_outcome *c;
	size_t i;

	json_put_array(j, "controls");
	for (i = 0; i < r->ncontrols; i++) {
		c = &r->controls[i];
		json_put_object(j, NULL);
		json_put_string(j, "url", c->url);
		json_put_string(j, "kind", c->kind);
		json_put_string(j, "phase", c->phase);
		json_put_bool(j, "ok", c->ok);
		json_put_string(j, "failure", c->failure);
		json_put_bool(j, "untrusted", c->untrusted);
		if (c->code != 0)
			json_put_int(j, "code", c->code);
		else
			json_put_null(j, "code");
		json_put_object_end(j);
	}
	json_put_array_end(j);
}

static void
roots_encode(struct json *j, const struct round_info *r)
{
	size_t i;

	json_put_object(j, "roots");
	json_put_string(j, "source", r->roots);
	json_put_int(j, "count", r->nroots);
	json_put_array(j, "added");
	for (i = 0; i < r->nadded_roots; i++)
		json_put_string(j, NULL, r->added_roots[i]);
	json_put_array_end(j);
	json_put_object_end(j);
}

static void
round_encode(struct json *j, const struct round_info *r)
{
	size_t i;

	json_put_object(j, "round");
	json_put_bool(j, "complete", r->complete);
	json_put_int(j, "targets", r->targets);
	json_put_int(j, "measured", r->measured);
	json_put_object(j, "counts");
	for (i = 0; i < VERDICT_STATUS_MAX; i++)
		json_put_int(j, verdict_status_name((enum verdict_status)i), r->counts[i]);
	json_put_object_end(j);
	json_put_int(j, "bytes_in", r->bytes_in);
	json_put_int(j, "bytes_out", r->bytes_out);
	if (r->since_last_s < 0)
		json_put_null(j, "since_last_s");
	else
		json_put_double(j, "since_last_s", r->since_last_s);
	json_put_double(j, "clock_offset_s", r->clock_offset_s);
	roots_encode(j, r);
	controls_encode(j, r);
	json_put_array(j, "skipped");
	for (i = 0; i < r->nskipped; i++) {
		json_put_object(j, NULL);
		json_put_string(j, "what", r->skipped[i].what);
		json_put_string(j, "why", r->skipped[i].why);
		json_put_object_end(j);
	}
	json_put_array_end(j);
	json_put_array(j, "notes");
	for (i = 0; i < r->nnotes; i++)
		json_put_string(j, NULL, r->notes[i]);
	json_put_array_end(j);
	json_put_object_end(j);
}

/* What tests an explanation stands apart: OONI's readers take every handshake of theirs for the target's. */
static void
confirm_encode(struct json *j, const struct measurement *confirm)
{
	if (confirm == NULL) {
		json_put_null(j, "confirm");
		return;
	}
	json_put_object(j, "confirm");
	observations_encode(j, confirm);
	json_put_object_end(j);
}

/* What a target's record and a round's have, each in its way. */
static void
seen_encode(struct json *j, const struct measurement *m)
{
	json_put_object(j, m->round != NULL ? "network" : "context");
	context_encode(j, &m->context);
	if (m->round != NULL) {
		encode_known_bool(j, "gateway", m->round->gateway);
		encode_known_bool(j, "link", m->round->link);
	}
	json_put_object_end(j);
	confirm_encode(j, m->confirm);
	if (m->round != NULL)
		round_encode(j, m->round);
	else {
		baseline_encode(j, m->baseline);
		verdict_encode(j, &m->verdict);
		quic_encode(j, m);
		trace_encode(j, m);
	}
}

static void
x_encode(struct json *j, const struct measurement *m)
{
	char text[CLOCK_TEXT_SIZE];

	json_put_object(j, "x_netvane");
	json_put_string(j, "time", clock_rfc3339(m->start_us, text));
	json_put_string(j, "round_time", clock_rfc3339(m->round_start_us, text));
	json_put_int(j, "mono_ns", m->start_mono_ns);
	json_put_string(j, "round_id", m->round_id);
	json_put_string(j, "list", m->list);
	json_put_string(j, "category", m->category);
	json_put_string(j, "role", m->role);
	if (m->event != NULL)
		event_encode(j, m->event);
	else
		seen_encode(j, m);
	json_put_object_end(j);
}

void
measurement_encode(const struct measurement *m, struct buf *out)
{
	struct json j;

	json_init(&j, out);
	json_put_object(&j, NULL);
	envelope_encode(&j, m);
	json_put_object(&j, "test_keys");
	if (has_lists(m)) {
		observations_encode(&j, m);
		ooni_keys_encode(&j, &m->ooni);
		vantage_encode(&j, m);
	}
	if (m->has_x)
		x_encode(&j, m);
	json_put_object_end(&j);
	json_put_object_end(&j);
	buf_putc(out, '\n');
}
