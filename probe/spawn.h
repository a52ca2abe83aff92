/*
 * Starting another program with nothing of ours but what it is given: no signal that is ignored or blocked, no open file, / as
 * its directory, a session and process group of its own. No shell comes in between.
 */
#ifndef PROBE_SPAWN_H
#define PROBE_SPAWN_H

#include <sys/types.h>

/* The descriptors do not block, and are the caller's; -1 once closed. */
struct spawned {
	pid_t pid; /* of the process, and of its group */
	int in; /* its standard input */
	int out; /* its standard output and error, one after the other as it writes them */
	int trouble; /* see spawn_error */
};

/*
 * argv[0] is the path; both lists end with NULL. Returns 0, or -1 with errno where there can be no process. That the file cannot be
 * executed is found out by the new process, which then ends: nothing here waits for a slow disk.
 */
int spawn(char *const *argv, char *const *env, struct spawned *spawned);
/* After its end: why it could not be executed (errno); 0: it was. Closes `trouble'. */
int spawn_error(struct spawned *spawned);
/* To all of its group. The process must not have been waited for: later the number may be somebody else's. */
void spawn_signal(const struct spawned *spawned, int sig);
/* Closes the descriptors that are open. */
void spawn_close(struct spawned *spawned);

#endif
