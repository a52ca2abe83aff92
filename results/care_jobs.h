/* What the parts of the journal's care share: journal_care.c seals and reads, care_quota.c thins and drops. Nobody else's. */
#ifndef RESULTS_CARE_JOBS_H
#define RESULTS_CARE_JOBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "results/care_index.h"
#include "results/journal_care.h"
#include "results/segment.h"

struct care_doing;
struct care_scan;
struct seal;
struct thin;

struct journal_care {
	struct journal *journal;
	struct journal_care_options options;
	int dir_fd;
	bool started;
	struct care_index index;
	struct segments list; /* as they were when the job was chosen */
	int64_t total;
	/* The job at hand, NULL none, and what it works with. */
	enum care_step (*job)(struct journal_care *care, size_t budget);
	char name[SEGMENT_NAME_SIZE]; /* of the segment that it is about */
	struct seal *seal;
	struct care_scan *scan;
	struct thin *thin;
	struct care_act act; /* that the thinning is for */
	struct care_doing *doing;
	struct failed {
		char name[SEGMENT_NAME_SIZE];
		bool for_good; /* else it is tried again when there is nothing else to do */
	} * failed; /* segments that could not be sealed */
	size_t nfailed;
	int logged_errno;
	bool said_stuck;
};

/* How a job ends. Returns CARE_MORE: there may be another one. */
enum care_step care_job_done(struct journal_care *care);
/* Returns CARE_FAILED, and keeps errno; logs one kind of error once in a row. */
enum care_step care_job_failed(struct journal_care *care, const char *name, const char *what);

/* The job of reading a closed segment, to learn what is in it. */
enum care_step care_start_scan(struct journal_care *care, const struct segment *segment);
/* Begins what the quota asks for, by care->list. CARE_DONE: nothing, or nothing that can be done. */
enum care_step care_quota_choose(struct journal_care *care);
/* The job of completing an act that an earlier process announced. Takes the act over. */
void care_quota_resume(struct journal_care *care, struct care_act *act);

#endif
