/*
 * The detector's memory out of what anomaly_save.c wrote. The text may come from a damaged disk: it is read as a stranger's would
 * be, and what is wrong in it is left unknown.
 */
#include "probe/anomaly_state.h"

#include <string.h>

#include "base/mem.h"
#include "results/json_get.h"

/* Numbers that can be added to and taken from each other. */
#define MOST_US (INT64_C(400000000000) * 1000000)
#define MOST_NS (INT64_MAX / 4)

/* Into a field of that size; what does not fit is no text of ours. */
static void
get_text(struct json_get *g, const struct node *o, const char *key, char *out, size_t size)
{
	const char *text = json_get_string(g, o, key);

	if (text == NULL)
		return;
	if (strlen(text) >= size)
		g->oddities++;
	else
		memcpy(out, text, strlen(text) + 1);
}

#define GET_TEXT(g, o, key, field) get_text((g), (o), (key), (field), sizeof(field))

static int64_t
item_int(struct json_get *g, const struct node *array, size_t i, int64_t most)
{
	const struct node *value = node_at(array, i);

	if (node_is(value, NODE_INTEGER) && value->integer >= 0 && value->integer <= most)
		return value->integer;
	g->oddities++;
	return 0;
}

static int
get_count(struct json_get *g, const struct node *o, const char *key, int most)
{
	return (int)json_get_int(g, o, key, 0, most, 0);
}

static struct moment
get_moment(struct json_get *g, const struct node *o, const char *key)
{
	const struct node *array = json_get_array(g, o, key);

	if (array == NULL)
		return (struct moment){0};
	return (struct moment){item_int(g, array, 0, MOST_US), item_int(g, array, 1, MOST_NS)};
}

static struct event_bracket
get_bracket(struct json_get *g, const struct node *o, const char *key)
{
	const struct node *array = json_get_array(g, o, key);

	if (array == NULL)
		return (struct event_bracket){0};
	return (struct event_bracket){item_int(g, array, 0, MOST_US), item_int(g, array, 1, MOST_US)};
}

static struct event_view
get_view(struct json_get *g, const struct node *o, const char *key)
{
	const struct node *view = json_get_object(g, o, key);
	const char *status = json_get_string(g, view, "status");
	const char *stage = json_get_string(g, view, "stage");
	const char *mechanism = json_get_string(g, view, "mechanism");

	return (struct event_view){
	    .status = (enum verdict_status)json_known(g, status, verdict_status_find(status), VERDICT_STATUS_MAX),
	    .stage = (enum verdict_stage)json_known(g, stage, verdict_stage_find(stage), VERDICT_STAGE_MAX),
	    .mechanism = (enum mechanism)json_known(g, mechanism, mechanism_find(mechanism), MECHANISM_MAX),
	    .confidence = json_get_double(g, view, "confidence", 0),
	};
}

static struct glimpse
get_glimpse(struct json_get *g, const struct node *parent, const char *key)
{
	const struct node *o = json_get_object(g, parent, key);
	struct glimpse glimpse = {.start = get_moment(g, o, "start")};

	if (glimpse.start.us == 0)
		return (struct glimpse){0};
	glimpse.end_us = json_get_int(g, o, "end", 0, MOST_US, 0);
	glimpse.view = get_view(g, o, "view");
	GET_TEXT(g, o, "record", glimpse.record);
	GET_TEXT(g, o, "round", glimpse.round);
	return glimpse;
}

static void
get_window(struct json_get *g, const struct node *o, struct watched *w)
{
	struct node_walk walk = node_items(json_get_array(g, o, "window"));
	const struct node *item;

	while ((item = node_next(&walk)) != NULL) {
		struct seen *seen = &w->window[w->nwindow];

		if (w->nwindow == ANOMALY_WINDOW_MOST) {
			g->oddities++;
			return;
		}
		seen->it = get_glimpse(g, item, "bad");
		seen->bad = seen->it.start.us != 0;
		if (seen->bad)
			seen->good = get_glimpse(g, item, "good");
		w->nwindow++;
	}
}

static void
get_stranger(struct json_get *g, const struct node *parent, struct stranger *s)
{
	const struct node *o = json_get_object(g, parent, "stranger");

	s->first = get_glimpse(g, o, "first");
	if (s->first.start.us == 0)
		return;
	GET_TEXT(g, o, "key", s->key);
	GET_TEXT(g, o, "issuer", s->issuer);
	s->good = get_glimpse(g, o, "good");
	s->second = get_glimpse(g, o, "second");
	s->pending = s->second.start.us != 0;
}

/* The index of the word, 0 where there is none. */
static unsigned
get_word(struct json_get *g, const struct node *o, const char *key, const char *const *words, unsigned n)
{
	const char *word = json_get_string(g, o, key);
	unsigned i = 0;

	while (word != NULL && i < n && strcmp(words[i], word) != 0)
		i++;
	return json_known(g, word, i, n);
}

static void
evidence_decode(struct json_get *g, const struct node *o, void *item)
{
	struct evidence *e = item;

	e->us = json_get_int(g, o, "us", 0, MOST_US, 0);
	GET_TEXT(g, o, "record", e->record);
}

static void
get_news(struct json_get *g, const struct node *parent, struct news *news)
{
	const struct node *o = json_get_object(g, parent, "news");
	struct evidence *evidence = NULL;
	size_t n = 0;

	news->pending = (enum pending)get_word(g, o, "pending", pending_names, PENDING_MAX);
	if (news->pending == PENDING_NONE)
		return;
	news->returned = get_count(g, o, "returned", 1) == 1;
	news->when = get_bracket(g, o, "when");
	news->before = get_view(g, o, "before");
	news->after = get_view(g, o, "after");
	JSON_GET_LIST(g, o, "evidence", evidence_decode, evidence, n);
	if (n > ANOMALY_EVIDENCE_MOST) {
		g->oddities++;
		n = ANOMALY_EVIDENCE_MOST;
	}
	if (n > 0)
		memcpy(news->evidence, evidence, n * sizeof(*evidence));
	news->nevidence = n;
}

static void
get_anomaly(struct json_get *g, const struct node *o, struct watched *w)
{
	w->phase = (enum phase)get_word(g, o, "phase", phase_names, PHASE_MAX);
	if (w->phase == PHASE_CALM)
		return;
	GET_TEXT(g, o, "anomaly", w->anomaly);
	w->told = get_view(g, o, "told");
	w->onset = get_bracket(g, o, "onset");
	GET_TEXT(g, o, "onset_round", w->onset_round);
	w->opened = get_moment(g, o, "opened");
	w->solid = get_moment(g, o, "solid");
	w->told_last = get_glimpse(g, o, "told_last");
	w->other_run = get_count(g, o, "other_run", 1000);
	w->other_first = get_glimpse(g, o, "other_first");
	w->changes = get_count(g, o, "changes", INT32_MAX / 2);
	w->returns = get_count(g, o, "returns", INT32_MAX / 2);
	w->intermittent = get_count(g, o, "intermittent", 1) == 1;
	w->recovered = get_moment(g, o, "recovered");
	w->good_run = get_count(g, o, "good_run", INT32_MAX / 2);
	w->good_first = get_glimpse(g, o, "good_first");
}

static void
get_target(struct json_get *g, const struct node *o, struct watched *w)
{
	const char *group = json_get_string(g, o, "group");

	w->group = group != NULL ? xstrdup(group) : NULL;
	w->newest = get_glimpse(g, o, "newest");
	w->stale = get_count(g, o, "stale", 1000);
	w->stale_at = get_moment(g, o, "stale_at");
	get_window(g, o, w);
	w->good = get_glimpse(g, o, "good");
	w->bad = get_glimpse(g, o, "bad");
	GET_TEXT(g, o, "authority", w->authority);
	get_stranger(g, o, &w->stranger);
	get_anomaly(g, o, w);
	get_news(g, o, &w->news);
}

static void
get_episode(struct json_get *g, const struct node *o, const char *network, struct episode *e)
{
	const char *stage = json_get_string(g, o, "stage");

	e->network = xstrdup(network);
	e->stage = (enum verdict_stage)json_known(g, stage, verdict_stage_find(stage), VERDICT_STAGE_MAX);
	e->onset = get_bracket(g, o, "onset");
	e->act = get_bracket(g, o, "act");
	e->opened = get_moment(g, o, "opened");
	e->open = get_count(g, o, "open", 1) == 1;
	e->number = get_count(g, o, "number", INT32_MAX / 2);
	e->closed = get_moment(g, o, "closed");
	e->events = get_count(g, o, "events", INT32_MAX / 2);
}

static int
restore_target(struct anomalies *a, struct json_get *g, const struct node *o, const char *network)
{
	const char *url = json_get_string(g, o, "target");

	if (network == NULL || url[0] == '\0' || anomalies_find(a, network, url) != NULL)
		return -1;
	get_target(g, o, anomalies_watch(a, network, url));
	return 0;
}

static int
restore_episode(struct anomalies *a, struct json_get *g, const struct node *o, const char *network)
{
	char id[ANOMALY_ID_SIZE] = "";
	struct episode *e;

	GET_TEXT(g, o, "anomaly", id);
	if (network == NULL || id[0] == '\0' || episode_find(a, id) != NULL)
		return -1;
	e = episode_add(a);
	memcpy(e->id, id, sizeof(e->id));
	get_episode(g, o, network, e);
	return 0;
}

static int
restore(struct anomalies *a, struct json_get *g, const struct node *o)
{
	const char *network = json_get_string(g, o, "network");

	if (json_get_int(g, o, "v", 0, INT32_MAX, 0) != ANOMALY_TEXT_VERSION)
		return -1;
	if (json_get_string(g, o, "target") != NULL)
		return restore_target(a, g, o, network);
	if (json_get_string(g, o, "anomaly") != NULL)
		return restore_episode(a, g, o, network);
	if (json_get_string(g, o, "round") == NULL)
		return -1;
	GET_TEXT(g, o, "round", a->round);
	a->now = get_glimpse(g, o, "now");
	return 0;
}

int
anomalies_restore(struct anomalies *a, const char *text, size_t len)
{
	struct json_get g = {.arena = arena_new()};
	const struct node *o;
	struct json_doc *doc = json_doc_of(text, len, &o);
	int result = doc != NULL ? restore(a, &g, o) : -1;

	json_doc_free(doc);
	arena_free(g.arena);
	return result;
}
