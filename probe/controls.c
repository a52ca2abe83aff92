/* The controls of a round. */
#include "probe/controls.h"

#include <stdlib.h>
#include <string.h>
#include <event2/event.h>
#include <event2/event_struct.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "probe/conf.h"
#include "probe/gateway.h"
#include "probe/landmarks.h"
#include "probe/probe.h"
#include "probe/resolver.h"
#include "probe/session.h"
#include "results/failure.h"
#include "results/measurement.h"
#include "targets/list.h"

/* One retry: a control's failure is only weighed together with the others'. */
enum { CONTROL_ATTEMPTS = 2 };
/* As far as the gateway is no distance. */
enum { GATEWAY_MS = 3000 };

struct control {
	struct controls *controls;
	const struct target *target;
	struct control_want want;
	struct session *session; /* NULL: not running */
};

struct controls {
	struct controls_plan plan;
	struct control *items;
	size_t n, running;
	const char *phase;
	bool interrupted; /* what failed since says nothing */
	struct network_tally tally;
	struct network_link link; /* as it was when the pass began */
	int64_t began_ns;
	struct gateway_ask *ask; /* NULL: the gateway is not being asked */
	struct event finished;
};

static bool
certificate_failure(const char *failure)
{
	enum failure f = failure_find(failure);

	return f == FAILURE_SSL_UNKNOWN_AUTHORITY || f == FAILURE_SSL_INVALID_HOSTNAME ||
	    f == FAILURE_SSL_INVALID_CERTIFICATE;
}

void
resolvers_count(struct resolver *resolvers, size_t n, const struct measurement *m)
{
	const struct query *q;
	size_t i, k;

	for (i = 0; i < m->nqueries; i++) {
		q = &m->queries[i];
		if (q->query_type == NULL || strcmp(q->query_type, "A") != 0 ||
		    q->resolver_address == NULL ||
		    failure_find(q->failure) == FAILURE_INTERRUPTED)
			continue;
		for (k = 0; k < n; k++) {
			if (resolvers[k].role != q->role ||
			    strcmp(resolvers[k].address, q->resolver_address) != 0)
				continue;
			resolvers[k].health.asked++;
			resolvers[k].health.answered += q->failure == NULL;
			resolvers[k].health.silent += q->failure != NULL && q->rcode < 0;
			resolvers[k].health.untrusted += certificate_failure(q->failure);
		}
	}
}

static void
controls_finished(evutil_socket_t fd, short what, void *arg)
{
	struct controls *c = arg;

	(void)fd;
	(void)what;
	gateway_ask_free(c->ask);
	c->ask = NULL;
	c->plan.passed(&c->tally, c->plan.arg);
}

static void
gateway_asked(bool answers, void *arg)
{
	struct controls *c = arg;

	c->tally.gateway_answers |= answers;
	event_active(&c->finished, EV_TIMEOUT, 1);
}

/* What is the matter, when nobody answers: this side of the gateway, or beyond it? */
static void
all_measured(struct controls *c)
{
	double age = (double)(clock_mono_ns() - c->began_ns) / 1e9;
	int tcp_ms = conf_scaled(c->plan.probe->conf, c->plan.probe->conf->tcp_ms);

	if (c->link.gateway_ip[0] != '\0')
		c->tally.gateway_answers |= !network_silent(&c->tally) ||
		    gateway_heard(c->link.gateway_ip, age) == 1;
	if (c->link.gateway_ip[0] == '\0' || c->tally.gateway_answers || c->interrupted)
		event_active(&c->finished, EV_TIMEOUT, 1);
	else
		c->ask = gateway_ask(c->plan.probe->base, c->link.gateway_ip,
		    tcp_ms < GATEWAY_MS ? tcp_ms : GATEWAY_MS, gateway_asked, c);
}

static void
control_done(struct session *session, void *arg)
{
	struct control *control = arg;
	struct controls *c = control->controls;
	struct measurement *m = session_measurement(session);
	struct control_outcome outcome;

	control_judge(m, &control->want, &outcome);
	outcome.kind = arena_strdup(m->arena, control_kind_name(control->want.kind));
	outcome.phase = arena_strdup(m->arena, c->phase);
	if (c->interrupted && !outcome.ok)
		outcome.failure = failure_name(FAILURE_INTERRUPTED);
	else
		network_tally_add(&c->tally, &outcome, m);
	resolvers_count(c->plan.resolvers, c->plan.nresolvers, m);
	if (c->plan.landmarks != NULL && control->want.kind != CONTROL_PORTAL)
		landmarks_add(c->plan.landmarks, m, control->want.kind == CONTROL_DOMESTIC, false);
	session_free(session);
	control->session = NULL;
	c->plan.measured(m, &outcome, c->plan.arg);
	if (--c->running == 0)
		all_measured(c);
}

struct controls *
controls_new(const struct controls_plan *plan)
{
	struct controls *c = xcalloc(1, sizeof(*c));
	const struct target *target;
	struct control *control;
	size_t i;

	c->plan = *plan;
	c->items = xcalloc(plan->list->n, sizeof(*c->items));
	event_assign(&c->finished, plan->probe->base, -1, 0, controls_finished, c);
	for (i = 0; i < plan->list->n; i++) {
		target = &plan->list->targets[i];
		control = &c->items[c->n];
		*control = (struct control){.controls = c, .target = target};
		if (control_parse(target->notes, &control->want) != 0) {
			log_warnx("%s:%d: the notes of a control should be foreign, domestic[:CC], "
				  "portal status=N or portal body=TEXT, not '%s'; left out",
			    plan->list->name, target->line, target->notes);
			continue;
		}
		if (control->want.country[0] == '\0' ||
		    strcmp(control->want.country, plan->country) == 0)
			c->n++;
	}
	return c;
}

void
controls_free(struct controls *c)
{
	if (c == NULL)
		return;
	event_del(&c->finished);
	gateway_ask_free(c->ask);
	free(c->items);
	free(c);
}

bool
controls_running(const struct controls *c)
{
	return c->phase != NULL && (c->running > 0 || c->ask != NULL);
}

void
controls_pass(struct controls *c, const char *phase)
{
	struct session_plan plan = {.resolvers = c->plan.resolvers,
	    .nresolvers = c->plan.nresolvers, .attempts = CONTROL_ATTEMPTS, .max_redirects = 3};
	struct control *control;
	size_t i;

	c->phase = phase;
	c->began_ns = clock_mono_ns();
	network_look(&c->link, 0);
	c->tally = (struct network_tally){.gateway = c->link.gateway_ip};
	c->running = c->n;
	if (c->n == 0)
		event_active(&c->finished, EV_TIMEOUT, 1);
	for (i = 0; i < c->n; i++) {
		control = &c->items[i];
		plan.target = control->target;
		/* A portal shows itself by the redirect; where that leads is none of our business. */
		plan.max_redirects = control->want.kind == CONTROL_PORTAL ? 0 : 3;
		control->session = session_start(c->plan.probe, &plan,
		    c->plan.new_measurement(control->target->url, c->plan.arg), NULL,
		    control_done, control);
	}
}

void
controls_interrupt(struct controls *c)
{
	size_t i;

	c->interrupted = true;
	if (c->ask != NULL)
		gateway_asked(false, c);
	for (i = 0; i < c->n; i++)
		if (c->items[i].session != NULL)
			session_interrupt(c->items[i].session);
}
