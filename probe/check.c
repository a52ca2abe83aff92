/* The life of one asynchronous check; see check.h. */
#include "probe/check.h"

#include <assert.h>
#include <stdlib.h>
#include <event2/event.h>

#include "base/clock.h"
#include "base/mem.h"
#include "probe/probe.h"
#include "results/failure.h"
#include "results/measurement.h"

static void
check_reap(evutil_socket_t fd, short what, void *arg)
{
	struct check *check = arg;

	(void)fd;
	(void)what;
	if (check->type->stop != NULL)
		check->type->stop(check);
	if (!check->cancelled)
		check->done(check, check->arg);
	if (check->type->release != NULL)
		check->type->release(check);
	event_del(&check->reap);
	event_del(&check->deadline);
	free(check);
}

static void
check_expire(evutil_socket_t fd, short what, void *arg)
{
	struct check *check = arg;

	(void)fd;
	(void)what;
	if (check->state != CHECK_RUNNING)
		return;
	if (check->type->timeout != NULL)
		check->type->timeout(check);
	else
		check_finish(check, failure_name(FAILURE_GENERIC_TIMEOUT));
}

struct check *
check_new(const struct check_type *type, struct probe *probe, struct measurement *m, int timeout_ms,
    void (*done)(struct check *check, void *arg), void *arg)
{
	struct check *check;

	assert(type->size >= sizeof(*check));
	check = xcalloc(1, type->size);
	check->type = type;
	check->probe = probe;
	check->m = m;
	check->attempt = 1;
	check->timeout_ms = timeout_ms;
	check->done = done;
	check->arg = arg;
	check->transaction_id = ++m->last_transaction_id;
	evtimer_assign(&check->deadline, probe->base, check_expire, check);
	event_assign(&check->reap, probe->base, -1, 0, check_reap, check);
	return check;
}

void
check_start(struct check *check)
{
	assert(check->state == CHECK_NEW);
	check->state = CHECK_RUNNING;
	check->start_ns = clock_mono_ns();
	check_set_deadline(check, check->timeout_ms);
	check->type->start(check);
}

static void
check_end(struct check *check)
{
	check->state = CHECK_ENDING;
	event_del(&check->deadline);
	event_active(&check->reap, EV_TIMEOUT, 1);
}

void
check_finish(struct check *check, const char *failure)
{
	if (check->state == CHECK_ENDING)
		return;
	check->failure = failure;
	check_end(check);
}

void
check_cancel(struct check *check)
{
	check->cancelled = true;
	if (check->state != CHECK_ENDING)
		check_end(check);
}

void
check_set_deadline(struct check *check, int timeout_ms)
{
	struct timeval tv = {timeout_ms / 1000, timeout_ms % 1000 * 1000};

	event_add(&check->deadline, &tv);
}

double
check_now(const struct check *check)
{
	return (double)((clock_mono_ns() - check->m->start_mono_ns) / 1000) / 1e6;
}

void
check_common(const struct check *check, struct common *c, double t0)
{
	c->t0 = t0;
	c->t = check_now(check);
	c->transaction_id = check->transaction_id;
	c->attempt = check->attempt;
	if (check->tag != NULL)
		*ARENA_PUSH(check->m->arena, c->tags, c->ntags) =
		    arena_strdup(check->m->arena, check->tag);
}

void
check_event(const struct check *check, const char *operation, const char *proto,
    const char *address, int64_t num_bytes, const char *failure)
{
	struct measurement *m = check->m;
	struct network_event *e = ARENA_PUSH(m->arena, m->events, m->nevents);

	check_common(check, &e->c, check_now(check));
	e->address = arena_strdup(m->arena, address != NULL ? address : "");
	e->operation = operation;
	e->proto = proto;
	e->num_bytes = num_bytes;
	e->failure = failure;
}
