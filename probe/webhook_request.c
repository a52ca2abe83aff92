/* One POST to a webhook. */
#include "probe/webhook_request.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <event2/event.h>
#include <event2/event_struct.h>

#include "base/log.h"
#include "base/mem.h"
#include "probe/lookups.h"
#include "probe/pinned_url.h"
#include "probe/probe.h"
#include "probe/resolver.h"
#include "probe/transfer.h"
#include "results/failure.h"
#include "results/measurement.h"

/* ANSWER_MAX: bytes of an answer that are listened to; nothing in them matters but the status. */
enum { ANSWER_MAX = 64 * 1024, LOOKUP_ATTEMPTS = 2 };

enum step { STEP_IDLE, STEP_LOOKUP, STEP_POST, STEP_ENDED };

struct webhook_request {
	struct probe *probe;
	struct pinned_url server;
	char *header;
	int time_ms;

	enum step step;
	char *key; /* the header with the id */
	const void *body;
	size_t len;
	struct webhook_outcome outcome;
	struct event ended;
	void (*done)(const struct webhook_outcome *outcome, void *arg);
	void *arg;

	/* The look-up. */
	char *host;
	struct lookups lookups;
	struct resolver *resolvers;
	size_t nresolvers;
	struct measurement *m; /* its observations, which nobody wants */

	/* The POST. */
	struct pinned_url found; /* the addresses it goes to */
	struct transfer transfer;
	size_t answered; /* bytes */
};

/* From the loop: libcurl and the look-ups are not to be let go from inside their own calls. */
static void
end_with(struct webhook_request *r, struct webhook_outcome outcome)
{
	r->step = STEP_ENDED;
	r->outcome = outcome;
	event_active(&r->ended, EV_TIMEOUT, 1);
}

static void
request_on_ended(evutil_socket_t fd, short what, void *arg)
{
	struct webhook_request *r = arg;

	(void)fd;
	(void)what;
	transfer_close(&r->transfer);
	pinned_url_clear(&r->found);
	free(r->key);
	free(r->host);
	r->key = r->host = NULL;
	r->step = STEP_IDLE;
	r->done(&r->outcome, r->arg);
}

/* --- the POST -------------------------------------------------------------------------------- */

/* For headers and body alike. */
static size_t
request_on_answer(char *data, size_t size, size_t n, void *arg)
{
	struct webhook_request *r = arg;

	(void)data;
	r->answered += size * n;
	return r->answered <= ANSWER_MAX ? size * n : 0;
}

/* A name for the log: the static one, because the arena does not last. */
static const char *
failure_of(const struct transfer *t, CURLcode code)
{
	struct arena *arena = arena_new();
	const char *name = transfer_failure(t, code, "webhook", arena);
	enum failure failure = name != NULL ? failure_find(name) : FAILURE_UNKNOWN;

	arena_free(arena);
	if (code == CURLE_OK)
		return "no answer";
	return failure != FAILURE_UNKNOWN ? failure_name(failure) : curl_easy_strerror(code);
}

/* The status counts as soon as it is there: what follows it may be cut off, or too long. */
static void
request_on_end(CURL *easy, CURLcode code, void *arg)
{
	struct webhook_request *r = arg;
	struct webhook_outcome outcome = {.cut = false};
	curl_off_t asked_s = 0;

	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &outcome.status);
	curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &asked_s);
	outcome.asked_s = asked_s;
	/* The server began to answer, and went no farther. */
	if (outcome.status < 200)
		outcome.status = 0;
	if (outcome.status == 0)
		outcome.failure = failure_of(&r->transfer, code);
	end_with(r, outcome);
}

/* Returns what is wrong; NULL nothing. */
static const char *
open_transfer(struct webhook_request *r)
{
	struct transfer *t = &r->transfer;

	memset(t, 0, sizeof(*t));
	if (!transfer_open(t, r->probe, r->server.url))
		return "not a URL";
	if (!transfer_host_is_address(t) && !transfer_pin_host(t, r->found.pins, r->found.npins))
		return "its name has no address";
	return NULL;
}

static void
set_headers(struct webhook_request *r)
{
	struct transfer *t = &r->transfer;

	transfer_header(t, r->key);
	transfer_header(t, "Content-Type: application/json");
	transfer_header(t, "User-Agent: netvane"); /* some servers want one */
	transfer_header(t, "Expect:"); /* or libcurl waits for leave to send a long one */
	if (r->header != NULL)
		transfer_header(t, r->header);
}

static void
post(struct webhook_request *r)
{
	const char *wrong = open_transfer(r);
	struct transfer *t = &r->transfer;

	r->step = STEP_POST;
	r->answered = 0;
	if (wrong != NULL) {
		end_with(r, (struct webhook_outcome){.failure = wrong});
		return;
	}
	set_headers(r);
	curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE, (long)r->len);
	curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, r->body);
	curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, request_on_answer);
	curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, r);
	curl_easy_setopt(t->easy, CURLOPT_HEADERFUNCTION, request_on_answer);
	curl_easy_setopt(t->easy, CURLOPT_HEADERDATA, r);
	curl_easy_setopt(t->easy, CURLOPT_TIMEOUT_MS, (long)r->time_ms);
	curl_easy_setopt(t->easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	/* No measurement may find this connection open, nor the other way round. */
	curl_easy_setopt(t->easy, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(t->easy, CURLOPT_FORBID_REUSE, 1L);
	transfer_start(t, request_on_end, r);
}

/* --- where it goes --------------------------------------------------------------------------- */

static void
copy_pins(struct pinned_url *to, char *const *pins, size_t n)
{
	size_t i;

	to->pins = xcalloc(n, sizeof(*to->pins));
	for (i = 0; i < n; i++)
		to->pins[i] = xstrdup(pins[i]);
	to->npins = n;
}

static void
request_on_ready(void *arg)
{
	(void)arg; /* done comes soon enough */
}

static void
request_on_names(void *arg)
{
	struct webhook_request *r = arg;

	pinned_url_pin_answers(&r->found, r->m);
	lookups_clear(&r->lookups);
	measurement_free(r->m);
	resolvers_free(r->resolvers, r->nresolvers);
	r->m = NULL;
	r->resolvers = NULL;
	if (r->outcome.cut)
		end_with(r, r->outcome);
	else
		post(r);
}

/* Who the resolvers are may have changed since the last time. The system's is asked, as for all that is no measurement. */
static void
look_up(struct webhook_request *r)
{
	r->step = STEP_LOOKUP;
	r->m = measurement_new();
	r->resolvers = resolvers_load(r->probe->conf, &r->nresolvers);
	lookups_start(&r->lookups, r->probe, r->m, r->resolvers, r->nresolvers, r->host, NULL,
	    LOOKUP_ATTEMPTS, true, request_on_ready, request_on_names, r);
}

/* --- for others ------------------------------------------------------------------------------ */

struct webhook_request *
webhook_request_new(struct probe *probe, const char *url, const char *header, int time_ms)
{
	struct webhook_request *r = xcalloc(1, sizeof(*r));

	r->probe = probe;
	if (pinned_url_parse(&r->server, url, true) != PINNED_URL_FINE)
		log_fatalx("a webhook's URL was not looked at");
	r->header = header != NULL ? xstrdup(header) : NULL;
	r->time_ms = time_ms;
	event_assign(&r->ended, probe->base, -1, 0, request_on_ended, r);
	return r;
}

void
webhook_request_free(struct webhook_request *r)
{
	if (r == NULL)
		return;
	assert(r->step == STEP_IDLE);
	pinned_url_clear(&r->server);
	free(r->header);
	free(r);
}

bool
webhook_request_runs(const struct webhook_request *r)
{
	return r->step != STEP_IDLE;
}

void
webhook_request_start(struct webhook_request *r, const char *id, const void *body, size_t len,
    void (*done)(const struct webhook_outcome *outcome, void *arg), void *arg)
{
	static char v4[] = "127.0.0.1", v6[] = "::1";
	char *const loopback[] = {v4, v6};

	assert(r->step == STEP_IDLE);
	r->done = done;
	r->arg = arg;
	r->body = body;
	r->len = len;
	r->outcome = (struct webhook_outcome){.cut = false};
	/* A string of structured fields, as draft-ietf-httpapi-idempotency-key-header has it. */
	r->key = xasprintf("Idempotency-Key: \"%s\"", id);
	r->host = pinned_url_unknown_host(&r->server);
	if (r->host != NULL && strcasecmp(r->host, "localhost") != 0) {
		look_up(r);
		return;
	}
	/* Nobody is asked where localhost is (RFC 6761, section 6.3). */
	if (r->host != NULL)
		copy_pins(&r->found, loopback, 2);
	else
		copy_pins(&r->found, r->server.pins, r->server.npins);
	post(r);
}

void
webhook_request_cut(struct webhook_request *r)
{
	/* What has ended was perhaps taken, and is not to be forgotten. */
	if (r->step == STEP_IDLE || r->step == STEP_ENDED)
		return;
	r->outcome.cut = true;
	if (r->step == STEP_LOOKUP)
		lookups_end(&r->lookups, failure_name(FAILURE_INTERRUPTED));
	if (r->step != STEP_POST)
		return;
	/* Now, so that nothing more of it is sent. */
	transfer_close(&r->transfer);
	end_with(r, r->outcome);
}
