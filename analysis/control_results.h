/*
 * What clean vantages saw of each target, and when: for each target its observations in the order of time, found by the
 * one nearest to a moment. Pure; once finished, only read, and safe in threads.
 *
 * An observation takes 24 bytes and its id's text (33 of ours); a sparse array has half as much again. What it says is a text
 * (addresses, failures, status, headers' names, title), of which equal ones are kept once: a site that stays as it is costs one, however long it is watched. A page's
 * length, which differs from visit to visit, is kept with the observation.
 */
#ifndef ANALYSIS_CONTROL_RESULTS_H
#define ANALYSIS_CONTROL_RESULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct vantage;

struct control_results;

struct control_results *control_results_new(int64_t within_us);
/* NULL is fine. */
void control_results_free(struct control_results *results);
/* The vantage as control_facts_of has it; id NULL: unknown. False: it says more than can be kept. */
bool control_results_add(struct control_results *results, const char *target, int64_t time_us, const char *id,
    const struct vantage *vantage);
/* Puts all in order. Add no more after. */
void control_results_finish(struct control_results *results);
size_t control_results_targets(const struct control_results *results);
/* How many different things the observations say. */
size_t control_results_different(const struct control_results *results);

enum control_search {
	CONTROL_FOUND,
	CONTROL_NONE, /* within reach */
	CONTROL_CHANGED, /* the site was well before and not after, or the other way: neither can speak for the time between */
};

struct control_match {
	struct vantage *vantage; /* in the caller's arena */
	const char *id; /* lives as long as the results; "" unknown */
	int64_t distance_us;
};

/*
 * The observation nearest to the moment, of two as near the earlier, of several at one moment that which was added first. Never the
 * one with the id of the asking record.
 */
enum control_search control_results_find(const struct control_results *results, const char *target, int64_t time_us,
    const char *own_id, struct arena *arena, struct control_match *match);

#endif
