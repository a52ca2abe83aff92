/*
 * One HTTP request through libcurl, pinned to one address. Connection, TLS and request are one
 * transfer here; a name for each step before is the business of check_tcp and check_tls.
 */
#include "probe/check_http.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "probe/conf.h"
#include "probe/http_response.h"
#include "probe/probe.h"
#include "probe/transfer.h"
#include "results/failure.h"
#include "results/measurement.h"

enum { READ_EVENTS = 64 };
/* Header lines come one by one; what came in one go is one read event. */
static const double read_gap_s = 0.001;

/*
 * As browsers ask, but for Accept-Encoding: length and hash are to be those of the bytes sent, and
 * nothing is to be unpacked.
 */
const char check_http_accept[] =
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";
const char check_http_accept_language[] = "en-US,en;q=0.5";

struct check_http {
	struct check check;
	const char *url, *ip;
	const char *flow_host; /* see check_http_flow; NULL an ordinary request */
	int body_cap;
	struct transfer transfer;
	/* In the measurement's arena. */
	char *address; /* "ip:port"; NULL: nothing was sent */
	struct http_header *request_headers;
	size_t nrequest_headers;
	bool requested; /* the connection stood, and the request went out */
	bool answered;  /* a first byte came */
	double first_byte_s, last_byte_s; /* as in the record; -1 never */
	struct http_response response;
	size_t reads;     /* read events written */
	size_t last_read; /* the latest one's index in m->events */
	double t0;
	int err;
	size_t result;
};

static const char *
flooded(void)
{
	return "unknown_failure: http: headers too large";
}

/* Milliseconds left of the time that the whole request may take, at least 1. */
static int
time_left_ms(const struct check_http *http)
{
	const struct check *check = &http->check;
	double left = check->timeout_ms - (check_now(check) - http->t0) * 1000;

	return left > 0 ? (int)left + 1 : 1;
}

/* Writes one step before the request; at: seconds since the measurement's start. */
static void
write_step(const struct check_http *http, const char *operation, double at, const char *failure)
{
	struct measurement *m = http->check.m;

	check_event(&http->check, operation, "tcp", http->address, 0, failure);
	m->events[m->nevents - 1].c.t0 = m->events[m->nevents - 1].c.t = at;
}

/*
 * The steps that libcurl took before the request, told as soon as the last of them is over.
 * failure is what ended that one; NULL it went well.
 */
static void
write_connection(const struct check_http *http, const char *failure)
{
	const struct transfer *t = &http->transfer;
	double now = check_now(&http->check), tls_start;

	if (t->tls_start_ns == 0) {
		write_step(http, "connect", now, failure);
		return;
	}
	tls_start = (double)((t->tls_start_ns - http->check.m->start_mono_ns) / 1000) / 1e6;
	write_step(http, "connect", tls_start, NULL);
	write_step(http, "tls_handshake_start", tls_start, NULL);
	write_step(http, "tls_handshake_done", now, failure);
}

/* libcurl is about to send the request: from here on the server has its time to the first byte. */
static int
http_on_request(void *arg, char *ip, char *local_ip, int port, int local_port)
{
	struct check_http *http = arg;
	int first_ms = conf_scaled(http->check.probe->conf, http->check.probe->conf->http_first_ms);
	int left_ms = time_left_ms(http);

	(void)ip;
	(void)local_ip;
	(void)port;
	(void)local_port;
	if (http->check.state != CHECK_RUNNING)
		return CURL_PREREQFUNC_ABORT;
	http->requested = true;
	write_connection(http, NULL);
	check_event(&http->check, "http_transaction_start", "tcp", http->address, 0, NULL);
	check_set_deadline(&http->check, first_ms < left_ms ? first_ms : left_ms);
	return CURL_PREREQFUNC_OK;
}

static void
note_read(struct check_http *http, size_t len)
{
	struct measurement *m = http->check.m;
	double now = check_now(&http->check);
	struct network_event *last;

	if (!http->answered) {
		check_set_deadline(&http->check, time_left_ms(http));
		http->first_byte_s = now;
	}
	http->answered = true;
	http->last_byte_s = now;
	if (http->reads > 0) {
		last = &m->events[http->last_read];
		if (now - last->c.t < read_gap_s) {
			last->num_bytes += (int64_t)len;
			last->c.t = now;
			return;
		}
	}
	if (http->reads == READ_EVENTS)
		return;
	check_event(&http->check, "read", "tcp", http->address, (int64_t)len, NULL);
	http->last_read = m->nevents - 1;
	http->reads++;
}

static size_t
http_on_header(char *data, size_t size, size_t n, void *arg)
{
	struct check_http *http = arg;

	if (http->check.state != CHECK_RUNNING)
		return 0;
	note_read(http, size * n);
	if (!http_head_line(&http->response.head, data, size * n)) {
		check_finish(&http->check, flooded());
		return 0;
	}
	return size * n;
}

static size_t
http_on_body(char *data, size_t size, size_t n, void *arg)
{
	struct check_http *http = arg;

	if (http->check.state != CHECK_RUNNING)
		return 0;
	note_read(http, size * n);
	if (http_response_body(&http->response, data, size * n))
		return size * n;
	check_finish(&http->check, NULL);
	return 0;
}

static void
http_on_end(CURL *easy, CURLcode code, void *arg)
{
	struct check_http *http = arg;
	const char *failure;

	(void)easy;
	if (http->check.state != CHECK_RUNNING)
		return;
	failure = transfer_failure(&http->transfer, code, "http", http->check.m->arena);
	if (code == CURLE_OK)
		failure = http_response_failure(&http->response);
	else
		http->err = transfer_errno(&http->transfer);
	if (code == CURLE_OUT_OF_MEMORY && http->requested && http->response.body_length == 0) {
		/* What libcurl says of a single line beyond its own limit, 100 KiB. */
		failure = flooded();
		http->response.head.truncated = true;
	}
	check_finish(&http->check, failure);
}

static void
add_header(struct check_http *http, const char *name, const char *value)
{
	struct http_header *h =
	    ARENA_PUSH(http->check.m->arena, http->request_headers, http->nrequest_headers);
	char *line;

	h->name = arena_strdup(http->check.m->arena, name);
	h->value = arena_strdup(http->check.m->arena, value);
	if (strcmp(name, "Host") == 0 && http->flow_host == NULL)
		return; /* libcurl writes it */
	line = xasprintf("%s: %s", name, value);
	transfer_header(&http->transfer, line);
	free(line);
}

static void
set_headers(struct check_http *http)
{
	const struct transfer *t = &http->transfer;
	struct arena *arena = http->check.m->arena;
	bool usual_port = t->port == (t->https ? 443 : 80);

	const char *host = http->flow_host != NULL ? http->flow_host : t->host;

	add_header(
	    http, "Host", usual_port ? host : arena_printf(arena, "%s:%d", host, t->port));
	add_header(http, "User-Agent", http->check.probe->conf->user_agent);
	add_header(http, "Accept", check_http_accept);
	add_header(http, "Accept-Language", check_http_accept_language);
}

static void
set_request(struct check_http *http)
{
	CURL *easy = http->transfer.easy;

	/* Every measurement has a connection of its own, and leaves nothing behind. */
	curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
	if (http->flow_host != NULL) {
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
	}
	curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, http_on_request);
	curl_easy_setopt(easy, CURLOPT_PREREQDATA, http);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, http_on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, http);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, http_on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, http);
}

static void
http_start(struct check *check)
{
	struct check_http *http = (struct check_http *)check;

	http->t0 = check_now(check);
	http_response_init(&http->response, http->body_cap,
	    check->probe->conf->keep_bodies && http->flow_host == NULL, check->probe->fingerprints);
	if (!transfer_open(&http->transfer, check->probe, http->url) ||
	    !transfer_pin(&http->transfer, http->ip)) {
		check_finish(check, failure_name(FAILURE_INVALID_ARGUMENT));
		return;
	}
	http->address = arena_printf(check->m->arena,
	    strchr(http->ip, ':') != NULL ? "[%s]:%d" : "%s:%d", http->ip, http->transfer.port);
	set_headers(http);
	set_request(http);
	transfer_start(&http->transfer, http_on_end, http);
}

static const char *
alpn_name(const struct check_http *http)
{
	long version = CURL_HTTP_VERSION_NONE;

	if (http->response.head.code == 0 || !http->transfer.https)
		return "";
	curl_easy_getinfo(http->transfer.easy, CURLINFO_HTTP_VERSION, &version);
	return version == CURL_HTTP_VERSION_2_0 ? "h2" : "http/1.1";
}

static void
write_observation(struct check_http *http)
{
	const struct check *check = &http->check;
	struct measurement *m = check->m;
	struct http_request *r;

	if (http->requested)
		check_event(
		    check, "http_transaction_done", "tcp", http->address, 0, check->failure);
	else if (http->address != NULL)
		write_connection(http, check->failure);
	r = ARENA_PUSH(m->arena, m->requests, m->nrequests);
	http->result = m->nrequests - 1;
	check_common(check, &r->c, http->t0);
	r->address = http->address != NULL ? http->address : arena_strdup(m->arena, "");
	r->alpn = arena_strdup(m->arena, alpn_name(http));
	r->failure = check->failure;
	r->url = arena_strdup(m->arena, http->url);
	r->method = arena_strdup(m->arena, "GET");
	r->request_headers = http->request_headers;
	r->nrequest_headers = http->nrequest_headers;
	r->err = http->err;
	r->first_byte_s = http->first_byte_s;
	r->last_byte_s = http->last_byte_s;
	http_response_write(&http->response, http->url, check->probe->conf->country, m->arena, r);
}

static void
http_stop(struct check *check)
{
	struct check_http *http = (struct check_http *)check;

	if (!check->cancelled)
		write_observation(http);
	transfer_close(&http->transfer);
	http_response_free(&http->response);
}

static const struct check_type check_type_http = {
    .name = "http",
    .size = sizeof(struct check_http),
    .start = http_start,
    .stop = http_stop,
};

struct check *
check_http_new(struct probe *probe, struct measurement *m, const char *url, const char *ip,
    void (*done)(struct check *check, void *arg), void *arg)
{
	struct check *check = check_new(
	    &check_type_http, probe, m, conf_scaled(probe->conf, probe->conf->http_ms), done, arg);
	struct check_http *http = (struct check_http *)check;

	http->url = url;
	http->ip = ip;
	http->first_byte_s = http->last_byte_s = -1;
	http->body_cap = probe->conf->body_cap;
	return check;
}

void
check_http_flow(struct check *check, const char *host, int cap, int timeout_ms)
{
	struct check_http *http = (struct check_http *)check;

	http->flow_host = host;
	http->body_cap = cap;
	check->timeout_ms = conf_scaled(check->probe->conf, timeout_ms);
}

size_t
check_http_result(const struct check *check)
{
	return ((const struct check_http *)check)->result;
}
