/* What a round is to measure: the configured lists and URLs, read and put together. */
#ifndef PROBE_PLAN_H
#define PROBE_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "targets/list.h"

struct conf;

/* Begins zeroed. */
struct plan {
	struct list *lists;
	size_t nlists;
	struct target *urls; /* given one by one */
	size_t nurls;
	struct list controls;
	const struct target **targets; /* all of them, each URL once; borrowed from the above */
	size_t ntargets;
};

/*
 * Loads everything; every bad line is logged. Returns -1 to go on, or the exit code: EX_DATAERR, EX_NOINPUT, EX_USAGE.
 */
int plan_load(struct plan *plan, const struct conf *conf, bool skip_bad);
void plan_clear(struct plan *plan);

#endif
