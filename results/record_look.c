/* A quick look at a line of the journal. */
#include "results/record_look.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

/* NULL: it is no text. */
static const char *
text(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static bool
is_one_of(const char *word, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strcmp(word, *words) == 0)
			return true;
	return false;
}

/* A verdict under which there is nothing to see; a target without one was not judged, and tells nothing. */
static bool
target_is_odd(const json_t *x)
{
	static const char *const plain[] = {"ok", "down", "none", NULL};
	const json_t *verdict = json_object_get(x, "verdict");
	const char *status = text(verdict, "status");

	if (verdict == NULL || json_is_null(verdict))
		return false;
	return status == NULL || !is_one_of(status, plain);
}

static bool
round_is_odd(const json_t *x)
{
	static const char *const cut[] = {"captive_portal", "foreign_cut", "shutdown", NULL};
	const char *state = text(json_object_get(x, "network"), "state");

	return state == NULL || is_one_of(state, cut);
}

static bool
event_is_odd(const json_t *x)
{
	const char *kind = text(json_object_get(x, "event"), "kind");

	return kind == NULL || strncmp(kind, "anomaly", 7) == 0;
}

static const struct kind {
	const char *test_name;
	bool (*is_odd)(const json_t *x);
	bool target, event;
} kinds[] = {
    {"web_connectivity", target_is_odd, true, false},
    {"netvane_round", round_is_odd, false, false},
    {"netvane_event", event_is_odd, false, true},
};

static const struct kind *
kind_of(const json_t *record)
{
	const char *name = text(record, "test_name");
	size_t i;

	for (i = 0; name != NULL && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].test_name, name) == 0)
			return &kinds[i];
	return NULL;
}

static void
take_id(char out[RECORD_LOOK_ID_SIZE], const char *id)
{
	if (id != NULL && strlen(id) < RECORD_LOOK_ID_SIZE)
		snprintf(out, RECORD_LOOK_ID_SIZE, "%s", id);
}

void
record_look(const char *line, size_t len, struct record_look *look)
{
	json_t *record = json_loadb(line, len, 0, NULL);
	const json_t *x = json_object_get(json_object_get(record, "test_keys"), "x_netvane");
	const struct kind *kind = json_is_object(x) ? kind_of(record) : NULL;

	*look = (struct record_look){.odd = true};
	if (kind != NULL) {
		look->odd = kind->is_odd(x);
		look->target = kind->target;
		look->event = kind->event;
		take_id(look->id, text(record, "id"));
		take_id(look->round, text(x, "round_id"));
	}
	json_decref(record);
}

void
record_look_at_piece(const struct record_piece *piece, struct record_look *look)
{
	if (piece->first && piece->last)
		record_look(piece->data, piece->len, look);
	else
		*look = (struct record_look){.odd = true};
}
