/* An explanation, put together. */
#include "results/explain.h"

#include <string.h>

#include "base/mem.h"
#include "results/explain_tell.h"
#include "results/measurement.h"
#include "results/rule_words.h"
#include "results/verdict_words.h"

static const char *
rule_of(const struct verdict *v)
{
	return v->nevidence > 0 ? v->evidence[0] : NULL;
}

static bool
has_evidence(const struct verdict *v, const char *code)
{
	size_t i;

	for (i = 0; i < v->nevidence; i++)
		if (strcmp(v->evidence[i], code) == 0)
			return true;
	return false;
}

/* --- other explanations ---------------------------------------------------------------------- */

/* What the circumstances add to the rule's own. */
static bool
filter_at_home(const struct measurement *m)
{
	return m->verdict.stage == STAGE_DNS && has_evidence(&m->verdict, "resolver_on_own_network");
}

static bool
bad_line(const struct measurement *m)
{
	return m->context.network == NETWORK_DEGRADED;
}

static bool
cut_off(const struct measurement *m)
{
	return m->context.network == NETWORK_FOREIGN_CUT || m->context.network == NETWORK_SHUTDOWN;
}

static const struct {
	bool (*when)(const struct measurement *m);
	enum cause cause;
} circumstances[] = {
    {filter_at_home, CAUSE_OWN_DNS_FILTER},
    {bad_line, CAUSE_LINE},
    {cut_off, CAUSE_CUT_OFF},
};

static void
add_alternative(struct measurement *m, enum cause cause, struct explanation *out)
{
	const char *text = cause_words(cause);
	size_t i;

	for (i = 0; i < out->nalternatives; i++)
		if (out->alternatives[i] == text)
			return;
	*ARENA_PUSH(m->arena, out->alternatives, out->nalternatives) = text;
}

static void
add_alternatives(struct measurement *m, const struct rule_words *words, struct explanation *out)
{
	size_t i;

	for (i = 0; i < RULE_CAUSES && words->causes[i] != CAUSE_NONE; i++)
		add_alternative(m, words->causes[i], out);
	for (i = 0; i < sizeof(circumstances) / sizeof(circumstances[0]); i++)
		if (m->verdict.status != VERDICT_OK && m->verdict.status != VERDICT_DOWN && circumstances[i].when(m))
			add_alternative(m, circumstances[i].cause, out);
}

static void
add_remedies(struct measurement *m, const struct rule_words *words, struct explanation *out)
{
	const char *url = m->input != NULL ? m->input : "URL";
	size_t i;

	for (i = 0; i < RULE_REMEDIES && words->remedies[i] != REMEDY_NONE; i++)
		if (!remedy_is_done(words->remedies[i], m))
			*ARENA_PUSH(m->arena, out->would_settle, out->nwould_settle) =
			    tell_fill(m->arena, remedy_words(words->remedies[i]), "{url}", url);
}

/* --- all of it ------------------------------------------------------------------------------- */

static const char *
verdict_text(struct measurement *m)
{
	const char *status = m->verdict.status == VERDICT_NONE ? "not judged" : verdict_status_words(m->verdict.status)->text;
	const char *why = mechanism_words(m->verdict.mechanism);

	return why != NULL ? arena_printf(m->arena, "%s: %s", status, why) : status;
}

void
explain_record(struct measurement *m, struct explanation *out)
{
	const struct rule_words *words, *doubts;

	if (!m->has_x)
		verdict_from_ooni(m, &m->verdict);
	*out = (struct explanation){.rule = rule_of(&m->verdict)};
	words = doubts = rule_words(out->rule, m->verdict.status);
	/* Of OONI's verdicts only the accusations have doubts of their own. */
	if (!m->has_x && m->verdict.status != VERDICT_LIKELY_BLOCKED)
		doubts = rule_words(NULL, m->verdict.status);
	out->verdict = verdict_text(m);
	out->network = tell_network(m);
	tell_seen(m, out);
	tell_tests(m, out);
	tell_around(m, out);
	out->meaning = tell_fill(m->arena, words->meaning, "{seen}", mechanism_seen(m->verdict.mechanism));
	add_alternatives(m, doubts, out);
	add_remedies(m, doubts, out);
}
