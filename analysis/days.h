/* Records to days of the place where they were made. */
#ifndef ANALYSIS_DAYS_H
#define ANALYSIS_DAYS_H

#include "analysis/daily.h"

struct places;
struct record;

struct days {
	struct daily *daily;
	struct places *places; /* borrowed */
	int64_t placeless; /* measurements of unknown country, whose days are UTC's */
};

/* A record without a time, or one that tells nothing, is passed over. */
void days_add(struct days *days, const struct record *record);

#endif
