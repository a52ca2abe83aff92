/*
 * One target's measurements, one after the other: when is what fails an anomaly, when has it changed, when is it over?
 * docs/methodology.md, "Anomalies", gives the reasons.
 */
#include "probe/anomaly_state.h"

#include <string.h>

#include "results/measurement.h"

enum {
	RETURNS_FLAP = 2, /* so often it failed again after it was well, and the anomaly comes and goes */
	CHANGE_RUN_MOST = 16,
};

#define SECOND_US INT64_C(1000000)

/* --- what a measurement says ----------------------------------------------------------------- */

enum says { SAYS_NOTHING, SAYS_GOOD, SAYS_BAD };

/* The network delivered where the site itself refuses, as for the baseline. Of a site that is down nothing is known of the network. */
static enum says
says(const struct sighting *s)
{
	const struct event_view *v = &s->verdict;

	if (s->state != NETWORK_ONLINE && s->state != NETWORK_DEGRADED)
		return SAYS_NOTHING;
	switch (v->status) {
	case VERDICT_OK:
		return SAYS_GOOD;
	case VERDICT_IMPAIRED:
		return v->mechanism == HTTP_SERVER_REFUSAL ? SAYS_GOOD : SAYS_BAD;
	case VERDICT_BLOCKED:
	case VERDICT_LIKELY_BLOCKED:
		return SAYS_BAD;
	default:
		return SAYS_NOTHING;
	}
}

/* Surer or less sure is no other way of failing. */
static bool
same_view(const struct event_view *a, const struct event_view *b)
{
	return a->status == b->status && a->stage == b->stage && a->mechanism == b->mechanism;
}

static struct glimpse
glimpse_of(const struct sighting *s)
{
	struct glimpse g = {.start = moment_of(s), .end_us = s->end_us, .view = s->verdict};

	copy_id(g.record, s->record);
	copy_id(g.round, s->round);
	return g;
}

/* --- memory ---------------------------------------------------------------------------------- */

static void
remember(struct watched *w, int most, bool bad, const struct glimpse *g)
{
	if (w->nwindow >= most) {
		memmove(w->window, w->window + w->nwindow - most + 1, (size_t)(most - 1) * sizeof(w->window[0]));
		w->nwindow = most - 1;
	}
	w->window[w->nwindow] = (struct seen){.bad = bad};
	if (bad) {
		w->window[w->nwindow].it = *g;
		w->window[w->nwindow].good = w->good;
	}
	w->nwindow++;
}

void
watched_forget_history(struct watched *w)
{
	w->nwindow = 0;
	w->good_run = w->other_run = 0;
	w->good = w->bad = w->told_last = (struct glimpse){0};
	w->solid = (struct moment){0};
	w->stranger = (struct stranger){0};
	w->authority[0] = '\0';
}

void
watched_calm(struct watched *w)
{
	w->phase = PHASE_CALM;
	w->anomaly[0] = w->onset_round[0] = '\0';
	w->told = (struct event_view){0};
	w->onset = (struct event_bracket){0};
	w->opened = w->solid = w->recovered = (struct moment){0};
	w->told_last = w->other_first = w->good_first = (struct glimpse){0};
	w->other_run = w->changes = w->returns = w->good_run = 0;
	w->intermittent = false;
	w->news = (struct news){0};
	w->dirty = true;
}

static void
add_evidence(struct news *news, const struct glimpse *g)
{
	struct evidence *e;

	if (g->start.us == 0 || g->record[0] == '\0' || news->nevidence == ANOMALY_EVIDENCE_MOST)
		return;
	e = &news->evidence[news->nevidence++];
	e->us = g->start.us;
	memcpy(e->record, g->record, sizeof(e->record));
}

/* --- it begins ------------------------------------------------------------------------------- */

static bool
fails_alike(const struct seen *seen, enum verdict_stage stage)
{
	return seen->bad && seen->it.view.stage == stage;
}

/*
 * When it began: after the last good one before the first that speaks for it, before the end of the first of the unbroken
 * run. If a good one lies between, it is not known which of the two was the first.
 */
static void
open_it(struct watched *w, const struct glimpse *g)
{
	const struct seen *first = NULL, *run = NULL;
	struct news *news = &w->news;
	int i;

	*news = (struct news){.pending = PENDING_OPENED, .returned = w->phase == PHASE_RECOVERED, .after = g->view};
	for (i = 0; i < w->nwindow; i++) {
		if (!fails_alike(&w->window[i], g->view.stage)) {
			run = NULL;
			continue;
		}
		if (first == NULL) {
			first = &w->window[i];
			add_evidence(news, &first->good);
		}
		run = run != NULL ? run : &w->window[i];
		add_evidence(news, &w->window[i].it);
	}
	news->when = bracket_of(&first->good.start, &run->it);
	news->before = first->good.view;
	w->phase = PHASE_OPEN;
	w->told = g->view;
	w->told_last = *g;
	w->solid = g->start;
	w->opened = run->it.start;
	w->onset = news->when;
	memcpy(w->onset_round, run->it.round, sizeof(w->onset_round));
	w->other_run = w->good_run = 0;
}

static bool
is_enough(const struct watched *w, const struct anomaly_rules *rules, enum verdict_stage stage)
{
	int i, n = 0;

	for (i = 0; i < w->nwindow; i++)
		n += fails_alike(&w->window[i], stage);
	return n >= rules->wanted;
}

/* --- it goes on ------------------------------------------------------------------------------ */

/* Each change wants twice as many in a row as the one before it: what wavers shall not fill the journal. */
static int
change_run(const struct watched *w)
{
	int run = 2, i;

	for (i = 0; i < w->changes && run < CHANGE_RUN_MOST; i++)
		run *= 2;
	return run;
}

static void
change_it(struct watched *w, const struct glimpse *g)
{
	w->news = (struct news){.pending = PENDING_CHANGED, .before = w->told, .after = g->view,
	    .when = bracket_of(&w->told_last.start, &w->other_first)};
	add_evidence(&w->news, &w->told_last);
	add_evidence(&w->news, &w->other_first);
	add_evidence(&w->news, g);
	w->told = g->view;
	w->told_last = *g;
	w->other_run = 0;
	w->changes++;
}

static void
compare_with_told(struct watched *w, const struct glimpse *g)
{
	if (same_view(&g->view, &w->told)) {
		w->told_last = *g;
		w->other_run = 0;
		return;
	}
	if (w->other_run == 0 || !same_view(&g->view, &w->other_first.view)) {
		w->other_run = 0;
		w->other_first = *g;
	}
	if (++w->other_run >= change_run(w))
		change_it(w, g);
}

static void
call_it_intermittent(struct watched *w, const struct glimpse *g)
{
	w->intermittent = true;
	w->news = (struct news){.pending = PENDING_FLAPS, .before = w->told, .after = w->told,
	    .when = bracket_of(&w->bad.start, g)};
	add_evidence(&w->news, &w->bad);
	add_evidence(&w->news, &w->good_first);
	add_evidence(&w->news, g);
}

/*
 * Whether it is certain that the anomaly was still on. What fails in another way, or alone among good ones, may be an accident of
 * a site that is well already. Of what comes and goes one alone is none, but where it had been calm for long.
 */
static bool
is_surely_it(const struct watched *w, const struct anomaly_rules *rules, const struct glimpse *g, bool after_good)
{
	return same_view(&g->view, &w->told) &&
	    (!after_good || (w->intermittent && is_enough(w, rules, g->view.stage)));
}

/* after_good: the one before it was well. */
static void
still_bad(struct watched *w, const struct anomaly_rules *rules, const struct glimpse *g, bool after_good)
{
	compare_with_told(w, g);
	if (after_good && ++w->returns >= RETURNS_FLAP && !w->intermittent && w->news.pending == PENDING_NONE)
		call_it_intermittent(w, g);
	if (is_surely_it(w, rules, g, after_good))
		w->solid = g->start;
}

/* --- it ends --------------------------------------------------------------------------------- */

static bool
is_over(const struct watched *w, const struct anomaly_rules *rules, const struct glimpse *g)
{
	if (!w->intermittent)
		return w->good_run >= rules->calm;
	return w->good_run >= 2 * rules->calm &&
	    moment_elapsed_us(&w->bad.start, &g->start) >= rules->flap_s * SECOND_US;
}

/* It ended after the last bad one that surely was. */
static void
close_it(struct watched *w, const struct glimpse *g)
{
	w->news = (struct news){.pending = PENDING_CLOSED, .before = w->told, .after = g->view,
	    .when = bracket_of(&w->solid, &w->good_first)};
	add_evidence(&w->news, &w->bad);
	add_evidence(&w->news, &w->good_first);
	add_evidence(&w->news, g);
	w->phase = PHASE_RECOVERED;
	w->recovered = g->start;
	w->returns = w->other_run = 0;
	/* What made this one shall not make another. */
	w->nwindow = 0;
}

/* --- a measurement --------------------------------------------------------------------------- */

static void
take_good(struct watched *w, const struct anomaly_rules *rules, const struct glimpse *g)
{
	remember(w, rules->window, false, g);
	if (w->phase == PHASE_OPEN) {
		w->other_run = 0;
		if (w->good_run++ == 0)
			w->good_first = *g;
		if (is_over(w, rules, g))
			close_it(w, g);
	}
	w->good = *g;
}

static void
take_bad(struct watched *w, const struct anomaly_rules *rules, const struct glimpse *g)
{
	bool after_good = w->good_run > 0;

	remember(w, rules->window, true, g);
	if (w->phase == PHASE_OPEN)
		still_bad(w, rules, g, after_good);
	else if (is_enough(w, rules, g->view.stage))
		open_it(w, g);
	w->good_run = 0;
	w->bad = *g;
}

void
watched_take(struct watched *w, const struct anomaly_rules *rules, const struct sighting *s)
{
	struct glimpse g = glimpse_of(s);
	enum says what = says(s);

	w->newest = g;
	w->dirty = true;
	if (what == SAYS_NOTHING)
		return;
	if (what == SAYS_GOOD) {
		stranger_take(w, s, &g);
		take_good(w, rules, &g);
	} else
		take_bad(w, rules, &g);
}
