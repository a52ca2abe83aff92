/* Trials in lanes. */
#include "probe/trial.h"

#include <stdlib.h>
#include <string.h>
#include <event2/event.h>
#include <event2/event_struct.h>

#include "base/mem.h"
#include "probe/check_dns.h"
#include "probe/check_http.h"
#include "probe/check_quic.h"
#include "probe/endpoint.h"
#include "probe/probe.h"
#include "results/failure.h"
#include "results/measurement.h"

/* What a flow needs to be judged by its rate, and how long it may take over it. */
enum { FLOW_CAP = 96 * 1024, FLOW_MS = 5000 };

struct trial_run {
	struct lane *lane;
	const struct trial *trial;
	struct endpoint endpoint; /* TCP, TLS */
	struct visit visit; /* HTTP, flow */
	struct check *check; /* DNS, QUIC */
	struct event over; /* from the loop: what is next */
};

static void lane_next(struct lane *lane);

static void
run_over(evutil_socket_t fd, short what, void *arg)
{
	struct trial_run *run = arg;
	struct lane *lane = run->lane;

	(void)fd;
	(void)what;
	event_del(&run->over);
	free(run);
	lane->run = NULL;
	lane_next(lane);
}

/* The trial's own machinery has just called: nothing may be freed under it. */
static void
run_done(void *arg)
{
	struct trial_run *run = arg;

	run->check = NULL;
	event_active(&run->over, EV_TIMEOUT, 1);
}

static void
check_over(struct check *check, void *arg)
{
	(void)check;
	run_done(arg);
}

static void
start_endpoint(struct trial_run *run)
{
	struct lanes *lanes = run->lane->lanes;
	struct endpoint *e = &run->endpoint;

	e->ip = run->trial->ip;
	e->port = run->trial->port;
	e->server_name = run->trial->kind == TRIAL_TLS ? run->trial->name : NULL;
	e->tag = run->trial->why;
	e->m = lanes->m;
	endpoint_start(e, lanes->probe, 1, &lanes->waited_ns, run_done, run);
}

static void
start_dns(struct trial_run *run)
{
	struct lanes *lanes = run->lane->lanes;
	const struct trial *t = run->trial;

	run->check = check_dns_new(
	    lanes->probe, lanes->m, t->resolver, t->name, DNS_TYPE_A, check_over, run);
	run->check->attempt = 1;
	run->check->tag = t->why;
	if (t->listen_ms > 0)
		check_dns_listen(run->check, t->listen_ms);
	check_start(run->check);
}

static void
request_over(struct check *check, void *arg)
{
	struct trial_run *run = arg;

	visit_attempted(&run->visit, check->failure);
}

static void
begin_request(void *arg)
{
	struct trial_run *run = arg;
	struct lanes *lanes = run->lane->lanes;
	const struct trial *t = run->trial;
	struct check *check =
	    check_http_new(lanes->probe, lanes->m, t->url, t->ip, request_over, run);

	if (t->kind == TRIAL_FLOW)
		check_http_flow(check, t->name, FLOW_CAP, FLOW_MS);
	check->attempt = 1;
	check->tag = t->why;
	run->visit.check = check;
	check_start(check);
}

static void
start_request(struct trial_run *run)
{
	struct lanes *lanes = run->lane->lanes;

	visit_start(&run->visit, lanes->probe, run->trial->ip, 1, &lanes->waited_ns, begin_request,
	    run_done, run);
}

/* What comes of it is a fact about the target, so it stands with the target's own. */
static void
start_quic(struct trial_run *run)
{
	struct lanes *lanes = run->lane->lanes;
	const struct trial *t = run->trial;

	run->check = check_quic_new(
	    lanes->probe, lanes->m->confirms, t->ip, t->port, t->name, check_over, run);
	run->check->attempt = 1;
	check_start(run->check);
}

static void (*const starters[])(struct trial_run *run) = {
    [TRIAL_TCP] = start_endpoint,
    [TRIAL_TLS] = start_endpoint,
    [TRIAL_DNS] = start_dns,
    [TRIAL_HTTP] = start_request,
    [TRIAL_FLOW] = start_request,
    [TRIAL_QUIC] = start_quic,
};

static void
lane_next(struct lane *lane)
{
	struct lanes *lanes = lane->lanes;

	if (lanes->stopped || lane->next == lane->n) {
		lane->n = lane->next = 0;
		if (--lanes->running == 0)
			lanes->done(lanes->arg);
		return;
	}
	lane->run = xcalloc(1, sizeof(*lane->run));
	lane->run->lane = lane;
	lane->run->trial = &lane->trials[lane->next++];
	event_assign(&lane->run->over, lanes->probe->base, -1, 0, run_over, lane->run);
	starters[lane->run->trial->kind](lane->run);
}

const char *
trial_nobodys_name(struct arena *arena)
{
	char letters[13];
	size_t i;

	for (i = 0; i < 12; i++)
		letters[i] = (char)('a' + arc4random_uniform(26));
	letters[12] = '\0';
	return arena_printf(arena, "%s.com", letters);
}

void
lanes_add(struct lanes *lanes, size_t i, const struct trial *trial)
{
	struct lane *lane = &lanes->lane[i];

	lane->trials = xreallocarray(lane->trials, lane->n + 1, sizeof(*lane->trials));
	lane->trials[lane->n++] = *trial;
}

bool
lanes_empty(const struct lanes *lanes)
{
	size_t i;

	for (i = 0; i < LANES_MAX; i++)
		if (lanes->lane[i].n > 0)
			return false;
	return true;
}

void
lanes_start(struct lanes *lanes, struct probe *probe, struct measurement *m,
    void (*done)(void *arg), void *arg)
{
	size_t i;

	lanes->probe = probe;
	lanes->m = m;
	lanes->done = done;
	lanes->arg = arg;
	lanes->running = 1; /* held until all have begun */
	for (i = 0; i < LANES_MAX; i++) {
		lanes->lane[i].lanes = lanes;
		if (lanes->lane[i].n == 0)
			continue;
		lanes->running++;
		lane_next(&lanes->lane[i]);
	}
	/* Every start is asynchronous, so somebody is left to come in last. */
	lanes->running--;
}

void
lanes_stop(struct lanes *lanes)
{
	const char *failure = failure_name(FAILURE_INTERRUPTED);
	struct trial_run *run;
	size_t i;

	if (lanes->stopped)
		return;
	lanes->stopped = true;
	for (i = 0; i < LANES_MAX; i++) {
		run = lanes->lane[i].run;
		if (run == NULL)
			continue;
		visit_end(&run->endpoint.visit, failure);
		visit_end(&run->visit, failure);
		if (run->check != NULL)
			check_finish(run->check, failure);
	}
}

void
lanes_clear(struct lanes *lanes)
{
	size_t i;

	for (i = 0; i < LANES_MAX; i++) {
		free(lanes->lane[i].trials);
		lanes->lane[i].trials = NULL;
		lanes->lane[i].n = lanes->lane[i].next = 0;
	}
}
