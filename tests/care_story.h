/*
 * A few days in the life of a journal, in a process of its own: rounds, segments that end, sealing, thinning, dropping, through the
 * spool. And what must be true afterwards, however it ended.
 */
#ifndef TESTS_CARE_STORY_H
#define TESTS_CARE_STORY_H

#include <stdbool.h>

enum { STORY_IDS = 150, STORY_NOT_BEGUN = 3 };

/* What the process said before it ended; shared with it. */
struct story {
	bool tried[STORY_IDS]; /* it is about to append the record, */
	bool taken[STORY_IDS]; /* it was taken, by the journal or to wait, */
	bool synced[STORY_IDS]; /* and a sync was said to have covered it */
	int ids;
	bool troubled; /* so records may be in the segments of a later day than their own */
	int lost; /* by the spool, at its end; -1: there was none */
	int calls, syncs; /* calls that changed the disk; of them those that synced */
	int thinned, dropped; /* records, by what story_check found */
};

struct story *story_new(void);
void story_free(struct story *story);
/* Tells it; in the child, which ends with STORY_NOT_BEGUN where the journal cannot be opened. `fill`: bytes of each record more. */
void story_tell(struct story *story, int fill);
/*
 * Opens the journal again, lets care come to its end, and closes it. Then: no line is torn, none is there twice, every record that was
 * synced is there, or went by an act of the quota of which there is a record, and the acts account for what is missing.
 */
void story_check(struct story *story, int fill);

#endif
