/*
 * Sends records to somebody's server. Where they wait: outbox.c; how one is sent: webhook_request.c; what an answer means, and how long
 * a pause is: webhook_retry.c; what the configuration may say: webhook_setup.c.
 */
#include "probe/webhook.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <event2/event.h>
#include <event2/event_struct.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "probe/outbox.h"
#include "probe/probe.h"
#include "probe/webhook_request.h"
#include "probe/webhook_retry.h"
#include "probe/webhook_setup.h"

/* What was last said about it. */
enum trouble { TROUBLE_NONE, TROUBLE_UNREACHED, TROUBLE_LATER, TROUBLE_REFUSED };

struct webhook {
	struct outbox *outbox;
	struct webhook_request *request;
	struct buf body; /* of the record under way */
	char id[OUTBOX_ID_SIZE]; /* its id, or that of the last one */
	char *place; /* for the log */
	int first_pause_ms;

	struct event go; /* the next record, now or after a pause */
	bool pausing;
	unsigned answers; /* how often the server has answered this record with: later */
	unsigned failures; /* in a row */
	enum trouble said;
	struct webhook_counts counts;

	bool held;
	bool stopping;
	bool over; /* stopping, and nothing more is tried */
	struct event deadline;
	void (*stopped)(void *arg);
	void *stopped_arg;
};

/* --- what came of a try ---------------------------------------------------------------------- */

static void
go_on(struct webhook *w)
{
	event_active(&w->go, EV_TIMEOUT, 1);
}

static void
pause_before_next(struct webhook *w, int64_t asked_s)
{
	double random = (double)arc4random() / (double)UINT32_MAX;
	int64_t ms = webhook_pause_ms(w->failures, w->first_pause_ms, asked_s, random);
	struct timeval tv = {ms / 1000, ms % 1000 * 1000};

	w->pausing = true;
	event_add(&w->go, &tv);
	log_debug("the webhook at %s is tried again in %lld ms", w->place, (long long)ms);
}

/* The first of its kind is for the operator, the others are not. */
static void
say(struct webhook *w, enum trouble trouble, const char *text)
{
	if (w->said == trouble)
		log_debug("%s", text);
	else
		log_warnx("%s; said once until it changes", text);
	w->said = trouble;
}

static void
record_taken(struct webhook *w)
{
	outbox_remove(w->outbox, w->id);
	w->counts.sent++;
	w->failures = 0;
	if (w->said != TROUBLE_NONE)
		log_info("the webhook at %s takes records again, %zu still wait", w->place,
		    outbox_waiting(w->outbox));
	w->said = TROUBLE_NONE;
	go_on(w);
}

static const char *
advice(long status)
{
	if (status >= 300 && status < 400)
		return "redirects are not followed, the URL must be the final one";
	return webhook_answer(status) == WEBHOOK_LATER ? "others wait behind it"
	                                               : "look at its URL and the header file";
}

static void
record_refused(struct webhook *w, long status)
{
	char *text = xasprintf("the webhook at %s answered with status %ld, and the record is not sent to "
			       "it again: %s", w->place, status, advice(status));

	outbox_remove(w->outbox, w->id);
	w->counts.refused++;
	w->failures = 0;
	say(w, TROUBLE_REFUSED, text);
	free(text);
	go_on(w);
}

/* Tries again, unless there is no time for that. asked_s: see webhook_pause_ms. */
static void
record_waits(struct webhook *w, int64_t asked_s)
{
	w->counts.failures++;
	w->failures++;
	w->over = w->stopping;
	if (w->stopping)
		go_on(w);
	else
		pause_before_next(w, asked_s);
}

static void
not_reached(struct webhook *w, const char *why)
{
	char *text = xasprintf("the webhook at %s cannot be reached (%s); what is to be sent waits, and it is "
			       "tried again", w->place, why);

	say(w, TROUBLE_UNREACHED, text);
	free(text);
	record_waits(w, 0);
}

static void
put_off(struct webhook *w, long status, int64_t asked_s)
{
	char *text;

	if (++w->answers >= WEBHOOK_ANSWERS_MAX) {
		record_refused(w, status);
		return;
	}
	text = xasprintf("the webhook at %s answered with status %ld; it is tried again", w->place, status);
	say(w, TROUBLE_LATER, text);
	free(text);
	record_waits(w, asked_s);
}

static void
webhook_on_outcome(const struct webhook_outcome *outcome, void *arg)
{
	struct webhook *w = arg;

	if (outcome->cut) {
		go_on(w);
		return;
	}
	switch (webhook_answer(outcome->status)) {
	case WEBHOOK_TAKEN:
		record_taken(w);
		break;
	case WEBHOOK_REFUSED:
		record_refused(w, outcome->status);
		break;
	case WEBHOOK_LATER:
		if (outcome->status > 0)
			put_off(w, outcome->status, outcome->asked_s);
		else
			not_reached(w, outcome->failure);
		break;
	}
}

/* --- what is next ---------------------------------------------------------------------------- */

/* The next record, if there is one. False: nothing is to be done. */
static bool
begin(struct webhook *w)
{
	const char *id;

	buf_clear(&w->body);
	while ((id = outbox_first(w->outbox)) != NULL && !outbox_read(w->outbox, &w->body))
		;
	if (id == NULL)
		return false;
	if (strcmp(id, w->id) != 0)
		w->answers = 0;
	strcpy(w->id, id);
	webhook_request_start(
	    w->request, w->id, w->body.data, w->body.len, webhook_on_outcome, w);
	return true;
}

static void
finish(struct webhook *w)
{
	void (*stopped)(void *) = w->stopped;

	event_del(&w->deadline);
	w->stopped = NULL;
	if (stopped != NULL)
		stopped(w->stopped_arg);
}

static void
webhook_on_go(evutil_socket_t fd, short what, void *arg)
{
	struct webhook *w = arg;

	(void)fd;
	(void)what;
	w->pausing = false;
	if (webhook_request_runs(w->request) || (!w->held && !w->over && begin(w)))
		return;
	if (w->stopping)
		finish(w);
}

/* --- for others ------------------------------------------------------------------------------ */

/* Ends what is under way; the record stays where it is. */
static void
cut_off(struct webhook *w)
{
	event_del(&w->go);
	webhook_request_cut(w->request);
	go_on(w);
}

static void
webhook_on_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct webhook *w = arg;

	(void)fd;
	(void)what;
	w->over = true;
	cut_off(w);
}

struct webhook *
webhook_new(struct probe *probe, const struct webhook_options *options)
{
	const char *wrong = webhook_url_wrong(options->url);
	char *header = NULL;
	struct webhook *w;

	if (wrong != NULL)
		log_errorx("the webhook's URL: %s", wrong);
	else if (options->header_file != NULL)
		header = webhook_header_read(options->header_file);
	if (wrong != NULL || (options->header_file != NULL && header == NULL))
		return NULL;
	w = xcalloc(1, sizeof(*w));
	w->place = webhook_url_place(options->url);
	w->first_pause_ms = options->first_pause_ms;
	w->request = webhook_request_new(probe, options->url, header, options->time_ms);
	free(header);
	w->outbox = outbox_open(options->outbox, options->waiting_max, options->waiting_bytes);
	evtimer_assign(&w->go, probe->base, webhook_on_go, w);
	evtimer_assign(&w->deadline, probe->base, webhook_on_deadline, w);
	if (outbox_waiting(w->outbox) > 0)
		log_info("%zu records of before wait to be sent to the webhook at %s",
		    outbox_waiting(w->outbox), w->place);
	go_on(w);
	return w;
}

void
webhook_send(struct webhook *w, const char *id, const void *json, size_t len)
{
	outbox_add(w->outbox, id, json, len);
	if (!w->pausing)
		go_on(w);
}

void
webhook_hold(struct webhook *w, bool held)
{
	if (w->held == held)
		return;
	w->held = held;
	w->failures = 0;
	if (held)
		cut_off(w);
	else
		go_on(w);
}

void
webhook_stop(struct webhook *w, int within_ms, void (*done)(void *arg), void *arg)
{
	struct timeval tv = {within_ms / 1000, within_ms % 1000 * 1000};

	assert(!w->stopping);
	w->stopping = true;
	/* Whoever did not take it a moment ago is not asked again now. */
	w->over = w->pausing;
	w->stopped = done;
	w->stopped_arg = arg;
	event_add(&w->deadline, &tv);
	event_del(&w->go);
	go_on(w);
}

void
webhook_free(struct webhook *w)
{
	if (w == NULL)
		return;
	event_del(&w->go);
	event_del(&w->deadline);
	webhook_request_free(w->request);
	outbox_close(w->outbox);
	buf_free(&w->body);
	free(w->place);
	free(w);
}

void
webhook_count(const struct webhook *w, struct webhook_counts *counts)
{
	*counts = w->counts;
	counts->dropped = outbox_dropped(w->outbox);
	counts->waiting = outbox_waiting(w->outbox);
}
