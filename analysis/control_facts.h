/*
 * What a measurement from a clean vantage says of its target, in the words of a test helper's answer (results/vantage.h), so that
 * the rules which compare with a helper's compare with it as well. Pure.
 */
#ifndef ANALYSIS_CONTROL_FACTS_H
#define ANALYSIS_CONTROL_FACTS_H

#include <stdbool.h>

struct record;
struct vantage;

enum control_fitness {
	CONTROL_FIT,
	CONTROL_OFFLINE, /* its own line was not online, or replaces certificates; or nothing says that it worked */
	CONTROL_CENSORED, /* it tells of interference itself */
	CONTROL_SILENT, /* it says nothing of the site: cut short, no URL, no time */
	CONTROL_FITNESS_MAX
};

/*
 * Of the record of a target. With CONTROL_FIT, *vantage is an answer in the measurement's arena: lists in order, header names
 * without their values.
 */
enum control_fitness control_facts_of(const struct record *record, struct vantage **vantage);
/* Whether the site was well, as the answer has it. */
bool control_works(const struct vantage *vantage);

#endif
