/* What the correlation comes to, in words. */
#include "config.h"

#include "analysis/correlate_words.h"

#include <math.h>
#include <stdio.h>

#include "analysis/catalogue.h"
#include "analysis/correlate.h"
#include "analysis/event_choice.h"
#include "base/buf.h"
#include "base/mem.h"

/* Messages: po/LANG.po has them in other languages. */
static const char *const refusals[REFUSAL_MAX] = {
    [REFUSAL_NO_DAYS] = N_("nothing measured"),
    [REFUSAL_FEW_EVENT_DAYS] = N_("below five measured event days"),
    [REFUSAL_NO_OTHER_DAYS] = N_("no other days to compare with"),
    [REFUSAL_NEVER_BAD] = N_("never blocked"),
    [REFUSAL_ALWAYS_BAD] = N_("always blocked"),
};

static const struct {
	enum correlate_doubt doubt;
	const char *note, *words;
} doubts[] = {
    {DOUBT_BEFORE, N_("bad before, too"), N_("the week before them was as bad already")},
    {DOUBT_PLACEBO, N_("placebo days, too"), N_("days two weeks away from them look the same")},
    {DOUBT_SAMPLING, N_("measured more"), N_("they were measured more often, which by itself finds more")},
};
enum { NDOUBTS = sizeof(doubts) / sizeof(doubts[0]) };
_Static_assert((int)CORRELATE_NOTES >= (int)NDOUBTS, "there is room for all");

size_t
correlate_notes(const struct correlate_row *row, const char *notes[CORRELATE_NOTES])
{
	size_t n = 0, i;

	if (refusals[row->refusal] != NULL)
		notes[n++] = refusals[row->refusal];
	for (i = 0; row->finding == FINDING_DOUBTFUL && i < NDOUBTS; i++)
		if ((row->doubts & (unsigned)doubts[i].doubt) != 0)
			notes[n++] = doubts[i].note;
	return n;
}

void
correlate_note(const struct correlate_row *row, struct buf *out)
{
	const char *notes[CORRELATE_NOTES];
	size_t n = correlate_notes(row, notes), i;

	for (i = 0; i < n; i++)
		buf_printf(out, "%s%s", i > 0 ? "; " : "", notes[i]);
}

/* ---- The verdict ---------------------------------------------------------------------------- */

/* "33 %" */
struct figure {
	char text[32];
};

static struct figure
percent_of(int64_t part, int64_t all)
{
	double percent = all > 0 ? 100 * (double)part / (double)all : 0;
	struct figure figure;

	snprintf(figure.text, sizeof(figure.text), percent > 0 && percent < 10 ? "%.1f %%" : "%.0f %%", percent);
	return figure;
}

static struct figure
figure_of_p(double p)
{
	struct figure figure;

	snprintf(figure.text, sizeof(figure.text), p < 0.001 ? "%.4f" : p < 0.1 ? "%.3f" : "%.2f", p);
	return figure;
}

static void
put_refusal(struct buf *out, const struct catalogue *words, const struct correlate_row *row)
{
	switch (row->refusal) {
	case REFUSAL_FEW_EVENT_DAYS:
		if (row->event_days == 0)
			buf_printf(out, catalogue_get(words, "It cannot be said whether blocking goes with the events: none of their days was "
							     "measured, and from fewer than %d nothing can be concluded."), CORRELATE_EVENT_DAYS);
		else
			buf_printf(out, catalogue_plural(words, row->event_days,
			    "It cannot be said whether blocking goes with the events: only %lld of their days was measured, and from fewer than "
			    "%d nothing can be concluded.",
			    "It cannot be said whether blocking goes with the events: only %lld of their days were measured, and from fewer than "
			    "%d nothing can be concluded."), (long long)row->event_days, CORRELATE_EVENT_DAYS);
		break;
	case REFUSAL_NO_OTHER_DAYS:
		buf_puts(out, catalogue_get(words, "It cannot be said whether blocking goes with the events: every measured day is near one, and "
						   "there is nothing to compare with."));
		break;
	case REFUSAL_NEVER_BAD:
		buf_printf(out, catalogue_plural(words, row->days,
		    "No blocking was seen, near the events or elsewhere: none of %lld measured target-day was bad.",
		    "No blocking was seen, near the events or elsewhere: none of %lld measured target-days was bad."), (long long)row->days);
		break;
	case REFUSAL_ALWAYS_BAD:
		buf_printf(out, catalogue_plural(words, row->days,
		    "Blocking goes on whatever the day: the %lld measured target-day was bad, so none of it can be laid to events.",
		    "Blocking goes on whatever the day: all %lld measured target-days were bad, so none of it can be laid to events."),
		    (long long)row->days);
		break;
	default:
		buf_puts(out, catalogue_get(words, "It cannot be said whether blocking goes with the events: nothing that tells was measured."));
	}
}

/* "12 of 36 days near an event were bad (33 %), and 5 of 328 others (1.5 %)" */
static void
put_counts(struct buf *out, const struct catalogue *words, const struct correlate_answer *answer)
{
	const struct stats_table *t = &answer->overall.table;

	buf_printf(out, answer->nrows > 1
		? catalogue_get(words, "%lld of %lld target-days near an event were bad (%s), and %lld of %lld others (%s)")
		: catalogue_get(words, "%lld of %lld days near an event were bad (%s), and %lld of %lld others (%s)"),
	    (long long)t->a, (long long)(t->a + t->b),
	    percent_of(t->a, t->a + t->b).text,
	    (long long)t->c, (long long)(t->c + t->d), percent_of(t->c, t->c + t->d).text);
}

static void
put_doubts(struct buf *out, const struct catalogue *words, unsigned found)
{
	const char *before = "";
	int i;

	for (i = 0; i < NDOUBTS; i++) {
		if ((found & (unsigned)doubts[i].doubt) == 0)
			continue;
		buf_printf(out, "%s%s", before, catalogue_get(words, doubts[i].words));
		before = catalogue_get(words, N_(", and "));
	}
}

static void
put_overall(struct buf *out, const struct catalogue *words, const struct correlate_answer *answer)
{
	const struct correlate_row *row = &answer->overall;
	struct buf counts = BUF_EMPTY, reasons = BUF_EMPTY;

	put_counts(&counts, words, answer);
	put_doubts(&reasons, words, row->doubts);
	if (row->finding == FINDING_FOLLOWS)
		buf_printf(out, catalogue_get(words, "Blocking goes with the events: %s; chance alone seldom does as much (p = %s)."),
		    buf_str(&counts), figure_of_p(row->p).text);
	else if (row->finding == FINDING_DOUBTFUL)
		buf_printf(out, catalogue_get(words, "Blocking is more frequent near the events, but it cannot be laid to them: %s. %s; chance "
						     "alone seldom does as much (p = %s)."),
		    buf_str(&reasons), buf_str(&counts), figure_of_p(row->p).text);
	else if (row->p_least > CORRELATE_LEVEL)
		buf_printf(out, catalogue_get(words, "No sign that blocking goes with the events: %s; the record is too short for more (p cannot "
						     "be lower than %s)."),
		    buf_str(&counts), figure_of_p(row->p_least).text);
	else
		buf_printf(out, catalogue_get(words, "No sign that blocking goes with the events: %s; chance alone often does as much (p = %s)."),
		    buf_str(&counts), figure_of_p(row->p).text);
	buf_free(&counts);
	buf_free(&reasons);
}

void
correlate_verdict(const struct correlate_report *report, struct buf *out)
{
	const struct correlate_answer *answer = report->answer;

	if (answer->overall.refusal != REFUSAL_NONE)
		put_refusal(out, report->words, &answer->overall);
	else
		put_overall(out, report->words, answer);
	if (answer->tests == 0 || answer->nrows < 2)
		return;
	buf_puts(out, " ");
	buf_printf(out, catalogue_plural(report->words, (int64_t)answer->tests,
	    "Of %lld target tested, those that stand out by themselves (q at most 0.05): %lld.",
	    "Of %lld targets tested, those that stand out by themselves (q at most 0.05): %lld."),
	    (long long)answer->tests, (long long)answer->findings);
}

/* ---- Caveats -------------------------------------------------------------------------------- */

struct caveats {
	const struct catalogue *words;
	struct arena *arena;
	const char **texts;
	size_t n;
};

static void
add(struct caveats *caveats, const char *text)
{
	*ARENA_PUSH(caveats->arena, caveats->texts, caveats->n) = arena_strdup(caveats->arena, text);
}

static void
add_message(struct caveats *caveats, const char *message)
{
	add(caveats, catalogue_get(caveats->words, message));
}

/* "; not tested: 3 never blocked, 1 always blocked": `heading` comes before the first of them. */
static void
put_item(const struct caveats *caveats, struct buf *text, const char *heading, bool *first, size_t n, const char *item)
{
	if (n == 0)
		return;
	buf_puts(text, *first ? catalogue_get(caveats->words, heading) : ", ");
	buf_printf(text, catalogue_get(caveats->words, N_("%lld %s")), (long long)n, catalogue_get(caveats->words, item));
	*first = false;
}

static void
add_tests(struct caveats *caveats, const struct correlate_answer *answer)
{
	size_t untested[REFUSAL_MAX] = {0}, i;
	struct buf text = BUF_EMPTY;
	bool first = true;

	for (i = 0; i < answer->nrows; i++)
		untested[answer->rows[i].refusal]++;
	buf_printf(&text, catalogue_get(caveats->words, "Tests over which q is taken: %lld"), (long long)answer->tests);
	for (i = REFUSAL_NONE + 1; i < REFUSAL_MAX; i++)
		put_item(caveats, &text, N_("; not tested: "), &first, untested[i], refusals[i]);
	buf_puts(&text, ".");
	add(caveats, buf_str(&text));
	buf_free(&text);
}

static void
add_events(struct caveats *caveats, const struct correlate_report *report)
{
	const struct correlate_row *row = &report->answer->overall;
	const struct event_choice *choice = report->choice;
	struct buf text = BUF_EMPTY;
	bool first = true;
	size_t i;

	if (report->answer->events == 0)
		buf_puts(&text, catalogue_get(caveats->words, "No event that can be used is in the period that was measured."));
	else
		buf_printf(&text, catalogue_get(caveats->words, "Event days in the period: %lld; measured: %lld, in spells: %lld. What was not measured is "
								"missing, not good: on days of a shutdown no site can be judged."),
		    (long long)report->answer->events, (long long)row->event_days, (long long)row->spells);
	for (i = APART_NOT + 1; i < APART_MAX; i++)
		put_item(caveats, &text, N_(" Set apart: "), &first, choice->apart[i], event_apart_words((enum event_apart)i));
	buf_puts(&text, first ? "" : ".");
	add(caveats, buf_str(&text));
	buf_free(&text);
}

static void
add_sampling(struct caveats *caveats, const struct correlate_row *row)
{
	double times = row->per_day_near / row->per_day_other;
	struct buf text = BUF_EMPTY;

	if (isnan(row->p_share) || (!(times > 1.25) && !(times < 0.8)))
		return;
	buf_printf(&text, catalogue_get(caveats->words, "Days near events were measured %.1f times as often as others. By the share of bad "
							"measurements, which that does not change, p would be %s."),
	    times, figure_of_p(row->p_share).text);
	add(caveats, buf_str(&text));
	buf_free(&text);
}

static void
add_placeless(struct caveats *caveats, int64_t n)
{
	struct buf text = BUF_EMPTY;

	if (n == 0)
		return;
	buf_printf(&text, catalogue_plural(caveats->words, n,
	    "%lld measurement of unknown country: its day is UTC's (--tz ZONE names the place).",
	    "%lld measurements of unknown country: their days are UTC's (--tz ZONE names the place)."), (long long)n);
	add(caveats, buf_str(&text));
	buf_free(&text);
}

const char **
correlate_caveats(const struct correlate_report *report, struct arena *arena)
{
	struct caveats caveats = {.words = report->words, .arena = arena};

	add_message(&caveats, N_("This is association. It does not say that the events were the cause."));
	add_events(&caveats, report);
	add_tests(&caveats, report->answer);
	add_message(&caveats, N_("p is one-sided, by moving the events along the record: runs of bad days and days of the week are allowed for. "
				 "The odds ratio's interval takes every day for independent, and is too narrow where bad days come in runs or "
				 "targets are blocked together."));
	if (report->answer->overall.refusal == REFUSAL_NONE) {
		add_message(&caveats, N_("Of the days around an event, one in twenty is outside of its band by chance."));
		add_sampling(&caveats, &report->answer->overall);
	}
	add_placeless(&caveats, report->placeless);
	*ARENA_PUSH(arena, caveats.texts, caveats.n) = NULL;
	return caveats.texts;
}

void
correlate_method(const struct correlate_report *report, struct buf *out)
{
	const struct correlate_question *question = report->question;
	const struct correlate_row *overall = &report->answer->overall;
	const struct catalogue *words = report->words;

	buf_puts(out, "netvane-analyze " PACKAGE_VERSION "; ");
	buf_printf(out, catalogue_get(words, "seed %llu; "), (unsigned long long)question->seed);
	if (overall->refusal != REFUSAL_NONE)
		buf_puts(out, catalogue_get(words, "no shifts"));
	else if (overall->exact)
		buf_printf(out, catalogue_plural(words, overall->arrangements, "%lld shift by whole weeks, the only one", "all %lld shifts by whole weeks"),
		    (long long)overall->arrangements);
	else
		buf_printf(out, catalogue_plural(words, overall->arrangements, "%lld random shift by whole weeks", "%lld random shifts by whole weeks"),
		    (long long)overall->arrangements);
	buf_puts(out, "; ");
	buf_printf(out, catalogue_plural(words, question->tolerance, "an event counts %d day either way", "an event counts %d days either way"),
	    question->tolerance);
	buf_printf(out, catalogue_get(words, "; days of %s; events: %s"), report->zones, report->calendars);
}
