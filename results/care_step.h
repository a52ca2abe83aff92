/* Work in slices: what one slice came to. */
#ifndef RESULTS_CARE_STEP_H
#define RESULTS_CARE_STEP_H

enum care_step {
	CARE_DONE, /* there is no more to do */
	CARE_MORE, /* go on, with the next call */
	CARE_FAILED, /* errno tells */
};

#endif
