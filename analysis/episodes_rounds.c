/* Episodes of a network itself: what its rounds found it to be. */
#include "analysis/episodes.h"

#include "analysis/history.h"
#include "base/mem.h"

/* So many rounds in a row make a state: one alone may be a router that restarts, or a single lost try. */
enum { ROUNDS_WANTED = 2, WORKS = EPISODE_KIND_MAX, SAYS_NO_STATE };

static int
state_of(const struct point *round)
{
	static const int states[NETWORK_STATE_MAX] = {
	    [NETWORK_UNKNOWN] = SAYS_NO_STATE,
	    [NETWORK_ONLINE] = WORKS,
	    [NETWORK_DEGRADED] = WORKS,
	    [NETWORK_CAPTIVE_PORTAL] = EPISODE_PORTAL,
	    [NETWORK_FOREIGN_CUT] = EPISODE_FOREIGN_CUT,
	    [NETWORK_SHUTDOWN] = EPISODE_SHUTDOWN,
	    [NETWORK_OFFLINE] = SAYS_NO_STATE, /* the fault is on this side of the network */
	};

	return round->status < NETWORK_STATE_MAX ? states[round->status] : SAYS_NO_STATE;
}

struct walk {
	const struct point *rounds;
	int state; /* that it is held to be in */
	const struct point *last; /* the latest round that found that; NULL none */
	int next; /* another that the latest rounds found, ... */
	int times; /* ... so often in a row, ... */
	size_t next_first; /* ... for the first time there */
	struct span *spans;
	enum episode_kind *kinds;
	size_t n, room;
};

static void
begin_span(struct walk *w)
{
	if (w->n == w->room) {
		w->room = w->room > 0 ? w->room * 2 : 8;
		w->spans = xreallocarray(w->spans, w->room, sizeof(*w->spans));
		w->kinds = xreallocarray(w->kinds, w->room, sizeof(*w->kinds));
	}
	w->kinds[w->n] = (enum episode_kind)w->next;
	w->spans[w->n++] = (struct span){
	    .first = w->next_first,
	    .onset.not_before_us = w->last != NULL ? w->last->time_us : 0,
	    .onset.not_after_us = point_end_us(&w->rounds[w->next_first]),
	};
}

static void
end_span(struct walk *w)
{
	struct span *span = &w->spans[w->n - 1];

	span->last = (size_t)(w->last - w->rounds);
	span->recovery.not_before_us = w->last->time_us;
	if (w->times > 0)
		span->recovery.not_after_us = point_end_us(&w->rounds[w->next_first]);
}

static void
change_state(struct walk *w)
{
	if (w->state != WORKS)
		end_span(w);
	if (w->next != WORKS)
		begin_span(w);
	w->state = w->next;
	w->times = 0;
}

static void
step(struct walk *w, size_t at)
{
	int state = state_of(&w->rounds[at]);

	if (state == SAYS_NO_STATE)
		return;
	if (state == w->state) {
		w->times = 0;
		w->last = &w->rounds[at];
		return;
	}
	if (w->times == 0 || state != w->next) {
		w->next = state;
		w->next_first = at;
		w->times = 0;
	}
	if (++w->times < ROUNDS_WANTED)
		return;
	change_state(w);
	w->last = &w->rounds[at];
}

static void
count(const struct point *rounds, struct span *span, enum episode_kind kind)
{
	const struct point *previous = NULL;
	size_t i;

	for (i = span->first; i <= span->last; i++) {
		if (state_of(&rounds[i]) == SAYS_NO_STATE)
			continue;
		if (previous != NULL &&
		    rounds[i].time_us - previous->time_us > span->longest_gap_us)
			span->longest_gap_us = rounds[i].time_us - previous->time_us;
		previous = &rounds[i];
		span->measured++;
		span->bad += state_of(&rounds[i]) == (int)kind;
	}
}

size_t
episodes_of_rounds(
    const struct point *rounds, size_t n, struct span **spans, enum episode_kind **kinds)
{
	struct walk w = {.rounds = rounds, .state = WORKS};
	size_t i;

	for (i = 0; i < n; i++)
		step(&w, i);
	w.times = 0;
	if (w.state != WORKS)
		end_span(&w);
	for (i = 0; i < w.n; i++)
		count(rounds, &w.spans[i], w.kinds[i]);
	*spans = w.spans != NULL ? w.spans : xmalloc(sizeof(*w.spans));
	*kinds = w.kinds != NULL ? w.kinds : xmalloc(sizeof(*w.kinds));
	return w.n;
}
