/* Looks for a record in the segments that are not sealed, the newest first, in slices. */
#ifndef RESULTS_CARE_FIND_H
#define RESULTS_CARE_FIND_H

#include <stdbool.h>
#include <stddef.h>

#include "results/care_step.h"

struct care_find;

/* By its id, which is copied. */
struct care_find *care_find_new(int dir_fd, const char *id);
/* NULL is fine. */
void care_find_free(struct care_find *find);
/* CARE_DONE: *found says whether; the segment it was found in has been synced. CARE_FAILED: errno. */
enum care_step care_find_step(struct care_find *find, size_t budget, bool *found);

#endif
