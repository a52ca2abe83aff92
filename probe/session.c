/* One target in a round: its steps in order. */
#include "probe/session.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <event2/event.h>

#include "base/clock.h"
#include "base/mem.h"
#include "probe/check_control.h"
#include "probe/conf.h"
#include "probe/confirm.h"
#include "probe/endpoint.h"
#include "probe/fetch.h"
#include "probe/helper.h"
#include "probe/lookups.h"
#include "probe/probe.h"
#include "probe/resolver.h"
#include "results/failure.h"
#include "results/measurement.h"
#include "targets/target.h"

/* WAITING_SHARE: a session lasts at most so many times its limit, waiting included. */
enum { ADDRESSES_A_FAMILY = 4, MAX_DEPTH = 20, WAITING_SHARE = 5 };

/* In the order they are gone through, once for each hop: the target itself, then its redirects. */
enum step { STEP_LOOKUPS, STEP_CONNECT, STEP_FETCH, STEP_CONFIRM, STEP_ENDED };

struct address {
	char *ip; /* in the measurement's arena */
	bool v6;
};

struct session {
	struct probe *probe;
	struct measurement *m;
	struct session_plan plan;
	enum step step;
	int depth; /* 0 the target, 1 the first redirect, ... */
	struct target hop; /* the URL at this depth */
	struct lookups lookups; /* of the target itself: they go on listening while the rest begins */
	struct lookups redirect_lookups;
	bool listening;
	bool confirm_waits; /* for the listening to end */
	struct check *control; /* asks a control vantage beside all steps; NULL: it does not, or no more */
	struct address *addresses; /* of this hop, in the measurement's arena */
	size_t naddresses;
	struct endpoint *endpoints;
	size_t nendpoints, connecting;
	struct fetch fetch;
	struct confirm *confirm; /* NULL: not begun */
	bool stopped;
	int64_t waited_ns; /* spent waiting for turns; does not count as the session's time */
	struct event deadline, ended;
	void (*resting)(void *arg);
	void (*done)(struct session *session, void *arg);
	void *arg;
};

static void session_hop(struct session *s);

/* OONI's tag for how many redirects deep an observation lies. */
static const char *
depth_tag(int depth)
{
	static const char *const tags[MAX_DEPTH + 1] = {"depth=0", "depth=1", "depth=2", "depth=3",
	    "depth=4", "depth=5", "depth=6", "depth=7", "depth=8", "depth=9", "depth=10", "depth=11",
	    "depth=12", "depth=13", "depth=14", "depth=15", "depth=16", "depth=17", "depth=18",
	    "depth=19", "depth=20"};

	assert(depth >= 0 && depth <= MAX_DEPTH);
	return tags[depth];
}

/* Whether it waits only for what may come beside its steps. */
static bool
session_rests(const struct session *s)
{
	return s->listening || s->control != NULL;
}

static void
session_end_if_idle(struct session *s)
{
	if (s->step == STEP_ENDED && !session_rests(s))
		event_active(&s->ended, EV_TIMEOUT, 1);
}

/* Whoever calls this may be deep in a callback of the session's own; done comes from the loop. */
static void
session_end(struct session *s)
{
	s->step = STEP_ENDED;
	s->m->runtime = (double)((clock_mono_ns() - s->m->start_mono_ns) / 1000) / 1e6;
	event_del(&s->deadline);
	if (session_rests(s) && s->resting != NULL)
		s->resting(s->arg);
	session_end_if_idle(s);
}

static void
session_ended(evutil_socket_t fd, short what, void *arg)
{
	struct session *s = arg;

	(void)fd;
	(void)what;
	s->done(s, s->arg);
}

/* Has everything that runs end with this failure; the steps' own ends then lead to the session's. */
static void
session_stop(struct session *s, const char *failure)
{
	size_t i;

	if (s->stopped)
		return;
	s->stopped = true;
	if (s->listening)
		lookups_end(&s->lookups, failure);
	if (s->control != NULL)
		check_finish(s->control, failure);
	switch (s->step) {
	case STEP_LOOKUPS:
		if (s->depth > 0)
			lookups_end(&s->redirect_lookups, failure);
		break;
	case STEP_CONNECT:
		for (i = 0; i < s->nendpoints; i++)
			visit_end(&s->endpoints[i].visit, failure);
		break;
	case STEP_FETCH:
		visit_end(&s->fetch.visit, failure);
		break;
	case STEP_CONFIRM:
		confirm_stop(s->confirm);
		break;
	case STEP_ENDED:
		break;
	}
}

static bool
session_waiting(const struct session *s)
{
	size_t i;

	if (s->step == STEP_FETCH)
		return visit_waiting(&s->fetch.visit);
	for (i = 0; s->step == STEP_CONNECT && i < s->nendpoints; i++)
		if (visit_waiting(&s->endpoints[i].visit))
			return true;
	return false;
}

static void
session_arm(struct session *s, int64_t left_ns)
{
	struct timeval tv = {left_ns / 1000000000, left_ns % 1000000000 / 1000};

	event_add(&s->deadline, &tv);
}

/* Whether the target's page has failed before, and a retry is all that is under way. */
static bool
session_page_failed(const struct session *s)
{
	return s->step == STEP_FETCH && s->depth == 0 && s->fetch.visit.failure != NULL;
}

/*
 * The limit is on the session's own time: waiting for a turn at a busy address is not its fault. But
 * where many names lead to one address that keeps silent, the last would wait for hours; so that ends, too. Either
 * way the checks that run were not given all of their time, and say so: interrupted, not timed out.
 */
static void
session_expire(evutil_socket_t fd, short what, void *arg)
{
	struct session *s = arg;
	const struct conf *conf = s->probe->conf;
	int64_t limit = (int64_t)conf_scaled(conf, conf->session_ms) * 1000000;
	int64_t gone = clock_mono_ns() - s->m->start_mono_ns;
	int64_t left = limit + s->waited_ns - gone;

	(void)fd;
	(void)what;
	if (left <= 0 && session_waiting(s))
		left = limit / 60 + 1;
	if (left > limit * WAITING_SHARE - gone)
		left = limit * WAITING_SHARE - gone;
	if (left > 0)
		session_arm(s, left);
	else if (session_page_failed(s))
		visit_end(&s->fetch.visit, failure_name(FAILURE_INTERRUPTED)); /* the tests have a limit of their own */
	else
		session_stop(s, failure_name(FAILURE_INTERRUPTED));
}

static void
confirm_done(void *arg)
{
	session_end(arg);
}

/* The target's own steps are over. What follows has a limit of its own. */
static void
session_confirm(struct session *s)
{
	const struct confirm_plan plan = {.target = s->plan.target, .resolvers = s->plan.resolvers,
	    .nresolvers = s->plan.nresolvers, .landmarks = s->plan.landmarks, .control = &s->control,
	    .usual_n = s->plan.usual_n, .usual_rate = s->plan.usual_rate};

	if (s->stopped || plan.landmarks == NULL || !s->probe->conf->confirm) {
		session_end(s);
		return;
	}
	/* A plain page may be there before the look-ups are on record, and which tests it needs depends on them. */
	if (s->listening && !s->plan.target->https) {
		s->confirm_waits = true;
		return;
	}
	s->step = STEP_CONFIRM;
	event_del(&s->deadline);
	s->confirm = confirm_start(s->probe, &plan, s->m, confirm_done, s);
}

/* Where the fetched page points to, when there is a next hop. */
static const char *
session_redirect(const struct session *s)
{
	const struct http_request *r;

	if (!s->fetch.requested || s->fetch.visit.failure != NULL)
		return NULL;
	r = &s->m->requests[s->fetch.request];
	if (r->code < 300 || r->code >= 400)
		return NULL;
	return s->depth < s->plan.max_redirects && s->depth < MAX_DEPTH ? r->location : NULL;
}

static void
fetch_done(void *arg)
{
	struct session *s = arg;
	char error[TARGET_ERROR_SIZE], *old_host = NULL, *ip = NULL;
	const char *location = s->stopped ? NULL : session_redirect(s);
	struct target next;
	bool same_host;

	if (location == NULL || target_parse(location, &next, error) != 0) {
		session_confirm(s);
		return;
	}
	old_host = s->hop.host;
	same_host = strcasecmp(next.host, old_host) == 0;
	ip = arena_strdup(s->m->arena, s->fetch.ip);
	target_clear(&s->hop);
	s->hop = next;
	s->depth++;
	s->naddresses = 0;
	/* The same host stays pinned to the address that was measured. */
	if (same_host) {
		struct address *a = ARENA_PUSH(s->m->arena, s->addresses, s->naddresses);

		a->ip = ip;
		a->v6 = strchr(ip, ':') != NULL;
	}
	session_hop(s);
}

/* The first address that was reached; addresses stand in the order of trust in their resolver. */
static const struct endpoint *
session_reached(const struct session *s)
{
	size_t i;

	for (i = 0; i < s->nendpoints; i++)
		if (s->endpoints[i].visit.ended && s->endpoints[i].visit.failure == NULL)
			return &s->endpoints[i];
	return NULL;
}

static void
session_fetch(struct session *s)
{
	const struct endpoint *reached = session_reached(s);

	/* After a redirect the page is wanted whatever the scheme: it is the one that was asked for. */
	if (s->stopped || reached == NULL ||
	    (s->hop.https && !s->probe->conf->http && s->depth == 0)) {
		session_confirm(s);
		return;
	}
	s->step = STEP_FETCH;
	s->fetch = (struct fetch){.url = s->hop.url, .ip = reached->ip,
	    .tag = depth_tag(s->depth), .m = s->m};
	fetch_start(&s->fetch, s->probe, s->plan.attempts, &s->waited_ns, fetch_done, s);
}

static void
endpoint_done(void *arg)
{
	struct session *s = arg;

	if (--s->connecting == 0)
		session_fetch(s);
}

static void
control_done(struct check *check, void *arg)
{
	struct session *s = arg;

	(void)check;
	s->control = NULL;
	session_end_if_idle(s);
}

/* Once, with all addresses that the resolvers gave, or none. */
static void
session_ask_control(struct session *s)
{
	char **ips;
	size_t i;

	if (s->stopped || !helpers_usable(s->plan.helpers))
		return;
	ips = xcalloc(s->naddresses, sizeof(*ips));
	for (i = 0; i < s->naddresses; i++)
		ips[i] = s->addresses[i].ip;
	s->control = check_control_new(
	    s->probe, s->m, s->plan.helpers, &s->hop, ips, s->naddresses, control_done, s);
	free(ips);
	check_start(s->control);
}

/* Leaves out where it must not go. */
static void
session_drop_forbidden(struct session *s)
{
	size_t kept = 0, i;

	for (i = 0; i < s->naddresses; i++)
		if (s->plan.may_connect == NULL ||
		    s->plan.may_connect(
			s->addresses[i].ip, s->hop.port, s->plan.may_connect_arg))
			s->addresses[kept++] = s->addresses[i];
	s->naddresses = kept;
}

static void
session_connect(struct session *s)
{
	struct endpoint *e;
	size_t i;

	if (s->depth == 0)
		session_ask_control(s);
	session_drop_forbidden(s);
	/* A redirect is followed to one address; only the target itself is measured at all of them. */
	if (s->depth > 0 && s->naddresses > 1)
		s->naddresses = 1;
	if (s->stopped || s->naddresses == 0) {
		session_confirm(s);
		return;
	}
	s->step = STEP_CONNECT;
	free(s->endpoints);
	s->endpoints = xcalloc(s->naddresses, sizeof(*s->endpoints));
	s->nendpoints = s->connecting = s->naddresses;
	for (i = 0; i < s->nendpoints; i++) {
		e = &s->endpoints[i];
		e->ip = s->addresses[i].ip;
		e->port = s->hop.port;
		e->server_name = s->hop.https ? s->hop.host : NULL;
		e->tag = depth_tag(s->depth);
		e->m = s->m;
		endpoint_start(e, s->probe, s->plan.attempts, &s->waited_ns, endpoint_done, s);
	}
}

/* Takes an address that is new, while there are fewer than `most` of its family. */
static void
session_add_address(struct session *s, const char *ip, size_t most)
{
	bool v6 = strchr(ip, ':') != NULL;
	size_t same = 0, i;
	struct address *a;

	for (i = 0; i < s->naddresses; i++) {
		if (strcmp(s->addresses[i].ip, ip) == 0)
			return;
		same += s->addresses[i].v6 == v6;
	}
	if (same >= most && !s->probe->conf->all_addresses)
		return;
	a = ARENA_PUSH(s->m->arena, s->addresses, s->naddresses);
	a->ip = arena_strdup(s->m->arena, ip);
	a->v6 = v6;
}

static void
session_add_answers(struct session *s, const struct lookups *l, enum resolver_role role,
    const char *type, size_t most)
{
	const struct query *q;
	size_t i, k;

	for (i = 0; i < l->njobs; i++) {
		q = lookups_query(l, i);
		if (q == NULL || q->role != role || q->failure != NULL ||
		    strcmp(q->query_type, type) != 0)
			continue;
		for (k = 0; k < q->nanswers; k++)
			if (q->answers[k].address != NULL)
				session_add_address(s, q->answers[k].address, most);
	}
}

/*
 * Every resolver's addresses are measured, also those that only a second one gave: what the
 * system's resolver hides is found there. So however many addresses it names, there is room left
 * for theirs. The system's come first, and IPv4 before IPv6.
 */
static void
session_connect_to_answers(struct session *s, const struct lookups *l)
{
	static const struct {
		enum resolver_role role;
		size_t most; /* of a family, with those of the rows before */
	} turns[] = {
	    {RESOLVER_SYSTEM, ADDRESSES_A_FAMILY - 2},
	    {RESOLVER_SECOND, ADDRESSES_A_FAMILY - 1},
	    {RESOLVER_DOH, ADDRESSES_A_FAMILY},
	    {RESOLVER_SYSTEM, ADDRESSES_A_FAMILY},
	    {RESOLVER_SECOND, ADDRESSES_A_FAMILY},
	};
	static const char *const types[] = {"A", "AAAA"};
	size_t type, i;

	for (type = 0; type < 2; type++)
		for (i = 0; i < sizeof(turns) / sizeof(turns[0]); i++)
			session_add_answers(s, l, turns[i].role, types[type], turns[i].most);
	session_connect(s);
}

static void
lookups_ready(void *arg)
{
	struct session *s = arg;

	session_connect_to_answers(s, &s->lookups);
}

static void
lookups_done(void *arg)
{
	struct session *s = arg;

	s->listening = false;
	if (s->confirm_waits)
		session_confirm(s);
	else
		session_end_if_idle(s);
}

/* A redirect's look-ups are waited for to the end: one at a time keeps the session simple. */
static void
redirect_lookups_ready(void *arg)
{
	(void)arg;
}

static void
redirect_lookups_done(void *arg)
{
	struct session *s = arg;

	session_connect_to_answers(s, &s->redirect_lookups);
}

static void
session_lookups(struct session *s)
{
	/* A copy: a redirect may replace the hop while its look-ups still listen. */
	const char *host = arena_strdup(s->m->arena, s->hop.host);

	s->step = STEP_LOOKUPS;
	if (s->depth == 0) {
		s->listening = true;
		lookups_start(&s->lookups, s->probe, s->m, s->plan.resolvers, s->plan.nresolvers,
		    host, depth_tag(0), s->plan.attempts, false, lookups_ready,
		    lookups_done, s);
		return;
	}
	lookups_clear(&s->redirect_lookups);
	lookups_start(&s->redirect_lookups, s->probe, s->m, s->plan.resolvers, s->plan.nresolvers,
	    host, depth_tag(s->depth), s->plan.attempts, true, redirect_lookups_ready,
	    redirect_lookups_done, s);
}

static void
session_hop(struct session *s)
{
	if (s->hop.host_is_ip && s->naddresses == 0)
		session_add_address(s, s->hop.host, 1);
	if (s->naddresses > 0)
		session_connect(s);
	else
		session_lookups(s);
}

struct session *
session_start(struct probe *probe, const struct session_plan *plan, struct measurement *m,
    void (*resting)(void *arg), void (*done)(struct session *session, void *arg), void *arg)
{
	struct session *s = xcalloc(1, sizeof(*s));
	char error[TARGET_ERROR_SIZE];

	s->probe = probe;
	s->plan = *plan;
	s->m = m;
	s->resting = resting;
	s->done = done;
	s->arg = arg;
	m->start_us = clock_wall_us();
	m->start_mono_ns = clock_mono_ns();
	evtimer_assign(&s->deadline, probe->base, session_expire, s);
	event_assign(&s->ended, probe->base, -1, 0, session_ended, s);
	if (target_parse(plan->target->url, &s->hop, error) != 0) {
		/* A target's own URL was read before; still, nothing outside may end the program. */
		session_end(s);
		return s;
	}
	session_arm(s, (int64_t)conf_scaled(probe->conf, probe->conf->session_ms) * 1000000);
	session_hop(s);
	return s;
}

void
session_interrupt(struct session *s)
{
	session_stop(s, failure_name(FAILURE_INTERRUPTED));
}

void
session_free(struct session *s)
{
	if (s == NULL)
		return;
	event_del(&s->deadline);
	event_del(&s->ended);
	confirm_free(s->confirm);
	lookups_clear(&s->lookups);
	lookups_clear(&s->redirect_lookups);
	target_clear(&s->hop);
	free(s->endpoints);
	free(s);
}

struct measurement *
session_measurement(const struct session *s)
{
	return s->m;
}
