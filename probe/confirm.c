/* The life of a target's tests: one batch, perhaps another, perhaps a walk along the path. */
#include "probe/confirm.h"

#include <stdlib.h>
#include <event2/event.h>
#include <event2/event_struct.h>

#include "base/mem.h"
#include "probe/choice.h"
#include "probe/conf.h"
#include "probe/probe.h"
#include "probe/trace.h"
#include "probe/trial.h"
#include "results/measurement.h"
#include "targets/target.h"

struct confirm {
	struct probe *probe;
	struct measurement *m;
	struct choice choice;
	struct lanes lanes;
	struct trace *trace; /* NULL: none runs */
	int batch;
	bool stopped;
	struct event deadline, ended;
	void (*done)(void *arg);
	void *arg;
};

static void
confirm_ended(evutil_socket_t fd, short what, void *arg)
{
	struct confirm *c = arg;

	(void)fd;
	(void)what;
	event_del(&c->deadline);
	c->done(c->arg);
}

static void lanes_done(void *arg);

/* Starts what was added; false: nothing was. */
static bool
confirm_go(struct confirm *c)
{
	if (c->stopped || lanes_empty(&c->lanes))
		return false;
	lanes_start(&c->lanes, c->probe, measurement_confirm(c->m), lanes_done, c);
	return true;
}

static void
trace_done(void *arg)
{
	struct confirm *c = arg;

	event_active(&c->ended, EV_TIMEOUT, 1);
}

/* At which hop does it begin? False: no walk. */
static bool
confirm_walk(struct confirm *c)
{
	const struct target *t = c->choice.plan.target;

	if (c->stopped || c->trace != NULL || !choice_wants_walk(&c->choice))
		return false;
	c->trace = trace_start(c->probe, c->m, c->choice.own_ip, t->port, t->host, c->choice.away[0]->name, trace_done, c);
	return true;
}

static void
lanes_done(void *arg)
{
	struct confirm *c = arg;

	if (c->batch++ == 0 && !c->stopped) {
		choice_more(&c->choice);
		if (confirm_go(c))
			return;
	}
	if (confirm_walk(c))
		return;
	event_active(&c->ended, EV_TIMEOUT, 1);
}

static void
confirm_expire(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	confirm_stop(arg);
}

struct confirm *
confirm_start(struct probe *probe, const struct confirm_plan *plan, struct measurement *m,
    void (*done)(void *arg), void *arg)
{
	struct confirm *c = xcalloc(1, sizeof(*c));
	int limit = conf_scaled(probe->conf, probe->conf->confirm_ms);
	struct timeval tv = {limit / 1000, limit % 1000 * 1000};

	c->probe = probe;
	c->m = m;
	c->done = done;
	c->arg = arg;
	evtimer_assign(&c->deadline, probe->base, confirm_expire, c);
	event_assign(&c->ended, probe->base, -1, 0, confirm_ended, c);
	choice_make(&c->choice, probe->conf, plan, m, &c->lanes);
	event_add(&c->deadline, &tv);
	if (!confirm_go(c))
		event_active(&c->ended, EV_TIMEOUT, 1);
	return c;
}

void
confirm_stop(struct confirm *c)
{
	if (c->stopped)
		return;
	c->stopped = true;
	lanes_stop(&c->lanes);
	if (c->trace != NULL) {
		trace_stop(c->trace);
		c->trace = NULL;
		event_active(&c->ended, EV_TIMEOUT, 1);
	}
}

void
confirm_free(struct confirm *c)
{
	if (c == NULL)
		return;
	event_del(&c->deadline);
	event_del(&c->ended);
	trace_stop(c->trace);
	lanes_clear(&c->lanes);
	choice_clear(&c->choice);
	free(c);
}
