/* The daemon's set-up: the first time, and when the configuration is read again. */
#include "probe/daemon.h"
#include "probe/daemon_parts.h"

#include <libgen.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>
#include <event2/event.h>

#include "base/clock.h"
#include "base/directory.h"
#include "base/log.h"
#include "base/mem.h"
#include "probe/alert.h"
#include "probe/archive.h"
#include "probe/baseline.h"
#include "probe/conf.h"
#include "probe/event_days.h"
#include "probe/hook_command.h"
#include "probe/idle_memory.h"
#include "probe/options.h"
#include "probe/plan.h"
#include "probe/probe.h"
#include "probe/round.h"
#include "probe/sched_plan.h"
#include "probe/service.h"
#include "probe/status_server.h"
#include "probe/watch.h"
#include "results/journal.h"
#include "results/lock.h"

static void
assign_events(struct daemon *d)
{
	struct event_base *base = d->probe->base;
	static const struct timeval every = {SYNC_S, 0};

	evtimer_assign(&d->wake, base, daemon_on_wake, d);
	event_assign(&d->sync, base, -1, EV_PERSIST, daemon_on_sync, d);
	evtimer_assign(&d->care, base, daemon_on_care, d);
	evtimer_assign(&d->drain, base, daemon_on_drain, d);
	event_assign(&d->ended, base, -1, 0, daemon_round_ended, d);
	evsignal_assign(&d->on_int, base, SIGINT, daemon_on_stop, d);
	evsignal_assign(&d->on_term, base, SIGTERM, daemon_on_stop, d);
	evsignal_assign(&d->on_hup, base, SIGHUP, daemon_on_reload, d);
	evsignal_assign(&d->on_usr1, base, SIGUSR1, daemon_on_now, d);
	evsignal_assign(&d->on_usr2, base, SIGUSR2, daemon_on_dump, d);
	event_add(&d->sync, &every);
	event_add(&d->care, &every);
	event_add(&d->on_int, NULL);
	event_add(&d->on_term, NULL);
	event_add(&d->on_hup, NULL);
	event_add(&d->on_usr1, NULL);
	event_add(&d->on_usr2, NULL);
	service_watch(d->service, base);
}

static void
remove_events(struct daemon *d)
{
	event_del(&d->wake);
	event_del(&d->sync);
	event_del(&d->care);
	event_del(&d->drain);
	event_del(&d->ended);
	event_del(&d->on_int);
	event_del(&d->on_term);
	event_del(&d->on_hup);
	event_del(&d->on_usr1);
	event_del(&d->on_usr2);
	service_unwatch(d->service);
}

static void
load_days(struct daemon *d, const struct conf *conf)
{
	event_days_free(d->days);
	sched_forget_event_days(d->sched);
	d->days = event_days_load(conf, clock_wall_us());
	watch_days(d->watch, d->days);
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
	sched_plan_configure(d->sched, fresh.conf, &plan, daemon_now());
	daemon_restore_targets(d);
	remove_events(d);
	status_server_free(d->status_server);
	d->status_server = NULL;
	probe_free(d->probe);
	d->probe = probe;
	watch_use(d->watch, probe);
	load_days(d, fresh.conf);
	watch_retain(d->watch, &plan);
	assign_events(d);
	plan_clear(d->plan);
	*d->plan = plan;
	conf_free(d->options->conf);
	d->options->conf = fresh.conf;
	archive_configure(d->archive, fresh.conf);
	if (!daemon_start_page(d))
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
	size_t i;

	if (strcmp(conf->sandbox, "auto") != 0)
		rules.mode = strcmp(conf->sandbox, "yes") == 0 ? SANDBOX_YES : SANDBOX_NO;
	sandbox_rules_fill(&rules, conf, d->options->config);
	rules.notify_socket = getenv("NOTIFY_SOCKET");
	if (*conf->status_textfile != '\0') {
		directory = xstrdup(conf->status_textfile);
		strings_add(&rules.write, dirname(directory));
		free(directory);
	}
	for (i = 0; i < conf->calendars.n; i++)
		if (strchr(conf->calendars.items[i], '/') != NULL || access(conf->calendars.items[i], F_OK) == 0)
			strings_add(&rules.follow, conf->calendars.items[i]);
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
	result = archive_open(o->results, o->conf, ARCHIVE_DAEMON, &d->archive, &pid);
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
	/* Until there is something to say. */
	signal(SIGUSR2, SIG_IGN);
	d->probe = probe_new(d->options->conf);
	if (d->probe == NULL)
		return EX_CONFIG;
	d->service = service_new();
	service_starting(d->service);
	d->baselines = baselines_open(d->options->state);
	baselines_catch_up(d->baselines, d->options->results, clock_wall_us(), &learned);
	d->sched = sched_plan_new(d->options->conf, daemon_now());
	sched_plan_configure(d->sched, d->options->conf, d->plan, daemon_now());
	daemon_restore(d);
	d->started_us = clock_wall_us();
	if (!daemon_start_page(d))
		return EX_UNAVAILABLE;
	d->alert = alert_new(d->probe, d->options->state);
	d->watch = watch_new(d->probe, baselines_database(d->baselines), daemon_take_event, d);
	archive_tell(d->archive, daemon_take_occurrence, d);
	load_days(d, d->options->conf);
	baselines_commit(d->baselines);
	code = enter_sandbox(d);
	if (code >= 0)
		return code;
	assign_events(d);
	watch_catch_up(d->watch, d->options->results,
	    d->options->conf->every_s + conf_scaled(d->options->conf, LATE_MS) / 1e3);
	watch_retain(d->watch, d->plan);
	daemon_sign(d, LIFE_START, GAP_NONE);
	daemon_keep_run(d);
	watch_note(d->watch, EVENT_PROBE_START, NULL);
	watch_save(d->watch, baselines_database(d->baselines));
	daemon_commit(d);
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
		/* Starting took a lot of it. */
		if (d->round == NULL)
			idle_memory_release();
		event_base_dispatch(d->probe->base);
	} while (!d->stopping);
	daemon_note_stop(d);
}

int
daemon_run(struct options *options, struct plan *plan)
{
	struct daemon d = {.options = options, .plan = plan, .line = BUF_EMPTY};
	int code = start(&d);
	int64_t lost;

	if (code < 0) {
		go(&d);
		code = EXIT_SUCCESS;
		remove_events(&d);
		daemon_keep_costs(&d);
		watch_save(d.watch, baselines_database(d.baselines));
		daemon_commit(&d);
		round_free(d.round);
	}
	d.left = true;
	lost = archive_close(d.archive);
	if (lost != 0) {
		log_errorx("not all records could be written; see above");
		code = EX_IOERR;
	}
	watch_free(d.watch);
	event_days_free(d.days);
	alert_free(d.alert);
	service_free(d.service);
	status_server_free(d.status_server);
	sched_free(d.sched);
	probe_free(d.probe);
	baselines_close(d.baselines);
	lock_drop(d.lock);
	buf_free(&d.line);
	return code;
}
