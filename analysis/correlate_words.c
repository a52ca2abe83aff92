/* What the correlation comes to, in words. */
#include "config.h"

#include "analysis/correlate_words.h"

#include <inttypes.h>
#include <math.h>

#include "analysis/correlate.h"
#include "analysis/event_choice.h"
#include "base/buf.h"
#include "base/mem.h"

static const char *const refusals[REFUSAL_MAX] = {
    [REFUSAL_NONE] = "",
    [REFUSAL_NO_DAYS] = "nothing measured",
    [REFUSAL_FEW_EVENT_DAYS] = "below five measured event days",
    [REFUSAL_NO_OTHER_DAYS] = "no other days to compare with",
    [REFUSAL_NEVER_BAD] = "never blocked",
    [REFUSAL_ALWAYS_BAD] = "always blocked",
};

static const struct {
	enum correlate_doubt doubt;
	const char *note, *words;
} doubts[] = {
    {DOUBT_BEFORE, "bad before, too", "the week before them was as bad already"},
    {DOUBT_PLACEBO, "placebo days, too", "days two weeks away from them look the same"},
    {DOUBT_SAMPLING, "measured more", "they were measured more often, which by itself finds more"},
};
enum { NDOUBTS = sizeof(doubts) / sizeof(doubts[0]) };

void
correlate_note(const struct correlate_row *row, struct buf *out)
{
	const char *before = "";
	int i;

	buf_puts(out, refusals[row->refusal]);
	if (row->finding != FINDING_DOUBTFUL)
		return;
	for (i = 0; i < NDOUBTS; i++) {
		if ((row->doubts & (unsigned)doubts[i].doubt) == 0)
			continue;
		buf_printf(out, "%s%s", before, doubts[i].note);
		before = "; ";
	}
}

static const char *
plural(int64_t n)
{
	return n == 1 ? "" : "s";
}

static void
put_percent(struct buf *out, int64_t part, int64_t all)
{
	double percent = all > 0 ? 100 * (double)part / (double)all : 0;

	buf_printf(out, percent > 0 && percent < 10 ? "%.1f %%" : "%.0f %%", percent);
}

static void
put_p(struct buf *out, double p)
{
	buf_printf(out, p < 0.001 ? "%.4f" : p < 0.1 ? "%.3f" : "%.2f", p);
}

/* "12 of 36 days near an event were bad (33 %), and 5 of 328 others (1.5 %)" */
static void
put_counts(struct buf *out, const struct correlate_answer *answer)
{
	const struct stats_table *t = &answer->overall.table;

	buf_printf(out, "%" PRId64 " of %" PRId64 " %sdays near an event were bad (", t->a,
	    t->a + t->b, answer->nrows > 1 ? "target-" : "");
	put_percent(out, t->a, t->a + t->b);
	buf_printf(out, "), and %" PRId64 " of %" PRId64 " others (", t->c, t->c + t->d);
	put_percent(out, t->c, t->c + t->d);
	buf_puts(out, ")");
}

static void
put_refusal(struct buf *out, const struct correlate_row *row)
{
	switch (row->refusal) {
	case REFUSAL_FEW_EVENT_DAYS:
		buf_puts(out, "It cannot be said whether blocking goes with the events: ");
		if (row->event_days == 0)
			buf_puts(out, "none of their days was measured");
		else
			buf_printf(out, "only %" PRId64 " of their days %s measured",
			    row->event_days, row->event_days == 1 ? "was" : "were");
		buf_printf(out, ", and from fewer than %d nothing can be concluded.",
		    CORRELATE_EVENT_DAYS);
		break;
	case REFUSAL_NO_OTHER_DAYS:
		buf_puts(out, "It cannot be said whether blocking goes with the events: every measured "
			      "day is near one, and there is nothing to compare with.");
		break;
	case REFUSAL_NEVER_BAD:
		buf_printf(out,
		    "No blocking was seen, near the events or elsewhere: none of %" PRId64
		    " measured target-day%s was bad.", row->days, plural(row->days));
		break;
	case REFUSAL_ALWAYS_BAD:
		buf_printf(out,
		    "Blocking goes on whatever the day: all %" PRId64
		    " measured target-day%s were bad, so none of it can be laid to events.",
		    row->days, plural(row->days));
		break;
	default:
		buf_puts(out, "It cannot be said whether blocking goes with the events: nothing that "
			      "tells was measured.");
	}
}

static void
put_doubts(struct buf *out, unsigned found)
{
	const char *before = "";
	int i;

	for (i = 0; i < NDOUBTS; i++) {
		if ((found & (unsigned)doubts[i].doubt) == 0)
			continue;
		buf_printf(out, "%s%s", before, doubts[i].words);
		before = ", and ";
	}
}

static void
put_overall(struct buf *out, const struct correlate_answer *answer)
{
	static const char *const beginnings[FINDING_MAX] = {
	    [FINDING_NOTHING] = "No sign that blocking goes with the events: ",
	    [FINDING_DOUBTFUL] = "Blocking is more frequent near the events, but it cannot be laid to "
				 "them: ",
	    [FINDING_FOLLOWS] = "Blocking goes with the events: ",
	};
	const struct correlate_row *row = &answer->overall;

	buf_puts(out, beginnings[row->finding]);
	if (row->finding == FINDING_DOUBTFUL) {
		put_doubts(out, row->doubts);
		buf_puts(out, ". ");
	}
	put_counts(out, answer);
	if (row->finding == FINDING_NOTHING && row->p_least > CORRELATE_LEVEL)
		buf_puts(out, "; the record is too short for more (p cannot be lower than ");
	else if (row->finding == FINDING_NOTHING)
		buf_puts(out, "; chance alone often does as much (p = ");
	else
		buf_puts(out, "; chance alone seldom does as much (p = ");
	put_p(out, row->finding == FINDING_NOTHING && row->p_least > CORRELATE_LEVEL ? row->p_least
										     : row->p);
	buf_puts(out, ").");
}

void
correlate_verdict(const struct correlate_report *report, struct buf *out)
{
	const struct correlate_answer *answer = report->answer;

	if (answer->overall.refusal != REFUSAL_NONE)
		put_refusal(out, &answer->overall);
	else
		put_overall(out, answer);
	if (answer->tests > 0 && answer->nrows > 1)
		buf_printf(out, " Of %zu target%s tested, %zu stand%s out by itself (q at most 0.05).",
		    answer->tests, plural((int64_t)answer->tests), answer->findings,
		    answer->findings == 1 ? "s" : "");
}

/* ---- Caveats -------------------------------------------------------------------------------- */

struct caveats {
	struct arena *arena;
	const char **texts;
	size_t n;
};

static void
add(struct caveats *caveats, struct buf *text)
{
	*ARENA_PUSH(caveats->arena, caveats->texts, caveats->n) =
	    arena_strdup(caveats->arena, buf_str(text));
	buf_clear(text);
}

static void
add_tests(struct caveats *caveats, const struct correlate_report *report, struct buf *text)
{
	const struct correlate_answer *answer = report->answer;
	size_t untested[REFUSAL_MAX] = {0}, i;
	const char *before = "; not tested: ";

	for (i = 0; i < answer->nrows; i++)
		untested[answer->rows[i].refusal]++;
	buf_printf(text, "%zu test%s over which q is taken", answer->tests,
	    plural((int64_t)answer->tests));
	for (i = REFUSAL_NONE + 1; i < REFUSAL_MAX; i++) {
		if (untested[i] == 0)
			continue;
		buf_printf(text, "%s%zu %s", before, untested[i], refusals[i]);
		before = ", ";
	}
	buf_puts(text, ".");
	add(caveats, text);
}

static void
put_event_days(struct buf *text, const struct correlate_answer *answer)
{
	const struct correlate_row *row = &answer->overall;

	if (answer->events == 0) {
		buf_puts(text, "No event that can be used is in the period that was measured.");
		return;
	}
	buf_printf(text,
	    "The period has %" PRId64 " event day%s; %" PRId64 " of them %s measured, in %" PRId64
	    " spell%s. What was not measured is missing, not good: on days of a shutdown no site can "
	    "be judged.", answer->events, plural(answer->events), row->event_days,
	    row->event_days == 1 ? "was" : "were", row->spells, plural(row->spells));
}

static void
add_events(struct caveats *caveats, const struct correlate_report *report, struct buf *text)
{
	const struct event_choice *choice = report->choice;
	const char *before = " Set apart: ";
	size_t i;

	put_event_days(text, report->answer);
	for (i = APART_NOT + 1; i < APART_MAX; i++) {
		if (choice->apart[i] == 0)
			continue;
		buf_printf(text, "%s%zu %s", before, choice->apart[i],
		    event_apart_words((enum event_apart)i));
		before = ", ";
	}
	buf_puts(text, before[0] == ',' ? "." : "");
	add(caveats, text);
}

static void
add_sampling(struct caveats *caveats, const struct correlate_row *row, struct buf *text)
{
	double times = row->per_day_near / row->per_day_other;

	if (!(times > 1.25) && !(times < 0.8))
		return;
	buf_printf(text,
	    "Days near events were measured %.1f times as often as others. By the share of bad "
	    "measurements, which that does not change, p would be ", times);
	if (isnan(row->p_share))
		return buf_clear(text);
	put_p(text, row->p_share);
	buf_puts(text, ".");
	add(caveats, text);
}

const char **
correlate_caveats(const struct correlate_report *report, struct arena *arena)
{
	struct caveats caveats = {.arena = arena};
	struct buf text = BUF_EMPTY;

	buf_puts(&text, "This is association. It does not say that the events were the cause.");
	add(&caveats, &text);
	add_events(&caveats, report, &text);
	add_tests(&caveats, report, &text);
	buf_puts(&text, "p is one-sided, by moving the events along the record: runs of bad days and days "
			"of the week are allowed for. The odds ratio's interval takes every day for "
			"independent, and is too narrow where bad days come in runs or targets are "
			"blocked together.");
	add(&caveats, &text);
	if (report->answer->overall.refusal == REFUSAL_NONE) {
		buf_puts(&text, "Of the days around an event, one in twenty is outside of its band by "
				"chance.");
		add(&caveats, &text);
		add_sampling(&caveats, &report->answer->overall, &text);
	}
	if (report->placeless > 0) {
		buf_printf(&text, "%" PRId64 " measurement%s of unknown country: their days are UTC's "
				  "(--tz ZONE names the place).",
		    report->placeless, plural(report->placeless));
		add(&caveats, &text);
	}
	buf_free(&text);
	*ARENA_PUSH(arena, caveats.texts, caveats.n) = NULL;
	return caveats.texts;
}

void
correlate_method(const struct correlate_report *report, struct buf *out)
{
	const struct correlate_question *question = report->question;
	const struct correlate_row *overall = &report->answer->overall;

	buf_printf(out, "netvane-analyze %s; seed %" PRIu64 "; ", PACKAGE_VERSION, question->seed);
	if (overall->refusal != REFUSAL_NONE)
		buf_puts(out, "no shifts");
	else if (overall->exact)
		buf_printf(out, "all %" PRId64 " shifts by whole weeks", overall->arrangements);
	else
		buf_printf(out, "%" PRId64 " random shifts by whole weeks", overall->arrangements);
	buf_printf(out, "; an event counts %d day%s either way; days of %s; events: %s",
	    question->tolerance, plural(question->tolerance), report->zones, report->calendars);
}
