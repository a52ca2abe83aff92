/* Turns by key, first come, first served. */
#include "probe/limiter.h"

#include <assert.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <event2/event.h>

#include "base/mem.h"

/* A key exists while somebody holds it or waits for it. */
struct limiter_key {
	char *name;
	int holders;
	struct limiter_slot *first, *last; /* waiting, oldest first */
	struct limiter_key *next_ready; /* in the limiter's list of keys to look at */
	bool ready;
};

struct limiter {
	void *keys; /* tsearch tree */
	int most;
	struct limiter_key *ready;
	struct event wake;
};

static int
key_compare(const void *a, const void *b)
{
	return strcmp(((const struct limiter_key *)a)->name, ((const struct limiter_key *)b)->name);
}

static struct limiter_key *
key_get(struct limiter *limiter, const char *name)
{
	struct limiter_key *key = xcalloc(1, sizeof(*key)), **found;

	key->name = xstrdup(name);
	found = tsearch(key, &limiter->keys, key_compare);
	if (found == NULL)
		abort(); /* out of memory inside the C library */
	if (*found != key) {
		free(key->name);
		free(key);
	}
	return *found;
}

static void
key_drop_if_idle(struct limiter *limiter, struct limiter_key *key)
{
	if (key->holders > 0 || key->first != NULL || key->ready)
		return;
	tdelete(key, &limiter->keys, key_compare);
	free(key->name);
	free(key);
}

static void
slot_unlink(struct limiter_key *key, struct limiter_slot *slot)
{
	*(slot->prev != NULL ? &slot->prev->next : &key->first) = slot->next;
	*(slot->next != NULL ? &slot->next->prev : &key->last) = slot->prev;
	slot->next = slot->prev = NULL;
}

/* Has the loop look at the key soon: `go` must not run inside limiter_enter or limiter_leave. */
static void
key_mark_ready(struct limiter *limiter, struct limiter_key *key)
{
	if (key->ready)
		return;
	key->ready = true;
	key->next_ready = limiter->ready;
	limiter->ready = key;
	event_active(&limiter->wake, EV_TIMEOUT, 1);
}

/* One turn at a time: `go` may enter and leave at will, so nothing is held across it. */
static void
limiter_wake(evutil_socket_t fd, short what, void *arg)
{
	struct limiter *limiter = arg;
	struct limiter_key *key;
	struct limiter_slot *slot;

	(void)fd;
	(void)what;
	while ((key = limiter->ready) != NULL) {
		slot = key->first;
		if (slot == NULL || key->holders >= limiter->most) {
			limiter->ready = key->next_ready;
			key->ready = false;
			key_drop_if_idle(limiter, key);
			continue;
		}
		slot_unlink(key, slot);
		slot->holding = true;
		key->holders++;
		slot->go(slot->arg);
	}
}

struct limiter *
limiter_new(struct event_base *base, int most)
{
	struct limiter *limiter = xcalloc(1, sizeof(*limiter));

	limiter->most = most;
	event_assign(&limiter->wake, base, -1, 0, limiter_wake, limiter);
	return limiter;
}

void
limiter_free(struct limiter *limiter)
{
	if (limiter == NULL)
		return;
	limiter_wake(-1, 0, limiter);
	assert(limiter->keys == NULL);
	event_del(&limiter->wake);
	free(limiter);
}

void
limiter_enter(struct limiter *limiter, struct limiter_slot *slot, const char *name,
    void (*go)(void *arg), void *arg)
{
	struct limiter_key *key = key_get(limiter, name);

	assert(slot->key == NULL);
	*slot = (struct limiter_slot){.key = key, .prev = key->last, .go = go, .arg = arg};
	*(key->last != NULL ? &key->last->next : &key->first) = slot;
	key->last = slot;
	key_mark_ready(limiter, key);
}

void
limiter_leave(struct limiter *limiter, struct limiter_slot *slot)
{
	struct limiter_key *key = slot->key;

	if (key == NULL)
		return;
	slot->key = NULL;
	if (slot->holding)
		key->holders--;
	else
		slot_unlink(key, slot);
	slot->holding = false;
	if (key->first != NULL)
		key_mark_ready(limiter, key);
	else
		key_drop_if_idle(limiter, key);
}
