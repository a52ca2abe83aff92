/* Whether a probe found the truth: its records against a scenario's [truth]. Pure. */
#ifndef LAB_JUDGE_H
#define LAB_JUDGE_H

#include <stdbool.h>
#include <stddef.h>

#include "tests/lab/scenario.h"

struct measurement;

enum outcome {
	OUTCOME_RIGHT,
	OUTCOME_ACCUSED, /* an innocent site is said to be blocked: the worst */
	OUTCOME_MISSED,
	OUTCOME_MECHANISM,    /* blocked, but not in the way that it is */
	OUTCOME_INSUFFICIENT, /* the probe says that it cannot tell, where it should */
	OUTCOME_STATUS,       /* no accusation, but not what it is either */
	OUTCOME_ABSENT,       /* there is no record */
	OUTCOME_MAX
};
/* "right", "wrong-innocent-accused", ... */
const char *outcome_name(enum outcome outcome);

/* Whether a comma separated list has the word; "*" has all of them. */
bool words_have(const char *list, const char *word);

/* truth NULL: an innocent bystander; m NULL: no record of it. */
enum outcome judge_target(const struct truth_target *truth, const struct measurement *m);
/* The round's own record, and its JSON for the notes in it. *expected gets what was to be, in the
 * scenario's arena. */
enum outcome judge_round(const struct scenario *scenario, const struct measurement *round,
    const char *json, const char **expected);

#endif
