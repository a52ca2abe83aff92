/*
 * A disk that fails when it is told to: the calls with which files are changed, counted, and made to fail, or to be the process's
 * last. Linked in with WRAP_FILE_CALLS, which has the linker put these functions in place of the system's.
 */
#ifndef TESTS_FAULTS_H
#define TESTS_FAULTS_H

enum fault_mode {
	FAULT_NONE, /* only counted */
	FAULT_FAIL, /* does nothing, and fails */
	FAULT_HALF, /* a write writes half of it and then fails; others as FAULT_FAIL */
	FAULT_LOSE, /* a sync fails, and what was written since the last one is gone; only syncs count */
	FAULT_SPOIL, /* a sync fails, and what was written since the last one is zeroes; only syncs count */
	FAULT_KILL, /* SIGKILL instead of the call */
	FAULT_KILL_AFTER, /* SIGKILL when it is done */
	FAULT_POWER, /* a power cut instead of the call: what no sync covered is gone, bytes and names, and so is the process */
	FAULT_POWER_REMOVALS /* the same, but that files were removed is on the disk already */
};

/* From now on: the calls from the `at`th (1 the next) to the `count` - 1 after it. */
void fault_arm(enum fault_mode mode, int at, int count, int err);
/* Since the last fault_arm. */
int fault_calls(void);
/* Of them, fdatasync and fsync. */
int fault_syncs(void);

#endif
