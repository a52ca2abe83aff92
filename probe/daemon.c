/* netvane run: the loop of rounds, and what is done around each. */
#include "probe/daemon.h"

#include <libgen.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>
#include <event2/event.h>
#include <event2/event_struct.h>

#include "config.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/directory.h"
#include "base/log.h"
#include "base/mem.h"
#include "probe/alert.h"
#include "probe/baseline.h"
#include "probe/conf.h"
#include "probe/heartbeat.h"
#include "probe/hook_command.h"
#include "probe/keep.h"
#include "probe/options.h"
#include "probe/pause.h"
#include "probe/plan.h"
#include "probe/probe.h"
#include "probe/provider.h"
#include "probe/resolver.h"
#include "probe/round.h"
#include "probe/sandbox.h"
#include "probe/sched.h"
#include "probe/sched_keep.h"
#include "probe/sched_plan.h"
#include "probe/seen.h"
#include "probe/service.h"
#include "probe/status_file.h"
#include "probe/status_server.h"
#include "probe/status_view.h"
#include "probe/watch.h"
#include "results/journal.h"
#include "results/lock.h"
#include "results/measurement.h"

/*
 * libevent's timers stand still while the machine sleeps, and know nothing of a wall clock that is set: so the schedule is looked at
 * now and then.
 */
enum { LOOK_S = 60, SYNC_S = 5, DRAIN_S = 5, ALERT_MS = 2000 };

/* A round is over by then; what is due is late when it is later than that. */
enum { ROUND_MOST_S = 3600, LATE_S = 180, DAY_S = 86400 };

struct daemon {
	struct options *options;
	struct plan *plan;
	struct lock *lock;
	struct journal *journal;
	struct baselines *baselines;
	struct probe *probe;
	struct sched *sched;
	struct service *service;
	struct watch *watch;
	struct alert *alert;
	enum gap_cause round_cause; /* why the last round was of no use */
	bool paused;
	struct round *round; /* the one under way; NULL none */
	struct sandbox_report sandbox;
	struct buf line;
	int64_t bytes_told; /* of this round's traffic, what the scheduler knows */
	bool stopping, reload;
	bool stop_noted;
	bool cut_for_pause; /* the round was ended for one */
	struct status_counters counters;
	int64_t started_us, next_round_us; /* wall clock; 0 none */
	struct status_server *status_server; /* NULL: there is no page */
	bool trouble; /* some record was not written */
	struct event wake, sync, drain, ended;
	struct event on_int, on_term, on_hup, on_usr1;
};

static struct sched_now
now(void)
{
	return (struct sched_now){.wall_us = clock_wall_us(), .mono_ns = clock_mono_ns()};
}

static void daemon_look(struct daemon *d);

static void
write_line(struct daemon *d)
{
	if (journal_append(d->journal, d->line.data, d->line.len) != 0)
		d->trouble = true;
	if (d->options->json && (fwrite(d->line.data, 1, d->line.len, stdout) != d->line.len || fflush(stdout) != 0))
		d->options->json = false;
}

/* Something happened: on record first, then to whoever is to be told. */
static void
take_event(const struct measurement *m, void *arg)
{
	struct daemon *d = arg;

	d->counters.events++;
	buf_clear(&d->line);
	measurement_encode(m, &d->line);
	write_line(d);
	log_info("%s", m->event->what);
	alert_event(d->alert, m, d->line.data, d->line.len);
}

/* --- what survives ----------------------------------------------------------------------------- */

static void
keep_target(struct daemon *d, const char *url)
{
	struct sched_saved saved;
	struct buf text = BUF_EMPTY;

	if (!sched_save(d->sched, url, now(), &saved))
		return;
	sched_keep_target(&saved, &text);
	keep_put(baselines_database(d->baselines), "sched", url, buf_str(&text));
	buf_free(&text);
}

static void
keep_costs(struct daemon *d)
{
	struct sched_saved_costs costs;
	struct buf text = BUF_EMPTY;

	sched_save_costs(d->sched, now(), &costs);
	sched_keep_costs(&costs, &text);
	keep_put(baselines_database(d->baselines), "sched_costs", "", buf_str(&text));
	buf_free(&text);
}

static void
restore_target(const char *url, const char *text, size_t len, void *arg)
{
	struct daemon *d = arg;
	struct sched_saved saved;

	/* What the scheduler knows itself is newer. */
	if (sched_save(d->sched, url, now(), &saved))
		return;
	if (sched_read_target(text, len, &saved) == 0)
		sched_restore(d->sched, url, &saved, now());
	else
		log_warnx("the schedule of %s could not be read back; it is measured now", url);
}

static void
restore_costs(const char *key, const char *text, size_t len, void *arg)
{
	struct daemon *d = arg;
	struct sched_saved_costs costs;

	(void)key;
	if (sched_read_costs(text, len, &costs) == 0)
		sched_restore_costs(d->sched, &costs, now());
}

static void
restore_targets(struct daemon *d)
{
	keep_each(baselines_database(d->baselines), "sched", restore_target, d);
	baselines_commit(d->baselines);
}

static void
restore(struct daemon *d)
{
	keep_each(baselines_database(d->baselines), "sched_costs", restore_costs, d);
	restore_targets(d);
}

static void
commit(struct daemon *d)
{
	if (journal_sync(d->journal) != 0)
		d->trouble = true;
	baselines_commit(d->baselines);
}

/* --- what it shows ----------------------------------------------------------------------------- */

static void
keep_run(struct daemon *d)
{
	const struct sched_day *today = sched_skipped(d->sched, 0);
	struct buf words = BUF_EMPTY;
	struct seen_run run = {.started_us = d->started_us, .next_round_us = d->next_round_us,
	    .counters = d->counters, .budget = {.bytes_today = today->bytes, .limit = d->options->conf->bytes_per_day,
	    .skipped = today->late + today->refused}};

	if (run.budget.limit == 0)
		run.budget.limit = -1;
	sandbox_words(&d->sandbox, &words);
	run.sandbox = buf_str(&words);
	seen_run(baselines_database(d->baselines), &run);
	buf_free(&words);
}

static void
fill_status(struct status *status, void *arg)
{
	struct daemon *d = arg;
	int64_t now_us = clock_wall_us();
	size_t i;

	seen_fill(baselines_database(d->baselines), now_us, status);
	status->taken_us = now_us;
	status->probe.version = status_text_copy(status, PACKAGE_VERSION);
	status->probe.state_dir = status_text_copy(status, d->options->state);
	status->probe.pid = getpid();
	status->probe.started_us = d->started_us;
	status->probe.uptime_s = (now_us - d->started_us) / 1000000;
	status->probe.next_round_us = d->next_round_us;
	status->probe.paused = d->paused;
	for (i = 0; i < status->ntargets; i++)
		status->targets[i].burst = sched_state_of(d->sched, status->targets[i].url) == SCHED_BURST;
	watch_fill(d->watch, status);
	if (d->round == NULL)
		baselines_commit(d->baselines);
}

static void
write_textfile(struct daemon *d)
{
	const char *path = d->options->conf->status_textfile;
	struct buf text = BUF_EMPTY;
	struct status *status;

	if (*path == '\0')
		return;
	status = status_new();
	fill_status(status, d);
	status_metrics(status, clock_wall_us(), &text);
	(void)status_file_write(path, &text);
	status_free(status);
	buf_free(&text);
}

/* The page, if there is to be one. False: it cannot be. */
static bool
start_page(struct daemon *d)
{
	struct status_server_plan plan = {.base = d->probe->base, .listen = d->options->conf->status_listen,
	    .fill = fill_status, .arg = d};
	struct sockaddr_storage sa;
	char *address;

	status_server_free(d->status_server);
	d->status_server = NULL;
	if (*plan.listen == '\0')
		return true;
	d->status_server = status_server_start(&plan);
	if (d->status_server == NULL)
		return false;
	status_server_address(d->status_server, &sa);
	address = resolver_text(&sa);
	log_info("the status page is at http://%s/", address);
	free(address);
	return true;
}

/* --- a round ----------------------------------------------------------------------------------- */

static void
target_measured(struct daemon *d, const struct measurement *m)
{
	int64_t bytes = d->probe->bytes_in + d->probe->bytes_out;
	char key[PROVIDER_SIZE];

	/* A measurement that was cut short is to come again. */
	if (!d->stopping && !d->cut_for_pause)
		sched_done(d->sched, m->input, bytes - d->bytes_told, now());
	d->bytes_told = bytes;
	if (provider_of(m, key))
		sched_set_key(d->sched, m->input, key);
	keep_target(d, m->input);
}

static void
take_record(struct measurement *m, void *arg)
{
	struct daemon *d = arg;

	d->counters.measurements += m->round == NULL;
	d->counters.rounds += m->round != NULL;

	buf_clear(&d->line);
	measurement_encode(m, &d->line);
	write_line(d);
	baselines_learn(d->baselines, m);
	seen_take(baselines_database(d->baselines), m);
	if (m->role != NULL && strcmp(m->role, "target") == 0)
		target_measured(d, m);
	if (m->round != NULL)
		d->round_cause = life_cause(m->context.network, m->round->link);
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

static void
begin_round(struct daemon *d, const struct target **targets, size_t n)
{
	struct round_plan plan = {.probe = d->probe, .targets = targets, .ntargets = n,
	    .controls = &d->plan->controls, .baselines = d->baselines, .choose = choose,
	    .since_last_s = heartbeat_since(d->options->state), .record = take_record,
	    .done = round_done, .arg = d};

	heartbeat_mark(d->options->state);
	watch_sign(d->watch, LIFE_ROUND, ROUND_MOST_S, false, GAP_NONE);
	d->bytes_told = 0;
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
static void
leave_loop(struct daemon *d)
{
	alert_stop(d->alert, ALERT_MS, loop_left, d);
}

static void
note_stop(struct daemon *d)
{
	if (d->stop_noted)
		return;
	d->stop_noted = true;
	watch_note(d->watch, EVENT_PROBE_STOP, NULL);
	watch_sign(d->watch, LIFE_STOP, 0, false, GAP_NONE);
}

static void
say_goodbye(struct daemon *d)
{
	note_stop(d);
	leave_loop(d);
}

/* When the next one may be late is when something is wrong. */
static void
sign_round_end(struct daemon *d)
{
	struct sched_now t = now();
	enum sched_why why;
	int64_t at = sched_next(d->sched, t, &why);
	bool rest = why == SCHED_CLOSED || why == SCHED_SHORT || at == INT64_MAX;
	double wait_s = at == INT64_MAX ? DAY_S : (double)(at - t.mono_ns) / 1e9;

	watch_sign(d->watch, LIFE_ROUND_END, wait_s + LATE_S, rest, d->round_cause);
}

/* From the loop, when nothing of the round is on the stack any more. */
static void
round_ended(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;
	int64_t bytes = d->probe->bytes_in + d->probe->bytes_out;

	(void)fd;
	(void)what;
	round_free(d->round);
	d->round = NULL;
	d->cut_for_pause = false;
	sched_round_done(d->sched, bytes > d->bytes_told ? bytes - d->bytes_told : 0, now());
	d->counters.bytes += bytes;
	watch_settle(d->watch, d->sched);
	if (!d->stopping)
		sign_round_end(d);
	keep_costs(d);
	watch_save(d->watch, baselines_database(d->baselines));
	seen_expire(baselines_database(d->baselines), clock_wall_us());
	keep_run(d);
	commit(d);
	write_textfile(d);
	if (d->stopping)
		say_goodbye(d);
	else if (d->reload)
		leave_loop(d);
	else
		daemon_look(d);
}

/* --- the schedule ------------------------------------------------------------------------------ */

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
		watch_sign(d->watch, holds ? LIFE_PAUSE : LIFE_RESUME, LATE_S, false, GAP_NONE);
		watch_note(d->watch, holds ? EVENT_PAUSE : EVENT_RESUME, holds && *pause.reason != '\0' ? pause.reason : NULL);
		watch_save(d->watch, baselines_database(d->baselines));
		commit(d);
	}
	d->paused = holds;
	alert_hold(d->alert, holds);
	if (holds)
		sched_pause(d->sched);
	else
		sched_resume(d->sched);
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
static void
daemon_look(struct daemon *d)
{
	const struct target **targets = NULL;
	struct sched_now t = now();
	int64_t at;
	size_t n = 0;

	if (d->round != NULL || d->stopping)
		return;
	look_for_pause(d);
	at = sched_next(d->sched, t, NULL);
	if (at <= t.mono_ns)
		targets = sched_take(d->sched, t, &n);
	if (n > 0) {
		begin_round(d, targets, n);
		return;
	}
	at = sched_next(d->sched, t, NULL);
	if (at != INT64_MAX)
		log_debug("the next round may begin in %lld s", (long long)((at - t.mono_ns) / 1000000000));
	d->next_round_us = at == INT64_MAX ? 0 : t.wall_us + (at - t.mono_ns) / 1000;
	tell_service(d, at == INT64_MAX ? -1 : at - t.mono_ns);
	wake_after(d, at == INT64_MAX ? INT64_MAX : at - t.mono_ns);
}

static void
on_wake(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	daemon_look(arg);
}

/* --- signals ----------------------------------------------------------------------------------- */

static void
on_stop(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval drain = {DRAIN_S, 0};
	struct daemon *d = arg;

	(void)fd;
	(void)what;
	if (d->stopping) {
		event_base_loopbreak(d->probe->base);
		return;
	}
	event_add(&d->drain, &drain);
	d->stopping = true;
	log_info("stopping");
	service_stopping(d->service);
	event_del(&d->wake);
	/* One that is about to reload lets go already. */
	if (d->round == NULL && !d->reload)
		say_goodbye(d);
	else if (d->round != NULL)
		round_interrupt(d->round);
}

/* It took too long: what was measured so far is in the journal. */
static void
on_drain(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;

	(void)fd;
	(void)what;
	log_warnx("not all could be ended in time; it was left");
	note_stop(d);
	watch_save(d->watch, baselines_database(d->baselines));
	commit(d);
	_exit(EXIT_SUCCESS);
}

static void
on_reload(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;

	(void)fd;
	(void)what;
	if (d->reload || d->stopping)
		return;
	/* The loop goes with the old configuration, so this waits until it is left. */
	d->reload = true;
	if (d->round == NULL)
		leave_loop(d);
}

static void
on_now(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;

	(void)fd;
	(void)what;
	log_info("a round now, as told");
	sched_round_now(d->sched);
	daemon_look(d);
}

static void
on_sync(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;

	(void)fd;
	(void)what;
	if (d->round == NULL) {
		/* An order to pause, or to go on, need not wait for the next look. */
		if (!d->stopping && !d->reload)
			daemon_look(d);
		return;
	}
	if (journal_sync(d->journal) != 0)
		d->trouble = true;
	if (!d->cut_for_pause && pause_is_wanted(d)) {
		d->cut_for_pause = true;
		round_interrupt(d->round);
	}
}

/* --- set up, again and again ------------------------------------------------------------------- */

static void
assign_events(struct daemon *d)
{
	struct event_base *base = d->probe->base;
	static const struct timeval every = {SYNC_S, 0};

	evtimer_assign(&d->wake, base, on_wake, d);
	event_assign(&d->sync, base, -1, EV_PERSIST, on_sync, d);
	evtimer_assign(&d->drain, base, on_drain, d);
	event_assign(&d->ended, base, -1, 0, round_ended, d);
	evsignal_assign(&d->on_int, base, SIGINT, on_stop, d);
	evsignal_assign(&d->on_term, base, SIGTERM, on_stop, d);
	evsignal_assign(&d->on_hup, base, SIGHUP, on_reload, d);
	evsignal_assign(&d->on_usr1, base, SIGUSR1, on_now, d);
	event_add(&d->sync, &every);
	event_add(&d->on_int, NULL);
	event_add(&d->on_term, NULL);
	event_add(&d->on_hup, NULL);
	event_add(&d->on_usr1, NULL);
	service_watch(d->service, base);
}

static void
remove_events(struct daemon *d)
{
	event_del(&d->wake);
	event_del(&d->sync);
	event_del(&d->drain);
	event_del(&d->ended);
	event_del(&d->on_int);
	event_del(&d->on_term);
	event_del(&d->on_hup);
	event_del(&d->on_usr1);
	service_unwatch(d->service);
}

/*
 * The new configuration, whole, or the old one: where anything of it is wrong, nothing changes but the log. Directories stay as they
 * are until the next start.
 */
static void
reload_now(struct daemon *d)
{
	struct options fresh = *d->options;
	struct plan plan = {0};
	struct probe *probe;
	int code;

	d->reload = false;
	service_reloading(d->service);
	alert_free(d->alert);
	d->alert = NULL;
	fresh.conf = NULL;
	fresh.state = fresh.results = NULL;
	code = options_configure(&fresh);
	if (code < 0)
		code = plan_load(&plan, fresh.conf, fresh.skip_bad);
	probe = code < 0 ? probe_new(fresh.conf) : NULL;
	if (probe == NULL) {
		log_errorx("the configuration was not read again, because of the above; the old one goes on");
		plan_clear(&plan);
		conf_free(fresh.conf);
		free(fresh.state);
		free(fresh.results);
		d->alert = alert_new(d->probe, d->options->state);
		watch_note(d->watch, EVENT_CONFIG_REJECTED, NULL);
		service_ready(d->service);
		return;
	}
	if (strcmp(fresh.state, d->options->state) != 0 || strcmp(fresh.results, d->options->results) != 0)
		log_warnx("the state and results directories stay as they are until netvane is started anew");
	sched_plan_configure(d->sched, fresh.conf, &plan, now());
	restore_targets(d);
	remove_events(d);
	status_server_free(d->status_server);
	d->status_server = NULL;
	probe_free(d->probe);
	d->probe = probe;
	watch_use(d->watch, probe);
	assign_events(d);
	plan_clear(d->plan);
	*d->plan = plan;
	conf_free(d->options->conf);
	d->options->conf = fresh.conf;
	if (!start_page(d))
		log_warnx("there is no status page until netvane is started anew");
	d->alert = alert_new(d->probe, d->options->state);
	watch_note(d->watch, EVENT_CONFIG_RELOAD, NULL);
	free(fresh.state);
	free(fresh.results);
	log_info("the configuration was read again: %zu targets", d->plan->ntargets);
	service_ready(d->service);
}

/* Returns -1 to go on, or the exit code. */
static int
enter_sandbox(struct daemon *d)
{
	const struct conf *conf = d->options->conf;
	struct sandbox_rules rules = {.mode = SANDBOX_AUTO};
	struct buf words = BUF_EMPTY;
	char *directory, **argv = NULL;
	const char *wrong;
	int result;

	if (strcmp(conf->sandbox, "auto") != 0)
		rules.mode = strcmp(conf->sandbox, "yes") == 0 ? SANDBOX_YES : SANDBOX_NO;
	sandbox_rules_fill(&rules, conf, d->options->config);
	rules.notify_socket = getenv("NOTIFY_SOCKET");
	if (*conf->status_textfile != '\0') {
		directory = xstrdup(conf->status_textfile);
		strings_add(&rules.write, dirname(directory));
		free(directory);
	}
	if (*conf->webhook_header != '\0')
		strings_add(&rules.follow, conf->webhook_header);
	if (*conf->on_event != '\0')
		argv = hook_command_parse(conf->on_event, &wrong);
	rules.program = argv != NULL ? argv[0] : NULL;
	result = sandbox_enter(&rules, &d->sandbox);
	hook_command_free(argv);
	sandbox_rules_clear(&rules);
	if (result != 0)
		return EX_UNAVAILABLE;
	sandbox_words(&d->sandbox, &words);
	log_info("sandbox: %s", buf_str(&words));
	buf_free(&words);
	return -1;
}

/* Returns -1 to go on, or the exit code. */
static int
open_files(struct daemon *d)
{
	const struct options *o = d->options;
	pid_t pid = 0;
	int result;

	if (directory_make(o->state) != 0) {
		log_error("cannot create the state directory %s", o->state);
		return EX_CANTCREAT;
	}
	result = lock_take(o->state, &d->lock, &pid);
	if (result == LOCK_HELD)
		return options_say_locked(o->state, pid);
	if (result != LOCK_OK)
		return EX_CANTCREAT;
	result = journal_open(o->results, &d->journal, &pid);
	if (result == JOURNAL_LOCKED)
		return options_say_locked(o->results, pid);
	return result == JOURNAL_OK ? -1 : EX_CANTCREAT;
}

static int
start(struct daemon *d)
{
	struct baselines_rebuilt learned;
	int code = open_files(d);

	if (code >= 0)
		return code;
	d->probe = probe_new(d->options->conf);
	if (d->probe == NULL)
		return EX_CONFIG;
	d->baselines = baselines_open(d->options->state);
	baselines_catch_up(d->baselines, d->options->results, clock_wall_us(), &learned);
	d->sched = sched_plan_new(d->options->conf, now());
	sched_plan_configure(d->sched, d->options->conf, d->plan, now());
	restore(d);
	d->service = service_new();
	d->started_us = clock_wall_us();
	if (!start_page(d))
		return EX_UNAVAILABLE;
	d->alert = alert_new(d->probe, d->options->state);
	d->watch = watch_new(d->probe, baselines_database(d->baselines), take_event, d);
	baselines_commit(d->baselines);
	code = enter_sandbox(d);
	if (code >= 0)
		return code;
	assign_events(d);
	watch_catch_up(d->watch, d->options->results);
	watch_sign(d->watch, LIFE_START, LATE_S, false, GAP_NONE);
	watch_note(d->watch, EVENT_PROBE_START, NULL);
	watch_save(d->watch, baselines_database(d->baselines));
	commit(d);
	service_ready(d->service);
	log_info("measuring %zu targets; stop with SIGTERM (process %ld)", d->plan->ntargets, (long)getpid());
	return -1;
}

static void
go(struct daemon *d)
{
	do {
		if (d->reload)
			reload_now(d);
		daemon_look(d);
		event_base_dispatch(d->probe->base);
	} while (!d->stopping);
	note_stop(d);
}

int
daemon_run(struct options *options, struct plan *plan)
{
	struct daemon d = {.options = options, .plan = plan, .line = BUF_EMPTY};
	int code = start(&d);

	if (code < 0) {
		go(&d);
		code = EXIT_SUCCESS;
		remove_events(&d);
		keep_costs(&d);
		watch_save(d.watch, baselines_database(d.baselines));
		commit(&d);
		round_free(d.round);
		if (d.trouble) {
			log_errorx("some records could not be written; see above");
			code = EX_IOERR;
		}
	}
	watch_free(d.watch);
	alert_free(d.alert);
	service_free(d.service);
	status_server_free(d.status_server);
	sched_free(d.sched);
	probe_free(d.probe);
	baselines_close(d.baselines);
	journal_close(d.journal);
	lock_drop(d.lock);
	buf_free(&d.line);
	return code;
}
