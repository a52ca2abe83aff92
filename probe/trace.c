/* Two TTL walks to one address. */
#include "probe/trace.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <event2/event.h>

#include "base/clock.h"
#include "base/mem.h"
#include "probe/check_hop.h"
#include "probe/conf.h"
#include "probe/endpoint.h"
#include "probe/limiter.h"
#include "probe/probe.h"
#include "results/measurement.h"
#include "results/trace_path.h"

enum {
	FARTHEST = 20, /* TTL; few servers are farther away */
	TRIES = 3,     /* of a TTL with which nothing came */
	GAP = 4,       /* silent TTLs in a row, after which no more patience is spent */
	PAUSE_MS = 100,
};

enum walk { WALK_CONTROL, WALK_TARGET, WALKS };

static const char *const kinds[] = {[WALK_CONTROL] = "control", [WALK_TARGET] = "target"};

struct trace {
	struct probe *probe;
	struct measurement *m;
	const char *ip;
	int port;
	char address[80];
	const char *names[WALKS];
	enum walk walk;
	struct trace_path path; /* of this walk, not yet in m */
	int ttl, try;
	struct trace_hop silent; /* the best of the tries before, which brought nothing */
	int gap; /* silent TTLs in a row */
	int server_ttl; /* where the control's walk met the server; -1: not known */
	struct limiter_slot turn;
	struct check *check; /* the step under way; NULL: none */
	struct event pause;
	void (*done)(void *arg);
	void *arg;
};

static double
trace_now(const struct trace *t)
{
	return (double)((clock_mono_ns() - t->m->start_mono_ns) / 1000) / 1e6;
}

static void
walk_begin(struct trace *t, enum walk walk)
{
	t->walk = walk;
	t->path = (struct trace_path){.address = arena_strdup(t->m->arena, t->address),
	    .server_name = arena_strdup(t->m->arena, t->names[walk]), .kind = kinds[walk],
	    .c = {.t0 = trace_now(t), .attempt = 1}};
	t->ttl = t->try = 1;
	t->gap = 0;
}

static void
walk_record(struct trace *t)
{
	if (t->path.nhops == 0)
		return;
	t->path.c.t = trace_now(t);
	*ARENA_PUSH(t->m->arena, t->m->traces, t->m->ntraces) = t->path;
	t->path.nhops = 0;
}

static void
trace_pause(struct trace *t)
{
	int ms = conf_scaled(t->probe->conf, PAUSE_MS);
	const struct timeval tv = {ms / 1000, ms % 1000 * 1000};

	event_add(&t->pause, &tv);
}

static bool
came_to(const struct trace_hop *hop, const char *outcome)
{
	return strcmp(hop->outcome, outcome) == 0;
}

/* Whether the same TTL is worth another connection. */
static bool
worth_another_try(const struct trace *t, const struct trace_hop *hop)
{
	bool at_server = t->server_ttl > 0 && t->ttl >= t->server_ttl;
	int tries = t->gap >= GAP && !at_server ? 1 : TRIES;

	return t->try < tries && (came_to(hop, "silence") || came_to(hop, "connect_failed"));
}

/*
 * The TTL to go on with after this one; 0: the walk is over. The control's walk goes on through silence, with less
 * patience: where the server is, is what it is for.
 */
static int
walk_next(const struct trace *t, const struct trace_hop *hop)
{
	bool silent = came_to(hop, "silence"), target = t->walk == WALK_TARGET;

	if (!silent && !came_to(hop, "expired"))
		return 0;
	if (target && t->gap >= GAP && t->ttl < t->server_ttl)
		return t->server_ttl;
	if (target && silent && t->server_ttl > 0 && t->ttl >= t->server_ttl)
		return t->ttl < t->server_ttl + TRACE_SLACK ? t->ttl + 1 : 0;
	if (target && t->gap >= GAP)
		return 0;
	return t->ttl < FARTHEST ? t->ttl + 1 : 0;
}

/* Whether the control's walk came anywhere: else the address does not connect any more, and the target's would not either. */
static bool
control_came_anywhere(const struct trace_path *path)
{
	return path->nhops > 0 && !came_to(&path->hops[0], "connect_failed");
}

static void
walk_over(struct trace *t)
{
	bool go_on = t->walk == WALK_CONTROL && control_came_anywhere(&t->path);

	if (t->walk == WALK_CONTROL)
		t->server_ttl = trace_server_ttl(&t->path);
	walk_record(t);
	if (go_on) {
		walk_begin(t, WALK_TARGET);
		trace_pause(t);
	} else {
		t->done(t->arg); /* it may free the trace */
	}
}

static void
hop_done(struct check *check, void *arg)
{
	struct trace *t = arg;
	struct trace_hop hop = *check_hop_result(check);

	t->check = NULL;
	limiter_leave(t->probe->addresses, &t->turn);
	/* After silence a connection that fails says nothing of the greeting: some censors block the address for a while. */
	if (t->try > 1 && came_to(&hop, "connect_failed"))
		hop = t->silent;
	if (worth_another_try(t, &hop)) {
		t->silent = hop;
		t->try++;
		trace_pause(t);
		return;
	}
	*ARENA_PUSH(t->m->arena, t->path.hops, t->path.nhops) = hop;
	t->gap = came_to(&hop, "silence") ? t->gap + 1 : 0;
	t->ttl = walk_next(t, &hop);
	t->try = 1;
	if (t->ttl > 0)
		trace_pause(t);
	else
		walk_over(t);
}

static void
turn_came(void *arg)
{
	struct trace *t = arg;

	t->check = check_hop_new(
	    t->probe, t->m, t->ip, t->port, t->names[t->walk], t->ttl, hop_done, t);
	check_start(t->check);
}

static void
paused(evutil_socket_t fd, short what, void *arg)
{
	struct trace *t = arg;

	(void)fd;
	(void)what;
	limiter_enter(t->probe->addresses, &t->turn, t->ip, turn_came, t);
}

struct trace *
trace_start(struct probe *probe, struct measurement *m, const char *ip, int port,
    const char *target_name, const char *control_name, void (*done)(void *arg), void *arg)
{
	struct trace *t = xcalloc(1, sizeof(*t));

	t->probe = probe;
	t->m = m;
	t->ip = ip;
	t->port = port;
	endpoint_text(ip, port, t->address, sizeof(t->address));
	t->names[WALK_CONTROL] = control_name;
	t->names[WALK_TARGET] = target_name;
	t->server_ttl = -1;
	t->done = done;
	t->arg = arg;
	evtimer_assign(&t->pause, probe->base, paused, t);
	walk_begin(t, WALK_CONTROL);
	limiter_enter(probe->addresses, &t->turn, ip, turn_came, t);
	return t;
}

void
trace_stop(struct trace *t)
{
	if (t == NULL)
		return;
	if (t->check != NULL)
		check_cancel(t->check);
	limiter_leave(t->probe->addresses, &t->turn);
	event_del(&t->pause);
	walk_record(t);
	free(t);
}
