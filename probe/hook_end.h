/* How a program for events ended, and what to do about it. Pure. */
#ifndef PROBE_HOOK_END_H
#define PROBE_HOOK_END_H

#include <stdbool.h>

struct buf;

enum hook_end {
	HOOK_END_WELL,
	HOOK_END_NOT_EXECUTED,
	HOOK_END_STATUS,
	HOOK_END_SIGNAL,
	HOOK_END_LATE,
	HOOK_END_NOISY, /* badly, after its output was closed */
	HOOK_END_STOPPED, /* because netvane stops */
	HOOK_END_MAX
};

struct hook_ended {
	int err; /* errno of fork or execve; 0: it ran */
	int status; /* as waitpid gave it */
	bool late; /* it was ended when its time was over */
	bool stopped; /* it had less time than usual, because netvane stops */
	bool noisy; /* its output was closed, because there was too much of it */
};

enum hook_end hook_end_find(const struct hook_ended *ended);
/* For the log: what happened, and where something can be done, what. limit_ms is what it was allowed. */
void hook_end_words(const struct hook_ended *ended, const char *program, int limit_ms, struct buf *out);

#endif
