/* One of the daemon's rounds, from its begin to what is done after it. */
#include "probe/daemon_parts.h"

#include <string.h>
#include <event2/event.h>

#include "base/clock.h"
#include "base/log.h"
#include "probe/alert.h"
#include "probe/archive.h"
#include "probe/baseline.h"
#include "probe/curlloop.h"
#include "probe/heartbeat.h"
#include "probe/idle_memory.h"
#include "probe/options.h"
#include "probe/plan.h"
#include "probe/probe.h"
#include "probe/provider.h"
#include "probe/round.h"
#include "probe/seen.h"
#include "probe/service.h"
#include "probe/state_db.h"
#include "probe/watch.h"

static void
write_line(struct daemon *d, const struct buf *line)
{
	archive_append(d->archive, line->data, line->len);
	if (d->options->json && (fwrite(line->data, 1, line->len, stdout) != line->len || fflush(stdout) != 0))
		d->options->json = false;
}

/* The schedule was tightened when something was suspected: now the beginning is known, or it is over. */
static void
relax_schedule(struct daemon *d, const struct event_info *e)
{
	size_t i;

	for (i = 0; i < e->ntargets; i++)
		if (e->kind == EVENT_ANOMALY_ONSET)
			sched_bracketed(d->sched, e->targets[i].url, daemon_now());
		else if (e->kind == EVENT_ANOMALY_RECOVERY)
			sched_close(d->sched, e->targets[i].url, daemon_now());
}

void
daemon_take_event(const struct measurement *m, void *arg)
{
	struct daemon *d = arg;
	struct buf line = BUF_EMPTY;

	d->counters.events++;
	measurement_encode(m, &line);
	archive_set_quiet(d->archive, false);
	write_line(d, &line);
	log_info("%s", m->event->what);
	relax_schedule(d, m->event);
	/* Once the loop is left nobody would see to it that they get it. */
	if (d->alert != NULL && !d->left)
		alert_event(d->alert, m, line.data, line.len);
	buf_free(&line);
}

void
daemon_take_occurrence(const struct occurrence *o, void *arg)
{
	struct daemon *d = arg;

	watch_tell(d->watch, o);
}

static void
target_measured(struct daemon *d, const struct measurement *m)
{
	int64_t bytes = d->probe->bytes_in + d->probe->bytes_out;
	char key[PROVIDER_SIZE];

	/* A measurement that was cut short is to come again. */
	if (!d->stopping && !d->cut_for_pause)
		sched_done(d->sched, m->input, bytes - d->bytes_told, daemon_now());
	d->bytes_told = bytes;
	if (provider_of(m, key))
		sched_set_key(d->sched, m->input, key);
	daemon_keep_target(d, m->input);
}

/* It would be a pity to lose it: something is about to begin, or to end. */
static bool
is_odd(const struct daemon *d, const struct measurement *m)
{
	return m->round == NULL && m->input != NULL && sched_state_of(d->sched, m->input) == SCHED_BURST;
}

void
daemon_hold_alerts(struct daemon *d)
{
	/* Where what is abroad is cut off, a server at home can be reached; and a round that did not look knows nothing. */
	static const bool dead[GAP_CAUSE_MAX] = {
	    [GAP_NO_LINK] = true, [GAP_NO_GATEWAY] = true, [GAP_CAPTIVE_PORTAL] = true, [GAP_SHUTDOWN] = true};

	alert_hold(d->alert, d->paused || dead[d->round_cause]);
}

/* A round ends with what it found the line to be. */
static void
take_line(struct daemon *d, const struct measurement *m)
{
	d->round_cause = life_cause(m->context.network, m->round->link);
	daemon_hold_alerts(d);
}

static void
take_record(struct measurement *m, void *arg)
{
	struct daemon *d = arg;

	d->counters.measurements += m->round == NULL;
	d->counters.rounds += m->round != NULL;

	buf_clear(&d->line);
	measurement_encode(m, &d->line);
	if (is_odd(d, m))
		archive_set_quiet(d->archive, false);
	write_line(d, &d->line);
	baselines_learn(d->baselines, m);
	seen_take(baselines_database(d->baselines), m);
	if (m->role != NULL && strcmp(m->role, "target") == 0)
		target_measured(d, m);
	if (m->round != NULL)
		take_line(d, m);
	watch_take(d->watch, m);
	measurement_free(m);
}

static void
round_done(void *arg)
{
	struct daemon *d = arg;

	event_active(&d->ended, EV_TIMEOUT, 1);
}

static size_t
choose(const struct target **waiting, size_t n, const struct target **at_work, size_t nat_work, void *arg)
{
	const struct daemon *d = arg;

	return sched_first_free(d->sched, waiting, n, at_work, nat_work);
}

void
daemon_begin_round(struct daemon *d, const struct target **targets, size_t n)
{
	struct round_plan plan = {.probe = d->probe, .targets = targets, .ntargets = n,
	    .controls = &d->plan->controls, .baselines = d->baselines, .choose = choose,
	    .since_last_s = heartbeat_since(d->options->state), .record = take_record,
	    .done = round_done, .arg = d};

	heartbeat_mark(d->options->state);
	watch_sign(d->watch, LIFE_ROUND, ROUND_MOST_S, false, GAP_NONE);
	d->bytes_told = 0;
	archive_set_quiet(d->archive, true);
	log_info("a round of %zu target%s", n, n == 1 ? "" : "s");
	service_status(d->service, "measuring %zu of %zu targets", n, d->plan->ntargets);
	d->round = round_start(&plan);
}

static void
loop_left(void *arg)
{
	struct daemon *d = arg;

	event_base_loopbreak(d->probe->base);
}

/* Once those who are told of events have let go. */
void
daemon_leave_loop(struct daemon *d)
{
	alert_stop(d->alert, ALERT_MS, loop_left, d);
}

void
daemon_note_stop(struct daemon *d)
{
	if (d->stop_noted)
		return;
	d->stop_noted = true;
	watch_note(d->watch, EVENT_PROBE_STOP, NULL);
	watch_sign(d->watch, LIFE_STOP, 0, false, GAP_NONE);
}

void
daemon_say_goodbye(struct daemon *d)
{
	daemon_note_stop(d);
	daemon_leave_loop(d);
}

/* From the loop, when nothing of the round is on the stack any more. */
void
daemon_round_ended(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval soon = {0, 100000};
	struct daemon *d = arg;
	int64_t bytes = d->probe->bytes_in + d->probe->bytes_out;

	(void)fd;
	(void)what;
	round_free(d->round);
	d->round = NULL;
	d->cut_for_pause = false;
	sched_round_done(d->sched, bytes > d->bytes_told ? bytes - d->bytes_told : 0, daemon_now());
	d->counters.bytes += bytes;
	watch_settle(d->watch, d->sched);
	if (!d->stopping)
		daemon_sign(d, LIFE_ROUND_END, d->round_cause);
	daemon_keep_costs(d);
	watch_save(d->watch, baselines_database(d->baselines));
	seen_expire(baselines_database(d->baselines), clock_wall_us());
	daemon_keep_run(d);
	daemon_commit(d);
	daemon_write_textfile(d);
	if (d->stopping)
		daemon_say_goodbye(d);
	else if (d->reload)
		daemon_leave_loop(d);
	else {
		event_add(&d->care, &soon);
		daemon_look(d);
	}
	if (d->round == NULL) {
		curlloop_close_idle(d->probe->curl);
		state_db_release(baselines_database(d->baselines));
		idle_memory_release();
	}
}
