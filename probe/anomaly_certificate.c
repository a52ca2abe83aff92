/*
 * Certificates that change: a note, not an accusation. The site was reached and its certificate is valid; but a key and an issuer that
 * are both new are what an authority's error, or its help, would look like.
 */
#include "probe/anomaly_state.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "results/baseline.h"

/* More than so many in 30 days: the site, or its CDN, rotates among several. */
enum { USUAL_ISSUERS_MOST = 2, USUAL_KEYS_MOST = 3 };

static bool
rotates(const struct baseline *usual)
{
	return usual->nissuers > USUAL_ISSUERS_MOST || usual->nkeys > USUAL_KEYS_MOST;
}

/* One organisation has many issuers, and hands out whichever it likes. */
static bool
same_authority(const struct watched *w, const struct sighting *s)
{
	return s->authority != NULL && w->authority[0] != '\0' && strcmp(w->authority, s->authority) == 0;
}

static bool
is_strange(const struct watched *w, const struct sighting *s)
{
	const struct baseline *usual = s->usual;

	return baseline_steady(usual) && usual->nissuers > 0 && usual->nkeys > 0 && !rotates(usual) &&
	    !baseline_knows_key(usual, s->key) && !baseline_knows_issuer(usual, s->issuer) && !same_authority(w, s);
}

static void
note_stranger(struct stranger *stranger, const struct sighting *s, const struct glimpse *g, const struct glimpse *good)
{
	*stranger = (struct stranger){.first = *g, .good = *good};
	snprintf(stranger->key, sizeof(stranger->key), "%s", s->key);
	snprintf(stranger->issuer, sizeof(stranger->issuer), "%s", s->issuer);
}

void
stranger_take(struct watched *w, const struct sighting *s, const struct glimpse *g)
{
	struct stranger *stranger = &w->stranger;

	if (s->key == NULL || s->issuer == NULL || stranger->pending)
		return;
	/* Once may be a node of a CDN; the second time the baseline has learned it already. */
	if (stranger->first.start.us != 0 && strcmp(stranger->key, s->key) == 0 && strcmp(stranger->issuer, s->issuer) == 0) {
		stranger->pending = true;
		stranger->second = *g;
	} else if (s->verdict.status == VERDICT_OK && is_strange(w, s))
		note_stranger(stranger, s, g, &w->good);
	else
		*stranger = (struct stranger){0};
	/* A name that does not fit is no name to compare with. */
	if (s->authority == NULL || strlen(s->authority) >= sizeof(w->authority))
		w->authority[0] = '\0';
	else
		snprintf(w->authority, sizeof(w->authority), "%s", s->authority);
}

/* --- telling --------------------------------------------------------------------------------- */

/* What is gathered for one event. */
struct note {
	struct arena *arena;
	struct event_info *info;
	struct evidence *evidence;
	size_t nevidence;
};

static void
add_record(struct note *note, const struct glimpse *g)
{
	struct evidence *e;

	if (g->start.us == 0 || g->record[0] == '\0')
		return;
	e = ARENA_PUSH(note->arena, note->evidence, note->nevidence);
	e->us = g->start.us;
	memcpy(e->record, g->record, sizeof(e->record));
}

/* Takes the news from it. */
static void
add_target(struct note *note, struct watched *w)
{
	struct event_info *info = note->info;
	struct event_target *t = ARENA_PUSH(note->arena, info->targets, info->ntargets);
	char *key = arena_strdup(note->arena, w->stranger.key);

	t->url = arena_strdup(note->arena, w->url);
	t->when = bracket_of(&w->stranger.good.start, &w->stranger.first);
	info->when = info->ntargets == 1 ? t->when : bracket_hull(info->when, t->when);
	if (info->ntargets == 1)
		info->certificate->key = key;
	else if (info->certificate->key != NULL && strcmp(info->certificate->key, key) != 0)
		info->certificate->key = NULL;
	add_record(note, &w->stranger.good);
	add_record(note, &w->stranger.first);
	add_record(note, &w->stranger.second);
	w->stranger = (struct stranger){0};
	w->dirty = true;
}

/* The first of them, and all others that turned to the same issuer. */
static void
tell_of(struct anomalies *a, struct watched *first, struct arena *arena, occurrence_tell *tell, void *arg)
{
	struct note note = {.arena = arena, .info = arena_alloc(arena, sizeof(*note.info))};
	char id[ANOMALY_ID_SIZE], issuer[ANOMALY_HASH_SIZE];
	size_t i;

	make_id(id, "certificate", first->url, first->stranger.first.record, 0);
	memcpy(issuer, first->stranger.issuer, sizeof(issuer));
	note.info->kind = EVENT_CERTIFICATE_CHANGE;
	note.info->certificate = arena_alloc(arena, sizeof(*note.info->certificate));
	note.info->certificate->issuer = arena_strdup(arena, issuer);
	for (i = 0; i < a->ntargets; i++)
		if (a->targets[i]->stranger.pending && strcmp(a->targets[i]->stranger.issuer, issuer) == 0 &&
		    strcmp(a->targets[i]->network, first->network) == 0)
			add_target(&note, a->targets[i]);
	event_add_evidence(arena, note.info, note.evidence, note.nevidence);
	anomalies_tell(a, id, note.info, arena, tell, arg);
}

void
strangers_settle(struct anomalies *a, struct arena *arena, occurrence_tell *tell, void *arg)
{
	size_t i;

	for (i = 0; i < a->ntargets; i++)
		if (a->targets[i]->stranger.pending)
			tell_of(a, a->targets[i], arena, tell, arg);
}
