/* Years of measurements of one target with blocks planted in them, and how well the episodes found agree with them. */
#ifndef TESTS_EPISODE_SIM_H
#define TESTS_EPISODE_SIM_H

#include <stdint.h>

struct sim {
	double interval_s; /* between two measurements; each comes up to a tenth of that early or late */
	double block_s; /* how long a block lasts */
	int blocks; /* a year, at random times at least three days apart */
	char letter; /* what a measurement of the blocked target gives: see outcome_lab.h */
	double leak; /* of them, the share that is well all the same */
	double accidents; /* of all others, the share that fails by itself */
	double hiccups; /* a year: half an hour, as a rule, in which 7 of 10 fail though nobody blocks */
	double missing; /* of all, the share that is not made */
	int days_off; /* a year, each of them a day without any */
	int years;
	uint64_t seed;
};

struct sim_result {
	int planted, found; /* blocks; found: an episode overlaps */
	int seen; /* planted, of which two measurements at least failed */
	int alarms; /* episodes that overlap no block */
	int split; /* episodes beyond the first that overlap the same block */
	int onsets, recoveries; /* of those found, the brackets that hold the truth */
	double onset_width_s; /* mean width of the brackets */
};

void sim_run(const struct sim *sim, struct sim_result *result);

#endif
