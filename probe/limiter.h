/*
 * Who may go now: at most `most` holders of a key at a time, the others wait their turn in the
 * order they came. One limiter with a single key caps the DNS queries in flight; one with the
 * address as its key keeps us to one connection at a time per address.
 */
#ifndef PROBE_LIMITER_H
#define PROBE_LIMITER_H

#include <stdbool.h>
#include <stddef.h>
#include <event2/event_struct.h>

struct event_base;
struct limiter;
struct limiter_key;

/* Embed one in the object that waits; zeroed before first use. */
struct limiter_slot {
	struct limiter_key *key; /* NULL: neither waiting nor holding */
	struct limiter_slot *next, *prev;
	bool holding;
	void (*go)(void *arg);
	void *arg;
};

struct limiter *limiter_new(struct event_base *base, int most);
/* Nobody may hold or wait. NULL is fine. */
void limiter_free(struct limiter *limiter);
/*
 * Asks for a turn on `key` (copied). `go` is called from the loop, never before this returns, when the turn comes. The
 * slot must stay where it is until limiter_leave.
 */
void limiter_enter(struct limiter *limiter, struct limiter_slot *slot, const char *key,
    void (*go)(void *arg), void *arg);
/* Gives the turn back, or stops waiting; fine when neither. */
void limiter_leave(struct limiter *limiter, struct limiter_slot *slot);

#endif
