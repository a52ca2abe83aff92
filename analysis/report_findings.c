/* What the other commands find out, as parts of a report. */
#include "analysis/report_findings.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/catalogue.h"
#include "analysis/correlate.h"
#include "analysis/correlate_words.h"
#include "analysis/daily.h"
#include "analysis/days.h"
#include "analysis/episodes.h"
#include "analysis/event_choice.h"
#include "analysis/history.h"
#include "analysis/ingest.h"
#include "analysis/interception.h"
#include "analysis/outcome.h"
#include "analysis/places.h"
#include "analysis/report_model.h"
#include "base/buf.h"
#include "base/mem.h"
#include "results/known_ca.h"
#include "results/measurement.h"
#include "targets/calendar.h"

struct report_findings {
	struct history *history;
	struct interception *interception;
	struct days days;
};

struct report_findings *
report_findings_new(const struct known_cas *known, struct places *places)
{
	struct report_findings *f = xcalloc(1, sizeof(*f));

	f->history = history_new(0);
	f->interception = interception_new(known);
	f->days = (struct days){.daily = daily_new(), .places = places};
	return f;
}

void
report_findings_free(struct report_findings *f)
{
	if (f == NULL)
		return;
	history_free(f->history);
	interception_free(f->interception);
	daily_free(f->days.daily);
	free(f);
}

void
report_findings_add(struct report_findings *f, const struct record *record)
{
	struct outcome outcome;

	if (outcome_of(record, &outcome)) {
		history_add(f->history, &outcome);
		days_add(&f->days, &outcome);
	}
	if (record->kind == RECORD_TARGET)
		interception_add(f->interception, record);
}

/* --- episodes ---------------------------------------------------------------------------------- */

/* "AS9198"; of an unknown one NULL. */
static const char *
network_name(struct arena *arena, uint32_t asn)
{
	return asn > 0 ? arena_printf(arena, "AS%u", asn) : NULL;
}

static struct event_bracket
bracket_of(struct bracket b)
{
	return (struct event_bracket){b.not_before_us, b.not_after_us};
}

static void
fill_episode(struct arena *arena, const struct episode *e, struct report_episode *out)
{
	bool of_network = e->series->target == NULL;
	const char *ids[] = {e->first_id, e->last_id};
	size_t i;

	*out = (struct report_episode){.kind = episode_kind_name(e->kind), .network = network_name(arena, e->series->asn),
	    .site = of_network ? NULL : arena_strdup(arena, e->series->target),
	    .status = e->span.status, .mechanism = e->span.mechanism, .onset = bracket_of(e->span.onset),
	    .recovery = bracket_of(e->span.recovery), .bad = e->span.bad, .measured = e->span.measured,
	    .confidence = of_network ? NAN : e->span.confidence};
	for (i = 0; i < 2; i++)
		if (ids[i] != NULL && ids[i][0] != '\0' && (i == 0 || strcmp(ids[0], ids[1]) != 0))
			*ARENA_PUSH(arena, out->evidence, out->nevidence) = arena_strdup(arena, ids[i]);
}

static void
find_episodes(struct report_findings *f, struct report *report)
{
	struct episodes found;
	size_t i;

	episodes_find(f->history, NULL, &found);
	report->has_episodes = true;
	report->episodes = arena_alloc(report->arena, (found.n + 1) * sizeof(*report->episodes));
	report->nepisodes = found.n;
	for (i = 0; i < found.n; i++) {
		fill_episode(report->arena, &found.items[i], &report->episodes[i]);
		if (found.events[found.items[i].event].n > 1)
			report->episodes[i].joined = found.items[i].event + 1;
	}
	episodes_clear(&found);
}

/* --- certificates ------------------------------------------------------------------------------ */

static void
fill_habits(struct arena *arena, const struct forged_group *g, struct report_interception *out)
{
	const struct {
		bool has;
		const char *words;
	} habits[] = {
	    {g->expired > 0, N_("used though they had expired")},
	    {g->same_key > 0, N_("keys that come again")},
	    {g->exponent3 > 0, N_("exponent 3")},
	    {g->sct == 0, N_("no SCTs")},
	};
	size_t i;

	for (i = 0; i < sizeof(habits) / sizeof(habits[0]); i++)
		if (habits[i].has)
			*ARENA_PUSH(arena, out->habits, out->nhabits) = habits[i].words;
}

static void
fill_group(struct arena *arena, const struct forged_group *g, struct report_interception *out)
{
	size_t i;

	*out = (struct report_interception){.local = g->local, .issuer = arena_strdup(arena, g->issuer),
	    .key = g->issuer_key != NULL && g->issuer_key[0] != '\0' ? arena_strdup(arena, g->issuer_key) : NULL,
	    .known = g->known != NULL ? arena_strdup(arena, g->known->name) : NULL, .first_us = g->first_us,
	    .last_us = g->last_us, .seen = g->n, .leaves = (int64_t)g->leaves, .valid_days_least = g->days.least,
	    .valid_days_most = g->days.most};
	fill_habits(arena, g, out);
	for (i = 0; i < g->ntargets; i++) {
		*ARENA_PUSH(arena, out->sites, out->nsites) = arena_strdup(arena, g->targets[i].url);
		if (out->expected == NULL && g->targets[i].expected != NULL)
			out->expected = arena_strdup(arena, g->targets[i].expected->facts.issuer);
	}
	for (i = 0; i < g->nnetworks; i++)
		if (g->networks[i].asn > 0)
			*ARENA_PUSH(arena, out->networks, out->nnetworks) = network_name(arena, g->networks[i].asn);
}

static void
fill_honest(struct arena *arena, const struct honest_site *site, struct report_interception *out)
{
	*out = (struct report_interception){.honest = true, .issuer = arena_strdup(arena, site->after->facts.issuer),
	    .first_us = site->before_last_us, .last_us = site->after_first_us, .seen = -1, .leaves = (int64_t)site->keys,
	    .valid_days_least = NAN, .valid_days_most = NAN, .expected = arena_strdup(arena, site->before->facts.issuer)};
	*ARENA_PUSH(arena, out->sites, out->nsites) = arena_strdup(arena, site->url);
}

static void
find_interception(struct report_findings *f, struct report *report)
{
	const struct interception_report *found = interception_finish(f->interception);
	size_t i;

	report->has_interception = true;
	report->ninterception = found->ngroups + found->nsites;
	report->interception = arena_alloc(report->arena, (report->ninterception + 1) * sizeof(*report->interception));
	for (i = 0; i < found->ngroups; i++)
		fill_group(report->arena, &found->groups[i], &report->interception[i]);
	for (i = 0; i < found->nsites; i++)
		fill_honest(report->arena, &found->sites[i], &report->interception[found->ngroups + i]);
}

/* --- the comparison with events ---------------------------------------------------------------- */

static void
fill_row(struct arena *arena, const struct correlate_row *row, struct report_correlation_row *out)
{
	const char *notes[CORRELATE_NOTES];
	size_t n = correlate_notes(row, notes), i;

	*out = (struct report_correlation_row){.target = arena_strdup(arena, row->target), .network = arena_strdup(arena, row->network),
	    .days = row->days, .bad_days = row->bad_days, .event_days = row->event_days, .near_bad = row->table.a,
	    .near_days = row->table.a + row->table.b, .other_bad = row->table.c, .other_days = row->table.c + row->table.d,
	    .odds = row->odds_haldane, .odds_low = row->odds.low, .odds_high = row->odds.high, .p = row->p, .q = row->q};
	for (i = 0; i < n; i++)
		*ARENA_PUSH(arena, out->notes, out->nnotes) = notes[i];
}

static void
fill_epoch(struct arena *arena, const struct correlate_row *row, struct report_correlation *out)
{
	size_t i;

	if (row->refusal != REFUSAL_NONE)
		return;
	for (i = 0; i < EPOCH_LAGS; i++)
		*ARENA_PUSH(arena, out->epoch, out->nepoch) = (struct report_lag){row->epoch[i].lag, row->epoch[i].n,
		    row->epoch[i].share, row->epoch[i].low, row->epoch[i].middle, row->epoch[i].high};
}

static void
fill_correlation(const struct correlate_report *from, struct report *report)
{
	struct report_correlation *out = arena_alloc(report->arena, sizeof(*out));
	struct buf text = BUF_EMPTY;
	size_t i;

	*out = (struct report_correlation){0};
	correlate_verdict(from, &text);
	out->verdict = arena_strdup(report->arena, buf_str(&text));
	buf_clear(&text);
	correlate_method(from, &text);
	out->method = arena_strdup(report->arena, buf_str(&text));
	buf_free(&text);
	out->caveats = correlate_caveats(from, report->arena);
	while (out->caveats[out->ncaveats] != NULL)
		out->ncaveats++;
	out->nrows = from->answer->nrows + 1;
	out->rows = arena_alloc(report->arena, out->nrows * sizeof(*out->rows));
	fill_row(report->arena, &from->answer->overall, &out->rows[0]);
	for (i = 0; i < from->answer->nrows; i++)
		fill_row(report->arena, &from->answer->rows[i], &out->rows[i + 1]);
	fill_epoch(report->arena, &from->answer->overall, out);
	report->correlation = out;
}

static const char *
calendar_names(struct arena *arena, const struct report_question *q)
{
	struct buf text = BUF_EMPTY;
	const char *copy;
	size_t i;

	for (i = 0; i < q->ncalendars; i++)
		buf_printf(&text, "%s%s", i > 0 ? ", " : "", q->calendars[i].name);
	copy = arena_strdup(arena, buf_str(&text));
	buf_free(&text);
	return copy;
}

static void
compare(struct report_findings *f, const struct report_question *q, struct report *report)
{
	struct correlate_question question = {.tolerance = q->tolerance, .seed = q->seed, .permutations = q->permutations};
	struct event_wish wish = {.first = report->first_day, .last = report->last_day};
	struct correlate_report from = {.words = q->words, .question = &question, .placeless = f->days.placeless};
	struct correlate_answer *answer;
	struct buf zones = BUF_EMPTY;
	struct event_choice choice;

	question.series = daily_series(f->days.daily, false, &question.nseries);
	event_choose(q->calendars, q->ncalendars, &wish, &choice);
	question.events = choice.spans;
	question.nevents = choice.n;
	answer = correlate(&question);
	places_zones(f->days.places, &zones);
	from.answer = answer;
	from.choice = &choice;
	from.zones = zones.len > 0 ? buf_str(&zones) : "UTC";
	from.calendars = calendar_names(report->arena, q);
	fill_correlation(&from, report);
	report->has_seed = true;
	report->seed = q->seed;
	correlate_free(answer);
	event_choice_clear(&choice);
	buf_free(&zones);
}

void
report_findings_end(struct report_findings *f, const struct report_question *question, struct report *report)
{
	find_episodes(f, report);
	find_interception(f, report);
	if (question->ncalendars > 0 && report->first_day <= report->last_day)
		compare(f, question, report);
}
