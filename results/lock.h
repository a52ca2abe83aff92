/*
 * One process at a time in a directory: an exclusive lock on DIR/lock, which holds the owner's pid as
 * text. The lock is the kernel's (flock), not the file's existence, so that what a dead process left behind is no obstacle.
 */
#ifndef RESULTS_LOCK_H
#define RESULTS_LOCK_H

#include <sys/types.h>

struct lock;

enum lock_result {
	LOCK_OK = 0,
	LOCK_HELD = -1, /* by another process: *pid says which, 0 unknown */
	LOCK_FAILED = -2, /* logged; errno tells */
};

/* dir exists. On LOCK_OK *lock is the caller's. */
int lock_take(const char *dir, struct lock **lock, pid_t *pid);
/* Lets go. NULL is fine. */
void lock_drop(struct lock *lock);

#endif
