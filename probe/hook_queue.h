/* Events that wait for the program that is run for each: what it will get, copied, and bounds, beyond which the oldest give way. */
#ifndef PROBE_HOOK_QUEUE_H
#define PROBE_HOOK_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "probe/hook.h"

struct hook_order {
	struct hook_order *next;
	struct buf json; /* for standard input */
	char **env; /* "NAME=value", NULL at the end */
	size_t nenv, bytes;
};

/* Embed it; begins zeroed. */
struct hook_queue {
	struct hook_order *first, *last;
	size_t n, bytes;
	uint64_t dropped, dropped_told;
	bool said_full;
};

/* Our own PATH (or a usual one), HOME, LANG and TZ go before the variables. program: for the log. */
void hook_queue_add(struct hook_queue *queue, size_t most, const char *program, const void *json, size_t len,
    const struct hook_variable *variables, size_t n);
/* The oldest, to hook_order_free; there must be one. */
struct hook_order *hook_queue_take(struct hook_queue *queue);
/* NULL is fine. */
void hook_order_free(struct hook_order *order);
void hook_queue_drop_all(struct hook_queue *queue);
/* Logs how many were dropped since it was last said, if any. */
void hook_queue_tell(struct hook_queue *queue, const char *program);

#endif
