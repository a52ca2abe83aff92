/* netvane run: the schedule and the signals. */
#include "probe/daemon.h"
#include "probe/daemon_parts.h"

#include <signal.h>
#include <stdlib.h>
#include <sysexits.h>
#include <event2/event.h>

#include "base/clock.h"
#include "base/log.h"
#include "probe/alert.h"
#include "probe/archive.h"
#include "probe/baseline.h"
#include "probe/conf.h"
#include "probe/event_days.h"
#include "probe/options.h"
#include "probe/pause.h"
#include "probe/plan.h"
#include "probe/probe.h"
#include "probe/round.h"
#include "probe/service.h"
#include "probe/watch.h"

struct sched_now
daemon_now(void)
{
	return (struct sched_now){.wall_us = clock_wall_us(), .mono_ns = clock_mono_ns()};
}

static void
wake_after(struct daemon *d, int64_t ns)
{
	int64_t most = (int64_t)LOOK_S * 1000000000;
	struct timeval tv;

	ns = ns < 0 ? 0 : ns > most ? most : ns;
	tv = (struct timeval){ns / 1000000000, ns % 1000000000 / 1000 + 1};
	event_add(&d->wake, &tv);
}

/* Somebody may have told us to pause, or to go on. */
static void
look_for_pause(struct daemon *d)
{
	struct buf words = BUF_EMPTY;
	struct pause pause;
	bool holds;

	pause_read(d->options->state, &pause);
	holds = pause_holds(&pause, clock_wall_us());
	if (holds != d->paused) {
		pause_words(&pause, &words);
		log_info("%s", holds ? buf_str(&words) : "the pause is over");
		buf_free(&words);
		if (holds)
			sched_pause(d->sched);
		else
			sched_resume(d->sched);
		daemon_sign(d, holds ? LIFE_PAUSE : LIFE_RESUME, GAP_NONE);
		watch_note(d->watch, holds ? EVENT_PAUSE : EVENT_RESUME, holds && *pause.reason != '\0' ? pause.reason : NULL);
		watch_save(d->watch, baselines_database(d->baselines));
		daemon_commit(d);
	}
	d->paused = holds;
	daemon_hold_alerts(d);
}

/* Until the next one is late, so long from now; what is due later than that is a sign that something is wrong. */
void
daemon_sign(struct daemon *d, enum life_sign sign, enum gap_cause cause)
{
	struct sched_now t = daemon_now();
	enum sched_why why;
	int64_t at = sched_next(d->sched, t, &why);
	bool rest = why == SCHED_CLOSED || why == SCHED_SHORT || at == INT64_MAX;
	double wait_s = at == INT64_MAX ? DAY_S : (double)(at - t.mono_ns) / 1e9;

	d->next_round_us = at == INT64_MAX ? 0 : t.wall_us + (at - t.mono_ns) / 1000;
	watch_sign(d->watch, sign, wait_s + conf_scaled(d->options->conf, LATE_MS) / 1e3, rest, cause);
}

/* In the middle of a round: it ends, and then the pause begins. */
static bool
pause_is_wanted(const struct daemon *d)
{
	struct pause pause;

	pause_read(d->options->state, &pause);
	return pause_holds(&pause, clock_wall_us());
}

static void
tell_service(struct daemon *d, int64_t wait_ns)
{
	if (d->paused)
		service_status(d->service, "paused");
	else if (wait_ns < 0)
		service_status(d->service, "nothing to measure");
	else
		service_status(d->service, "%zu targets; the next round in %lld min", d->plan->ntargets,
		    (long long)(wait_ns / 60000000000));
}

/* Begins a round if it is time, and sees to it that this is asked again. */
void
daemon_look(struct daemon *d)
{
	const struct target **targets = NULL;
	struct sched_now t = daemon_now();
	int64_t at;
	size_t n = 0;

	/* A loop that is about to be left, for another configuration, begins nothing. */
	if (d->round != NULL || d->stopping || d->reload)
		return;
	look_for_pause(d);
	event_days_apply(d->days, d->sched, t);
	at = sched_next(d->sched, t, NULL);
	if (at <= t.mono_ns)
		targets = sched_take(d->sched, t, &n);
	if (n > 0) {
		daemon_begin_round(d, targets, n);
		return;
	}
	at = sched_next(d->sched, t, NULL);
	if (at != INT64_MAX)
		log_debug("the next round may begin in %lld s", (long long)((at - t.mono_ns) / 1000000000));
	d->next_round_us = at == INT64_MAX ? 0 : t.wall_us + (at - t.mono_ns) / 1000;
	tell_service(d, at == INT64_MAX ? -1 : at - t.mono_ns);
	wake_after(d, at == INT64_MAX ? INT64_MAX : at - t.mono_ns);
}

void
daemon_on_wake(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	daemon_look(arg);
}

/* --- signals ---------------------------------------------------------------------------------- */

/* It took too long, or was said twice: what was measured so far is in the journal. */
static void __attribute__((noreturn))
end_now(struct daemon *d)
{
	log_warnx("not all could be ended in time; it was left");
	daemon_note_stop(d);
	watch_save(d->watch, baselines_database(d->baselines));
	daemon_commit(d);
	_exit(d->trouble ? EX_IOERR : EXIT_SUCCESS);
}

void
daemon_on_stop(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval drain = {DRAIN_S, 0};
	struct daemon *d = arg;

	(void)fd;
	(void)what;
	if (d->stopping)
		end_now(d);
	event_add(&d->drain, &drain);
	d->stopping = true;
	log_info("stopping");
	service_stopping(d->service);
	event_del(&d->wake);
	/* One that is about to reload lets go already. */
	if (d->round == NULL && !d->reload)
		daemon_say_goodbye(d);
	else if (d->round != NULL)
		round_interrupt(d->round);
}

void
daemon_on_drain(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	end_now(arg);
}

void
daemon_on_reload(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;

	(void)fd;
	(void)what;
	if (d->reload || d->stopping)
		return;
	/* The loop goes with the old configuration, so this waits until it is left. */
	d->reload = true;
	if (d->round == NULL)
		daemon_leave_loop(d);
}

void
daemon_on_now(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;

	(void)fd;
	(void)what;
	log_info("a round now, as told");
	sched_round_now(d->sched);
	daemon_look(d);
}

void
daemon_on_sync(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;

	(void)fd;
	(void)what;
	archive_tick(d->archive);
	if (d->round == NULL) {
		/* An order to pause, or to go on, need not wait for the next look. */
		daemon_look(d);
		return;
	}
	if (!d->cut_for_pause && pause_is_wanted(d)) {
		d->cut_for_pause = true;
		round_interrupt(d->round);
	}
}

void
daemon_on_care(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;
	int ms = archive_care(d->archive, d->round != NULL);
	struct timeval tv = {ms / 1000, ms % 1000 * 1000};

	(void)fd;
	(void)what;
	event_add(&d->care, &tv);
}
