/* A month that was played, in words: TAP for a test, a table for a document. */
#ifndef LAB_MONTH_TELL_H
#define LAB_MONTH_TELL_H

#include <stdint.h>
#include <stdio.h>

#include "tests/lab/month_judge.h"

struct month_story {
	const struct chronicle *chronicle;
	const struct month_found *found;
	int64_t began_us; /* wall clock */
	double took_s; /* of real time */
};

/* Returns how many claims do not hold. */
int month_tell_tap(const struct month_story *story, FILE *out);
/* A part of a document in Markdown, without a heading. */
void month_tell_table(const struct month_story *story, FILE *out);

#endif
