/*
 * The life of one asynchronous check: it starts, it runs, it ends once.
 *
 * check_start sets one deadline and calls the type's start. check_finish (the first outcome wins)
 * and check_cancel free nothing: they drop the deadline and activate a reap event. Reap, from the loop,
 * calls the type's stop, then `done` unless cancelled, then frees. So `done` never runs before check_start
 * returns, and no library sees its argument die inside its own callback.
 *
 * A check writes what it saw into its measurement itself: in `stop`, which knows the outcome, or as it goes.
 */
#ifndef PROBE_CHECK_H
#define PROBE_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <event2/event_struct.h>

struct check;
struct measurement;
struct probe;

struct check_type {
	const char *name;
	size_t size; /* of the type's own struct, whose first member is a struct check */
	/* Begins the work. May call check_finish at once. */
	void (*start)(struct check *check);
	/*
	 * The deadline passed. NULL: check_finish(check, "generic_timeout_error").
	 * A type that sets one must finish the check or set a new deadline.
	 */
	void (*timeout)(struct check *check);
	/*
	 * Lets go of sockets, handles and events. Unless check->cancelled, also writes the observation.
	 */
	void (*stop)(struct check *check);
	/* After `done`, and after a cancel: lets go of what `done` could have taken. NULL: nothing. */
	void (*release)(struct check *check);
};

enum check_state { CHECK_NEW, CHECK_RUNNING, CHECK_ENDING };

struct check {
	const struct check_type *type;
	struct probe *probe;
	struct measurement *m; /* borrowed; outlives the check */
	enum check_state state;
	bool cancelled;
	const char *failure; /* the outcome once ending; NULL success. Static, or in m's arena */
	int64_t transaction_id;
	int attempt; /* 1, 2, 3 */
	const char *tag; /* an OONI tag for the observations; NULL none. Static */
	int timeout_ms;
	int64_t start_ns;
	void (*done)(struct check *check, void *arg);
	void *arg;
	struct event deadline, reap;
};

/*
 * A check of the type's size, zeroed after the head, with its next transaction id. The caller fills in the
 * type's own fields, then calls check_start. It is freed by its own life; never free it.
 */
struct check *check_new(const struct check_type *type, struct probe *probe, struct measurement *m,
    int timeout_ms, void (*done)(struct check *check, void *arg), void *arg);
void check_start(struct check *check);
/* Ends it with an outcome; later calls do nothing. */
void check_finish(struct check *check, const char *failure);
/* Ends it without `done`. Fine at any time between check_new and `done`, also twice. */
void check_cancel(struct check *check);
/* Moves the deadline to timeout_ms from now. */
void check_set_deadline(struct check *check, int timeout_ms);
/* Seconds since the measurement's start, for t0 and t. */
double check_now(const struct check *check);
/* Appends a network event with this check's transaction id, at the time now. Strings as in measurement.h. */
struct common;
void check_event(const struct check *check, const char *operation, const char *proto,
    const char *address, int64_t num_bytes, const char *failure);
/* Fills an observation's common part: t0 (seconds), t = now, the ids and the tag. */
void check_common(const struct check *check, struct common *c, double t0);

#endif
