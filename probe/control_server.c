/* The test helper's HTTP side. */
#include "probe/control_server.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "probe/control_job.h"
#include "probe/control_policy.h"
#include "probe/http_listener.h"
#include "probe/limiter.h"
#include "probe/probe.h"
#include "probe/rate.h"
#include "probe/resolver.h"
#include "probe/scrub.h"
#include "results/measurement.h"
#include "results/vantage.h"
#include "targets/target.h"

/*
 * A job has up to some 80 sockets. IDLE_S is more than a job takes: libevent counts a client's waiting as idleness.
 * PER_ADDRESS: a probe measures an address through one connection at a time, but here strangers' questions must not wait for
 * each other.
 */
enum {
	JOBS_MAX = 16,
	BUSY_S = 5,
	REQUEST_MAX = 64 * 1024,
	HEADERS_MAX = 16 * 1024,
	IDLE_S = 40,
	PER_ADDRESS = 8,
};

struct job {
	struct control_server *server;
	struct control_job *work;
	struct evhttp_request *request;
	struct job *next, *prev;
};

struct control_server {
	struct control_server_plan plan;
	struct evhttp *http;
	struct http_listener *listener;
	struct rate *rate;
	struct resolver *resolvers;
	size_t nresolvers;
	struct scrub own; /* this machine's addresses */
	struct control_policy policy;
	struct job *jobs;
	size_t njobs;
	bool stopping;
};

/* --- answers --------------------------------------------------------------------------------- */

static void
reply(struct evhttp_request *request, int status, const char *reason, const char *type,
    const char *body, size_t len)
{
	struct evkeyvalq *headers = evhttp_request_get_output_headers(request);
	struct evbuffer *out = evbuffer_new();

	if (out == NULL)
		log_fatalx("out of memory (an answer)");
	evbuffer_add(out, body, len);
	evhttp_add_header(headers, "Content-Type", type);
	evhttp_add_header(headers, "Cache-Control", "no-store");
	evhttp_send_reply(request, status, reason, out);
	evbuffer_free(out);
}

static void
reply_text(struct evhttp_request *request, int status, const char *reason, const char *text)
{
	char *line = xasprintf("%s\n", text);

	reply(request, status, reason, "text/plain", line, strlen(line));
	free(line);
}

static void
reply_later(struct evhttp_request *request, int status, const char *reason, int seconds)
{
	char *text = xasprintf("%d", seconds);

	evhttp_add_header(evhttp_request_get_output_headers(request), "Retry-After", text);
	reply_text(request, status, reason, "later, please");
	free(text);
}

static void
reply_answer(struct evhttp_request *request, const struct vantage *answer)
{
	struct buf body = BUF_EMPTY;
	struct json j;

	json_init(&j, &body);
	vantage_encode_response(&j, answer);
	reply(request, HTTP_OK, "OK", "application/json", body.data, body.len);
	buf_free(&body);
}

/* --- jobs ------------------------------------------------------------------------------------ */

static void
job_unlink(struct job *job)
{
	*(job->prev != NULL ? &job->prev->next : &job->server->jobs) = job->next;
	if (job->next != NULL)
		job->next->prev = job->prev;
	job->server->njobs--;
}

static void
job_done(struct control_job *work, void *arg)
{
	struct job *job = arg;
	struct control_server *server = job->server;

	job_unlink(job);
	/* A client that has gone away is libevent's business: it then only frees the request. */
	if (server->stopping)
		reply_later(job->request, HTTP_SERVUNAVAIL, "Stopping", BUSY_S);
	else
		reply_answer(job->request, control_job_answer(work));
	control_job_free(work);
	free(job);
	if (server->stopping && server->njobs == 0)
		server->plan.stopped(server->plan.arg);
}

static void
job_start(struct control_server *server, struct evhttp_request *request, struct measurement *m,
    struct target *target, const struct vantage *question)
{
	struct control_plan plan = {.probe = server->plan.probe, .resolvers = server->resolvers,
	    .nresolvers = server->nresolvers, .policy = &server->policy,
	    .own = &server->own};
	struct job *job = xcalloc(1, sizeof(*job));

	job->server = server;
	job->request = request;
	job->next = server->jobs;
	if (job->next != NULL)
		job->next->prev = job;
	server->jobs = job;
	server->njobs++;
	job->work = control_job_start(&plan, m, target, question, job_done, job);
}

/* --- requests -------------------------------------------------------------------------------- */

/* False when it was told to come later. */
static bool
may_ask(struct control_server *server, struct evhttp_request *request)
{
	char *client = NULL;
	uint16_t port;
	int seconds;

	if (server->stopping || server->njobs >= JOBS_MAX) {
		reply_later(request, HTTP_SERVUNAVAIL, "Busy", BUSY_S);
		return false;
	}
	evhttp_connection_get_peer(evhttp_request_get_connection(request), &client, &port);
	seconds = rate_ask(server->rate, client != NULL ? client : "", clock_mono_ns());
	if (seconds > 0)
		reply_later(request, 429, "Too Many Requests", seconds);
	return seconds == 0;
}

/* What is wrong with the question; NULL: nothing, and *target is to be cleared. */
static const char *
question_flaw(const struct control_server *server, const struct vantage *question,
    struct target *target, char error[TARGET_ERROR_SIZE])
{
	const char *refused;

	if (question->nasked_endpoints > VANTAGE_ASKED_MAX)
		return "too many endpoints";
	if (strstr(question->asked_url, "://") == NULL)
		return "no URL";
	if (target_parse(question->asked_url, target, error) != 0)
		return error;
	refused = control_refuses(&server->policy, target);
	if (refused != NULL)
		target_clear(target);
	return refused;
}

static void
on_question(struct evhttp_request *request, void *arg)
{
	struct control_server *server = arg;
	struct evbuffer *body = evhttp_request_get_input_buffer(request);
	size_t len = evbuffer_get_length(body);
	char error[TARGET_ERROR_SIZE] = "";
	const char *flaw = error;
	struct vantage *question;
	struct measurement *m;
	struct target target;

	if (evhttp_request_get_command(request) != EVHTTP_REQ_POST) {
		reply_text(request, HTTP_BADMETHOD, "Method Not Allowed",
		    "this is a test helper; ask it by POST");
		return;
	}
	if (!may_ask(server, request))
		return;
	m = measurement_new();
	question = vantage_parse_request(len > 0 ? (char *)evbuffer_pullup(body, -1) : "", len,
	    m->arena, error, sizeof(error));
	if (question != NULL)
		flaw = question_flaw(server, question, &target, error);
	if (flaw == NULL) {
		job_start(server, request, m, &target, question);
		return;
	}
	reply_text(request, HTTP_BADREQUEST, "Bad Request", flaw);
	measurement_free(m);
}

static void
on_health(struct evhttp_request *request, void *arg)
{
	(void)arg;
	reply_text(request, HTTP_OK, "OK", "ok");
}

static void
on_other(struct evhttp_request *request, void *arg)
{
	(void)arg;
	reply_text(request, HTTP_NOTFOUND, "Not Found", "not here");
}

/* --- listening ------------------------------------------------------------------------------- */

static struct bufferevent *
tls_connection(struct event_base *base, void *arg)
{
	SSL *ssl = SSL_new(arg);
	struct bufferevent *bev = NULL;

	if (ssl != NULL)
		bev = bufferevent_openssl_socket_new(
		    base, -1, ssl, BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
	if (bev == NULL)
		log_fatalx("out of memory (a TLS connection)");
	bufferevent_openssl_set_allow_dirty_shutdown(bev, 1);
	return bev;
}

/* A DoH server that is known by name only: nobody looks it up here. */
static void
skip_unpinned(struct control_server *server)
{
	struct resolver *resolver;
	char *host;
	size_t i;

	for (i = 0; i < server->nresolvers; i++) {
		resolver = &server->resolvers[i];
		host = pinned_url_unknown_host(&resolver->server);
		resolver->skip = host != NULL;
		if (resolver->skip)
			log_warnx("the DoH server %s is not asked; pin it with URL#IP", resolver->address);
		free(host);
	}
}

struct control_server *
control_server_start(const struct control_server_plan *plan)
{
	struct control_server *server = xcalloc(1, sizeof(*server));
	struct probe *probe = plan->probe;

	server->plan = *plan;
	limiter_free(probe->addresses);
	probe->addresses = limiter_new(probe->base, PER_ADDRESS);
	server->rate = rate_new(plan->max_per_client, plan->max_requests);
	server->resolvers = resolvers_load(probe->conf, &server->nresolvers);
	skip_unpinned(server);
	scrub_load(&server->own);
	server->policy = (struct control_policy){.allow_private = plan->allow_private,
	    .own = server->own.addresses, .nown = server->own.n};
	server->http = evhttp_new(probe->base);
	if (server->http == NULL)
		log_fatalx("out of memory (the HTTP server)");
	evhttp_set_max_body_size(server->http, REQUEST_MAX);
	evhttp_set_max_headers_size(server->http, HEADERS_MAX);
	evhttp_set_timeout(server->http, IDLE_S);
	evhttp_set_allowed_methods(server->http, EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_HEAD);
	if (plan->tls != NULL)
		evhttp_set_bevcb(server->http, tls_connection, plan->tls);
	evhttp_set_cb(server->http, "/", on_question, server);
	evhttp_set_cb(server->http, "/health", on_health, server);
	evhttp_set_gencb(server->http, on_other, server);
	server->listener = http_listener_new(probe->base, server->http, plan->address, plan->address_len);
	if (server->listener == NULL) {
		log_error("cannot listen there");
		control_server_free(server);
		return NULL;
	}
	return server;
}

void
control_server_address(const struct control_server *server, struct sockaddr_storage *sa)
{
	http_listener_address(server->listener, sa);
}

void
control_server_stop(struct control_server *server)
{
	struct job *job;

	if (server->stopping)
		return;
	server->stopping = true;
	http_listener_stop(server->listener);
	if (server->njobs == 0)
		server->plan.stopped(server->plan.arg);
	for (job = server->jobs; job != NULL; job = job->next)
		control_job_interrupt(job->work);
}

void
control_server_free(struct control_server *server)
{
	if (server == NULL)
		return;
	http_listener_free(server->listener);
	evhttp_free(server->http);
	resolvers_free(server->resolvers, server->nresolvers);
	scrub_clear(&server->own);
	rate_free(server->rate);
	free(server);
}
