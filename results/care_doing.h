/*
 * An act of the quota from its announcement to its end, in slices: it is told of, the record of it is looked for in the journal, and
 * only when that is there and synced, what was announced goes. Each step may be done again, after a crash or after trouble.
 */
#ifndef RESULTS_CARE_DOING_H
#define RESULTS_CARE_DOING_H

#include <stdbool.h>

#include "results/care_act.h"
#include "results/care_step.h"

struct care_doing;

/* See journal_care.h. */
typedef int care_tell(const struct care_act *act, bool again, void *arg);

/* The intent is saved. `resumed`: by an earlier process, which may have told of it. Takes the act over, and leaves {0}. */
struct care_doing *care_doing_new(
    int dir_fd, struct care_act *act, bool resumed, care_tell *tell, void *arg);
/* What is not done stays to be done: the intent is on the disk. NULL is fine. */
void care_doing_free(struct care_doing *doing);
/* CARE_FAILED (errno; logged where it is the act itself that failed) is not the end: the next step tries again. */
enum care_step care_doing_step(struct care_doing *doing, size_t budget);
/* Borrowed. */
const struct care_act *care_doing_act(const struct care_doing *doing);

#endif
