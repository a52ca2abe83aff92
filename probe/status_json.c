/* A status as JSON, and back. */
#include "probe/status_json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "probe/status_fields.h"
#include "probe/status_model.h"
#include "results/json_get.h"

/* Of the form; one that readers of this one cannot read gets another number. */
enum { VERSION = 1 };

/* --- writing --------------------------------------------------------------------------------- */

static void
put_time(struct json *j, const char *key, int64_t us)
{
	char text[CLOCK_TEXT_SIZE];

	json_put_string(j, key, us != 0 ? clock_rfc3339(us, text) : NULL);
}

static void
put_number(struct json *j, const char *key, int64_t v)
{
	if (v < 0)
		json_put_null(j, key);
	else
		json_put_int(j, key, v);
}

static void
put_strings(struct json *j, const char *key, char *const *texts, size_t n)
{
	size_t i;

	json_put_array(j, key);
	for (i = 0; i < n; i++)
		json_put_string(j, NULL, texts[i]);
	json_put_array_end(j);
}

static void
put_field(struct json *j, const struct status *st, const struct status_field *field)
{
	const void *at = status_field_of(st, field);

	switch (field->kind) {
	case STATUS_NUMBER:
		put_number(j, field->key, *(const int64_t *)at);
		break;
	case STATUS_TIME:
		put_time(j, field->key, *(const int64_t *)at);
		break;
	case STATUS_FLAG:
		json_put_bool(j, field->key, *(const bool *)at);
		break;
	case STATUS_TEXT:
		json_put_string(j, field->key, *(char *const *)at);
		break;
	}
}

static void
put_section(struct json *j, const struct status *st, const char *section)
{
	const struct status_field *field;
	size_t i;

	for (i = 0; (field = status_field(i)) != NULL; i++)
		if (strcmp(field->section, section) == 0)
			put_field(j, st, field);
}

static void
put_plain_section(struct json *j, const struct status *st, const char *section)
{
	json_put_object(j, section);
	put_section(j, st, section);
	json_put_object_end(j);
}

static void
put_network(struct json *j, const struct status *st)
{
	json_put_object(j, "network");
	json_put_string(j, "state", network_state_name(st->network.state));
	json_put_string(j, "ipv6", ipv6_state_name(st->network.ipv6));
	put_section(j, st, "network");
	put_strings(j, "notes", st->network.notes, st->network.nnotes);
	json_put_object_end(j);
}

static void
put_grid(struct json *j, const struct status_grid *grid)
{
	json_put_object(j, "grid");
	put_time(j, "from", grid->from_us);
	put_number(j, "step_s", grid->step_s);
	json_put_int(j, "n", (int64_t)grid->n);
	json_put_object_end(j);
}

static void
put_cell(struct json *j, const struct status_cell *cell)
{
	enum verdict_status s;

	json_put_object(j, NULL);
	for (s = VERDICT_NONE; s < VERDICT_STATUS_MAX; s++)
		if (cell->counts[s] > 0)
			json_put_int(j, verdict_status_name(s), cell->counts[s]);
	json_put_object_end(j);
}

static void
put_target(struct json *j, const struct status *st, const struct status_target *target)
{
	size_t i;

	json_put_object(j, NULL);
	json_put_string(j, "url", target->url);
	json_put_string(j, "list", target->list);
	json_put_string(j, "status", target->status != VERDICT_NONE ? verdict_status_name(target->status) : NULL);
	json_put_string(j, "stage", verdict_stage_name(target->stage));
	json_put_string(j, "mechanism", mechanism_name(target->mechanism));
	json_put_double(j, "confidence", target->confidence);
	put_time(j, "time", target->measured_us);
	json_put_bool(j, "burst", target->burst);
	json_put_array(j, "cells");
	for (i = 0; target->cells != NULL && i < st->grid.n; i++)
		put_cell(j, &target->cells[i]);
	json_put_array_end(j);
	json_put_object_end(j);
}

static void
put_anomaly(struct json *j, const struct status_anomaly *anomaly)
{
	json_put_object(j, NULL);
	json_put_string(j, "id", anomaly->id);
	put_time(j, "from", anomaly->from_us);
	put_time(j, "until", anomaly->until_us);
	json_put_string(j, "mechanism", mechanism_name(anomaly->mechanism));
	put_strings(j, "targets", anomaly->targets, anomaly->ntargets);
	json_put_string(j, "words", anomaly->words);
	json_put_string(j, "event_day", anomaly->event_day);
	json_put_object_end(j);
}

static void
put_gap(struct json *j, const struct status_gap *gap)
{
	json_put_object(j, NULL);
	put_time(j, "from", gap->from_us);
	put_time(j, "until", gap->until_us);
	json_put_string(j, "cause", gap->cause);
	json_put_object_end(j);
}

static void
put_lists(struct json *j, const struct status *st)
{
	size_t i;

	json_put_array(j, "targets");
	for (i = 0; i < st->ntargets; i++)
		put_target(j, st, &st->targets[i]);
	json_put_array_end(j);
	json_put_array(j, "anomalies");
	for (i = 0; i < st->nanomalies; i++)
		put_anomaly(j, &st->anomalies[i]);
	json_put_array_end(j);
	json_put_array(j, "gaps");
	for (i = 0; i < st->ngaps; i++)
		put_gap(j, &st->gaps[i]);
	json_put_array_end(j);
}

void
status_encode(const struct status *st, struct buf *out)
{
	struct json j;

	json_init(&j, out);
	json_put_object(&j, NULL);
	json_put_int(&j, "netvane_status", VERSION);
	put_time(&j, "time", st->taken_us);
	put_plain_section(&j, st, "probe");
	put_network(&j, st);
	put_plain_section(&j, st, "budget");
	put_plain_section(&j, st, "journal");
	put_plain_section(&j, st, "counters");
	put_grid(&j, &st->grid);
	put_lists(&j, st);
	json_put_object_end(&j);
	buf_putc(out, '\n');
}

/* --- reading --------------------------------------------------------------------------------- */

static void
get_field(struct json_get *g, const struct node *o, struct status *st, const struct status_field *field)
{
	void *at = status_field_at(st, field);

	switch (field->kind) {
	case STATUS_NUMBER:
		*(int64_t *)at = json_get_int(g, o, field->key, 0, INT64_MAX, -1);
		break;
	case STATUS_TIME:
		*(int64_t *)at = json_get_time(g, o, field->key, 0);
		break;
	case STATUS_FLAG:
		*(bool *)at = json_get_bool(g, o, field->key) == 1;
		break;
	case STATUS_TEXT:
		*(char **)at = json_get_string(g, o, field->key);
		break;
	}
}

static void
get_sections(struct json_get *g, const struct node *root, struct status *st)
{
	const struct status_field *field;
	size_t i;

	for (i = 0; (field = status_field(i)) != NULL; i++)
		get_field(g, json_get_object(g, root, field->section), st, field);
}

static void
get_network(struct json_get *g, const struct node *root, struct status_network *network)
{
	const struct node *o = json_get_object(g, root, "network");
	const char *state = json_get_string(g, o, "state"), *ipv6 = json_get_string(g, o, "ipv6");

	network->state = json_known(g, state, network_state_find(state), NETWORK_STATE_MAX);
	network->ipv6 = json_known(g, ipv6, ipv6_state_find(ipv6), IPV6_STATE_MAX);
	network->notes = json_get_strings(g, o, "notes", &network->nnotes);
}

/* All of it, or none: whoever looks at a grid divides by its step. */
static void
get_grid(struct json_get *g, const struct node *root, struct status_grid *grid)
{
	enum { LONGEST_S = 366 * 86400 };
	const struct node *o = json_get_object(g, root, "grid");

	grid->from_us = json_get_time(g, o, "from", 0);
	grid->step_s = json_get_int(g, o, "step_s", 1, LONGEST_S, 0);
	grid->n = (size_t)json_get_int(g, o, "n", 0, STATUS_CELLS_MAX, 0);
	if (grid->from_us <= 0 || grid->step_s == 0)
		*grid = (struct status_grid){0, 0, 0};
}

static struct status_cell *
get_cells(struct json_get *g, const struct node *o, size_t n)
{
	struct node_walk walk = node_items(json_get_array(g, o, "cells"));
	const struct node *cell;
	struct status_cell *cells;
	enum verdict_status s;
	size_t i;

	if (walk.left == 0)
		return NULL;
	if (walk.left != n) {
		g->oddities++;
		return NULL;
	}
	cells = arena_alloc(g->arena, n * sizeof(*cells));
	for (i = 0; (cell = node_next(&walk)) != NULL; i++)
		for (s = VERDICT_NONE; s < VERDICT_STATUS_MAX; s++)
			cells[i].counts[s] = (uint32_t)json_get_int(
			    g, cell, verdict_status_name(s), 0, UINT32_MAX, 0);
	return cells;
}

static void
target_decode(struct json_get *g, const struct node *o, void *item)
{
	struct status_target *target = item;
	const char *status = json_get_string(g, o, "status"), *stage = json_get_string(g, o, "stage");
	const char *mechanism = json_get_string(g, o, "mechanism");

	target->url = json_get_string(g, o, "url");
	target->list = json_get_string(g, o, "list");
	target->status = json_known(g, status, verdict_status_find(status), VERDICT_STATUS_MAX);
	target->stage = json_known(g, stage, verdict_stage_find(stage), VERDICT_STAGE_MAX);
	target->mechanism = json_known(g, mechanism, mechanism_find(mechanism), MECHANISM_MAX);
	target->confidence = json_get_double(g, o, "confidence", 0);
	if (!(target->confidence >= 0 && target->confidence <= 1))
		target->confidence = 0;
	target->measured_us = json_get_time(g, o, "time", 0);
	target->burst = json_get_bool(g, o, "burst") == 1;
}

/* The targets' cells are as many as the grid says, which the decoders of single items do not know. */
static void
get_targets(struct json_get *g, const struct node *root, struct status *st)
{
	struct node_walk walk = node_items(json_get_array(g, root, "targets"));
	const struct node *o;

	while ((o = node_next(&walk)) != NULL) {
		if (!node_is(o, NODE_OBJECT)) {
			g->oddities++;
			continue;
		}
		target_decode(g, o, ARENA_PUSH(st->arena, st->targets, st->ntargets));
		st->targets[st->ntargets - 1].cells = get_cells(g, o, st->grid.n);
	}
}

static void
anomaly_decode(struct json_get *g, const struct node *o, void *item)
{
	struct status_anomaly *anomaly = item;
	const char *mechanism = json_get_string(g, o, "mechanism");

	anomaly->id = json_get_string(g, o, "id");
	anomaly->from_us = json_get_time(g, o, "from", 0);
	anomaly->until_us = json_get_time(g, o, "until", 0);
	anomaly->mechanism = json_known(g, mechanism, mechanism_find(mechanism), MECHANISM_MAX);
	anomaly->targets = json_get_strings(g, o, "targets", &anomaly->ntargets);
	anomaly->words = json_get_string(g, o, "words");
	anomaly->event_day = json_get_string(g, o, "event_day");
}

static void
gap_decode(struct json_get *g, const struct node *o, void *item)
{
	struct status_gap *gap = item;

	gap->from_us = json_get_time(g, o, "from", 0);
	gap->until_us = json_get_time(g, o, "until", 0);
	gap->cause = json_get_string(g, o, "cause");
}

static struct status *
root_decode(const struct node *root)
{
	struct status *st = status_new();
	struct json_get g = {.arena = st->arena, .ours = true};

	st->taken_us = json_get_time(&g, root, "time", 0);
	get_sections(&g, root, st);
	get_network(&g, root, &st->network);
	get_grid(&g, root, &st->grid);
	get_targets(&g, root, st);
	JSON_GET_LIST(&g, root, "anomalies", anomaly_decode, st->anomalies, st->nanomalies);
	JSON_GET_LIST(&g, root, "gaps", gap_decode, st->gaps, st->ngaps);
	return st;
}

struct status *
status_decode(const char *json, size_t len, char *error, size_t size)
{
	struct status *st = NULL;
	struct json_doc *doc = json_doc_new();
	const struct node *root = json_doc_parse(doc, json, len, false, error, size);
	const struct node *number = node_member(root, "netvane_status");
	int64_t version = node_is(number, NODE_INTEGER) ? number->integer : 0;

	if (root == NULL)
		; /* said already */
	else if (version == VERSION)
		st = root_decode(root);
	else if (version == 0)
		snprintf(error, size, "no status of netvane: it has no netvane_status");
	else
		snprintf(error, size, "a status of another form, %lld; this netvane reads %d", (long long)version, VERSION);
	json_doc_free(doc);
	return st;
}
