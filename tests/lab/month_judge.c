/* Whether a daemon told what happened. */
#include "tests/lab/month_judge.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "results/measurement.h"
#include "results/record_reader.h"
#include "tests/lab/judge.h"

static const int64_t second_us = 1000000;

enum {
	/* An order is taken within that time: the daemon looks for one every few seconds. */
	ORDER_S = 10,
	/* A round may be so late: for targets that are due soon, and on a busy machine. */
	LATE_S = 240,
	SLACK_S = 120,
};

/* What was told of one site in one anomaly. */
struct told_site {
	const char *url;
	struct event_bracket begin, end;
	bool began, ended;
};

/* All that was told under one id. */
struct told {
	const char *id;
	bool is_gap;
	int nonset, nrecovery, nchange;
	struct told_site *sites;
	size_t nsites;
	const char *mechanism; /* of the last change for the worse */
	bool intermittent;
	/* Of a gap: */
	enum gap_cause cause;
	struct event_bracket begin, end;
	int64_t from_us, until_us;
	double step_s;
	bool known; /* some episode was it */
};

struct round {
	int64_t start_us;
	bool of_use;
};

struct judge {
	const struct chronicle *chronicle;
	const struct episode_truth *truths;
	struct month_found *out;
	struct arena *arena;
	struct told *told;
	size_t ntold;
	struct round *rounds;
	size_t nrounds;
	int counts[EVENT_KIND_MAX];
};

/* --- what was told ---------------------------------------------------------------------------- */

static struct told *
told_of(struct judge *j, const char *id, bool is_gap)
{
	struct told *told;
	size_t i;

	for (i = 0; i < j->ntold; i++)
		if (strcmp(j->told[i].id, id) == 0)
			return &j->told[i];
	told = ARENA_PUSH(j->arena, j->told, j->ntold);
	told->id = arena_strdup(j->arena, id);
	told->is_gap = is_gap;
	return told;
}

static struct told_site *
site_of(struct judge *j, struct told *told, const char *url)
{
	struct told_site *site;
	size_t i;

	for (i = 0; i < told->nsites; i++)
		if (strcmp(told->sites[i].url, url) == 0)
			return &told->sites[i];
	site = ARENA_PUSH(j->arena, told->sites, told->nsites);
	site->url = arena_strdup(j->arena, url);
	return site;
}

static bool
is_well(const struct event_view *v)
{
	return v->status == VERDICT_OK || (v->status == VERDICT_IMPAIRED && v->mechanism == HTTP_SERVER_REFUSAL);
}

static void
take_anomaly(struct judge *j, const struct event_info *e)
{
	struct told *told = told_of(j, e->anomaly->id, false);
	bool over = is_well(&e->anomaly->after);
	size_t i;

	told->nonset += e->kind == EVENT_ANOMALY_ONSET;
	told->nrecovery += e->kind == EVENT_ANOMALY_RECOVERY;
	told->nchange += e->kind == EVENT_ANOMALY_CHANGE;
	told->intermittent = told->intermittent || e->anomaly->intermittent;
	if (!over && e->kind == EVENT_ANOMALY_ONSET)
		told->mechanism = mechanism_name(e->anomaly->after.mechanism);
	for (i = 0; i < e->ntargets; i++) {
		struct told_site *site = site_of(j, told, e->targets[i].url);

		if (over) {
			site->end = e->targets[i].when;
			site->ended = true;
		} else if (!site->began) {
			site->begin = e->targets[i].when;
			site->began = true;
		}
	}
}

static void
take_gap(struct judge *j, const struct event_info *e)
{
	struct told *told = told_of(j, e->gap->id, true);

	told->cause = e->gap->cause;
	told->begin = e->when;
	told->from_us = e->gap->from_us;
	if (e->gap->until_us == 0)
		return;
	told->nrecovery++;
	told->end = e->gap->end;
	told->until_us = e->gap->until_us;
	told->step_s = e->gap->clock_step_s;
}

/* Whether somebody was in the way of that site at any time of the measurement. */
static bool
was_hit(const struct judge *j, const struct measurement *m)
{
	int64_t end_us = m->start_us + (int64_t)(m->runtime * 1e6);
	size_t i, k;

	for (i = 0; i < j->chronicle->nepisodes; i++) {
		const struct chronicle_episode *e = &j->chronicle->episodes[i];
		const struct episode_truth *t = &j->truths[i];

		if ((e->kind != EPISODE_BLOCK && e->kind != EPISODE_HARMLESS) || end_us < t->from_us || m->start_us > t->until_us)
			continue;
		for (k = 0; k < e->targets.n; k++)
			if (strcmp(e->targets.items[k], m->input) == 0)
				return true;
	}
	return false;
}

/* What the daemon looks twice at. */
static bool
is_bad(const struct verdict *v)
{
	return v->status == VERDICT_BLOCKED || v->status == VERDICT_LIKELY_BLOCKED ||
	    (v->status == VERDICT_IMPAIRED && v->mechanism != HTTP_SERVER_REFUSAL);
}

static void
take_target(struct judge *j, const struct measurement *m)
{
	struct month_found *out = j->out;
	const char *mechanism = mechanism_name(m->verdict.mechanism);
	char when[CLOCK_TEXT_SIZE];

	out->nmeasurements++;
	if (!is_bad(&m->verdict) || was_hit(j, m))
		return;
	out->nbad++;
	*ARENA_PUSH(out->arena, out->odd, out->nodd) = arena_printf(out->arena, "%s %s: %s, %s, with nobody in the way",
	    clock_ooni(m->start_us, when), m->input, verdict_status_name(m->verdict.status), mechanism != NULL ? mechanism : "-");
}

static void
take_round(struct judge *j, const struct measurement *m)
{
	enum network_state state = m->context.network;

	*ARENA_PUSH(j->arena, j->rounds, j->nrounds) =
	    (struct round){m->start_us, state == NETWORK_ONLINE || state == NETWORK_DEGRADED};
}

static void
read_records(struct judge *j, const char *dir)
{
	char *path = arena_strdup(j->arena, dir), error[256];
	struct record_reader *reader = record_reader_new(&path, 1, NULL, NULL);
	struct record_line line;
	struct measurement *m;

	while (record_reader_next(reader, &line) == 1) {
		j->out->bytes += (int64_t)line.len + 1;
		m = measurement_decode(line.data, line.len, NULL, error, sizeof(error));
		if (m == NULL) {
			*ARENA_PUSH(j->arena, j->out->invented, j->out->ninvented) = arena_printf(
			    j->arena, "%s:%lld: a line that is no record: %s", line.file, (long long)line.line, error);
			continue;
		}
		if (m->event != NULL) {
			j->counts[m->event->kind]++;
			j->out->nevents++;
			if (m->event->anomaly != NULL)
				take_anomaly(j, m->event);
			else if (m->event->gap != NULL)
				take_gap(j, m->event);
		} else if (m->round != NULL)
			take_round(j, m);
		else if (m->role != NULL && strcmp(m->role, "target") == 0)
			take_target(j, m);
		measurement_free(m);
	}
	record_reader_free(reader);
	j->out->nrounds = j->nrounds;
}

/* --- comparing -------------------------------------------------------------------------------- */

static bool
lies_in(const struct event_bracket *b, int64_t us, int64_t slack_us)
{
	return b->not_before_us != 0 && b->not_after_us != 0 && b->not_before_us - slack_us <= us &&
	    us <= b->not_after_us + slack_us;
}

static bool
has_word(const struct words *words, const char *word)
{
	size_t i;

	for (i = 0; i < words->n; i++)
		if (strcmp(words->items[i], word) == 0)
			return true;
	return false;
}

/* An anomaly that names a site of the episode, and began in its time. */
static bool
is_about(const struct judge *j, const struct told *told, const struct chronicle_episode *e, const struct episode_truth *t)
{
	int64_t late_us = 2 * j->chronicle->every_s * second_us;
	size_t i;

	for (i = 0; !told->is_gap && i < told->nsites; i++) {
		const struct told_site *s = &told->sites[i];

		if (s->began && has_word(&e->targets, s->url) && s->begin.not_after_us >= t->from_us &&
		    s->begin.not_before_us <= t->until_us && s->begin.not_after_us <= t->until_us + late_us)
			return true;
	}
	return false;
}

static struct event_bracket
hull(const struct event_bracket *a, const struct event_bracket *b)
{
	return (struct event_bracket){
	    a->not_before_us != 0 && a->not_before_us < b->not_before_us ? a->not_before_us : b->not_before_us,
	    a->not_after_us > b->not_after_us ? a->not_after_us : b->not_after_us};
}

/* What is wrong with what was told of the episode's sites; NULL: nothing. */
static const char *
sites_wrong(struct judge *j, const struct told *told, struct episode_found *found)
{
	const struct chronicle_episode *e = found->episode;
	size_t i;

	for (i = 0; i < told->nsites; i++) {
		const struct told_site *s = &told->sites[i];

		if (!has_word(&e->targets, s->url))
			return arena_printf(j->arena, "%s was not hit, and is named", s->url);
		if (!s->began || !s->ended)
			return arena_printf(j->arena, "of %s there is no %s", s->url, s->began ? "end" : "beginning");
		found->begin = hull(&found->begin, &s->begin);
		found->end = hull(&found->end, &s->end);
		if (!lies_in(&s->begin, found->truth.from_us, 0))
			return arena_printf(j->arena, "%s: it did not begin when it is said to", s->url);
		if (!lies_in(&s->end, found->truth.until_us, 0))
			return arena_printf(j->arena, "%s: it did not end when it is said to", s->url);
	}
	if (told->nsites < e->targets.n)
		return arena_printf(j->arena, "%zu sites were hit, %zu are named", e->targets.n, told->nsites);
	return NULL;
}

static void
judge_block(struct judge *j, struct episode_found *found)
{
	const struct chronicle_episode *e = found->episode;
	struct told *told = NULL;
	size_t i, n = 0;

	for (i = 0; i < j->ntold; i++)
		if (is_about(j, &j->told[i], e, &found->truth)) {
			told = &j->told[i];
			told->known = true;
			n++;
		}
	found->has_end = true;
	if (n == 0) {
		found->wrong = "it was not told";
		return;
	}
	found->told = told->mechanism;
	found->wrong = sites_wrong(j, told, found);
	if (n > 1)
		found->wrong = arena_printf(j->arena, "it was told as %zu anomalies", n);
	else if (told->nonset != 1 || told->nrecovery != 1)
		found->wrong = arena_printf(j->arena, "it began %d times and ended %d times", told->nonset, told->nrecovery);
	else if (told->intermittent)
		found->wrong = "it is said to come and go";
	else if (found->wrong == NULL && e->mechanisms != NULL &&
	    (told->mechanism == NULL || !words_have(e->mechanisms, told->mechanism)))
		found->wrong = "it is called by another name";
}

static void
judge_harmless(struct judge *j, struct episode_found *found)
{
	size_t i;

	for (i = 0; i < j->ntold; i++)
		if (is_about(j, &j->told[i], found->episode, &found->truth))
			found->wrong = "it was told";
}

static void
judge_gap(struct judge *j, struct episode_found *found)
{
	const struct chronicle_episode *e = found->episode;
	bool order = e->kind == EPISODE_PAUSE || e->kind == EPISODE_STOP;
	int64_t slack_us = order ? ORDER_S * second_us : 0;
	struct told *told = NULL;
	size_t i, n = 0;

	found->has_end = true;
	for (i = 0; i < j->ntold; i++) {
		struct told *t = &j->told[i];

		if (t->is_gap && t->cause == e->cause && t->until_us >= found->truth.from_us &&
		    t->from_us <= found->truth.until_us) {
			told = t;
			told->known = true;
			n++;
		}
	}
	if (n != 1) {
		found->wrong = n == 0 ? "it was not told" : arena_printf(j->arena, "it was told as %zu gaps", n);
		return;
	}
	found->told = gap_cause_name(told->cause);
	found->begin = told->begin;
	found->end = told->end;
	if (told->nrecovery != 1)
		found->wrong = arena_printf(j->arena, "it ended %d times", told->nrecovery);
	else if (!lies_in(&told->begin, found->truth.from_us, slack_us))
		found->wrong = "it did not begin when it is said to";
	else if (!lies_in(&told->end, found->truth.until_us, slack_us))
		found->wrong = "it did not end when it is said to";
}

/* The clock went wrong, or was set right: one moment, by the clock as it was then. */
static void
judge_step(struct judge *j, struct episode_found *found, int64_t at_us, double step_s)
{
	struct told *told = NULL;
	size_t i, n = 0;

	for (i = 0; i < j->ntold; i++) {
		struct told *t = &j->told[i];

		if (!t->is_gap || t->cause != GAP_CLOCK_STEP || fabs(t->step_s - step_s) > 5 || !lies_in(&t->begin, at_us, 0))
			continue;
		told = t;
		told->known = true;
		n++;
	}
	if (n != 1) {
		found->wrong = n == 0 ? "it was not told" : arena_printf(j->arena, "it was told %zu times", n);
		return;
	}
	found->told = gap_cause_name(GAP_CLOCK_STEP);
	found->begin = told->begin;
}

static struct episode_found *
add_found(struct judge *j, size_t i)
{
	struct episode_found *found = ARENA_PUSH(j->arena, j->out->episodes, j->out->nepisodes);

	found->episode = &j->chronicle->episodes[i];
	found->truth = j->truths[i];
	return found;
}

static void
judge_episode(struct judge *j, size_t i)
{
	const struct chronicle_episode *e = &j->chronicle->episodes[i];
	struct episode_found *found = add_found(j, i);

	if (found->truth.from_us == 0 || found->truth.until_us == 0) {
		found->wrong = "it did not take place";
		return;
	}
	if (e->kind == EPISODE_BLOCK)
		judge_block(j, found);
	else if (e->kind == EPISODE_HARMLESS)
		judge_harmless(j, found);
	else if (e->kind != EPISODE_CLOCK)
		judge_gap(j, found);
	else {
		judge_step(j, found, found->truth.from_us + e->step_s * second_us, e->step_s);
		found = add_found(j, i);
		judge_step(j, found, found->truth.until_us, -e->step_s);
	}
}

/* --- what else was told ----------------------------------------------------------------------- */

static void
note(struct judge *j, const char ***lines, size_t *n, const char *text)
{
	const char **line = arena_push(j->arena, (void **)lines, n, sizeof(**lines));

	*line = text;
}

static void
look_for_inventions(struct judge *j)
{
	char when[CLOCK_TEXT_SIZE];
	size_t i;

	for (i = 0; i < j->ntold; i++) {
		const struct told *t = &j->told[i];

		if (t->known)
			continue;
		note(j, &j->out->invented, &j->out->ninvented,
		    t->is_gap ? arena_printf(j->arena, "a gap from %s, %s", clock_ooni(t->from_us, when), gap_cause_name(t->cause))
			      : arena_printf(j->arena, "an anomaly of %s and %zu more, after %s: %s", t->nsites > 0 ? t->sites[0].url : "nobody",
				    t->nsites > 0 ? t->nsites - 1 : 0, clock_ooni(t->nsites > 0 ? t->sites[0].begin.not_before_us : 0, when),
				    t->mechanism != NULL ? t->mechanism : "-"));
	}
}

/* Starts, stops and pauses: as many as were ordered, and nothing that cannot be. */
static void
count_notes(struct judge *j)
{
	int wanted[EVENT_KIND_MAX] = {[EVENT_PROBE_START] = 1, [EVENT_PROBE_STOP] = 1};
	size_t i;

	for (i = 0; i < j->chronicle->nepisodes; i++) {
		enum episode_kind kind = j->chronicle->episodes[i].kind;

		wanted[EVENT_PROBE_START] += kind == EPISODE_POWER || kind == EPISODE_KILL || kind == EPISODE_STOP;
		wanted[EVENT_PROBE_STOP] += kind == EPISODE_STOP;
		wanted[EVENT_PAUSE] += kind == EPISODE_PAUSE;
		wanted[EVENT_RESUME] += kind == EPISODE_PAUSE;
	}
	for (i = 0; i < EVENT_KIND_MAX; i++) {
		if (i == EVENT_ANOMALY_ONSET || i == EVENT_ANOMALY_CHANGE || i == EVENT_ANOMALY_RECOVERY || i == EVENT_GAP ||
		    j->counts[i] == wanted[i])
			continue;
		note(j, &j->out->invented, &j->out->ninvented,
		    arena_printf(j->arena, "%s was told %d times, and happened %d times",
			i == EVENT_NONE ? "something unknown" : event_kind_name((enum event_kind)i), j->counts[i], wanted[i]));
	}
}

/* --- silence ---------------------------------------------------------------------------------- */

/* How far gaps reach from there. */
static int64_t
explained_until(const struct judge *j, int64_t from_us)
{
	bool more = true;
	size_t i;

	while (more) {
		more = false;
		for (i = 0; i < j->ntold; i++)
			if (j->told[i].is_gap && j->told[i].from_us <= from_us + SLACK_S * second_us && j->told[i].until_us > from_us) {
				from_us = j->told[i].until_us;
				more = true;
			}
	}
	return from_us;
}

/* How much of the time between two moments of the wall clock never was: it was set forward over it. */
static int64_t
jumped_over(const struct judge *j, int64_t from_us, int64_t until_us)
{
	int64_t jumped_us = 0, first, last;
	size_t i;

	for (i = 0; i < j->ntold; i++) {
		if (!j->told[i].is_gap || j->told[i].cause != GAP_CLOCK_STEP || !(j->told[i].step_s > 0))
			continue;
		first = j->told[i].from_us > from_us ? j->told[i].from_us : from_us;
		last = j->told[i].until_us < until_us ? j->told[i].until_us : until_us;
		jumped_us += last > first ? last - first : 0;
	}
	return jumped_us;
}

static void
look_for_silences(struct judge *j)
{
	int64_t longest_us = (j->chronicle->every_s * 11 / 10 + LATE_S) * second_us, end_us;
	char from[CLOCK_TEXT_SIZE], until[CLOCK_TEXT_SIZE];
	size_t i;

	for (i = 0; i < j->nrounds; i++) {
		const struct round *r = &j->rounds[i];

		if (!r->of_use && explained_until(j, r->start_us) == r->start_us)
			note(j, &j->out->silences, &j->out->nsilences,
			    arena_printf(j->arena, "the round of %s was of no use, and in no gap", clock_ooni(r->start_us, from)));
		if (i == 0)
			continue;
		end_us = r[-1].start_us + longest_us + jumped_over(j, r[-1].start_us, r->start_us);
		if (r->start_us <= end_us)
			continue;
		end_us = explained_until(j, end_us);
		if (end_us + SLACK_S * second_us < r->start_us)
			note(j, &j->out->silences, &j->out->nsilences,
			    arena_printf(j->arena, "no round from %s to %s, and no gap", clock_ooni(r[-1].start_us, from),
				clock_ooni(r->start_us, until)));
	}
}

void
month_judge(const struct chronicle *chronicle, const struct episode_truth *truths, const char *results_dir,
    struct month_found *out)
{
	struct judge j = {.chronicle = chronicle, .truths = truths, .out = out};
	size_t i;

	*out = (struct month_found){.arena = arena_new()};
	j.arena = out->arena;
	read_records(&j, results_dir);
	for (i = 0; i < chronicle->nepisodes; i++)
		judge_episode(&j, i);
	look_for_inventions(&j);
	count_notes(&j);
	look_for_silences(&j);
}

void
month_found_clear(struct month_found *found)
{
	arena_free(found->arena);
	*found = (struct month_found){0};
}
