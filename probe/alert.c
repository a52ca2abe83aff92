/* Who is told of events. */
#include "probe/alert.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <event2/event.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/directory.h"
#include "base/log.h"
#include "base/mem.h"
#include "probe/conf.h"
#include "probe/hook.h"
#include "probe/hook_command.h"
#include "probe/probe.h"
#include "probe/webhook.h"
#include "results/event.h"
#include "results/measurement.h"

struct alert {
	struct probe *probe;
	struct hook *hook; /* NULL none */
	struct webhook *webhook; /* NULL none */
	bool held; /* the webhook */
	int running; /* of the two, while they stop */
	void (*done)(void *arg);
	void *arg;
};

static struct hook *
start_hook(const struct probe *probe)
{
	const char *wrong;
	char **argv;
	struct hook *hook;

	if (*probe->conf->on_event == '\0')
		return NULL;
	argv = hook_command_parse(probe->conf->on_event, &wrong);
	if (argv == NULL) {
		log_errorx("on_event: %s", wrong);
		return NULL;
	}
	hook = hook_new(probe->base, &(struct hook_options){.argv = argv, .limit_ms = probe->conf->on_event_s * 1000,
				     .waiting_max = HOOK_WAITING_MAX});
	hook_command_free(argv);
	return hook;
}

static struct webhook *
start_webhook(struct probe *probe, const char *state_dir)
{
	const char *header = probe->conf->webhook_header;
	struct webhook_options options = {.url = probe->conf->webhook, .header_file = *header != '\0' ? header : NULL,
	    .waiting_max = WEBHOOK_WAITING_MAX, .waiting_bytes = WEBHOOK_WAITING_BYTES,
	    .first_pause_ms = WEBHOOK_FIRST_PAUSE_MS, .time_ms = WEBHOOK_TIME_MS};
	struct webhook *webhook = NULL;
	char *outbox;

	if (*options.url == '\0')
		return NULL;
	outbox = xasprintf("%s/outbox", state_dir);
	options.outbox = outbox;
	if (directory_make(outbox) == 0)
		webhook = webhook_new(probe, &options);
	else
		log_error("cannot make %s", outbox);
	free(outbox);
	return webhook;
}

struct alert *
alert_new(struct probe *probe, const char *state_dir)
{
	struct alert *a = xcalloc(1, sizeof(*a));

	a->probe = probe;
	a->hook = start_hook(probe);
	a->webhook = start_webhook(probe, state_dir);
	return a;
}

static void
run_hook(struct alert *a, const struct measurement *m, const char *line, size_t len)
{
	const struct event_info *e = m->event;
	char time[CLOCK_TEXT_SIZE], before[CLOCK_TEXT_SIZE], after[CLOCK_TEXT_SIZE];
	const struct event_view *view = e->anomaly != NULL ? &e->anomaly->after : NULL;
	struct buf targets = BUF_EMPTY;
	size_t i;

	for (i = 0; i < e->ntargets; i++)
		buf_printf(&targets, "%s%s", i > 0 ? " " : "", e->targets[i].url);
	{
		const struct hook_variable variables[] = {
		    {"NETVANE_EVENT", event_kind_name(e->kind)},
		    {"NETVANE_TIME", clock_rfc3339(m->start_us, time)},
		    {"NETVANE_ANOMALY", e->anomaly != NULL ? e->anomaly->id : NULL},
		    {"NETVANE_TARGETS", e->ntargets > 0 ? buf_str(&targets) : NULL},
		    {"NETVANE_STATUS", view != NULL ? verdict_status_name(view->status) : NULL},
		    {"NETVANE_MECHANISM", view != NULL ? mechanism_name(view->mechanism) : NULL},
		    {"NETVANE_NOT_BEFORE", e->when.not_before_us > 0 ? clock_rfc3339(e->when.not_before_us, before) : NULL},
		    {"NETVANE_NOT_AFTER", e->when.not_after_us > 0 ? clock_rfc3339(e->when.not_after_us, after) : NULL},
		};

		hook_event(a->hook, line, len, variables, sizeof(variables) / sizeof(variables[0]));
	}
	buf_free(&targets);
}

void
alert_event(struct alert *a, const struct measurement *m, const char *line, size_t len)
{
	if (a->hook != NULL)
		run_hook(a, m, line, len);
	if (a->webhook != NULL)
		webhook_send(a->webhook, m->id, line, len);
}

void
alert_hold(struct alert *a, int held)
{
	a->held = held != 0;
	if (a->webhook != NULL)
		webhook_hold(a->webhook, a->held);
}

bool
alert_count(const struct alert *a, struct webhook_counts *counts, bool *held)
{
	*counts = (struct webhook_counts){0};
	if (a == NULL || a->webhook == NULL)
		return false;
	webhook_count(a->webhook, counts);
	*held = a->held;
	return true;
}

static void
one_stopped(void *arg)
{
	struct alert *a = arg;

	if (--a->running == 0)
		a->done(a->arg);
}

static void
none_runs(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	one_stopped(arg);
}

void
alert_stop(struct alert *a, int within_ms, void (*done)(void *arg), void *arg)
{
	static const struct timeval at_once = {0, 0};

	a->done = done;
	a->arg = arg;
	a->running = 1 + (a->hook != NULL) + (a->webhook != NULL);
	if (a->hook != NULL)
		hook_stop(a->hook, within_ms, one_stopped, a);
	if (a->webhook != NULL)
		webhook_stop(a->webhook, within_ms, one_stopped, a);
	event_base_once(a->probe->base, -1, EV_TIMEOUT, none_runs, a, &at_once);
}

void
alert_free(struct alert *a)
{
	if (a == NULL)
		return;
	hook_free(a->hook);
	webhook_free(a->webhook);
	free(a);
}
