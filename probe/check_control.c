/* One question to a control vantage, through libcurl. */
#include "probe/check_control.h"

#include <event2/event.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "probe/check_http.h"
#include "probe/conf.h"
#include "probe/endpoint.h"
#include "probe/helper.h"
#include "probe/limiter.h"
#include "probe/probe.h"
#include "probe/transfer.h"
#include "results/failure.h"
#include "results/measurement.h"
#include "results/vantage.h"
#include "targets/target.h"

/* How often, and for how long at a time, a busy helper is waited for. */
enum { PAUSES_MAX = 3, PAUSE_MAX_S = 60 };

struct check_control {
	struct check check;
	struct helpers *helpers;
	struct helper *helper; /* whose turn it is */
	struct limiter_slot turn;
	struct transfer transfer;
	struct event pause;
	int pauses;
	bool asking; /* the request is under way: its time counts */
	struct buf request, reply;
	struct vantage *vantage; /* in the measurement's arena: what is asked, then the answer */
};

/* --- what is asked --------------------------------------------------------------------------- */

static void
add_header(struct measurement *m, struct vantage *v, const char *name, const char *value)
{
	struct http_header *h = ARENA_PUSH(m->arena, v->asked_headers, v->nasked_headers);

	h->name = arena_strdup(m->arena, name);
	h->value = arena_strdup(m->arena, value);
}

static void
add_endpoint(struct measurement *m, struct vantage *v, const char *ip, int port)
{
	char text[80];

	if (v->nasked_endpoints == VANTAGE_ASKED_MAX)
		return;
	endpoint_text(ip, port, text, sizeof(text));
	*ARENA_PUSH(m->arena, v->asked_endpoints, v->nasked_endpoints) =
	    arena_strdup(m->arena, text);
}

/* As OONI's probe asks: both usual ports of each address, or only that which the URL names. */
static struct vantage *
question_new(const struct probe *probe, struct measurement *m, const struct target *target,
    char *const *ips, size_t nips)
{
	struct vantage *v = arena_alloc(m->arena, sizeof(*v));
	bool usual = target->port == (target->https ? 443 : 80);
	size_t i;

	v->http.body_length = v->http.status_code = -1;
	v->asked_url = arena_strdup(m->arena, target->url);
	add_header(m, v, "Accept", check_http_accept);
	add_header(m, v, "Accept-Language", check_http_accept_language);
	add_header(m, v, "User-Agent", probe->conf->user_agent);
	for (i = 0; i < nips; i++) {
		add_endpoint(m, v, ips[i], usual ? 443 : target->port);
		if (usual)
			add_endpoint(m, v, ips[i], 80);
	}
	return v;
}

/* Puts the answer into the place of the question. */
static void
take_answer(struct check_control *c, const struct vantage *answer)
{
	struct vantage *v = c->vantage, asked = *v;

	*v = *answer;
	v->asked_url = asked.asked_url;
	v->asked_headers = asked.asked_headers;
	v->nasked_headers = asked.nasked_headers;
	v->asked_endpoints = asked.asked_endpoints;
	v->nasked_endpoints = asked.nasked_endpoints;
	v->url = asked.url;
	v->t0 = asked.t0;
}

/* --- whom to ask, and when ------------------------------------------------------------------- */

static void control_turn(void *arg);

static void
control_rest(struct check_control *c)
{
	c->asking = false;
	transfer_close(&c->transfer);
	limiter_leave(c->helpers->turns, &c->turn);
}

static void
control_wait_for_turn(struct check_control *c)
{
	limiter_enter(c->helpers->turns, &c->turn, "", control_turn, c);
}

/* On to the next helper, if there is one; failure: what became of this one. */
static void
control_next(struct check_control *c, const char *failure)
{
	size_t next = (size_t)(c->helper - c->helpers->items) + 1;
	struct helper *helper = helpers_next(c->helpers, next);

	control_rest(c);
	if (helper == NULL) {
		check_finish(&c->check, failure);
		return;
	}
	c->helper = helper;
	control_wait_for_turn(c);
}

static void
control_pause_over(evutil_socket_t fd, short what, void *arg)
{
	struct check_control *c = arg;

	(void)fd;
	(void)what;
	if (c->check.state == CHECK_RUNNING)
		control_wait_for_turn(c);
}

/* False when it has waited often enough. */
static bool
control_pause(struct check_control *c)
{
	int64_t left = c->helper->not_before_ns - clock_mono_ns();
	struct timeval tv = {left / 1000000000, left % 1000000000 / 1000};

	if (c->pauses++ == PAUSES_MAX)
		return false;
	control_rest(c);
	event_add(&c->pause, &tv);
	return true;
}

/* --- the request ----------------------------------------------------------------------------- */

static size_t
control_on_body(char *data, size_t size, size_t n, void *arg)
{
	struct check_control *c = arg;

	if (c->check.state != CHECK_RUNNING || c->reply.len + size * n > VANTAGE_RESPONSE_MAX)
		return 0;
	buf_add(&c->reply, data, size * n);
	return size * n;
}

static const char *
status_failure(const struct check_control *c, long status)
{
	return arena_printf(
	    c->check.m->arena, "unknown_failure: control: HTTP status %ld", status);
}

/* A helper that is busy, and says for how long. */
static bool
control_told_to_wait(struct check_control *c, long status)
{
	curl_off_t seconds = 0;

	if (status != 429 && status != 503)
		return false;
	curl_easy_getinfo(c->transfer.easy, CURLINFO_RETRY_AFTER, &seconds);
	if (seconds <= 0)
		return false;
	if (seconds > PAUSE_MAX_S)
		seconds = PAUSE_MAX_S;
	c->helper->not_before_ns = clock_mono_ns() + seconds * 1000000000;
	return true;
}

/* The answer, or why there is none. */
static const char *
control_read(struct check_control *c)
{
	struct vantage *answer;
	char error[100];

	answer = vantage_parse_response(
	    c->reply.data, c->reply.len, c->check.m->arena, error, sizeof(error));
	if (answer == NULL) {
		log_debug("the test helper %s gave no answer: %s", c->helper->server.url, error);
		return failure_name(FAILURE_JSON_PARSE);
	}
	take_answer(c, answer);
	return NULL;
}

static void
control_on_end(CURL *easy, CURLcode code, void *arg)
{
	struct check_control *c = arg;
	const char *failure;
	long status = 0;

	if (c->check.state != CHECK_RUNNING)
		return;
	failure = transfer_failure(&c->transfer, code, "control", c->check.m->arena);
	if (code == CURLE_WRITE_ERROR)
		failure = "unknown_failure: control: answer too large";
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	if (failure == NULL && control_told_to_wait(c, status)) {
		if (!control_pause(c))
			control_next(c, status_failure(c, status));
		return;
	}
	if (failure == NULL)
		failure = status == 200 ? control_read(c) : status_failure(c, status);
	/* 400: it does not want this question; that says nothing about others. */
	if (status != 400)
		helper_count(c->helper, failure);
	if (failure == NULL)
		check_finish(&c->check, NULL);
	else
		control_next(c, failure);
}

/* Returns what is wrong with the helper; NULL nothing. */
static const char *
control_open(struct check_control *c)
{
	const struct pinned_url *server = &c->helper->server;
	struct transfer *t = &c->transfer;

	if (!transfer_open(t, c->check.probe, server->url))
		return failure_name(FAILURE_INVALID_ARGUMENT);
	if (!transfer_host_is_address(t) && !transfer_pin_host(t, server->pins, server->npins))
		return "unknown_failure: control: the test helper has no address";
	return NULL;
}

static void
control_ask(struct check_control *c)
{
	struct transfer *t = &c->transfer;
	struct json j;

	buf_clear(&c->reply);
	buf_clear(&c->request);
	json_init(&j, &c->request);
	vantage_encode_request(&j, c->vantage);
	transfer_header(t, "Content-Type: application/json");
	transfer_header(t, "Expect:"); /* or libcurl waits for leave to send a long one */
	curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE, (long)c->request.len);
	curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, c->request.data);
	curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, control_on_body);
	curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, c);
	transfer_start(t, control_on_end, c);
}

static void
control_turn(void *arg)
{
	struct check_control *c = arg;
	const char *failure;

	if (c->check.state != CHECK_RUNNING)
		return;
	if (c->helper->skipped != NULL) {
		control_next(c, "unknown_failure: control: the test helper was given up");
		return;
	}
	if (c->helper->not_before_ns > clock_mono_ns()) {
		if (!control_pause(c))
			control_next(c, "unknown_failure: control: the test helper is busy");
		return;
	}
	c->asking = true;
	check_set_deadline(&c->check, c->check.timeout_ms);
	c->vantage->url = arena_strdup(c->check.m->arena, c->helper->server.url);
	c->vantage->t0 = check_now(&c->check);
	failure = control_open(c);
	if (failure == NULL)
		control_ask(c);
	else
		control_next(c, failure);
}

/* --- the check's life ------------------------------------------------------------------------ */

static void
control_start(struct check *check)
{
	struct check_control *c = (struct check_control *)check;

	c->vantage->t0 = check_now(check);
	c->helper = helpers_next(c->helpers, 0);
	if (c->helper == NULL)
		check_finish(check, "unknown_failure: control: there is no test helper to ask");
	else
		control_wait_for_turn(c);
}

static void
control_timeout(struct check *check)
{
	struct check_control *c = (struct check_control *)check;
	const char *failure = failure_name(FAILURE_GENERIC_TIMEOUT);

	check_set_deadline(check, check->timeout_ms);
	if (!c->asking)
		return;
	helper_count(c->helper, failure);
	control_next(c, failure);
}

static void
control_stop(struct check *check)
{
	struct check_control *c = (struct check_control *)check;

	control_rest(c);
	event_del(&c->pause);
	if (!check->cancelled) {
		c->vantage->failure = arena_strdup(check->m->arena, check->failure);
		c->vantage->t = check_now(check);
		check->m->control = c->vantage;
	}
	buf_free(&c->request);
	buf_free(&c->reply);
}

static const struct check_type check_type_control = {
    .name = "control",
    .size = sizeof(struct check_control),
    .start = control_start,
    .timeout = control_timeout,
    .stop = control_stop,
};

struct check *
check_control_new(struct probe *probe, struct measurement *m, struct helpers *helpers,
    const struct target *target, char *const *ips, size_t nips,
    void (*done)(struct check *check, void *arg), void *arg)
{
	struct check *check = check_new(&check_type_control, probe, m,
	    conf_scaled(probe->conf, probe->conf->control_ms), done, arg);
	struct check_control *c = (struct check_control *)check;

	c->helpers = helpers;
	c->vantage = question_new(probe, m, target, ips, nips);
	evtimer_assign(&c->pause, probe->base, control_pause_over, c);
	return check;
}
