/*
 * What each rule of results/verdict.c means, for people who are no experts: no more than it proves, what else could be the
 * cause, and what would settle it. tests/test_explain.c insists that no rule lacks its words.
 */
#ifndef RESULTS_RULE_WORDS_H
#define RESULTS_RULE_WORDS_H

#include <stdbool.h>

#include "results/verdict.h"

struct measurement;

/* Other explanations that remain. */
enum cause {
	CAUSE_NONE,
	CAUSE_OWN_FILTER,
	CAUSE_OWN_DNS_FILTER,
	CAUSE_OWN_INTERCEPTOR,
	CAUSE_ON_THE_WAY,
	CAUSE_INNER_NAMES,
	CAUSE_NEW_NAME,
	CAUSE_NAME_LAPSED,
	CAUSE_RESOLVER_TROUBLE,
	CAUSE_STALE_ADDRESS,
	CAUSE_DEAD_NODE,
	CAUSE_ODD_MACHINE,
	CAUSE_OTHERS_LIE,
	CAUSE_REGIONAL_NAMES,
	CAUSE_SITE_DOWN,
	CAUSE_SITE_OVERLOADED,
	CAUSE_SITE_BY_NAME,
	CAUSE_SITE_REFUSES_YOU,
	CAUSE_SITE_CHOSE,
	CAUSE_GATE_TO_SITE,
	CAUSE_SITE_CERTIFICATE,
	CAUSE_LOOKS_ALIKE,
	CAUSE_ROUTE,
	CAUSE_CHANCE,
	CAUSE_VANTAGE_BLOCKED,
	CAUSE_CLOCK,
	CAUSE_LINE,
	CAUSE_CUT_OFF,
	CAUSE_QUIC_OFF,
	CAUSE_INTERFERENCE,
	CAUSE_SAME_ADDRESS_BLOCKED,
	CAUSE_OONI_DIFF,
	CAUSE_MAX
};

/* What would settle it. */
enum remedy {
	REMEDY_NONE,
	REMEDY_VANTAGE,
	REMEDY_AGAIN,
	REMEDY_OTHER_LINE,
	REMEDY_DOH,
	REMEDY_ROUTER,
	REMEDY_WEEK,
	REMEDY_TRACE,
	REMEDY_HTTPS,
	REMEDY_BROWSER,
	REMEDY_OPERATORS,
	REMEDY_CLOCK,
	REMEDY_ANTIVIRUS,
	REMEDY_LINE,
	REMEDY_MEASURE,
	REMEDY_MAX
};

enum { RULE_CAUSES = 4, RULE_REMEDIES = 4 };

struct rule_words {
	const char *rule;
	/* "{seen}" stands for what the verdict's mechanism looks like: mechanism_seen. */
	const char *meaning;
	enum cause causes[RULE_CAUSES]; /* CAUSE_NONE ends them */
	enum remedy remedies[RULE_REMEDIES]; /* likewise */
};
/* Those of a rule; of the status alone for a rule that there is not (of another version, of somebody else). */
const struct rule_words *rule_words(const char *rule, enum verdict_status status);
/* NULL where the rule has none of its own. */
const struct rule_words *rule_words_find(const char *rule);

/* "is reset", said of the connection, the page, or the resolver, whichever the mechanism is about. */
const char *mechanism_seen(enum mechanism mechanism);
const char *cause_words(enum cause cause);
/* "{url}" stands for the target. */
const char *remedy_words(enum remedy remedy);
/* The record has that evidence already. */
bool remedy_is_done(enum remedy remedy, const struct measurement *m);

#endif
