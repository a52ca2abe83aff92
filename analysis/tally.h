/*
 * What became of each target: how often it was judged how, when it was first and last seen, and
 * when its status last changed. Records may come in any order.
 */
#ifndef ANALYSIS_TALLY_H
#define ANALYSIS_TALLY_H

#include <stddef.h>
#include <stdint.h>

#include "results/verdict.h"

struct target;

struct tally_target {
	const char *url;
	char *host; /* NULL: the input is no http(s) URL */
	int64_t n;
	int64_t counts[VERDICT_STATUS_MAX];
	int64_t first_us, last_us; /* 0 unknown */
	/* The latest status that says something, and its last change. What could not be told
	 * (insufficient) is neither a status nor a change. VERDICT_NONE: there is none. */
	enum verdict_status status;
	enum verdict_status changed_from;
	int64_t changed_us; /* first seen with `status` after `changed_from` */
	uint32_t pile; /* tally.c's own */
};

struct tally;

struct tally *tally_new(void);
void tally_free(struct tally *tally);
/* us 0: unknown. */
void tally_add(
    struct tally *tally, const struct target *target, int64_t us, enum verdict_status status);
/* Finds the changes and returns the targets, by host and URL; add no more after. */
const struct tally_target *tally_finish(struct tally *tally, size_t *n);

#endif
