/*
 * The detector's memory, what comes in, and what is asked of it. Each target by itself is anomaly_target.c's business, several
 * together anomaly_settle.c's.
 */
#include "probe/anomaly_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/sha.h>

#include "base/mem.h"

/*
 * A record that is older by both clocks than what is known is a copy, or comes late, if the clocks stood to each other as they do in the newest one.
 * If not, it may be of an earlier boot; or the machine was restarted with its clock set back, and it is the news. After so many in a
 * row, each newer than the one before, it is.
 */
enum { STALE_MOST = 3 };

/* --- life ------------------------------------------------------------------------------------ */

static int
within(int v, int least, int most)
{
	return v < least ? least : v > most ? most : v;
}

/* Ten years are for ever. */
static int64_t
within_s(int64_t v)
{
	const int64_t most = INT64_C(10) * 366 * 86400;

	return v < 0 ? 0 : v > most ? most : v;
}

struct anomalies *
anomalies_new(const struct anomaly_rules *rules)
{
	static const struct anomaly_rules usual = ANOMALY_RULES;
	struct anomalies *a = xcalloc(1, sizeof(*a));

	a->rules = rules != NULL ? *rules : usual;
	a->rules.window = within(a->rules.window, 2, ANOMALY_WINDOW_MOST);
	a->rules.wanted = within(a->rules.wanted, 2, a->rules.window);
	a->rules.calm = within(a->rules.calm, 2, 1000);
	a->rules.flap_s = within_s(a->rules.flap_s);
	a->rules.young_s = within_s(a->rules.young_s);
	return a;
}

static void
watched_free(struct watched *w)
{
	free(w->network);
	free(w->url);
	free(w->group);
	free(w);
}

void
anomalies_free(struct anomalies *a)
{
	size_t i;

	if (a == NULL)
		return;
	for (i = 0; i < a->ntargets; i++)
		watched_free(a->targets[i]);
	for (i = 0; i < a->nepisodes; i++)
		free(a->episodes[i].network);
	for (i = 0; i < a->ngone; i++)
		free(a->gone[i]);
	free(a->targets);
	free(a->episodes);
	free(a->gone);
	free(a);
}

/* --- ids and moments ------------------------------------------------------------------------- */

void
copy_id(char out[ANOMALY_ID_SIZE], const char *id)
{
	snprintf(out, ANOMALY_ID_SIZE, "%s", id != NULL ? id : "");
}

void
make_id(char out[ANOMALY_ID_SIZE], const char *what, const char *a, const char *b, int n)
{
	char *text = xasprintf("netvane %s %s %s %d", what, a, b != NULL ? b : "", n);
	unsigned char digest[SHA256_DIGEST_LENGTH];
	int i;

	SHA256((const unsigned char *)text, strlen(text), digest);
	free(text);
	for (i = 0; i < 16; i++)
		snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

/* Records may say anything; times shall be of a kind that can be subtracted. */
struct moment
moment_of(const struct sighting *s)
{
	const int64_t most = INT64_MAX / 4;

	return (struct moment){s->start_us, s->mono_ns < 0 ? 0 : s->mono_ns > most ? most : s->mono_ns};
}

int64_t
moment_elapsed_us(const struct moment *from, const struct moment *to)
{
	int64_t wall = to->us - from->us, mono = (to->mono_ns - from->mono_ns) / 1000;

	return wall > mono ? wall : mono;
}

struct event_bracket
bracket_of(const struct moment *before, const struct glimpse *first)
{
	struct event_bracket b = {0, first->end_us};
	int64_t mono = (first->start.mono_ns - before->mono_ns) / 1000;

	if (before->us == 0)
		return b;
	b.not_before_us = before->us;
	/* The wall clock was set forward between: by the newer clock it was earlier. */
	if (mono > 0 && first->start.us - mono < b.not_before_us)
		b.not_before_us = first->start.us - mono;
	if (b.not_before_us > b.not_after_us || b.not_before_us <= 0)
		b.not_before_us = 0;
	return b;
}

/* --- targets and episodes -------------------------------------------------------------------- */

/* Where it is, or belongs. */
static size_t
place_of(const struct anomalies *a, const char *network, const char *url, bool *there)
{
	size_t low = 0, high = a->ntargets, middle;
	int order;

	*there = false;
	while (low < high) {
		middle = low + (high - low) / 2;
		order = strcmp(a->targets[middle]->network, network);
		if (order == 0)
			order = strcmp(a->targets[middle]->url, url);
		if (order == 0) {
			*there = true;
			return middle;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct watched *
anomalies_find(const struct anomalies *a, const char *network, const char *url)
{
	bool there;
	size_t i = place_of(a, network, url, &there);

	return there ? a->targets[i] : NULL;
}

struct watched *
anomalies_watch(struct anomalies *a, const char *network, const char *url)
{
	struct watched *w;
	bool there;
	size_t i = place_of(a, network, url, &there);

	if (there)
		return a->targets[i];
	if (a->ntargets == a->targets_room) {
		a->targets_room = a->targets_room > 0 ? 2 * a->targets_room : 64;
		a->targets = xreallocarray(a->targets, a->targets_room, sizeof(struct watched *));
	}
	memmove(a->targets + i + 1, a->targets + i, (a->ntargets - i) * sizeof(struct watched *));
	w = a->targets[i] = xcalloc(1, sizeof(*w));
	w->network = xstrdup(network);
	w->url = xstrdup(url);
	w->dirty = true;
	a->ntargets++;
	return w;
}

struct episode *
episode_find(const struct anomalies *a, const char *id)
{
	size_t i;

	for (i = 0; id[0] != '\0' && i < a->nepisodes; i++)
		if (strcmp(a->episodes[i].id, id) == 0)
			return &a->episodes[i];
	return NULL;
}

struct episode *
episode_add(struct anomalies *a)
{
	if (a->nepisodes == a->episodes_room) {
		a->episodes_room = a->episodes_room > 0 ? 2 * a->episodes_room : 8;
		a->episodes = xreallocarray(a->episodes, a->episodes_room, sizeof(*a->episodes));
	}
	a->episodes[a->nepisodes] = (struct episode){
	    .dirty = true, .number = a->nepisodes > 0 ? a->episodes[a->nepisodes - 1].number + 1 : 0};
	return &a->episodes[a->nepisodes++];
}

static void
note_gone(struct anomalies *a, char *key)
{
	a->gone = xreallocarray(a->gone, a->ngone + 1, sizeof(*a->gone));
	a->gone[a->ngone++] = key;
}

void
episode_remove(struct anomalies *a, size_t i)
{
	size_t k;

	for (k = 0; k < a->ntargets; k++)
		if (strcmp(a->targets[k]->anomaly, a->episodes[i].id) == 0)
			watched_calm(a->targets[k]);
	note_gone(a, xasprintf("anomaly %s", a->episodes[i].id));
	free(a->episodes[i].network);
	a->nepisodes--;
	memmove(a->episodes + i, a->episodes + i + 1, (a->nepisodes - i) * sizeof(*a->episodes));
}

static bool
has_members(const struct anomalies *a, const struct episode *e)
{
	size_t i;

	for (i = 0; i < a->ntargets; i++)
		if (strcmp(a->targets[i]->anomaly, e->id) == 0)
			return true;
	return false;
}

void
episodes_remove_empty(struct anomalies *a)
{
	size_t i = a->nepisodes;

	while (i-- > 0)
		if (!has_members(a, &a->episodes[i]))
			episode_remove(a, i);
}

void
anomalies_retain(struct anomalies *a, bool (*wanted)(const char *url, void *arg), void *arg)
{
	size_t i, n = 0;

	for (i = 0; i < a->ntargets; i++) {
		struct watched *w = a->targets[i];

		if (wanted(w->url, arg)) {
			a->targets[n++] = w;
			continue;
		}
		note_gone(a, xasprintf("target %s %s", w->network, w->url));
		watched_free(w);
	}
	a->ntargets = n;
	episodes_remove_empty(a);
}

static int
by_number(const void *a, const void *b)
{
	const struct episode *x = a, *y = b;

	return x->number != y->number ? (x->number < y->number ? -1 : 1) : strcmp(x->id, y->id);
}

void
anomalies_restored(struct anomalies *a)
{
	size_t i;

	for (i = 0; i < a->ntargets; i++) {
		struct watched *w = a->targets[i];

		/* What is not settled yet may still be without one. */
		if (w->anomaly[0] != '\0' && episode_find(a, w->anomaly) == NULL)
			watched_calm(w);
		else if (w->anomaly[0] == '\0' && w->phase != PHASE_CALM && w->news.pending != PENDING_OPENED)
			watched_calm(w);
		w->dirty = false;
	}
	episodes_remove_empty(a);
	if (a->nepisodes > 0)
		qsort(a->episodes, a->nepisodes, sizeof(*a->episodes), by_number);
	for (i = 0; i < a->nepisodes; i++)
		a->episodes[i].dirty = false;
	a->dirty = false;
}

/* --- what comes in --------------------------------------------------------------------------- */

static bool
is_same(const char *a, const char *b)
{
	return a != NULL && a[0] != '\0' && strncmp(a, b, ANOMALY_ID_SIZE - 1) == 0;
}

/* A target that stands in two lists is measured once a round; if it is twice, that is no second opinion. */
static bool
is_again(const struct watched *w, const struct sighting *s)
{
	return is_same(s->record, w->newest.record) || is_same(s->round, w->newest.round);
}

/* Whether nobody set the wall clock between, and it was one boot. */
static bool
same_clock(const struct moment *a, const struct moment *b)
{
	int64_t wall = a->us - b->us, mono = (a->mono_ns - b->mono_ns) / 1000;

	return llabs(wall - mono) <= 5000000 + llabs(mono) / 1000;
}

static bool
is_stale(struct watched *w, const struct sighting *s)
{
	struct moment at = moment_of(s);
	bool older = at.us <= w->newest.start.us && at.mono_ns <= w->newest.start.mono_ns;

	if (older && same_clock(&at, &w->newest.start))
		return true;
	if (older) {
		w->stale = w->stale > 0 && at.us > w->stale_at.us ? w->stale + 1 : 1;
		w->stale_at = at;
		w->dirty = true;
		if (w->stale < STALE_MOST)
			return true;
		watched_forget_history(w);
	} else if (w->stale > 0 && same_clock(&at, &w->stale_at))
		watched_forget_history(w);
	w->stale = 0;
	w->stale_at = (struct moment){0};
	return false;
}

static void
start_round(struct anomalies *a, const struct sighting *s, occurrence_tell *tell, void *arg)
{
	char round[ANOMALY_ID_SIZE];

	copy_id(round, s->round);
	if (strcmp(round, a->round) == 0)
		return;
	anomalies_settle(a, tell, arg);
	memcpy(a->round, round, sizeof(a->round));
	a->dirty = true;
}

void
anomalies_feed(struct anomalies *a, const struct sighting *s, occurrence_tell *tell, void *arg)
{
	struct watched *w = anomalies_find(a, s->network, s->url);

	/* What does not count begins no round either. */
	if (w != NULL && (is_again(w, s) || is_stale(w, s)))
		return;
	start_round(a, s, tell, arg);
	w = anomalies_watch(a, s->network, s->url);
	if (s->group != NULL && (w->group == NULL || strcmp(w->group, s->group) != 0)) {
		free(w->group);
		w->group = xstrdup(s->group);
	}
	watched_take(w, &a->rules, s);
	a->now = w->newest;
	a->dirty = w->dirty = true;
}

void
anomalies_take(struct anomalies *a, const struct measurement *m, occurrence_tell *tell, void *arg)
{
	struct sighting s;

	if (m->round != NULL && m->has_x)
		anomalies_settle(a, tell, arg);
	else if (sighting_of(m, &s))
		anomalies_feed(a, &s, tell, arg);
}

/* --- questions ------------------------------------------------------------------------------- */

enum { NARROW_S = 60 };

/* Returns false where nothing is urgent. */
static bool
burst_of(const struct watched *w, int64_t now_us, struct anomaly_burst *burst)
{
	const struct seen *last = w->nwindow > 0 ? &w->window[w->nwindow - 1] : NULL;
	const struct moment *from;

	*burst = (struct anomaly_burst){.network = w->network, .url = w->url, .group = w->group};
	if (w->phase == PHASE_OPEN) {
		burst->reason = w->good_run > 0 ? BURST_RECOVERING : BURST_OPEN;
		burst->since_us = w->good_run > 0 ? w->good_first.start.us : w->opened.us;
		from = &w->solid;
	} else if (last != NULL && last->bad) {
		burst->reason = BURST_SUSPECT;
		burst->since_us = last->it.start.us;
		from = &last->good.start;
	} else
		return false;
	burst->width_s = (double)(now_us - (from->us != 0 ? from->us : burst->since_us)) / 1e6;
	return burst->width_s > NARROW_S || burst->reason == BURST_SUSPECT;
}

void
anomalies_bursts(const struct anomalies *a, int64_t now_us,
    void (*each)(const struct anomaly_burst *burst, void *arg), void *arg)
{
	struct anomaly_burst burst;
	size_t i;

	for (i = 0; i < a->ntargets; i++)
		if (burst_of(a->targets[i], now_us, &burst))
			each(&burst, arg);
}

/* How many of those failed that count beside the next one. */
static int
recent_failures(const struct watched *w, const struct anomaly_rules *rules)
{
	int i = w->nwindow - (rules->window - 1), n = 0;

	for (i = i < 0 ? 0 : i; i < w->nwindow; i++)
		n += w->window[i].bad;
	return n;
}

bool
anomalies_expects(const struct anomalies *a, const char *url)
{
	size_t i;

	for (i = 0; i < a->ntargets; i++) {
		const struct watched *w = a->targets[i];

		if (strcmp(w->url, url) == 0 &&
		    (w->phase == PHASE_OPEN || recent_failures(w, &a->rules) + 1 >= a->rules.wanted))
			return true;
	}
	return false;
}

static void
add_member(struct arena *arena, const struct watched *w, struct anomaly_target **targets, size_t *n)
{
	struct anomaly_target *t = arena_push(arena, (void **)targets, n, sizeof(**targets));

	*t = (struct anomaly_target){w->url, w->phase == PHASE_OPEN, w->told, w->onset};
}

void
anomalies_each_open(
    const struct anomalies *a, void (*each)(const struct anomaly_open *open, void *arg), void *arg)
{
	struct anomaly_target *targets;
	struct arena *arena = arena_new();
	size_t i, k, n;
	bool flaps;

	for (i = 0; i < a->nepisodes; i++) {
		const struct episode *e = &a->episodes[i];

		targets = NULL;
		n = 0;
		flaps = false;
		for (k = 0; e->open && k < a->ntargets; k++) {
			if (strcmp(a->targets[k]->anomaly, e->id) != 0)
				continue;
			add_member(arena, a->targets[k], &targets, &n);
			flaps = flaps || a->targets[k]->intermittent;
		}
		if (e->open)
			each(&(struct anomaly_open){e->id, e->network, e->stage, flaps, e->onset, targets, n}, arg);
	}
	arena_free(arena);
}
