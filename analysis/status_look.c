/* How a status is shown to people. */
#include "analysis/status_look.h"

#include <stdio.h>

static const struct status_look looks[VERDICT_STATUS_MAX] = {
    [VERDICT_NONE] = {" ", "none", "not judged", TABLE_DIM},
    [VERDICT_OK] = {"✓", "ok", "ok", TABLE_GREEN},
    [VERDICT_BLOCKED] = {"✗", "blocked", "blocked", TABLE_RED},
    [VERDICT_LIKELY_BLOCKED] = {"!", "likely", "likely blocked", TABLE_RED},
    [VERDICT_IMPAIRED] = {"~", "impaired", "impaired", TABLE_YELLOW},
    [VERDICT_DOWN] = {"-", "down", "down", TABLE_BLUE},
    [VERDICT_INSUFFICIENT] = {"?", "unclear", "unclear", TABLE_DIM},
};

const struct status_look *
status_look(size_t status)
{
	return &looks[status];
}

void
status_look_legend(const bool used[VERDICT_STATUS_MAX])
{
	const char *before = "";
	size_t status;

	for (status = 0; status < VERDICT_STATUS_MAX; status++) {
		if (!used[status])
			continue;
		printf("%s%s %s", before, looks[status].symbol, looks[status].legend);
		before = "  ";
	}
	printf("; times are UTC\n");
}
