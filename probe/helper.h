/*
 * Control vantages as a round uses them: machines elsewhere that speak the protocol of OONI's test helper. Which one is
 * asked next, how many questions may be under way, and when one is given up. The asking: check_control.h.
 */
#ifndef PROBE_HELPER_H
#define PROBE_HELPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/pinned_url.h"

struct conf;
struct event_base;
struct limiter;

/* As many as a helper takes of one client. HELPER_FAILURES_MAX: in a row; then it is left alone for the rest of the round. */
enum { HELPER_IN_FLIGHT = 3, HELPER_FAILURES_MAX = 3 };

struct helper {
	struct pinned_url server;
	int failures; /* in a row */
	int64_t not_before_ns; /* it asked for a pause until then (monotonic); 0 it did not */
	const char *skipped; /* why it is not asked any more; NULL it is */
};

struct helpers {
	struct helper *items; /* in order of preference */
	size_t n;
	struct limiter *turns; /* at most HELPER_IN_FLIGHT requests at a time */
};

/* From the configuration. */
struct helpers *helpers_new(const struct conf *conf, struct event_base *base);
/* Nobody may be asking. NULL is fine. */
void helpers_free(struct helpers *helpers);
/* Whether one is left to ask. NULL is fine. */
bool helpers_usable(const struct helpers *helpers);
/* The first that is not skipped, from index `from` on; NULL none. */
struct helper *helpers_next(const struct helpers *helpers, size_t from);
/* How a request ended; failure NULL: it was answered. */
void helper_count(struct helper *helper, const char *failure);

#endif
