/* One pass over the targets. */
#include "probe/round.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <event2/event.h>
#include <event2/event_struct.h>

#include "base/clock.h"
#include "base/fds.h"
#include "base/log.h"
#include "base/mem.h"
#include "probe/baseline.h"
#include "probe/company.h"
#include "probe/concurrency.h"
#include "probe/conf.h"
#include "probe/controls.h"
#include "probe/envelope.h"
#include "probe/helper.h"
#include "probe/landmarks.h"
#include "probe/lookups.h"
#include "probe/probe.h"
#include "probe/resolver.h"
#include "probe/roots.h"
#include "probe/scrub.h"
#include "probe/session.h"
#include "probe/surroundings.h"
#include "probe/traffic.h"
#include "results/facts.h"
#include "results/failure.h"
#include "results/measurement.h"
#include "results/notes.h"
#include "targets/list.h"

/*
 * Targets that only listen on cost no time, but memory: so many for each that may be at work, and
 * so many in all.
 */
enum { TARGET_ATTEMPTS = 3, HELD_MAX = 64, RESTING_SHARE = 4, RESTING_MAX = 400 };

enum step { STEP_SERVER_NAMES, STEP_BEFORE, STEP_SURROUNDINGS, STEP_TARGETS, STEP_AFTER, STEP_DONE };

struct job {
	struct round *round;
	const struct target *target;
	struct session *session;
	bool resting; /* only listening: others may begin */
	struct job *next, *prev;
};

struct round {
	struct round_plan plan;
	struct probe *probe;
	enum step step;
	struct resolver *resolvers;
	size_t nresolvers;
	struct helpers *helpers;
	struct lookups lookups; /* of a server's own name */
	size_t server; /* whose name is looked up: the resolvers, then the helpers */
	char *server_host;
	struct controls *controls;
	struct landmarks landmarks;
	struct company *company;
	struct surroundings *surroundings; /* NULL: not running */
	int forged; /* targets whose public resolvers' answers contradicted each other */
	struct measurement *m; /* the round's own record, being filled */
	const struct target **order;
	size_t most; /* targets at a time */
	size_t next, measured;
	struct job *jobs;
	size_t running, resting; /* resting ones are among the running */
	/*
	 * What looks bad is held until controls have been measured after it: a line that dies in the middle of a round
	 * must not become twenty blocked sites.
	 */
	struct measurement **held;
	size_t nheld, nheld_before_pass;
	struct network_tally tally; /* all passes */
	enum network_state state; /* the worst of the last two looks */
	enum network_state last_look;
	bool looked;
	bool line_changed; /* usable at one look, and not at another */
	bool controls_answered; /* foreign ones, in some pass */
	int abroad_before_pass; /* targets abroad reached before the pass under way began */
	bool intercepted; /* certificates were replaced on all controls, in some pass */
	bool ipv6_route;
	int others_ok;
	struct scrub scrub; /* this machine's addresses, as they are at the start */
	bool interrupted;
	struct event next_step;
};

static void round_go_on(struct round *r);

/* --- context and verdict --------------------------------------------------------------------- */

static void
copy_context(const struct round *r, struct measurement *m)
{
	struct context *c = &m->context;
	size_t i;

	c->usual_rate = c->usual_handshake_s = NAN;
	c->network = r->state;
	c->ipv6 = network_judge_ipv6(&r->tally, r->ipv6_route);
	c->local_interception = r->intercepted;
	c->foreign_asked = r->tally.asked[CONTROL_FOREIGN];
	c->foreign_ok = r->tally.ok[CONTROL_FOREIGN];
	c->domestic_asked = r->tally.asked[CONTROL_DOMESTIC];
	c->domestic_ok = r->tally.ok[CONTROL_DOMESTIC];
	c->others_ok = r->others_ok;
	c->resolvers = NULL;
	c->nresolvers = 0;
	for (i = 0; i < r->nresolvers; i++) {
		struct resolver_health *h = ARENA_PUSH(m->arena, c->resolvers, c->nresolvers);

		*h = r->resolvers[i].health;
		h->address = arena_strdup(m->arena, r->resolvers[i].address);
		h->role = r->resolvers[i].role;
	}
}

static void
judge(const struct round *r, struct measurement *m)
{
	copy_context(r, m);
	company_tell(r->company, m);
	verdict_judge(m, &m->verdict);
	ooni_keys_compute(m, &m->ooni);
}

static void
hand_over(struct round *r, struct measurement *m)
{
	scrub_measurement(&r->scrub, m);
	r->plan.record(m, r->plan.arg);
}

static void
emit(struct round *r, struct measurement *m)
{
	r->m->round->counts[m->verdict.status]++;
	hand_over(r, m);
}

/* Judges again, with the controls measured since, the first n of what was held; then lets it go. */
static void
release_held(struct round *r, size_t n)
{
	size_t i;

	if (n == 0)
		return; /* r->held may be NULL, which memmove must not be given */
	for (i = 0; i < n; i++) {
		judge(r, r->held[i]);
		emit(r, r->held[i]);
	}
	r->nheld -= n;
	memmove(r->held, r->held + n, r->nheld * sizeof(*r->held));
}

/* Stopped: nobody looked after these, so nothing may be made of them. */
static void
release_unwatched(struct round *r, size_t n)
{
	enum network_state state = r->state;

	r->state = NETWORK_UNKNOWN;
	release_held(r, n);
	r->state = state;
}

static bool
suspicious(const struct verdict *v)
{
	return v->status != VERDICT_OK && v->status != VERDICT_DOWN;
}

/* --- targets --------------------------------------------------------------------------------- */

static void
job_unlink(struct job *job)
{
	struct round *r = job->round;

	*(job->prev != NULL ? &job->prev->next : &r->jobs) = job->next;
	if (job->next != NULL)
		job->next->prev = job->prev;
	r->running--;
	r->resting -= job->resting;
}

/* Reached over TLS that verified: proof that the line works. */
static void
count_reached(struct round *r, const struct measurement *m)
{
	struct facts facts;

	facts_gather(m, &facts);
	r->forged += facts.second_forged;
	if (!facts.valid_system && !facts.valid_trusted)
		return;
	r->others_ok++;
	if (!facts.domestic)
		r->tally.others_ok++;
	/* What the controls missed, a target has shown. */
	if (r->state == NETWORK_OFFLINE || r->state == NETWORK_SHUTDOWN || r->state == NETWORK_UNKNOWN ||
	    (r->state == NETWORK_FOREIGN_CUT && !facts.domestic)) {
		struct network_link link = {.link = r->m->round->link, .gateway = r->m->round->gateway};

		r->state = network_judge(&r->tally, &link);
	}
}

static void
progress(const struct round *r, const char *now)
{
	if (r->plan.progress != NULL)
		r->plan.progress(r->measured, r->plan.ntargets, now, r->plan.arg);
}

static void
target_done(struct session *session, void *arg)
{
	struct job *job = arg;
	struct round *r = job->round;
	struct measurement *m = session_measurement(session);

	job_unlink(job);
	session_free(session);
	r->measured++;
	resolvers_count(r->resolvers, r->nresolvers, m);
	count_reached(r, m);
	company_add(r->company, m);
	judge(r, m);
	if (m->verdict.status == VERDICT_OK && strncmp(m->input, "https:", 6) == 0)
		landmarks_add(&r->landmarks, m, facts_domestic(m), true);
	progress(r, m->input);
	if (suspicious(&m->verdict)) {
		r->held = xreallocarray(r->held, r->nheld + 1, sizeof(struct measurement *));
		r->held[r->nheld++] = m;
	} else
		emit(r, m);
	free(job);
	round_go_on(r);
}

static void
target_rests(void *arg)
{
	struct job *job = arg;

	job->resting = true;
	job->round->resting++;
	round_go_on(job->round);
}

static void
start_target(struct round *r, const struct target *target)
{
	struct job *job = xcalloc(1, sizeof(*job));
	struct session_plan plan = {.target = target, .resolvers = r->resolvers,
	    .nresolvers = r->nresolvers, .attempts = TARGET_ATTEMPTS,
	    .max_redirects = r->probe->conf->max_redirects, .landmarks = &r->landmarks,
	    .helpers = r->helpers};
	struct measurement *m = envelope_new(r->probe, r->m, "web_connectivity", target->url);

	plan.usual_rate = company_rate(r->company, &plan.usual_n);
	m->list = arena_strdup(m->arena, target->list);
	m->category = arena_strdup(m->arena, target->category);
	m->role = arena_strdup(m->arena, "target");
	baselines_load(r->plan.baselines, m);
	job->round = r;
	job->target = target;
	job->next = r->jobs;
	if (r->jobs != NULL)
		r->jobs->prev = job;
	r->jobs = job;
	r->running++;
	progress(r, target->url);
	job->session = session_start(r->probe, &plan, m, target_rests, target_done, job);
}

/* --- controls -------------------------------------------------------------------------------- */

static struct measurement *
control_measurement(const char *input, void *arg)
{
	struct round *r = arg;
	struct measurement *m = envelope_new(r->probe, r->m, "web_connectivity", input);

	m->list = arena_strdup(m->arena, "controls");
	m->role = arena_strdup(m->arena, "control");
	return m;
}

static void
control_measured(struct measurement *m, const struct control_outcome *outcome, void *arg)
{
	struct round *r = arg;
	struct arena *arena = r->m->arena;
	struct control_outcome *kept =
	    ARENA_PUSH(arena, r->m->round->controls, r->m->round->ncontrols);

	*kept = *outcome;
	kept->url = arena_strdup(arena, outcome->url);
	kept->kind = arena_strdup(arena, outcome->kind);
	kept->phase = arena_strdup(arena, outcome->phase);
	kept->failure = arena_strdup(arena, outcome->failure);
	copy_context(r, m);
	company_add(r->company, m);
	hand_over(r, m);
}

static void
add_tally(struct network_tally *sum, const struct network_tally *t)
{
	int kind;

	for (kind = 0; kind < CONTROL_KIND_MAX; kind++) {
		sum->asked[kind] += t->asked[kind];
		sum->ok[kind] += t->ok[kind];
	}
	sum->untrusted += t->untrusted;
	sum->asked_beyond += t->asked_beyond;
	sum->replied_beyond += t->replied_beyond;
	sum->wrong_page += t->wrong_page;
	sum->v6_tried += t->v6_tried;
	sum->v6_ok += t->v6_ok;
	sum->v6_no_route += t->v6_no_route;
}

static bool
usable(enum network_state state)
{
	return state == NETWORK_ONLINE || state == NETWORK_DEGRADED;
}

/*
 * What targets have shown of the line at this look: where controls can, those reached while it lasted. One that was reached before
 * says little of a line that died since; but where no control ever answered there is nothing better.
 */
static void
count_abroad(const struct round *r, struct network_tally *now)
{
	now->others_earlier = r->controls_answered ? r->abroad_before_pass : 0;
	now->others_ok = r->tally.others_ok - now->others_earlier;
}

/* The verdict on the network: worst of this look and the one before, for what lies between. */
static void
look(struct round *r, const struct network_tally *pass)
{
	struct network_tally now = *pass;
	struct network_link link;
	enum network_state state;

	network_look(&link, 0);
	if (pass->gateway_answers)
		link.gateway = 1;
	r->ipv6_route = link.ipv6_route;
	r->m->round->link = link.link;
	r->m->round->gateway = link.gateway;
	count_abroad(r, &now);
	state = network_judge(&now, &link);
	r->intercepted = r->intercepted || network_judge_interception(&now) || network_judge_interception(&r->tally);
	r->controls_answered = r->controls_answered || pass->ok[CONTROL_FOREIGN] > 0;
	r->line_changed = r->line_changed || (r->looked && usable(state) != usable(r->last_look));
	r->state = r->looked ? network_worse(state, r->last_look) : state;
	r->last_look = state;
	r->looked = true;
	log_debug("network: %s", network_state_name(state));
}

static void
add_skipped(struct round *r, const char *what, const char *why)
{
	struct skipped *s =
	    ARENA_PUSH(r->m->arena, r->m->round->skipped, r->m->round->nskipped);

	s->what = arena_strdup(r->m->arena, what);
	s->why = arena_strdup(r->m->arena, why);
}

/* A resolver that kept silent on every control would cost each target its whole time limit. */
static void
skip_dead_resolvers(struct round *r)
{
	struct resolver *resolver;
	size_t alive = 0, i;

	for (i = 0; i < r->nresolvers; i++)
		alive += r->resolvers[i].health.silent < r->resolvers[i].health.asked;
	for (i = 0; alive > 0 && i < r->nresolvers; i++) {
		resolver = &r->resolvers[i];
		if (resolver->health.asked == 0 || resolver->health.silent < resolver->health.asked)
			continue;
		resolver->skip = true;
		add_skipped(r, resolver->address, "resolver was silent on every control");
		log_info("resolver %s did not answer for any control; not asked about targets",
		    resolver->address);
	}
}

static void
controls_passed(const struct network_tally *tally, void *arg)
{
	struct round *r = arg;

	add_tally(&r->tally, tally);
	if (r->interrupted) {
		/* A pass that was cut short tells nothing of the line. */
		release_unwatched(r, r->nheld_before_pass);
	} else {
		look(r, tally);
		if (r->step == STEP_BEFORE)
			skip_dead_resolvers(r);
		release_held(r, r->nheld_before_pass);
	}
	r->nheld_before_pass = 0;
	if (r->step == STEP_BEFORE)
		r->step = STEP_SURROUNDINGS;
	else if (r->step == STEP_AFTER)
		r->step = STEP_DONE;
	round_go_on(r);
}

static void
start_pass(struct round *r, const char *phase)
{
	r->nheld_before_pass = r->nheld;
	r->abroad_before_pass = r->tally.others_ok;
	controls_pass(r->controls, phase);
}

/* --- surroundings ---------------------------------------------------------------------------- */

static void
surroundings_done(void *arg)
{
	struct round *r = arg;

	r->step = STEP_TARGETS;
	round_go_on(r);
}

static void
step_surroundings(struct round *r)
{
	if (r->surroundings != NULL)
		return;
	if (!r->interrupted && r->probe->conf->confirm &&
	    (r->state == NETWORK_ONLINE || r->state == NETWORK_DEGRADED))
		r->surroundings = surroundings_start(r->probe, r->m, r->resolvers, r->nresolvers,
		    &r->landmarks, surroundings_done, r);
	if (r->surroundings == NULL)
		surroundings_done(r);
}

/* --- names of servers that we ask ------------------------------------------------------------- */

/* DoH servers first: they help to find the others. */
static struct pinned_url *
server_at(const struct round *r, size_t i)
{
	return i < r->nresolvers ? &r->resolvers[i].server
				 : &r->helpers->items[i - r->nresolvers].server;
}

static void
server_give_up(struct round *r, size_t i)
{
	static const char why[] = "its own name could not be resolved";
	const struct pinned_url *server = server_at(r, i);

	if (i < r->nresolvers) {
		r->resolvers[i].skip = true;
		add_skipped(r, server->url, why);
	} else
		r->helpers->items[i - r->nresolvers].skipped = why;
	log_warnx("the %s %s could not be resolved; pin it with URL#IP",
	    i < r->nresolvers ? "DoH server" : "test helper", server->url);
}

static void
server_name_ready(void *arg)
{
	(void)arg; /* done comes soon enough */
}

static void
server_name_done(void *arg)
{
	struct round *r = arg;
	struct pinned_url *server = server_at(r, r->server);

	pinned_url_pin_answers(server, r->m);
	/* The look-up served only to find the server. */
	r->m->nqueries = r->m->nduplicates = r->m->nevents = 0;
	if (server->npins == 0 && !r->interrupted)
		server_give_up(r, r->server);
	r->server++;
	round_go_on(r);
}

/* Starts the look-up of the next server that is known by name only; false: there is none. */
static bool
start_server_name(struct round *r)
{
	for (; r->server < r->nresolvers + r->helpers->n; r->server++) {
		free(r->server_host);
		r->server_host = pinned_url_unknown_host(server_at(r, r->server));
		if (r->server_host == NULL)
			continue;
		lookups_clear(&r->lookups);
		lookups_start(&r->lookups, r->probe, r->m, r->resolvers, r->nresolvers,
		    r->server_host, NULL, 2, true, server_name_ready, server_name_done, r);
		return true;
	}
	return false;
}

/* --- the way through ------------------------------------------------------------------------- */

static void
skipped_helpers(struct round *r)
{
	const struct helper *helper;
	size_t i;

	for (i = 0; i < r->helpers->n; i++) {
		helper = &r->helpers->items[i];
		if (helper->skipped != NULL)
			add_skipped(r, helper->server.url, helper->skipped);
	}
}

static void
finish(struct round *r)
{
	struct round_info *info = r->m->round;

	bool slow = company_slow(r->company);

	release_held(r, r->nheld);
	skipped_helpers(r);
	/* The targets between two looks were judged by the worse one; the record says how the line is now. */
	if (r->looked && !r->interrupted)
		r->state = r->last_look;
	/* Reached, all of it, but hardly usable. */
	if (slow && r->state == NETWORK_ONLINE)
		r->state = NETWORK_DEGRADED;
	copy_context(r, r->m);
	notes_write(r->m, r->forged, slow, r->line_changed);
	info->complete = !r->interrupted && r->measured == r->plan.ntargets;
	info->measured = (int64_t)r->measured;
	traffic_count(r->probe->traffic);
	info->bytes_in = r->probe->bytes_in;
	info->bytes_out = r->probe->bytes_out;
	r->m->runtime = (double)((clock_mono_ns() - r->m->start_mono_ns) / 1000) / 1e6;
	r->plan.record(r->m, r->plan.arg);
	r->m = NULL;
	r->plan.done(r->plan.arg);
}

/* Puts the one that may begin first; false: none may before another ends. */
static bool
choose_next(struct round *r)
{
	const struct target **waiting = r->order + r->next, **at_work, *chosen;
	size_t n = r->plan.ntargets - r->next, nat_work = 0, i;
	const struct job *job;

	if (r->plan.choose == NULL)
		return true;
	at_work = xcalloc(r->running + 1, sizeof(*at_work));
	for (job = r->jobs; job != NULL; job = job->next)
		if (!job->resting)
			at_work[nat_work++] = job->target;
	i = r->plan.choose(waiting, n, at_work, nat_work, r->plan.arg);
	free(at_work);
	/* With nothing at work there is nobody to wait for. */
	if (i >= n && nat_work > 0)
		return false;
	i = i < n ? i : 0;
	chosen = waiting[i];
	memmove(waiting + 1, waiting, i * sizeof(*waiting));
	waiting[0] = chosen;
	return true;
}

static void
step_targets(struct round *r)
{
	size_t most = r->most;
	size_t resting = most * RESTING_SHARE < RESTING_MAX ? most * RESTING_SHARE : RESTING_MAX;

	while (!r->interrupted && r->running - r->resting < most && r->resting < resting &&
	    r->next < r->plan.ntargets && choose_next(r))
		start_target(r, r->order[r->next++]);
	if (controls_running(r->controls) || r->nheld_before_pass > 0)
		return;
	if (r->running == 0 && r->interrupted) {
		release_unwatched(r, r->nheld);
		r->step = STEP_DONE;
		round_go_on(r);
	} else if (r->running == 0) {
		r->step = STEP_AFTER;
		start_pass(r, "after");
	} else if (!r->interrupted && r->nheld >= HELD_MAX)
		start_pass(r, "during");
}

static void
round_step(evutil_socket_t fd, short what, void *arg)
{
	struct round *r = arg;

	(void)fd;
	(void)what;
	if (r->step == STEP_SERVER_NAMES && r->interrupted)
		r->step = STEP_DONE;
	if (r->step == STEP_SERVER_NAMES && !start_server_name(r)) {
		r->step = STEP_BEFORE;
		start_pass(r, "before");
	} else if (r->step == STEP_SURROUNDINGS)
		step_surroundings(r);
	else if (r->step == STEP_TARGETS)
		step_targets(r);
	else if (r->step == STEP_DONE)
		finish(r);
}

static void
round_go_on(struct round *r)
{
	event_active(&r->next_step, EV_TIMEOUT, 1);
}

/* Jittered order: neighbours in a list, and the same list every day, should not be a pattern. */
static void
shuffle(const struct target **targets, size_t n)
{
	const struct target *t;
	size_t i, k;

	for (i = n; i > 1; i--) {
		k = arc4random_uniform((uint32_t)i);
		t = targets[i - 1];
		targets[i - 1] = targets[k];
		targets[k] = t;
	}
}

static size_t
targets_at_a_time(const struct round *r)
{
	size_t wanted = (size_t)r->probe->conf->concurrency, files = fds_raise_limit();
	size_t udp = 0, most, i;

	for (i = 0; i < r->nresolvers; i++)
		udp += r->resolvers[i].role != RESOLVER_DOH;
	most = concurrency_allowed(wanted, files, udp, RESTING_SHARE);
	if (most < wanted && most < r->plan.ntargets)
		log_warnx("only %zu files may be open at once (ulimit -Hn): %zu target%s measured at "
			  "a time, not %zu",
		    files, most, most == 1 ? " is" : "s are", wanted);
	return most;
}

struct round *
round_start(const struct round_plan *plan)
{
	struct round *r = xcalloc(1, sizeof(*r));
	struct controls_plan controls = {.probe = plan->probe, .list = plan->controls,
	    .country = plan->probe->conf->country, .new_measurement = control_measurement,
	    .measured = control_measured, .passed = controls_passed, .arg = r};

	r->plan = *plan;
	r->probe = plan->probe;
	traffic_count(r->probe->traffic); /* of the round before */
	r->probe->bytes_in = r->probe->bytes_out = 0;
	r->resolvers = resolvers_load(r->probe->conf, &r->nresolvers);
	r->helpers = helpers_new(r->probe->conf, r->probe->base);
	r->most = targets_at_a_time(r);
	controls.resolvers = r->resolvers;
	controls.nresolvers = r->nresolvers;
	controls.landmarks = &r->landmarks;
	r->company = company_new();
	r->controls = controls_new(&controls);
	r->m = envelope_round(r->probe, r->resolvers, r->nresolvers);
	r->m->round->targets = (int64_t)plan->ntargets;
	r->m->round->since_last_s = plan->since_last_s;
	scrub_load(&r->scrub);
	r->order = xmemdup(plan->targets, plan->ntargets * sizeof(struct target *));
	if (plan->choose == NULL)
		shuffle(r->order, plan->ntargets);
	event_assign(&r->next_step, r->probe->base, -1, 0, round_step, r);
	round_go_on(r);
	return r;
}

void
round_interrupt(struct round *r)
{
	struct job *job;

	if (r->interrupted)
		return;
	r->interrupted = true;
	for (job = r->jobs; job != NULL; job = job->next)
		session_interrupt(job->session);
	if (controls_running(r->controls))
		controls_interrupt(r->controls);
	if (r->step == STEP_SURROUNDINGS && r->surroundings != NULL)
		surroundings_stop(r->surroundings);
	if (r->step == STEP_SERVER_NAMES && r->server_host != NULL)
		lookups_end(&r->lookups, failure_name(FAILURE_INTERRUPTED));
}

void
round_free(struct round *r)
{
	if (r == NULL)
		return;
	event_del(&r->next_step);
	lookups_clear(&r->lookups);
	controls_free(r->controls);
	surroundings_free(r->surroundings);
	landmarks_clear(&r->landmarks);
	company_free(r->company);
	resolvers_free(r->resolvers, r->nresolvers);
	helpers_free(r->helpers);
	measurement_free(r->m);
	free(r->server_host);
	free(r->held);
	free(r->order);
	scrub_clear(&r->scrub);
	free(r);
}
