/*
 * Work in parallel, its results in order: one thread fills batches, as many as asked for work on them, and the caller takes
 * them back in the order in which they were filled. So many batches, and no more memory, as there are to begin with.
 */
#ifndef ANALYSIS_CREW_H
#define ANALYSIS_CREW_H

#include <stdbool.h>
#include <stddef.h>

struct crew;

struct crew_job {
	/* In the filling thread: false when there is nothing more, and the batch is as it was. */
	bool (*fill)(void *batch, void *arg);
	/* In any worker's: `worker` from 0 tells whose. */
	void (*work)(void *batch, size_t worker, void *arg);
	void *arg;
};

/* How many processors this program may use: at least 1. */
size_t crew_processors(void);

/* The batches are borrowed; job is copied. */
struct crew *crew_new(const struct crew_job *job, size_t workers, void *const *batches, size_t n);
/* The next batch that was worked on, the caller's until the next call; NULL at the end. */
void *crew_next(struct crew *crew);
/* Stops as soon as the batches at work are done. NULL is fine. */
void crew_free(struct crew *crew);

#endif
