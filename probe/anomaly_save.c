/*
 * The detector's memory as text: a line of JSON for each target, each anomaly, and one for the round. What is at its zero is left
 * out. anomaly_restore.c reads it.
 */
#include "probe/anomaly_state.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"

/* --- parts ----------------------------------------------------------------------------------- */

static void
put_text(struct json *j, const char *key, const char *text)
{
	if (text != NULL && text[0] != '\0')
		json_put_string(j, key, text);
}

static void
put_int(struct json *j, const char *key, int64_t v)
{
	if (v != 0)
		json_put_int(j, key, v);
}

static void
put_moment(struct json *j, const char *key, const struct moment *m)
{
	if (m->us == 0 && m->mono_ns == 0)
		return;
	json_put_array(j, key);
	json_put_int(j, NULL, m->us);
	json_put_int(j, NULL, m->mono_ns);
	json_put_array_end(j);
}

static void
put_bracket(struct json *j, const char *key, const struct event_bracket *b)
{
	if (b->not_before_us == 0 && b->not_after_us == 0)
		return;
	json_put_array(j, key);
	json_put_int(j, NULL, b->not_before_us);
	json_put_int(j, NULL, b->not_after_us);
	json_put_array_end(j);
}

static void
put_view(struct json *j, const char *key, const struct event_view *v)
{
	if (v->status == VERDICT_NONE)
		return;
	json_put_object(j, key);
	json_put_string(j, "status", verdict_status_name(v->status));
	put_text(j, "stage", verdict_stage_name(v->stage));
	put_text(j, "mechanism", mechanism_name(v->mechanism));
	json_put_double(j, "confidence", v->confidence);
	json_put_object_end(j);
}

static void
put_glimpse(struct json *j, const char *key, const struct glimpse *g)
{
	if (g->start.us == 0)
		return;
	json_put_object(j, key);
	put_moment(j, "start", &g->start);
	put_int(j, "end", g->end_us);
	put_view(j, "view", &g->view);
	put_text(j, "record", g->record);
	put_text(j, "round", g->round);
	json_put_object_end(j);
}

static void
put_window(struct json *j, const struct watched *w)
{
	int i;

	if (w->nwindow == 0)
		return;
	json_put_array(j, "window");
	for (i = 0; i < w->nwindow; i++) {
		json_put_object(j, NULL);
		if (w->window[i].bad) {
			put_glimpse(j, "bad", &w->window[i].it);
			put_glimpse(j, "good", &w->window[i].good);
		}
		json_put_object_end(j);
	}
	json_put_array_end(j);
}

static void
put_stranger(struct json *j, const struct stranger *s)
{
	if (s->first.start.us == 0)
		return;
	json_put_object(j, "stranger");
	put_text(j, "key", s->key);
	put_text(j, "issuer", s->issuer);
	put_glimpse(j, "first", &s->first);
	put_glimpse(j, "good", &s->good);
	if (s->pending)
		put_glimpse(j, "second", &s->second);
	json_put_object_end(j);
}

const char *const phase_names[PHASE_MAX] = {"calm", "open", "recovered"};
const char *const pending_names[PENDING_MAX] = {"none", "opened", "changed", "flaps", "closed"};

static void
put_news(struct json *j, const struct news *news)
{
	size_t i;

	if (news->pending == PENDING_NONE)
		return;
	json_put_object(j, "news");
	json_put_string(j, "pending", pending_names[news->pending]);
	put_int(j, "returned", news->returned);
	put_bracket(j, "when", &news->when);
	put_view(j, "before", &news->before);
	put_view(j, "after", &news->after);
	json_put_array(j, "evidence");
	for (i = 0; i < news->nevidence; i++) {
		json_put_object(j, NULL);
		put_int(j, "us", news->evidence[i].us);
		put_text(j, "record", news->evidence[i].record);
		json_put_object_end(j);
	}
	json_put_array_end(j);
	json_put_object_end(j);
}

/* What a target has only while an anomaly is on, or not long over. */
static void
put_anomaly(struct json *j, const struct watched *w)
{
	if (w->phase == PHASE_CALM)
		return;
	json_put_string(j, "phase", phase_names[w->phase]);
	put_text(j, "anomaly", w->anomaly);
	put_view(j, "told", &w->told);
	put_bracket(j, "onset", &w->onset);
	put_text(j, "onset_round", w->onset_round);
	put_moment(j, "opened", &w->opened);
	put_moment(j, "solid", &w->solid);
	put_glimpse(j, "told_last", &w->told_last);
	put_int(j, "other_run", w->other_run);
	put_glimpse(j, "other_first", &w->other_first);
	put_int(j, "changes", w->changes);
	put_int(j, "returns", w->returns);
	put_int(j, "intermittent", w->intermittent);
	put_moment(j, "recovered", &w->recovered);
	put_int(j, "good_run", w->good_run);
	put_glimpse(j, "good_first", &w->good_first);
}

static void
put_target(struct json *j, const struct watched *w)
{
	json_put_string(j, "network", w->network);
	json_put_string(j, "target", w->url);
	put_text(j, "group", w->group);
	put_glimpse(j, "newest", &w->newest);
	put_int(j, "stale", w->stale);
	put_moment(j, "stale_at", &w->stale_at);
	put_window(j, w);
	put_glimpse(j, "good", &w->good);
	put_glimpse(j, "bad", &w->bad);
	put_text(j, "authority", w->authority);
	put_stranger(j, &w->stranger);
	put_anomaly(j, w);
	put_news(j, &w->news);
}

static void
put_episode(struct json *j, const struct episode *e)
{
	json_put_string(j, "anomaly", e->id);
	json_put_string(j, "network", e->network);
	put_text(j, "stage", verdict_stage_name(e->stage));
	put_bracket(j, "onset", &e->onset);
	put_bracket(j, "act", &e->act);
	put_moment(j, "opened", &e->opened);
	put_int(j, "open", e->open);
	put_int(j, "number", e->number);
	put_moment(j, "closed", &e->closed);
	put_int(j, "events", e->events);
}

static void
put_round(struct json *j, const struct anomalies *a)
{
	json_put_string(j, "round", a->round);
	put_glimpse(j, "now", &a->now);
}

/* --- items ----------------------------------------------------------------------------------- */

/* Where they go. */
struct sink {
	void (*put)(const char *key, const char *text, void *arg);
	void *arg;
	struct buf buf;
	struct json j;
};

static struct json *
begin(struct sink *sink)
{
	buf_clear(&sink->buf);
	json_init(&sink->j, &sink->buf);
	json_put_object(&sink->j, NULL);
	json_put_int(&sink->j, "v", ANOMALY_TEXT_VERSION);
	return &sink->j;
}

/* Takes the key. */
static void
end(struct sink *sink, char *key)
{
	json_put_object_end(&sink->j);
	sink->put(key, buf_str(&sink->buf), sink->arg);
	free(key);
}

static void
save_gone(struct anomalies *a, struct sink *sink)
{
	size_t i;

	for (i = 0; i < a->ngone; i++) {
		sink->put(a->gone[i], NULL, sink->arg);
		free(a->gone[i]);
	}
	a->ngone = 0;
}

static void
save_targets(struct anomalies *a, bool all, struct sink *sink)
{
	size_t i;

	for (i = 0; i < a->ntargets; i++) {
		struct watched *w = a->targets[i];

		if (!all && !w->dirty)
			continue;
		put_target(begin(sink), w);
		end(sink, xasprintf("target %s %s", w->network, w->url));
		w->dirty = false;
	}
}

static void
save_episodes(struct anomalies *a, bool all, struct sink *sink)
{
	size_t i;

	for (i = 0; i < a->nepisodes; i++) {
		struct episode *e = &a->episodes[i];

		if (!all && !e->dirty)
			continue;
		put_episode(begin(sink), e);
		end(sink, xasprintf("anomaly %s", e->id));
		e->dirty = false;
	}
}

void
anomalies_save(struct anomalies *a, bool all,
    void (*put)(const char *key, const char *text, void *arg), void *arg)
{
	struct sink sink = {put, arg, BUF_EMPTY, {0}};

	/* First: what is gone may have come again. */
	save_gone(a, &sink);
	save_targets(a, all, &sink);
	save_episodes(a, all, &sink);
	if (all || a->dirty) {
		put_round(begin(&sink), a);
		end(&sink, xstrdup("round"));
		a->dirty = false;
	}
	buf_free(&sink.buf);
}
