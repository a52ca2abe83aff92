/* Outcomes to days of the place where they were measured. */
#ifndef ANALYSIS_DAYS_H
#define ANALYSIS_DAYS_H

#include "analysis/daily.h"

struct outcome;
struct places;

struct days {
	struct daily *daily;
	struct places *places; /* borrowed */
	int64_t placeless; /* measurements of unknown country, whose days are UTC's */
};

/* One that says nothing is passed over. */
void days_add(struct days *days, const struct outcome *outcome);

#endif
