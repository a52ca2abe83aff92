/*
 * Sends records to somebody's server. Where they wait: outbox.c; what an answer means, and how long a pause is: webhook_retry.c; what
 * the configuration may say: webhook_setup.c.
 */
#include "probe/webhook.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <event2/event.h>
#include <event2/event_struct.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "probe/lookups.h"
#include "probe/outbox.h"
#include "probe/pinned_url.h"
#include "probe/probe.h"
#include "probe/resolver.h"
#include "probe/transfer.h"
#include "probe/webhook_retry.h"
#include "probe/webhook_setup.h"
#include "results/failure.h"
#include "results/measurement.h"

/* Bytes of an answer that are listened to: nothing in them matters but the status. */
enum { ANSWER_MAX = 64 * 1024, LOOKUP_ATTEMPTS = 2 };

enum step {
	STEP_IDLE,
	STEP_PAUSE, /* the timer runs */
	STEP_LOOKUP, /* its host's addresses */
	STEP_REQUEST,
};

/* What was last said about it. */
enum trouble { TROUBLE_NONE, TROUBLE_UNREACHED, TROUBLE_LATER, TROUBLE_REFUSED };

struct webhook {
	struct probe *probe;
	struct outbox *outbox;
	struct pinned_url server;
	char *place; /* for the log */
	char *header; /* NULL none */
	int first_pause_ms, time_ms;

	enum step step;
	struct event go; /* the next step, now or after a pause */
	char id[OUTBOX_ID_SIZE]; /* of the record under way, or the last one */
	unsigned answers; /* how often the server has answered that one with: later */
	unsigned failures; /* in a row */
	enum trouble said;
	struct webhook_counts counts;

	/* The look-up. */
	struct lookups lookups;
	struct resolver *resolvers;
	size_t nresolvers;
	struct measurement *m; /* its observations, which nobody wants */
	char *host;

	/* The request. */
	struct transfer transfer;
	struct buf body;
	struct pinned_url found; /* the addresses it goes to */
	size_t answered; /* bytes */

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

	w->step = STEP_PAUSE;
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

/* --- the request ----------------------------------------------------------------------------- */

/* For headers and body alike. */
static size_t
webhook_on_answer(char *data, size_t size, size_t n, void *arg)
{
	struct webhook *w = arg;

	(void)data;
	w->answered += size * n;
	return w->answered <= ANSWER_MAX ? size * n : 0;
}

static void
end_request(struct webhook *w)
{
	transfer_close(&w->transfer);
	pinned_url_clear(&w->found);
	w->step = STEP_IDLE;
}

/* The status counts as soon as it is there: what follows it may be cut off, or too long. */
static void
webhook_on_end(CURL *easy, CURLcode code, void *arg)
{
	struct webhook *w = arg;
	struct arena *arena = arena_new();
	curl_off_t asked_s = 0;
	const char *failure;
	long status = 0;

	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &asked_s);
	failure = transfer_failure(&w->transfer, code, "webhook", arena);
	end_request(w);
	switch (webhook_answer(status)) {
	case WEBHOOK_TAKEN:
		record_taken(w);
		break;
	case WEBHOOK_REFUSED:
		record_refused(w, status);
		break;
	case WEBHOOK_LATER:
		if (status >= 200)
			put_off(w, status, asked_s);
		else
			not_reached(w, failure != NULL ? failure : "no answer");
		break;
	}
	arena_free(arena);
}

/* Returns what is wrong; NULL nothing. */
static const char *
open_request(struct webhook *w)
{
	struct transfer *t = &w->transfer;

	memset(t, 0, sizeof(*t));
	if (!transfer_open(t, w->probe, w->server.url))
		return "not a URL";
	if (!transfer_host_is_address(t) && !transfer_pin_host(t, w->found.pins, w->found.npins))
		return "its name has no address";
	return NULL;
}

static void
ask(struct webhook *w)
{
	const char *wrong = open_request(w);
	struct transfer *t = &w->transfer;
	char *key;

	w->step = STEP_REQUEST;
	w->answered = 0;
	if (wrong != NULL) {
		end_request(w);
		not_reached(w, wrong);
		return;
	}
	/* A string of structured fields, as draft-ietf-httpapi-idempotency-key-header has it. */
	key = xasprintf("Idempotency-Key: \"%s\"", w->id);
	transfer_header(t, key);
	free(key);
	transfer_header(t, "Content-Type: application/json");
	transfer_header(t, "User-Agent: netvane"); /* some servers want one */
	transfer_header(t, "Expect:"); /* or libcurl waits for leave to send a long one */
	if (w->header != NULL)
		transfer_header(t, w->header);
	curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE, (long)w->body.len);
	curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, w->body.data);
	curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, webhook_on_answer);
	curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, w);
	curl_easy_setopt(t->easy, CURLOPT_HEADERFUNCTION, webhook_on_answer);
	curl_easy_setopt(t->easy, CURLOPT_HEADERDATA, w);
	curl_easy_setopt(t->easy, CURLOPT_TIMEOUT_MS, (long)w->time_ms);
	curl_easy_setopt(t->easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	/* No measurement may find this connection open, nor the other way round. */
	curl_easy_setopt(t->easy, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(t->easy, CURLOPT_FORBID_REUSE, 1L);
	transfer_start(t, webhook_on_end, w);
}

/* --- where it goes --------------------------------------------------------------------------- */

static void
copy_pins(struct pinned_url *to, const struct pinned_url *from)
{
	size_t i;

	to->pins = xcalloc(from->npins, sizeof(*to->pins));
	for (i = 0; i < from->npins; i++)
		to->pins[i] = xstrdup(from->pins[i]);
	to->npins = from->npins;
}

/* As RFC 6761, section 6.3, has it: nobody is asked. */
static void
pin_localhost(struct pinned_url *to)
{
	static char v4[] = "127.0.0.1", v6[] = "::1";
	char *pins[] = {v4, v6};
	struct pinned_url from = {.pins = pins, .npins = 2};

	copy_pins(to, &from);
}

static void
end_lookup(struct webhook *w)
{
	lookups_clear(&w->lookups);
	measurement_free(w->m);
	resolvers_free(w->resolvers, w->nresolvers);
	free(w->host);
	w->m = NULL;
	w->resolvers = NULL;
	w->host = NULL;
	w->step = STEP_IDLE;
}

static void
webhook_on_ready(void *arg)
{
	(void)arg; /* done comes soon enough */
}

static void
webhook_on_names(void *arg)
{
	struct webhook *w = arg;

	pinned_url_pin_answers(&w->found, w->m);
	end_lookup(w);
	if (w->held || w->over) {
		pinned_url_clear(&w->found);
		go_on(w);
	} else
		ask(w);
}

/* Who the resolvers are may have changed since the last time: the system's, as for everything that is no measurement. */
static void
look_up(struct webhook *w)
{
	w->step = STEP_LOOKUP;
	w->m = measurement_new();
	w->resolvers = resolvers_load(w->probe->conf, &w->nresolvers);
	lookups_start(&w->lookups, w->probe, w->m, w->resolvers, w->nresolvers, w->host, NULL,
	    LOOKUP_ATTEMPTS, true, webhook_on_ready, webhook_on_names, w);
}

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
	w->host = pinned_url_unknown_host(&w->server);
	if (w->host != NULL && strcasecmp(w->host, "localhost") != 0) {
		look_up(w);
		return true;
	}
	if (w->host != NULL)
		pin_localhost(&w->found);
	else
		copy_pins(&w->found, &w->server);
	free(w->host);
	w->host = NULL;
	ask(w);
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
	if (w->step == STEP_LOOKUP || w->step == STEP_REQUEST)
		return;
	w->step = STEP_IDLE;
	if (!w->held && !w->over && begin(w))
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
	if (w->step == STEP_LOOKUP)
		lookups_end(&w->lookups, failure_name(FAILURE_INTERRUPTED));
	if (w->step == STEP_REQUEST)
		end_request(w);
	if (w->step == STEP_PAUSE)
		w->step = STEP_IDLE;
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
	w->probe = probe;
	w->header = header;
	w->place = webhook_url_place(options->url);
	w->first_pause_ms = options->first_pause_ms;
	w->time_ms = options->time_ms;
	pinned_url_parse(&w->server, options->url, true);
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
	if (w->step == STEP_IDLE)
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
	w->over = w->step == STEP_PAUSE;
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
	assert(w->step != STEP_LOOKUP);
	end_request(w);
	event_del(&w->go);
	event_del(&w->deadline);
	outbox_close(w->outbox);
	pinned_url_clear(&w->server);
	buf_free(&w->body);
	free(w->header);
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
