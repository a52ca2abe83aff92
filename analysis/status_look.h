/*
 * How a status is shown to people. The symbol says it where there is no colour, and heads its
 * column where there is no room for the word.
 */
#ifndef ANALYSIS_STATUS_LOOK_H
#define ANALYSIS_STATUS_LOOK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/table.h"
#include "results/verdict.h"

struct status_look {
	const char *symbol, *word, *legend;
	enum table_colour colour;
};

/* status is an enum verdict_status. */
const struct status_look *status_look(size_t status);
/* One line on standard output that tells the symbols that were used. */
void status_look_legend(const bool used[VERDICT_STATUS_MAX]);

#endif
