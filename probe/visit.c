/* Visits to one address. */
#include "probe/visit.h"

#include "base/clock.h"
#include "probe/check.h"
#include "probe/probe.h"

static void
turn_came(void *arg)
{
	struct visit *v = arg;

	*v->waited_ns += clock_mono_ns() - v->queued_ns;
	v->queued_ns = 0;
	v->begin(v->arg);
}

static void
visit_ended(struct visit *v)
{
	v->ended = true;
	v->done(v->arg);
}

static void
attempt_start(void *arg)
{
	struct visit *v = arg;

	if (v->stopped) {
		visit_ended(v);
		return;
	}
	v->queued_ns = clock_mono_ns();
	limiter_enter(v->probe->addresses, &v->slot, v->ip, turn_came, v);
}

void
visit_start(struct visit *v, struct probe *probe, const char *ip, int attempts,
    int64_t *waited_ns, void (*begin)(void *arg), void (*done)(void *arg), void *arg)
{
	*v = (struct visit){.probe = probe, .ip = ip, .waited_ns = waited_ns, .started = true,
	    .begin = begin, .done = done, .arg = arg};
	retry_init(&v->retry, probe, attempts, attempt_start, v);
	retry_now(&v->retry);
}

void
visit_attempted(struct visit *v, const char *failure)
{
	v->check = NULL;
	v->failure = failure;
	limiter_leave(v->probe->addresses, &v->slot);
	if (failure != NULL && !v->stopped && retry_useful(failure) && retry_later(&v->retry))
		return;
	visit_ended(v);
}

void
visit_end(struct visit *v, const char *failure)
{
	if (!v->started || v->ended || v->stopped)
		return;
	v->stopped = true;
	if (v->check != NULL) {
		check_finish(v->check, failure);
		return;
	}
	limiter_leave(v->probe->addresses, &v->slot);
	v->queued_ns = 0;
	/* Keep the failure of the last attempt where there was one: it says more. */
	if (v->failure == NULL)
		v->failure = failure;
	retry_now(&v->retry);
}

bool
visit_waiting(const struct visit *v)
{
	return v->queued_ns != 0;
}
