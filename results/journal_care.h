/*
 * Care for a journal that runs for months: closed segments are sealed (seal.h), and when the results take more room than they may, days
 * are thinned and dropped, quiet ones first (care_plan.h). All of it in slices, so that an event loop can do it in between, and all of
 * it so that a crash at any moment loses nothing: care goes on where it was.
 *
 * An act of the quota is told of before it happens, and happens only once the record of it is on the disk: care looks for the record
 * itself. The order is: the intent is saved; `tell` writes the record and syncs the journal; care finds it in the journal; what was
 * announced goes; the intent goes. After a crash the intent is still there, and care begins by looking for the record.
 */
#ifndef RESULTS_JOURNAL_CARE_H
#define RESULTS_JOURNAL_CARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "results/care_act.h"
#include "results/care_step.h"

struct journal;
struct journal_care;

struct journal_care_options {
	int64_t quota_bytes; /* that all segments may take on the disk; 0: any number */
	bool keep_today; /* segments of today, and of later, stay as they are: somebody may be reading them */
	int64_t keep_one_of; /* rounds that thinning leaves; below 2: days are dropped without. 8 is a good number. */
	/*
	 * To append a record with the id of the act to the journal, and to sync it. Returns 0 when that is done; anything else, and it is
	 * asked again with a later step. `again`: it was asked before in this process, so the record may be waiting to be written already.
	 */
	int (*tell)(const struct care_act *act, bool again, void *arg);
	void *arg;
};

/* Borrows the journal, which must be closed after the care is freed. The options are copied. */
struct journal_care *journal_care_new(
    struct journal *journal, const struct journal_care_options *options);
/* Leaves what is half done to the next time. NULL is fine. */
void journal_care_free(struct journal_care *care);
/* From the next act on. */
void journal_care_set_quota(struct journal_care *care, int64_t quota_bytes, int64_t keep_one_of);
/*
 * One slice of work, on about `budget` bytes of records (64 KiB at least). 128 KiB take 2.6 ms of a desktop's core on average
 * (docs/performance.md), so a small computer's should need 10 to 50. At the end of each file it waits for an fsync, of which most was
 * on its way already.
 * CARE_DONE: nothing to do; ask again when a minute has passed, or a round. CARE_FAILED: something is in the way (logged, once in a
 * row for each kind of error); ask again in a minute.
 */
enum care_step journal_care_step(struct journal_care *care, size_t budget);
/* Bytes that all segments took when care last looked. */
int64_t journal_care_bytes(const struct journal_care *care);

#endif
