/*
 * Outcomes of any order become days: for each target and network, what each day's measurements say. Grows with targets x networks
 * x days, not with records. Pure.
 */
#ifndef ANALYSIS_DAILY_H
#define ANALYSIS_DAILY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/correlate.h"
#include "analysis/outcome.h"

/* The name under which rounds are counted, as if the way abroad were one more target. */
extern const char daily_line[];

struct daily;

struct daily *daily_new(void);
void daily_free(struct daily *daily);
/* network may be NULL, unknown. What says nothing leaves the day no more measured than before. */
void daily_add(struct daily *daily, const char *target, const char *network, int32_t day, enum outcome_says says, bool artefact);
/*
 * The series, by target and network, those of daily_line last and apart; all networks of a target
 * together unless `by_network`. They are daily's; nothing may be added after.
 */
const struct correlate_series *daily_series(struct daily *daily, bool by_network, size_t *n);

#endif
