/*
 * A program that is run for each event: the record on its standard input, what matters of it in the environment. One at a time, in
 * order; each has a time limit, and what it prints goes to the log.
 */
#ifndef PROBE_HOOK_H
#define PROBE_HOOK_H

#include <stddef.h>
#include <stdint.h>

struct event_base;
struct hook;

struct hook_options {
	char *const *argv; /* as of hook_command_parse; copied */
	int limit_ms; /* then SIGTERM goes to its process group, and SIGKILL HOOK_GRACE_MS later */
	size_t waiting_max; /* events that may wait for their turn; the oldest give way */
};

/*
 * HOOK_WAITING_BYTES: of all that waits. HOOK_VALUE_MAX: bytes of a variable's value, the rest is cut off (the kernel takes 128 KiB,
 * and would start nothing). HOOK_PRINTED_MAX: bytes a program may print before its output is closed.
 */
enum {
	HOOK_LIMIT_MS = 30000,
	HOOK_WAITING_MAX = 100,
	HOOK_GRACE_MS = 2000,
	HOOK_WAITING_BYTES = 4 * 1024 * 1024,
	HOOK_VALUE_MAX = 64 * 1024,
	HOOK_PRINTED_MAX = 1024 * 1024,
};

/* An environment variable. */
struct hook_variable {
	const char *name, *value; /* value NULL: it is left out */
};

struct hook_counts {
	uint64_t started;
	uint64_t well; /* ended with status 0 */
	uint64_t badly; /* could not be executed, another status, a signal, too late */
	uint64_t dropped; /* events for which nothing was started */
	size_t waiting;
};

/* A program that is not there now is logged, and tried all the same. Ignores SIGPIPE for this process. */
struct hook *hook_new(struct event_base *base, const struct hook_options *options);
/* For the programs that are started from now on. */
void hook_configure(struct hook *hook, const struct hook_options *options);
/* To another loop, also while a program runs; before the old one is freed. */
void hook_move(struct hook *hook, struct event_base *base);
/* Queues an event; all is copied. Beside these variables the program gets our PATH, HOME, LANG and TZ, and no others. */
void hook_event(struct hook *hook, const void *json, size_t len, const struct hook_variable *variables, size_t n);
/*
 * Runs what waits for so long at most; then the running program is ended and the rest dropped. Then calls done, once, from the loop: now
 * it may be freed. No more events are taken.
 */
void hook_stop(struct hook *hook, int within_ms, void (*done)(void *arg), void *arg);
/* Kills what still runs. NULL is fine. */
void hook_free(struct hook *hook);
void hook_count(const struct hook *hook, struct hook_counts *counts);

#endif
