/*
 * Whether a daemon told what happened: its records against a chronicle. Every episode once, its beginning and its end within what was
 * told of them; nothing else; and no silence without a reason. Reads records; otherwise pure.
 */
#ifndef LAB_MONTH_JUDGE_H
#define LAB_MONTH_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "results/event.h"
#include "tests/lab/chronicle.h"

/* When an episode really began and ended, by a wall clock that is right. */
struct episode_truth {
	int64_t from_us, until_us; /* 0: it did not */
};

/* One episode, or one of the two steps of a clock. */
struct episode_found {
	const struct chronicle_episode *episode;
	struct episode_truth truth;
	const char *wrong; /* NULL: all is right */
	const char *told; /* "tls-sni-reset", "shutdown"; NULL: nothing was */
	struct event_bracket begin, end; /* of several sites: the whole of theirs */
	bool has_end; /* false: there is only one moment */
};

struct month_found {
	struct arena *arena;
	struct episode_found *episodes;
	size_t nepisodes;
	/* What is wrong beside that, a line each. */
	const char **invented, **silences, **odd;
	size_t ninvented, nsilences, nodd;
	/* Single measurements that look bad while nobody was in the way; an anomaly wants more than one. A line each in `odd`. */
	size_t nbad;
	size_t nrounds, nmeasurements, nevents;
	int64_t bytes; /* of records */
};

/* truths: one for each of the chronicle's episodes. out is the caller's to clear. */
void month_judge(const struct chronicle *chronicle, const struct episode_truth *truths, const char *results_dir,
    struct month_found *out);
void month_found_clear(struct month_found *found);

#endif
